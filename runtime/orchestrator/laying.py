"""How a pattern is laid out: from a cast of agents and a plan to steps of the definition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...graphs.patterns import agent_step
from ...state.definition.steps import GateUse, Step
from ...state.definition.workflow import Pattern
from ...state.errors import InputError
from .agents import Player

#: Agents in order; a list among them is a part, as the pattern says.
Cast = Sequence["Player | Cast"]

#: What the steps of a pattern add to the fields beside the agents' results.
RESULTS, CHECK, CONVERSATION = "results", "check", "conversation"
ABOUT: Mapping[Pattern, str] = {
    "sequential": "one after another",
    "concurrent": "all at once, and their results in one mapping",
    "conditional": "the first decides which one of the others does it",
    "loop": "all in order, again until the gates pass",
    "map_reduce": "all but the last for each item, and the last makes one of the results",
    "orchestrator_worker": "a manager, and workers who do what it plans",
    "hierarchical": "a manager, and workers of whom some lead teams of their own",
    "group_chat": "a conversation until they agree",
    "hybrid": "one after another, and what is in a list at once",
    "pipeline": "stages that batches of items go through",
    "dag": "each when those whose results it reads have ended",
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a pattern is laid out from. ``inputs`` are the fields that are there at the start."""

    inputs: tuple[str, ...]
    tasks: Mapping[str, str] = field(default_factory=dict)
    gates: Mapping[str, tuple[GateUse, ...]] = field(default_factory=dict)
    over: str = "items"
    until: str | None = None
    most: int = 3
    batch_size: int = 10

    def step(self, one: Player, known: Iterable[str], *, name: str | None = None) -> Step:
        """An agent's own step, with its gates around it; its result is named like the step."""
        return agent_step(
            name or one.name,
            one.agent,
            task=self.task(one),
            reads=one.reads(known),
            writes={name or one.name: gives(one)},
            validation_gates=self.gates.get(one.name, ()),
        )

    def task(self, one: Player) -> str:
        return self.tasks.get(one.name) or one.agent.specialization

    def shared_gates(self, cast: Cast) -> tuple[GateUse, ...]:
        """The gates around everybody, where a step has several agents."""
        every = [use for one in flat(cast) for use in self.gates.get(one.name, ())]
        return tuple(use for at, use in enumerate(every) if use not in every[:at])


@dataclass(frozen=True, kw_only=True)
class Laid:
    """A pattern as steps, the fields that come out, and how the definition orders the steps."""

    steps: tuple[Step, ...]
    outputs: tuple[str, ...]
    pattern: Pattern


Lay = Callable[[Cast, Plan], Laid]


def flat(cast: Cast) -> list[Player]:
    """Every agent, however deep its list."""
    found: list[Player] = []
    for one in cast:
        found += [one] if isinstance(one, Player) else flat(one)
    return found


def plain(cast: Cast, pattern: Pattern, *, least: int = 1) -> list[Player]:
    """The agents of a pattern that has no parts."""
    if any(not isinstance(one, Player) for one in cast):
        raise InputError(
            f"The pattern {pattern!r} takes agents, and no list among them.",
            fix="Write pattern='hybrid': a list within the list runs at once.",
        )
    return enough(cast, pattern, least)


def enough(cast: Cast, pattern: Pattern, least: int) -> list[Player]:
    found = flat(cast)
    if len(cast) < least:
        raise InputError(
            f"The pattern {pattern!r} needs {least} agents, and {len(cast)} "
            f"{'is' if len(cast) == 1 else 'are'} given.",
            fix=f"Add one, or write pattern='sequential'. It is: {ABOUT[pattern]}.",
        )
    return found


def gives(one: Player) -> object:
    """The type of an agent's result: as declared, text of a model, anything of a function."""
    if one.agent.output is not None:
        return one.agent.output
    return str if one.agent.function is None else Any
