"""The journal: what was done is not done again, whatever is executed again around it."""

import asyncio
import dataclasses
import enum
import operator
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypedDict

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, RetryPolicy, Send, interrupt
from pydantic import BaseModel

from dalsegno import call
from dalsegno.checkpoints import leases
from dalsegno.checkpoints.database import Database
from dalsegno.checkpoints.encoding import decode, encode
from dalsegno.checkpoints.journal import Journal, inherit
from dalsegno.checkpoints.sqlite import SqliteSaver
from dalsegno.graphs.calling import bound
from dalsegno.state.canonical import digest_of
from dalsegno.state.errors import LeaseError, UnknownOutcomeError, ValidationError
from dalsegno.state.journal import Done, NotDone, Unknown
from dalsegno.state.run import HOLDER, Holder


class State(TypedDict, total=False):
    made: Annotated[list[Any], operator.add]
    turn: int


Node = Callable[[State], Any]


@dataclasses.dataclass
class World:
    """A database, its journal, and everything that was done outside."""

    database: Database
    journal: Journal
    done: list[Any]

    def do(self, what: object = None) -> str:
        self.done.append(what)
        return f"did {what}"

    def graph(self, node: Node, **options: Any) -> Any:
        return self.compiled(StateGraph(State).add_node("step", node, **options))

    def compiled(self, builder: Any, start: str = "step") -> Any:
        return builder.add_edge(START, start).compile(checkpointer=SqliteSaver(self.database))

    def run(self, graph: Any, given: Any = None, thread: str = "t", **more: Any) -> Any:
        return graph.invoke(given or None, self.config(thread, **more), durability="sync")

    def config(self, thread: str = "t", **more: Any) -> Any:
        return {"configurable": {"thread_id": thread, **bound(self.journal), **more}}

    def states(self, thread: str = "t") -> list[tuple[str, str]]:
        return [(each.name, each.state) for each in self.journal.calls(thread)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    database = Database(tmp_path / "runs.db")
    yield World(database, Journal(database, clock=time.time), [])
    database.close()


def _answer(world: World, graph: Any, decision: dict[str, Any], thread: str = "t") -> Any:
    """Answer the one open question of a thread, by its id."""
    asked = [
        each for task in graph.get_state(world.config(thread)).tasks for each in task.interrupts
    ]
    assert len(asked) == 1
    return world.run(graph, Command(resume={asked[0].id: decision}), thread)


def _timeout(world: World) -> Callable[..., str]:
    def send(what: object) -> str:
        world.do(what)
        raise TimeoutError("no answer in time")

    return send


def test_D1_calls_before_each_of_two_interrupts_are_made_once(world: World) -> None:
    def node(_: State) -> State:
        first = call("do", world.do, {"what": 1}, "external")
        one = interrupt("one?")
        second = call("do", world.do, {"what": 2}, "external")
        return {"made": [first, one, second, interrupt("two?")]}

    graph = world.graph(node)
    world.run(graph, {"made": []})
    world.run(graph, Command(resume="A"))
    assert world.run(graph, Command(resume="B"))["made"] == ["did 1", "A", "did 2", "B"]
    assert world.done == [1, 2]
    assert world.states() == [("do", "done")] * 2


async def test_D1_awaited_calls_are_made_once(world: World) -> None:
    async def do(what: int) -> str:
        await asyncio.sleep(0)
        return world.do(what)

    async def node(_: State) -> State:
        pair = [call("do", do, {"what": n}, "external") for n in (1, 2)]
        return {"made": [*await asyncio.gather(*pair), interrupt("?")]}

    graph = world.graph(node)
    await graph.ainvoke({"made": []}, world.config(), durability="sync")
    found = await graph.ainvoke(Command(resume="A"), world.config(), durability="sync")
    assert found["made"] == ["did 1", "did 2", "A"]
    assert sorted(world.done) == [1, 2]


def test_D1_a_retry_after_a_later_failure_repeats_nothing_that_answered(world: World) -> None:
    tries = []

    def node(_: State) -> State:
        first = call("do", world.do, {"what": 1}, "external")
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError("later")
        return {"made": [first]}

    graph = world.graph(
        node, retry_policy=RetryPolicy(initial_interval=0.01, jitter=False, max_attempts=3)
    )
    assert world.run(graph, {"made": []})["made"] == ["did 1"]
    assert world.done == [1]


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
def test_D1_every_pass_of_a_loop_calls_anew(world: World, durability: str) -> None:
    def node(state: State) -> Any:
        made = call("do", world.do, {"what": 1}, "external")
        turn = state.get("turn", 0) + 1
        return Command(update={"made": [made], "turn": turn}, goto="step" if turn < 5 else END)

    world.graph(node).invoke({"made": []}, world.config(), durability=durability)
    assert world.done == [1] * 5
    assert [each.visit for each in world.journal.calls("t")] == [0, 1, 2, 3, 4]


def test_D1_parallel_items_with_the_same_arguments_are_each_done_once(world: World) -> None:
    def each(state: Any) -> State:
        made = call("do", world.do, {"what": "same"}, "external")
        return {"made": [(made, interrupt("?") if state["n"] == 2 else None)]}

    builder = StateGraph(State).add_node("split", lambda _: {}).add_node("each", each)
    builder.add_conditional_edges(
        "split", lambda _: [Send("each", {"n": n}) for n in range(4)], ["each"]
    )
    graph = world.compiled(builder, "split")
    world.run(graph, {"made": []})
    found = world.run(graph, Command(resume="A"))
    assert len(found["made"]) == 4
    assert world.done == ["same"] * 4
    steps = sorted(each.step for each in world.journal.calls("t"))
    assert steps == ["each#0", "each#1", "each#2", "each#3"]


def test_D1_calls_in_a_nested_graph_are_made_once(world: World) -> None:
    def within(_: State) -> State:
        made = call("do", world.do, {"what": 1}, "external")
        return {"made": [made, interrupt("?")]}

    def looped(state: State) -> Any:
        made = call("do", world.do, {"what": 2}, "external")
        turn = state.get("turn", 0) + 1
        return Command(update={"made": [made], "turn": turn}, goto="looped" if turn < 2 else END)

    inner = StateGraph(State).add_node("within", within).add_node("looped", looped)
    nested = inner.add_edge(START, "within").add_edge("within", "looped").compile()
    graph = world.compiled(StateGraph(State).add_node("step", nested))
    world.run(graph, {"made": []})
    world.run(graph, Command(resume="A"))
    assert world.done == [1, 2, 2]
    assert [each.step for each in world.journal.calls("t")] == [
        "step|within",
        "step|looped",
        "step|looped",
    ]


def test_D1_a_step_that_runs_again_after_a_repair_repeats_nothing(world: World) -> None:
    def node(state: State) -> State:
        made = call("do", world.do, {"what": 1}, "external")
        if not state.get("turn"):
            raise RuntimeError("turn is missing")
        return {"made": [made]}

    builder = StateGraph(State).add_node("first", lambda _: {}).add_node("step", node)
    graph = world.compiled(builder.add_edge("first", "step"), "first")
    config = world.config()  # used again: its journal must not take the failed step for ended
    with pytest.raises(RuntimeError):
        graph.invoke({"made": []}, config, durability="sync")
    graph.update_state(config, {"turn": 1}, as_node="first")
    assert graph.invoke(None, config, durability="sync")["made"] == ["did 1"]
    assert world.done == [1]


def test_D1_calls_are_found_in_another_order_and_with_one_more_between(world: World) -> None:
    def before(_: State) -> State:
        one = call("do", world.do, {"what": 1}, "external")
        two = call("do", world.do, {"what": 2}, "external")
        return {"made": [one, two, interrupt("?")]}

    def after(_: State) -> State:
        two = call("do", world.do, {"what": 2}, "external")
        three = call("do", world.do, {"what": 3}, "external")
        one = call("do", world.do, {"what": 1}, "external")
        return {"made": [one, two, three, interrupt("?")]}

    world.run(world.graph(before), {"made": []})
    found = world.run(world.graph(after), Command(resume="A"))
    assert found["made"] == ["did 1", "did 2", "did 3", "A"]
    assert world.done == [1, 2, 3]


def test_D1_a_salt_asks_anew_and_equal_calls_are_counted(world: World) -> None:
    def node(_: State) -> State:
        for salt in (None, None, "again"):
            call("do", world.do, {"what": 1}, "external", salt=salt)
        return {"made": [interrupt("?")]}

    graph = world.graph(node)
    world.run(graph, {"made": []})
    world.run(graph, Command(resume="A"))
    assert world.done == [1, 1, 1]


def test_D1_threads_of_a_node_find_the_journal_by_its_config(world: World) -> None:
    def node(_: State, config: Any) -> State:
        def work() -> None:
            call("do", world.do, {"what": 1}, "external", config=config)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        return {"made": [interrupt("?")]}

    node.__annotations__["config"] = __import__(
        "langchain_core.runnables", fromlist=["RunnableConfig"]
    ).RunnableConfig
    graph = world.graph(node)
    world.run(graph, {"made": []})
    world.run(graph, Command(resume="A"))
    assert world.done == [1] * 8


def test_D3_a_timeout_is_not_retried_blindly_and_asks_a_person(world: World) -> None:
    send = _timeout(world)

    def node(_: State) -> State:
        return {"made": [call("pay", send, {"what": 5}, "external"), interrupt("own?")]}

    graph = world.graph(
        node, retry_policy=RetryPolicy(initial_interval=0.01, jitter=False, retry_on=Exception)
    )
    found = world.run(graph, {"made": []})
    request = found["__interrupt__"][0].value
    assert request["action_requests"][0]["name"] == "pay"
    assert request["action_requests"][0]["args"]["arguments"] == {"what": 5}
    assert "TimeoutError: no answer in time" in request["action_requests"][0]["description"]
    assert world.done == [5]
    assert [each.name for each in world.journal.unknown("t")] == ["pay"]
    found = _answer(world, graph, {"type": "edit", "args": {"result": "paid"}})
    assert found["__interrupt__"][0].value == "own?"
    found = _answer(world, graph, {"type": "whatever"})
    assert found["made"] == ["paid", {"type": "whatever"}]
    assert world.done == [5]
    assert world.states() == [("pay", "done")]


def test_D3_approve_does_it_now_and_reject_gives_it_up(world: World) -> None:
    fails = [True]

    def send(what: int) -> str:
        if fails:
            fails.pop()
            raise TimeoutError
        return world.do(what)

    def node(_: State) -> State:
        return {"made": [call("pay", send, {"what": 5}, "external")]}

    graph = world.graph(node)
    with pytest.raises(TimeoutError):
        world.run(graph, {"made": []})
    world.run(graph)
    assert _answer(world, graph, {"type": "approve"})["made"] == ["did 5"]
    assert world.done == [5]

    fails.append(True)
    with pytest.raises(TimeoutError):
        world.run(graph, {"made": []}, "other")
    world.run(graph, None, "other")
    for _ in range(2):  # also when it is resumed once more: nobody is asked again
        with pytest.raises(UnknownOutcomeError, match="given up by a person: no"):
            if world.states("other") == [("pay", "unknown")]:
                _answer(world, graph, {"type": "reject", "message": "no"}, "other")
            else:
                world.run(graph, None, "other")
    assert world.done == [5]
    assert world.journal.calls("other")[0].given_up


def test_D3_an_answer_that_does_not_fit_is_asked_for_again(world: World) -> None:
    send = _timeout(world)

    def node(_: State) -> State:
        return {"made": [call("pay", send, {"what": 5}, "external"), interrupt("own?")]}

    graph = world.graph(node)
    with pytest.raises(TimeoutError):
        world.run(graph, {"made": []})
    world.run(graph)
    found = _answer(world, graph, {"type": "edit", "args": {"outcome": "paid"}})
    text = found["__interrupt__"][0].value["action_requests"][0]["description"]
    assert "has no field 'outcome'" in text
    found = _answer(world, graph, {"type": "edit", "args": {"result": 3}})
    text = found["__interrupt__"][0].value["action_requests"][0]["description"]
    assert "valid string" in text, "the function's own annotation is held to"
    _answer(world, graph, {"type": "edit", "args": {"result": "paid"}})
    assert _answer(world, graph, {"type": "mine"})["made"] == ["paid", {"type": "mine"}]


async def test_D3_parallel_questions_get_their_own_answers(world: World) -> None:
    late = [0.0]

    async def send(what: int) -> str:
        world.do(what)
        raise TimeoutError

    async def one(what: int) -> str:
        # Whoever came first comes last at the next execution.
        await asyncio.sleep(late[0] if what == 1 else 0.02)
        return await call("pay", send, {"what": what}, "external")

    async def node(_: State) -> State:
        late[0] = 0.0 if world.done else 0.05
        ends = await asyncio.gather(one(1), one(2), return_exceptions=True)
        late[0] = 0.05 - late[0]
        for each in ends:
            if isinstance(each, BaseException):
                raise each
        return {"made": ends}

    graph = world.graph(node)
    with pytest.raises(TimeoutError):
        await graph.ainvoke({"made": []}, world.config(), durability="sync")
    given: Any = None
    for _ in range(2):
        found = await graph.ainvoke(given, world.config(), durability="sync")
        pause = found["__interrupt__"][0]
        what = pause.value["action_requests"][0]["args"]["arguments"]["what"]
        decision = {"type": "edit", "args": {"result": f"paid {what}"}}
        given = Command(resume={pause.id: decision})
    found = await graph.ainvoke(given, world.config(), durability="sync")
    assert found["made"] == ["paid 1", "paid 2"]
    assert sorted(world.done) == [1, 2]


@pytest.mark.parametrize("answer", [Done("found"), NotDone(), Unknown()])
def test_D3_reconcile_is_asked_before_a_person(world: World, answer: object) -> None:
    keys = []

    def send(what: int, idempotency_key: str) -> str:
        keys.append(idempotency_key)
        if len(keys) == 1:
            raise TimeoutError
        return world.do(what)

    def found_out(what: int, idempotency_key: str) -> object:
        assert what == 5
        keys.append(idempotency_key)
        return answer

    def node(_: State) -> State:
        return {"made": [call("pay", send, {"what": 5}, "external", reconcile=found_out)]}

    graph = world.graph(
        node, retry_policy=RetryPolicy(initial_interval=0.01, jitter=False, retry_on=Exception)
    )
    found = world.run(graph, {"made": []})
    assert len(set(keys)) == 1
    match answer:
        case Done():
            assert (found["made"], world.done) == (["found"], [])
        case NotDone():
            assert (found["made"], world.done) == (["did 5"], [5])
        case _:
            assert found["__interrupt__"][0].value["action_requests"][0]["name"] == "pay"


def test_D3_a_refused_connection_says_that_nothing_was_done(world: World) -> None:
    tries = []

    def send(what: int) -> str:
        tries.append(what)
        if len(tries) < 2:
            raise ConnectionRefusedError
        return world.do(what)

    def node(_: State) -> State:
        return {"made": [call("pay", send, {"what": 5}, "external")]}

    graph = world.graph(
        node, retry_policy=RetryPolicy(initial_interval=0.01, jitter=False, retry_on=Exception)
    )
    assert world.run(graph, {"made": []})["made"] == ["did 5"]
    assert world.done == [5]


def test_D3_a_cancelled_call_that_never_began_is_no_question(world: World) -> None:
    async def do(what: int) -> str:
        return world.do(what)

    holding = threading.Event()

    async def node(_: State) -> State:
        if not holding.is_set():
            holding.set()
            with world.database.lock:  # the intent waits for the writer, and is cancelled there
                task = asyncio.ensure_future(call("pay", do, {"what": 5}, "external"))
                await asyncio.sleep(0.01)
                task.cancel()
            await asyncio.wait([task])
            raise RuntimeError("cancelled")
        return {"made": [await call("pay", do, {"what": 5}, "external")]}

    async def both() -> Any:
        graph = world.graph(node)
        with pytest.raises(RuntimeError):
            await graph.ainvoke({"made": []}, world.config(), durability="sync")
        assert world.done == []
        return await graph.ainvoke(None, world.config(), durability="sync")

    assert asyncio.run(both())["made"] == ["did 5"]
    assert world.done == [5]


def test_D3_a_fork_asks_before_it_repeats_what_its_original_did(world: World) -> None:
    def node(state: State) -> Any:
        made = call("pay", world.do, {"what": 5}, "external")
        read = call("read", world.do, {"what": "file"}, "pure")
        return {"made": [made, read]}

    graph = world.graph(node)
    world.run(graph, {"made": []})
    world.database.write(lambda each: inherit(each, "t", "fork"), what="start")
    assert world.journal.calls("fork") == ()
    found = world.run(graph, {"made": []}, "fork")
    assert "forked from" in found["__interrupt__"][0].value["action_requests"][0]["description"]
    assert world.done == [5, "file"]
    found = _answer(world, graph, {"type": "edit", "args": {"result": "as before"}}, "fork")
    assert found["made"] == ["as before", "did file"]
    assert world.done == [5, "file", "file"]


def test_an_intent_is_refused_to_whoever_does_not_hold_the_thread(world: World) -> None:
    def take(connection: Any) -> Holder:
        return leases.take(connection, "t", by="a", now=time.time(), until=time.time() + 60)

    def node(_: State) -> State:
        holders.append(world.database.write(take_over, what="take"))
        return {"made": [call("do", world.do, {"what": 1}, "external")]}

    def take_over(connection: Any) -> Holder:
        leases.revoke(connection, "t")
        return leases.take(connection, "t", by="b", now=time.time(), until=time.time() + 60)

    holders = [world.database.write(take, what="take")]
    with pytest.raises(LeaseError):
        world.run(world.graph(node), {"made": []}, **{HOLDER: holders[0]})
    assert world.done == []
    assert world.journal.calls("t") == ()


class Paid(BaseModel):
    amount: int


class Envelope(BaseModel):
    inside: Any


class Odd:
    """Nothing that a checkpoint could hold."""


def test_a_result_that_cannot_be_kept_is_known_to_be_done(world: World) -> None:
    def odd(what: int) -> Odd:
        world.do(what)
        return Odd()

    def node(_: State) -> State:
        call("pay", odd, {"what": 5}, "external")
        return {}

    graph = world.graph(node)
    for message in ("cannot be kept", "is not made again"):
        with pytest.raises(ValidationError, match=message):
            world.run(graph, {"made": []} if not world.done else None)
    assert world.done == [5]
    assert world.states() == [("pay", "done")]


def test_D1_results_of_the_states_own_classes_come_back_as_they_were(world: World) -> None:
    class Typed(TypedDict, total=False):
        paid: Paid

    def pay(amount: int) -> Paid:
        world.do(amount)
        return Paid(amount=amount)

    def node(_: Typed) -> Typed:
        paid = call("pay", pay, {"amount": 5}, "external")
        interrupt("?")
        return {"paid": paid}

    builder = StateGraph(Typed).add_node("step", node).add_edge(START, "step")
    saver = SqliteSaver(world.database).with_allowlist([(Paid.__module__, "Paid")])
    graph = builder.compile(checkpointer=saver)
    world.run(graph, {"paid": Paid(amount=0)})
    assert world.run(graph, Command(resume="A"))["paid"] == Paid(amount=5)
    assert world.done == [5]


def undo_it(what: int) -> None:
    """Take it back."""


def test_an_undo_is_noted_by_its_name_and_one_without_is_refused(world: World) -> None:
    def node(_: State) -> State:
        call("do", world.do, {"what": 1}, "external", undo=undo_it)
        return {}

    world.run(world.graph(node), {"made": []})
    undo = world.journal.calls("t")[0].undo
    assert undo is not None
    assert undo.endswith("test_journal:undo_it")

    def wrong(_: State) -> State:
        call("do", world.do, {"what": 1}, "external", undo=lambda _: None)
        return {}

    with pytest.raises(ValidationError, match="cannot be found again"):
        world.run(world.graph(wrong), {"made": []}, "other")
    assert world.done == [1]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"args": {"who": 1}}, "cannot be called so"),
        ({"args": {"what": object()}}, "'what' .* is a object, which has no lasting form"),
        ({"args": {"what": [{"a": object()}]}}, r"'what\[0\].a'"),
        ({"args": [1]}, "no mapping"),
        ({"effect": "often"}, "has the effect 'often'"),
    ],
)
def test_what_cannot_be_called_or_found_again_is_refused_before_it_is_done(
    world: World, wrong: dict[str, Any], message: str
) -> None:
    def node(_: State) -> State:
        call("do", world.do, **{"args": {"what": 1}, "effect": "external", **wrong})
        return {}

    with pytest.raises(ValidationError, match=message):
        world.run(world.graph(node), {"made": []})
    assert world.done == []
    assert world.journal.calls("t") == ()


