"""The text that an extractor is given, as pages of sentences and tables."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from .numbers import DecimalMark, Scale, currency_of, decimal_mark, stated_scale
from .sentences import split_sentences
from .tables import Row, Table, tables_in
from .years import last_year, said_year

__all__ = ["CONSOLIDATED", "Row", "Sentence", "Source", "Table", "split_sentences"]

CONSOLIDATED = re.compile(r"consolidated|\bgroup\b", re.IGNORECASE)
#: What is longer than this is no sentence, but a table or a list that lost its lines.
_LONGEST = 1500
_MARKED = re.compile(r"\d[.,]\d")
_FIGURE = re.compile(r"\d|per\s?cent", re.IGNORECASE)
_PAGE = re.compile(r"^\[page (\d+)\]$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence of the prose and the page that it stands on (None: the text has no pages)."""

    text: str
    page: int | None
    order: int


@dataclass(frozen=True)
class Source:
    """A text to read from. ``[page N]`` on a line of its own begins a page."""

    text: str
    pages: tuple[tuple[int | None, str], ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pages", tuple(_pages(self.text)))

    @cached_property
    def mark(self) -> DecimalMark:
        return decimal_mark(self.text)

    @cached_property
    def table_mark(self) -> DecimalMark:
        """The mark of the tables, which may be another than the prose's."""
        cells = [cell for table in self.tables for row in table.rows for cell in row.cells]
        return decimal_mark(" | ".join(cells)) if any(map(_MARKED.search, cells)) else self.mark

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        found = ((page, text) for page, body in self.pages for text in split_sentences(body))
        return tuple(
            Sentence(text=text, page=page, order=order) for order, (page, text) in enumerate(found)
        )

    @cached_property
    def figured(self) -> tuple[Sentence, ...]:
        """The sentences with a figure, or with a per cent in words: few of all."""
        return tuple(
            each
            for each in self.sentences
            if len(each.text) < _LONGEST and _FIGURE.search(each.text)
        )

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        return tuple(table for page, body in self.pages for table in tables_in(body, page))

    @cached_property
    def year(self) -> int | None:
        """The year that the text reports on, by its statements; else by what it says most."""
        stated = [
            table.columns[table.newest].year or 0
            for table in self.tables
            if table.newest is not None and table.likeness >= 3
        ]
        if stated:
            return max(stated)
        said = Counter(last_year(match[0]) for match in _REPORTED.finditer(self.text))
        said.pop(None, None)
        if not said:
            said.update(said_year(each.text) for each in self.figured)
            said.pop(None, None)
            often = max(said.values(), default=0)
            said = Counter({year: count for year, count in said.items() if count == often})
        # Most often the year and the one before are both named.
        return max((year for year in said if year), default=None)

    @cached_property
    def consolidates(self) -> bool:
        """Whether one of its statements is called the group's: then others may be the parent's."""
        statements = (table for table in self.tables if table.likeness >= 3)
        return any(CONSOLIDATED.search(table.title) for table in statements)

    @cached_property
    def _declared(self) -> str:
        """How the text says its amounts are given, once for all tables."""
        said = (
            match["all"] or match["unless"]
            for match in _DECLARED.finditer(self.text)
            if "subsidiar" not in match[0]
        )
        return next((how for how in said if currency_of(how) or stated_scale(f"in {how}")), "")

    @cached_property
    def scale(self) -> Scale | None:
        """The scale that the text declares for all its amounts."""
        return stated_scale(f"in {self._declared}")

    @cached_property
    def currency(self) -> str | None:
        """The reporting currency, where the text says it in words."""
        said = (match for match in _REPORTS_IN.finditer(self.text) if "subsid" not in match[0])
        named = (currency_of(match[1]) for match in said)
        return currency_of(self._declared) or next((each for each in named if each), None)

    @cached_property
    def shift(self) -> int:
        """By how many years periods end after the year they are named for: "fiscal 2023 ended
        February 3, 2024" is 1."""
        pairs = ((int(match[1]), last_year(match[2])) for match in _NAMED.finditer(self.text))
        later = [ends - named for named, ends in pairs if ends is not None]
        return 1 if later and all(each == 1 for each in later) else 0

    @cached_property
    def dollar(self) -> str:
        """Whose dollar a bare "$" is: the United States', unless the text declares another's."""
        meant = _MEANT.search(self.text)
        code = (currency_of(meant[1]) if meant else None) or self.currency
        return code if code in _DOLLARS else "USD"


_DOLLARS = frozenset({"CAD", "AUD", "NZD", "HKD", "SGD", "TWD"})
_IN = (
    r"\b(?:presented|expressed|stated|reported|shown|given|rounded|are|is|amounts|figures)\s+"
    r"(?:in|to\s+the\s+nearest)\s+"
)
_STOP = r"(?=,|;|\||\)|\bunless\b|\bexcept|\bother|\band\b|\.\s|\.?$)"
_DECLARED = re.compile(
    rf"\b(?:all|otherwise|(?:consolidated|these|this|the|our)\s+(?:consolidated\s+)?(?:financial\s+)?"
    rf"(?:statements?|report))\b[^.;|]{{0,80}}?{_IN}(?P<all>[^|;]{{0,50}}?){_STOP}"
    rf"|\b(?:amounts?|figures|tables)\b[^.;|]{{0,80}}?{_IN}(?P<unless>[^|;]{{0,50}}?),?\s+(?:unless|except)",
    re.IGNORECASE | re.MULTILINE,
)
_REPORTS_IN = re.compile(
    r"(?:reporting|presentation)\s+currency[^.]{0,60}?\b(?:is|are)\b([^.]{0,60})", re.IGNORECASE
)
#: Only a year that ends in the first weeks of the next one is named for the year before.
_NAMED = re.compile(
    r"\bfiscal(?:\s+year)?\s+(20\d\d)\b[^.;\d]{0,40}?\b(?:ended|ending|ends)\s+(?:on\s+)?"
    r"(?:\w+,\s+)?(?:January|February)\s+\d\d?,\s+(20\d\d)",
    re.IGNORECASE,
)
_MEANT = re.compile(
    r"(?:[\"“']\s*\$|\bdollars?|\"C?\$\")[\"”']?[^.]{0,60}\b(?:refers?|means?|are)\b\s+(?:to\s+)?([^.]{0,40})"
)
#: Where a text names the year of its report. "Will" and the like are about the next one.
_REPORTED = re.compile(
    r"\b(?:(?:years?|periods?|weeks|months)\s+(?:ended|ending)|annual\s+report|fiscal(?:\s+year)?"
    r"|financial\s+year|highlights)\s[^.\n]{0,25}?(?:(?:19|20)\d\d(?:/\d\d)?)"
    r"|\b(?:FY\s?\d\d|(?:19|20)\d\d(?:/\d\d)?\s+(?:highlights|annual\s+report|at\s+a\s+glance"
    r"|in\s+brief|key\s+figures))\b",
    re.IGNORECASE,
)


def _pages(text: str) -> Iterator[tuple[int | None, str]]:
    parts = _PAGE.split(text)
    if parts[0].strip() or len(parts) == 1:
        yield None, parts[0]
    for number, body in zip(parts[1::2], parts[2::2], strict=True):
        yield int(number), body
