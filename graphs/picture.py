"""Draw a LangGraph graph as an SVG that needs nothing but itself.

LangGraph's own pictures go through a web service or Graphviz. A report about confidential
documents should need neither, so this module writes the SVG directly: no scripts, no fonts to
fetch, colours for light and dark pages, and the same text for the same graph every time.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import dist
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from .layout import Box, Group, Layout, Link, Point, Rect, Route, layout

if TYPE_CHECKING:
    from langchain_core.runnables.graph import Edge, Graph

START, END = "__start__", "__end__"
LONGEST_LABEL = 40
ARROW = 8.0

# Plain rules instead of CSS variables: not every SVG renderer knows those.
LIGHT = {
    ".page": "fill:#ffffff",
    ".node rect": "fill:#f8fafc;stroke:#94a3b8;stroke-width:1.25",
    ".node text": "fill:#0f172a",
    ".node .icon": "fill:#94a3b8",
    ".model rect": "fill:#eef2ff;stroke:#818cf8",
    ".model .icon": "fill:#6366f1",
    ".review rect": "fill:#fff7ed;stroke:#f59e0b;stroke-width:2",
    ".review .icon": "fill:#d97706",
    ".end rect": "fill:#475569;stroke:#475569",
    ".end text": "fill:#ffffff",
    ".edge path": "fill:none;stroke:#64748b;stroke-width:1.5",
    ".edge .head": "fill:#64748b;stroke:none",
    ".halo": "fill:#ffffff",
    ".inside": "fill:#f3f5f9",
    ".label": "fill:#475569",
    ".group rect": "fill:#f3f5f9;stroke:#cbd5e1",
    ".group text": "fill:#475569",
}
DARK = {
    ".page": "fill:#0f172a",
    ".node rect": "fill:#1e293b;stroke:#64748b",
    ".node text": "fill:#e2e8f0",
    ".node .icon": "fill:#94a3b8",
    ".model rect": "fill:#26275a;stroke:#818cf8",
    ".model .icon": "fill:#a5b4fc",
    ".review rect": "fill:#43290c;stroke:#f59e0b",
    ".review .icon": "fill:#fbbf24",
    ".end rect": "fill:#cbd5e1;stroke:#cbd5e1",
    ".end text": "fill:#0f172a",
    ".edge path": "stroke:#94a3b8",
    ".edge .head": "fill:#94a3b8",
    ".halo": "fill:#0f172a",
    ".inside": "fill:#172136",
    ".label": "fill:#cbd5e1",
    ".group rect": "fill:#172136;stroke:#334155",
    ".group text": "fill:#cbd5e1",
}
SHAPES = (
    ".flow-picture text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',"
    "Arial,sans-serif;font-size:13px;text-anchor:middle}"
    ".flow-picture .label,.flow-picture .group text,.flow-picture .end text{font-size:11px}"
    ".flow-picture .group text{text-anchor:start;font-weight:600}"
    ".flow-picture .group .right{text-anchor:end}"
    ".flow-picture .conditional .line{stroke-dasharray:5 4}"
)
# The shape tells a person's decision from a model's work where the colour cannot be seen.
ICONS = {
    "review": "M0-6.2a3 3 0 1 1 0 6a3 3 0 1 1 0-6zM-5.6 6.2c0-6.6 11.2-6.6 11.2 0z",
    "model": "M0-6.5Q.9-.9 6.5 0Q.9.9 0 6.5Q-.9.9-6.5 0Q-.9-.9 0-6.5z",
}
HINTS = {"review": "a person decides here", "model": "a model works here"}


@dataclass(frozen=True, kw_only=True)
class Mark:
    """How a node is shown: its text, its CSS class and its path of groups."""

    id: str
    label: str
    kind: str
    group: Group


def svg(graph: Graph, *, title: str | None = None) -> str:
    """Return the picture of a compiled graph, as `get_graph()` describes it, as SVG text."""
    marks = node_marks(graph)
    labels = [edge_label(edge, marks) for edge in graph.edges]
    boxes = [
        Box(id=mark.id, width=node_width(mark), height=node_height(mark), group=mark.group)
        for mark in marks.values()
    ]
    links = [
        Link(source=edge.source, target=edge.target, label_width=label_width(label))
        for edge, label in zip(graph.edges, labels, strict=True)
    ]
    placed = layout(boxes, links)
    parts = [group_svg(group, rect, placed) for group, rect in placed.groups.items()]
    routes = list(zip(graph.edges, placed.routes, labels, strict=True))
    parts += [edge_svg(edge, route) for edge, route, _ in routes]
    parts += [
        label_svg(
            text, route.label, any(holds(rect, route.label) for rect in placed.groups.values())
        )
        for _, route, text in routes
        if text and route.label
    ]
    parts += [node_svg(mark, placed.boxes[mark.id]) for mark in marks.values()]
    return document(parts, placed, title or "Flow of the graph", summary(marks, graph.edges))


def node_marks(graph: Graph) -> dict[str, Mark]:
    """Describe every node, the start first, as that is where the layout begins."""
    names = {id: node.name for id, node in graph.nodes.items()}
    # An edge may lead out of the described graph, for instance to a parent graph.
    for edge in graph.edges:
        for id in (edge.source, edge.target):
            names.setdefault(id, id)
    marks = {}
    for id in sorted(names, key=lambda id: id != START):
        *group, last = id.split(":")
        node = graph.nodes.get(id)
        kind = str((node.metadata or {}).get("kind", "")) if node else ""
        if last in (START, END):
            label, kind = last.strip("_"), "end"
        else:
            label = shorten(readable(names[id].rpartition(":")[2] or names[id]))
        kind = kind if kind in ("review", "model", "end") else "step"
        marks[id] = Mark(id=id, label=label, kind=kind, group=tuple(group))
    return marks


def edge_label(edge: Edge, marks: Mapping[str, Mark]) -> str:
    """Return what is written on an edge: its condition, unless that only repeats the target."""
    if edge.data is None:
        return ""
    text, target = str(edge.data), marks[edge.target]
    if text in (edge.target, edge.target.rpartition(":")[2]) or readable(text) == target.label:
        return ""
    return shorten(readable(text))


def readable(text: str) -> str:
    """Turn an identifier into words."""
    return " ".join(text.replace("_", " ").split()) or text.strip()


def shorten(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1].rstrip() + "…"


def escape(text: str) -> str:
    """Make text safe for XML, which cannot hold control characters even when escaped."""
    allowed = re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
    return html.escape(allowed, quote=True)


def text_width(text: str, size: float) -> float:
    """Estimate the width of text, generously, as the reader's font is not known."""
    return size * sum(character_width(character) for character in text)


