"""The picture of a graph must be complete, readable and made without any outside help."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, TypedDict
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.runnables.graph import Edge, Graph, Node
from langgraph.graph import END, START, StateGraph

from dalsegno.graphs.drawing.layout import layout
from dalsegno.graphs.drawing.picture import svg
from dalsegno.graphs.drawing.shapes import Box, Link, Rect, overlap

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

SVG = "{http://www.w3.org/2000/svg}"


class State(TypedDict, total=False):
    text: str


def nothing(state: State) -> State:
    return {}


def flow(
    edges: Sequence[tuple[str, str]],
    choices: dict[str, dict[str, str]] | None = None,
    kinds: dict[str, str] | None = None,
    nested: dict[str, Any] | None = None,
) -> Any:
    """Compile a real graph; nodes are whatever the edges mention."""
    builder = StateGraph(State)
    names = [name for edge in edges for name in edge]
    names += [target for paths in (choices or {}).values() for target in paths.values()]
    for name in dict.fromkeys(names):
        if name not in (START, END):
            kind = (kinds or {}).get(name)
            builder.add_node(
                name,
                (nested or {}).get(name, nothing),
                metadata={"kind": kind} if kind else None,
            )
    for source, target in edges:
        builder.add_edge(source, target)
    for source, paths in (choices or {}).items():
        builder.add_conditional_edges(source, lambda _: "", paths)
    return builder.compile()


def chain() -> Graph:
    return flow([(START, "load"), ("load", "write"), ("write", END)]).get_graph()


def fan() -> Graph:
    branches = ["trends", "risks", "people"]
    edges = [(START, "extract"), ("write", END)]
    edges += [edge for name in branches for edge in (("extract", name), (name, "write"))]
    return flow(edges).get_graph()


def approval() -> Graph:
    edges = [(START, "write"), ("write", "format"), ("answer", "final_approval")]
    edges += [("deliver", END), ("close", END)]
    decisions = {"approve": "deliver", "edit": "format", "reject": "write"}
    decisions |= {"respond": "answer", "limit": "close"}
    formats = {"final_approval": "final_approval", "deliver": "deliver"}
    choices = {"final_approval": decisions, "format": formats}
    return flow(edges, choices, {"final_approval": "review", "write": "model"}).get_graph()


def subgraph() -> Graph:
    inner = flow(
        [(START, "plan"), ("plan", "act"), ("act", "check")],
        {"check": {"again": "plan", "done": END}},
    )
    edges = [(START, "load"), ("load", "research"), ("load", "side")]
    edges += [("research", "write"), ("side", "write"), ("write", END)]
    return flow(edges, nested={"research": inner}).get_graph(xray=True)


def plain(edges: Sequence[Edge], names: Sequence[str] = ()) -> Graph:
    """Describe a graph directly, for shapes that LangGraph itself would refuse."""
    ids = dict.fromkeys([*names, *(id for edge in edges for id in edge[:2])])
    return Graph(nodes={id: Node(id, id, None, None) for id in ids}, edges=list(edges))


def parse(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def nodes_in(root: ElementTree.Element) -> dict[str, Rect]:
    found = {}
    for group in root.iter(f"{SVG}g"):
        if "data-node" in group.attrib:
            found[group.attrib["data-node"]] = rect_of(group)
    return found


def rect_of(group: ElementTree.Element) -> Rect:
    shape = group.find(f"{SVG}rect")
    assert shape is not None
    x, y, width, height = (float(shape.attrib[name]) for name in ("x", "y", "width", "height"))
    return Rect(x=x, y=y, width=width, height=height)


def edges_in(root: ElementTree.Element) -> list[tuple[str, str, str]]:
    return [
        (group.attrib["data-source"], group.attrib["data-target"], group.attrib["class"])
        for group in root.iter(f"{SVG}g")
        if "data-source" in group.attrib
    ]


def words_in(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def halos_in(root: ElementTree.Element) -> list[Rect]:
    shapes = [r for r in root.iter(f"{SVG}rect") if "halo" in r.attrib.get("class", "")]
    keys = ("x", "y", "width", "height")
    return [Rect(**{key: float(shape.attrib[key]) for key in keys}) for shape in shapes]


def overlapping(rects: Sequence[Rect]) -> list[tuple[Rect, Rect]]:
    pairs = [(one, other) for i, one in enumerate(rects) for other in rects[i + 1 :]]
    return [pair for pair in pairs if overlap(*pair)]


@pytest.mark.parametrize("make", [chain, fan, approval, subgraph])
def test_every_node_and_edge_is_drawn(make: Any) -> None:
    graph = make()
    root = parse(svg(graph))
    assert set(nodes_in(root)) == set(graph.nodes)
    drawn = sorted((source, target) for source, target, _ in edges_in(root))
    assert drawn == sorted((edge.source, edge.target) for edge in graph.edges)


@pytest.mark.parametrize("make", [chain, fan, approval, subgraph])
def test_boxes_and_labels_do_not_overlap(make: Any) -> None:
    root = parse(svg(make()))
    assert overlapping([*nodes_in(root).values(), *halos_in(root)]) == []


@pytest.mark.parametrize("make", [chain, fan, approval, subgraph])
def test_the_same_graph_gives_the_same_text(make: Any) -> None:
    assert svg(make()) == svg(make())


def test_time_runs_downwards() -> None:
    boxes = nodes_in(parse(svg(chain())))
    heights = [boxes[name].y for name in ("__start__", "load", "write", "__end__")]
    assert heights == sorted(set(heights))


def test_a_chain_is_straight() -> None:
    boxes = nodes_in(parse(svg(chain()))).values()
    assert len({round(box.x + box.width / 2, 1) for box in boxes}) == 1


def test_parallel_branches_stand_side_by_side_under_their_source() -> None:
    boxes = nodes_in(parse(svg(fan())))
    branches = [boxes[name] for name in ("trends", "risks", "people")]
    assert len({box.y for box in branches}) == 1
    centres = sorted(box.x + box.width / 2 for box in branches)
    above = boxes["extract"].x + boxes["extract"].width / 2
    assert centres[1] == pytest.approx(above, abs=12)


def test_ways_back_are_loops_and_decisions_are_dashed() -> None:
    classes = {(source, target): kind for source, target, kind in edges_in(parse(svg(approval())))}
    assert classes["final_approval", "write"] == "edge conditional loop"
    assert classes["final_approval", "deliver"] == "edge conditional"
    assert classes["answer", "final_approval"] == "edge loop"
    assert classes["write", "format"] == "edge"


def test_labels_are_words_and_do_not_repeat_the_target() -> None:
    words = words_in(parse(svg(approval())))
    assert {"approve", "edit", "reject", "respond", "limit"} <= set(words)
    assert words.count("final approval") == 1
    assert words.count("deliver") == 1
    assert {"start", "end"} <= set(words)


def test_review_and_model_nodes_have_their_own_accent() -> None:
    text = svg(approval())
    assert 'class="node review" data-node="final_approval"' in text
    assert 'class="node model" data-node="write"' in text
    assert 'class="node step" data-node="format"' in text


def test_a_subgraph_has_a_box_around_its_own_nodes_only() -> None:
    root = parse(svg(subgraph()))
    [group] = [g for g in root.iter(f"{SVG}g") if g.attrib.get("data-group") == "research"]
    inside = {id for id, box in nodes_in(root).items() if overlap(rect_of(group), box)}
    assert inside == {id for id in nodes_in(root) if id.startswith("research:")}


def test_text_is_escaped() -> None:
    name, label = 'a<b>&"c"', "<i>no</i>\x00"
    root = parse(svg(plain([Edge("__start__", name, label, True)]), title="<&>"))
    assert name in words_in(root)
    assert "<i>no</i>\ufffd" in words_in(root)
    assert root.attrib["aria-label"] == "<&>"


def test_the_picture_is_accessible() -> None:
    root = parse(svg(chain(), title="How a report is made"))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == "How a report is made"
    assert root.findtext(f"{SVG}title") == "How a report is made"


def test_drawing_uses_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("drawing a picture must not leave the machine")

    graph = subgraph()
    monkeypatch.setattr(Graph, "draw_mermaid_png", refuse)
    monkeypatch.setattr(socket, "socket", refuse)
    text = svg(graph)
    assert text.count("http") == text.count("http://www.w3.org/2000/svg")
    assert "<script" not in text
    assert "@import" not in text


def test_odd_graphs_are_drawn_too() -> None:
    assert parse(svg(Graph())).attrib["role"] == "img"
    edges = [Edge("a", "a", "again", True), Edge("a", "b", "one"), Edge("a", "b"), Edge("b", "a")]
    root = parse(svg(plain([*edges, *edges], ["__start__", "alone"])))
    assert len(edges_in(root)) == 8
    assert set(nodes_in(root)) == {"__start__", "alone", "a", "b"}


def test_an_edge_out_of_the_described_graph_is_kept() -> None:
    graph = plain([Edge("a", "b")])
    del graph.nodes["b"]
    assert set(nodes_in(parse(svg(graph)))) == {"a", "b"}


def sixty() -> Graph:
    edges = [Edge(f"n{max(0, i - 1 - i % 3)}", f"n{i}") for i in range(1, 60)]
    edges += [Edge(f"n{i}", f"n{i - 5}", "again", True) for i in range(9, 60, 10)]
    return plain(edges)


def dense() -> Graph:
    pairs = [(i, j) for i in range(20) for j in range(20) if (i * 7 + j * 3) % 4 == 0]
    labels = ["back", None, "on"]
    return plain([Edge(f"n{i}", f"n{j}", labels[(i + j) % 3], True) for i, j in pairs])


@pytest.mark.parametrize("make", [sixty, dense])
def test_large_and_dense_graphs_are_drawn_without_overlap(make: Any) -> None:
    graph = make()
    root = parse(svg(graph))
    assert set(nodes_in(root)) == set(graph.nodes)
    assert len(edges_in(root)) == len(graph.edges)
    assert overlapping([*nodes_in(root).values(), *halos_in(root)]) == []


@st.composite
def random_graphs(draw: st.DrawFn) -> tuple[list[Box], list[Link]]:
    count = draw(st.integers(1, 14))
    groups = st.sampled_from([(), (), (), ("g",), ("g", "inner"), ("h",)])
    boxes = [
        Box(id=str(i), width=draw(st.integers(20, 200)), height=40, group=draw(groups))
        for i in range(count)
    ]
    ids = st.integers(0, count - 1).map(str)
    labels = st.sampled_from([0.0, 0.0, 30.0, 90.0])
    links = draw(st.lists(st.builds(Link, source=ids, target=ids, label_width=labels), max_size=30))
    return boxes, links


@settings(max_examples=150, deadline=None, derandomize=True)
@given(random_graphs())
def test_nothing_overlaps_in_any_graph(graph: tuple[list[Box], list[Link]]) -> None:
    boxes, links = graph
    placed = layout(boxes, links)
    labels = [
        Rect(
            x=route.label[0] - link.label_width / 2 + 0.01,
            y=route.label[1] - 9,
            width=link.label_width - 0.02,
            height=18,
        )
        for link, route in zip(links, placed.routes, strict=True)
        if route.label
    ]
    assert len(labels) == sum(link.label_width > 0 for link in links)
    rects = [*placed.boxes.values(), *labels]
    assert overlapping(rects) == []
    for rect in [*rects, *placed.groups.values()]:
        assert rect.x >= 0
        assert rect.y >= 0
        assert rect.x + rect.width <= placed.width
        assert rect.y + rect.height <= placed.height
    for group, rect in placed.groups.items():
        for box in boxes:
            assert (box.group[: len(group)] == group) == overlap(rect, placed.boxes[box.id])
