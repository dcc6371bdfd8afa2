"""The person's part: what is shown, the letter, and what happens once it is approved."""

from decimal import Decimal
from hashlib import sha256

from langgraph.runtime import Runtime

from ....nodes.amounts import shown
from ....nodes.letters import to_write
from ....nodes.outbox import Message, checked_recipient, put_message
from ....nodes.output import run_directory
from ....nodes.papers import one_line
from ....nodes.questions import answer_from_papers
from ....nodes.run_context import context_of
from ....nodes.timeline import written
from ....state.context import RunContext
from ...calling import call, door
from .checks import entry_for
from .gates import sendable
from .ledger import LEDGER, record
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
        *([f"Where that stands: {'; '.join(found.places)}"] if found.places else []),
        f"Indicators (score {state.score:.2f}); they are for you to look at and accuse nobody:"
        if state.indicators
        else "No indicators.",
    ]
    for each in state.indicators:
        lines.append(f"- {each.name.replace('_', ' ')} ({each.weight:.2f}): {each.says}")
        lines += [f"    {quote}" for quote in each.evidence]
    lines += [f"Note: {note}" for note in dict.fromkeys(state.notes)]
    if state.answer is not None:
        lines.append(f"You asked; the answer: {state.answer}")
    return "\n".join(map(one_line, lines))  # what papers and models say makes no line of its own


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
    ruling, notes = state.ruling, list[str]()
    if ruling == "pay" and Decimal(state.amount) == 0:
        ruling, notes = "ask", ["To pay 0.00 is no payment: the letter asks instead."]
    claimed = claim.total.value
    if ruling == "pay" and claimed is not None and Decimal(state.amount) > claimed:
        above = f"The sum to pay, {state.amount}, is above what is claimed, {claimed:,.2f}."
        notes.append(f"{above} Approve that only if it is meant.")
    body = {"pay": _payment, "refuse": _refusal, "ask": _questions}[ruling or "ask"](
        state, claim, found
    )
    name = claim.claimant.value
    head = [f"Dear {name or 'Sir or Madam'},", "", f"Your claim {claim.number}"]
    text = "\n".join([*head, "", *body, "", "Yours faithfully", "The claims department"])
    made = {"letter": text, "to": claim.email.value or name or "The claimant", "ruling": ruling}
    known = {"claim": claim, "assessment": found, "terms": state.terms, "amount": state.amount}
    # What only a person can write is said before the letter is approved, and not first after it.
    passes, lacking = sendable({**made, **known})
    fault = None if passes else lacking
    return {**made, "notes": notes, "answer": None, "letter_fault": fault}


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


def _refusal(_state: State, _claim: Claim, found: Assessment) -> list[str]:
    """With the rule's reason where a rule refuses; an examiner's only a person can write."""
    is_rule = found.cover == "not_covered"
    reasons = found.reasons if is_rule else (to_write("why it is refused"),)
    closing = "If you think that this is wrong, please write to us and send what shows it."
    opening = "we cannot pay this claim, for the following reasons:"
    return [opening, *(f"  {each}" for each in reasons), "", closing]


def _questions(state: State, _claim: Claim, found: Assessment) -> list[str]:
    wanted = {
        "contradictory_dates": "Your papers give different days. On which day did it happen?",
        "sums_do_not_add_up": "The sums in one of your papers do not add up. Please check them.",
        "amounts_differ": "Some sums differ between your papers. Which ones are right?",
        "duplicate_bill_number": "Two bills have the same number. Please send both as issued.",
    }
    names = {each.name for each in state.indicators}
    asked = [text for name, text in wanted.items() if name in names]
    asked += [each for each in found.questions if not (asked and "which day" in each)]
    asked = asked or [to_write("what you need to know")]
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
    ledger = state.ledger or str(folder / LEDGER)
    checked_recipient(state.to)  # before anything is written that a letter has to follow
    entry = {
        **entry_for(claim, state.accounts),
        "ruling": state.ruling or "ask",
        "amount": state.amount if state.ruling == "pay" else "0.00",
        "currency": claim.total.currency or "",
        "decided": str(state.today),
    }
    given = {"ledger": ledger, "entry": entry, "known": list(state.earlier)}
    before = call("record_claim", record, given, effect="idempotent")
    if before is not None:
        return {"outcome": "paid_before", "notes": [f"{before} Nothing was paid or sent."]}
    message = Message(to=state.to, subject=f"Your claim {claim.number}", body=state.letter)
    digest = sha256(f"{state.to}\n{state.letter}".encode("utf-8", "replace")).hexdigest()[:8]
    key = f"{claim.number}-{state.ruling}-{digest}"  # a second letter on a claim is another one
    args = {"folder": str(folder / "outbox"), "message": message, "key": key}
    path = call("send", put_message, args, effect="idempotent")
    outcome = {"pay": "paid", "refuse": "refused", "ask": "asked"}[state.ruling or "ask"]
    order = f"{claim.number}: {entry['amount']} {entry['currency']}".strip()
    return {
        "outcome": outcome,
        "artifacts": [path, ledger],
        "payment": order if state.ruling == "pay" else None,
    }
