"""Decide where the parts of a directed graph go on the page.

A picture of a flow is read in seconds when time runs downwards, parallel work stands side by
side and a way back is visibly a way back. These steps do that layering (after Sugiyama) in
plain Python, so that drawing a graph needs neither Graphviz nor a network. They know nothing
of LangGraph or SVG: sizes go in, positions come out.
"""

from __future__ import annotations

from collections.abc import Sequence

from .coordinates import group_rects, place_across, place_down
from .ordering import add_borders, ordered
from .ranks import rows_and_paths
from .routes import routes
from .shapes import GROUP_PADDING, MARGIN, Box, Layout, Link


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
