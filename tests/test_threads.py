"""Rows A6 and I9: runs that follow one another on one thread, as calls of a LangGraph thread do."""

import asyncio
import json
import random
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from operator import add
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.func import entrypoint
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import interrupt
from typing_extensions import TypedDict

import dalsegno
from dalsegno import Runtime
from dalsegno.checkpoints import SqliteSaver
from dalsegno.checkpoints.journal import Journal
from dalsegno.runtime.engine import Here
from dalsegno.runtime.run import Run
from dalsegno.state.errors import ConflictError, NotFoundError

from .crashing import Crasher, crashing
from .interpreter import interpret
from .provider import MODEL, Provider
from .random_definitions import Example, examples
from .test_random_definitions import LAW, TELEMETRY

#: What is drawn may be deeper than a person should write.
pytestmark = pytest.mark.filterwarnings("ignore::dalsegno.state.errors.DefinitionWarning")

State = {"memory": {"type": "list[str]", "merge": "append"}}


def hear(said: str) -> list[str]:
    return [said]


def answer(said: str, memory: list[str]) -> list[str]:
    return [f"{said}: {len(memory)}"]


HEAR = {"step": "hear", "function": hear, "writes": ["memory"]}
ANSWER = {"step": "answer", "function": answer, "writes": ["memory"]}
OK = {"step": "ok", "review": {"fields": ["said"]}}


def chat(*steps: dict[str, Any], name: str = "chat", **more: Any) -> dict[str, Any]:
    """A conversation: what was said and answered grows over its thread."""
    return {
        "workflow_definition": {"name": name, "version": "1"},
        "inputs": {"said": "str"},
        "state": State,
        "workflow_steps": [HEAR, *steps, ANSWER],
        "outputs": ["memory"],
        **more,
    }


def say(runtime: Runtime, said: str, workflow: Any = None, **more: Any) -> Run:
    return runtime.start(workflow or chat(), {"said": said}, thread="t", **more)


def memory(run: Run) -> object:
    assert run.output is not None
    return run.output["memory"]


def approve(runtime: Runtime, run: Run) -> Run:
    return runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")


# What goes on from run to run, and what is each one's own


def test_A6_runs_on_one_thread_remember_what_the_ones_before_them_kept(runtime: Runtime) -> None:
    first, second, third = (say(runtime, each) for each in ("a", "b", "c"))
    assert {each.status for each in (first, second, third)} == {"completed"}
    assert memory(third) == ["a", "a: 1", "b", "b: 3", "c", "c: 5"]
    assert memory(runtime.run(first.id)) == ["a", "a: 1"], "a run's output stays its own"
    assert memory(runtime.run(second.id)) == ["a", "a: 1", "b", "b: 3"]
    assert runtime.run("t").id == third.id
    assert [each.id for each in runtime.runs()] == [third.id, second.id, first.id]
    assert {each.thread_id for each in runtime.runs()} == {"t"}
    assert [each.record.turn for each in runtime.runs()] == [2, 1, 0]


def test_A6_it_is_as_if_the_graph_was_called_again_on_its_thread(
    runtime: Runtime, tmp_path: Path
) -> None:
    graph = dalsegno.compile(chat(), checkpointer=SqliteSaver(tmp_path / "plain.db"))
    config: Any = {"configurable": {"thread_id": "t"}}
    for each in ("a", "b", "c"):
        plain = graph.invoke({"said": each}, config)
        run = say(runtime, each)
    assert memory(run) == plain["memory"]


def test_A6_a_run_goes_on_on_the_thread_of_one_that_named_none(runtime: Runtime) -> None:
    first = runtime.start(chat(), {"said": "a"})
    second = runtime.start(chat(), {"said": "b"}, thread=first.thread_id)
    assert memory(second) == ["a", "a: 1", "b", "b: 3"]
    assert runtime.run(first.id).id == first.id, "a run's id is its own"


