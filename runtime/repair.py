"""Threads that cannot be read, or that hold what does not fit their workflow any more.

What is damaged on disk the saver finds and takes out. What is whole and yet of a wrong type, since
a class changed or another program wrote it, only the workflow's own fields can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pydantic import ValidationError

from ..checkpoints.process import this_process
from ..checkpoints.standing import settle
from ..checkpoints.threads import threads
from ..checkpoints.turns import has_begun
from ..state.errors import DalsegnoError, NotFoundError
from ..state.run import FINAL
from .copying import at
from .forking import go_back
from .tickets import asked_now
from .turns import stretch_of

if TYPE_CHECKING:
    from langgraph.types import StateSnapshot

    from ..checkpoints.database import Database
    from ..checkpoints.runs import Runs
    from ..checkpoints.sqlite import SqliteSaver
    from ..state.run import RunRecord
    from .programs import AnyGraph, Programs, Ready
    from .turns import Stretch


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What is wrong with one thread.

    ``found`` says what, one sentence each; ``node`` is the step that wrote it and ``field`` where
    it stands, if known. ``sound`` is the thread's last sound checkpoint; None: it has none.
    ``mended`` says what was done about it, or ``refused`` why nothing was.
    """

    thread: str
    run: str | None
    found: tuple[str, ...]
    checkpoint: str | None = None
    node: str | None = None
    field: str | None = None
    sound: str | None = None
    mended: str | None = None
    refused: str | None = None


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """Looks at the threads of a database, and mends them. ``clock`` gives seconds."""

    database: Database
    programs: Programs
    runs: Runs
    saver: SqliteSaver
    clock: Callable[[], float]
    new_id: Callable[[], str]

    async def look(self, *, repair: bool) -> tuple[Trouble, ...]:
        """Every thread that is in trouble; with ``repair``, mended as far as it can be.

        A sound thread is only read.
        """
        found = [await self._thread(each, repair=repair) for each in threads(self.database)]
        return tuple(each for each in found if each is not None)

    async def _thread(self, thread: str, *, repair: bool) -> Trouble | None:
        record = self.runs.newest(thread)  # those before it have ended
        trouble = self._damaged(thread, record)
        mend = self._take_out
        if trouble is None and record is not None:
            trouble = await self._unfit(record)
            mend = self._take_back
        if trouble is None or not repair:
            return trouble
        try:
            return replace(trouble, mended=await mend(trouble, record))
        except DalsegnoError as error:
            return replace(trouble, refused=error.message)

    def _damaged(self, thread: str, record: RunRecord | None) -> Trouble | None:
        report = self.saver.sound(thread)
        if report.sound:
            return None
        told = [
            f"checkpoint {each.checkpoint!r}: {each.said}" if each.checkpoint else each.said
            for each in report.damage
        ]
        return Trouble(
            thread=thread,
            run=None if record is None else record.id,
            found=tuple(dict.fromkeys(told)),
            checkpoint=report.damage[0].checkpoint,
            sound=report.last_sound,
        )

    async def _take_out(self, trouble: Trouble, record: RunRecord | None) -> str:
        """Take out what is damaged, and let the run's tickets follow."""
        report = self.saver.repair(trouble.thread)
        self.programs.forget_graphs()  # their savers remember what was there
        left = "It has no checkpoint left and begins anew when it is resumed."
        if report.last_sound is not None:
            left = f"It stands at checkpoint {report.last_sound!r}."
        if record is not None and record.status not in FINAL:
            graph = self.programs.graph(self.programs.of(record))
            begun = has_begun(self.database, record)
            asked = await asked_now(graph, at(record.thread)) if begun else ()
            settle(self.database, record.id, asked, now=self.clock())
        return f"Taken out: {'; '.join(trouble.found)}. {left}"

    async def _unfit(self, record: RunRecord) -> Trouble | None:
        """What of a run's state cannot be made or is of another type; None where it is sound, or
        where its workflow is not there to tell."""
        try:
            ready = self.programs.of(record)
            graph = self.programs.graph(ready)
        except DalsegnoError:
            return None
        unfit = await _misfit(graph, ready, record.thread)
        if unfit is None:
            return None
        sound = await _last_sound(graph, ready, stretch_of(self.runs, record))
        return replace(
            Trouble(thread=record.thread, run=record.id, found=(unfit.said,), field=unfit.field),
            checkpoint=unfit.checkpoint,
            node=None if sound is None else _writer(sound),
            sound=None if sound is None else sound.config["configurable"]["checkpoint_id"],
        )

    async def _take_back(self, trouble: Trouble, record: RunRecord | None) -> str:
        """Take a run back to its last sound checkpoint; what came after stays in its history."""
        assert record is not None
        if trouble.sound is None:
            raise NotFoundError("None of its checkpoints is sound.")
        graph = self.programs.graph(self.programs.of(record))
        name = f"{this_process()}:{self.new_id()}"
        await go_back(self.database, graph, record, trouble.sound, by=name, now=self.clock())
        what = "its last state" if trouble.field is None else f"the value of {trouble.field!r}"
        return f"Taken out: {what}. It stands at checkpoint {trouble.sound!r} again."


@dataclass(frozen=True, kw_only=True)
class _Misfit:
    said: str
    field: str | None = None
    checkpoint: str | None = None


async def _misfit(graph: AnyGraph, ready: Ready, thread: str) -> _Misfit | None:
    """What is wrong with a thread as it stands."""
    try:
        snapshot = await graph.aget_state(at(thread))
    except Exception as error:  # a class of the user's own may raise anything
        told = error.message if isinstance(error, DalsegnoError) else f"it cannot be read: {error}"
        return _Misfit(said=told)
    found = misfits(ready, snapshot.values)
    if not found:
        return None
    field = next(iter(found))
    said = "; ".join(f"{name!r} does not fit: {why}" for name, why in found.items())
    return _Misfit(
        said=said, field=field, checkpoint=snapshot.config["configurable"]["checkpoint_id"]
    )


async def _last_sound(graph: AnyGraph, ready: Ready, own: Stretch) -> StateSnapshot | None:
    """The newest checkpoint of a run that can be read and whose values fit."""
    history = own.snapshots(graph)
    while True:
        try:
            snapshot = await anext(history)
        except StopAsyncIteration:
            return None
        except Exception:  # as above; a history that breaks off cannot be gone on with
            return None
        if not misfits(ready, snapshot.values):
            return snapshot


def misfits(ready: Ready, values: Mapping[str, object]) -> dict[str, str]:
    """The fields whose values are not of their type, and why; none of a graph made elsewhere."""
    from ..graphs.fields import Fields
    from ..graphs.program import Program

    if not isinstance(ready, Program):
        return {}
    fields = Fields(ready.resolved.scope.own)
    found = {}
    for name, value in values.items():
        if name not in fields.specs or value is None:
            continue
        try:
            fields.fitting(name, value)
        except ValidationError as error:
            first = error.errors()[0]
            found[name] = f"{first['msg']} (found {first['input']!r:.80})"
    return found


def _writer(sound: StateSnapshot) -> str | None:
    """The step that came after the last sound checkpoint."""
    names = [task.name for task in sound.tasks if task.result is not None]
    return names[0].partition(".")[0] if names else None