def character_width(character: str) -> float:
    if east_asian_width(character) in "WF":
        return 1.05
    if character in "iljtfrI.,:;'|!()[] ":
        return 0.4
    return 0.9 if character in "mwMW@%" else 0.74 if character.isupper() else 0.62


def node_width(mark: Mark) -> float:
    if mark.kind == "end":
        return max(52.0, text_width(mark.label, 11) + 24)
    return max(84.0, text_width(mark.label, 13) + 28 + (20 if mark.kind in ICONS else 0))


def node_height(mark: Mark) -> float:
    return 24.0 if mark.kind == "end" else 40.0


def label_width(label: str) -> float:
    return text_width(label, 11) + 10 if label else 0.0


def number(value: float) -> str:
    """Write a coordinate briefly; two decimals are finer than anyone can see."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-0", "0", value == 0)


def rect_svg(rect: Rect, radius: float, attributes: str = "") -> str:
    x, y, width, height = map(number, (rect.x, rect.y, rect.width, rect.height))
    return (
        f'<rect{attributes} x="{x}" y="{y}" width="{width}" height="{height}" '
        f'rx="{number(radius)}"/>'
    )


def node_svg(mark: Mark, rect: Rect) -> str:
    """Draw a node; its tooltip carries the full name, which the label may shorten."""
    x, y = rect.x + rect.width / 2, rect.y + rect.height / 2
    icon = ""
    if mark.kind in ICONS:
        icon_x, x = rect.x + 20, x + 9
        place = f"translate({number(icon_x)} {number(y)})"
        icon = f'<path class="icon" transform="{place}" d="{ICONS[mark.kind]}"/>'
    hint = f": {HINTS[mark.kind]}" if mark.kind in HINTS else ""
    radius = rect.height / 2 if mark.kind == "end" else 9.0
    baseline = y + (4 if mark.kind == "end" else 4.6)
    return (
        f'<g class="node {mark.kind}" data-node="{escape(mark.id)}">'
        f"<title>{escape(readable(mark.id) + hint)}</title>{rect_svg(rect, radius)}{icon}"
        f'<text x="{number(x)}" y="{number(baseline)}">{escape(mark.label)}</text></g>'
    )


def edge_svg(edge: Edge, route: Route) -> str:
    """Draw an edge with its arrowhead, dashed when something decides whether it is taken."""
    kinds = ["edge", *(["conditional"] * edge.conditional), *(["loop"] * route.loop)]
    return (
        f'<g class="{" ".join(kinds)}" data-source="{escape(edge.source)}" '
        f'data-target="{escape(edge.target)}"><path class="line" d="{route_path(route)}"/>'
        f'<path class="head" d="{head_path(route)}"/></g>'
    )


def route_path(route: Route) -> str:
    """Join the points of a route by curves that are upright at each of them."""
    points = list(route.points)
    points[-1] = before_head(route)
    result = f"M{pair(points[0])}"
    for i in range(1, len(points)):
        (x, y), (to_x, to_y) = points[i - 1], points[i]
        if route.loop and i == 1:
            result += corner((x, y), (to_x, y), (to_x, to_y))
        elif route.loop and i == len(points) - 1:
            result += corner((x, y), (x, to_y), (to_x, to_y))
        elif abs(x - to_x) < 0.01:
            result += f"L{pair((to_x, to_y))}"
        else:
            middle = (y + to_y) / 2
            result += f"C{pair((x, middle))} {pair((to_x, middle))} {pair((to_x, to_y))}"
    return result


def corner(start: Point, turn: Point, end: Point) -> str:
    """Go straight from start to end but for one rounded turn."""
    before, after = dist(start, turn), dist(turn, end)
    radius = min(16.0, before, after)
    one, other = towards(turn, start, radius), towards(turn, end, radius)
    return f"L{pair(one)}Q{pair(turn)} {pair(other)}L{pair(end)}"


def towards(start: Point, end: Point, length: float) -> Point:
    whole = dist(start, end)
    part = length / whole if whole else 0.0
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part


def pair(point: Point) -> str:
    return f"{number(point[0])} {number(point[1])}"


def direction(route: Route) -> tuple[float, float]:
    """Return which way the arrow points: down into a box, or sideways at the end of a loop."""
    if not route.loop:
        return 0.0, 1.0
    return (1.0 if route.points[-2][0] < route.points[-1][0] else -1.0), 0.0


def before_head(route: Route) -> Point:
    """Return where the line stops, so that it does not blunt the tip of the arrow."""
    (x, y), (dx, dy) = route.points[-1], direction(route)
    return x - dx * (ARROW - 1), y - dy * (ARROW - 1)


def head_path(route: Route) -> str:
    (x, y), (dx, dy) = route.points[-1], direction(route)
    back, half = (x - dx * ARROW, y - dy * ARROW), ARROW * 0.45
    one = back[0] - dy * half, back[1] + dx * half
    other = back[0] + dy * half, back[1] - dx * half
    return f"M{pair((x, y))}L{pair(one)}L{pair(other)}z"


def label_svg(text: str, centre: Point, inside: bool) -> str:
    """Write a label on its edge, on a halo that keeps the line from striking it through."""
    x, y = centre
    width = label_width(text)
    halo = Rect(x=x - width / 2, y=y - 9, width=width, height=18)
    words = f'<text class="label" x="{number(x)}" y="{number(y + 4)}">{escape(text)}</text>'
    return rect_svg(halo, 5, ' class="halo inside"' if inside else ' class="halo"') + words


def holds(rect: Rect, point: Point) -> bool:
    return rect.x < point[0] < rect.x + rect.width and rect.y < point[1] < rect.y + rect.height


def group_svg(group: Group, rect: Rect, placed: Layout) -> str:
    """Draw the soft box around a subgraph, named in the corner its edges are further from."""
    inside = [box for box in placed.boxes.values() if holds(rect, (box.x, box.y))]
    first = min(inside, key=lambda box: box.y, default=rect)
    right = first.x + first.width / 2 < rect.x + rect.width / 2 - 0.01
    x = rect.x + rect.width - 12 if right else rect.x + 12
    name = shorten(readable(group[-1]))
    while len(name) > 1 and text_width(name, 11) > rect.width - 20:
        name = name.rstrip("…")[:-1] + "…"
    side = ' class="right"' if right else ""
    return (
        f'<g class="group" data-group="{escape(":".join(group))}">'
        f"<title>{escape(readable(group[-1]))}</title>{rect_svg(rect, 14)}"
        f'<text{side} x="{number(x)}" y="{number(rect.y + 17)}">{escape(name)}</text></g>'
    )


def summary(marks: Mapping[str, Mark], edges: Sequence[Edge]) -> str:
    """Say in words what the picture shows, for readers who do not see it."""
    steps = [mark.label for mark in marks.values() if mark.kind != "end"]
    people = [mark.label for mark in marks.values() if mark.kind == "review"]
    text = f"{len(steps)} steps, {len(edges)} connections: {', '.join(steps)}."
    return text + (f" A person decides at: {', '.join(people)}." if people else "")


def rules(styles: Mapping[str, str]) -> str:
    return "".join(f".flow-picture {name}{{{style}}}" for name, style in styles.items())


def document(parts: Iterable[str], placed: Layout, title: str, description: str) -> str:
    """Put the parts on a page of their own colour, so that labels stay readable anywhere."""
    width, height = number(placed.width), number(placed.height)
    page = Rect(x=0, y=0, width=placed.width, height=placed.height)
    style = f"{SHAPES}{rules(LIGHT)}@media (prefers-color-scheme: dark){{{rules(DARK)}}}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flow-picture" role="img" '
        f'aria-label="{escape(title)}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" style="max-width:100%">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(description)}</desc>",
        f"<style>{style}</style>",
        rect_svg(page, 12, ' class="page"'),
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