def test_A6_inputs_counters_and_joins_begin_anew(runtime: Runtime) -> None:
    def count(n: int = 0) -> int:
        return n + 1

    def one(said: str) -> str:
        return f"{said}1"

    def two(said: str) -> str:
        return f"{said}2"

    def both(one: str, two: str) -> list[str]:
        return [one + two]

    loop = {"max_iterations": 2, "steps": [{"step": "n", "function": count}]}
    made = chat(
        {"step": "again", "loop": loop},
        {"step": "ways", "parallel": [{"step": w.__name__, "function": w} for w in (one, two)]},
        {"step": "both", "function": both, "writes": ["memory"]},
        outputs=["memory", "n", "mood"],
        inputs={"said": "str", "mood": {"type": "str", "default": "calm"}},
    )
    first = runtime.start(made, {"said": "a", "mood": "angry"}, thread="t")
    second = runtime.start(made, {"said": "b"}, thread="t")
    assert first.output == {"memory": ["a", "a1a2", "a: 2"], "n": 2, "mood": "angry"}
    assert second.output is not None
    assert second.output["memory"] == ["a", "a1a2", "a: 2", "b", "b1b2", "b: 5"]
    assert second.output["n"] == 4, "the loop has all its passes again, and its field goes on"
    assert second.output["mood"] == "calm", "an input left out is its default, not the last one"


def test_A6_metrics_and_trace_are_those_of_one_run(provider: Provider, runtime: Runtime) -> None:
    provider.on("Reply", {"text": "yes"})
    reply = {
        "step": "reply",
        "agent": "clerk",
        "reads": ["said"],
        "task": "Answer.",
        "writes": {"reply": "Reply"},
    }
    made = chat(reply, reply | {"step": "more"}, schemas={"Reply": {"text": "str"}})
    made["agents"] = [{"name": "clerk"}]
    runs = [say(runtime, each, made, model=MODEL) for each in ("a", "b", "c")]
    assert len(provider.asked("Reply")) == 6, "a second run's call is never the first one's"
    for run in runs:
        counted = runtime.run(run.id).metrics
        assert (counted["calls"], counted["input_tokens"], counted["steps"]) == (2, 2000, 4)
        assert [step.node for step in run.trace] == ["hear", "reply", "more", "answer"]


def test_A6_each_run_has_its_own_reviews(runtime: Runtime) -> None:
    made = chat(OK)
    first = say(runtime, "a", made)
    old = first.reviews()[0]
    rejected = runtime.decide(old.id, {"type": "reject", "message": "no"}, by="ana")
    assert (rejected.status, memory(rejected)) == ("completed", ["a"])
    second = say(runtime, "b", made)
    assert second.status == "paused"
    assert [each.run for each in second.reviews()] == [second.id]
    assert second.reviews()[0].args == {"said": "b"}
    with pytest.raises(ConflictError, match="already decided"):
        runtime.decide(old.id, {"type": "approve"}, by="ben")
    assert memory(approve(runtime, second)) == ["a", "b", "b: 2"]
    decided = [runtime.reviews(each.id, decided=True)[0].answer for each in (first, second)]
    assert [each["type"] for each in decided if each] == ["reject", "approve"]


def test_A6_calls_of_a_second_run_are_its_own(runtime: Runtime, tmp_path: Path) -> None:
    paid: list[str] = []

    def pay(said: str) -> str:
        def work(amount: int, idempotency_key: str) -> str:
            paid.append(idempotency_key)
            return f"receipt {len(paid)}"

        made = [
            dalsegno.call(f"pay {effect}", work, {"amount": 5}, effect=effect)
            for effect in ("external", "idempotent", "pure")
        ]
        return ", ".join(made)

    made = chat({"step": "pay", "function": pay}, outputs=["pay"])
    first, second = say(runtime, "same", made), say(runtime, "same", made)
    assert first.output == {"pay": "receipt 1, receipt 2, receipt 3"}
    assert second.output == {"pay": "receipt 4, receipt 5, receipt 6"}
    assert len(set(paid)) == 6, "each has a key of its own"


# Which thread a run may go on on


def test_A6_after_a_cancelled_run_a_new_one_begins_and_nothing_of_its_question_is_left(
    runtime: Runtime,
) -> None:
    made = chat(OK)
    first = say(runtime, "a", made)
    ticket = first.reviews()[0]
    runtime.cancel(first)
    second = say(runtime, "b", made)
    assert [each.args for each in runtime.reviews()] == [{"said": "b"}]
    with pytest.raises(ConflictError, match="cancelled"):
        runtime.decide(ticket.id, {"type": "approve"}, by="ana")
    assert memory(approve(runtime, second)) == ["a", "b", "b: 2"]
    assert runtime.run(first.id).status == "cancelled"


