"""The command line as a person and a script meet it, in real processes."""

import json
import os
import pty
import re
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dalsegno import Runtime
from dalsegno.desk import guard, terminal
from dalsegno.graphs.library import CATALOG

Command = Callable[..., subprocess.CompletedProcess[str]]
_PROGRAM = [sys.executable, "-m", "dalsegno"]


@pytest.fixture
def dalsegno(tmp_path: Path) -> Command:
    """The command line in an empty directory, its output in pipes."""

    def run(*words: str, cwd: Path = tmp_path, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*_PROGRAM, *words],
            cwd=cwd,
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


class Terminal:
    """The command line at a terminal of its own."""

    def __init__(self, *words: str) -> None:
        self._end, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [*_PROGRAM, *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "dumb"},
            start_new_session=True,
        )
        os.close(theirs)
        self.shown = ""

    def read_until(self, sign: str) -> str:
        """What was shown from the last call up to ``sign``; to the end when there is none."""
        start = len(self.shown)
        while not (sign and sign in self.shown[start:]):
            if not select.select([self._end], [], [], 30)[0]:
                raise AssertionError(f"{sign!r} was not shown:\n{self.shown[start:]}")
            try:
                data = os.read(self._end, 65_536)
            except OSError:  # Linux says so when the other side is closed
                data = b""
            if not data:
                break
            self.shown += data.decode()
        return self.shown[start:]

    def type(self, text: str) -> None:
        os.write(self._end, text.encode())

    def interrupt(self) -> None:
        """Ctrl-C, as often as it takes: one that comes just before the read is lost in Python."""
        while True:
            self.process.send_signal(signal.SIGINT)
            if select.select([self._end], [], [], 2)[0]:
                return

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._end)


@pytest.fixture
def demo() -> Iterator[Terminal]:
    at = Terminal("demo")
    yield at
    at.close()


_PROMPT = "(just Enter approves): "


def test_the_demo_without_a_terminal_approves_says_so_and_names_its_files(
    dalsegno: Command, tmp_path: Path
) -> None:
    ended = dalsegno("demo")
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == "", "no progress in a pipe"
    assert "the demo approves this as 'demo'" in ended.stdout
    paths = re.findall(r"^  (dalsegno-runs/\S+/sample_report-\S+)$", ended.stdout, re.MULTILINE)
    assert [Path(path).suffix for path in paths] == [".pdf", ".txt"]
    assert all((tmp_path / path).stat().st_size > 0 for path in paths)


def test_the_demo_in_json_prints_one_object(dalsegno: Command) -> None:
    ended = dalsegno("demo", "--json")
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["status"] == "completed"


def test_the_demo_at_a_terminal_asks_again_until_it_has_a_decision(demo: Terminal) -> None:
    begun = demo.read_until(_PROMPT)
    assert "✓ load" in begun
    assert "waits for a person" in begun
    demo.type("abort\n")
    assert "'abort' is none of these" in demo.read_until(_PROMPT)
    demo.type("q\n")
    demo.read_until("question: ")
    demo.type("  \n")
    assert "Please type something" in demo.read_until("question: ")
    demo.type("How high is the term loan?\n")
    answered = demo.read_until(_PROMPT)
    assert "You asked" in answered
    assert "$85.0" in answered
    assert "summary: as before" in answered
    demo.type("e\n")
    demo.read_until("Which field: summary, email? (just Enter: summary): ")
    demo.type("sumary\n")
    assert "There is no field 'sumary'" in demo.read_until("summary): ")
    demo.type("\n")
    demo.read_until("line: ")
    demo.type("A good year.\n")
    ended = demo.read_until("")
    assert "completed: edited" in ended
    assert "-summary.pdf" in ended
    assert demo.process.wait(10) == 0


def test_just_enter_approves_in_the_demo(demo: Terminal) -> None:
    demo.read_until(_PROMPT)
    demo.type("\n")
    assert "completed: approved" in demo.read_until("")
    assert demo.process.wait(10) == 0


