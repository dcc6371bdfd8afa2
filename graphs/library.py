"""Workflows by name, by path and as data. Names are known without importing LangGraph."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..state.errors import (
    DefinitionError,
    DefinitionWarning,
    InputError,
    NotFoundError,
    Problem,
)
from ..state.names import nearest

if TYPE_CHECKING:
    from ..state.definition.draft import Fault, Ports
    from ..state.definition.flow import Resolved
    from ..state.definition.steps import GateUse
    from ..state.definition.workflow import Workflow

_SUFFIXES = (".yaml", ".yml", ".json", ".py")
_CATALOG = Path(__file__).parent / "catalog"
_YAML, _PYTHON, _SAMPLE = "definition.yaml", "definition.py", "sample.json"
#: The ready workflows; each is a folder with a definition: YAML, or Python's ``workflow``.
CATALOG = tuple(
    sorted(
        each.name
        for each in _CATALOG.iterdir()
        if (each / _YAML).is_file() or (each / _PYTHON).is_file()
    )
)


def load(workflow: str | Path | Mapping[str, object] | Workflow) -> Workflow:
    """A workflow by its catalog name, from a YAML file, or from a dict; checked throughout.

    Raises:
        NotFoundError: no workflow of that name; names the nearest.
        DefinitionError: the definition is wrong: file, line and column, what was found, what to do.
    """
    return _load(workflow, _Around())


@dataclass(frozen=True, kw_only=True)
class _Around:
    """What a workflow is nested in: the file it stands in, and those around that one."""

    file: str | None = None
    files: tuple[str, ...] = ()
    depth: int = 0


def _load(workflow: object, around: _Around) -> Workflow:
    from ..state.definition.given import as_given
    from ..state.definition.workflow import Workflow as Definition

    if isinstance(workflow, Definition):
        _remark(resolved(workflow, around))
        return workflow
    if isinstance(workflow, Mapping):
        found = _of_data(workflow)
        # Its modules lie where those of the file lie that it is written in.
        found = found if around.file is None else found.located(around.file)
        try:
            made = resolved(found, around)
        except DefinitionError as error:
            raise as_given(error, workflow) from None
        _remark(made, lambda said: as_given(said, workflow))
        return found
    if isinstance(workflow, Path) or (isinstance(workflow, str) and _is_path(workflow)):
        path = Path(workflow) if around.file is None else Path(around.file).parent / workflow
        return _of_file(path, around, file=str(path.resolve()))
    if not isinstance(workflow, str):
        raise InputError(
            f"A workflow is a name, a path or a mapping, not {type(workflow).__name__}.",
            fix="Give a name from: dalsegno catalog, or a file that ends in .yaml.",
        )
    return _of_catalog(workflow)


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
    # It goes by its name, wherever this package comes to lie.
    yaml, python = (_CATALOG / name / each for each in (_YAML, _PYTHON))
    return _of_file(yaml if yaml.is_file() else python, _Around(), file=None)


def folder_of(name: str) -> Path:
    """Where a ready workflow lies: its definition, its code and its sample.

    Raises:
        NotFoundError: no workflow of that name.
    """
    _of_catalog(name)
    return _CATALOG / name


def sample(name: str) -> dict[str, object]:
    """Inputs to try a ready workflow with: small real ones that lie beside it.

    Raises:
        NotFoundError: no workflow of that name.
    """
    folder = folder_of(name)
    inputs: dict[str, object] = json.loads((folder / _SAMPLE).read_text("utf-8"))
    return {key: _placed(value, folder) for key, value in inputs.items()}


def _placed(value: object, folder: Path) -> object:
    """A sample's file by its whole path."""
    if isinstance(value, list):
        return [_placed(each, folder) for each in value]
    lies = isinstance(value, str) and value.startswith("samples/")
    return str(folder / str(value)) if lies else value


def _of_data(data: Mapping[str, object]) -> Workflow:
    from ..state.definition.reading import workflow_from

    return workflow_from(data)


def _of_file(path: Path, around: _Around, *, file: str | None) -> Workflow:
    """A definition's file; every fault is placed at its line and column."""
    from ..state.definition.given import as_given
    from ..state.definition.reading import workflow_from
    from .yaml_text import located, read_file

    if path.suffix.lower() not in _SUFFIXES:
        raise InputError(
            f"{str(path)!r} is no definition's file.",
            fix=f"A definition's file ends in {', '.join(_SUFFIXES)}.",
        )
    if path.suffix == ".py":
        return _of_module(path, around, file=file)
    if file in around.files:
        names = [Path(each).name for each in (*around.files[around.files.index(file) :], file)]
        raise InputError(
            f"{names[0]!r} nests itself: {' → '.join(repr(each) for each in names)}.",
            fix="Take the step out that nests it; what is repeated is a loop.",
        )
    text = read_file(path)
    try:
        found = workflow_from(text.data, source=str(path))
        found = found.placed(str(path.parent)) if file is None else found.located(file)
        made = resolved(found, around)
    except DefinitionError as error:
        raise located(as_given(error, text.data), text) from None
    _remark(made, lambda said: located(as_given(said, text.data), text))
    return found