def test_A6_a_thread_whose_run_has_not_ended_takes_no_other(runtime: Runtime) -> None:
    broken = [True]

    def fragile(said: str) -> str:
        if broken:
            raise ConnectionError("no answer")
        return said

    made = chat({"step": "fragile", "function": fragile})
    failed = say(runtime, "a", made)
    assert failed.status == "failed"
    with pytest.raises(ConflictError, match=f"{failed.id}.*it is failed") as told:
        say(runtime, "b", made)
    for way in ("resume", "cancel"):
        assert f"dalsegno {way} {failed.id}" in str(told.value)
    broken.clear()
    assert runtime.resume(failed).status == "completed"
    paused = say(runtime, "b", chat(OK))
    assert paused.status == "paused"
    with pytest.raises(ConflictError, match=f"(?s)paused.*dalsegno show {paused.id}"):
        say(runtime, "c", chat(OK))
    assert len(runtime.runs()) == 2, "nothing was started"
    assert memory(approve(runtime, paused)) == ["a", "a: 1", "b", "b: 3"]


def test_A6_a_thread_that_is_driven_or_waits_for_an_engine_takes_no_other(tmp_path: Path) -> None:
    def meddle(said: str) -> str:
        with pytest.raises(ConflictError, match="running"):
            say(here, "b", made)
        return said

    async def never(run: str, here: Here) -> None:
        """An engine whose workers have the day off."""

    here = Runtime(f"sqlite:///{tmp_path}/runs.db")
    made = chat({"step": "meddle", "function": meddle})
    assert say(here, "a", made).status == "completed"
    queue = Runtime(f"sqlite:///{tmp_path}/runs.db", engine=never, workflows=[made])
    waiting = say(queue, "b", made)
    assert waiting.status == "queued"
    for each in (here, queue):
        with pytest.raises(ConflictError, match=r"(?s)queued.*dalsegno resume"):
            say(each, "c", made)
    assert memory(here.resume(waiting)) == ["a", "a: 1", "b", "b: 3"]
    here.close()
    queue.close()


def test_A6_a_thread_of_another_workflow_or_of_no_run_is_refused(
    runtime: Runtime, tmp_path: Path
) -> None:
    first = say(runtime, "a")
    with pytest.raises(ConflictError, match=f"'t' belongs to the workflow 'chat'.*{first.id}"):
        say(runtime, "b", chat(name="other"))
    graph = dalsegno.compile(chat(), checkpointer=SqliteSaver(tmp_path / "runs.db"))
    graph.invoke({"said": "a"}, {"configurable": {"thread_id": "by hand"}})
    with pytest.raises(ConflictError, match="used before"):
        runtime.start(chat(), {"said": "b"}, thread="by hand")
    assert len(runtime.runs()) == 1


def test_A6_what_was_done_by_hand_after_a_run_is_where_the_next_one_begins(
    runtime: Runtime, tmp_path: Path
) -> None:
    say(runtime, "a")
    graph = dalsegno.compile(chat(), checkpointer=SqliteSaver(tmp_path / "runs.db"))
    config: Any = {"configurable": {"thread_id": "t"}}
    graph.invoke({"said": "x"}, config)
    graph.update_state(config, {"memory": ["by hand"]}, as_node="answer")
    assert memory(say(runtime, "b")) == ["a", "a: 1", "x", "x: 3", "by hand", "b", "b: 6"]


def test_A6_a_key_gives_its_run_also_when_the_thread_went_on(runtime: Runtime) -> None:
    first = say(runtime, "a", key="1")
    say(runtime, "b", key="2")
    assert say(runtime, "a", key="1").record == runtime.run(first.id).record
    assert len(runtime.runs()) == 2
    with pytest.raises(ConflictError, match="'2'"):
        say(runtime, "c", key="2")


def test_A6_a_definition_may_change_between_runs_as_long_as_what_is_kept_fits(
    runtime: Runtime,
) -> None:
    def shout(said: str) -> str:
        return said.upper()

    first = say(runtime, "a")
    changed = chat({"step": "shout", "function": shout}, outputs=["memory", "shout"])
    second = say(runtime, "b", changed)
    assert second.output == {"memory": ["a", "a: 1", "b", "b: 3"], "shout": "B"}
    with pytest.raises(ConflictError, match="has changed"):
        runtime.history(first)

    def number(said: int) -> list[int]:
        return [said]

    unlike = {
        **chat(),
        "state": {"memory": {"type": "list[int]", "merge": "append"}},
        "inputs": {"said": "int"},
        "workflow_steps": [{"step": "hear", "function": number, "writes": ["memory"]}],
    }
    with pytest.raises(ConflictError, match=r"holds 'memory'.*does not fit any more"):
        runtime.start(unlike, {"said": 3}, thread="t")
    assert memory(say(runtime, "c", changed)) == ["a", "a: 1", "b", "b: 3", "c", "c: 5"]


