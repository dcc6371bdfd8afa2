"""Whether a sentence of a message is surely understood; whatever is not goes to a person.

It is where every word of it is accounted for: by the kind of question that it asks, by what the
sender ordered, or as a word that carries no matter. "Where is my parcel?" is; with "and why was
it empty" behind it, it is not.
"""

import re
from datetime import date
from typing import Literal

from .bearing import left_of, words_in
from .schema import Account, Order

#: What is asked of a record, or else what a sentence is.
Meaning = Literal[
    "place", "day", "moved", "carrier", "bill", "back", "ticket", "told", "courtesy", "unclear"
]
OF_DELIVERY = frozenset({"place", "day", "moved", "carrier", "told"})
OF_RECORDS = frozenset({*OF_DELIVERY, "bill", "back", "ticket"}) - {"told"}

_COURTESY = (
    "hi hello hey dear good morning day afternoon evening thanks thank very advance many best kind"
    " warm regards wishes sincerely yours cheers team sir madam nice your help all"
).split()
_LEAD = re.compile(
    r"^(?:(?:and|but|so|then|also|ok|okay|yes|please|hello|hi|hey)\b[, ]*)*"
    r"(?:(?:can|could|would|will) you (?:please |kindly )?(?:tell me|let me know)"
    r"|(?:i would|i'd) like to know|(?:please )?tell me|do you know)?[, ]*(?:please )?",
    re.I,
)
_MINE = re.compile(
    r"\b(?:my|mine|our|it|they|i|we|this|that|order \d+|inv-\d+|t-\d+"
    r"|the (?:\w+ )?(?:order|parcel|package|shipment|invoice|ticket))\b",
    re.I,
)
_WAY = (
    "where status news update when day arrive arrival come coming deliver delivery expect receive"
    " been ship shipped sent dispatched way parcel package shipment till how"
).split()
_MONEY = "paid unpaid pay payment due when owe cost amount total invoice bill charged".split()
#: What a question opens with, and the words that may follow.
_OPENINGS: tuple[tuple[Meaning, str, list[str]], ...] = (
    (
        "carrier",
        r"(?:which|what|who)\b.*\b(?:carrier|courier)\b",
        [*_WAY, "who", "carrier", "courier", "bring", "used"],
    ),
    (
        "back",
        r"(?:has|have|is|was|how much|what|when|where)\b.*\b(?:refund(?:ed)?|money)\b",
        "refund refunded money back been paid cancelled invoice".split(),
    ),
    (
        "bill",
        r"(?:is|are|has|was|when)\b.*\b(?:paid|unpaid|due|pay)\b"
        r"|(?:how much|what)\b.*\b(?:owe|costs?|paid|pay|amount|invoice)\b",
        [*_MONEY, "been"],
    ),
    ("ticket", r".*\b(?:tickets?|t-\d+)\b.*\?", "ticket status news open closed".split()),
    (
        "day",
        r"(?:by )?(?:when|what day|how long (?:until|till))\b"
        r"(?!.*\b(?:was|were|did|ship\w*|sen[dt]|dispatch\w*)\b)"
        r".*\b(?:arriv\w*|com(?:e|ing|es)|deliver\w*|expect\w*|receive|get|have|here)\b",
        _WAY,
    ),
    (
        "place",
        r"where\b|what(?:'s| is) the status\b|(?:is there )?any (?:news|update)\b|what about\b",
        _WAY,
    ),
    (
        "moved",
        r"(?:has|have|is|are|was|were)\b"
        r".*\b(?:shipped|sent|dispatched|delivered|arrived|on (?:its|the) way|coming)\b",
        _WAY,
    ),
)
_ASKS = tuple((name, re.compile(opening, re.I), words) for name, opening, words in _OPENINGS)
#: To need something not to happen is a wish.
_NEEDS_NOT = re.compile(r"\bneed\b.*\b(?:not|never)\b|\b(?:not|never) need\b")
#: Where a customer says how things stand; the records are held against it.
_TOLD = re.compile(
    r"^(?:i|we|it|my|our|the|order|nothing)\b.*?\b(?:(?:not|never) .*\b(?:arrive|arrived|received"
    r"|receive|come|came|got|delivered|here)|still waiting|need|paid|received|arrived)\b",
    re.I,
)
_TELLING = (
    "not never arrive received receive come came got delivered waiting paid invoice parcel package"
    " by end next week weekend month tomorrow today monday tuesday wednesday thursday friday"
    " saturday sunday before till"
).split()


def known_of(account: Account) -> frozenset[str]:
    """What the sender may name: the own orders' numbers and things, and the own name."""
    parts = [account.name or ""]
    for order in account.orders:
        parts += [str(order.id), order.item, *(each.id for each in order.invoices)]
    parts += [each.id for each in account.tickets]
    return frozenset(word for each in parts for word in words_in(each))


def is_courtesy(sentence: str, known: frozenset[str] = frozenset()) -> bool:
    """Whether a sentence is a greeting, a thank-you or a name, and no more."""
    said = bool(set(words_in(sentence)) & {*_COURTESY, *known})
    return said and not left_of(sentence, _COURTESY, known) and "?" not in sentence


def refers(sentence: str, known: frozenset[str]) -> bool:
    """Whether a sentence only says which one is meant: "it is order 1042"."""
    return not left_of(sentence, known, _COURTESY, ["yes", "second", "first", "same"])


def meaning_of(sentence: str, known: frozenset[str]) -> Meaning:
    """What a sentence surely is; "unclear" may still be a question on the rules."""
    if is_courtesy(sentence, known):
        return "courtesy"
    plain = _LEAD.sub("", sentence.strip().replace("’", "'"), count=1)
    things = "|".join(map(re.escape, known)) or "(?!)"
    mine = _MINE.search(plain) or re.search(rf"\b(?:the|this|that) (?:\w+ )?(?:{things})\b", plain)
    for meaning, opening, words in _ASKS:
        if mine and opening.match(plain) and not left_of(plain, words, known):
            return meaning
    words_only = " ".join(words_in(plain))
    told = _TOLD.match(words_only) and not _NEEDS_NOT.search(words_only)
    if told and not plain.endswith("?") and not left_of(plain, _TELLING, known):
        return "told"
    return "unclear"


def settles(meaning: Meaning, order: Order, today: date) -> bool:
    """Whether the record of an order holds the answer to that kind of question."""
    on_its_way = order.status in {"placed", "shipped"}
    match meaning:
        case "day":
            due = order.expected_on is not None and order.expected_on >= today
            return order.status == "cancelled" or (on_its_way and due)
        case "place":  # whoever asks where a delivered parcel is has not got it
            return order.status != "delivered"
        case "carrier":
            return order.status == "shipped" and order.carrier is not None
        case "back":
            return any(each.refunded for each in order.invoices)
        case "moved" | "bill" | "told":
            return True
        case "ticket" | "courtesy" | "unclear":
            return False
