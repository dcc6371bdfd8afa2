"""Looking up a sender, and doing what a person approved: once, whole or not at all."""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ....state.errors import InputError
from .database import accounts
from .schema import Account, Action, Invoice, Order, Receipt, Ticket

_ORDERS = "SELECT * FROM orders WHERE customer = ? ORDER BY id"
_INVOICES = (
    "SELECT id, order_id, cents, currency, due_on, paid_on, refunded FROM invoice"
    " WHERE order_id IN (SELECT id FROM orders WHERE customer = ?) ORDER BY id"
)
Row = TypeVar("Row", bound=BaseModel)

_TICKETS = "SELECT id, subject, opened_on, status FROM ticket WHERE customer = ? ORDER BY id"


def look_up(
    path: str, sender: str, orders: Sequence[int], named: Sequence[str], text: str
) -> Account:
    """The sender's own account; nothing of it where the message names what is another's.

    An order that is not the sender's is treated as one that does not exist: to tell them apart
    would tell a stranger that it does.
    """
    with accounts(path) as database:
        customer = database.execute("SELECT * FROM customer WHERE email = ?", (sender,)).fetchone()
        own, tickets = ((), ()) if customer is None else _records(database, customer["id"])
        known: set[object] = {each.id for each in own}
        known |= {each.id for order in own for each in order.invoices}
        claimed = {*orders, *(each for each in named if "@" not in each)}
        if claimed - known - {each.id for each in tickets} or _names_others(
            database, sender, named, text
        ):
            return Account(status="withheld")
    if customer is None:
        return Account(status="unknown")
    return Account(
        status="known",
        customer=customer["id"],
        name=customer["name"],
        address=customer["address"],
        orders=own,
        tickets=tickets,
    )


def _records(
    database: sqlite3.Connection, customer: int
) -> tuple[tuple[Order, ...], tuple[Ticket, ...]]:
    invoices: dict[int, list[Invoice]] = {}
    for row in database.execute(_INVOICES, (customer,)):
        invoices.setdefault(row["order_id"], []).append(_read(Invoice, "invoice", row))
    orders = [
        _read(Order, "orders", row, invoices=tuple(invoices.get(row["id"], ())))
        for row in database.execute(_ORDERS, (customer,))
    ]
    tickets = [_read(Ticket, "ticket", row) for row in database.execute(_TICKETS, (customer,))]
    return tuple(orders), tuple(tickets)


def _read(kind: type[Row], table: str, row: sqlite3.Row, **more: object) -> Row:
    """A row as what it is; of a shop's own table only the columns that are known here."""
    given = {name: row[name] for name in row.keys() if name in kind.model_fields}  # noqa: SIM118 # a row iterates over its values
    try:
        return kind.model_validate({**given, **more})
    except ValidationError as error:
        first = error.errors()[0]
        column = ".".join(map(str, first["loc"])) or "row"
        raise InputError(
            f"The accounts cannot be read: table {table!r}, row {row['id']!r}, column {column!r}:"
            f" {first['msg']}.",
            fix="Correct it in the accounts (see samples/accounts.sql); then resume.",
        ) from error


#: A shorter name is a word that may mean anything.
_NAME = 5


def _names_others(
    database: sqlite3.Connection, sender: str, named: Sequence[str], text: str
) -> bool:
    """Whether a message names the address or the whole name of another customer."""
    emails = {each.lower() for each in named if "@" in each}
    others = database.execute("SELECT name, email FROM customer WHERE email <> ?", (sender,))
    return any(row["email"].lower() in emails or _names(row["name"], text) for row in others)


def _names(name: str, text: str) -> bool:
    plain = name.strip()
    if len(plain) < _NAME or plain.casefold() not in text.casefold():
        return False
    return bool(re.search(rf"(?<!\w){re.escape(plain)}(?!\w)", text, re.I))


def carry_out(path: str, key: str, customer: int, action: Action) -> Receipt:
    """Do it in one transaction; what was done under this key before is only told again."""
    reference = f"A-{key[:8].upper()}"
    try:
        with accounts(path, write=True) as database:
            before = database.execute("SELECT detail FROM action WHERE key = ?", (key,)).fetchone()
            if before is not None:
                return Receipt(done=True, said=before["detail"])
            said = f"{_done(database, customer, action)} Our reference is {reference}."
            database.execute(
                "INSERT INTO action VALUES (?, ?, ?, ?, ?, ?)",
                (key, action.kind, customer, action.order, action.cents, said),
            )
            return Receipt(done=True, said=said)
    except (_Refused, sqlite3.IntegrityError) as error:
        return Receipt(done=False, said=f"Nothing was done: {error}")


class _Refused(Exception):
    """The accounts do not allow it; the transaction is taken back."""


