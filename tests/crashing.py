"""Processes that are killed with -9 at a chosen commit, and others that go on from there.

A child is forked from a process that has imported everything, so that a crash costs a tenth of a
second and not an import. It must start no thread before it forks; so it is a program of its own:
``python -m tests.crashing DATABASE REPORT`` reads one JSON task a line and answers each on a line.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from langgraph.checkpoint.memory import InMemorySaver

from dalsegno import Runtime, compile
from dalsegno.checkpoints import database as databases
from dalsegno.checkpoints.sqlite import SqliteSaver

Moment = Literal["before", "within", "after"]


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a child does: start, resume or decide; and at which commit it is killed, if at any."""

    act: str
    run: str = ""
    decision: str = "approve"
    kill_at: int | None = None
    moment: Moment = "after"


class Crasher:
    """The program above as a subprocess."""

    def __init__(self, database: str, report: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crashing", database, report],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=os.environ["DALSEGNO_ROOT"],
        )

    def do(self, **task: object) -> dict[str, Any]:
        """Carry out a task in a child; ``{"killed": true}`` when it was killed as asked."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """End the program."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()


def _counting(kill_at: int | None, moment: Moment) -> Callable[[], int]:
    """Count this process's write transactions, and kill it at one: before, within, or after it.

    Gives a function that tells how many there were.
    """
    plain = databases.Database.transaction
    count = 0

    @contextmanager
    def counted(self: databases.Database) -> Iterator[object]:
        nonlocal count
        count += 1
        here = count == kill_at
        if here and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        with plain(self) as connection:
            yield connection
            if here and moment == "within":
                os.kill(os.getpid(), signal.SIGKILL)
        if here:
            os.kill(os.getpid(), signal.SIGKILL)

    databases.Database.transaction = counted  # type: ignore[method-assign,assignment]
    return lambda: count


def _act(task: Task, database: str, report: str) -> dict[str, Any]:
    runtime = Runtime(f"sqlite:///{database}")
    match task.act:
        case "start":
            run = runtime.start("investor_summary", {"document": report}, thread=task.run or None)
        case "resume":
            run = runtime.resume(task.run)
        case "decide":
            review = runtime.reviews(runtime.run(task.run).id)[0]
            run = runtime.decide(review.id, {"type": task.decision}, by="ana")
        case "look":
            return _committed(runtime, task.run)
        case _:
            raise ValueError(task.act)
    return {**run.public(), "steps": [(step.node, step.outcome) for step in run.trace]}


def _committed(runtime: Runtime, run: str) -> dict[str, Any]:
    """The tasks whose results are in the checkpoints, and how often each task began."""
    database = runtime._database
    graph = compile("investor_summary", SqliteSaver(database))
    config: Any = {"configurable": {"thread_id": run}}
    done = [
        task.id
        for snapshot in graph.get_state_history(config)
        for task in snapshot.tasks
        if task.result is not None
    ]
    begun = database.rows("SELECT task, count(*) AS times FROM dalsegno_step GROUP BY task")
    return {"done": done, "begun": {row["task"]: row["times"] for row in begun}}


def _in_child(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Work in a fork; its answer, or that it was killed."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read)
            with os.fdopen(write, "w") as pipe:
                json.dump(work(), pipe)
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return {"killed": os.WTERMSIG(status) == signal.SIGKILL}
    answer: dict[str, Any] = json.loads(text) if text else {"error": "the child failed"}
    return answer


def _warm(report: str) -> None:
    """A run up to the first PDF, so that children find every pattern compiled.

    No thread may outlive it: a fork would copy the locks that it holds. Typst's own never end,
    and so each child loads Typst anew.
    """
    graph = compile("investor_summary", InMemorySaver())
    config: Any = {"configurable": {"thread_id": "warm"}}
    asyncio.run(graph.ainvoke({"document": report}, config, interrupt_before=["format"]))
    assert threading.active_count() == 1


def main() -> None:
    database, report = sys.argv[1:]
    _warm(report)
    for line in sys.stdin:
        task = Task(**json.loads(line))

        def work(task: Task = task) -> dict[str, Any]:
            commits = _counting(task.kill_at, task.moment)
            return {**_act(task, database, report), "commits": commits()}

        print(json.dumps(_in_child(work)), flush=True)


if __name__ == "__main__":
    main()
