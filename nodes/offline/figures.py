"""Figures: finding the number that a field asks for, in tables first and in sentences next.

Every place where a label fits is a candidate; candidates are weighed by how well the label fits,
how much the table around is a statement, how clear the column is, and whether other places agree.
The weights are the confidence, so that the confidence says what it was computed from.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from .headings import Heading, heading, last_year, newest, year_before
from .labels import DEDUCTED, INCOME_STATEMENT, Sought, concept_of_label, fit
from .numbers import Quantity, Scale, cell_quantity, quantities
from .source import Row, Sentence, Source, Table


@dataclass(frozen=True, kw_only=True)
class Found:
    """A value with all that is known of it; ``value`` None comes with the ``reason``."""

    value: float | None
    confidence: float
    currency: str | None = None
    scale: Scale | None = None
    period: str | None = None
    page: int | None = None
    evidence: str | None = None
    reason: str | None = None
    computed: bool = False
    before: float | None = None


#: Words above a table or over a row that make its figures those of something else.
_ELSEWHERE = re.compile(
    r"pro[\s-]?forma|parent(?:\s|-)company|company[\s-]only|\bguidance\b|\bforecast|\boutlook\b"
    r"|\btargets?\b|\bbudget|discontinued|quarterly|\bquarters?\b|three months|six months"
    r"|nine months|\binterim\b|half[\s-]year|stand[\s-]?alone|non-gaap|\bunderlying\b|\badjusted\b"
    r"|acquire[de]|acquisition|subsidiary issuer|guarantor|joint venture|associates\b"
    r"|parent entity|holding company",
    re.IGNORECASE,
)
_DIVIDED = re.compile(
    r"\bby\s+(?:segment|region|product|geograph|channel|countr|business|division|market|categor)"
    r"|\bsegments?\b|\bregions?\b|geographic|\bdivisions?\b",
    re.IGNORECASE,
)
_SHARES = re.compile(r"percent(?:age)?\s+of|as\s+a\s+%|% of|common[\s-]size", re.IGNORECASE)
_EXPECTED = re.compile(
    r"\b(?:expects?|expected|anticipat\w+|forecasts?|guidance|targets?|outlook|will|would|could"
    r"|should|may|plans?|aims?|budget|pro[\s-]?forma|intends?|projected|if)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One place where the sought value may stand."""

    value: float
    weight: float
    year: int | None
    page: int | None
    evidence: str
    currency: str | None
    scale: Scale | None
    before: float | None = None
    in_statement: bool = False
    change: tuple[float, ...] = ()
    table: Table | None = None


@lru_cache(maxsize=1024)
def likeness(table: Table) -> int:
    """How many concepts of an income statement a table shows: 4 or more make it one."""
    shown = {concept_of_label(row.label) for row in table.rows if any(row.cells)}
    return len(shown & INCOME_STATEMENT)


def find(sought: Sought, source: Source) -> Found:
    """The newest full year's value of what is sought, with its trace; or none, with the reason."""
    found = candidates(sought, source)
    if not found:
        return Found(value=None, confidence=0.0, reason=f"The text states no {sought.spoken}.")
    return _decide(found, source)


def candidates(sought: Sought, source: Source) -> tuple[Candidate, ...]:
    """Every place where the sought value may stand."""
    return (*_from_tables(sought, source), *_from_sentences(sought, source))


def _from_tables(sought: Sought, source: Source) -> Iterator[Candidate]:
    for table in source.tables:
        headings = tuple(heading(text) for text in table.headings)
        column = newest(headings)
        for row in table.rows:
            fits = fit(row.label, sought.words)
            if fits is None or not any(row.cells):
                continue
            candidate = _in_row(table, row, headings, column, source, sought)
            if candidate is None:
                continue
            loss = fits.is_loss and candidate.value > 0
            sign = -1 if loss else 1
            yield replace(
                candidate,
                value=sign * candidate.value,
                before=None if candidate.before is None else sign * candidate.before,
                weight=candidate.weight * fits.weight,
            )


