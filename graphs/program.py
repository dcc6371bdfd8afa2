"""A workflow ready to be run: its inputs' schema, its output, its reviews' forms."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, create_model

from ..state.definition.checks import leaves
from ..state.definition.digest import digest
from ..state.definition.expressions import evaluate
from ..state.definition.flow import NestedWork, NoWork, Resolved
from ..state.plain import as_json
from .inputs import checked_inputs
from .library import load, resolved

if TYPE_CHECKING:
    from pathlib import Path

    from langgraph.checkpoint.base import BaseCheckpointSaver

    from ..state.definition.workflow import Workflow
    from .compiler import Graph


@dataclass(frozen=True, kw_only=True)
class Program:
    """What the runtime and the desk need to know of a workflow, beside its graph."""

    workflow: Workflow
    resolved: Resolved

    @property
    def name(self) -> str:
        return self.workflow.name

    @cached_property
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
    def version(self) -> str:
        return self.workflow.version

    @property
    def source(self) -> str | None:
        """The file that the definition was read from."""
        return self.workflow.file

    def checked(self, inputs: Mapping[str, object] | BaseModel) -> dict[str, object]:
        """The inputs as they are recorded: plain JSON data.

        Raises:
            InputError: an unknown, missing or wrong field; names it and what fits.
        """
        return checked_inputs(self.name, self.inputs, inputs).model_dump(mode="json")

    def entry(self, recorded: Mapping[str, object]) -> dict[str, object]:
        """What the graph is given, from what was recorded."""
        return dict(recorded)

    def graph(self, saver: BaseCheckpointSaver[Any]) -> Graph:  # Any: of a version's type
        """Its graph with this checkpointer."""
        from .compiler import graph_of

        return graph_of(self.resolved, saver)

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
            return {name: as_json(value) for name, value in known.items()}
        told = self.resolved.outputs
        return {name: as_json(evaluate(each, known)) for name, each in told.items()}

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


def program(workflow: str | Path | Mapping[str, object] | Workflow) -> Program:
    """A workflow, loaded and resolved.

    Raises:
        NotFoundError, DefinitionError: as ``load``.
    """
    found = load(workflow)
    return Program(workflow=found, resolved=resolved(found))
