"""Decide where the parts of a directed graph go on the page.

A picture of a flow is read in seconds when time runs downwards, parallel work stands side by
side and a way back is visibly a way back. These steps do that layering (after Sugiyama) in
plain Python, so that drawing a graph needs neither Graphviz nor a network. They know nothing
of LangGraph or SVG: sizes go in, positions come out.
"""

from __future__ import annotations

from collections.abc import Sequence

from .coordinates import place_across, place_down
from .ordering import add_borders, ordered
from .ranks import rows_and_paths
from .routes import routes
from .shapes import (
    GROUP_PADDING,
    GROUP_TITLE,
    MARGIN,
    Box,
    Group,
    Item,
    Layout,
    Link,
    Rect,
    groups_in,
    overlap,
)


def layout(boxes: Sequence[Box], links: Sequence[Link]) -> Layout:
    """Place boxes, links and groups; the first box is where the flow starts."""
    rows, nodes, paths = rows_and_paths(boxes, links)
    rows = ordered(rows, [path for path in paths if path.loop])
    add_borders(rows)
    place_across(rows)
    place_down(rows)
    items = [item for row in rows for item in row]
    depth = max((len(item.group) for item in items), default=0)
    bottom = max((item.bottom for item in items), default=MARGIN)
    return Layout(
        width=max((item.x + item.width / 2 for item in items), default=MARGIN) + MARGIN,
        height=bottom + MARGIN + GROUP_PADDING * depth,
        boxes={box.id: node.rect for box, node in zip(boxes, nodes, strict=True)},
        routes=routes(paths),
        groups=group_rects(items),
    )


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
        strangers = [
            item.rect for item in items if item.kind == "box" and item.group[: len(group)] != group
        ]
        if not any(overlap(rect, other) for other in strangers):
            result[group] = rect
    return result
