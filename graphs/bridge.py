"""One coroutine, both faces: LangGraph nodes that work under ``invoke`` and ``ainvoke``."""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from functools import lru_cache, partial, wraps
from typing import Any, ParamSpec, TypeVar

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.errors import GraphInterrupt

from ..nodes.blocking import in_thread
from ..state.context import RunContext
from ..state.ports import StepLog

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

#: Any: a node is given whatever the graph's schemas say, and gives an update.
Work = Callable[[Any, RunnableConfig], Coroutine[Any, Any, Any]]
DirectWork = Callable[[Any, RunnableConfig], Any]


class Node(Runnable[Any, Any]):  # Any: as in Work
    """A node from a coroutine function, its attempts noted.

    A synchronous caller waits for it, or runs ``direct`` in its own thread: the same work, where
    that is synchronous anyway. LangChain's class for two such functions traces every call, which
    measured 2.4 times a bare node, and LangGraph looks through the code of what its own is given.
    """

    name: str

    def __init__(self, work: Work, *, name: str, direct: DirectWork | None = None) -> None:
        self.name = name
        self._work = work
        self._direct = direct

    # Any below: as in Work, and LangChain's own signatures.
    def invoke(self, input: Any, config: RunnableConfig | None = None, **_: Any) -> Any:
        """The work, for a synchronous caller."""
        assert config is not None
        if self._direct is None:
            return blocking(self.ainvoke)(input, config)
        log = _log(config)
        if log is None:
            return self._direct(input, config)
        with _attempt(log, self.name):
            return self._direct(input, config)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **_: Any) -> Any:
        """The work, awaited."""
        assert config is not None
        log = _log(config)
        if log is None:
            return await self._work(input, config)
        with _attempt(log, self.name):
            return await self._work(input, config)


def _log(config: RunnableConfig) -> tuple[StepLog, str] | None:
    """The run's log of steps and the task's id, where the run keeps one.

    LangGraph's own stream of tasks also announces those whose results are already stored.
    """
    runtime: Any = config["configurable"].get("__pregel_runtime")  # Any: LangGraph's Runtime
    context = None if runtime is None else runtime.context
    if not isinstance(context, RunContext) or context.steps is None:
        return None
    info = runtime.execution_info
    return None if info is None else (context.steps, info.task_id)


@contextmanager
def _attempt(log: tuple[StepLog, str], name: str) -> Iterator[None]:
    """One attempt: its beginning noted, and how it ended."""
    steps, task = log
    attempt = steps.begin(name, task)
    try:
        yield
    except GraphInterrupt:
        steps.end(attempt, "paused")
        raise
    except asyncio.CancelledError:
        steps.end(attempt, "stopped")
        raise
    except BaseException:
        steps.end(attempt, "failed")
        raise
    steps.end(attempt, "done")


def blocking(
    function: Callable[Parameters, Coroutine[Any, Any, Result]],
) -> Callable[Parameters, Result]:
    """The coroutine function as one that waits: it runs on a loop of ours, in its own thread.

    The caller's context variables go along, and so a node's interrupt and stream writer work; so
    does a call inside a running loop, since that loop is not asked. On our own loop's thread,
    where waiting for it would be for ever, another thread with a loop of its own does the work.
    """

    @wraps(function)
    def wait(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        background = _background()
        work = _contained(function(*args, **kwargs))
        done: Future[Result] = Future()
        context = copy_context()
        if threading.current_thread() is background.thread:
            apart = threading.Thread(target=context.run, args=(_run_apart, work, done))
            apart.start()
            apart.join()
            return _result(done)
        tasks: list[asyncio.Task[Result]] = []

        def start() -> None:
            task = background.loop.create_task(work, context=context)
            tasks.append(task)
            task.add_done_callback(lambda ended: _hand_over(ended, done))

        background.loop.call_soon_threadsafe(start)
        try:
            return _result(done)
        except BaseException:
            if not done.done():  # the wait was interrupted (Ctrl-C), not the work: end that too
                background.loop.call_soon_threadsafe(lambda: [task.cancel() for task in tasks])
                wait_for([done], timeout=_PATIENCE)
            raise

    return wait


#: How long an interrupted caller waits for the work to note that it was stopped, in seconds.
_PATIENCE = 10.0


class _ProcessEndError(Exception):
    """A SystemExit or KeyboardInterrupt of the work, which would end the loop for everybody."""


async def _contained(work: Coroutine[Any, Any, Result]) -> Result:
    try:
        return await work
    except (SystemExit, KeyboardInterrupt) as end:
        raise _ProcessEndError from end


def _result(done: "Future[Result]") -> Result:
    try:
        return done.result()
    except _ProcessEndError as error:
        assert error.__cause__ is not None
        raise error.__cause__ from None


def _run_apart(work: Coroutine[Any, Any, Result], done: "Future[Result]") -> None:
    try:
        done.set_result(asyncio.run(work))
    except BaseException as error:  # handed to whoever waits
        done.set_exception(error)


def _hand_over(task: "asyncio.Task[Result]", done: "Future[Result]") -> None:
    if task.cancelled():
        # Not done.cancel(): that wakes nobody who waits for several.
        done.set_exception(CancelledError())
    elif (error := task.exception()) is not None:
        done.set_exception(error)
    else:
        done.set_result(task.result())


@dataclass(frozen=True)
class _Background:
    """The process's one loop for synchronous callers, and the thread that runs it."""

    loop: asyncio.AbstractEventLoop
    thread: threading.Thread


@lru_cache(maxsize=1)
def _background() -> _Background:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="dalsegno-loop", daemon=True)
    thread.start()
    return _Background(loop, thread)


# A fork has the loop and not the thread that runs it.
os.register_at_fork(after_in_child=_background.cache_clear)


async def in_kept_thread(
    function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    """As ``in_thread``, but in a thread that is kept for the next call, while one is free.

    Starting a thread takes longer than most functions do.
    """
    kept = _kept()
    if not kept.free.acquire(blocking=False):
        return await in_thread(function, *args, **kwargs)
    done = kept.threads.submit(copy_context().run, partial(function, *args, **kwargs))
    done.add_done_callback(lambda _: kept.free.release())
    return await asyncio.wrap_future(done)


@dataclass(frozen=True)
class _Kept:
    """Threads that stay. ``free`` has a place for each, so that no call waits behind another."""

    threads: ThreadPoolExecutor
    free: threading.Semaphore


@lru_cache(maxsize=1)
def _kept() -> _Kept:
    pool = ThreadPoolExecutor(max_workers=_MOST_KEPT, thread_name_prefix="dalsegno-step")
    return _Kept(pool, threading.Semaphore(_MOST_KEPT))


_MOST_KEPT = 64
os.register_at_fork(after_in_child=_kept.cache_clear)
