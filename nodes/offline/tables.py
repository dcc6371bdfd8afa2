"""The tables of a text: Markdown, rows of plain text, and figures that stand alone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from .headings import Heading, dated, heading, is_clear, newest
from .labels import concept_of_label
from .numbers import Scale, currency_of, stated_scale
from .thesaurus import INCOME_STATEMENT
from .years import last_year

#: From this length on a line above a table is one of a paragraph.
_LONG = 110
_AMOUNT = re.compile(r"\d[.,'’ ]?\d\d")
_UNDATED = re.compile(r"\b(?:years?|ended|ending|period|fiscal)\b", re.IGNORECASE)
_PERIOD = re.compile(r"\b(?:ended|ending|to|fiscal|year|FY)\b", re.IGNORECASE)
_STATEMENT = re.compile(
    r"consolidated|\bgroup\b|statements? of|income statement|profit (?:and|or) loss", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """A table's row: its label and its cells, one for each heading.

    ``said`` is what the text prints, where that is not the label and the cells in order.
    """

    label: str
    cells: tuple[str, ...]
    section: str = ""
    said: str = ""

    @cached_property
    def text(self) -> str:
        return self.said or " ".join(part for part in (self.label, *self.cells) if part)


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """A table with what stands above it. ``headings`` may be blank where the text has none."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    page: int | None

    @cached_property
    def columns(self) -> tuple[Heading, ...]:
        """What each column is about."""
        found = tuple(heading(text) for text in self.headings)
        if self.year is None or any(each.year for each in found):
            return found
        return tuple(dated(each, self.year) for each in found)

    @cached_property
    def newest(self) -> int | None:
        """The column of the newest full year, where the headings name one."""
        return newest(self.columns)

    @cached_property
    def is_clear(self) -> bool:
        """Whether there is just one such column, and no other that may be it.

        That is one of amounts whose heading was not found, or one that names a later year.
        """
        if self.newest is None or not is_clear(self.columns):
            return self.newest is None
        known, year = self._amounts(self.newest), self.columns[self.newest].year or 0
        return not any(
            (2 * self._amounts(at) > known and (not each.text or _UNDATED.search(each.text)))
            or (each.role != "change" and not each.adjusted and (last_year(each.text) or 0) > year)
            for at, each in enumerate(self.columns)
            if each.year is None or each.year > year
        )

    def _amounts(self, column: int) -> int:
        cells = (row.cells[column] for row in self.rows if column < len(row.cells))
        return sum("%" not in cell and _AMOUNT.search(cell) is not None for cell in cells)

    @cached_property
    def above(self) -> str:
        """The short lines of the caption, of which a sentence before the table may be one."""
        return "\n".join(line for line in self.caption.split("\n") if len(line) < _LONG)

    @cached_property
    def title(self) -> str:
        """The caption below its last line of prose: a sentence above may speak of anything."""
        lines: list[str] = []
        for line in reversed(self.caption.split("\n")):
            if len(line) >= _LONG or line.endswith((".", ";")):
                break
            lines.insert(0, line)
        return "\n".join(lines)

    @cached_property
    def year(self) -> int | None:
        """The year that the title names, for a table of one period without a heading."""
        lines = self.title.split("\n")
        ended = last_year(" ".join(line for line in lines if _PERIOD.search(line)))
        named = {year for line in lines if (year := last_year(line)) is not None}
        return ended or (named.pop() if len(named) == 1 else None)

    @cached_property
    def concepts(self) -> frozenset[str]:
        """The concepts of an income statement that its rows name."""
        shown = {concept_of_label(row.label) for row in self.rows if any(row.cells)}
        return frozenset(each for each in shown if each in INCOME_STATEMENT)

    @property
    def likeness(self) -> int:
        """How much it is an income statement: 4 or more concepts make it one."""
        return len(self.concepts)

    @cached_property
    def is_statement(self) -> bool:
        """Whether it is one beyond doubt: by its last lines or its title. A segment has neither."""
        ends = self.concepts & {"net_income", "pretax_income", "income_tax"}
        return self.likeness >= 4 and bool(ends or _STATEMENT.search(self.title))

    @cached_property
    def scale(self) -> Scale | None:
        above = f"{self.title} {' '.join(self.headings)}"
        return stated_scale(above) or stated_scale(self.caption)

    @cached_property
    def currency(self) -> str | None:
        """What the title names; else the sign in the cells."""
        named = currency_of(self.title)
        return named or currency_of(" ".join(cell for row in self.rows for cell in row.cells))


def tables_in(body: str, page: int | None) -> Iterator[Table]:
    """The tables of a page."""
    lines = body.split("\n")
    at = 0
    while at < len(lines):
        if lines[at].lstrip().startswith("|"):
            end = at
            while end < len(lines) and lines[end].lstrip().startswith("|"):
                end += 1
            yield _markdown_table(lines[at:end], _above(lines, at), page)
            at = end
        else:
            at += 1
    yield from _plain_tables(lines, page)
    yield from _tiles(lines, page)


def _above(lines: list[str], at: int) -> str:
    above: list[str] = []
    for line in reversed(lines[max(0, at - 5) : at]):
        if not line.strip() or line.lstrip().startswith("|"):
            break
        above.insert(0, line.strip())
    return "\n".join(above)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def _markdown_table(lines: list[str], caption: str, page: int | None) -> Table:
    rows = [_cells(line) for line in lines if not re.fullmatch(r"[\s|:-]+", line)]
    ruled = any(re.fullmatch(r"[\s|:-]+", line) and "-" in line for line in lines[:2])
    headings: tuple[str, ...] = ()
    if ruled and rows and not re.fullmatch(r"[\s|:-]+", lines[0]):
        headings = rows.pop(0)[1:]
    width = max((len(row) - 1 for row in rows), default=0)
    headings = (*headings, *("",) * (width - len(headings)))
    return Table(caption=caption, headings=headings, rows=tuple(_sectioned(rows)), page=page)


