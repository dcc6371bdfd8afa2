"""Draw a LangGraph graph as an SVG that needs nothing but itself.

LangGraph's own pictures go through a web service or Graphviz. A report about confidential
documents should need neither, so this module writes the SVG directly: no scripts, no fonts to
fetch, colours for light and dark pages, and the same text for the same graph every time.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import dist
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from .layout import layout
from .shapes import Box, Group, Layout, Link, Point, Rect, Route, overlap

if TYPE_CHECKING:
    from langchain_core.runnables.graph import Edge, Graph

    from .sketch import Sketch

START, END = "__start__", "__end__"
LONGEST_LABEL = 40
ARROW = 8.0

# Light, then what differs on dark pages. Plain rules: not every renderer knows CSS variables.
COLOURS = {
    ".page": ("fill:#ffffff", "fill:#0f172a"),
    ".node rect": ("fill:#f8fafc;stroke:#94a3b8;stroke-width:1.25", "fill:#1e293b;stroke:#64748b"),
    ".node text": ("fill:#0f172a", "fill:#e2e8f0"),
    ".model rect": ("fill:#eef2ff;stroke:#818cf8", "fill:#26275a"),
    ".model .icon": ("fill:#6366f1", "fill:#a5b4fc"),
    ".dot rect": ("fill:#94a3b8;stroke:none", "fill:#64748b"),
    ".workflow .icon": ("fill:#64748b", "fill:#94a3b8"),
    ".review rect": ("fill:#fff7ed;stroke:#f59e0b;stroke-width:2", "fill:#43290c;stroke:#f59e0b"),
    ".review .icon": ("fill:#d97706", "fill:#fbbf24"),
    ".end rect": ("fill:#475569;stroke:#475569", "fill:#cbd5e1;stroke:#cbd5e1"),
    ".end text": ("fill:#ffffff", "fill:#0f172a"),
    ".edge path": ("fill:none;stroke:#64748b;stroke-width:1.5", "stroke:#94a3b8"),
    ".edge .head": ("fill:#64748b;stroke:none", "fill:#94a3b8"),
    ".halo": ("fill:#ffffff", "fill:#0f172a"),
    ".inside": ("fill:#f3f5f9", "fill:#172136"),
    ".label": ("fill:#475569", "fill:#cbd5e1"),
    ".group rect": ("fill:#f3f5f9;stroke:#cbd5e1", "fill:#172136;stroke:#334155"),
    ".heading": ("fill:#475569", "fill:#cbd5e1"),
}
SHAPES = (
    ".flow-picture text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',"
    "Arial,sans-serif;font-size:13px;text-anchor:middle}"
    ".flow-picture .label,.flow-picture .heading,.flow-picture .end text{font-size:11px}"
    ".flow-picture .heading{text-anchor:start;font-weight:600}"
    ".flow-picture .conditional .line{stroke-dasharray:5 4}"
)
# The shape tells a person's decision from a model's work where the colour cannot be seen.
ICONS = {
    "review": "M0-6.2a3 3 0 1 1 0 6a3 3 0 1 1 0-6zM-5.6 6.2c0-6.6 11.2-6.6 11.2 0z",
    "model": "M0-6.5Q.9-.9 6.5 0Q.9.9 0 6.5Q-.9.9-6.5 0Q-.9-.9 0-6.5z",
    "workflow": "M-6-6h8v5h-8zM-2 1h8v5h-8z",
}
HINTS = {
    "review": ": a person decides here",
    "model": ": a model works here",
    "workflow": ": another workflow",
}
DOT = "ways meet here"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """How a node is shown: its text, its CSS class and its place in the layout."""

    label: str
    kind: str
    box: Box


def drawn(sketch: Sketch) -> str:
    """Return the picture of a workflow as SVG text."""
    return svg(sketch.graph, title=sketch.name)


def svg(graph: Graph, *, title: str | None = None) -> str:
    """Return the picture of a graph, described as `get_graph()` does it, as SVG text."""
    marks = node_marks(graph)
    labels = [edge_label(edge, marks) for edge in graph.edges]
    links = [
        Link(source=edge.source, target=edge.target, label_width=label_width(label))
        for edge, label in zip(graph.edges, labels, strict=True)
    ]
    placed = layout([mark.box for mark in marks.values()], links)
    parts = [group_svg(group, rect) for group, rect in placed.groups.items()]
    parts += map(edge_svg, graph.edges, placed.routes)
    for label, route in zip(labels, placed.routes, strict=True):
        parts += [label_svg(label, route.label, placed)] if route.label else []
    parts += [heading_svg(group, rect, placed) for group, rect in placed.groups.items()]
    parts += [node_svg(mark, placed.boxes[mark.box.id]) for mark in marks.values()]
    return document(parts, placed, title or "Flow of the graph", summary(marks, len(links)))


def node_marks(graph: Graph) -> dict[str, Mark]:
    """Describe every node, the start first, as that is where the layout begins."""
    names = {id: node.name for id, node in graph.nodes.items()}
    # An edge may lead out of the described graph, for instance to a parent graph.
    for edge in graph.edges:
        names |= {id: id for id in edge[:2] if id not in names}
    return {id: node_mark(graph, id, names[id]) for id in sorted(names, key=lambda id: id != START)}


def node_mark(graph: Graph, id: str, name: str) -> Mark:
    *group, last = id.split(":")
    node = graph.nodes.get(id)
    kind = str((node.metadata or {}).get("kind")) if node else ""
    if kind == "dot":
        return Mark(label="", kind=kind, box=Box(id=id, width=10.0, height=10.0, group=(*group,)))
    kind = kind if kind in ICONS else "step"
    label = shorten(readable(name.rpartition(":")[2] or name))
    width, height = max(84.0, text_width(label, 13) + (48 if kind in ICONS else 28)), 40.0
    if last in (START, END):
        label, kind, width, height = last.strip("_"), "end", 52.0, 24.0
    return Mark(label=label, kind=kind, box=Box(id=id, width=width, height=height, group=(*group,)))


def edge_label(edge: Edge, marks: Mapping[str, Mark]) -> str:
    """Return what is written on an edge: its condition, unless that only repeats the target."""
    text = "" if edge.data is None else str(edge.data)
    text = readable(text) if text.isidentifier() else text  # a condition stays as it is written
    target = readable(edge.target)
    repeats = text in (target, target.rpartition(":")[2], marks[edge.target].label)
    return "" if repeats else shorten(text)


def readable(text: str) -> str:
    """Turn an identifier into words."""
    return " ".join(text.replace("_", " ").split()) or text.strip()


def shorten(text: str, length: int = LONGEST_LABEL) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def escape(text: str) -> str:
    """Make text safe for XML, which cannot hold control characters even when escaped."""
    allowed = re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
    return html.escape(allowed, quote=True)


def text_width(text: str, size: float) -> float:
    """Estimate the width of text, generously, as the reader's font is not known."""
    return size * sum(map(character_width, text))


