"""Tables out of positions: the lines that make one, its caption, its headings, its rows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .columns import (
    Column,
    cells_over,
    columns_of,
    dealt,
    inherited,
    is_heading,
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
    return short and gap < 3.5 * line.height and not is_heading(line.text)


def _table(above: Sequence[Line], block: Sequence[Line], earlier: Table | None) -> Table | None:
    rows = [line for line in block if line.is_row]
    columns = columns_of(rows)
    left = min(row.numbers[0].x0 for row in rows)
    caption, heads, sections = _parts_above(above, left)
    if heads:
        columns = with_headings(columns, heads, rows)
    elif earlier is not None:
        columns = inherited(columns, earlier.columns)
    if not any(row.label for row in rows) or not (heads or _is_table(rows, columns)):
        return None
    sides = [text for line in heads if (text := _beside(line, left))]
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
    above: Sequence[Line], left: float
) -> tuple[Sequence[Line], Sequence[Line], Sequence[Line]]:
    """The lines above a table as caption, headings and names of a first section."""
    end = len(above)
    while end and len(above) - end < 3 and _is_section(above[end - 1], left):
        end -= 1
    start = end
    while start and end - start < 6 and _is_above(above[start - 1], left):
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


def _is_above(line: Line, left: float) -> bool:
    """Whether a line can belong to the headings: a row that failed to be one has amounts."""
    over = cells_over(line, left)
    return bool(over) and not any(_AMOUNT.search(each.text) for each in over)


def _is_section(line: Line, left: float) -> bool:
    return len(line.segments) == 1 and len(line.text) <= 60 and not cells_over(line, left)


def _beside(line: Line, left: float) -> str:
    """What a heading line says to the left of the numbers: often the unit."""
    over = {each.x0 for each in cells_over(line, left)}
    return " ".join(each.text for each in line.cells if each.x0 not in over)


def _rows(
    block: Sequence[Line], columns: Sequence[Column]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Label and cells of each row; names of sections have no cells."""
    blank = ("",) * len(columns)
    pending = ""
    for line in block:
        if not line.is_row:
            if pending:
                yield pending, blank
            pending = line.text
            continue
        label = line.label
        # A label that began on the line above goes on in lower case, or after "of", "to", "and".
        goes_on = label[:1].islower() or re.search(r"\b(?:of|to|and|by|for|the|in)$", pending)
        if pending and goes_on and not pending.endswith(":"):
            label, pending = f"{pending} {label}".strip(), ""
        if pending:
            yield pending, blank
            pending = ""
        yield label, dealt(line.numbers, columns)
    if pending:
        yield pending, blank
