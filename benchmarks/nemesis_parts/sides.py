"""What a worker does on each side: with our Runtime, and with bare LangGraph.

A worker goes on from whatever it finds, as a user would who starts the program again, and is at
the same time the person who decides.
"""

import operator
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from langgraph.checkpoint.sqlite import SqliteSaver as PlainSaver
from langgraph.types import Command

from . import world
from .doors import Planted, bare, journal, planted
from .shapes import PASSES, Shape

if TYPE_CHECKING:
    from dalsegno.runtime.run import Run
    from dalsegno.state.review import Review

#: Our definition under our Runtime; the graph by hand under it; that on LangGraph alone.
Side = Literal["ours", "hand", "bare"]
SIDES: tuple[Side, ...] = get_args(Side)
Report = dict[str, Any]  # Any: JSON
#: More turns than any run takes: beyond it is stuck.
_TURNS = 80
THREAD = "t"
BELIEVED = "believed"


@dataclass(frozen=True, kw_only=True)
class Job:
    """One worker's task. With ``hop`` it does one thing and leaves the next to another process.

    The database is in ``place``, too, where it is not said; ``lease`` is in seconds.
    """

    side: Side
    shape: Shape
    place: str
    hop: bool = False
    fault: Planted | None = None
    database: str | None = None
    lease: float = 20.0

    def __call__(self, reach: Callable[[str], None]) -> Report:
        from dalsegno.state.errors import DalsegnoError

        try:
            turn = _Bare(self, reach) if self.side == "bare" else _Ours(self, reach)
            for _ in range(1 if self.hop else _TURNS):
                said = turn()
                if said is not None:
                    return {"over": True, **said}
        except DalsegnoError as error:
            return {"over": True, "error": error.record()}
        return {"over": False}

    def note_false_end(self) -> None:
        """What looks finished: was all of it done?"""
        ended = world.tally(self.place).ended
        missing = [each for each in self.shape.units if not ended.get(each)]
        if missing:
            world.note(self.place, BELIEVED, *missing)


def approval(draft: str) -> str:
    """What the person decides on a draft: the last one is good."""
    return "approve" if f"draft/{PASSES}" in draft else "reject"


class _Ours:
    """A run under our Runtime."""

    def __init__(self, job: Job, reach: Callable[[str], None]) -> None:
        from dalsegno import Runtime  # late, so that bare LangGraph runs without it

        self._job = job
        door = journal() if job.fault is None else planted(job.fault)
        self._given: Any = (  # Any: a definition, or LangGraph's compiled graph
            job.shape.by_hand(door).compile(name=job.shape.name)
            if job.side == "hand"
            else job.shape.ours(door)
        )
        self._runtime = Runtime(
            f"sqlite:///{job.database or f'{job.place}/runs.db'}",
            workflows=[self._given],
            lease=job.lease,
            reach=reach,
        )

    def __call__(self) -> Report | None:
        """Do the next thing; the report when there is none."""
        run = self._mine()
        if run is None:
            run = self._runtime.start(self._given, {"place": self._job.place}, thread=THREAD)
        elif reviews := run.reviews():
            run = self._decided(reviews[0])
        elif run.status not in {"completed", "cancelled"}:
            run = self._runtime.resume(run)
        if run.status != "completed":
            return {"error": dict(run.error)} if run.status == "failed" and run.error else None
        self._job.note_false_end()
        self._runtime.close()
        output = dict(run.output or {})
        return {"output": _plain(output) if self._job.side == "hand" else output}

    def _mine(self) -> "Run | None":
        return next((run for run in self._runtime.runs() if run.thread_id == THREAD), None)

    def _decided(self, review: "Review") -> "Run":
        if review.node == "approval":
            draft = _found(review.request, "draft") or _found(review.args, "draft")
            decision: Mapping[str, object] = {"type": approval(str(draft))}
        else:
            world.note(self._job.place, "unknown", review.id)
            decision = self._looked_up(review)
        return self._runtime.decide(review.id, decision, by="nemesis")

    def _looked_up(self, review: "Review") -> Mapping[str, object]:
        """The answer to an unknown outcome: the person reads the post office's book."""
        what = str(_found(review.args, "what"))
        if world.is_posted(self._job.place, what):
            return {"type": "edit", "args": {"result": f"posted {what}"}}
        return {"type": "approve"}


