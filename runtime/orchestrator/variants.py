"""What an orchestrator's switches make of a definition, and how a run remembers it.

A switch that is off takes a part out of the definition, and the run is one of that other
definition. Its version says so behind a plus (``1.0+no_gates.unattended``), so that the run goes
on as it began: after a restart, by another orchestrator, or from the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, get_args

from ...graphs.library import nested_in
from ...graphs.program import Program, program
from ...state.definition.steps import Step
from ...state.definition.walking import rebuilt, steps_within
from ...state.definition.workflow import Checkpoint, Workflow
from ...state.run import RunRecord
from .building import OpenWorkflow, opened

Mark = Literal["open", "no_context", "no_gates", "no_recovery", "unattended", "final_approval"]
MARKS: tuple[Mark, ...] = get_args(Mark)
#: The review that stands at the end where people are wanted and none is named.
FINAL = "final_approval"


def marks_of(
    workflow: Workflow,
    inputs: Iterable[str],
    *,
    context: bool,
    gates: bool,
    recovery: bool,
    oversight: bool,
) -> tuple[Mark, ...]:
    """What switches and inputs change about this workflow; what changes nothing is not marked."""
    people = _unattended(workflow) != workflow
    changed: Mapping[Mark, bool] = {
        "open": isinstance(workflow, OpenWorkflow) and opened(workflow, inputs) != workflow,
        "no_context": not context and _without_context(workflow) != workflow,
        "no_gates": not gates and _without_gates(workflow) != workflow,
        "no_recovery": not recovery and _without_recovery(workflow) != workflow,
        "unattended": not oversight and people,
        "final_approval": oversight and not people and FINAL not in _names(workflow),
    }
    return tuple(mark for mark in MARKS if changed[mark])


def varied(workflow: Workflow, marks: Iterable[Mark], inputs: Iterable[str]) -> Workflow:
    """The workflow as a run of it with these marks and inputs is made from."""
    made = tuple(mark for mark in MARKS if mark in set(marks))
    if not made:
        return workflow
    changes: Mapping[Mark, Callable[[Workflow], Workflow]] = {
        "open": lambda one: opened(one, inputs) if isinstance(one, OpenWorkflow) else one,
        "no_context": _without_context,
        "no_gates": _without_gates,
        "no_recovery": _without_recovery,
        "unattended": _unattended,
        "final_approval": lambda one: one.model_copy(
            update={"human_checkpoints": (Checkpoint(name=FINAL),)}
        ),
    }
    for mark in made:
        workflow = changes[mark](workflow)
    version = f"{workflow.version}+{'.'.join(made)}"
    about = workflow.workflow_definition.model_copy(update={"version": version})
    return workflow.model_copy(update={"workflow_definition": about})


def marks_in(version: str) -> tuple[Mark, ...]:
    """The marks behind a version; a plus of the user's own is none of ours."""
    behind = version.rpartition("+")[2].split(".") if "+" in version else []
    found = tuple(mark for mark in MARKS if mark in behind)
    return found if len(found) == len(behind) else ()


def as_begun(base: Program, record: RunRecord) -> Program:
    """The program of a run, from its workflow and what its record says of the switches."""
    marks = marks_in(record.version)
    if not marks or marks_in(base.workflow.version) == marks:
        return base
    return program(varied(base.workflow, marks, record.inputs))


def _names(workflow: Workflow) -> set[str]:
    return {each.step for each in steps_within(workflow.workflow_steps)}


def _checkpoints(workflow: Workflow) -> tuple[Checkpoint, ...]:
    """The human checkpoints but those that only name a review step, which is there anyway."""
    reviews = {
        each.step for each in steps_within(workflow.workflow_steps) if each.review is not None
    }
    return tuple(
        each
        for each in workflow.human_checkpoints
        if each.name not in reviews or each.after is not None
    )


def _changed(workflow: Workflow, change: Callable[[Step], Step]) -> tuple[Step, ...]:
    return tuple(rebuilt(each, change) for each in workflow.workflow_steps)


def _throughout(workflow: Workflow, change: Callable[[Workflow], Workflow]) -> Workflow:
    """The workflow with every one that it nests changed; those that stay the same stay as given."""

    def nested(step: Step) -> Step:
        if step.workflow is None:
            return step
        inner = nested_in(workflow, step.workflow)
        made = change(inner)
        return step if made == inner else step.model_copy(update={"workflow": made})

    steps = _changed(workflow, nested)
    if steps == workflow.workflow_steps:
        return workflow
    return workflow.model_copy(update={"workflow_steps": steps})


def _without_context(workflow: Workflow) -> Workflow:
    bare = _throughout(workflow, _without_context)
    return (
        bare.model_copy(update={"context_engineering": False}) if bare.context_engineering else bare
    )


def _unattended(workflow: Workflow) -> Workflow:
    bare = _throughout(workflow, _unattended)
    return bare.model_copy(update={"human_checkpoints": ()}) if _checkpoints(bare) else bare


def _without_gates(workflow: Workflow) -> Workflow:
    workflow = _throughout(workflow, _without_gates)

    def bare(step: Step) -> Step:
        return step.model_copy(update={"validation_gates": ()}) if step.validation_gates else step

    steps = _changed(workflow, bare)
    return workflow.model_copy(update={"validation_gates": (), "workflow_steps": steps})


def _without_recovery(workflow: Workflow) -> Workflow:
    """No retry, no substitute, no fallback: the first failure ends the run."""
    workflow = _throughout(workflow, _without_recovery)
    led_to = {
        name
        for step in steps_within(workflow.workflow_steps)
        for name in step.fallback or ()
        if isinstance(name, str)
    }

    def bare(step: Step) -> Step:
        if step.error_handling is None and step.fallback is None:
            return step
        return step.model_copy(update={"error_handling": None, "fallback": None})

    agents = tuple(
        each if each.error_handling is None else each.model_copy(update={"error_handling": None})
        for each in workflow.agents
    )
    # A step that only a fallback leads to would otherwise stand in the row.
    kept = [each for each in workflow.workflow_steps if each.step not in led_to]
    steps = tuple(rebuilt(each, bare, keep=lambda inner: inner.step not in led_to) for each in kept)
    return workflow.model_copy(
        update={"error_handling": None, "agents": agents, "workflow_steps": steps}
    )
