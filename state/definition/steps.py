"""The steps of a definition: one kind each, named once, nested to any depth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ..review import DECISION_TYPES, DecisionType
from .parts import (
    Duration,
    Name,
    Names,
    OnDeadline,
    Part,
    Reference,
    TypeSpec,
    by_name,
    kind_of,
)
from .policies import ErrorHandling


def _block(value: object) -> object:
    if isinstance(value, str | Mapping | Step):
        return (value,)
    if isinstance(value, list | tuple) and not value:
        raise PydanticCustomError("empty", "there is no step here; leave it out or give one")
    return value


def _step_or_name(value: object) -> str:
    return "name" if isinstance(value, str) else "step"


#: A step, or the name of one of the same list that only runs when it is led to.
StepOrName = Annotated[
    Annotated[Name, Tag("name")] | Annotated["Step", Tag("step")], Discriminator(_step_or_name)
]
#: Steps one after another; a single one needs no list.
Block = Annotated[tuple[StepOrName, ...], BeforeValidator(_block)]


class GateUse(Part):
    """A validation gate at a step, with its parameters."""

    gate: Name
    when: Literal["before", "during", "after"] | None = Field(
        default=None, description="Left out: the gate's usual place."
    )
    blocking: bool = Field(default=True, description="False: what it finds is noted, no more.")
    with_: Mapping[str, Any] = Field(  # Any: each gate has parameters of its own
        default_factory=dict, alias="with", description="The gate's own parameters."
    )


def _gate_use(value: object) -> object:
    return {"gate": value} if isinstance(value, str) else value


def _gate_uses(value: object) -> object:
    """``{before: [...], during: [...], after: [...]}`` is the list with ``when`` set."""
    if isinstance(value, Mapping) and set(value) <= {"before", "during", "after"}:
        return [
            {"when": when, **use} if isinstance(use := _gate_use(each), Mapping) else use
            for when, uses in value.items()
            for each in (uses if isinstance(uses, list | tuple) else [uses])
        ]
    return [value] if isinstance(value, str | GateUse | Mapping) else value


GateUses = Annotated[
    tuple[Annotated[GateUse, BeforeValidator(_gate_use)], ...], BeforeValidator(_gate_uses)
]


def _case(value: object) -> object:
    """A case is the text of a value: ``true``, ``none``, ``3``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "none" if value is None else str(value)


class Route(Part):
    """One of several ways, by a typed value: a field, an expression, or an agent's decision.

    ``on`` is a field or an expression; ``agent`` decides instead, and its decision (choice,
    confidence, reason) is written to the field named like the step. An answer that is no case
    takes the ``fallback``.
    """

    on: str | None = None
    agent: Name | None = None
    task: str = ""
    cases: Mapping[str, Block] = Field(min_length=1)
    fallback: Block | None = Field(description="Where to go when no case fits; null: go on.")

    @field_validator("cases", mode="before")
    @classmethod
    def _texts(cls, value: object) -> object:
        """``true``, ``false`` and numbers are cases by their text."""
        if not isinstance(value, Mapping):
            return value
        return {_case(key): way for key, way in value.items()}

    @model_validator(mode="after")
    def _one_source(self) -> Route:
        if (self.on is None) == (self.agent is None):
            raise PydanticCustomError("route", "a route has either 'on' or 'agent'")
        return self


class Loop(Part):
    """Steps repeated until a condition holds after them, and at most ``max_iterations`` times."""

    steps: Block
    until: str | None = None
    max_iterations: int = Field(ge=1, le=100_000)


class Map(Part):
    """The same steps for every item of a list, at once; results keep the items' order."""

    over: str = Field(description="A field that holds a list, or a path to one.")
    as_: Name = Field(default="item", alias="as", description="What the steps call an item.")
    steps: Block
    collect: Name | None = Field(
        default=None, description="The field that is an item's result: by default the last one."
    )


class Chat(Part):
    """Agents in one conversation, until ``until`` holds or after ``max_rounds`` messages.

    A ``manager`` chooses who speaks and says when there is consensus. Without one, whom a message
    is addressed to speaks next, and otherwise they take turns.
    """

    participants: Names = Field(min_length=1)
    manager: Name | None = None
    task: str = ""
    until: str | None = None
    max_rounds: int = Field(default=6, ge=1, le=1000)


class Team(Part):
    """A manager who plans, workers who each do a part at once, and the manager's synthesis.

    A worker is an agent, or a name with steps of its own (a team again, for a hierarchy).
    """

    manager: Name
    workers: Mapping[str, Block | None] = Field(min_length=1)
    task: str = ""
    max_tasks: int = Field(default=12, ge=1, le=1000)

    @field_validator("workers", mode="before")
    @classmethod
    def _by_name(cls, value: object) -> object:
        return by_name(value)


class Stage(Part):
    """One stage of a line that batches go through."""

    stage: Name
    agent: Name | None = None
    function: Reference | None = None
    task: str = ""
    batch_size: int | None = Field(default=None, ge=1, description="The most items at one time.")
    routing_logic: str | None = Field(
        default=None, description="An expression on 'item': others pass through unchanged."
    )
    rollback_strategy: Literal["keep", "discard"] = Field(
        default="keep",
        description="When it fails: keep what earlier stages made of the batch, or discard it.",
    )

    @model_validator(mode="after")
    def _one_worker(self) -> Stage:
        if (self.agent is None) == (self.function is None):
            raise PydanticCustomError("stage", "a stage has either 'agent' or 'function'")
        return self


