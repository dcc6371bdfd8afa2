"""The journal when somebody goes back: by fork, rollback, an update by hand, an old checkpoint."""

import operator
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Send, interrupt

import dalsegno
from dalsegno import Runtime, call
from dalsegno.checkpoints.sqlite import SqliteSaver
from dalsegno.runtime.run import Run

from .test_state_rows import definition
from .test_tickets import APPROVE, REJECT, graph_of

WAYS = pytest.mark.parametrize("way", ["fork", "rollback"])
BEFORE = {"type": "edit", "args": {"result": "before"}}


class State(TypedDict, total=False):
    turn: int
    text: str
    items: list[str]
    made: Annotated[list[Any], operator.add]


class Inner(TypedDict, total=False):
    k: int
    receipt: Any


Node = Callable[[State], Any]


def _gate(_: State) -> State:
    interrupt("go on?")
    return {}


def _sequence(*nodes: Node) -> Any:
    builder = StateGraph(State).add_sequence(list(nodes))
    return builder.add_edge(START, nodes[0].__name__).compile(name="g")


def _before(runtime: Runtime, run: Run, step: str) -> str:
    """The oldest checkpoint after which a step was to run."""
    return [each for each in runtime.history(run) if step in each.next][-1].checkpoint


def _again(runtime: Runtime, run: Run, way: str, step: str) -> Run:
    """The run, or another one, resumed from before a step."""
    return runtime.resume(getattr(runtime, way)(run, _before(runtime, run, step)))


def _asked(runtime: Runtime, run: Run, answer: Mapping[str, Any]) -> tuple[Run, list[Any]]:
    """What the run asks about the call "pay", one after the other, each answered so."""
    asked = []
    while run.status == "paused" and (own := [r for r in run.reviews() if r.node == "pay"]):
        asked.append(own[0].args["arguments"])
        run = runtime.decide(own[0].id, answer, by="ana")
    return run, asked


@WAYS
def test_D4_what_a_nodes_second_graph_did_is_asked_about_too(runtime: Runtime, way: str) -> None:
    paid: list[int] = []

    sub = StateGraph(Inner).add_node("inner", _taking(paid)).add_edge(START, "inner").compile()

    def one(_: State) -> State:
        return {"turn": 1}

    def ou_er(_: State) -> State:
        return {"made": [sub.invoke({"k": n})["receipt"] for n in (1, 2)]}

    run = runtime.start(_sequence(one, ou_er, _gate), {})
    assert paid == [1, 2]
    other, asked = _asked(runtime, _again(runtime, run, way, "one"), BEFORE)
    assert asked == [{"x": 1}, {"x": 2}]
    assert (paid, other.status) == ([1, 2], "paused")


def _taking(paid: list[int]) -> Callable[[Inner], Inner]:
    def pay(x: int) -> str:
        paid.append(x)
        return f"paid {x}"

    def inner(state: Inner) -> Inner:
        return {"receipt": call("pay", pay, {"x": state["k"]})}

    return inner


@WAYS
def test_D4_items_that_are_sent_in_another_order_are_asked_about(
    runtime: Runtime, way: str
) -> None:
    orders = [["ana", "ben"], ["new", "ben", "ana"]]
    paid: list[str] = []

    def pay(to: str) -> str:
        paid.append(to)
        return f"paid {to}"

    def plan(_: State) -> State:
        return {"items": orders[0]}

    def each(state: Any) -> State:
        return {"made": [call("pay", pay, {"to": state["to"]})]}

    builder = StateGraph(State).add_node(plan).add_node(each).add_node("gate", _gate)
    builder.add_edge(START, "plan").add_edge("each", "gate")
    builder.add_conditional_edges(
        "plan", lambda state: [Send("each", {"to": to}) for to in state["items"]], ["each"]
    )
    run = runtime.start(builder.compile(name="g"), {})
    orders.pop(0)
    other = _again(runtime, run, way, "plan")
    other, asked = _asked(runtime, other, BEFORE)
    assert sorted(each["to"] for each in asked) == ["ana", "ben"]
    assert sorted(paid) == ["ana", "ben", "new"]
    assert other.reviews()[0].node == "gate"


