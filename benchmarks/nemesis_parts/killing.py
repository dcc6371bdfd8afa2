"""Killing a process with -9 where it was told to die, or at an instant that was drawn.

A worker is forked from a process that has imported everything: starting one takes milliseconds.
"""

import gc
import importlib
import json
import mmap
import os
import selectors
import signal
import struct
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

#: In place of a point's name: whichever point comes.
ANY = "any"
#: How long a worker may take that nobody kills, in seconds. Longer is stuck.
PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Kill:
    """Where a worker dies: the ``nth`` time that it reaches ``point``, or after ``seconds``."""

    point: str = ANY
    nth: int = 1
    seconds: float | None = None

    def __str__(self) -> str:
        return f"{self.point}@{self.nth}" if self.seconds is None else f"{self.seconds:.4f}s"

    def after(self, died: "Died") -> "Kill":
        """What is left of it for the next process, when one ended before it was reached."""
        if self.seconds is not None:
            return replace(self, seconds=max(0.0, self.seconds - died.seconds))
        points = (died.said or {}).get("points", {})
        passed = died.points if self.point == ANY else points.get(self.point, 0)
        return replace(self, nth=max(1, self.nth - passed))

    @property
    def where(self) -> str:
        """The name of its row in the table."""
        return "an instant drawn" if self.seconds is not None or self.point == ANY else self.point


def kill_from(text: str) -> Kill:
    """The kill that ``str`` made the text of."""
    if text.endswith("s") and "@" not in text:
        return Kill(seconds=float(text[:-1]))
    point, _, nth = text.rpartition("@")
    return Kill(point=point, nth=int(nth))


@dataclass(frozen=True, kw_only=True)
class Died:
    """How a worker ended. ``points`` is how many it had reached, and ``last`` the last one's name.

    ``said`` is its report, None when it could make none.
    """

    killed: bool
    points: int
    last: str
    said: dict[str, Any] | None  # Any: JSON
    seconds: float

    def again(self) -> Kill:
        """The kill at the point that it had reached last: what a second time can be told to do."""
        return Kill(nth=max(self.points, 1))


class Reach:
    """What a worker calls at every named point: it counts, and dies where it is told to."""

    def __init__(self, kill: Kill | None, board: mmap.mmap) -> None:
        self.counts: Counter[str] = Counter()
        self._kill = kill
        self._board = board
        self._lock = threading.Lock()
        self._total = 0

    def __call__(self, point: str) -> None:
        with self._lock:
            self._total += 1
            self.counts[point] += 1
            name = point.encode()[:60]
            self._board[:72] = struct.pack("<QI60s", self._total, len(name), name)
            kill = self._kill
            if kill is None or kill.seconds is not None:
                return
            here = self._total if kill.point == ANY else self.counts[kill.point]
            if kill.point in {ANY, point} and here == kill.nth:
                os.kill(os.getpid(), signal.SIGKILL)


#: A worker's task: given the function to call at points, it gives a report as JSON data.
Work = Callable[[Reach], dict[str, Any]]  # Any: JSON


@dataclass(frozen=True, kw_only=True)
class Worker:
    """A forked process under way."""

    process: int
    read: int
    board: mmap.mmap
    kill: Kill | None
    began: float

    def ended(self, patience: float = PATIENCE) -> Died:
        """Wait for its report or its death; it is killed here when its instant was drawn."""
        drawn = self.kill.seconds if self.kill is not None else None
        said, late = _heard(self.read, patience if drawn is None else drawn)
        if late:
            os.kill(self.process, signal.SIGKILL)
            said += _heard(self.read, PATIENCE)[0]
        os.close(self.read)
        _, status = os.waitpid(self.process, 0)
        points, length, name = struct.unpack("<QI60s", self.board[:72])
        self.board.close()
        last = name[:length].decode()
        hung = late and drawn is None
        report = json.loads(said) if said.endswith(b"\n") else None
        return Died(
            killed=os.WIFSIGNALED(status) and not hung,
            points=points,
            last=last,
            said={"trouble": f"It hung after {last!r}."} if hung else report,
            seconds=time.monotonic() - self.began,
        )


def begin(work: Work, kill: Kill | None = None) -> Worker:
    """Fork a process that does the work."""
    board = mmap.mmap(-1, 72)
    began = time.monotonic()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        _be_worker(work, Reach(kill, board), write)
    os.close(write)
    return Worker(process=child, read=read, board=board, kill=kill, began=began)


def work_in_child(work: Work, kill: Kill | None) -> Died:
    """Fork, do the work there, and wait for its report or its death."""
    return begin(work, kill).ended()


def import_what(work: Work) -> None:
    """Import here what a worker imports for that work, so that no other pays for it again.

    A worker tells what: doing the work here would leave threads behind, and locks that they hold.

    Raises:
        RuntimeError: the work failed.
    """

    def told(reach: Reach) -> dict[str, Any]:  # Any: JSON
        work(reach)
        return {"modules": list(sys.modules)}

    said = work_in_child(told, None).said
    assert said is not None
    if "trouble" in said:
        raise RuntimeError(said["trouble"])
    for name in said["modules"]:
        with suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a child that collected garbage would copy every page
    assert threading.active_count() == 1, threading.enumerate()


def _be_worker(work: Work, reach: Reach, write: int) -> None:
    try:
        try:
            report = work(reach)
        except BaseException:  # whatever it is: the parent must hear of it
            report = {"trouble": traceback.format_exc()}
        text = json.dumps({**report, "points": dict(reach.counts)}) + "\n"
        with os.fdopen(write, "wb") as pipe:
            pipe.write(text.encode())
    finally:
        os._exit(0)


def _heard(read: int, seconds: float) -> tuple[bytes, bool]:
    """What a pipe gives until its end; and whether the end did not come in time."""
    found = b""
    until = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(read, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0.0, until - time.monotonic())):
                return found, True
            part = os.read(read, 65_536)
            if not part:
                return found, False
            found += part
