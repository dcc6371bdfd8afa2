"""The definition of a workflow: the one object from which everything else is made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from ..context import Tier
from ..journal import Effect
from .parts import Duration, Name, Names, OnDeadline, Part, Reference, TypeSpec
from .policies import ErrorHandling
from .steps import GateUses, Step

Pattern = Literal[
    "sequential",
    "concurrent",
    "conditional",
    "loop",
    "map_reduce",
    "orchestrator_worker",
    "hierarchical",
    "group_chat",
    "hybrid",
    "pipeline",
    "dag",
]
#: Patterns under which the top-level steps run at once unless ``depends_on`` orders them.
UNORDERED: frozenset[Pattern] = frozenset({"concurrent", "dag"})


def _version(value: object) -> object:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value


class About(Part):
    """Who a workflow is: its name, version, owner and pattern."""

    name: Name
    version: Annotated[str, BeforeValidator(_version)]
    orchestration_pattern: Pattern = "sequential"
    owner: str | None = Field(default=None, min_length=1)
    description: str = ""


class Agent(Part):
    """One agent: one responsibility, the tools that it may use, and how much it is given to read.

    ``context_limit`` is in tokens. ``model`` is a ``provider:name``; left out, the run's own for
    the agent's ``tier``.
    ``function`` makes it an agent of your own: a function, or a class with
    ``async execute(dict) -> dict``. ``input`` and ``output`` declare what it reads and what it
    gives, for steps that do not say.
    """

    name: Name
    type: str = Field(default="specialist", min_length=1)
    specialization: str = ""
    instructions: str = ""
    context_limit: int | None = Field(default=None, ge=1)
    tools: Names = ()
    model: str | None = Field(default=None, min_length=1)
    tier: Tier = "usual"
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1)
    function: Reference | None = None
    input: Names | None = None
    output: TypeSpec = None
    error_handling: ErrorHandling | None = None

    # Any: Pydantic's own constructor takes any keyword and checks it.
    def __init__(
        self,
        name: Any = None,
        specialization: Any = None,
        tools: Any = None,
        context_limit: Any = None,
        **more: Any,
    ) -> None:
        given = {
            "name": name,
            "specialization": specialization,
            "tools": tools,
            "context_limit": context_limit,
        }
        super().__init__(**{k: v for k, v in given.items() if v is not None}, **more)


class ToolSpec(Part):
    """A tool that agents may list: a function, told to models by its docstring."""

    name: Name
    function: Reference
    description: str | None = None
    effect: Effect = "external"


class GateSpec(Part):
    """A validation gate of one's own: a function of the values, and perhaps of the sources."""

    name: Name
    function: Reference
    description: str = ""


class Checkpoint(Part):
    """A named place where a person looks before the workflow goes on."""

    name: Name
    after: Name | None = Field(default=None, description="The step after which it stands.")
    fields: Names | None = Field(default=None, description="Left out: what that step writes.")
    description: str = ""
    on_reject: Literal["stop", "continue"] | None = None
    assignee: str | None = None
    deadline: Duration | None = None
    on_deadline: OnDeadline | None = None


class Monitoring(Part):
    """What is measured and when somebody is told."""

    metrics: tuple[str, ...] = ()
    alerts: tuple[str | Mapping[str, Any], ...] = ()  # Any: an alert's own parameters


def _checkpoint(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


def _outputs(value: object) -> object:
    if isinstance(value, str):
        return {value: value}
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return {each: each for each in value}
    return value


Fields = Mapping[Name, TypeSpec]


class Workflow(Part):
    """A workflow's definition, with the keys that YAML has.

    Equal meanings have equal ``digest``s (see ``digest.py``); layout, comments and the order of
    keys do not count.
    """

    workflow_definition: About
    inputs: Fields | Reference = Field(default_factory=dict)
    outputs: Annotated[Mapping[Name, str], BeforeValidator(_outputs)] | None = None
    schemas: Mapping[Name, Mapping[str, TypeSpec] | Reference] = Field(default_factory=dict)
    state: Fields | Reference = Field(
        default_factory=dict, description="Fields with a type, a default or a merge rule."
    )
    agents: tuple[Agent, ...] = ()
    tools: tuple[ToolSpec, ...] = ()
    gates: tuple[GateSpec, ...] = ()
    workflow_steps: tuple[Step, ...] = Field(min_length=1)
    validation_gates: GateUses = ()
    error_handling: ErrorHandling | None = None
    human_checkpoints: tuple[Annotated[Checkpoint, BeforeValidator(_checkpoint)], ...] = ()
    context_engineering: bool = Field(
        default=True,
        description="Choose and pack what agents read; false: pass everything or refuse.",
    )
    monitoring: Monitoring | None = None

    _file: str | None = PrivateAttr(default=None)
    _folder: str | None = PrivateAttr(default=None)

    @property
    def file(self) -> str | None:
        """The file that it was read from."""
        return self._file

    @property
    def base(self) -> str | None:
        """The folder of the definition, where its own modules may lie."""
        return self._folder if self._file is None else str(Path(self._file).parent)

    def located(self, file: str) -> Workflow:
        """The definition as one that was read from ``file``, an absolute path."""
        made = self.model_copy()
        made._file = file
        return made

    def placed(self, folder: str) -> Workflow:
        """The definition as one of ``folder`` that goes by its name and not by its file."""
        made = self.model_copy()
        made._folder = folder
        return made

    @property
    def name(self) -> str:
        return self.workflow_definition.name

    @property
    def version(self) -> str:
        return self.workflow_definition.version

    @property
    def owner(self) -> str | None:
        return self.workflow_definition.owner

    @property
    def description(self) -> str:
        return self.workflow_definition.description

    @property
    def pattern(self) -> Pattern:
        return self.workflow_definition.orchestration_pattern

    @model_validator(mode="before")
    @classmethod
    def _keys(cls, value: object) -> object:
        if isinstance(value, Mapping) and not value:
            raise PydanticCustomError("empty", "the definition holds nothing")
        return value
