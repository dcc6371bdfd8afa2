"""Indicators: what in the papers does not fit together. Each says what stands where; none accuses.

They run at once, each over the same accounts, and another may be added as one more branch.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from itertools import combinations
from pathlib import Path

from ....nodes.amounts import shown, total
from ....nodes.grounding import stands_in
from ....nodes.papers import Cited, Paper
from ...calling import call
from .schema import Account, Claim, Indicator, Opinion, Policy

Found = dict[str, object]


def _indicator(name: str, says: str, weight: float, *evidence: Cited | str) -> Indicator:
    quotes = (
        each if isinstance(each, str) else f"{each.place}: {each.sentence}" for each in evidence
    )
    return Indicator(name=name, says=says, weight=weight, evidence=tuple(quotes))


def check_dates(accounts: tuple[Account, ...], claim: Claim, terms: Policy) -> Found:
    """Days that contradict each other, or the policy."""
    return {
        "indicators": [*_contradictions(accounts), *_period(claim, terms), *_late(claim, terms)]
    }


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


def _late(claim: Claim, terms: Policy) -> Iterator[Indicator]:
    day, reported = claim.incident.value, claim.reported.value
    if day is None or reported is None or (reported - day).days <= terms.report_within:
        return
    says = (
        f"Reported {(reported - day).days} days after the incident; {terms.report_within} are set."
    )
    yield _indicator("reported_late", says, 0.25, claim.reported, terms.report_rule)


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
    found += _differences(accounts)
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


def check_papers(accounts: tuple[Account, ...], terms: Policy) -> Found:
    """Bills that come twice, names and numbers of somebody else's, orders to the reader."""
    found: list[Indicator] = []
    for one, other in combinations([each for each in accounts if each.bill_number.value], 2):
        if one.bill_number.value == other.bill_number.value:
            says = f"{one.file} and {other.file} have one bill number: {one.bill_number.value}."
            evidence = (one.bill_number, other.bill_number)
            found.append(_indicator("duplicate_bill_number", says, 0.4, *evidence))
    for each in accounts:
        number, wanted = each.policy_number.value, terms.number.value
        if number and wanted and _key(number) != _key(wanted):
            says = f"{each.file} is about policy {number}, not {wanted}."
            found.append(_indicator("other_policy", says, 0.5, each.policy_number, terms.number))
        if each.orders:
            says = f"{each.file} gives its reader orders; nothing of it was followed or read."
            found.append(_indicator("orders_to_the_reader", says, 0.3, *each.orders))
    return {"indicators": found}


def _key(text: str) -> str:
    return "".join(char for char in text.upper().replace("O", "0") if char.isalnum())


def check_earlier(
    claim: Claim, accounts: tuple[Account, ...], ledger: str | None = None, out: str | None = None
) -> Found:
    """Claims of the ledger with the same papers, the same bill, or the same person and day."""
    ledger = ledger or (None if out is None else str(Path(out) / "claims.db"))
    if ledger is None:
        return {"notes": ["No ledger was named: earlier claims were not looked at."]}
    bills = sorted({each.bill_number.value for each in accounts if each.bill_number.value})
    day = claim.incident.value
    args = {"ledger": ledger, "number": claim.number, "bills": bills}
    more = {"claimant": (claim.claimant.value or "").lower(), "day": str(day) if day else ""}
    said = call("earlier_claims", _earlier, {**args, **more}, effect="pure")
    return {"indicators": [_indicator("claimed_before", each, 0.6, "ledger") for each in said]}


def _earlier(
    ledger: str | None, number: str, bills: list[str], claimant: str, day: str
) -> list[str]:
    if ledger is None or not Path(ledger).is_file():
        return []
    with closing(
        sqlite3.connect(f"file:{Path(ledger).as_posix()}?mode=ro", uri=True, timeout=30)
    ) as db:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        if "claims" not in tables:
            return []
        rows = db.execute("SELECT number, claimant, incident, bills FROM claims ORDER BY number")
        found = []
        for other, who, when, theirs in rows:
            same = sorted(set(bills) & set(filter(None, theirs.split("\n"))))
            if other == number:
                found.append(f"The same papers were decided before, as claim {other}.")
            elif same:
                found.append(f"Bill {same[0]} was in claim {other} before.")
            elif claimant and day and (who, when) == (claimant, day):
                found.append(f"Claim {other} has the same claimant and day.")
        return found


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
