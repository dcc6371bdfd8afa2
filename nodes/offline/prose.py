"""What sentences say of a figure: its amount, its change in per cent, its year."""

import re
from collections.abc import Iterator
from functools import lru_cache

from .labels import Sought
from .numbers import Quantity, quantities
from .places import DIVIDED, ELSEWHERE, Candidate
from .source import Sentence, Source
from .years import said_year

_EXPECTED = re.compile(
    r"\b(?:may|(?i:expects?|expected|anticipat\w+|forecasts?|guidance|targets?|outlook|will|would"
    r"|could|should|plans?|aims?|budget|pro[\s-]?forma|intends?|projected|if))\b"
)
#: What may not stand between a name and its amount: another name.
_OTHER_PART = re.compile(
    r";|\b(?:whereas|while|compared|versus|income|profits?|loss(?:es)?|earnings|expenses?|costs?"
    r"|margins?|cash|revenues?|sales|dividends?|share|EBITDA|orders?|backlog)\b",
    re.IGNORECASE,
)
_MOVES = re.compile(
    r"increas|decreas|grew|grow|fell|declin|rose|chang|higher|lower|up\b|down\b", re.IGNORECASE
)
_QUALIFIED = re.compile(
    r"^\s+(?:from|of|in|for|by|at|on)\s+"
    r"(?!(?:the\s+)?(?:full\s+)?(?:fiscal|financial|year|group|company|continuing|operations|FY|\d"
    r"|about|approximately|some|US|[A-Z]{0,3}\s?[$€£¥₹]|[A-Z]{3}\s?\d|Rs))"
)
_PLAIN_SUBJECT = re.compile(
    r"(?:^|[,;:]\s*|\b(?:our|the|total|consolidated|group|company's|company’s|group's|group’s|we"
    r"|a|of|in|recorded|reported|report|generated|achieved|had|and|with|annual|full-year|its|was|to"
    r"|posted|delivered|year's|overall|\d{4})\s+)$",
    re.IGNORECASE,
)


@lru_cache(maxsize=256)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    inner = "|".join(
        r"\s+".join(f"{re.escape(word)}(?:e?s)?" for word in phrase.split())
        for phrase in sorted(words, key=len, reverse=True)
    )
    return re.compile(rf"\b(?:{inner})\b", re.IGNORECASE)


def phrases(sought: Sought) -> re.Pattern[str]:
    """The sought thing's names as they stand in prose."""
    # Short words such as "sale" mean too much in prose.
    return _pattern(tuple(word for word in sought.words if len(word) > 4 and word != "basic"))


def plain_subject(before: str) -> bool:
    """Whether the words before a name leave it unqualified: "our revenue", not "cloud revenue"."""
    return not before or _PLAIN_SUBJECT.search(before) is not None


def in_sentences(sought: Sought, source: Source) -> Iterator[Candidate]:
    """The amounts that sentences state for what is sought."""
    pattern = phrases(sought)
    for sentence in source.figured:
        if _EXPECTED.search(sentence.text):
            continue
        for match in pattern.finditer(sentence.text):
            quantity = _amount(sentence, match, source)
            if quantity is None:
                continue
            loss = re.search(r"\bloss(?:es)?\b", match[0], re.IGNORECASE) and quantity.value > 0
            before = _level_before(sentence, quantity, source)
            yield Candidate(
                value=-quantity.value if loss else quantity.value,
                weight=_weight(sentence, match, quantity),
                year=said_year(sentence.text),
                page=sentence.page,
                evidence=sentence.text,
                currency=quantity.currency,
                scale=quantity.scale,
                us_dollar=quantity.text.lstrip("-(").startswith("U"),
                before=-before if before and loss else before,
            )


