"""Decide where the parts of a directed graph go on the page.

A picture of a flow is read in seconds when time runs downwards, parallel work stands side by
side and a way back is visibly a way back. This module does that layering (after Sugiyama) in
plain Python, so that drawing a graph needs neither Graphviz nor a network. It knows nothing of
LangGraph or SVG: sizes go in, positions come out.

Everything that takes up room is an item in a row: boxes, the bends of long edges, the labels
of edges and the borders of groups. Items in a row never overlap and edges change their x only
between rows, hence an edge cannot run through a box or a label that is not its own.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Literal

Point = tuple[float, float]
Group = tuple[str, ...]
Kind = Literal["box", "bend", "loop", "border"]
Pair = tuple[int, int]
Separations = dict[Pair, float]

LABEL_HEIGHT = 20.0
LOOP_WIDTH = 20.0
MARGIN = 24.0
GROUP_PADDING = 16.0
GROUP_TITLE = 20.0
ORDER_SWEEPS = 4
FLIP_EFFORT = 1200
PLACEMENT_EFFORT = 6000
PLACEMENT_ROUNDS = 40
DIRECTED_ROUNDS = 8


@dataclass(frozen=True, kw_only=True)
class Box:
    """A node to place; `group` is the path of the groups it stands in, outermost first."""

    id: str
    width: float
    height: float
    group: Group = ()


@dataclass(frozen=True, kw_only=True)
class Link:
    """An edge to route, with the width its label needs (0 for none)."""

    source: str
    target: str
    label_width: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Rect:
    """A rectangle by its top left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Route:
    """The way of one edge: upright at every point, except where a loop touches its boxes."""

    points: tuple[Point, ...]
    loop: bool
    label: Point | None


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The finished positions; routes are in the order of the links."""

    width: float
    height: float
    boxes: dict[str, Rect]
    routes: tuple[Route, ...]
    groups: dict[Group, Rect]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that needs room in a row.

    `reach` is how many ranks the edge of an item spans. The ends of a loop are kept beside
    their box (`anchor`), those with the longest reach furthest out.
    """

    row: int
    kind: Kind
    width: float = 0.0
    height: float = 0.0
    group: Group = ()
    anchor: int = -1
    reach: int = 0


@dataclass(frozen=True, kw_only=True)
class Grid:
    """All items with their neighbours in the rows above and below, and the items of each link."""

    items: list[Item]
    up: list[list[int]]
    down: list[list[int]]
    chains: list[list[int]]
    ends: list[Pair]
    loops: frozenset[int]


def layout(boxes: Sequence[Box], links: Sequence[Link]) -> Layout:
    """Place boxes, links and groups; the first box is where the flow starts."""
    index = {box.id: i for i, box in enumerate(boxes)}
    ends = [(index[link.source], index[link.target]) for link in links]
    loops = back_edges(len(boxes), ends)
    ranks = longest_paths(len(boxes), [end for i, end in enumerate(ends) if i not in loops])
    grid = build_grid(boxes, links, ends, loops, ranks)
    rows, sides = order_rows(grid)
    grid, rows = with_borders(grid, rows)
    xs = place_across(grid, rows, sides)
    tops, bottoms = place_down(grid, rows, xs)
    return finish(boxes, links, placement(grid, sides, xs, tops, bottoms))


def back_edges(count: int, ends: Sequence[Pair]) -> frozenset[int]:
    """Return the edges that lead back to a node still open in a depth-first search."""
    leaving: list[list[int]] = [[] for _ in range(count)]
    for edge, (source, _) in enumerate(ends):
        leaving[source].append(edge)
    entered = {target for _, target in ends}
    opened, closed, back = set[int](), set[int](), set[int]()
    for root in sorted(range(count), key=lambda node: (node != 0, node in entered)):
        stack = [] if root in opened else [(root, iter(leaving[root]))]
        opened.add(root)
        while stack:
            node, rest = stack[-1]
            edge = next(rest, -1)
            if edge < 0:
                closed.add(node)
                stack.pop()
            elif (target := ends[edge][1]) not in opened:
                opened.add(target)
                stack.append((target, iter(leaving[target])))
            elif target not in closed:
                back.add(edge)
    return frozenset(back)