def _of_module(path: Path, around: _Around, *, file: str | None) -> Workflow:
    """A definition that is written in Python: the ``workflow`` of a module."""
    from ..state.definition.importing import module_named
    from ..state.definition.workflow import Workflow as Definition

    if not path.is_file():
        raise InputError(f"There is no file {str(path)!r}.", fix="Check the path.")
    try:
        module = module_named(f".{path.stem}", path.parent.resolve())
    except Exception as error:  # a module may raise anything while it is imported
        raise InputError(
            f"{str(path)!r} cannot be imported: {type(error).__name__}: {error}.",
            fix="Mend it; python -c 'import …' shows where it fails.",
        ) from error
    found = getattr(module, "workflow", None)
    if not isinstance(found, Definition):
        raise InputError(
            f"{str(path)!r} has no 'workflow' that is a definition.",
            fix="Give the module one: workflow = dalsegno.graphs.patterns.workflow(…).",
        )
    _remark(resolved(found, around))
    return found.placed(str(path.parent)) if file is None else found.located(file)


def _remark(
    made: Resolved,
    placed: Callable[[DefinitionError], DefinitionError] = lambda said: said,
) -> None:
    """Warn of what is right and hard to follow, where it stands."""
    from ..state.definition.remarks import remarks

    for each in remarks(made):
        said = placed(DefinitionError([each]))
        warnings.warn(f"{said.message} {said.fix}", DefinitionWarning, stacklevel=4)


def resolved(workflow: Workflow, around: _Around | None = None) -> Resolved:
    """A definition's flow and fields, looked up; done once for each object.

    Raises:
        DefinitionError: with every fault found.
    """
    return _resolved(_Once(workflow, around or _Around()))


class _Once:
    """A definition by its identity: equal ones may refer to different objects.

    What it is nested in decides only whether it nests itself, so it does not tell them apart.
    """

    def __init__(self, workflow: Workflow, around: _Around) -> None:
        self.workflow = workflow
        self.around = around

    def __hash__(self) -> int:
        return id(self.workflow)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Once) and other.workflow is self.workflow


@lru_cache(maxsize=64)
def _resolved(once: _Once) -> Resolved:
    from ..state.definition.faults import FLATTER, TOO_DEEP
    from ..state.definition.resolve import resolve

    try:
        return resolve(once.workflow, _ports(once.workflow, once.around))
    except RecursionError:
        raise DefinitionError([Problem(path=(), message=TOO_DEEP, fix=FLATTER)]) from None


#: How deep workflows may stand within each other.
_DEEPEST = 12


def _ports(workflow: Workflow, around: _Around) -> Ports:
    from ..state.definition.draft import Ports

    file = workflow.file
    files = around.files if file is None or file in around.files else (*around.files, file)
    within = _Around(file=file, files=files, depth=around.depth + 1)

    def nested(given: object) -> Resolved:
        if within.depth > _DEEPEST:
            raise InputError(
                f"More than {_DEEPEST} workflows are nested within each other here.",
                fix="Write some of their steps where they are used.",
            )
        return resolved(_load(given, within), within)

    return Ports(nested=nested, gate_fault=gate_fault)


def nested_in(workflow: Workflow, given: object) -> Workflow:
    """The definition that a step of ``workflow`` nests: a name, a path beside its file, or data."""
    return _load(given, _Around(file=workflow.file, files=(), depth=1))


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
            within=("gate",),
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = tuple(first["loc"])
        name = ".".join(str(part) for part in where)
        known = tuple(gate.params.model_fields)
        extra = first["type"] == "extra_forbidden"
        meant = nearest(name, known) if extra else ""
        wrong = f"no {first['input']!r:.80} for {name!r}: {first['msg']}"
        what = f"no parameter {name!r}{meant}" if extra else wrong
        return Fault(
            message=f"The gate {use.gate!r} takes {what}.",
            fix=f"Its parameters are: {', '.join(known)}.",
            within=("with", *where),
            at_key=extra,
        )
    return None
