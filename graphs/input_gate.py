"""The gate before the first node: what a graph is called with fits its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.runnables import RunnableConfig
from pydantic import ValidationError

from ..state.definition.flow import FieldSpec
from ..state.errors import InputError
from ..state.names import nearest
from .gate import Fields


class InputGate:
    """Refuses an input of another type or name; fills in what has a default."""

    def __init__(self, fields: Fields, inputs: Mapping[str, FieldSpec]) -> None:
        self._fields = fields
        self._inputs = inputs

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:  # Any: fields of every type
        """The input with values of the right types.

        Raises:
            InputError: an unknown field, or a value that does not fit.
        """
        found: dict[str, Any] = {}
        known = self._fields.specs
        for name, value in given.items():
            if name not in known:
                if name in self._fields.telemetry:
                    found[name] = value
                    continue
                raise InputError(
                    f"There is no input {name!r}{nearest(str(name), self._inputs)}.",
                    fix=f"The inputs are: {', '.join(self._inputs) or 'none'}.",
                )
            try:
                found[name] = self._fields.checks[name](value)
            except ValidationError as error:
                first = error.errors()[0]
                raise InputError(
                    f"The input {name!r} does not fit: {first['msg']} (found {value!r:.80}).",
                    fix=known[name].description,
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
        return found
