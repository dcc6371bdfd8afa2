"""Columns of a table: where its numbers stand, and which words above belong to which of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from .lines import NOTE, Line, Segment

_HEADING = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|\bFY\s?'?\d\d|change|variance|\bnotes?\b|growth|%|months|quarter|year"
    r"|[$€£¥₹]\s*[’']?(?:000|m|bn|million)|\b(?:US|CA|A)?\$\s?m|restated|reported|constant|forma"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s?[-'’ ]\s?\d\d\b"
    r"|\b\d\d?[./-]\d\d?[./-]\d\d"
    r"|\bgroup\b|\bcompany\b|\btotal\b",
    re.I,
)
#: What leaving a column without a heading costs, in heights of a line, when a heading's words
#: could be centred over more columns or fewer.
_BARE = 1.0
_BARE_ABOVE = 0.3
#: What leaving out a piece of the heading costs: more than any misplacement on one page.
_LOST = 200.0


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column's extent, from its numbers, and its heading, from top to bottom."""

    x0: float
    x1: float
    heading: str = ""

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2


def is_heading(text: str) -> bool:
    """Whether a line's words are such as stand over columns of figures."""
    return _HEADING.search(text) is not None


def columns_of(rows: Sequence[Line]) -> tuple[Column, ...]:
    """The columns by the rows that have most numbers; a single odd row does not count."""
    counts = sorted((len(row.numbers) for row in rows), reverse=True)
    most = counts[1] if len(counts) > 3 else counts[0]
    spans = sorted(
        (each.x0, each.x1) for row in rows if len(row.numbers) == most for each in row.numbers
    )
    columns: list[tuple[float, float]] = []
    for x0, x1 in spans:
        if columns and x0 < columns[-1][1]:
            columns[-1] = columns[-1][0], max(columns[-1][1], x1)
        else:
            columns.append((x0, x1))
    if len(columns) < most:  # one wide number bridges two columns: go by order
        full = [row.numbers for row in rows if len(row.numbers) == most]
        columns = [
            (min(each.x0 for each in stack), max(each.x1 for each in stack))
            for stack in zip(*full, strict=True)
        ]
    return tuple(Column(x0=x0, x1=x1) for x0, x1 in columns)


def _has_notes(columns: Sequence[Column], rows: Sequence[Line]) -> bool:
    """Whether the first column refers to notes: small numbers beside amounts."""
    cells = [dealt(row.numbers, columns) for row in rows]
    first = [each[0] for each in cells if each[0]]
    others = [each for row in cells for each in row[1:] if each]
    amounts = [each for each in others if len(re.sub(r"\D", "", each)) > 2]
    return (
        len(columns) > 1
        and len(first) > 1
        and all(NOTE.fullmatch(each) for each in first)
        and len(amounts) > len(others) / 2
    )


def with_headings(
    columns: tuple[Column, ...], heads: Sequence[Line], rows: Sequence[Line]
) -> tuple[Column, ...]:
    """The columns under the words of the lines above them."""
    margin = margin_of(rows)
    if _has_notes(columns, rows):
        own = next((cell for line in heads for cell in line.cells if _is_note(cell.text)), None)
        rest = [cells_over(line, columns[1].x0, margin) for line in heads]
        kept = [[cell for cell in cells if cell is not own] for cells in rest]
        return (replace(columns[0], heading="Note"), *_under(kept, columns[1:], heads))
    return _under([cells_over(line, columns[0].x0, margin) for line in heads], columns, heads)


def _is_note(text: str) -> bool:
    return (
        re.fullmatch(r"notes?\.?(?:\s+(?:no\.?|ref\.?))?|ref\.?", text, re.IGNORECASE) is not None
    )


def _under(
    pieces: Sequence[Sequence[Segment]], columns: tuple[Column, ...], heads: Sequence[Line]
) -> tuple[Column, ...]:
    parts: list[list[str]] = [[] for _ in columns]
    wide = _widened(columns, pieces)
    for line, cells in zip(heads, pieces, strict=True):
        # With a line that names every column another need not: its gaps cost next to nothing.
        bare = (_BARE if wide == columns else _BARE_ABOVE) * line.height
        for cell, at in _placed(cells, wide, bare):
            if cell.text not in parts[at]:
                parts[at].append(cell.text)
    return tuple(
        replace(column, heading=" ".join(texts))
        for column, texts in zip(columns, parts, strict=True)
    )