# Its past: history, rollback, fork, repair


def test_A6_history_is_that_of_the_run(runtime: Runtime) -> None:
    runs = [say(runtime, each) for each in ("a", "b", "c")]
    for run in runs:
        entries = runtime.history(run)
        assert [each.source for each in entries].count("input") == 1
        assert entries[-1].source == "input"
        assert [each.steps for each in entries[:2]] == [("answer",), ("hear",)]
        assert entries[0].after["memory"] == memory(run)
        assert runtime.history(run, limit=2) == entries[:2]
    seen = [each.checkpoint for run in runs for each in runtime.history(run, limit=None)]
    assert len(seen) == len(set(seen)), "each checkpoint is one run's"


def test_A6_a_rollback_stays_within_the_run(runtime: Runtime) -> None:
    made = chat(OK)
    first = approve(runtime, say(runtime, "a", made))
    second = say(runtime, "b", made)
    with pytest.raises(ConflictError, match=f"in run '{first.id}'"):
        runtime.rollback(second, runtime.history(first)[0].checkpoint)
    with pytest.raises(ConflictError, match="goes back no more"):
        runtime.rollback(first, runtime.history(first)[1].checkpoint)
    with pytest.raises(NotFoundError, match="nearest"):
        runtime.rollback(second, runtime.history(second)[0].checkpoint[:-1] + "x")
    begun = runtime.history(second)[-1]
    assert begun.source == "input"
    back = runtime.rollback(second, begun.checkpoint)
    again = runtime.resume(back)
    assert again.reviews()[0].args == {"said": "b"}
    assert memory(approve(runtime, again)) == ["a", "a: 1", "b", "b: 3"]
    assert memory(approve(runtime, say(runtime, "c", made)))[-1] == "c: 5"  # type: ignore[index]  # a list


def test_A6_an_earlier_run_is_forked_with_what_was_known_then(runtime: Runtime) -> None:
    made = chat(OK)
    first = approve(runtime, say(runtime, "a", made))
    second = approve(runtime, say(runtime, "b", made))
    early = runtime.history(first)[-1].checkpoint
    with pytest.raises(ConflictError, match=f"in run '{first.id}'"):
        runtime.fork(second, early)
    with pytest.raises(ConflictError, match=f"in run '{second.id}'"):
        runtime.fork(first, runtime.history(second)[0].checkpoint)
    fork = runtime.resume(runtime.fork(first, early))
    assert memory(approve(runtime, fork)) == ["a", "a: 1"]
    later = runtime.resume(runtime.fork(second, runtime.history(second)[-1].checkpoint))
    later = approve(runtime, later)
    assert memory(later) == ["a", "a: 1", "b", "b: 3"]
    sources = [each.source for each in runtime.history(later, limit=None)]
    assert sources.count("input") == 1, "a fork's history goes back to its original's beginning"
    ended = approve(runtime, runtime.start(made, {"said": "c"}, thread=later.thread_id))
    assert memory(ended) == ["a", "a: 1", "b", "b: 3", "c", "c: 5"]
    assert runtime.run("t").id == second.id


def test_A6_a_forks_metrics_are_those_of_its_run(provider: Provider, runtime: Runtime) -> None:
    provider.on("Reply", {"text": "yes"})
    reply = {"step": "reply", "agent": "clerk", "task": "Answer.", "writes": {"reply": "Reply"}}
    made = chat(reply, OK, schemas={"Reply": {"text": "str"}}, agents=[{"name": "clerk"}])
    approve(runtime, say(runtime, "a", made, model=MODEL))
    second = say(runtime, "b", made, model=MODEL)
    fork = runtime.fork(second, runtime.history(second)[0].checkpoint)
    ended = approve(runtime, runtime.resume(fork))
    assert (ended.metrics["calls"], ended.metrics["input_tokens"]) == (1, 1000)