def _amount(sentence: Sentence, match: re.Match[str], source: Source) -> Quantity | None:
    """The amount that the words speak of: in the same part of the sentence, and a level."""
    text = sentence.text
    if _QUALIFIED.match(text[match.end() :]):
        return None
    for quantity in quantities(text, mark=source.mark):
        if quantity.percent or not (quantity.currency or quantity.scale):
            continue
        if quantity.end <= match.start():
            # "$1.2 billion in revenue"
            between = text[quantity.end : match.start()]
            if re.fullmatch(r"\s(?:in|of)\s(?:(?:total|our|net|annual|group)\s)*", between):
                return quantity
            continue
        between = text[match.end() : quantity.start]
        if len(between) > 110 or _OTHER_PART.search(between):
            return None
        if re.search(r"\bfrom\W*$", between):
            continue
        # "increased $1.3 billion" is a change, "increased to $1.3 billion" a level.
        if _MOVES.search(between) and not re.search(r"\b(?:to|reach\w*|at|was)\W*$", between):
            continue
        return quantity
    return None


_AGAINST = re.compile(
    r"^\W*(?:(?:up|down)\s+)?(?:from|against|compared\s+(?:to|with)|versus|vs\.?)\s*$"
    r"|^\s?\((?:(?:FY\s?)?(?:19|20)?\d\d(?:/\d\d)?|prior\s+year|previous\s+year|last\s+year)\s?:\s?$",
    re.IGNORECASE,
)


def _level_before(sentence: Sentence, level: Quantity, source: Source) -> float | None:
    """The year before's amount, where the sentence compares: "to $4 million, from $3 million"."""
    after = (
        each for each in quantities(sentence.text, mark=source.mark) if each.start >= level.end
    )
    other = next((each for each in after if each.currency or each.scale), None)
    if other is None or not _AGAINST.match(sentence.text[level.end : other.start]):
        return None
    is_alike = (other.currency or level.currency, other.scale) == (level.currency, level.scale)
    return other.value if is_alike and not other.percent else None


def _weight(sentence: Sentence, match: re.Match[str], quantity: Quantity) -> float:
    weight = 0.78 if plain_subject(sentence.text[: match.start()]) else 0.4
    weight *= 0.85 if quantity.about else 1.0
    weight *= 0.5 if ELSEWHERE.search(sentence.text) or DIVIDED.search(sentence.text) else 1.0
    return weight * (1.0 if quantity.currency else 0.9)


_UP = re.compile(
    r"\b(?:increas\w*|grew|grow(?:n|s|ing|th)|rose|risen|rise|up|higher|gain\w*|improv\w*|climb\w*"
    r"|advanc\w*|expand\w*)\b",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(?:decreas\w*|declin\w*|fell|fall(?:en|s)?|drop\w*|down|lower|reduc\w*|shrank|shrunk"
    r"|contract(?:ed|ion)|slipp?ed|dip\w*)\b",
    re.IGNORECASE,
)
_NOT_AS_REPORTED = re.compile(
    r"constant|currency[\s-]neutral|organic|like[\s-]for[\s-]like|excluding|underlying|adjusted"
    r"|comparable|expect|guidance|outlook|target|forecast|will\b|quarter",
    re.IGNORECASE,
)


def changes_said(level: Sought, sentence: Sentence, source: Source) -> Iterator[float]:
    """The changes in per cent that a sentence says of the sought thing."""
    match = phrases(level).search(sentence.text)
    if match is None or not plain_subject(sentence.text[: match.start()]):
        return
    for quantity in quantities(sentence.text, mark=source.mark):
        if not quantity.percent or quantity.about or quantity.start < match.end():
            continue
        between = sentence.text[match.end() : quantity.start]
        if len(between) > 120 or "percentage point" in quantity.text:
            continue
        around = sentence.text[match.start() : quantity.end + 40]
        if _NOT_AS_REPORTED.search(around.split(",")[0]):
            continue
        up, down = _last(_UP, between), _last(_DOWN, between)
        if up < 0 and down < 0:
            after = sentence.text[quantity.end : quantity.end + 12]
            up, down = _last(_UP, after), _last(_DOWN, after)
        if up >= 0 or down >= 0:
            yield -abs(quantity.value) if down > up else quantity.value


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)
