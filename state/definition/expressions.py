"""Conditions of workflow definitions: read, checked, evaluated, and laid open for enumeration.

A condition such as ``analysis.complexity > 0.6 and not analysis.urgent`` has fields, constants,
comparisons, ``in``, ``is None``, ``and``, ``or`` and ``not``. It has no calls and no arithmetic:
what a workflow may do must follow from its definition alone, so every condition has few outcomes
and they can be listed. We wrote this ourselves because the libraries for it evaluate, and none
can say what an expression may come to.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from .expression_checking import type_of
from .expression_nodes import (
    Choices,
    Comparison,
    Constant,
    ExpressionFault,
    Leaf,
    Node,
    Path,
    Plain,
    leaves,
    written,
)
from .expression_parsing import check_length, tree_of
from .expression_values import meaning

__all__ = [
    "Expression",
    "ExpressionFault",
    "atoms",
    "check",
    "compiled",
    "evaluate",
    "names",
    "parse",
    "paths",
    "thresholds",
]


@dataclass(frozen=True, kw_only=True)
class Expression:
    """A condition. ``text`` is written out from ``tree``, so that layout does not matter;
    the offsets in ``tree`` are those of the text as it was given."""

    text: str
    tree: Node


def parse(text: str) -> Expression:
    """The condition that ``text`` says.

    Raises:
        ExpressionFault: and nothing else, whatever the text is.
    """
    tree = tree_of(text)
    plain = written(tree)
    check_length(plain)
    return Expression(text=plain, tree=tree)


def check(expression: Expression, fields: Mapping[str, object]) -> object:
    """The static type of what ``expression`` gives, where ``fields`` has the type of each name.

    Raises:
        ExpressionFault: an unknown field, or a comparison that can never hold.
    """
    return type_of(expression.tree, fields)


def compiled(expression: Expression) -> Callable[[Mapping[str, object]], object]:
    """``expression`` made ready once, to be evaluated often. What it gives never raises."""
    return meaning(expression.tree)


def evaluate(expression: Expression, values: Mapping[str, object]) -> object:
    """What ``expression`` comes to. Never raises; what is not there is None.

    A lone field gives its value; comparisons, ``and``, ``or`` and ``not`` give a bool.
    """
    return meaning(expression.tree)(values)


def names(expression: Expression) -> frozenset[str]:
    """The fields that it reads."""
    return frozenset(path[0] for path in paths(expression))


def paths(expression: Expression) -> frozenset[tuple[str, ...]]:
    """The fields that it reads and the ways into them, as written."""
    return frozenset(
        side.parts
        for leaf in leaves(expression.tree)
        for side in _sides(leaf)
        if isinstance(side, Path)
    )


def atoms(expression: Expression) -> tuple[Comparison | Path, ...]:
    """The comparisons and the fields tested alone, in order, each once.

    The whole is made of their truth: a chain is given as its links, and constants are left out.
    """
    found = (each for each in leaves(expression.tree) if not isinstance(each, Constant))
    return tuple(dict.fromkeys(found))


def thresholds(expression: Expression) -> Mapping[tuple[str, ...], frozenset[Plain]]:
    """For each path that is compared with constants, these constants; None for ``is None``."""
    found: dict[tuple[str, ...], frozenset[Plain]] = {}
    for leaf in leaves(expression.tree):
        sides = tuple(_sides(leaf))
        constants = frozenset(each.value for each in sides if isinstance(each, Constant))
        for side in sides:
            if isinstance(side, Path) and constants:
                found[side.parts] = found.get(side.parts, frozenset()) | constants
    return found


def _sides(leaf: Leaf) -> Iterator[Path | Constant]:
    if not isinstance(leaf, Comparison):
        yield leaf
        return
    yield leaf.left
    if isinstance(leaf.right, Choices):
        yield from leaf.right.members
    else:
        yield leaf.right
