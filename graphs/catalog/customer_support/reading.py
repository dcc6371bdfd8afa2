"""What a message holds that must be seen first: secrets, numbers, and orders to its reader."""

import re

from ....nodes.offline.guard import guarded
from ....nodes.offline.language import is_english
from ....nodes.offline.source import Source

#: What is longer than this is read by a person; a machine reads its beginning.
MAX_TEXT = 6_000
ORDERS = "The message gives orders to its reader or claims authority"

_CARD = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
_SECRET = re.compile(
    r"\b(pass ?word|passcode|pin(?: code)?|cvv|cvc|security code)(\s*(?:is|was|=|:)+\s*)"
    r"(?!(?:not|wrong|invalid|too|always|never|now|forgotten|correct)\b)(\S+?)(?=[.,;!?]*(?:\s|$))",
    re.I,
)
#: A number goes on over a date, a price or a phone number; none of those is an order.
_ENDS = r"(?![\w-]|[.,/]\d| \d)"
_ORDER = re.compile(
    r"(?:(?<!\bto )\borders?\b|#)(?:\s*(?:no\.?|number|nr\.?|#|:|is|was))*\s*#?(\d{3,9})" + _ENDS,
    re.I,
)
_AND_MORE = re.compile(r"\s*(?:,|and|or|&|/)+\s*#?(\d{3,9})" + _ENDS + r"(?! [A-Z])")
_ONLY = re.compile(r"^\W*(?:(?:it(?:'s| is)|and|yes)\W+)*(\d{3,9})\W*$", re.I)
_BARE = re.compile(r"(?<![\w.,/-])(\d{3,9})" + _ENDS)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_NAMED = re.compile(r"\bINV-\d+|\bT-\d+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.I)
_AMOUNT = re.compile(
    r"\b(\d{1,6}(?:[.,]\d{2})?) ?(?:EUR\b|€|euros?\b)|(?:EUR|€) ?(\d{1,6}(?:[.,]\d{2})?)\b", re.I
)
_POSING = re.compile(
    r"\bi(?:'m| am) (?:\w+ ){0,3}(?:admin\w*|developer|moderator|ceo"
    r"|(?:your|a|the) (?:manager|supervisor|colleague)|from (?:your )?(?:it|support|security))\b"
    r"|\b(?:admin|debug|developer|god) mode\b|\bas (?:an?|the|your) admin\w*\b"
    r"|\b(?:all|every|other) (?:the )?(?:customers?|accounts?|orders of)(?:'s?)?\b",
    re.I,
)


def masked(text: str) -> tuple[str, bool]:
    """The text without card numbers, IBANs and passwords, and whether there were any."""
    bare = _IBAN.sub(lambda m: "[IBAN removed]" if _is_iban(m[0]) else m[0], text)
    plain = _CARD.sub(lambda m: "[card number removed]" if _is_card(m[0]) else m[0], bare)
    plain = _SECRET.sub(r"\1\2[removed]", plain)
    return plain, plain != text


def _is_card(number: str) -> bool:
    """Whether the digits bear a card's check digit."""
    digits = [int(each) for each in number if each.isdigit()]
    doubled = (sum(divmod(2 * each, 10)) for each in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_iban(number: str) -> bool:
    """Whether it bears an IBAN's check digits."""
    plain = number.replace(" ", "")
    return int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


def orders_in(text: str) -> tuple[int, ...]:
    """Numbers that are said to be orders; a message that is but a number names one."""
    found: list[int] = []
    for match in _ORDER.finditer(text):
        found.append(int(match[1]))
        at = match.end()
        while more := _AND_MORE.match(text, at):
            if len(more[1]) == len(match[1]):
                found.append(int(more[1]))
            at = more.end()
    if only := _ONLY.match(text):
        found.append(int(only[1]))
    return tuple(dict.fromkeys(found))


def bare_numbers(text: str) -> tuple[int, ...]:
    """Numbers that may be orders: only where they are the sender's own are they taken for some."""
    return tuple(dict.fromkeys(int(each) for each in _BARE.findall(text)))


def amounts_in(text: str) -> tuple[int, ...]:
    """Amounts of money that a message names, in cents."""
    found = (whole or other for whole, other in _AMOUNT.findall(text))
    return tuple(round(float(each.replace(",", ".")) * 100) for each in found)


def named_in(text: str) -> tuple[str, ...]:
    """Invoices, tickets and e-mail addresses that a message names."""
    found = (each.rstrip(".") for each in _NAMED.findall(text))
    return tuple(dict.fromkeys(each if "@" in each else each.upper() for each in found))


def doubts_about(text: str, whole: str) -> tuple[str, ...]:
    """Why no machine should answer: each one sends the message to a person."""
    found = []
    if len(whole) > MAX_TEXT:
        length = f"{len(whole):,} characters"
        found.append(f"The message is very long ({length}); only its beginning was read.")
    if not is_english(Source(text)):
        found.append("The message is not in English.")
    orders = [*guarded(text, "").left_out, *(each[0] for each in _POSING.finditer(text))]
    if orders:
        found.append(f"{ORDERS}: {orders[0][:160]!r}.")
    return tuple(found)
