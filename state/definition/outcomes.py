"""Conditions that can only come out one way, found by trying every case that differs.

A condition has few atoms, and each depends on a field only through the constants that it is
compared with. So a handful of values for each field stand for all of them: those constants, what
lies between them, and nothing at all. What is not understood is left alone: no condition is called
certain that is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise, product
from math import ceil, floor, prod
from typing import Any

from .expression_nodes import Choices, Comparison, Constant, Path, leaves
from .expressions import Expression, compiled
from .typing_of import shapes

#: How many cases are tried at most.
_MOST = 20_000
_ORDERS = {"<", "<=", ">", ">="}
#: Beyond it, floats lie further apart than 1.
_WIDEST = 1e15
#: A text that no definition compares with.
_OTHER = "\0"


def certain(expression: Expression, type_of: Callable[[Path], object]) -> bool | None:
    """What the condition always comes to; None where it can come out both ways."""
    parts = list(leaves(expression.tree))
    paths = list(dict.fromkeys(_paths(parts)))
    if not paths or not all(_is_plain(each) for each in parts) or _overlap(paths):
        return None
    values = [_candidates(path, type_of(path), parts) for path in paths]
    cases = prod(len(each or ()) for each in values)
    if not 0 < cases <= _MOST:
        return None
    test = compiled(expression)
    outcomes: set[bool] = set()
    for case in product(*(each or () for each in values)):
        outcomes.add(bool(test(_state(paths, case))))
        if len(outcomes) > 1:
            return None
    return outcomes.pop()


def _overlap(paths: Iterable[Path]) -> bool:
    """Does one lead on from where another ends?"""
    every = {each.parts for each in paths}
    return any(each[:length] in every for each in every for length in range(1, len(each)))


def _state(paths: Iterable[Path], case: Iterable[object]) -> dict[str, object]:
    """Fields, and fields within, that have these values."""
    found: dict[str, object] = {}
    for path, value in zip(paths, case, strict=True):
        place: Any = found  # Any: dicts of dicts, as deep as the path is long
        for part in path.parts[:-1]:
            place = place.setdefault(part, {})
        place[path.parts[-1]] = value
    return found


def _is_plain(leaf: Path | Constant | Comparison) -> bool:
    """Is it a field alone, or a field and constants?"""
    if not isinstance(leaf, Comparison):
        return True
    looks_through = leaf.operator in {"in", "not in"} and isinstance(leaf.right, Path)
    both = isinstance(leaf.left, Path) and isinstance(leaf.right, Path)
    return not looks_through and not both


def _paths(parts: Iterable[Path | Constant | Comparison]) -> Iterator[Path]:
    for each in parts:
        sides = (each.left, each.right) if isinstance(each, Comparison) else (each,)
        yield from (side for side in sides if isinstance(side, Path))


def _candidates(
    path: Path, annotation: object, parts: Iterable[Path | Constant | Comparison]
) -> list[object] | None:
    """Values that stand for all that the path can be; None where there are none to tell."""
    mine = [
        each for each in parts if isinstance(each, Comparison) and path in (each.left, each.right)
    ]
    constants = [value for each in mine for value in _constants(each)]
    ordered = any(each.operator in _ORDERS for each in mine)
    found: list[object] = [None]
    for shape in shapes(annotation):
        if shape.values is not None:
            found += shape.values
        elif shape.kind == "number":
            numbers = _numbers(constants, whole=shape.held is int)
            if numbers is None:
                return None
            found += numbers
        elif ordered:
            return None
        else:
            found += [*constants, "", _OTHER]
    return list({(type(each), each): each for each in found}.values())


def _constants(comparison: Comparison) -> Iterator[object]:
    for side in (comparison.left, comparison.right):
        if isinstance(side, Constant):
            yield side.value
        elif isinstance(side, Choices):
            yield from (each.value for each in side.members)


def _numbers(constants: Iterable[object], *, whole: bool) -> list[object] | None:
    """Numbers at, between and beyond the constants; None where floats have no room for these."""
    points = sorted({each for each in constants if isinstance(each, int | float)})
    if any(abs(each) > _WIDEST for each in points):
        return None
    near: list[object] = [0, 1]
    for each in points:
        near += [floor(each) + step for step in (-1, 0, 1)] + [ceil(each), ceil(each) + 1]
    if not whole:
        near += [*points, *((a + b) / 2 for a, b in pairwise(points))]
        near.append(float("nan"))
    return near
