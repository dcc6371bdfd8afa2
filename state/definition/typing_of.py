"""Looking into declared types: which fields a type has, and which values it can take.

Types are read as they are written, never by trying values: a definition is checked before there is
any state. What cannot be known (Any, a class that declares nothing) is open, and anything goes.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum, Flag
from fractions import Fraction
from functools import reduce
from pathlib import PurePath
from typing import Annotated, Literal, NewType, TypeVar, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel

Kind = Literal["open", "none", "number", "text", "other"]
_NUMBERS = (int, float, Decimal, Fraction)
#: Types without fields of their own; other classes that declare none are open.
_CLOSED = (str, bytes, complex, date, time, timedelta, UUID, PurePath, Enum, Collection, *_NUMBERS)
_LABELS: Collection[object] = {typing.Required, typing.NotRequired, typing.Final, typing.ClassVar}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One way in which a value may be, as far as comparing goes.

    ``values`` has all that it can be where those are few; ``held`` is its class.
    """

    kind: Kind
    values: tuple[object, ...] | None = None
    held: type = object

    @property
    def ordered(self) -> bool:
        """Whether < means anything: not for bools, nor for texts that are names of choices."""
        if self.kind == "number":
            return not any(isinstance(each, bool) for each in self.values or ())
        if self.kind == "text":
            return self.values is None
        sorts = getattr(self.held, "__lt__", None) is not vars(object)["__lt__"]
        return self.kind == "open" or (
            self.kind == "other" and sorts and not issubclass(self.held, Mapping)
        )


def alternatives(annotation: object) -> tuple[object, ...]:
    """The members of a union, Optional and Annotated taken off; otherwise the one type."""
    bare = _bare(annotation)
    if get_origin(bare) in {Union, types.UnionType}:
        return tuple(each for member in get_args(bare) for each in alternatives(member))
    return (types.NoneType if bare is None else bare,)


def _bare(annotation: object) -> object:
    while True:
        if get_origin(annotation) is Annotated or get_origin(annotation) in _LABELS:
            annotation = get_args(annotation)[0]
        elif isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        elif isinstance(annotation, TypeVar):
            return annotation.__bound__ or object
        elif type(annotation).__name__ == "TypeAliasType":  # 3.12's, and typing_extensions'
            annotation = getattr(annotation, "__value__", object)
        else:
            return annotation


def joined(members: Collection[object]) -> object:
    """The union of ``members``; object where Python cannot form it."""
    parts = [each for one in members for each in alternatives(one)]
    if len(parts) == 1:
        return parts[0]
    try:
        return reduce(lambda left, right: Union[left, right], parts)  # noqa: UP007  # values
    except TypeError:
        return object


def class_of(alternative: object) -> type | None:
    """The class behind an alternative, generic or not; None where anything goes."""
    held = get_origin(alternative) or alternative
    return held if isinstance(held, type) and held not in {object, typing.Any} else None


def fields_of(alternative: object) -> Mapping[str, object] | None:
    """The named fields of a model, dataclass or TypedDict; None of other types."""
    held = class_of(alternative)
    if held is None:
        return None
    if issubclass(held, BaseModel):
        return {name: each.annotation for name, each in held.model_fields.items()}
    if dataclasses.is_dataclass(held):
        hints = _hints(held)
        return {each.name: hints.get(each.name, object) for each in dataclasses.fields(held)}
    return _hints(held) if _is_typed_dict(held) else None


def _is_typed_dict(held: type) -> bool:
    # The typing module knows only its own, and models take only those of typing_extensions.
    return issubclass(held, dict) and hasattr(held, "__total__")


def _hints(held: type) -> Mapping[str, object]:
    try:
        return typing.get_type_hints(held, include_extras=True)
    except Exception:  # hints are code: one that cannot be read here leaves the others
        return {
            name: object if isinstance(hint, str) else hint
            for each in reversed(held.__mro__)
            for name, hint in vars(each).get("__annotations__", {}).items()
        }


