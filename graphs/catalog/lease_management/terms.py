"""The terms of one lease, and where its own clauses contradict each other."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date
from decimal import Decimal

from ....nodes.amounts import cents
from ....nodes.papers import AmountFact, DayFact, Paper, SpanFact, TextFact
from ....nodes.second_reading import Kind, borne_out
from ....nodes.timeline import last_day
from . import clauses as read
from .clauses import Clauses, Hit
from .doubts import doubts
from .rent import payments, rises
from .schema import Finding, Increase, LeaseReading, Rent, Terms
from .telling import finding, length, quoted, value_of, where

_NAME = r"(?P<it>[A-Z][^\"“”()]{2,80}?)"
#: The "Landlord"; (hereinafter "the Lessor"); (tenant).
_CALLED = (
    r"(?:\(\s*(?:hereinafter|hereafter|as)?\s*,?\s*(?:called|referred to as)?\s*(?:the )?[\"“']?"
    r"|(?:hereinafter|hereafter|as)?\s*(?:called|referred to as)?\s*(?:the )?[\"“'])(?:the )?"
)
_LANDLORD, _TENANT = r"(?:landlord|lessor|owner)", r"(?:tenant|lessee|renter)"


def terms_of(paper: Paper) -> tuple[Terms, list[Finding]]:
    """What a lease says, and its contradictions. What it does not say is null, with a reason."""
    found = read.clauses_of(paper)
    starts, ends = read.borders(found, "start"), read.borders(found, "end")
    lengths, notices = read.renewal(found)
    every = {
        "start": starts, "end": ends, "term": read.term(found), "notice": read.notice(found),
        "renewal": lengths, "renewal_notice": notices, "deposit": read.deposit(found),
        "deposit_return": read.deposit_return(found),
    }  # fmt: skip
    rents = read.rent(found)
    start = _day(starts, "first day")
    spans = ("term", "notice", "renewal", "renewal_notice", "deposit_return")
    terms = Terms.model_validate(
        {
            **_texts(found),
            **{name: _span(every[name], name.replace("_", " ")) for name in spans},
            "rent": _rent(rents, payments(found)[0]),
            "deposit": _sum(every["deposit"], "deposit"),
            "start": start,
            "end": _day(ends, "last day"),
            "increase": _increase(found, start.value),
            "landlord_does": _duties(found, _LANDLORD),
            "tenant_does": _duties(found, _TENANT),
        }
    )
    findings = [*_twice(every), *_rents(rents), *_words_and_digits(every), *_borders(terms)]
    findings += doubts(found, rents, start.value)
    return _completed(terms), findings


_LETS = (
    rf"\b(?:lets?|leases?|demises?|rents?)(?: to)? (?:the )?{_TENANT}[,\s]+"
    r"(?P<it>.{5,160}?)(?:\.(?:\s|$)|;|$)"
)
_LAW = (
    r"\bgoverned by(?: and construed in accordance with)? "
    r"(?P<it>the laws? of (?:the )?[A-Z][\w ]+|[A-Z]\w+ law)"
)
_NUMBER = (
    r"\blease(?: agreement)?(?: no\.? ?| number:? | reference:? | (?=[A-Z]{1,5}[-/]\d))"
    r"(?P<it>[A-Z0-9][\w/-]*\d[\w/-]*)"
)
_NUMBERS = (
    "lease no",
    "lease reference",
    "lease number",
    "reference",
    "contract no",
    "our reference",
)


def _texts(found: Clauses) -> dict[str, TextFact]:
    """Names and clauses that are quoted as they stand."""
    places = ("premises", "property", "leased premises", "address of premises", "demised premises")
    return {
        "lease": number_of(found),
        "landlord": _party(found, ("landlord", "lessor", "owner"), _LANDLORD),
        "tenant": _party(found, ("tenant", "lessee", "renter"), _TENANT),
        "premises": _text(found, places, _LETS, "premises"),
        "law": _text(found, ("governing law", "law", "applicable law"), _LAW, "governing law"),
        "termination": _sentence(found),
    }


def number_of(found: Clauses) -> TextFact:
    """The number by which the lease is known."""
    return _text(found, _NUMBERS, _NUMBER, "number")


def _text(found: Clauses, names: Sequence[str], pattern: str, what: str) -> TextFact:
    """What a label names; where a heading does, the sentence below it says it."""
    for value, line, sure in read.said(found, names, pattern):
        inner = re.search(pattern, value, re.IGNORECASE)
        text = inner["it"] if inner is not None else value
        if not re.search(r"\b(?:shall|must|will|is|are)\b", text):
            return TextFact.model_validate({"value": text.strip(" ."), **line.cited(sure)})
    return TextFact(reason=f"The lease states no {what}.")


def _party(found: Clauses, names: Sequence[str], role: str) -> TextFact:
    """After a label; or before its role in brackets: Brackwater Ltd (the "Landlord")."""
    for value, line, sure in found.labelled(*names):
        name = re.sub(r"\s*(?:,|\().*", "", value)
        if not re.search(r"\b(?:shall|must|will|may)\b", name):
            return TextFact.model_validate({"value": name, **line.cited(sure)})
    between = re.compile(
        rf"(?:^(?:\(?\w{{1,3}}[.)])?|\bbetween:?|\band|\bby|[,;])\s*{_NAME}"
        rf",?(?:\s+of [^\"“”()]{{3,80}}?)?,?\s*{_CALLED}\s*{role}\b",
        re.IGNORECASE,
    )
    for line in found.sentences:
        # What stands before "between" is no party.
        at = re.search(r"\bbetween\b", line.text, re.IGNORECASE)
        match = between.search(line.text, at.start() if at is not None else 0)
        if match is not None:
            name = re.split(r"\bbetween:?\s+|^\w+:\s+", match["it"], flags=re.I)[-1].strip(" ,")
            # "and Birch PC", or "Elm LLC, a Delaware limited liability company".
            name = re.sub(r"^and\s+|,\s+an?\s+\w.*$", "", name)
            return TextFact.model_validate({"value": name, **line.cited(0.9)})
    return TextFact(reason=f"The lease names no {names[0]}.")


def _sentence(found: Clauses) -> TextFact:
    for line in found.saying(
        r"\b(?:terminat\w*|end this lease|cancel\w*)\b", r"\b(?:may|shall|can)\b"
    ):
        return TextFact.model_validate({"value": line.text[:400], **line.cited(0.85)})
    return TextFact(reason="The lease has no clause on termination.")


def _duties(found: Clauses, role: str) -> tuple[TextFact, ...]:
    """What a side shall or must do, clause by clause."""
    pattern = (
        rf"\bthe {role}\b[^.]{{0,30}}?\b(?:shall|must|undertakes to|agrees to|is responsible for)\b"
    )
    return tuple(
        TextFact.model_validate({"value": line.text[:300], **line.cited(0.85)})
        for line in found.saying(pattern)
    )[:20]


def _best(hits: Sequence[Hit]) -> Hit | None:
    return max(hits, key=lambda each: each.sure, default=None)


def _day(hits: Sequence[Hit], what: str) -> DayFact:
    best = _best(hits)
    if best is None or best.day is None:
        return DayFact(reason=f"The lease states no {what}.")
    cited = best.line.cited(best.sure, best.day.reason)
    readings = best.day.readings if best.day.day is None else ()
    return DayFact.model_validate({"value": best.day.day, "readings": readings, **cited})


def _span(hits: Sequence[Hit], what: str) -> SpanFact:
    best = _best(hits)
    if best is None or best.span is None:
        return SpanFact(reason=f"The lease states no {what}.")
    length = {"months": best.span.months, "days": best.span.days}
    return SpanFact.model_validate({**length, **best.line.cited(best.sure)})


def _sum(hits: Sequence[Hit], what: str) -> AmountFact:
    best = _best(hits)
    if best is None or best.sum is None:
        return AmountFact(reason=f"The lease states no {what} as a sum.")
    found = {"value": best.sum.value, "currency": best.sum.currency}
    return AmountFact.model_validate({**found, **best.line.cited(best.sure)})


def _rent(hits: Sequence[Hit], paid: Set[int]) -> Rent:
    best = _best(hits)
    if best is None or best.sum is None:
        return Rent(reason="The lease states no rent as a sum.")
    reason = None if best.months else "The lease does not say for how long this is the rent."
    found = {"value": best.sum.value, "currency": best.sum.currency, "months": best.months}
    how = {"paid": next(iter(paid)) if len(paid) == 1 else None}
    return Rent.model_validate({**found, **how, **best.line.cited(best.sure, reason)})


def _increase(found: Clauses, start: date | None) -> Increase:
    for rise in rises(found, start)[0]:
        stated = {"kind": rise.kind, "value": rise.value, "first": rise.first}
        cited = rise.line.cited(0.85)
        return Increase.model_validate({**stated, "every_months": rise.every, **cited})
    return Increase(reason="The lease states no increase of the rent.")


def _completed(terms: Terms) -> Terms:
    """The last day where the first one and the term give it; said to be computed."""
    start, term = terms.start.value, terms.term.value
    if terms.end.value is not None or terms.end.readings or start is None or term is None:
        return terms
    place = terms.term.model_dump(include={"file", "page", "line", "sentence"})
    reason = "Computed from the first day and the term."
    end = DayFact(value=last_day(start, term), confidence=0.8, reason=reason, **place)
    return terms.model_copy(update={"end": end})


def _twice(every: dict[str, list[Hit]]) -> Iterator[Finding]:
    """A term that stands more than once, with different values."""
    for name, hits in every.items():
        values = {value_of(each): each for each in reversed(hits) if each.sure >= 0.6}
        if name != "deposit_return" and len(values) > 1:
            says = f"The lease states the {name.replace('_', ' ')} in more than one way: "
            told, quotes = sorted(values), (quoted(hit.line) for hit in values.values())
            yield finding(f"{name}_differs", f"{says}{', '.join(told)}.", *quotes)


def _rents(hits: Sequence[Hit]) -> Iterator[Finding]:
    """Rents that differ once they are counted for a month."""
    known = [hit for hit in hits if hit.months and hit.sum]
    by_month: dict[Decimal, Hit] = {}
    for hit in known:
        if hit.sum is not None and hit.months:
            by_month.setdefault(cents(hit.sum.value / hit.months), hit)
    if len(by_month) > 1:
        told = ", ".join(f"{value:,.2f} ({value_of(hit)})" for value, hit in by_month.items())
        says = f"The rents that the lease states are not the same for a month: {told}."
        yield finding("rent_differs", says, *(quoted(hit.line) for hit in by_month.values()))


def _words_and_digits(every: dict[str, list[Hit]]) -> Iterator[Finding]:
    for name, hits in every.items():
        for hit in hits:
            if hit.span is not None and hit.span.other is not None:
                says = (
                    f"Words and digits of the {name.replace('_', ' ')} differ: {hit.span.text!r}."
                )
                yield finding("words_and_digits_differ", says, quoted(hit.line))


def _borders(terms: Terms) -> Iterator[Finding]:
    """First day, term and last day that do not fit; a last day that is not after the first."""
    start, end, term = terms.start, terms.end, terms.term.value
    quotes = [f"{each.place}: {each.sentence}" for each in (terms.term, start, end) if each.place]
    for day, what in ((start, "first day"), (end, "last day")):
        if day.readings:
            says = f"The {what} may be {' or '.join(map(str, day.readings))}."
            yield finding("day_unclear", says, f"{day.place}: {day.sentence}")
    if start.value is None or end.value is None:
        return
    if end.value <= start.value:
        yield finding("end_before_start", f"{end.value} is not after {start.value}.", *quotes)
    elif term is not None:
        last = last_day(start.value, term)
        if abs((last - end.value).days) > 1:
            said = length(term.months, term.days)
            says = (
                f"A term of {said} from {start.value} ends on {last}, the lease says {end.value}."
            )
            yield finding("term_and_end_differ", says, *quotes)


#: What an agent's words are to be read as.
KINDS: Mapping[str, Kind] = {
    "start": "day", "end": "day", "notice": "span", "renewal_notice": "span", "deposit": "amount",
}  # fmt: skip


#: A person looks at what nobody but a model read.
_DOUBTFUL = 0.5


def with_reading(
    terms: Terms, reading: LeaseReading | None, paper: Paper
) -> tuple[Terms, list[Finding]]:
    """What the rules did not find and an agent did, as far as the lease bears it: it is doubtful,
    for a sentence may be copied rightly and be about something else."""
    changed: dict[str, object] = {}
    findings = []
    for name in LeaseReading.model_fields if reading is not None else ():
        stated, called = getattr(reading, name), name.replace("_", " ")
        theirs = None if stated is None else borne_out(stated, paper, kind=KINDS.get(name, "text"))
        ours = getattr(terms, name)
        if theirs is None or theirs.value is None:
            continue
        if ours.value is None:
            reason = "Only an agent read this."
            changed[name] = theirs.model_copy(update={"confidence": _DOUBTFUL, "reason": reason})
            says = f"The {called}, {stated.value!r}, was read by an agent only: look at it."
            findings.append(finding("read_by_agent_only", says, where(theirs), ours=True))
        elif not _alike(_plain(ours), _plain(theirs)):
            says = f"Rule and agent read the {called} differently."
            findings.append(
                finding("read_in_two_ways", says, where(ours), where(theirs), ours=True)
            )
    return terms.model_copy(update=changed), findings


def _plain(fact: object) -> object:
    return (fact.months, fact.days) if isinstance(fact, SpanFact) else getattr(fact, "value", None)


def _alike(one: object, other: object) -> bool:
    """Equal; of names, one may be longer: "8 Quay Street" is "8 Quay Street, Ardmore"."""
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() in other.casefold() or other.casefold() in one.casefold()
    return one == other
