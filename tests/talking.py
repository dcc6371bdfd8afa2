"""What forked processes do to a thread whose runs follow one another: a conversation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nemesis_parts import world

import dalsegno
from dalsegno import Runtime

from .acting import Gate, Reach, Report


def _talk() -> dict[str, Any]:
    """A conversation that grows from run to run, each of which does the same outside."""

    def hear(said: str) -> list[str]:
        return [said]

    def pay(place: str, thread: str) -> str:
        given = {"place": place, "what": thread}
        return dalsegno.call("pay", world.pay, given, effect="idempotent")

    def ask(place: str, thread: str) -> str:
        return dalsegno.call("ask", world.ask, {"place": place, "what": thread}, effect="pure")

    def post(place: str, thread: str) -> str:
        return dalsegno.call("post", world.post, {"place": place, "what": thread})

    def answer(said: str, paid: str, asked: str, posted: str) -> list[str]:
        return [f"to {said}: {paid}, {asked}, {posted}"]

    both = [
        {"step": "paying", "function": pay, "writes": ["paid"]},
        {"step": "asking", "function": ask, "writes": ["asked"]},
    ]
    return {
        "workflow_definition": {"name": "talk", "version": "1"},
        "inputs": {"place": "str", "thread": "str", "said": "str"},
        "state": {"memory": {"type": "list[str]", "merge": "append"}},
        "workflow_steps": [
            {"step": "hear", "function": hear, "writes": ["memory"]},
            {"step": "both", "parallel": both},
            {"step": "posting", "function": post, "writes": ["posted"]},
            {"step": "ok", "review": {"fields": ["said"]}},
            {"step": "answer", "function": answer, "writes": ["memory"]},
        ],
        "outputs": ["memory"],
    }


def converse(reach: Reach, gate: Gate, *, place: str, thread: str, turn: int) -> Report:
    """See that a thread's run of that number ends: start it, go on with it, decide in it."""
    world.open_bank(place)
    runtime = Runtime(f"sqlite:///{place}/runs.db", workflows=[_talk()], reach=reach)
    runs = [run for run in runtime.runs() if run.thread_id == thread]
    gate()
    if len(runs) < turn:
        inputs = {"place": place, "thread": thread, "said": f"word {turn}"}
        run = runtime.start("talk", inputs, thread=thread)
    else:
        run = runtime.resume(thread)
    while run.status == "paused":
        review = run.reviews()[0]
        decision: Report = {"type": "approve"}
        # A person is asked about a letter that was cut off, and looks into the book.
        if review.node == "post" and world.lines(place, world.POSTED).count(thread) == turn:
            decision = {"type": "edit", "args": {"result": f"posted {thread}"}}
        run = runtime.decide(review.id, decision, by="ana")
    return {
        "run": run.id,
        "status": run.status,
        "error": run.error,
        "output": dict(run.output or {}),
        "said": run.record.inputs["said"],
        "runs": [each.status for each in runtime.runs() if each.thread_id == thread],
        "nodes": sorted({step.node for step in run.trace}),
        "reviews": [each.node for each in runtime.reviews(run.id, decided=True)],
    }


ACTS: Mapping[str, Callable[..., Report]] = {"converse": converse}
