"""Tables out of positions: the lines that make one, its caption, its headings, its rows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .columns import (
    Column,
    cells_over,
    columns_of,
    dealt,
    inherited,
    is_heading,
    margin_of,
    with_headings,
)
from .lines import Line, is_money


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows that share their headings; ``caption`` holds the lines that stand above."""

    caption: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    covered: tuple[str, ...]

    def markdown(self) -> str:
        """The table as Markdown, its caption before it."""
        lines = [*self.caption, _markdown_row("", (each.heading for each in self.columns))]
        lines.append("|" + "---|" * (len(self.columns) + 1))
        lines.extend(_markdown_row(label, cells) for label, cells in self.rows)
        return "\n".join(lines)


def _markdown_row(label: str, cells: Iterable[str]) -> str:
    return "| " + " | ".join(each.replace("|", "/") for each in (label, *cells)) + " |"


def tables_of(lines: Sequence[Line], before: Table | None = None) -> tuple[Table, ...]:
    """The tables of a page, from its lines top to bottom.

    ``before`` is the table that ends the page before: a first table without headings goes on
    with it.
    """
    tables: list[Table] = []
    above: list[Line] = []
    for is_block, group in _blocks(lines):
        if is_block:
            earlier = tables[-1] if tables else before
            table = _table(above, group, earlier)
            above = [] if table else [*above, *group]
            tables.extend([table] if table else [])
        else:
            above.extend(group)
    return tuple(tables)


def _blocks(lines: Sequence[Line]) -> Iterator[tuple[bool, list[Line]]]:
    """The lines in groups: those that make a table, and those between tables."""
    block: list[Line] = []
    for line in lines:
        far = bool(block) and block[-1].y - line.y > 5 * line.height
        if block and (far or not (line.is_row or _continues(block, line))):
            yield from _ended(block)
            block = []
        if line.is_row or block:
            block.append(line)
        else:
            yield False, [line]
    if block:
        yield from _ended(block)


_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def _ended(block: list[Line]) -> Iterator[tuple[bool, list[Line]]]:
    """A table up to its last row; names after that are the title of what follows."""
    end = len(block)
    while not block[end - 1].is_row:
        end -= 1
    yield True, block[:end]
    if end < len(block):
        yield False, block[end:]


def _continues(block: Sequence[Line], line: Line) -> bool:
    """Whether a line without numbers is a section's name inside the table, not its end."""
    gap = block[-1].y - line.y
    short = len(line.segments) == 1 and len(line.text) <= 90 and not line.text.endswith(".")
    left = min(each.numbers[0].x0 for each in block if each.is_row)
    over = line.segments[0].x1 > left or _YEAR.search(line.text)
    return short and gap < 3.5 * line.height and not (over and is_heading(line.text))


def _table(above: Sequence[Line], block: Sequence[Line], earlier: Table | None) -> Table | None:
    rows = [line for line in block if line.is_row]
    columns = columns_of(rows)
    left, margin = min(row.numbers[0].x0 for row in rows), margin_of(rows)
    caption, heads, sections = _parts_above(above, left, margin)
    if heads:
        columns = with_headings(columns, heads, rows)
    elif earlier is not None:
        columns = inherited(columns, earlier.columns)
    if not any(row.label for row in rows) or not (heads or _is_table(rows, columns)):
        return None
    sides = [text for line in heads if (text := _beside(line, left, margin))]
    return Table(
        caption=(*(line.text for line in caption[-4:]), *sides),
        columns=columns,
        rows=tuple(_rows([*sections, *block], columns)),
        covered=tuple(line.text for line in (*heads, *sections, *block)),
    )


def _is_table(rows: Sequence[Line], columns: Sequence[Column]) -> bool:
    """Whether rows without headings are one: a page's foot or one amount in a text is not."""
    amounts = [row for row in rows if any(is_money(each.text) for each in row.numbers)]
    if len(rows) == 1:
        return len(rows[0].numbers) > 1 or (bool(amounts) and bool(columns[0].heading))
    return len(columns) > 1 or len(amounts) >= 3


def _parts_above(
    above: Sequence[Line], left: float, margin: float
) -> tuple[Sequence[Line], Sequence[Line], Sequence[Line]]:
    """The lines above a table as caption, headings and names of a first section."""
    end = len(above)
    while end and len(above) - end < 3 and _is_section(above[end - 1], left, margin):
        end -= 1
    start = end
    while start and end - start < 6 and _is_above(above[start - 1], left, margin):
        start -= 1
    heads = [line for line in above[start:end] if not _is_remark(line)]
    remarks = [line for line in above[start:end] if _is_remark(line)]
    if not any(is_heading(line.text) for line in heads):
        return above, [], []
    return [*above[:start], *remarks], heads, above[end:]


def _is_remark(line: Line) -> bool:
    """A unit in brackets that stands for all columns, wherever the line begins."""
    return len(line.cells) == 1 and re.fullmatch(r"\([^()]{20,}\)", line.text) is not None


_AMOUNT = re.compile(r"(?<![\d.,])(?!1[.,]000)\d{1,3}(?:[.,]\d{3})+(?![\d.,])")


def _is_above(line: Line, left: float, margin: float) -> bool:
    """Whether a line can belong to the headings: a row that failed to be one has amounts."""
    over = cells_over(line, left, margin)
    return bool(over) and not any(_AMOUNT.search(each.text) for each in over)


def _is_section(line: Line, left: float, margin: float) -> bool:
    return len(line.segments) == 1 and len(line.text) <= 60 and not cells_over(line, left, margin)


def _beside(line: Line, left: float, margin: float) -> str:
    """What a heading line says to the left of the numbers: often the unit."""
    over = {each.x0 for each in cells_over(line, left, margin)}
    return " ".join(each.text for each in line.cells if each.x0 not in over)


_GOES_ON = re.compile(r"\b(?:of|to|and|by|for|the|in)$")


def _rows(
    block: Sequence[Line], columns: Sequence[Column]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Label and cells of each row; names of sections have no cells."""
    blank = ("",) * len(columns)
    pitch = _pitch(block)
    rows: list[tuple[str, tuple[str, ...]]] = []
    is_name = False  # whether the last of the rows is one line of a name that may go on
    for before, line, after in zip([None, *block], block, [*block[1:], None], strict=False):
        near = before is not None and before.y - line.y < pitch
        if line.is_row:
            label = line.label
            name = rows[-1][0] if is_name else ""
            goes_on = near or label[:1].islower() or _GOES_ON.search(name)
            if name and goes_on and not name.endswith(":"):
                rows.pop()
                label = f"{name} {label}".strip()
            rows.append((label, dealt(line.numbers, columns)))
            is_name = False
        elif rows and (near or (not is_name and _ends_label(line, after))):
            rows[-1] = f"{rows[-1][0]} {line.text}".strip(), rows[-1][1]
        else:
            rows.append((line.text, blank))
            is_name = True
    yield from rows


def _pitch(block: Sequence[Line]) -> float:
    """Less than the distance of any two rows: what is nearer belongs to one label."""
    gaps = [one.y - other.y for one, other in pairwise(block) if one.is_row and other.is_row]
    return 0.95 * min(gaps, default=0.0)


def _ends_label(line: Line, after: Line | None) -> bool:
    """Whether a name in lower case goes on from the row above rather than into the one below."""
    begins = after is None or not after.is_row or after.label[:1].isupper()
    return line.text[:1].islower() and begins
