"""What customers write about: by which words a topic is known, and who takes care of it.

This is the table to make one's own. A new topic is a line here and a word in ``schema.Topic``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .schema import Topic


@dataclass(frozen=True)
class About:
    """A topic's owner, and what the words that speak for it begin with."""

    owner: str
    words: str

    def found_in(self, text: str) -> bool:
        return re.search(rf"\b(?:{self.words})", text, re.IGNORECASE) is not None


TOPICS: Mapping[Topic, About] = {
    "safety": About(
        "Safety",
        r"fire\b|smok(?:e|ing)\b|burn(?:t|ed|s)?\b|injur|hospital|allerg|chok(?:ed|ing)|poison"
        r"|rash\b|electric shock|unsafe|danger|hazard|exploded|mould|moldy|glass in",
    ),
    "delivery": About(
        "Logistics",
        r"deliver|parcel|packag|shipp|shipment|courier|postman|driver\b|dispatch|tracking"
        r"|arriv(?:e|ed|al)|(?:came|come) (?:too )?late|in the post\b|depot",
    ),
    "billing": About(
        "Accounts",
        r"invoic|bill(?:ed|ing|s)?\b|(?:over|double[- ])?charged|charge[ds]? (?:me|us|my|twice)"
        r"|refund|payment|direct debit|credit card|my card|money back|subscription|reimburs",
    ),
    "app": About(
        "Digital",
        r"apps?\b|web ?site|web ?shop|log(?:ging)? ?in|password|checkout|crash|bugs?\b|buggy"
        r"|update\b|screen|loading|online (?:shop|store|form)|freez|froze|page\b|notification",
    ),
    "service": About(
        "Customer service",
        r"service|support\b|staff|agent\b|hotline|call(?:ed)? cent|on hold|on the phone|rude"
        r"|friendly|unfriendly|polite|helpful|unhelpful|answered|repl(?:y|ied|ies)\b|respon[sd]"
        r"|(?:nobody|no ?one|none of) [\w ]{0,12}(?:call|answer|help|knew|could)|employee|waiter"
        r"|waitress|cashier|receptionist|technician|chatbot|the counter|explained",
    ),
    "price": About(
        "Sales",
        r"pric(?:e|es|ed|ing|ey|y)\b|expensive|overpriced|cheap|discount|voucher|cost(?:s|ly)?\b"
        r"|value for money|good value|worth (?:it|the)|too much money|rip-?off|afford"
        r"|\d+ (?:euros?|dollars?|pounds?)\b",
    ),
    "product": About(
        "Product",
        r"quality|broke(?:n)?\b|faulty|defect|damaged|crack|torn\b|leak|stopped working|flimsy"
        r"|does(?:n['’]?t| not) work|tast(?:e|y)|flavou?r|smell|siz(?:e|es|ing)\b|fits?\b|colou?r"
        r"|material|battery|sturdy|design|product|scratch|worn?\b|wore\b|durable|fell apart"
        r"|came off|lasted|died\b|instructions|assembl|wrong item|comfortable|fresh|stale|food\b",
    ),
    "other": About("Customer care", r"(?!)"),
}
#: At most so many for one item: what speaks of everything speaks of nothing.
MOST = 3


def topics_of(text: str) -> tuple[Topic, ...]:
    """The topics that a text's words speak for, the graver ones first."""
    return tuple(name for name, about in TOPICS.items() if about.found_in(text))[:MOST]