@WAYS
def test_D4_a_maps_items_in_another_order_are_asked_about(runtime: Runtime, way: str) -> None:
    orders = [["ana", "ben"], ["ben", "ana"]]
    paid: list[str] = []

    def pay(to: str) -> str:
        paid.append(to)
        return f"paid {to}"

    def plan(topic: str) -> list[str]:
        return orders[0]

    def charge(item: str) -> str:
        return str(call("pay", pay, {"to": item}))

    steps = [{"step": "charge", "function": charge}]
    given = definition(
        {"step": "plan", "function": plan},
        {"step": "charged", "map": {"over": "plan", "steps": steps}},
        {"step": "ok", "review": {"fields": ["plan"]}},
        inputs={"topic": "str"},
    )
    run = runtime.start(given, {"topic": "x"})
    orders.pop(0)
    other = _again(runtime, run, way, "plan")
    _, asked = _asked(runtime, other, BEFORE)
    assert sorted(each["to"] for each in asked) == ["ana", "ben"]
    assert sorted(paid) == ["ana", "ben"]


@WAYS
def test_D3_an_idempotent_call_keeps_its_key_where_it_is_made_again(
    runtime: Runtime, way: str
) -> None:
    keys: list[str] = []

    def pay(amount: int, idempotency_key: str) -> str:
        keys.append(idempotency_key)
        return "paid"

    def one(state: State) -> State:
        call("pay", pay, {"amount": 5}, effect="idempotent")
        return {"turn": state.get("turn", 0) + 1}

    builder = StateGraph(State).add_node("one", one).add_node("gate", _gate)
    builder.add_edge(START, "one").add_edge("one", "gate").add_edge("gate", "one")
    run = runtime.start(builder.compile(name="g"), {})
    other = _again(runtime, run, way, "one")
    assert len(keys) == 2
    assert len(set(keys)) == 1
    # A pass that the original had not come to is another call; for either of them.
    runtime.decide(other.reviews()[0].id, APPROVE, by="ana")
    assert len(set(keys)) == 2


def test_D3_a_fork_takes_no_key_from_what_was_done_before_it_begins(runtime: Runtime) -> None:
    keys: list[str] = []

    def pay(amount: int, idempotency_key: str) -> str:
        keys.append(idempotency_key)
        return "paid"

    def one(_: State) -> State:
        call("pay", pay, {"amount": 5}, effect="idempotent")
        call("tell", pay, {"amount": 5})
        return {}

    builder = StateGraph(State).add_node("one", one).add_node("gate", _gate)
    builder.add_edge(START, "one").add_edge("one", "gate").add_edge("gate", "one")
    run = runtime.start(builder.compile(name="g"), {})
    fork = runtime.fork(run, runtime.history(run)[0].checkpoint)
    fork = runtime.decide(fork.reviews()[0].id, APPROVE, by="ana")
    assert [each.node for each in fork.reviews()] == ["gate"], "its own pass, and no repetition"
    assert len(set(keys)) == 4


def test_D3_what_a_person_gave_up_is_asked_about_in_a_fork(runtime: Runtime) -> None:
    sent: list[int] = []

    def pay(amount: int) -> str:
        sent.append(amount)
        raise TimeoutError

    def one(_: State) -> State:
        return {"turn": 1}

    def two(_: State) -> State:
        return {"text": call("pay", pay, {"amount": 5})}

    run = runtime.resume(runtime.start(_sequence(one, two), {}))
    run = runtime.decide(run.reviews()[0].id, REJECT, by="ana")
    assert run.status == "failed"
    fork = _again(runtime, run, "fork", "one")
    assert [each.node for each in fork.reviews()] == ["pay"]
    assert sent == [5]


