"""The worker in a terminal, and what a polite request to end does to whatever is driven."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from ..runtime.runtime import Runtime
from ..runtime.worker import Worker
from .terminal import print_json, say


@contextmanager
def on_termination(stop: Callable[[], None]) -> Iterator[None]:
    """SIGTERM asks for a stop after the step that is under way; a second one ends the process."""

    def asked(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, before)
        stop()

    before = signal.signal(signal.SIGTERM, asked)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def work(db: str, workflows: Sequence[str], *, once: bool, width: int, json: bool) -> None:
    """Drive what is ready, and tell of each run how it then stands."""
    runtime = Runtime(db, workflows=workflows)

    def ended(run: str) -> None:
        found = runtime.run(run)
        if json:
            print_json(found.public())
        else:
            say(f"Run {found.id} of {found.workflow} is {found.status}.")

    worker = Worker(runtime, width=width, ended=ended)
    with on_termination(worker.stop):
        asyncio.run(worker.once() if once else worker.work())
    runtime.close()
