"""What amendments change, and where they speak of terms that the lease does not have.

A clause is followed where it says plainly what the new term is. What depends on something, takes
itself back, or changes by a difference is told to a person, and the term stays as it was.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from ....nodes.amounts import Amount, shown
from ....nodes.papers import DayFact, Line, Paper, SpanFact
from ....nodes.timeline import Day, Span, spans_in
from .clauses import Clauses, clauses_of, months_of
from .rent import PERCENT
from .schema import Finding, Rent, RentChange, Terms
from .telling import finding, length, quoted, where
from .terms import number_of

_HEAD = re.compile(
    r"\b(?:amendment|addendum|supplement\w*|variation|side letter|rider (?:no|to|\d))\b", re.I
)
_LEASE_HEAD = re.compile(r"^(?:[\w-]+\s+){0,3}(?:(?:sub)?lease|tenancy|licence)\b", re.IGNORECASE)
#: A clause that changes nothing: it introduces the others, or says what stays.
_NO_CHANGE = re.compile(
    r"\b(?:remains? (?:unchanged|in (?:full )?force|as (?:it is|they are))|as follows"
    r"|the following|nothing else|(?:all|no) other|between|whereas"
    r"|on behalf|the parties (?:hereby )?agree)\b|^\d* ?to (?:the |this )?(?:sub)?lease\b"
    r"|^(?:dated?|signed|place|landlord|tenant|lessor|lessee|lease|re|subject|dear|yours|for|name)\b",
    re.IGNORECASE,
)
#: Words that make a change depend on something, or take it back.
_DEPENDS = re.compile(
    r"\b(?:not|no longer|never|(?<!\d )may(?!,? \d)|might|can|could|if|unless|provided"
    r"|subject to|propos\w+|withdrawn|remains?|intend\w*|until further|discuss\w*|without"
    r"|request\w*|wish\w*|consider\w*|negotiat\w*|except|plan\w*|was|were|had|would|suggest\w*)\b",
    re.IGNORECASE,
)
#: That something is so from now on.
_SAYS = re.compile(r"\b(?:is|are|shall|will|becomes?|ends|expires|amounts)\b|:", re.IGNORECASE)
#: A line of fewer words says nothing.
_FEW = 4
_SINCE = re.compile(
    r"\b(?:with effect from|effective(?: from| as of| on)?|as of|as from|starting(?: on| from)?"
    r"|(?<!is extended )from|since)\s*$",
    re.I,
)
#: "A instead of B": what is new stands first.
_NEW_FIRST = re.compile(r"\b(?:instead of|in place of|rather than)\b", re.IGNORECASE)
#: What stands between the old and the new: "from A to B", "A is replaced by B".
_OLD_FIRST = re.compile(r"\b(?:by|with|to|now|be)\W*(?:an?\s|the\s|sum of\s)*\W*$", re.IGNORECASE)
#: What stands before a new value that stands alone.
_NEW_ALONE = re.compile(
    r"(?:\b(?:to|now|be|at|is|becomes?|until|with|on|replaced by)|:)\s*"
    r"(?:(?:an?|the|sum of|and including)\s+)*$",
    re.IGNORECASE,
)
_NOT_FOLLOWED = "An amendment says something that the rules do not follow; compare it yourself."


def is_amendment(paper: Paper) -> bool:
    """By what it calls itself in its first lines; "Tenant: Rider Cycles" is no title."""
    for line in paper.text.strip().split("\n")[:4]:
        if _HEAD.search(line) and ":" not in line:
            return True
        if _LEASE_HEAD.match(line.strip()):
            return False
    return False


def dated(paper: Paper) -> date:
    """The day of an amendment, by which they are put in order; one without a day comes last."""
    head = "\n".join(paper.text.strip().split("\n")[:8])
    found = next((each.day for each in clauses_of(paper).days(head) if each.day), None)
    return found or date.max


def amended(terms: Terms, paper: Paper, today: date | None = None) -> tuple[Terms, list[Finding]]:
    """The terms as an amendment leaves them, and where it does not fit to what was."""
    found = clauses_of(paper)
    number = number_of(found)
    if number.value and terms.lease.value and number.value != terms.lease.value:
        says = f"{paper.name} is about lease {number.value!r}; it was not followed."
        return terms, [finding("amendment_of_another_lease", says, where(number), ours=True)]
    findings = [*_unmatched(terms, number.value, paper)]
    for line in found.sentences:
        is_title = _HEAD.match(line.text) is not None and not line.text.endswith(".")
        if not is_title:
            terms, told = _changed(terms, line, found, today)
            findings += told
    return terms, findings


def _unmatched(terms: Terms, number: str | None, paper: Paper) -> Iterator[Finding]:
    """An amendment by which nobody knows whether it is about this lease."""
    text = " ".join(paper.text.split()).casefold()
    names = (terms.landlord.value, terms.tenant.value, terms.premises.value)
    named = any(each is not None and each.casefold() in text for each in names)
    if not named and (number is None or number != terms.lease.value):
        says = f"{paper.name} names neither this lease nor its parties: is it about this lease?"
        yield finding("amendment_unmatched", says, ours=True)


def _changed(
    terms: Terms, line: Line, found: Clauses, today: date | None
) -> tuple[Terms, list[Finding]]:
    """One clause of an amendment. A clause that is not surely followed is told."""
    text = line.text.lower()
    sums, spans, days = found.sums(line.text), spans_in(line.text), _days(line, found)
    about_end = re.search(r"\b(?:ends?|ending|expir\w*|extend\w*|until|last day)\b", text)
    says_value = sums or spans or PERCENT.search(text) or (days and about_end)
    if not says_value and (_NO_CHANGE.search(text) or len(text.split()) < _FEW):
        return terms, []
    untold = [finding("amendment_not_followed", _NOT_FOLLOWED, quoted(line), ours=True)]
    if _DEPENDS.search(text) or PERCENT.search(text) or not _SAYS.search(text):
        return terms, untold
    other = re.search(r"\b(?:deposit|parking|service charge|start\w* date|commenc\w*)\b", text)
    if other:
        return terms, untold
    if re.search(r"\brent\b", text) and sums and not spans:
        changed = _rent(terms, line, found)
    elif sums or _later(line, found, today):
        changed = None
    elif re.search(r"\bnotice\b", text) and spans and not days:
        changed = _notice(terms, line)
    elif about_end and days and not spans:
        changed = _end(terms, line, found)
    else:
        changed = None
    return changed or (terms, untold)


def _later(line: Line, found: Clauses, today: date | None) -> bool:
    """Whether a clause holds only from a day to come: until then the term is as it was."""
    since = [d.day for d in found.days(line.text) if _SINCE.search(line.text[: d.start])]
    is_range = len(_days(line, found)) > 0
    return not is_range and any(each is None or (today and each > today) for each in since)


def _pair(
    text: str, values: Sequence[Amount] | Sequence[Day] | Sequence[Span]
) -> tuple[int | None, int] | None:
    """Which of the values is the old one (None: it is not said) and which the new, if that is
    plain."""
    if len(values) == 1:
        return (None, 0) if _NEW_ALONE.search(text[: values[0].start]) else None
    if len(values) != 2:
        return None
    between = text[values[0].end : values[1].start]
    if _NEW_FIRST.search(between):
        return 1, 0
    if re.search(r"\band\b", between, re.IGNORECASE):
        return None  # two new ones, one after the other
    return (0, 1) if _OLD_FIRST.search(between) else None


def _rent(terms: Terms, line: Line, found: Clauses) -> tuple[Terms, list[Finding]] | None:
    sums = found.sums(line.text)
    pair = _pair(line.text, sums)
    if pair is None:
        return None
    old, new = pair
    days = [d for d in found.days(line.text) if _SINCE.search(line.text[: d.start])]
    since = days[0].day if len(days) == 1 else None
    if since is None:
        says = "An amendment changes the rent and does not say plainly from when."
        return terms, [finding("amendment_unclear", says, quoted(line))]
    before = _before(terms)
    months = months_of(line.text[sums[new].end :][:30])
    currencies = {sums[new].currency, before.currency} - {None}
    if months is None or before.months is None or len(currencies) > 1:
        says = "An amendment changes the rent and its currency, or does not say for how long it is."
        return terms, [finding("amendment_unclear", says, quoted(line), where(before))]
    rent = Rent.model_validate(
        {"value": sums[new].value, "currency": sums[new].currency or before.currency,
         "months": months, **line.cited(0.85)}
    )  # fmt: skip
    if any(c.since == since and c.rent.value == rent.value for c in terms.changes):
        return terms, []  # the portfolio knew this amendment
    findings = []
    if old is not None and before.value is not None and sums[old].value != before.value:
        says = (
            f"The amendment replaces a rent of {shown(sums[old].value, sums[old].currency)}; "
            f"the lease's is {shown(before.value, before.currency)}."
        )
        findings.append(finding("amendment_contradicts", says, quoted(line), where(before)))
    changes = (*terms.changes, RentChange(since=since, rent=rent))
    return terms.model_copy(update={"changes": changes}), findings


def _before(terms: Terms) -> Rent:
    """The rent that an amendment finds."""
    return terms.changes[-1].rent if terms.changes else terms.rent


def _days(line: Line, found: Clauses) -> list[Day]:
    """The days of a clause, but for the one from which it holds; "from A to B" are both of it."""
    every = found.days(line.text)
    if len(every) == 2 and re.fullmatch(r"\s*to\s*", line.text[every[0].end : every[1].start]):
        return [*every]
    return [each for each in every if not _SINCE.search(line.text[: each.start])]


def _end(terms: Terms, line: Line, found: Clauses) -> tuple[Terms, list[Finding]] | None:
    days = _days(line, found)
    pair = _pair(line.text, days)
    if pair is None:
        return None
    old, new = pair
    was = terms.end.value
    if was is not None and days[new].day == was:
        return terms, []  # the portfolio knew this amendment
    findings = []
    if old is not None and was is not None and days[old].day not in (None, was):
        says = f"The amendment speaks of a lease that ends on {days[old].day}; it ends on {was}."
        findings.append(finding("amendment_contradicts", says, quoted(line), where(terms.end)))
    day = days[new]
    cited = line.cited(min(0.85, day.sure), day.reason)
    readings = day.readings if day.day is None else ()
    end = DayFact.model_validate({"value": day.day, "readings": readings, **cited})
    if day.day is not None and terms.start.value is not None and day.day <= terms.start.value:
        says = f"The amendment ends the lease on {day.day}, before it begins."
        return terms, [*findings, finding("amendment_contradicts", says, quoted(line))]
    return terms.model_copy(update={"end": end}), findings


def _notice(terms: Terms, line: Line) -> tuple[Terms, list[Finding]] | None:
    spans = spans_in(line.text)
    pair = _pair(line.text, spans)
    if pair is None:
        return None
    old, new = pair
    which = "renewal_notice" if "renew" in line.text.lower() else "notice"
    was: SpanFact = getattr(terms, which)
    if was.value is not None and spans[new].length == was.value.length:
        return terms, []  # the portfolio knew this amendment
    findings = []
    if old is not None and was.value is not None and spans[old].length != was.value.length:
        theirs, ours = length(*spans[old].length), length(*was.value.length)
        says = f"The amendment replaces a notice of {theirs}; the lease's is {ours}."
        findings.append(finding("amendment_contradicts", says, quoted(line), where(was)))
    value = {"months": spans[new].months, "days": spans[new].days}
    fact = SpanFact.model_validate({**value, **line.cited(0.85)})
    return terms.model_copy(update={which: fact}), findings


def compared(terms: Terms, known: Terms | None) -> Iterator[Finding]:
    """All that would be replaced in the portfolio; a person sees it before it is."""
    for name in Terms.model_fields if known is not None else ():
        ours, theirs = getattr(terms, name), getattr(known, name)
        new, old = _plain(ours), _plain(theirs)
        if new == old:
            continue
        called = name.replace("_", " ")
        if isinstance(ours, tuple):
            says = f"{called.capitalize()}: {len(ours)} here, {len(theirs)} in the portfolio."
            yield finding("portfolio_differs", says, ours=True)
        else:
            says = f"The {called} is {_said(ours)} here and {_said(theirs)} in the portfolio."
            yield finding("portfolio_differs", says, where(ours), where(theirs), ours=True)


_PLACES = {"file", "page", "line", "sentence", "confidence", "reason"}


def _plain(fact: object) -> object:
    """A fact without where it stands."""
    if isinstance(fact, tuple):
        return tuple(map(_plain, fact))
    if isinstance(fact, RentChange):
        return fact.since, _plain(fact.rent)
    return fact.model_dump(exclude=_PLACES) if hasattr(fact, "model_dump") else fact


def _said(fact: object) -> str:
    if isinstance(fact, SpanFact):
        return length(*fact.value.length) if fact.value is not None else "not stated"
    if isinstance(fact, Rent) and fact.value is not None:
        return f"{shown(fact.value, fact.currency)} for {length(fact.months or 0, 0)}"
    value = getattr(fact, "value", None) or getattr(fact, "kind", None)
    return "not stated" if value is None else str(value)
