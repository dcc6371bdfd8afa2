"""What is told by wording: yes or no, one of several names, a name, a date, a labelled value."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from .picking import stem
from .source import Sentence, Source

if TYPE_CHECKING:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a wording tells; ``value`` None comes with the ``reason``."""

    value: object
    confidence: float = 0.0
    sentence: Sentence | None = None
    reason: str | None = None


#: Words that speak for a value which the text seldom names outright.
_SYNONYMS: Mapping[str, str] = {
    "high": r"urgent\w*|immediately|critical\w*|emergency|asap|severe\w*|as soon as possible|danger",
    "urgent": r"urgent\w*|immediately|critical\w*|emergency|asap|as soon as possible|right away",
    "critical": r"critical\w*|outage|emergency|severe\w*|data loss|down for",
    "low": r"no rush|whenever|minor|low priority|when you have time|not urgent",
    "billing": r"invoice\w*|charged?|payment\w*|refund\w*|bill(?:ed|ing)?\b|credit card",
    "technical": r"error\w*|crash\w*|bug\w*|broken|install\w*|log ?in|timeout",
    "complaint": r"complain\w*|unacceptable|disappoint\w*|terrible|worst|angry",
    "question": r"\?|how (?:do|can|to)|what is|could you tell",
    "increase": r"increas\w+|grew|growth|rose|higher|up \d",
    "increasing": r"increas\w+|grew|growth|rose|higher",
    "decrease": r"decreas\w+|declin\w+|fell|lower|down \d",
    "decreasing": r"decreas\w+|declin\w+|fell|lower",
    "stable": r"stable|unchanged|flat\b|in line with",
    "profit": r"net income|net profit|profit for the year",
    "loss": r"net loss|loss for the year",
}
_FEELINGS = frozenset({"positive", "negative", "neutral", "mixed"})
_NOT = re.compile(
    r"\b(?:not|no|never|without|nor|neither|cannot|isn't|wasn't|aren't|won't|didn't|doesn't|un)\b"
    r"|n't\b|\bun(?=audited)",
    re.IGNORECASE,
)


def choice(names: Sequence[str], source: Source) -> Said:
    """The one name of several that the text's wording speaks for."""
    if set(names) <= _FEELINGS:
        return _feeling(names, source)
    hits: dict[str, list[Sentence]] = {}
    for name in names:
        pattern = _pattern(name)
        hits[name] = [each for each in _statements(source) if _affirmed(pattern, each.text)]
    ranked = sorted(names, key=lambda name: -len(hits[name]))
    first, rest = ranked[0], ranked[1:]
    if not hits[first]:
        return Said(value=None, reason=f"No wording of the text speaks for {_listed(names)}.")
    if rest and len(hits[rest[0]]) == len(hits[first]):
        tied = [name for name in names if len(hits[name]) == len(hits[first])]
        return Said(value=None, reason=f"The text's wording speaks for {_listed(tied)} alike.")
    total = sum(len(each) for each in hits.values())
    return Said(
        value=first,
        confidence=round(0.45 + 0.4 * len(hits[first]) / total, 2),
        sentence=hits[first][0],
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)


def _pattern(name: str) -> re.Pattern[str]:
    spoken = re.sub(r"[_-]+", r"[\\s_-]+", re.escape(name.lower()).replace("\\-", "-"))
    more = _SYNONYMS.get(name.lower())
    return re.compile(rf"\b{spoken}(?:s|es)?\b" + (f"|{more}" if more else ""), re.IGNORECASE)


def _affirmed(pattern: re.Pattern[str], text: str) -> bool:
    match = pattern.search(text)
    return match is not None and not _NOT.search(text[max(0, match.start() - 30) : match.start()])


def _feeling(names: Sequence[str], source: Source) -> Said:
    scores = [
        (analyser().polarity_scores(each.text)["compound"], each) for each in _statements(source)
    ]
    if not scores:
        return Said(value=None, reason="The text holds no sentence to judge.")
    mean = sum(score for score, _ in scores) / len(scores)
    spread = {score > 0.3 for score, _ in scores if abs(score) > 0.3}
    if "mixed" in names and len(spread) == 2 and abs(mean) < 0.3:
        value = "mixed"
    elif mean >= 0.1 or ("neutral" not in names and mean > 0):
        value = "positive"
    elif mean <= -0.1 or "neutral" not in names:
        value = "negative"
    else:
        value = "neutral"
    if value not in names:
        return Said(value=None, reason=f"The text's tone fits none of {_listed(names)}.")
    strongest = max(scores, key=lambda each: abs(each[0]))[1]
    return Said(
        value=value, confidence=round(min(0.85, 0.5 + 0.4 * abs(mean)), 2), sentence=strongest
    )


