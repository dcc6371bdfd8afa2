"""Runs that go on: started once by key, cancelled, drained, taken over, also of foreign graphs."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from operator import add
from pathlib import Path
from typing import Annotated, Any

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime as LangGraphRuntime
from langgraph.types import Command, interrupt
from typing_extensions import TypedDict

import dalsegno
from dalsegno import Runtime
from dalsegno.checkpoints import SqliteSaver
from dalsegno.runtime.engine import Here
from dalsegno.runtime.worker import Worker
from dalsegno.state.errors import ConflictError, InputError, LeaseError, NotFoundError

SIMPLE = {
    "workflow_definition": {"name": "simple", "version": "1", "owner": "ana"},
    "inputs": {"n": "int"},
    "workflow_steps": [{"step": "twice", "function": "tests.test_durable_runs:twice"}],
    "outputs": {"twice": "twice"},
}


def twice(n: int) -> int:
    return 2 * n


class Talk(TypedDict):
    messages: Annotated[list[AnyMessage], add]
    seen: Annotated[list[str], add]


def talking(*steps: Callable[[Talk], Any], name: str = "talking") -> Any:
    """A graph as somebody wrote it by hand, who knew nothing of us."""
    builder = StateGraph(Talk)
    names = [each.__name__ for each in steps]
    for each in steps:
        builder.add_node(each.__name__, each)
    for start, end in zip([START, *names], [*names, END], strict=True):
        builder.add_edge(start, end)
    return builder.compile(name=name)


def say(state: Talk) -> Talk:
    return {"messages": [AIMessage("hello")], "seen": ["say"]}


def ask(state: Talk) -> Talk:
    return {"messages": [], "seen": [str(interrupt({"question": "really?"}))]}


def done(state: Talk) -> Talk:
    return {"messages": [AIMessage("done")], "seen": ["done"]}


def test_D1_a_second_start_with_the_same_key_is_the_same_run(runtime: Runtime) -> None:
    first = runtime.start(SIMPLE, {"n": 4}, key="order-7")
    again = runtime.start(SIMPLE, {"n": 4}, key="order-7")
    assert again.record == first.record
    assert len(runtime.runs()) == 1
    with pytest.raises(ConflictError, match="order-7"):
        runtime.start(SIMPLE, {"n": 5}, key="order-7")


def test_D1_many_starts_at_once_with_one_key_are_one_run(runtime: Runtime) -> None:
    async def start_all() -> list[str]:
        runs = [runtime.astart(SIMPLE, {"n": 4}, key="k") for _ in range(8)]
        return [each.id for each in await asyncio.gather(*runs)]

    assert len(set(asyncio.run(start_all()))) == 1
    assert len(runtime.runs()) == 1


def test_a_cancelled_run_ends_for_good(runtime: Runtime) -> None:
    run = runtime.start(talking(say, ask, done), {"messages": [HumanMessage("hi")]})
    review = run.reviews()[0]
    assert runtime.cancel(run).status == "cancelled"
    assert runtime.reviews() == ()
    assert runtime.resume(run).status == "cancelled"
    with pytest.raises(ConflictError, match="cancelled"):
        runtime.decide(review.id, {"type": "approve"}, by="ana")
    with pytest.raises(ConflictError, match="cancelled"):
        runtime.cancel(run)


def test_a_run_that_is_cancelled_while_it_is_driven_stops_soon(runtime: Runtime) -> None:
    begun = threading.Event()
    later: list[str] = []

    async def wait(state: Talk) -> Talk:
        begun.set()
        await asyncio.sleep(30)
        return {"messages": [], "seen": []}

    async def effect(state: Talk) -> Talk:
        later.append("effect")
        return {"messages": [], "seen": []}

    ends: list[dalsegno.Run] = []
    given = {"messages": [], "seen": []}
    thread = threading.Thread(
        target=lambda: ends.append(runtime.start(talking(wait, effect), given))
    )
    thread.start()
    assert begun.wait(10)
    runtime.cancel(runtime.runs()[0])
    thread.join(10)
    assert [each.status for each in ends] == ["cancelled"]
    assert later == []


def test_M6_a_graph_from_elsewhere_pauses_and_goes_on_in_another_runtime(tmp_path: Path) -> None:
    url, graph = f"sqlite:///{tmp_path}/runs.db", talking(say, ask, done)
    first = Runtime(url)
    run = first.start(graph, {"messages": [HumanMessage("hi")], "seen": []})
    assert run.status == "paused"
    first.close()
    second = Runtime(url, workflows=[talking(say, ask, done)])
    review = second.reviews()[0]
    assert review.request == {"question": "really?"}
    ended = second.decide(review.id, {"type": "respond", "message": "yes"}, by="ana")
    assert ended.status == "completed"
    assert ended.output is not None
    assert ended.output["seen"] == ["say", "{'type': 'respond', 'message': 'yes'}", "done"]
    assert [each["content"] for each in ended.output["messages"]] == ["hi", "hello", "done"]
    steps = [(each.node, each.outcome) for each in ended.trace]
    assert steps == [("say", "done"), ("ask", "paused"), ("ask", "done"), ("done", "done")]
    second.close()


def test_a_graph_from_elsewhere_keeps_its_own_checkpointer(runtime: Runtime) -> None:
    graph = talking(say, done)
    graph.checkpointer = InMemorySaver()
    assert runtime.start(graph, {"messages": [], "seen": []}).status == "completed"
    assert isinstance(graph.checkpointer, InMemorySaver)
    config: Any = {"configurable": {"thread_id": runtime.runs()[0].thread_id}}
    assert graph.get_state(config).created_at is None


def test_a_changed_graph_from_elsewhere_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/runs.db"
    first = Runtime(url)
    run = first.start(talking(say, ask), {"messages": [], "seen": []})
    first.close()
    second = Runtime(url, workflows=[talking(say, ask, done)])
    with pytest.raises(ConflictError, match="changed"):
        second.resume(run.id)
    second.close()


def test_inputs_that_cannot_be_stored_are_refused(runtime: Runtime) -> None:
    with pytest.raises(InputError, match="cannot be stored"):
        runtime.start(talking(say), {"messages": [], "seen": [threading.Lock()]})
    assert runtime.runs() == ()


async def test_an_engine_has_runs_driven_elsewhere(tmp_path: Path) -> None:
    url, queue = f"sqlite:///{tmp_path}/runs.db", []

    async def elsewhere(run: str, here: Here) -> None:
        queue.append(run)

    front, back = Runtime(url, engine=elsewhere), Runtime(url, workflows=[SIMPLE])
    run = await front.astart(SIMPLE, {"n": 3})
    assert (run.status, queue) == ("queued", [run.id])
    twice_delivered = [back.aresume(queue[0]), back.aresume(queue[0])]
    found = await asyncio.gather(*twice_delivered, return_exceptions=True)
    assert any(not isinstance(each, Exception) for each in found)
    assert front.run(run.id).output == {"twice": 6}
    front.close()
    back.close()


def test_opening_a_database_runs_nothing_and_recover_does(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/runs.db"

    async def nowhere(run: str, here: Here) -> None:
        pass

    run = Runtime(url, engine=nowhere).start(SIMPLE, {"n": 3})
    idle = Runtime(url, workflows=[SIMPLE])
    time.sleep(0.3)
    assert idle.run(run.id).status == "queued"
    idle.close()
    recovering = Runtime(url, workflows=[SIMPLE], recover=True)
    _wait_for(lambda: recovering.run(run.id).status == "completed")
    recovering.close()


_STARTS = """
import sys, time
import dalsegno
from tests.test_durable_runs import SLOW
run = dalsegno.Runtime(sys.argv[1]).start(SLOW, {"file": sys.argv[2]})
print(run.status, flush=True)
"""

SLOW = {
    "workflow_definition": {"name": "slow", "version": "1", "owner": "ana"},
    "inputs": {"file": "str"},
    "workflow_steps": [
        {"step": "first", "function": "tests.test_durable_runs:first"},
        {"step": "second", "function": "tests.test_durable_runs:second"},
    ],
    "outputs": {"second": "second"},
}


def first(file: str) -> str:
    with Path(file).open("a") as lines:
        lines.write("first\n")
    return "one"


def second(file: str, first: str) -> str:
    with Path(file).open("a") as lines:
        lines.write("second\n")
    until = time.monotonic() + 20
    while not Path(f"{file}.go").exists() and time.monotonic() < until:
        time.sleep(0.02)
    return f"{first}, two"


@pytest.fixture
def under_way(tmp_path: Path) -> Iterator[tuple[str, Path, "subprocess.Popen[str]"]]:
    """A run in another process, in the middle of its second step."""
    url, file = f"sqlite:///{tmp_path}/runs.db", tmp_path / "lines"
    root = Path(dalsegno.__file__).parent
    other = subprocess.Popen(
        [sys.executable, "-c", _STARTS, url, str(file)], stdout=subprocess.PIPE, text=True, cwd=root
    )
    _wait_for(lambda: file.exists() and "second" in file.read_text())
    yield url, file, other
    other.kill()
    other.communicate()


def test_D1_a_worker_takes_over_from_a_dead_process(
    under_way: tuple[str, Path, "subprocess.Popen[str]"],
) -> None:
    url, file, other = under_way
    runtime = Runtime(url, workflows=[SLOW])
    run = runtime.runs()[0]
    with pytest.raises(LeaseError):
        runtime.resume(run)
    worker = Worker(runtime, interval=0.1)
    thread = threading.Thread(target=asyncio.run, args=(worker.work(),))
    thread.start()
    time.sleep(0.5)
    assert file.read_text().split() == ["first", "second"], "its process lives"
    Path(f"{file}.go").touch()
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    _wait_for(lambda: runtime.run(run.id).status == "completed")
    worker.stop()
    thread.join(10)
    assert file.read_text().split() == ["first", "second", "second"]
    assert runtime.run(run.id).output == {"second": "one, two"}
    runtime.close()


def test_a_drained_run_stops_after_its_step_and_goes_on_later(tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path}/runs.db", tmp_path / "lines"
    runtime = Runtime(url)
    file.with_suffix(".go").touch()
    begun, go_on = threading.Event(), threading.Event()

    async def slow(state: Talk) -> Talk:
        begun.set()
        await asyncio.to_thread(go_on.wait, 10)
        return {"messages": [], "seen": ["slow"]}

    graph, ends = talking(slow, done), []
    given = {"messages": [], "seen": []}
    thread = threading.Thread(target=lambda: ends.append(runtime.start(graph, given)))
    thread.start()
    assert begun.wait(10)
    runtime.drain()
    go_on.set()
    thread.join(10)
    assert [each.status for each in ends] == ["queued"]
    runtime.close()
    later = Runtime(url, workflows=[graph])
    begun.clear()
    ended = later.resume(ends[0].id)
    assert ended.status == "completed"
    assert not begun.is_set(), "the step that had ended is not run again"
    later.close()


def test_two_callers_of_one_thread_do_not_both_act(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()
    ran: list[str] = []

    def slow(n: int) -> int:
        ran.append("slow")
        begun.set()
        go_on.wait(10)
        return n

    definition = {
        "workflow_definition": {"name": "held", "version": "1", "owner": "ana"},
        "inputs": {"n": "int"},
        "workflow_steps": [{"step": "slow", "function": slow}],
    }
    with SqliteSaver.from_conn_string(str(tmp_path / "x.db")) as saver:
        graph = dalsegno.compile(definition, saver)
        config: Any = {"configurable": {"thread_id": "t"}}
        thread = threading.Thread(target=graph.invoke, args=({"n": 1}, config))
        thread.start()
        assert begun.wait(10)
        with pytest.raises(LeaseError, match="being run already"):
            graph.invoke({"n": 2}, config)
        with pytest.raises(LeaseError, match="Nothing was written"):
            graph.update_state(config, {"slow": 5}, as_node="slow")
        go_on.set()
        thread.join(10)
        assert ran == ["slow"]
        assert graph.invoke({"n": 3}, config)["slow"] == 3


def _wait_for(true: Callable[[], bool], seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.02)


ARCHIVE = {
    "workflow_definition": {"name": "archive", "version": "1", "owner": "ana"},
    "inputs": {"document": "str"},
    "workflow_steps": [
        {"step": f"look_{n}", "function": "tests.test_durable_runs:look"} for n in range(20)
    ]
    + [{"step": "ok", "review": {"fields": ["look_19"]}}],
    "outputs": {"document": "document", "looked": "look_19"},
}


def look(document: str) -> int:
    return len(document)


def test_A6_a_large_value_is_stored_once_by_reference(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/runs.db"
    document = "".join(chr(33 + (n * n + n // 7) % 90) for n in range(1_000_000))
    runtime = Runtime(url)
    for _ in range(3):
        run = runtime.start(ARCHIVE, {"document": document})
    assert run.status == "paused"
    runtime.close()
    other = Runtime(url, workflows=[ARCHIVE])
    assert (other.run(run.id).output or {})["document"] == document
    # A run's own record has its inputs and its output, as JSON; the checkpoints share one copy.
    rows = other._database.rows("SELECT sum(length(value)) AS bytes FROM dalsegno_value")
    assert rows[0]["bytes"] < 1_100_000
    ended = other.decide(other.reviews(run.id)[0].id, {"type": "approve"}, by="ana")
    assert ended.output == {"document": document, "looked": 1_000_000}
    other.close()


_DAYS_LATER = """
import sys, time
import dalsegno
from tests.test_durable_runs import ARCHIVE
later = lambda: time.time() + 9 * 86_400
runtime = dalsegno.Runtime(sys.argv[1], workflows=[ARCHIVE], clock=later)
review = runtime.reviews()[0]
run = runtime.decide(review.id, {"type": "approve"}, by="ben")
print(run.status, run.output["looked"], len([s for s in run.trace if s.node == "look_0"]))
"""


def test_D2_a_pause_lasts_for_days_and_ends_in_another_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/runs.db"
    runtime = Runtime(url)
    assert runtime.start(ARCHIVE, {"document": "short"}).status == "paused"
    runtime.close()
    root = Path(dalsegno.__file__).parent
    other = subprocess.run(
        [sys.executable, "-c", _DAYS_LATER, url],
        capture_output=True,
        text=True,
        cwd=root,
        check=False,
    )
    assert other.stdout == "completed 5 1\n", other.stderr


def two_gates(state: Talk) -> Talk:
    first = interrupt("May we look?")
    if not FLAKY:
        FLAKY.append("down")
        raise ConnectionError("the network was down")
    second = interrupt("May we pay a million?")
    return {"messages": [], "seen": [first["type"], second["type"]]}


#: What a test's node remembers beyond its failure; emptied before each use.
FLAKY: list[str] = []


def _within(graph: Any) -> Any:
    builder = StateGraph(Talk)
    builder.add_node("inner", graph)
    builder.add_edge(START, "inner")
    return builder.compile(name="outer")


@pytest.mark.parametrize("nested", [False, True])
def test_E5_a_gate_is_not_passed_with_the_answer_of_the_one_before_a_failure(
    runtime: Runtime, nested: bool
) -> None:
    FLAKY.clear()
    graph = _within(talking(two_gates)) if nested else talking(two_gates)
    run = runtime.start(graph, {"messages": [], "seen": []})
    failed = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")
    assert failed.status == "failed"
    asked = runtime.resume(failed)
    assert asked.status == "paused"
    assert [each.request for each in asked.reviews()] == [{"value": "May we pay a million?"}]
    ended = runtime.decide(asked.reviews()[0].id, {"type": "reject"}, by="ben")
    assert ended.output is not None
    assert ended.output["seen"] == ["approve", "reject"]


def test_E5_beside_an_open_gate_a_failed_step_does_not_pass_its_own(runtime: Runtime) -> None:
    FLAKY.clear()
    builder = StateGraph(Talk)
    builder.add_node("two_gates", two_gates)
    builder.add_node("ask", ask)
    builder.add_edge(START, "two_gates")
    builder.add_edge(START, "ask")
    run = runtime.start(builder.compile(name="beside"), {"messages": [], "seen": []})
    asked = {str(each.request.get("value", "ask")): each for each in run.reviews()}
    failed = runtime.decide(asked["May we look?"].id, {"type": "approve"}, by="ana")
    assert failed.status == "failed"
    again = runtime.resume(failed)
    questions = {str(each.request.get("value", "ask")) for each in again.reviews()}
    assert questions == {"May we pay a million?", "ask"}


def test_E1_a_graphs_own_breakpoint_is_a_ticket(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/runs.db"
    graph = talking(say, done)
    graph.interrupt_before_nodes = ["done"]
    first = Runtime(url)
    run = first.start(graph, {"messages": [], "seen": []})
    assert (run.status, [each.node for each in run.reviews()]) == ("paused", ["before_done"])
    first.close()
    second = Runtime(url, workflows=[graph])
    assert second.resume(run.id).status == "paused"
    ended = second.decide(run.id + ".1", {"type": "approve"}, by="ana")
    assert ended.status == "completed"
    assert ended.output is not None
    assert ended.output["seen"] == ["say", "done"]
    second.close()


def test_a_graph_from_elsewhere_is_given_its_context(tmp_path: Path) -> None:
    class Who(TypedDict):
        name: str

    def greet(state: Talk, runtime: Any) -> Talk:
        return {"messages": [], "seen": [f"hello {runtime.context['name']}"]}

    greet.__annotations__["runtime"] = LangGraphRuntime[Who]
    builder = StateGraph(Talk, context_schema=Who)
    builder.add_node("greet", greet)
    builder.add_edge(START, "greet")
    runtime = Runtime(f"sqlite:///{tmp_path}/runs.db", context={"name": "ana"})
    run = runtime.start(builder.compile(name="greeting"), {"messages": [], "seen": []})
    assert run.output == {"messages": [], "seen": ["hello ana"]}
    runtime.close()


@pytest.mark.parametrize("given", [5, {"a": 5}])
def test_an_entrypoint_of_the_functional_api_runs_too(runtime: Runtime, given: object) -> None:
    @entrypoint()
    def five(_: dict[str, int]) -> object:
        return given if interrupt("sure?")["type"] == "approve" else None

    run = runtime.start(five, {"n": 1})
    assert run.status == "paused"
    ended = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")
    assert ended.status == "completed"
    assert ended.output == (given if isinstance(given, dict) else {"output": given})


def test_bytes_that_are_no_text_stop_nothing(runtime: Runtime) -> None:
    definition = {
        "workflow_definition": {"name": "photo", "version": "1", "owner": "ana"},
        "workflow_steps": [
            {"step": "photo", "function": lambda: b"\xff\xd8", "writes": {"photo": "any"}},
            {"step": "ok", "review": {"fields": ["photo"]}},
        ],
    }
    run = runtime.start(definition, {})
    assert run.status == "paused", run.error
    ended = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")
    assert (ended.output or {})["photo"] == "\\xff\\xd8"


async def test_a_hold_that_is_lost_when_all_is_done_cancels_nobody(tmp_path: Path) -> None:
    """The keeper may look between the run's end and the moment that the hold is kept no more."""
    ended, looked = threading.Event(), threading.Event()

    def at(point: str) -> None:
        if point == "after leave":
            ended.set()
            looked.wait(2)

    runtime = Runtime(f"sqlite:///{tmp_path}/runs.db", lease=0.8, reach=at)

    def look() -> None:
        assert ended.wait(10)
        time.sleep(0.4)
        looked.set()

    watcher = threading.Thread(target=look)
    watcher.start()
    run = await runtime.astart(SIMPLE, {"n": 2})
    await asyncio.sleep(0.05)  # a cancellation would strike here
    watcher.join()
    assert run.status == "completed"
    runtime.close()


