"""What can be said to a message and what is to be decided, by rule from what was found."""

import re
from collections.abc import Iterator
from datetime import timedelta

from . import accounts, wording
from .bearing import answers, near, of_time
from .claims import ARRIVED, PAID
from .proposals import amounts_beside, proposed, told
from .reading import ORDERS
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
from .understanding import OF_DELIVERY, OF_RECORDS, known_of, meaning_of, refers, settles

Update = dict[str, object]

#: How much of a heading a question must name for a person to be shown the passage in the draft.
_NEAR = 0.5
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
_OTHER_ONE = re.compile(r"\b(?:the|my|that) other\b|\bother (?:one|order)\b", re.I)


def plan(state: State) -> Update:
    """What can be said and what is to be decided; and the message goes into the memory."""
    received, _, account = _found(state)
    focus, which = _focus(state)
    action, lacking = proposed(state, focus)
    facts, quotes, unanswered = _answers(state, focus)
    asked = "an address" if lacking else "an order" if which else None
    reasons = [] if received.repeated else list(_reasons(state, action, focus))
    if not (received.repeated or received.doubts or account.status == "withheld"):
        reasons += [
            f"Neither account nor policies surely answer: {each[:200]!r}."
            for each in unanswered
            if not (which and _needs_order(each, account))
            # Whether a plain question is answered may be a model's to judge, and nothing else.
            and (state.offline or not wording.is_question(each) or _of_records(each, account))
        ]
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
    invoices = {invoice.id: each.id for each in account.orders for invoice in each.invoices}
    named = [*received.orders, *(invoices[each] for each in received.named if each in invoices)]
    named += [each for each in received.numbers if each in own]
    if named:
        return tuple(own[each] for each in dict.fromkeys(named) if each in own), None
    before = [own[each] for each in received.before if each in own]
    others = [each for each in account.orders if _speaks_of(state.text, each)]
    if not others and _OTHER_ONE.search(state.text):
        others = [each for each in account.orders if each not in before]
    elif not others and before:
        return tuple(before), None
    others = others or _still_open(state) or list(account.orders)
    about_one = triage.wish in {"refund", "cancellation"} or any(
        _needs_order(each, account) for each in received.asks
    )
    if len(others) > 1 and about_one:
        listed = " or ".join(f"{each.id} ({each.item})" for each in others)
        return (), f"Which order do you mean: {listed}?"
    own_matter = about_one or any(_is_own(each, account) for each in received.asks)
    return (tuple(others) if len(others) == 1 and own_matter else ()), None


def _still_open(state: State) -> list[Order]:
    """What is not delivered yet: a question on delivery is about that."""
    received, triage, account = _found(state)
    known = known_of(account)
    if triage.wish or not any(meaning_of(each, known) in OF_DELIVERY for each in received.asks):
        return []
    return [each for each in account.orders if each.status in {"placed", "shipped"}]


def _speaks_of(text: str, order: Order) -> bool:
    """Whether a text names what was ordered, as one that is known: "the desk lamp"."""
    thing = re.escape(order.item.partition(",")[0].split()[-1])
    return bool(re.search(rf"\b(?:my|the|this|that) (?:\w+ ){{0,2}}{thing}s?\b", text, re.I))


def _is_own(ask: str, account: Account) -> bool:
    """Whether a question is about the sender's own affairs."""
    return bool(_OWN.search(ask)) or any(_speaks_of(ask, each) for each in account.orders)


def _of_records(ask: str, account: Account) -> bool:
    return meaning_of(ask, known_of(account)) in OF_RECORDS


def _needs_order(ask: str, account: Account) -> bool:
    meaning = meaning_of(ask, known_of(account))
    own_return = wording.category_of(ask)[0] == "returns" and _is_own(ask, account)
    return meaning in OF_RECORDS - {"ticket"} or (meaning == "unclear" and own_return)


