"""The main job on a real document, killed with -9 at any point, goes on and gives the same result.

What a kill does to calls, effects and decisions is shown in `test_nemesis.py`, over many shapes.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .crashing import Crasher, Report, crashing

WRITTEN = ("figures", "trends", "risks", "summary", "email")


@pytest.fixture(scope="module")
def crasher() -> Iterator[Crasher]:
    with crashing() as program:
        yield program


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path)


#: Starts, goes on with or decides on the run of a thread; killed where the third argument says.
Job = Callable[..., Report]


@pytest.fixture
def job(crasher: Crasher, place: str, sample: Path) -> Job:
    given = {"place": place, "document": str(sample)}

    def done(thread: str, how: str, kill: str | None = None) -> Report:
        return crasher.do("report", kill=kill, thread=thread, how=how, **given)

    crasher.warm("report", thread="warm", how="start", **given)
    return done


def points(said: Report) -> int:
    """How many points an undisturbed process came to."""
    return sum(said["points"].values())


def killed_at(job: Job, *, starting: int | None, deciding: int | None) -> None:
    """Kill at every point, or at so many of them, drawn with a fixed seed."""
    whole = job("whole", "start")
    assert whole["status"] == "paused", whole["error"]
    approved = job("whole", "approve")
    draw = random.Random(20)
    starts, decisions = range(1, points(whole) + 1), range(1, points(approved) + 1)
    for nth in draw.sample(starts, starting or len(starts)):
        job(f"start-{nth}", "start", f"any@{nth}")
        went_on = job(f"start-{nth}", "start")
        assert went_on["status"] == "paused", went_on["error"]
        assert len(went_on["reviews"]) == 1
        assert {each: went_on["output"][each] for each in WRITTEN} == {
            each: whole["output"][each] for each in WRITTEN
        }
    for nth in draw.sample(decisions, deciding or len(decisions)):
        job(f"decide-{nth}", "start")
        job(f"decide-{nth}", "approve", f"any@{nth}")
        ended = job(f"decide-{nth}", "approve")
        assert ended["status"] == "completed", ended["error"]
        assert ended["output"]["outcome"] == "approved"
        assert ended["reviews"] == []
        assert len(ended["artifacts"]) == 2
        assert all(Path(path).stat().st_size > 0 for path in ended["artifacts"])


def test_D1_the_main_job_killed_at_any_point_ends_as_if_it_had_not_been(job: Job) -> None:
    killed_at(job, starting=5, deciding=3)


@pytest.mark.sweep
def test_D1_the_main_job_killed_at_every_point_ends_as_if_it_had_not_been(job: Job) -> None:
    killed_at(job, starting=None, deciding=None)


def test_D2_a_run_whose_process_ended_waits_on_and_nothing_runs_again(job: Job) -> None:
    started = job("waiting", "start")
    resumed = job("waiting", "resume")
    assert resumed["status"] == "paused"
    assert resumed["reviews"] == started["reviews"]
    assert resumed["steps"] == started["steps"]


def test_E5_a_recorded_decision_is_carried_out_after_a_crash_and_no_other(job: Job) -> None:
    job("r", "start")
    assert job("r", "reject", "acknowledge@1")["killed"]
    resumed = job("r", "resume")
    assert resumed["status"] == "paused"
    assert resumed["output"]["rounds"] == 2, "the rejection went to the writer"
