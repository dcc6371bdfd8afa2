"""What a table's column is about, read from its heading."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from .years import months_spanned, one_year

Role = Literal["period", "change", "note", "share", "other", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A column's role; ``year`` is the year in which the period ends, ``months`` its length.

    ``kind`` is what is left of the words without the period: "group", "total", "US$".
    """

    text: str
    role: Role
    year: int | None = None
    months: int | None = None
    adjusted: bool = False
    kind: str = ""

    @property
    def is_full_year(self) -> bool:
        return self.role == "period" and self.months in {None, 12} and not self.adjusted


_MONTHS = {"three": 3, "3": 3, "six": 6, "6": 6, "nine": 9, "9": 9, "twelve": 12, "12": 12}
_ADJUSTED = re.compile(
    r"pro[\s-]?forma|forecast|guidance|budget|target|outlook|plan\b|expected|estimate|consensus"
    r"|constant|currency|organic|like[\s-]for[\s-]like|underlying|adjusted|non-gaap|discontinued"
    r"|previously|prior to|before restate|adjustments?|eliminat|\b20\d\d\s?[EFP]\b"
    r"|exceptional|special items?|non-recurring|separately disclosed|\bexcluding\b|\bex-",
    re.IGNORECASE,
)
#: Of several columns for one year: the whole before its parts, the group before its parent.
_WHOLE = re.compile(
    r"\btotal\b|\bgroup\b|consolidated|statutory|as reported|\bifrs\b|\bgaap\b", re.I
)
_PART_OF = re.compile(
    r"\bcompany\b|\bparent\b|\bbank\b|separate|stand[\s-]?alone|segment|trust\b", re.I
)
_PERIOD_WORDS = re.compile(
    r"\d+|\b(?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|for|the|years?|months?|weeks?|ended"
    r"|ending|fiscal|financial|fy|cy|twelve|fifty|two|three|as|restated|audited|unaudited|period"
    r"|to|at|of|actual)\b|[^\w$€£¥₹]+",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"chang|variance|growth|increase|decrease|\bvs\b|versus|\+/-|^\W*%\W*$|yoy", re.I
)
_SHARE = re.compile(r"%|percent|per cent|\bper share\b|\bmix\b|\bshare of\b|margin", re.IGNORECASE)
_PART = re.compile(
    r"\b(?:q[1-4]|h[12]|[1-4]q(?:\d\d)?|[12]h(?:\d\d)?)\b|quarter|half[\s-]year|\b(?:1st|2nd|first|second)\s+half",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def heading(text: str) -> Heading:
    """A heading's meaning; a blank one has the role "unknown"."""
    # A note in brackets that began further to the left is none of this column's.
    plain = re.sub(r"^[^()]*\)\s*", "", text.strip())
    if not plain:
        return Heading(text="", role="unknown")
    adjusted = bool(_ADJUSTED.search(plain))
    if re.fullmatch(r"notes?\.?(?:\s+(?:no\.?|ref\.?))?", plain, re.IGNORECASE):
        return Heading(text=plain, role="note")
    if _CHANGE.search(plain):
        return Heading(text=plain, role="change", adjusted=adjusted)
    if _SHARE.search(plain):
        return Heading(text=plain, role="share")
    year = one_year(plain)
    if year is None and not _PART.search(plain) and "month" not in plain.lower():
        return Heading(text=plain, role="other", adjusted=adjusted)
    return Heading(
        text=plain,
        role="period",
        year=year,
        months=_length(plain),
        adjusted=adjusted,
        kind=re.sub(r"\s+", " ", _PERIOD_WORDS.sub(" ", plain)).strip().lower(),
    )


def _length(text: str) -> int | None:
    if _PART.search(text):
        return 3
    months = re.search(
        r"\b(three|six|nine|twelve|3|6|9|12)(?:[\s-]months?|M)\b", text, re.IGNORECASE
    )
    return _MONTHS[months[1].lower()] if months else months_spanned(text)


_THIS = re.compile(r"(?:this|current)\s+(?:financial\s+|fiscal\s+)?(?:year|period)", re.IGNORECASE)
_LAST = re.compile(
    r"(?:last|prior|previous|preceding)\s+(?:financial\s+|fiscal\s+)?(?:year|period)", re.IGNORECASE
)


def dated(found: Heading, year: int) -> Heading:
    """A heading such as "This year" or "Prior year" in the table of a year."""
    text = found.text
    if found.role != "other" or not (_THIS.search(text) or _LAST.search(text)):
        return found
    return replace(found, role="period", year=year - (1 if _LAST.search(text) else 0))


def newest(headings: Sequence[Heading]) -> int | None:
    """The column of the newest full year, wherever it stands; None where no year is named.

    Of several for that year it is the one for the whole; else one of a kind that has more years,
    because a translation for the reader's convenience has no year before; else the first.
    """
    ranked = _ranked(headings)
    return ranked[0][1] if ranked else None


def is_clear(headings: Sequence[Heading]) -> bool:
    """Whether ``newest`` had one column to take, not two as good: "Asia 2023", "Europe 2023"."""
    ranked = _ranked(headings)
    return len([at for rank, at in ranked if rank == ranked[0][0]]) <= 1


def _ranked(headings: Sequence[Heading]) -> list[tuple[tuple[int, int], int]]:
    """The columns of the newest full year with their ranks, best first."""
    full = [(at, each) for at, each in enumerate(headings) if each.is_full_year and each.year]
    year = max((each.year or 0 for _, each in full), default=0)
    kinds = Counter(each.kind for _, each in full)
    ranks = []
    for at, each in full:
        if each.year == year:
            whole = bool(_WHOLE.search(each.kind)) - bool(_PART_OF.search(each.kind))
            ranks.append(((whole, kinds[each.kind]), at))
    return sorted(ranks, key=lambda each: (-each[0][0], -each[0][1], each[1]))


def year_before(headings: Sequence[Heading], column: int) -> int | None:
    """The column of the year before ``column``'s, of the same kind of period."""
    of_year = [
        at
        for at, each in enumerate(headings)
        if each.is_full_year and each.year == (headings[column].year or 0) - 1
    ]
    same = [at for at in of_year if headings[at].kind == headings[column].kind]
    # With several kinds for one year and none the same there is no telling which to compare.
    if same:
        return same[0] if len(same) == 1 else None
    return of_year[0] if len(of_year) == 1 else None