_DIES = """
import sys
from tests.test_durable_runs import paying
paying(sys.argv[1], sys.argv[2], dies=True).invoke({"amount": 40, "receipt": ""},
    {"configurable": {"thread_id": "t"}}, durability="sync")
"""


class Order(TypedDict):
    amount: int
    receipt: str


def paying(database: str, ledger: str, *, dies: bool = False) -> Any:
    """A graph by hand that knows nothing of us but the saver and `call`."""

    def charge(amount: int) -> str:
        with Path(ledger).open("a") as lines:
            lines.write(f"{amount}\n")
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
        return f"receipt for {amount}"

    def pay(state: Order) -> dict[str, str]:
        return {"receipt": dalsegno.call("charge", charge, {"amount": state["amount"]})}

    builder = StateGraph(Order)
    builder.add_node("pay", pay)
    builder.add_edge(START, "pay")
    return builder.compile(checkpointer=SqliteSaver(database), name="paying")


def test_D3_the_saver_alone_keeps_a_journal_for_a_graph_by_hand(tmp_path: Path) -> None:
    database, ledger = str(tmp_path / "t.db"), str(tmp_path / "ledger")
    root = Path(dalsegno.__file__).parent
    subprocess.run([sys.executable, "-c", _DIES, database, ledger], cwd=root, check=False)
    assert Path(ledger).read_text() == "40\n"
    graph = paying(database, ledger)
    config: Any = {"configurable": {"thread_id": "t"}}
    asked = graph.invoke(None, config)["__interrupt__"]
    assert "charge" in asked[0].value["action_requests"][0]["name"]
    answer = {"type": "edit", "args": {"result": "receipt for 40"}}
    ended = graph.invoke(Command(resume={asked[0].id: answer}), config)
    assert ended["receipt"] == "receipt for 40"
    assert Path(ledger).read_text() == "40\n"


