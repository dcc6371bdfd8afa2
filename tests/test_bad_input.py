"""Wrong input: a message that says what and what to do, and nothing left half-written."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest

from dalsegno import Runtime
from dalsegno.desk import deciding
from dalsegno.graphs.library import sample
from dalsegno.state.errors import (
    ConflictError,
    DalsegnoError,
    DatabaseError,
    DecisionError,
    DocumentError,
    InputError,
    ModelError,
    NotFoundError,
)

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def dalsegno(tmp_path: Path) -> Command:
    """The command line in an empty directory, as a stranger has it."""

    def run(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "dalsegno", *words],
            cwd=tmp_path,
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def _pdf(pages: int, text: str = "", password: str | None = None) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, encrypt=password)
    for number in range(pages):
        if text:
            canvas.drawString(72, 720, f"{text} {number + 1}")
        else:
            canvas.rect(72, 72, 300, 300, fill=1)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.fixture(scope="session")
def bad_documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files that are no document with text."""
    folder = tmp_path_factory.mktemp("bad documents")
    good = _pdf(2, "Revenue grew by twelve per cent over the year before.")
    (folder / "text.pdf").write_text("This is no PDF at all.\n")
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "truncated.pdf").write_bytes(good[: len(good) // 2])
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing of a PDF\n%%EOF\n")
    (folder / "encrypted.pdf").write_bytes(_pdf(1, "A secret report of the year.", "secret"))
    (folder / "scanned.pdf").write_bytes(_pdf(3))
    (folder / "long.pdf").write_bytes(_pdf(2000, "Revenue grew by twelve per cent."))
    return folder


@pytest.fixture(scope="session")
def paused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database whose run ``r`` waits for the decision ``r.1``; copied by whoever changes it."""
    place = tmp_path_factory.mktemp("paused") / "runs.db"
    runtime = Runtime(str(place), new_id=lambda: "r")
    assert runtime.start("investor_summary", sample("investor_summary")).status == "paused"
    runtime.close()
    return place


@pytest.fixture
def waiting(paused: Path, tmp_path: Path) -> Iterator[Runtime]:
    """A runtime of the test's own with that run."""
    shutil.copy(paused, tmp_path / "copy.db")
    runtime = Runtime(str(tmp_path / "copy.db"))
    yield runtime
    runtime.close()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none.pdf", "There is no file"),
        ("", "is a directory"),
        ("text.pdf", "is not a PDF"),
        ("empty.pdf", "is empty .0 bytes."),
        ("truncated.pdf", "is truncated"),
        ("broken.pdf", "is damaged"),
        ("encrypted.pdf", "is encrypted"),
        ("scanned.pdf", "has no text on its 3 page"),
        ("long.pdf", "has 2,000 pages; at most 1,000 are read"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused_before_anything_is_written(
    name: str, said: str, bad_documents: Path, tmp_path: Path
) -> None:
    with pytest.raises(DocumentError, match=said) as refused:
        Runtime("sqlite:///runs.db").start(
            "investor_summary", {"document": str(bad_documents / name)}
        )
    assert str(bad_documents / name) in str(refused.value)
    assert refused.value.fix
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wrong", "kind", "said"),
    [
        ({"workflow": "investor_sumary"}, NotFoundError, "nearest name is 'investor_summary'"),
        ({"inputs": {}}, InputError, "needs the input 'document'"),
        ({"inputs": {"document": "x", "max_page": "3"}}, InputError, "name is 'max_pages'"),
        ({"inputs": {"document": "x", "max_pages": "abc"}}, InputError, "'max_pages'.*'abc'"),
        ({"model": "openai:gpt-5-mini"}, ModelError, "OPENAI_API_KEY is not set"),
        ({"model": "opnai:gpt-5-mini"}, ModelError, "nearest name is 'openai'"),
        ({"model": "offline:think"}, ModelError, "no offline model 'think'"),
    ],
)
def test_a_wrong_start_is_refused_before_anything_is_written(
    wrong: dict[str, object], kind: type[DalsegnoError], said: str, sample: Path, tmp_path: Path
) -> None:
    start: dict[str, object] = {"workflow": "investor_summary", "inputs": {"document": str(sample)}}
    with pytest.raises(kind, match=said) as refused:
        Runtime("sqlite:///runs.db").start(**{**start, **wrong})  # type: ignore[arg-type]
    assert refused.value.fix
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "Missing argument"),
        (["run", "investor_summary", "none.pdf"], "There is no file"),
        (["run", "investor_summary", "none.pdf", "--set", "out"], "--set 'out' is not key=value"),
        (["run", "investor_summary", "a.pdf", "--set", "document=b.pdf"], "is given twice"),
        (["show", "nothing"], "There is no run 'nothing'"),
        (["decide", "nothing.1", "approve"], "There is no review 'nothing.1'"),
        (["decide", "r.1", "edit", "--args", "{"], "--args is not JSON"),
        (["run", "investor_summary", "x", "--db", "postgresql://h/d"], "not available yet"),
    ],
)
def test_wrong_words_exit_2_with_the_error_as_the_one_json_object(
    words: list[str], said: str, dalsegno: Command, tmp_path: Path
) -> None:
    ended = dalsegno(*words, "--json")
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    printed = json.loads(ended.stdout)
    assert said in printed["error"]["message"]
    assert printed["run_id"] is None
    assert set(printed) == {
        *("run_id", "thread_id", "workflow", "status", "output"),
        *("reviews", "artifacts", "error", "metrics"),
    }
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["shwo", "x"], "Did you mean 'show'?"),
        (["runs", "--jason"], "No such option"),
        (["graph", "investor_summary", "--out", "x.png"], "neither an .svg nor a .mmd"),
        (["resume", "nothing"], "There is no run 'nothing'"),
    ],
)
def test_a_wrong_command_exits_2_and_says_what_is_right(
    words: list[str], said: str, dalsegno: Command
) -> None:
    ended = dalsegno(*words)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert ended.stdout == ""