def _sectioned(rows: Sequence[tuple[str, ...]]) -> Iterator[Row]:
    section = ""
    for label, *cells in rows:
        if not any(cells):
            section = label
        yield Row(label=label, cells=tuple(cells), section=section)


_SIGN = r"(?:US|C|A)?[$€£¥₹]"
_PLAIN_CELL = re.compile(rf"{_SIGN}?[-–−(]?{_SIGN}?\d[\d,.'’]*\)?%?\)?")
_LONE = re.compile(rf"{_SIGN}|[-–—]|[)%]")
_DOTS = re.compile(r"[.·…_ ]{3,}$")
_YEARS = re.compile(r"((?:(?:FY\s?|fiscal\s)?(?:19|20)\d\d\s+)+(?:19|20)\d\d)\s*$", re.I)


def _plain_row(line: str) -> tuple[str, ...]:
    """A line's label and the numbers at its end, if it has both."""
    words = line.split()
    cells: list[str] = []
    while words and (_PLAIN_CELL.fullmatch(words[-1]) or _LONE.fullmatch(words[-1])):
        word = words.pop()
        if cells and re.fullmatch(_SIGN, word):
            cells[0] = f"{word} {cells[0]}"
        elif words and word in {")", "%"}:
            words[-1] += word
        else:
            cells.insert(0, word)
    label = _DOTS.sub("", " ".join(words))
    return (label, *cells) if re.search(r"[^\W\d_]", label) else ()


def _plain_tables(lines: list[str], page: int | None) -> Iterator[Table]:
    """Rows in text that has no Markdown: a label and numbers, below a line of years."""
    headings: tuple[str, ...] = ()
    caption: list[str] = []
    rows: list[tuple[str, ...]] = []
    for line in [*lines, "|"]:
        stripped = line.strip()
        tail = len(stripped) < 200 and stripped[-1:] in tuple("0123456789)%-–—")
        years = _YEARS.search(line) if tail else None
        row = _plain_row(stripped) if tail and not years else ()
        if len(row) > (1 if headings else 2):
            rows.append(row)
            continue
        if rows and (years or not stripped or line.startswith("|") or line.endswith(".")):
            yield _plain_table(rows, headings, caption, page)
            rows, caption = [], []
        if years:
            headings = tuple(re.findall(r"(?:19|20)\d\d", years[1]))
        elif line.startswith("|"):
            headings = ()
        caption = [*caption[-4:], stripped]


def _plain_table(
    rows: list[tuple[str, ...]], headings: tuple[str, ...], caption: list[str], page: int | None
) -> Table:
    width = max(len(row) - 1 for row in rows)
    headings = headings if len(headings) >= width else ("",) * width
    return Table(
        caption="\n".join(caption),
        headings=headings,
        rows=tuple(_sectioned(rows)),
        page=page,
    )


_TILE = re.compile(
    r"[-+−–(]?\s?(?:[A-Z]{0,3}[$€£¥₹]|[A-Z]{3})?\s?[-−–(]?\d[\d.,' ]*\)?\s?"
    r"(?:%|percent|m|mn|bn|billion|million|thousand|k|crore|lakh)?\)?",
    re.IGNORECASE,
)
_REMARK = re.compile(r"\(?(?:FY\s?)?(?P<year>(?:19|20)\d\d|\d\d)\s?:\s?(?P<value>.{1,20}?)\)?")


def _tiles(lines: list[str], page: int | None) -> Iterator[Table]:
    """Figures that stand alone in large type, each with a name below or above."""
    spots = [at for at, line in enumerate(lines) if _is_tile(line)]
    alone = [at for at, line in enumerate(lines) if _TILE.fullmatch(line.strip())]
    below = sum(_is_name(lines, at + 1) for at in alone)
    step = 1 if below >= sum(_is_name(lines, at - 1) for at in alone) else -1
    caption = (
        "\n".join(line.strip() for line in lines[max(0, spots[0] - 2) : spots[0]]) if spots else ""
    )
    for at in spots:
        if not _is_name(lines, at + step):
            continue
        remark = _REMARK.fullmatch(lines[at + 2].strip()) if at + 2 < len(lines) else None
        year = last_year(f"FY{remark['year'][-2:]}") if remark else None
        headings = (str(year + 1), str(year)) if year else ("", "")
        cells = (lines[at].strip(), remark["value"] if remark else "")
        spoken = [at, at + step, *([at + 2] if remark else [])]
        said = " ".join(lines[each].strip() for each in sorted(spoken))
        row = Row(label=lines[at + step].strip(), cells=cells, said=said)
        yield Table(caption=caption, headings=headings, rows=(row,), page=page)


def _is_tile(line: str) -> bool:
    text = line.strip()
    signed = re.search(r"[$€£¥₹%]|[a-z]$|[A-Z]{3}", text)
    return bool(signed) and len(text) < 24 and _TILE.fullmatch(text) is not None


def _is_name(lines: Sequence[str], at: int) -> bool:
    text = lines[at].strip() if 0 <= at < len(lines) else ""
    return 3 <= len(text) <= 50 and not re.search(r"[\d|.:;]", text)
