"""Calls within nested graphs, and calls that cannot find their journal."""

import asyncio
import gc
import logging
import threading
from collections.abc import Callable
from typing import Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, RetryPolicy, interrupt

from dalsegno import Runtime, call
from dalsegno.graphs import calling
from dalsegno.graphs.running.attempts import Attempts

from .test_tickets import APPROVE


class Outer(TypedDict, total=False):
    turn: int
    got: Any


class Inner(TypedDict, total=False):
    k: int
    got: Any


def _sub(name: str, work: Callable[[Inner], Any], **options: Any) -> Any:
    builder = StateGraph(Inner).add_node("inner", lambda state: {"got": work(state)})
    return builder.add_edge(START, "inner").compile(name=name, **options)


def _graph(node: Callable[[Outer], Any], **options: Any) -> Any:
    builder = StateGraph(Outer).add_node("outer", node, **options)
    return builder.add_edge(START, "outer").compile(name="g")


def _pay(paid: list[int]) -> Callable[[Inner], int]:
    def pay(x: int) -> int:
        paid.append(x)
        return len(paid)

    return lambda _: call("pay", pay, {"x": 1})


@pytest.mark.parametrize("fails", [None, 0, 1, 2])
@pytest.mark.parametrize("retried", [False, True])
def test_D1_each_graph_that_a_node_calls_makes_its_own_calls(
    runtime: Runtime, fails: int | None, retried: bool
) -> None:
    paid: list[int] = []
    left = [] if fails is None else [fails]
    # The second has nothing to record; it is counted by LangGraph all the same.
    graphs = [_sub("a", _pay(paid)), _sub("n", lambda _: 0), _sub("b", _pay(paid))]

    def outer(_: Outer) -> Outer:
        got = []
        for n, each in enumerate(graphs):
            got.append(each.invoke({"k": n})["got"])
            if left == [n]:
                left.clear()
                raise ConnectionError("later")
        return {"got": got}

    policy = RetryPolicy(initial_interval=0.001, jitter=False) if retried else None
    run = runtime.start(_graph(outer, retry_policy=policy), {})
    if run.status == "failed":
        run = runtime.resume(run)
    assert (run.status, paid) == ("completed", [1, 1])
    assert run.output is not None
    assert run.output["got"] == [1, 0, 2]


def test_D1_graphs_that_a_node_gathers_make_their_own_calls_also_when_retried(
    runtime: Runtime,
) -> None:
    paid: list[int] = []
    fails = [True]
    sub = _sub("a", _pay(paid))

    async def outer(_: Outer) -> Outer:
        found = await asyncio.gather(*(sub.ainvoke({"k": n}) for n in range(3)))
        if fails:
            fails.pop()
            raise ConnectionError("later")
        return {"got": sorted(each["got"] for each in found)}

    policy = RetryPolicy(initial_interval=0.001, jitter=False)
    run = runtime.start(_graph(outer, retry_policy=policy), {})
    assert (run.output or {})["got"] == [1, 2, 3]
    assert paid == [1, 1, 1]


def test_D1_graphs_that_pause_one_after_the_other_make_the_same_call_each(
    runtime: Runtime,
) -> None:
    paid: list[int] = []
    pay = _pay(paid)
    sub = _sub("a", lambda state: (pay(state), interrupt("?")["type"])[1])

    def outer(_: Outer) -> Outer:
        return {"got": [sub.invoke({"k": n})["got"] for n in range(3)]}

    run = runtime.start(_graph(outer), {})
    for n in range(3):
        assert len(paid) == n + 1
        run = runtime.decide(run.reviews()[0].id, APPROVE, by="ana")
    assert ((run.output or {})["got"], paid) == (["approve"] * 3, [1, 1, 1])


@pytest.mark.parametrize("fails", [False, True])
def test_D1_a_graph_that_keeps_its_state_makes_its_calls_in_each_pass(
    runtime: Runtime, fails: bool
) -> None:
    paid: list[int] = []
    left = [fails]
    sub = _sub("a", _pay(paid), checkpointer=True)

    def outer(state: Outer) -> Any:
        got = sub.invoke({"k": 1})["got"]
        if left and left.pop():
            raise ConnectionError("later")
        turn = state.get("turn", 0) + 1
        return Command(update={"got": got, "turn": turn}, goto="outer" if turn < 3 else END)

    run = runtime.start(_graph(outer), {})
    if fails:
        run = runtime.resume(run)
    assert (run.status, paid) == ("completed", [1, 1, 1])


def test_D1_a_node_that_is_a_graph_with_its_own_state_finds_its_calls(runtime: Runtime) -> None:
    paid: list[int] = []
    sub = _sub("a", _pay(paid), checkpointer=True)
    builder = StateGraph(Outer).add_node("one", sub).add_node("two", lambda _: {"got": 2})
    builder.add_edge(START, "one").add_edge("one", "two")
    assert runtime.start(builder.compile(name="g"), {}).status == "completed"
    assert paid == [1]


def test_the_graphs_of_an_attempt_are_counted_from_its_own_first() -> None:
    class Counter:
        """As LangGraph's: shared by all attempts at a task."""

        def __init__(self) -> None:
            self.numbers = iter(range(100))

    class Pad:
        def __init__(self, counter: object) -> None:
            self.subgraph_counter = counter

    attempts, counter = Attempts(), Counter()
    first, second = Pad(counter), Pad(counter)
    assert [attempts.nth("t", first, n) for n in (1, 2, 1)] == [1, 2, 1]
    assert [attempts.nth("t", second, n) for n in (5, 6, 5)] == [1, 2, 1]
    # A process that begins again counts from nought.
    assert [attempts.nth("t", Pad(Counter()), n) for n in (2, 3)] == [2, 3]


def test_a_call_in_a_thread_without_a_config_is_told_of_once(
    runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[int] = []

    def do(x: int) -> None:
        done.append(x)

    def outer(_: Outer) -> Outer:
        threads = [threading.Thread(target=call, args=("do", do, {"x": n})) for n in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        return {"got": 1}

    gc.collect()
    calling._warn.cache_clear()
    with caplog.at_level(logging.WARNING, logger="dalsegno"):
        call("do", do, {"x": 0})
        assert caplog.records == [], "no run is under way"
        runtime.start(_graph(outer), {})
    told = [each.message for each in caplog.records if each.name == "dalsegno"]
    assert len(told) == 1
    assert "config=config" in told[0]
