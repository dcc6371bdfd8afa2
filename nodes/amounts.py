"""Sums of money as papers print them, exactly: a Decimal and the currency beside it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from .offline.numbers import FACTORS, DecimalMark, quantities
from .timeline import mended

CENT = Decimal("0.01")
_CENTS = re.compile(r"\d[.,]\d\d(?!\d)")
#: Dates and times, whose digits are no sums.
_NO_SUM = re.compile(
    r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}-\d\d-\d\d|\d{1,2}:\d\d)(?!\d)"
)


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A sum of money and where it stands in its text. ``currency`` is None where none is named."""

    value: Decimal
    currency: str | None
    text: str
    start: int
    end: int
    sure: float = 0.95


def amounts_in(text: str, *, mark: DecimalMark = ".", bare: bool = False) -> tuple[Amount, ...]:
    """The sums of a text: numbers with a currency, and with ``bare`` those that print cents, too.

    ``mark`` is what the document has before decimals; a number that shows its own goes by that.
    """
    plain = _NO_SUM.sub(lambda match: "#" * len(match[0]), mended(text))
    found = []
    for each in quantities(plain, mark=mark):
        if each.percent or (each.currency is None and not (bare and _CENTS.search(each.text))):
            continue
        # Brackets are losses in accounts; in a letter they are brackets.
        number = abs(each.value) if each.text.startswith("(") else each.value
        value = Decimal(repr(number)) * Decimal(int(FACTORS[each.scale or "units"]))
        printed = text[each.start : each.end]
        sure = 0.95 if plain[each.start : each.end] == printed else 0.7
        found.append(
            Amount(
                value=cents(value),
                currency=each.currency,
                text=printed.strip(),
                start=each.start,
                end=each.end,
                sure=sure,
            )
        )
    return tuple(found)


def cents(value: Decimal) -> Decimal:
    """A sum rounded to the cent, halves up, as bills are."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def total(values: Iterable[Decimal]) -> Decimal:
    """The sum to the cent; of nothing it is 0.00."""
    return cents(sum(values, Decimal(0)))


def shown(value: Decimal, currency: str | None) -> str:
    """A sum as text: "EUR 1,234.50"."""
    return " ".join(part for part in (currency, f"{value:,.2f}") if part)