def test_without_a_journal_the_function_is_simply_called(world: World) -> None:
    def keyed(idempotency_key: str) -> str:
        return idempotency_key

    async def later(what: int) -> str:
        return world.do(what)

    assert call("do", world.do, {"what": 1}) == "did 1"
    assert len(call("do", keyed, {})) == 32
    assert asyncio.run(_wait(call("do", later, {"what": 2}))) == "did 2"
    assert world.done == [1, 2]


async def _wait(work: Any) -> Any:
    return await work


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
_ARGS = st.dictionaries(st.text(), _VALUES, max_size=5)


def _turned(value: Any) -> Any:
    """The same with every mapping in another order and every list a tuple."""
    if isinstance(value, dict):
        return {key: _turned(each) for key, each in reversed(value.items())}
    return tuple(map(_turned, value)) if isinstance(value, list) else value


def _typed(value: Any) -> Any:
    """A value in which numbers of different kinds differ, as they do in a digest."""
    if isinstance(value, dict):
        return {key: _typed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_typed(each) for each in value]
    return (type(value).__name__, value)


@settings(max_examples=60, deadline=None)
@given(_ARGS)
def test_D1_order_and_tuples_make_no_other_call(args: dict[str, Any]) -> None:
    assert digest_of(args, call="do") == digest_of(_turned(args), call="do")


