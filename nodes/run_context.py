"""What a function's step may know of its run."""

from langgraph.runtime import Runtime

from ..state.context import RunContext


def context_of(runtime: Runtime[RunContext]) -> RunContext:
    """The run's own; a plain ``graph.invoke`` gives none, and is offline."""
    given: RunContext | None = runtime.context
    return RunContext() if given is None else given
