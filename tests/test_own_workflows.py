"""A workflow of one's own on the runtime: what goes wrong, and what must not go wrong twice."""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from operator import add
from pathlib import Path
from typing import Annotated, Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from pydantic import BaseModel
from typing_extensions import TypedDict

from dalsegno import Runtime, Workflow, compile, load
from dalsegno.checkpoints.database import Database
from dalsegno.checkpoints.sqlite import SqliteSaver
from dalsegno.graphs.bridge import blocking
from dalsegno.nodes.blocking import in_thread
from dalsegno.nodes.review import ask_person
from dalsegno.state.errors import ConflictError, LeaseError, NotFoundError


class State(TypedDict, total=False):
    amount: int
    seen: Annotated[list[str], add]


class Inputs(BaseModel):
    amount: int = 1


class Payment(BaseModel):
    amount: int


def workflow(
    name: str, steps: Mapping[str, Callable[..., Any]], edges: list[tuple[str, str]]
) -> Workflow:
    """A workflow from coroutine functions and the edges between them."""

    needs: dict[str, list[str]] = {each: [] for each in steps}
    for start, end in edges:
        if start != START and end != END:
            needs[end].append(start)
    return load(
        {
            "workflow_definition": {"name": name, "version": "1", "owner": "tests"},
            "inputs": {"amount": {"type": "int", "default": 1}},
            "state": {"seen": {"type": "list[str]", "merge": "append"}},
            "workflow_steps": [
                {"step": each, "function": does, "writes": ["seen"], "depends_on": needs[each]}
                for each, does in steps.items()
            ],
        }
    )


async def gate(state: State) -> State:
    decision = ask_person(
        "gate", args={"amount": state["amount"]}, description="Pay?", fields=Payment
    )
    return {"seen": [decision.type]}


async def pay(state: State) -> State:
    return {"seen": [f"paid {state['amount']}"]}


PAYING = workflow(
    "paying", {"gate": gate, "pay": pay}, [(START, "gate"), ("gate", "pay"), ("pay", END)]
)


def test_a_workflow_of_ones_own_is_decided_by_the_runtime_that_started_it(
    runtime: Runtime,
) -> None:
    run = runtime.start(PAYING, {"amount": 5})
    done = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")
    assert done.output == {"amount": 5, "seen": ["approve", "paid 5"]}


def test_another_runtime_is_told_of_it(runtime: Runtime, tmp_path: Path) -> None:
    review = runtime.start(PAYING, {"amount": 5}).reviews()[0]
    stranger = Runtime(f"sqlite:///{tmp_path}/runs.db")
    with pytest.raises(NotFoundError, match="paying"):
        stranger.decide(review.id, {"type": "approve"}, by="ana")
    friend = Runtime(f"sqlite:///{tmp_path}/runs.db", workflows=[PAYING])
    assert friend.decide(review.id, {"type": "approve"}, by="ana").status == "completed"
    stranger.close()
    friend.close()


def test_two_decisions_at_once_on_two_gates_repeat_nothing(runtime: Runtime) -> None:
    paid: list[str] = []

    async def left(state: State) -> State:
        ask_person("left", args={}, description="Left?", fields=Payment)
        return {"seen": ["left"]}

    async def right(state: State) -> State:
        ask_person("right", args={}, description="Right?", fields=Payment)
        await asyncio.sleep(0.3)
        return {"seen": ["right"]}

    async def after(state: State) -> State:
        paid.append("once")
        return {"seen": ["after"]}

    gates = workflow(
        "gates",
        {"left": left, "right": right, "after": after},
        [(START, "left"), (START, "right"), ("left", "after"), ("right", "after"), ("after", END)],
    )
    run = runtime.start(gates, {})
    first, second = run.reviews()

    async def both() -> None:
        async def later(review: str) -> None:
            await asyncio.sleep(0.1)
            await runtime.adecide(review, {"type": "approve"}, by="ben")

        await asyncio.gather(
            runtime.adecide(second.id, {"type": "approve"}, by="ana"), later(first.id)
        )

    asyncio.run(both())
    done = runtime.run(run.id)
    assert done.status == "completed", done.error
    assert paid == ["once"]


def test_a_run_is_driven_once_within_one_process_too(runtime: Runtime) -> None:
    begun, go_on = threading.Event(), threading.Event()

    async def wait(state: State) -> State:
        begun.set()
        await in_thread(go_on.wait, 10)
        return {"seen": ["waited"]}

    slow = workflow("slow", {"wait": wait}, [(START, "wait"), ("wait", END)])
    thread = threading.Thread(target=runtime.start, args=(slow, {}))
    thread.start()
    assert begun.wait(10)
    with pytest.raises(LeaseError, match="already"):
        runtime.resume(runtime.runs()[0])
    go_on.set()
    thread.join()
    assert runtime.runs()[0].output == {"amount": 1, "seen": ["waited"]}