def longest_paths(count: int, ends: Sequence[Pair]) -> list[int]:
    """Rank each node of an acyclic graph below everything that leads to it."""
    below: list[list[int]] = [[] for _ in range(count)]
    for source, target in ends:
        below[source].append(target)
    order, _ = peel(range(count), ends)
    ranks = [0] * count
    for node in order:
        for target in below[node]:
            ranks[target] = max(ranks[target], ranks[node] + 1)
    # A second source would otherwise float at the top, far from the only thing it leads to.
    entered = {target for _, target in ends}
    for node in range(1, count):
        if node not in entered and below[node]:
            ranks[node] = min(ranks[target] for target in below[node]) - 1
    return ranks


def peel(nodes: Iterable[int], ends: Iterable[Pair]) -> tuple[list[int], dict[int, list[int]]]:
    """Sort topologically; also return what could not be sorted, with its successors."""
    after: dict[int, list[int]] = {node: [] for node in nodes}
    waiting = Counter[int]()
    for source, target in ends:
        after[source].append(target)
        waiting[target] += 1
    order = [node for node in after if not waiting[node]]
    for node in order:
        for target in after[node]:
            waiting[target] -= 1
            if not waiting[target]:
                order.append(target)
    done = set(order)
    return order, {node: after[node] for node in after if node not in done}


def build_grid(
    boxes: Sequence[Box],
    links: Sequence[Link],
    ends: list[Pair],
    loops: frozenset[int],
    ranks: Sequence[int],
) -> Grid:
    """Turn boxes into items and every long, labelled or backward link into a chain of items."""
    seen = Counter[Pair]()
    gaps: dict[int, int] = {}
    for i, (source, target) in enumerate(ends):
        seen[source, target] += 1
        # Twin edges would be drawn on top of each other without a bend of their own.
        if source != target and (links[i].label_width or seen[source, target] > 1):
            gaps[i] = ranks[source] - (1 if i in loops else 0)
    row_of = rows_of_ranks(max(ranks, default=0), set(gaps.values()))
    items = [
        Item(
            row=row_of[ranks[i]],
            kind="box",
            width=box.width,
            height=box.height,
            group=box.group,
            anchor=i,
        )
        for i, box in enumerate(boxes)
    ]
    chains: list[list[int]] = []
    for i in range(len(links)):
        label_row = row_of[gaps[i]] + 1 if i in gaps else -1
        reach = ranks[ends[i][1]] - ranks[ends[i][0]]
        new = chain_items(items, ends[i], label_row, links[i].label_width, reach)
        chains.append(list(range(len(items), len(items) + len(new))))
        items += new
    up, down = neighbours(len(items), ends, loops, chains)
    return Grid(items=items, up=up, down=down, chains=chains, ends=ends, loops=loops)


def rows_of_ranks(last: int, gaps: set[int]) -> list[int]:
    """Give each rank a row, leaving a row free below the ranks in `gaps` for labels."""
    rows = [0]
    for rank in range(last):
        rows.append(rows[-1] + (2 if rank in gaps else 1))
    return rows


def chain_items(
    items: Sequence[Item], ends: Pair, label_row: int, label: float, reach: int
) -> list[Item]:
    """Return the items one link needs in the rows it passes, from top to bottom."""
    source, target = ends
    if source == target:
        own = items[source]
        width = LOOP_WIDTH + (label + 6 if label else 0)
        return [Item(row=own.row, kind="loop", width=width, group=own.group, anchor=source)]
    loop = reach < 0
    upper, lower = (target, source) if loop else (source, target)
    top, bottom = items[upper].row, items[lower].row
    common = common_group(items[upper].group, items[lower].group)
    result = []
    for row in range(top, bottom + 1) if loop else range(top + 1, bottom):
        anchor = upper if row == top else lower if row == bottom else -1
        at_label = row == label_row
        result.append(
            Item(
                row=row,
                kind="bend" if anchor < 0 else "loop",
                width=label if at_label else 0.0,
                height=LABEL_HEIGHT if at_label else 0.0,
                group=common if anchor < 0 else items[anchor].group,
                anchor=anchor,
                reach=abs(reach),
            )
        )
    return result


