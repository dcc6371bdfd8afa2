"""What must hold of a resolved flow: every name read is there, every way can be taken, and no two
steps that run at once write one field."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping, MutableMapping
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from ..errors import DefinitionError, Problem
from ..names import nearest
from .draft import RESERVED, Draft, one_of
from .expression_checking import type_of as type_of_path
from .expression_nodes import And, Chain, Comparison, Not, Or
from .expressions import Expression, ExpressionFault, names, parse
from .expressions import check as check_expression
from .flow import (
    Block,
    Branch,
    Each,
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
from .lapses import check_lapse_types
from .outcomes import certain
from .races import check_races
from .reaching import leaves, parts
from .signatures import signature_of
from .type_words import SCHEMAS
from .types import text_of
from .typing_of import may_equal, shapes

__all__ = ["case_text", "check", "leaves", "parts", "values_of"]


def check(draft: Draft, resolved: Resolved) -> Resolved:
    """The same, once nothing is wrong with it, and with the reviews that end it on rejection.

    Raises:
        DefinitionError: with every fault found.
    """
    checker = _Checker(draft)
    checker.block(resolved.flow, resolved.scope)
    for name, expression in resolved.outputs.items():
        checker.expression(expression, resolved.scope.types, ("outputs", name))
    if draft.problems:
        raise DefinitionError(draft.problems)
    stops = {
        leaf.name
        for leaf in leaves(resolved.flow)
        if isinstance(leaf.work, ReviewWork)
        and leaf.work.review.on_reject != "continue"
        and (leaf.work.review.on_reject == "stop" or leaf.name not in checker.decided_on)
    }
    return dataclasses.replace(resolved, stops=frozenset(stops))


class _Checker:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        #: Fields that a condition, a route or a loop of the definition depends on. Who only reports
        #: a decision, or reads it, does not say what a rejection leads to.
        self.decided_on: set[str] = set()

    def block(self, block: Block, scope: Scope) -> None:
        match block:
            case Leaf():
                self._leaf(block, scope)
            case Branch():
                self._branch(block, scope)
            case Repeat():
                if block.until is not None:
                    self._until(block, block.until, scope)
            case Each():
                self._each(block, scope)
                return
            case Order():
                check_races(self._draft, block, scope)
            case Sequence():
                pass
        for each in parts(block):
            self.block(each, scope)

    def expression(self, given: Expression, types: Mapping[str, object], path: Path) -> object:
        """The type of an expression, whose fields are all there."""
        try:
            return check_expression(given, types)
        except ExpressionFault as fault:
            self._draft.note(
                Problem(path=path, message=fault.message, fix=fault.fix, offset=fault.offset)
            )
            return Any

    def _condition(
        self, given: Expression, types: Mapping[str, object], path: Path, consequence: str
    ) -> None:
        """A condition on fields that are there, which can come out both ways."""
        if not names(given):
            self._constant(given, path)
            return
        before = len(self._draft.problems)
        self.expression(given, types, path)
        if len(self._draft.problems) > before:
            return
        always = certain(given, lambda one: type_of_path(one, types))
        if always is not None:
            self._draft.wrong(
                path,
                f"{given.text!r} is {'always' if always else 'never'} true: {consequence}",
                "Correct the comparison, or take the condition out.",
            )

    def _constant(self, given: Expression, path: Path) -> None:
        self._draft.wrong(
            path,
            f"{given.text!r} depends on no field: one of its ways can never be taken.",
            "Name a field, or take the condition out.",
        )

    def _leaf(self, leaf: Leaf, scope: Scope) -> None:
        optional = _optional(leaf)
        types = scope.types
        check_lapse_types(self._draft, leaf, types)
        for position, name in enumerate(leaf.reads or ()):
            if name not in types and name not in RESERVED and name not in optional:
                place = (*leaf.path, "reads", position)
                self._draft.wrong(
                    self._draft.said.get((leaf.name, name), place),
                    f"{leaf.name!r} reads {name!r}, which is no field{nearest(name, types)}.",
                    f"The fields are: {one_of(types)}.",
                )
        if isinstance(leaf.work, NestedWork):
            for inner, outer in leaf.work.inputs.items():
                self._nested_input(leaf, leaf.work, inner, outer, scope)
        if isinstance(leaf.work, StageWork) and leaf.work.logic is not None:
            self._stage(leaf, leaf.work, leaf.work.logic, scope)

    def _stage(self, leaf: Leaf, work: StageWork, logic: Expression, scope: Scope) -> None:
        """Its logic sees one item, and nothing besides."""
        item = _item_of(scope.own[work.item].annotation)
        self._condition(
            logic,
            {"item": Any if item is None else item},
            (*leaf.path, "routing_logic"),
            "all items go the same way.",
        )

    def _nested_input(
        self, leaf: Leaf, work: NestedWork, inner: str, outer: str, scope: Scope
    ) -> None:
        spec = work.workflow.inputs.get(inner)
        path = (*leaf.path, "inputs", inner)
        unsaid = self._draft.said.get((leaf.name, "input", inner))
        if spec is None:
            known = work.workflow.inputs
            self._draft.wrong(
                path,
                f"{work.workflow.name!r} has no input {inner!r}{nearest(inner, known)}.",
                f"Its inputs are: {one_of(known)}.",
                at_key=True,
            )
        elif unsaid is not None and outer not in scope.types:
            if not spec.has_default:
                self._draft.wrong(
                    unsaid,
                    f"{work.workflow.name!r} needs the input {inner!r}, and there is no field of "
                    f"that name.",
                    f"Add 'inputs' with {inner}: and the field that it is.",
                )
        else:
            given = parse(outer)
            kind = self.expression(given, scope.types, path)
            if not _may_be(kind, spec.annotation):
                self._draft.wrong(
                    unsaid or path,
                    f"The input {inner!r} is {text_of(spec.annotation)} in "
                    f"{work.workflow.name!r}, and {outer!r} is {text_of(kind)}.",
                    "Say with 'inputs' which field it is.",
                )

    def _branch(self, branch: Branch, scope: Scope) -> None:
        if branch.logged:
            self.decided_on |= names(branch.on)
        types = scope.types
        if branch.path[-1] == "if":
            self._condition(branch.on, types, branch.path, "one of its ways can never be taken.")
            return
        path = (*branch.path, "on")
        if not names(branch.on):
            self._constant(branch.on, path)
            return
        kind = self.expression(branch.on, types, path)
        possible = values_of(kind)
        if possible is None:
            return
        if kind is bool and isinstance(branch.on.tree, Comparison | Chain | And | Or | Not):
            always = certain(branch.on, lambda one: type_of_path(one, types))
            possible = possible if always is None else (case_text(always),)
        for value in (value for case in branch.cases for value in case.values):
            if value not in possible:
                added = self._draft.said.get((branch.name, "case", value))
                self._draft.wrong(
                    added or (*branch.path, "cases", value),
                    f"{branch.on.text!r} is never {value!r}{nearest(value, possible)}.",
                    f"It is one of: {', '.join(possible)}.",
                    at_key=added is None,
                )

    def _each(self, each: Each, scope: Scope) -> None:
        kind = self.expression(each.over, scope.types, (*each.path, "over"))
        item = _item_of(kind)
        if item is None:
            self._draft.wrong(
                (*each.path, "over"),
                f"{each.over.text!r} is no list.",
                f"It is {text_of(kind)}; name a field that holds a list.",
            )
            return
        own = each.scope.own
        assert isinstance(own, MutableMapping)
        spec = own[each.item]
        listed: Any = list[item] if each.chunk is not None else item  # type: ignore[valid-type]  # made at run time
        own[each.item] = dataclasses.replace(spec, annotation=listed)
        self.block(each.body, each.scope)

    def _until(self, repeat: Repeat, until: Expression, scope: Scope) -> None:
        if repeat.asks is None:
            self.decided_on |= names(until)
        where = (*repeat.path, "until")
        self._condition(until, scope.types, where, "the loop would always end the same way.")


def _optional(leaf: Leaf) -> frozenset[str]:
    work = leaf.work
    return signature_of(work.function).optional if isinstance(work, FunctionWork) else frozenset()


def _may_be(kind: object, annotation: object) -> bool:
    """Can a value of one type be one of the other, as far as their writing shows it?"""
    if any(_is_inline(each) for each in (*shapes(kind), *shapes(annotation))):
        return True  # two definitions that write down one schema have two classes: the gate looks
    return any(may_equal(one, other) for one in shapes(kind) for other in shapes(annotation))


def _is_inline(kind: object) -> bool:
    return getattr(kind, "__module__", "").startswith(f"{SCHEMAS}.")


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
