"""What forked processes do to runs and threads: drive them, and get in each other's way."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nemesis_parts import world
from nemesis_parts.shapes import SHAPES
from nemesis_parts.sides import Job

import dalsegno
from dalsegno import Runtime
from dalsegno.checkpoints.sqlite import SqliteSaver
from dalsegno.graphs.library import sample
from dalsegno.state.errors import DalsegnoError

if TYPE_CHECKING:
    from dalsegno.runtime.run import Run

Report = dict[str, Any]  # Any: JSON
Reach = Callable[[str], None]
Gate = Callable[[], None]


def _told(work: Callable[[], Report]) -> Report:
    """A report, or which of our errors was raised."""
    try:
        return work()
    except DalsegnoError as error:
        return {"error": type(error).__name__, "message": str(error)}


def job(
    reach: Reach, gate: Gate, *, place: str, shape: str, lease: float = 20.0, database: str = ""
) -> Report:
    """Drive one of the nemesis's shapes as far as it goes, deciding what is asked."""
    form = next(each for each in SHAPES if each.name == shape)
    if not Path(place, "bank.db").exists():
        world.open_bank(place)
    gate()
    work = Job(side="ours", shape=form, place=place, lease=lease, database=database or None)
    return work(reach)


def _workflow(name: str, steps: list[Any], **more: object) -> dict[str, Any]:
    head = {"name": name, "version": "1"}
    return {"workflow_definition": head, "workflow_steps": steps, **more}


def _gated() -> dict[str, Any]:
    """A draft, a person, and what is then sent: the draft as the person left it."""

    def write(place: str, thread: str) -> str:
        world.note(place, thread, "written")
        return "as it was"

    def send(place: str, thread: str, draft: str) -> str:
        world.note(place, thread, "sent", draft)
        return draft

    steps = [
        {"step": "draft", "function": write},
        {"step": "ok", "review": {"fields": ["draft"]}},
        {"step": "send", "function": send},
    ]
    return _workflow("gated", steps, inputs={"place": "str", "thread": "str"})


def _runtime(place: str, reach: Reach) -> Runtime:
    return Runtime(f"sqlite:///{place}/runs.db", workflows=[_gated()], reach=reach)


def _seen(run: Run) -> Report:
    return {"run": run.id, "status": run.status, "output": dict(run.output or {})}


def start(
    reach: Reach, gate: Gate, *, place: str, thread: str, key: str = "", own: str = ""
) -> Report:
    """Start a run on a thread, or by a key."""
    runtime = _runtime(place, reach)
    runtime.runs()
    inputs = {"place": place, "thread": thread}
    named = {"key": key} if key else {"thread": own or thread}
    gate()
    return _told(lambda: _seen(runtime.start("gated", inputs, **named)))


def decide(reach: Reach, gate: Gate, *, place: str, thread: str, draft: str) -> Report:
    """Decide on a run's review: to send another draft."""
    runtime = _runtime(place, reach)
    review = runtime.reviews(runtime.run(thread).id)[0]
    decision = {"type": "edit", "args": {"draft": draft}}
    gate()
    return _told(lambda: _seen(runtime.decide(review.id, decision, by=draft)))


def resume(reach: Reach, gate: Gate, *, place: str, thread: str) -> Report:
    """Go on with a run."""
    runtime = _runtime(place, reach)
    runtime.runs()
    gate()
    return _told(lambda: _seen(runtime.resume(thread)))


def look(reach: Reach, gate: Gate, *, place: str, thread: str) -> Report:
    """A run as it stands, and who decided."""
    runtime = _runtime(place, reach)
    run = runtime.run(thread)
    decided = [each.decided_by for each in runtime.reviews(run.id, decided=True)]
    return {**_seen(run), "decided": decided, "runs": len(runtime.runs())}


def _noting() -> dict[str, Any]:
    """A graph on a thread without a run of ours around it, whose field grows."""

    def begin(place: str, thread: str) -> list[str]:
        world.note(place, thread, "began")
        return ["first"]

    steps = [
        {"step": "begin", "function": begin, "writes": ["notes"]},
        {"step": "ok", "review": {"fields": ["thread"]}},
    ]
    state = {"notes": {"type": "list[str]", "merge": "append"}}
    return _workflow("noting", steps, inputs={"place": "str", "thread": "str"}, state=state)


