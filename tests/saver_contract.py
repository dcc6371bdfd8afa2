"""What a saver of ours must do, whatever database it is on: functions that take a way to open one.

Each is given `open_saver`, which opens a saver on the same, at first empty, database each time.
"""

import asyncio
import operator
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.channels import DeltaChannel
from langgraph.checkpoint.base import BaseCheckpointSaver, empty_checkpoint
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Command, Send, interrupt
from typing_extensions import TypedDict

from dalsegno.state.errors import ConflictError

Saver = BaseCheckpointSaver[Any]
Opener = Callable[[], Saver]


class Items(TypedDict):
    items: Annotated[list[Any], operator.add]
    n: int


def counting(steps: int, make: Callable[[int], object] = str) -> StateGraph[Any, Any, Any, Any]:
    """A loop that appends one item at each step."""

    def step(state: Items) -> dict[str, object]:
        return {"items": [make(state["n"])], "n": state["n"] + 1}

    graph = StateGraph(Items)
    graph.add_node("step", step)
    graph.add_edge(START, "step")
    graph.add_conditional_edges("step", lambda state: END if state["n"] >= steps else "step")
    return graph


def on(thread: str, **more: object) -> dict[str, Any]:
    return {"configurable": {"thread_id": thread, **more}, "recursion_limit": 100_000}


def values(saver: Saver, thread: str = "t") -> dict[str, Any]:
    found = saver.get_tuple(on(thread))
    assert found is not None
    return found.checkpoint["channel_values"]


def a_run_is_read_back_by_another_saver(open_saver: Opener) -> None:
    graph = counting(100).compile(checkpointer=open_saver())
    ended = graph.invoke({"items": ["first"], "n": 0}, on("t"), durability="sync")
    again = counting(100).compile(checkpointer=open_saver())
    assert again.get_state(on("t")).values == ended
    assert len(ended["items"]) == 101


def every_checkpoint_of_a_run_has_what_its_step_left(open_saver: Opener) -> None:
    graph = counting(80).compile(checkpointer=open_saver())
    graph.invoke({"items": [], "n": 0}, on("t"), durability="sync")
    again = counting(80).compile(checkpointer=open_saver())
    history = list(again.get_state_history(on("t")))
    assert [each.values.get("n") for each in history] == [*range(80, -1, -1), None]
    assert all(len(each.values["items"]) == each.values["n"] for each in history[:-1])
    some = history[30]
    assert again.get_state(some.config).values == some.values
    newest = list(again.get_state_history(on("t"), limit=3))
    assert [each.config for each in newest] == [each.config for each in history[:3]]
    older = list(again.get_state_history(on("t"), before=history[70].config))
    assert [each.config for each in older] == [each.config for each in history[71:]]


def both_faces_share_a_thread(open_saver: Opener) -> None:
    saver = open_saver()
    graph = counting(3).compile(checkpointer=saver)
    graph.invoke({"items": [], "n": 0}, on("t"), durability="sync")

    async def more() -> None:
        await graph.ainvoke({"items": ["again"], "n": 1}, on("t"), durability="sync")
        state = await graph.aget_state(on("t"))
        assert state.values["items"] == ["0", "1", "2", "again", "1", "2"]
        assert [each async for each in saver.alist(on("t"))]

    asyncio.run(more())
    assert graph.get_state(on("t")).values["n"] == 3


def a_pause_is_resumed_by_another_saver(open_saver: Opener) -> None:
    class State(TypedDict):
        answer: str

    def ask(_state: State) -> dict[str, object]:
        return {"answer": interrupt({"question": "really?"})}

    graph = StateGraph(State)
    graph.add_node("ask", ask)
    graph.add_edge(START, "ask")
    paused = graph.compile(checkpointer=open_saver()).invoke({"answer": ""}, on("t"))
    assert paused["__interrupt__"][0].value == {"question": "really?"}
    again = graph.compile(checkpointer=open_saver())
    assert again.get_state(on("t")).interrupts[0].value == {"question": "really?"}
    assert again.invoke(Command(resume="yes"), on("t")) == {"answer": "yes"}


def messages_keep_their_ids_and_classes(open_saver: Opener) -> None:
    class Chat(TypedDict):
        messages: Annotated[list[AnyMessage], add_messages]

    def say(state: Chat) -> dict[str, object]:
        return {"messages": [AIMessage(f"answer {len(state['messages'])}")]}

    graph = StateGraph(Chat)
    graph.add_node("say", say)
    graph.add_edge(START, "say")
    for number in range(20):
        compiled = graph.compile(checkpointer=open_saver())
        given = HumanMessage(f"question {number}") if number % 2 else ("user", f"{number}")
        ended = compiled.invoke({"messages": [given]}, on("t"), durability="sync")
    stored = values(open_saver())["messages"]
    assert stored == ended["messages"]
    assert len(stored) == 40
    assert all(message.id for message in stored)


