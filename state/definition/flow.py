"""A definition's flow, resolved: a closed tree of blocks, with everything looked up.

The definition says it in the words of its writer, with names, defaults and shorthand. This says
it once more in six words that the compiler, the proof and the picture understand. ``path`` leads
back to the place in the definition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..journal import Effect
from .expressions import Expression
from .policies import NO_HANDLING, ErrorHandling
from .steps import GateUse, Review, Rules, Stage
from .workflow import Agent

Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class AgentWork:
    """An agent does its task; its answer fills what the step writes."""

    agent: Agent
    task: str
    substitute: Agent | None = None
    #: The result is one entry of a mapping, under this key.
    entry: str | None = None


@dataclass(frozen=True, kw_only=True)
class DecideWork:
    """An agent chooses one of ``choices``."""

    agent: Agent
    task: str
    choices: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PlanWork:
    """A manager divides a task among workers."""

    agent: Agent
    task: str
    workers: Mapping[str, str]
    most: int


@dataclass(frozen=True, kw_only=True)
class AssignedWork:
    """A worker does its assignment."""

    agent: Agent
    assignment: str


@dataclass(frozen=True, kw_only=True)
class TurnWork:
    """Who speaks next: the manager says so, or whom the last message is addressed to."""

    manager: Agent | None
    participants: tuple[str, ...]
    task: str
    chat: str


@dataclass(frozen=True, kw_only=True)
class SpeakWork:
    """A participant adds a message to a chat."""

    agent: Agent
    participants: tuple[str, ...]
    task: str
    chat: str


@dataclass(frozen=True, kw_only=True)
class FunctionWork:
    """A function, or a class with ``execute``, of the user's own."""

    function: object


@dataclass(frozen=True, kw_only=True)
class ReviewWork:
    """A person decides. ``answers`` are the fields that answer a question of theirs, and
    ``answered_by`` the steps that write them."""

    review: Review
    answers: tuple[str, ...] = ()
    answered_by: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class NestedWork:
    """Another workflow, in a state of its own."""

    workflow: Resolved
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class StageWork:
    """One stage of a line does its part of a batch."""

    stage: Stage
    agent: Agent | None
    function: object
    logic: Expression | None
    rules: Rules
    item: str


@dataclass(frozen=True, kw_only=True)
class EscalateWork:
    """A person is shown a failure: try again, give the result by hand, or end here."""

    step: str


@dataclass(frozen=True, kw_only=True)
class NoWork:
    """Nothing: a place where ways meet."""


Work = (
    AgentWork
    | DecideWork
    | PlanWork
    | AssignedWork
    | TurnWork
    | SpeakWork
    | FunctionWork
    | ReviewWork
    | NestedWork
    | StageWork
    | EscalateWork
    | NoWork
)


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One node. ``writes`` gives each field's type; ``timeout`` is in seconds."""

    name: str
    work: Work
    #: None: everything that is known.
    reads: tuple[str, ...] | None
    writes: Mapping[str, object]
    path: Path
    gates: tuple[GateUse, ...] = ()
    handling: ErrorHandling = NO_HANDLING
    fallback: Block | None = None
    timeout: float | None = None
    #: For how many seconds its result is kept; None: not at all.
    cache: float | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)

    @property
    def escalation(self) -> str | None:
        """The node, and the field, of a person's decision on its failure; None: nobody's."""
        escalates = self.handling.fallback_strategy == "escalate" and self.fallback is None
        return f"{self.name}_escalation" if escalates else None


@dataclass(frozen=True, kw_only=True)
class Sequence:
    """One after another."""

    steps: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Member:
    """A part of an Order: it begins when all that it ``needs`` has ended."""

    name: str
    block: Block
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Order:
    """Parts that run at once as far as their needs allow; it ends when all have ended."""

    name: str
    members: tuple[Member, ...]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A way of a Branch: it is taken for any of these values, each as text."""

    values: tuple[str, ...]
    block: Block


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One of several ways by the value of ``on``; no case: ``fallback``, and without one, on."""

    name: str
    on: Expression
    cases: tuple[Case, ...]
    fallback: Block | None
    path: Path
    #: False for what the graph itself needs; such a branch is not logged.
    logged: bool = True


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """The body again until ``until`` holds after it, at most ``most`` times."""

    name: str
    body: Block
    until: Expression | None
    most: int
    path: Path
    #: The review whose questions it puts again, where it is no loop of the definition's own.
    asks: str | None = None


@dataclass(frozen=True, kw_only=True)
class Each:
    """The body for every item of ``over``, in a scope of its own; results as a list, in order.

    ``collect`` names the fields of which an item's path writes one: its result. ``limit`` is how
    many items are under way at once in this process; ``isolate`` notes an item's failure.
    """

    name: str
    over: Expression
    item: str
    body: Block
    scope: Scope
    collect: tuple[str, ...]
    into: str
    path: Path
    chunk: int | None = None
    limit: int | None = None
    isolate: bool = False
    #: An item's result is a mapping of all that ``collect`` names, and not the last of it.
    keep: bool = False


Block = Leaf | Sequence | Order | Branch | Repeat | Each


@dataclass(frozen=True, kw_only=True)
class FieldSpec:
    """A field of the state: its type, what it is before anything is written, how writes meet."""

    annotation: object
    default: object = None
    has_default: bool = False
    merge: str | None = None
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The fields that a graph has of its own, and those that its steps may read from outside."""

    own: Mapping[str, FieldSpec]
    outer: Mapping[str, FieldSpec] = field(default_factory=dict)

    @property
    def types(self) -> Mapping[str, object]:
        """Every visible field's type."""
        return _Types(self)


class _Types(Mapping[str, object]):
    """A view and no copy: every step asks for it, and there may be thousands of fields."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __getitem__(self, name: str) -> object:
        own = self._scope.own.get(name)
        return (self._scope.outer[name] if own is None else own).annotation

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._scope.outer, *self._scope.own)))

    def __len__(self) -> int:
        return len(dict.fromkeys((*self._scope.outer, *self._scope.own)))


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """A definition with its flow and fields resolved; what graphs are made from."""

    name: str
    version: str
    flow: Block
    scope: Scope
    inputs: Mapping[str, FieldSpec]
    inputs_class: type | None
    state_class: type | None
    outputs: Mapping[str, Expression]
    reviews: Mapping[str, tuple[str, ...]]
    gates: Mapping[str, object]
    tools: Mapping[str, object]
    effects: Mapping[str, Effect]
    context_engineering: bool
    #: The reviews whose rejection ends the workflow.
    stops: frozenset[str] = frozenset()
