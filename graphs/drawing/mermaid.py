"""A workflow's picture as Mermaid text, which many sites and editors draw."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from langchain_core.runnables.graph import Edge

from .sketch import END, START, Sketch

_SHAPES: Mapping[str, tuple[str, str]] = {
    "review": ("{{", "}}"),
    "model": ("(", ")"),
    "workflow": ("[[", "]]"),
    "dot": ("((", "))"),
    "end": ("([", "])"),
}
_CLASSES = (
    "classDef review fill:#fff7ed,stroke:#f59e0b,color:#0f172a",
    "classDef model fill:#eef2ff,stroke:#818cf8,color:#0f172a",
)
#: Words that mean something else to Mermaid where an id is expected.
_WORDS = frozenset(
    "end graph flowchart subgraph style class classdef click default direction linkstyle".split()
)


def mermaid(sketch: Sketch) -> str:
    """The text of a flowchart from top to bottom."""
    ids = _ids(sketch.graph.nodes)
    lines = ["flowchart TD", *_group(sketch, "", ids)]
    lines += [f"    {_edge(each, ids)}" for each in sketch.graph.edges]
    lines += [f"    {each}" for each in _CLASSES]
    return "\n".join(lines) + "\n"


def _ids(names: Iterable[str]) -> dict[str, str]:
    """An id for each node that Mermaid takes, like its name where that will do."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        id = re.sub(r"\W", "_", name)
        while id in taken or id.lower() in _WORDS:
            id += "_"
        taken.add(id)
        found[name] = id
    return found


def _group(sketch: Sketch, group: str, ids: Mapping[str, str], depth: int = 1) -> list[str]:
    """The nodes of a group, and the groups in it."""
    space = "    " * depth
    lines, inner = [], {}
    for name in sketch.graph.nodes:
        if name.rpartition(":")[0] == group:
            lines.append(f"{space}{_node(sketch, name, ids)}")
        elif name.startswith(f"{group}:" if group else ""):
            rest = name[len(group) + 1 :] if group else name
            inner[f"{group}:".lstrip(":") + rest.partition(":")[0]] = rest.partition(":")[0]
    for within, title in inner.items():
        id = "each_" + re.sub(r"\W", "_", within)
        lines.append(f"{space}subgraph {id}[{_text(title)}]")
        lines += _group(sketch, within, ids, depth + 1)
        lines.append(f"{space}end")
    return lines


def _node(sketch: Sketch, name: str, ids: Mapping[str, str]) -> str:
    node = sketch.graph.nodes[name]
    kind = "end" if name in (START, END) else str((node.metadata or {}).get("kind"))
    label = {START: "start", END: "end"}.get(name, " " if kind == "dot" else node.name)
    before, after = _SHAPES.get(kind, ("[", "]"))
    coloured = f":::{kind}" if kind in {"review", "model"} else ""
    return f"{ids[name]}{before}{_text(label)}{after}{coloured}"


def _edge(edge: Edge, ids: Mapping[str, str]) -> str:
    arrow = "-.->" if edge.conditional else "-->"
    words = "" if edge.data is None else str(edge.data)
    label = f"|{_text(words)}|" if words else ""
    return f"{ids[edge.source]} {arrow}{label} {ids[edge.target]}"


def _text(text: str) -> str:
    """Quoted; what Mermaid or HTML would read as its own is written by name."""
    names = str.maketrans({"#": "#35;", "&": "#amp;", '"': "#quot;", "<": "#lt;", ">": "#gt;"})
    return f'"{text.translate(names)}"'