def _widened(
    columns: tuple[Column, ...], pieces: Sequence[Sequence[Segment]]
) -> tuple[Column, ...]:
    """The columns as wide as their own headings: what is centred over several spans those too."""
    for cells in pieces:
        if len(cells) == len(columns):
            columns = tuple(
                replace(each, x0=min(each.x0, cell.x0), x1=max(each.x1, cell.x1))
                for each, cell in zip(columns, cells, strict=True)
            )
    return columns


def margin_of(rows: Sequence[Line]) -> float:
    """Where the labels begin."""
    return min(row.segments[0].x0 for row in rows)


def cells_over(line: Line, left: float, margin: float) -> list[Segment]:
    """The short pieces of a line that stand over the numbers, which begin at ``left``.

    Several may be as wide as they like, but for one over the labels; a single one that begins
    far to the left is a title.
    """
    cells = line.cells
    reach = margin + 2 * line.height if len(cells) > 1 else left - 8 * line.height
    return [
        each
        for each in cells
        if each.x1 > left - line.height and each.x0 > reach and len(each.text) <= 60
    ]


def _placed(
    cells: Sequence[Segment], columns: Sequence[Column], bare_cost: float
) -> list[tuple[Segment, int]]:
    """Each piece of a heading line with the columns that it stands over.

    A piece stands over one column, aligned with it somehow, or is centred over several. Of all
    ways to deal the columns out in order, the one with the smallest misplacement is taken.
    """
    if len(cells) == len(columns):
        return [(cell, at) for at, cell in enumerate(cells)]

    @cache
    def best(cell: int, column: int) -> tuple[float, tuple[tuple[int, int, int], ...]]:
        if cell == len(cells):
            return bare_cost * (len(columns) - column), ()
        if column == len(columns):
            return _LOST * (len(cells) - cell), ()
        bare, rest = best(cell, column + 1)
        options = [(bare + bare_cost, rest)]
        lost, rest = best(cell + 1, column)
        options.append((lost + _LOST, rest))
        for end in range(column + 1, len(columns) + 1):
            cost, rest = best(cell + 1, end)
            off = _misplaced(cells[cell], columns[column:end])
            options.append((cost + off, ((cell, column, end), *rest)))
        return min(options, key=lambda each: each[0])

    return [(cells[cell], at) for cell, start, end in best(0, 0)[1] for at in range(start, end)]


def _misplaced(cell: Segment, columns: Sequence[Column]) -> float:
    """How far a piece is from standing over just these columns."""
    first, last = columns[0], columns[-1]
    middle = abs(cell.middle - (first.x0 + last.x1) / 2)
    if len(columns) > 1:
        return middle
    return min(middle, abs(cell.x0 - first.x0), abs(cell.x1 - first.x1))


def inherited(columns: tuple[Column, ...], earlier: Sequence[Column]) -> tuple[Column, ...]:
    """The columns under the headings of an earlier table that has its columns in these places."""
    found = []
    for column in columns:
        over = [each for each in earlier if each.x0 < column.x1 and column.x0 < each.x1]
        if len(over) != 1:
            return columns
        found.append(replace(column, heading=over[0].heading))
    headings_differ = all(one.heading != other.heading for one, other in pairwise(found))
    return tuple(found) if headings_differ else columns


def dealt(numbers: Sequence[Segment], columns: Sequence[Column]) -> tuple[str, ...]:
    """A row's numbers under their columns: in order when all are there, else by place."""
    if len(numbers) == len(columns):
        return tuple(each.text for each in numbers)
    cells = [""] * len(columns)
    for number in numbers:
        # Where few rows refer to a note the references have no column, and must not get into one.
        if NOTE.fullmatch(number.text) and number.x1 < columns[0].x0 and number is not numbers[-1]:
            continue
        at = min(range(len(columns)), key=lambda each: _distance(number, columns[each]))
        cells[at] = f"{cells[at]} {number.text}".strip()
    return tuple(cells)


def _distance(number: Segment, column: Column) -> tuple[float, float]:
    gap = max(column.x0 - number.x1, number.x0 - column.x1, 0.0)
    return gap, abs(column.middle - number.middle)
