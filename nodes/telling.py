"""Sentences that state a number, and sentences that say what could go wrong, told by rule.

The extractor picks the few that matter most of a long report. A memo has few to pick from, and
there everything counts that states something: a list's items and "Label: 1,120 litres" as well.
"""

import re
from collections.abc import Iterable, Iterator

from .gates.words import sentences
from .offline.dates import MONTH
from .offline.sentences import split_sentences
from .statements import Numbered, Statement

_SCALE = r"(?:thousand|million|billion|trillion|lakh|crore|bn|mn|[kmMKB](?![A-Za-z]))"
_DIGITS = r"\d+(?:[.,'’ ]\d{3})*(?:[.,]\d+)?"
_CODE = r"(?:EUR|USD|GBP|CHF|JPY|INR|CAD|AUD|SEK|NOK|DKK|PLN)"
_PRINTED = re.compile(
    r"(?<![\w.,/:-])"
    rf"(?P<money>(?:[A-Z]{{2,3}}\s?)?[$€£¥₹]\s?|{_CODE}\s)?"
    rf"(?P<digits>{_DIGITS})"
    rf"(?P<scale>\s?{_SCALE}\b)?"
    r"(?P<per>\s?%|\s?per\s?cent(?:age points?)?\b|\s?(?:percentage|basis) points?\b)?"
    rf"(?P<after>\s?[$€£](?!\w)|\s{_CODE}\b|\s(?:euros?|dollars?|pounds?|francs?|cents?)\b)?"
    r"(?![\w:/]|[-.,]\d)"
)
_MONTH = rf"(?:{MONTH})\.?"
_DATE_AFTER = re.compile(rf"^(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH}(?![a-z])", re.IGNORECASE)
_DATE_BEFORE = re.compile(rf"\b{_MONTH}\s*$", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
#: What is counted: a plural, or a unit that has none; or how often.
_COUNTED = re.compile(
    r"^\s?(?:(?:[a-z-]+\s){0,2}?(?!(?:was|is|has|does|goes|its|this|as|us|less)\b)[a-z-]{2,}s\b"
    r"|(?:people|men|women|children|staff|km|kg|g|m|mm|cm|t|l|kW|kWh|MW|MWh|GB|TB|mg|ml|ha|dB)\b"
    r"|(?:a|per|each|every)\s[a-z]+|°)"
)
#: What makes a number of days a deadline, and no statistic.
_DUE = re.compile(r"\b(?:within|no later than|not later than)\s+$", re.IGNORECASE)
#: Words before a number that make it a name: "section 4", "version 2".
_NAMING = re.compile(
    r"(?:\b(?:pages?|p\.|section|chapter|figure|table|note|item|appendix|annex|no\.?|number|version"
    r"|phase|article|clause|paragraph|level|step|line|room|form|iso|option|scenario)|[#§])\s*$",
    re.IGNORECASE,
)
_RISK = re.compile(
    r"\b(?:could|might|(?-i:may)|unlikely|uncertain\w*|(?<!at )risk\w*|threat\w*|endanger\w*"
    r"|danger\w*|vulnerab\w+|weak\s+points?|jeopardi[sz]\w*|unless)\b"
    r"|\bcannot\s+be\s+(?:excluded|ruled\s+out|guaranteed)\b"
    r"|\bif\b[^.]{3,120}\bwill\b|\bwill\b[^.]{3,120}\bif\b"
    # What something would cost is an estimate; what it would break is not.
    r"|\bwould\s+(?:\w+\s+){0,2}?(?:have\s+to|los[et]\w*|harm|hit|void|break|delay|damage|cut|cancel"
    r"|fail|tied|spoil|mean|threaten|worsen|cost\s+us|suffer|stop|disrupt|exceed)\b",
    re.IGNORECASE,
)
#: What could be, and would be welcome.
_WELCOME = re.compile(
    r"\b(?:could|might|(?-i:may)|would)\s+(?:\w+\s+){0,2}?(?:save|gain|improve|benefit|help|win|"
    r"like|love|welcome|attract|recommend|suggest|propose|reduce\s+(?:the\s+)?(?:costs?|risks?))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")
#: Fewer words say nothing, and more are no sentence but a list that lost its lines.
_FEWEST, _MOST = 3, 60


def printed_numbers(text: str) -> tuple[str, ...]:
    """The numbers that a sentence states, as printed: amounts and shares first, then counts.

    Dates, years and numbers that are part of a name ("section 4", "plant 2") state nothing.
    """
    strong: list[str] = []
    weak: list[str] = []
    for match in _PRINTED.finditer(text):
        if any(match[name] for name in ("money", "scale", "per", "after")):
            strong.append(match[0].strip())
        elif _counts(text, match):
            weak.append(match[0].strip())
    return (*strong, *weak)


def _counts(text: str, match: re.Match[str]) -> bool:
    before, after, digits = text[: match.start()], text[match.end() :], match["digits"]
    if _DATE_AFTER.match(after) or _DATE_BEFORE.search(before) or _YEAR.fullmatch(digits):
        return False
    if _NAMING.search(before) or _DUE.search(before):
        return False
    long = len(digits) > 2 if digits.isdigit() else True  # a decimal is a measure
    return long or _COUNTED.match(after) is not None


def tells_risk(text: str) -> bool:
    """Whether a sentence says what could go wrong; hopes and past mishaps are none."""
    return _RISK.search(text) is not None and _WELCOME.search(text) is None


def numbered(pages: Iterable[Numbered]) -> Iterator[Statement]:
    """The sentences that state a number, in reading order."""
    return (each for each in _sentences(pages) if printed_numbers(each.text))


def feared(pages: Iterable[Numbered]) -> Iterator[Statement]:
    """The sentences that say what could go wrong, in reading order."""
    return (each for each in _sentences(pages) if tells_risk(each.text))


def _sentences(pages: Iterable[Numbered]) -> Iterator[Statement]:
    for page in pages:
        for text in _parts(page.text):
            if " | " not in text and not text.endswith("?") and _says(text):
                yield Statement(text=text, page=page.number, evidence=text)


def _says(text: str) -> bool:
    """Whether it is a sentence or a labelled line, and no row of figures."""
    if _HEADER.match(text):
        return False
    if _LABELLED.match(text):
        return True
    letters = sum(map(str.isalpha, text)) / len(text)
    return letters > 0.5 and _FEWEST <= len(_WORD.findall(text)) <= _MOST


#: The head of a letter is about the letter.
_HEADER = re.compile(r"(?:from|to|cc|date|sent|subject|re)\s*:", re.IGNORECASE)
_LABELLED = re.compile(r"[^\W\d_][^:.]{2,40}:\s(?:\S+\s?){1,12}$")


def _parts(text: str) -> list[str]:
    """The sentences of the prose, and what else stands by itself, as they follow each other."""
    plain = " ".join(text.split())
    prose = [_NEXT.sub("", _BULLET.sub("", each)) for each in split_sentences(text)]
    items = {" ".join(match["item"].split()) for match in _ITEM.finditer(text)}
    lines = (" ".join(each.split()) for each in sentences(text))
    # Prose is cut better there; lists and labelled lines are found here, and headings are neither.
    apart = [
        line
        for line in lines
        if not any(each in line or line in each for each in prose)
        and (re.search(r"[.;!)]$|:\s.*\d", line) or any(line.startswith(each) for each in items))
    ]
    return sorted(filter(None, (*prose, *apart)), key=plain.find)


_BULLET = re.compile(r"^(?:[-*•▪◦–]|\d{1,2}[.)])\s+")
#: The number of the item that follows.
_NEXT = re.compile(r"(?<=[.;])\s\d{1,2}[.)]$")
_ITEM = re.compile(r"^\s*(?:[-*•▪◦–]|\d{1,2}[.)])\s+(?P<item>\S.*)$", re.MULTILINE)
