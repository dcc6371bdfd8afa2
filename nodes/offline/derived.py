"""What a statement does not print but settles: growth from two years, a sum with no total line.

Computed values say so in their reason and are never as sure as printed ones. A printed change is
taken only when the two years bear it out, which is what keeps constant-currency growth, a
product's growth and last year's growth out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .figures import Candidate, Found, candidates, find, phrases, plain_subject
from .headings import heading, last_year, newest
from .labels import Sought, concept_of_label, sought
from .numbers import cell_quantity, quantities
from .source import Row, Sentence, Source, Table

#: Below this a total was found under a word that may mean a part of it.
_UNSURE = 0.8


def growth(asked: Sought, source: Source) -> Found:
    """The growth of ``asked`` in per cent: as printed where the figures bear it out, else computed."""
    level = replace(asked, kind="level")
    found = find(level, source)
    computed = _computed(found)
    printed = [*_printed_in_tables(level, found, source), *_printed_in_words(level, found, source)]
    if computed is None:
        return _unproven(asked, found, printed)
    for each in printed:
        if each.value is not None and _rounds_to(computed.value or 0.0, each.value):
            return replace(each, confidence=min(0.97, each.confidence + 0.2))
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
    return abs(exact - printed) <= 0.5 * 10**-decimals + 0.06


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


def _printed_in_tables(level: Sought, found: Found, source: Source) -> Iterator[Found]:
    places = (each for each in candidates(level, source) if each.table is not None)
    for place in sorted(places, key=lambda each: -each.weight):
        if not _same_year(place.year, found.period):
            continue
        for value in place.change:
            yield _change(value, place, found, confidence=0.75)


def _change(value: float, place: Candidate, found: Found, *, confidence: float) -> Found:
    return Found(
        value=value,
        confidence=confidence,
        period=found.period or (str(place.year) if place.year else None),
        page=place.page,
        evidence=place.evidence,
    )


_UP = re.compile(
    r"\b(?:increas\w*|grew|grow(?:n|s|ing|th)|rose|risen|rise|up|higher|gain\w*|improv\w*|climb\w*"
    r"|advanc\w*|expand\w*)\b",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(?:decreas\w*|declin\w*|fell|fall(?:en|s)?|drop\w*|down|lower|reduc\w*|shrank|shrunk"
    r"|contract(?:ed|ion)|slipp?ed|dip\w*)\b",
    re.IGNORECASE,
)
_NOT_AS_REPORTED = re.compile(
    r"constant|currency[\s-]neutral|organic|like[\s-]for[\s-]like|excluding|underlying|adjusted"
    r"|comparable|expect|guidance|outlook|target|forecast|will\b|quarter",
    re.IGNORECASE,
)


def _printed_in_words(level: Sought, found: Found, source: Source) -> Iterator[Found]:
    for sentence in source.sentences:
        for value in _change_said(level, sentence, source):
            if _same_year(last_year(sentence.text), found.period):
                yield Found(
                    value=value,
                    confidence=0.7,
                    period=found.period or _year_of(sentence),
                    page=sentence.page,
                    evidence=sentence.text,
                )


def _change_said(level: Sought, sentence: Sentence, source: Source) -> Iterator[float]:
    """The changes in per cent that a sentence says of the sought thing."""
    match = phrases(level).search(sentence.text)
    if match is None or not plain_subject(sentence.text[: match.start()]):
        return
    for quantity in quantities(sentence.text, mark=source.mark):
        if not quantity.percent or quantity.about or quantity.start < match.end():
            continue
        between = sentence.text[match.end() : quantity.start]
        around = sentence.text[match.start() : quantity.end + 40]
        if len(between) > 120 or "percentage point" in quantity.text:
            continue
        if _NOT_AS_REPORTED.search(around.split(",")[0] if "," in around else around):
            continue
        up, down = _last(_UP, between), _last(_DOWN, between)
        after = sentence.text[quantity.end : quantity.end + 12]
        if up < 0 and down < 0:
            up, down = _last(_UP, after), _last(_DOWN, after)
        if up < 0 and down < 0:
            continue
        yield -abs(quantity.value) if down > up else quantity.value


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)


def _same_year(year: int | None, period: str | None) -> bool:
    return year is None or period is None or str(year) == period


def _year_of(sentence: Sentence) -> str | None:
    year = last_year(sentence.text)
    return str(year) if year else None


def total(asked: Sought, source: Source) -> Found:
    """The sought total; where its line is missing, the sum that the statement settles."""
    found = find(asked, source)
    if asked.concept != "operating_expenses" or found.confidence >= _UNSURE:
        return found
    settled = [each for table in source.tables if (each := _between(table, source)) is not None]
    if not settled:
        return found
    best = max(settled, key=lambda each: (each.period or "", each.confidence))
    if found.value is not None and abs(found.value - (best.value or 0.0)) < 0.5:
        # The one line that was found is all there is between gross profit and operating income.
        return replace(found, confidence=round(min(0.92, found.confidence + 0.28), 2))
    return best


def _between(table: Table, source: Source) -> Found | None:
    """Operating expenses as the lines between gross profit and operating income, if they add up."""
    headings = tuple(heading(text) for text in table.headings)
    column = newest(headings)
    if column is None:
        return None
    rows = [row for row in table.rows if _number(row, column, source) is not None]
    spots = {concept_of_label(row.label): at for at, row in enumerate(rows)}
    top, bottom = spots.get("gross_profit"), spots.get("operating_income")
    if top is None or bottom is None or bottom - top < 2:
        return None
    parts = rows[top + 1 : bottom]
    gross, income = _number(rows[top], column, source), _number(rows[bottom], column, source)
    assert gross is not None and income is not None
    amounts = [abs(_number(row, column, source) or 0.0) for row in parts]
    if abs(sum(amounts) - (gross - income)) > 0.02 * max(abs(gross), 1.0):
        return None
    return _settled(table, parts, sum(amounts), headings[column].year, source)


def _settled(
    table: Table, parts: Sequence[Row], value: float, year: int | None, source: Source
) -> Found:
    trace = find(sought("gross_profit"), source)
    names = ", ".join(repr(row.label) for row in parts)
    return Found(
        value=round(value, 6),
        confidence=0.78,
        currency=trace.currency,
        scale=table.scale or trace.scale,
        period=str(year) if year else None,
        page=table.page,
        evidence="; ".join(row.text for row in parts),
        computed=True,
        reason=f"No total is printed; this is the sum of {names}.",
    )


def _number(row: Row, column: int, source: Source) -> float | None:
    if column >= len(row.cells):
        return None
    quantity = cell_quantity(row.cells[column], mark=source.mark)
    return None if quantity is None or quantity.percent else quantity.value


def figure(asked: Sought, source: Source) -> Found:
    """What a field asks for, level or growth, printed or computed."""
    return growth(asked, source) if asked.kind == "growth" else total(asked, source)

