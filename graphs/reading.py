"""What a block reads, its conditions included."""

from __future__ import annotations

from ..state.definition.checks import parts
from ..state.definition.expressions import names
from ..state.definition.flow import Block, Branch, Each, Leaf, NestedWork, Repeat


def read_by(block: Block) -> set[str] | None:
    """The fields that a block may read; None when some step of it reads everything."""
    found = _own(block)
    for each in parts(block):
        inner = read_by(each)
        if inner is None or found is None:
            return None
        found |= inner
    return found


def _own(block: Block) -> set[str] | None:
    match block:
        case Leaf(work=NestedWork() as work):
            inputs = {text.partition(".")[0] for text in work.inputs.values()}
            return {*inputs, *(block.reads or ())}
        case Leaf():
            return None if block.reads is None else set(block.reads)
        case Branch():
            return set(names(block.on))
        case Repeat():
            return set() if block.until is None else set(names(block.until))
        case Each():
            return set(names(block.over))
        case _:
            return set()
