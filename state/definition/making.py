"""Each kind of step as the block that it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from ..records import Verdict
from .blocks import Targets, block_of, nothing, review_of, reviewed, with_paths, written
from .companions import check_companions
from .draft import MOST_DEEP, Draft, field_spec, one_of
from .flow import (
    AgentWork,
    Block,
    FunctionWork,
    Leaf,
    Member,
    Order,
    Path,
    Repeat,
    Work,
)
from .policies import NO_HANDLING, ErrorHandling
from .signatures import MISSING, signature_of
from .steps import Review, Step
from .workflow import Agent, Checkpoint


def make_step(draft: Draft, step: Step, path: Path, targets: Targets) -> Block:
    """The block of a step, with the human checkpoints that stand after it."""
    if not draft.name(step.step, (*path, "step")):
        return nothing(step.step, path)
    check_companions(draft, step, path)
    for position, use in enumerate(step.validation_gates):
        draft.gate(use, (*path, "validation_gates", position))
    if draft.depth >= MOST_DEEP:
        draft.wrong(
            path,
            f"More than {MOST_DEEP} steps stand within each other, or lead to each other, here.",
            "Make the definition flatter, or nest a workflow of its own.",
        )
        return nothing(step.step, path)
    draft.depth += 1
    block = _made(draft, step, path, targets)
    draft.depth -= 1

    from .reviews import review_leaf

    def review(checkpoint: Checkpoint, after: Block, where: Path) -> Block:
        return review_leaf(draft, checkpoint.name, _default_review(checkpoint, after), where)

    return reviewed(draft, step, block, review)


def _default_review(checkpoint: Checkpoint, after: Block) -> Review:
    return review_of(checkpoint, tuple(written(after)))


def _made(draft: Draft, step: Step, path: Path, targets: Targets) -> Block:
    # These modules make blocks of steps within theirs, and so need this one.
    from . import groups, reviews, scopes, ways

    kinds: Mapping[str, Callable[[], Block]] = {
        "agent": lambda: _agent(draft, step, path, targets),
        "agents": lambda: groups.together(draft, step, path),
        "function": lambda: _function(draft, step, path, targets),
        "route": lambda: ways.route(draft, step, path, targets),
        "if": lambda: ways.either(draft, step, path, targets),
        "loop": lambda: _loop(draft, step, path),
        "map": lambda: scopes.each(draft, step, path),
        "parallel": lambda: _parallel(draft, step, path),
        "chat": lambda: groups.chat(draft, step, path),
        "team": lambda: groups.team(draft, step, path),
        "workflow": lambda: scopes.nested(draft, step, path, targets),
        "batches": lambda: groups.batches(draft, step, path),
        "review": lambda: reviews.review(draft, step, path, targets),
    }
    return kinds[step.kind]()


def block(
    draft: Draft, given: object, path: Path, *, name: str, targets: Targets | None = None
) -> Block | None:
    """The block of a ``Block`` in the definition; a single name leads to a step of the list."""
    assert isinstance(given, tuple)
    if len(given) == 1 and isinstance(given[0], str) and targets is not None:
        return targets.block(given[0], path, by=name)
    for position, each in enumerate(given):
        if isinstance(each, str):
            draft.wrong(
                (*path, position),
                f"The name {each!r} stands among steps."
                if targets is not None
                else f"The name {each!r} stands where only steps can.",
                "Lead to one step by its name alone, or write the steps here."
                if targets is not None
                else "Write the step here; only routes, ifs and fallbacks lead to one by name.",
            )
            return None
    return block_of(draft, with_paths(given, path), make_step, name=name, unordered=False)


def leaf(
    draft: Draft,
    step: Step,
    path: Path,
    work: Work,
    writes: Mapping[str, object],
    *,
    agent: Agent | None = None,
    targets: Targets | None = None,
    reads: tuple[str, ...] | None = None,
) -> Leaf:
    """A node of a step, with its gates and what happens when it fails.

    A person's decision on its failure is a field as well.
    """
    handling = handling_of(draft, step.error_handling, agent)
    fallback = None
    if step.fallback is not None:
        fallback = block(draft, step.fallback, (*path, "fallback"), name=step.step, targets=targets)
    gates = (*(draft.workflow.validation_gates if agent is not None else ()),)
    made = Leaf(
        name=step.step,
        work=work,
        reads=step.reads if reads is None else reads,
        writes=writes,
        path=path,
        gates=(*gates, *step.validation_gates),
        handling=handling,
        fallback=fallback,
        timeout=step.timeout,
        cache=(math.inf if step.cache is True else step.cache) or None,
        metadata=step.metadata,
    )
    if made.escalation is not None:
        draft.write(made.escalation, field_spec(Verdict), (*path, "step"))
    return made


def handling_of(draft: Draft, own: ErrorHandling | None, agent: Agent | None) -> ErrorHandling:
    """A step's own handling of errors over its agent's over the workflow's."""
    wide = (draft.workflow.error_handling or ErrorHandling()).over(NO_HANDLING)
    of_agent = agent.error_handling if agent is not None else None
    mid = wide if of_agent is None else of_agent.over(wide)
    return mid if own is None else own.over(mid)