def test_A6_what_an_earlier_run_did_outside_is_asked_about_by_its_own_forks_alone(
    runtime: Runtime,
) -> None:
    posted: list[str] = []

    def post(said: str) -> str:
        return dalsegno.call("post", lambda what: posted.append(what) or what, {"what": "x"})

    made = chat({"step": "post", "function": post}, OK)
    first = say(runtime, "a", made)
    runtime.rollback(first, runtime.history(first)[-1].checkpoint)
    again = runtime.resume(first)
    assert again.reviews()[0].node == "post", "it was taken back: a person is asked"
    runtime.cancel(again)
    second = say(runtime, "b", made)
    assert [each.node for each in second.reviews()] == ["ok"], "that is no affair of the next run"
    assert posted == ["x", "x"]
    second = approve(runtime, second)
    fork = runtime.resume(runtime.fork(first, runtime.history(first)[-1].checkpoint))
    assert fork.reviews()[0].node == "post", "a fork knows what its original did"
    once = runtime.decide(fork.reviews()[0].id, {"type": "edit", "args": {"result": "x"}}, by="a")
    assert [each.node for each in once.reviews()] == ["ok"], "and not what came after it"
    assert posted == ["x", "x"]


def test_A6_what_a_cancelled_run_left_unknown_is_not_taken_over(runtime: Runtime) -> None:
    read: list[str] = []
    keys: list[str] = []

    def post(said: str) -> str:
        def work(what: str, idempotency_key: str) -> str:
            keys.append(idempotency_key)
            if len(keys) == 1:
                raise TimeoutError("no answer")
            return f"posted {what}"

        dalsegno.call("read", lambda: read.append(said), {}, effect="pure")
        return dalsegno.call("post", work, {"what": "x"}, effect="external")

    made = chat({"step": "post", "function": post}, outputs=["post"])
    first = say(runtime, "a", made)
    assert first.status == "failed"
    runtime.cancel(first)
    second = say(runtime, "a", made)
    assert (second.status, second.output) == ("completed", {"post": "posted x"})
    assert read == ["a", "a"], "what the first one had read is not the second one's"
    assert len(set(keys)) == 2


def test_A6_a_damaged_second_run_begins_again_with_its_own_inputs(
    runtime: Runtime, tmp_path: Path
) -> None:
    made = chat(OK)
    approve(runtime, say(runtime, "a", made))
    second = say(runtime, "b", made)
    own = {each.checkpoint for each in runtime.history(second)}
    marks = ",".join("?" * len(own))
    with closing(sqlite3.connect(tmp_path / "runs.db")) as connection:
        connection.execute(
            f"UPDATE dalsegno_record SET body = zeroblob(9) WHERE checkpoint IN ({marks})",
            tuple(own),
        )
        connection.commit()
    found = runtime.examine(repair=True)
    assert [each.run for each in found] == [second.id]
    assert found[0].mended is not None
    assert runtime.history(second) == ()
    resumed = runtime.resume(second)
    assert resumed.reviews()[0].args == {"said": "b"}
    assert memory(approve(runtime, resumed)) == ["a", "a: 1", "b", "b: 3"]
    assert runtime.examine() == ()


def test_A6_a_run_whose_input_was_not_stored_begins_with_it_whatever_stands_there(
    tmp_path: Path,
) -> None:
    async def never(run: str, here: Here) -> None:
        """As in a process that is killed before the first checkpoint."""

    made = chat(OK)
    url = f"sqlite:///{tmp_path}/runs.db"
    runtime, queue = Runtime(url, workflows=[made]), Runtime(url, engine=never)
    first = say(runtime, "a", made)
    runtime.cancel(first)  # its pause is still there
    second = say(queue, "b", made)
    assert (second.status, runtime.history(second)) == ("queued", ())
    assert asyncio.run(runtime.avalues(second)) == {}
    assert runtime.examine(repair=True) == ()
    graph = dalsegno.compile(made, checkpointer=SqliteSaver(tmp_path / "runs.db"))
    graph.update_state({"configurable": {"thread_id": "t"}}, {"memory": ["!"]}, as_node="hear")
    resumed = runtime.resume(second)
    assert [each.args for each in resumed.reviews()] == [{"said": "b"}]
    assert memory(approve(runtime, resumed)) == ["a", "!", "b", "b: 3"]
    assert runtime.history(first, limit=None)[0].after == {"memory": ["a"]}
    runtime.close()
    queue.close()


