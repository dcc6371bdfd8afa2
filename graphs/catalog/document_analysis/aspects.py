"""What can be looked for in any document without a question of one's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ....nodes.entities import spots
from .schema import Aspect


@dataclass(frozen=True, kw_only=True)
class Look:
    """An aspect as a question, the phrases by which its passages are found, and its wording."""

    question: str
    query: str
    cue: str
    kind: str = ""

    def says(self, sentence: str) -> bool:
        """Whether a sentence is of this aspect."""
        if re.search(self.cue, sentence, re.IGNORECASE):
            return True
        return bool(self.kind) and any(each.kind == self.kind for each in spots(sentence))


LOOKS: Mapping[Aspect, Look] = {
    "obligations": Look(
        question="Which obligations are stated?",
        query="shall OR must OR obliged OR undertakes OR responsible for OR is required to",
        cue=r"\b(?:shall|must|is obliged|undertakes?|agrees? to|(?:is|are) required to)\b",
    ),
    "deadlines": Look(
        question="Which deadlines and dates are stated?",
        query="no later than OR within OR deadline OR due OR ends on OR begins on OR until "
        "OR notice OR january OR february OR march OR april OR june OR july OR august OR september "
        "OR october OR november OR december",
        cue=r"\bno later than\b|\bdeadline\b"
        r"|\bwithin \w+ (?:working |business )?(?:hours|days|weeks|months)\b"
        r"|\b(?:days|weeks|months)['’] (?:\w+ )?notice\b",
        kind="date",
    ),
    "amounts": Look(
        question="Which amounts are stated?",
        query="EUR OR USD OR GBP OR amount OR fee OR price OR payable OR total OR deposit",
        cue=r"(?!)",
        kind="amount",
    ),
    "parties": Look(
        question="Who are the parties?",
        query="between OR party OR parties OR hereinafter OR by and between OR client OR provider",
        cue=r"\bbetween .{3,80}\band\b .{3,}|\(the [\"“][A-Z]\w+[\"”]\)|\bhereinafter\b",
    ),
    "risks": Look(
        question="Which risks are stated?",
        query="liable OR liability OR risk OR damage OR loss OR penalty OR breach OR default",
        cue=r"\b(?:liab\w+|risks?|damages?|loss(?:es)?|penalt\w+|breach\w*|defaults?)\b",
    ),
    "termination": Look(
        question="How does it end?",
        query="terminate OR termination OR notice OR ends OR expires OR renewed OR renewal",
        cue=r"\b(?:terminat\w+|expir\w+|renew\w*|cancel\w*|ends? on)\b|\bnotice\b",
    ),
}
BY_QUESTION = {each.question: each for each in LOOKS.values()}
