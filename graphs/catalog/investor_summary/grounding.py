"""Holding the models' answers against the report's pages. What cannot be found is not passed on.

Three questions are put to a figure: does its evidence stand on a page, does the evidence print
that very number (or settle it, when it was computed), and does a second reader, the embedded
extractor, read the same? A figure that fails the first two is never sure; one that only the
second reader disputes is left to the person who reviews.
"""

from collections.abc import Iterable
from itertools import combinations

from ....nodes.grounding import page_of
from ....nodes.offline.fill import fill
from ....nodes.offline.numbers import FACTORS, quantities
from ....nodes.offline.source import Source
from ....nodes.statements import texts_of
from .compose import amount
from .schema import SURE, Figure, Figures, PageText

#: A figure that its evidence does not bear out is shown, but never as sure as this again.
_UNPROVEN = 0.3
#: One that two readers read differently.
_DISPUTED = 0.5


def figures(found: Figures, pages: Iterable[PageText]) -> tuple[Figures, tuple[str, ...]]:
    """The figures, each with the page that its evidence stands on, and notes on what failed."""
    texts = texts_of(pages)
    checked: dict[str, Figure] = {}
    notes: list[str] = []
    for name in Figures.model_fields:
        checked[name], note = _figure(name, getattr(found, name), texts)
        notes.extend(note)
    return Figures(**checked), tuple(notes)


def _figure(name: str, figure: Figure, texts: dict[int, str]) -> tuple[Figure, list[str]]:
    if figure.value is None:
        reason = figure.reason or "The report does not state it."
        return figure.model_copy(update={"reason": reason, "confidence": 0.0}), []
    evidence = figure.evidence or ""
    page = page_of(evidence.split("; ")[0].split(" … ")[0], texts, figure.page)
    if page is None:
        wrong = "its evidence is not in the report"
    elif not (_settles if figure.computed else _prints)(evidence, figure.value, name):
        wrong = f"its evidence does not {'settle' if figure.computed else 'print'} it"
    else:
        return figure.model_copy(update={"page": page}), []
    # A page would say that it can be looked up there.
    return _doubted(name, figure.model_copy(update={"page": None}), wrong, _UNPROVEN)


def _doubted(name: str, figure: Figure, why: str, ceiling: float) -> tuple[Figure, list[str]]:
    note = f"Check {name.replace('_', ' ')}: {why}."
    low = {"confidence": min(figure.confidence, ceiling), "reason": figure.reason or note}
    return figure.model_copy(update=low), [note]


def _prints(evidence: str, value: float, name: str) -> bool:
    """Whether the evidence prints the value, and with its sign."""
    signs = {number > 0 for number in _numbers(evidence) if _equal(abs(number), abs(value))}
    if not signs:
        return False
    # Expenses are often printed in brackets, changes and losses often in words.
    worded = any(word in evidence.lower() for word in _DOWN_WORDS)
    return name == "operating_expenses" or (value > 0) in signs or (value < 0 and worded)


_DOWN_WORDS = ("loss", "decreas", "declin", "fell", "fall", "down", "drop", "lower", "deficit")


def _settles(evidence: str, value: float, name: str) -> bool:
    """Whether the numbers of the evidence add up to a computed value, or change by it."""
    numbers = _numbers(evidence)
    if name == "revenue_growth":
        changes = (100 * (a - b) / abs(b) for a in numbers for b in numbers if b)
        return any(abs(change - value) <= 0.06 for change in changes)
    # One number of each part: the newest year's column of several rows.
    parts = [_numbers(part) for part in evidence.split("; ")]
    columns = zip(*parts, strict=False)
    sums = [sum(abs(each) for each in column) for column in columns]
    differences = [abs(a) - abs(b) for a, b in combinations(numbers, 2)]
    return any(_equal(each, abs(value)) for each in (*sums, *differences))


def _numbers(text: str) -> list[float]:
    """Every number of a text, by both decimal marks: a quote alone does not tell which it has."""
    found = [quantity.value for quantity in quantities(text, mark=".")]
    return [*found, *(quantity.value for quantity in quantities(text, mark=","))]


def _equal(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * max(1.0, abs(one), abs(other))


def second_reading(found: Figures, document: str) -> tuple[Figures, tuple[str, ...]]:
    """A model's figures beside the embedded extractor's; where they differ, a person decides."""
    other = Figures.model_validate(fill(Figures, Source(document)).data)
    compared: dict[str, Figure] = {}
    notes: list[str] = []
    for name in Figures.model_fields:
        mine: Figure = getattr(found, name)
        theirs: Figure = getattr(other, name)
        compared[name] = mine
        if theirs.value is None or (mine.value is None and theirs.confidence < SURE):
            continue
        if mine.value is None or _differ(mine, theirs, name):
            read = amount(theirs, name)
            why = f"offline:extract reads {read} for {theirs.period} on page {theirs.page}"
            compared[name], note = _doubted(name, mine, why, _DISPUTED)
            notes.extend(note)
    return Figures(**compared), tuple(notes)


def _differ(mine: Figure, theirs: Figure, name: str) -> bool:
    assert mine.value is not None
    assert theirs.value is not None
    for ours, others in ((mine.period, theirs.period), (mine.currency, theirs.currency)):
        if ours and others and ours != others:
            return True
    if name == "revenue_growth":  # printed in whole per cents, computed to a tenth
        return abs(mine.value - theirs.value) > 0.55
    one = mine.value * FACTORS[mine.scale or "units"]
    two = theirs.value * FACTORS[theirs.scale or "units"]
    # Rounding differs between places: "$1.2 billion" and 1,204,518 thousand are one figure.
    return abs(one - two) > 0.006 * max(abs(one), abs(two), 1e-9)