def test_A6_a_run_that_ended_before_its_input_was_stored_has_no_past(tmp_path: Path) -> None:
    async def never(run: str, here: Here) -> None:
        """As above."""

    url = f"sqlite:///{tmp_path}/runs.db"
    runtime, queue = Runtime(url, workflows=[chat()]), Runtime(url, engine=never)
    first = say(queue, "a")
    queue.cancel(first)
    second = say(runtime, "b")
    third = say(queue, "c")
    queue.cancel(third)
    fourth = say(runtime, "d")
    assert memory(fourth) == ["b", "b: 1", "d", "d: 3"]
    lengths = [len(runtime.history(each)) for each in (first, second, third, fourth)]
    assert [bool(each) for each in lengths] == [False, True, False, True]
    assert asyncio.run(runtime.avalues(third)) == {}
    assert asyncio.run(runtime.avalues(second))["memory"] == ["b", "b: 1"]
    runtime.close()
    queue.close()


def test_A6_pruned_threads_go_on(runtime: Runtime, tmp_path: Path) -> None:
    made = chat(OK)
    first = approve(runtime, say(runtime, "a", made))
    second = say(runtime, "b", made)
    SqliteSaver(tmp_path / "runs.db").keep(newest=1, seconds=None, now=0.0)
    assert runtime.history(first) == ()
    assert memory(approve(runtime, second)) == ["a", "a: 1", "b", "b: 3"]
    assert memory(approve(runtime, say(runtime, "c", made)))[-1] == "c: 5"  # type: ignore[index]  # a list


# Any definition


def own(values: Mapping[str, Any], definition: Mapping[str, Any]) -> dict[str, Any]:
    """A state without what the graph itself noted; lists that grow at once may be in any order."""
    loose = {each for each, spec in definition["state"].items() if "merge" in spec}
    return {
        name: sorted(value) if name in loose and isinstance(value, list) else value
        for name, value in values.items()
        if name not in TELEMETRY and ":" not in name and not name.startswith("dalsegno_")
    }


def gone_on_with(runtime: Runtime, example: Example, thread: str, data: st.DataObject) -> None:
    """A run in which the power goes is cancelled; the next one is as if there had been no rest."""
    definition, calls = example.definition, example.calls
    interpret(definition, example.inputs)
    if calls.made:
        calls.fuse = data.draw(st.integers(1, len(calls.made)))
    first = runtime.start(definition, example.inputs, thread=thread)
    if first.status == "failed":
        runtime.cancel(first)
    graph = runtime._programs.graph(runtime._programs.of(first.record))
    head = graph.get_state({"configurable": {"thread_id": thread}}).config
    before = own(graph.get_state(head).values, definition)
    calls.fuse = None
    calls.made.clear()
    expected = interpret(definition, example.inputs, before)
    called = Counter(calls.made)
    calls.made.clear()
    second = runtime.start(definition, example.inputs, thread=thread)
    assert second.status == "completed", second.error
    found = asyncio.run(runtime.avalues(second))
    assert own(found, definition) == own(expected.values, definition)
    assert Counter(calls.made) == called


@pytest.mark.filterwarnings("ignore::dalsegno.state.errors.DefinitionWarning")
@settings(LAW, max_examples=10)
@given(examples(), st.data())
def test_A6_a_run_after_one_that_was_cut_off_is_as_plain_python_has_it(
    tmp_path_factory: pytest.TempPathFactory, example: Example, data: st.DataObject
) -> None:
    runtime = Runtime(f"sqlite:///{tmp_path_factory.mktemp('random')}/runs.db")
    gone_on_with(runtime, example, "t", data)
    runtime.close()


@pytest.mark.sweep
@pytest.mark.filterwarnings("ignore::dalsegno.state.errors.DefinitionWarning")
@settings(LAW, max_examples=300)
@given(examples(), st.data())
def test_A6_any_run_after_one_that_was_cut_off_is_as_plain_python_has_it(
    tmp_path_factory: pytest.TempPathFactory, example: Example, data: st.DataObject
) -> None:
    runtime = Runtime(f"sqlite:///{tmp_path_factory.mktemp('random')}/runs.db")
    gone_on_with(runtime, example, "t", data)
    runtime.close()


# Graphs made elsewhere


class Chat(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]
    seen: Annotated[list[str], add]


def talking(*nodes: Callable[[Chat], Any]) -> Any:
    builder = StateGraph(Chat)
    for before, each in zip([START, *(node.__name__ for node in nodes)], nodes, strict=False):
        builder.add_node(each.__name__, each)
        builder.add_edge(before, each.__name__)
    return builder.compile(name="talking")


