"""The limits that a field's mapping may set: ``minimum``, ``max_length``, ``pattern`` and so on.

They become Pydantic's own conditions; this is where one is turned into the other, both ways.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import isnan
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Ge, GroupedMetadata, Le, MaxLen, MinLen
from pydantic import Field, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import SchemaError

from .type_words import TypeFault

#: Each key of a mapping, and what Pydantic calls the same.
LIMITS: Mapping[str, str] = {
    "minimum": "ge",
    "maximum": "le",
    "min_length": "min_length",
    "max_length": "max_length",
    "pattern": "pattern",
}
_MARKS: Mapping[str, type] = {
    "minimum": Ge,
    "maximum": Le,
    "min_length": MinLen,
    "max_length": MaxLen,
}
_NUMBERS = (int, float, Decimal)
_SIZED = (str, bytes, list, dict, tuple, set, frozenset)


@dataclass(frozen=True, kw_only=True)
class Limits(GroupedMetadata):
    """The limits of one field, in a form that Pydantic reads.

    Equal limits are equal, which cannot be said of Pydantic's own ``Field``, so that two steps
    may declare one field. Without a hash, since ``typing`` hands out any equal type again for
    what has one, and types are equal that name the same members in another order.
    """

    limits: Mapping[str, object]
    __hash__ = None  # type: ignore[assignment]  # object has one; see above

    def __iter__(self) -> Iterator[object]:
        # Any: Field takes each condition by a name of its own.
        conditions: dict[str, Any] = {LIMITS[key]: value for key, value in self.limits.items()}
        yield Field(**conditions)


def limits_in(metadata: Iterable[object]) -> tuple[dict[str, object], list[object]]:
    """The limits among an ``Annotated``'s metadata, by their keys, and all other conditions."""
    limits: dict[str, object] = {}
    others: list[object] = []
    for each in _spread(metadata):
        key, value = _limit(each)
        if key is None:
            others.append(each)
        else:
            limits[key] = value
    return {key: limits[key] for key in LIMITS if key in limits}, others


def _spread(metadata: Iterable[object]) -> Iterable[object]:
    for each in metadata:
        if isinstance(each, FieldInfo):
            yield from each.metadata
        elif isinstance(each, GroupedMetadata):
            yield from _spread(each)
        else:
            yield each


def _limit(mark: object) -> tuple[str | None, object]:
    for key, kind in _MARKS.items():
        if isinstance(mark, kind):
            return key, getattr(mark, LIMITS[key])
    # Pydantic keeps a pattern in an object without a public class.
    if vars(mark).keys() == {"pattern"} if hasattr(mark, "__dict__") else False:
        pattern = vars(mark)["pattern"]
        return "pattern", getattr(pattern, "pattern", pattern)
    return None, None


def limited(annotation: Any, limits: Mapping[str, object]) -> Any:  # Any: types made at run time
    """The type under its limits.

    Raises:
        TypeFault: a limit is not of the right kind, does not go with the type, or leaves nothing.
    """
    if not limits:
        return annotation
    kind = _one_kind(annotation)
    for key, value in limits.items():
        _check_limit(key, value, kind)
    for low, high in (("minimum", "maximum"), ("min_length", "max_length")):
        # Any: _check_limit saw to it that these are numbers.
        bounds: list[Any] = [limits[key] for key in (low, high) if key in limits]
        if len(bounds) == 2 and bounds[0] > bounds[1]:
            raise TypeFault(
                f"{low!r} is {bounds[0]}, which is more than {high!r}, {bounds[1]}.",
                fix="Exchange them.",
                path=(high,),
            )
    return Annotated[annotation, Limits(limits=dict(limits))]


def _one_kind(annotation: object) -> object:
    """The class that limits are for: that of ``T`` in ``T | None`` and in ``Annotated[T, ...]``."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _one_kind(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        members = [each for each in get_args(annotation) if each is not type(None)]
        return _one_kind(members[0]) if len(members) == 1 else None
    return origin or annotation


def _check_limit(key: str, value: object, kind: object) -> None:
    of_number = key in ("minimum", "maximum")
    fitting = _NUMBERS if of_number else (str,) if key == "pattern" else _SIZED
    goes_with = "a number" if of_number else "str" if key == "pattern" else "str, list or dict"
    if not isinstance(kind, type) or not issubclass(kind, fitting) or kind is bool:
        raise TypeFault(
            f"{key!r} goes with {goes_with}, or that | None.",
            fix=f"Leave {key!r} out, or change the type.",
            path=(key,),
        )
    if of_number:
        _check_number(key, value, kind)
    elif key == "pattern":
        _check_pattern(value)
    elif type(value) is not int or value < 0:
        raise TypeFault(f"{key!r} is a whole number from 0 on, not {value!r}.", path=(key,))


def _check_number(key: str, value: object, kind: type) -> None:
    if isinstance(value, bool) or not isinstance(value, _NUMBERS) or isnan(value):
        raise TypeFault(f"{key!r} is a number, not {value!r}.", path=(key,))
    if issubclass(kind, int) and not isinstance(value, int):
        raise TypeFault(
            f"{key!r} of an int is a whole number, not {value!r}.",
            fix="Write a whole number, or make the type float.",
            path=(key,),
        )


def _check_pattern(value: object) -> None:
    if not isinstance(value, str):
        raise TypeFault(f"'pattern' is text, not {value!r}.", path=("pattern",))
    try:
        TypeAdapter(Annotated[str, Field(pattern=value)])
    except SchemaError as error:
        raise TypeFault(
            f"{value!r} is no pattern: {' '.join(str(error).split())}",
            fix="Write a regular expression; looking ahead and back are not possible in it.",
            path=("pattern",),
        ) from error
