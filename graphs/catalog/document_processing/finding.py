"""Finding a field's value under the words that it is printed under, in whatever layout that is.

A value stands beside its label, or in the line below, or in its column of the line below. Orders
to the reader are left out with the lines that hold them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ....nodes.offline.guard import guarded
from .kinds import KINDS, Spec
from .printed import IBAN, ID, SUM, Ways, meant
from .schema import Value

_CELL = re.compile(r"\s{2,}|\t|\s*\|\s*")
#: A label begins a line or a cell of one.
_BEFORE = r"(?:^\W*|\s{2,}|\t|\|\s*)"
#: What stands farther into a line than this is prose.
_LONGEST = 500
#: Spaces that make columns, and rules and leaders of dots: ten say as much as a thousand.
_RUN = re.compile(r"([^\w])\1{9,}")
_BETWEEN = r"\s*(?:\([^)]{0,20}\)\s*)?[:#.…_=,\-–]*\s*"
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}")
_TABLE_HEAD = re.compile(
    r"\b(?:description|items?|services?|qty|quantity|artikel|leistung|beschreibung|bezeichnung"
    r"|omschrijving)\b.*\b(?:amounts?|price|total|hours|rate|unit|betrag|bedrag|preis|sum)\b",
    re.I,
)
_LABEL = re.compile(
    "|".join(label for specs in KINDS.values() for each in specs for label in each.labels), re.I
)
#: Names, which an address follows after a comma.
_NAMES = frozenset({"supplier", "customer", "first_party", "second_party"})
_SMALL = frozenset("and of the for in de la le du der die das van von den und y e et t/a".split())
#: Of the text after a label: a date is looked for only so near.
_NEAR = 40


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a paper and where it stands."""

    text: str
    page: int
    line: int


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A paper as rows, with how it writes numbers and dates, and what orders were left out."""

    rows: tuple[Row, ...]
    ways: Ways
    orders: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(each.text for each in self.rows)


def sheet_of(pages: tuple[str, ...], ways: Ways) -> Sheet:
    """The rows of a paper without those that give orders to their reader."""
    rows: list[Row] = []
    orders: list[str] = []
    for number, page in enumerate(pages, 1):
        lines = "\n".join(line.rstrip() for line in page.split("\n"))
        read = guarded(re.sub(r"\n{3,}", "\n\n", lines), "")
        orders.extend(read.left_out)
        kept = {line.strip() for line in read.text.split("\n")} if read.left_out else None
        rows.extend(
            Row(text=_RUN.sub(lambda run: run[1] * 10, line.rstrip()), page=number, line=at)
            for at, line in enumerate(page.split("\n"), 1)
            if line.strip() and (kept is None or line.strip() in kept)
        )
    return Sheet(rows=tuple(rows), ways=ways, orders=tuple(orders))


def labelled(spec: Spec, sheet: Sheet) -> list[tuple[int, Value]]:
    """Everything that stands under a field's labels, with the rank of its label."""
    found = []
    for rank, label in enumerate(spec.labels):
        pattern = re.compile(rf"{_BEFORE}(?:{label})(?!\w){_BETWEEN}", re.IGNORECASE)
        for at, row in enumerate(sheet.rows):
            for match in pattern.finditer(row.text[:_LONGEST]):
                value = _beside(spec, sheet, at, match)
                if value is not None:
                    found.append((rank, value))
    return found


def _beside(spec: Spec, sheet: Sheet, at: int, label: re.Match[str]) -> Value | None:
    row = sheet.rows[at]
    rest = row.text[label.end() :]
    if _LABEL.fullmatch(_CELL.split(rest.strip())[0].strip(" :")):
        return _under(spec, sheet, at, label)  # a row of labels: the values are in the next one
    is_marked = bool(re.search(r"[:#.…_=,]\s*$|\s{2,}$|\t$", label[0]))
    if spec.sort == "text" and not is_marked and not re.match(r"\s*$", rest):
        return None  # words of a sentence that begins like a label
    first = _first(spec, rest)
    if first is not None:
        return value_of(spec, _named(spec, first), row, sheet.ways)
    if not rest.strip() or _is_heading(row.text):
        return _under(spec, sheet, at, label)
    if spec.sort in ("day", "iban") and re.search(r"[:=]\s*$", label[0]):
        return value_of(spec, _CELL.split(rest.strip())[0], row, sheet.ways)  # it cannot be read
    return None


