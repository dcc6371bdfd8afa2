"""The steps between the papers and the person: read, put together, weigh, adjudicate, route."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Literal

from langgraph.runtime import Runtime

from ....nodes.documents.files import read_file
from ....nodes.offline.language import is_english
from ....nodes.offline.notes import offline_note
from ....nodes.offline.source import Source
from ....nodes.papers import AmountFact, Cited, DayFact, Paper, TextFact, paper_of
from ....nodes.run_context import context_of
from ....state.context import OFFLINE, RunContext
from ...calling import call
from .adjudicate import assess
from .checks import weigh
from .names import same_person
from .policy import policy_of
from .reading import account_of, with_reading
from .schema import (
    SURE,
    SUSPICIOUS,
    Account,
    Assessment,
    Claim,
    Indicator,
    Policy,
    Reading,
    State,
    paper_files,
)

Update = dict[str, object]
#: Whose word counts first, where papers say the same thing.
_FIRST = ("form", "letter", "police", "bill")


def load(state: State, runtime: Runtime[RunContext]) -> Update:
    """The texts of all papers, and the day that this run takes for today."""
    papers = tuple(paper_of(read_file(each)) for each in paper_files(state.papers))
    policy = paper_of(read_file(Path(state.policy)))
    model = context_of(runtime).model
    notes = [
        f"{each.name} does not read as English: little of it is understood by rule."
        for each in (*papers, policy)
        if not is_english(Source(each.text))
    ]
    digests = "".join(sorted(each.digest for each in papers))
    return {
        "texts": papers,
        "policy_text": policy,
        "number": f"C-{sha256(digests.encode()).hexdigest()[:10].upper()}",
        "today": state.as_of or date.fromisoformat(call("today", _today, {}, effect="pure")),
        "hosted": model != OFFLINE,
        "notes": [*notes, *offline_note(model, "gives no opinion and does not judge cover")],
    }


def _today() -> str:
    return date.today().isoformat()  # the office's own day


def read_by_rule(texts: tuple[Paper, ...], policy_text: Paper, report_within: int) -> Update:
    """What each paper says, and the terms of the policy."""
    return {
        "accounts": [account_of(each) for each in texts],
        "terms": policy_of(policy_text, report_within=report_within),
    }


def put_together(
    texts: tuple[Paper, ...],
    accounts: tuple[Account, ...],
    number: str,
    readings: Sequence[Reading | None] = (),
) -> Update:
    """One claim of all papers. Where no agent's reading held, the rules' stands, and is noted."""
    notes: list[str] = []
    checked = list(accounts)
    for at, reading in enumerate(readings):
        if reading is None:
            notes.append(f"{texts[at].name} was read by rule only: no agent's reading of it held.")
            continue
        checked[at], told = with_reading(accounts[at], reading, texts[at])
        notes += told
    by_rank = sorted(checked, key=lambda each: _FIRST.index(each.kind))
    total = _total(by_rank)
    listed = next((each for each in by_rank if each.items and each.kind != "bill"), None)
    items = listed.items if listed else tuple(item for each in checked for item in each.items)
    claim = Claim(
        number=number,
        claimant=_text("claimant", by_rank),
        email=_own_address(by_rank),
        policy_number=_text("policy_number", by_rank),
        incident=_incident(by_rank),
        reported=_reported(by_rank),
        cause=(cause := _text("cause", by_rank)),
        told=tuple(e.cause for e in by_rank if e.cause.value and e.cause != cause),
        items=items,
        total=total,
    )
    return {"claim": claim, "accounts": checked, "notes": notes}


def _text(name: str, accounts: list[Account]) -> TextFact:
    facts: list[TextFact] = [getattr(each, name) for each in accounts]
    stated = [each for each in facts if each.value is not None]
    missing = TextFact(reason=f"No paper states the {name.replace('_', ' ')}.")
    return next((each for each in stated if each.confidence >= SURE), next(iter(stated), missing))


def _own_address(accounts: list[Account]) -> TextFact:
    """The address that the claimant's own form states; a sender's may be anybody's."""
    who = _text("claimant", accounts).value or ""
    own = [
        each.email
        for each in accounts
        if each.kind == "form" and each.email.value and same_person(each.claimant.value or "", who)
    ]
    forms = [each for each in accounts if each.kind == "form" and each.claimant.value]
    alone = all(same_person(each.claimant.value or "", who) for each in forms)
    if alone and len({(each.value or "").lower() for each in own}) == 1:
        return own[0]
    said = "different addresses" if own else "no address"
    return TextFact(reason=f"The claimant's forms state {said}.")


