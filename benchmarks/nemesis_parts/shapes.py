"""The shapes that are killed, each as our definition and by hand for bare LangGraph."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send, interrupt

from .doors import Door, do, do_later, done

Definition = dict[str, Any]  # Any: as YAML gives it
Builder = Any  # LangGraph's, generic over its state

#: At which pass of the loop the person agrees.
PASSES = 2
ITEMS = tuple(f"item{n}" for n in range(8))


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One graph in both forms. ``units`` are its pieces of work, each to be done once.

    ``output`` is what must be in the state when it has ended.
    """

    name: str
    units: tuple[str, ...]
    output: Mapping[str, object]
    ours: Callable[[Door], Definition]
    by_hand: Callable[[Door], Builder]


def _definition(name: str, steps: list[Definition], **more: object) -> Definition:
    head = {"workflow_definition": {"name": name, "version": "1"}, "inputs": {"place": "str"}}
    return {**head, "workflow_steps": steps, **more}


def _step(door: Door, what: str) -> Definition:
    """A step that does the work of its name."""

    def work(place: str) -> str:
        return do(door, place, what)

    return {"step": what, "function": work}


def _outputs(units: tuple[str, ...]) -> dict[str, str]:
    return {each: done(each) for each in units}


def _awaited(door: Door, what: str) -> Definition:
    """The same as a coroutine, which takes another way through the journal."""

    async def work(place: str) -> str:
        return await do_later(door, place, what)

    return {"step": what, "function": work}


_CHAIN = ("c0", "c1", "c2", "c3", "c4")


def _chain(door: Door) -> Definition:
    return _definition("chain", [_step(door, each) for each in _CHAIN])


_BRANCHES = tuple(f"b{n}" for n in range(8))


def _fanout(door: Door) -> Definition:
    both = zip(_BRANCHES[::2], _BRANCHES[1::2], strict=True)
    steps = [step for one, two in both for step in (_step(door, one), _awaited(door, two))]
    together = {"step": "all", "parallel": steps}
    return _definition("fanout", [together, _step(door, "join")])


def _send(door: Door) -> Definition:
    def work(place: str, item: str) -> str:
        return do(door, place, item)

    each = {"over": "items", "as": "item", "steps": [{"step": "one", "function": work}]}
    steps = [{"step": "every", "map": each}, _step(door, "join")]
    inputs = {"place": "str", "items": {"type": "list[str]", "default": list(ITEMS)}}
    return _definition("send", steps, inputs=inputs)


def _nested(door: Door) -> Definition:
    inner = _definition("inner", [_step(door, "n1"), _awaited(door, "n2"), _step(door, "n3")])
    within = {
        "step": "within",
        "inputs": {"place": "place"},
        "outputs": {each: each for each in ("n1", "n2", "n3")},
        "workflow": inner,
    }
    return _definition("nested", [_step(door, "n0"), within, _step(door, "n4")])


def _gates(door: Door) -> Definition:
    def count(turn: int = 0) -> int:
        return turn + 1

    def draft(place: str, turn: int) -> str:
        return do(door, place, f"draft/{turn}")

    loop = {
        "until": "approval.type == 'approve'",
        "max_iterations": PASSES + 1,
        "steps": [
            {"step": "turn", "function": count},
            {"step": "draft", "function": draft},
            {"step": "approval", "review": {"fields": ["draft"]}},
        ],
    }
    return _definition("gates", [{"step": "writing", "loop": loop}, _step(door, "send")])


class _State(TypedDict, total=False):
    place: str
    found: Annotated[list[tuple[str, str]], operator.add]
    item: str
    turn: int
    draft: str
    verdict: str


def _node(door: Door, what: str) -> Callable[[_State], _State]:
    def work(state: _State) -> _State:
        return {"found": [(what, do(door, state["place"], what))]}

    return work


