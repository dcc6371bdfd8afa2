"""Workflows by name, by path and as data. Names are known without importing LangGraph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..state.errors import DefinitionError, InputError, NotFoundError
from ..state.names import nearest

if TYPE_CHECKING:
    from ..state.definition.draft import Fault, Ports
    from ..state.definition.flow import Resolved
    from ..state.definition.steps import GateUse
    from ..state.definition.workflow import Workflow

#: The ready workflows; each is a folder in ``catalog`` with a ``definition.yaml``.
CATALOG = ("investor_summary",)
_SUFFIXES = (".yaml", ".yml", ".json")


def load(workflow: str | Path | Mapping[str, object] | Workflow) -> Workflow:
    """A workflow by its catalog name, from a YAML file, or from a dict; checked throughout.

    Raises:
        NotFoundError: no workflow of that name; names the nearest.
        DefinitionError: the definition is wrong: file, line and column, what was found, what to do.
    """
    from ..state.definition.workflow import Workflow as Definition

    if isinstance(workflow, Definition):
        found = workflow
    elif isinstance(workflow, Mapping):
        found = _of_data(workflow)
    elif isinstance(workflow, Path) or _is_path(workflow):
        return _of_file(Path(workflow))
    else:
        return _of_catalog(workflow)
    resolved(found)
    return found


def _is_path(name: str) -> bool:
    return name.endswith(_SUFFIXES) or "/" in name


def _of_catalog(name: str) -> Workflow:
    if name not in CATALOG:
        near = Path(f"{name}.yaml")
        meant = f" The file {str(near)!r} is: give it with its ending." if near.is_file() else ""
        raise NotFoundError(
            f"There is no workflow {name!r}{nearest(name, CATALOG)}.",
            fix=f"See the ones there are with: dalsegno catalog.{meant}",
        )
    return _ready(name)


@lru_cache
def _ready(name: str) -> Workflow:
    return _of_file(Path(__file__).parent / "catalog" / name / "definition.yaml")


def _of_data(data: Mapping[str, object]) -> Workflow:
    from ..state.definition.reading import workflow_from

    return workflow_from(data)


def _of_file(path: Path) -> Workflow:
    """A definition's file; every fault is placed at its line and column."""
    from ..state.definition.reading import workflow_from
    from .yaml_text import located, read_file

    if path.suffix.lower() not in _SUFFIXES:
        raise InputError(
            f"{str(path)!r} is no definition's file.",
            fix=f"A definition's file ends in {', '.join(_SUFFIXES)}.",
        )
    text = read_file(path)
    try:
        found = workflow_from(text.data, source=str(path))
        found = found.located(str(path.resolve().parent))
        resolved(found)
    except DefinitionError as error:
        raise located(error, text) from None
    return found


def resolved(workflow: Workflow) -> Resolved:
    """A definition's flow and fields, looked up; done once for each object.

    Raises:
        DefinitionError: with every fault found.
    """
    return _resolved(_Once(workflow))


class _Once:
    """A definition by its identity: equal ones may refer to different objects."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow

    def __hash__(self) -> int:
        return id(self.workflow)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Once) and other.workflow is self.workflow


@lru_cache(maxsize=64)
def _resolved(once: _Once) -> Resolved:
    from ..state.definition.resolve import resolve

    return resolve(once.workflow, _ports(once.workflow.base))


def _ports(base: str | None) -> Ports:
    from ..state.definition.draft import Ports

    def inner(given: object) -> Workflow:
        if isinstance(given, str) and _is_path(given) and base is not None:
            return load(Path(base) / given)
        return load(given)  # type: ignore[arg-type]  # anything else is refused there

    return Ports(load=inner, gate_fault=gate_fault)


def gate_fault(use: GateUse, own: Iterable[str]) -> Fault | None:
    """What is wrong with a step's use of a gate; None when nothing is."""
    from pydantic import ValidationError

    from ..nodes.gates import ALIASES, GATES, gate_named
    from ..state.definition.draft import Fault

    if use.gate in own:
        return None
    try:
        gate = gate_named(use.gate)
        gate.params.model_validate(dict(use.with_))
    except NotFoundError:
        meant = nearest(use.gate, [*GATES, *ALIASES, *own])
        return Fault(
            message=f"There is no gate {use.gate!r}{meant}.",
            fix=f"There are: {', '.join(GATES)}; your own are declared under 'gates'.",
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = tuple(first["loc"])
        name = ".".join(str(part) for part in where)
        known = tuple(gate.params.model_fields)
        extra = first["type"] == "extra_forbidden"
        meant = nearest(name, known) if extra else ""
        what = f"no parameter {name!r}{meant}" if extra else f"a wrong {name!r}: {first['msg']}"
        return Fault(
            message=f"The gate {use.gate!r} takes {what}.",
            fix=f"Its parameters are: {', '.join(known)}.",
            within=("with", *where),
        )
    return None