def _named(spec: Spec, printed: str) -> str:
    return name_of(printed) if spec.name in _NAMES else printed


def name_of(printed: str) -> str:
    """A name without the address behind it."""
    return re.split(r",\s(?!(?:Inc|LLC|Ltd|Limited|S\.A|LLP|plc)\b)", printed)[0]


def is_likely(spec: Spec, value: Value) -> bool:
    """Whether a name can be one: capitals, but for the small words between them, and not long.

    A sentence, or half of one, that stands in a name's place is not taken for a name.
    """
    if spec.name not in _NAMES:
        return True
    words = re.findall(r"[^\W\d_][\w.'’-]*", value.printed)
    low = [word for word in words if word == word.lower() and word not in _SMALL]
    starts = bool(words) and not words[0].islower()
    starts = starts and not ("party" in spec.name and re.search(r"\d", value.printed))
    return starts and not low and len(value.printed) <= 70


def _under(spec: Spec, sheet: Sheet, at: int, label: re.Match[str]) -> Value | None:
    """The value in the line below a label, in the same column where there are several."""
    row = sheet.rows[at]
    below = sheet.rows[at + 1] if at + 1 < len(sheet.rows) else None
    is_sum_of_line = spec.sort == "money" and is_table_head(row.text)
    if below is None or below.page != row.page or below.line > row.line + 2 or is_sum_of_line:
        return None
    heads, cells = _cells(row.text), _cells(below.text)
    if len(heads) != len(cells) and len(heads) > 1:
        return None
    column = next((n for n, cell in enumerate(heads) if label[0].strip(" |\t:#.") in cell), 0)
    inside = _first(spec, cells[column] if len(heads) > 1 else below.text)
    if inside is None:
        return None
    found = value_of(spec, _named(spec, inside), below, sheet.ways)
    return found.model_copy(update={"confidence": round(found.confidence * 0.93, 2)})


def _cells(line: str) -> list[str]:
    return [cell for cell in _CELL.split(line.strip()) if cell]


def _is_heading(line: str) -> bool:
    return len(_cells(line)) > 1 and not SUM.search(line)


def is_table_head(line: str) -> bool:
    """Whether a line heads the lines of an invoice."""
    return not SUM.search(line) and _TABLE_HEAD.search(line[:_LONGEST]) is not None


def _first(spec: Spec, rest: str) -> str | None:
    """The value of a field's sort that a text begins with, or holds."""
    rest = rest.lstrip(" |\t")
    match spec.sort:
        case "money":
            sums = [each[0].strip() for each in SUM.finditer(rest) if not _is_count(each, rest)]
            return sums[-1] if sums else _worn(rest)
        case "id":
            found = ID.match(rest.strip())
            return found[0] if found and not _DATE.fullmatch(found[0]) else None
        case "iban":
            found = IBAN.search(rest)
            return found[0] if found else None
        case "day":
            near = _CELL.split(rest.strip())[0][:_NEAR]
            return near if re.search(r"\d", near) else None
        case "currency" | "text" | "period":
            first = re.sub(r"\s*\.{2,}$", "", _CELL.split(rest.strip())[0].strip(" :;,|_"))
            return first if any(char.isalnum() for char in first) else None


def _is_count(match: re.Match[str], rest: str) -> bool:
    return bool(re.match(r"\s*(?:items?|hours?|days?|pcs|units?|x)\b", rest[match.end() :], re.I))


def _worn(rest: str) -> str | None:
    """A sum in which a scanner made letters of digits."""
    found = re.search(r"(?<![\w;])[\dOoIlSB][\dOoIlSB.,]*[.,][\dOoIlSB]{2}(?!\w)", rest)
    return found[0] if found else None


def value_of(spec: Spec, printed: str, row: Row, ways: Ways, sure: float = 1.0) -> Value:
    """What is printed, with what it means; without a meaning it is never sure."""
    found = meant(spec.sort, printed, ways)
    return Value(
        printed=" ".join(printed.split()),
        value=found.value or "",
        page=row.page,
        line=row.line,
        confidence=round(found.confidence * sure, 2) if found.value is not None else 0.0,
        note=found.note,
    )


def sums_in(sheet: Sheet) -> Iterator[str]:
    """Everything that is printed as money."""
    for row in sheet.rows:
        for match in SUM.finditer(row.text):
            if match["before"] or match["after"] or re.search(r"[.,]\d\d$", match["digits"]):
                yield match[0]
