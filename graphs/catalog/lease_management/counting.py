"""Key dates and the rent schedule, counted by rule from the terms."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from ....nodes.amounts import cents
from ....nodes.timeline import Span, after, repeats
from .clauses import goes_on_by_itself
from .schema import Increase, KeyDate, Payment, Terms
from .telling import length

#: How long rows are made for a lease without a last day, and for any lease.
_OPEN = Span(months=24)
_MOST = Span(months=1200)


def key_dates(terms: Terms, today: date) -> tuple[KeyDate, ...]:
    """The days on which something is due, in order; those that have passed, too."""
    found: list[tuple[str, date, str]] = []
    end, start = terms.end.value, terms.start.value
    if end is not None:
        found.append(("end", end, f"The last day of the term ({terms.end.place})."))
        for name, fact in (("notice", terms.notice), ("renewal", terms.renewal_notice)):
            span = fact.value
            if span is not None:
                back = f"{length(*span.length)} before {end}, counted backwards ({fact.place})."
                if name == "notice" and goes_on_by_itself(fact.sentence):
                    back += " Without notice the lease goes on by itself."
                found.append((name, last_moment(end, span), back))
        span = terms.deposit_return.value
        if span is not None:
            says = f"{length(*span.length)} after {end} ({terms.deposit_return.place})."
            found.append(("deposit_return", after(end, span), says))
    if start is not None:
        until = end or after(today, _OPEN)
        rise = next((each for each in increases(terms, start, until) if each > today), None)
        if rise is not None:
            found.append(("rent_increase", rise, f"By the lease ({terms.increase.place})."))
    changes = (each for each in terms.changes if each.since > today)
    found += [("rent_increase", c.since, f"By amendment ({c.rent.place}).") for c in changes]
    dates = [
        KeyDate.model_validate(
            {"name": name, "day": day, "rule": rule, "days_left": (day - today).days}
        )
        for name, day, rule in found
    ]
    return tuple(sorted(dates, key=lambda each: (each.day, each.name)))


def last_moment(end: date, span: Span) -> date:
    """The last day on which a period still runs its whole length until ``end``.

    Where two countings differ by the lengths of months, the earlier day: it is never too late.
    """
    return after(end, span, -1)


def increases(terms: Terms, start: date, until: date) -> Iterator[date]:
    """The days on which the lease's own clause changes the rent."""
    rise = terms.increase
    if rise.kind is None:
        return
    every = Span(months=rise.every_months)
    first = rise.first or after(start, every)
    if first <= start:
        first = after(first, every)
    if first <= until:
        yield first
        yield from repeats(first, every, until)


def rent_schedule(terms: Terms, today: date, index_rate: float | None) -> tuple[Payment, ...]:
    """Every payment of the term. Rates compound; an index that nobody knows yet changes nothing.

    An amendment's rent replaces what there was from its day on; increases go on from there.
    """
    rent, start = terms.rent, terms.start.value
    if rent.value is None or rent.months is None or start is None:
        return ()
    end = min(terms.end.value or after(max(today, start), _OPEN), after(start, _MOST))
    every = Span(months=rent.paid or rent.months)
    dues = [start, *repeats(start, every, end)]
    # Everything is counted in the lease's own period, and only what is paid is rounded.
    amended = {
        each.since: each.rent.value * rent.months / each.rent.months
        for each in terms.changes
        if each.rent.value is not None and each.rent.months is not None
    }
    moves = sorted({*increases(terms, start, end), *amended})
    amount, notes, rows = rent.value, "", []
    for due, following in zip(dues, [*dues[1:], None], strict=True):
        # A change within a period counts from the next payment on.
        while moves and moves[0] <= due:
            day = moves.pop(0)
            if day in amended:
                amount, notes = amended[day], "by amendment"
            else:
                amount, notes = _raised(amount, terms.increase, index_rate)
        whole = after(due, every) - timedelta(days=1)
        until = end if following is None else following - timedelta(days=1)
        paid = cents(amount * every.months / rent.months)
        currency = rent.currency or ""
        ends_within = until == terms.end.value and until < whole
        note = _part(notes) if ends_within else notes
        rows.append(Payment(due=due, until=until, amount=paid, currency=currency, note=note))
    return tuple(rows)


def _part(note: str) -> str:
    """The last payment, where the term ends within it."""
    return "; ".join(filter(None, (note, "for a part of a period: the whole rent is shown")))


def _raised(amount: Decimal, rise: Increase, index_rate: float | None) -> tuple[Decimal, str]:
    if rise.kind == "rate" and rise.value is not None:
        return cents(amount * (100 + rise.value) / 100), f"increased by {rise.value}%"
    if rise.kind == "sum" and rise.value is not None:
        return cents(amount + rise.value), f"increased by {rise.value:,.2f}"
    if index_rate is None:
        return amount, "before indexation: the index is not known"
    rate = Decimal(repr(index_rate))
    return cents(amount * (100 + rate) / 100), f"indexed by an assumed {index_rate:g}%"
