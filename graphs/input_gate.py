"""The gate before the first node: what a graph is called with fits its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.pregel._write import ChannelWrite, ChannelWriteEntry
from langgraph.types import Command
from pydantic import ValidationError

from ..state.definition.flow import FieldSpec
from ..state.errors import InputError
from ..state.names import nearest
from .channels import ANEW, SET
from .continuations import HALTED
from .fields import Fields


class InputGate:
    """Refuses an input of another type or name; fills in what has a default.

    ``accepts`` are the fields that an input may hold: a graph within is given more than inputs.
    A thread that is given another input begins ``anew``: what an earlier call that stopped on its
    way left in loops' counters and in ``joins`` is no part of this one.
    """

    def __init__(
        self,
        fields: Fields,
        inputs: Mapping[str, FieldSpec],
        *,
        accepts: Iterable[str],
        anew: Mapping[str, int],
    ) -> None:
        self._fields = fields
        self._inputs = inputs
        self._accepts = frozenset(accepts)
        self._anew = anew
        #: The channels of joins, once the graph is compiled.
        self.joins: tuple[str, ...] = ()

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:  # Any: fields of every type
        """The input with values of the right types, the graph's own copies.

        Raises:
            InputError: an unknown field, or a value that does not fit.
        """
        for name in given:
            if name not in self._accepts:
                raise InputError(
                    f"There is no input {name!r}{nearest(str(name), self._accepts)}.",
                    fix=f"The inputs are: {', '.join(self._inputs) or 'none'}.",
                )
        return self._fitting(given, "input")

    def commanded(self, given: Command[Any]) -> Command[Any]:
        """A Command as input, its update checked: it may write any field, as ``update_state`` may.

        Raises:
            InputError: an unknown field, a value that does not fit, or a place to go to.
        """
        if given.goto:
            raise InputError(
                f"A Command given as input says to go to {given.goto!r:.80}.",
                fix="What stands before it would be left out. To go on from another place, use "
                "update_state(config, values, as_node=...), then invoke(None, config).",
            )
        if given.update is None:
            return given
        if given.resume is not None:
            raise InputError(
                "A Command that answers a pause may not write fields beside it: what was shown "
                "would not be what goes on.",
                fix="Send the answer alone; an edit goes with it as its args.",
            )
        update = dict(given._update_as_tuples())
        for name in update:
            if name not in self._fields.specs and name not in self._fields.telemetry:
                raise InputError(
                    f"There is no field {name!r}{nearest(str(name), self._fields.specs)}.",
                    fix=f"The fields are: {', '.join(self._fields.specs) or 'none'}.",
                )
        return replace(given, update=self._fitting(update, "field"))

    def _fitting(self, given: Mapping[str, Any], kind: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in given.items():
            try:
                found[name] = self._fields.fitting(name, value)
            except ValidationError as error:
                first = error.errors()[0]
                place = ".".join(str(part) for part in (name, *first["loc"]))
                spec = self._fields.specs.get(name)
                raise InputError(
                    f"The {kind} {place!r} does not fit: {first['msg']} "
                    f"(found {first['input']!r:.80}).",
                    fix=None if spec is None else spec.description,
                ) from error
        return found

    def __call__(self, given: Any, config: RunnableConfig) -> Any:  # Any: whatever is put in
        """The same input, checked, and complete where the thread is new."""
        if not isinstance(given, Mapping):
            return given
        found = self.checked(given)
        missing = [name for name in self._inputs if name not in found]
        if missing:
            present = config["configurable"]["__pregel_read"](missing, False)
            for name in missing:
                spec = self._inputs[name]
                if name in present:
                    continue
                if not spec.has_default:
                    raise InputError(
                        f"The input {name!r} is missing.", fix=spec.description or "Give it."
                    )
                found[name] = spec.default
        self._begin_anew(config)
        return found

    def _begin_anew(self, config: RunnableConfig) -> None:
        present = config["configurable"]["__pregel_read"](list(self._anew), False)
        writes = [
            ChannelWriteEntry(name, {SET: 0} if name == HALTED else 0)
            for name, value in present.items()
            if value
        ]
        writes += [ChannelWriteEntry(each, ANEW) for each in self.joins]
        if writes:
            ChannelWrite.do_write(config, writes)
