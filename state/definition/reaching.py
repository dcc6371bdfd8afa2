"""Going through a resolved flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .flow import Block, Branch, Each, Leaf, Order, Repeat, Sequence


def leaves(block: Block) -> Iterator[Leaf]:
    """Every node of a flow, those in maps included."""
    if isinstance(block, Leaf):
        yield block
    for each in parts(block):
        yield from leaves(each)


def parts(block: Block) -> Iterable[Block]:
    """The blocks right within a block."""
    match block:
        case Leaf():
            return () if block.fallback is None else (block.fallback,)
        case Sequence():
            return block.steps
        case Order():
            return tuple(member.block for member in block.members)
        case Branch():
            ways = tuple(case.block for case in block.cases)
            return ways if block.fallback is None else (*ways, block.fallback)
        case Repeat() | Each():
            return (block.body,)