def _line(door: Door, names: tuple[str, ...]) -> Builder:
    graph = StateGraph(_State)
    for before, each in zip((START, *names), names, strict=False):
        graph.add_node(each, _node(door, each))
        graph.add_edge(before, each)
    graph.add_edge(names[-1], END)
    return graph


def _fanout_by_hand(door: Door) -> Builder:
    graph = StateGraph(_State)
    graph.add_node("join", _node(door, "join"))
    for each in _BRANCHES:
        graph.add_node(each, _node(door, each))
        graph.add_edge(START, each)
    graph.add_edge(list(_BRANCHES), "join")
    graph.add_edge("join", END)
    return graph


def _send_by_hand(door: Door) -> Builder:
    def one(state: _State) -> _State:
        return {"found": [(state["item"], do(door, state["place"], state["item"]))]}

    def every(state: _State) -> list[Send]:
        return [Send("one", {"place": state["place"], "item": each}) for each in ITEMS]

    graph = StateGraph(_State)
    graph.add_node("one", one)
    graph.add_node("join", _node(door, "join"))
    graph.add_conditional_edges(START, every, ["one"])
    graph.add_edge("one", "join")
    graph.add_edge("join", END)
    return graph


class _Inner(TypedDict, total=False):
    place: str
    found: Annotated[list[tuple[str, str]], operator.add]


def _nested_by_hand(door: Door) -> Builder:
    inner = _line(door, ("n1", "n2", "n3")).compile()

    def within(state: _State) -> _State:
        return {"found": inner.invoke({"place": state["place"]})["found"]}

    graph = StateGraph(_State)
    graph.add_node("n0", _node(door, "n0"))
    graph.add_node("within", within)
    graph.add_node("n4", _node(door, "n4"))
    graph.add_edge(START, "n0")
    graph.add_edge("n0", "within")
    graph.add_edge("within", "n4")
    graph.add_edge("n4", END)
    return graph


def _gates_by_hand(door: Door) -> Builder:
    def draft(state: _State) -> _State:
        turn = state.get("turn", 0) + 1
        what = f"draft/{turn}"
        made = do(door, state["place"], what)
        return {"turn": turn, "draft": made, "found": [(what, made)]}

    def approval(state: _State) -> _State:
        return {"verdict": interrupt({"draft": state["draft"]})["type"]}

    graph = StateGraph(_State)
    graph.add_node("draft", draft)
    graph.add_node("approval", approval)
    graph.add_node("send", _node(door, "send"))
    graph.add_edge(START, "draft")
    graph.add_edge("draft", "approval")
    graph.add_conditional_edges(
        "approval",
        lambda state: "send" if state["verdict"] == "approve" else "draft",
        ["send", "draft"],
    )
    graph.add_edge("send", END)
    return graph


_DRAFTS = tuple(f"draft/{turn}" for turn in range(1, PASSES + 1))

SHAPES = (
    Shape(
        name="chain",
        units=_CHAIN,
        output=_outputs(_CHAIN),
        ours=_chain,
        by_hand=lambda door: _line(door, _CHAIN),
    ),
    Shape(
        name="fanout",
        units=(*_BRANCHES, "join"),
        output=_outputs((*_BRANCHES, "join")),
        ours=_fanout,
        by_hand=_fanout_by_hand,
    ),
    Shape(
        name="send",
        units=(*ITEMS, "join"),
        output={"every": [done(each) for each in ITEMS], "join": done("join")},
        ours=_send,
        by_hand=_send_by_hand,
    ),
    Shape(
        name="nested",
        units=("n0", "n1", "n2", "n3", "n4"),
        output=_outputs(("n0", "n1", "n2", "n3", "n4")),
        ours=_nested,
        by_hand=_nested_by_hand,
    ),
    Shape(
        name="gates",
        units=(*_DRAFTS, "send"),
        output={"draft": done(_DRAFTS[-1]), "turn": PASSES, "send": done("send")},
        ours=_gates,
        by_hand=_gates_by_hand,
    ),
)
