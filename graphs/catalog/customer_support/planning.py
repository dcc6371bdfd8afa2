"""What can be said to a message and what is to be decided, by rule from what was found."""

import re
from collections.abc import Iterator
from datetime import timedelta

from ....nodes.grounding import stands_in
from . import accounts, wording
from .claims import ARRIVED, PAID
from .reading import ORDERS, amounts_in
from .schema import (
    SURE,
    Account,
    Action,
    Case,
    Message,
    Order,
    Queue,
    Quote,
    Said,
    State,
    Triage,
    Way,
)

Update = dict[str, object]

#: How much of a question a passage must cover to be taken for its answer.
BEARS = 0.55
#: Passages that differ by less bear on it alike.
_EQUAL = 0.025
#: After this a late parcel is for a person, who opens a search.
_LATE = timedelta(days=4)

#: How people speak of their own affairs, and not of the rules.
_OWN = re.compile(
    r"\bmy (?!money back)\w+|\bmine\b|\b(?:the|this|that) (?:order|parcel|package|invoice)\b"
    r"|\border \d|\b(?:inv|t)-\d|\bwhere(?:'s| is| are)\b|\b(?:has|have|is|was|did) it\b"
    r"|\b(?:send|return|cancel|refund|track) it\b|\bwas i\b"
    r"|\bi(?:'ve| have|'m| am)? (?:\w+ )?(?:ordered|paid|received|bought|waiting|charged|owe)\b",
    re.I,
)
_OF_ORDERS = frozenset({"delivery", "billing", "returns"})
_OTHER_ONE = re.compile(r"\b(?:the|my|that) other\b|\bother (?:one|order)\b", re.I)


def plan(state: State) -> Update:
    """What can be said and what is to be decided; and the message goes into the memory."""
    received, _, account = _found(state)
    focus, which = _focus(state)
    action, lacking = _action(state, focus)
    facts, quotes, unanswered = _answers(state, focus)
    asked = "an address" if lacking else "an order" if which else None
    reasons = [] if received.repeated else list(_reasons(state, action, focus))
    handed = received.repeated or received.doubts or account.status == "withheld"
    if state.offline and asked is None and not handed:
        reasons += [f"Neither account nor policies answer: {each[:200]!r}." for each in unanswered]
    return {
        "facts": facts,
        "action": action,
        "case": Case(
            way=_way(state, asked),
            orders=tuple(each.id for each in focus),
            quotes=quotes,
            question=lacking or which,
            asked=asked,
            reasons=tuple(dict.fromkeys(reasons)),
            queue=_queue(state, action),
        ),
        "memory": () if received.repeated else (_remembered(state, focus),),
    }


def _found(state: State) -> tuple[Message, Triage, Account]:
    assert state.received and state.account  # the steps before wrote them
    return state.received, state.triage, state.account


def _focus(state: State) -> tuple[tuple[Order, ...], str | None]:
    """The orders that the message is about, or the question which one that is."""
    received, triage, account = _found(state)
    own = {each.id: each for each in account.orders}
    invoices = {each.invoice: each.id for each in account.orders}
    named = [*received.orders, *(invoices[each] for each in received.named if each in invoices)]
    if named:
        return tuple(own[each] for each in named if each in own), None
    before = [own[each] for each in received.before if each in own]
    others = [each for each in account.orders if _speaks_of(state.text, each)]
    if not others and _OTHER_ONE.search(state.text):
        others = [each for each in account.orders if each not in before]
    elif not others and before:
        return tuple(before), None
    others = others or list(account.orders)
    about_one = triage.wish in {"refund", "cancellation"} or any(
        _needs_order(each, account) for each in received.asks
    )
    if len(others) > 1 and about_one:
        listed = " or ".join(f"{each.id} ({each.item})" for each in others)
        return (), f"Which order do you mean: {listed}?"
    return (tuple(others) if len(others) == 1 and about_one else ()), None


