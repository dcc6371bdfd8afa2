"""Decide where in its row everything stands and how tall the gaps are: straight before short."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from math import inf
from statistics import fmean

from .shapes import GROUP_PADDING, MARGIN, Group, Item, Rect, Rows, groups_in, overlap

GROUP_TITLE = 28.0

# Which neighbours blocks move towards, round by round: those above, those below, or (0) both,
# which settles the details. One direction at a time moves whole branches, which is needed first,
# and last to centre everything over what it leads to.
ROUNDS = (-1, 1) * 4 + (0,) * 30 + (1, 1)

# Blocks by number, from left to right, and how far apart the centres of two of them must be.
Separations = list[tuple[int, int, float]]


def place_across(rows: Rows) -> None:
    """Find the centre of every item: straight where possible, balanced over its neighbours."""
    block, apart = straight_blocks(rows)
    members: list[list[Item]] = [[] for _ in set(block.values())]
    for item, b in block.items():
        members[b].append(item)
    numbers = range(len(members))
    above = [[block[o] for i in items for o in main_line(i.up)] for items in members]
    below = [[block[o] for i in items for o in main_line(i.down)] for items in members]
    leans = [next((item.side for item in items if item.side), 0) for items in members]
    soft = [b for b in numbers if all(i.kind == "bend" and i.reach > 1 for i in members[b])]
    downwards = sorted(numbers, key=lambda b: members[b][0].row)
    xs = spread([0.0] * len(members), apart)
    for number, way in enumerate(ROUNDS):
        for b in downwards[::-1] if number % 2 or way > 0 else downwards:
            wanted = above[b] * (way <= 0) + below[b] * (way >= 0)
            near = [o for o in wanted if o != b] or [o for o in above[b] + below[b] if o != b]
            if near and not leans[b]:
                xs[b] = fmean(xs[other] for other in near)
        xs = tightened(spread(fitted(xs, soft, apart), apart), leans, apart)
    left = min((xs[b] - item.width / 2 for item, b in block.items()), default=0.0)
    for item, b in block.items():
        item.x = xs[b] - left + MARGIN


def straight_blocks(rows: Rows) -> tuple[dict[Item, int], Separations]:
    """Join items that should share one x, but not where two such blocks would have to cross."""
    block = {item: i for i, item in enumerate(item for row in rows for item in row)}
    for item, b in block.items():
        below = main_line(item.down)
        if len(below) == 1 and main_line(below[0].up) == [item]:
            block[below[0]] = b
    while True:
        apart: dict[tuple[int, int], float] = {}
        sorter = TopologicalSorter[int](dict.fromkeys(block.values(), ()))
        for left, right in (pair for row in rows for pair in pairwise(row)):
            pair = block[left], block[right]
            need = (left.width + right.width) / 2 + clearance(left, right)
            apart[pair] = max(apart.get(pair, 0.0), need)
            sorter.add(pair[1], pair[0])
        try:
            place = {b: i for i, b in enumerate(sorter.static_order())}
        except CycleError as error:
            crossed = error.args[1]
            block = {item: i if b in crossed else b for i, (item, b) in enumerate(block.items())}
        else:
            block = {item: place[b] for item, b in block.items()}
            return block, sorted((place[a], place[b], need) for (a, b), need in apart.items())


def main_line(linked: list[Item]) -> list[Item]:
    """Return the neighbours one rank away, if any: long edges can give way to a straight flow."""
    return [item for item in linked if item.kind == "box" or item.reach == 1] or linked


def clearance(one: Item, other: Item) -> float:
    """Return the free space to leave between two items in a row."""
    kinds = {one.kind, other.kind}
    if "border" in kinds or kinds == {"box"}:
        return GROUP_PADDING if "border" in kinds else 36.0
    return 24.0 if "box" in kinds else 14.0


def fitted(xs: Sequence[float], soft: Iterable[int], apart: Separations) -> list[float]:
    """Move long edges between their neighbours: if they pushed boxes, the flow would drift."""
    low, high = dict.fromkeys(soft, -inf), dict.fromkeys(soft, inf)
    for one, other, need in apart:
        if other in low and one not in low:
            low[other] = max(low[other], xs[one] + need)
        if one in low and other not in low:
            high[one] = min(high[one], xs[other] - need)
    result = list(xs)
    for b in low:
        narrow = low[b] > high[b]
        result[b] = (low[b] + high[b]) / 2 if narrow else max(low[b], min(high[b], xs[b]))
    return result


def tightened(xs: Sequence[float], leans: Sequence[int], apart: Separations) -> list[float]:
    """Bring loops and borders close to what they run round, so that they push nothing away."""
    result = list(xs)
    least, most = dict[int, float](), dict[int, float]()
    for one, other, need in apart:
        if leans[other] > 0:
            result[other] = least[other] = max(least.get(other, -inf), result[one] + need)
    for one, other, need in reversed(apart):
        if leans[one] < 0:
            result[one] = most[one] = min(most.get(one, inf), result[other] - need)
    return result


def spread(xs: Sequence[float], apart: Separations) -> list[float]:
    """Move blocks apart: all pushed right is valid, all pushed left too, and the mean balanced."""
    right, left = list(xs), list(xs)
    for one, other, need in apart:
        right[other] = max(right[other], right[one] + need)
    for one, other, need in reversed(apart):
        left[one] = min(left[one], left[other] - need)
    return [(a + b) / 2 for a, b in zip(right, left, strict=True)]


def place_down(rows: Rows) -> None:
    """Find the top and bottom of every row, with more room where edges travel far sideways."""
    named = groups_in(rows)
    deepest = max(map(len, named), default=0)
    groups = list(named.values())
    y = MARGIN
    for number, row in enumerate(rows):
        titles = (1 + deepest - len(g) for g, inside in named.items() if inside[0].row == number)
        y += GROUP_TITLE * max(titles, default=0)
        bottom = y + max((item.height for item in row), default=0.0)
        for item in row:
            item.top, item.bottom = y, bottom
        shifts = [abs(item.x - other.x) for item in row for other in item.down]
        y = bottom + min(max(26.0, 12 + 0.28 * max(shifts, default=0.0)), 90.0)
        y += GROUP_PADDING * sum(inside[-1].row == number for inside in groups)


def group_rects(items: Sequence[Item]) -> dict[Group, Rect]:
    """Return a box for each group, but none for a group that would enclose a stranger."""
    groups, result = groups_in([items]), {}
    deepest = max(map(len, groups), default=0)
    for group, inside in groups.items():
        pad = GROUP_PADDING * (1 + (deepest - len(group)) / 2)
        rects = [item.rect for item in inside if item.kind != "border"]
        left, right = min(r.x for r in rects) - pad, max(r.x + r.width for r in rects) + pad
        top = inside[0].top - GROUP_TITLE * (1 + deepest - len(group))
        bottom = inside[-1].bottom + pad
        rect = Rect(x=left, y=top, width=right - left, height=bottom - top)
        strangers = (i for i in items if i.kind == "box" and i.group[: len(group)] != group)
        if not any(overlap(rect, stranger.rect) for stranger in strangers):
            result[group] = rect
    return result