#: A graph that any process can import.
graph_by_hand = talking(say, ask, done, name="by_hand")


def test_M6_a_graph_started_by_its_place_is_found_by_the_command_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/runs.db"
    runtime = Runtime(url)
    run = runtime.start("tests.test_durable_runs:graph_by_hand", {"messages": [], "seen": []})
    assert run.status == "paused"
    runtime.close()
    words = ["decide", f"{run.id}.1", "answer", "--message", "yes", "--db", url, "--json"]
    ended = subprocess.run(
        [sys.executable, "-m", "dalsegno", *words],
        capture_output=True,
        text=True,
        cwd=Path(dalsegno.__file__).parent,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert '"completed"' in ended.stdout
    with pytest.raises(NotFoundError, match=r"tests\.nowhere"):
        Runtime(url).start("tests.nowhere:graph", {})


def test_E5_a_second_gate_is_not_taken_for_answered_when_its_task_was_stopped_beside_another(
    runtime: Runtime,
) -> None:
    """A task that is cancelled stores its old answers once more, later than its open question."""
    failing: list[str] = []

    async def gates(state: Talk) -> Talk:
        first = interrupt("first?")
        await asyncio.sleep(0.05)  # here it is cancelled when the other fails
        second = interrupt("second?")
        return {"messages": [], "seen": [first["type"], second["type"]]}

    async def beside(state: Talk) -> Talk:
        interrupt("beside?")
        if not failing:
            failing.append("once")
            raise ConnectionError("the network was down")
        return {"messages": [], "seen": []}

    builder = StateGraph(Talk)
    for each in (gates, beside):
        builder.add_node(each.__name__, each)
        builder.add_edge(START, each.__name__)
    run = runtime.start(builder.compile(name="stopped"), {"messages": [], "seen": []})
    for question in ("first?", "beside?", "second?"):
        if run.status == "failed":
            run = runtime.resume(run)
        asked = {str(each.request["value"]): each.id for each in run.reviews()}
        run = runtime.decide(asked[question], {"type": "approve"}, by="ana")
    assert failing == ["once"]
    assert run.status == "completed"
    assert (run.output or {})["seen"] == ["approve", "approve"]
