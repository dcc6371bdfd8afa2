"""What amendments change, and where they speak of terms that the lease does not have."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from ....nodes.amounts import Amount, cents, shown
from ....nodes.papers import DayFact, Line, Paper, SpanFact
from ....nodes.timeline import Day, Span, spans_in
from .clauses import Clauses, clauses_of
from .schema import Finding, Rent, RentChange, Terms
from .terms import finding, length

_HEAD = re.compile(r"\b(?:amendment|addendum|supplement\w*|variation|rider|side letter)\b", re.I)
_CHANGES = re.compile(
    r"\b(?:replac\w+|amend\w*|chang\w+|extend\w*|increas\w+|reduc\w+|instead|in place of|shall now"
    r"|is now|revised?|substitut\w+|postpon\w+|set (?:to|at))\b",
    re.IGNORECASE,
)
_SINCE = re.compile(
    r"\b(?:with effect from|effective(?: from| as of)?|as of|as from|starting(?: on)?)\s*$", re.I
)
#: "A instead of B": what is new stands first.
_NEW_FIRST = re.compile(r"\b(?:instead of|in place of|rather than)\b", re.IGNORECASE)


def is_amendment(paper: Paper) -> bool:
    """By what it calls itself in its first lines."""
    head = paper.text.strip().split("\n")[:4]
    return any(_HEAD.search(line) for line in head)


def dated(paper: Paper) -> date:
    """The day of an amendment, by which they are put in order; one without a day comes last."""
    head = "\n".join(paper.text.strip().split("\n")[:8])
    found = next((each.day for each in clauses_of(paper).days(head) if each.day), None)
    return found or date.max


def amended(terms: Terms, paper: Paper) -> tuple[Terms, list[Finding]]:
    """The terms as an amendment leaves them, and where it does not fit to what was."""
    found = clauses_of(paper)
    findings: list[Finding] = []
    for line in found.sentences:
        is_title = _HEAD.match(line.text) is not None and not line.text.endswith(".")
        if _CHANGES.search(line.text) and not is_title:
            terms, told = _changed(terms, line, found)
            findings += told
    return terms, findings


def _changed(terms: Terms, line: Line, found: Clauses) -> tuple[Terms, list[Finding]]:
    """One clause of an amendment. A clause that is about no term that is known is told."""
    text = line.text.lower()
    if re.search(r"\brent\b", text) and found.sums(line.text):
        return _rent(terms, line, found)
    if re.search(r"\bnotice\b", text) and spans_in(line.text):
        return _notice(terms, line)
    ends = re.search(r"\b(?:end|expir\w*|term|until|lease)\b", text)
    if ends and _days(line, found):
        return _end(terms, line, found)
    if re.search(r"\b(?:remain|unchanged)\b", text) or not re.search(r"\d", text):
        return terms, []
    says = "An amendment changes something that the rules do not follow; compare it yourself."
    return terms, [finding("amendment_not_followed", says, _quote(line))]


def _quote(line: Line) -> str:
    return f"{line.file}, page {line.page}, line {line.number}: {line.text[:300]}"


def _pair(
    line: Line, values: Sequence[Amount] | Sequence[Day] | Sequence[Span]
) -> tuple[int | None, int]:
    """Which of the values is the old one (None: it is not said) and which the new."""
    if len(values) == 1:
        return None, 0
    return (1, 0) if _NEW_FIRST.search(line.text) else (0, 1)


def _rent(terms: Terms, line: Line, found: Clauses) -> tuple[Terms, list[Finding]]:
    sums = found.sums(line.text)
    old, new = _pair(line, sums)
    since = next(
        (d.day for d in found.days(line.text) if _SINCE.search(line.text[: d.start])), None
    )
    since = since or next((d.day for d in found.days(line.text) if d.day), None)
    if since is None:
        says = "An amendment changes the rent and does not say from when."
        return terms, [finding("amendment_unclear", says, _quote(line))]
    if any(c.since == since and c.rent.value == sums[new].value for c in terms.changes):
        return terms, []  # the portfolio knew this amendment
    findings = []
    before = terms.changes[-1].rent if terms.changes else terms.rent
    if old is not None and before.value is not None and sums[old].value != before.value:
        says = (
            f"The amendment replaces a rent of {shown(sums[old].value, sums[old].currency)}; "
            f"the lease's is {shown(before.value, before.currency)}."
        )
        findings.append(finding("amendment_contradicts", says, _quote(line), _where(before)))
    value = {"value": cents(sums[new].value), "currency": sums[new].currency or before.currency}
    rent = Rent.model_validate({**value, "months": before.months, **line.cited(0.85)})
    changes = (*terms.changes, RentChange(since=since, rent=rent))
    return terms.model_copy(update={"changes": changes}), findings


def _where(fact: Rent | DayFact | SpanFact) -> str:
    return f"{fact.place}: {fact.sentence}"


def _days(line: Line, found: Clauses) -> list[Day]:
    """The days of a clause, but for the one from which it holds."""
    every = found.days(line.text)
    return [each for each in every if not _SINCE.search(line.text[: each.start])]


def _end(terms: Terms, line: Line, found: Clauses) -> tuple[Terms, list[Finding]]:
    days = _days(line, found)
    old, new = _pair(line, days)
    was = terms.end.value
    if was is not None and days[new].day == was:
        return terms, []  # the portfolio knew this amendment
    findings = []
    if old is not None and was is not None and days[old].day not in (None, was):
        says = f"The amendment speaks of a lease that ends on {days[old].day}; it ends on {was}."
        findings.append(finding("amendment_contradicts", says, _quote(line), _where(terms.end)))
    day = days[new]
    cited = line.cited(min(0.85, day.sure), day.reason)
    readings = day.readings if day.day is None else ()
    end = DayFact.model_validate({"value": day.day, "readings": readings, **cited})
    if day.day is not None and terms.start.value is not None and day.day <= terms.start.value:
        says = f"The amendment ends the lease on {day.day}, before it begins."
        return terms, [*findings, finding("amendment_contradicts", says, _quote(line))]
    return terms.model_copy(update={"end": end}), findings


def _notice(terms: Terms, line: Line) -> tuple[Terms, list[Finding]]:
    spans = spans_in(line.text)
    old, new = _pair(line, spans)
    which = "renewal_notice" if "renew" in line.text.lower() else "notice"
    was: SpanFact = getattr(terms, which)
    if was.value is not None and spans[new].length == was.value.length:
        return terms, []  # the portfolio knew this amendment
    findings = []
    if old is not None and was.value is not None and spans[old].length != was.value.length:
        theirs, ours = length(*spans[old].length), length(*was.value.length)
        says = f"The amendment replaces a notice of {theirs}; the lease's is {ours}."
        findings.append(finding("amendment_contradicts", says, _quote(line), _where(was)))
    value = {"months": spans[new].months, "days": spans[new].days}
    fact = SpanFact.model_validate({**value, **line.cited(0.85)})
    return terms.model_copy(update={which: fact}), findings


def compared(terms: Terms, known: Terms | None, amendments: Sequence[Paper]) -> Iterator[Finding]:
    """Where the lease and the portfolio differ, though no amendment says why."""
    if known is None or amendments:
        return
    for name in ("landlord", "tenant", "premises", "rent", "deposit", "start", "end", "notice"):
        ours, theirs = getattr(terms, name), getattr(known, name)
        new, old = _plain(ours), _plain(theirs)
        if new is not None and old is not None and new != old:
            says = f"The {name} is {new} here and {old} in the portfolio."
            yield finding("portfolio_differs", says, _where(ours), _where(theirs))


def _plain(fact: object) -> object:
    if isinstance(fact, SpanFact):
        return length(*fact.value.length) if fact.value is not None else None
    return getattr(fact, "value", None)