def _in_row(
    table: Table,
    row: Row,
    headings: tuple[Heading, ...],
    column: int | None,
    source: Source,
    sought: Sought,
) -> Candidate | None:
    at = column if column is not None else _first_number(row, headings, source)
    if at is None or at >= len(row.cells):
        return None
    quantity = cell_quantity(row.cells[at], mark=source.mark)
    if quantity is None or quantity.percent:
        return None
    prior = year_before(headings, at) if column is not None else None
    earlier = cell_quantity(row.cells[prior], mark=source.mark) if prior is not None else None
    deducted = sought.concept in DEDUCTED
    return Candidate(
        value=abs(quantity.value) if deducted else quantity.value,
        weight=_table_weight(table, row, headings, known=column is not None),
        year=headings[at].year if column is not None else None,
        page=table.page,
        evidence=row.text,
        currency=quantity.currency or table.currency,
        scale=table.scale,
        before=None if earlier is None else earlier.value,
        in_statement=likeness(table) >= 4,
        change=tuple(_changes(row, headings, at, source)),
        table=table,
    )


def _first_number(row: Row, headings: Sequence[Heading], source: Source) -> int | None:
    """Where no heading names a year: the first number that is no note, change or share."""
    for at, cell in enumerate(row.cells):
        role = headings[at].role if at < len(headings) else "unknown"
        quantity = cell_quantity(cell, mark=source.mark)
        if role in {"unknown", "other"} and quantity is not None and not quantity.percent:
            return at
    return None


def _table_weight(table: Table, row: Row, headings: Sequence[Heading], *, known: bool) -> float:
    shown = likeness(table)
    weight = 1.0 if shown >= 4 else 0.88 if shown >= 2 else 0.7
    above = f"{table.caption}\n{row.section}"
    # A statement's title stands right above it; prose further up may speak of anything.
    title = " ".join(line for line in above.split("\n") if len(line) < 110)
    if _ELSEWHERE.search(title) or all(each.adjusted for each in headings if each.text):
        weight *= 0.35
    elif _DIVIDED.search(title) and shown < 4:
        weight *= 0.8
    if _SHARES.search(title):
        weight *= 0.5
    if any(each.months not in {None, 12} for each in headings if each.role == "period"):
        weight *= 0.9 if any(each.months == 12 for each in headings) else 0.4
    return weight * (1.0 if known else 0.75)


def _changes(
    row: Row, headings: Sequence[Heading], at: int, source: Source
) -> Iterator[float]:
    """What the row prints as its change in per cent, columns next to the newest year first."""
    columns = [
        place
        for place, each in enumerate(headings)
        if each.role in {"change", "share"} and not each.adjusted and place < len(row.cells)
    ]
    for place in sorted(columns, key=lambda each: (abs(each - at), each)):
        quantity = cell_quantity(row.cells[place], mark=source.mark)
        if quantity is not None and ("%" in row.cells[place] or "%" in headings[place].text
                                     or "percent" in headings[place].text.lower()):
            yield quantity.value


def _from_sentences(sought: Sought, source: Source) -> Iterator[Candidate]:
    pattern = phrases(sought)
    for sentence in source.sentences:
        match = pattern.search(sentence.text)
        if match is None or _EXPECTED.search(sentence.text):
            continue
        quantity = _money_after(sentence, match, source)
        if quantity is None:
            continue
        loss = bool(re.search(r"\bloss(?:es)?\b", match[0], re.IGNORECASE)) and quantity.value > 0
        yield Candidate(
            value=-quantity.value if loss else quantity.value,
            weight=_sentence_weight(sentence, match, quantity),
            year=last_year(sentence.text),
            page=sentence.page,
            evidence=sentence.text,
            currency=quantity.currency,
            scale=quantity.scale,
        )


@lru_cache(maxsize=256)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    inner = "|".join(
        r"\s+".join(f"{re.escape(word)}(?:e?s)?" for word in phrase.split())
        for phrase in sorted(words, key=len, reverse=True)
    )
    return re.compile(rf"\b(?:{inner})\b", re.IGNORECASE)


def phrases(sought: Sought) -> re.Pattern[str]:
    """The sought thing's names as they stand in prose."""
    # Short words such as "sale" mean too much in prose.
    return _pattern(tuple(word for word in sought.words if len(word) > 4 and word != "basic"))


_BETWEEN = re.compile(r"[;]|\b(?:whereas|while|compared|versus|up from|down from|from)\b", re.I)

_MOVES = re.compile(r"increas|decreas|grew|grow|fell|declin|rose|chang|higher|lower|up\b|down\b", re.I)


