"""Which of the graphs that a step calls is which, also when LangGraph tries the step again.

LangGraph counts the graphs that a task calls, and goes on counting when the task is tried again:
what was the second graph of the first attempt is the fourth of the next one.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

#: How many tasks at once are known of.
_TASKS = 1_000
_COUNT = re.compile(r"count\((\d+)\)")


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt at a task, by LangGraph's scratchpad for it.

    ``first`` is how many graphs the task's first attempt had called when it was seen, ``before``
    how many earlier attempts had called.
    """

    pad: Any  # Any: LangGraph's own, which it does not make public
    first: int
    before: int = 0


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """The newest attempt at each task that called a graph in which something is journaled."""

    seen: OrderedDict[str, Attempt] = field(default_factory=OrderedDict)

    def nth(self, task: str, pad: object, number: int) -> int:
        """Which of the graphs that an attempt at a task calls has LangGraph's ``number``.

        An attempt does what the one before it did. So it has called as many graphs when something
        is journaled for the first time; what was counted beyond that were other attempts.
        """
        known = self.seen.get(task)
        if known is None or _counter(known.pad) is not _counter(pad):
            known = Attempt(pad=pad, first=_called(pad, number))
        elif known.pad is not pad:
            before = min(number, max(0, _called(pad, number) - known.first))
            known = Attempt(pad=pad, first=known.first, before=before)
        self.seen[task] = known
        self.seen.move_to_end(task)
        if len(self.seen) > _TASKS:
            self.seen.popitem(last=False)
        return max(0, number - known.before)


def _counter(pad: Any) -> object:  # Any: as in Attempt
    return getattr(pad, "subgraph_counter", pad)


def _called(pad: Any, number: int) -> int:  # Any: as in Attempt
    """How many graphs a task has called by now, over all of its attempts."""
    counting = getattr(getattr(_counter(pad), "_counter", None), "__self__", None)
    found = _COUNT.fullmatch(repr(counting))
    return number + 1 if found is None else int(found[1])


def around(pad: Any) -> tuple[object, ...]:  # Any: as in Attempt
    """The scratchpads of the tasks around a task, the nearest first.

    LangGraph keeps each only for the function that looks for an answer there.
    """
    found = []
    while (pad := _outer(pad)) is not None:
        found.append(pad)
    return tuple(found)


def _outer(pad: Any) -> Any:  # Any: as in Attempt
    look = getattr(pad, "get_null_resume", None)
    names = getattr(getattr(look, "__code__", None), "co_freevars", ())
    cells = getattr(look, "__closure__", None) or ()
    held = dict(zip(names, cells, strict=True)).get("parent_scratchpad")
    return None if held is None else held.cell_contents
