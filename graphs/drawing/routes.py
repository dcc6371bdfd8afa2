"""Decide which way each edge goes between the places kept for it, and where it meets its boxes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .coordinates import spread
from .shapes import LOOP_WIDTH, Item, Path, Point, Route

# Where each link meets its boxes: the x of its start (0) and end (1), or for a loop the y of its
# upper (0) and lower (1) end.
Ports = dict[tuple[int, int], float]


def routes(paths: Sequence[Path]) -> list[Route]:
    """Lead every edge from box to box."""
    ports = forward_ports(paths) | loop_ports(paths)
    result = []
    for link, path in enumerate(paths):
        points = (loop_points if path.loop else forward_points)(
            path, ports[link, 0], ports[link, 1]
        )
        label = None
        if item := path.label:
            outwards = item.side * (LOOP_WIDTH + 6) / 2 if item.kind == "loop" else 0.0
            label = item.x + outwards, (item.top + item.bottom) / 2
        result.append(Route(points=points, loop=path.loop, label=label))
    return result


def forward_points(path: Path, out: float, into: float) -> tuple[Point, ...]:
    """Lead an edge from the bottom of its source to the top of its target."""
    start, end = path.source.rect, path.target.rect
    points = [(out, start.y + start.height), (out, path.source.bottom)]
    for item in path.chain:
        points += [(item.x, item.top), (item.x, item.bottom)]
    return simplified([*points, (into, path.target.top), (into, end.y)])


def loop_points(path: Path, upper: float, lower: float) -> tuple[Point, ...]:
    """Lead an edge out of the side of its source, up a lane, into the side of its target."""
    top, *between, bottom = path.chain if len(path.chain) > 1 else path.chain * 2
    start = path.source.x + bottom.side * path.source.width / 2, lower
    end = path.target.x + top.side * path.target.width / 2, upper
    if path.source is path.target:
        lane = top.x - top.side * (top.width / 2 - LOOP_WIDTH)
        return end, (lane, (upper + lower) / 2), start
    points = [(bottom.x, bottom.top)]
    for item in reversed(between):
        points += [(item.x, item.bottom), (item.x, item.top)]
    return start, *simplified([*points, (top.x, top.bottom)]), end


def simplified(points: Sequence[Point]) -> tuple[Point, ...]:
    """Leave out the points in the middle of an upright line and those that are there twice."""
    result = list(points[:1])
    for point, after in pairwise(points[1:]):
        if not (abs(result[-1][0] - point[0]) < 0.01 and abs(after[0] - point[0]) < 0.01):
            result.append(point)
    if result[-1] == points[-1]:
        result.pop()
    return (*result, points[-1])


def forward_ports(paths: Sequence[Path]) -> Ports:
    """Say where forward edges meet their boxes: straight ones stay so, others fan out."""
    at: dict[tuple[Item, int], list[tuple[float, int]]] = {}
    for link, path in enumerate(paths):
        if not path.loop:
            items = [path.source, *path.chain, path.target]
            at.setdefault((path.source, 0), []).append((items[1].x, link))
            at.setdefault((path.target, 1), []).append((items[-2].x, link))
    ports = {}
    for (box, end), entries in at.items():
        entries.sort()
        room, last = max(box.width / 2 - 14, 0.0), len(entries) - 1
        step = min(12.0, 2 * room / max(last, 1))
        wanted = [box.x + max(-room, min(room, (x - box.x) * 0.12)) for x, _ in entries]
        placed = spread(wanted, [(k, k + 1, step) for k in range(last)])
        for (_, link), x in zip(entries, placed, strict=True):
            ports[link, end] = max(box.x - room, min(box.x + room, x))
    return ports


def loop_ports(paths: Sequence[Path]) -> Ports:
    """Spread the ends of loops over the side of each box, so that they do not cross."""
    at: dict[tuple[Item, int], list[tuple[int, int, int, int, int]]] = {}
    for link, path in enumerate(paths):
        for end, item in enumerate([path.chain[0], path.chain[-1]] if path.loop else []):
            # A loop goes up from its lower end, so there it belongs above the ones going down.
            level = bool(item.reach) * (-1 if end else 1)
            entry = (level, -level * item.reach, -level * link, end, link)
            box = path.source if end else path.target
            at.setdefault((box, item.side), []).append(entry)
    ports = {}
    for (box, _), entries in at.items():
        last, middle = len(entries) - 1, (box.top + box.bottom) / 2
        step = min(11.0, (box.height - 14) / max(last, 1))
        for number, (*_, end, link) in enumerate(sorted(entries)):
            ports[link, end] = middle + (number - last / 2) * step
    return ports