@settings(max_examples=60, deadline=None)
@given(_ARGS, _ARGS)
def test_D1_other_arguments_make_another_call(one: dict[str, Any], two: dict[str, Any]) -> None:
    same = digest_of(one, call="do") == digest_of(two, call="do")
    assert same == (_typed(one) == _typed(two))


class Currency(enum.StrEnum):
    EUR = "EUR"


class Level(enum.IntEnum):
    HIGH = 2


class Way(enum.Enum):
    BOTH = ("in", "out")


class Pair(NamedTuple):
    one: int
    two: str


@dataclasses.dataclass(frozen=True)
class Order:
    amount: int
    lines: tuple[Pair, ...] = ()


class Stamp(datetime):
    """A class of dates that is not the library's."""


#: What a checkpoint gives back as something else where no schema names its class.
_OBJECTS = (
    st.sampled_from([Currency.EUR, Level.HIGH, Way.BOTH, Stamp(2026, 1, 1, 12)])
    | st.builds(Pair, st.integers(0, 9), st.text(max_size=3))
    | st.builds(Order, st.integers(0, 9), st.tuples(st.builds(Pair, st.just(1), st.text())))
    | st.builds(Paid, amount=st.integers(0, 9))
    | st.sets(st.sampled_from(["a", "b", Currency.EUR, 3]))
    | st.frozensets(st.tuples(st.integers(0, 9), st.text(max_size=3)), max_size=4)
    | st.sets(st.builds(Pair, st.integers(0, 9), st.just("x")), max_size=4)
    | st.uuids()
    | st.datetimes()
    | st.decimals(allow_nan=False)
    | st.dictionaries(st.dates() | st.datetimes() | st.uuids() | st.sampled_from(Way), st.none())
    | st.integers(0, 9).map(lambda n: Counter({"a": n}))
)
_MIXED = st.recursive(
    _VALUES | _OBJECTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.builds(Envelope, inside=inner)
    ),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(max_size=3), _MIXED, max_size=3))
