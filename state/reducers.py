"""How two writes to one key become one value. None of these can raise on values of its type."""

from collections.abc import Iterable
from typing import TypeVar

Item = TypeVar("Item")


def append(present: Iterable[Item], more: Iterable[Item]) -> tuple[Item, ...]:
    """The present items and then the new ones. Checkpoints give tuples back as lists."""
    return (*present, *more)
