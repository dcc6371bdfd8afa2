"""Results that JSON has no form for, as JSON all the same: every container by its kind.

LangGraph's serializer gives tuples back as lists and every mapping as a dict. What a call gave is
given again, so it has to come back as what it was; only single objects are left to the serializer.
"""

from __future__ import annotations

import json
import math
from base64 import b64decode, b64encode
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from typing import Any

#: How a single object is made into its kind and bytes, and made from them.
Dump = Callable[[object], tuple[str, bytes]]
Load = Callable[[tuple[str, bytes]], object]

_SCALARS = frozenset({str, int, bool, type(None)})
_ITEMS: Mapping[type, str] = {list: "list", tuple: "tuple", set: "set", frozenset: "frozenset"}
# Any below: mappings of every kind
_PAIRS: Mapping[type[dict[Any, Any]], str] = {
    dict: "dict",
    OrderedDict: "odict",
    Counter: "counter",
}
_MADE = {name: kind for kind, name in (*_ITEMS.items(), *_PAIRS.items())}
#: What a mapping may make of a missing key: a class is known by its name alone.
_FACTORIES = {each.__name__: each for each in (list, dict, set, int, float, str)}


def is_scalar(value: object) -> bool:
    """Is it what JSON gives back exactly, and holds nothing else?"""
    kind = type(value)
    return kind in _SCALARS or (
        kind is float and math.isfinite(value)  # type: ignore[arg-type]  # a float, by its type
    )


def packed(value: object, dump: Dump) -> bytes:
    """A value as JSON. ``dump`` may refuse an object that would not come back."""
    return json.dumps(_packed(value, dump), separators=(",", ":")).encode()


def unpacked(data: bytes, load: Load) -> object:
    """The value that was packed."""
    return _unpacked(json.loads(data), load)


def _packed(value: Any, dump: Dump) -> Any:  # Any: values and JSON of every kind
    if is_scalar(value):
        return value
    kind = type(value)
    if kind in _ITEMS:
        return [_ITEMS[kind], *(_packed(each, dump) for each in value)]
    if kind in _PAIRS:
        return [_PAIRS[kind], *_pairs(value, dump)]
    if kind is deque:
        return ["deque", value.maxlen, *(_packed(each, dump) for each in value)]
    if kind is defaultdict and value.default_factory in _FACTORIES.values():
        return ["defaultdict", value.default_factory.__name__, *_pairs(value, dump)]
    name, data = dump(value)
    return ["object", name, b64encode(data).decode()]


def _pairs(value: Mapping[Any, Any], dump: Dump) -> list[Any]:  # Any: as above
    return [[_packed(key, dump), _packed(each, dump)] for key, each in value.items()]


def _unpacked(made: Any, load: Load) -> Any:  # Any: as above
    match made:
        case ["object", str(name), str(data)]:
            return load((name, b64decode(data)))
        case ["deque", maxlen, *items]:
            return deque((_unpacked(each, load) for each in items), maxlen)
        case ["defaultdict", str(name), *pairs]:
            return defaultdict(_FACTORIES[name], _mapping(pairs, load))
        case ["dict" | "odict" | "counter" as name, *pairs]:
            return _MADE[name](_mapping(pairs, load))
        case [str(name), *items]:
            return _MADE[name](_unpacked(each, load) for each in items)
        case _:
            return made


def _mapping(pairs: list[Any], load: Load) -> dict[Any, Any]:  # Any: as above
    return {_unpacked(key, load): _unpacked(each, load) for key, each in pairs}
