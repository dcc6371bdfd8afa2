"""Storage that fails is found and named, nothing goes on over it, and nothing is done twice after.

The full disk is a small tmpfs where one can be mounted, and a limit on the size of files
(RLIMIT_FSIZE), which SQLite meets as an I/O error, where it cannot.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .crashing import Crasher, Report, crashing

#: The first writes of a run; each is one at which the disk is full.
WRITES = 20
CHAIN = {f"c{n}" for n in range(5)}


@pytest.fixture(scope="module")
def crasher() -> Iterator[Crasher]:
    with crashing() as program:
        yield program


def _mounted(place: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)]
    try:
        return not subprocess.run(command, capture_output=True, check=False).returncode
    except FileNotFoundError:
        return False


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[], tuple[Path, str]]]:
    """A new small disk each time, and how it is filled; another folder where none can be made."""
    mounted: list[Path] = []

    def made() -> tuple[Path, str]:
        place = tmp_path / f"disk{len(mounted)}"
        place.mkdir()
        if not _mounted(place):
            return place, "limit"
        mounted.append(place)
        return place, "fill"

    yield made
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], capture_output=True, check=False)


def log(place: Path) -> list[list[str]]:
    """What the steps and the world noted: a kind and a name in each line."""
    path = place / "log"
    lines = path.read_text().splitlines() if path.exists() else []
    return [line.split(" ", 1) for line in lines]


def since_spoiled(place: Path) -> list[list[str]]:
    """What happened after the storage failed."""
    lines = log(place)
    return lines[[kind for kind, _ in lines].index("spoiled") + 1 :]


def is_named(said: Report, *words: str) -> None:
    """It ended with one of our errors that tells of the database and of a remedy."""
    error: dict[str, Any] = said["error"]
    assert error["type"] in {"DatabaseError", "DamagedError"}, said
    assert any(word in error["message"] for word in words), said
    assert error["fix"], said


def is_whole(place: Path, said: Report) -> None:
    """The run went on to its end, and each thing was done; none was asked after its answer."""
    assert set(said["output"]) >= CHAIN, said
    answered = set()
    for kind, what in log(place):
        if kind == "answered":
            answered.add(what)
        assert not (kind == "asked" and what in answered), f"{what} was asked again"
    assert answered == CHAIN
    assert sorted((place / "posted").read_text().split()) == sorted(CHAIN)
    with closing(sqlite3.connect(place / "bank.db")) as bank:
        paid = [what for (what,) in bank.execute("SELECT what FROM payment")]
    assert sorted(paid) == sorted(CHAIN)


def spoiled(
    crasher: Crasher, place: Path, spoil: str, write: int, database: Path | None = None
) -> Report:
    """A run whose storage fails at a write."""
    place.mkdir(exist_ok=True)
    return crasher.do(
        "spoiled",
        place=str(place),
        database=str(database or place / "runs.db"),
        spoil=spoil,
        write=write,
        shape="chain",
    )


def went_on(crasher: Crasher, place: Path, database: Path | None = None) -> Report:
    """The run in a new process, when the fault is mended."""
    given = str(database or place / "runs.db")
    return crasher.do("job", place=str(place), database=given, shape="chain")


def test_D1_a_disk_that_is_full_at_any_of_the_first_writes_stops_the_run_there(
    crasher: Crasher, tmp_path: Path, disk: Callable[[], tuple[Path, str]]
) -> None:
    for write in range(1, WRITES + 1):
        place = tmp_path / f"full{write}"
        on, spoil = disk()
        said = spoiled(crasher, place, spoil, write, on / "runs.db")
        is_named(said, "the disk is full", "cannot be read or written")
        assert since_spoiled(place) == [], "a step went on after a write that failed"
        (on / "filler").unlink(missing_ok=True)
        is_whole(place, went_on(crasher, place, on / "runs.db"))


@pytest.mark.parametrize("write", [2, 6, 9, 14])
def test_D1_files_that_may_not_grow_stop_the_run(
    crasher: Crasher, tmp_path: Path, write: int
) -> None:
    is_named(spoiled(crasher, tmp_path, "limit", write), "cannot be read or written")
    assert since_spoiled(tmp_path) == []
    is_whole(tmp_path, went_on(crasher, tmp_path))


@pytest.mark.parametrize("write", [2, 6, 13, 20])
def test_D1_a_database_moved_away_under_a_run_stops_it_at_its_next_write(
    crasher: Crasher, tmp_path: Path, write: int
) -> None:
    is_named(spoiled(crasher, tmp_path, "delete", write), "was deleted or replaced")
    # The write that was under way went into the file at its new place: what it allowed is done,
    # and then the next one is refused.
    assert len(since_spoiled(tmp_path)) <= 1
    (tmp_path / "runs.moved").rename(tmp_path / "runs.db")
    is_whole(tmp_path, went_on(crasher, tmp_path))


@pytest.fixture
def killed(crasher: Crasher, tmp_path: Path) -> Path:
    """A run's database, in the state in which a kill left it, in one file."""
    assert crasher.do("job", kill="any@40", place=str(tmp_path), shape="chain")["killed"]
    with closing(sqlite3.connect(tmp_path / "runs.db")) as tidying:
        tidying.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return tmp_path / "runs.db"


def _put_back(backup: Path, database: Path) -> None:
    for rest in ("-wal", "-shm"):
        database.with_name(f"{database.name}{rest}").unlink(missing_ok=True)
    shutil.copy(backup, database)


@pytest.mark.parametrize("kept", [0.05, 0.3, 0.5, 0.8, 0.95])
def test_D1_a_truncated_database_is_refused_and_goes_on_from_a_backup(
    crasher: Crasher, tmp_path: Path, killed: Path, kept: float
) -> None:
    backup = tmp_path / "backup"
    shutil.copy(killed, backup)
    os.truncate(killed, int(killed.stat().st_size * kept))
    done = log(tmp_path)
    is_named(went_on(crasher, tmp_path), "is damaged")
    assert log(tmp_path) == done, "a step ran on a damaged database"
    _put_back(backup, killed)
    is_whole(tmp_path, went_on(crasher, tmp_path))


def test_D1_a_run_whose_database_lost_its_log_goes_on_or_is_refused(
    crasher: Crasher, tmp_path: Path
) -> None:
    """Without the log, the file is as it was at its last tidying: whole, but of an earlier time."""
    assert crasher.do("job", kill="any@40", place=str(tmp_path), shape="chain")["killed"]
    log_of = tmp_path / "runs.db-wal"
    os.truncate(log_of, log_of.stat().st_size // 2)
    said = went_on(crasher, tmp_path)
    if "error" in said:
        is_named(said, "is damaged")
    else:
        assert set(said["output"]) >= CHAIN


def _immutable(path: Path, *, on: bool) -> bool:
    chattr = shutil.which("chattr")
    if chattr is None:
        return False
    flag = "+i" if on else "-i"
    done = subprocess.run([chattr, flag, str(path)], capture_output=True, check=False)
    return done.returncode == 0


def test_D1_a_database_made_read_only_is_named_and_goes_on_when_it_can_be_written(
    crasher: Crasher, tmp_path: Path, killed: Path
) -> None:
    if not _immutable(killed, on=True):
        pytest.skip("this file system has no immutable flag, or it is not ours to set")
    done = log(tmp_path)
    try:
        is_named(went_on(crasher, tmp_path), "is read-only", "cannot be opened")
    finally:
        _immutable(killed, on=False)
    assert log(tmp_path) == done
    is_whole(tmp_path, went_on(crasher, tmp_path))
