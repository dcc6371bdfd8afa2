"""A workflow ready to be run: its inputs' schema, its output, its reviews' forms."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, create_model
from pydantic_core import to_jsonable_python

from ..state.definition.checks import leaves
from ..state.definition.digest import digest
from ..state.definition.expressions import evaluate
from ..state.definition.flow import NestedWork, NoWork, Resolved
from .library import load, resolved

if TYPE_CHECKING:
    from pathlib import Path

    from ..state.definition.workflow import Workflow


@dataclass(frozen=True, kw_only=True)
class Program:
    """What the runtime and the desk need to know of a workflow, beside its graph."""

    workflow: Workflow
    resolved: Resolved

    @property
    def name(self) -> str:
        return self.workflow.name

    @property
    def digest(self) -> str:
        """The definition's meaning as a hash, in hexadecimal."""
        return digest(self.workflow)

    @cached_property
    def inputs(self) -> type[BaseModel]:
        """The schema of what a run is started with."""
        given = self.resolved.inputs_class
        if given is not None and issubclass(given, BaseModel):
            return given
        fields: dict[str, Any] = {
            name: (
                each.annotation,
                Field(
                    default=each.default if each.has_default else ..., description=each.description
                ),
            )
            for name, each in self.resolved.inputs.items()
        }
        return create_model("Inputs", __config__={"extra": "forbid"}, **fields)

    @property
    def primary(self) -> str | None:
        """The input that a bare command-line argument fills: the first one that is needed."""
        needed = [name for name, each in self.resolved.inputs.items() if not each.has_default]
        every = needed or list(self.resolved.inputs)
        return every[0] if every else None

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of its nodes."""
        return tuple(
            each.name for each in leaves(self.resolved.flow) if not isinstance(each.work, NoWork)
        )

    def output(self, values: Mapping[str, object]) -> dict[str, object]:
        """A run's output from its state so far, as plain JSON data.

        What the definition lists under ``outputs``; without, every field of the state.
        """
        scope = self.resolved.scope.own
        known = {name: each.default for name, each in scope.items() if each.has_default}
        known |= {name: value for name, value in values.items() if name in scope}
        if not self.resolved.outputs:
            return {name: _plain(value) for name, value in known.items()}
        return {name: _plain(evaluate(each, known)) for name, each in self.resolved.outputs.items()}

    def form(self, review: str, shown: Collection[str] | None = None) -> type[BaseModel] | None:
        """The schema of what may be edited at a review, or where a failure is shown to a person.

        Nested workflows have reviews too, perhaps of the same name: the one meant is the one
        whose fields were ``shown``.
        """
        for found in _forms(self.resolved, review):
            if shown is None or set(found.model_fields) <= set(shown):
                return found
        return None


def _forms(ready: Resolved, review: str) -> Iterator[type[BaseModel]]:
    from .running.people import review_form

    every = tuple(leaves(ready.flow))
    if review in ready.reviews:
        types = dict(ready.scope.types)
        for leaf in every:
            types |= leaf.writes
        yield review_form(review, ready.reviews[review], types)
    for leaf in every:
        if leaf.escalation == review:
            yield review_form(review, tuple(leaf.writes), leaf.writes)
        if isinstance(leaf.work, NestedWork):
            yield from _forms(leaf.work.workflow, review)


def _plain(value: object) -> object:
    return to_jsonable_python(value, fallback=str)


def program(workflow: str | Path | Mapping[str, object] | Workflow) -> Program:
    """A workflow, loaded and resolved.

    Raises:
        NotFoundError, DefinitionError: as ``load``.
    """
    found = load(workflow)
    return Program(workflow=found, resolved=resolved(found))
