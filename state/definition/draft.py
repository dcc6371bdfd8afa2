"""What resolving a definition knows and finds out: names, types, fields, and faults."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, get_args

from .. import reducers
from ..errors import Problem
from ..names import nearest
from .expressions import Expression, ExpressionFault, parse
from .flow import FieldSpec, Path, Resolved
from .importing import import_reference
from .steps import GateUse
from .types import TypeFault, type_of
from .workflow import Agent, Checkpoint, Workflow


@dataclass(frozen=True, kw_only=True)
class Ports:
    """What resolving needs from outer rooms.

    ``load`` gives a workflow that another nests, by name, path or as data. ``gate_fault`` says
    what is wrong with the use of a gate, given the names of the workflow's own; None: nothing.
    """

    load: Callable[[object], Workflow]
    gate_fault: Callable[[GateUse, Iterable[str]], Fault | None]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong and what to do; ``within`` leads to the place below that which was asked."""

    message: str
    fix: str | None = None
    within: Path = ()


@dataclass(kw_only=True)
class Draft:
    """One resolution under way. ``own`` is the scope that steps now write to."""

    workflow: Workflow
    ports: Ports
    base: FilePath | None
    schemas: Mapping[str, type]
    problems: list[Problem] = field(default_factory=list)
    #: Where each step was named, to refuse the second one.
    named: dict[str, Path] = field(default_factory=dict)
    own: MutableMapping[str, FieldSpec] = field(default_factory=dict)
    outer: tuple[MutableMapping[str, FieldSpec], ...] = ()
    reviews: dict[str, tuple[str, ...]] = field(default_factory=dict)
    nested: dict[str, Resolved] = field(default_factory=dict)
    used_checkpoints: set[str] = field(default_factory=set)
    #: Fields whose type was only assumed, until some step says it.
    assumed: set[str] = field(default_factory=set)

    @property
    def agents(self) -> dict[str, Agent]:
        return {each.name: each for each in self.workflow.agents}

    @property
    def outside(self) -> Mapping[str, FieldSpec]:
        """The fields of the scopes around this one."""
        return ChainMap(*self.outer) if self.outer else {}

    def wrong(
        self, path: Path, message: str, fix: str | None = None, *, at_key: bool = False
    ) -> None:
        """Note a fault."""
        self.problems.append(
            Problem(path=path, message=message, fix=fix, at="key" if at_key else "value")
        )

    def name(self, name: str, path: Path) -> None:
        """Take a step's name; each is given once."""
        if name in self.named:
            self.wrong(path, f"There are two steps named {name!r}.", "Give one another name.")
        self.named[name] = path

    def agent(self, name: str, path: Path) -> Agent | None:
        """The agent of that name."""
        found = self.agents.get(name)
        if found is None:
            known = ", ".join(self.agents) or "none"
            self.wrong(
                path,
                f"There is no agent {name!r}{nearest(name, self.agents)}.",
                f"Agents are declared under 'agents'; there are: {known}.",
            )
        return found

    def imported(self, reference: object, path: Path) -> object | None:
        """What a reference stands for."""
        try:
            return import_reference(reference, self.base)
        except Exception as error:  # importing runs whatever the module does
            self.wrong(
                path,
                f"{reference!r} cannot be imported: {type(error).__name__}: {error}.",
                "Write package.module:name of something that Python can import.",
            )
            return None

    def type(self, spec: object, path: Path) -> FieldSpec:
        """A field from its type's specification."""
        merge = None
        if isinstance(spec, Mapping) and "merge" in spec:
            merge = str(spec["merge"])
            spec = {key: value for key, value in spec.items() if key != "merge"}
            if merge not in reducers.MERGES:
                known = ", ".join(reducers.MERGES)
                self.wrong(
                    (*path, "merge"),
                    f"There is no merge rule {merge!r}{nearest(merge, reducers.MERGES)}.",
                    f"There are: {known}.",
                )
                merge = None
        try:
            found = type_of(spec, self.schemas)
        except TypeFault as fault:
            self.problems.append(
                Problem(
                    path=(*path, *fault.path),
                    message=fault.message,
                    fix=fault.fix,
                    offset=fault.offset,
                )
            )
            return FieldSpec(annotation=Any)
        return field_spec(
            found.annotation,
            default=None if found.required else found.default,
            has_default=not found.required,
            merge=merge,
            description=found.description,
        )

    def expression(self, text: str, path: Path) -> Expression:
        """An expression; one that does not parse is noted, and stands for nothing."""
        try:
            return parse(text)
        except ExpressionFault as fault:
            self.problems.append(
                Problem(path=path, message=fault.message, fix=fault.fix, offset=fault.offset)
            )
            return parse("None")

    def checkpoints(self, step: str) -> list[tuple[int, Checkpoint]]:
        """The human checkpoints that stand after a step."""
        return [
            (position, each)
            for position, each in enumerate(self.workflow.human_checkpoints)
            if each.after == step
        ]

    def write(self, name: str, spec: FieldSpec, path: Path, *, assumed: bool = False) -> None:
        """Note that a step writes a field of this type."""
        present = self.own.get(name)
        if present is None:
            if name in self.outside and name not in self.own:
                self.wrong(
                    path,
                    f"{name!r} is a field outside of the map that this step is part of.",
                    "A map's steps write fields of their own; choose another name, and collect it.",
                )
                return
            if name in RESERVED:
                self.wrong(path, f"{name!r} is a field that every workflow has already.")
                return
            self.own[name] = spec
            if assumed:
                self.assumed.add(name)
        elif name in self.assumed and not assumed:
            self.own[name] = spec
            self.assumed.discard(name)
        elif not assumed and not _is_within(spec.annotation, present.annotation):
            from .types import text_of

            self.wrong(
                path,
                f"{name!r} is {text_of(present.annotation)} elsewhere "
                f"and {text_of(spec.annotation)} here.",
                "A field has one type; name it once and list it by name elsewhere.",
            )


def _is_within(narrow: object, wide: object) -> bool:
    """Is every value of one type one of the other, as far as their writing shows it?"""
    return wide in (narrow, Any) or narrow in get_args(wide)


#: What the graph itself keeps in every state.
RESERVED = ("usage", "history", "decisions", "verdicts", "failures")


def field_spec(
    annotation: object,
    *,
    default: object = None,
    has_default: bool = False,
    merge: str | None = None,
    description: str | None = None,
) -> FieldSpec:
    """A field; one that merges begins as nothing of its kind."""
    if merge is not None and merge in reducers.NOTHING_YET and not has_default:
        default, has_default = reducers.NOTHING_YET[merge], True
    return FieldSpec(
        annotation=annotation,
        default=default,
        has_default=has_default,
        merge=merge,
        description=description,
    )


def one_of(names: Iterable[str]) -> str:
    """Names in a sentence."""
    return ", ".join(repr(each) for each in names) or "none"
