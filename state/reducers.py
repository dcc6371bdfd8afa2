"""How two writes to one field become one value: a closed set that keeps types and cannot raise.

A reducer that raised would leave a thread that nobody can read any more, so each falls back on
the newer value where values do not combine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def append(present: Any, more: Any) -> Any:  # Any: whatever a checkpoint gives back
    """The present items and then the new ones, in the new ones' kind of sequence.

    Checkpoints give tuples back as lists, and what a node has just written is of the right kind.
    """
    if not isinstance(present, list | tuple) or not isinstance(more, list | tuple):
        return more
    return [*present, *more] if isinstance(more, list) else (*present, *more)


def union(present: Any, more: Any) -> Any:  # Any: as above
    """A list with those new items that are not there yet."""
    if not isinstance(present, list | tuple) or not isinstance(more, list | tuple):
        return more
    found = list(present)
    for each in more:
        if each not in found:
            found.append(each)
    return found if isinstance(more, list) else tuple(found)


def merge(present: Any, more: Any) -> Any:  # Any: as above
    """A mapping with the new entries over the present ones."""
    if not isinstance(present, Mapping) or not isinstance(more, Mapping):
        return more
    return {**present, **more}


def add(present: Any, more: Any) -> Any:  # Any: as above
    """The sum of two numbers."""
    try:
        return present + more
    except Exception:
        return more


def largest(present: Any, more: Any) -> Any:  # Any: as above
    """The larger one."""
    try:
        return max(present, more)
    except Exception:
        return more


def smallest(present: Any, more: Any) -> Any:  # Any: as above
    """The smaller one."""
    try:
        return min(present, more)
    except Exception:
        return more


def first(present: Any, more: Any) -> Any:  # Any: as above  # noqa: ARG001  # a reducer's form
    """Whatever was there first stays."""
    return present


def last(present: Any, more: Any) -> Any:  # Any: as above  # noqa: ARG001  # a reducer's form
    """The newer value; of branches, that of the last one as they are written down."""
    return more


Reducer = Callable[[Any, Any], Any]  # Any: a reducer serves fields of every type

#: A definition's words for merging.
MERGES: Mapping[str, Reducer] = {
    "append": append,
    "union": union,
    "merge": merge,
    "add": add,
    "max": largest,
    "min": smallest,
    "first": first,
    "last": last,
}
#: The rules by which the first write meets the field's default; others have nothing to add to it.
FROM_DEFAULT = frozenset({"append", "union", "merge", "add", "max", "min"})
#: What such a field is before anything is written.
NOTHING_YET: Mapping[str, object] = {"append": [], "union": [], "merge": {}, "add": 0}
