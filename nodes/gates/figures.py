"""The numbers and dates of texts and values, in a form in which two ways of writing are one."""

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from ..offline.dates import dates_in
from ..offline.numbers import DecimalMark, cell_quantity, decimal_mark
from .walk import Node, leaves, number_of

_PERCENT = re.compile(r"\s?(?:per\s?cent(?:age\s+points?)?|％)(?![a-z])", re.IGNORECASE)
_SPACE = "[ \u00a0\u202f]"
#: A number and, where one follows, the word that may be its scale.
_CELL = re.compile(
    r"(?:(?<![\w%)\].,-])[-−–]\s?[$€£]?|\([$€£]?(?=[\d.,' ]+\)))?"
    rf"(?<![\w.,])(?P<spaced>\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\d))?"
    r"(?P<rest>(?(spaced)(?:[.,]\d+)?|\d[\d,.'’]*))"
    r"(?P<unit>\s?%|[ -]?[A-Za-z]{1,10}(?![A-Za-z]))?"
)
_ENUMERATED = re.compile(r"(?m)^\s{0,12}\d{1,2}[.)](?=\s)")
#: What tables leave out and state above them: thousands, millions, billions.
_UNSTATED = (1.0, 1e3, 1e6, 1e9)


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A number as it was found, without its sign: a fall is also told as "fell by 3%".

    ``worth`` is in single units, ``step`` is what one in its last digit is worth.
    """

    text: str
    value: float
    worth: float
    step: float = 0.0
    scaled: bool = False
    percent: bool = False
    negative: bool = False

    @property
    def signed_worth(self) -> float:
        return -self.worth if self.negative else self.worth


def figures_in(text: str, *, columns: bool = False) -> Iterator[Figure]:
    """The numbers that a text prints, apart from dates and from the numbers of a list's items.

    With ``columns`` a number in groups counts in both its readings: whole, and as columns.
    """
    plain = _ENUMERATED.sub(" ", _PERCENT.sub("%", _undated(text)))
    mark = decimal_mark(plain)
    # A text that says one number often says it once: each way of writing is read once.
    for cell in dict.fromkeys(match[0] for match in _CELL.finditer(plain)):
        for part in (cell, *(_columns(cell) if columns else ())):
            figure = _figure(part, mark)
            if figure is not None:
                yield figure


def _columns(cell: str) -> Sequence[str]:
    """The parts of a number that is grouped by spaces, which may be columns of a table."""
    parts = cell.split()
    return parts if len(parts) > 1 and parts[1][:1].isdigit() else ()


@lru_cache(maxsize=16384)
def _figure(cell: str, mark: DecimalMark) -> Figure | None:
    quantity = cell_quantity(cell.rstrip(".,'’"), mark=mark)
    if quantity is None or not math.isfinite(quantity.value):
        return None
    digits = re.sub(r"\D", "", cell).lstrip("0")
    factor = quantity.worth / quantity.value if quantity.value else 1.0
    return Figure(
        text=cell.strip("( ").rstrip(".,"),
        value=abs(quantity.value),
        worth=abs(quantity.worth),
        # A number of one digit rounds off too much to stand for another.
        step=factor * 10.0 ** -_decimals(cell, quantity.value) if len(digits) > 1 else 0.0,
        scaled=quantity.scale is not None,
        percent=quantity.percent,
        negative=quantity.value < 0,
    )


_LAST_GROUP = re.compile(r"[.,](\d+)\D*$")


def _decimals(cell: str, value: float) -> int:
    """How many decimals a number prints: three digits after a mark may be thousands."""
    group = _LAST_GROUP.search(cell)
    if group is None or (len(group[1]) == 3 and value.is_integer() and abs(value) >= 1000):
        return 0
    return min(len(group[1]), 300)


@lru_cache(maxsize=32)
def _dated(text: str) -> tuple[tuple[date, int, int], ...]:
    return tuple(dates_in(text))


def _undated(text: str) -> str:
    parts, start = [], 0
    for _, begin, end in _dated(text):
        parts.append(text[start:begin])
        start = end
    return " ".join([*parts, text[start:]])


def figures_of(roots: Sequence[Node], *, columns: bool = False) -> list[tuple[str, Figure]]:
    """The numbers of all leaves with their paths: those in texts, and leaves that are numbers."""
    found: list[tuple[str, Figure]] = []
    for node in leaves(roots):
        number = number_of(node.value)
        if isinstance(node.value, str):
            told = figures_in(node.value, columns=columns)
            found.extend((node.path, each) for each in told)
        elif number is not None and math.isfinite(number):
            value = abs(number)
            found.append((node.path, Figure(text=f"{number:.15g}", value=value, worth=value)))
    return found


def dates_of(roots: Sequence[Node]) -> list[tuple[str, date]]:
    """The dates of all leaves, with their paths."""
    found: list[tuple[str, date]] = []
    for node in leaves(roots):
        if isinstance(node.value, datetime):
            found.append((node.path, node.value.date()))
        elif isinstance(node.value, date):
            found.append((node.path, node.value))
        elif isinstance(node.value, str):
            found.extend((node.path, day) for day, _, _ in _dated(node.value))
    return found


class Known:
    """The numbers of the sources, ready to be asked whether they bear another one out."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        told = list(figures)
        self._bare = {_key(each.value) for each in told if not (each.scaled or each.percent)}
        self._percents = {_key(each.value) for each in told if each.percent}
        self._scaled = {_key(each.worth) for each in told if each.scaled}
        self._printed = {_key(each.value) for each in told if each.scaled}
        self._worths = sorted(each.worth for each in told if each.scaled)
        self._values = sorted(each.value for each in told if not (each.scaled or each.percent))
        self._shares = sorted(each.value for each in told if each.percent)

    def bears(self, figure: Figure, *, rounded: bool) -> bool:
        """Whether a number stands in the sources: as it is, in another unit, or rounded."""
        if self._exactly(figure):
            return True
        if not rounded or not figure.step or not (figure.scaled or figure.percent):
            return False
        if figure.percent:
            return _near(self._shares, figure.value, figure.step)
        return _near(self._worths, figure.worth, figure.step) or any(
            _near(self._values, figure.worth / by, figure.step / by) for by in _UNSTATED
        )

    def _exactly(self, figure: Figure) -> bool:
        value = _key(figure.value)
        if figure.percent:
            return (
                value in self._percents
                or value in self._bare
                or _key(figure.value / 100) in self._bare
            )
        if figure.scaled:
            return (
                _key(figure.worth) in self._scaled
                or value in self._bare
                or any(_key(figure.worth / by) in self._bare for by in _UNSTATED)
            )
        return (
            value in self._bare
            or value in self._scaled
            or value in self._printed
            or value in self._percents
            or _key(figure.value * 100) in self._percents
        )


def _key(number: float) -> str:
    return f"{number:.10g}"


def _near(known: Sequence[float], wanted: float, step: float) -> bool:
    """Whether a known number rounds to the wanted one, whose last digit is worth ``step``."""
    slack = step * 0.500001  # halves may be rounded either way, and floats are not exact
    at = bisect_left(known, wanted - slack)
    return at < len(known) and known[at] <= wanted + slack
