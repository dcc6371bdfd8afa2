"""Agents together: in one step, in a chat, as a team; and batches through stages.

Each is made of the same few blocks as everything else, so whatever holds for those holds here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Union

from ..records import Assignment, Message, Plan, Turn
from .blocks import nothing, written
from .draft import Draft, field_spec
from .flow import (
    AgentWork,
    AssignedWork,
    Block,
    Branch,
    Case,
    Each,
    Leaf,
    Member,
    Order,
    Path,
    PlanWork,
    Repeat,
    Scope,
    Sequence,
    SpeakWork,
    StageWork,
    TurnWork,
    Work,
)
from .making import block, declared, given_by, leaf, substitute_of
from .signatures import signature_of
from .steps import Chat, Rules, Step, Team
from .workflow import Agent


def _part(
    draft: Draft,
    step: Step,
    path: Path,
    name: str,
    work: Work,
    writes: dict[str, object],
    *,
    agent: Agent | None = None,
    reads: tuple[str, ...] | None = None,
) -> Leaf:
    """A node that is a part of a step; a stage has a name of its own."""
    own = (*path, "stage") if isinstance(work, StageWork) else None
    draft.name(name, own or draft.named[step.step])
    for position, field in enumerate(step.reads or ()):
        draft.said[(name, field)] = (*draft.named[step.step][:-1], "reads", position)
    part = step.model_copy(update={"step": name})
    return leaf(draft, part, path, work, writes, agent=agent, reads=reads)


def together(draft: Draft, step: Step, path: Path) -> Block:
    """Several agents in one step, one after another or at once; as a chat; as a team.

    Where the step does not say what it writes, it is a mapping from each agent to its result.
    """
    where = (*path, "agents")
    names = _distinct(draft, step.agents or (), where)
    if not names:
        draft.wrong(where, "'agents' is empty.", "Give it at least one.")
        return nothing(step.step, path)
    if step.pattern == "chat":
        talk = Chat(participants=names, task=step.task)
        return _chat(draft, step, path, talk, where, people=where)
    if step.pattern == "team":
        made = Team(manager=names[0], workers=dict.fromkeys(names[1:] or names), task=step.task)
        places = {name: (*where, position) for position, name in enumerate(names)}
        return _team(draft, step.model_copy(update={"team": made}), path, where, places)
    entry = step.writes is None
    if entry:
        mapping: Any = dict[str, Any]
        draft.write(step.step, field_spec(mapping, merge="merge"), (*path, "step"))
        writes: dict[str, object] = {step.step: mapping}
    else:
        writes = declared(draft, step, path, default=str)
    parts = []
    for position, name in enumerate(names):
        agent = draft.agent(name, (*path, "agents", position))
        if agent is None:
            continue
        work = AgentWork(
            agent=agent,
            task=step.task,
            entry=name if entry else None,
            substitute=substitute_of(draft, step, path, agent),
        )
        part = f"{step.step}_{name}"
        parts.append(_part(draft, step, path, part, work, writes, agent=agent))
    if step.pattern == "concurrent":
        members = tuple(Member(name=each.name, block=each) for each in parts)
        return Order(name=step.step, members=members)
    return Sequence(steps=tuple(parts))


def chat(draft: Draft, step: Step, path: Path) -> Block:
    """Agents in one conversation."""
    assert step.chat is not None
    where = (*path, "chat")
    return _chat(draft, step, path, step.chat, where, people=(*where, "participants"))


def _distinct(draft: Draft, names: tuple[str, ...], where: Path) -> tuple[str, ...]:
    """The names without those that are there for the second time, which are noted."""
    for position, name in enumerate(names):
        if name in names[:position]:
            draft.wrong((*where, position), f"{name!r} is here twice.", "Take one of the two out.")
    return tuple(dict.fromkeys(names))


def _chat(draft: Draft, step: Step, path: Path, given: Chat, where: Path, *, people: Path) -> Block:
    """``people`` is where its participants are named."""
    name, turn = step.step, f"{step.step}_turn"
    draft.write(name, field_spec(list[Message], merge="append"), (*path, "step"))
    draft.write(turn, field_spec(Turn), (*path, "step"))
    found = [
        draft.agent(each, (*people, given.participants.index(each)))
        for each in _distinct(draft, given.participants, people)
    ]
    manager = None
    if given.manager is not None:
        manager = draft.agent(given.manager, (*where, "manager"))
    present = [each for each in found if each is not None]
    names = tuple(each.name for each in present)
    task = given.task or step.task
    chair = TurnWork(manager=manager, participants=names, task=task, chat=name)
    first = _part(draft, step, path, turn, chair, {turn: Turn}, reads=_and(step, name, turn))
    cases = []
    for each in present:
        work = SpeakWork(agent=each, participants=names, task=task, chat=name)
        part = _part(
            draft,
            step,
            path,
            f"{name}_{each.name}",
            work,
            {name: list[Message]},
            agent=each,
            reads=_and(step, name),
        )
        cases.append(Case(values=(each.name,), block=part))
    on = draft.expression(f"{turn}.speaker", where)
    speak = Branch(
        name=f"{name}.speaker", on=on, cases=tuple(cases), fallback=None, path=where, logged=False
    )
    until = f"{turn}.consensus" if given.until is None else given.until
    return Repeat(
        name=name,
        body=Sequence(steps=(first, speak)),
        until=draft.expression(until, (*where, "until") if given.until else where),
        most=given.max_rounds,
        path=where,
    )


def _and(step: Step, *more: str) -> tuple[str, ...] | None:
    """What the step reads, and the fields of its own that it needs."""
    return None if step.reads is None else tuple(dict.fromkeys((*step.reads, *more)))


def team(draft: Draft, step: Step, path: Path) -> Block:
    """A manager plans, workers do their parts at once, the manager makes one of it."""
    assert step.team is not None
    where = (*path, "team")
    places = {each: (*where, "workers", each) for each in step.team.workers}
    return _team(draft, step, path, where, {step.team.manager: (*where, "manager"), **places})


def _team(draft: Draft, step: Step, path: Path, where: Path, places: Mapping[str, Path]) -> Block:
    """``places`` are where its members are named."""
    given = step.team
    assert given is not None
    manager = draft.agent(given.manager, places[given.manager])
    if manager is None:
        return nothing(step.step, path)
    name, task = step.step, given.task or step.task
    plan, results = f"{name}_plan", f"{name}_results"
    draft.write(plan, field_spec(Plan), (*path, "step"))
    draft.write(results, field_spec(list[Any]), (*path, "step"))
    about = {
        each: draft.agents[each].specialization if each in draft.agents else ""
        for each in given.workers
    }
    planning = PlanWork(agent=manager, task=task, workers=about, most=given.max_tasks)
    first = _part(draft, step, path, plan, planning, {plan: Plan}, agent=manager)
    each = _workers(draft, step, where, places)
    reads = _and(step, plan, results)
    work = AgentWork(agent=manager, task=task)
    writes = declared(draft, step, path, default=given_by(draft, manager))
    last = _part(draft, step, path, f"{name}_synthesis", work, writes, agent=manager, reads=reads)
    return Sequence(steps=(first, each, last))


def _workers(draft: Draft, step: Step, where: Path, places: Mapping[str, Path]) -> Block:
    given = step.team
    assert given is not None
    name = step.step
    own, outer = draft.own, draft.outer
    draft.own, draft.outer = {"assignment": field_spec(Assignment)}, (own, *outer)
    cases, collect = [], []
    for worker, steps in given.workers.items():
        if steps is None:
            agent = draft.agent(worker, places[worker], at_key=True)
            if agent is None:
                continue
            field, kind = f"{name}_{worker}", given_by(draft, agent)
            draft.write(field, field_spec(kind), where)
            work = AssignedWork(agent=agent, assignment="assignment")
            reads = _and(step, "assignment")
            part: Block = _part(
                draft, step, where, field, work, {field: kind}, agent=agent, reads=reads
            )
            collect.append(field)
        else:
            made = block(draft, steps, (*where, "workers", worker), name=f"{name}_{worker}")
            if made is None:
                continue
            part = made
            collect.extend(written(made))
        cases.append(Case(values=(worker,), block=part))
    scope = Scope(own=draft.own, outer=draft.outside)
    draft.own, draft.outer = own, outer
    on = draft.expression("assignment.worker", where)
    body = Branch(
        name=f"{name}.worker",
        on=on,
        cases=tuple(cases),
        fallback=None,
        path=where,
        logged=False,
    )
    return Each(
        name=f"{name}_work",
        over=draft.expression(f"{name}_plan.tasks", where),
        item="assignment",
        body=body,
        scope=scope,
        collect=tuple(collect),
        into=f"{name}_results",
        path=where,
    )


#: What a stage's function calls that which it works on.
_BATCH_WORDS = frozenset({"item", "items", "batch"})


def _shared(
    draft: Draft, step: Step, rules: Rules, agent: Agent | None, function: object
) -> tuple[str, ...]:
    """What a stage reads beside its batch: as for any step, what the step declares, and otherwise
    the fields that its function names. A model is not given the whole list unasked."""
    if not rules.context_sharing:
        return ()
    if step.reads is not None:
        return step.reads
    function = function if agent is None else agent.function
    if function is None:
        return (agent.input or ()) if agent is not None else ()
    signature = signature_of(function)
    fields = {*draft.own, *draft.outside} - _BATCH_WORDS
    named = signature.parameters if signature.takes == "fields" else ()
    return tuple(name for name in named if name in fields)


def batches(draft: Draft, step: Step, path: Path) -> Block:
    """A list in batches through stages; several batches are under way at once."""
    given = step.batches
    assert given is not None
    where = (*path, "batches")
    over = draft.expression(given.over, (*where, "over"))
    own, outer = draft.own, draft.outer
    listed: Any = list[Any]
    draft.own, draft.outer = {"batch": field_spec(listed)}, (own, *outer)
    leaves, previous = [], "batch"
    for position, stage in enumerate(given.stages):
        at = (*where, "stages", position)
        agent = None if stage.agent is None else draft.agent(stage.agent, (*at, "agent"))
        kind: Any = listed
        if agent is not None and agent.output is not None:
            agent = agent.model_copy(update={"output": given_by(draft, agent)})
            kind = list[Union[agent.output, Any]]  # type: ignore[name-defined]  # noqa: UP007  # Any: items that pass through; and not every type takes "|"
        function = stage.function
        if function is not None:
            function = draft.function(function, (*at, "function"))  # type: ignore[assignment]  # now the object
        logic = None
        if stage.routing_logic is not None:
            logic = draft.expression(stage.routing_logic, (*at, "routing_logic"))
        draft.write(stage.stage, field_spec(kind), (*at, "stage"))
        work = StageWork(
            stage=stage,
            agent=agent,
            function=function,
            logic=logic,
            rules=given.rules,
            item=previous,
        )
        shared = _shared(draft, step, given.rules, agent, function)
        reads = tuple(dict.fromkeys((*shared, previous)))
        writes = {stage.stage: kind}
        leaves.append(_part(draft, step, at, stage.stage, work, writes, agent=agent, reads=reads))
        previous = stage.stage
    scope = Scope(own=draft.own, outer=draft.outside)
    draft.own, draft.outer = own, outer
    into = next(iter(declared(draft, step, path, default=listed)), step.step)
    kept = given.rules.memory_management == "keep"
    return Each(
        name=step.step,
        over=over,
        item="batch",
        body=Sequence(steps=tuple(leaves)),
        scope=scope,
        collect=tuple(each.stage for each in given.stages) if kept else (previous,),
        into=into,
        path=where,
        chunk=given.batch_size,
        limit=given.rules.parallel_limit,
        isolate=given.rules.error_isolation,
        keep=kept,
    )
