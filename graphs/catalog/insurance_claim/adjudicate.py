"""Cover and payment by the policy's own rules. What is a matter of judgement stays undecided."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ....nodes.amounts import cents, shown, total
from ....nodes.papers import AmountFact, TextFact
from ....nodes.timeline import written
from .cover import cover_of, doubts_on
from .schema import SURE, Assessment, Claim, Cover, Doubt, Policy


def assess(claim: Claim, terms: Policy, earlier: Sequence[str] = ()) -> Assessment:
    """Covered, not covered by a rule that leaves no doubt, or undecided; with the reasons."""
    outside = _outside(claim, terms)
    if outside is not None:
        return _not_covered(outside, claim, places=(claim.incident.place, terms.begins.place))
    doubts = [*_doubts(claim, terms), *_doubts_on_earlier(earlier)]
    cover, reason = cover_of(claim, terms)
    if cover is None:
        doubts.append(Doubt(says=reason, ask="Please describe how the damage came about."))
        return _undecided(doubts, (), claim)
    doubts += [*doubts_on(claim, cover, terms), *_doubts_on_limit(cover)]
    payable, lines, places = _payable(claim, terms, cover)
    if doubts:
        found = _undecided(doubts, (reason,), claim)
        return found.model_copy(update={"calculation": lines, "payable": payable, "places": places})
    if payable == 0:
        return _not_covered("The claim is not above the deductible.", claim, lines, places)
    return Assessment(
        cover="covered",
        reasons=(reason,),
        calculation=lines,
        places=places,
        payable=payable,
        currency=claim.total.currency,
    )


def _undecided(doubts: Sequence[Doubt], known: tuple[str, ...], claim: Claim) -> Assessment:
    return Assessment(
        cover="undecided",
        reasons=(*(each.says for each in doubts), *known),
        questions=tuple(dict.fromkeys(each.ask for each in doubts if each.ask is not None)),
        currency=claim.total.currency,
    )


def _not_covered(
    reason: str, claim: Claim, lines: tuple[str, ...] = (), places: tuple[str, ...] = ()
) -> Assessment:
    currency = claim.total.currency
    return Assessment(
        cover="not_covered",
        reasons=(reason,),
        calculation=lines or (f"Payable: {shown(Decimal(0), currency)}",),
        places=places,
        payable=Decimal("0.00"),
        currency=currency,
    )


def _outside(claim: Claim, terms: Policy) -> str | None:
    """The one refusal that a rule may propose: a sure day outside of a sure period."""
    day, begins, ends = claim.incident, terms.begins, terms.ends
    if day.value is None or begins.value is None or ends.value is None:
        return None
    if min(day.confidence, begins.confidence, ends.confidence) < SURE:
        return None
    if begins.value <= day.value <= ends.value:
        return None
    return (
        f"The incident of {written(day.value)} is outside of the policy's period, "
        f"{written(begins.value)} to {written(ends.value)}."
    )


def _doubts(claim: Claim, terms: Policy) -> Iterator[Doubt]:
    """What must be known before anything is paid, and is not."""
    if claim.incident.value is None or claim.incident.confidence < SURE:
        why = claim.incident.reason or "it is hard to read."
        ask = "On which day did the incident happen?"
        yield Doubt(says=f"The day of the incident is not sure: {why}", ask=ask)
    named: dict[str, TextFact | AmountFact]
    named = {"claimant": claim.claimant, "policy number": claim.policy_number, "total": claim.total}
    for name, fact in named.items():
        if fact.value is not None and fact.confidence < SURE:
            why = fact.reason or "it is hard to read."
            says = f"The {name}, {fact.value}, is not sure: {why} ({fact.place}: {fact.sentence})"
            yield Doubt(says=says)
    if claim.policy_number.value is None:
        ask = "What is the number of your policy?"
        yield Doubt(says="The papers name no policy.", ask=ask)
    if terms.number.value is None:
        yield Doubt(says="The policy has no number that could be compared.")
    if terms.holder.value is None:
        yield Doubt(says="The policy names no policyholder to compare the claimant with.")
    if terms.begins.value is None or terms.ends.value is None:
        yield Doubt(says="The policy's period was not found.")
    for each in terms.standing:
        yield Doubt(says=f"The policy speaks of its own end: {each.value!r} ({each.place}).")
    if not terms.exclusions:
        yield Doubt(says="No list of what is not covered was found in the policy.")
    if terms.deductible.value is None:
        yield Doubt(says=f"The deductible is not known: {terms.deductible.reason}")
    yield from _doubts_on_total(claim, terms)


def _doubts_on_total(claim: Claim, terms: Policy) -> Iterator[Doubt]:
    claimed = claim.total
    if claimed.value is None:
        ask = "Which sum do you claim, and for what?"
        yield Doubt(says=claimed.reason or "No total is claimed.", ask=ask)
    elif claimed.value <= 0:
        yield Doubt(says="The total claimed is not above zero.", ask="Which sum do you claim?")
    currencies = {each.currency for each in (claimed, terms.deductible) if each.currency}
    ask = "In which currency are the sums that you claim?"
    if len(currencies) > 1:
        says = f"Claim and policy are in different currencies: {', '.join(sorted(currencies))}."
        yield Doubt(says=says, ask=ask)
    elif claimed.value is not None and claimed.currency is None:
        yield Doubt(says="The total claimed names no currency.", ask=ask)


def _doubts_on_limit(cover: Cover) -> Iterator[Doubt]:
    if cover.limit.value is None and cover.limit.sentence is not None:
        yield Doubt(says=f"The limit is not one plain sum: {cover.limit.sentence!r}.")


def _doubts_on_earlier(earlier: Sequence[str]) -> Iterator[Doubt]:
    if earlier:
        says = f"It may be the same as a claim of the ledger: {', '.join(earlier)}."
        yield Doubt(says=f"{says} Paid it is only if an examiner says so.")


def _payable(
    claim: Claim, terms: Policy, cover: Cover
) -> tuple[Decimal | None, tuple[str, ...], tuple[str, ...]]:
    """The payment, line by line: the deductible goes off the loss, the limit caps what is left."""
    claimed, currency = claim.total.value, claim.total.currency
    deductible, limit = terms.deductible.value, cover.limit.value
    if claimed is None or deductible is None or (limit is None and cover.limit.sentence):
        return None, (), ()
    values = [each.value for each in claim.items if each.value is not None]
    adds_up = len(values) > 1 and total(values) == claimed
    parts = f"{' + '.join(f'{each:,.2f}' for each in values)} = " if adds_up else ""
    rest = max(claimed - deductible, Decimal(0))
    off = shown(deductible, terms.deductible.currency or currency)
    lines = [
        f"Claimed: {parts}{shown(claimed, currency)}",
        f"Less the deductible: - {off} = {rest:,.2f}",
    ]
    if limit is None:
        lines.append("Limit: the policy states none for this cover")
    else:
        reached = f"caps it at {limit:,.2f}" if rest > limit else "is not reached"
        name = shown(limit, cover.limit.currency or currency)
        lines.append(f"Limit: {name} for {cover.name!r} {reached}")
        rest = min(rest, limit)
    payable = cents(rest)
    lines.append(f"Payable: {shown(payable, currency)}")
    facts = {"claimed": claim.total, "deductible": terms.deductible, "limit": cover.limit}
    places = tuple(f"{name}: {each.place}" for name, each in facts.items() if each.place)
    return payable, tuple(lines), places
