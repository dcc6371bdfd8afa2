"""What resolving a definition knows and finds out: names, types, fields, and faults."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any, get_args

from .. import reducers
from ..errors import DefinitionError, Problem
from ..names import nearest
from .expressions import Expression, ExpressionFault, parse
from .flow import FieldSpec, Path, Resolved
from .importing import import_reference
from .merging import MEANT, merges
from .parts import reference_text
from .signatures import Signature, signature_of
from .steps import GateUse, Step
from .types import TypeFault, text_of, type_of
from .walking import steps_within
from .workflow import Agent, Checkpoint, Workflow

#: How deep steps may stand within each other, as in text.
MOST_DEEP = 50
#: More faults than this are not looked for.
MOST_PROBLEMS = 50


@dataclass(frozen=True, kw_only=True)
class Ports:
    """What resolving needs from outer rooms.

    ``nested`` gives a workflow that another nests, by name, path or as data. ``gate_fault`` says
    what is wrong with the use of a gate, given the names of the workflow's own; None: nothing.
    """

    nested: Callable[[object], Resolved]
    gate_fault: Callable[[GateUse, Iterable[str]], Fault | None]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong and what to do; ``within`` leads to the place below that which was asked."""

    message: str
    fix: str | None = None
    within: Path = ()
    at_key: bool = False