def common_group(one: Group, other: Group) -> Group:
    """Return the innermost group that holds both."""
    size = 0
    while size < min(len(one), len(other)) and one[size] == other[size]:
        size += 1
    return one[:size]


def neighbours(
    count: int,
    ends: Sequence[Pair],
    loops: frozenset[int],
    chains: Sequence[Sequence[int]],
) -> tuple[list[list[int]], list[list[int]]]:
    """Return for every item those it is joined with in the row above and in the row below."""
    up: list[list[int]] = [[] for _ in range(count)]
    down: list[list[int]] = [[] for _ in range(count)]
    for i, (source, target) in enumerate(ends):
        path = chains[i] if i in loops else [source, *chains[i], target]
        for above, below in pairwise(path):
            down[above].append(below)
            up[below].append(above)
    return up, down


def order_rows(grid: Grid) -> tuple[list[list[int]], list[int]]:
    """Order each row to cross few edges; also say on which side of its box each loop runs."""
    height = max((item.row for item in grid.items), default=-1) + 1
    start: list[list[int]] = [[] for _ in range(height)]
    for i, item in enumerate(grid.items):
        start[item.row].append(i)
    sides = [0] * len(grid.items)
    for loop in grid.loops:
        for i in grid.chains[loop]:
            sides[i] = 1
    mirrored = [row[::-1] for row in start]
    best = min((sweep(grid, rows, sides) for rows in (start, mirrored)), key=lambda r: r[0])
    # Every flip costs a sweep, so a very large graph keeps its loops on the right.
    flips = min(len(grid.loops), FLIP_EFFORT // max(len(grid.items), 1)) if best[0] else 0
    for loop in sorted(grid.loops)[:flips]:
        flipped = list(sides)
        for i in grid.chains[loop]:
            flipped[i] = -sides[i]
        tried = sweep(grid, best[1], flipped)
        if tried[0] < best[0]:
            best, sides = tried, flipped
    return best[1], sides


def sweep(grid: Grid, rows: list[list[int]], sides: Sequence[int]) -> tuple[int, list[list[int]]]:
    """Pull items towards their neighbours, down and up; return the best order and its crossings."""
    rows = [list(row) for row in rows]
    best: tuple[int, list[list[int]]] | None = None
    for _ in range(ORDER_SWEEPS):
        for row, above in zip(rows, [[], *rows], strict=False):
            reorder(grid, row, above, grid.up, sides)
        for row, below in zip(rows[::-1], [[], *rows[::-1]], strict=False):
            reorder(grid, row, below, grid.down, sides)
        crossed = sum(crossings(grid, above, below) for above, below in pairwise(rows))
        if best is not None and crossed >= best[0]:
            break
        best = crossed, [list(row) for row in rows]
    return best or (0, rows)


def reorder(
    grid: Grid,
    row: list[int],
    fixed: Sequence[int],
    linked: Sequence[Sequence[int]],
    sides: Sequence[int],
) -> None:
    """Sort one row in place by the mean position of its neighbours in the fixed row."""
    place = {item: float(i) for i, item in enumerate(fixed)}
    now = {item: float(i) for i, item in enumerate(row)}
    pulls = {item: [place[other] for other in linked[item]] for item in row}

    def score(members: Sequence[int]) -> float:
        pulled = [pull for item in members for pull in pulls[item]]
        return mean(pulled or [now[item] for item in members])

    row[:] = arrange(grid, row, 0, sides, score)


def arrange(
    grid: Grid,
    members: Sequence[int],
    depth: int,
    sides: Sequence[int],
    score: Callable[[Sequence[int]], float],
) -> list[int]:
    """Sort items, keeping groups together and loops beside their boxes."""
    units: dict[str | int, list[int]] = {}
    for i in members:
        item = grid.items[i]
        inner = len(item.group) > depth
        key = item.group[depth] if inner else item.anchor if item.anchor >= 0 else i
        units.setdefault(key, []).append(i)
    result: list[int] = []
    for key, unit in sorted(units.items(), key=lambda entry: score(entry[1])):
        if isinstance(key, str):
            result += arrange(grid, unit, depth + 1, sides, score)
        else:
            result += sorted(unit, key=lambda i: beside(grid, i, sides))
    return result


def beside(grid: Grid, i: int, sides: Sequence[int]) -> tuple[float, int]:
    """Sort key that puts short loops next to their box and longer ones further out."""
    return sides[i] * (grid.items[i].reach + 1), sides[i] * i


def crossings(grid: Grid, above: Sequence[int], below: Sequence[int]) -> int:
    """Count the edges that cross between two rows."""
    place = {item: i for i, item in enumerate(below)}
    seen: list[int] = []
    total = 0
    for item in above:
        targets = [place[other] for other in grid.down[item]]
        total += sum(len(seen) - bisect_left(seen, target + 1) for target in targets)
        for target in targets:
            insort(seen, target)
    return total


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def with_borders(grid: Grid, rows: list[list[int]]) -> tuple[Grid, list[list[int]]]:
    """Add a left and a right border in every row of a group, to keep outsiders out of its box."""
    items, rows = list(grid.items), [list(row) for row in rows]
    up, down = list(grid.up), list(grid.down)
    # Inner groups come first, so that the borders of outer ones end up around theirs.
    for group in sorted(all_groups(items), key=lambda group: (-len(group), group)):
        for side in (0, 1):
            last = -1
            for number, row in enumerate(rows):
                inside = [k for k, i in enumerate(row) if within(items[i].group, group)]
                if not inside:
                    continue
                row.insert(inside[-1] + 1 if side else inside[0], len(items))
                up.append([last] if last >= 0 else [])
                down.append([])
                if last >= 0:
                    down[last].append(len(items))
                last = len(items)
                items.append(Item(row=number, kind="border", group=group, reach=side))
    grid = Grid(items=items, up=up, down=down, chains=grid.chains, ends=grid.ends, loops=grid.loops)
    return grid, rows


def all_groups(items: Iterable[Item]) -> set[Group]:
    """Return every group and every group around it."""
    return {item.group[:size] for item in items for size in range(1, len(item.group) + 1)}


def within(inner: Group, outer: Group) -> bool:
    return inner[: len(outer)] == outer


def place_across(grid: Grid, rows: Sequence[Sequence[int]], sides: Sequence[int]) -> list[float]:
    """Find the centre of every item: straight where possible, balanced over its neighbours."""
    block, order, apart = straight_blocks(grid, rows)
    members: dict[int, list[int]] = {b: [] for b in order}
    for i, b in enumerate(block):
        members[b].append(i)
    pulls = {b: pulls_on(grid, members[b], block) for b in order}
    leans = {b: lean(grid, members[b], sides) for b in order}
    soft = [b for b in order if all(is_soft(grid.items[i]) for i in members[b])]
    downwards = sorted(order, key=lambda b: min(grid.items[i].row for i in members[b]))
    xs = spread([0.0] * len(block), order, apart)
    rounds = min(PLACEMENT_ROUNDS, DIRECTED_ROUNDS + PLACEMENT_EFFORT // max(len(block), 1))
    for number in range(rounds):
        # Both directions together settle the details; one at a time moves whole branches, which
        # is needed first, and last to centre everything over what it leads to.
        ends = number < DIRECTED_ROUNDS or number >= rounds - 2
        way = 0 if not ends else -1 if number % 2 == 0 and number < DIRECTED_ROUNDS else 1
        xs = list(xs)
        for b in downwards[::-1] if number % 2 or way > 0 else downwards:
            wanted = [other for other, side in pulls[b] if side == way or not way]
            if not leans[b] and (wanted or pulls[b]):
                xs[b] = mean([xs[other] for other in wanted or [other for other, _ in pulls[b]]])
        xs = spread(fitted(xs, soft, apart), order, apart)
        xs = tightened(xs, order, apart, leans)
    return [xs[b] for b in block]


def straight_blocks(
    grid: Grid, rows: Sequence[Sequence[int]]
) -> tuple[list[int], list[int], Separations]:
    """Join items that should share one x; return their blocks, sorted left to right.

    Where two such blocks cross, no x could suit both, so those are taken apart again.
    """
    block = list(range(len(grid.items)))
    for row in rows:
        for i in row:
            below = main_line(grid, grid.down[i])
            if len(below) == 1 and main_line(grid, grid.up[below[0]]) == [i]:
                block[below[0]] = block[i]
    while True:
        apart = separations(grid, rows, block)
        order, rest = peel(sorted(set(block)), apart)
        _, stuck = peel(rest, [(b, a) for a in rest for b in rest[a]])
        if not stuck:
            return block, order, apart
        block = [i if b in stuck else b for i, b in enumerate(block)]


def main_line(grid: Grid, linked: list[int]) -> list[int]:
    """Return the neighbours one rank away, if any: long edges can give way to a straight flow."""
    near = [i for i in linked if grid.items[i].kind == "box" or grid.items[i].reach == 1]
    return near or linked


def separations(grid: Grid, rows: Sequence[Sequence[int]], block: Sequence[int]) -> Separations:
    """Return how far apart the centres of neighbouring blocks must be."""
    apart: Separations = {}
    for row in rows:
        for left, right in pairwise(row):
            one, other = grid.items[left], grid.items[right]
            need = (one.width + other.width) / 2 + clearance(one, other)
            pair = block[left], block[right]
            apart[pair] = max(apart.get(pair, 0.0), need)
    return apart


def clearance(one: Item, other: Item) -> float:
    """Return the free space to leave between two items in a row."""
    kinds = {one.kind, other.kind}
    if "border" in kinds:
        return GROUP_PADDING
    if kinds == {"box"}:
        return 36.0
    return 24.0 if "box" in kinds else 14.0


def pulls_on(grid: Grid, members: Sequence[int], block: Sequence[int]) -> list[Pair]:
    """Return the blocks a block wants to be near to, each with -1 for above or 1 for below."""
    pulls = []
    for i in members:
        pulls += [(block[other], -1) for other in main_line(grid, grid.up[i])]
        pulls += [(block[other], 1) for other in main_line(grid, grid.down[i])]
    own = block[members[0]]
    return [pull for pull in pulls if pull[0] != own]


def lean(grid: Grid, members: Sequence[int], sides: Sequence[int]) -> int:
    """Return -1 for what stands tight against its right neighbour, 1 for its left, else 0."""
    borders = [2 * grid.items[i].reach - 1 for i in members if grid.items[i].kind == "border"]
    loops = [sides[i] for i in members if i < len(sides) and sides[i]]
    return (borders + loops + [0])[0]


def is_soft(item: Item) -> bool:
    return item.kind == "bend" and item.reach > 1


def fitted(xs: Sequence[float], soft: Sequence[int], apart: Separations) -> list[float]:
    """Move long edges between their neighbours: if they pushed boxes, the flow would drift."""
    low, high = dict.fromkeys(soft, -inf), dict.fromkeys(soft, inf)
    for (one, other), need in apart.items():
        if other in low and one not in low:
            low[other] = max(low[other], xs[one] + need)
        if one in low and other not in low:
            high[one] = min(high[one], xs[other] - need)
    result = list(xs)
    for b in soft:
        narrow = low[b] > high[b]
        result[b] = (low[b] + high[b]) / 2 if narrow else max(low[b], min(high[b], xs[b]))
    return result


def tightened(
    xs: Sequence[float], order: Sequence[int], apart: Separations, leans: Mapping[int, int]
) -> list[float]:
    """Bring loops and borders close to what they run round, so that they push nothing away."""
    result = list(xs)
    near: dict[int, list[tuple[int, float]]] = {}
    for (one, other), need in apart.items():
        if leans[other] > 0:
            near.setdefault(other, []).append((one, need))
        if leans[one] < 0:
            near.setdefault(one, []).append((other, -need))
    for b in order:
        if leans[b] > 0 and b in near:
            result[b] = max(result[other] + need for other, need in near[b])
    for b in reversed(order):
        if leans[b] < 0 and b in near:
            result[b] = min(result[other] + need for other, need in near[b])
    return result


def spread(xs: Sequence[float], order: Sequence[int], apart: Separations) -> list[float]:
    """Move blocks apart until none is too close.

    Pushing everything right and pushing everything left both give a valid placement; so does
    their mean, and that one is balanced.
    """
    place = {b: i for i, b in enumerate(order)}
    pairs = sorted(apart.items(), key=lambda entry: place[entry[0][0]])
    right, left = list(xs), list(xs)
    for (one, other), need in pairs:
        right[other] = max(right[other], right[one] + need)
    for (one, other), need in sorted(pairs, key=lambda entry: -place[entry[0][1]]):
        left[one] = min(left[one], left[other] - need)
    return [(a + b) / 2 for a, b in zip(right, left, strict=True)]


def place_down(
    grid: Grid, rows: Sequence[Sequence[int]], xs: Sequence[float]
) -> tuple[list[float], list[float]]:
    """Find the top and bottom of every row, with more room where edges travel far sideways."""
    tops, bottoms = list[float](), list[float]()
    spans = {group: group_rows(grid.items, group) for group in all_groups(grid.items)}
    y = 0.0
    for number, row in enumerate(rows):
        y += GROUP_TITLE * sum(first == number for first, _ in spans.values())
        tops.append(y)
        y += max(grid.items[i].height for i in row)
        bottoms.append(y)
        y += GROUP_PADDING * sum(last == number for _, last in spans.values())
        shifts = [abs(xs[i] - xs[other]) for i in row for other in grid.down[i]]
        y += min(max(26.0, 12 + 0.28 * max(shifts, default=0.0)), 90.0)
    return tops, bottoms


def group_rows(items: Iterable[Item], group: Group) -> Pair:
    """Return the first and the last row of a group."""
    rows = [item.row for item in items if within(item.group, group)]
    return min(rows), max(rows)


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where all items are, for drawing the routes."""

    grid: Grid
    rects: list[Rect]
    xs: list[float]
    tops: list[float]
    bottoms: list[float]
    sides: list[int]


def placement(
    grid: Grid, sides: list[int], xs: list[float], tops: list[float], bottoms: list[float]
) -> Placement:
    """Move everything into the positive quadrant."""
    left = min((x - i.width / 2 for x, i in zip(xs, grid.items, strict=True)), default=0.0)
    xs = [x - left + MARGIN for x in xs]
    tops, bottoms = [y + MARGIN for y in tops], [y + MARGIN for y in bottoms]
    boxes = [(item, x) for item, x in zip(grid.items, xs, strict=True) if item.kind == "box"]
    rects = [box_rect(item, x, tops, bottoms) for item, x in boxes]
    return Placement(grid=grid, rects=rects, xs=xs, tops=tops, bottoms=bottoms, sides=sides)


def finish(boxes: Sequence[Box], links: Sequence[Link], placed: Placement) -> Layout:
    """Turn centres and rows into rectangles and routes."""
    items = placed.grid.items
    right = max((x + i.width / 2 for x, i in zip(placed.xs, items, strict=True)), default=MARGIN)
    depth = max((len(item.group) for item in items), default=0)
    ports = forward_ports(placed) | loop_ports(placed)
    routes = tuple(
        (loop_route if i in placed.grid.loops else forward_route)(placed, i, link, ports)
        for i, link in enumerate(links)
    )
    return Layout(
        width=right + MARGIN,
        height=max(placed.bottoms, default=MARGIN) + MARGIN + GROUP_PADDING * depth,
        boxes={box.id: rect for box, rect in zip(boxes, placed.rects, strict=True)},
        routes=routes,
        groups=group_rects(placed),
    )


def box_rect(item: Item, x: float, tops: Sequence[float], bottoms: Sequence[float]) -> Rect:
    """Centre a box in its row."""
    middle = (tops[item.row] + bottoms[item.row]) / 2
    return Rect(
        x=x - item.width / 2, y=middle - item.height / 2, width=item.width, height=item.height
    )


def forward_route(placed: Placement, link: int, details: Link, ports: dict[Pair, float]) -> Route:
    """Lead an edge from the bottom of its source to the top of its target."""
    grid, xs = placed.grid, placed.xs
    source, target = grid.ends[link]
    start, end = placed.rects[source], placed.rects[target]
    out, into = ports[link, 0], ports[link, 1]
    points = [(out, start.y + start.height), (out, placed.bottoms[grid.items[source].row])]
    for i in grid.chains[link]:
        row = grid.items[i].row
        points += [(xs[i], placed.tops[row]), (xs[i], placed.bottoms[row])]
    points += [(into, placed.tops[grid.items[target].row]), (into, end.y)]
    label = label_point(placed, link, details)
    return Route(points=simplified(points), loop=False, label=label)


def simplified(points: Sequence[Point]) -> tuple[Point, ...]:
    """Leave out the points in the middle of an upright line and those that are there twice."""
    result = list(points[:1])
    for point, after in pairwise(points[1:]):
        if not (abs(result[-1][0] - point[0]) < 0.01 and abs(after[0] - point[0]) < 0.01):
            result.append(point)
    if result[-1] == points[-1]:
        result.pop()
    return (*result, points[-1])


def forward_ports(placed: Placement) -> dict[Pair, float]:
    """Say where forward edges leave (0) and enter (1) their boxes.

    Each leans a little to where it goes: straight edges stay straight, others fan out.
    """
    at: dict[Pair, list[tuple[float, int]]] = {}
    for link, (source, target) in enumerate(placed.grid.ends):
        if link not in placed.grid.loops:
            path = [source, *placed.grid.chains[link], target]
            at.setdefault((source, 0), []).append((placed.xs[path[1]], link))
            at.setdefault((target, 1), []).append((placed.xs[path[-2]], link))
    ports = {}
    for (box, end), entries in at.items():
        entries.sort()
        room, x = max(placed.rects[box].width / 2 - 14, 0.0), placed.xs[box]
        step = min(12.0, 2 * room / max(len(entries) - 1, 1))
        wanted = [x + max(-room, min(room, (towards - x) * 0.12)) for towards, _ in entries]
        order = range(len(entries))
        for (_, link), port in zip(
            entries, spread(wanted, order, dict.fromkeys(pairwise(order), step)), strict=True
        ):
            ports[link, end] = max(x - room, min(x + room, port))
    return ports


def loop_ports(placed: Placement) -> dict[Pair, float]:
    """Spread the ends of loops over the side of each box, so that they do not cross.

    Keys are the link and 0 for its upper end, 1 for its lower one.
    """
    at: dict[Pair, list[tuple[int, float, int, int]]] = {}
    for link in sorted(placed.grid.loops):
        for end, i in enumerate((placed.grid.chains[link][0], placed.grid.chains[link][-1])):
            item, side = placed.grid.items[i], placed.sides[i]
            # A loop goes up from its lower end, so there it belongs above the ones going down.
            level = 0 if item.reach == 0 else -1 if end else 1
            entry = (level, -level * item.reach, end if level == 0 else -level * link, link)
            at.setdefault((item.anchor, side), []).append((*entry[:3], link * 2 + end))
    ports = {}
    for (box, _), entries in at.items():
        rect = placed.rects[box]
        step = min(11.0, (rect.height - 14) / max(len(entries) - 1, 1))
        for number, (*_, key) in enumerate(sorted(entries)):
            y = rect.y + rect.height / 2 + (number - (len(entries) - 1) / 2) * step
            ports[key // 2, key % 2] = y
    return ports


def loop_route(placed: Placement, link: int, details: Link, ports: dict[Pair, float]) -> Route:
    """Lead an edge out of the side of its source, up a lane, into the side of its target."""
    grid, xs, chain = placed.grid, placed.xs, placed.grid.chains[link]
    source, target = grid.ends[link]
    start = (side_x(placed, source, placed.sides[chain[-1]]), ports[link, 1])
    end = (side_x(placed, target, placed.sides[chain[0]]), ports[link, 0])
    label = label_point(placed, link, details)
    if source == target:
        side = placed.sides[chain[0]]
        lane = xs[chain[0]] - side * (grid.items[chain[0]].width / 2 - LOOP_WIDTH)
        points = [end, (lane, (start[1] + end[1]) / 2), start]
        return Route(points=tuple(points), loop=True, label=label)
    points = [start, (xs[chain[-1]], placed.tops[grid.items[chain[-1]].row])]
    for i in chain[-2:0:-1]:
        row = grid.items[i].row
        points += [(xs[i], placed.bottoms[row]), (xs[i], placed.tops[row])]
    points += [(xs[chain[0]], placed.bottoms[grid.items[chain[0]].row]), end]
    # The corners of the lane need only one point between them, the rest of it is straight.
    return Route(points=(start, *simplified(points[1:-1]), end), loop=True, label=label)


def side_x(placed: Placement, box: int, side: int) -> float:
    return placed.xs[box] + side * placed.rects[box].width / 2


def label_point(placed: Placement, link: int, details: Link) -> Point | None:
    """Return the centre of a label, for which the layout has kept room."""
    for i in placed.grid.chains[link] if details.label_width else ():
        item = placed.grid.items[i]
        if item.width:
            y = (placed.tops[item.row] + placed.bottoms[item.row]) / 2
            outwards = placed.sides[i] * (LOOP_WIDTH + 6) / 2 if item.kind == "loop" else 0.0
            return placed.xs[i] + outwards, y
    return None


def group_rects(placed: Placement) -> dict[Group, Rect]:
    """Return a box for each group, but none for a group that would enclose a stranger."""
    items, result = placed.grid.items, {}
    deepest = max((len(item.group) for item in items), default=0)
    for group in sorted(all_groups(items)):
        inside = [i for i, item in enumerate(items) if within(item.group, group)]
        first, last = group_rows(items, group)
        pad = GROUP_PADDING * (1 + (deepest - len(group)) / 2)
        left = min(placed.xs[i] - items[i].width / 2 for i in inside if items[i].kind != "border")
        right = max(placed.xs[i] + items[i].width / 2 for i in inside if items[i].kind != "border")
        above = GROUP_TITLE * (1 + deepest - len(group))
        rect = Rect(
            x=left - pad,
            y=placed.tops[first] - above,
            width=right - left + 2 * pad,
            height=placed.bottoms[last] + pad - placed.tops[first] + above,
        )
        strangers = [
            other
            for other, item in zip(placed.rects, items, strict=False)
            if not within(item.group, group)
        ]
        if not any(overlap(rect, other) for other in strangers):
            result[group] = rect
    return result


def overlap(one: Rect, other: Rect) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )
