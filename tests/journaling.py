"""Processes that are killed with -9 at a named point of a journaled call, and others that go on.

A program of its own, like `crashing`: ``python -m tests.journaling`` reads one JSON task a line,
does it in a fork of itself, and answers on a line.
"""

import asyncio
import json
import operator
import os
import signal
import sqlite3
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langgraph.graph import START, StateGraph
from langgraph.types import Command

from dalsegno import call
from dalsegno.checkpoints.database import Database
from dalsegno.checkpoints.journal import Journal
from dalsegno.checkpoints.sqlite import SqliteSaver
from dalsegno.graphs.calling import bound
from dalsegno.state.errors import DalsegnoError
from dalsegno.state.journal import Done, Effect, NotDone


@dataclass(frozen=True, kw_only=True)
class Task:
    """A run of the graph: where it is killed, if it is, and what a person answered, if asked."""

    folder: str
    effect: Effect = "external"
    kill: str | None = None
    nth: int = 1
    answer: dict[str, Any] | None = None
    reconcile: bool = False
    asynchronous: bool = False
    calls: int = 1


class State(TypedDict, total=False):
    made: Annotated[list[Any], operator.add]


class Target:
    """Somebody else's service: it has a row for each request, and one for each key."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._connect() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS request (what INTEGER, key TEXT)")
            connection.execute("CREATE TABLE IF NOT EXISTS paid (key TEXT PRIMARY KEY, what)")

    def pay(self, what: int, idempotency_key: str) -> str:
        with self._connect() as connection:
            connection.execute("INSERT INTO request VALUES (?, ?)", (what, idempotency_key))
            connection.execute("INSERT OR IGNORE INTO paid VALUES (?, ?)", (idempotency_key, what))
        return f"paid {what}"

    def found_out(self, what: int, idempotency_key: str) -> object:
        return Done(f"paid {what}") if idempotency_key in self.keys() else NotDone()

    def keys(self) -> list[str]:
        with self._connect() as connection:
            return [row[0] for row in connection.execute("SELECT key FROM paid")]

    def requests(self) -> list[int]:
        with self._connect() as connection:
            return [row[0] for row in connection.execute("SELECT what FROM request")]

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path)
        connection.execute("PRAGMA synchronous=OFF")
        return connection


def _reach(point: str | None, nth: int) -> Callable[[str], None]:
    """Kill this process the ``nth`` time that it comes to a point."""
    came = 0

    def reach(here: str) -> None:
        nonlocal came
        came += here == point
        if here == point and came == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    return reach


def _graph(task: Task, saver: SqliteSaver) -> Any:
    target = Target(Path(task.folder, "target.db"))
    reconcile = target.found_out if task.reconcile else None

    def node(_: State) -> State:
        made = [
            call("pay", target.pay, {"what": n}, task.effect, reconcile=reconcile)
            for n in range(task.calls)
        ]
        return {"made": made}

    async def pay(what: int, idempotency_key: str) -> str:
        await asyncio.sleep(0)
        return target.pay(what, idempotency_key)

    async def later(_: State) -> State:
        work = [
            call("pay", pay, {"what": n}, task.effect, reconcile=reconcile)
            for n in range(task.calls)
        ]
        return {"made": list(await asyncio.gather(*work))}

    builder = StateGraph(State).add_node("step", later if task.asynchronous else node)
    return builder.add_edge(START, "step").compile(checkpointer=saver)


def _act(task: Task) -> dict[str, Any]:
    database = Database(Path(task.folder, "runs.db"), reach=_reach(task.kill, task.nth))
    journal = Journal(database, clock=time.time)
    graph = _graph(task, SqliteSaver(database))
    config: Any = {"configurable": {"thread_id": "t", **bound(journal)}}
    snapshot = graph.get_state(config)
    given: Any = None if snapshot.created_at else {"made": []}
    pauses = [each for found in snapshot.tasks for each in found.interrupts]
    if task.answer is not None and pauses:
        given = Command(resume={pauses[0].id: task.answer})
    try:
        if task.asynchronous:
            result = asyncio.run(graph.ainvoke(given, config, durability="sync"))
        else:
            result = graph.invoke(given, config, durability="sync")
    except DalsegnoError as error:
        result = {"error": type(error).__name__}
    target = Target(Path(task.folder, "target.db"))
    return {
        "made": result.get("made"),
        "error": result.get("error"),
        "asked": [each.value for each in result.get("__interrupt__", ())],
        "requests": target.requests(),
        "keys": target.keys(),
        "states": [each.state for each in journal.calls("t")],
    }


def _in_child(task: Task) -> dict[str, Any]:
    """The task done in a fork; its answer, or that it was killed."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read)
            with os.fdopen(write, "w") as pipe:
                json.dump(_act(task), pipe)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return {"killed": os.WTERMSIG(status) == signal.SIGKILL}
    answer: dict[str, Any] = json.loads(text)
    return answer


def main() -> None:
    assert threading.active_count() == 1
    for line in sys.stdin:
        task = Task(**json.loads(line))
        print(json.dumps(_in_child(task)), flush=True)


if __name__ == "__main__":
    main()
