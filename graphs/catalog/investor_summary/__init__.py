"""A real annual report in, a reviewed investor summary out.

``workflow`` is the definition; ``graph`` the compiled graph, for LangGraph's own tools.
"""

from typing import TYPE_CHECKING

from .definition import workflow

if TYPE_CHECKING:
    from ...compiler import Graph

__all__ = ["graph", "workflow"]


def __getattr__(name: str) -> "Graph":
    if name == "graph":
        from ...compiler import compile

        return compile(workflow)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
