"""What is allowed in a definition and hard to follow: it is remarked on, not refused."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Problem
from .flow import Block, Branch, Resolved
from .reaching import parts

#: How many decisions may stand within one another. Beyond it, whoever reads the trace has to hold
#: more conditions in mind at once than the page shows.
DEEPEST = 3


def remarks(resolved: Resolved) -> tuple[Problem, ...]:
    """Each decision that stands within more than ``DEEPEST - 1`` others: the first of its nest."""
    return tuple(_too_deep(resolved.flow, ()))


def _too_deep(block: Block, around: tuple[str, ...]) -> Iterator[Problem]:
    if isinstance(block, Branch) and block.logged:
        around = (*around, block.name.removesuffix(".way"))
        if len(around) > DEEPEST:
            yield Problem(
                path=block.path,
                at="key",
                message=f"The routing is {len(around)} decisions deep here: {' → '.join(around)}.",
                fix=f"Up to {DEEPEST} can be followed. Decide once, by one route on one field that "
                "a step works out, or give the inner part a workflow of its own.",
            )
            return
    for each in parts(block):
        yield from _too_deep(each, around)