@lru_cache(maxsize=1)
def analyser() -> "SentimentIntensityAnalyzer":
    """VADER's word list, read once."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


def yes_or_no(name: str, description: str, source: Source) -> Said:
    """Whether the text states what a field's name says, or denies it."""
    spoken = re.sub(r"^(?:is|has|have|are|was|does|did|can|needs?|requires?)_", "", name)
    words = [stem(word) for word in re.findall(r"[a-z]{3,}", spoken.lower().replace("_", " "))]
    if not words:
        words = [stem(word) for word in re.findall(r"[a-z]{4,}", description.lower())][:4]
    if not words:
        return Said(value=None, reason=f"Nothing says what {name!r} asks.")
    for sentence in _statements(source):
        text = sentence.text.lower()
        places = [
            match.start()
            for word in words
            if (match := re.search(rf"\b(?:un|non-?)?{re.escape(word)}", text))
        ]
        if len(places) == len(words):
            before = text[max(0, min(places) - 40) : max(places) + 3]
            denied = bool(_NOT.search(before)) or bool(
                re.search(rf"\b(?:un|non-?){re.escape(words[-1])}", text)
            )
            return Said(value=not denied, confidence=0.65, sentence=sentence)
    return Said(
        value=None, reason=f"The text neither states nor denies {spoken.replace('_', ' ')!r}."
    )


_DATE_FORMS = ("%Y-%m-%d", "%B %d, %Y", "%d %B %Y", "%b %d, %Y", "%d %b %Y", "%d.%m.%Y")
_DATE = re.compile(
    r"\b\d{4}-\d\d-\d\d\b|\b[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}\b|\b\d{1,2} [A-Z][a-z]{2,8} \d{4}\b"
    r"|\b\d{1,2}\.\d{1,2}\.\d{4}\b"
)


def labelled_date(names: Sequence[str], source: Source) -> Said:
    """The date that stands beside a name; dates that could be day or month first are left."""
    for sentence in _statements(source):
        where = _place(names, sentence.text)
        if where is None:
            continue
        match = _DATE.search(sentence.text, where) or _DATE.search(sentence.text)
        parsed = to_date(match[0]) if match else None
        if parsed is not None:
            return Said(value=parsed, confidence=0.75, sentence=sentence)
    return Said(value=None, reason=f"The text gives no date for {names[0]!r}.")


def to_date(text: str) -> date | None:
    """A written date, in any of the forms that can mean only one day."""
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(text.replace(".", ".").strip(), form).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None


def labelled_text(names: Sequence[str], source: Source) -> Said:
    """What follows a name and a colon on one line ("Invoice number: 4711")."""
    for page, body in source.pages:
        for order, line in enumerate(body.split("\n")):
            for name in names:
                pattern = rf"^[\W_]*{re.escape(name)}\s*(?:no\.?|number)?\s*[:|]\s*(.+)$"
                match = re.match(pattern, line.strip(), re.IGNORECASE)
                if match and match[1].strip(" |"):
                    where = Sentence(text=line.strip(), page=page, order=order)
                    return Said(value=match[1].strip(" |"), confidence=0.85, sentence=where)
    return Said(value=None, reason=f"The text has no line that names {names[0]!r}.")


_COMPANY = re.compile(
    r"\b((?:[A-Z][\w&.’'-]*,?\s+){1,6}(?:Inc\.?|Corp\.?|Corporation|Incorporated|Ltd\.?|Limited|plc|PLC"
    r"|AG|SE|S\.A\.|SA|N\.V\.|NV|GmbH|AB|ASA|Oyj|LLC|L\.P\.|Company|Holdings?|Group|Co\.))(?![\w])"
)


def company(source: Source) -> Said:
    """The company's name: the one with a legal form that the text names most often."""
    counts: dict[str, tuple[int, Sentence]] = {}
    for page, body in source.pages:
        for order, line in enumerate(body.split("\n")):
            for match in _COMPANY.finditer(line):
                name = re.sub(r"^(?:The|Of|For|And|In|By)\s+", "", match[1]).strip()
                if name.split()[0] in {"Form", "Item", "Part", "Total"} or len(name.split()) < 2:
                    continue
                count, where = counts.get(
                    name, (0, Sentence(text=line.strip(), page=page, order=order))
                )
                counts[name] = (count + 1, where)
    if not counts:
        return Said(value=None, reason="The text names no company with its legal form.")
    name, (count, where) = max(counts.items(), key=lambda each: each[1][0])
    return Said(value=name, confidence=min(0.9, 0.5 + 0.1 * count), sentence=where)


def _place(names: Sequence[str], text: str) -> int | None:
    for name in names:
        match = re.search(rf"\b{re.escape(name)}", text, re.IGNORECASE)
        if match:
            return match.end()
    return None


def _statements(source: Source) -> Sequence[Sentence]:
    """The text's sentences; its lines where it has none (a form, a ticket, a subject line)."""
    if source.sentences:
        return source.sentences
    return tuple(
        Sentence(text=line.strip(), page=page, order=order)
        for page, body in source.pages
        for order, line in enumerate(body.split("\n"))
        if line.strip()
    )