def _done(database: sqlite3.Connection, customer: int, action: Action) -> str:
    match action.kind:
        case "address_change":
            return _moved(database, customer, action)
        case "cancellation":
            return _cancelled(database, customer, action)
        case "refund":
            return _refunded(database, customer, action)


def _moved(database: sqlite3.Connection, customer: int, action: Action) -> str:
    if not action.new_address:
        raise _Refused("no new address is given.")
    database.execute("UPDATE customer SET address = ? WHERE id = ?", (action.new_address, customer))
    return f"Your address is now {action.new_address}."


def _cancelled(database: sqlite3.Connection, customer: int, action: Action) -> str:
    order = _own(database, customer, action)
    if order.status != "placed":
        raise _Refused(f"order {order.id} is {order.status}, no longer placed.")
    if order.left != (action.cents or 0):  # the approver was told of another amount
        told = amount(action.cents or 0, order.currency)
        raise _Refused(f"{amount(order.left, order.currency)} would go back, and not {told}.")
    database.execute("UPDATE orders SET status = 'cancelled' WHERE id = ?", (order.id,))
    if not order.left:
        return f"Order {order.id} is cancelled. Nothing had been paid for it."
    _book(database, order.invoices, order.left)
    return f"Order {order.id} is cancelled and {amount(order.left, order.currency)} is refunded."


def _refunded(database: sqlite3.Connection, customer: int, action: Action) -> str:
    order = _own(database, customer, action)
    cents = action.cents or order.left
    if not 0 < cents <= order.left:
        raise _Refused(f"order {order.id} leaves {amount(order.left, order.currency)} to refund.")
    _book(database, order.invoices, cents)
    return f"{amount(cents, order.currency)} for order {order.id} is refunded."


def _book(database: sqlite3.Connection, invoices: Iterable[Invoice], cents: int) -> None:
    """Every cent on one invoice, by its id: the first as far as it reaches, then the next."""
    for each in invoices:
        share = min(cents, each.left)
        cents -= share
        if share:
            database.execute(
                "UPDATE invoice SET refunded = refunded + ? WHERE id = ?", (share, each.id)
            )


def _own(database: sqlite3.Connection, customer: int, action: Action) -> Order:
    orders, _ = _records(database, customer)
    found = next((each for each in orders if each.id == action.order), None)
    if found is None:
        raise _Refused("the order is not the customer's.")
    if len({each.currency for each in found.invoices}) > 1:
        raise _Refused(f"order {found.id} has invoices in several currencies.")
    if action.currency not in {None, found.currency}:
        raise _Refused(f"order {found.id} was paid in {found.currency}, not {action.currency}.")
    return found


def amount(cents: int, currency: str | None) -> str:
    """The same where there may be no invoice, and so no currency."""
    return money(cents, currency) if currency else f"{cents // 100}.{cents % 100:02}"


def money(cents: int, currency: str) -> str:
    """An amount as letters have it: "89.00 EUR"."""
    return f"{cents // 100}.{cents % 100:02} {currency}"


def day(value: date) -> str:
    """A date that nobody misreads: "3 March 2026"."""
    return f"{value.day} {value:%B %Y}"


def delivery_fact(order: Order, today: date) -> str:
    """Where an order is."""
    head = f"Order {order.id} ({order.item})"
    expected = f", and was expected by {day(order.expected_on)}" if order.expected_on else ""
    if order.expected_on and order.expected_on >= today:
        expected = f", and is expected by {day(order.expected_on)}"
    match order.status:
        case "placed":
            return f"{head} was placed on {day(order.ordered_on)}, is not shipped yet{expected}."
        case "shipped":
            by = f" with {order.carrier}" if order.carrier else ""
            return f"{head} was ordered on {day(order.ordered_on)}, has been shipped{by}{expected}."
        case "delivered":
            if order.delivered_on is None:  # `_read` refuses it
                return f"{head} was delivered."
            ago = (today - order.delivered_on).days
            return f"{head} was delivered on {day(order.delivered_on)}, {ago} days ago."
        case "cancelled":
            return f"{head} was cancelled."


def billing_facts(order: Order) -> list[str]:
    """What an order cost and what was paid: one sentence for each invoice."""
    if not order.invoices:
        return [f"There is no invoice for order {order.id} ({order.item}) yet."]
    return [_invoice_fact(order, each) for each in order.invoices]


def _invoice_fact(order: Order, invoice: Invoice) -> str:
    shown = money(invoice.cents, invoice.currency)
    head = f"Invoice {invoice.id} for order {order.id} ({order.item}) is {shown}"
    due = f" and is due on {day(invoice.due_on)}" if invoice.due_on else ""
    paid = f" and was paid on {day(invoice.paid_on)}" if invoice.paid_on else f"{due}; it is unpaid"
    back = money(invoice.refunded, invoice.currency) if invoice.refunded else ""
    return f"{head}{paid}{f', and {back} of it was refunded' if back else ''}."
