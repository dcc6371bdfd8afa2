"""The person's part: what is shown, the letter, and what happens once it is approved."""

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.amounts import shown
from ....nodes.outbox import Message, put_message
from ....nodes.output import run_directory
from ....nodes.questions import answer_from_papers
from ....nodes.run_context import context_of
from ....nodes.timeline import written
from ....state.context import RunContext
from ....state.errors import ResourceError
from ...calling import call, door
from .schema import Assessment, Claim, State

Update = dict[str, object]


def case(state: State) -> str:
    """Everything that the person should know before deciding."""
    claim, found = state.claim, state.assessment
    if claim is None or found is None:
        return "The claim could not be read."
    day = claim.incident
    fault = state.letter_fault
    lines = [
        *([f"The letter cannot go like this: {fault}"] if fault is not None else []),
        f"Claim {claim.number} of {claim.claimant.value or 'somebody unknown'}"
        f" for {_sum(claim.total.value, claim.total.currency)}, policy "
        f"{claim.policy_number.value or 'unknown'}, incident {day.value or 'unknown'}.",
        f"Proposed: {state.ruling}, {state.amount}. Cover: {found.cover.replace('_', ' ')}.",
        *found.reasons,
        *found.calculation,
        f"Indicators (score {state.score:.2f}); they are for you to look at and accuse nobody:"
        if state.indicators
        else "No indicators.",
    ]
    for each in state.indicators:
        lines.append(f"- {each.name.replace('_', ' ')} ({each.weight:.2f}): {each.says}")
        lines += [f"    {quote}" for quote in each.evidence]
    lines += [f"Note: {note}" for note in dict.fromkeys(state.notes)]
    if state.answer is not None:
        lines.append(f"You asked; the papers: {state.answer}")
    return "\n".join(lines)


def _sum(value: Decimal | None, currency: str | None) -> str:
    return "an unknown sum" if value is None else shown(value, currency)


async def answer(state: State, runtime: Runtime[RunContext]) -> Update:
    """A question of the person's, answered from the papers and the policy."""
    asked = state.letter_approval or state.examination
    papers = [*state.texts, *([state.policy_text] if state.policy_text else [])]
    model = context_of(runtime).model
    question = asked.message if asked is not None else ""
    said, usage = await answer_from_papers(
        papers, question, model=model, step="answer", door=door()
    )
    return {"answer": said, "usage": usage}


def write(state: State) -> Update:
    """The letter that the ruling makes, from the papers' and the policy's own words and sums."""
    claim, found = state.claim, state.assessment
    assert claim is not None  # the steps before this one wrote both
    assert found is not None
    ruling, notes = state.ruling, []
    if ruling == "pay" and Decimal(state.amount) == 0:
        ruling, notes = "ask", ["To pay 0.00 is no payment: the letter asks instead."]
    body = {"pay": _payment, "refuse": _refusal, "ask": _questions}[ruling or "ask"](
        state, claim, found
    )
    name = claim.claimant.value
    head = [f"Dear {name or 'Sir or Madam'},", "", f"Your claim {claim.number}"]
    text = "\n".join([*head, "", *body, "", "Yours faithfully", "The claims department"])
    to = claim.email.value or name or "The claimant"
    return {"letter": text, "to": to, "ruling": ruling, "notes": notes, "answer": None}


def _payment(state: State, claim: Claim, found: Assessment) -> list[str]:
    currency = found.currency or claim.total.currency
    paid = shown(Decimal(state.amount), currency)
    lines = [f"we will pay you {paid} for the incident of {written(claim.incident.value)}."]
    if found.payable is not None and Decimal(state.amount) == found.payable:
        return [
            *lines,
            "",
            "This is how we calculated it:",
            *(f"  {each}" for each in found.calculation),
        ]
    return [*lines, "", "The examiner set this sum."]


def _refusal(state: State, _claim: Claim, found: Assessment) -> list[str]:
    """With the rule's reason where a rule refuses, else with the examiner's."""
    said = state.examination.message if state.examination is not None else ""
    examiners = said or "The examiner does not find it covered by your policy."
    reasons = list(found.reasons) if found.cover == "not_covered" else [examiners]
    closing = "If you think that this is wrong, please write to us and send what shows it."
    opening = "we cannot pay this claim, for the following reasons:"
    return [opening, *(f"  {each}" for each in reasons), "", closing]