def character_width(character: str) -> float:
    if east_asian_width(character) in "WF":
        return 1.05
    if character in "iljtfrI.,:;'|!()[] ":
        return 0.4
    return 0.9 if character in "mwMW@%" else 0.74 if character.isupper() else 0.62


def label_width(label: str) -> float:
    return text_width(label, 11) + 10 if label else 0.0


def number(value: float) -> str:
    """Write a coordinate briefly; two decimals are finer than anyone can see."""
    return f"{round(value, 2) + 0:.12g}"


def pair(x: float, y: float) -> str:
    return f"{number(x)} {number(y)}"


def rect_svg(rect: Rect, radius: float, attributes: str = "") -> str:
    x, y, width, height, r = map(number, (rect.x, rect.y, rect.width, rect.height, radius))
    return f'<rect{attributes} x="{x}" y="{y}" width="{width}" height="{height}" rx="{r}"/>'


def text_svg(text: str, x: float, y: float, attributes: str = "") -> str:
    return f'<text{attributes} x="{number(x)}" y="{number(y)}">{escape(text)}</text>'


def node_svg(mark: Mark, rect: Rect) -> str:
    """Draw a node; its tooltip carries the full name, which the label may shorten."""
    x, y = rect.x + rect.width / 2, rect.y + rect.height / 2
    radius, baseline, icon = (12.0, y + 4, "") if mark.kind == "end" else (9.0, y + 4.6, "")
    if mark.kind in ICONS:
        place = f"translate({pair(rect.x + 20, y)})"
        icon, x = f'<path class="icon" transform="{place}" d="{ICONS[mark.kind]}"/>', x + 9
    tooltip = DOT if mark.kind == "dot" else readable(mark.box.id) + HINTS.get(mark.kind, "")
    words = text_svg(mark.label, x, baseline) if mark.label else ""
    return (
        f'<g class="node {mark.kind}" data-node="{escape(mark.box.id)}">'
        f"<title>{escape(tooltip)}</title>{rect_svg(rect, radius)}{icon}{words}</g>"
    )


