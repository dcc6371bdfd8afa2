"""Workflows by name. Names and descriptions are known without importing LangGraph."""

from importlib import import_module

from ..state.errors import NotFoundError
from ..state.names import nearest
from ..state.workflow import Workflow

#: The ready workflows and the module in ``catalog`` that defines each as ``workflow``.
CATALOG = {"investor_summary": "investor_summary"}


def load(workflow: str | Workflow) -> Workflow:
    """A workflow by its catalog name; a Workflow is given back as it is.

    Raises:
        NotFoundError: no workflow of that name; names the nearest.
    """
    if isinstance(workflow, Workflow):
        return workflow
    module = CATALOG.get(workflow)
    if module is None:
        raise NotFoundError(
            f"There is no workflow {workflow!r}{nearest(workflow, CATALOG)}.",
            fix="See the ones there are with: dalsegno catalog.",
        )
    found = import_module(f".catalog.{module}", __package__).workflow
    assert isinstance(found, Workflow)
    return found


def catalog() -> tuple[Workflow, ...]:
    """Every ready workflow, in the order of their names."""
    return tuple(load(name) for name in sorted(CATALOG))
