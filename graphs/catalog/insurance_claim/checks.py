"""Indicators: what in the papers does not fit together. Each says what stands where; none accuses.

They run at once, each over the same accounts, and another may be added as one more branch.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

from ....nodes.amounts import shown, total
from ....nodes.grounding import stands_in
from ....nodes.papers import Cited, Paper
from ...calling import call
from .ledger import LEDGER, earlier, entry_of
from .names import key_of, same_person
from .schema import Account, Claim, Indicator, Opinion, Policy

Found = dict[str, object]


def _indicator(name: str, says: str, weight: float, *evidence: Cited | str) -> Indicator:
    quotes = (
        each if isinstance(each, str) else f"{each.place}: {each.sentence}" for each in evidence
    )
    return Indicator(name=name, says=says, weight=weight, evidence=tuple(quotes))


def check_dates(accounts: tuple[Account, ...], claim: Claim, terms: Policy, today: date) -> Found:
    """Days that contradict each other, the policy, or the calendar."""
    found = (
        *_contradictions(accounts),
        *_to_come(accounts, today),
        *_period(claim, terms),
        *_late(claim, terms, today),
    )
    return {"indicators": found}


def _to_come(accounts: Sequence[Account], today: date) -> Iterator[Indicator]:
    for each in accounts:
        days = {"incident": each.incident, "report": each.reported, "bill": each.bill_date}
        for name, day in days.items():
            if day.value is not None and day.value > today:
                says = f"{each.file}: the {name} is of {day.value}, after {today}."
                yield _indicator("day_to_come", says, 0.5, day)


def _contradictions(accounts: Sequence[Account]) -> Iterator[Indicator]:
    told = [each.incident for each in accounts if each.incident.value is not None]
    days = sorted({each.value for each in told if each.value is not None})
    if len(days) > 1:
        says = "The papers name different days of the incident: " + ", ".join(map(str, days)) + "."
        yield _indicator("contradictory_dates", says, 0.5, *told)
    for each in accounts:
        day, bill, reported = each.incident.value, each.bill_date, each.reported
        if day is not None and reported.value is not None and reported.value < day:
            says = f"{each.file}: reported on {reported.value}, before the incident on {day}."
            yield _indicator("reported_before_incident", says, 0.4, reported, each.incident)
        first = days[0] if days else None
        if first is not None and bill.value is not None and bill.value < first:
            says = f"The bill is of {bill.value}, the incident of {first} at the earliest."
            yield _indicator("bill_before_incident", says, 0.4, bill, *told[:1])
    first_day = days[0] if days else None
    for each in (a for a in accounts if a.kind == "police"):
        if (
            first_day is not None
            and each.reported.value is not None
            and each.reported.value < days[-1]
        ):
            says = f"The police were told on {each.reported.value}; a paper dates it {days[-1]}."
            yield _indicator("reported_before_incident", says, 0.3, each.reported)


def _period(claim: Claim, terms: Policy) -> Iterator[Indicator]:
    day, begins, ends = claim.incident.value, terms.begins.value, terms.ends.value
    if day is None or begins is None or ends is None:
        return
    if not begins <= day <= ends:
        side = "before the policy began" if day < begins else "after the policy ended"
        says = f"The incident of {day} is {side} ({begins} to {ends})."
        yield _indicator("outside_policy_period", says, 0.6, claim.incident, terms.begins)
    elif day - begins < timedelta(days=7):
        says = f"The incident is {(day - begins).days} days after the policy began."
        yield _indicator("soon_after_start", says, 0.15, claim.incident, terms.begins)


def _late(claim: Claim, terms: Policy, today: date) -> Iterator[Indicator]:
    """Later than the policy allows; where no paper has the day of the report, it is today."""
    day, reported = claim.incident.value, claim.reported.value
    late = 0 if day is None else ((reported or today) - day).days
    if late <= terms.report_within:
        return
    when = "Reported" if reported is not None else "No paper says when it was reported; today is"
    says = f"{when} {late} days after the incident; {terms.report_within} are set."
    evidence = (claim.reported,) if reported is not None else (claim.incident,)
    yield _indicator("reported_late", says, 0.4, *evidence, terms.report_rule)


def check_amounts(accounts: tuple[Account, ...], claim: Claim) -> Found:
    """Sums that do not add up, differ between papers, or are all round."""
    found: list[Indicator] = []
    for each in accounts:
        stated, items = (
            each.total.value,
            [item.value for item in each.items if item.value is not None],
        )
        if stated is not None and items and total(items) != stated:
            says = (
                f"{each.file}: the lines add up to {total(items):,.2f}, the total is {stated:,.2f}."
            )
            found.append(_indicator("sums_do_not_add_up", says, 0.4, each.total))
        lines = Counter((item.description.lower(), item.value) for item in each.items)
        twice = next((i for i in each.items if lines[i.description.lower(), i.value] > 1), None)
        if twice is not None:
            says = f"{each.file}: {twice.description!r} stands twice with the same sum."
            found.append(_indicator("line_twice", says, 0.4, twice))
    found += [*_differences(accounts), *_unbilled(accounts, claim)]
    values = [item.value for item in claim.items if item.value is not None]
    if len(values) >= 3 and all(value % 100 == 0 for value in values):
        says = f"All {len(values)} sums are whole hundreds."
        found.append(_indicator("round_sums", says, 0.15, *claim.items[:3]))
    return {"indicators": found}


def _differences(accounts: Sequence[Account]) -> Iterator[Indicator]:
    claimed = [each for each in accounts if each.kind in ("form", "letter")]
    for bill in (each for each in accounts if each.kind == "bill"):
        for item in (i for each in claimed for i in each.items):
            same = next(
                (b for b in bill.items if b.description.lower() == item.description.lower()), None
            )
            if same is not None and same.value != item.value and item.value is not None:
                says = (
                    f"{item.description!r}: {shown(item.value, item.currency)} claimed, "
                    f"{same.value:,.2f} in {bill.file}."
                )
                yield _indicator("amounts_differ", says, 0.4, item, same)
    for one, other in combinations(claimed, 2):
        if one.total.value and other.total.value and one.total.value != other.total.value:
            says = f"{one.file} and {other.file} claim different totals."
            yield _indicator("amounts_differ", says, 0.4, one.total, other.total)


def _unbilled(accounts: Sequence[Account], claim: Claim) -> Iterator[Indicator]:
    """More claimed than the bills come to, each once though it was sent twice."""
    sent = [each for each in accounts if each.kind == "bill"]
    bills = {(each.bill_number.value or each.file, each.total.value): each.total for each in sent}
    billed = total(each.value for each in bills.values() if each.value is not None)
    claimed = claim.total
    if bills and claimed.value is not None and claimed.value > billed:
        says = f"{shown(claimed.value, claimed.currency)} are claimed, {billed:,.2f} are billed."
        yield _indicator("amounts_differ", says, 0.4, claimed, *bills.values())


def check_papers(accounts: tuple[Account, ...], claim: Claim, terms: Policy) -> Found:
    """Bills that come twice, names and numbers of somebody else's, orders to the reader."""
    found = [*_people(accounts, claim, terms)]
    for one, other in combinations([each for each in accounts if each.bill_number.value], 2):
        if one.bill_number.value == other.bill_number.value:
            says = f"{one.file} and {other.file} have one bill number: {one.bill_number.value}."
            evidence = (one.bill_number, other.bill_number)
            found.append(_indicator("duplicate_bill_number", says, 0.4, *evidence))
    for each in accounts:
        number, wanted = each.policy_number.value, terms.number.value
        if number and wanted and key_of(number) != key_of(wanted):
            says = f"{each.file} is about policy {number}, not {wanted}."
            found.append(_indicator("other_policy", says, 0.5, each.policy_number, terms.number))
    read: tuple[Account | Policy, ...] = (*accounts, terms)
    for paper in read:
        if paper.orders:
            says = f"{paper.file} gives its reader orders; nothing of it was followed or read."
            found.append(_indicator("orders_to_the_reader", says, 0.5, *paper.orders))
    return {"indicators": found}


