"""Places in tables where a sought value may stand, each weighed by how well it fits.

Every row whose label fits is a place. Its weight says how well the label fits, how much the table
around is a statement, and how clear the column is.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from .headings import Heading, year_before
from .labels import Sought, concept_of_label, fit
from .numbers import DecimalMark, Scale, cell_quantity, currency_of
from .source import CONSOLIDATED, Row, Source, Table
from .thesaurus import DEDUCTED

#: Words above a table or over a row that make its figures those of something else.
ELSEWHERE = re.compile(
    r"pro[\s-]?forma|parent(?:\s|-)company|company[\s-]only|\bguidance\b|\bforecast|\boutlook\b"
    r"|\btargets?\b|\bbudget|discontinued|quarterly|\bquarters?\b|three months|six months"
    r"|nine months|\binterim\b|half[\s-]year|stand[\s-]?alone|non-gaap|\bunderlying\b|\badjusted\b"
    r"|acquire[de]|acquisition|subsidiary issuer|guarantor|joint venture|associates\b"
    r"|\b(?:13|26|39|thirteen|twenty-six|thirty-nine)[\s-]weeks?\b"
    r"|parent entity|holding company|\bseparate (?:financial|income|statement)",
    re.IGNORECASE,
)
DIVIDED = re.compile(
    r"\bby\s+(?:segment|region|product|geograph|channel|countr|business|division|market|categor)"
    r"|\bsegments?\b|\bregions?\b|geographic|\bdivisions?\b",
    re.IGNORECASE,
)
_SHARES = re.compile(r"percent(?:age)?\s+of|as\s+a\s+%|% of|common[\s-]size", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidate:
    """One place where the sought value may stand.

    ``fits`` is how surely its words mean what is sought, ``clear`` whether the text itself says
    which period and column it is: without that nothing is sure.
    """

    value: float
    weight: float
    year: int | None
    page: int | None
    evidence: str
    currency: str | None
    scale: Scale | None
    fits: float = 1.0
    clear: bool = True
    us_dollar: bool = False
    before: float | None = None
    in_statement: bool = False
    change: tuple[float, ...] = ()
    table: Table | None = None


def in_tables(sought: Sought, source: Source) -> Iterator[Candidate]:
    """The rows whose label fits, read in the column of the newest full year."""
    for table in source.tables:
        for row in labelled(table, source):
            fits = fit(row.label, sought.words)
            if fits is None or not any(row.cells):
                continue
            candidate = _in_row(table, row, source)
            if candidate is None:
                continue
            if sought.concept in DEDUCTED:
                candidate = _signed(candidate, -1 if candidate.value < 0 else 1)
            elif fits.is_inverse or (fits.is_loss and candidate.value > 0):
                candidate = _signed(candidate, -1)
            yield replace(candidate, weight=candidate.weight * fits.weight, fits=fits.weight)


def _signed(candidate: Candidate, sign: int) -> Candidate:
    before = None if candidate.before is None else sign * candidate.before
    return replace(candidate, value=sign * candidate.value, before=before)


def labelled(table: Table, source: Source) -> Iterator[Row]:
    """The table's rows; a line without a label that adds its section up is that section's total."""
    parts: list[float] = []
    for row in table.rows:
        value = number(row, table.newest, source)
        if not any(row.cells):
            parts = []
        elif not row.label and row.section and value is not None and len(parts) > 1:
            adds_up = abs(sum(parts) - value) <= 0.005 * abs(value)
            total = f"Total {row.section}".rstrip(":")
            yield replace(row, label=total, said=row.text) if adds_up else row
            parts = []
            continue
        elif value is not None:
            parts.append(value)
        yield row


def number(row: Row, column: int | None, source: Source) -> float | None:
    """The amount that a row prints in a column; shares in per cent are none."""
    if column is None or column >= len(row.cells):
        return None
    quantity = cell_quantity(row.cells[column], mark=source.table_mark)
    return None if quantity is None or quantity.percent else quantity.value


def _in_row(table: Table, row: Row, source: Source) -> Candidate | None:
    columns, at = table.columns, table.newest
    if at is None:
        at = _first_number(row, columns, source)
    if at is None or at >= len(row.cells):
        return None
    quantity = cell_quantity(row.cells[at], mark=source.table_mark)
    if quantity is None or quantity.percent:
        return None
    known = table.newest is not None
    prior = year_before(columns, at) if known else None
    named = f"{columns[at].text} {table.title}"
    alone = not known and table.year is not None and _amounts(row, source) == 1
    return Candidate(
        value=quantity.value,
        weight=table_weight(table, row, source) * (1.0 if known else 0.9 if alone else 0.75),
        year=_year(columns[at], source) if known else table.year,
        page=table.page,
        evidence=row.text,
        currency=_currency(quantity.currency, columns[at].text, table),
        scale=quantity.scale or table.scale,
        clear=alone or (known and table.is_clear),
        us_dollar=re.search(r"\bUS|U\.S\.|United States", f"{named} {row.cells[at]}") is not None,
        before=number(row, prior, source),
        in_statement=table.is_statement,
        change=tuple(_changes(row, columns, at, source)),
        table=table,
    )


def _year(column: Heading, source: Source) -> int | None:
    """The year in which the column's period ends, which a bare "2023" may not say."""
    is_date = re.search(r"[a-z]{3,}\.?\s+\d{1,2}\b|\d[./]\d", column.text.lower())
    return column.year if column.year is None or is_date else column.year + source.shift


