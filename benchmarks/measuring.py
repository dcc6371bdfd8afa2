"""What the storage benchmarks share: turns, tables with targets, savers that are checked, children.

A ratio means something only within one run and between neighbours: bare LangGraph and ours take
turns (A B, then B A), and the ratio is taken of each such pair.
"""

import argparse
import gc
import importlib
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
Action = Callable[[], float]
#: What SQLite calls synchronous=FULL: a commit waits until the disk has it.
FULL = 2


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured: all of it, with ``quick`` less, with ``tiny`` as little as runs.

    Times of a tiny run are printed and not judged.
    """

    size: str
    directory: Path

    def pick(self, whole: T, quick: T, tiny: T) -> T:
        return {"whole": whole, "quick": quick, "tiny": tiny}[self.size]

    @property
    def judges_times(self) -> bool:
        return self.size != "tiny"


@dataclass
class Report:
    """Prints lines and remembers which missed their target."""

    plan: Plan
    missed: list[str] = field(default_factory=list)
    title: str = ""

    def head(self, title: str, *columns: str) -> None:
        self.title = title
        print(f"\n{title}")
        print(f"{'':<34}" + "".join(f"{each:>14}" for each in columns) + f"{'target':>9}")

    def line(
        self,
        name: str,
        *cells: str,
        value: float | None = None,
        target: float | None = None,
        is_time: bool = True,
    ) -> None:
        """A line of the table; it misses when its ``value`` is above its ``target``."""
        missed = value is not None and target is not None and value > target
        if missed and is_time and not self.plan.judges_times:
            missed = False
        if missed:
            self.missed.append(f"{self.title}: {name}: {value:.4g}, not {target:.4g}")
        row = f"{name:<34}" + "".join(f"{each:>14}" for each in cells)
        aim = "" if target is None else f"{target:>9.4g}"
        print(f"{row}{aim:>9}{'  MISSED' if missed else ''}", flush=True)

    def end(self) -> int:
        """The exit code: 1 when a target was missed."""
        for name in self.missed:
            print(f"missed: {name}")
        print("\nEvery target is met." if not self.missed else f"\n{len(self.missed)} missed.")
        return 1 if self.missed else 0


@contextmanager
def planned(about: str, argv: Sequence[str]) -> Iterator[Plan]:
    """The plan that the command line asks for; its files are gone in the end."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="fewer steps and rounds")
    parser.add_argument("--tiny", action="store_true", help="as little as runs; judges no times")
    parser.add_argument("--directory", type=Path, help="where the databases are (a real disk)")
    chosen = parser.parse_args(argv)
    size = "tiny" if chosen.tiny else "quick" if chosen.quick else "whole"
    with tempfile.TemporaryDirectory(dir=chosen.directory) as place:
        plan = Plan(size=size, directory=Path(place))
        kind = _filesystem(plan.directory)
        warning = "; MEMORY, NOT A DISK: say --directory" if kind == "tmpfs" else ""
        print(f"Files are in {place} ({kind}{warning}); a sync takes {_sync_time(place):.2f} ms.")
        yield plan


def _filesystem(place: Path) -> str:
    """The kind of file system that a directory is on; unknown where the system does not tell."""
    table = Path("/proc/mounts")
    if not table.exists():
        return "unknown"
    mounts = [line.split()[1:3] for line in table.read_text().splitlines()]
    under = [(where, kind) for where, kind in mounts if place.resolve().is_relative_to(where)]
    return max(under, key=lambda each: len(each[0]))[1]


def _sync_time(place: str) -> float:
    """Milliseconds to write two pages and wait for the disk."""
    times = []
    with Path(place, "sync").open("wb", buffering=0) as file:
        for _ in range(50):
            began = time.perf_counter()
            file.write(bytes(8_192))
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - began)
    return statistics.median(times) * 1_000


@dataclass(frozen=True)
class Pairs:
    """Seconds of bare LangGraph and of ours, pair by pair."""

    bare: Sequence[float]
    ours: Sequence[float]

    @property
    def ratios(self) -> list[float]:
        return [ours / bare for bare, ours in zip(self.bare, self.ours, strict=True)]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    def cells(self) -> tuple[str, ...]:
        bare, ours = statistics.median(self.bare), statistics.median(self.ours)
        # Totals have the rare slow run in them, in which SQLite folds its log into the file; the
        # best runs are those that other programs have disturbed least.
        others = sum(self.ours) / sum(self.bare), min(self.ours) / min(self.bare)
        ratios = f"{self.ratio:.2f}", spread(self.ratios), *(f"{each:.2f}" for each in others)
        return ms(bare), ms(ours), *ratios


