"""What a customer states as a fact, and where that contradicts itself."""

import re
from collections.abc import Iterable

from .reading import orders_in
from .schema import Claim
from .wording import sentences_of

ARRIVED, PAID = "it arrived", "it is paid"
_NOT = r"(?:not|never|\w+n't)"
_HAVE = r"(?:i|we)(?:'ve| have)?(?: \w+)?"

#: The topic, what denies it, and what states it.
_CLAIMS = tuple(
    (topic, re.compile(rf"\b(?:{no})\b", re.I), re.compile(rf"\b(?:{yes})\b", re.I))
    for topic, no, yes in (
        (
            ARRIVED,
            rf"{_NOT}(?: \w+){{0,2}} (?:arriv\w*|receiv\w*|come|came|got|delivered)|still waiting",
            r"(?:has|have|had|it|was|were|parcel|package|i) (?:\w+ )?(?:arrived|received|came"
            r"|(?:been )?delivered)|(?:i|we) (?:got|received)|arrived",
        ),
        (PAID, rf"{_NOT}(?: \w+)? (?:paid|pay)|unpaid", rf"{_HAVE} paid"),
        (
            "it was opened or used",
            rf"unopened|unused|{_NOT}(?: \w+)? (?:opened|used|assembled)|still sealed",
            rf"{_HAVE} (?:opened|used|assembled)|been using",
        ),
        (
            "it is damaged",
            r"undamaged|not damaged|intact|perfect condition|works? (?:fine|perfectly)",
            r"damaged|broken|broke|cracked|scratched|faulty|defective",
        ),
        (
            "it shall be cancelled",
            rf"{_NOT}\b.{{0,20}}\bcancel|keep (?:the|my) order",
            r"cancel (?:it|my|the|this|order)",
        ),
    )
)
#: What has not come on Monday may have come on Tuesday.
_MAY_COME_TRUE = {ARRIVED, PAID, "it was opened or used", "it is damaged"}


def claims_in(text: str, orders: Iterable[int]) -> tuple[Claim, ...]:
    """What the customer states as facts; of which order, where only one can be meant."""
    named = tuple(orders)
    found = []
    for sentence in sentences_of(text):
        if sentence.endswith("?") or re.match(r"if\b", sentence, re.I):
            continue
        own = orders_in(sentence) or named
        for topic, no, yes in _CLAIMS:
            denied = no.search(sentence)
            if denied or yes.search(sentence):
                claim = Claim(
                    topic=topic,
                    holds=not denied,
                    order=own[0] if len(own) == 1 else None,
                    sentence=sentence[:300],
                )
                found.append(claim)
    return tuple(found)


def contradictions(now: Iterable[Claim], before: Iterable[Claim]) -> tuple[str, ...]:
    """Where what is said now contradicts itself, or what was said before."""
    told: list[str] = []
    earlier = [(each, "before") for each in before]
    for claim in now:
        for other, when in earlier:
            same = claim.order == other.order or None in {claim.order, other.order}
            grown = claim.holds and when == "before" and claim.topic in _MAY_COME_TRUE
            if same and claim.topic == other.topic and claim.holds != other.holds and not grown:
                told.append(f"Says {claim.sentence!r}, and {when} {other.sentence!r}.")
        earlier.append((claim, "in the same message"))
    return tuple(dict.fromkeys(told))
