"""Of many processes that want the same, one wins; the rest are told so, and nothing is lost."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from .crashing import Crasher, Report, crashing


@pytest.fixture(scope="module")
def crasher() -> Iterator[Crasher]:
    with crashing() as program:
        yield program


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path)


def lines(place: str, thread: str) -> list[str]:
    """What the steps of a thread noted in the world."""
    return Path(place, thread).read_text().splitlines()


def won(reports: list[Report]) -> Report:
    """The one winner's report, when all the others were told of a conflict."""
    winners = [each for each in reports if "error" not in each]
    assert len(winners) == 1, reports
    told = {each.get("error") for each in reports if each is not winners[0]}
    assert told <= {"ConflictError", "LeaseError"}, reports
    return winners[0]


def race_deciding(crasher: Crasher, place: str, thread: str, racers: int) -> None:
    assert crasher.do("start", place=place, thread=thread)["status"] == "paused"
    each = [{"place": place, "thread": thread, "draft": f"by {n}"} for n in range(racers)]
    winner = won(crasher.race("decide", each))
    assert winner["status"] == "completed"
    looked = crasher.do("look", place=place, thread=thread)
    assert looked["decided"] == [looked["output"]["draft"]]
    assert lines(place, thread) == ["written", f"sent {looked['output']['draft']}"]


def race_by_key(crasher: Crasher, place: str, thread: str, racers: int) -> None:
    """One run, whoever started it; who comes second gets it as it stands."""
    each: dict[str, object] = {"place": place, "thread": thread, "key": f"key of {thread}"}
    reports = crasher.race("start", [each] * racers)
    assert len({report["run"] for report in reports}) == 1, reports
    assert lines(place, thread) == ["written"]
    assert crasher.do("look", place=place, thread=reports[0]["run"])["status"] == "paused"


def race_for_thread(crasher: Crasher, place: str, thread: str, racers: int) -> None:
    reports = crasher.race("start", [{"place": place, "thread": thread}] * racers)
    assert won(reports)["status"] == "paused"
    assert lines(place, thread) == ["written"]


def race_resuming(crasher: Crasher, place: str, thread: str, racers: int) -> None:
    """A run was killed; who resumes it late finds it paused, and does nothing."""
    killed = crasher.do("start", kill="after start@1", place=place, thread=thread)
    assert killed["killed"]
    reports = crasher.race("resume", [{"place": place, "thread": thread}] * racers)
    assert {each.get("error", "paused") for each in reports} <= {"paused", "LeaseError"}, reports
    assert any(each.get("status") == "paused" for each in reports)
    assert lines(place, thread) == ["written"]


def race_updating(crasher: Crasher, place: str, thread: str, racers: int) -> None:
    crasher.do("invoke", place=place, thread=thread)
    each = [{"place": place, "thread": thread, "note": f"by {n}"} for n in range(racers)]
    reports = crasher.race("update", each)
    told = {report["error"] for report in reports if "error" in report}
    assert told <= {"ConflictError", "LeaseError"}, reports
    kept = [one["note"] for one, report in zip(each, reports, strict=True) if "at" in report]
    assert kept, reports
    held = crasher.do("notes", place=place, thread=thread)["notes"]
    assert Counter(held) == Counter(["first", *kept])


def race_invoking(crasher: Crasher, place: str, thread: str, racers: int) -> None:
    """A plain call of a graph: one at a time. Who comes late begins anew, as in LangGraph."""
    reports = crasher.race("invoke", [{"place": place, "thread": thread}] * racers)
    told = {report["error"] for report in reports if "error" in report}
    assert told <= {"ConflictError", "LeaseError"}, reports
    began = [each for each in reports if "error" not in each]
    assert began, reports
    assert lines(place, thread) == ["began"] * len(began)


RACES = (
    race_deciding,
    race_by_key,
    race_for_thread,
    race_resuming,
    race_updating,
    race_invoking,
)


@pytest.mark.parametrize("racers", [2, 8])
@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_E5_one_of_many_processes_wins(
    crasher: Crasher, place: str, race: object, racers: int
) -> None:
    assert callable(race)
    for number in range(2):
        race(crasher, place, f"t{number}", racers)


@pytest.mark.sweep
@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_E5_one_of_many_processes_wins_a_thousand_times(
    crasher: Crasher, place: str, race: object
) -> None:
    assert callable(race)
    for number in range(170):
        race(crasher, place, f"t{number}", 8 if number % 4 == 0 else 2)


#: Where a holder is stopped past its lease; the third call of a step is the external one.
FROZEN = (
    ("after start", 1),
    ("after step", 2),
    ("after intent", 3),
    ("before effect", 6),
    ("after effect", 1),
    ("after effect", 3),
    ("after result", 2),
    ("after writes", 2),
    ("after checkpoint", 2),
)
FROZEN_TOO = (
    *(("after step", nth) for nth in (1, 3, 4, 5)),
    *((point, nth) for point in ("after effect", "after result") for nth in range(4, 16)),
    *(("before effect", nth) for nth in (2, 3, 5, 8, 9, 11, 12, 14, 15)),
    *((point, nth) for point in ("after writes", "after checkpoint") for nth in range(3, 6)),
)


def frozen(crasher: Crasher, place: str, at: str, nth: int) -> None:
    report = crasher.freeze(
        "job", at=at, nth=nth, seconds=0.8, place=place, shape="chain", lease=0.5
    )
    assert report["reached"], report
    assert "output" in report["other"], report["other"]
    assert report["frozen"]["error"]["type"] == "LeaseError", report["frozen"]
    # Its steps may note that they go on; no table and no target has more than before.
    assert set(report["written"]) <= {"log"}, report["written"]
    posted = lines(place, "posted")
    assert sorted(posted) == sorted(set(posted)), "a letter was sent twice"


@pytest.mark.parametrize(("at", "nth"), FROZEN)
def test_D3_a_holder_that_was_frozen_and_overtaken_does_nothing(
    crasher: Crasher, place: str, at: str, nth: int
) -> None:
    frozen(crasher, place, at, nth)


@pytest.mark.sweep
@pytest.mark.parametrize(("at", "nth"), FROZEN_TOO)
def test_D3_a_holder_frozen_anywhere_and_overtaken_does_nothing(
    crasher: Crasher, place: str, at: str, nth: int
) -> None:
    frozen(crasher, place, at, nth)


def storm(crasher: Crasher, place: str, processes: int, threads: int) -> None:
    each = [{"place": place, "name": f"p{n}", "threads": threads} for n in range(processes)]
    reports = crasher.race("storm", each)
    wrong = [one for report in reports for one in report.get("wrong", [str(report)])]
    assert wrong == []


def test_D1_many_processes_and_threads_share_one_file(crasher: Crasher, place: str) -> None:
    storm(crasher, place, processes=4, threads=8)


@pytest.mark.sweep
def test_D1_eight_processes_of_fifty_threads_share_one_file(crasher: Crasher, place: str) -> None:
    storm(crasher, place, processes=8, threads=50)
