"""The graphs that the storage benchmarks run: by hand for LangGraph, and as our definitions.

Their functions live here, where a fresh process finds them again, and do next to nothing.
"""

import base64
import operator
import random
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypedDict

from langchain_core.messages import HumanMessage
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send, interrupt

Graph = Any  # compiled, and generic over its state
Definition = dict[str, Any]  # Any: as YAML gives it
Form = Literal["str", "dict", "message"]
FORMS: tuple[Form, ...] = ("str", "dict", "message")
#: Of each item that is appended; what a dict or a message has beside its text is not counted.
ITEM_BYTES = 1_024


class Counted(TypedDict):
    total: int


class Fanned(TypedDict):
    numbers: list[int]
    doubled: Annotated[list[int], operator.add]


class Asked(TypedDict):
    total: int
    answer: str


class Grown(TypedDict):
    until: int
    items: Annotated[list[Any], operator.add]


class Weighted(TypedDict):
    total: int
    until: int
    weight: Any


def config(thread: str) -> Any:
    return {"recursion_limit": 1_000_000, "configurable": {"thread_id": thread}}


def definition(
    name: str, steps: Sequence[Any], inputs: Mapping[str, Any], state: Mapping[str, Any]
) -> Definition:
    head = {"workflow_definition": {"name": name, "version": "1"}}
    return {**head, "inputs": inputs, "state": state, "workflow_steps": steps}


def add(total: int) -> int:
    return total + 1


def add_by_hand(state: Counted) -> dict[str, int]:
    return {"total": state["total"] + 1}


def chain(nodes: int) -> Definition:
    steps = [{"step": f"add{n}", "function": add, "writes": ["total"]} for n in range(nodes)]
    return definition("chain", steps, {"total": "int"}, {})


def chain_by_hand(nodes: int, saver: Any) -> Graph:
    builder = StateGraph(Counted)
    names = [f"add{n}" for n in range(nodes)]
    for name, before in zip(names, [START, *names], strict=False):
        builder.add_node(name, add_by_hand)
        builder.add_edge(before, name)
    return builder.compile(saver)


def loop(passes: int, function: Any = add) -> Definition:
    body = {"step": "add", "function": function, "writes": ["total"]}
    repeat = {"steps": [body], "until": f"total >= {passes}", "max_iterations": passes}
    return definition("loop", [{"step": "again", "loop": repeat}], {"total": "int"}, {})


def loop_by_hand(passes: int, saver: Any) -> Graph:
    def way(state: Counted) -> str:
        return END if state["total"] >= passes else "add"

    builder = StateGraph(Counted)
    builder.add_node("add", add_by_hand)
    builder.add_edge(START, "add")
    builder.add_conditional_edges("add", way, ["add", END])
    return builder.compile(saver)


def touched(total: int) -> int:
    return total + 1


def add_by_pure_call(total: int) -> int:
    import dalsegno

    found: int = dalsegno.call("touched", touched, {"total": total}, effect="pure")
    return found


def add_by_external_call(total: int) -> int:
    import dalsegno

    found: int = dalsegno.call("touched", touched, {"total": total}, effect="external")
    return found


def double(item: int) -> int:
    return 2 * item


def fan() -> Definition:
    body = {"step": "double", "function": double}
    steps = [{"step": "doubled", "map": {"over": "numbers", "steps": [body]}}]
    return definition("fan", steps, {"numbers": "list[int]"}, {})


def double_by_hand(state: Mapping[str, int]) -> dict[str, list[int]]:
    return {"doubled": [2 * state["item"]]}


def spread_by_hand(state: Fanned) -> list[Send]:
    return [Send("double", {"item": each}) for each in state["numbers"]]


def fan_by_hand(saver: Any) -> Graph:
    builder = StateGraph(Fanned)
    builder.add_node("double", double_by_hand)
    builder.add_conditional_edges(START, spread_by_hand, ["double"])
    return builder.compile(saver)


def ask() -> Definition:
    steps = [
        {"step": "add", "function": add, "writes": ["total"]},
        {"step": "approval", "review": {"fields": ["total"], "description": "Is this right?"}},
        {"step": "after", "function": add, "writes": ["total"]},
    ]
    return definition("ask", steps, {"total": "int"}, {})


def approval_by_hand(state: Asked) -> dict[str, str]:
    return {"answer": interrupt({"total": state["total"]})["type"]}


def ask_by_hand(saver: Any) -> Graph:
    builder = StateGraph(Asked)
    builder.add_node("add", add_by_hand)
    builder.add_node("approval", approval_by_hand)
    builder.add_node("after", add_by_hand)
    for before, name in zip((START, "add", "approval"), ("add", "approval", "after"), strict=True):
        builder.add_edge(before, name)
    return builder.compile(saver)


def noise(seed: int, size: int) -> str:
    """So many characters, drawn quickly: a step that makes them is timed."""
    drawn = random.Random(seed).randbytes(size * 3 // 4)
    return base64.b64encode(drawn).decode()[:size]


def item(form: Form, number: int) -> Any:
    """The item of that number: always the same, never like another, nothing to compress."""
    text = noise(number, ITEM_BYTES)
    if form == "dict":
        return {"number": number, "text": text}
    return HumanMessage(content=text, id=f"m{number}") if form == "message" else text


def grow_by_hand(form: Form, saver: Any) -> Graph:
    """Appends one item a step until there are as many as ``until`` says."""

    def append(state: Grown) -> dict[str, list[Any]]:
        return {"items": [item(form, len(state["items"]))]}

    def way(state: Grown) -> str:
        return END if len(state["items"]) >= state["until"] else "append"

    builder = StateGraph(Grown)
    builder.add_node("append", append)
    builder.add_edge(START, "append")
    builder.add_conditional_edges("append", way, ["append", END])
    return builder.compile(saver)


def append_text(total: int) -> dict[str, Any]:
    return {"items": [item("str", total)], "total": total + 1}


def grow(passes: int) -> Definition:
    body = {
        "step": "append",
        "function": append_text,
        "reads": ["total"],
        "writes": ["items", "total"],
    }
    repeat = {"steps": [body], "until": f"total >= {passes}", "max_iterations": passes}
    steps = [{"step": "again", "loop": repeat}]
    state = {"items": {"type": "list[str]", "merge": "append"}}
    return definition("grow", steps, {"total": "int"}, state)


def weight(kind: Literal["text", "dict"], size: int) -> Any:
    """A value of so many bytes, whole or in a thousand entries."""
    text = noise(1, size)
    if kind == "text":
        return text
    part = size // 1_000
    return {f"part {n}": text[n * part : (n + 1) * part] for n in range(1_000)}


def weighted_by_hand(saver: Any) -> Graph:
    """Counts up beside a large field that nobody writes."""

    def way(state: Weighted) -> str:
        return END if state["total"] >= state["until"] else "add"

    builder = StateGraph(Weighted)
    builder.add_node("add", add_by_hand)
    builder.add_edge(START, "add")
    builder.add_conditional_edges("add", way, ["add", END])
    return builder.compile(saver)
