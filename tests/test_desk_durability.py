"""History, forks, rollback, cancel, prune and repair at the command line."""

import json
import re
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dalsegno.desk.cli import app
from dalsegno.desk.guard import guarded

from .test_repair import flip, rows

DEFINITION = """
workflow_definition: {name: note, version: "1", owner: tests}
inputs: {topic: str}
workflow_steps:
  - {step: text, function: "steps:write"}
  - step: ok
    review: {fields: [text], assignee: ana, deadline: 48h, on_deadline: {escalate: ben}}
  - {step: sent, function: "steps:send"}
"""
STEPS = """
def write(topic: str) -> str:
    return f"On {topic}."
def send(text: str) -> str:
    return f"sent: {text}"
"""


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:  # Any: JSON
        return json.loads(self.out)


Command = Callable[..., Said]


@pytest.fixture
def dalsegno(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """The command line, in this process and in a directory with a definition of its own."""
    (tmp_path / "note.yaml").write_text(DEFINITION)
    (tmp_path / "steps.py").write_text(STEPS)
    monkeypatch.delitem(sys.modules, "steps", raising=False)

    def run(*words: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["dalsegno", *words])
        code = guarded(app)
        return Said(code, *capsys.readouterr())

    return run


@pytest.fixture
def paused(dalsegno: Command) -> str:
    """A run that waits for a person."""
    said = dalsegno("run", "note.yaml", "tea", "--json")
    assert said.code == 3, said
    return str(said.data["run_id"])


def test_D4_show_history_names_each_step_and_what_it_changed(
    dalsegno: Command, paused: str
) -> None:
    plain = dalsegno("show", paused, "--history")
    assert plain.code == 0
    assert re.search(r"^1\S+-\S+  20\d\d-\S+ \S+  text$", plain.out, re.M), plain.out
    assert '    text: "On tea."\n    then ok\n' in plain.out
    assert f"dalsegno rollback {paused} " in plain.out

    data = dalsegno("show", paused, "--history", "--json").data
    assert (data["run_id"], len(data["history"])) == (paused, 3)
    newest = data["history"][0]
    assert (newest["steps"], newest["after"]) == (["text"], {"text": "On tea."})
    assert (newest["next"], newest["asked"], newest["before"]) == (["ok"], ["ok"], {})
    assert len(dalsegno("show", paused, "--history", "--limit", "1", "--json").data["history"]) == 1


def test_D4_fork_and_rollback_say_how_it_goes_on(dalsegno: Command, paused: str) -> None:
    entries = dalsegno("show", paused, "--history", "--json").data["history"]
    newest, begun = entries[0]["checkpoint"], entries[1]["checkpoint"]

    forked = dalsegno("fork", paused, newest, "--json").data
    assert (forked["status"], forked["forked_from"]) == ("paused", paused)
    assert forked["forked_at"] == newest
    assert forked["reviews"][0]["id"] == f"{forked['run_id']}.1"
    plain = dalsegno("fork", paused, begun)
    assert re.match(rf"Run \S+ begins where {paused} was.\nGo on with: dalsegno resume ", plain.out)

    back = dalsegno("rollback", paused, begun)
    assert back.out == (f"Run {paused} stands there again.\nGo on with: dalsegno resume {paused}\n")
    assert dalsegno("resume", paused, "--json").data["reviews"][0]["id"] == f"{paused}.2"
    late = dalsegno("decide", f"{paused}.1", "approve")
    assert (late.code, "superseded" in late.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("fork", "RUN", "nothing"), "has no checkpoint 'nothing'"),
        (("rollback", "RUN", "nothing"), "has no checkpoint 'nothing'"),
        (("fork", "nobody", "x"), "There is no run 'nobody'"),
        (("cancel", "nobody"), "There is no run 'nobody'"),
        (("prune",), "Nothing says which checkpoints to keep"),
        (("prune", "--newest", "0"), "--newest"),
        (("show", "RUN", "--history", "--limit", "0"), "--limit"),
    ],
)
def test_D4_what_is_wrong_is_told_in_words(
    dalsegno: Command, paused: str, words: tuple[str, ...], told: str
) -> None:
    said = dalsegno(*(paused if word == "RUN" else word for word in words))
    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert "Traceback" not in said.err


def test_E6_reviews_tell_whom_they_are_for_and_what_comes_after(
    dalsegno: Command, paused: str
) -> None:
    (review,) = dalsegno("reviews", "--json").data
    assert (review["assignee"], review["on_deadline"]) == ("ana", {"escalate": "ben"})
    assert review["deadline"] > 0
    shown = dalsegno("show", paused).out
    assert re.search(
        r"For ana, by 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d; after that it goes to ben\.", shown
    )


def test_cancel_ends_a_run_and_its_reviews(dalsegno: Command, paused: str) -> None:
    assert dalsegno("cancel", paused, "--json").data["status"] == "cancelled"
    assert dalsegno("reviews", "--json").data == []
    again = dalsegno("cancel", paused)
    assert (again.code, "cancelled" in again.err) == (2, True)
    late = dalsegno("decide", f"{paused}.1", "approve")
    assert (late.code, "is cancelled" in late.err) == (2, True)


def test_prune_keeps_where_a_run_stands(dalsegno: Command, paused: str) -> None:
    assert dalsegno("prune", "--newest", "1", "--json").data == {"deleted": 2}
    assert dalsegno("prune", "--newest", "1").out == "There is nothing to delete.\n"
    assert len(dalsegno("show", paused, "--history", "--json").data["history"]) == 1
    assert dalsegno("prune", "--days", "0").out == "There is nothing to delete.\n"
    done = dalsegno("decide", f"{paused}.1", "approve", "--json").data
    assert (done["status"], done["output"]["sent"]) == ("completed", "sent: On tea.")


def test_prune_makes_no_database(dalsegno: Command, tmp_path: Path) -> None:
    assert dalsegno("prune", "--newest", "1").code == 0
    assert not (tmp_path / "dalsegno.db").exists()


def test_doctor_names_a_damaged_run_and_repairs_it(
    dalsegno: Command, paused: str, tmp_path: Path
) -> None:
    assert dalsegno("doctor").code == 0
    database = tmp_path / "dalsegno.db"
    record, checkpoint = next((id, name) for id, name, kind in rows(database, paused) if kind == 0)
    flip(database, record)

    found = dalsegno("doctor")
    assert found.code == 1
    assert f"run {paused}" in found.out
    assert "is not as it was written" in " ".join(found.out.split())
    assert "dalsegno doctor --repair" in found.out
    wrong = [each for each in dalsegno("doctor", "--json").data if each["level"] == "wrong"]
    assert [each["trouble"]["checkpoint"] for each in wrong] == [checkpoint]

    mended = dalsegno("doctor", "--repair")
    assert (mended.code, "Taken out" in mended.out) == (0, True)
    assert dalsegno("doctor").code == 0
    assert dalsegno("resume", paused).code == 3
    assert dalsegno("decide", f"{paused}.2", "approve").code == 0


def test_doctor_repairs_nothing_that_is_sound(
    dalsegno: Command, paused: str, tmp_path: Path
) -> None:
    def everything() -> list[Any]:
        with sqlite3.connect(tmp_path / "dalsegno.db") as connection:
            tables = ("dalsegno_record", "dalsegno_place", "dalsegno_review", "dalsegno_run")
            return [connection.execute(f"SELECT * FROM {each}").fetchall() for each in tables]

    before = everything()
    assert dalsegno("doctor", "--repair").code == 0
    assert everything() == before
