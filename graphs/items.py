"""A map's items: what each is sent, what it may read from outside, what it gives back."""

from __future__ import annotations

from typing import Any

from langgraph.types import Send

from ..state.definition.flow import Each, Leaf
from . import channels
from .fields import Fields
from .reading import read_by
from .running.acts import Update, Values
from .running.inner import INDEX


def sends(each: Each, node: str, items: Any) -> list[Send]:  # Any: a list as a field holds it
    """What a map's node is sent: each item, or batch of items, with its position."""
    listed = list(items)
    if each.chunk is not None:
        listed = [listed[n : n + each.chunk] for n in range(0, len(listed), each.chunk)]
    return [Send(node, {each.item: item, INDEX: n}) for n, item in enumerate(listed)]


def read_outside(each: Each, fields: Fields) -> tuple[str, ...]:
    """The fields from outside that a map's steps, their conditions included, may read."""
    wanted = read_by(each.body)
    known = [name for name in fields.specs if name not in each.scope.own]
    return tuple(known) if wanted is None else tuple(name for name in known if name in wanted)


def item_finish(each: Each, leaf: Leaf, fields: Fields, channel: str) -> Any:  # Any: a finish
    """What turns the update of a map's one step into the result of its item."""
    allowed = {name: fields.checks[name] for name in leaf.writes if name in fields.checks}
    result = each.collect[-1]

    def finish(update: Update, values: Values) -> Update:
        checked = fields.checked(update, step=leaf.name, allowed=allowed)
        kept = {name: checked[name] for name in channels.TELEMETRY if name in checked}
        known = result in checked
        made = fields.after(result, checked[result]) if known else fields.defaults.get(result)
        return {**kept, channel: [(values[INDEX], made)]}

    return finish
