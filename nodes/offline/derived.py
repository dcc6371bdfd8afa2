"""What a statement does not print but settles: growth from two years, a sum with no total line.

Computed values say so in their reason and are never as sure as printed ones. A printed change is
taken only when the two years bear it out, which is what keeps constant-currency growth, a
product's growth and last year's growth out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .figures import SURE, Found, candidates, decide
from .labels import Sought, fit
from .numbers import cell_quantity
from .places import is_percent
from .prose import changes_said
from .source import Source
from .sums import settled
from .years import said_year

#: A label that fits less than this names a part of the total, or more than it.
_FITS = 0.8
#: What is proved but for its unit is not sure.
_UNSURE = 0.78


def figure(asked: Sought, source: Source) -> Found:
    """What a field asks for, level or growth, printed or computed."""
    return growth(asked, source) if asked.kind == "growth" else total(asked, source)


def total(asked: Sought, source: Source) -> Found:
    """The sought total; where its line is missing, the sum that the statement settles."""
    found, place = decide(asked, source)
    if place is not None and place.table is not None and place.fits >= _FITS:
        return found
    computed = settled(asked, source)
    if computed is None or computed.value is None:
        return found
    if found.value is not None and abs(found.value - computed.value) < 0.5:
        # The one line that was found is all there is between gross profit and operating income.
        proved = 0.92 if found.scale != "units" else _UNSURE
        return replace(found, confidence=round(min(proved, found.confidence + 0.28), 2))
    return computed


def growth(asked: Sought, source: Source) -> Found:
    """The growth in per cent: as printed where the figures bear it out, else computed."""
    level = replace(asked, kind="level")
    found = total(level, source)
    computed = _computed(found)
    printed = [*_in_tables(level, found, source), *_in_words(level, found, source)]
    if computed is None:
        return _unproven(asked, found, printed)
    for each in printed:
        if each.value is not None and _rounds_to(computed.value or 0.0, each.value):
            # A change borne out by the wrong two years is wrong too.
            sure = min(0.97, each.confidence + 0.2)
            return replace(each, confidence=sure if found.confidence >= SURE else _UNSURE)
    if printed:
        note = f"{computed.reason} Printed changes near it speak of something else."
        return replace(computed, reason=note, confidence=round(computed.confidence * 0.9, 2))
    return computed


def _computed(found: Found) -> Found | None:
    if found.value is None or not found.before:
        return None
    value = 100 * (found.value - found.before) / abs(found.before)
    unit = f"{found.currency or ''} {found.scale or ''}".strip()
    return Found(
        value=round(value, 1),
        confidence=round(0.93 * found.confidence, 2),
        period=found.period,
        page=found.page,
        evidence=found.evidence,
        computed=True,
        reason=f"Computed from {found.value:,g} and the year before, {found.before:,g} ({unit}).",
    )


def _rounds_to(exact: float, printed: float) -> bool:
    """Whether a change computed from rounded figures can have been printed so."""
    decimals = len(f"{printed:g}".partition(".")[2])
    return abs(exact - printed) <= 0.5 / 10.0**decimals + 0.06


def _unproven(asked: Sought, found: Found, printed: Sequence[Found]) -> Found:
    """One printed change and no two years to prove it by: taken, and not called sure."""
    values = {each.value for each in printed}
    if len(values) == 1:
        return replace(printed[0], confidence=round(min(0.72, printed[0].confidence), 2))
    why = "several changes are printed" if values else "no change is printed"
    return Found(
        value=None,
        confidence=0.0,
        period=found.period,
        reason=f"The text states no {asked.spoken}: {why} and it gives no two years to compare.",
    )


def _in_tables(level: Sought, found: Found, source: Source) -> Iterator[Found]:
    places = (each for each in candidates(level, source) if each.table is not None)
    for place in sorted(places, key=lambda each: -each.weight):
        if _same_year(place.year, found.period):
            for value in place.change:
                yield _printed(value, place.page, place.evidence, found, place.year)
    yield from _rates(level, found, source)


_RATE = re.compile(r"\bgrowth\b(?:\s+rate)?|\b(?:change|increase)\b(?:\s+in)?", re.IGNORECASE)


def _rates(level: Sought, found: Found, source: Source) -> Iterator[Found]:
    """The rows that state the growth itself: "Revenue growth 4.8%"."""
    for table in source.tables:
        for row in table.rows:
            name = re.sub(
                r"[%(),]|\b(?:in|of|year-on-year|annual)\b", " ", _RATE.sub(" ", row.label)
            )
            if not _RATE.search(row.label) or not fit(name, level.words):
                continue
            at = 0 if table.newest is None else table.newest
            cell = row.cells[at] if at < len(row.cells) else ""
            quantity = cell_quantity(cell, mark=source.table_mark)
            year = table.year if table.newest is None else table.columns[at].year
            if quantity and is_percent(cell, row.label) and _same_year(year, found.period):
                yield _printed(quantity.value, table.page, row.text, found, year)


def _in_words(level: Sought, found: Found, source: Source) -> Iterator[Found]:
    for sentence in source.figured:
        for value in changes_said(level, sentence, source):
            year = said_year(sentence.text)
            if _same_year(year, found.period):
                yield _printed(value, sentence.page, sentence.text, found, year)


def _printed(
    value: float, page: int | None, evidence: str, found: Found, year: int | None
) -> Found:
    return Found(
        value=value,
        confidence=0.75,
        period=found.period or (str(year) if year else None),
        page=page,
        evidence=evidence,
    )


def _same_year(year: int | None, period: str | None) -> bool:
    return year is None or period is None or str(year) == period
