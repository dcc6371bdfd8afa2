"""The run database: one file, private, opened by many at once, and refused in words."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from dalsegno import Runtime
from dalsegno.checkpoints.database import SCHEMA_VERSION, Database, database_at
from dalsegno.checkpoints.writer import Job, Queue
from dalsegno.state.errors import DatabaseError, InputError

Opener = Callable[[Path], Database]


@pytest.fixture
def opened() -> Iterator[Opener]:
    """Databases that are closed after the test."""
    known: list[Database] = []

    def at(place: Path) -> Database:
        known.append(Database(place))
        return known[-1]

    yield at
    for each in known:
        each.close()


_OPENS = """
import os, sys, time
os.umask(0)
from pathlib import Path
from dalsegno.checkpoints.database import Database
print("ready", flush=True)
sys.stdin.readline()
for number in range(12):
    place = Path(sys.argv[1], f"{number}.db")
    with Database(place).transaction() as connection:
        name = sys.argv[2].encode()
        connection.execute("INSERT INTO dalsegno_value VALUES (?, '', x'')", (name,))
"""


def test_eight_first_processes_may_open_a_new_database_at_once(
    tmp_path: Path, opened: Opener
) -> None:
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", _OPENS, str(tmp_path), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(8)
    ]
    for each in openers:
        assert each.stdout is not None
        each.stdout.readline()
    for each in openers:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    ended = [each.communicate(timeout=60)[1] for each in openers]
    assert ended == [""] * 8
    for number in range(12):
        rows = opened(tmp_path / f"{number}.db").rows("SELECT count(*) FROM dalsegno_value")
        assert rows[0][0] == 8


def test_the_database_and_its_journal_are_private_whatever_the_umask(tmp_path: Path) -> None:
    program = (
        "import os, sys; os.umask(0)\n"
        "from pathlib import Path\n"
        "from dalsegno.checkpoints.database import Database\n"
        "Database(Path('x.db')).connection.execute('CREATE TABLE t (x)')\n"
        "print(*(f'{path.name}={path.stat().st_mode & 0o777:o}' for path in Path().iterdir()))\n"
    )
    printed = subprocess.check_output([sys.executable, "-c", program], cwd=tmp_path, text=True)
    assert sorted(printed.split()) == ["x.db-shm=600", "x.db-wal=600", "x.db=600"]


def test_reading_where_there_is_no_database_creates_nothing(tmp_path: Path) -> None:
    runtime = Runtime(f"sqlite:///{tmp_path}/none.db")
    assert runtime.runs() == ()
    assert runtime.reviews() == ()
    assert list(tmp_path.iterdir()) == []


def test_reading_an_empty_file_makes_no_tables(tmp_path: Path) -> None:
    place = tmp_path / "empty.db"
    place.touch()
    assert Runtime(str(place)).runs() == ()
    assert place.stat().st_size == 0


def test_an_empty_file_becomes_a_database_with_the_first_write(
    tmp_path: Path, opened: Opener
) -> None:
    place = tmp_path / "empty.db"
    place.touch()
    database = opened(place)
    assert database.rows("SELECT * FROM dalsegno_run") == []
    with database.transaction() as connection:
        connection.execute("INSERT INTO dalsegno_value VALUES (x'61', '', x'')")
    assert len(database.rows("SELECT * FROM dalsegno_value")) == 1


def test_a_failed_transaction_leaves_nothing_and_the_next_one_works(
    tmp_path: Path, opened: Opener
) -> None:
    database = opened(tmp_path / "x.db")
    insert = "INSERT INTO dalsegno_value VALUES (?, '', x'')"
    with pytest.raises(RuntimeError), database.transaction() as connection:
        connection.execute(insert, (b"lost",))
        raise RuntimeError
    with database.transaction() as connection:
        connection.execute(insert, (b"kept",))
    assert [row[0] for row in database.rows("SELECT digest FROM dalsegno_value")] == [b"kept"]


def test_a_database_of_a_newer_schema_is_refused_unchanged(tmp_path: Path, opened: Opener) -> None:
    place = tmp_path / "newer.db"
    with opened(place).transaction() as connection:
        connection.execute("INSERT INTO dalsegno_value VALUES (x'61', '', x'')")
    opened(place).connection.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    with pytest.raises(DatabaseError, match=f"newer Dalsegno .schema {SCHEMA_VERSION + 1}"):
        Runtime(str(place)).runs()


def test_another_programs_database_is_refused_unchanged(tmp_path: Path) -> None:
    place = tmp_path / "places.db"
    other = sqlite3.connect(place)
    other.execute("CREATE TABLE bookmarks (url)")
    other.commit()
    other.close()
    before = place.read_bytes()
    for ask in (Runtime(str(place)).runs, lambda: Database(place).connection):
        with pytest.raises(DatabaseError, match="belongs to another program"):
            ask()
    assert place.read_bytes() == before


def test_langgraphs_own_checkpoints_may_have_been_there_before(
    tmp_path: Path, opened: Opener
) -> None:
    from langgraph.checkpoint.sqlite import SqliteSaver

    with SqliteSaver.from_conn_string(str(tmp_path / "x.db")) as saver:
        saver.setup()
    with closing(Runtime(str(tmp_path / "x.db"))) as runtime:
        assert runtime.runs() == ()
    assert opened(tmp_path / "x.db").connection is not None


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://ann:secret@host/runs", "PostgreSQL is not available yet"),
        ("postgresql+psycopg://host/runs", "PostgreSQL is not available yet"),
        ("mysql://host/runs", "names no database that can be used"),
        ("sqlite://runs.db", "names no database that can be used"),
        ("sqlite:runs.db", "names no database that can be used"),
        ("sqlite:///", "names no file"),
        ("", "names no file"),
        ("sqlite:///a%00b", "names no file"),
        ("sqlite:///:memory:", "would end with the process"),
        ("sqlite:///x.db?timeout=abc", "'abc' is not a number of seconds"),
        ("sqlite:///x.db?timeout=nan", "'nan' is not a number of seconds"),
        ("sqlite:///x.db?timeout=-1", "'-1' is not a number of seconds"),
        ("sqlite:///x.db?timout=1", "no option 'timout'; the nearest name is 'timeout'"),
    ],
)
def test_a_url_that_names_no_database_is_refused(url: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        database_at(url)
    assert refused.value.fix
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("sqlite:///runs.db", "runs.db"),
        ("runs.db", "runs.db"),
        ("sqlite:///my%20runs.db?timeout=2", "my runs.db"),
        ("my runs.db?timeout=2", "my runs.db"),
        ("sqlite:///übung/läufe.db", "übung/läufe.db"),
    ],
)
def test_a_url_or_a_path_names_a_file(url: str, place: str, tmp_path: Path) -> None:
    assert database_at(url).path == tmp_path / place  # the test's own directory is this one


def test_an_absolute_url_and_a_home_are_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert database_at("sqlite:////var/runs.db").path == Path("/var/runs.db")
    assert database_at("~/runs.db").path == tmp_path / "runs.db"
    assert database_at("runs.db?timeout=2.5").timeout == 2.5


def test_a_queue_that_is_closed_while_somebody_writes_waits_for_nobody() -> None:
    """The work of another thread may come just when the last of the queue's own was done."""
    done: list[str] = []

    def commit(jobs: Sequence[Job[object]]) -> None:
        for job in jobs:
            job.done = True
            done.append(job.what)
        if len(done) == 1:
            queue.jobs.append(Job(work=lambda _: None, what="another's", durable=True))

    queue = Queue(lock=threading.RLock(), commit=commit)
    queue.later(Job(work=lambda _: None, what="own", durable=False))
    ending = threading.Thread(target=queue.close, daemon=True)
    ending.start()
    ending.join(10)
    assert not ending.is_alive()
    assert done == ["own", "another's"]
