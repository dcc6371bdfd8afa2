"""What an agent's answer and a letter must be like. What a gate refuses is asked for again."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from ....nodes.letters import accusing, undated, unnamed, unwritten, verdict, wrong_sums
from ....nodes.papers import Paper
from ....nodes.second_reading import unborne
from .checks import paper_of_quote
from .reading import KINDS
from .schema import Assessment, Claim, Opinion, Policy, Reading

Values = Mapping[str, object]
Verdict = tuple[bool, str]
#: Words that decide what only the policy's rules and a person decide.
_DECIDES = re.compile(
    r"\b(?:should|must|shall|ought to|can|may)\s+(?:not\s+)?(?:be\s+)?"
    r"(?:pay|paid|refuse[d]?|reject(?:ed)?|den(?:y|ied)|approve[d]?|settled?|declined?)\b"
    r"|\b(?:is|are|isn't|not)\s+(?:fully\s+)?covered\b|\bcover(?:age)? (?:applies|is excluded)\b",
    re.IGNORECASE,
)


def borne(values: Values, sources: Values) -> Verdict:
    """All that a reading states is copied from its one paper, and can be read as what it is."""
    wrong = unborne(cast("Reading", values["reading"]), cast("Paper", sources["text"]), KINDS)
    return verdict(wrong, "All of it stands in the paper.")


def pointed(values: Values, sources: Values) -> Verdict:
    """A concern quotes the sentence of a paper that gives rise to it."""
    opinion = cast("Opinion", values["opinion"])
    if opinion.concern == "none" or paper_of_quote(
        opinion, cast("tuple[Paper, ...]", sources["texts"])
    ):
        return True, "It points at a paper, or at nothing."
    return False, f"{opinion.quote!r} stands in no paper. Copy the sentence, or give no concern."


def impartial(values: Values) -> Verdict:
    """An opinion accuses nobody and decides neither cover nor payment."""
    reason = cast("Opinion", values["opinion"]).reason
    decides = [f"{match[0]!r} decides; that is not asked." for match in _DECIDES.finditer(reason)]
    return verdict([*accusing(reason), *decides], "It accuses nobody and decides nothing.")


def sendable(values: Values) -> Verdict:
    """A letter goes to an address, has the ruling's sum and no other, and accuses nobody."""
    letter, claim = cast("str", values["letter"]), cast("Claim", values["claim"])
    name = claim.claimant.value
    wrong = [
        *_sums(letter, claim, values),
        *unnamed(letter, claim_number=claim.number, claimant=name),
        *undated(letter),
        *unwritten(letter),
        *_unaddressed(cast("str", values["to"])),
        *accusing(letter, names=(name,)),
    ]
    return verdict(wrong, "It says what was ruled.")


def _unaddressed(to: str) -> list[str]:
    return [] if "@" in to else ["It goes to no address: write the claimant's own into 'to'."]


def _sums(letter: str, claim: Claim, values: Values) -> list[str]:
    """A payment's letter names what is paid; others may name what papers and policy state."""
    found, terms = cast("Assessment", values["assessment"]), cast("Policy", values["terms"])
    currency = found.currency or claim.total.currency
    if values["ruling"] == "pay":
        paid = Decimal(cast("str", values["amount"]))
        lines = found.calculation if paid == found.payable else ()
        return wrong_sums(letter, may=(), must=(paid, currency), quoted=lines)
    stated = (claim.total, *claim.items, terms.deductible, *(each.limit for each in terms.covers))
    known = [(each.value, each.currency) for each in stated if each.value is not None]
    return wrong_sums(letter, may=known)
