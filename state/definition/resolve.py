"""A definition resolved: its flow as a tree, its fields with types, and every fault found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath

from ..errors import DefinitionError
from ..names import nearest
from .blocks import block_of, review_of, written
from .branches import add_branches
from .checks import check
from .classes import fields_of_class
from .draft import RESERVED, Draft, Ports, problem_of
from .flow import Block, FieldSpec, Path, Resolved, Scope, Sequence
from .importing import is_beside, mark_of
from .making import make_step
from .policies import ErrorHandling
from .reviews import review_leaf
from .schemas import module_of, schemas_of
from .steps import Step
from .types import TypeFault
from .walking import steps_within
from .workflow import UNORDERED, Checkpoint, Workflow


def resolve(workflow: Workflow, ports: Ports) -> Resolved:
    """Everything looked up.

    Raises:
        DefinitionError: with every fault of the first kind found: names and types, or, when
            these are right, the flow.
    """
    base = None if workflow.base is None else FilePath(workflow.base)
    schemas = _schemas(workflow, base)
    draft = Draft(workflow=workflow, ports=ports, base=base, schemas=schemas)
    inputs, inputs_class = _fields(draft, workflow.inputs, ("inputs",))
    state, state_class = _fields(draft, workflow.state, ("state",))
    draft.own.update({**inputs, **state})
    _unique(draft)
    _check_shared(draft)
    add_branches(draft)
    _raise(draft)  # steps that stand nowhere would be missed everywhere
    _place_checkpoints(draft)
    steps = _steps(draft)
    flow = block_of(
        draft,
        steps,
        make_step,
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
        effects={each.name: each.effect for each in draft.workflow.tools},
        context_engineering=workflow.context_engineering,
    )
    _raise(draft)
    return check(draft, resolved)


def _raise(draft: Draft) -> None:
    if draft.problems:
        raise DefinitionError(draft.problems)


def _schemas(workflow: Workflow, base: FilePath | None) -> Mapping[str, type]:
    """The declared schemas as classes."""
    declared = workflow.schemas
    if not declared:
        return {}
    name = workflow.name
    if base is not None and any(is_beside(each, base) for each in _texts(declared)):
        # Another folder's module of the same name has other classes.
        name = f"{name}_{mark_of(base)}"
    try:
        return schemas_of(declared, module=module_of(name, declared), base=base)
    except TypeFault as fault:
        raise DefinitionError([problem_of(fault, ("schemas",))]) from None


def _texts(given: object) -> Iterator[str]:
    """Every text in plain data."""
    if isinstance(given, str):
        yield given
    elif isinstance(given, Mapping):
        for each in given.values():
            yield from _texts(each)


def _fields(draft: Draft, given: object, path: Path) -> tuple[dict[str, FieldSpec], type | None]:
    """Fields given one by one, or as a class."""
    if isinstance(given, Mapping):
        found = {}
        for name, spec in given.items():
            if name in RESERVED:
                draft.taken(name, (*path, name), at_key=True)
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
    """Agents, tools and gates each have one name."""
    workflow = draft.workflow
    for key, names in (
        ("agents", [each.name for each in workflow.agents]),
        ("tools", [each.name for each in workflow.tools]),
        ("gates", [each.name for each in workflow.gates]),
    ):
        seen: set[str] = set()
        for position, name in enumerate(names):
            if name in seen:
                draft.wrong(
                    (key, position, "name"),
                    f"{name!r} is declared twice under {key!r}.",
                    "Take one of the two out, or give it another name.",
                )
            seen.add(name)


def _check_shared(draft: Draft) -> None:
    """What is said of all agents' steps, and of each agent, holds even where no step shows it."""
    workflow = draft.workflow
    for position, use in enumerate(workflow.validation_gates):
        draft.gate(use, ("validation_gates", position))
    places: list[tuple[ErrorHandling | None, Path]] = [(workflow.error_handling, ())]
    for position, agent in enumerate(draft.agents.values()):
        places.append((agent.error_handling, ("agents", position)))
        if agent.output is not None:
            draft.type(agent.output, ("agents", position, "output"))
    for handling, path in places:
        if handling is not None and handling.substitute is not None:
            draft.agent(handling.substitute, (*path, "error_handling", "substitute"))


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
    return [
        (each, ("workflow_steps", position))
        for position, each in enumerate(draft.workflow.workflow_steps)
        if each.branch_of is None
    ]


def _place_checkpoints(draft: Draft) -> None:
    """Every human checkpoint stands after some step; a bare name says it by itself.

    ``research_validation`` stands after ``research``, ``final_…`` after everything.
    """
    reviews = {
        each.step for each in steps_within(draft.workflow.workflow_steps) if each.review is not None
    }
    for position, each in enumerate(draft.workflow.human_checkpoints):
        if each.name in reviews and each.after is None:
            continue  # it is a review step, and named for the record
        after = each.after
        stem = each.name.rpartition("_")[0]
        if after is None and stem in draft.step_names:
            after = stem
        last = after is None and each.name.startswith("final")
        if after not in draft.step_names and not last:
            known = nearest(after or stem, draft.step_names)
            draft.wrong(
                ("human_checkpoints", position, "after" if each.after else "name"),
                f"The checkpoint {each.name!r} stands after no step{known}.",
                "Write {name: …, after: <step>}.",
            )
            continue
        draft.placed.setdefault(after or "", []).append((position, each))


def _last_checkpoints(draft: Draft, flow: Block) -> Block:
    """The checkpoints that stand after everything."""
    last = draft.placed.get("", [])
    if not last:
        return flow
    leaves = [_checkpoint(draft, each, position, flow) for position, each in last]
    return Sequence(steps=(flow, *leaves))


def _checkpoint(draft: Draft, given: Checkpoint, position: int, flow: Block) -> Block:
    fields = (
        tuple(draft.workflow.outputs or ()) or tuple(last_written(flow)) or tuple(written(flow))
    )
    shown = tuple(each for each in fields if each in draft.own)
    return review_leaf(draft, given.name, review_of(given, shown), ("human_checkpoints", position))


def last_written(flow: Block) -> dict[str, object]:
    """What the last step of a flow writes."""
    return last_written(flow.steps[-1]) if isinstance(flow, Sequence) else written(flow)