def test_the_end_of_input_decides_nothing(demo: Terminal) -> None:
    demo.read_until(_PROMPT)
    demo.type("\x04")
    assert "Left undecided; the review waits" in demo.read_until("")
    assert demo.process.wait(10) == 3
    assert _statuses() == ["paused"]


def test_ctrl_c_at_the_question_leaves_the_review_waiting(demo: Terminal) -> None:
    demo.read_until(_PROMPT)
    demo.interrupt()
    stopped = demo.read_until("")
    assert "Stopped; what was done is kept" in stopped
    assert "dalsegno resume" in stopped
    assert demo.process.wait(10) == 130
    assert _statuses() == ["paused"]


_OBJECT = {
    *("run_id", "thread_id", "workflow", "status", "output"),
    *("reviews", "artifacts", "error", "metrics"),
}


def test_a_run_is_started_shown_and_decided_on_in_json(
    dalsegno: Command, sample: Path, tmp_path: Path
) -> None:
    started = dalsegno("run", "investor_summary", str(sample), "--json")
    assert started.returncode == 3
    assert started.stderr == ""
    begun: dict[str, Any] = json.loads(started.stdout)
    assert set(begun) == _OBJECT
    assert begun["status"] == "paused"
    review = begun["reviews"][0]
    assert {"id", "node", "request", "assignee", "deadline"} <= set(review)

    shown = dalsegno("show", begun["run_id"], "--json")
    assert shown.returncode == 0
    assert json.loads(shown.stdout) == begun

    decided = dalsegno("decide", review["id"], "approve", "--by", "Ann", "--json")
    assert decided.returncode == 0, decided.stderr
    done = json.loads(decided.stdout)
    assert set(done) == _OBJECT
    assert (done["status"], done["reviews"], done["error"]) == ("completed", [], None)
    assert len(done["artifacts"]) == 2
    assert all(Path(path).is_file() for path in done["artifacts"])

    again = dalsegno("decide", review["id"], "reject", "--by", "Bob")
    assert again.returncode == 2
    assert "already decided: approve by 'Ann'" in again.stderr


