"""A definition resolved: its flow as a tree, its fields with types, and every fault found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from ..errors import DefinitionError, Problem
from ..names import nearest
from .blocks import block_of, review_of, written
from .checks import check
from .classes import fields_of_class
from .draft import RESERVED, Draft, Ports
from .flow import Block, FieldSpec, Path, Resolved, Scope, Sequence
from .groups import unknown_branch
from .making import make_step
from .reviews import review_leaf
from .schemas import module_of, schemas_of
from .steps import Step
from .types import TypeFault
from .workflow import UNORDERED, Checkpoint, Workflow


def resolve(workflow: Workflow, ports: Ports) -> Resolved:
    """Everything looked up.

    Raises:
        DefinitionError: with every fault of the first kind found: names and types, or, when
            these are right, the flow.
    """
    schemas, faults = _schemas(workflow)
    if faults:
        raise DefinitionError(faults)
    base = None if workflow.base is None else FilePath(workflow.base)
    draft = Draft(workflow=workflow, ports=ports, base=base, schemas=schemas)
    inputs, inputs_class = _fields(draft, workflow.inputs, ("inputs",))
    state, state_class = _fields(draft, workflow.state, ("state",))
    draft.own.update({**inputs, **state})
    _unique(draft)
    steps = _steps(draft)
    flow = block_of(
        draft,
        steps,
        lambda step, path, targets: make_step(draft, step, path, targets),
        name="workflow",
        unordered=workflow.pattern in UNORDERED,
    )
    flow = _last_checkpoints(draft, flow)
    _raise(draft)
    resolved = Resolved(
        name=workflow.name,
        version=workflow.version,
        flow=flow,
        scope=Scope(own=draft.own),
        inputs=inputs,
        inputs_class=inputs_class,
        state_class=state_class,
        outputs={
            name: draft.expression(text, ("outputs", name))
            for name, text in (workflow.outputs or {}).items()
        },
        reviews=draft.reviews,
        gates={
            each.name: draft.imported(each.function, ("gates", position, "function"))
            for position, each in enumerate(workflow.gates)
        },
        tools=_tools(draft),
        context_engineering=workflow.context_engineering,
    )
    _raise(draft)
    return check(draft, resolved)


def _raise(draft: Draft) -> None:
    if draft.problems:
        raise DefinitionError(draft.problems)


def _schemas(workflow: Workflow) -> tuple[Mapping[str, type], list[Problem]]:
    """The declared schemas as classes."""
    if not workflow.schemas:
        return {}, []
    try:
        module = module_of(workflow.name, workflow.schemas)
        return schemas_of(workflow.schemas, module=module), []
    except TypeFault as fault:
        problem = Problem(
            path=("schemas", *fault.path),
            message=fault.message,
            fix=fault.fix,
            offset=fault.offset,
        )
        return {}, [problem]


def _fields(draft: Draft, given: object, path: Path) -> tuple[dict[str, FieldSpec], type | None]:
    """Fields given one by one, or as a class."""
    if isinstance(given, Mapping):
        found = {}
        for name, spec in given.items():
            if name in RESERVED:
                draft.wrong((*path, name), f"{name!r} is a field that every workflow has already.")
            found[name] = draft.type(spec, (*path, name))
        return found, None
    made = draft.imported(given, path)
    if made is None:
        return {}, None
    try:
        fields = fields_of_class(made)
    except TypeError as error:
        draft.wrong(path, f"{given!r} gives no fields: {error}.", "Name a Pydantic model.")
        return {}, None
    own = {name: each for name, each in fields.items() if name not in RESERVED}
    return own, made if isinstance(made, type) else None


def _unique(draft: Draft) -> None:
    """Agents, tools, gates and checkpoints each have one name."""
    workflow = draft.workflow
    for key, names in (
        ("agents", [each.name for each in workflow.agents]),
        ("tools", [each.name for each in workflow.tools]),
        ("gates", [each.name for each in workflow.gates]),
        ("human_checkpoints", [each.name for each in workflow.human_checkpoints]),
    ):
        for position, name in enumerate(names):
            if name in names[:position]:
                draft.wrong((key, position, "name"), f"{name!r} is declared twice under {key!r}.")


def _tools(draft: Draft) -> dict[str, object]:
    """The declared tools; agents list no others."""
    found = {
        each.name: draft.imported(each.function, ("tools", position, "function"))
        for position, each in enumerate(draft.workflow.tools)
    }
    for position, agent in enumerate(draft.workflow.agents):
        for index, tool in enumerate(agent.tools):
            if tool not in found:
                draft.wrong(
                    ("agents", position, "tools", index),
                    f"There is no tool {tool!r}{nearest(tool, found)}.",
                    f"Tools are declared under 'tools'; there are: {', '.join(found) or 'none'}.",
                )
    return found


def _steps(draft: Draft) -> list[tuple[Step, Path]]:
    """The top-level steps but those that add themselves to others, which are put there."""
    every = {each.step: each for each in _all_steps(draft.workflow.workflow_steps)}
    unknown_branch(draft, every)
    _checkpoints_have_a_place(draft, every)
    found: list[tuple[Step, Path]] = []
    for position, each in enumerate(draft.workflow.workflow_steps):
        if each.branch_of is None:
            found.append((_with_added_cases(draft, each), ("workflow_steps", position)))
    return found


def _all_steps(steps: Any) -> list[Step]:  # Any: tuples of steps and names, nested in models
    from .walking import steps_within

    return list(steps_within(steps))


def _with_added_cases(draft: Draft, step: Step) -> Step:
    """A route with the cases that add themselves to it, wherever in the step it stands."""
    from .walking import rebuilt

    added: dict[str, dict[str, tuple[Step, ...]]] = {}
    for each in draft.workflow.workflow_steps:
        if each.branch_of is not None and each.case is not None:
            added.setdefault(each.branch_of, {})[each.case] = (each,)

    def extend(one: Step) -> Step:
        if one.route is None or one.step not in added:
            return one
        cases = {**one.route.cases, **added[one.step]}
        return one.model_copy(update={"route": one.route.model_copy(update={"cases": cases})})

    return rebuilt(step, extend) if added else step


def _checkpoints_have_a_place(draft: Draft, steps: Mapping[str, Step]) -> None:
    """Every human checkpoint stands after some step; a bare name says it by itself.

    ``research_validation`` stands after ``research``, ``final_…`` after everything.
    """
    placed = []
    for position, each in enumerate(draft.workflow.human_checkpoints):
        where = ("human_checkpoints", position)
        own = steps.get(each.name)
        if own is not None and own.review is not None and each.after is None:
            continue  # it is a review step, and named for the record
        after = each.after
        if after is None:
            stem = each.name.rpartition("_")[0]
            after = stem if stem in steps else None
        if after is None and each.name.startswith("final"):
            placed.append(each)
            continue
        if after is None or after not in steps:
            known = nearest(after or each.name, steps)
            draft.wrong(
                (*where, "after") if each.after else where,
                f"The checkpoint {each.name!r} stands after no step{known}.",
                "Write {name: …, after: <step>}.",
            )
            continue
        placed.append(each.model_copy(update={"after": after}))
    draft.workflow = draft.workflow.model_copy(update={"human_checkpoints": tuple(placed)})


def _last_checkpoints(draft: Draft, flow: Block) -> Block:
    """The checkpoints that stand after everything."""
    last = [each for each in draft.workflow.human_checkpoints if each.after is None]
    if not last:
        return flow
    leaves = [_checkpoint(draft, each, flow) for each in last]
    return Sequence(steps=(flow, *leaves))


def _checkpoint(draft: Draft, given: Checkpoint, flow: Block) -> Block:
    fields = (
        tuple(draft.workflow.outputs or ()) or tuple(last_written(flow)) or tuple(written(flow))
    )
    shown = tuple(each for each in fields if each in draft.own)
    return review_leaf(draft, given.name, review_of(given, shown), ("human_checkpoints",))


def last_written(flow: Block) -> dict[str, object]:
    """What the last step of a flow writes."""
    return last_written(flow.steps[-1]) if isinstance(flow, Sequence) else written(flow)
