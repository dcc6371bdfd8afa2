"""The write gate: what a node gives is checked before it can reach a checkpoint, and its way on is
decided with it, once.

It stands before each node's writers, where it sees whatever is written: a node's update, a
Command, input, and ``update_state``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph._internal._runnable import RunnableCallable
from langgraph.pregel._write import ChannelWrite
from langgraph.types import Command

from ..state.errors import WriteError
from ..state.records import Choice
from .channels import SET
from .continuations import HALTED, Onward, Way, fields_of, follow, is_static
from .fields import Check, Fields

#: A gate: of a node, or of the input. Any: whatever a node gives.
Gated = Callable[[Any, RunnableConfig], Any]
#: Any: a bound of what ``_set`` gives back as it came.
Update = TypeVar("Update", bound=dict[str, Any])
#: A wrapper's mark on an update: the step failed, and its way for that is to be taken.
FAILED = "dalsegno:failed"


@dataclass(frozen=True, kw_only=True)
class Exit:
    """Where a node leads: ``after`` it did its work, and ``failed`` when it did not."""

    after: Way
    failed: Way | None = None

    @property
    def is_static(self) -> bool:
        return self.failed is None and is_static(self.after)

    @property
    def ways(self) -> tuple[Way, ...]:
        return (self.after,) if self.failed is None else (self.after, self.failed)


class Passed(dict[str, object]):
    """What a gate let through where the way on had to be decided, and the way.

    It is handed on to the edge behind the gate, which needs to read nothing: what LangGraph would
    have it read is a copy of every channel.
    """

    __slots__ = ("known", "onward")

    @classmethod
    def nowhere(cls) -> Passed:
        """Nothing written, and no way on."""
        made = cls()
        made.onward, made.known = (), {}
        return made

    #: As ``Onward.nodes``.
    onward: Sequence[str]
    #: The fields that it was decided on.
    known: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One node's gate. ``hidden`` nodes are the graph's own and leave no history."""

    node: str
    step: str
    fields: Fields
    allowed: Mapping[str, Check]
    exit: Exit | None
    needs: tuple[str, ...]
    hidden: bool
    #: The field that must be in every update: a review's own decision.
    decides: str | None = None
    #: Fields whose values a person sets: they take the place of what is there, and do not merge.
    sets: frozenset[str] = frozenset()
    #: Can a rejection elsewhere have ended the workflow while this node waited for its turn?
    halting: bool = False

    def __call__(self, output: Any, config: RunnableConfig) -> Any:  # Any: whatever a node gives
        """The same output, checked, with where it leads."""
        conf = config["configurable"]
        if isinstance(output, dict) or output is None:
            return self._passed(output or {}, conf)
        if isinstance(output, Command):
            return self._command(output, conf)
        if isinstance(output, list | tuple):
            raise WriteError(
                f"The step {self.step!r} returned a list of updates.",
                fix="Return one update: a mapping from fields to values.",
                node=self.step,
            )
        raise WriteError(
            f"The step {self.step!r} returned {output!r:.80}, which is no update.",
            fix="Return a mapping from fields to values.",
            node=self.step,
        )

    def _command(self, command: Command[Any], conf: Mapping[str, Any]) -> dict[str, object]:
        if command.goto or command.graph is not None:
            raise WriteError(
                f"The step {self.step!r} returned a Command that says where to go.",
                fix="Write what was decided to a field, and let a route read it.",
                node=self.step,
            )
        return self._passed(dict(command._update_as_tuples()), conf)

    def _passed(self, update: Mapping[str, Any], conf: Mapping[str, Any]) -> dict[str, object]:
        by_hand = "__pregel_scratchpad" not in conf
        if self.halting and not by_hand and conf["__pregel_read"]([HALTED], False).get(HALTED):
            return Passed.nowhere()
        failed = FAILED in update
        if failed:
            update = {name: value for name, value in update.items() if name != FAILED}
        # Who repairs a thread may write any field, of the right type.
        allowed = self.fields.checks if by_hand else self.allowed
        checked = self.fields.checked(update, step=self.step, allowed=allowed)
        if self.decides is not None and self.decides not in checked:
            raise WriteError(
                f"The review {self.step!r} cannot be passed without a decision.",
                fix="Answer its pause; by hand, write the decision to its own field: "
                f"{{{self.decides!r}: {{'type': 'approve'}}}}.",
                node=self.step,
            )
        if not self.hidden and not by_hand:
            checked["history"] = (*checked.get("history", ()), self.step)  # type: ignore[misc]  # a tuple
        if self.exit is not None:
            way = self.exit.failed if failed and self.exit.failed is not None else self.exit.after
            return self._set(self._decided(way, checked, conf))
        return self._set(checked)

    def _set(self, checked: Update) -> Update:
        """The update with what a person set in the place of what is there."""
        for name in self.sets:
            if name in checked:
                checked[name] = {SET: checked[name]}
        return checked

    def _decided(self, way: Way, checked: dict[str, object], conf: Mapping[str, Any]) -> Passed:
        values = self._values(checked, conf)
        onward = Onward()
        follow(way, values, onward)
        passed = Passed(checked)
        passed.onward, passed.known = onward.nodes, values
        passed.update(onward.counters)
        if onward.choices:
            _tell(onward.choices)
            passed["decisions"] = (*checked.get("decisions", ()), *onward.choices)  # type: ignore[misc]  # a tuple
        return passed

    def _values(self, update: Mapping[str, object], conf: Mapping[str, Any]) -> dict[str, object]:
        """What the way is decided on: the state as it will be once this is written."""
        if not self.needs:
            return {}
        values: dict[str, object] = conf["__pregel_read"](list(self.needs), False)
        for name in self.needs:
            if name in self.sets and name in update:
                values[name] = update[name]
            elif name in update:
                present = values.get(name)
                values[name] = self.fields.after(name, update[name], present)
            elif name not in values and name in self.fields.defaults:
                values[name] = self.fields.defaults[name]
        return values


