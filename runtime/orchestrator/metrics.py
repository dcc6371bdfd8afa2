"""A run in numbers: time, tokens, cost and gates, in all, by step and by agent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ...graphs.program import Program
from ...state.run import StepRecord
from ...state.usage import Usage, total
from ...state.verdicts import Checked
from .trace import agents_of, listed, unrun


def performance(
    steps: Sequence[StepRecord], values: Mapping[str, object], program: Program, *, base: Program
) -> dict[str, object]:
    """``duration`` is from the first step's beginning to the last one's end, waiting for people
    included, and ``seconds`` the work of all steps, both in seconds. ``retries`` counts attempts
    after a failed one. The cost is None as soon as one call's price is not known."""
    rows = listed(values, "usage", Usage)
    ends = [each.ended for each in steps if each.ended is not None]
    began = min((each.started for each in steps), default=0.0)
    agents = agents_of(program)
    names = list(dict.fromkeys(each.node for each in steps))
    by_agent: dict[str, list[str]] = {}
    for name in names:
        if name in agents:
            by_agent.setdefault(agents[name], []).append(name)
    return {
        "duration": round(max(ends, default=began) - began, 6),
        **_worked(steps, rows),
        "by_step": {name: _of(steps, rows, [name]) for name in names},
        "by_agent": {agent: _of(steps, rows, does) for agent, does in by_agent.items()},
        "gates": _gates(values, program, base),
        "dropped": {each.step: list(each.dropped) for each in rows if each.dropped},
    }


def _of(
    steps: Sequence[StepRecord], rows: Sequence[Usage], names: Iterable[str]
) -> dict[str, object]:
    own = set(names)
    return _worked(
        [each for each in steps if each.node in own], [each for each in rows if each.step in own]
    )


def _worked(steps: Sequence[StepRecord], rows: Sequence[Usage]) -> dict[str, object]:
    seconds = sum(each.ended - each.started for each in steps if each.ended is not None)
    return {
        "seconds": round(seconds, 6),
        "attempts": len(steps),
        "retries": _retries(steps),
        **total(rows),
    }


def _retries(steps: Sequence[StepRecord]) -> int:
    failed: set[tuple[str, str]] = set()
    count = 0
    for each in steps:
        count += (each.node, each.task) in failed
        if each.outcome == "failed":
            failed.add((each.node, each.task))
    return count


def _gates(
    values: Mapping[str, object], program: Program, base: Program
) -> list[dict[str, object]]:
    ran: list[dict[str, object]] = [
        {
            "step": each.step,
            "gate": each.gate,
            "phase": each.phase,
            "outcome": "passed" if each.passed else "failed",
            "score": each.score,
            "reason": each.reason,
        }
        for each in listed(values, "verdicts", Checked)
    ]
    left: list[dict[str, object]] = [
        {"step": step, "gate": gate, "outcome": "not run"} for step, gate in unrun(program, base)
    ]
    return [*ran, *left]
