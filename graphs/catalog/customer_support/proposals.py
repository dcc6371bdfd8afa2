"""What may be proposed to a person: a refund, a cancellation or a new address."""

from collections.abc import Iterator

from ....nodes.grounding import stands_in
from . import accounts
from .reading import amounts_in
from .schema import Action, Order, State


def proposed(state: State, focus: tuple[Order, ...]) -> tuple[Action | None, str | None]:
    """What the customer wishes to be done, if it is clear; or what we must ask for first."""
    received, triage, account = state.received, state.triage, state.account
    assert received and account  # the steps before wrote them
    if triage.wish is None or account.status != "known" or received.doubts or received.repeated:
        return None, None
    if triage.wish == "address_change":
        stated = " ".join((triage.new_address or "").split())
        if not stated.isprintable() or len(stated) > 200 or not stands_in(stated, state.text):
            return None, "What is the new address, with street, number, postcode and town?"
        return Action(kind="address_change", new_address=stated), None
    order = focus[0] if len(focus) == 1 else None
    # Of several currencies no one sum goes back; what was not paid is not refunded, and what
    # has left is not cancelled.
    if order is None or (order.left and order.currency is None):
        return None, None
    if not (order.left if triage.wish == "refund" else order.status == "placed"):
        return None, None
    currency = order.currency if order.left else None
    cents = order.left or None
    return Action(kind=triage.wish, order=order.id, cents=cents, currency=currency), None


def told(action: Action) -> str:
    """An action as a person reads it, with the money that goes back."""
    amount = accounts.amount(action.cents, action.currency) if action.cents else None
    match action.kind:
        case "address_change":
            return f"change of address to {action.new_address}"
        case "cancellation":
            back = f"{amount} goes back" if amount else "no money goes back"
            return f"cancellation of order {action.order}, and {back}"
        case "refund":
            return f"refund of {amount or 'what was paid'} for order {action.order}"


def amounts_beside(action: Action, text: str) -> Iterator[str]:
    """Where the customer names another amount than the one that is proposed."""
    if action.cents and (other := set(amounts_in(text)) - {action.cents}):
        named = ", ".join(accounts.money(each, "EUR") for each in sorted(other))
        yield f"The message names {named}; what is left to refund is the other amount."
