"""Killed with -9 at any moment, a run goes on in a new process and repeats no committed step."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from .crashing import Crasher, Moment

_MOMENTS: tuple[Moment, ...] = ("before", "within", "after")


@pytest.fixture
def crasher(tmp_path: Path, sample: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crasher]:
    monkeypatch.setenv("DALSEGNO_ROOT", str(Path(__file__).parents[1]))
    program = Crasher(str(tmp_path / "runs.db"), str(sample))
    yield program
    program.close()


def _points(commits: int) -> list[tuple[int, Moment]]:
    return [(commit, moment) for commit in range(1, commits + 1) for moment in _MOMENTS]


def _killed_while_starting(crasher: Crasher, name: str, commit: int, moment: Moment) -> None:
    killed = crasher.do(act="start", run=name, kill_at=commit, moment=moment)
    assert killed == {"killed": True}
    before = crasher.do(act="look", run=name)
    resumed = crasher.do(act="resume", run=name)
    if "status" not in resumed:  # killed before the run was recorded: nothing had begun
        assert before["done"] == []
        resumed = crasher.do(act="start", run=name)
    after = crasher.do(act="look", run=name)
    times = before["begun"], after["begun"]
    again = [task for task in before["done"] if times[1].get(task, 0) > times[0].get(task, 0)]
    assert again == [], f"committed steps ran again: {again}"
    assert resumed["status"] == "paused", resumed["error"]
    assert len(resumed["reviews"]) == 1


def _killed_while_deciding(crasher: Crasher, name: str, commit: int, moment: Moment) -> None:
    crasher.do(act="start", run=name)
    killed = crasher.do(act="decide", run=name, kill_at=commit, moment=moment)
    assert killed == {"killed": True}
    decided = crasher.do(act="resume", run=name)
    if decided["status"] == "paused":  # killed before the decision was recorded
        assert len(decided["reviews"]) == 1
        decided = crasher.do(act="decide", run=name)
    assert decided["status"] == "completed", decided["error"]
    assert decided["output"]["outcome"] == "approved"
    assert decided["reviews"] == []
    assert len(decided["artifacts"]) == 2
    assert all(Path(path).stat().st_size > 0 for path in decided["artifacts"])


def _killed_at(crasher: Crasher, *, starting: int | None, deciding: int | None) -> None:
    """Kill at every write to the database, or at so many of them, drawn with a fixed seed."""
    starts = _points(crasher.do(act="start", run="counted")["commits"])
    decisions = _points(crasher.do(act="decide", run="counted")["commits"])
    assert len(starts) > 100
    assert len(decisions) > 20
    draw = random.Random(20)
    for commit, moment in draw.sample(starts, starting or len(starts)):
        _killed_while_starting(crasher, f"start-{commit}-{moment}", commit, moment)
    for commit, moment in draw.sample(decisions, deciding or len(decisions)):
        _killed_while_deciding(crasher, f"decide-{commit}-{moment}", commit, moment)


def test_a_run_killed_at_any_commit_is_finished_by_resume(crasher: Crasher) -> None:
    _killed_at(crasher, starting=14, deciding=10)


@pytest.mark.sweep
def test_a_run_killed_at_every_commit_is_finished_by_resume(crasher: Crasher) -> None:
    _killed_at(crasher, starting=None, deciding=None)


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
