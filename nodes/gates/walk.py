"""Ways through nested values of any kind: models, dataclasses, dicts, lists and their leaves."""

import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from enum import Enum

from pydantic import BaseModel

from ...state.names import nearest
from ...state.verdicts import Verdict
from .gate import Subject, failed

#: Deeper than anything that a model writes or a state keeps; a bound against runaway nesting.
_DEEPEST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One value on the way, a container or a leaf; ``required`` as its model or dict has it."""

    path: str
    key: str
    value: object
    required: bool = True


def children(value: object) -> list[tuple[str, object, bool]] | None:
    """The named parts of a container, each with whether it is required; None for a leaf."""
    if isinstance(value, BaseModel):
        held = value.__dict__  # a model made without validation may lack some of its fields
        own = [
            (name, held.get(name), info.is_required())
            for name, info in type(value).model_fields.items()
        ]
        return own + [(name, each, False) for name, each in (value.model_extra or {}).items()]
    if isinstance(value, Mapping):
        return [(str(key), each, True) for key, each in value.items()]
    if isinstance(value, list | tuple | set | frozenset | deque):
        return [(str(at), each, True) for at, each in enumerate(value)]
    if is_dataclass(value) and not isinstance(value, type):
        return [(each.name, getattr(value, each.name, None), True) for each in fields(value)]
    return None


def walk(roots: Sequence[Node]) -> Iterator[Node]:
    """Every node under ``roots``, themselves included, in reading order. A loop is left at once."""
    waiting: list[tuple[Node, tuple[int, ...]]] = [(root, ()) for root in reversed(roots)]
    while waiting:
        node, above = waiting.pop()
        yield node
        if isinstance(node.value, str):
            continue
        parts = children(node.value)
        if not parts or id(node.value) in above or len(above) > _DEEPEST:
            continue
        here = (*above, id(node.value))
        waiting.extend(
            (Node(path=f"{node.path}.{key}", key=key, value=each, required=required), here)
            for key, each, required in reversed(parts)
        )


def leaves(roots: Sequence[Node]) -> Iterator[Node]:
    """The nodes that hold no other."""
    return (node for node in walk(roots) if children(node.value) is None)


def find(values: Mapping[str, object], path: str) -> list[Node]:
    """The nodes at a dotted path; a list on the way stands for all its items."""
    if path in values:
        return [Node(path=path, key=path, value=values[path])]
    found = [Node(path="", key="", value=values)]
    for part in path.replace("[", ".").replace("]", "").split("."):
        found = [step for node in found for step in _steps(node, part)]
    return found


def _steps(node: Node, part: str) -> list[Node]:
    parts = children(node.value) or []
    named = [each for each in parts if each[0] == part]
    if named or isinstance(node.value, Mapping | BaseModel):
        return [_below(node, each) for each in named]
    items = [_below(node, each) for each in parts]
    return [
        _below(item, each)
        for item in items
        for each in children(item.value) or []
        if each[0] == part
    ]


def _below(node: Node, part: tuple[str, object, bool]) -> Node:
    key, value, required = part
    path = f"{node.path}.{key}" if node.path else key
    return Node(path=path, key=key, value=value, required=required)


def roots_of(subject: Subject, field: str | None) -> list[Node] | Verdict:
    """The nodes that a gate is to look at; a verdict where there are none."""
    if field is None:
        roots = [Node(path=name, key=name, value=each) for name, each in subject.values.items()]
        return roots or failed("There are no values to check. Write at least one field.")
    return find(subject.values, field) or failed(absent(field, subject.values))


def absent(field: str, values: Mapping[str, object]) -> str:
    """The sentence on a field that is not there."""
    head = field.partition(".")[0]
    close = "" if head in values else nearest(head, values)
    known = ", ".join(repr(name) for name in list(values)[:10]) or "none"
    return f"There is no field {field!r}{close}. The fields are: {known}. Write {field!r}."


def texts_of(roots: Sequence[Node]) -> list[Node]:
    """The leaves that are text."""
    return [node for node in leaves(roots) if isinstance(node.value, str)]


def prose_of(subject: Subject, field: str | None) -> list[tuple[str, str]] | Verdict:
    """The written texts under check with their paths. Single words are names and codes: they
    count only where there is nothing else or the field was asked for."""
    roots = roots_of(subject, field)
    if isinstance(roots, Verdict):
        return roots
    told = [(node.path, text) for node in texts_of(roots) if (text := str(node.value)).strip()]
    written = told if field else [each for each in told if len(each[1].split(None, 1)) > 1]
    return written or told or failed(f"There is no text in {places(roots)}. Write it.")


def places(roots: Sequence[Node]) -> str:
    """Where a gate looked."""
    named = ", ".join(repr(node.path) for node in roots[:4])
    return named + (" and others" if len(roots) > 4 else "")


def is_empty(value: object) -> bool:
    """Whether a value says nothing: None, blank text, an empty container. 0 and False do speak."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, BaseModel):
        return False
    return value is None or children(value) == [] or value == b""


def number_of(value: object) -> float | None:
    """A leaf that is a number, as a float; None for anything else, truth values included."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except ValueError:  # a signalling NaN
        return math.nan


def plain(value: object) -> object:
    """Nested values as dicts and lists, as rules and comparisons read them."""
    return _plain(value, ())


def _plain(value: object, above: tuple[int, ...]) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    parts = children(value)
    if parts is None:
        return value
    if id(value) in above or len(above) > _DEEPEST:
        return None
    here = (*above, id(value))
    if isinstance(value, list | tuple | set | frozenset | deque):
        return [_plain(each, here) for _, each, _ in parts]
    return {key: _plain(each, here) for key, each, _ in parts}