def test_a_name_that_is_no_text_is_refused(dalsegno: Command, sample: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"b\xffd.pdf")
    shutil.copy(sample, tmp_path / name)
    ended = dalsegno("run", "investor_summary", name, "--json")
    assert ended.returncode == 2
    assert "is not in UTF-8" in json.loads(ended.stdout)["error"]["message"]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_second_decision_says_who_decided_what_and_changes_nothing(waiting: Runtime) -> None:
    waiting.decide("r.1", {"type": "approve"}, by="Ann")
    with pytest.raises(ConflictError, match="already decided: approve by 'Ann'") as refused:
        waiting.decide("r.1", {"type": "reject", "message": "no"}, by="Bob")
    assert "dalsegno show r" in str(refused.value)
    assert waiting.review("r.1").decided_by == "Ann"


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        ({"type": "aprove"}, "'aprove'; the nearest name is 'approve'"),
        ({"type": "edit", "args": {"sumary": "x"}}, "'sumary'; the nearest name is 'summary'"),
        ({"type": "edit", "args": {"summary": 3}}, "'summary' does not fit.*found 3"),
        ({"type": "edit", "args": {"summary": ""}}, "'summary' does not fit"),
        ({"type": "edit", "args": {}}, "'edit' does not fit"),
        ({"type": "respond", "message": ""}, "'respond' does not fit"),
    ],
)
def test_a_decision_that_does_not_fit_leaves_the_review_open(
    decision: dict[str, object], said: str, waiting: Runtime
) -> None:
    with pytest.raises(DecisionError, match=said) as refused:
        waiting.decide("r.1", decision, by="Ann")
    assert refused.value.fix
    assert waiting.review("r.1").open
    assert waiting.run("r").status == "paused"


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("edit", {"args": "[1]"}, "--args is JSON, but no object"),
        ("edit", {"args": "{}"}, "--args holds no field"),
        ("edit", {"args": "[" * 100_000}, "--args is not JSON"),
        ("edit", {}, "'edit' needs --args"),
        ("respond", {}, "'respond' needs --message"),
        ("respond", {"message": "  "}, "'respond' needs --message"),
        ("approve", {"message": "well done"}, "'approve' takes no --message"),
        ("approve", {"args": '{"summary": "x"}'}, "'approve' takes no --args"),
    ],
)
def test_an_option_that_a_decision_lacks_is_asked_for_by_its_name(
    kind: str, options: dict[str, str], said: str
) -> None:
    with pytest.raises((InputError, DecisionError), match=said) as refused:
        deciding.chosen(kind, **{"args": None, "message": None, **options})
    assert refused.value.fix


