"""Sums that a statement settles where it prints no total: proved by the lines below them."""

import re
from collections.abc import Sequence

from .figures import Found, find
from .headings import year_before
from .labels import Sought, concept_of_label, fit, sought
from .places import number, table_weight
from .source import Row, Source, Table
from .thesaurus import CONCEPTS

#: A sum proved by the lines around it is still not printed: never sure.
_SETTLED = 0.78
_SALES = re.compile(r"\b(?:revenues?|sales|turnover)\b", re.IGNORECASE)
_COST = re.compile(r"\bcosts?\b|\bexpenses?\b", re.IGNORECASE)


def settled(asked: Sought, source: Source) -> Found | None:
    """The sum of the newest statement that settles what is asked, if one does."""
    ways = {"operating_expenses": _expenses, "revenue": _revenue}
    way = ways.get(asked.concept or "")
    if way is None:
        return None
    tables = (each for each in source.tables if each.rows and _is_the_group(each, source))
    sums = [each for table in tables if (each := way(table, source)) is not None]
    return max(sums, key=lambda each: (each.period or "", each.confidence), default=None)


def _is_the_group(table: Table, source: Source) -> bool:
    return table_weight(table, table.rows[0], source) > 0.6


def _expenses(table: Table, source: Source) -> Found | None:
    """Operating expenses: the lines between gross profit and operating income, if they add up."""
    rows = _numbered(table, source)
    spots = {concept_of_label(row.label): at for at, row in enumerate(rows)}
    top, bottom = spots.get("gross_profit"), spots.get("operating_income")
    if top is None or bottom is None or bottom - top < 2:
        return None
    parts = rows[top + 1 : bottom]
    column = table.newest
    gross, income = number(rows[top], column, source), number(rows[bottom], column, source)
    return _sum(table, parts, source, expected=(gross or 0.0) - (income or 0.0))


def _revenue(table: Table, source: Source) -> Found | None:
    """Revenue: the kinds of sales that open the statement, if their costs leave gross profit."""
    rows = _numbered(table, source)
    sales = []
    for row in rows:
        if not _SALES.search(row.label) or _COST.search(row.label):
            break
        sales.append(row)
    spots = [at for at, row in enumerate(rows) if concept_of_label(row.label) == "gross_profit"]
    if len(sales) < 2 or not spots or any(fit(row.label, CONCEPTS["revenue"]) for row in sales):
        return None
    costs = rows[len(sales) : spots[0]]
    if not costs or not all(_COST.search(row.label) for row in costs):
        return None
    # With a line for the costs' total they would count twice; then nothing adds up.
    spent = sum(abs(number(row, table.newest, source) or 0.0) for row in costs)
    gross = number(rows[spots[0]], table.newest, source) or 0.0
    return _sum(table, sales, source, expected=gross + spent)


def _numbered(table: Table, source: Source) -> list[Row]:
    return [row for row in table.rows if number(row, table.newest, source) is not None]


def _sum(table: Table, parts: Sequence[Row], source: Source, *, expected: float) -> Found | None:
    column = table.newest
    if column is None:
        return None
    value = sum(abs(number(row, column, source) or 0.0) for row in parts)
    if abs(value - expected) > 0.005 * max(abs(expected), 1.0):
        return None
    prior = year_before(table.columns, column)
    earlier = [number(row, prior, source) for row in parts]
    trace = find(sought("gross_profit"), source)
    names = ", ".join(repr(row.label) for row in parts)
    return Found(
        value=round(value, 6),
        confidence=_SETTLED,
        currency=trace.currency,
        scale=table.scale or trace.scale,
        period=str(table.columns[column].year),
        page=table.page,
        evidence="; ".join(row.text for row in parts),
        computed=True,
        reason=f"No total is printed; this is the sum of {names}.",
        before=None if None in earlier else round(sum(abs(each or 0.0) for each in earlier), 6),
    )