def _speaks_of(text: str, order: Order) -> bool:
    """Whether a text names what was ordered, as one that is known: "the desk lamp"."""
    thing = re.escape(order.item.partition(",")[0].split()[-1])
    return bool(re.search(rf"\b(?:my|the|this|that) (?:\w+ ){{0,2}}{thing}s?\b", text, re.I))


def _is_own(ask: str, account: Account) -> bool:
    """Whether a question is about the sender's own affairs."""
    return bool(_OWN.search(ask)) or any(_speaks_of(ask, each) for each in account.orders)


def _needs_order(ask: str, account: Account) -> bool:
    category, _ = wording.category_of(ask)
    return category in _OF_ORDERS and _is_own(ask, account)


def _answers(
    state: State, focus: tuple[Order, ...]
) -> tuple[tuple[str, ...], tuple[Quote, ...], list[str]]:
    """What the account and the policies say to each question, and what neither answers."""
    received, triage, account = _found(state)
    facts: list[str] = []
    quotes: dict[str, Quote] = {}
    unanswered = []
    for ask in received.asks:
        category, _ = wording.category_of(ask)
        own = _facts(state, triage.category if category == "other" else category, focus, ask)
        by_fact = (
            own
            and category in {"billing", "delivery"}
            and (_is_own(ask, account) or received.follows)
        )
        # A question about one's own order is not answered by the rules alone.
        lacks = by_fact or (_needs_order(ask, account) and not own)
        borne = [] if lacks else _bearing(state.quotes, ask)
        if not by_fact and not borne and not (triage.wish and "?" not in ask):
            unanswered.append(ask)
        facts += own
        quotes.update({each.heading: each for each in borne if each.heading not in quotes})
    return tuple(dict.fromkeys(facts)), tuple(quotes.values()), unanswered


def _facts(state: State, category: str, focus: tuple[Order, ...], ask: str) -> list[str]:
    received, triage, account = _found(state)
    assert state.today is not None  # the first step wrote it
    tickets = [f"Ticket {t.id} ({t.subject}) is {t.status}." for t in account.tickets]
    asked = tickets if category == "complaint" or re.search(r"\bticket|\bT-\d", ask, re.I) else []
    # An order that only the conversation was about is told of only where that is asked for.
    told_of = received.orders or received.named or received.follows
    own = told_of or triage.wish or _is_own(ask, account)
    if not own or (category not in _OF_ORDERS and not received.orders):
        return asked
    if category == "billing":
        return [*map(accounts.billing_fact, focus), *asked]
    return [*(accounts.delivery_fact(each, state.today) for each in focus), *asked]


def _bearing(quotes: tuple[Quote, ...], ask: str) -> list[Quote]:
    """The passage that bears on a question, or two; where more do alike, none is the answer."""
    found = [each for each in quotes if each.ask == ask and each.score >= BEARS]
    alike = [each for each in found if each.score > found[0].score - _EQUAL]
    return alike if len(alike) <= 2 else []


def _action(state: State, focus: tuple[Order, ...]) -> tuple[Action | None, str | None]:
    """What the customer wishes to be done, if it is clear; or what we must ask for first."""
    received, triage, account = _found(state)
    if triage.wish is None or account.status != "known" or received.doubts or received.repeated:
        return None, None
    if triage.wish == "address_change":
        stated = triage.new_address
        if stated is None or not stands_in(stated, state.text):
            return None, "What is the new address, with street, number, postcode and town?"
        return Action(kind="address_change", new_address=stated), None
    if len(focus) != 1:
        return None, None
    left = focus[0].cents - focus[0].refunded if focus[0].paid_on else 0
    if triage.wish == "cancellation":
        return Action(kind="cancellation", order=focus[0].id), None
    return (Action(kind="refund", order=focus[0].id, cents=left), None) if left else (None, None)


