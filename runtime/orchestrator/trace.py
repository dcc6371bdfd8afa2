"""A run's records as one ordered trace: attempts, decisions, gates, failures, people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from ...graphs.program import Program
from ...state.definition.checks import leaves
from ...state.definition.flow import (
    AgentWork,
    AssignedWork,
    DecideWork,
    Leaf,
    PlanWork,
    SpeakWork,
    StageWork,
    TurnWork,
)
from ...state.plain import as_json
from ...state.records import Choice, Failure
from ...state.review import Review
from ...state.run import StepRecord
from ...state.usage import Usage
from ...state.verdicts import Checked
from .result import TraceEntry

Item = TypeVar("Item")


def trace(
    steps: Sequence[StepRecord],
    values: Mapping[str, object],
    program: Program,
    *,
    base: Program,
    reviews: Sequence[Review],
    error: Mapping[str, object] | None,
) -> tuple[TraceEntry, ...]:
    """Everything that happened, in order.

    What the state noted has no time of its own: it stands right after the attempt of its step
    that succeeded, and a decision after that which wrote what it was decided on.
    """
    agents = agents_of(program)
    noted = _noted(values)
    done = [at for at, each in enumerate(steps) if each.outcome in {"done", "failed"}]
    after, people = _places(steps, done, noted), _people(steps, reviews)
    entries: list[TraceEntry] = []
    attempts: dict[tuple[str, str], int] = {}
    for at, each in enumerate(steps):
        key = each.node, each.task
        attempts[key] = attempts.get(key, 0) + 1
        entries.append(_attempt(each, attempts[key], agents.get(each.node)))
        entries += after.get(at, ())
        entries += people.get(at, ())
    entries += [*after.get(-1, ()), *people.get(-1, ())]
    entries += [_not_run(*each) for each in unrun(program, base)]
    if error is not None:
        where = str(error.get("node") or "")
        entries.append(
            TraceEntry(kind="failure", step=where, outcome="ended the run", detail=error)
        )
    return tuple(entries)


def agents_of(program: Program) -> dict[str, str]:
    """Which agent does which step."""
    found = {each.name: _agent(each) for each in leaves(program.resolved.flow)}
    return {step: agent for step, agent in found.items() if agent is not None}


def _agent(leaf: Leaf) -> str | None:
    work = leaf.work
    if isinstance(work, AgentWork | DecideWork | PlanWork | AssignedWork | SpeakWork):
        return work.agent.name
    if isinstance(work, TurnWork):
        return None if work.manager is None else work.manager.name
    if isinstance(work, StageWork):
        return None if work.agent is None else work.agent.name
    return None


def unrun(program: Program, base: Program) -> list[tuple[str, str]]:
    """The gates, each with its step, that the definition has and this run of it has not."""
    here = {(leaf.name, use.gate) for leaf in leaves(program.resolved.flow) for use in leaf.gates}
    there = [(leaf.name, use.gate) for leaf in leaves(base.resolved.flow) for use in leaf.gates]
    return [each for each in dict.fromkeys(there) if each not in here]


def listed(values: Mapping[str, object], name: str, kind: type[Item]) -> list[Item]:
    """What the state keeps of one kind, as it keeps it."""
    found = values.get(name)
    rows = found if isinstance(found, list | tuple) else ()
    return [each for each in rows if isinstance(each, kind)]


def _attempt(each: StepRecord, attempt: int, agent: str | None) -> TraceEntry:
    return TraceEntry(
        kind="step",
        step=each.node,
        outcome=each.outcome,
        agent=agent,
        attempt=attempt,
        started=each.started,
        ended=each.ended,
    )


def _noted(values: Mapping[str, object]) -> list[tuple[tuple[str, ...], TraceEntry]]:
    """What the state noted, each with the steps after which it may stand."""
    found: list[tuple[tuple[str, ...], TraceEntry]] = []
    for usage in listed(values, "usage", Usage):
        if usage.dropped:
            about = {"dropped": list(usage.dropped), "input_tokens": usage.input_tokens}
            found.append(((usage.step,), _entry("context", usage.step, "dropped", about)))
    for each in listed(values, "verdicts", Checked):
        about = {"gate": each.gate, "phase": each.phase, "score": each.score}
        about |= {"reason": each.reason, "blocking": each.blocking}
        outcome = "passed" if each.passed else "failed"
        found.append(((each.step,), _entry("gate", each.step, outcome, about)))
    for choice in listed(values, "decisions", Choice):
        about = {"on": choice.on, "values": as_json(choice.values)}
        about |= {"reason": choice.reason, "fell_back": choice.fell_back}
        fields = tuple(path.partition(".")[0] for path in choice.values)
        found.append((fields, _entry("decision", choice.step, choice.chosen, about)))
    for failure in listed(values, "failures", Failure):
        about = {"error": failure.error, "message": failure.message, "class": failure.family}
        found.append(((failure.step,), _entry("failure", failure.step, failure.handled, about)))
    return found


def _entry(kind: str, step: str, outcome: str, detail: Mapping[str, object]) -> TraceEntry:
    return TraceEntry(kind=kind, step=step, outcome=outcome, detail=detail)  # type: ignore[arg-type]  # our own words above


def _places(
    steps: Sequence[StepRecord],
    done: Sequence[int],
    noted: Iterable[tuple[tuple[str, ...], TraceEntry]],
) -> dict[int, list[TraceEntry]]:
    """For each attempt by its position what stands after it; -1 is the end."""
    grouped: dict[tuple[tuple[str, ...], str], list[TraceEntry]] = {}
    for where, entry in noted:
        grouped.setdefault((where, entry.kind), []).append(entry)
    found: dict[int, list[TraceEntry]] = {}
    for (where, _), entries in grouped.items():
        visits = [at for at in done if steps[at].node in where and steps[at].outcome == "done"]
        visits = visits or [at for at in done if steps[at].node in where][-1:] or [-1]
        for at, dealt in zip(visits, _dealt(entries, len(visits)), strict=True):
            found.setdefault(at, []).extend(dealt)
    return found


def _dealt(entries: list[TraceEntry], visits: int) -> list[list[TraceEntry]]:
    """Entries over a step's visits, evenly where they go round, and otherwise at the last."""
    if len(entries) % visits:
        return [*([] for _ in range(visits - 1)), entries]
    share = len(entries) // visits
    return [entries[n * share : (n + 1) * share] for n in range(visits)]


def _people(steps: Sequence[StepRecord], reviews: Iterable[Review]) -> dict[int, list[TraceEntry]]:
    """For each attempt by its position the reviews that were put before the next one began."""
    found: dict[int, list[TraceEntry]] = {}
    for each in reviews:
        before = [at for at, step in enumerate(steps) if step.started <= each.created]
        found.setdefault(before[-1] if before else -1, []).append(_review(each))
    return found


def _review(each: Review) -> TraceEntry:
    made = each.decision or {}
    about: dict[str, object] = {"review": each.id, "by": each.decided_by}
    about |= {key: value for key, value in made.items() if key != "type"}
    outcome = str(made.get("type", "waiting"))
    return TraceEntry(
        kind="review",
        step=each.node,
        outcome=outcome,
        started=each.created,
        ended=each.decided_at,
        detail=about,
    )


def _not_run(step: str, gate: str) -> TraceEntry:
    about = {"gate": gate, "reason": "The validation gates are switched off."}
    return TraceEntry(kind="gate", step=step, outcome="not run", detail=about)
