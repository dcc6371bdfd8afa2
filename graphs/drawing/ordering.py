"""Decide who stands left of whom: few edges cross, and groups and loops stay together."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import fmean

from .shapes import Item, Path, Rows, groups_in, join

SWEEPS = 4
FLIP_EFFORT = 1200


def ordered(rows: Rows, loops: Sequence[Path]) -> Rows:
    """Order each row to cross few edges, and choose the side of its boxes each loop runs on."""
    best = min((sweep(start) for start in (rows, [row[::-1] for row in rows])), key=lambda r: r[0])
    # Every flip costs a sweep, so in a very dense graph most loops stay on the right.
    for loop in loops[: FLIP_EFFORT // max(sum(map(len, rows)), 1)] if best[0] else ():
        flip(loop)
        tried = sweep(best[1])
        if tried[0] < best[0]:
            best = tried
        else:
            flip(loop)
    return best[1]


def flip(loop: Path) -> None:
    for item in loop.chain:
        item.side = -item.side


def sweep(start: Rows) -> tuple[int, Rows]:
    """Pull items towards their neighbours, down and up; return the best order and its crossings."""
    rows, results = list(start), list[tuple[int, Rows]]()
    for _ in range(SWEEPS):
        for k, row in enumerate(rows):
            rows[k] = reordered(row, [[], *rows][k], lambda item: item.up)
        for k, row in reversed([*enumerate(rows)]):
            rows[k] = reordered(row, [*rows, []][k + 1], lambda item: item.down)
        results.append((sum(crossings(*pair) for pair in pairwise(rows)), list(rows)))
    return min(results, key=lambda result: result[0])


def reordered(
    row: Sequence[Item], fixed: Sequence[Item], linked: Callable[[Item], list[Item]]
) -> list[Item]:
    """Sort one row by the mean position of its neighbours in the fixed row."""
    place = {item: i for i, item in enumerate(fixed)}
    now = {item: i for i, item in enumerate(row)}

    def score(members: Sequence[Item]) -> float:
        pulls = [place[other] for item in members for other in linked(item)]
        return fmean(pulls or [now[item] for item in members])

    return arranged(row, 0, score)


def arranged(
    members: Sequence[Item], depth: int, score: Callable[[Sequence[Item]], float]
) -> list[Item]:
    """Sort items, keeping groups together and loops beside their boxes, short ones further in."""
    units: dict[str | Item, list[Item]] = {}
    for item in members:
        key = item.group[depth] if len(item.group) > depth else item.box or item
        units.setdefault(key, []).append(item)
    result: list[Item] = []
    for key, unit in sorted(units.items(), key=lambda entry: score(entry[1])):
        if isinstance(key, str):
            result += arranged(unit, depth + 1, score)
        else:
            result += sorted(unit, key=lambda i: (i.side * (i.reach + 1), i.side * i.link))
    return result


def crossings(above: Sequence[Item], below: Sequence[Item]) -> int:
    """Count the edges that cross between two rows."""
    place = {item: i for i, item in enumerate(below)}
    seen: list[int] = []
    total = 0
    for item in above:
        targets = [place[other] for other in item.down]
        total += sum(len(seen) - bisect_right(seen, target) for target in targets)
        seen = sorted(seen + targets)
    return total


def add_borders(rows: Rows) -> None:
    """Add a left and a right border in every row of a group, to keep outsiders out of its box."""
    # Inner groups come first, so that the borders of outer ones end up around theirs.
    for group in sorted(groups_in(rows), key=len, reverse=True):
        left, right = list[Item](), list[Item]()
        for number, row in enumerate(rows):
            inside = [k for k, item in enumerate(row) if item.group[: len(group)] == group]
            if inside:
                left.append(Item(row=number, kind="border", group=group, side=-1))
                right.append(Item(row=number, kind="border", group=group, side=1))
                row.insert(inside[-1] + 1, right[-1])
                row.insert(inside[0], left[-1])
        join(left)
        join(right)
