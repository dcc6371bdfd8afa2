"""A node's own copy of a value, so that what it changes in place never reaches the state.

How much must be copied follows from the field's type, and is worked out once for each field:
nothing of what cannot change, one level of a list of such things, all of anything else.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel, ValidationError

from .type_check import late_checker
from .type_words import union

Give = Callable[[object], object]
_ATOMS = frozenset(
    {str, int, float, bool, bytes, type(None), date, datetime, time, timedelta, Decimal, UUID}
)
_UNIONS = (Union, types.UnionType)


def hand_out(annotation: object) -> Give:
    """A function that gives a node its own copy of a value of this type.

    A checkpoint gives a list where a tuple was, and an old one may give a dict where the type
    has a model or a dataclass: these become what the type says, or stay as they are where they
    do not fit.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return hand_out(arguments[0])
    for kind, way in ((list, _list), (dict, _dict), (tuple, _tuple)):
        if origin is kind and arguments:
            return way(arguments)
    if origin in _UNIONS and not _atomic(annotation):
        return _either(arguments)
    if _is_object(annotation):
        assert isinstance(annotation, type)
        return _object(annotation)
    return _anything


def needs_copy(annotation: object) -> bool:
    """Whether a value of this type may be one that can be changed in place."""
    return not _atomic(annotation)


def _anything(value: object) -> object:
    if type(value) in _ATOMS:
        return value
    try:
        return deepcopy(value)
    except Exception:  # a lock, a connection: what cannot be copied is shared
        return value


def _list(arguments: tuple[object, ...]) -> Give:
    if _atomic(arguments[0]):
        return lambda value: value.copy() if type(value) is list else deepcopy(value)
    item = hand_out(arguments[0])
    return lambda value: [item(each) for each in value] if type(value) is list else deepcopy(value)


def _dict(arguments: tuple[object, ...]) -> Give:
    if all(_atomic(each) for each in arguments):
        return lambda value: value.copy() if type(value) is dict else deepcopy(value)
    key_of, item = hand_out(arguments[0]), hand_out(arguments[1])

    def give(value: object) -> object:
        if type(value) is not dict:
            return deepcopy(value)
        return {key_of(key): item(each) for key, each in value.items()}

    return give


def _tuple(arguments: tuple[object, ...]) -> Give:
    atomic = all(each is ... or _atomic(each) for each in arguments)
    items = [hand_out(each) for each in arguments if each is not ...]

    def give(value: object) -> object:
        if not isinstance(value, tuple | list):
            return deepcopy(value)
        if atomic:
            return tuple(value) if type(value) is list else value
        ways = items * len(value) if ... in arguments else items
        if len(ways) != len(value):
            return deepcopy(value)
        return tuple(item(each) for item, each in zip(ways, value, strict=True))

    return give


def _either(members: tuple[object, ...]) -> Give:
    """The way of the member that a value's class tells; where it tells of two, all is copied."""
    ways: dict[object, Give] = {}
    for each in members:
        bare = get_args(each)[0] if get_origin(each) is Annotated else each
        kind = get_origin(bare) or bare
        ways[kind] = _anything if kind in ways else hand_out(bare)
    objects = tuple(kind for kind in ways if _is_object(kind))
    if objects and dict not in ways:
        ways[dict] = _made(union(objects) if len(objects) > 1 else objects[0])
    if tuple in ways and list not in ways:
        ways[list] = ways[tuple]
    return lambda value: ways.get(type(value), _anything)(value)


def _object(kind: type) -> Give:
    """For a model or a dataclass; one of a class below it may hold more, and is copied whole."""
    unchanging, made = cache(lambda: _unchanging(kind, set())), _made(kind)

    def give(value: object) -> object:
        if type(value) is kind and unchanging():
            return value
        return made(value) if type(value) is dict else _anything(value)

    return give


def _made(annotation: object) -> Give:
    check = late_checker(annotation)

    def give(value: object) -> object:
        own = deepcopy(value)
        try:
            return check(own)
        except ValidationError:
            return own

    return give


def _is_object(annotation: object) -> bool:
    return isinstance(annotation, type) and (
        issubclass(annotation, BaseModel) or is_dataclass(annotation)
    )


def _atomic(annotation: object) -> bool:
    """Whether every value of this type is one thing that cannot change."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _atomic(get_args(annotation)[0])
    if origin in _UNIONS:
        return all(_atomic(each) for each in get_args(annotation))
    if isinstance(annotation, type) and origin is None:
        return annotation in _ATOMS or issubclass(annotation, Enum)
    return annotation is None or origin is Literal


def _unchanging(annotation: object, seen: set[int]) -> bool:
    """Whether nothing can be changed in place in a value of this type, however deep."""
    if _atomic(annotation):
        return True
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _unchanging(arguments[0], seen)
    if origin in (*_UNIONS, tuple, frozenset):
        return all(each is ... or _unchanging(each, seen) for each in arguments)
    if not _is_object(annotation):
        return False
    if id(annotation) in seen:  # it holds itself; the rest of it is being looked at
        return True
    seen.add(id(annotation))
    assert isinstance(annotation, type)
    held = _held(annotation)
    return held is not None and all(_unchanging(each, seen) for each in held.values())


def _held(kind: type) -> Mapping[str, object] | None:
    """The types of what a frozen class holds; None where it may be given other things to hold."""
    if issubclass(kind, BaseModel):
        config = kind.model_config
        closed = config.get("frozen") and config.get("extra") != "allow"
        if not closed or kind.__private_attributes__:
            return None
        return {name: field.annotation for name, field in kind.model_fields.items()}
    # It has no public name; dataclasses.is_dataclass reads no more of it than that it is there.
    if not vars(kind)["__dataclass_params__"].frozen:
        return None
    try:
        return get_type_hints(kind)
    except Exception:  # a hint is the user's own code and may name what is not there
        return None