def test_D1_what_a_checkpoint_makes_of_arguments_is_the_same_call(args: dict[str, Any]) -> None:
    serde = JsonPlusSerializer(allowed_msgpack_modules=None)
    try:
        cell = encode(args, serde, large := {}, None)
    except Exception:  # it could be in no checkpoint
        assume(False)
    back = decode(cell, serde, large.__getitem__)
    assert digest_of(args, call="do") == digest_of(back, call="do")


@pytest.mark.parametrize(
    "value",
    [
        Currency.EUR,
        Way.BOTH,
        Order(5, (Pair(1, "a"),)),
        Paid(amount=5),
        Pair(1, "a"),
        [Order(5)],
        {"a": {Currency.EUR}},
        {(1, 2)},
        {Pair(1, "a"), Pair(2, "b"), Pair(3, "c")},
        {date(2026, 1, 1): 1},
    ],
    ids=lambda value: "a set" if isinstance(value, set | frozenset) else repr(value),
)
def test_D1_a_step_that_failed_repeats_nothing_whatever_it_read(world: World, value: Any) -> None:
    class Loose(TypedDict, total=False):
        what: Any

    fails = [True]

    def charge(state: Loose) -> Loose:
        call("pay", world.do, {"what": state["what"]}, "external")
        if fails:
            fails.pop()
            raise RuntimeError("later")
        return {}

    builder = StateGraph(Loose).add_node("price", lambda _: {"what": value})
    builder.add_node("charge", charge).add_edge("price", "charge").add_edge(START, "price")
    saver = SqliteSaver(world.database, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
    graph = builder.compile(checkpointer=saver)
    with pytest.raises(RuntimeError):
        world.run(graph, {"what": None})
    world.run(graph)
    assert world.done == [value]


def test_D1_values_are_told_apart_by_content() -> None:
    values = [
        Paid(amount=1),
        Paid(amount=2),
        Path("a"),
        "a",
        b"a",
        date(2026, 1, 1),
        "2026-01-01",
        {1, 2},
        {1, 3},
        1,
        1.0,
        True,
        None,
    ]
    digests = [digest_of({"x": each}, call="do") for each in values]
    assert len(set(digests)) == len(values)
    assert digest_of({"x": {2, 1}}, call="do") == digests[7]
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ValidationError, match="round in a circle"):
        digest_of({"x": endless}, call="do")


