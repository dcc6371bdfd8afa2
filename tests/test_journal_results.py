"""What a call gave comes back as what it was; and what an unknown outcome leads to."""

import dataclasses
import enum
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from pydantic import BaseModel

from dalsegno import Runtime, call
from dalsegno.checkpoints.sqlite import SqliteSaver
from dalsegno.graphs.running.packing import packed, unpacked
from dalsegno.state.journal import Done, Effect, NotDone


class State(TypedDict, total=False):
    got: Any


class Pair(NamedTuple):
    one: int
    two: str


class Currency(enum.StrEnum):
    EUR = "EUR"


@dataclasses.dataclass
class Order:
    amount: int
    lines: tuple[Pair, ...] = ()


class Paid(BaseModel):
    amount: int
    at: date


def _graph(node: Callable[[State], Any]) -> Any:
    return StateGraph(State).add_node("node", node).add_edge(START, "node").compile(name="g")


def _twice(runtime: Runtime, function: Callable[[], Any]) -> list[Any]:
    """What a call gave when it was made, and when its step ran once more."""
    found: list[Any] = []

    def node(_: State) -> State:
        found.append(call("do", function, {}))
        if len(found) == 1:
            raise RuntimeError("later")
        return {}

    run = runtime.resume(runtime.start(_graph(node), {}))
    assert run.status == "completed", run.error
    return found


@pytest.mark.parametrize(
    "value",
    [
        (1, [2, (3,)]),
        {"a": (1, {2, (3, 4)})},
        frozenset({"a"}),
        OrderedDict(b=1, a=2),
        Counter("aab"),
        defaultdict(list, {"a": [1]}),
        deque([1, 2], maxlen=2),
        {date(2026, 1, 1): 1, (1, 2): 2, None: 3, True: 4},
        {datetime(2026, 1, 1, tzinfo=UTC): Decimal("1.10")},
        [Path("a"), b"\xff", 10**30, float("inf")],
        ["object", "json", "e30="],
        ["list", ["dict"]],
    ],
    ids=repr,
)
def test_D1_a_result_of_plain_parts_comes_back_as_it_was(runtime: Runtime, value: Any) -> None:
    first, second = _twice(runtime, lambda: value)
    assert second == first
    assert repr(second) == repr(first)


def _pair() -> Pair:
    return Pair(1, "a")


def _currency() -> Currency | None:
    return Currency.EUR


def _orders() -> dict[date, list[Order]]:
    return {date(2026, 1, 1): [Order(5, (Pair(1, "a"),))]}


def _paid() -> Paid:
    return Paid(amount=5, at=date(2026, 1, 1))


@pytest.mark.parametrize("function", [_pair, _currency, _orders, _paid])
def test_D1_a_result_of_the_class_that_its_function_names_comes_back_as_it_was(
    runtime: Runtime, function: Callable[[], Any]
) -> None:
    first, second = _twice(runtime, function)
    assert second == first
    assert type(second) is type(first)


_PARTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.dates(), inner, max_size=3)
        | st.lists(inner, max_size=3).map(deque)
        | st.dictionaries(st.text(), inner, max_size=3).map(OrderedDict)
    ),
    max_leaves=10,
)


@settings(max_examples=80, deadline=None)
@given(_PARTS)
def test_what_is_packed_comes_back_as_it_was(value: Any) -> None:
    serde = JsonPlusSerializer(allowed_msgpack_modules=None)
    back = unpacked(packed(value, serde.dumps_typed), serde.loads_typed)
    assert repr(back) == repr(value)


@pytest.fixture
def unsure(runtime: Runtime) -> Iterator[Callable[..., tuple[Any, list[int]]]]:
    """Runs a node whose external call timed out, and resumes it with code that is another."""

    def run(*, effect: Effect = "external", reconcile: Any = None) -> tuple[Any, list[int]]:
        sent: list[int] = []

        def pay(x: int) -> str:
            sent.append(x)
            if len(sent) == 1:
                raise TimeoutError
            return "paid"

        def node(_: State) -> State:
            now: Effect = effect if sent else "external"
            return {"got": call("pay", pay, {"x": 1}, effect=now, reconcile=reconcile)}

        started = runtime.start(_graph(node), {})
        assert started.status == "failed"
        return runtime.resume(started), sent

    yield run


def _raises(x: int) -> object:
    raise LookupError("no such page")


@pytest.mark.parametrize(
    ("reconcile", "told"),
    [
        (_raises, "LookupError('no such page')"),
        (lambda **_: None, "returned None"),
        (lambda **_: NotDone, "none of Done(value), NotDone() and Unknown()"),
        (lambda **_: Done(object()), "cannot be kept"),
        (lambda: Done("paid"), "could not tell"),
    ],
)
def test_D3_a_reconcile_function_that_cannot_tell_leaves_it_to_a_person(
    unsure: Callable[..., tuple[Any, list[int]]], reconcile: Any, told: str
) -> None:
    run, sent = unsure(reconcile=reconcile)
    assert (run.status, sent) == ("paused", [1])
    assert told in str(run.reviews()[0].request)


@pytest.mark.parametrize("effect", ["pure", "idempotent"])
def test_D3_an_unknown_outcome_stays_one_whatever_the_code_calls_it_by_now(
    unsure: Callable[..., tuple[Any, list[int]]], runtime: Runtime, effect: Effect
) -> None:
    run, sent = unsure(effect=effect)
    assert (run.status, sent) == ("paused", [1])
    run = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")
    assert (run.status, sent) == ("completed", [1, 1])


@pytest.mark.parametrize(
    "value", [{(1, 2)}, [{"a": frozenset({(1, (2,))})}], {frozenset({1, 2})}], ids=repr
)
def test_a_set_of_tuples_is_read_back_from_a_checkpoint(tmp_path: Path, value: Any) -> None:
    def pause(_: State) -> State:
        interrupt("?")
        return {}

    builder = StateGraph(State).add_node("make", lambda _: {"got": value}).add_node("pause", pause)
    builder.add_edge(START, "make").add_edge("make", "pause")
    graph = builder.compile(checkpointer=SqliteSaver(tmp_path / "runs.db"))
    config: Any = {"configurable": {"thread_id": "1"}}
    graph.invoke({"got": None}, config)
    again = builder.compile(checkpointer=SqliteSaver(tmp_path / "runs.db"))
    assert again.get_state(config).values["got"] == value


def test_a_set_of_objects_that_come_back_as_their_fields_is_a_list(tmp_path: Path) -> None:
    value = frozenset({Pair(1, "b"), Pair(1, "a")})
    builder = StateGraph(State).add_node("make", lambda _: {"got": value}).add_edge(START, "make")
    graph = builder.compile(checkpointer=SqliteSaver(tmp_path / "runs.db"))
    config: Any = {"configurable": {"thread_id": "1"}}
    graph.invoke({"got": None}, config)
    found = graph.get_state(config).values["got"]
    assert found == [{"one": 1, "two": "a"}, {"one": 1, "two": "b"}]
