"""Fitting a context under a model's limit, and saying what was left out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Packed(Generic[Item]):
    """What fits, in the order given, and what does not; ``tokens`` counts what fits."""

    kept: tuple[Item, ...]
    dropped: tuple[Item, ...]
    tokens: int


def approximate_tokens(text: str) -> int:
    """An estimate: four characters to the token, as langchain-core counts."""
    return -(-len(text) // 4)


def pack(
    items: Iterable[Item], *, limit: int, size: Callable[[Item], int], most: int | None = None
) -> Packed[Item]:
    """Take items in order of worth until ``limit`` tokens or ``most`` items are reached.

    An item too large for what is left is dropped and smaller ones after it still get their
    chance, so one long page does not push out everything behind it.
    """
    kept: list[Item] = []
    dropped: list[Item] = []
    used = 0
    for item in items:
        tokens = size(item)
        if used + tokens <= limit and (most is None or len(kept) < most):
            kept.append(item)
            used += tokens
        else:
            dropped.append(item)
    return Packed(kept=tuple(kept), dropped=tuple(dropped), tokens=used)
