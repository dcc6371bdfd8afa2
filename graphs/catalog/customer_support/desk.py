"""The person's part, and what follows from it: what was approved is done, the reply put out."""

from hashlib import sha256

from langgraph.runtime import Runtime

from ....nodes.outbox import Message
from ....state.context import RunContext
from ...calling import call
from . import accounts
from .finding import accounts_path, policies_path, quotes_from
from .outgoing import outbox, put_once
from .proposals import told
from .schema import Finding, Receipt, Said, State
from .writing import plain

Update = dict[str, object]

#: So much of a message is shown to whoever decides.
_SHOWN = 1_500


def describe(state: State) -> str:
    """Everything that was found, for the person who decides."""
    case, account, triage = state.case, state.account, state.triage
    assert case and account  # the steps before wrote them
    lines = [
        f"Queue {case.queue}: a message from {state.sender}, {triage.category}, {triage.urgency}."
    ]
    lines += [f"Why you: {each}" for each in state.reasons]
    if state.receipt is not None and not state.receipt.done:
        lines.append(f"Last time: {state.receipt.said}")
    more = f" … ({len(state.text):,} characters)" if len(state.text) > _SHOWN else ""
    lines.append(f"The customer wrote: {state.text[:_SHOWN]}{more}")
    if state.conversation:
        lines.append(f"Before that:\n{state.conversation}")
    whose = f"{account.name}, {account.address}" if account.name else account.status
    lines.append(f"Account: {whose}")
    lines += [f"Fact: {each}" for each in state.facts]
    lines += [
        f"Policy ({each.source}: {each.heading}, {each.score:.2f}): {plain(each.text)}"
        for each in {each.text: each for each in reversed(state.quotes)}.values()
    ]
    if state.action is not None:
        lines.append(f"On approval: {told(state.action)}; the reply then ends with what was done.")
    if state.reply is None:
        lines.append("There is no reply to approve: edit `reply`, or reject.")
    lines += [f"You asked: {each.question}\nFound: {each.found}" for each in state.findings]
    lines += [f"Note: {each}" for each in state.notes]
    return "\n".join(lines)


def look_further(state: State, runtime: Runtime[RunContext]) -> Update:
    """What account and policies say to the person's own question; then it is put again."""
    account, today = state.account, state.today
    assert account and today and state.approval  # the steps before wrote them
    question = state.approval.message
    said = question.casefold()
    facts = [
        fact
        for each in account.orders
        if str(each.id) in said or "order" in said or each.item.split()[-1].casefold() in said
        for fact in (accounts.delivery_fact(each, today), *accounts.billing_facts(each))
    ]
    folder, shelf = policies_path(state, runtime)
    args = {"folder": folder, "shelf": shelf, "asks": [question], "items": []}
    found = call("policies", quotes_from, args, "idempotent")
    facts += [f"{each.heading}: {plain(each.text)}" for each in found]
    silent = "Neither the account nor the policies say anything on this."
    return {
        "findings": (*state.findings, Finding(question=question, found="\n".join(facts) or silent))
    }


def carry_out(state: State, runtime: Runtime[RunContext]) -> Update:
    """What a person approved, done once; where it cannot be done the person hears why."""
    received, account = state.received, state.account
    assert received and account and state.approval  # the steps before wrote them
    if state.approval.type not in {"approve", "edit"}:
        return {"settled": False}
    if state.reply is None:
        return {
            "settled": False,
            "receipt": Receipt(done=False, said="There was no reply to send."),
        }
    if state.action is None:
        return {"settled": True, "receipt": None}
    if account.customer is None:
        return {"settled": False, "receipt": Receipt(done=False, said="The sender has no account.")}
    action = state.action
    # The same message never does the same thing twice, whoever works on it and how often.
    key = sha256(f"{received.id} {action.kind} {action.order}".encode()).hexdigest()
    args = {
        "path": accounts_path(state, runtime),
        "key": key,
        "customer": account.customer,
        "action": action,
    }
    receipt = call(action.kind, accounts.carry_out, args, "idempotent")
    return {"settled": receipt.done, "receipt": receipt}


def send(state: State, runtime: Runtime[RunContext]) -> Update:
    """The reply into the outbox, under the message's id, and into the memory."""
    received, case = state.received, state.case
    assert received and case and state.reply  # the steps before wrote them
    body = state.reply
    if state.receipt is not None and state.receipt.done:
        body = _with(body, state.receipt.said)
    orders = f" (order {case.orders[0]})" if len(case.orders) == 1 else ""
    message = Message(to=state.sender, subject=f"Your message to us{orders}", body=body)
    args = {"folder": outbox(state, runtime), "message": message, "id": received.id}
    path, written = call("send", put_once, args, "idempotent")
    before = received.repeated is not None or written != body
    said = Said(
        who="support",
        sender=state.sender,
        message_id=received.id,
        text=written,
        orders=case.orders,
        asked=case.asked,
    )
    decided = {"approve": "approved", "edit": "edited"}.get(
        state.approval.type if state.approval else ""
    )
    return {
        "reply": written,
        "sent": path,
        "outcome": "repeated" if before else decided or "answered",
        "memory": () if before else (said,),
    }


def _with(body: str, done: str) -> str:
    """What was done stands before the signature."""
    text, line, signature = body.rpartition("\n\nCustomer service")
    return f"{text}\n\n{done}{line}{signature}" if line else f"{body}\n\n{done}"


def close(state: State) -> Update:
    """Nothing leaves and nothing was done."""
    rejected = state.approval is not None and state.approval.type == "reject"
    because = (
        state.approval.message
        if state.approval and rejected
        else state.receipt.said
        if state.receipt
        else ""
    )
    return {
        "outcome": "rejected" if rejected else "unsent",
        "notes": (*state.notes, f"Nothing was sent{f': {because}' if because else '.'}"),
    }