def inside(annotation: object, name: str) -> tuple[object, ...]:
    """The types that ``.name`` may have; none where no alternative has such a field or key."""
    found: list[object] = []
    for each in alternatives(annotation):
        fields, held = fields_of(each), class_of(each)
        if fields is not None:
            found += [fields[name]] if name in fields else []
        elif held is None:
            found += [] if get_origin(each) is Literal else [object]
        elif issubclass(held, Mapping):
            key, value = get_args(each) if len(get_args(each)) == 2 else (str, object)
            text = Shape(kind="text", values=(name,), held=str)
            found += [value] if any(may_equal(shape, text) for shape in shapes(key)) else []
        elif not issubclass(held, (*_CLOSED, types.NoneType)):
            found.append(object)
    return tuple(found)


def elements(annotation: object) -> tuple[object, ...] | None:
    """The types of what ``in`` looks through; None where nothing can be looked through."""
    found: list[object] = []
    for each in alternatives(annotation):
        held, given = class_of(each), get_args(each)
        if held is None:
            found += [] if get_origin(each) is Literal else [object]
        elif issubclass(held, str) and not issubclass(held, Enum):
            found.append(str)
        elif _is_typed_dict(held) or issubclass(held, Mapping):
            found.append(given[0] if given else str)
        elif issubclass(held, list | tuple | AbstractSet | Sequence):
            found += [one for one in given if one is not ...] or [object]
        elif shapes(each) == (Shape(kind="open", held=held),):
            found.append(object)
    return tuple(found) or None


def shapes(annotation: object) -> tuple[Shape, ...]:
    """The ways in which a value of this type may be."""
    return tuple(shape for each in alternatives(annotation) for shape in _shapes(each))


def _shapes(alternative: object) -> tuple[Shape, ...]:  # noqa: PLR0911  # a line for each sort
    if get_origin(alternative) is Literal:
        return tuple(shape_of(value) for value in get_args(alternative))
    held = class_of(alternative)
    if held is None:
        return (Shape(kind="open"),)
    if issubclass(held, Enum) and not issubclass(held, Flag):
        return tuple(shape_of(member) for member in held)
    if held is types.NoneType:
        return (Shape(kind="none"),)
    if held is bool:
        return (Shape(kind="number", values=(False, True), held=bool),)
    if issubclass(held, (*_NUMBERS, Flag)):
        return (Shape(kind="number", held=held),)
    if issubclass(held, str):
        return (Shape(kind="text", held=held),)
    if _is_typed_dict(held):
        return (Shape(kind="other", held=dict),)
    known = fields_of(held) is not None or issubclass(held, _CLOSED)
    return (Shape(kind="other" if known else "open", held=held),)


def shape_of(value: object) -> Shape:
    """The shape that only ``value`` has. A member of an enumeration counts as its value."""
    plain = value.value if isinstance(value, Enum) else value
    return dataclasses.replace(_shapes(type(plain))[0], values=(plain,))


def may_equal(left: Shape, right: Shape) -> bool:
    """Whether a value of one shape can equal one of the other."""
    if "open" in {left.kind, right.kind}:
        return True
    if left.kind != right.kind or left.kind == "none":  # two that are absent say nothing
        return False
    if left.values is not None and right.values is not None:
        return any(one == other for one in left.values for other in right.values)
    return left.kind != "other" or _related(left.held, right.held)


def may_order(left: Shape, right: Shape) -> bool:
    """Whether < between the two can ever be true."""
    if not (left.ordered and right.ordered):
        return False
    if "open" in {left.kind, right.kind}:
        return True
    return left.kind == right.kind and (left.kind != "other" or _related(left.held, right.held))


def _related(left: type, right: type) -> bool:
    sets = issubclass(left, AbstractSet) and issubclass(right, AbstractSet)
    return sets or issubclass(left, right) or issubclass(right, left)
