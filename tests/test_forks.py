"""Going back: rollback, forks, the history, and the write gate on every way in."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.channels import DeltaChannel
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, StateUpdate

import dalsegno
from dalsegno import Runtime
from dalsegno.checkpoints import rewinding
from dalsegno.checkpoints.sqlite import SqliteSaver
from dalsegno.runtime.copying import put_again
from dalsegno.runtime.history import Entry
from dalsegno.runtime.run import Run
from dalsegno.state.errors import (
    ConflictError,
    InputError,
    LeaseError,
    NotFoundError,
    WriteError,
)

from .test_state_rows import definition
from .test_tickets import APPROVE, REJECT, graph_of, letter, output


def at(rt: Runtime, run: Run, step: str) -> Entry:
    """The newest checkpoint that a step made."""
    return next(each for each in rt.history(run) if step in each.steps)


def counted(log: list[str]) -> Mapping[str, Any]:
    def write(topic: str) -> str:
        log.append("write")
        return f"On {topic} {len(log)}."

    def send(text: str) -> str:
        log.append("send")
        return f"sent: {text}"

    return definition(
        {"step": "write", "function": write, "writes": {"text": "str"}},
        {"step": "ok", "review": {"fields": ["text"]}},
        {"step": "send", "function": send, "writes": {"sent": "str"}},
        inputs={"topic": "str"},
    )


# History.


def test_D4_the_history_says_which_step_changed_what(runtime: Runtime) -> None:
    run = runtime.start(letter(), {"topic": "tea"})
    run = runtime.decide(run.reviews()[0].id, {"type": "edit", "args": {"text": "Mine."}}, by="ana")

    newest, decided, written, begun, given = runtime.history(run)
    assert (newest.steps, newest.next, newest.after) == (("send",), (), {"sent": "sent: Mine."})
    assert decided.steps == ("ok",)
    assert decided.before == {"text": "On tea."}
    assert decided.after["text"] == "Mine."
    assert (written.steps, written.next, written.asked) == (("write",), ("ok",), ("ok",))
    assert written.after == {"text": "On tea."}
    assert (begun.source, begun.after, begun.next) == ("loop", {"topic": "tea"}, ("write",))
    assert (given.source, given.parent) == ("input", None)
    assert newest.parent == decided.checkpoint
    assert newest.at >= written.at > 0
    assert runtime.history(run, limit=2) == (newest, decided)


def test_D4_an_update_by_hand_is_in_the_history(runtime: Runtime) -> None:
    run = runtime.start(letter(), {"topic": "tea"})
    graph, config = graph_of(runtime, run)
    graph.update_state(config, {"text": "By hand."})

    newest = runtime.history(run, limit=1)[0]
    assert (newest.source, newest.steps, newest.after) == ("update", (), {"text": "By hand."})


# Rollback.


def test_D4_a_run_goes_back_and_asks_again(runtime: Runtime) -> None:
    log: list[str] = []
    run = runtime.start(counted(log), {"topic": "tea"})
    first = run.reviews()[0]
    begun = next(each for each in runtime.history(run) if each.next == ("write",))

    back = runtime.rollback(run, begun.checkpoint)

    assert (back.status, back.reviews()) == ("queued", ())
    assert runtime.review(first.id).decision == {"type": "superseded"}
    with pytest.raises(ConflictError, match="superseded"):
        runtime.decide(first.id, APPROVE, by="ana")
    again = runtime.resume(back)
    (second,) = again.reviews()
    assert (second.args, log) == ({"text": "On tea 2."}, ["write", "write"])
    done = runtime.decide(second.id, APPROVE, by="ana")
    assert output(done)["sent"] == "sent: On tea 2."
    # Nothing was deleted: both tries are in the history.
    texts = [each.after["text"] for each in runtime.history(run) if each.steps == ("write",)]
    assert texts == ["On tea 2.", "On tea 1."]


def test_D4_a_decision_after_the_point_does_not_count_again(runtime: Runtime) -> None:
    two = definition(
        {"step": "first", "review": {"fields": ["topic"]}},
        {"step": "second", "review": {"fields": ["topic"]}},
        inputs={"topic": "str"},
    )
    run = runtime.start(two, {"topic": "tea"})
    begun = next(each for each in runtime.history(run) if each.next == ("first",))
    runtime.decide(run.reviews()[0].id, APPROVE, by="ana")
    assert runtime.run(run.id).reviews()[0].node == "second"

    again = runtime.resume(runtime.rollback(run, begun.checkpoint))

    assert [each.node for each in again.reviews()] == ["first"]
    end = runtime.decide(again.reviews()[0].id, REJECT, by="ben")
    assert (end.status, output(end)["first"]["type"]) == ("completed", "reject")


def test_D4_a_failed_run_goes_back_to_a_known_good_state(runtime: Runtime) -> None:
    broken = ["yes"]

    def last(text: str) -> str:
        if broken:
            raise ValueError("no")
        return text

    given = definition(
        {"step": "write", "function": lambda topic: topic * 2, "writes": {"text": "str"}},
        {"step": "last", "function": last},
        inputs={"topic": "str"},
    )
    run = runtime.start(given, {"topic": "x"})
    assert run.status == "failed"
    begun = next(each for each in runtime.history(run) if each.next == ("write",))
    back = runtime.rollback(run, begun.checkpoint)
    assert (back.status, back.error) == ("queued", None)
    broken.clear()
    assert output(runtime.resume(back))["last"] == "xx"


async def test_D4_a_rollback_that_was_cut_off_leaves_a_stale_ticket(runtime: Runtime) -> None:
    run = await runtime.astart(letter(), {"topic": "tea"})
    begun = (await runtime.ahistory(run))[1]
    graph, _ = graph_of(runtime, run)
    database, now = runtime._database, time.time()
    # As after a kill between its two writes: the thread has gone back, the run does not know.
    holder = rewinding.hold(database, run.id, by="killed", now=now, until=now + 30)
    await put_again(graph, run.thread_id, begun.checkpoint, holder)
    rewinding.let_go(database, run.thread_id, holder)

    assert runtime.run(run.id).status == "paused"
    with pytest.raises(ConflictError, match="no longer"):
        await runtime.adecide(f"{run.id}.1", APPROVE, by="ana")
    again = await runtime.aresume(run)
    assert [each.id for each in again.reviews()] == [f"{run.id}.2"]


def test_D4_what_cannot_go_back_is_told_why(runtime: Runtime) -> None:
    run = runtime.start(letter(), {"topic": "tea"})
    newest = runtime.history(run)[0].checkpoint
    with pytest.raises(ConflictError, match="stands at that checkpoint"):
        runtime.rollback(run, newest)
    with pytest.raises(NotFoundError, match=r"has no checkpoint '1234'"):
        runtime.rollback(run, "1234")
    with pytest.raises(NotFoundError, match=f"nearest name is '{newest}'"):
        runtime.rollback(run, newest[:-1] + "x")
    assert runtime.run(run.id).status == "paused"

    runtime.decide(run.reviews()[0].id, APPROVE, by="ana")
    with pytest.raises(ConflictError, match="goes back no more") as told:
        runtime.rollback(run, newest)
    assert "dalsegno fork" in str(told.value)


def test_D4_a_run_that_is_driven_does_not_go_back(runtime: Runtime) -> None:
    told: list[BaseException] = []

    def write(topic: str) -> str:
        run = runtime.runs()[0]
        try:
            runtime.rollback(run, runtime.history(run)[-1].checkpoint)
        except LeaseError as error:
            told.append(error)
        return topic

    given = definition({"step": "write", "function": write}, inputs={"topic": "str"})
    assert runtime.start(given, {"topic": "tea"}).status == "completed"
    assert len(told) == 1


# Forks.


def test_D4_a_fork_of_a_pause_has_tickets_of_its_own(runtime: Runtime) -> None:
    log: list[str] = []
    run = runtime.start(counted(log), {"topic": "tea"})
    fork = runtime.fork(run, runtime.history(run)[0].checkpoint)

    assert (fork.status, fork.record.forked_from) == ("paused", run.id)
    assert fork.thread_id != run.thread_id
    (own,) = fork.reviews()
    assert own.id != run.reviews()[0].id
    assert own.args == run.reviews()[0].args
    done = runtime.decide(own.id, {"type": "edit", "args": {"text": "Other."}}, by="ana")
    assert output(done)["sent"] == "sent: Other."
    assert runtime.run(run.id).status == "paused"
    assert (
        output(runtime.decide(run.reviews()[0].id, APPROVE, by="ben"))["sent"] == "sent: On tea 1."
    )
    assert log == ["write", "send", "send"]


def test_D4_a_fork_knows_nothing_of_what_came_later(runtime: Runtime) -> None:
    log: list[str] = []
    run = runtime.start(counted(log), {"topic": "tea"})
    done = runtime.decide(run.reviews()[0].id, APPROVE, by="ana")
    written = at(runtime, done, "write")

    fork = runtime.fork(done, written.checkpoint)

    assert (fork.status, fork.reviews(), fork.output) == ("queued", (), None)
    assert runtime.reviews(fork.id, decided=True) == ()
    again = runtime.resume(fork)
    (ticket,) = again.reviews()
    assert (again.status, ticket.args) == ("paused", {"text": "On tea 1."})
    end = runtime.decide(ticket.id, REJECT, by="ben")
    assert (end.status, output(end).get("sent")) == ("completed", None)
    assert output(runtime.run(done.id))["sent"] == "sent: On tea 1."


def test_D4_a_forks_history_goes_on_into_its_original(runtime: Runtime) -> None:
    run = runtime.start(letter(), {"topic": "tea"})
    written = at(runtime, run, "write")
    fork = runtime.resume(runtime.fork(run, written.checkpoint))
    second = runtime.fork(fork, runtime.history(fork)[0].checkpoint)
    runtime.decide(second.reviews()[0].id, APPROVE, by="ana")

    entries = runtime.history(second)

    assert [each.steps for each in entries] == [("send",), ("ok",), ("write",), (), ()]
    assert {each.thread for each in entries[:2]} == {second.thread_id}
    assert {each.thread for each in entries[2:]} == {run.thread_id}
    assert [each.steps for each in runtime.history(second, limit=3)] == [
        ("send",),
        ("ok",),
        ("write",),
    ]


@pytest.mark.parametrize("nested", [False, True])
def test_D4_a_fork_takes_along_what_was_finished_beside_a_pause(
    runtime: Runtime, nested: bool
) -> None:
    calls: list[str] = []

    def one(item: int) -> int:
        calls.append(f"one {item}")
        return item * 10

    steps: list[dict[str, Any]] = [
        {"step": "one", "function": one},
        {"step": "check", "review": {"fields": ["one"]}},
    ]
    given = definition(
        {"step": "all", "map": {"over": "numbers", "steps": steps, "collect": "one"}},
        inputs={"numbers": "list[int]"},
    )
    if nested:
        given = definition(
            {
                "step": "inner",
                "workflow": {**given, "outputs": ["all"]},
                "inputs": {"numbers": "numbers"},
                "outputs": {"all": "all"},
            },
            inputs={"numbers": "list[int]"},
        )
    run = runtime.start(given, {"numbers": [1, 2, 3]})
    middle = sorted(run.reviews(), key=lambda each: each.args["one"])[1]
    run = runtime.decide(middle.id, {"type": "edit", "args": {"one": 99}}, by="ana")
    calls.clear()

    fork = runtime.fork(run, runtime.history(run)[0].checkpoint)

    assert sorted(each.args["one"] for each in fork.reviews()) == [10, 30]
    for ticket in fork.reviews():
        fork = runtime.decide(ticket.id, APPROVE, by="ana")
    assert (fork.status, output(fork)["all"]) == ("completed", [10, 99, 30])
    assert calls == []
    assert len(runtime.run(run.id).reviews()) == 2


def test_D4_a_field_kept_as_a_series_of_changes_is_whole_in_a_fork(runtime: Runtime) -> None:
    class Grown(TypedDict):
        seen: Annotated[list[str], DeltaChannel(_extended)]

    def step(state: Grown) -> dict[str, Any]:
        return {"seen": [f"s{len(state['seen'])}"]}

    builder = StateGraph(Grown)
    for name in ("a", "b", "c"):
        builder.add_node(name, step)
    for start, end in ((START, "a"), ("a", "b"), ("b", "c"), ("c", END)):
        builder.add_edge(start, end)
    run = runtime.start(builder.compile(name="grown"), {"seen": ["begin"]})
    whole = ["begin", "s1", "s2", "s3"]
    assert output(run)["seen"] == whole
    forks = [runtime.fork(run, at(runtime, run, name).checkpoint) for name in ("a", "b", "c")]
    assert [output(runtime.resume(each))["seen"] for each in forks] == [whole] * 3


def _extended(present: list[str], writes: list[list[str]]) -> list[str]:
    return [*present, *(item for each in writes for item in each)]


# What was done outside.


@pytest.mark.parametrize("way", ["fork", "rollback"])
def test_D4_what_was_done_outside_is_asked_about_before_it_is_done_again(
    runtime: Runtime, way: str
) -> None:
    paid: list[str] = []

    def transfer(to: str) -> str:
        paid.append(to)
        return f"paid {to}"

    def pay(topic: str) -> str:
        return str(dalsegno.call("transfer", transfer, {"to": topic}, effect="external"))

    given = definition(
        {"step": "pay", "function": pay, "writes": {"receipt": "str"}},
        {"step": "ok", "review": {"fields": ["receipt"]}},
        inputs={"topic": "str"},
    )
    run = runtime.start(given, {"topic": "ana"})
    begun = next(each for each in runtime.history(run) if each.next == ("pay",))
    other = getattr(runtime, way)(run, begun.checkpoint)
    other = runtime.resume(other)
    assert [each.node for each in other.reviews()] == ["transfer"]
    assert paid == ["ana"]

    answer = {"type": "edit", "args": {"result": "paid before"}}
    other = runtime.decide(other.reviews()[0].id, answer, by="ben")
    assert [each.node for each in other.reviews()] == ["ok"]
    assert other.reviews()[0].args == {"receipt": "paid before"}
    assert paid == ["ana"]


# The write gate on every path in.


@pytest.fixture
def gated(tmp_path: Path) -> Iterator[Any]:
    """A graph that pauses between two steps of whole numbers, one of them in another workflow."""
    inner = {
        "workflow_definition": {"name": "inner", "version": "1", "owner": "tests"},
        "inputs": {"x": "int"},
        "workflow_steps": [
            {"step": "look", "review": {"fields": ["x"]}},
            {"step": "twice", "function": lambda x: x * 2, "writes": {"twice": "int"}},
        ],
        "outputs": ["twice"],
    }
    given = definition(
        {"step": "a", "function": lambda n: n + 1, "writes": {"x": "int"}},
        {"step": "ok", "review": {"fields": ["x"]}},
        {"step": "in", "workflow": inner, "inputs": {"x": "x"}, "outputs": {"y": "twice"}},
        inputs={"n": "int"},
    )
    saver = SqliteSaver(tmp_path / "gate.db")
    yield dalsegno.compile(given, saver)


HEAD = {"configurable": {"thread_id": "t"}}


@pytest.mark.parametrize("where", ["head", "old", "new thread"])
@pytest.mark.parametrize("as_node", [None, "a", "ok", "in", "__start__", "__input__"])
def test_A1_no_update_by_hand_gets_past_the_gate(gated: Any, where: str, as_node: str) -> None:
    gated.invoke({"n": 1}, HEAD)
    before = gated.get_state(HEAD)
    config = {
        "head": HEAD,
        "old": list(gated.get_state_history(HEAD))[1].config,
        "new thread": {"configurable": {"thread_id": "other"}},
    }[where]
    for values in ({"x": "bad"}, {"zz": 1}, {"x": 1, "zz": 1}):
        with pytest.raises((WriteError, InputError)):
            gated.update_state(config, values, as_node=as_node)
    assert gated.get_state(HEAD) == before


async def test_A1_nor_one_that_is_awaited_or_comes_in_bulk(gated: Any) -> None:
    gated.invoke({"n": 1}, HEAD)
    with pytest.raises(InputError, match="no input 'x'"):
        await gated.aupdate_state(HEAD, {"x": "bad"}, as_node="__input__")
    with pytest.raises(WriteError, match="wrong 'x'"):
        await gated.aupdate_state(HEAD, {"x": "bad"}, as_node="a")
    with pytest.raises(WriteError, match="wrong 'x'"):
        gated.bulk_update_state(
            HEAD, [[StateUpdate({"x": "bad"}, "a"), StateUpdate({"y": 3}, "in")]]
        )
    with pytest.raises(WriteError, match="without a decision"):
        gated.bulk_update_state(HEAD, [[StateUpdate({"x": 3}, "ok")]])
    assert gated.get_state(HEAD).values["x"] == 2


@pytest.mark.parametrize(
    "command",
    [
        Command(update={"x": "bad"}),
        Command(update=[("x", "bad")]),
        Command(update={"zz": 1}),
        Command(goto="in"),
        Command(resume={"0": {"type": "approve"}}, update={"x": 3}),
    ],
)
@pytest.mark.parametrize("where", ["head", "old"])
def test_A1_nor_a_command(gated: Any, command: Any, where: str) -> None:
    gated.invoke({"n": 1}, HEAD)
    before = gated.get_state(HEAD)
    old = list(gated.get_state_history(HEAD))[1].config
    with pytest.raises(InputError):
        gated.invoke(command, HEAD if where == "head" else old)
    assert gated.get_state(HEAD) == before


@pytest.mark.parametrize(
    "answer",
    [
        {"type": "edit", "args": {"x": "bad"}},
        {"type": "edit", "args": {"zz": 1}},
        {"type": "edit", "args": {"x": None}},
        {"type": "aprove"},
        {"x": 5},
        5,
        "yes",
        [],
        True,
    ],
)
def test_A1_an_answer_of_the_wrong_form_is_asked_for_again(gated: Any, answer: object) -> None:
    gated.invoke({"n": 1}, HEAD)
    waiting = gated.get_state(HEAD).tasks[0].interrupts[0].id
    asked = gated.invoke(Command(resume={waiting: answer}), HEAD)["__interrupt__"][0]
    assert "does not fit" in asked.value["action_requests"][0]["description"]
    assert gated.get_state(HEAD).values["x"] == 2
    gated.invoke(Command(resume={asked.id: {"type": "edit", "args": {"x": 4}}}), HEAD)
    assert gated.get_state(HEAD).values["x"] == 4


def test_A1_a_forks_thread_has_the_same_gate(runtime: Runtime) -> None:
    run = runtime.start(letter(), {"topic": "tea"})
    fork = runtime.fork(run, runtime.history(run)[0].checkpoint)
    graph, config = graph_of(runtime, fork)
    with pytest.raises(WriteError, match="wrong 'text'"):
        graph.update_state(config, {"text": 5}, as_node="write")
    assert graph.get_state(config).values["text"] == "On tea."
