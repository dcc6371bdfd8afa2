"""The program from which `tests.crashing` forks its processes, and what they may be told to do.

It must have no thread and no open database of its own when it forks.
"""

import json
import os
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from typing import Any

from nemesis_parts import world
from nemesis_parts.killing import Died, Reach, Worker, begin, import_what, kill_from

from . import acting, spoiling, talking

#: What a child waits at before it does what others try at the same moment.
Gate = Callable[[], None]
Report = dict[str, Any]  # Any: JSON
Act = Callable[..., Report]

ACTS: Mapping[str, Act] = {**acting.ACTS, **spoiling.ACTS, **talking.ACTS}


def _open() -> None:
    """A gate that nobody waits at."""


def _said(died: Died) -> Report:
    if died.killed:
        return {"killed": True, "last": died.last}
    return died.said or {"trouble": f"It died by itself after {died.last!r}."}


def _do(act: str, kill: str | None, args: Mapping[str, Any]) -> Report:
    work = partial(ACTS[act], gate=_open, **args)
    return _said(begin(work, None if kill is None else kill_from(kill)).ended())


def _race(act: str, each: list[dict[str, Any]]) -> list[Report]:
    ready, at_gate = os.pipe()
    closed, opener = os.pipe()

    def racer(reach: Reach, args: dict[str, Any]) -> Report:
        os.close(opener)  # a child's own end would keep the gate shut
        arrived = False

        def arrive() -> None:
            nonlocal arrived
            arrived = True
            os.write(at_gate, b".")
            os.read(closed, 1)

        try:
            return ACTS[act](reach, gate=arrive, **args)
        finally:
            if not arrived:  # it failed before: the others must not wait for it
                os.write(at_gate, b".")

    racers = [begin(partial(racer, args=args)) for args in each]
    here = 0
    while here < len(racers):
        here += len(os.read(ready, len(racers)))
    os.close(opener)
    reports = [_said(each.ended()) for each in racers]
    for end in (ready, at_gate, closed):
        os.close(end)
    return reports


def _freeze(act: str, at: str, nth: int, seconds: float, args: Mapping[str, Any]) -> Report:
    """Stop one at a point, let its hold run out, have another act, and wake the first."""

    def stopping(reach: Reach) -> Report:
        def stop(point: str) -> None:
            reach(point)
            if point == at and reach.counts[point] == nth:
                # To this thread: one to the process lets it go on until another thread has run.
                signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)

        return ACTS[act](stop, gate=_open, **args)

    frozen = begin(stopping)
    if not _stopped(frozen):
        return {"reached": False, "frozen": _said(frozen.ended())}
    time.sleep(seconds)
    other = _said(begin(partial(ACTS[act], gate=_open, **args)).ended())
    before = _dump(args["place"])
    os.kill(frozen.process, signal.SIGCONT)
    woken = _said(frozen.ended())
    after = _dump(args["place"])
    written = {
        name: [row for row in rows if row not in before[name]]
        for name, rows in after.items()
        if rows != before[name]
    }
    return {"reached": True, "frozen": woken, "other": other, "written": written}


def _stopped(worker: Worker) -> bool:
    """Whether it stops; False when it ends instead."""
    found = os.waitid(os.P_PID, worker.process, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    return found is not None and found.si_code == os.CLD_STOPPED


def _dump(place: str) -> dict[str, list[object]]:
    """Everything that the database and the world hold, by name."""
    found: dict[str, list[object]] = {}
    for file in ("runs.db", "bank.db"):
        path = f"file:{place}/{file}?mode=ro"
        with closing(sqlite3.connect(path, uri=True)) as reading:
            tables = reading.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            for (table,) in tables.fetchall():
                found[table] = [
                    [repr(value) for value in row]
                    for row in reading.execute(f"SELECT * FROM {table}")
                ]
    for file in (world.LOG, world.POSTED):
        found[file] = list(world.lines(place, file))
    return found


def _import(act: str, args: Mapping[str, Any]) -> None:
    import_what(partial(ACTS[act], gate=_open, **args))


HOW: Mapping[str, Callable[..., object]] = {
    "do": _do,
    "race": _race,
    "freeze": _freeze,
    "warm": _import,
}


def _warm(reach: Reach, *, place: str) -> Report:
    """A little of everything, for what it imports."""
    once: dict[str, Any] = {"reach": reach, "gate": _open, "place": place}
    acting.start(**once, thread="warm")
    acting.invoke(**once, thread="warm too")
    return acting.decide(**once, thread="warm", draft="sent")


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        import_what(partial(_warm, place=place))
    for line in sys.stdin:
        task = json.loads(line)
        print(json.dumps(HOW[task.pop("how")](**task)), flush=True)


if __name__ == "__main__":
    main()
