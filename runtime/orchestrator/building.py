"""From agents and a pattern to a definition: the inputs that they imply, their gates and tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...graphs.patterns import workflow
from ...state.definition.policies import ErrorHandling
from ...state.definition.steps import GateUse, Step
from ...state.definition.walking import rebuilt, steps_within
from ...state.definition.workflow import Pattern, Workflow
from ...state.errors import InputError
from ...state.names import nearest
from .agents import Player, player
from .laying import Cast, Plan, flat
from .patterns import OVER_ITEMS, OWN_FIELDS, PATTERNS

#: What is done about failures where nothing is said: what may well pass is tried again. What does
#: not fit a context never will, and a gate has had its corrections when it fails.
DEFAULT_HANDLING = ErrorHandling(
    retry_policy="exponential_backoff",
    max_retries=3,
    first_wait=0.5,
    longest_wait=30.0,
    critical_failures=("context", "gate"),
)


class OpenWorkflow(Workflow):
    """A workflow that takes whatever inputs it is given: some agent reads all that there is.

    The inputs it declares are those that some agent cannot do without.
    """


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What ``create_workflow`` was asked for; see there."""

    pattern: Pattern
    name: str
    agents: Sequence[Any]  # Any: agents, and lists of them to any depth
    gates: object = ()
    handling: ErrorHandling | Mapping[str, object] | None = None
    inputs: Mapping[str, object] | None = None
    outputs: Mapping[str, str] | Iterable[str] | None = None
    task: str | Mapping[str, str] = ""
    until: str | None = None
    most: int = 3
    over: str = "items"
    batch_size: int = 10
    tools: Mapping[str, Callable[..., Any]] = field(default_factory=dict)  # Any: as users wrote
    own_gates: Mapping[str, Callable[..., Any]] = field(default_factory=dict)  # Any: as above
    #: Keys of a definition that are passed on as they are.
    more: Mapping[str, Any] = field(default_factory=dict)  # Any: checked as YAML is


def built(asked: Asked) -> Workflow:
    """The definition.

    Raises:
        InputError: the agents do not fit the pattern, or something names what is not there.
        DefinitionError: what the definition's own checks find.
    """
    cast = _cast(asked.agents)
    players = flat(cast)
    _once(players)
    names = tuple(one.name for one in players)
    needed = _needed(players, asked)
    inputs = needed if asked.inputs is None else dict(asked.inputs)
    if asked.inputs is not None:
        _all_there(players, inputs, asked.pattern)
    plan = Plan(
        inputs=tuple(inputs),
        tasks=_tasks(asked.task, names),
        gates=_gates(asked.gates, names),
        over=asked.over,
        until=asked.until,
        most=asked.most,
        batch_size=asked.batch_size,
    )
    laid = PATTERNS[asked.pattern](cast, plan)
    made = workflow(
        asked.name,
        *laid.steps,
        inputs=inputs,
        outputs=asked.outputs if asked.outputs is not None else laid.outputs,
        agents=[one.agent for one in players],
        pattern=laid.pattern,
        tools=[{"name": name, "function": each} for name, each in asked.tools.items()],
        gates=[{"name": name, "function": each} for name, each in asked.own_gates.items()],
        error_handling=DEFAULT_HANDLING if asked.handling is None else asked.handling,
        **asked.more,
    )
    is_open = asked.inputs is None and any(one.everything for one in players)
    return OpenWorkflow.model_construct(**dict(made)) if is_open else made


def _cast(given: object) -> Cast:
    if not isinstance(given, list | tuple) or not given:
        raise InputError(
            f"The agents of a workflow are a list, and this is {given!r:.80}.",
            fix="Give agents=[Agent(…), …].",
        )
    return tuple(_cast(each) if isinstance(each, list | tuple) else player(each) for each in given)


def _once(players: Sequence[Player]) -> None:
    names = [one.name for one in players]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise InputError(
                f"There are two agents named {name!r}.", fix="Give each a name of its own."
            )


def _needed(players: Sequence[Player], asked: Asked) -> dict[str, object]:
    """The inputs that agents ask for by name and no agent gives."""
    given = {one.name for one in players} | OWN_FIELDS.get(asked.pattern, frozenset())
    over = {asked.over: list[Any]} if asked.pattern in OVER_ITEMS else {}
    team = {f"{one.name}{end}" for one in players for end in ("_plan", "_results", "_turn")}
    wanted = {need for one in players for need in one.needs if need not in given | team}
    ordered = [need for one in players for need in one.needs if need in wanted]
    return {**dict.fromkeys(ordered, Any), **over}


def _all_there(players: Sequence[Player], inputs: Mapping[str, object], pattern: Pattern) -> None:
    """Whatever an agent reads is an input, or the result of another."""
    own = OWN_FIELDS.get(pattern, frozenset())
    team = {f"{one.name}{end}" for one in players for end in ("_plan", "_results", "_turn")}
    known = {*inputs, *(one.name for one in players), *own}
    for one in players:
        for need in one.needs:
            if need not in known | team:
                raise InputError(
                    f"The agent {one.name!r} reads {need!r}, which is neither an input nor the "
                    f"result of an agent{nearest(need, known)}.",
                    fix=f"There are: {', '.join(sorted(known))}.",
                )


def _tasks(task: str | Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    if isinstance(task, str):
        return dict.fromkeys(names, task) if task else {}
    _known(task, names, "task")
    return dict(task)


def _gates(given: object, names: Sequence[str]) -> dict[str, tuple[GateUse, ...]]:
    """The gates around each agent: the same around all, or by name."""
    phases = {"before", "during", "after"}
    by_agent = isinstance(given, Mapping) and not set(given) <= {*phases, "gate", "when", "with"}
    if not by_agent:
        return dict.fromkeys(names, _uses(given))
    assert isinstance(given, Mapping)
    _known(given, names, "gates")
    return {name: _uses(each) for name, each in given.items()}


def _uses(given: object) -> tuple[GateUse, ...]:
    """Gates in any of the definition's own words for them."""
    from ...graphs.pattern_steps import made_step

    if not given:
        return ()
    one = [given] if isinstance(given, str) else given
    return made_step("agents", {"validation_gates": one}, function=_uses).validation_gates


def _known(given: Mapping[str, object], names: Sequence[str], what: str) -> None:
    for name in given:
        if name not in names:
            raise InputError(
                f"The {what} of {name!r}: there is no agent of that name{nearest(name, names)}.",
                fix=f"The agents are: {', '.join(names)}.",
            )


def opened(made: OpenWorkflow, given: Iterable[str]) -> Workflow:
    """The workflow with the inputs that it is given, which those who read everything read too.

    Raises:
        InputError: an input's name is that of a result, or is no name.
    """
    declared = made.inputs if isinstance(made.inputs, Mapping) else {}
    more = [name for name in given if name not in declared]
    results = {each.step for each in steps_within(made.workflow_steps)}
    for name in more:
        if not name.isidentifier() or name in results:
            why = "is what an agent gives" if name in results else "is no field's name"
            raise InputError(
                f"The input {name!r} of {made.name!r} {why}.",
                fix="Call it otherwise: letters, digits and underscores.",
            )
    readers = {each.name for each in made.agents if player(each).everything}

    def reading(step: Step) -> Step:
        who = {step.agent, step.route.agent if step.route is not None else None}
        if step.reads is None or not who & readers:
            return step
        return step.model_copy(update={"reads": (*more, *step.reads)})

    return made.model_copy(
        update={
            "inputs": {**declared, **dict.fromkeys(more, Any)},
            "workflow_steps": tuple(rebuilt(each, reading) for each in made.workflow_steps),
        }
    )