def _currency(sign: str | None, heading: str, table: Table) -> str | None:
    """What heading or title name; a sign in the cell counts for more, but for a bare dollar."""
    named = currency_of(heading) or currency_of(table.title)
    return named or sign or table.currency if sign in {None, "USD"} else sign


def _amounts(row: Row, source: Source) -> int:
    return sum(number(row, at, source) is not None for at in range(len(row.cells)))


def _first_number(row: Row, headings: Sequence[Heading], source: Source) -> int | None:
    """Where no heading names a year: the first number that is no note, change or share."""
    for at in range(len(row.cells)):
        role = headings[at].role if at < len(headings) else "unknown"
        if role in {"unknown", "other"} and number(row, at, source) is not None:
            return at
    return None


def table_weight(table: Table, row: Row, source: Source) -> float:
    """How much the table around a row is the group's statement of a full year."""
    weight = 1.0 if table.likeness >= 4 else 0.88 if table.likeness >= 2 else 0.7
    if source.consolidates and table.title and not CONSOLIDATED.search(table.title):
        weight *= 0.8
    if not table.is_clear:
        weight *= 0.6
    title = f"{table.above}\n{_section(table, row)}"
    named = [each for each in table.columns if each.text]
    if ELSEWHERE.search(title) or (named and all(each.adjusted for each in named)):
        # A column for the year as reported, among quarters or adjusted ones, is what it says.
        own = any(each.role == "period" and not each.is_full_year for each in named)
        weight *= 0.7 if own and table.newest is not None else 0.35
    elif DIVIDED.search(title) and table.likeness < 4:
        weight *= 0.8
    if _SHARES.search(title) or _is_common_size(table, source.table_mark):
        weight *= 0.3
    lengths = {each.months for each in table.columns if each.role == "period"}
    if lengths - {None, 12}:
        weight *= 0.9 if lengths & {None, 12} else 0.4
    return weight


def _section(table: Table, row: Row) -> str:
    """The name over a row; that of the discontinued operations does not reach to the net income."""
    ends = table.is_statement and concept_of_label(row.label) == "net_income"
    return re.sub(r"discontinued", "", row.section, flags=re.IGNORECASE) if ends else row.section


@lru_cache(maxsize=1024)
def _is_common_size(table: Table, mark: DecimalMark) -> bool:
    """Whether the amounts are shares of revenue: then revenue is 100."""
    at = table.newest
    cells = [row.cells[at] for row in table.rows if at is not None and at < len(row.cells)]
    found = [cell_quantity(cell, mark=mark) for cell in cells]
    amounts = [each.value for each in found if each is not None and not each.percent]
    return len(amounts) > 2 and max(amounts) == 100.0


def _changes(row: Row, headings: Sequence[Heading], at: int, source: Source) -> Iterator[float]:
    """What the row prints as its change in per cent, columns next to the newest year first."""
    columns = [
        place
        for place, each in enumerate(headings)
        if each.role in {"change", "share"} and not each.adjusted and place < len(row.cells)
    ]
    for place in sorted(columns, key=lambda each: (abs(each - at), each)):
        quantity = cell_quantity(row.cells[place], mark=source.table_mark)
        if quantity is not None and is_percent(row.cells[place], headings[place].text):
            yield quantity.value


def is_percent(cell: str, words: str) -> bool:
    """Whether a cell, or the words over or beside it, say that its number is in per cent."""
    return "%" in cell or "%" in words or "percent" in words.lower() or "per cent" in words.lower()