def test_a_decision_that_was_not_carried_out_is_seen(runtime: Runtime, tmp_path: Path) -> None:
    from dalsegno.checkpoints import standing

    run = runtime.start(PAYING, {"amount": 5})
    database = Database(tmp_path / "runs.db")
    standing.decide(database, run.reviews()[0].id, {"type": "approve"}, by="ana", now=1.0)
    assert runtime.run(run.id).status == "queued", "it can go on, and says so"
    assert runtime.resume(run).status == "completed"


def test_a_changed_question_gets_a_ticket_of_its_own(runtime: Runtime) -> None:
    """Deciding one gate runs the other one's node again, and it may ask for more."""
    asked = iter((100, 200, 200, 200))

    async def steady(state: State) -> State:
        ask_person("steady", args={}, description="Go?", fields=Payment)
        return {"seen": ["steady"]}

    async def other(state: State) -> State:
        amount = next(asked)
        ask_person("other", args={"amount": amount}, description="Pay?", fields=Payment)
        return {"seen": [f"paid {amount}"]}

    both = workflow(
        "both",
        {"steady": steady, "other": other},
        [(START, "steady"), (START, "other"), ("steady", END), ("other", END)],
    )
    run = runtime.start(both, {})
    tickets = {review.node: review for review in run.reviews()}
    run = runtime.decide(tickets["steady"].id, {"type": "approve"}, by="ana")
    (new,) = run.reviews()
    assert new.args == {"amount": 200}
    with pytest.raises(ConflictError, match="superseded"):
        runtime.decide(tickets["other"].id, {"type": "approve"}, by="ana")
    done = runtime.decide(new.id, {"type": "approve"}, by="ana")
    assert done.output is not None
    assert "paid 200" in done.output["seen"]  # type: ignore[operator]  # JSON


def test_a_wrong_answer_given_past_the_runtime_is_asked_for_again() -> None:
    graph = compile(PAYING, checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "t"}}
    graph.invoke({"amount": 5}, config)
    for wrong in ({"type": "bogus"}, {"type": "edit", "args": {"amonut": 1}}, "approve"):
        again = graph.invoke(Command(resume=wrong), config)
        description = again["__interrupt__"][0].value["action_requests"][0]["description"]
        assert "does not fit" in description
    done = graph.invoke(Command(resume={"type": "approve"}), config)
    assert done["seen"] == ["approve", "paid 5"]


def test_a_thread_that_was_used_before_is_refused(runtime: Runtime, tmp_path: Path) -> None:
    graph = compile(PAYING, checkpointer=SqliteSaver(Database(tmp_path / "runs.db")))
    graph.invoke({"amount": 1}, {"configurable": {"thread_id": "old"}})
    with pytest.raises(ConflictError, match="used before"):
        runtime.start(PAYING, {"amount": 5}, thread="old")


def test_a_graph_may_ask_in_a_form_of_its_own(runtime: Runtime) -> None:
    async def ask(state: State) -> State:
        return {"seen": [str(interrupt("Proceed?"))]}

    plain = workflow("plain", {"ask": ask}, [(START, "ask"), ("ask", END)])
    run = runtime.start(plain, {})
    assert run.reviews()[0].request == {"value": "Proceed?"}
    done = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")
    assert done.output == {"amount": 1, "seen": ["{'type': 'approve'}"]}


def test_what_has_no_form_in_json_is_recorded_as_its_text(runtime: Runtime) -> None:
    async def ask(state: State) -> State:
        interrupt({"where": Path("/tmp/x")})  # a name, no file
        return {}

    odd = workflow("odd", {"ask": ask}, [(START, "ask"), ("ask", END)])
    run = runtime.start(odd, {})
    assert run.status == "paused"
    assert run.reviews()[0].request == {"where": "/tmp/x"}


def test_a_watcher_that_fails_does_not_take_the_run_with_it(runtime: Runtime) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("the screen is gone")

    assert runtime.start(PAYING, {"amount": 5}, watch=broken).status == "paused"


def test_the_step_that_failed_is_named_and_not_its_sibling(runtime: Runtime) -> None:
    async def faulty(state: State) -> State:
        await asyncio.sleep(0.05)
        raise ValueError("out of ink")

    async def innocent(state: State) -> State:
        await asyncio.sleep(5)
        return {}

    pair = workflow(
        "pair",
        {"faulty": faulty, "innocent": innocent},
        [(START, "faulty"), (START, "innocent"), ("faulty", END), ("innocent", END)],
    )
    run = runtime.start(pair, {})
    assert run.status == "failed"
    assert run.error is not None
    assert (run.error["node"], run.error["message"]) == ("faulty", "ValueError: out of ink")
    assert {step.node: step.outcome for step in run.trace} == {
        "faulty": "failed",
        "innocent": "stopped",
    }


