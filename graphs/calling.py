"""The public door: `call` does something once, whatever happens to the run around it.

It works in every node of every graph that runs with a journal: one made here or by hand, under
``invoke`` or ``ainvoke``, nested or sent. The journal is found through LangGraph's config.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from inspect import iscoroutinefunction
from logging import getLogger
from secrets import token_hex
from typing import TYPE_CHECKING, Any, TypeVar, overload
from weakref import WeakKeyDictionary, WeakSet

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.config import get_config

from ..checkpoints.calls import Place
from ..checkpoints.database import Database
from ..checkpoints.journal import Journal
from ..checkpoints.sqlite import SqliteSaver
from ..checkpoints.visits import Level
from ..state.journal import DIRECT, Deed, Door, Effect, Outcome, check_deed, given
from ..state.run import HOLDER, Holder
from .running.attempts import Attempts, around
from .running.carrying import acarry_out, carry_out
from .running.deeds import Doing, Execution, steps
from .running.kept import Serde
from .running.levels import levels_of
from .running.questions import Questions

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

T = TypeVar("T")

#: The key in a config's ``configurable`` under which a run's calls find their journal.
JOURNAL = "__dalsegno_journal"

#: How many runs of graphs at once one journal's binding knows of.
_RUNS = 1_000


@overload
def call(
    name: str,
    fn: Callable[..., Awaitable[T]],
    args: Mapping[str, object],
    effect: Effect = ...,
    undo: object = ...,
    reconcile: Callable[..., object] | None = ...,
    salt: str | None = ...,
    config: RunnableConfig | None = ...,
) -> Awaitable[T]: ...
@overload
def call(
    name: str,
    fn: Callable[..., T],
    args: Mapping[str, object],
    effect: Effect = ...,
    undo: object = ...,
    reconcile: Callable[..., object] | None = ...,
    salt: str | None = ...,
    config: RunnableConfig | None = ...,
) -> T: ...
def call(
    name: str,
    fn: Callable[..., Any],  # Any: a function of the author's gives what it likes
    args: Mapping[str, object],
    effect: Effect = "external",
    undo: object = None,
    reconcile: Callable[..., object] | None = None,
    salt: str | None = None,
    config: RunnableConfig | None = None,
) -> Any:  # Any: as above
    """Do ``fn(**args)`` once in this visit of the step, and give its result ever after.

    A call is known by its name, its arguments and how many like it came before it in the visit,
    wherever it stands in the code; a ``salt`` makes another one of it. What was begun and never
    ended is done again where the ``effect`` is "pure" or "idempotent"; an "external" one is first
    asked about: of ``reconcile``, which gives Done(value), NotDone() or Unknown(), and then of a
    person. A function with a parameter ``idempotency_key`` is given the call's lasting key.
    ``undo`` is noted, by its name, as what would take it back. A coroutine function gives an
    awaitable.

    A thread of the author's own finds no journal: give it the node's ``config``. Where a run has
    none, the function is simply called.

    Raises:
        ValidationError: it cannot be called so, an argument has no lasting form, the undo no
            name; or the result cannot be kept.
        UnknownOutcomeError: a person gave the call up.
        LeaseError: somebody else drives the thread now; the function was not called.
    """
    deed: Deed[Any] = Deed(
        name=name, function=fn, args=args, effect=effect, undo=undo, reconcile=reconcile, salt=salt
    )
    found = door(config)
    if iscoroutinefunction(fn) or iscoroutinefunction(getattr(fn, "__call__", None)):  # noqa: B004  # a callable object's own method may be the coroutine function
        return _awaited(found, deed)
    if isinstance(found, JournalDoor):
        return found.now(deed).value
    check_deed(deed)
    return fn(**given(fn, args, token_hex(16)))


async def _awaited(found: Door, deed: Deed[T]) -> T:
    check_deed(deed)
    return (await found.call(deed)).value


def bound(journal: Journal, *, counted: Sequence[str] = ()) -> dict[str, object]:
    """What to put into the ``configurable`` of a run, so that its calls are recorded.

    ``counted`` are the tokens of calls whose cost was told
    in an error before (`Usage.recorded`): given again, they cost nothing.
    """
    made = Bound(journal=journal, counted=frozenset(counted))
    _bound().add(made)
    return {JOURNAL: made}


def door(config: RunnableConfig | None = None) -> Door:
    """The door of the step that is running, or of the one whose ``config`` it is."""
    if config is None:
        try:
            config = get_config()
        except RuntimeError:  # outside of every graph
            if _bound():
                _warn()
            return DIRECT
    own = config.get("configurable", {})
    if "__pregel_scratchpad" not in own or own.get("thread_id") is None:
        return DIRECT
    found = own.get(JOURNAL)
    if not isinstance(found, Bound):
        # A graph by hand, called without a runtime: its calls are kept where its checkpoints are.
        saver = own.get("__pregel_checkpointer")
        found = _beside(saver.database) if isinstance(saver, SqliteSaver) else None
    return DIRECT if found is None else JournalDoor(bound=found, config=config)


@lru_cache(maxsize=16)
def _beside(database: Database) -> Bound:
    """The journal of a database, for graphs that are called with its saver and nothing else."""
    return Bound(journal=Journal(database, clock=time.time), counted=frozenset())


@dataclass(frozen=True, kw_only=True, eq=False)
class Bound:
    """A journal as one run of a graph has it, with the executions of tasks that are under way."""

    journal: Journal
    counted: frozenset[str]
    #: Any: what LangGraph makes for each task, and nobody holds any longer than that.
    executions: WeakKeyDictionary[Any, Execution] = field(default_factory=WeakKeyDictionary)
    #: For each run of a graph, by LangGraph's control of it, the tasks that called something.
    runs: OrderedDict[int, tuple[object, set[str]]] = field(default_factory=OrderedDict)
    attempts: Attempts = field(default_factory=Attempts)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def execution(self, config: RunnableConfig) -> Execution:
        """The execution that a config belongs to. Another attempt at a task is another one."""
        own = config["configurable"]
        task, pad = own["__pregel_read"], own["__pregel_scratchpad"]
        with self.lock:
            found = self.executions.get(task)
            if found is None or found.questions.pad is not pad:
                questions = Questions(pad=pad, send=own["__pregel_send"], ns=own["checkpoint_ns"])
                past = self._past(getattr(own.get("__pregel_runtime"), "control", None))
                place = place_of(config, past, self._counted(levels_of(config), pad))
                found = Execution(place=place, questions=questions)
                past.update(each.task for each in found.place.levels)
                self.executions[task] = found
            return found

    def _counted(self, levels: Sequence[Level], pad: object) -> tuple[Level, ...]:
        """The levels with their graphs counted from the beginning of each attempt."""
        outer = dict(zip(range(len(levels) - 2, -1, -1), around(pad), strict=False))
        return tuple(
            replace(each, nth=self.attempts.nth(levels[n - 1].task, outer[n - 1], each.nth))
            if n - 1 in outer
            else each
            for n, each in enumerate(levels)
        )

    def _past(self, control: object) -> set[str]:
        """The tasks that ran before in the same run of the graph, were the config used again."""
        if control is None:
            return set()
        found = self.runs.setdefault(id(control), (control, set()))
        self.runs.move_to_end(id(control))
        if len(self.runs) > _RUNS:
            self.runs.popitem(last=False)
        return found[1]


@dataclass(frozen=True, kw_only=True)
class JournalDoor:
    """The door of one step, where everything is recorded."""

    bound: Bound
    config: RunnableConfig
    counted: frozenset[str] = frozenset()

    async def call(self, deed: Deed[T]) -> Outcome[T]:
        """Do it, or give what it gave before."""
        return await acarry_out(steps(self._doing(deed)), self.bound.journal.database)

    def now(self, deed: Deed[T]) -> Outcome[T]:
        """The same, for a caller that waits."""
        return carry_out(steps(self._doing(deed)), self.bound.journal.database)

    async def again(self, tokens: Sequence[str]) -> None:
        """These answers were of no use: the next attempt at the step shall ask anew."""
        if tokens:
            work = self.bound.journal.forgotten(tokens)
            await self.bound.journal.database.awrite(work, what="forget")

    def counting(self, tokens: Sequence[str]) -> JournalDoor:
        """The door for another attempt, when what these cost was told already."""
        return replace(self, counted=self.counted | frozenset(tokens))

    def _doing(self, deed: Deed[T]) -> Doing:
        return Doing(
            deed=deed,
            journal=self.bound.journal,
            execution=self.bound.execution(self.config),
            serde=_serde(self.config),
            counted=self.bound.counted | self.counted,
        )


def place_of(config: RunnableConfig, past: Container[str], levels: tuple[Level, ...]) -> Place:
    """The thread and the tasks that lead to the step whose config it is."""
    own = config["configurable"]
    holder = own.get(HOLDER)
    return Place(
        thread=str(own["thread_id"]),
        levels=levels,
        holder=holder if isinstance(holder, Holder) else None,
        past=past,
    )


def _serde(config: RunnableConfig) -> Serde:
    """The serializer of the graph's own checkpoints, so that results keep to its schemas."""
    found = getattr(config["configurable"].get("__pregel_checkpointer"), "serde", None)
    serde: Serde = found if found is not None else _plain_serde()
    return serde


@lru_cache(maxsize=1)
def _bound() -> WeakSet[Bound]:
    """The journals of the runs that are under way in this process: only a warning asks for them."""
    return WeakSet()


@lru_cache(maxsize=1)
def _warn() -> None:
    """Say once that a call went past the journal, which a thread of the author's own may do."""
    getLogger("dalsegno").warning(
        "A call was made where no config is found, while a run with a journal is under way: it is "
        "not recorded, and is made again whenever its step is. In a thread of your own, give it "
        "the node's: call(..., config=config)."
    )


@lru_cache(maxsize=1)
def _plain_serde() -> Serde:
    return JsonPlusSerializer(allowed_msgpack_modules=None)