class Rules(Part):
    """How batches share the house."""

    parallel_limit: int = Field(default=4, ge=1, description="Batches under way at once.")
    memory_management: Literal["keep", "release"] = Field(
        default="release", description="Keep every stage's results, or the last one's only."
    )
    context_sharing: bool = Field(default=True, description="Do stages see what the step reads?")
    error_isolation: bool = Field(
        default=True, description="A failed batch is noted and the others go on."
    )


class Batches(Part):
    """A list in batches through stages: one batch is in a stage while the next is in the one
    before it."""

    over: str
    batch_size: int = Field(default=10, ge=1)
    stages: tuple[Stage, ...] = Field(min_length=1)
    rules: Rules = Rules()


class Review(Part):
    """A person decides: approve, edit, reject, or ask.

    ``fields`` are shown and may be edited. ``on_question`` are steps that answer a question,
    after which the review is put again; they read it as ``<step>.message``.
    """

    fields: Names = Field(min_length=1)
    description: str = Field(default="", description="What to tell the person.")
    describe: Reference | None = Field(
        default=None, description="A function that makes that text from what it reads."
    )
    decisions: tuple[DecisionType, ...] = DECISION_TYPES
    on_reject: Literal["stop", "continue"] | None = Field(
        default=None,
        description="Left out: go on where some expression reads the decision, otherwise stop.",
    )
    on_question: Block | None = None
    assignee: str | None = None
    deadline: Duration | None = None
    on_deadline: OnDeadline | None = None


#: The keys that say what a step is, of which it has exactly one.
KINDS = (
    "agent",
    "agents",
    "function",
    "route",
    "if",
    "loop",
    "map",
    "parallel",
    "chat",
    "team",
    "workflow",
    "batches",
    "review",
)
GroupPattern = Literal["sequential", "concurrent", "chat", "team"]


def _branches(value: object) -> object:
    if isinstance(value, Mapping) and "step" not in value:
        return value
    if isinstance(value, list | tuple):
        return {str(position): branch for position, branch in enumerate(value)}
    kind = "a single step" if isinstance(value, Mapping) else kind_of(value)
    raise PydanticCustomError(
        "parallel", "branches are a list or a mapping, not {kind}", {"kind": kind}
    )


def _writes(value: object) -> object:
    if isinstance(value, str):
        return {value: None}
    return by_name(value)


class Step(Part):
    """One step: its name, what it does, what it reads and what it writes.

    ``reads`` left out means: what a function's parameters name, and for an agent everything that
    is known. ``writes`` maps fields to their types, or names fields that have one elsewhere; left
    out it is one field named like the step.
    """

    step: Name
    description: str = ""

    agent: Name | None = None
    agents: Names | None = None
    function: Reference | None = None
    route: Route | None = None
    if_: str | None = Field(default=None, alias="if")
    then: Block | None = None
    else_: Block | None = Field(default=None, alias="else")
    loop: Loop | None = None
    map: Map | None = None
    parallel: Annotated[Mapping[str, Block], BeforeValidator(_branches)] | None = None
    chat: Chat | None = None
    team: Team | None = None
    workflow: Any = None  # Any: a name, a path, a mapping or a Workflow, whose class comes later
    batches: Batches | None = None
    review: Review | None = None

    task: str = Field(default="", description="What the agent is asked to do.")
    pattern: GroupPattern | None = Field(default=None, description="How 'agents' work together.")
    inputs: Mapping[str, str] | None = Field(
        default=None, description="For 'workflow': its inputs from our fields."
    )
    outputs: Mapping[str, str] | None = Field(
        default=None, description="For 'workflow': our fields from its outputs."
    )
    reads: Names | None = None
    writes: Annotated[Mapping[Name, TypeSpec], BeforeValidator(_writes)] | None = None
    depends_on: Names | None = None
    branch_of: Name | None = Field(
        default=None, description="The parallel or route step that this step adds itself to."
    )
    case: Annotated[str, BeforeValidator(_case)] | None = Field(
        default=None, description="With branch_of a route: for which value."
    )
    validation_gates: GateUses = ()
    error_handling: ErrorHandling | None = None
    fallback: Block | None = Field(default=None, description="Steps to take when this one fails.")
    timeout: Duration | None = None
    cache: Duration | bool = Field(
        default=False,
        description="Keep its result for when it reads the same again: so long, or true.",
    )
    metadata: Mapping[str, Any] = Field(default_factory=dict)  # Any: the user's own

    @property
    def kind(self) -> str:
        """Which of ``KINDS`` it is."""
        return _kinds_of(self)[0]

    @model_validator(mode="after")
    def _one_kind(self) -> Step:
        kinds = _kinds_of(self)
        if not kinds:
            raise PydanticCustomError(
                "no_kind",
                "the step {name} says not what it does: give it one of {kinds}",
                {"name": repr(self.step), "kinds": ", ".join(KINDS)},
            )
        if len(kinds) > 1:
            raise PydanticCustomError(
                "kinds",
                "the step {name} is several things at once: {kinds}; keep one",
                {"name": repr(self.step), "kinds": ", ".join(kinds)},
            )
        for key, kind in (("then", "if"), ("else", "if"), ("pattern", "agents")):
            if getattr(self, key if key != "else" else "else_") is not None and kind not in kinds:
                raise PydanticCustomError(
                    "companion",
                    "{key} goes with {kind} only",
                    {"key": repr(key), "kind": repr(kind)},
                )
        if self.if_ is not None and self.then is None:
            raise PydanticCustomError("then", "an 'if' needs a 'then'")
        return self


def _kinds_of(step: Step) -> tuple[str, ...]:
    return tuple(
        kind for kind in KINDS if getattr(step, "if_" if kind == "if" else kind) is not None
    )
