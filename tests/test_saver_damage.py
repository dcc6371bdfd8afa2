"""Damage is found and named, and a thread goes on from its last sound checkpoint."""

import logging
import sqlite3
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from dalsegno.checkpoints import SqliteSaver
from dalsegno.checkpoints.database import Database
from dalsegno.state.errors import DamagedError, DatabaseError
from tests.saver_contract import counting, on, values


def _run(place: Path, steps: int = 6, key: bytes | None = None) -> list[str]:
    """A finished run, and its checkpoints' ids, the newest first."""
    saver = SqliteSaver(Database(place, key=key))
    graph = counting(steps, lambda number: f"item {number} " * 8).compile(checkpointer=saver)
    graph.invoke({"items": [], "n": 0}, on("t"), durability="sync")
    graph.invoke({"items": [], "n": 0}, on("other"), durability="sync")
    found = [each.config["configurable"]["checkpoint_id"] for each in saver.list(on("t"))]
    saver.database.close()
    return found


def _edit(place: Path, statement: str, *given: object) -> None:
    connection = sqlite3.connect(place)
    connection.execute(statement, given)
    connection.commit()
    connection.close()


def _flip(place: Path, checkpoint: str, kind: int) -> None:
    connection = sqlite3.connect(place)
    number, body = connection.execute(
        "SELECT id, body FROM dalsegno_record WHERE checkpoint = ? AND kind = ?", (checkpoint, kind)
    ).fetchone()
    middle = len(body) // 2
    flipped = body[:middle] + bytes([body[middle] ^ 4]) + body[middle + 1 :]
    connection.execute("UPDATE dalsegno_record SET body = ? WHERE id = ?", (flipped, number))
    connection.commit()
    connection.close()