def _answers(
    state: State, focus: tuple[Order, ...]
) -> tuple[tuple[str, ...], tuple[Quote, ...], list[str]]:
    """What account and policies say to each sentence, and what neither surely answers."""
    received, _, account = _found(state)
    known = known_of(account)
    facts: list[str] = []
    quotes: dict[str, Quote] = {}
    unanswered = [] if not received.follows else _not_referring(state.text, known)
    for ask in received.asks:
        meaning = meaning_of(ask, known)
        if meaning == "courtesy":
            continue
        facts += _facts(state, focus, ask)
        wished = bool(wording.wishes_of(ask))
        if wished or meaning == "told" or _settled(state, focus, ask):
            continue
        sure = [each for each in _passages(state, ask) if _may_answer(each, ask, account)]
        if not sure:
            unanswered.append(ask)
        named = [each for each in _passages(state, ask) if near(each, ask, known) >= _NEAR]
        named.sort(key=lambda each: -near(each, ask, known))
        for each in (sure or named)[:1]:
            quotes.setdefault(each.text, each)
    return tuple(dict.fromkeys(facts)), tuple(quotes.values()), unanswered


def _not_referring(text: str, known: frozenset[str]) -> list[str]:
    """What a short answer says beside which one it means."""
    return [each for each in wording.sentences_of(text) if not refers(each, known)]


def _settled(state: State, focus: tuple[Order, ...], ask: str) -> bool:
    """Whether the records hold the answer."""
    _, _, account = _found(state)
    meaning, today = meaning_of(ask, known_of(account)), state.today
    assert today is not None  # the first step wrote it
    if meaning == "ticket":
        return bool(account.tickets)
    return bool(focus) and all(settles(meaning, each, today) for each in focus)


def _passages(state: State, ask: str) -> list[Quote]:
    return [each for each in state.quotes if each.ask == ask]


def _may_answer(quote: Quote, ask: str, account: Account) -> bool:
    """Whether a passage may answer by itself; of one's own return it is the dates that tell."""
    if not (wording.is_question(ask) or wording.tells_fault(ask)):
        return False
    own_return = wording.category_of(ask)[0] == "returns" and _is_own(ask, account)
    return answers(quote, ask, known_of(account)) and (of_time(quote) or not own_return)


def _facts(state: State, focus: tuple[Order, ...], ask: str) -> list[str]:
    """What the records say to a sentence; of a passed-over order nothing is told."""
    received, triage, account = _found(state)
    assert state.today is not None  # the first step wrote it
    meaning = meaning_of(ask, known_of(account))
    category, _ = wording.category_of(ask)
    if category == "other":
        category = triage.category
    tickets = [f"Ticket {t.id} ({t.subject}) is {t.status}." for t in account.tickets]
    found = tickets if meaning == "ticket" or category == "complaint" else []
    if meaning == "ticket":
        return found
    told_of = received.orders or received.named or received.follows or triage.wish
    if not (told_of or meaning in OF_RECORDS or _is_own(ask, account)):
        return found
    billing = [fact for each in focus for fact in accounts.billing_facts(each)]
    if meaning in {"bill", "back"} or (meaning not in OF_DELIVERY and category == "billing"):
        return [*found, *billing]
    if re.search(r"\brefunded\b|\bmy (?:refund|money)\b", ask, re.I):
        found = [*found, *billing]
    if meaning in OF_DELIVERY or category in {"delivery", "returns"} or received.orders:
        return [*found, *(accounts.delivery_fact(each, state.today) for each in focus)]
    return found


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
    by_rule = triage.wish in wording.wishes_of(received.about)
    who = "The customer asks" if by_rule else "The model reads, and no rule does, that one asks"
    if action is not None:
        yield f"{who} for something to be done: {told(action)}, when you approve."
        yield from amounts_beside(action, state.text)
        order = next((each for each in focus if each.id == action.order), None)
        if action.kind == "refund" and order and order.status != "cancelled":
            yield (
                f"Order {order.id} is {order.status}: the accounts do not say that it came back."
                " See in the policies when a refund is paid."
            )
    elif triage.wish and (focus or triage.wish == "address_change") and account.status == "known":
        yield f"{who} for this, which cannot be prepared: {triage.wish}."
    if len(received.asks) >= wording.MOST_ASKS:
        yield "It says more than is read by rule."
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
        records = {PAID: all(each.paid_on for each in order.invoices)}
        if order.status != "shipped":  # what is on its way may have come since
            records[ARRIVED] = order.status == "delivered"
        for claim in received.claims:
            of_this = claim.order in {None, order.id}
            if of_this and records.get(claim.topic, claim.holds) != claim.holds:
                fact = " ".join(accounts.billing_facts(order))
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