def a_list_changed_in_place_is_stored_as_it_now_is(open_saver: Opener) -> None:
    class State(TypedDict):
        rows: list[dict[str, int]]
        n: int

    def step(state: State) -> dict[str, object]:
        rows = state["rows"]
        rows[0]["seen"] = state["n"]
        rows.append({"row": state["n"]})
        return {"rows": rows, "n": state["n"] + 1}

    graph = StateGraph(State)
    graph.add_node("step", step)
    graph.add_edge(START, "step")
    graph.add_conditional_edges("step", lambda state: END if state["n"] >= 30 else "step")
    compiled = graph.compile(checkpointer=open_saver())
    ended = compiled.invoke({"rows": [{"row": -1}], "n": 0}, on("t"), durability="sync")
    assert values(open_saver())["rows"] == ended["rows"]
    assert ended["rows"][0] == {"row": -1, "seen": 29}


def reducers_that_change_what_was_written_are_believed(open_saver: Opener) -> None:
    def counted(old: list[Any], new: list[Any]) -> list[Any]:
        for each in new:
            each["count"] = len(old)
        return [*old, *new]

    class State(TypedDict):
        rows: Annotated[list[Any], counted]
        n: int

    graph = StateGraph(State)
    graph.add_node("step", lambda state: {"rows": [{"n": state["n"]}], "n": state["n"] + 1})
    graph.add_edge(START, "step")
    graph.add_conditional_edges("step", lambda state: END if state["n"] >= 25 else "step")
    ended = graph.compile(checkpointer=open_saver()).invoke({"n": 0}, on("t"), durability="sync")
    stored = values(open_saver())["rows"]
    assert stored == ended["rows"]
    assert [each["count"] for each in stored] == list(range(25))


def a_fan_out_gathers_in_order(open_saver: Opener) -> None:
    class State(TypedDict):
        out: Annotated[list[int], operator.add]

    graph = StateGraph(State)
    graph.add_node("spread", lambda _: {})
    graph.add_node("work", lambda given: {"out": [given["number"], -given["number"]]})
    graph.add_edge(START, "spread")
    graph.add_conditional_edges(
        "spread", lambda _: [Send("work", {"number": n}) for n in range(60)], ["work"]
    )
    graph.compile(checkpointer=open_saver()).invoke({"out": []}, on("t"), durability="sync")
    expected = [value for n in range(60) for value in (n, -n)]
    assert values(open_saver())["out"] == expected


def delta_channels_are_rebuilt(open_saver: Opener) -> None:
    def add(state: list[Any], writes: Sequence[list[Any]]) -> list[Any]:
        return [*state, *(each for write in writes for each in write)]

    class State(TypedDict):
        items: Annotated[list[Any], DeltaChannel(add, snapshot_frequency=7)]
        n: int

    graph = StateGraph(State)
    graph.add_node("step", lambda state: {"items": [state["n"]], "n": state["n"] + 1})
    graph.add_edge(START, "step")
    graph.add_conditional_edges("step", lambda state: END if state["n"] >= 40 else "step")
    compiled = graph.compile(checkpointer=open_saver())
    ended = compiled.invoke({"items": ["first"], "n": 0}, on("t"), durability="sync")
    again = graph.compile(checkpointer=open_saver())
    assert again.get_state(on("t")).values["items"] == ended["items"] == ["first", *range(40)]
    for each in again.get_state_history(on("t"), limit=20):
        assert len(each.values["items"]) == each.values["n"] + 1
    open_saver().prune(["t"])
    assert graph.compile(checkpointer=open_saver()).get_state(on("t")).values == ended


def time_travel_and_updates_of_old_checkpoints_fork(open_saver: Opener) -> None:
    graph = counting(6).compile(checkpointer=open_saver())
    graph.invoke({"items": [], "n": 0}, on("t"), durability="sync")
    old = next(each for each in graph.get_state_history(on("t")) if each.values["n"] == 3)
    forked = graph.update_state(old.config, {"items": ["forked"]})
    ended = graph.invoke(None, forked, durability="sync")
    assert ended["items"] == ["0", "1", "2", "forked", "3", "4", "5"]
    assert graph.get_state(on("t")).values == ended
    replayed = graph.invoke(None, old.config, durability="sync")
    assert replayed["items"] == ["0", "1", "2", "3", "4", "5"]
    again = counting(6).compile(checkpointer=open_saver())
    assert again.get_state(on("t")).values == replayed


