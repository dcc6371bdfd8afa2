"""The orchestrator's patterns: agents in a list as the steps that they mean.

No pattern is an engine of its own: each is a few steps of the definition's vocabulary, made by
``graphs.patterns``, and what holds for these holds here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...graphs.patterns import each, loop, parallel, route
from ...graphs.patterns import step as function_step
from ...state.definition.steps import Step
from ...state.definition.workflow import Pattern
from ...state.errors import InputError
from ...state.names import nearest
from ...state.verdicts import Checked
from .agents import Player
from .laying import CHECK, CONVERSATION, RESULTS, Cast, Laid, Lay, Plan, plain
from .teams import group_chat, led_team, pipeline


def _sequential(cast: Cast, plan: Plan) -> Laid:
    agents = plain(cast, "sequential")
    names = tuple(one.name for one in agents)
    for at, one in enumerate(agents):
        later = next((need for need in one.needs if need in names[at:]), None)
        if later is not None:
            raise InputError(
                f"The agent {one.name!r} reads {later!r}, which is not there before it.",
                fix="Change the order of the agents, or write pattern='dag'.",
            )
    return _in_a_row(agents, plan, "sequential")


def _in_a_row(agents: Sequence[Player], plan: Plan, pattern: Pattern) -> Laid:
    names = tuple(one.name for one in agents)
    steps = tuple(plan.step(one, (*plan.inputs, *names[:at])) for at, one in enumerate(agents))
    return Laid(steps=steps, outputs=names, pattern=pattern)


def _concurrent(cast: Cast, plan: Plan) -> Laid:
    agents = plain(cast, "concurrent")
    names = tuple(one.name for one in agents)
    steps = [plan.step(one, plan.inputs) for one in agents]
    merge = function_step(
        merged,
        name=RESULTS,
        reads=names,
        writes={RESULTS: dict[str, Any]},
        depends_on=names,
    )
    return Laid(steps=(*steps, merge), outputs=(*names, RESULTS), pattern="concurrent")


def merged(values: dict[str, Any]) -> dict[str, Any]:  # Any: results are of every type
    """The results of all branches in one mapping, by the agents' names."""
    return {RESULTS: values}


def _conditional(cast: Cast, plan: Plan) -> Laid:
    """The first decides who of the others does it; an answer that names none goes to the last."""
    first, *others = plain(cast, "conditional", least=3)
    about = "; ".join(f"{one.name}: {one.agent.specialization}" for one in others)
    decide = route(
        first.name,
        agent=first.agent,
        task=plan.tasks.get(first.name) or f"Who should do it? {about}.",
        cases={one.name: one.name for one in others},
        fallback=others[-1].name,
        reads=first.reads(plan.inputs),
        validation_gates=plan.gates.get(first.name, ()),
    )
    known = (*plan.inputs, first.name)
    return Laid(
        steps=(decide, *(plan.step(one, known) for one in others)),
        outputs=tuple(one.name for one in (first, *others)),
        pattern="conditional",
    )


def _loop(cast: Cast, plan: Plan) -> Laid:
    """All agents in order, again until the gates pass or ``until`` holds."""
    agents = plain(cast, "loop")
    gated = any(plan.gates.get(one.name) for one in agents)
    if not gated and plan.until is None:
        raise InputError(
            "A loop that nothing ends would always go on to its cap.",
            fix="Give validation_gates=[…], or until='writer.score > 0.8'.",
        )
    names = tuple(one.name for one in agents)
    known = (*plan.inputs, *names, *((CHECK,) if gated else ()))
    steps = [plan.step(one, known) for one in agents]
    ends = plan.until
    if gated:
        steps = [_advisory(one) for one in steps]
        writes = {CHECK: dict[str, Any]}
        steps.append(function_step(check, name=CHECK, reads=["verdicts"], writes=writes))
        ends = f"{CHECK}.passed" if ends is None else f"({ends}) and {CHECK}.passed"
    rounds = loop("rounds", *steps, until=ends, most=plan.most)
    outputs = (*names, CHECK) if gated else names
    return Laid(steps=(rounds,), outputs=outputs, pattern="loop")


def _advisory(step: Step) -> Step:
    """Gates that say whether to go again must not end the run."""
    uses = tuple(use.model_copy(update={"blocking": False}) for use in step.validation_gates)
    return step.model_copy(update={"validation_gates": uses})


