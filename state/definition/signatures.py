"""How a user's function is called, and what its annotations say that it gives back."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_origin, get_type_hints

from typing_extensions import is_typeddict

#: Parameters that are filled by what they are and not with a field.
SPECIAL = ("state", "runtime", "config")


#: ``either``: the field that the one parameter is named like, and where there is none, a mapping.
Takes = Literal["fields", "mapping", "either"]


@dataclass(frozen=True, kw_only=True)
class Signature:
    """``call`` takes either the whole ``mapping`` of what is read, or ``fields`` by name.

    ``parameters`` are the fields, ``optional`` those that have a default of their own;
    ``special`` says which of state, runtime and config are wanted; ``returns`` is the annotation,
    ``MISSING`` without one.
    """

    call: Callable[..., Any]  # Any: a user's function
    takes: Takes
    parameters: tuple[str, ...]
    optional: frozenset[str]
    special: frozenset[str]
    returns: object
    is_async: bool


MISSING = inspect.Parameter.empty


def signature_of(given: object) -> Signature:
    """The signature of a function, or of a class (or object) with ``execute``.

    ``execute`` takes everything as one dict. So does a function's single parameter that is no
    field's name, where it is annotated as a mapping, or not at all and called ``data``,
    ``inputs``, ``values`` or ``context``.

    Raises:
        TypeError: it cannot be called with keywords; says why.
    """
    function = _callable_of(given)
    hints = _hints(function)
    parameters = list(inspect.signature(function).parameters.values())
    for each in parameters:
        if each.kind in {each.POSITIONAL_ONLY, each.VAR_POSITIONAL, each.VAR_KEYWORD}:
            raise TypeError(f"its parameter {each.name!r} cannot be given by name")
    named = [each for each in parameters if each.name not in SPECIAL]
    takes: Takes = "fields"
    if len(named) == 1 and _is_execute(function):
        takes = "mapping"
    elif len(named) == 1 and _is_mapping(hints.get(named[0].name, MISSING), named[0].name):
        takes = "either"
    return Signature(
        call=function,
        takes=takes,
        parameters=tuple(each.name for each in named),
        optional=frozenset(each.name for each in named if each.default is not MISSING),
        special=frozenset(each.name for each in parameters if each.name in SPECIAL),
        returns=hints.get("return", MISSING),
        is_async=inspect.iscoroutinefunction(function),
    )


def _callable_of(given: object) -> Callable[..., Any]:
    found: Any = given  # Any: looked into
    if inspect.isclass(found):
        if not hasattr(found, "execute"):
            raise TypeError(f"the class {found.__name__!r} has no method 'execute'")
        found = found()
    if hasattr(found, "execute"):
        found = found.execute
    if not callable(found):
        raise TypeError(f"{type(found).__name__} is nothing to call")
    if not inspect.isroutine(found) and not inspect.isfunction(found):
        found = found.__call__
    made: Callable[..., Any] = found
    return made


def _is_execute(function: Callable[..., Any]) -> bool:
    return getattr(function, "__name__", "") == "execute"


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except Exception:  # annotations may name what exists only for type checkers
        return {}


def _is_mapping(hint: object, name: str) -> bool:
    if hint is MISSING:
        return name in {"data", "inputs", "values", "context"}
    kind = get_origin(hint) or hint
    return kind in {dict, Mapping, object, Any} or is_typeddict(kind)
