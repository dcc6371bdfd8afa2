"""How the rent changes and how it is paid, by clauses that can be read in one way only.

A rise is taken from a plain clause: so much, so often, and nothing that makes it depend. Whatever
else speaks of the rent is told to a person in its own words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ....nodes.offline.dates import MONTHS
from ....nodes.papers import Line
from ....nodes.timeline import spans_in
from .clauses import Clauses, Hit, months_of

_I = re.IGNORECASE


@dataclass(frozen=True, kw_only=True)
class Rise:
    """A clause by which the rent changes."""

    line: Line
    kind: str
    value: Decimal | None
    every: int
    first: date | None

    @property
    def says(self) -> tuple[object, ...]:
        """By which two clauses are the same."""
        return (self.kind, self.value, self.every, self.first)


PERCENT = re.compile(r"(\d{1,2}(?:[.,]\d{1,3})?)\s*(?:%|per\s?cent)", _I)
_MOVES = (
    r"\b(?:increas\w*|adjust\w*|index\w*|escalat\w*|uplift\w*|ris(?:es?|ing|en)|go(?:es)? up"
    r"|step\w*|reduc\w+|decreas\w+|lowered|review(?:ed|s)?)\b"
)
_INDEX = re.compile(r"\b(?:index|cpi|rpi|hicp|inflation)\b", _I)
#: Words that make a rise depend on something, bound it, or take it back.
_DEPENDS = re.compile(
    r"\b(?:not|no|never|nor|(?<!\d )may(?!,? \d)|might|can|could|if|unless|when|provided|agree\w*"
    r"|propos\w*|intend\w*|(?:more|less|greater|higher|lower) than|exceed\w*|up to"
    r"|at (?:most|least)|maxim\w*|minim\w*|capp?\w*|subject to|entitled|right|discretion"
    r"|demand\w*|request\w*|negotiat\w*|interest|late|overdue|arrears|default|other|alternate|bienn\w+"
    r"|rising|step\w*|reduc\w+|decreas\w+|lowered|until|only|except|market|first(?! time)|second"
    r"|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th) (?:year|anniv\w+))\b",
    _I,
)
_AGAIN = re.compile(
    r"\b(?:every|each|annually|yearly|annual(?! rent)|anniversary|once a year)\b"
    r"|(?:%|per\s?cent|\d)\s*(?:per year|per annum|a year|p\.a\.)",
    _I,
)
_DAY_OF_YEAR = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({'|'.join(MONTHS)})\b", _I)
_NONE = re.compile(r":\s*(?:none|no|nil|n/?a|not applicable)\W*$", _I)
_LABELS = ("indexation", "rent indexation", "escalation", "rent increase", "rent review")


#: The rent itself moves; that somebody may move it is no rise.
_RENT_MOVES = re.compile(rf"\brent\b[^.]*?{_MOVES}|^[^:]{{0,30}}:", _I)


def _changes(clauses: Clauses) -> Iterator[Line]:
    """Every clause that speaks of a change of the rent, once."""
    lines = [line for _, line, _ in clauses.labelled(*_LABELS)]
    lines += clauses.saying(r"\brent\b", _MOVES, but=r"\breplaced\b")
    for line in clauses.saying(r"\brent\b", PERCENT.pattern, but=r"\binterest\b|\breplaced\b"):
        lines.append(line)
    for line in {(each.page, each.number, each.text): each for each in lines}.values():
        # "The rent shall not be increased" changes nothing, unless it says by how much.
        nothing = re.search(r"\bnot be\b", line.text, _I) and not re.search(r"\d", line.text)
        if not _NONE.search(line.text) and not nothing:
            yield line


def rises(clauses: Clauses, start: date | None) -> tuple[list[Rise], list[Line]]:
    """The clauses by which the rent changes, and those that do not say it plainly."""
    sure: list[Rise] = []
    unsure: list[Line] = []
    for line in _changes(clauses):
        rise = None if _DEPENDS.search(line.text) else _rise(line, clauses, start)
        if rise is None:
            unsure.append(line)
        else:
            sure.append(rise)
    if len({each.says for each in sure}) > 1:
        return [], [*(each.line for each in sure), *unsure]
    return sure, unsure


def _rise(line: Line, clauses: Clauses, start: date | None) -> Rise | None:
    percents, sums = PERCENT.findall(line.text), clauses.sums(line.text)
    days = [each.day for each in clauses.days(line.text)]
    periods = [
        each for each in spans_in(line.text)
        if re.search(r"\b(?:every|each)\s*$", line.text[: each.start], _I)
    ]  # fmt: skip
    plain = len(days) < 2 and None not in days and not any(each.days for each in periods)
    if not plain or len(periods) > 1 or not _AGAIN.search(line.text):
        return None
    if not _RENT_MOVES.search(line.text):
        return None
    if not days and not _on_anniversary(line.text, start):
        return None
    kind, value = "index", None
    if _INDEX.search(line.text):
        if percents or sums:
            return None
    elif len(percents) == 1 and not any(
        re.search(r"\bby\s*$", line.text[: each.start], _I) for each in sums
    ):
        kind, value = "rate", Decimal(percents[0].replace(",", "."))
    elif len(sums) == 1 and not percents and re.search(r"\bby\s*$", line.text[: sums[0].start], _I):
        kind, value = "sum", sums[0].value
    else:
        return None
    every = periods[0].months if periods else 12
    return Rise(line=line, kind=kind, value=value, every=every, first=days[0] if days else None)


def _on_anniversary(text: str, start: date | None) -> bool:
    """Whether a day without a year, "on 31 August", is the one on which the lease began."""
    named = _DAY_OF_YEAR.findall(text)
    own = None if start is None else (start.day, MONTHS[start.month - 1])
    return all((int(day), month.lower()) == own for day, month in named)


_PAID = re.compile(
    r"\b(?:payable|paid|due|instal\w+|payments?)\b[^.;]{0,40}?"
    r"\b(?P<a>weekly|monthly|quarterly|half-yearly|annually|yearly"
    r"|(?:each|every|per) (?!cent)\w+)\b"
    r"|\b(?P<b>weekly|monthly|quarterly|half-yearly|annual|yearly)\s+"
    r"(?:in advance|in arrears?|instal\w+|payments?)\b",
    _I,
)


def payments(clauses: Clauses) -> tuple[set[int], list[Line]]:
    """For how many months the rent is paid at a time, and clauses that name what is not counted."""
    found: set[int] = set()
    unsure = []
    lines = [*clauses.saying(r"\brents?\b"), *(at for _, at, _ in clauses.labelled("payment"))]
    for line in lines:
        for match in _PAID.finditer(line.text):
            often = str(match["a"] or match["b"])
            months = None if often.lower().startswith("half") else months_of(often)
            if months is not None:
                found.add(months)
            else:
                unsure.append(line)
    return found, unsure


#: What makes the sum that is paid another one than the rent that is named.
_OTHERWISE = re.compile(
    r"\brent[- ]free\b|\bfree of rent\b|\bno rent\b|\brent holiday\b|\babate\w*|\bwaive\w*"
    r"|\bdiscount\w*|\bvat\b|\bvalue added\b|\bsales tax\b|\bplus\b|\bturnover\b|\bthereafter\b"
    r"|\b(?:first|second|third|fourth|fifth|last|final) (?:\w+ )?(?:months?|quarters?|years?)\b",
    _I,
)
#: How one rent is to the same rent of another period.
_SAME = tuple(Decimal(a) / b for a in (1, 3, 12) for b in (1, 3, 12))


def unsure_rents(clauses: Clauses, hits: list[Hit]) -> Iterator[Line]:
    """Clauses after which what is paid may be another sum than the rent."""
    yield from (line for line in clauses.saying(r"\brents?\b") if _OTHERWISE.search(line.text))
    for hit in hits:
        sums = [each.value for each in clauses.sums(hit.line.text)]
        first = hit.sum.value if hit.sum is not None else None
        if first and any(abs(each / first - one) > Decimal("0.01") for each in sums
                         for one in [min(_SAME, key=lambda s: abs(s - each / first))]):  # fmt: skip
            yield hit.line
