"""The workflows that a runtime knows, and their graphs on its database."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ..state.definition.importing import import_reference
from ..state.errors import ConflictError, InputError, NotFoundError

if TYPE_CHECKING:
    from typing import Any

    from langgraph.pregel import Pregel

    from ..checkpoints.sqlite import SqliteSaver
    from ..graphs.adopted import Adopted
    from ..graphs.program import Program
    from ..state.definition.workflow import Workflow
    from ..state.run import RunRecord

    AnyGraph: TypeAlias = Pregel[Any, Any, Any, Any]  # Any: generic over a graph's own schemas
    #: What a run may be started with: a catalog's name, a file, a dict, a Workflow, a graph that
    #: LangGraph compiled, made here or elsewhere, or where such a one lies: package.module:name.
    Given: TypeAlias = "str | Path | Mapping[str, object] | Workflow | AnyGraph"
    Ready: TypeAlias = "Program | Adopted"


class Programs:
    """Workflows by name. One that is given takes the place of another of its name."""

    def __init__(self, given: Iterable[Given], *, saver: Callable[[], SqliteSaver]) -> None:
        self._given = tuple(given)
        self._saver = saver
        self._known: dict[str, Ready] = {}
        self._graphs: dict[str, tuple[Ready, AnyGraph]] = {}

    def learn(self, workflow: Given | Ready) -> Ready:
        """A workflow of ours or of the catalog; one that is given is known from then on.

        Raises:
            NotFoundError, DefinitionError: as ``load``.
        """
        from ..graphs.adopted import Adopted
        from ..graphs.program import Program

        self._know_given()
        if isinstance(workflow, Program | Adopted):
            return workflow
        if isinstance(workflow, str) and workflow in self._known:
            return self._known[workflow]
        try:
            return self._know(_ready(workflow))
        except NotFoundError as error:
            error.fix = (
                f"{error.fix} One of your own: Runtime(url, workflows=[…]), or start it by its "
                "place, package.module:name, where any process finds it."
            )
            raise

    def of(self, record: RunRecord) -> Ready:
        """The workflow of a run, as it was when the run was started.

        Raises:
            NotFoundError: it is not there any more. ConflictError: it is another one now.
        """
        from ..graphs.program import Program

        self._know_given()
        found = self._known.get(record.workflow)
        if record.source is not None and (found is None or found.digest != record.digest):
            if _REFERENCE.fullmatch(record.source):
                found = self.learn(record.source)
            elif not Path(record.source).is_file():
                raise NotFoundError(
                    f"The definition of run {record.id!r} is gone: {record.source!r}.",
                    fix="Put the file back. Nothing was changed.",
                )
            else:
                found = self.learn(Path(record.source))
        elif found is None:
            found = self.learn(record.workflow)
        if isinstance(found, Program) and "+" in record.version:  # what switches leave there
            from .orchestrator.variants import as_begun

            found = as_begun(found, record)
        if found.digest != record.digest:
            where = "" if record.source is None else f" in {record.source!r}"
            raise ConflictError(
                f"The definition of {record.workflow!r}{where} has changed since run "
                f"{record.id!r} was started with it.",
                fix="Nothing was changed. Go on with the definition as it was, or start a new run.",
            )
        return found

    def graph(self, ready: Ready) -> AnyGraph:
        """The workflow's graph, compiled once for all its runs."""
        known = self._graphs.get(ready.name)
        if known is None or known[0] is not ready:
            known = ready, ready.graph(self._saver())
            self._graphs[ready.name] = known
        return known[1]

    def forget_graphs(self) -> None:
        """Let go of the graphs: their saver has a connection that ends."""
        self._graphs.clear()

    def _know_given(self) -> None:
        for each in self._given:
            self._know(_ready(each))
        self._given = ()

    def _know(self, ready: Ready) -> Ready:
        """A program by its name; the same definition keeps its graph."""
        known = self._known.get(ready.name)
        if known is not None and _same(known, ready):
            return known
        _check_unlike(known, ready)
        self._known[ready.name] = ready
        return ready


def as_program(ready: Ready) -> Program:
    """The program of a definition.

    Raises:
        InputError: it is a graph that was compiled elsewhere, and has none.
    """
    from ..graphs.program import Program

    if not isinstance(ready, Program):
        raise InputError(
            f"{ready.name!r} is a compiled graph without a definition.",
            fix="Give a definition: a name of the catalog, a file, a dict or a Workflow.",
        )
    return ready


def _ready(workflow: Given) -> Ready:
    from langgraph.pregel import Pregel

    from ..graphs.adopted import Adopted
    from ..graphs.builder import Builder
    from ..graphs.compiler import Graph
    from ..graphs.program import Program, program

    if isinstance(workflow, Graph) and isinstance(workflow.builder, Builder):
        definition = workflow.builder.workflow
        if definition is not None:
            return Program(workflow=definition, resolved=workflow.builder.resolved)
    if isinstance(workflow, Pregel):
        return Adopted(given=workflow)
    if isinstance(workflow, str) and _REFERENCE.fullmatch(workflow):
        return _imported(workflow)
    return program(workflow)


#: A graph to be imported, as ``package.module:name``.
_REFERENCE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


def _imported(reference: str) -> Ready:
    """What ``package.module:name`` stands for; modules of the working directory are found, too.

    Raises:
        NotFoundError: there is no such thing, or it is neither graph nor definition.
    """
    from ..graphs.adopted import Adopted

    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)
    try:
        found = import_reference(reference, None)
    except (ImportError, AttributeError) as error:
        raise NotFoundError(
            f"There is no {reference!r} to run: {error}.",
            fix="Name a compiled graph as package.module:name; its module must be importable here.",
        ) from error
    ready = _ready(found)  # type: ignore[arg-type]  # whatever it is, it is judged there
    return replace(ready, source=reference) if isinstance(ready, Adopted) else ready


def _check_unlike(known: Ready | None, ready: Ready) -> None:
    """Refuse one of two graphs that have no name of their own."""
    from ..graphs.adopted import Adopted

    if isinstance(known, Adopted) and isinstance(ready, Adopted):
        ready.check_unlike(known)


def _same(known: Ready, ready: Ready) -> bool:
    from ..graphs.program import Program

    if isinstance(known, Program) and isinstance(ready, Program):
        return known.resolved is ready.resolved
    return known is ready