def _people(accounts: Sequence[Account], claim: Claim, terms: Policy) -> Iterator[Indicator]:
    """Several claimants, one who is not the policyholder, and bills of somebody else's."""
    who, holder = claim.claimant, terms.holder
    if who.value and holder.value and not same_person(who.value, holder.value):
        says = f"{who.value} claims; the policyholder is {holder.value}."
        yield _indicator("other_claimant", says, 0.4, who, holder)
    for each in accounts:
        # Anybody may have told the police.
        told = each.billed if each.kind == "bill" else each.claimant
        is_other = told.value and who.value and not same_person(told.value, who.value)
        if is_other and each.kind != "police":
            what = "is made out to" if each.kind == "bill" else "is of"
            says = f"{each.file} {what} {told.value}; {who.value} claims."
            yield _indicator("other_person", says, 0.4, told, who)


def check_earlier(
    claim: Claim, accounts: tuple[Account, ...], ledger: str | None = None, out: str | None = None
) -> Found:
    """Claims of the ledger with the same bill, or the same policy, person or sum and day."""
    ledger = ledger or (None if out is None else str(Path(out) / LEDGER))
    if ledger is None:
        return {"notes": ["No ledger was named: earlier claims were not looked at."]}
    args = {"ledger": ledger, "entry": entry_for(claim, accounts)}
    said = call("earlier_claims", earlier, args, effect="pure")
    return {
        "indicators": [_indicator("claimed_before", says, 0.6, "ledger") for _, says, _ in said],
        "earlier": [number for number, _, paid in said if paid],
    }


def entry_for(claim: Claim, accounts: Sequence[Account]) -> dict[str, str]:
    """What the ledger keeps of a claim, by which it is known again."""
    claimed = claim.total
    return entry_of(
        claim.number,
        claimant=claim.claimant.value or "",
        policy=claim.policy_number.value or "",
        incident=str(claim.incident.value or ""),
        total="" if claimed.value is None else shown(claimed.value, claimed.currency),
        bills=[each.bill_number.value for each in accounts if each.bill_number.value],
    )


def as_indicator(texts: tuple[Paper, ...], opinion: Opinion | None = None) -> Found:
    """The agent's opinion as one indicator more; where none was to be had, a note says so."""
    if opinion is None:
        return {"notes": ["The agent gave no opinion that can be used: the rules' checks stand."]}
    if opinion.concern == "none":
        return {"indicators": []}
    weight = 0.4 if opinion.concern == "strong" else 0.2
    evidence = f"{paper_of_quote(opinion, texts)}: {opinion.quote}"
    return {"indicators": [_indicator("agents_opinion", opinion.reason, weight, evidence)]}


def paper_of_quote(opinion: Opinion, texts: Sequence[Paper]) -> str | None:
    """The name of the paper that holds what an opinion quotes."""
    quote = opinion.quote or ""
    return next((each.name for each in texts if stands_in(quote, each.text)), None)


def weigh(indicators: tuple[Indicator, ...]) -> float:
    """All indicators as one score from 0 to 1: each takes its share of what is left."""
    left = 1.0
    for each in indicators:
        left *= 1 - each.weight
    return round(1 - left, 2)
