"""A step with a state of its own: a map's steps for each item, and another workflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import DalsegnoError, DefinitionError
from ..names import nearest
from .blocks import Targets, nothing, written
from .draft import Draft, field_spec
from .flow import Block, Each, NestedWork, Path, Resolved, Scope
from .making import block, declared, leaf
from .steps import Step


def each(draft: Draft, step: Step, path: Path) -> Block:
    given = step.map
    assert given is not None
    over = draft.expression(given.over, (*path, "map", "over"))
    own, outer = draft.own, draft.outer
    draft.own, draft.outer = {given.as_: field_spec(Any)}, (own, *outer)
    body = block(draft, given.steps, (*path, "map", "steps"), name=f"{step.step}_body")
    scope = Scope(own=draft.own, outer=draft.outside)
    draft.own, draft.outer = own, outer
    if body is None:
        return nothing(step.step, path)
    collect = given.collect
    fields = tuple(written(body))
    if collect is not None and collect not in fields:
        draft.wrong(
            (*path, "map", "collect"),
            f"No step of the map writes {collect!r}{nearest(collect, fields)}.",
            f"Its steps write: {', '.join(fields) or 'nothing'}.",
        )
    if not fields:
        draft.wrong((*path, "map", "steps"), "The map's steps write nothing to collect.")
        return nothing(step.step, path)
    result = collect if collect in fields else fields[-1]
    item = scope.own[result].annotation if result in scope.own else Any
    listed: Any = list[item]  # type: ignore[valid-type]  # a type made at run time
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


def nested(draft: Draft, step: Step, path: Path, targets: Targets) -> Block:
    resolved = nested_of(draft, step, path)
    if resolved is None:
        return nothing(step.step, path)
    inputs = dict(step.inputs or {})
    for name in resolved.inputs:
        inputs.setdefault(name, name)
    outputs = step.outputs or {step.step: ""}
    for field in outputs:
        inner = outputs[field]
        kind: object = dict[str, Any]
        if inner and inner in resolved.scope.own:
            kind = resolved.scope.own[inner].annotation
        draft.write(field, field_spec(kind), (*path, "workflow"))
    writes = {f: draft.own[f].annotation for f in outputs if f in draft.own}
    work = NestedWork(workflow=resolved, inputs=inputs, outputs=dict(outputs))
    return leaf(draft, step, path, work, writes, targets=targets)


def nested_of(draft: Draft, step: Step, path: Path) -> Resolved | None:
    """The other workflow, resolved."""
    from .resolve import resolve

    try:
        inner = draft.ports.load(step.workflow)
        return resolve(inner, draft.ports)
    except DefinitionError as error:
        inside = isinstance(step.workflow, Mapping)
        for each in error.problems:
            where = (*path, "workflow", *(each.path if inside else ()))
            draft.wrong(where, each.message, each.fix)
    except DalsegnoError as error:
        draft.wrong((*path, "workflow"), error.message, error.fix)
    return None