class _GatedWrite(ChannelWrite):
    """All that writes a node's update, as one, with the gate before it.

    LangGraph's class has no public name. It draws by it, and merges writers of it. A runnable of
    our own between them would be one more of the node's sequence, which makes callbacks and a
    config for each.
    """

    def __init__(self, gate: Gated, writers: Iterable[ChannelWrite]) -> None:
        super().__init__([entry for each in writers for entry in each.writes])
        self._gate = gate

    # Any: whatever a node gives, as in Gate.
    def _write(self, input: Any, config: RunnableConfig) -> Any:
        # No node gives None: so it is called where a picture is drawn.
        drawn = input is None and "__pregel_scratchpad" in config["configurable"]
        return super()._write(input if drawn else self._gate(input, config), config)

    async def _awrite(self, input: Any, config: RunnableConfig) -> Any:
        return self._write(input, config)


def gated_writers(gate: Gated, writers: Iterable[Runnable[Any, Any]]) -> list[Runnable[Any, Any]]:
    """A compiled node's writers with its gate before them; edges take what the gate decided."""
    own = [each for each in writers if isinstance(each, ChannelWrite)]
    edges = [each for each in writers if not isinstance(each, ChannelWrite)]
    for each in edges:
        assert isinstance(each, RunnableCallable)
        # What an edge reads by itself is a copy of every channel, the node's writes applied to it.
        each.kwargs["reader"] = None
    return [_GatedWrite(gate, own), *edges]


def _tell(choices: Iterable[Choice]) -> None:
    """Each routing decision as it is taken; one that no case fitted is a warning."""
    log = logging.getLogger("dalsegno")
    for each in choices:
        if each.fell_back:
            told = "The route %r took its fallback: %s is %r, which is no case of it.%s"
        else:
            told = "The route %r decided on %s: %r.%s"
        level = logging.WARNING if each.fell_back else logging.INFO
        why = f" ({each.reason})" if each.reason else ""
        log.log(level, told, each.step, each.on, each.chosen, why)


@dataclass(frozen=True, kw_only=True)
class Person:
    """What a person gives at a node: a decision, and perhaps other values of some fields."""

    decision: str
    fields: tuple[str, ...]


_NONE: frozenset[str] = frozenset()


def gate_of(  # noqa: PLR0913  # each is a word of its own at the call
    node: str,
    *,
    step: str,
    fields: Fields,
    writes: Mapping[str, object],
    exit: Exit,
    hidden: bool,
    extra: Mapping[str, Check],
    person: Person | None = None,
    halting: bool = False,
) -> Gate:
    """The gate of one node. ``extra`` are channels of the graph's own that it may write."""
    needs: set[str] = set()
    if not exit.is_static:
        for way in exit.ways:
            needs |= fields_of(way)
    allowed = {name: fields.checks[name] for name in writes if name in fields.checks}
    return Gate(
        node=node,
        step=step,
        fields=fields,
        allowed={**allowed, **extra},
        exit=None if exit.is_static else exit,
        needs=tuple(sorted(needs)),
        hidden=hidden,
        decides=None if person is None else person.decision,
        sets=frozenset(name for name in person.fields if fields.merges(name)) if person else _NONE,
        halting=halting,
    )
