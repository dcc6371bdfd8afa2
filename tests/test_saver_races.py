"""Many at once: threads, coroutines, processes, and forks, on one file."""

import asyncio
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dalsegno.checkpoints import SqliteSaver
from dalsegno.checkpoints.database import Database
from dalsegno.checkpoints.leases import revoke
from dalsegno.state.errors import DatabaseError, LeaseError
from dalsegno.state.run import HOLDER, Holder
from tests.saver_contract import counting, on, values


def _insert(name: str) -> "object":
    return lambda connection: connection.execute(
        "INSERT INTO dalsegno_value VALUES (?, '', x'')", (name.encode(),)
    )


def _count(database: Database) -> int:
    found: int = database.rows("SELECT count(*) FROM dalsegno_value")[0][0]
    return found


async def test_many_waiting_works_share_few_commits(tmp_path: Path) -> None:
    reached: list[str] = []
    database = Database(tmp_path / "x.db", reach=reached.append)
    await asyncio.gather(*(database.awrite(_insert(str(n)), what="test") for n in range(200)))
    assert _count(database) == 200
    assert reached.count("before test") == reached.count("after test") < 50
    database.close()


async def test_a_work_that_fails_fails_alone(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db")

    def bad(_connection: object) -> None:
        raise ValueError("bad")

    works = [bad if n == 7 else _insert(str(n)) for n in range(20)]
    outcomes = await asyncio.gather(
        *(database.awrite(work, what="test") for work in works), return_exceptions=True
    )
    assert [n for n, each in enumerate(outcomes) if isinstance(each, ValueError)] == [7]
    assert _count(database) == 19
    database.close()


def test_threads_and_their_works_are_all_committed(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db")

    def write(thread: int) -> None:
        for number in range(30):
            database.write(_insert(f"{thread}.{number}"), what="test", durable=number % 2 == 0)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert _count(database) == 240


def test_a_write_within_a_transaction_of_the_same_thread_is_refused(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db")
    with (
        pytest.raises(RuntimeError, match="within a transaction"),
        database.transaction(),
    ):
        database.write(_insert("x"), what="test")
    assert _count(database) == 0


def test_a_child_of_a_fork_opens_its_own_connection(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.db")
    database.write(_insert("parent"), what="test")
    inherited = database.connection
    child = os.fork()
    if child == 0:
        try:
            assert database.connection is not inherited
            database.write(_insert("child"), what="test")
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert database.connection is inherited
    database.write(_insert("parent again"), what="test")
    assert _count(database) == 3


def test_a_database_that_another_holds_too_long_is_said_to_be_locked(tmp_path: Path) -> None:
    holding = Database(tmp_path / "x.db")
    waiting = Database(tmp_path / "x.db", timeout=0.05, jitter=lambda: 0.5)
    waiting.connection.execute("SELECT 1")
    with (
        holding.transaction(),
        pytest.raises(DatabaseError, match="locked by another process"),
    ):
        waiting.write(_insert("x"), what="test")
    waiting.write(_insert("x"), what="test")


def test_who_does_not_hold_a_threads_lease_may_not_write_to_it(tmp_path: Path) -> None:
    saver = SqliteSaver(tmp_path / "x.db", clock=lambda: 100.0)
    saver.database.write(
        lambda connection: connection.execute(
            "INSERT INTO dalsegno_lease VALUES ('t', 3, ?, 200.0)", ("elsewhere:1:1:1",)
        ),
        what="test",
    )
    graph = counting(2).compile(checkpointer=saver)
    with pytest.raises(LeaseError):
        graph.invoke({"items": [], "n": 0}, on("t"), durability="sync")
    assert saver.get_tuple(on("t")) is None
    holder = Holder(name="elsewhere:1:1:1", fence=3)
    held = on("t", **{HOLDER: holder})
    assert graph.invoke({"items": [], "n": 0}, held, durability="sync")["n"] == 2
    older = on("t", **{HOLDER: Holder(name=holder.name, fence=2)})
    with pytest.raises(LeaseError):
        graph.invoke({"items": [], "n": 0}, older, durability="sync")


async def test_a_lease_that_was_taken_away_in_the_same_commit_is_seen(tmp_path: Path) -> None:
    saver = SqliteSaver(tmp_path / "x.db", clock=lambda: 100.0)
    saver.database.write(
        lambda connection: connection.execute(
            "INSERT INTO dalsegno_lease VALUES ('t', 3, 'here:1:1:1', 200.0)"
        ),
        what="test",
    )
    held = on("t", checkpoint_id="c", **{HOLDER: Holder(name="here:1:1:1", fence=3)})
    with saver.database.lock:  # so that all of them wait for one commit
        waiting = [
            asyncio.ensure_future(each)
            for each in (
                saver.aput_writes(held, [("a", 1)], "task 1"),
                saver.aput_writes(held, [("a", 2)], "task 2"),
                saver.database.awrite(lambda connection: revoke(connection, "t"), what="revoke"),
                saver.aput_writes(held, [("a", 3)], "task 3"),
            )
        ]
        await asyncio.sleep(0.05)
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert outcomes[:3] == [None] * 3
    assert isinstance(outcomes[3], LeaseError)
    rows = saver.database.rows("SELECT task FROM dalsegno_record ORDER BY id")
    assert [row["task"] for row in rows] == ["task 1", "task 2"]
    saver.database.close()


@pytest.mark.parametrize("face", ["sync", "async"])
def test_no_checkpoint_is_built_on_writes_that_were_not_stored(face: str, tmp_path: Path) -> None:
    saver = SqliteSaver(tmp_path / "x.db")
    ran: list[int] = []

    def fail(point: str) -> None:
        if point == "before writes" and ran[-1:] == [3]:
            raise OSError("no")

    saver.database.reach = fail
    graph = counting(9, lambda number: (ran.append(number), "x" * 50)[1])
    compiled = graph.compile(checkpointer=saver)
    with pytest.raises((OSError, DatabaseError)):
        if face == "sync":
            compiled.invoke({"items": [], "n": 0}, on("t"), durability="sync")
        else:
            asyncio.run(compiled.ainvoke({"items": [], "n": 0}, on("t"), durability="sync"))
    assert ran == [0, 1, 2, 3]
    saver.database.reach = lambda _: None
    assert values(saver)["n"] == 3
    assert compiled.invoke(None, on("t"), durability="sync")["n"] == 9


_WORKER = """
import sys
from pathlib import Path
from dalsegno.checkpoints import SqliteSaver
from tests.saver_contract import counting, on
from concurrent.futures import ThreadPoolExecutor
graph = counting(3).compile(checkpointer=SqliteSaver(Path(sys.argv[1])))
def one(number):
    graph.invoke({"items": [], "n": 0}, on(f"{sys.argv[2]}.{number}"), durability="sync")
with ThreadPoolExecutor(8) as pool:
    list(pool.map(one, range(12)))
"""


def test_processes_of_many_threads_share_a_file(tmp_path: Path) -> None:
    place = tmp_path / "x.db"
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", _WORKER, str(place), str(number)],
            cwd=Path(__file__).parent.parent,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    assert [each.communicate(timeout=60)[1] for each in workers] == [""] * 3
    saver = SqliteSaver(place)
    for number in range(3):
        for thread in range(12):
            assert values(saver, f"{number}.{thread}")["n"] == 3
