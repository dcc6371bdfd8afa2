"""What an agent's reading and a letter must be like. What a gate refuses is asked for again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from ....nodes.letters import Sum, undated, unnamed, verdict, wrong_sums
from ....nodes.papers import Paper
from ....nodes.second_reading import unborne
from ....nodes.timeline import days_in, written
from .schema import Finding, LeaseReading, Payment, Terms
from .settling import UNKNOWN_LEASE
from .terms import KINDS

Values = Mapping[str, object]
Verdict = tuple[bool, str]


def borne(values: Values, sources: Values) -> Verdict:
    """All that a reading states is copied from the lease, and can be read as what it is."""
    reading, lease = cast("LeaseReading", values["reading"]), cast("Paper", sources["contract"])
    return verdict(unborne(reading, lease, KINDS), "All of it stands in the lease.")


def sendable(values: Values) -> Verdict:
    """A letter names the lease, to whom it goes, the day it is about, and no sum of its own."""
    letter, terms = cast("str", values["letter"]), cast("Terms", values["terms"])
    other = terms.landlord if values["we"] == "tenant" else terms.tenant
    lease = terms.lease.value or terms.premises.value
    which = UNKNOWN_LEASE in letter
    findings = cast("Sequence[Finding]", values["findings"])
    may = tuple(_sums(terms, cast("Sequence[Payment]", values["schedule"])))
    wrong = [
        *([f"It does not say which lease: replace {UNKNOWN_LEASE!r}."] if which else []),
        *unnamed(letter, lease=lease, recipient=other.value),
        *wrong_sums(letter, may=may, quoted=[f"  - {each.says}" for each in findings]),
        *undated(letter),
        *_end(letter, terms, str(values["action"])),
    ]
    return verdict(wrong, "It says what was decided.")


def _sums(terms: Terms, schedule: Sequence[Payment]) -> Iterator[Sum]:
    """What the lease and its amendments state, and what the rent comes to."""
    for each in (terms.rent, terms.deposit, *(change.rent for change in terms.changes)):
        if each.value is not None:
            yield each.value, each.currency
    for payment in schedule:
        yield payment.amount, payment.currency


def _end(letter: str, terms: Terms, action: str) -> list[str]:
    """Notice, and renewal, are about the last day of the term, if that is known."""
    end = terms.end.value
    if action not in ("renew", "give_notice") or end is None:
        return []
    if any(end in each.readings for each in days_in(letter)):
        return []
    return [f"It does not name the end of the lease, {written(end)}."]
