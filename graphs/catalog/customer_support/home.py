"""Where the workflow keeps its own files: beside those of its runs."""

from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.output import run_directory
from ....nodes.run_context import context_of
from ....state.context import RunContext


def home(runtime: Runtime[RunContext]) -> Path:
    """The directory of the sample's accounts, the shelf of policies and the outbox."""
    directory = run_directory(context_of(runtime), None)
    return directory.absolute().parent / "customer_support"