def test_a_decision_that_could_not_be_carried_out_is_not_recorded(
    paused: Path, tmp_path: Path, dalsegno: Command
) -> None:
    place = tmp_path / "copy.db"
    shutil.copy(paused, place)
    with sqlite3.connect(place) as connection:
        connection.execute("UPDATE dalsegno_run SET model = 'openai:gpt-5-mini'")
    connection.close()
    ended = dalsegno("decide", "r.1", "approve", "--db", str(place))
    assert ended.returncode == 2
    assert "OPENAI_API_KEY is not set" in ended.stderr
    assert "recorded" not in ended.stderr
    with sqlite3.connect(place) as connection:
        decisions = connection.execute("SELECT decision FROM dalsegno_review").fetchall()
    connection.close()
    assert decisions == [(None,)]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("folder", "is a directory"),
        ("none/runs.db", "There is no directory"),
        ("text.txt", "is not a SQLite database"),
        ("text.txt/runs.db", "Not a directory"),
        ("a" * 5000, "File name too long"),
        ("/dev/null", "is no file"),
    ],
)
def test_a_place_that_is_no_database_is_refused_for_reading_and_writing(
    place: str, said: str, sample: Path, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.txt").write_text("This is no database at all, as its first bytes say.\n")
    before = sorted(tmp_path.iterdir())
    runtime = Runtime(place)
    for ask in (
        runtime.runs,
        lambda: runtime.run("x"),
        lambda: runtime.start("investor_summary", {"document": str(sample)}),
    ):
        with pytest.raises(DatabaseError, match=said) as refused:
            ask()
        assert refused.value.fix
    assert sorted(tmp_path.iterdir()) == before


def test_a_database_problem_exits_1_and_doctor_names_it_too(
    dalsegno: Command, tmp_path: Path
) -> None:
    (tmp_path / "text.txt").write_text("This is no database at all, as its first bytes say.\n")
    listed = dalsegno("runs", "--db", "text.txt")
    assert (listed.returncode, listed.stdout) == (1, "")
    assert "is not a SQLite database" in listed.stderr
    examined = dalsegno("doctor", "--db", "text.txt")
    assert examined.returncode == 1
    assert "is not a SQLite database" in examined.stdout


def test_a_locked_database_is_waited_for_and_then_named(paused: Path, sample: Path) -> None:
    place = paused.with_name("locked.db")
    shutil.copy(paused, place)
    other = sqlite3.connect(place, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    runtime = Runtime(f"sqlite:///{place}?timeout=0.2")
    try:
        with pytest.raises(DatabaseError, match="is locked by another process"):
            runtime.start("investor_summary", {"document": str(sample)})
        with pytest.raises(DatabaseError, match="is locked by another process"):
            runtime.decide("r.1", {"type": "approve"}, by="Ann")
        assert runtime.run("r").status == "paused", "reading waits for nobody"
    finally:
        runtime.close()
        other.close()


def test_the_command_line_says_that_a_database_is_locked(
    paused: Path, tmp_path: Path, dalsegno: Command
) -> None:
    shutil.copy(paused, tmp_path / "copy.db")
    other = sqlite3.connect(tmp_path / "copy.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        ended = dalsegno("decide", "r.1", "approve", "--db", "sqlite:///copy.db?timeout=1")
    finally:
        other.close()
    assert ended.returncode == 1
    assert "is locked by another process" in ended.stderr
    assert "recorded" not in ended.stderr


@pytest.fixture
def read_only(paused: Path, tmp_path: Path) -> Iterator[Path]:
    """A database that even root cannot write, by the file system's immutable flag."""
    place = tmp_path / "copy.db"
    shutil.copy(paused, place)
    chattr = shutil.which("chattr")
    if chattr is None:
        pytest.skip("there is no chattr to make a file that root cannot write")
    if subprocess.run([chattr, "+i", place], capture_output=True, check=False).returncode:
        pytest.skip("this file system has no immutable flag, or it is not ours to set")
    yield place
    subprocess.run([chattr, "-i", place], check=True)


def test_a_read_only_database_is_read_and_not_written(read_only: Path, sample: Path) -> None:
    runtime = Runtime(str(read_only))
    assert runtime.run("r").status == "paused"
    with pytest.raises(DatabaseError, match="is read-only") as refused:
        runtime.start("investor_summary", {"document": str(sample)})
    assert "--db" in str(refused.value)
    with pytest.raises(DatabaseError, match="is read-only"):
        runtime.decide("r.1", {"type": "approve"}, by="Ann")
    assert runtime.review("r.1").open
    runtime.close()


def test_doctor_finds_a_read_only_database(read_only: Path, dalsegno: Command) -> None:
    examined = dalsegno("doctor", "--db", str(read_only))
    assert examined.returncode == 1
    assert "is read-only" in examined.stdout
