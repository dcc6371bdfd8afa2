"""Looking up a sender, and doing what a person approved: once, whole or not at all."""

import sqlite3
from collections.abc import Sequence
from datetime import date

from .database import accounts
from .schema import Account, Action, Order, Receipt, Ticket

_ORDERS = """
SELECT orders.id, item, orders.status, ordered_on, expected_on, delivered_on, carrier,
    invoice.id AS invoice, coalesce(cents, 0) AS cents, coalesce(currency, 'EUR') AS currency,
    due_on, paid_on, coalesce(refunded, 0) AS refunded
FROM orders LEFT JOIN invoice ON invoice.order_id = orders.id
WHERE customer = ? ORDER BY orders.id
"""
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
        known = {*(each.id for each in own), *(each.invoice for each in own)}
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
    orders = database.execute(_ORDERS, (customer,)).fetchall()
    tickets = database.execute(_TICKETS, (customer,)).fetchall()
    return (
        tuple(Order.model_validate(dict(row)) for row in orders),
        tuple(Ticket.model_validate(dict(row)) for row in tickets),
    )


def _names_others(
    database: sqlite3.Connection, sender: str, named: Sequence[str], text: str
) -> bool:
    """Whether a message names the address or the whole name of another customer."""
    emails = [each for each in named if "@" in each]
    marks = ", ".join("?" * len(emails))
    found = database.execute(
        "SELECT 1 FROM customer WHERE email <> ?"
        f" AND (instr(?, lower(name)) OR email IN ({marks})) LIMIT 1",
        (sender, text.lower(), *emails),
    ).fetchone()
    return found is not None


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
    row = _own(database, customer, action)
    if row["status"] != "placed":
        raise _Refused(f"order {row['id']} is {row['status']}, no longer placed.")
    database.execute("UPDATE orders SET status = 'cancelled' WHERE id = ?", (row["id"],))
    left = (row["cents"] or 0) - (row["refunded"] or 0)
    if not row["paid_on"] or not left:
        return f"Order {row['id']} is cancelled. Nothing had been paid for it."
    database.execute("UPDATE invoice SET refunded = cents WHERE order_id = ?", (row["id"],))
    return f"Order {row['id']} is cancelled and {money(left, row['currency'])} is refunded."


def _refunded(database: sqlite3.Connection, customer: int, action: Action) -> str:
    row = _own(database, customer, action)
    left = row["cents"] - row["refunded"] if row["paid_on"] else 0
    cents = action.cents or left
    if not 0 < cents <= left:
        shown = money(left, row["currency"] or "EUR")
        raise _Refused(f"order {row['id']} leaves {shown} to refund.")
    database.execute(
        "UPDATE invoice SET refunded = refunded + ? WHERE order_id = ?", (cents, row["id"])
    )
    return f"{money(cents, row['currency'])} for order {row['id']} is refunded."


def _own(database: sqlite3.Connection, customer: int, action: Action) -> sqlite3.Row:
    row: sqlite3.Row | None = database.execute(
        "SELECT orders.id, status, cents, currency, paid_on, refunded FROM orders"
        " LEFT JOIN invoice ON invoice.order_id = orders.id WHERE orders.id = ? AND customer = ?",
        (action.order, customer),
    ).fetchone()
    if row is None:
        raise _Refused("the order is not the customer's.")
    return row


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
            assert order.delivered_on is not None  # the table says so
            ago = (today - order.delivered_on).days
            return f"{head} was delivered on {day(order.delivered_on)}, {ago} days ago."
        case "cancelled":
            return f"{head} was cancelled."


def billing_fact(order: Order) -> str:
    """What an order cost and what was paid."""
    if order.invoice is None:
        return f"There is no invoice for order {order.id} ({order.item}) yet."
    amount = money(order.cents, order.currency)
    head = f"Invoice {order.invoice} for order {order.id} ({order.item}) is {amount}"
    due = f" and is due on {day(order.due_on)}" if order.due_on else ""
    paid = f" and was paid on {day(order.paid_on)}" if order.paid_on else f"{due}; it is unpaid"
    back = f" {money(order.refunded, order.currency)} of it was refunded." if order.refunded else ""
    return f"{head}{paid}.{back}"