def _graph(place: str) -> Any:  # Any: generic over its state
    return dalsegno.compile(_noting(), checkpointer=SqliteSaver(f"{place}/runs.db"))


def _on(thread: str) -> Any:  # Any: LangGraph's config
    return {"configurable": {"thread_id": thread}}


def invoke(reach: Reach, gate: Gate, *, place: str, thread: str) -> Report:
    """Call a graph on a thread."""
    graph = _graph(place)
    gate()
    given = {"place": place, "thread": thread}
    return _told(lambda: {"notes": graph.invoke(given, _on(thread))["notes"]})


def update(reach: Reach, gate: Gate, *, place: str, thread: str, note: str) -> Report:
    """Write to a thread by hand."""
    graph = _graph(place)
    graph.get_state(_on(thread))
    gate()
    return _told(
        lambda: {"at": str(graph.update_state(_on(thread), {"notes": [note]}, as_node="begin"))}
    )


def notes(reach: Reach, gate: Gate, *, place: str, thread: str) -> Report:
    """What a thread holds."""
    return {"notes": _graph(place).get_state(_on(thread)).values["notes"]}


def _ten() -> dict[str, Any]:
    def add(n: int) -> int:
        return n + 1

    steps = [{"step": f"s{each}", "function": add, "writes": ["n"]} for each in range(10)]
    return _workflow("ten", steps, inputs={"n": "int"})


def storm(reach: Reach, gate: Gate, *, place: str, name: str, threads: int) -> Report:
    """Many threads of this process, each with a graph's thread of ten nodes of its own."""
    graph: Any = dalsegno.compile(_ten(), checkpointer=SqliteSaver(f"{place}/runs.db"))

    def one(number: int) -> str:
        try:
            found = graph.invoke({"n": number}, _on(f"{name}-{number}"))["n"]
        except Exception as error:  # whatever it is, it is what is counted
            return f"{type(error).__name__}: {error}"
        return "" if found == number + 10 else f"{number} became {found}"

    gate()
    with ThreadPoolExecutor(threads) as pool:
        wrong = [each for each in pool.map(one, range(threads)) if each]
    return {"wrong": wrong}


def report(reach: Reach, gate: Gate, *, place: str, thread: str, how: str, document: str) -> Report:
    """The main job on a real document: start it, or go on with it; or decide on it."""
    runtime = Runtime(f"sqlite:///{place}/runs.db", reach=reach)
    found = [run for run in runtime.runs() if run.thread_id == thread]
    if how == "start" and not found:
        run = runtime.start("investor_summary", {"document": document}, thread=thread)
    elif how in {"approve", "reject"} and found[0].reviews():
        run = runtime.decide(found[0].reviews()[0].id, {"type": how}, by="ana")
    else:
        run = runtime.resume(thread)
    return {**run.public(), "steps": [(step.node, step.outcome) for step in run.trace]}


def ready(reach: Reach, gate: Gate, *, place: str, name: str) -> Report:
    """A ready workflow on its sample, from wherever it stands to its end; all is approved."""
    os.chdir(place)
    runtime = Runtime(f"sqlite:///{place}/runs.db", reach=reach, new_id=lambda: "r")
    asked = []
    run = next(iter(runtime.runs()), None) or runtime.start(name, sample(name))
    while run.status not in {"completed", "failed"} or (run.status == "failed" and not asked):
        if reviews := run.reviews():
            asked.append(reviews[0].node)
            run = runtime.decide(reviews[0].id, {"type": "approve"}, by="ana")
        else:
            asked.append("resumed")
            run = runtime.resume(run)
    return {"status": run.status, "output": run.output, "error": run.error, "asked": asked}


ACTS: Mapping[str, Callable[..., Report]] = {
    each.__name__: each
    for each in (job, start, decide, resume, look, invoke, update, notes, storm, report, ready)
}