def _money_after(
    sentence: Sentence, match: re.Match[str], source: Source
) -> Quantity | None:
    """The amount that the words speak of: the next one, in the same part of the sentence."""
    for quantity in quantities(sentence.text, mark=source.mark):
        between = sentence.text[match.end() : quantity.start]
        amount = quantity.currency is not None or quantity.scale is not None
        if quantity.start < match.end() or not amount or quantity.percent:
            continue
        if len(between) > 110 or _BETWEEN.search(between):
            return None
        # "increased $1.3 billion" is a change, "increased to $1.3 billion" a level.
        if _MOVES.search(between) and not re.search(r"\b(?:to|reach\w*|at|was)\W*$", between):
            continue
        return quantity
    return None


_PLAIN_SUBJECT = re.compile(
    r"(?:^|[,;:]\s*|\b(?:our|the|total|consolidated|group|company's|company’s|group's|group’s|we"
    r"|a|of|in|recorded|reported|generated|achieved|had|and|with|annual|full-year|its|was|to"
    r"|posted|delivered|year's|overall|\d{4})\s+)$",
    re.IGNORECASE,
)


def plain_subject(before: str) -> bool:
    """Whether the words before a name leave it unqualified: "our revenue", not "cloud revenue"."""
    return not before or _PLAIN_SUBJECT.search(before) is not None


def _sentence_weight(sentence: Sentence, match: re.Match[str], quantity: Quantity) -> float:
    weight = 0.78 if plain_subject(sentence.text[: match.start()]) else 0.4
    weight *= 0.85 if quantity.about else 1.0
    weight *= 0.5 if _ELSEWHERE.search(sentence.text) or _DIVIDED.search(sentence.text) else 1.0
    return weight * (1.0 if quantity.currency else 0.9)


def _decide(places: Sequence[Candidate], source: Source) -> Found:
    year = _reported_year(places)
    weighed = [_aged(each, year) for each in places]
    best = max(weighed, key=lambda each: (round(each.weight, 3), each.in_statement))
    scale = best.scale or (_scale_elsewhere(best, source) if best.table else None)
    agreeing = {
        each.page for each in weighed if each is not best and _same(each, best, scale)
    }
    rivals = [
        each
        for each in weighed
        if each.weight > 0.92 * best.weight and not _same(each, best, scale)
    ]
    confidence = best.weight
    if best.scale is None and best.table is not None:
        confidence *= 0.95 if scale else 0.8
    confidence *= 0.75 if rivals else 1.0
    confidence += 0.03 * min(2, len(agreeing)) if not rivals else 0.0
    currency = _currency(best, source)
    return Found(
        value=best.value,
        confidence=round(min(0.98, confidence * (1.0 if currency else 0.95)), 2),
        currency=currency,
        scale=scale or "units",
        period=str(best.year) if best.year else None,
        page=best.page,
        evidence=best.evidence,
        before=best.before,
    )


def _reported_year(places: Iterable[Candidate]) -> int | None:
    """The year that the document reports on: the newest one of its statements."""
    in_statements = [
        each.year for each in places if each.in_statement and each.year and each.weight > 0.5
    ]
    anywhere = [each.year for each in places if each.year and each.weight > 0.3]
    return max(in_statements or anywhere or [0]) or None


def _aged(candidate: Candidate, year: int | None) -> Candidate:
    if year is None or candidate.year == year:
        return candidate
    # A sentence without a year speaks of the reported one; another year is another figure.
    factor = 0.85 if candidate.year is None else 0.3
    return replace(candidate, weight=candidate.weight * factor)


def _same(one: Candidate, other: Candidate, scale: Scale | None) -> bool:
    """Whether two places state one value, a rounded one included."""
    if one.year and other.year and one.year != other.year:
        return True  # another year's figure contradicts nothing
    mine = Quantity(value=one.value, text="", scale=one.scale or scale).worth
    yours = Quantity(value=other.value, text="", scale=other.scale or scale).worth
    return abs(mine - yours) <= 0.006 * max(abs(mine), abs(yours))


def _scale_elsewhere(best: Candidate, source: Source) -> Scale | None:
    """The scale of the same page's other tables, else the one that most tables state."""
    stated = [(each.page == best.page, each.scale) for each in source.tables if each.scale]
    here = [scale for same_page, scale in stated if same_page]
    if here:
        return here[0]
    counts: dict[Scale, int] = {}
    for _, scale in stated:
        counts[scale] = counts.get(scale, 0) + 1
    return max(counts, key=lambda each: counts[each], default=None)


def _currency(best: Candidate, source: Source) -> str | None:
    code = best.currency or source.currency
    if code is None:
        tables = [table.currency for table in source.tables if table.currency]
        code = max(set(tables), key=tables.count, default=None)
    return source.dollar if code == "USD" and "US" not in best.evidence else code
