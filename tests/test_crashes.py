"""Killed with -9 at any moment, a run goes on in a new process and repeats no committed step."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from .crashing import Crasher, Moment

#: More write transactions than any of these runs makes.
_COMMITS = 90
_MOMENTS: tuple[Moment, ...] = ("before", "within", "after")
_ALL = [(commit, moment) for commit in range(1, _COMMITS) for moment in _MOMENTS]
_SAMPLE = random.Random(20).sample(_ALL, 24)


@pytest.fixture
def crasher(tmp_path: Path, sample: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crasher]:
    monkeypatch.setenv("DALSEGNO_ROOT", str(Path(__file__).parents[1]))
    program = Crasher(str(tmp_path / "runs.db"), str(sample))
    yield program
    program.close()


def _killed_and_resumed(crasher: Crasher, commit: int, moment: Moment, name: str) -> None:
    """One crash while starting, one while deciding; then the run must be whole and right."""
    started = crasher.do(act="start", run=name, kill_at=commit, moment=moment)
    if started.get("killed"):
        before = crasher.do(act="look", run=name)
        resumed = crasher.do(act="resume", run=name)
        if "status" not in resumed:  # killed before the run was recorded: nothing had begun
            assert before == {"done": [], "begun": before["begun"]}
            resumed = crasher.do(act="start", run=name)
        after = crasher.do(act="look", run=name)
        times = before["begun"], after["begun"]
        again = [task for task in before["done"] if times[1].get(task, 0) > times[0].get(task, 0)]
        assert again == [], f"committed steps ran again: {again}"
        started = resumed
    assert started["status"] == "paused", started["error"]
    assert len(started["reviews"]) == 1

    decided = crasher.do(act="decide", run=name, kill_at=commit, moment=moment)
    if decided.get("killed"):
        decided = crasher.do(act="resume", run=name)
        if decided["status"] == "paused":  # killed before the decision was recorded
            assert len(decided["reviews"]) == 1
            decided = crasher.do(act="decide", run=name)
    assert decided["status"] == "completed", decided["error"]
    assert decided["output"]["outcome"] == "approved"
    assert decided["reviews"] == []
    assert len(decided["artifacts"]) == 2
    assert all(Path(path).stat().st_size > 0 for path in decided["artifacts"])


def test_a_run_killed_at_any_commit_is_finished_by_resume(crasher: Crasher) -> None:
    for number, (commit, moment) in enumerate(_SAMPLE):
        _killed_and_resumed(crasher, commit, moment, f"t{number}")


@pytest.mark.sweep
def test_a_run_killed_at_every_commit_is_finished_by_resume(crasher: Crasher) -> None:
    for number, (commit, moment) in enumerate(_ALL):
        _killed_and_resumed(crasher, commit, moment, f"t{number}")


def test_a_killed_run_gives_the_same_output_as_an_undisturbed_one(crasher: Crasher) -> None:
    whole = crasher.do(act="start", run="whole")
    crasher.do(act="start", run="killed", kill_at=31, moment="within")
    resumed = crasher.do(act="resume", run="killed")
    for name in ("figures", "trends", "risks", "summary", "email"):
        assert resumed["output"][name] == whole["output"][name]


def test_a_run_killed_while_it_is_paused_waits_on(crasher: Crasher) -> None:
    started = crasher.do(act="start", run="waiting")
    asked = started["reviews"][0]["id"]
    resumed = crasher.do(act="resume", run="waiting")
    assert resumed["status"] == "paused"
    assert [review["id"] for review in resumed["reviews"]] == [asked]
    assert resumed["steps"] == started["steps"], "nothing ran again"


def test_a_recorded_decision_is_carried_out_after_a_crash_and_no_other(crasher: Crasher) -> None:
    crasher.do(act="start", run="r")
    # The first commit of a decision is the decision; the process dies right after it.
    assert crasher.do(act="decide", run="r", decision="reject", kill_at=1)["killed"]
    resumed = crasher.do(act="resume", run="r")
    assert resumed["status"] == "paused"
    assert resumed["output"]["rounds"] == 2, "the rejection went to the writer"