def _incident(accounts: list[Account]) -> DayFact:
    """The day as the first paper has it; less sure where another paper has another."""
    stated = [each.incident for each in accounts if each.incident.value is not None]
    if not stated:
        unclear = (each.incident for each in accounts if each.incident.readings)
        return next(unclear, DayFact(reason="No paper states the day of the incident."))
    if len({each.value for each in stated}) == 1:
        return max(stated, key=lambda each: each.confidence)
    reason = "The papers name different days."
    return stated[0].model_copy(update={"confidence": 0.4, "reason": reason})


def _reported(accounts: list[Account]) -> DayFact:
    """When the insurer was told: a report to the police is none to the insurer."""
    stated = [e.reported for e in accounts if e.reported.value and e.kind in ("form", "letter")]
    missing = DayFact(reason="No paper states when the claim was reported.")
    return min(stated, key=lambda each: each.value or date.max, default=missing)


def _total(accounts: list[Account]) -> AmountFact:
    """What the claimant claims; without a sum of his the bills', each number once."""
    claimed = (e.total for e in accounts if e.kind != "bill" and e.total.value is not None)
    bills = {e.bill_number.value or e.file: e.total for e in accounts if e.total.value is not None}
    found = next(claimed, None)
    if found is not None:
        return _with_currency(found, accounts)
    if not bills:
        return AmountFact(reason="No paper states a total.")
    each = _with_currency(next(iter(bills.values())), accounts)
    if len(bills) == 1:
        return each
    value = sum((bill.value for bill in bills.values() if bill.value), Decimal(0))
    return each.model_copy(update={"value": value, "reason": f"The sum of {len(bills)} bills."})


def _with_currency(total: AmountFact, accounts: list[Account]) -> AmountFact:
    """A total without a currency is in that of the lines, where they have but one."""
    named = {item.currency for each in accounts for item in each.items if item.currency}
    one = next(iter(named)) if len(named) == 1 else None
    return total.model_copy(update={"currency": total.currency or one})


def score(indicators: tuple[Indicator, ...]) -> float:
    """How much there is to look at, from 0 to 1."""
    return weigh(indicators)


def adjudicate(claim: Claim, terms: Policy, earlier: tuple[str, ...] = ()) -> Update:
    """What the policy's rules give, and the ruling that they propose."""
    found = assess(claim, terms, earlier)
    ruling = {"covered": "pay", "not_covered": "refuse", "undecided": "ask"}[found.cover]
    amount = found.payable if ruling == "pay" and found.payable is not None else Decimal("0.00")
    return {"assessment": found, "ruling": ruling, "amount": f"{amount:.2f}"}


def choose(
    claim: Claim, terms: Policy, assessment: Assessment, score: float, small_claim: float
) -> Literal["propose", "examine"]:
    """Clear and small goes straight to the letter; all else to an examiner."""
    facts: tuple[Cited, ...] = (
        *(claim.incident, claim.total, claim.claimant, claim.policy_number, claim.cause),
        *(terms.begins, terms.ends, terms.deductible),
    )
    unsure = any(each.confidence < SURE for each in facts)
    large = assessment.payable is None or float(assessment.payable) > small_claim
    clear = assessment.cover == "covered" and not unsure and not large and score < SUSPICIOUS
    return "propose" if clear else "examine"