def edge_svg(edge: Edge, route: Route) -> str:
    """Draw an edge with its arrowhead, dashed when something decides whether it is taken."""
    kinds = "edge" + " conditional" * edge.conditional + " loop" * route.loop
    # An arrow points down into a box, or sideways at the end of a loop.
    (before, _), (x, y) = route.points[-2:]
    dx, dy = (0 if not route.loop else 1 if before < x else -1), int(not route.loop)
    (back_x, back_y), half = (x - dx * ARROW, y - dy * ARROW), ARROW * 0.45
    one = pair(back_x - dy * half, back_y + dx * half)
    other = pair(back_x + dy * half, back_y - dx * half)
    # The line stops a little earlier than its head, so that it does not blunt the tip.
    stop = x - dx * (ARROW - 1), y - dy * (ARROW - 1)
    line = route_path([*route.points[:-1], stop], route.loop)
    return (
        f'<g class="{kinds}" data-source="{escape(edge.source)}" '
        f'data-target="{escape(edge.target)}"><path class="line" d="{line}"/>'
        f'<path class="head" d="M{pair(x, y)}L{one}L{other}z"/></g>'
    )


def route_path(points: list[Point], loop: bool) -> str:
    """Join points by curves that are upright at each of them, but for the two ends of a loop."""
    result = f"M{pair(*points[0])}"
    for i in range(1, len(points)):
        (x, y), (to_x, to_y) = points[i - 1], points[i]
        middle = (y + to_y) / 2
        if loop and i in (1, len(points) - 1):
            turn = (to_x, y) if i == 1 else (x, to_y)
            result += corner((x, y), turn, (to_x, to_y))
        elif abs(x - to_x) < 0.01:
            result += f"L{pair(to_x, to_y)}"
        else:
            result += f"C{pair(x, middle)} {pair(to_x, middle)} {pair(to_x, to_y)}"
    return result


def corner(start: Point, turn: Point, end: Point) -> str:
    """Go straight from start to end but for one rounded turn."""
    radius, result = min(16.0, dist(start, turn), dist(turn, end)), []
    for x, y in (start, end):
        part = radius / (dist((x, y), turn) or 1)
        result.append(pair(turn[0] + (x - turn[0]) * part, turn[1] + (y - turn[1]) * part))
    return f"L{result[0]}Q{pair(*turn)} {result[1]}L{pair(*end)}"


def label_svg(text: str, centre: Point, placed: Layout) -> str:
    """Write a label on its edge, on a halo that keeps the line from striking it through."""
    (x, y), width = centre, label_width(text)
    halo = Rect(x=x - width / 2, y=y - 9, width=width, height=18)
    inside = " inside" * any(overlap(halo, rect) for rect in placed.groups.values())
    return rect_svg(halo, 5, f' class="halo{inside}"') + text_svg(text, x, y + 4, ' class="label"')


def group_svg(group: Group, rect: Rect) -> str:
    """Draw the soft box around a subgraph."""
    return (
        f'<g class="group" data-group="{escape(":".join(group))}">'
        f"<title>{escape(readable(group[-1]))}</title>{rect_svg(rect, 14)}</g>"
    )


def heading_svg(group: Group, rect: Rect, placed: Layout) -> str:
    """Name a subgraph in the corner its edges are further from, on a halo if they come close."""
    inside = (box for box in placed.boxes.values() if overlap(rect, box))
    first = min(inside, key=lambda box: box.y)
    right = first.x + first.width / 2 < rect.x + rect.width / 2 - 0.01
    words = shorten(readable(group[-1]), int((rect.width - 20) / 7))
    width = text_width(words, 11)
    x = rect.x + rect.width - 12 - width if right else rect.x + 12
    halo = Rect(x=x - 3, y=rect.y + 5, width=width + 6, height=15)
    heading = text_svg(words, x, rect.y + 17, ' class="heading"')
    return rect_svg(halo, 5, ' class="halo inside"') + heading


def summary(marks: Mapping[str, Mark], connections: int) -> str:
    """Say in words what the picture shows, for readers who do not see it."""
    steps = [mark.label for mark in marks.values() if mark.kind not in {"end", "dot"}]
    people = [mark.label for mark in marks.values() if mark.kind == "review"]
    text = f"{len(steps)} steps, {connections} connections: {', '.join(steps)}."
    return text + (f" A person decides at: {', '.join(people)}." if people else "")


def document(parts: list[str], placed: Layout, title: str, description: str) -> str:
    """Put the parts on a page of their own colour, so that labels stay readable anywhere."""
    width, height, title = number(placed.width), number(placed.height), escape(title)
    page = Rect(x=0, y=0, width=placed.width, height=placed.height)
    light, dark = (
        "".join(f".flow-picture {name}{{{rules[i]}}}" for name, rules in COLOURS.items())
        for i in (0, 1)
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flow-picture" role="img" '
        f'aria-label="{title}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" style="max-width:100%">',
        f"<title>{title}</title>",
        f"<desc>{escape(description)}</desc>",
        f"<style>{SHAPES}{light}@media (prefers-color-scheme: dark){{{dark}}}</style>",
        rect_svg(page, 12, ' class="page"'),
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
