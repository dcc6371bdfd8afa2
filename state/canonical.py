"""Arguments as a digest that is the same whenever they mean the same.

A call is found again by what it was given. What it is given may have come from a checkpoint since,
which gives back what it does not know as plain data: a tuple as a list, a mapping in any order, an
enum as its value, an object as its fields. None of that makes another call of it.
"""

import dataclasses
import datetime
import decimal
import enum
import hashlib
import math
import struct
import uuid
from collections.abc import Callable, Mapping, Sequence, Set
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel

from .errors import ValidationError

#: Deeper than this nothing is followed: what goes round in a circle never ends.
_DEPTH = 100


def digest_of(args: Mapping[str, object], *, call: str) -> str:
    """The arguments of ``call`` as 32 hexadecimal digits.

    Raises:
        ValidationError: an argument has no form that stays the same; names which, and where in it.
    """
    try:
        written = _mapping(args, _DEPTH)
    except NoFormError as error:
        where = "".join(reversed(error.path)).lstrip(".")
        raise ValidationError(
            f"The argument {where!r} of the call {call!r} {error.why}, so that the call could "
            "not be found again.",
            fix="Give what identifies it (a text, a number, an id) and look the object up inside, "
            "or bind it to the function with functools.partial.",
        ) from None
    return hashlib.blake2b(written, digest_size=16).hexdigest()


def digest_of_parts(*parts: str | int | None) -> str:
    """Plain parts of a key as 32 hexadecimal digits."""
    return hashlib.blake2b(_items(parts, _DEPTH), digest_size=16).hexdigest()


def plain_form(value: object) -> bytes:
    """A value as bytes that are the same whenever it means the same.

    Raises:
        NoFormError: it has no form that stays the same.
    """
    return _written(value, _DEPTH)


class NoFormError(Exception):
    """A value that cannot be written; ``path`` leads to it, the last part first."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
        self.path: list[str] = []


def _framed(tag: bytes, data: bytes) -> bytes:
    """A piece with its kind and length, so that no two lists of pieces look alike."""
    return tag + struct.pack(">Q", len(data)) + data


def _text(value: str) -> bytes:
    return _framed(b"s", value.encode("utf-8", "surrogatepass"))


def _float(value: float) -> bytes:
    # Zero has two signs and "no number" many patterns: each is one value here.
    return _framed(b"d", b"nan" if math.isnan(value) else struct.pack(">d", value + 0.0))


_PLAIN: Mapping[type, Callable[..., bytes]] = {
    str: _text,
    bool: lambda value: b"t" if value else b"f",
    type(None): lambda _: b"n",
    int: lambda value: _framed(b"i", b"%d" % value),
    float: _float,
    bytes: lambda value: _framed(b"b", value),
}


def _written(value: object, depth: int) -> bytes:  # noqa: PLR0911  # a return for each kind
    write = _PLAIN.get(type(value))
    if write is not None:
        return write(value)
    if depth == 0:
        raise NoFormError("goes deeper than can be followed, or round in a circle")
    match value:
        case enum.Enum():
            return _written(value.value, depth - 1)
        case BaseModel():
            return _written(_dumped(value), depth - 1)
        case Mapping():
            return _mapping(value, depth - 1)
        case list() | tuple():
            named = getattr(value, "_asdict", None)  # what a named tuple has
            return _items(value, depth - 1) if named is None else _mapping(named(), depth - 1)
        case Set():
            # As the list that it comes back as where its items cannot be in a set any more.
            return _framed(b"l", b"".join(sorted(_written(each, depth - 1) for each in value)))
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = dataclasses.fields(value)
            return _mapping({each.name: getattr(value, each.name) for each in fields}, depth - 1)
        case _:
            return _other(value)


def _dumped(model: BaseModel) -> object:
    """A model as its own serializers have it, which is how a checkpoint keeps it."""
    try:
        return model.model_dump(warnings=False)
    except Exception:  # an author's serializer may raise anything; such a model is in no checkpoint
        return {**model.__dict__, **(model.__pydantic_extra__ or {})}


def _other(value: object) -> bytes:  # noqa: PLR0911  # a return for each kind
    """Values that are written as text, and subclasses of the plain ones."""
    match value:
        case PurePath():
            return _framed(b"p", _text(str(value)))
        case datetime.datetime() if type(value) is not datetime.datetime:
            return _text(value.isoformat())  # a class of others' comes back as its text
        case datetime.datetime() | datetime.date() | datetime.time():
            return _framed(b"c", _text(f"{type(value).__name__} {value.isoformat()}"))
        case datetime.timedelta():
            return _framed(b"e", _text(str(value // datetime.timedelta(microseconds=1))))
        case decimal.Decimal() | uuid.UUID():
            return _framed(b"x", _text(f"{type(value).__name__} {value}"))
        case bytearray() | memoryview():
            return _framed(b"b", bytes(value))
        case str() | int() | float() | bytes():
            plain = next(kind for kind in (str, int, float, bytes) if isinstance(value, kind))
            return _PLAIN[plain](plain(value))  # type: ignore[arg-type]  # of that kind already
        case _:
            raise NoFormError(f"is a {type(value).__name__}, which has no lasting form")


def _items(values: Sequence[object], depth: int) -> bytes:
    written = []
    for n, each in enumerate(values):
        try:
            written.append(_written(each, depth))
        except NoFormError as error:
            error.path.append(f"[{n}]")
            raise
    return _framed(b"l", b"".join(written))


def _mapping(values: Mapping[Any, object], depth: int) -> bytes:  # Any: keys of every kind
    pairs = []
    for key, value in values.items():
        try:
            pairs.append((_key(key, depth), _written(value, depth)))
        except NoFormError as error:
            error.path.append(f".{key}")
            raise
    return _framed(b"m", b"".join(key + value for key, value in sorted(pairs)))


def _key(key: object, depth: int) -> bytes:
    """A mapping's key: what is written as text anyway is a text in a checkpoint, too."""
    match key:
        case datetime.datetime() | datetime.date() | datetime.time():
            return _text(key.isoformat())
        case uuid.UUID():
            return _text(str(key))
        case _:
            return _written(key, depth)
