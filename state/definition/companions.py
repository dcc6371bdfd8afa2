"""The keys of a step that say nothing for its kind: they would be passed over in silence."""

from __future__ import annotations

from collections.abc import Mapping

from .draft import Draft
from .flow import Path
from .steps import Step

#: Steps that are nodes, which can fail, take time and be looked at by gates.
_NODES = ("agent", "agents", "function", "chat", "team", "workflow", "batches")
#: Which kinds of step each key is for, where not for all.
_FOR: Mapping[str, tuple[str, ...]] = {
    "task": ("agent", "agents", "chat", "team", "route"),
    "inputs": ("workflow",),
    "outputs": ("workflow",),
    "reads": (*_NODES, "review", "route"),
    "writes": ("agent", "agents", "function", "team", "map", "batches"),
    "validation_gates": (*_NODES, "route"),
    "error_handling": (*_NODES, "route"),
    "timeout": (*_NODES, "route"),
    "cache": ("agent", "function"),
    # Of several nodes in one step, each would lead there.
    "fallback": ("agent", "function", "workflow", "route"),
}
_MEANT: Mapping[str, str] = {
    "writes": "What it leaves is a field named like the step.",
    "inputs": "Say with 'reads' what the step is given.",
    "outputs": "Say with 'writes' which fields the step fills.",
    "fallback": "Put it on a step that is one agent, function or workflow.",
}
#: Kinds that hold other steps.
_HOLDS = ("if", "loop", "map", "parallel", "route")


def check_companions(draft: Draft, step: Step, path: Path) -> None:
    """Each key of the step goes with what the step is."""
    kind = step.kind
    for key, kinds in _FOR.items():
        if kind not in kinds and getattr(step, key) not in (None, (), "", False):
            draft.wrong(
                (*path, key),
                f"{key!r} goes with {', '.join(kinds)} only; {step.step!r} is "
                f"{'an' if kind[0] in 'aio' else 'a'} {kind} step.",
                _MEANT.get(key, _elsewhere(kind)),
                at_key=True,
            )
    handling = step.error_handling
    if handling is None or kind in {"agent", "agents"}:
        return
    for key in ("substitute", "fallback_strategy"):
        if getattr(handling, key) is not None and (
            key == "substitute" or handling.fallback_strategy == "substitute"
        ):
            draft.wrong(
                (*path, "error_handling", key),
                f"Only for an agent another can step in, and {step.step!r} is "
                f"{'an' if kind[0] in 'aio' else 'a'} {kind} step.",
                "Use 'fallback' with steps of its own, or fallback_strategy: escalate.",
            )
            return


def _elsewhere(kind: str) -> str:
    if kind in _HOLDS:
        return "Put it on the steps within, or take it out."
    return "Take it out."


def only_of_nodes(draft: Draft, step: Step, path: Path, what: str) -> None:
    """A route that no agent decides is no node, and takes none of what nodes have."""
    for key, kinds in _FOR.items():
        if "route" in kinds and getattr(step, key) not in (None, (), "", False):
            draft.wrong(
                (*path, key),
                f"{key!r} says nothing here: {step.step!r} is {what}, which no agent decides.",
                "Put it on the steps that it leads to, or take it out.",
                at_key=True,
            )