def reply(state: Chat) -> Any:
    return {"messages": [AIMessage(f"{len(state['messages'])} so far")], "seen": ["reply"]}


def really(state: Chat) -> Any:
    return {"seen": [interrupt("really?")]}


def test_I9_a_graph_made_elsewhere_remembers_its_conversation(runtime: Runtime) -> None:
    graph = talking(reply, really)
    for number, word in enumerate(("one", "two", "three")):
        run = runtime.start(graph, {"messages": [HumanMessage(word)]}, thread="t")
        assert [each.request for each in run.reviews()] == [{"value": "really?"}]
        with pytest.raises(ConflictError, match="paused"):
            runtime.start(graph, {"messages": [HumanMessage("!")]}, thread="t")
        run = runtime.decide(run.reviews()[0].id, f"yes {number}", by="ana")
        assert run.status == "completed"
    assert run.output is not None
    assert [each["content"] for each in run.output["messages"]] == [
        *("one", "1 so far", "two", "3 so far", "three", "5 so far")
    ]
    assert run.output["seen"] == ["reply", "yes 0", "reply", "yes 1", "reply", "yes 2"]
    assert [step.node for step in run.trace if step.outcome == "done"] == ["reply", "really"]


def test_I9_an_entrypoint_gets_what_its_thread_gave_before(runtime: Runtime) -> None:
    @entrypoint()
    def summed(numbers: dict[str, int], previous: int | None = None) -> int:
        return numbers["n"] + (previous or 0)

    outputs = [runtime.start(summed, {"n": n}, thread="t").output for n in (1, 2, 3)]
    assert outputs == [{"output": 1}, {"output": 3}, {"output": 6}]


# An older database, races, crashes

_BACK_TO_3 = """
PRAGMA foreign_keys=OFF;
CREATE TABLE old (id TEXT PRIMARY KEY, thread TEXT NOT NULL UNIQUE, key TEXT UNIQUE,
    workflow TEXT NOT NULL, version TEXT NOT NULL, digest TEXT NOT NULL, source TEXT,
    model TEXT NOT NULL, inputs TEXT NOT NULL, status TEXT NOT NULL, created REAL NOT NULL,
    updated REAL NOT NULL, forked_from TEXT, forked_at TEXT, output TEXT, metrics TEXT,
    error TEXT) STRICT;
INSERT INTO old SELECT id, thread, key, workflow, version, digest, source, model, inputs, status,
    created, updated, forked_from, forked_at, output, metrics, error FROM dalsegno_run;
DROP TABLE dalsegno_run;
ALTER TABLE old RENAME TO dalsegno_run;
ALTER TABLE dalsegno_visit DROP COLUMN turn;
ALTER TABLE dalsegno_call DROP COLUMN turn;
PRAGMA user_version=3;
"""


def test_A6_a_database_in_which_threads_had_one_run_goes_on(tmp_path: Path) -> None:
    def read(said: str) -> str:
        return dalsegno.call("read", lambda: f"read {said}", {}, effect="pure")

    made = chat({"step": "read", "function": read}, OK)
    url = f"sqlite:///{tmp_path}/runs.db"
    before = Runtime(url)
    ended = approve(before, say(before, "a", made))
    paused = before.start(made, {"said": "x"}, thread="u", key="k")
    public, reviews = paused.public(), before.reviews(decided=True)
    traces = [each.trace for each in (ended, paused)]
    before.close()
    with closing(sqlite3.connect(tmp_path / "runs.db")) as connection:
        connection.executescript(_BACK_TO_3)

    runtime = Runtime(url, workflows=[made])
    assert runtime.run("u").public() == public
    assert runtime.reviews(decided=True) == reviews
    assert [runtime.run(each.id).trace for each in (ended, paused)] == traces
    assert approve(runtime, paused).status == "completed"
    assert memory(approve(runtime, say(runtime, "b", made))) == ["a", "a: 1", "b", "b: 3"]
    assert runtime.run("t").record.turn == 1
    assert [each.name for each in Journal(runtime._database, clock=lambda: 0.0).calls("t")] == [
        "read",
        "read",
    ]
    assert runtime.examine() == ()
    runtime.close()


