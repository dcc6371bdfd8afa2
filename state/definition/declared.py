"""What the parts of a definition declare for each of their keys, as it was declared.

Pydantic's own account of a field has lost which of our types it was; readers of plain data and
writers of it need to know.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from math import isfinite
from types import NoneType, SimpleNamespace, UnionType
from typing import Annotated, Union, get_args, get_origin, get_type_hints

from pydantic import Tag

from .parts import Duration, Part, Reference


@cache
def keys_of(kind: type[Part]) -> Mapping[str, object]:
    """The keys of a part, as they are written, and what each takes."""
    return _Keys(kind)


class _Keys(Mapping[str, object]):
    """Evaluates what a key takes when it is asked for: a definition has few of all the keys."""

    def __init__(self, kind: type[Part]) -> None:
        self._kind = kind
        self._names = {info.alias or name: name for name, info in kind.model_fields.items()}
        self._known: dict[str, object] = {}

    def __getitem__(self, key: str) -> object:
        if key not in self._known:
            self._known[key] = _hint(self._kind, self._names[key])
        return self._known[key]

    def __contains__(self, key: object) -> bool:
        return key in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _hint(kind: type[Part], name: str) -> object:
    """One of a class's hints, evaluated where it stands."""
    home = next(each for each in kind.__mro__ if name in vars(each).get("__annotations__", ()))
    one = SimpleNamespace(__annotations__={name: home.__annotations__[name]})
    return get_type_hints(one, vars(sys.modules[home.__module__]), include_extras=True)[name]


def same(hint: object, known: object) -> bool:
    """Whether ``hint`` was declared as ``known``; where it names a later class, only marks tell."""
    return get_origin(hint) is Annotated and get_args(hint)[1:] == get_args(known)[1:]


def bare_of(hint: object) -> object:
    """The type itself, without its marks."""
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    return hint


def chosen(hint: object, value: object) -> object:
    """The member of a union that ``value`` is meant to be."""
    bare = bare_of(hint)
    if same(hint, Reference) or get_origin(bare) not in {Union, UnionType}:
        return hint
    members = [each for each in get_args(bare) if each is not NoneType]
    if value is None and len(members) < len(get_args(bare)):
        return NoneType
    if isinstance(value, bool) and bool in members:
        return bool
    single = isinstance(value, str) or callable(value)
    for each in members:
        inner = bare_of(each)
        part = isinstance(inner, type) and issubclass(inner, Part)
        if single != (part or get_origin(inner) is Mapping):
            return each
    return members[0]


def tag_of(hint: object) -> str | None:
    """What Pydantic calls this member of a union."""
    found = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((each.tag for each in found if isinstance(each, Tag)), None)


def fits(hint: object, value: object) -> bool:
    """Whether a plain value is of its kind; what Pydantic would make fit does not."""
    bare = bare_of(hint)
    if bare is int:
        return type(value) is int
    if bare is float:
        if isinstance(value, str):
            return same(hint, Duration)
        return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    if bare is bool:
        return isinstance(value, bool)
    # A version may be a number; Pydantic refuses one elsewhere.
    return bare is not str or isinstance(value, str) or type(value) in {int, float}
