"""Figures: finding the number that a field asks for, in tables first and in sentences next.

Every place where the words fit is a candidate, and weighed; whether other places agree counts
too. The weights are the confidence, so that the confidence says what it was computed from.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .labels import Sought
from .numbers import FACTORS, Scale, stated_scale
from .places import Candidate, in_tables
from .prose import in_sentences
from .source import Source

#: Below this a figure is not called sure. What the text leaves open keeps a figure below it.
SURE = 0.8
_OPEN = 0.78
#: Below this a place speaks of something else: a forecast, an affiliate, a part of the business.
_ABOUT_ELSE = 0.36


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


def find(sought: Sought, source: Source) -> Found:
    """The newest full year's value of what is sought, with its trace; or none, with the reason."""
    found, _ = decide(sought, source)
    return found


def decide(sought: Sought, source: Source) -> tuple[Found, Candidate | None]:
    """What ``find`` finds, and the place that it stands in."""
    places = candidates(sought, source)
    found, best = _decided(places, source) if places else (None, None)
    if found is None or best is None:
        reason = f"No label known for {sought.spoken} was found."
        return Found(value=None, confidence=0.0, reason=reason), None
    if best.weight < _ABOUT_ELSE:
        reason = f"The text states no {sought.spoken}: {best.evidence!r} is about something else."
        return Found(value=None, confidence=0.0, page=best.page, reason=reason), None
    return found, best


def candidates(sought: Sought, source: Source) -> tuple[Candidate, ...]:
    """Every place where the sought value may stand."""
    return (*in_tables(sought, source), *in_sentences(sought, source))


def _decided(places: Sequence[Candidate], source: Source) -> tuple[Found, Candidate]:
    year = _reported_year(places) or source.year
    weighed = [_aged(each, year) for each in places]
    best = max(weighed, key=lambda each: (round(each.weight, 3), each.in_statement))
    scale = best.scale or _scale_elsewhere(best, source)
    agreeing = {id(each.table) for each in weighed if each is not best and _same(each, best, scale)}
    rivals = [
        each
        for each in weighed
        if each.weight > 0.85 * best.weight and not _same(each, best, scale)
    ]
    currency = _currency(best, source)
    confidence = best.weight * (0.75 if rivals else 1.0)
    confidence += 0.03 * min(2, len(agreeing)) if not rivals else 0.0
    confidence *= 1.0 if best.scale else 0.95 if scale else 0.85
    is_proved = best.in_statement or bool(agreeing)
    # Single units are what a text without a scale means; its scale may stand on a page not given.
    is_measured = currency is not None and scale is not None
    is_open = not (best.clear and is_proved and is_measured)
    found = Found(
        value=best.value,
        confidence=round(min(_OPEN if is_open else 0.98, confidence), 2),
        currency=currency,
        scale=scale or "units",
        period=str(best.year) if best.year else None,
        page=best.page,
        evidence=best.evidence,
        before=best.before or _before(best, weighed),
    )
    return found, best


def _reported_year(places: Iterable[Candidate]) -> int | None:
    """The year that the document reports on: the newest one of its statements."""
    dated = [each for each in places if each.year]
    in_statements = [each.year for each in dated if each.in_statement and each.weight > 0.5]
    anywhere = [each.year for each in dated if each.weight > 0.3]
    return max((year for year in in_statements or anywhere if year), default=None)


def _aged(candidate: Candidate, year: int | None) -> Candidate:
    if year is None or candidate.year == year:
        return candidate
    if candidate.year is None:
        # What names no year speaks of the reported one, as far as one can tell.
        return replace(candidate, weight=candidate.weight * 0.85, year=year, clear=False)
    return replace(candidate, weight=candidate.weight * 0.3)


def _same(one: Candidate, other: Candidate, scale: Scale | None) -> bool:
    """Whether two places state one value, a rounded one included."""
    if one.year and other.year and one.year != other.year:
        return True  # another year's figure contradicts nothing
    mine, yours = (each.value * FACTORS[each.scale or scale or "units"] for each in (one, other))
    return abs(mine - yours) <= 0.006 * max(abs(mine), abs(yours))


def _before(best: Candidate, places: Iterable[Candidate]) -> float | None:
    """The year before, from another statement that prints the same figure."""
    same = (
        each
        for each in places
        if (each.value, each.year, each.scale) == (best.value, best.year, best.scale)
    )
    return next((each.before for each in same if each.in_statement and each.before), None)


def _scale_said_on(page: int | None, source: Source) -> Scale | None:
    """The one scale that a line of a page's own gives, such as a note below its statement."""
    lines = (line for number, body in source.pages if number == page for line in body.split("\n"))
    short = (line for line in lines if len(line) < 120 and line.lstrip(" (*|").lower()[:3] == "in ")
    scales = {scale for line in short if (scale := stated_scale(line))}
    return scales.pop() if len(scales) == 1 else None


def _scale_elsewhere(best: Candidate, source: Source) -> Scale | None:
    """For a table: the scale that the text declares, or its page's, or all statements'."""
    if best.table is None:
        return None
    if source.scale:
        return source.scale
    if (below := _scale_said_on(best.page, source)) is not None:
        return below
    stated = [each for each in source.tables if each.scale]
    here = {each.scale for each in stated if each.page == best.page}
    there = {each.scale for each in stated if each.likeness >= 2}
    scales = here or there
    return scales.pop() if len(scales) == 1 else None


def _currency(best: Candidate, source: Source) -> str | None:
    code = best.currency or source.currency
    if code is None:
        signs = Counter(each.currency for each in source.tables if each.currency)
        code = max(signs, key=lambda each: signs[each], default=None)
    return source.dollar if code == "USD" and not best.us_dollar else code