def subgraphs_pause_resume_and_replay(open_saver: Opener) -> None:
    class State(TypedDict):
        log: Annotated[list[str], operator.add]

    inner = StateGraph(State)
    inner.add_node("one", lambda _: {"log": ["one"]})
    inner.add_node("two", lambda _: {"log": [interrupt("go on?")]})
    inner.add_edge(START, "one")
    inner.add_edge("one", "two")
    outer = StateGraph(State)
    outer.add_node("before", lambda _: {"log": ["before"]})
    outer.add_node("inner", lambda _: {"log": inner_graph.invoke({"log": []})["log"]})
    inner_graph = inner.compile()
    outer.add_edge(START, "before")
    outer.add_edge("before", "inner")
    graph = outer.compile(checkpointer=open_saver())
    assert "__interrupt__" in graph.invoke({"log": []}, on("t"), durability="sync")
    again = outer.compile(checkpointer=open_saver())
    ended = again.invoke(Command(resume="yes"), on("t"), durability="sync")
    assert ended["log"] == ["before", "one", "yes"]
    old = next(each for each in again.get_state_history(on("t")) if each.next == ("inner",))
    assert "__interrupt__" in again.invoke(None, old.config, durability="sync")
    assert again.invoke(Command(resume="no"), on("t"), durability="sync")["log"][-1] == "no"


def of_many_who_go_on_at_once_one_wins(open_saver: Opener) -> None:
    saver = open_saver()
    counting(2).compile(checkpointer=saver).invoke({"items": [], "n": 0}, on("t"))
    before = values(saver)
    start = threading.Barrier(4)
    outcomes: list[str] = []

    def go_on(name: str) -> None:
        own = counting(2).compile(checkpointer=open_saver())
        # Each has read the thread before any of them writes.
        config = own.checkpointer.get_tuple(on("t")).config
        plain = {**config["configurable"]}
        start.wait()
        checkpoint = {**empty_checkpoint(), "channel_values": {"who": name}}
        checkpoint["channel_versions"] = {"who": 1}
        try:
            own.checkpointer.put({"configurable": plain}, checkpoint, {"step": 9}, {"who": 1})
            outcomes.append(name)
        except ConflictError as error:
            assert "Somebody else went on" in str(error)
            outcomes.append("refused")

    threads = [threading.Thread(target=go_on, args=(str(n),)) for n in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes)[-3:] == ["refused"] * 3
    assert values(saver)["who"] in outcomes
    assert before["n"] == 2


def two_who_begin_a_thread_at_once_do_not_both(open_saver: Opener) -> None:
    class State(TypedDict):
        n: int

    held = threading.Event()
    entered = threading.Event()

    def slow(state: State) -> dict[str, object]:
        entered.set()
        assert held.wait(20)
        return {"n": 1}

    def fast(state: State) -> dict[str, object]:
        return {"n": 2}

    def graph(node: Callable[[State], dict[str, object]]) -> Any:
        made = StateGraph(State)
        made.add_node("node", node)
        made.add_edge(START, "node")
        return made.compile(checkpointer=open_saver())

    failed: list[Exception] = []

    def first() -> None:
        try:
            graph(slow).invoke({"n": 0}, on("t"), durability="sync")
        except ConflictError as error:
            failed.append(error)

    running = threading.Thread(target=first)
    running.start()
    assert entered.wait(20)
    graph(fast).invoke({"n": 0}, on("t"), durability="sync")
    held.set()
    running.join()
    assert len(failed) == 1
    assert values(open_saver())["n"] == 2


def the_first_write_of_a_task_counts_and_the_last_of_langgraphs_own(open_saver: Opener) -> None:
    saver = open_saver()
    checkpoint = empty_checkpoint()
    config = saver.put(on("t", checkpoint_ns=""), checkpoint, {"step": -1}, {})
    saver.put_writes(config, [("b", 2)], "task2", "~2")
    saver.put_writes(config, [("a", 1), ("__error__", "one")], "task1", "~1")
    saver.put_writes(config, [("a", "late")], "task1", "~1")
    saver.put_writes(config, [("__error__", "two")], "task1", "~1")
    for each in (saver, open_saver()):
        found = each.get_tuple(config)
        assert found is not None
        assert found.pending_writes == [
            ("task1", "__error__", "two"),
            ("task1", "a", 1),
            ("task2", "b", 2),
        ]