def _reasons(state: State, action: Action | None, focus: tuple[Order, ...]) -> Iterator[str]:
    """Why a person decides on this, in the order in which it matters."""
    received, triage, account = _found(state)
    yield from received.doubts
    if account.status == "withheld":
        yield "The message names what is not the sender's. Nothing of the account is shown."
    if account.status == "unknown" and (
        triage.wish or any(_needs_order(each, account) for each in received.asks)
    ):
        yield "The sender's address is on no account."
    if triage.track == "urgent":
        yield f"It is urgent. {triage.reason}"
    if triage.category == "complaint" or "complaint" in wording.categories(state.text):
        yield "It is a complaint."
    if action is not None:
        yield f"The customer asks for something to be done: {told(action)}, when you approve."
        if action.cents and (other := set(amounts_in(state.text)) - {action.cents}):
            named = ", ".join(accounts.money(each, "EUR") for each in sorted(other))
            yield f"The message names {named}; what is left to refund is the other amount."
    elif triage.wish and (focus or triage.wish == "address_change") and account.status == "known":
        yield f"The customer asks for this, which cannot be prepared: {triage.wish}."
    if others := [each for each in wording.wishes_of(state.text) if each != triage.wish]:
        yield f"It asks for more, which is not prepared: {', '.join(others).replace('_', ' ')}."
    if triage.wish is None and wording.denies(state.text):
        yield "It says what shall not be cancelled or refunded."
    for each in (*received.contradictions, *triage.contradictions):
        yield f"Contradiction: {each}"
    yield from _against_records(state, focus)
    if triage.confidence < SURE:
        yield f"What it is about is not certain ({triage.confidence:.2f}). {triage.reason}"


def _against_records(state: State, focus: tuple[Order, ...]) -> Iterator[str]:
    """Where the customer says otherwise than the accounts, and what is late by them."""
    received, *_ = _found(state)
    today = state.today
    assert today is not None  # the first step wrote it
    for order in focus:
        records = {PAID: order.paid_on is not None}
        if order.status != "shipped":  # what is on its way may have come since
            records[ARRIVED] = order.status == "delivered"
        for claim in received.claims:
            of_this = claim.order in {None, order.id}
            if of_this and records.get(claim.topic, claim.holds) != claim.holds:
                fact = accounts.billing_fact(order)
                if claim.topic == ARRIVED:
                    fact = accounts.delivery_fact(order, today)
                yield f"Contradiction: the customer says {claim.sentence!r}, our records {fact!r}"
        late = today - order.expected_on if order.expected_on else timedelta()
        if order.status in {"placed", "shipped"} and late > _LATE:
            yield f"Order {order.id} is {late.days} days later than expected."


def _queue(state: State, action: Action | None) -> Queue:
    received, triage, account = _found(state)
    posing = any(each.startswith((ORDERS, "Another address")) for each in received.doubts)
    if account.status == "withheld" or posing:
        return "security"
    if triage.track == "urgent":
        return "urgent"
    if triage.category == "complaint":
        return "complaints"
    return "lead" if action and (action.cents or 0) > 100 * state.refund_limit else "general"


def _way(state: State, asked: str | None) -> Way:
    """The way of its urgency; by rule alone where there is no model, or none shall answer."""
    received, triage, account = _found(state)
    by_rule = state.offline or received.doubts or received.repeated or asked
    if triage.track != "urgent" and (by_rule or account.status == "withheld"):
        return "rules"
    return triage.track


def _remembered(state: State, focus: tuple[Order, ...]) -> Said:
    received, triage, _ = _found(state)
    return Said(
        who="customer",
        sender=state.sender,
        message_id=received.id,
        text=state.text,
        about=received.about[-1_500:],
        category=triage.category,
        orders=tuple(each.id for each in focus),
        claims=received.claims,
    )


def told(action: Action) -> str:
    """An action as a person reads it."""
    match action.kind:
        case "address_change":
            return f"change of address to {action.new_address}"
        case "cancellation":
            return f"cancellation of order {action.order}"
        case "refund":
            amount = accounts.money(action.cents, "EUR") if action.cents else "what was paid"
            return f"refund of {amount} for order {action.order}"