def _questions(state: State, claim: Claim, _found: Assessment) -> list[str]:
    wanted = {
        "contradictory_dates": "Your papers give different days. On which day did it happen?",
        "sums_do_not_add_up": "The sums in one of your papers do not add up. Please check them.",
        "amounts_differ": "Some sums differ between your papers. Which ones are right?",
        "duplicate_bill_number": "Two bills have the same number. Please send both as issued.",
    }
    names = {each.name for each in state.indicators}
    asked = [text for name, text in wanted.items() if name in names]
    if claim.incident.value is None:
        asked.append("On which day did the incident happen?")
    if claim.total.value is None:
        asked.append("Which sum do you claim, and for what?")
    if not asked:
        asked.append("Please describe what happened and what caused the damage.")
    return ["we need to know more before we can decide:", *(f"  - {each}" for each in asked)]


def close(state: State) -> Update:
    """A person said no, or never approved a letter that may go: nothing is paid or sent."""
    said = state.letter_approval or state.examination
    if said is None or said.type != "reject":
        return {"outcome": "withheld", "notes": [f"Not sent: {state.letter_fault}"]}
    because = f": {said.message}" if said.message else "."
    return {"outcome": "rejected", "notes": [f"Set aside by a person{because}"]}


def settle(state: State, runtime: Runtime[RunContext]) -> Update:
    """What was approved is done, each thing once: the payment order, the record, the letter."""
    claim = state.claim
    assert claim is not None  # written long before
    folder = run_directory(context_of(runtime), state.out).absolute()
    ledger = state.ledger or str(folder / "claims.db")
    entry = {
        "number": claim.number,
        "claimant": (claim.claimant.value or "").lower(),
        "incident": str(claim.incident.value or ""),
        "bills": "\n".join(
            sorted({e.bill_number.value for e in state.accounts if e.bill_number.value})
        ),
        "ruling": state.ruling or "ask",
        "amount": state.amount if state.ruling == "pay" else "0.00",
        "currency": claim.total.currency or "",
        "decided": str(state.today),
    }
    mine = call("record_claim", record, {"ledger": ledger, "entry": entry}, effect="idempotent")
    if not mine:
        says = f"Claim {claim.number} is in the ledger already, as paid: nothing was paid or sent."
        return {"outcome": "paid_before", "notes": [says]}
    message = Message(to=state.to, subject=f"Your claim {claim.number}", body=state.letter)
    args = {
        "folder": str(folder / "outbox"),
        "message": message,
        "key": f"{claim.number}-{state.ruling}",
    }
    path = call("send", put_message, args, effect="idempotent")
    outcome = {"pay": "paid", "refuse": "refused", "ask": "asked"}[state.ruling or "ask"]
    order = f"{claim.number}: {entry['amount']} {entry['currency']}".strip()
    return {
        "outcome": outcome,
        "artifacts": [path, ledger],
        "payment": order if state.ruling == "pay" else None,
    }


def record(ledger: str, entry: dict[str, str], idempotency_key: str) -> bool:
    """Enter the claim, and its payment order where it is paid; true if the entry is this call's.

    A claim has one payment order, whatever happens: another run that pays it is told so.

    Raises:
        ResourceError: the ledger cannot be written.
    """
    Path(ledger).parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(sqlite3.connect(ledger, timeout=30, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            for table in _TABLES:
                db.execute(table)
            paid = db.execute(
                "SELECT key FROM payments WHERE number = ?", (entry["number"],)
            ).fetchone()
            if paid is not None and paid[0] != idempotency_key:
                db.execute("ROLLBACK")
                return False
            db.execute(
                "INSERT INTO claims"
                " VALUES (:number, :claimant, :incident, :bills, :ruling, :decided)"
                " ON CONFLICT(number) DO UPDATE SET ruling = :ruling, decided = :decided",
                entry,
            )
            if entry["ruling"] == "pay":
                db.execute(
                    "INSERT OR IGNORE INTO payments"
                    " VALUES (:number, :amount, :currency, :decided, :key)",
                    {**entry, "key": idempotency_key},
                )
            db.execute("COMMIT")
    except sqlite3.Error as error:
        raise ResourceError(
            f"The ledger {ledger!r} cannot be written: {error}.", fix="Check the file; then resume."
        ) from error
    return True


_TABLES = (
    "CREATE TABLE IF NOT EXISTS claims (number TEXT PRIMARY KEY, claimant TEXT, incident TEXT,"
    " bills TEXT, ruling TEXT, decided TEXT)",
    "CREATE TABLE IF NOT EXISTS payments (number TEXT PRIMARY KEY, amount TEXT NOT NULL,"
    " currency TEXT, ordered TEXT, key TEXT NOT NULL)",
)
