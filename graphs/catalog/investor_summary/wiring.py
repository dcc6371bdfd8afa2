"""The investor summary as a graph: typed decisions are written by nodes, edges only read them."""

from typing import Any, Literal

from langgraph.graph import END, START, StateGraph

from ....state.context import RunContext
from ...bridge import node
from . import reading, reviewing, writing
from .schema import MAX_ROUNDS, Inputs, State


def wire() -> StateGraph[Any, Any, Any, Any]:  # Any: LangGraph's type parameters
    """The graph, not yet compiled."""
    graph = StateGraph(State, context_schema=RunContext, input_schema=Inputs)
    for step in (reading.load, reading.select, reading.parse):
        graph.add_node(step.__name__, node(step))
    for step in (reading.extract, reading.trends, reading.risks, writing.write, reviewing.answer):
        graph.add_node(step.__name__, node(step), metadata={"kind": "model"})
    graph.add_node("format", node(writing.format))
    graph.add_node("final_approval", node(reviewing.final_approval), metadata={"kind": "review"})
    graph.add_node("deliver", node(reviewing.deliver))
    graph.add_node("close", node(reviewing.close))

    graph.add_edge(START, "load")
    graph.add_edge("load", "select")
    graph.add_edge("select", "parse")
    graph.add_edge("parse", "extract")
    graph.add_edge("extract", "trends")
    graph.add_edge("extract", "risks")
    graph.add_edge(["trends", "risks"], "write")
    graph.add_edge("write", "format")
    graph.add_conditional_edges(
        "format", after_format, {"review": "final_approval", "deliver": "deliver"}
    )
    graph.add_conditional_edges(
        "final_approval",
        after_review,
        {
            "approve": "deliver",
            "edit": "format",
            "reject": "write",
            "respond": "answer",
            "limit": "close",
        },
    )
    graph.add_edge("answer", "final_approval")
    graph.add_edge("deliver", END)
    graph.add_edge("close", END)
    return graph


def after_format(state: State) -> Literal["review", "deliver"]:
    """An edited text was decided on already; every other one is still to be reviewed."""
    return "deliver" if state.verdict is not None and state.verdict.type == "edit" else "review"


def after_review(state: State) -> Literal["approve", "edit", "reject", "respond", "limit"]:
    """Where the reviewer's decision leads; the last round's rejection ends the run."""
    verdict = state.verdict
    if verdict is None:  # no decision was recorded: back to asking, never past it
        return "respond"
    if verdict.type == "reject" and state.round >= MAX_ROUNDS:
        return "limit"
    return verdict.type
