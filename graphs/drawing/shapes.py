"""What the steps of the layout hand to each other, so that none of them needs to know another.

Everything that takes up room is an item in a row: boxes, the bends of long edges, the labels
of edges and the borders of groups. Items in a row never overlap and edges change their x only
between rows, hence an edge cannot run through a box or a label that is not its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Literal

Point = tuple[float, float]
Group = tuple[str, ...]
Rows = list[list["Item"]]
LOOP_WIDTH = 20.0
MARGIN = 24.0
GROUP_PADDING = 16.0


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
    routes: list[Route]
    groups: dict[Group, Rect]


@dataclass(eq=False, repr=False, kw_only=True)
class Item:
    """One thing that needs room in a row, and once it is placed, where that row is.

    `link` is the number of the edge an item belongs to and `reach` how many ranks that spans.
    The ends of a loop are kept beside their `box`, on the `side` -1 or 1; a border has a side too.
    """

    row: int
    kind: Literal["box", "bend", "loop", "border"]
    width: float = 0.0
    height: float = 0.0
    group: Group = ()
    box: Item | None = None
    link: int = 0
    reach: int = 0
    side: int = 0
    x: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    up: list[Item] = field(default_factory=list)
    down: list[Item] = field(default_factory=list)

    @property
    def rect(self) -> Rect:
        """The rectangle in the middle of the row."""
        y = (self.top + self.bottom - self.height) / 2
        return Rect(x=self.x - self.width / 2, y=y, width=self.width, height=self.height)


@dataclass(frozen=True, kw_only=True)
class Path:
    """The items one edge runs through, from top to bottom; a loop's include those at its ends."""

    source: Item
    target: Item
    chain: list[Item]
    loop: bool
    label: Item | None


def join(items: Iterable[Item]) -> None:
    """Make neighbours of each item and the next one, which is in a row below."""
    for above, below in pairwise(items):
        above.down.append(below)
        below.up.append(above)


def groups_in(rows: Iterable[Sequence[Item]]) -> dict[Group, list[Item]]:
    """Return what stands in each group or in one inside it, from top to bottom."""
    found: dict[Group, list[Item]] = {}
    for item in chain.from_iterable(rows):
        for size in range(1, len(item.group) + 1):
            found.setdefault(item.group[:size], []).append(item)
    return dict(sorted(found.items()))


def overlap(one: Rect, other: Rect) -> bool:
    across = one.x < other.x + other.width and other.x < one.x + one.width
    return across and one.y < other.y + other.height and other.y < one.y + one.height
