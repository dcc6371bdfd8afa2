"""A step with a state of its own: a map's steps for each item, and another workflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..errors import DalsegnoError, DefinitionError
from ..names import nearest
from .blocks import Targets, nothing, written
from .draft import Draft, field_spec, one_of
from .expressions import check as check_expression
from .expressions import names
from .flow import (
    Block,
    Branch,
    Each,
    Leaf,
    NestedWork,
    Order,
    Path,
    Repeat,
    Resolved,
    ReviewWork,
    Scope,
    Sequence,
)
from .making import block, declared, leaf
from .steps import Step


def each(draft: Draft, step: Step, path: Path) -> Block:
    given = step.map
    assert given is not None
    over = draft.expression(given.over, (*path, "map", "over"))
    own, outer, before = draft.own, draft.outer, len(draft.problems)
    if (given.as_ in own or given.as_ in draft.outside) and given.as_ not in draft.items:
        draft.wrong(
            (*path, "map", "as") if "as_" in given.model_fields_set else (*path, "map"),
            f"An item is called {given.as_!r} here, which is a field already.",
            "Give it another name with 'as'.",
        )
    draft.items.add(given.as_)
    draft.own, draft.outer = {given.as_: field_spec(Any)}, (own, *outer)
    body = block(draft, given.steps, (*path, "map", "steps"), name=f"{step.step}_body")
    scope = Scope(own=draft.own, outer=draft.outside)
    draft.own, draft.outer = own, outer
    if body is None:
        return nothing(step.step, path)
    collect = given.collect
    fields = tuple(written(body))
    if collect is not None and collect not in fields and len(draft.problems) == before:
        draft.wrong(
            (*path, "map", "collect"),
            f"No step of the map writes {collect!r}{nearest(collect, fields)}.",
            f"Its steps write: {', '.join(fields) or 'nothing'}.",
        )
    if not fields:
        if len(draft.problems) == before:  # a step that was refused writes nothing yet
            draft.wrong(
                (*path, "map", "steps"),
                "The map's steps write nothing to collect.",
                "Let one of them return a value, and say with 'writes' which field it fills.",
            )
        return nothing(step.step, path)
    result = collect if collect in fields else fields[-1]
    item: Any = scope.own[result].annotation if result in scope.own else Any
    spared = result in scope.own and scope.own[result].has_default
    if item is not Any and (_may_stop(body) or not (spared or _always_writes(body, result))):
        item = item | None
    listed: Any = list[item]
    into = next(iter(declared(draft, step, path, default=listed)), step.step)
    return Each(
        name=step.step,
        over=over,
        item=given.as_,
        body=body,
        scope=scope,
        collect=(result,),
        into=into,
        path=(*path, "map"),
    )


def _always_writes(body: Block, field: str) -> bool:
    """Does every way through write the field?"""
    from .checks import parts

    match body:
        case Leaf(fallback=other):
            skips = other is None and body.handling.fallback_strategy == "skip"
            spared = other is None or _always_writes(other, field)
            given = not isinstance(body.work, NestedWork) or _always_gives(body.work, field)
            return field in body.writes and spared and not skips and given
        case Sequence() | Order() | Repeat():
            return any(_always_writes(each, field) for each in parts(body))
        case Branch(fallback=other):
            return other is not None and all(_always_writes(each, field) for each in parts(body))
        case Each(into=into):
            return into == field


def _always_gives(work: NestedWork, field: str) -> bool:
    """Has another workflow, whatever its way, something to give for the field of ours?"""
    inner, name = work.workflow, work.outputs.get(field, "")
    sources = names(inner.outputs[name]) if name in inner.outputs else {name} - {""}
    return all(
        source in inner.inputs
        or (source in inner.scope.own and inner.scope.own[source].has_default)
        or _always_writes(inner.flow, source)
        for source in sources
    )


def _may_stop(body: Block) -> bool:
    """Can a person's rejection end an item before it is done?"""
    from .checks import leaves

    return any(
        isinstance(each.work, ReviewWork) and each.work.review.on_reject != "continue"
        for each in leaves(body)
    )


def nested(draft: Draft, step: Step, path: Path, targets: Targets) -> Block:
    """Another workflow, in a state of its own."""
    resolved = nested_of(draft, step, path)
    if resolved is None:
        return nothing(step.step, path)
    inputs = dict(step.inputs or {})
    for name, text in inputs.items():
        draft.expression(text, (*path, "inputs", name))
    for name in resolved.inputs:
        if name not in inputs:
            draft.said[(step.step, "input", name)] = (*path, "workflow")
            inputs[name] = name
    outputs = step.outputs or {step.step: ""}
    for field, inner in outputs.items():
        kind = _output(draft, resolved, inner, (*path, "outputs", field))
        where = (*path, "outputs", field) if step.outputs else (*path, "step")
        draft.write(field, field_spec(kind), where, at_key=bool(step.outputs))
    writes = {f: draft.own[f].annotation for f in outputs if f in draft.own}
    work = NestedWork(workflow=resolved, inputs=inputs, outputs=dict(outputs))
    return leaf(draft, step, path, work, writes, targets=targets)


def _output(draft: Draft, inner: Resolved, name: str, path: Path) -> object:
    """The type of one of a nested workflow's outputs; of all that it gives, where none is named."""
    if not name:
        return dict[str, Any]
    if name in inner.outputs:
        return check_expression(inner.outputs[name], inner.scope.types)
    if name in inner.scope.own:
        return inner.scope.own[name].annotation
    known = tuple(inner.outputs) or tuple(inner.scope.own)
    draft.wrong(
        path,
        f"{inner.name!r} has no output {name!r}{nearest(name, known)}.",
        f"Its outputs are: {one_of(known)}.",
    )
    return Any


def nested_of(draft: Draft, step: Step, path: Path) -> Resolved | None:
    """The other workflow, resolved."""
    where = (*path, "workflow")
    try:
        return draft.ports.nested(step.workflow)
    except DefinitionError as error:
        for each in error.problems:
            if isinstance(step.workflow, Mapping):  # its places are places of ours
                draft.note(replace(each, path=(*where, *each.path)))
            else:
                said = each.line_of_text(error.source)
                draft.wrong(where, f"The workflow that is nested here is wrong: {said}", each.fix)
    except DalsegnoError as error:
        draft.wrong(where, error.message, error.fix)
    return None
