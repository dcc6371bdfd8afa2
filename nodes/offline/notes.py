"""What the ready workflows say alike: what the extractor cannot do, and how a text reads."""

from collections.abc import Sequence

from ...state.context import OFFLINE
from .language import is_english
from .source import Source

#: So many orders are told word for word.
_ORDERS = 3


def offline_note(model: str, cannot: str) -> tuple[str, ...]:
    """A note for the workflow's ``notes`` when nobody but the extractor did the work; else none.

    ``cannot`` ends the sentence "offline:extract reads and quotes; it ...".
    """
    return (f"{OFFLINE} reads and quotes; it {cannot}.",) if model == OFFLINE else ()


def order_note(where: str, orders: Sequence[str]) -> tuple[str, ...]:
    """That a text gives orders to whoever reads it, and which; none where it does not."""
    if not orders:
        return ()
    said = "; ".join(f"{each!r:.120}" for each in orders[:_ORDERS])
    more = f"; and {len(orders) - _ORDERS} more" if len(orders) > _ORDERS else ""
    return (f"{where} gives orders to its reader; they are not followed: {said}{more}",)


def language_note(where: str, text: str) -> tuple[str, ...]:
    """That a text is in another language than the rules; none where it is not."""
    if is_english(Source(text)):
        return ()
    return (f"{where} does not read as English, which the rules are for: they find little.",)