def writes_may_arrive_after_the_next_checkpoint(open_saver: Opener) -> None:
    saver = open_saver()
    first = saver.put(on("t", checkpoint_ns=""), empty_checkpoint(), {"step": -1}, {})
    second = saver.put(first, empty_checkpoint(), {"step": 0}, {})
    saver.put_writes(first, [("a", "late")], "task", "~1")
    found = open_saver().get_tuple(first)
    assert found is not None
    assert found.pending_writes == [("task", "a", "late")]
    last = open_saver().get_tuple(on("t"))
    assert last is not None
    assert last.config == second
    assert last.pending_writes == []


def a_checkpoint_that_is_put_again_replaces_the_one_before(open_saver: Opener) -> None:
    saver = open_saver()
    checkpoint = empty_checkpoint()
    versions = {"a": 1}
    stored = {**checkpoint, "channel_values": {"a": "old"}, "channel_versions": versions}
    config = saver.put(on("t", checkpoint_ns=""), stored, {"step": -1}, versions)
    again = {**stored, "channel_values": {"a": "new"}}
    saver.put(on("t", checkpoint_ns=""), again, {"step": -1}, versions)
    assert values(open_saver())["a"] == "new"
    assert [each.config for each in open_saver().list(on("t"))] == [config]


@dataclass
class Custom:
    """A class that no schema names."""

    name: str


def no_class_is_made_unless_it_is_allowed(open_saver: Opener) -> None:
    saver = open_saver()
    checkpoint = {**empty_checkpoint(), "channel_values": {"a": Custom("x")}}
    checkpoint["channel_versions"] = {"a": 1}
    saver.put(on("t", checkpoint_ns=""), checkpoint, {"step": -1}, {"a": 1})
    assert values(open_saver())["a"] == {"name": "x"}
    allowing = open_saver().with_allowlist([(Custom.__module__, "Custom")])
    assert values(allowing)["a"] == Custom("x")


def a_class_that_cannot_be_made_is_named(open_saver: Opener) -> None:
    saver = open_saver()
    gone = type("Gone", (), {})
    gone.__module__, gone.__qualname__ = __name__, "Gone"
    made = dataclass(gone)()
    checkpoint = {**empty_checkpoint(), "channel_versions": {"a": 1}}
    first = saver.put(on("t", checkpoint_ns=""), checkpoint, {"step": -1}, {})
    bad = {**empty_checkpoint(), "channel_values": {"a": made}, "channel_versions": {"a": 2}}
    saver.put(first, bad, {"step": 0}, {"a": 2})
    reading = open_saver().with_allowlist([(__name__, "Gone")])
    with pytest.raises(Exception, match=r"channel 'a': .*saver_contract\.Gone cannot be made"):
        reading.get_tuple(on("t"))
    assert [each.config for each in reading.list(on("t"))] == [first]


def a_filter_asks_the_metadata(open_saver: Opener) -> None:
    graph = counting(3).compile(checkpointer=open_saver())
    graph.invoke({"items": [], "n": 0}, {**on("t"), "metadata": {"who": "ann"}})
    found = list(open_saver().list(on("t"), filter={"source": "input", "who": "ann"}))
    assert len(found) == 1
    assert list(open_saver().list(on("t"), filter={"who": "bob"})) == []
    assert len(list(open_saver().list(None))) == 5


def threads_of_text_versions_go_on(open_saver: Opener) -> None:
    saver = open_saver()
    version = saver.get_next_version("00000000000000000000000000000003.0.25", None)
    assert version > "00000000000000000000000000000003.0.25"
    assert saver.get_next_version(version, None) > version
    assert saver.get_next_version(None, None) == 1
    assert saver.get_next_version(1, None) == 2


CONTRACT: tuple[Callable[[Opener], None], ...] = (
    a_run_is_read_back_by_another_saver,
    every_checkpoint_of_a_run_has_what_its_step_left,
    both_faces_share_a_thread,
    a_pause_is_resumed_by_another_saver,
    messages_keep_their_ids_and_classes,
    a_list_changed_in_place_is_stored_as_it_now_is,
    reducers_that_change_what_was_written_are_believed,
    a_fan_out_gathers_in_order,
    delta_channels_are_rebuilt,
    time_travel_and_updates_of_old_checkpoints_fork,
    subgraphs_pause_resume_and_replay,
    of_many_who_go_on_at_once_one_wins,
    two_who_begin_a_thread_at_once_do_not_both,
    the_first_write_of_a_task_counts_and_the_last_of_langgraphs_own,
    writes_may_arrive_after_the_next_checkpoint,
    a_checkpoint_that_is_put_again_replaces_the_one_before,
    no_class_is_made_unless_it_is_allowed,
    a_class_that_cannot_be_made_is_named,
    a_filter_asks_the_metadata,
    threads_of_text_versions_go_on,
)