def test_a_thread_goes_on_from_its_last_sound_checkpoint(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ids = _run(tmp_path / "x.db")
    _flip(tmp_path / "x.db", ids[0], 0)
    saver = SqliteSaver(tmp_path / "x.db")
    graph = counting(6).compile(checkpointer=saver)
    with caplog.at_level(logging.WARNING, logger="dalsegno"):
        state = graph.get_state(on("t"))
    assert state.config["configurable"]["checkpoint_id"] == ids[1]
    assert f"checkpoint {ids[0]!r}" in caplog.text
    assert graph.invoke(None, on("t"), durability="sync")["n"] == 6
    assert values(saver)["n"] == 6


def test_a_damaged_checkpoint_asked_for_by_name_is_refused_with_the_sound_one(
    tmp_path: Path,
) -> None:
    ids = _run(tmp_path / "x.db")
    _flip(tmp_path / "x.db", ids[0], 0)
    saver = SqliteSaver(tmp_path / "x.db")
    with pytest.raises(DamagedError) as refused:
        saver.get_tuple(on("t", checkpoint_ns="", checkpoint_id=ids[0]))
    assert ids[0] in refused.value.message
    assert ids[1] in str(refused.value.fix)
    assert refused.value.thread == "t"
    assert len(list(saver.list(on("t")))) == len(ids) - 1


def test_a_channel_whose_value_is_damaged_is_named(tmp_path: Path) -> None:
    place = tmp_path / "x.db"
    saver = SqliteSaver(place)
    graph = counting(40, lambda _: "text " * 20).compile(checkpointer=saver)
    graph.invoke({"items": [], "n": 0}, on("t"), durability="sync")
    ids = [each.config["configurable"]["checkpoint_id"] for each in saver.list(on("t"))]
    saver.database.close()
    _flip(place, ids[20], 1)
    saver = SqliteSaver(place)
    with pytest.raises(DamagedError, match="channel 'items'"):
        saver.get_tuple(on("t", checkpoint_ns="", checkpoint_id=ids[5]))
    report = saver.sound("t")
    assert report.last_sound == ids[20]
    assert any("channel 'items'" in each.said for each in report.damage)
    assert saver.sound("unknown").sound


def test_repair_takes_out_what_is_unsound_and_nothing_else(tmp_path: Path) -> None:
    ids = _run(tmp_path / "x.db")
    _flip(tmp_path / "x.db", ids[0], 0)
    _flip(tmp_path / "x.db", ids[2], 1)
    saver = SqliteSaver(tmp_path / "x.db")
    before = [each for each in saver.list(on("t")) if each.config]
    assert not saver.repair("t").sound
    assert saver.sound("t").sound
    assert [each.config for each in saver.list(on("t"))] == [each.config for each in before]
    assert values(saver, "other")["n"] == 6


def test_a_tasks_damaged_result_is_left_out_so_that_it_runs_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ids = _run(tmp_path / "x.db")
    _flip(tmp_path / "x.db", ids[1], 1)
    saver = SqliteSaver(tmp_path / "x.db")
    with caplog.at_level(logging.WARNING, logger="dalsegno"):
        found = saver.get_tuple(on("t", checkpoint_ns="", checkpoint_id=ids[1]))
    assert found is not None
    assert found.pending_writes == []
    assert "its task runs again" in caplog.text


def test_rows_swapped_between_threads_are_found(tmp_path: Path) -> None:
    _run(tmp_path / "x.db")
    place = tmp_path / "x.db"
    connection = sqlite3.connect(place)
    heads = dict(connection.execute("SELECT thread, head FROM dalsegno_place"))
    connection.close()
    for column in ("body", "sum", "checkpoint", "parent"):
        _edit(
            place,
            f"UPDATE dalsegno_record SET {column} = (SELECT {column} FROM dalsegno_record"
            " WHERE id = ?) WHERE id = ?",
            heads["other"],
            heads["t"],
        )
    assert not SqliteSaver(place).sound("t").sound
    assert SqliteSaver(place).sound("other").sound


def test_a_lost_place_is_found_though_its_records_are_there(tmp_path: Path) -> None:
    ids = _run(tmp_path / "x.db")
    _edit(tmp_path / "x.db", "DELETE FROM dalsegno_place WHERE thread = 't'")
    saver = SqliteSaver(tmp_path / "x.db")
    found = saver.get_tuple(on("t"))
    assert found is not None
    assert found.config["configurable"]["checkpoint_id"] == ids[0]
    assert not saver.sound("t").sound


def test_with_a_key_nobody_else_can_make_a_checksum(tmp_path: Path) -> None:
    _run(tmp_path / "x.db", key=b"secret")
    keyed = SqliteSaver(Database(tmp_path / "x.db", key=b"secret"))
    assert values(keyed)["n"] == 6
    assert SqliteSaver(Database(tmp_path / "x.db", key=b"other")).get_tuple(on("t")) is None


def _flipped_runs(tmp_path: Path, count: int, seed: int) -> None:
    """Each flipped bit of the file is found, or changes nothing that is read."""
    origin = tmp_path / "origin.db"
    _run(origin, steps=12)
    connection = sqlite3.connect(origin)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    sound = SqliteSaver(origin)
    known = {
        each.config["configurable"]["checkpoint_id"]: each
        for name in ("t", "other")
        for each in sound.list(on(name))
    }
    sound.database.close()
    data = origin.read_bytes()
    random = Random(seed)
    for number in range(count):
        place = tmp_path / f"flipped{number}.db"
        bit = random.randrange(len(data) * 8)
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        place.write_bytes(changed)
        try:
            saver = SqliteSaver(Database(place, timeout=0))
            try:
                for name in ("t", "other"):
                    found = saver.get_tuple(on(name))
                    assert found is not None, f"bit {bit}: thread {name!r} is silently gone"
                    one = known[found.config["configurable"]["checkpoint_id"]]
                    assert found.checkpoint == one.checkpoint, f"bit {bit}: silently another value"
                    assert found.metadata == one.metadata
                    assert found.parent_config == one.parent_config
            finally:
                saver.database.close()
        except DatabaseError:
            pass
        finally:
            for each in tmp_path.glob(f"flipped{number}.db*"):
                each.unlink()


def test_a_flipped_bit_is_found_or_changes_nothing(tmp_path: Path) -> None:
    _flipped_runs(tmp_path, 150, seed=1)


@pytest.mark.sweep
def test_ten_thousand_flipped_bits_are_found_or_change_nothing(tmp_path: Path) -> None:
    _flipped_runs(tmp_path, 10_000, seed=2)


def test_a_truncated_file_is_named(tmp_path: Path) -> None:
    place = tmp_path / "x.db"
    _run(place)
    connection = sqlite3.connect(place)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = place.read_bytes()
    place.write_bytes(data[: len(data) // 2])
    with pytest.raises(DatabaseError, match=r"x\.db"):
        values(SqliteSaver(place))


def test_a_file_deleted_under_a_run_stops_it(tmp_path: Path) -> None:
    place = tmp_path / "x.db"

    def step(number: int) -> str:
        if number == 3:
            place.unlink()
        return str(number)

    ran: list[int] = []
    graph = counting(9, lambda number: (ran.append(number), step(number))[1])
    with pytest.raises(DatabaseError, match="deleted or replaced"):
        graph.compile(checkpointer=SqliteSaver(place)).invoke(
            {"items": [], "n": 0}, on("t"), durability="sync"
        )
    assert ran == [0, 1, 2, 3]


_FULL = """
import asyncio, resource, sys
from pathlib import Path
from dalsegno.checkpoints import SqliteSaver
from dalsegno.state.errors import DatabaseError
from tests.saver_contract import counting, on
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
place, face = Path(sys.argv[1]), sys.argv[2]
ran = []
def make(number):
    ran.append(number)
    if number == 5:
        grown = sum(each.stat().st_size for each in place.parent.glob("x.db-wal"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (grown, resource.RLIM_INFINITY))
    return "x" * 50_000
graph = counting(30, make).compile(checkpointer=SqliteSaver(place))
try:
    if face == "sync":
        graph.invoke({"items": [], "n": 0}, on("t"), durability="sync")
    else:
        asyncio.run(graph.ainvoke({"items": [], "n": 0}, on("t"), durability="sync"))
except DatabaseError as error:
    print(ran[-1], error.message)
"""


@pytest.mark.parametrize("face", ["sync", "async"])
def test_no_node_starts_after_a_write_that_failed_on_a_full_disk(face: str, tmp_path: Path) -> None:
    place = tmp_path / "x.db"
    printed = subprocess.check_output(
        [sys.executable, "-c", _FULL, str(place), face],
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    last, _, said = printed.partition(" ")
    assert last == "5", printed
    assert "x.db" in said
    saver = SqliteSaver(place)
    assert saver.sound("t").sound
    again = counting(8).compile(checkpointer=saver)
    assert again.invoke(None, on("t"), durability="sync")["n"] == 8


def test_a_read_only_file_is_named(tmp_path: Path) -> None:
    place = tmp_path / "x.db"
    _run(place)
    saver = SqliteSaver(place)
    saver.database.connection.execute("PRAGMA query_only=ON")
    graph = counting(9).compile(checkpointer=saver)
    with pytest.raises(DatabaseError, match="read-only"):
        graph.invoke({"items": [], "n": 0}, on("t"), durability="sync")
    saver.database.close()
    assert values(SqliteSaver(place))["n"] == 6
