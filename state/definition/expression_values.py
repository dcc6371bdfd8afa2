"""What a condition means, for any values at all.

A run must not die of a condition, so nothing here raises: what is not there is None, and what
cannot be compared is not so. Members of enumerations count as their values, since a state decides
the same before and after it went through a checkpoint.
"""

import operator
from collections.abc import Callable, Mapping
from enum import Enum
from types import MemberDescriptorType
from typing import Any, assert_never

from .expression_nodes import (
    And,
    Chain,
    Choices,
    Comparison,
    Constant,
    Node,
    Not,
    Operator,
    Or,
    Path,
)

Meaning = Callable[[Mapping[str, object]], object]
# Any: the operators want operands that compare; whether these do is found by trying.
_Test = Callable[[Any, Any], object]


def meaning(node: Node) -> Meaning:
    """``node`` as nested closures. Comparisons, ``and``, ``or`` and ``not`` give a bool."""
    match node:
        case Path() | Constant():
            return _operand(node)
        case Comparison():
            left, right = _operand(node.left), _operand(node.right)
            test = _TESTS[node.operator]
            return lambda values: test(left(values), right(values))
        case Not(part=part):
            inner = meaning(part)
            return lambda values: not _true(inner(values))
        case Chain(links=links):
            return _joined(links, until=False)
        case And(parts=parts):
            return _joined(parts, until=False)
        case Or(parts=parts):
            return _joined(parts, until=True)
        case _:
            assert_never(node)


def _operand(operand: Path | Constant | Choices) -> Meaning:
    match operand:
        case Path(parts=parts):
            return _reading(parts)
        case Constant(value=value):
            return lambda _values: value
        case Choices(members=members):
            choices = tuple(each.value for each in members)
            return lambda _values: choices
        case _:
            assert_never(operand)


def _joined(parts: tuple[Node, ...], *, until: bool) -> Meaning:
    """Goes through the parts until one is ``until``: True for ``or``, False for ``and``."""
    inner = tuple(meaning(part) for part in parts)

    def joined(values: Mapping[str, object]) -> bool:
        for each in inner:
            if _true(each(values)) is until:
                return until
        return not until

    return joined


def _reading(parts: tuple[str, ...]) -> Meaning:
    root, *rest = parts

    def read(values: Mapping[str, object]) -> object:
        try:
            value = values.get(root)
            for name in rest:
                value = _inside(value, name)
        except Exception:
            return None
        return value

    return read


def _inside(value: object, name: str) -> object:
    """A key or a stored field of ``value``. Looks around ``__getattr__`` and properties: reading
    runs nobody's code. May raise for strange values; the caller takes that as None."""
    if value is None:
        return None
    if type(value) is dict or isinstance(value, Mapping):  # the first is by far the sooner
        return value.get(name)
    try:
        stored = object.__getattribute__(value, "__dict__")
    except AttributeError:
        stored = {}
    if name in stored:
        return stored[name]
    for parent in type(value).__mro__:
        slot = parent.__dict__.get(name)
        if slot is not None:
            return slot.__get__(value) if isinstance(slot, MemberDescriptorType) else None
    return None


def _plain(value: object) -> object:
    # Not isinstance: that asks the value itself for its class, and a strange one may raise.
    return getattr(value, "_value_", None) if issubclass(type(value), Enum) else value


def _true(value: object) -> bool:
    try:
        return bool(value)
    except Exception:
        return False


def _total(test: _Test) -> Callable[[object, object], bool]:
    def holds(left: object, right: object) -> bool:
        try:
            return bool(test(_plain(left), _plain(right)))
        except Exception:
            return False

    return holds


_equal = _total(operator.eq)


@_total
def _within(item: object, container: object) -> bool:
    """Whether some member equals ``item``; of a mapping, some key; of a text, some part."""
    if isinstance(container, str):
        return isinstance(item, str) and item in container
    if isinstance(container, list | tuple | set | frozenset | Mapping):
        return any(_equal(each, item) for each in container)
    return False


_TESTS: Mapping[Operator, Callable[[object, object], bool]] = {
    "==": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<": _total(operator.lt),
    "<=": _total(operator.le),
    ">": _total(operator.gt),
    ">=": _total(operator.ge),
    "in": _within,
    "not in": lambda item, container: not _within(item, container),
    "is": lambda left, _none: left is None,
    "is not": lambda left, _none: left is not None,
}
