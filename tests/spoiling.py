"""Storage that fails under a run: full, cut short, deleted."""

import os
import resource
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nemesis_parts import world

from .acting import Gate, Reach, Report, job

#: What a worker does to its storage.
Spoil = Callable[[Path], None]
#: What no step waits for: an effect, which is no write, and the note that a step began or ended,
#: which on a slow machine has a commit of its own in another thread, beside the step.
_UNAWAITED = {"before effect", "before step"}


def _no_file_may_grow(database: Path) -> None:
    """As a full disk: what would make the database or its log longer is refused."""
    sizes = [path.stat().st_size for path in _files(database)]
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(sizes), hard))


def _fill(database: Path) -> None:
    """A really full disk, of which the test has made a small one."""
    filler = os.open(database.parent / "filler", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for size in (65_536, 4_096, 512, 1):
        try:
            while True:
                os.write(filler, b"x" * size)
        except OSError:
            continue
    os.close(filler)


def _delete(database: Path) -> None:
    """Somebody tidies up."""
    database.rename(database.with_suffix(".moved"))


def _cut(database: Path) -> None:
    """Half of the file is gone."""
    os.truncate(database, database.stat().st_size // 2)


def _files(database: Path) -> list[Path]:
    both = (database, database.with_name(f"{database.name}-wal"))
    return [path for path in both if path.exists()]


SPOILS: Mapping[str, Spoil] = {
    "limit": _no_file_may_grow,
    "fill": _fill,
    "delete": _delete,
    "cut": _cut,
}


def spoiled(
    reach: Reach, gate: Gate, *, place: str, database: str, spoil: str, write: int, shape: str
) -> Report:
    """Drive a shape whose storage fails just before the ``write``-th write that is waited for."""
    commits = 0

    def counting(point: str) -> None:
        nonlocal commits
        reach(point)
        if point.startswith("before ") and point not in _UNAWAITED:
            commits += 1
            if commits == write:
                SPOILS[spoil](Path(database))
                world.note(place, world.LOG, "spoiled", point)

    said = job(counting, gate, place=place, shape=shape, database=database)
    return {**said, "commits": commits}


ACTS: Mapping[str, Any] = {"spoiled": spoiled}