def _found(args: object, name: str) -> object:
    """An argument of a call, wherever the request shows it."""
    if not isinstance(args, Mapping):
        return None
    if name in args:
        return args[name]
    return next((found for each in args.values() if (found := _found(each, name))), None)


class _Saver(PlainSaver):
    """LangGraph's, telling when it is about to write and when it has."""

    def __init__(self, connection: sqlite3.Connection, reach: Callable[[str], None]) -> None:
        super().__init__(connection)
        self._reach = reach

    def put(self, *args: Any, **kwargs: Any) -> Any:  # Any: LangGraph's own, passed on
        self._reach("before checkpoint")
        found = super().put(*args, **kwargs)
        self._reach("after checkpoint")
        return found

    def put_writes(self, *args: Any, **kwargs: Any) -> None:  # Any: as above
        self._reach("before writes")
        super().put_writes(*args, **kwargs)
        self._reach("after writes")


class _Bare:
    """The same graph by hand, with LangGraph's saver as safe as it can be."""

    def __init__(self, job: Job, reach: Callable[[str], None]) -> None:
        self._job = job
        connection = sqlite3.connect(Path(job.place, "runs.db"), check_same_thread=False)
        connection.execute("PRAGMA synchronous=FULL")
        self._graph = job.shape.by_hand(bare(reach)).compile(checkpointer=_Saver(connection, reach))
        self._config: Any = {"configurable": {"thread_id": THREAD}}

    def __call__(self) -> Report | None:
        snapshot = self._graph.get_state(self._config)
        if snapshot.created_at is None:
            entry: Any = {"place": self._job.place}
        elif asked := [each for task in snapshot.tasks for each in task.interrupts]:
            answers = {each.id: {"type": approval(each.value["draft"])} for each in asked}
            entry = Command(resume=answers)
        else:
            if not snapshot.next:  # which is how a user of LangGraph sees that it has ended
                self._job.note_false_end()
            if not snapshot.tasks:
                return {"output": _plain(snapshot.values)}
            entry = None
        self._graph.invoke(entry, self._config, durability="sync")
        return None


def _plain(values: Mapping[str, Any]) -> Report:  # Any: a state's values
    return {"found": sorted([what, result] for what, result in values.get("found", ()))}


@dataclass(frozen=True, kw_only=True)
class Journaled:
    """What the journal holds: how many calls of each name, by state."""

    asked: int = 0
    posted: int = 0
    open: frozenset[str] = frozenset()


def journaled(place: str) -> Journaled:
    """What the journal holds at this moment; nothing where there is none."""
    path = Path(place, "runs.db")
    if not path.exists() or not path.stat().st_size:
        return Journaled()
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as looking:
            rows: Sequence[tuple[str, str, str]] = looking.execute(
                "SELECT name, state, key FROM dalsegno_call"
            ).fetchall()
    except sqlite3.OperationalError:  # killed before the tables were made
        return Journaled()
    return Journaled(
        asked=sum(name == "ask" and state == "done" for name, state, _ in rows),
        posted=sum(name == "post" for name, _, _ in rows),
        open=frozenset(key for name, state, key in rows if name == "post" and state != "done"),
    )


def counted(place: str, file: str) -> int:
    """The lines of one of the world's files."""
    path = Path(place, file)
    return len(path.read_text().splitlines()) if path.exists() else 0


def total(counts: Mapping[str, int]) -> int:
    return reduce(operator.add, counts.values(), 0)
