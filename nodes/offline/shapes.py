"""Reading a schema: what an annotation takes, apart from how it is written."""

from collections.abc import Mapping, Sequence, Set
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo

# Any in this module: annotations are whatever a schema's author wrote.
_MANY = (list, tuple, set, frozenset)
_AS = {Sequence: list, Set: frozenset}


def kinds(annotation: Any) -> tuple[Any, ...]:
    """An annotation's kinds: each part of a union, without Annotated, aliases and None."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif hasattr(annotation, "__value__"):
            annotation = annotation.__value__
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        else:
            break
    if get_origin(annotation) in {Union, UnionType}:
        return tuple(kind for each in get_args(annotation) for kind in kinds(each))
    return () if annotation is NoneType else (annotation,)


def takes_none(annotation: Any) -> bool:
    """Whether null fits."""
    if get_origin(annotation) is Annotated:
        return takes_none(get_args(annotation)[0])
    if hasattr(annotation, "__value__"):
        return takes_none(annotation.__value__)
    if get_origin(annotation) in {Union, UnionType}:
        return any(takes_none(each) for each in get_args(annotation))
    return annotation is NoneType or annotation is None or annotation is Any


def is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def is_root(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, RootModel)


def many_of(annotation: Any) -> type | None:
    """The container that an annotation asks for, if it asks for several items of one kind."""
    origin = get_origin(annotation) or annotation
    made = _AS.get(origin, origin)
    if made not in _MANY:
        return None
    args = get_args(annotation)
    if made is tuple and args and args[-1] is not Ellipsis:
        return None  # a tuple of fixed parts says nothing about what each part is
    return made if isinstance(made, type) else None


def item_of(annotation: Any) -> Any:
    args = get_args(annotation)
    return args[0] if args else str


def is_mapping(annotation: Any) -> bool:
    return (get_origin(annotation) or annotation) in {dict, Mapping}


def options(annotation: Any) -> dict[str, object]:
    """The words for each value that a Literal or an Enum allows, and the value."""
    if get_origin(annotation) is Literal:
        told: dict[str, object] = {}
        for each in get_args(annotation):
            told.update(options(each) if get_origin(each) is Literal else {_word(each): each})
        return told
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        named = not all(isinstance(each.value, str) for each in annotation)
        return {each.name.lower() if named else str(each.value): each for each in annotation}
    return {}


def _word(value: object) -> str:
    return value.name.lower() if isinstance(value, Enum) else str(value)


def is_a(annotation: Any, *names: str) -> bool:
    """Whether an annotation is a class of one of the names, or of a class below one."""
    return isinstance(annotation, type) and any(
        base.__name__ in names for base in annotation.__mro__
    )


def limit(info: FieldInfo, name: str) -> int | None:
    """A number that constrains a field, such as ``max_length``."""
    for each in info.metadata:
        value = getattr(each, name, None)
        if isinstance(value, int):
            return value
    return None


def can_go_without(info: FieldInfo) -> bool:
    """Whether a field may be left out or null."""
    return not info.is_required() or takes_none(info.annotation)
