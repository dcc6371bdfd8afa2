"""What the functions of ``patterns`` share: their words for things, and how a step is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal, TypedDict

from ..state.definition.parts import Part
from ..state.definition.policies import ErrorHandling
from ..state.definition.reading import workflow_from
from ..state.definition.steps import GateUse, Step
from ..state.definition.workflow import Agent, Checkpoint, GateSpec, Monitoring, Pattern, ToolSpec
from ..state.errors import DefinitionError
from ..state.review import DecisionType

Named = str | Agent
#: A step, the name of a step of the same list that only runs when it is led to, or a list.
Steps = Step | str | Iterable[Step | str]
Block = tuple[Step | str, ...]
#: ``module:name``, or the function or class itself. Any: it has parameters of its own.
Code = str | Callable[..., Any]
# Any: a type, its text, or a mapping such as {"type": "int", "minimum": 0}; types have no type.
FieldType = Any
Gates = Iterable[str | GateUse | Mapping[str, object]] | Mapping[str, object] | str


class Common(TypedDict, total=False):
    """What any step may have beside what it does; the keys are YAML's."""

    description: str
    reads: Iterable[str] | str
    writes: Mapping[str, FieldType] | Iterable[str] | str
    depends_on: Iterable[str] | str
    validation_gates: Gates
    error_handling: ErrorHandling | Mapping[str, object]
    timeout: float | str
    metadata: Mapping[str, object]


class More(Common, total=False):
    """The same, and the steps to take when this one fails."""

    fallback: Steps


class Asking(TypedDict, total=False):
    """How a person is asked; the keys are YAML's."""

    describe: Code
    decisions: Iterable[DecisionType]
    on_reject: Literal["stop", "continue"]
    on_question: Steps
    assignee: str
    deadline: float | str
    on_deadline: str | Mapping[str, object]
    reads: Iterable[str] | str


class Whole(TypedDict, total=False):
    """What a workflow may have beside its steps, its fields and its agents."""

    version: str
    pattern: Pattern
    description: str
    schemas: Mapping[str, FieldType]
    tools: Iterable[ToolSpec | Mapping[str, object]]
    gates: Iterable[GateSpec | Mapping[str, object]]
    validation_gates: Gates
    error_handling: ErrorHandling | Mapping[str, object]
    human_checkpoints: Iterable[str | Checkpoint | Mapping[str, object]]
    context_engineering: bool
    monitoring: Monitoring | Mapping[str, object]


def made_step(name: str, more: Mapping[str, object], **given: object) -> Step:
    """A step of YAML's keys, checked as YAML is.

    Raises:
        DefinitionError: what is wrong, below the step's name.
    """
    data = {"step": name, **present({**given, **more})}
    about = {"name": "steps", "version": "1"}
    try:
        found = workflow_from({"workflow_definition": about, "workflow_steps": [data]})
    except DefinitionError as error:
        # The first two parts of each path lead to the one step.
        problems = [replace(each, path=(name, *each.path[2:])) for each in error.problems]
        raise DefinitionError(problems) from None
    return found.workflow_steps[0]


def present(given: Mapping[str, object]) -> dict[str, object]:
    """What was given, as YAML would have it: any iterable is a list."""
    return {key: _plain(value) for key, value in given.items() if value is not None}


def _plain(value: object) -> object:
    if isinstance(value, str | Mapping | type | Part) or not isinstance(value, Iterable):
        return value
    return list(value)


def called(agent: Named) -> str:
    return agent if isinstance(agent, str) else agent.name


def name_of(function: Code) -> str:
    """``grade_essay`` of a function, of ``GradeEssay`` and of ``essays:grade_essay``."""
    if isinstance(function, str):
        return re.split(r"[:.]", function)[-1]
    named = getattr(function, "__name__", None) or type(function).__name__
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", named).lower()
