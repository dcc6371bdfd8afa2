"""A user's function as a node's work: called with what it names, its result shaped as an update."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_origin

from langgraph.types import Command
from pydantic import BaseModel
from typing_extensions import is_typeddict

from ...state.definition.signatures import Signature, signature_of
from ...state.errors import ContextError, WriteError
from ...state.view import WorkflowState, view_class
from ..bridge import in_kept_thread
from .acts import Act, Call, Direct, Update, Values


def function_acts(
    function: object, *, writes: Mapping[str, object], state_class: type | None
) -> tuple[Act, Direct | None]:
    """The work for either face; the second one only where the function is synchronous."""
    signature = signature_of(function)
    shape = shaper(writes)
    arguments = _arguments(signature, state_class)

    async def act(values: Values, call: Call) -> Update:
        given = arguments(values, call)
        if signature.is_async:
            return shape(await signature.call(**given), call.step)
        result = await in_kept_thread(_called, signature.call, given)
        # A callable object may well give a coroutine.
        return shape(await result if inspect.isawaitable(result) else result, call.step)

    def direct(values: Values, call: Call) -> Update:
        result = _called(signature.call, arguments(values, call))
        if inspect.isawaitable(result):
            result = asyncio.run(_awaited(result))
        return shape(result, call.step)

    return act, None if signature.is_async else direct


def _called(
    function: Callable[..., Any], given: Mapping[str, Any]
) -> Any:  # Any: a user's function
    try:
        return function(**given)
    except StopIteration as error:  # a future takes no such error: its waiter would wait for ever
        raise RuntimeError("The function raised StopIteration.") from error


async def _awaited(work: Any) -> Any:  # Any: a user's awaitable
    return await work


def _arguments(
    signature: Signature, state_class: type | None
) -> Callable[[Values, Call], dict[str, Any]]:  # Any: arguments of every type
    names, optional = signature.parameters, signature.optional
    special, takes = signature.special, signature.takes
    needed = [name for name in names if name not in optional]

    def arguments(values: Values, call: Call) -> dict[str, Any]:
        if takes == "mapping" or (takes == "either" and names[0] not in values):
            given: dict[str, Any] = {names[0]: dict(values)}
        else:
            missing = [name for name in needed if name not in values]
            if missing:
                raise _unread(missing, call)
            given = {name: values[name] for name in needed}
            for name in optional:
                # What nobody has written yet is None; the function's own default goes before it.
                if values.get(name) is not None:
                    given[name] = values[name]
        if special:
            if "state" in special:
                given["state"] = view(values, call.step, state_class)
            if "runtime" in special:
                given["runtime"] = call.runtime
            if "config" in special:
                given["config"] = call.config
        return given

    return arguments


def _unread(names: Sequence[str], call: Call) -> ContextError:
    wanted = ", ".join(repr(each) for each in names)
    return ContextError(
        f"The function of the step {call.step!r} needs {wanted}, which the step does not read.",
        fix="Name the parameter like a field that it reads, or give it a default.",
        node=call.step,
    )


def view(values: Values, step: str, state_class: type | None) -> object:
    """The state as a step sees it: of the class that was given, with what the step reads."""
    if state_class is None or not issubclass(state_class, BaseModel):
        return WorkflowState(values, step=step)
    # Made without validation: the gate has let these values pass. What the step does not read is
    # not there, so that reading it is an error and never a default.
    own = view_class(state_class, step)
    made = own.__new__(own)
    object.__setattr__(made, "__dict__", dict(values))
    object.__setattr__(made, "__pydantic_fields_set__", set(values))
    object.__setattr__(made, "__pydantic_extra__", None)
    object.__setattr__(made, "__pydantic_private__", None)
    return made


def shaper(writes: Mapping[str, object]) -> Callable[[object, str], Update]:
    """How a result becomes an update.

    A mapping is an update by field; where the step writes one field that may itself be a mapping,
    it is that field's value, unless it has the field as its one key. Anything else is the value
    of the one field that the step writes.
    """
    only = next(iter(writes)) if len(writes) == 1 else None
    holds = _never if only is None else _value_of(writes[only])

    def shape(result: object, step: str) -> Update:
        if isinstance(result, Command):
            return result  # type: ignore[return-value]  # the gate reads it
        if isinstance(result, dict):
            if only is not None and holds(result) and set(result) != {only}:
                return {only: result}
            return dict(result)
        if only is not None:
            return {only: result}
        if result is None:
            return {}
        raise WriteError(
            f"The step {step!r} returned {result!r:.80}, and it writes "
            f"{', '.join(repr(each) for each in writes) or 'nothing'}.",
            fix="Return a mapping from these fields to their values.",
            node=step,
        )

    return shape


def _value_of(annotation: object) -> Callable[[Mapping[str, object]], bool]:
    """Whether a mapping may be a value of this type, and so need not be an update."""
    kind = get_origin(annotation) or annotation
    if kind is Any or kind is object or is_typeddict(kind):
        return _always
    if not isinstance(kind, type):
        return _never
    if issubclass(kind, BaseModel):
        fields = frozenset(kind.model_fields)
        return lambda given: bool(given) and fields.issuperset(given)
    return _always if issubclass(kind, Mapping) else _never


def _always(_: object) -> bool:
    return True


def _never(_: object) -> bool:
    return False
