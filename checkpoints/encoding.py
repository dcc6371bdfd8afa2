"""One value as it is stored: a cell. Small ones are bytes, large ones are stored once by hash.

A cell is what LangGraph's serializer makes of a value, if that is msgpack and not large, and None
is itself. Any other is a list that begins with one of the tags below.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

import ormsgpack
from langgraph.checkpoint.serde._msgpack import SAFE_MSGPACK_TYPES
from langgraph.checkpoint.serde.base import SerializerProtocol

from ..state.canonical import NoFormError, plain_form
from ..state.errors import DamagedError, DatabaseError
from .records import digest_of

#: Values of more bytes than this are stored by the hash of their bytes.
LARGE = 4_096
#: A dict or a list is stored entry by entry when these are few, or long on average.
_FEW, _LONG = 256, 1_024

TYPED: Final = 0  # [tag, type, bytes]
LARGE_VALUE: Final = 1  # [tag, digest]
DICT: Final = 2  # [tag, cell of the keys, cells]
LIST: Final = 3  # [tag, cells]
GROWN: Final = 4  # see lists.py
SEALED: Final = 5  # see lists.py

# Any throughout: a cell is nested lists and bytes, and a value may be anything.
Cell = Any
Values = dict[bytes, tuple[str, bytes]]
FetchLarge = Callable[[bytes], tuple[str, bytes]]

_PLAIN = (dict, list, str, int, float, bool, bytes, type(None))
#: LangGraph's numbers of what its serializer makes by naming a class.
_BY_CLASS = frozenset({0, 1, 2, 3, 4, 5})
_SINGLE = 0
#: How the bytes of a set or frozenset begin: three things, the first the name of its module.
_SET = ormsgpack.packb(["builtins", "", ""])[:-2]


def encode(value: Any, serde: SerializerProtocol, large: Values, key: bytes | None) -> Cell:
    """The cell of a value. What is stored apart is added to ``large``, by digest."""
    if value is None:
        return None
    kind, data = serde.dumps_typed(value)
    if len(data) <= LARGE:
        return data if kind == "msgpack" else [TYPED, kind, data]
    if kind == "msgpack" and type(value) in {dict, list, tuple} and _is_worth_it(value, data):
        found: Values = {}
        entries = value.values() if isinstance(value, dict) else value
        cells = [encode(each, serde, found, key) for each in entries]
        if found:
            large.update(found)
            if isinstance(value, dict):
                return [DICT, encode(list(value), serde, large, key), cells]
            return [LIST, cells]
    digest = digest_of(kind, data, key)
    large[digest] = (kind, data)
    return [LARGE_VALUE, digest]


def _is_worth_it(value: Any, data: bytes) -> bool:
    return len(value) <= _FEW or len(data) // len(value) >= _LONG


def decode(cell: Cell, serde: SerializerProtocol, fetch: FetchLarge) -> Any:
    """The value of a cell.

    Raises:
        DamagedError: a large value is missing, or there is no such cell.
        UnmakeableError: its class cannot be made any more.
    """
    if isinstance(cell, bytes):
        return _made(serde, "msgpack", cell)
    match cell:
        case None:
            return None
        case [int(tag), str(kind), bytes(data)] if tag == TYPED:
            return _made(serde, kind, data)
        case [int(tag), bytes(digest)] if tag == LARGE_VALUE:
            return _made(serde, *fetch(digest))
        case [int(tag), keys, list(cells)] if tag == DICT:
            names = decode(keys, serde, fetch)
            return dict(zip(names, (decode(each, serde, fetch) for each in cells), strict=True))
        case [int(tag), list(cells)] if tag == LIST:
            return [decode(each, serde, fetch) for each in cells]
        case _:
            raise DamagedError("a value is of a form that is not known")


class UnmakeableError(DatabaseError):
    """A stored value's class has moved, or changed so that it cannot be made from what is stored.

    Only the saver sees it: it adds the channel's name.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)


def _made(serde: SerializerProtocol, kind: str, data: bytes) -> Any:
    failed: list[UnmakeableError] = []
    try:
        # LangGraph has no public way to learn that a class could not be made: it logs a warning
        # and gives the fields instead. Its hook is asked, and what it gives is looked at.
        hook = getattr(serde, "_unpack_ext_hook", None)
        if kind == "msgpack" and hook is not None:
            try:
                return ormsgpack.unpackb(data, option=ormsgpack.OPT_NON_STR_KEYS)
            except ValueError:
                pass  # unlike most values, it names a class
            watch = _watched(serde, hook, failed)
            return ormsgpack.unpackb(data, ext_hook=watch, option=ormsgpack.OPT_NON_STR_KEYS)
        return serde.loads_typed((kind, data))
    except Exception as error:
        # The hook's own error does not come through msgpack.
        raise (failed or [UnmakeableError(f"it cannot be read: {error}")])[0] from error


def _watched(
    serde: SerializerProtocol, hook: Callable[[int, bytes], Any], failed: list[UnmakeableError]
) -> Callable[[int, bytes], Any]:
    def watch(code: int, data: bytes) -> Any:
        if code == _SINGLE and data.startswith(_SET):
            _, name, items = ormsgpack.unpackb(
                data, ext_hook=watch, option=ormsgpack.OPT_NON_STR_KEYS
            )
            if name in {"set", "frozenset"}:
                return _set_of(set if name == "set" else frozenset, items)
        made = hook(code, data)
        if code in _BY_CLASS and type(made) in _PLAIN:
            module, name, fields, *_ = ormsgpack.unpackb(
                data, ext_hook=watch, option=ormsgpack.OPT_NON_STR_KEYS
            )
            if not _is_allowed(serde, module, name):
                return fields
            failed.append(UnmakeableError(f"{module}.{name} cannot be made from what is stored"))
            raise failed[0]
        return made

    return watch


def _set_of(kind: Callable[[Any], Any], items: list[Any]) -> Any:
    """A set again; its tuples come as lists. Items that no set can hold any more, such as an
    object that came back as its fields, stay a list, in an order of their own."""
    try:
        return kind(map(_hashable, items))
    except TypeError:
        pass
    with suppress(NoFormError):
        items.sort(key=plain_form)
    return items


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list) else value


def _is_allowed(serde: SerializerProtocol, module: str, name: str) -> bool:
    """Whether the serializer would make the class; one that is not allowed comes as its fields."""
    allowed = getattr(serde, "_allowed_msgpack_modules", None)
    return (
        allowed is True or (module, name) in SAFE_MSGPACK_TYPES or (module, name) in (allowed or ())
    )


def digests_in(cell: Cell) -> Iterator[bytes]:
    """The digests of every large value that a cell needs."""
    if isinstance(cell, list) and cell:
        if cell[0] == LARGE_VALUE:
            yield cell[1]
        elif cell[0] == DICT:
            yield from digests_in(cell[1])
            for each in cell[2]:
                yield from digests_in(each)
        elif cell[0] == LIST:
            for each in cell[1]:
                yield from digests_in(each)