def test_the_example_on_the_page_prints_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = Path(__file__).parents[1].joinpath("docs", "journal.md").read_text(encoding="utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {}
    exec(code, names)
    names["graph"].checkpointer.database.close()
    assert capsys.readouterr().out == "[5]\n"


def test_D1_a_pass_after_a_pruning_is_another_one_and_a_deleted_thread_leaves_nothing(
    world: World,
) -> None:
    def node(state: State) -> Any:
        made = call("do", world.do, {"what": 1}, "external")
        turn = state.get("turn", 0) + 1
        return Command(update={"made": [made], "turn": turn}, goto="ask" if turn < 3 else END)

    def ask(_: State) -> Any:
        interrupt("?")
        return Command(goto="step")

    graph = world.compiled(StateGraph(State).add_node("step", node).add_node("ask", ask))
    world.run(graph, {"made": []})
    for _ in range(2):
        graph.checkpointer.prune(["t"], strategy="keep_latest")
        world.run(graph, Command(resume="go"))
    assert world.done == [1, 1, 1]
    graph.checkpointer.delete_thread("t")
    assert world.journal.calls("t") == ()
    world.run(graph, {"made": []})
    assert world.done == [1, 1, 1, 1]


def test_D1_a_failed_step_is_repaired_after_a_pruning_and_repeats_nothing(world: World) -> None:
    def node(state: State) -> State:
        made = call("do", world.do, {"what": 1}, "external")
        if not state.get("turn"):
            raise RuntimeError("turn is missing")
        return {"made": [made]}

    builder = StateGraph(State).add_node("first", lambda _: {}).add_node("step", node)
    graph = world.compiled(builder.add_edge("first", "step"), "first")
    with pytest.raises(RuntimeError):
        world.run(graph, {"made": []})
    graph.update_state(world.config(), {"turn": 1}, as_node="first")
    graph.checkpointer.prune(["t"], strategy="keep_latest")
    assert world.run(graph)["made"] == ["did 1"]
    assert world.done == [1]
