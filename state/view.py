"""The state as a step sees it: typed values by attribute, frozen, and only what the step reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from .names import nearest
from .plain import as_json


class WorkflowState:
    """What is known, by attribute: ``state.question``.

    It is frozen; what a step returns is what changes. Reading a field that the step does not
    declare under ``reads`` is an AttributeError that says so.
    """

    __slots__ = ("_step", "_values")

    def __init__(self, values: Mapping[str, object], *, step: str | None = None) -> None:
        object.__setattr__(self, "_values", dict(values))
        object.__setattr__(self, "_step", step)

    def __getattr__(self, name: str) -> Any:  # Any: fields are of every type
        values: Mapping[str, object] = object.__getattribute__(self, "_values")
        if name in values:
            return values[name]
        raise AttributeError(_unread(object.__getattribute__(self, "_step"), name, values))

    def __getitem__(self, name: str) -> Any:  # Any: as above
        try:
            return getattr(self, name)
        except AttributeError as error:
            raise KeyError(str(error)) from None

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(_FROZEN.format(name=name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WorkflowState) and dict(self._values) == dict(other._values)

    __hash__ = None  # type: ignore[assignment]  # it may hold lists

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r:.60}" for name, value in self._values.items())
        return f"WorkflowState({shown})"

    def add_result(self, name: str, value: object) -> WorkflowState:
        """The state with one more result."""
        return WorkflowState({**self._values, name: value}, step=self._step)

    def get_result(self, name: str, default: object = None) -> Any:  # Any: fields of every type
        """One result, or ``default`` where there is none."""
        return self._values.get(name, default)

    def as_dict(self) -> dict[str, Any]:  # Any: fields of every type
        """The values by name, as a dict of the caller's own."""
        return dict(self._values)

    def as_json(self) -> str:
        """The values as JSON text."""
        return json.dumps(as_json(self._values), ensure_ascii=False)

    def as_text(self, *, each: int = 400) -> str:
        """Everything known as text, each result cut to ``each`` characters."""
        return context_text(self._values, each=each)


@lru_cache(maxsize=1024)
def view_class(state_class: type[BaseModel], step: str) -> type[BaseModel]:
    """A class of the user's own as a step sees it: frozen, and with an error that says what to do
    where the step reads a field that it does not declare."""

    def missing(self: BaseModel, name: str) -> Any:  # Any: it never gives one
        raise AttributeError(_unread(step, name, self.__dict__))

    def frozen(_: BaseModel, name: str, value: object) -> None:  # noqa: ARG001  # Python's form
        raise AttributeError(_FROZEN.format(name=name))

    body = {"__getattr__": missing, "__setattr__": frozen, "__module__": state_class.__module__}
    metaclass: Any = type(state_class)  # Any: Pydantic's own, whose making of classes is untyped
    made: type[BaseModel] = metaclass(state_class.__name__, (state_class,), body)
    return made


_FROZEN = "The state is frozen: return {{{name!r}: …}} to change it."


def _unread(step: str | None, name: str, values: Iterable[str]) -> str:
    who = f"The step {step!r}" if step else "This state"
    return f"{who} does not read {name!r}{nearest(name, values)}. Add it to the step's 'reads'."


def context_text(values: Mapping[str, object], *, each: int = 400) -> str:
    """Results as text, one paragraph each, cut to ``each`` characters with an ellipsis."""
    if each < 1:
        raise ValueError("each result needs at least one character")
    return "\n\n".join(
        f"{name}: {_cut(_text(value), each)}" for name, value in values.items() if value is not None
    )


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(as_json(value), ensure_ascii=False)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