def test_a_cancelled_drive_can_go_on_and_forgets_nothing(runtime: Runtime) -> None:
    slow_down = threading.Event()

    async def slow(state: State) -> State:
        if not slow_down.is_set():
            slow_down.set()
            await asyncio.sleep(30)
        return {"seen": ["slow"]}

    steps = {"gate": gate, "slow": slow}
    path = [(START, "gate"), ("gate", "slow"), ("slow", END)]
    run = runtime.start(workflow("halting", steps, path), {"amount": 5})

    async def give_up() -> None:
        deciding = asyncio.create_task(
            runtime.adecide(run.reviews()[0].id, {"type": "approve"}, by="ana")
        )
        await in_thread(slow_down.wait, 10)
        deciding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await deciding

    asyncio.run(give_up())
    stopped = runtime.run(run.id)
    assert stopped.status == "queued"
    assert stopped.output == {"amount": 5, "seen": []}, "what was known at the pause"
    assert runtime.resume(stopped).status == "completed"


def test_a_drive_that_was_overtaken_stops(runtime: Runtime, tmp_path: Path) -> None:
    begun = threading.Event()
    later: list[str] = []

    async def wait(state: State) -> State:
        begun.set()
        await asyncio.sleep(5)
        return {}

    async def effect(state: State) -> State:
        later.append("effect")
        return {}

    steps = {"wait": wait, "effect": effect}
    slow = workflow("slow", steps, [(START, "wait"), ("wait", "effect"), ("effect", END)])
    ends: list[BaseException] = []

    def start() -> None:
        try:
            runtime.start(slow, {})
        except LeaseError as error:
            ends.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    assert begun.wait(10)
    with Database(tmp_path / "runs.db").transaction() as connection:
        connection.execute("UPDATE dalsegno_lease SET holder = 'else:1:1:x', fence = fence + 1")
    thread.join(4)
    assert len(ends) == 1
    assert later == []
    assert runtime.runs()[0].record.status == "running", "it is the other holder's now"


def test_a_node_may_call_another_graph_the_synchronous_way(runtime: Runtime) -> None:
    inner = compile(
        workflow("inner", {"pay": pay}, [(START, "pay"), ("pay", END)]),
    )

    async def outer(state: State) -> State:
        return {"seen": inner.invoke({"amount": 7})["seen"]}

    nested = workflow("nested", {"outer": outer}, [(START, "outer"), ("outer", END)])
    assert runtime.start(nested, {}).output == {"amount": 1, "seen": ["paid 7"]}


def test_an_exit_within_a_node_reaches_the_caller_and_the_next_call_works() -> None:
    async def leave() -> None:
        raise SystemExit(7)

    async def answer() -> int:
        return 42

    with pytest.raises(SystemExit, match="7"):
        blocking(leave)()
    assert blocking(answer)() == 42


def test_a_fork_gets_a_loop_of_its_own() -> None:
    async def answer() -> int:
        return 42

    assert blocking(answer)() == 42
    child = os.fork()
    if child == 0:
        os._exit(blocking(answer)())
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        time.sleep(0.01)
    else:
        os.kill(child, 9)
        os.waitpid(child, 0)
        pytest.fail("the child waits for a loop that nobody runs")
    assert os.waitstatus_to_exitcode(status) == 42


def test_a_value_that_looks_like_a_reference_comes_back_as_it_was(tmp_path: Path) -> None:
    class Odd(TypedDict):
        value: dict[str, str]

    async def keep(state: Odd) -> Odd:
        return {"value": {"dalsegno:value": "nonsense"}}

    builder = StateGraph(Odd)
    builder.add_node("keep", keep)
    builder.add_edge(START, "keep")
    graph = builder.compile(checkpointer=SqliteSaver(Database(tmp_path / "v.db")))
    config: Any = {"configurable": {"thread_id": "t"}}
    asyncio.run(graph.ainvoke({"value": {}}, config))
    assert graph.get_state(config).values == {"value": {"dalsegno:value": "nonsense"}}


@pytest.fixture
def no_blocking() -> Iterator[None]:
    """Blocking calls on an event loop raise, as they do on LangGraph's own server."""
    from blockbuster import blockbuster_ctx

    with blockbuster_ctx("dalsegno"):
        yield


@pytest.mark.parametrize(
    "answers",
    [
        [{"type": "approve"}],
        [{"type": "edit", "args": {"summary": "Short."}}],
        [{"type": "reject", "message": "More on the backlog."}, {"type": "approve"}],
        [{"type": "respond", "message": "How large is the backlog?"}, {"type": "approve"}],
    ],
)
def test_the_investor_summary_blocks_no_event_loop(
    answers: list[dict[str, object]], sample: Path, no_blocking: None
) -> None:
    graph = compile("investor_summary", checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "t"}}

    async def go() -> Any:
        state = await graph.ainvoke({"document": str(sample)}, config)
        for answer in answers:
            state = await graph.ainvoke(Command(resume=answer), config)
        return state

    assert asyncio.run(go())["outcome"] in {"approved", "edited"}
