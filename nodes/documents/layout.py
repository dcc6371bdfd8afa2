"""Tables out of positions: which numbers stand in a row, and under which heading.

Financial statements are mostly drawn without rules, so the words themselves have to tell. A row
is a label followed by numbers; a heading belongs to the numbers that stand below it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .words import Word

#: One token of a row's number part: a number, a currency sign, a dash for "none", a unit.
_NUMBER = re.compile(
    r"""[-−–+(\[]*\s*(?:US|C|A|CA|NZ|HK|R)?[$€£¥₹]?\s*[-−–(]*      # signs and currency
        (?:\d{1,3}(?:[,.'’\u00a0]\d{2,3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[.,]\d+)
        \s*(?:%|bps|pp|pts|x)?\s*[)\]]*\s*(?:%|pp|pts|\*|\(\d\)|†)*""",
    re.VERBOSE,
)
_FILLER = re.compile(r"(?:US|C|A|CA|NZ|HK|R)?[$€£¥₹]|[-−–—]+|[()%*†]+|\)%|n/?m|nm|n/?a|nil|%", re.I)
_YEAR = re.compile(r"(?:19|20)\d\d")
_YEAR_LIKE = re.compile(
    r"(?:FY|CY|F)?\s*'?(?:(?:19|20)\d\d(?:\s*[/–-]\s*(?:20)?\d\d)?|\d\d(?:/\d\d)?)[AE]?", re.I
)
_HEADING = re.compile(
    r"\b(?:19|20)\d\d\b|\bFY\s?'?\d\d|change|variance|\bnotes?\b|growth|%|months|quarter|year"
    r"|[$€£¥]\s*[’']?(?:000|m|bn|million)|\b(?:US|CA|A)?\$\s?m|restated|reported|constant|forma",
    re.I,
)
_MONEY = re.compile(r"\d[,.]\d|[$€£¥₹]")
_DOTS = re.compile(r"(?:[.·…_]\s*){3,}$")


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Neighbouring words of one line with no wide gap between them."""

    text: str
    x0: float
    x1: float
    numeric: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a page: its label, if any, and the numbers to the label's right."""

    y: float
    height: float
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)

    @property
    def label(self) -> str:
        first = self.segments[0]
        return "" if first.numeric else _DOTS.sub("", first.text).strip()

    @property
    def numbers(self) -> tuple[Segment, ...]:
        return tuple(segment for segment in self.segments if segment.numeric)

    @property
    def is_row(self) -> bool:
        """A label and numbers, and not merely years (those make a heading)."""
        numbers = self.numbers
        return (
            bool(numbers)
            and len(self.segments) == len(numbers) + (not self.segments[0].numeric)
            and not all(_YEAR_LIKE.fullmatch(each.text) for each in numbers)
        )


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows that share their headings; ``caption`` holds the lines that stand above."""

    caption: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    covered: tuple[str, ...]

    def markdown(self) -> str:
        """The table as Markdown, its caption before it."""
        lines = [*self.caption, _markdown_row("", self.headings)]
        lines.append("|" + "---|" * (len(self.headings) + 1))
        lines.extend(_markdown_row(label, cells) for label, cells in self.rows)
        return "\n".join(lines)


def _markdown_row(label: str, cells: Iterable[str]) -> str:
    return "| " + " | ".join(each.replace("|", "/") for each in (label, *cells)) + " |"


def segments_of(words: Sequence[Word]) -> tuple[Segment, ...]:
    """A line's words, put together to segments: text by nearness, every number by itself."""
    pieces: list[list[Word]] = []
    for word in words:
        if pieces and word.x0 - pieces[-1][-1].x1 < 0.9 * word.height:
            pieces[-1].append(word)
        else:
            pieces.append([word])
    return _glue(each for piece in pieces for each in _peel(piece))


def _peel(piece: Sequence[Word]) -> list[Segment]:
    """A piece as text, and the numbers at its end as segments of their own."""
    end = len(piece)
    while end and _is_number_token(piece[end - 1].text):
        end -= 1
    tail = piece[end:]
    # "Note 4" and "June 30, 2023" are text. Two numbers make a row even where they stand close
    # to their label, and so does one with a thousands mark or a currency sign.
    numbers = [each.text for each in tail if _NUMBER.fullmatch(each.text)]
    if end and len(numbers) < 2 and not any(_MONEY.search(each) for each in numbers):
        end, tail = len(piece), []
    text = " ".join(each.text for each in piece[:end])
    body = [Segment(text=text, x0=piece[0].x0, x1=piece[end - 1].x1)] if end else []
    return body + [Segment(text=each.text, x0=each.x0, x1=each.x1, numeric=True) for each in tail]


def _is_number_token(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text) or _FILLER.fullmatch(text))


def _glue(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Signs, brackets and per cent marks joined to the number that they belong to."""
    glued: list[Segment] = []
    for segment in segments:
        if not _is_number_token(segment.text) and not segment.numeric:
            glued.append(segment)
            continue
        current = replace(segment, numeric=True)
        last = glued[-1] if glued and glued[-1].numeric else None
        if last is not None and _belongs(last, current):
            glued[-1] = replace(last, text=_join(last.text, current.text), x1=current.x1)
        else:
            glued.append(current)
    return tuple(glued)


def _belongs(last: Segment, current: Segment) -> bool:
    opens = re.fullmatch(r"(?:US|C|A|CA|NZ|HK|R)?[$€£¥₹(]+|\(|[-−–]", last.text)
    closes = re.fullmatch(r"[)%*†]+|\)%|bps|pp", current.text)
    if closes:
        return True
    # A currency sign may stand far to the left of its number; a lone dash means "none" unless
    # its number follows at once.
    near = current.x0 - last.x1 < 4.0
    return bool(opens) and (last.text not in {"-", "−", "–"} or near)


def _join(left: str, right: str) -> str:
    return f"{left}{right}" if right[0] in ")%*†" or left[-1] in "(-−–" else f"{left} {right}"


def tables_of(lines: Sequence[Line]) -> tuple[Table, ...]:
    """The tables of a page, from its lines top to bottom."""
    tables: list[Table] = []
    above: list[Line] = []
    block: list[Line] = []
    for line in [*lines, None]:
        if line is not None and (line.is_row or (block and _continues(block, line))):
            block.append(line)
            continue
        if sum(each.is_row for each in block) >= 1:
            tables.extend(_table(above, block, tables))
            above = []
        else:
            above.extend(block)
        block = []
        if line is not None:
            above.append(line)
    return tuple(tables)


def _continues(block: Sequence[Line], line: Line) -> bool:
    """Whether a line without numbers is a section's name inside the table, not its end."""
    gap = block[-1].y - line.y
    short = len(line.segments) == 1 and len(line.text) <= 90 and not line.text.endswith(".")
    return short and gap < 3.5 * line.height and not _HEADING.search(line.text)


def _table(above: Sequence[Line], block: Sequence[Line], earlier: Sequence[Table]) -> list[Table]:
    rows = [line for line in block if line.is_row]
    left = min(row.numbers[0].x0 for row in rows)
    caption, heads, sections = _parts_above(above, left)
    columns = _columns(heads, rows, left)
    if not heads and not earlier and max(len(row.numbers) for row in rows) < 2:
        return []
    headings = tuple(heading for _, _, heading in columns)
    if not heads and earlier:
        # A table that goes on after a note or a break keeps the headings it had.
        headings = earlier[-1].headings
        if len(headings) != len(columns):
            headings = ("",) * len(columns)
    sides = [text for line in heads if (text := _beside(line, left))]
    return [
        Table(
            caption=(*(line.text for line in caption[-4:]), *sides),
            headings=headings,
            rows=tuple(_rows([*sections, *block], columns)),
            covered=tuple(line.text for line in (*heads, *sections, *block)),
        )
    ]


def _parts_above(
    above: Sequence[Line], left: float
) -> tuple[Sequence[Line], Sequence[Line], Sequence[Line]]:
    """The lines above a table as caption, headings and names of a first section."""
    end = len(above)
    while end and len(above) - end < 3 and _is_section(above[end - 1], left):
        end -= 1
    start = end
    while start and end - start < 6 and _cells_over(above[start - 1], left):
        start -= 1
    heads = above[start:end]
    if not any(_HEADING.search(line.text) for line in heads):
        return above, [], []
    return above[:start], heads, above[end:]


def _is_section(line: Line, left: float) -> bool:
    return len(line.segments) == 1 and len(line.text) <= 60 and not _cells_over(line, left)


def _beside(line: Line, left: float) -> str:
    """What a heading line says to the left of the numbers: often the unit."""
    over = {id(each) for each in _cells_over(line, left)}
    return " ".join(each.text for each in line.segments if id(each) not in over)


Column = tuple[float, float, str]


def _columns(heads: Sequence[Line], rows: Sequence[Line], left: float) -> list[Column]:
    """Each column's place and heading. The lowest heading line with years or the like decides."""
    base = max(
        (_cells_over(line, left) for line in heads),
        key=lambda cells: (len(cells), sum(bool(_YEAR.search(each.text)) for each in cells)),
        default=[],
    )
    widest = max(rows, key=lambda row: len(row.numbers))
    # Header words may be fewer than the numbers (one of them left unnamed) but not half of them.
    if len(base) * 2 < len(widest.numbers) or not base:
        return [(each.x0, each.x1, "") for each in widest.numbers]
    columns = []
    for cell in base:
        parts = [
            nearest_to(cell.x0, cell.x1, _cells_over(line, left)).text
            for line in heads
            if _cells_over(line, left)
        ]
        columns.append((cell.x0, cell.x1, " ".join(dict.fromkeys(parts))))
    return columns


def _cells_over(line: Line, left: float) -> list[Segment]:
    """The short pieces of a line that stand over the numbers."""
    reach = left - 8 * line.height
    return [
        each
        for each in line.segments
        if each.x1 > left - line.height and (each.x0 > reach) and len(each.text) <= 48
    ]


def nearest_to(x0: float, x1: float, candidates: Sequence[Segment]) -> Segment:
    """The candidate with the smallest gap to the span, then with the nearest middle."""

    def distance(each: Segment) -> tuple[float, float]:
        gap = max(each.x0 - x1, x0 - each.x1, 0.0)
        return gap, abs((each.x0 + each.x1) - (x0 + x1))

    return min(candidates, key=distance)


def _rows(block: Sequence[Line], columns: Sequence[Column]) -> Iterable[tuple[str, tuple[str, ...]]]:
    pending = ""
    for line in block:
        if not line.is_row:
            if pending:
                yield pending, ("",) * len(columns)
            pending = line.text
            continue
        label = line.label
        # A label that began on the line above goes on in lower case, or after "of", "to", "and".
        goes_on = label[:1].islower() or re.search(r"\b(?:of|to|and|by|for|the|in)$", pending)
        if pending and goes_on and not pending.endswith(":"):
            label, pending = f"{pending} {label}".strip(), ""
        if pending:
            yield pending, ("",) * len(columns)
            pending = ""
        yield label, _placed(line.numbers, columns)
    if pending:
        yield pending, ("",) * len(columns)


def _placed(numbers: Sequence[Segment], columns: Sequence[Column]) -> tuple[str, ...]:
    """A row's numbers under their columns: in order when all are there, else by place."""
    if len(numbers) == len(columns):
        return tuple(each.text for each in numbers)
    cells = [""] * len(columns)
    spots = [Segment(text=str(at), x0=x0, x1=x1) for at, (x0, x1, _) in enumerate(columns)]
    for number in numbers:
        at = int(nearest_to(number.x0, number.x1, spots).text)
        cells[at] = f"{cells[at]} {number.text}".strip()
    return tuple(cells)
