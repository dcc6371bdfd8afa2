"""What must hold of a resolved flow: every name read is there, every way can be taken, and no two
steps that run at once write one field."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable, Iterator, MutableMapping
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from ..errors import DefinitionError, Problem
from ..names import nearest
from .blocks import written
from .draft import RESERVED, Draft
from .expressions import Expression, ExpressionFault, names
from .expressions import check as check_expression
from .flow import (
    Block,
    Branch,
    Each,
    FieldSpec,
    FunctionWork,
    Leaf,
    NestedWork,
    Order,
    Path,
    Repeat,
    Resolved,
    ReviewWork,
    Scope,
    Sequence,
    StageWork,
)
from .signatures import signature_of


def check(draft: Draft, resolved: Resolved) -> Resolved:
    """The same, once nothing is wrong with it, and with the reviews that end it on rejection.

    Raises:
        DefinitionError: with every fault found.
    """
    checker = _Checker(draft)
    checker.block(resolved.flow, resolved.scope)
    for name, expression in resolved.outputs.items():
        checker.expression(expression, resolved.scope, ("outputs", name))
    if draft.problems:
        raise DefinitionError(draft.problems)
    read = checker.read | {n for each in resolved.outputs.values() for n in names(each)}
    stops = {
        leaf.name
        for leaf in leaves(resolved.flow)
        if isinstance(leaf.work, ReviewWork)
        and (leaf.work.review.on_reject or ("continue" if leaf.name in read else "stop")) == "stop"
    }
    return dataclasses.replace(resolved, stops=frozenset(stops))


def leaves(block: Block) -> Iterator[Leaf]:
    """Every node of a flow, those in maps included."""
    if isinstance(block, Leaf):
        yield block
    for each in parts(block):
        yield from leaves(each)


def parts(block: Block) -> Iterable[Block]:
    """The blocks right within a block."""
    match block:
        case Leaf():
            return () if block.fallback is None else (block.fallback,)
        case Sequence():
            return block.steps
        case Order():
            return tuple(member.block for member in block.members)
        case Branch():
            ways = tuple(case.block for case in block.cases)
            return ways if block.fallback is None else (*ways, block.fallback)
        case Repeat() | Each():
            return (block.body,)


class _Checker:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        #: Fields that an expression, or a step that names what it reads, depends on.
        self.read: set[str] = set()

    def block(self, block: Block, scope: Scope) -> None:
        match block:
            case Leaf():
                self._leaf(block, scope)
            case Branch():
                self._branch(block, scope)
            case Repeat():
                if block.until is not None:
                    self.read |= names(block.until)
                    self._condition(block.until, scope, (*block.path, "until"))
            case Each():
                self._each(block, scope)
                return
            case Order():
                self._races(block, scope)
            case Sequence():
                pass
        for each in parts(block):
            self.block(each, scope)

    def expression(self, given: Expression, scope: Scope, path: Path) -> object:
        """The type of an expression, whose fields are all there."""
        try:
            return check_expression(given, scope.types)
        except ExpressionFault as fault:
            self._draft.problems.append(
                Problem(path=path, message=fault.message, fix=fault.fix, offset=fault.offset)
            )
            return Any

    def _condition(self, given: Expression, scope: Scope, path: Path) -> None:
        if not names(given):
            text = given.text
            self._draft.wrong(
                path,
                f"{text!r} depends on no field: one of its ways can never be taken.",
                "Name a field, or take the condition out.",
            )
            return
        self.expression(given, scope, path)

    def _leaf(self, leaf: Leaf, scope: Scope) -> None:
        known = (*scope.types, *RESERVED)
        self.read |= set(leaf.reads or ())
        optional = _optional(leaf)
        for position, name in enumerate(leaf.reads or ()):
            if name not in known and name not in optional:
                self._draft.wrong(
                    _reads_path(leaf, position),
                    f"{leaf.name!r} reads {name!r}, which is no field{nearest(name, known)}.",
                    f"The fields are: {', '.join(scope.types)}.",
                )
        for position, use in enumerate(leaf.gates):
            own = [each.name for each in self._draft.workflow.gates]
            fault = self._draft.ports.gate_fault(use, own)
            if fault is not None:
                where = (*self._gate_path(leaf, position), *fault.within)
                self._draft.wrong(where, fault.message, fault.fix)
        if isinstance(leaf.work, NestedWork):
            for inner, outer in leaf.work.inputs.items():
                self._nested_input(leaf, leaf.work, inner, outer, scope)
        if isinstance(leaf.work, StageWork) and leaf.work.logic is not None:
            self.read |= names(leaf.work.logic)

    def _gate_path(self, leaf: Leaf, position: int) -> Path:
        shared = len(self._draft.workflow.validation_gates)
        from_workflow = len(leaf.gates) > position and position < shared
        if from_workflow and leaf.gates[position] in self._draft.workflow.validation_gates:
            return ("validation_gates", position)
        inherited = sum(1 for each in leaf.gates if each in self._draft.workflow.validation_gates)
        return (*leaf.path, "validation_gates", position - inherited)

    def _nested_input(
        self, leaf: Leaf, work: NestedWork, inner: str, outer: str, scope: Scope
    ) -> None:
        spec = work.workflow.inputs.get(inner)
        path = (*leaf.path, "inputs", inner)
        if spec is None:
            known = work.workflow.inputs
            self._draft.wrong(
                path,
                f"{work.workflow.name!r} has no input {inner!r}{nearest(inner, known)}.",
                f"Its inputs are: {', '.join(known)}.",
                at_key=True,
            )
        elif outer.partition(".")[0] not in scope.types and not spec.has_default:
            self._draft.wrong(
                path,
                f"{work.workflow.name!r} needs the input {inner!r}, and there is no field "
                f"{outer!r}{nearest(outer, scope.types)}.",
                "Say with 'inputs' which field it is.",
            )

    def _branch(self, branch: Branch, scope: Scope) -> None:
        self.read |= names(branch.on)
        is_if = branch.path[-1] == "if"
        path = branch.path if is_if else (*branch.path, "on")
        if not names(branch.on):
            self._condition(branch.on, scope, path)
            return
        kind = self.expression(branch.on, scope, path)
        possible = values_of(kind)
        if is_if or possible is None:
            return
        for case in branch.cases:
            for value in case.values:
                if value not in possible:
                    self._draft.wrong(
                        (*branch.path, "cases", value),
                        f"{branch.on.text!r} is never {value!r}{nearest(value, possible)}.",
                        f"It is one of: {', '.join(possible)}.",
                        at_key=True,
                    )

    def _each(self, each: Each, scope: Scope) -> None:
        kind = self.expression(each.over, scope, (*each.path, "over"))
        item = _item_of(kind)
        if item is None:
            self._draft.wrong(
                (*each.path, "over"),
                f"{each.over.text!r} is no list.",
                "Name a field that holds a list.",
            )
            return
        own = each.scope.own
        assert isinstance(own, MutableMapping)
        spec = own[each.item]
        listed: Any = list[item] if each.chunk is not None else item  # type: ignore[valid-type]  # made at run time
        own[each.item] = dataclasses.replace(spec, annotation=listed)
        self.block(each.body, each.scope)

    def _races(self, order: Order, scope: Scope) -> None:
        before = _before(order)
        members = order.members
        for later, second in enumerate(members):
            for first in members[:later]:
                if first.name in before[second.name] or second.name in before[first.name]:
                    continue
                both = [name for name in written(first.block) if name in written(second.block)]
                for name in both:
                    spec: FieldSpec | None = scope.own.get(name)
                    if spec is not None and spec.merge is None:
                        self._race(name, first.block, second.block)

    def _race(self, name: str, first: Block, second: Block) -> None:
        one = next((each for each in leaves(first) if name in each.writes), None)
        other = next((each for each in leaves(second) if name in each.writes), None)
        if one is None or other is None:
            return
        self._draft.wrong(
            (*other.path, "writes", name),
            f"{one.name!r} and {other.name!r} run at once and both write {name!r}.",
            f"Let each write a field of its own, or declare under 'state': "
            f"{name}: {{type: …, merge: …}}.",
        )


def _optional(leaf: Leaf) -> frozenset[str]:
    work = leaf.work
    return signature_of(work.function).optional if isinstance(work, FunctionWork) else frozenset()


def _reads_path(leaf: Leaf, position: int) -> Path:
    if isinstance(leaf.work, ReviewWork):
        return (*leaf.path, "fields")
    return (*leaf.path, "reads", position)


def _before(order: Order) -> dict[str, set[str]]:
    """For each member, all that has ended when it begins."""
    needs = {member.name: member.needs for member in order.members}
    found: dict[str, set[str]] = {}

    def gather(name: str) -> set[str]:
        if name not in found:
            found[name] = set()
            for need in needs[name]:
                found[name] |= {need, *gather(need)}
        return found[name]

    for name in needs:
        gather(name)
    return found


def values_of(kind: object) -> tuple[str, ...] | None:
    """Every value that a type has, as the text of a case; None when there are endless ones."""
    members: tuple[object, ...] = ()
    if kind is bool:
        members = (True, False)
    elif kind is type(None) or kind is None:
        members = (None,)
    elif isinstance(kind, type) and issubclass(kind, enum.Enum):
        members = tuple(kind)
    elif get_origin(kind) is Literal:
        members = get_args(kind)
    elif get_origin(kind) in {Union, UnionType}:
        inner = [values_of(each) for each in get_args(kind)]
        known = [each for each in inner if each is not None]
        return None if len(known) < len(inner) else tuple(value for each in known for value in each)
    return tuple(case_text(each) for each in members) or None


def case_text(value: object) -> str:
    """A value as the text by which a route's cases name it."""
    if isinstance(value, enum.Enum):
        return case_text(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "none" if value is None else str(value)


def _item_of(kind: object) -> object | None:
    """The type of a list's items; None when it is no list."""
    if kind is Any or kind is object:
        return Any
    origin = get_origin(kind) or kind
    arguments = get_args(kind)
    if origin is list or origin is tuple:
        return arguments[0] if arguments else Any
    if origin in {Union, UnionType}:
        for each in arguments:
            found = _item_of(each)
            if found is not None:
                return found
    return None