def test_D4_after_two_rollbacks_a_loops_next_pass_is_asked_about_nothing(runtime: Runtime) -> None:
    done: list[int] = []

    def pay(x: int) -> str:
        done.append(x)
        return "paid"

    def node(state: State) -> State:
        call("pay", pay, {"x": 1})
        return {"turn": state.get("turn", 0) + 1}

    builder = StateGraph(State).add_node("node", node).add_node("gate", _gate)
    builder.add_edge(START, "node").add_edge("node", "gate").add_edge("gate", "node")
    run = runtime.start(builder.compile(name="g"), {})
    begun = _before(runtime, run, "node")
    for n in (1, 2):
        run, asked = _asked(runtime, runtime.resume(runtime.rollback(run, begun)), APPROVE)
        assert (len(asked), len(done)) == (1, n + 1)
    run = runtime.decide(run.reviews()[0].id, APPROVE, by="ana")
    assert ([each.node for each in run.reviews()], len(done)) == (["gate"], 4)


def test_D4_an_update_that_has_a_step_run_again_repeats_nothing_unasked(runtime: Runtime) -> None:
    paid: list[int] = []

    def pay(amount: int) -> str:
        paid.append(amount)
        return "paid"

    def draft(_: State) -> State:
        return {"text": "draft"}

    def look(_: State) -> State:
        return {}

    def charge(_: State) -> State:
        return {"made": [call("pay", pay, {"amount": 5})]}

    run = runtime.start(_sequence(draft, look, charge, _gate), {})
    graph, config = graph_of(runtime, run)
    graph.update_state(config, {"text": "better"}, as_node="draft")
    run, asked = _asked(runtime, runtime.resume(run), BEFORE)
    assert (paid, len(asked), run.reviews()[0].node) == ([5], 1, "_gate")

    old = [each.config for each in graph.get_state_history(config) if "look" in each.next]
    graph.update_state(old[-1], {"text": "another"}, as_node="draft")
    run, asked = _asked(runtime, runtime.resume(run), BEFORE)
    assert (paid, len(asked), run.reviews()[0].node) == ([5], 1, "_gate")


def test_D4_an_update_that_does_not_go_back_asks_about_other_calls_only_once(
    runtime: Runtime,
) -> None:
    paid: list[int] = []

    def pay(amount: int) -> str:
        paid.append(amount)
        return "paid"

    def charge(state: State) -> State:
        call("pay", pay, {"amount": state.get("turn", 0)})
        return {"turn": state.get("turn", 0) + 1}

    builder = StateGraph(State).add_node("charge", charge).add_node("gate", _gate)
    builder.add_edge(START, "charge").add_edge("charge", "gate").add_edge("gate", "charge")
    run = runtime.start(builder.compile(name="g"), {})
    graph, config = graph_of(runtime, run)
    graph.update_state(config, {"text": "a note"}, as_node="gate")
    run = runtime.resume(run)
    assert ([each.node for each in run.reviews()], paid) == (["gate"], [0, 1])


@pytest.mark.parametrize("step", ["one", "two"])
def test_D4_an_old_checkpoint_gone_on_from_repeats_nothing_unasked(
    tmp_path: Path, step: str
) -> None:
    paid: list[int] = []

    def pay(amount: int) -> str:
        paid.append(amount)
        return "paid"

    def two(text: str) -> str:
        return str(call("pay", pay, {"amount": 5}))

    given = definition(
        {"step": "one", "function": lambda topic: topic, "writes": {"text": "str"}},
        {"step": "two", "function": two, "writes": {"receipt": "str"}},
        inputs={"topic": "str"},
    )
    graph = dalsegno.compile(given, checkpointer=SqliteSaver(tmp_path / "runs.db"))
    config: Any = {"configurable": {"thread_id": "1"}}
    graph.invoke({"topic": "x"}, config)
    old = next(each for each in graph.get_state_history(config) if step in each.next)
    found = graph.invoke(None, old.config)
    assert found["__interrupt__"][0].value["action_requests"][0]["name"] == "pay"
    assert paid == [5]
    found = graph.invoke(Command(resume=BEFORE), config)
    assert (found["receipt"], paid) == ("before", [5])
    # New input on the same thread is a turn of its own.
    graph.invoke({"topic": "y"}, config)
    assert paid == [5, 5]