def test_a_run_that_fails_exits_1_and_tells_why_and_how_to_go_on(
    dalsegno: Command, sample: Path, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "dalsegno-runs"
    in_the_way.touch()
    failed = dalsegno("run", "investor_summary", str(sample), "--json")
    assert failed.returncode == 1
    run = json.loads(failed.stdout)
    assert set(run) == _OBJECT
    assert run["status"] == "failed"
    assert run["error"]["node"] == "format"
    shown = dalsegno("show", run["run_id"]).stdout
    assert "cannot be written" in shown
    assert f"dalsegno resume {run['run_id']}" in shown

    in_the_way.unlink()
    assert dalsegno("resume", run["run_id"]).returncode == 3


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A report that takes a while to read."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "slow.pdf"))
    for number in range(1000):
        for line in range(24):
            canvas.drawString(40, 760 - 30 * line, f"Revenue grew 12% in branch {line}-{number}.")
        canvas.showPage()
    canvas.save()
    return tmp_path / "slow.pdf"


def _running(report: Path, place: Path) -> subprocess.Popen[str]:
    """A run of the program that is within a step."""
    running = subprocess.Popen(
        [*_PROGRAM, "run", "investor_summary", str(report)],
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 30
    while not _begun():
        assert time.monotonic() < until
        time.sleep(0.005)
    return running


def test_a_terminated_run_ends_its_step_and_a_worker_finishes_it(
    slow: Path, dalsegno: Command, tmp_path: Path
) -> None:
    running = _running(slow, tmp_path)
    running.send_signal(signal.SIGTERM)
    printed, said = running.communicate(timeout=30)
    run = _only_run()
    assert running.returncode == 1, said
    assert f"Run {run}" in printed
    assert f"dalsegno resume {run}" in printed
    assert _statuses() == ["queued"]
    worked = dalsegno("worker", "--once")
    assert worked.returncode == 0, worked.stderr
    assert run in worked.stdout
    assert _statuses() == ["paused"]


def test_ctrl_c_stops_a_run_in_order_and_resume_finishes_it(
    slow: Path, dalsegno: Command, tmp_path: Path
) -> None:
    running = _running(slow, tmp_path)
    running.send_signal(signal.SIGINT)
    printed, said = running.communicate(timeout=9)
    run = _only_run()
    assert running.returncode == 130, said
    assert printed == ""
    assert said == f"\nStopped; what was done is kept.\n  Go on with: dalsegno resume {run}\n"
    with closing(sqlite3.connect("dalsegno.db")) as connection:
        row = connection.execute(
            "SELECT status, holder FROM dalsegno_run NATURAL JOIN dalsegno_lease"
        ).fetchone()
    assert row == ("queued", None), "nobody may take it for running"
    assert "stopped" in dalsegno("show", run).stdout or "failed" in dalsegno("show", run).stdout

    resumed = dalsegno("resume", run)
    assert resumed.returncode == 3, resumed.stderr


def _statuses() -> list[str]:
    with closing(Runtime()) as runtime:
        return [run.status for run in runtime.runs()]


def _begun() -> bool:
    with closing(Runtime()) as runtime:
        return any(run.trace for run in runtime.runs())


def _only_run() -> str:
    with closing(Runtime()) as runtime:
        [run] = runtime.runs()
    return run.id


def _paused(sample: Path, place: Path, run: str = "r") -> None:
    with closing(Runtime(str(place), new_id=lambda: run)) as runtime:
        runtime.start("investor_summary", {"document": str(sample)})


def test_show_of_a_paused_run_tells_a_reviewer_everything_once(
    dalsegno: Command, sample: Path, tmp_path: Path
) -> None:
    _paused(sample, tmp_path / "other runs.db")
    shown = dalsegno("show", "r", "--db", "other runs.db")
    assert shown.returncode == 0
    text = shown.stdout
    assert text.startswith("Run r (investor_summary) is paused: a person decides now.")
    for once in ("Revenue  ", "draft-1/sample_report-summary.pdf", "Trends. ", "  email:"):
        assert text.count(once) == 1, once
    assert "  dalsegno decide r.1 approve --db 'other runs.db'\n" in text
    assert max(map(len, text.splitlines())) <= 96 + len(" --db 'other runs.db'")


def test_output_into_a_closed_pipe_is_no_traceback(
    dalsegno: Command, sample: Path, tmp_path: Path
) -> None:
    _paused(sample, tmp_path / "dalsegno.db")
    for words in (["show", "r"], ["show", "r", "--json"], ["runs"], ["--help"]):
        reader, writer = os.pipe()
        os.close(reader)
        ended = subprocess.run(
            [*_PROGRAM, *words], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
        )
        os.close(writer)
        assert (ended.returncode, ended.stderr) == (0, ""), words


def test_an_ascii_terminal_gets_stand_ins_and_whole_json(
    dalsegno: Command, sample: Path, tmp_path: Path
) -> None:
    _paused(sample, tmp_path / "dalsegno.db")
    ascii_only = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    edit = json.dumps({"summary": "Revenue: €5 ✓ — 東京"}, ensure_ascii=False)
    decided = dalsegno("decide", "r.1", "edit", "--args", edit, "--json", **ascii_only)
    assert decided.returncode == 0, decided.stderr
    assert json.loads(decided.stdout)["output"]["summary"] == "Revenue: €5 ✓ — 東京"
    assert decided.stdout.isascii()
    examined = dalsegno("doctor", **ascii_only)
    assert examined.returncode == 0
    assert examined.stdout.startswith("+ Python")


def test_a_very_narrow_terminal_is_fine(dalsegno: Command, sample: Path, tmp_path: Path) -> None:
    _paused(sample, tmp_path / "dalsegno.db")
    shown = dalsegno("show", "r", COLUMNS="5")
    assert (shown.returncode, shown.stderr) == (0, "")


def test_a_remedy_names_the_database_that_was_given(dalsegno: Command) -> None:
    missing = dalsegno("show", "x", "--db", "my runs.db")
    assert missing.stderr.endswith("dalsegno runs --db 'my runs.db'\n")
    usual = dalsegno("show", "x", DALSEGNO_DB="my runs.db")
    assert usual.stderr.endswith("dalsegno runs.\n")


def test_paths_with_spaces_and_accents_work_and_a_run_goes_on_from_elsewhere(
    dalsegno: Command, sample: Path, tmp_path: Path
) -> None:
    there, elsewhere = tmp_path / "Größe und Maß", tmp_path / "elsewhere"
    there.mkdir()
    elsewhere.mkdir()
    (there / "Jahres bericht.pdf").write_bytes(sample.read_bytes())
    begun = dalsegno(
        *("run", "investor_summary", "Jahres bericht.pdf", "--set", "out=die Ergebnisse"),
        *("--db", "sqlite:///meine läufe.db", "--json"),
        cwd=there,
    )
    assert begun.returncode == 3, begun.stderr
    run = json.loads(begun.stdout)["run_id"]
    place = f"sqlite:///{there}/meine läufe.db"
    assert dalsegno("resume", run, "--db", place, cwd=elsewhere).returncode == 3
    done = dalsegno("decide", f"{run}.1", "approve", cwd=elsewhere, DALSEGNO_DB=place)
    assert done.returncode == 0, done.stderr
    assert (there / "die Ergebnisse" / "Jahres bericht-summary.pdf").is_file()
    assert list(elsewhere.iterdir()) == []


def test_commands_that_read_create_nothing(dalsegno: Command, tmp_path: Path) -> None:
    assert dalsegno("runs").stdout == "There are no runs yet. Begin with: dalsegno demo\n"
    assert dalsegno("reviews").stdout == "No review waits for a decision.\n"
    assert dalsegno("doctor").returncode == 0
    assert dalsegno("show", "x").returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_catalog_and_graph_tell_what_there_is(dalsegno: Command, tmp_path: Path) -> None:
    every = json.loads(dalsegno("catalog", "--json").stdout)
    assert [each["name"] for each in every] == list(CATALOG)
    drawn = dalsegno("graph", "investor_summary", "--out", "a picture.svg")
    assert (drawn.returncode, drawn.stdout) == (0, "a picture.svg\n")
    assert (tmp_path / "a picture.svg").read_text().startswith("<svg")


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys; sys.argv = ['dalsegno', '--help']\n"
        "from dalsegno.desk.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert end.code == 0\n"
        "print('loaded:', *sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    printed = subprocess.check_output([sys.executable, "-c", program], text=True)
    loaded = printed.rpartition("loaded:")[2].split()
    heavy = {"langgraph", "langchain_core", "pydantic", "rich", "sqlite3", "typst", "openai"}
    assert heavy & set(loaded) == set()


def test_settings_that_are_no_text_are_refused(dalsegno: Command, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"OPENAI_API_KEY=\xff\xfe\n")
    ended = dalsegno("runs")
    assert ended.returncode == 2
    assert "'.env' in this directory cannot be read" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_documents_text_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.say("fine\x1b[2J\x07\x9b31m\ttext\nmore")
    assert capsys.readouterr().out == "fine[2J31m\ttext\nmore\n"


def test_a_bug_shows_its_traceback_after_the_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import typer

    app = typer.Typer()

    @app.command()
    def broken(json: bool = False) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(sys, "argv", ["dalsegno", "--json"])
    with pytest.raises(ZeroDivisionError):
        guard.guarded(app)
    printed = json.loads(capsys.readouterr().out)
    assert printed["error"]["message"] == "ZeroDivisionError: by nothing"