#: The columns of ``Pairs.cells``.
COLUMNS = ("bare", "ours", "median ratio", "quartiles", "of totals", "of best")


def ms(seconds: float) -> str:
    return f"{seconds * 1_000:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"


def spread(values: Sequence[float]) -> str:
    """The quartiles, or all that lies between where there are few."""
    if len(values) < 4:
        return f"{min(values):.2f}-{max(values):.2f}"
    low, _, high = statistics.quantiles(values, n=4)
    return f"{low:.2f}-{high:.2f}"


def in_turn(bare: Action, ours: Action, pairs: int) -> Pairs:
    """Both, pair by pair, who begins taking turns; each gives its own seconds.

    The first pair is for warming up and does not count.
    """
    times: dict[Action, list[float]] = {bare: [], ours: []}
    for number in range(pairs + 1):
        for action in (bare, ours) if number % 2 else (ours, bare):
            times[action].append(action())
    return Pairs(times[bare][1:], times[ours][1:])


def clocked(work: Callable[[], object]) -> Action:
    """The work's seconds, without the collector."""

    def run() -> float:
        gc.collect()
        gc.disable()
        began = time.perf_counter()
        try:
            work()
            return time.perf_counter() - began
        finally:
            gc.enable()

    return run


@contextmanager
def bare_saver(path: Path) -> Iterator[Any]:
    """LangGraph's own saver as it sets itself up, waiting for the disk at each commit."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
        connection.execute(f"PRAGMA synchronous={FULL}")
        saver = SqliteSaver(connection)
        saver.setup()
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == FULL
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        yield saver


@contextmanager
def our_saver(path: Path) -> Iterator[Any]:
    """Ours as it comes."""
    from dalsegno.checkpoints.sqlite import SqliteSaver

    with SqliteSaver.from_conn_string(str(path)) as saver:
        yield saver


def commits_of_ours(path: Path, run: Callable[[Any], object]) -> Mapping[str, tuple[int, bool]]:
    """What a run commits with our saver: how often each kind, and whether it waits for the disk.

    Ours waits where it promises to outlive a power cut, so the setting is read at each commit.

    Raises:
        AssertionError: a checkpoint did not wait.
    """
    from dalsegno.checkpoints.database import Database
    from dalsegno.checkpoints.sqlite import SqliteSaver

    seen: dict[str, list[int]] = {}

    def reach(point: str) -> None:
        when, _, what = point.partition(" ")
        if when == "before" and what != "effect":  # every other such point is within a commit
            setting = database.connection.execute("PRAGMA synchronous").fetchone()[0]
            seen.setdefault(what, []).append(setting)

    database = Database(path, timeout=15.0, reach=reach)
    run(SqliteSaver(database))
    assert database.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    database.close()
    assert min(seen["checkpoint"]) >= FULL, "checkpoints of ours do not wait for the disk"
    return {what: (len(each), min(each) >= FULL) for what, each in sorted(seen.items())}


def size_of(path: Path) -> int:
    """A database's bytes on disk once its log is folded in."""
    with closing(sqlite3.connect(path)) as connection:
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        assert not busy
    beside = (path, path.with_name(path.name + "-wal"))
    return sum(each.stat().st_size for each in beside if each.exists())


def removed(path: Path) -> None:
    """Remove a database: those of bare LangGraph take much room."""
    for tail in ("", "-wal", "-shm"):
        path.with_name(path.name + tail).unlink(missing_ok=True)


@dataclass(frozen=True)
class Child:
    """A fresh process that does one thing of a script and clocks it itself.

    What a trial run imported late, every later one imports before its clock starts.
    """

    script: str
    name: str
    late: list[str] = field(default_factory=list)

    def __call__(self, *arguments: object) -> dict[str, Any]:
        """What the child says, and ``process``: the seconds from its start to its end."""
        given = json.dumps([self.name, self.late, *map(str, arguments)])
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, self.script, "--child", given], stdout=subprocess.PIPE, check=True
        )
        process = time.perf_counter() - began
        said: dict[str, Any] = json.loads(done.stdout)
        self.late.extend(said.pop("late"))
        return {**said, "process": process}


def answer_as_child(work: Mapping[str, Callable[..., Callable[[], object]]], given: str) -> int:
    """Do what a ``Child`` was asked: prepare, then clock what the preparation gives back."""
    name, late, *arguments = json.loads(given)
    prepared = work[name](*arguments)
    for each in late:
        importlib.import_module(each)
    known = set(sys.modules)
    began = time.perf_counter()
    found = prepared()
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "found": found, "late": [*set(sys.modules) - known]}))
    return 0