@dataclass(kw_only=True)
class Draft:
    """One resolution under way. ``own`` is the scope that steps now write to."""

    workflow: Workflow
    ports: Ports
    base: FilePath | None
    schemas: Mapping[str, type]
    problems: list[Problem] = field(default_factory=list)
    _noted: set[Problem] = field(default_factory=set)
    #: Where each step was named, to refuse the second one.
    named: dict[str, Path] = field(default_factory=dict)
    own: MutableMapping[str, FieldSpec] = field(default_factory=dict)
    outer: tuple[MutableMapping[str, FieldSpec], ...] = ()
    reviews: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: The human checkpoints that stand after a step, by its name, each with its position.
    placed: dict[str, list[tuple[int, Checkpoint]]] = field(default_factory=dict)
    #: The steps that add themselves to another, by its name, and where they stand.
    added: dict[str, list[tuple[Step, Path]]] = field(default_factory=dict)
    #: Where it is said that a step needs something, where that is not among its own 'reads'.
    said: dict[tuple[str, ...], Path] = field(default_factory=dict)
    #: The names that maps' steps call an item by; these may hide each other.
    items: set[str] = field(default_factory=set)
    #: How many steps now stand around the one that is made, or lead to it.
    depth: int = 0
    #: Fields whose type was only assumed, until some step says it.
    assumed: set[str] = field(default_factory=set)

    @cached_property
    def agents(self) -> dict[str, Agent]:
        """The agents by name, with their functions looked up."""
        found = {}
        for position, each in enumerate(self.workflow.agents):
            function = self.function(each.function, ("agents", position, "function"))
            found[each.name] = each.model_copy(update={"function": function})
        return found

    @cached_property
    def step_names(self) -> frozenset[str]:
        """Every step's, wherever it stands."""
        return frozenset(each.step for each in steps_within(self.workflow.workflow_steps))

    @property
    def outside(self) -> Mapping[str, FieldSpec]:
        """The fields of the scopes around this one."""
        return ChainMap(*self.outer) if self.outer else {}

    def wrong(
        self, path: Path, message: str, fix: str | None = None, *, at_key: bool = False
    ) -> None:
        """Note a fault."""
        self.note(Problem(path=path, message=message, fix=fix, at="key" if at_key else "value"))

    def note(self, problem: Problem) -> None:
        """Note a fault; what is met again on another way is the same one.

        Raises:
            DefinitionError: there are so many that nobody would read on.
        """
        if problem in self._noted:
            return
        self._noted.add(problem)
        self.problems.append(problem)
        if len(self.problems) >= MOST_PROBLEMS:
            more = Problem(path=(), message="There may be more faults; these come first.")
            raise DefinitionError([*self.problems, more])

    def name(self, name: str, path: Path) -> bool:
        """Take a step's name; each is given once."""
        if name in self.named:
            self.wrong(path, f"There are two steps named {name!r}.", "Give one another name.")
            return False
        self.named[name] = path
        return True

    def agent(self, name: str, path: Path, *, at_key: bool = False) -> Agent | None:
        """The agent of that name."""
        found = self.agents.get(name)
        if found is None:
            known = one_of(self.agents)
            self.wrong(
                path,
                f"There is no agent {name!r}{nearest(name, self.agents)}.",
                f"Agents are declared under 'agents'; there are: {known}.",
                at_key=at_key,
            )
        return found

    def imported(self, reference: object, path: Path) -> object | None:
        """What a reference stands for."""
        try:
            return import_reference(reference, self.base)
        except Exception as error:  # importing runs whatever the module does
            known = isinstance(error, ModuleNotFoundError | AttributeError)
            why = str(error) if known else f"{type(error).__name__}: {error}"
            self.wrong(
                path,
                f"{reference!r} cannot be imported: {why}.",
                "Write package.module:name of something that Python can import.",
            )
            return None

    def function(self, reference: object, path: Path) -> object | None:
        """What a reference stands for, where it can be called with fields by name."""
        found = self.imported(reference, path)
        if found is None:
            return None
        try:
            signature_of(found)
        except (TypeError, ValueError) as error:
            self.wrong(
                path,
                f"{reference_text(reference)!r} cannot be a step: {error}.",
                "Give a function whose parameters name fields, or a class with 'execute'.",
            )
            return None
        return found

    def needs(self, signature: Signature, reads: Collection[str], step: str, path: Path) -> None:
        """Note each parameter without a default that a step's own 'reads' leaves out."""
        if signature.takes != "fields":
            return
        for name in signature.parameters:
            if name not in signature.optional and name not in reads:
                self.wrong(
                    path,
                    f"The function of {step!r} needs {name!r}, which 'reads' leaves out.",
                    "Add it to 'reads', or give the parameter a default.",
                    at_key=True,
                )

    def gate(self, use: GateUse, path: Path) -> None:
        """Note what is wrong with the use of a gate."""
        fault = self.ports.gate_fault(use, [each.name for each in self.workflow.gates])
        if fault is not None:
            self.wrong((*path, *fault.within), fault.message, fault.fix, at_key=fault.at_key)

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
            found = type_of(spec, self.schemas, base=self.base)
        except TypeFault as fault:
            self.note(problem_of(fault, path))
            return FieldSpec(annotation=Any)
        if merge is not None and not merges(merge, found.annotation):
            self.wrong(
                (*path, "merge"),
                f"The merge rule {merge!r} is for {MEANT[merge]}, and this field is "
                f"{text_of(found.annotation)}.",
                f"Change the type or the rule; the rules are: {', '.join(reducers.MERGES)}.",
            )
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
            self.note(Problem(path=path, message=fault.message, fix=fault.fix, offset=fault.offset))
            return parse("None")

    def write(
        self,
        name: str,
        spec: FieldSpec,
        path: Path,
        *,
        assumed: bool = False,
        at_key: bool = False,
    ) -> None:
        """Note that a step writes a field of this type; ``at_key``: the last key is its name."""
        present = self.own.get(name)
        if present is None:
            if name in self.outside and name not in self.own:
                self.wrong(
                    path,
                    f"{name!r} is a field outside of the map that this step is part of.",
                    "A map's steps write fields of their own; choose another name, and collect it.",
                    at_key=at_key,
                )
                return
            if name in RESERVED:
                self.taken(name, path, at_key=at_key)
                return
            self.own[name] = spec
            if assumed:
                self.assumed.add(name)
        elif name in self.assumed and not assumed:
            self.own[name] = spec
            self.assumed.discard(name)
        elif not assumed and not _is_within(spec.annotation, present.annotation):
            self.wrong(
                path,
                f"{name!r} is {text_of(present.annotation)} elsewhere "
                f"and {text_of(spec.annotation)} here.",
                "A field has one type; name it once and list it by name elsewhere.",
            )

    def taken(self, name: str, path: Path, *, at_key: bool) -> None:
        """Note that a field has a name of those that the graph keeps."""
        self.wrong(
            path,
            f"{name!r} is a field that every workflow has already.",
            f"Choose another name; taken are {one_of(RESERVED)}.",
            at_key=at_key,
        )


def problem_of(fault: TypeFault, path: Path) -> Problem:
    """What is wrong with a type that stands at ``path``."""
    return Problem(
        path=(*path, *fault.path),
        message=fault.message,
        fix=fault.fix,
        offset=fault.offset,
        at="key" if fault.at_key else "value",
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
    """Names in a sentence, as many as are read."""
    known = [repr(each) for each in names]
    more = [f"and {len(known) - _LISTED} more"] if len(known) > _LISTED else []
    return ", ".join((*known[:_LISTED], *more)) or "none"


_LISTED = 40
