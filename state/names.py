"""Helping a person who mistyped a name."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str:
    """``"; the nearest name is 'x'"`` for the closest known one, or nothing when none is close."""
    by_folded = {each.casefold(): each for each in known}
    close = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return f"; the nearest name is {by_folded[close[0]]!r}" if close else ""