def test_A6_of_many_starts_at_once_on_a_thread_one_wins(runtime: Runtime) -> None:
    made = chat(OK)

    async def start_all() -> list[object]:
        runs = [runtime.astart(made, {"said": str(n)}, thread="t") for n in range(8)]
        return list(await asyncio.gather(*runs, return_exceptions=True))

    approve(runtime, say(runtime, "a", made))
    found = asyncio.run(start_all())
    assert Counter(type(each).__name__ for each in found) == {"Run": 1, "ConflictError": 7}
    assert [each.status for each in runtime.runs()] == ["paused", "completed"]


@pytest.fixture(scope="module")
def crasher() -> Iterator[Crasher]:
    with crashing() as program:
        yield program


def test_A6_of_processes_that_start_on_a_thread_at_once_one_wins(
    crasher: Crasher, tmp_path: Path
) -> None:
    place = str(tmp_path)
    for turn in range(3):
        each = [{"place": place, "thread": f"{turn}.{n}", "own": "t"} for n in range(4)]
        reports = crasher.race("start", each)
        won = [report for report in reports if "error" not in report]
        assert [report["status"] for report in won] == ["paused"], reports
        assert {report.get("error") for report in reports} == {None, "ConflictError"}, reports
        assert [crasher.do("look", place=place, thread="t")[key] for key in ("run", "runs")] == [
            won[0]["run"],
            turn + 1,
        ]
        decided = crasher.do("decide", place=place, thread="t", draft="sent")
        assert decided["status"] == "completed"


def test_A6_the_command_line_goes_on_on_a_thread(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text("def hear(said: str) -> list[str]:\n    return [said]\n")
    made = {**chat(), "workflow_steps": [HEAR | {"function": "steps:hear"}]}
    (tmp_path / "chat.yaml").write_text(json.dumps(made))

    def dalsegno(*words: str) -> Any:
        said = subprocess.run(
            [sys.executable, "-m", "dalsegno", *words, "--db", "runs.db", "--json"],
            capture_output=True,
            cwd=tmp_path,
            check=False,
        )
        return json.loads(said.stdout)

    first, second = (dalsegno("run", "chat.yaml", word, "--thread", "t") for word in ("a", "b"))
    assert (first["output"], second["output"]) == ({"memory": ["a"]}, {"memory": ["a", "b"]})
    assert dalsegno("show", "t") == second


def killed_in_its_second_run(crasher: Crasher, place: str, points: int | None) -> None:
    """Kill the second run of a thread at every point, or at so many of them, and go on with it."""
    crasher.warm("converse", place=place, thread="warm", turn=1)
    assert crasher.do("converse", place=place, thread="whole", turn=1)["status"] == "completed"
    whole = crasher.do("converse", place=place, thread="whole", turn=2)
    every = range(1, sum(whole["points"].values()) + 1)
    drawn = every if points is None else (3, 4, *random.Random(9).sample(every, points))
    for nth in drawn:
        given: dict[str, Any] = {"place": place, "thread": f"k{nth}"}
        assert crasher.do("converse", turn=1, **given)["status"] == "completed"
        crasher.do("converse", turn=2, kill=f"any@{nth}", **given)
        found = crasher.do("converse", turn=2, **given)
        assert found["status"] == "completed", (nth, found)
        done = f"paid k{nth}, answer to k{nth}, posted k{nth}"
        said = ["word 1", f"to word 1: {done}", "word 2", f"to word 2: {done}"]
        assert found["output"]["memory"] == said, nth
        assert (found["said"], found["runs"]) == ("word 2", ["completed", "completed"]), nth
        assert found["nodes"] == whole["nodes"]
        assert found["reviews"].count("ok") == 1
    posted = Counter(Path(place, "posted").read_text().splitlines())
    assert {posted[f"k{nth}"] for nth in drawn} == {2}, "once for each run"
    with closing(sqlite3.connect(Path(place, "bank.db"))) as bank:
        paid = Counter(what for (what,) in bank.execute("SELECT what FROM payment"))
    assert {paid[f"k{nth}"] for nth in drawn} == {2}


def test_A6_a_second_run_killed_at_any_point_goes_on_with_its_own(
    crasher: Crasher, tmp_path: Path
) -> None:
    killed_in_its_second_run(crasher, str(tmp_path), 6)


@pytest.mark.sweep
def test_A6_a_second_run_killed_at_every_point_goes_on_with_its_own(
    crasher: Crasher, tmp_path: Path
) -> None:
    killed_in_its_second_run(crasher, str(tmp_path), None)
