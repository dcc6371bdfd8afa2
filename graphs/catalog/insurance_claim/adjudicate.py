"""Cover and payment by the policy's own rules. What is a matter of judgement stays undecided."""

import re
from decimal import Decimal

from ....nodes.amounts import cents, shown, total
from ....nodes.offline.picking import stem
from .schema import Assessment, Claim, Cover, Policy

#: Words that tell no danger from another.
_PLAIN = frozenset(
    "a an and any are at be been by caused cause claim cover covered damage damaged do does done "
    "for from had has have if in incident insured into is it its item items loss losses not of on "
    "or our out policyholder that the their this to under up was we were with without your".split()
)
#: How people say what policies call by another word.
_SAME = {
    "stolen": "theft",
    "stole": "theft",
    "burgled": "burglary",
    "burnt": "fire",
    "burned": "fire",
}


def assess(claim: Claim, terms: Policy) -> Assessment:
    """Covered, not covered by a rule that leaves no doubt, or undecided; with the reasons."""
    outside = _outside(claim, terms)
    if outside is not None:
        return _without_payment("not_covered", [outside], claim)
    doubts = _doubts(claim, terms)
    cover, reason = _cover(claim, terms)
    doubts += [reason] if cover is None else _exclusions(claim, terms)
    if cover is None or doubts:
        known = [] if cover is None else [reason]
        payable, lines = (None, ()) if cover is None else _payable(claim, terms, cover)
        return Assessment(
            cover="undecided", reasons=(*doubts, *known), calculation=lines, payable=payable,
            currency=claim.total.currency,
        )  # fmt: skip
    payable, lines = _payable(claim, terms, cover)
    if payable == 0:
        says = "The claim is not above the deductible."
        return _without_payment("not_covered", [reason, says], claim, lines)
    return Assessment(
        cover="covered", reasons=(reason,), calculation=lines, payable=payable,
        currency=claim.total.currency,
    )  # fmt: skip


def _without_payment(
    cover: str, reasons: list[str], claim: Claim, lines: tuple[str, ...] = ()
) -> Assessment:
    currency = claim.total.currency
    return Assessment.model_validate(
        {
            "cover": cover,
            "reasons": tuple(reasons),
            "calculation": lines or (f"Payable: {shown(Decimal(0), currency)}",),
            "payable": Decimal("0.00"),
            "currency": currency,
        }
    )


def _outside(claim: Claim, terms: Policy) -> str | None:
    """The one refusal that a rule may propose: a sure day outside of a sure period."""
    day, begins, ends = claim.incident, terms.begins, terms.ends
    if day.value is None or begins.value is None or ends.value is None:
        return None
    if min(day.confidence, begins.confidence, ends.confidence) < 0.7:
        return None
    if begins.value <= day.value <= ends.value:
        return None
    return (
        f"The incident of {day.value} ({day.place}) is outside of the policy's period, "
        f"{begins.value} to {ends.value} ({begins.place})."
    )


def _doubts(claim: Claim, terms: Policy) -> list[str]:
    """What must be known before anything is paid, and is not."""
    found = []
    if claim.incident.value is None or claim.incident.confidence < 0.7:
        found.append(f"The day of the incident is not sure: {claim.incident.reason or 'worn'}")
    if terms.begins.value is None or terms.ends.value is None:
        found.append("The policy's period was not found.")
    if claim.total.value is None:
        found.append(claim.total.reason or "No total is claimed.")
    elif claim.total.value <= 0:
        found.append("The total claimed is not above zero.")
    currencies = {each.currency for each in (claim.total, terms.deductible) if each.currency}
    if len(currencies) > 1:
        found.append(
            f"Claim and policy are in different currencies: {', '.join(sorted(currencies))}."
        )
    if terms.deductible.value is None:
        found.append("The policy's deductible was not found.")
    return found


def _cover(claim: Claim, terms: Policy) -> tuple[Cover | None, str]:
    """The one danger whose words are all in the cause; of several, or none, a person decides."""
    said = _stems(claim.cause.value or "")
    hits = [each for each in terms.covers if any(need <= said for need in _dangers(each.name))]
    if len(hits) == 1:
        place = hits[0].limit.place or terms.file
        return hits[
            0
        ], f"The cause, {claim.cause.value!r}, is covered as {hits[0].name!r} ({place})."
    if not terms.covers:
        return None, "No list of what is covered was found in the policy."
    if hits:
        return None, f"The cause may be {' or '.join(repr(each.name) for each in hits)}."
    return (
        None,
        f"None of the covers names the cause in its words: {claim.cause.value or 'unknown'}.",
    )


def _dangers(name: str) -> list[frozenset[str]]:
    """The dangers that a cover's name lists: what follows "from" tells them nearer."""
    head = re.split(r"\b(?:from|by|in|to|caused|including)\b", name)[0]
    parts = re.split(r",|;|/|\band\b|\bor\b", head)
    return [found for part in parts if (found := _stems(part))]


def _stems(text: str) -> frozenset[str]:
    words = (_SAME.get(each, each) for each in re.findall(r"[a-z]+", text.lower()))
    return frozenset(stem(each) for each in words if each not in _PLAIN and len(each) > 2)


def _exclusions(claim: Claim, terms: Policy) -> list[str]:
    """Exclusions that speak of what the claim speaks of. Whether they apply, a person says."""
    items = " ".join(each.description for each in claim.items)
    said = _stems(f"{claim.cause.value or ''} {items}")
    found = []
    for each in terms.exclusions:
        parts = _dangers(each.value or "")
        first = next(iter(re.findall(r"[a-z]{3,}", (each.value or "").lower())), "")
        if any(need <= said for need in parts) or (_stems(first) and _stems(first) <= said):
            found.append(f"An exclusion may apply: {each.value!r} ({each.place}).")
    return found


def _payable(claim: Claim, terms: Policy, cover: Cover) -> tuple[Decimal | None, tuple[str, ...]]:
    """The payment, line by line: the deductible goes off the loss, the limit caps what is left."""
    claimed, currency = claim.total.value, claim.total.currency
    deductible = terms.deductible.value
    if claimed is None or deductible is None:
        return None, ()
    lines = []
    values = [each.value for each in claim.items if each.value is not None]
    if len(values) > 1 and total(values) == claimed:
        parts = " + ".join(f"{each:,.2f}" for each in values)
        lines.append(f"Claimed: {parts} = {shown(claimed, currency)} ({claim.total.place})")
    else:
        lines.append(f"Claimed: {shown(claimed, currency)} ({claim.total.place})")
    rest = max(claimed - deductible, Decimal(0))
    off = shown(deductible, terms.deductible.currency or currency)
    lines.append(f"Less the deductible: - {off} = {rest:,.2f} ({terms.deductible.place})")
    limit = cover.limit.value
    if limit is None:
        lines.append("Limit: the policy states none for this cover")
    else:
        reached = f"caps it at {limit:,.2f}" if rest > limit else "is not reached"
        name = shown(limit, cover.limit.currency or currency)
        lines.append(f"Limit: {name} for {cover.name!r} {reached} ({cover.limit.place})")
        rest = min(rest, limit)
    payable = cents(rest)
    lines.append(f"Payable: {shown(payable, currency)}")
    return payable, tuple(lines)