def check(verdicts: tuple[Checked, ...]) -> dict[str, Any]:  # Any: a truth value and reasons
    """Whether every gate's latest verdict is good, and the reasons of those that are not."""
    latest = {(each.step, each.gate): each for each in verdicts or ()}
    reasons = [f"{each.gate}: {each.reason}" for each in latest.values() if not each.passed]
    return {CHECK: {"passed": not reasons, "reasons": reasons}}


def _map_reduce(cast: Cast, plan: Plan) -> Laid:
    """All but the last do each item, one after another; the last makes one of the results."""
    *mappers, last = plain(cast, "map_reduce", least=2)
    shared = tuple(name for name in plan.inputs if name != plan.over)
    inner, known = list[Step](), ("item", *shared)
    for one in mappers:
        inner.append(plan.step(one, known, name=f"{one.name}_item"))
        known = (*known, f"{one.name}_item")
    into = mappers[-1].name
    spread = each(into, plan.over, *inner, writes={into: list[Any]})
    return Laid(
        steps=(spread, plan.step(last, (*plan.inputs, into))),
        outputs=(into, last.name),
        pattern="map_reduce",
    )


def _hybrid(cast: Cast, plan: Plan) -> Laid:
    """One after another; what is in a list runs at once, and in a list within that in a row."""
    steps, names = _row(cast, plan, plan.inputs)
    return Laid(steps=steps, outputs=names, pattern="hybrid")


def _row(
    cast: Cast, plan: Plan, known: tuple[str, ...]
) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    steps: list[Step] = []
    names: tuple[str, ...] = ()
    for one in cast:
        if isinstance(one, Player):
            steps.append(plan.step(one, (*known, *names)))
            names = (*names, one.name)
            continue
        ways = [
            _row([part] if isinstance(part, Player) else part, plan, (*known, *names))
            for part in one
        ]
        inner = tuple(name for _, found in ways for name in found)
        steps.append(parallel("_and_".join(inner), *(found for found, _ in ways)))
        names = (*names, *inner)
    return tuple(steps), names


def _dag(cast: Cast, plan: Plan) -> Laid:
    """Each begins as soon as those whose results it reads have ended."""
    agents = plain(cast, "dag")
    names = tuple(one.name for one in agents)
    steps = []
    for one in agents:
        if one.everything:
            raise InputError(
                f"The agent {one.name!r} says not what it reads, and so not whom it waits for.",
                fix="Declare it, Agent(…, input=[…]), or name it in the function's parameters.",
            )
        reads = one.reads((*plan.inputs, *names))
        needs = [name for name in reads if name in names]
        made = plan.step(one, (*plan.inputs, *names))
        steps.append(made.model_copy(update={"depends_on": tuple(needs)}))
    return Laid(steps=tuple(steps), outputs=names, pattern="dag")


PATTERNS: Mapping[Pattern, Lay] = {
    "sequential": _sequential,
    "concurrent": _concurrent,
    "conditional": _conditional,
    "loop": _loop,
    "map_reduce": _map_reduce,
    "orchestrator_worker": led_team("orchestrator_worker"),
    "hierarchical": led_team("hierarchical"),
    "group_chat": group_chat,
    "hybrid": _hybrid,
    "pipeline": pipeline,
    "dag": _dag,
}
#: What a pattern's steps find in the state beside inputs and the agents' results.
OWN_FIELDS: Mapping[Pattern, frozenset[str]] = {
    "loop": frozenset({CHECK}),
    "map_reduce": frozenset({"item"}),
    "orchestrator_worker": frozenset({"assignment"}),
    "hierarchical": frozenset({"assignment"}),
    "group_chat": frozenset({CONVERSATION}),
    "pipeline": frozenset({"item", "batch", "items"}),
}
#: The patterns whose list of items is an input.
OVER_ITEMS: frozenset[Pattern] = frozenset({"map_reduce", "pipeline"})
_OTHER_NAMES: Mapping[str, Pattern] = {
    "router": "conditional",
    "parallel": "concurrent",
    "hierarchy": "hierarchical",
}


def pattern_named(name: str) -> Pattern:
    """The pattern of that name, or of another name for it.

    Raises:
        InputError: there is none; names the nearest.
    """
    plain = _OTHER_NAMES.get(name, name.replace("-", "_"))
    for known in PATTERNS:
        if plain == known:
            return known
    raise InputError(
        f"There is no pattern {name!r}{nearest(name, (*PATTERNS, *_OTHER_NAMES))}.",
        fix=f"The patterns are: {', '.join(PATTERNS)}.",
    )
