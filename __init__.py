"""Dalsegno: agent workflows on LangGraph that survive crashes, waits and second clicks.

The public names below are loaded when first used, so that ``import dalsegno`` costs next to
nothing and nothing that needs no graph ever pays for LangGraph.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .graphs.calling import call
    from .graphs.compiler import compile
    from .graphs.library import load
    from .runtime.orchestrator.facade import WorkflowOrchestrator
    from .runtime.run import Run
    from .runtime.runtime import Runtime
    from .state.definition.workflow import Agent, Workflow
    from .state.errors import DalsegnoError

__version__ = "0.1.0"

_HOMES = {
    "Agent": ".state.definition.workflow",
    "DalsegnoError": ".state.errors",
    "Run": ".runtime.run",
    "Runtime": ".runtime.runtime",
    "Workflow": ".state.definition.workflow",
    "WorkflowOrchestrator": ".runtime.orchestrator.facade",
    "call": ".graphs.calling",
    "compile": ".graphs.compiler",
    "load": ".graphs.library",
}

__all__ = [
    "Agent",
    "DalsegnoError",
    "Run",
    "Runtime",
    "Workflow",
    "WorkflowOrchestrator",
    "call",
    "compile",
    "load",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home, __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
