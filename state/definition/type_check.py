"""Whether a value fits a field's type. Every write to the state goes through here.

Pydantic does the checking, strictly. Its strictness for Python objects also refuses what JSON
has no other way to say, such as a list for a tuple or text for a date; for that a value is
looked at a second time, as the JSON it would be, as long as nothing in it changes by that.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError, PydanticSerializationError, to_json

from .type_words import union

Check = Callable[[object], object]
#: Made when it is first called. Any: the type is known only when it is read.
_Adapter = Callable[[], TypeAdapter[Any]]
_EXACT = (str, int, float, bool)
_WELL_KNOWN = (*_EXACT, bytes, type(None), date, datetime, time, timedelta, Decimal, UUID)
#: A larger whole number would become infinite where JSON is read as a float.
_LARGEST = 2**1023


def checker(annotation: object) -> Check:
    """A function that gives the value to keep, or raises pydantic.ValidationError.

    Scalars are never turned into each other, but a whole number may stand for a float. What
    stands for an object in JSON may stand for it here: a dict for a model or a dataclass, a list
    for a tuple, text for a date, the value for an Enum.

    Raises:
        Exception: Pydantic's own, or the type's, where Pydantic cannot check it.
    """
    if annotation is Any:
        return _kept_as_it_is
    if _can_wait(annotation):
        return late_checker(annotation)
    adapter = _adapter(annotation)
    return _of_any_type(lambda: adapter, proven=_may_lie(annotation, set()))


def late_checker(annotation: object) -> Check:
    """As ``checker``, of a type that Pydantic is known to check: to make ready for that takes
    longer than all else about a field, and is done when there is a value that needs it."""
    adapter = cache(lambda: _adapter(annotation))
    for kind in _EXACT:
        if annotation is kind:
            return _of_one_class(kind, adapter)
    return _of_any_type(adapter, proven=_may_lie(annotation, set()))


def _adapter(annotation: object) -> TypeAdapter[Any]:  # Any: as in _Adapter
    return TypeAdapter(exact(annotation))


def _can_wait(annotation: object) -> bool:
    """Whether nothing is to be found out by trying: Pydantic can surely check the type."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    listed = (origin, len(arguments)) in {(list, 1), (dict, 2)}
    if listed or origin in (Union, types.UnionType):
        return all(_can_wait(each) for each in arguments)
    if origin is Literal:
        return all(isinstance(each, str | int) for each in arguments)
    if origin is None and isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            return annotation.__pydantic_complete__
        return annotation in _WELL_KNOWN or issubclass(annotation, Enum)
    return annotation is Any


def _kept_as_it_is(value: object) -> object:
    return value


def _of_one_class(kind: type, adapter: _Adapter) -> Check:
    def check(value: object) -> object:
        if type(value) is kind:
            return value
        return adapter().validator.validate_python(value, strict=True)

    return check


def _of_any_type(adapter: _Adapter, *, proven: bool) -> Check:
    def check(value: object) -> object:
        known = adapter()
        try:
            found: object = known.validator.validate_python(value, strict=True)
        except ValidationError as error:
            found = _by_json(known, value, error)
        if proven:
            _prove(known, found)
        return found

    return check


def _by_json(adapter: TypeAdapter[Any], value: object, error: ValidationError) -> object:
    """The value read as the JSON that it would be; ``error`` when it is not JSON."""
    try:
        text = to_json(value, inf_nan_mode="constants")
    except ValueError:  # no JSON can say it, or it holds itself
        raise error from None
    found: object = adapter.validator.validate_json(text, strict=True)
    if not _same(value, found):
        raise error
    return found


def _same(given: object, found: object) -> bool:
    """Whether all that JSON would make text of is there again as what it was."""
    if given is None or isinstance(given, str | bool | float):
        return True
    if isinstance(given, int):
        return abs(given) < _LARGEST or type(found) is type(given)
    if isinstance(given, Mapping):
        return all(
            (isinstance(key, str) or (isinstance(found, Mapping) and key in found))
            and _same(item, _part(found, key))
            for key, item in given.items()
        )
    if isinstance(given, list | tuple):
        whole = isinstance(found, list | tuple) and len(found) == len(given)
        parts = found if whole and isinstance(found, list | tuple) else [None] * len(given)
        return all(_same(*pair) for pair in zip(given, parts, strict=True))
    return type(found) is type(given) and found == given


def _part(found: object, key: object) -> object:
    if isinstance(found, Mapping):
        return found.get(key)
    return getattr(found, key, None) if isinstance(key, str) else None


def _prove(adapter: TypeAdapter[Any], value: object) -> None:  # Any: as in checker
    """Refuse objects that are of the right class and hold what does not fit their fields.

    Pydantic trusts an object of the right class. Writing it out shows what is wrong in it at
    little cost; only what looks wrong then is read again, which has the last word.
    """
    try:
        adapter.serializer.to_python(value, warnings="error")
    except PydanticSerializationError:
        text = adapter.dump_json(value, by_alias=True, warnings=False, fallback=repr)
        adapter.validate_json(text, strict=True)


def _may_lie(annotation: object, seen: set[int]) -> bool:
    """Whether a type speaks of objects that are taken for what they say they are."""
    if id(annotation) in seen:
        return False
    seen.add(id(annotation))
    if any(_may_lie(each, seen) for each in get_args(annotation)):
        return True
    if not isinstance(annotation, type):
        return False
    if issubclass(annotation, BaseModel):
        if annotation.model_config.get("revalidate_instances") != "always":
            return True
        return any(_may_lie(each.annotation, seen) for each in annotation.model_fields.values())
    return is_dataclass(annotation)


def exact(annotation: Any) -> Any:  # Any: types made at run time
    """The type, but with literals that tell 1 from True; Pydantic's strict ones do not."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        if not any(isinstance(each, int) for each in arguments):
            return annotation
        return Annotated[annotation, BeforeValidator(_one_of(arguments))]
    inside = tuple(exact(each) for each in arguments)
    if all(new is old for new, old in zip(inside, arguments, strict=True)):
        return annotation
    if origin is Annotated:
        return Annotated[inside]
    if origin in (Union, types.UnionType):
        return union(inside)
    return origin[inside] if origin in (list, dict, tuple) else annotation


def _one_of(values: tuple[object, ...]) -> Check:
    def check(value: object) -> object:
        alike = [each for each in values if each == value]
        if alike and not any(type(each) is type(value) for each in alike):
            shown = ", ".join(repr(each) for each in values)
            raise PydanticCustomError("literal_error", "Input should be {shown}", {"shown": shown})
        return value

    return check