def declared(
    draft: Draft, step: Step, path: Path, *, default: object, name: str | None = None
) -> dict[str, object]:
    """What a step writes, noted: each field and its type."""
    if step.writes is None:
        draft.write(name or step.step, field_spec(default), (*path, "step"))
        return {name or step.step: default}
    found: dict[str, object] = {}
    for field, spec in step.writes.items():
        where = (*path, "writes", field)
        if spec is None:
            draft.write(field, field_spec(default), where, assumed=True, at_key=True)
        else:
            draft.write(field, draft.type(spec, where), where, at_key=True)
        found[field] = draft.own[field].annotation if field in draft.own else default
    return found


def _agent(draft: Draft, step: Step, path: Path, targets: Targets) -> Block:
    assert step.agent is not None
    agent = draft.agent(step.agent, (*path, "agent"))
    if agent is None:
        return nothing(step.step, path)
    return agent_leaf(draft, step, path, agent, targets)


def agent_leaf(
    draft: Draft, step: Step, path: Path, agent: Agent, targets: Targets | None = None
) -> Leaf:
    """One agent's step."""
    writes = declared(draft, step, path, default=given_by(draft, agent))
    substitute = substitute_of(draft, step, path, agent)
    work = AgentWork(agent=agent, task=step.task, substitute=substitute)
    reads = step.reads if step.reads is not None else agent.input
    if step.reads is None:
        for position, name in enumerate(agent.input or ()):
            at = list(draft.agents).index(agent.name)
            draft.said[(step.step, name)] = ("agents", at, "input", position)
    return leaf(draft, step, path, work, writes, agent=agent, targets=targets, reads=reads)


def given_by(draft: Draft, agent: Agent) -> object:
    """The type of what an agent gives: what it declares, and otherwise text of a model."""
    if agent.output is not None:
        place = ("agents", list(draft.agents).index(agent.name), "output")
        return draft.type(agent.output, place).annotation
    return str if agent.function is None else Any


def substitute_of(draft: Draft, step: Step, path: Path, agent: Agent) -> Agent | None:
    """The agent that steps in when this one fails; whoever says so says which one."""
    handling = handling_of(draft, step.error_handling, agent)
    if handling.substitute is not None:
        if step.error_handling is None or step.error_handling.substitute is None:
            return draft.agents.get(handling.substitute)  # its name was checked where it stands
        return draft.agent(handling.substitute, (*path, "error_handling", "substitute"))
    if handling.fallback_strategy == "substitute":
        place = ("agents", list(draft.agents).index(agent.name))
        said = ((path, step.error_handling), (place, agent.error_handling))
        where = next((p for p, own in said if own is not None and own.fallback_strategy), ())
        draft.wrong(
            (*where, "error_handling", "fallback_strategy"),
            "The strategy 'substitute' says not which agent steps in.",
            "Add 'substitute' with an agent's name.",
        )
    return None


def _function(draft: Draft, step: Step, path: Path, targets: Targets) -> Block:
    found = draft.function(step.function, (*path, "function"))
    if found is None:
        return nothing(step.step, path)
    signature = signature_of(found)
    unseen = sorted(signature.special & {"config", "runtime"})
    if step.cache and unseen:
        draft.wrong(
            (*path, "cache"),
            f"The result of {step.step!r} cannot be kept: its function takes {one_of(unseen)}, "
            f"which may differ from call to call.",
            "Take that out of the function, or leave 'cache' out.",
            at_key=True,
        )
    returns = signature.returns
    if step.writes is None and returns is type(None):
        writes: dict[str, object] = {}
    elif step.writes is None and hasattr(returns, "__total__"):
        from .classes import fields_of_class

        assert isinstance(returns, type)
        specs = fields_of_class(returns)
        for name, spec in specs.items():
            draft.write(name, spec, (*path, "function"))
        writes = {name: spec.annotation for name, spec in specs.items()}
    else:
        writes = declared(draft, step, path, default=Any if returns is MISSING else returns)
    reads = step.reads
    if reads is not None:
        draft.needs(signature, reads, step.step, (*path, "reads"))
    elif signature.takes == "fields" and "state" not in signature.special:
        reads = signature.parameters
        draft.said |= {(step.step, name): (*path, "function") for name in reads}
    return leaf(
        draft, step, path, FunctionWork(function=found), writes, targets=targets, reads=reads
    )


def _loop(draft: Draft, step: Step, path: Path) -> Block:
    loop = step.loop
    assert loop is not None
    body = block(draft, loop.steps, (*path, "loop", "steps"), name=f"{step.step}_body")
    until = None
    if loop.until is not None:
        until = draft.expression(loop.until, (*path, "loop", "until"))
    if body is None:
        return nothing(step.step, path)
    return Repeat(
        name=step.step, body=body, until=until, most=loop.max_iterations, path=(*path, "loop")
    )


def _parallel(draft: Draft, step: Step, path: Path) -> Block:
    assert step.parallel is not None
    members = []
    for key, way in step.parallel.items():
        made = block(draft, way, (*path, "parallel", key), name=f"{step.step}_{key}")
        if made is not None:
            members.append(Member(name=key, block=made))
    for added, where in draft.added.get(step.step, ()):
        made = block_of(draft, [(added, where)], make_step, name=added.step, unordered=False)
        members.append(Member(name=added.step, block=made))
    if not step.parallel and not members:
        draft.wrong((*path, "parallel"), "'parallel' is empty.", "Give it at least one branch.")
        return nothing(step.step, path)
    return Order(name=step.step, members=tuple(members))
