"""Runs: their status, who holds them, and what happens when several want the same one."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dalsegno import Runtime
from dalsegno.checkpoints.database import database_at
from dalsegno.checkpoints.process import is_dead, this_process
from dalsegno.checkpoints.runs import Runs
from dalsegno.state.errors import (
    ConflictError,
    DecisionError,
    InputError,
    LeaseError,
    NotFoundError,
)
from dalsegno.state.run import FINAL, TRANSITIONS, RunRecord, after

_CONTEST = """
import json, pathlib, sys, time
import dalsegno
from dalsegno.graphs.compiler import compile
from dalsegno.checkpoints.sqlite import SqliteSaver
from dalsegno.state.errors import DalsegnoError
database, review, gate, kind = sys.argv[1:]
runtime = dalsegno.Runtime(database)
compile("investor_summary")
print("ready", flush=True)
while not pathlib.Path(gate).exists():
    time.sleep(0.001)
try:
    run = runtime.decide(review, {"type": kind}, by=kind)
    print(json.dumps([run.status, run.output["outcome"]]))
except DalsegnoError as error:
    print(json.dumps([type(error).__name__]))
"""


def test_of_many_processes_that_decide_at_once_one_wins(sample: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/race.db"
    runtime = Runtime(url)
    run = runtime.start("investor_summary", {"document": str(sample)})
    review, gate = run.reviews()[0].id, tmp_path / "go"
    contestants = [
        subprocess.Popen(
            [sys.executable, "-c", _CONTEST, url, review, str(gate), kind],
            stdout=subprocess.PIPE,
            text=True,
        )
        for kind in ("approve", "reject", "approve", "reject", "approve", "reject")
    ]
    for each in contestants:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    gate.touch()
    ends = [json.loads(each.communicate(timeout=60)[0]) for each in contestants]
    assert sorted(map(str, ends)).count("['ConflictError']") == 5, ends
    winner = runtime.review(review)
    assert winner.decision is not None
    assert winner.decision["type"] == winner.decided_by
    rounds = {"approve": 1, "reject": 2}[str(winner.decided_by)]
    output = runtime.run(run.id).output
    assert output is not None
    assert output["rounds"] == rounds
    runtime.close()


@contextmanager
def _another_process() -> Iterator[str]:
    """The name of a process that lives, and is not this one."""
    code = (
        "from dalsegno.checkpoints.process import this_process\n"
        "print(this_process() + ':1', flush=True); input()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    try:
        yield other.stdout.readline().strip()
    finally:
        other.communicate("\n", timeout=10)


_ME = f"{this_process()}:me"


def _queued(runs: Runs, name: str) -> None:
    runs.add(
        RunRecord(
            id=name,
            thread=name,
            workflow="investor_summary",
            version="1",
            model="offline:extract",
            inputs={},
            status="queued",
            created=1.0,
            updated=1.0,
        )
    )


def test_a_run_that_a_living_process_holds_is_not_taken(tmp_path: Path) -> None:
    runs = Runs(database_at(f"sqlite:///{tmp_path}/l.db"))
    _queued(runs, "r")
    with _another_process() as other:
        runs.take("r", "start", by=other, now=100.0, until=130.0)
        with pytest.raises(LeaseError, match="already"):
            runs.take("r", "resume", by=_ME, now=101.0, until=131.0)
        # Its hold ends when it is not renewed, as when its machine is cut off.
        runs.take("r", "resume", by=_ME, now=131.0, until=161.0)


def test_a_dead_process_holds_nothing(tmp_path: Path) -> None:
    runs = Runs(database_at(f"sqlite:///{tmp_path}/l.db"))
    _queued(runs, "r")
    with _another_process() as other:
        runs.take("r", "start", by=other, now=100.0, until=130.0)
    assert is_dead(other)
    taken = runs.take("r", "resume", by=_ME, now=101.0, until=131.0)
    assert taken.fence == 2


def test_a_holder_that_was_overtaken_writes_nothing(tmp_path: Path) -> None:
    runs = Runs(database_at(f"sqlite:///{tmp_path}/l.db"))
    _queued(runs, "r")
    slow = runs.take("r", "start", by="host:1:1:a", now=0.0, until=30.0)
    quick = runs.take("r", "resume", by="host:2:2:b", now=31.0, until=61.0)
    assert not runs.renew("r", slow, until=90.0)
    with pytest.raises(LeaseError, match="elsewhere"):
        runs.leave("r", slow, "finish", now=40.0, output={"late": True})
    assert runs.leave("r", quick, "finish", now=41.0, output={"late": False}) == "completed"
    assert runs.get("r").output == {"late": False}


def test_this_process_is_alive_and_a_reused_id_is_not_it() -> None:
    assert not is_dead(f"{this_process()}:a")
    host, pid, _ = this_process().rsplit(":", 2)
    assert is_dead(f"{host}:{pid}:1:a"), "the same id, started at another time"
    assert not is_dead(f"elsewhere:{pid}:1:a"), "another machine's process is not known"
    assert int(pid) == os.getpid()


def test_every_transition_ends_in_a_status_and_no_final_one_is_left() -> None:
    statuses = {status for status, _ in TRANSITIONS} | set(TRANSITIONS.values())
    assert statuses == {"queued", "running", "paused", "completed", "failed", "cancelled"}
    assert not [status for status, _ in TRANSITIONS if status in FINAL]
    with pytest.raises(ConflictError, match="completed"):
        after("completed", "resume")


def test_a_resumed_run_that_is_over_is_given_back_as_it_is(runtime: Runtime, sample: Path) -> None:
    run = runtime.start("investor_summary", {"document": str(sample)})
    done = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")
    assert runtime.resume(done.id).record == done.record


def test_a_decision_by_the_id_of_the_thread_finds_its_run(runtime: Runtime, sample: Path) -> None:
    run = runtime.start("investor_summary", {"document": str(sample)}, thread="acme-2025")
    assert runtime.run("acme-2025").id == run.id
    with pytest.raises(ConflictError, match="acme-2025"):
        runtime.start("investor_summary", {"document": str(sample)}, thread="acme-2025")


async def test_the_async_face_does_the_same(runtime: Runtime, sample: Path) -> None:
    run = await runtime.astart("investor_summary", {"document": str(sample)})
    assert run.status == "paused"
    done = await runtime.adecide(run.reviews()[0].id, {"type": "approve"}, by="ana")
    assert done.status == "completed"
    assert (await runtime.aresume(done)).status == "completed"


def test_the_pause_is_there_for_another_runtime(sample: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/runs.db"
    first = Runtime(url)
    run = first.start("investor_summary", {"document": str(sample)})
    first.close()
    second = Runtime(url)
    review = second.reviews()[0]
    assert review.run == run.id
    assert second.decide(review.id, {"type": "approve"}, by="ben").status == "completed"
    second.close()


def test_a_failed_step_fails_the_run_and_resume_repeats_only_it(
    runtime: Runtime, sample: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    run = runtime.start("investor_summary", {"document": str(sample), "out": str(out)})
    out.rmdir()
    out.touch()  # a file in the place of the folder to deliver to
    failed = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")
    assert failed.status == "failed"
    assert failed.error is not None
    assert failed.error["class"] == "resource"
    assert failed.error["node"] == "deliver"
    assert failed.output is not None
    assert failed.output["summary"]
    out.unlink()
    done = runtime.resume(failed)
    assert done.status == "completed"
    assert [step.node for step in done.trace][-2:] == ["deliver", "deliver"]


def test_a_cancelled_run_lets_its_process_end_in_order(sample: Path, tmp_path: Path) -> None:
    """A thread may still be reading the document then; the interpreter waits for it."""
    code = (
        "import asyncio, sys, dalsegno\n"
        "rt = dalsegno.Runtime(sys.argv[1])\n"
        "from dalsegno.nodes.documents import pdf\n"
        "plain = pdf._text\n"
        "def slow(*args):\n"
        "    import time; time.sleep(0.4); return plain(*args)\n"
        "pdf._text = slow\n"
        "async def go():\n"
        "    try:\n"
        "        run = rt.astart('investor_summary', {'document': sys.argv[2]})\n"
        "        await asyncio.wait_for(run, 0.9)\n"
        "    except TimeoutError:\n"
        "        print('timed out')\n"
        "asyncio.run(go())\n"
    )
    url = f"sqlite:///{tmp_path}/c.db"
    ended = subprocess.run(
        [sys.executable, "-c", code, url, str(sample)], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "timed out\n"), ended.stderr
    runtime = Runtime(url)
    assert runtime.runs()[0].status == "queued"
    assert runtime.resume(runtime.runs()[0]).status == "paused"
    runtime.close()


def test_progress_is_told_as_it_happens(runtime: Runtime, sample: Path) -> None:
    seen: list[tuple[str, str]] = []
    runtime.start(
        "investor_summary",
        {"document": str(sample)},
        watch=lambda step: seen.append((step.node, step.kind)),
    )
    assert seen[0] == ("load", "began")
    assert seen[-1] == ("final_approval", "paused")


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        ({"type": "aprove"}, "nearest name is 'approve'"),
        ({"type": "edit", "args": {"sumary": "x"}}, "nearest name is 'summary'"),
        ({"type": "edit", "args": {"summary": 5}}, "summary"),
        ({"type": "edit", "args": {}}, "edit"),
        ({"type": "respond", "message": "  "}, "respond"),
        ({"type": "approve", "args": {"summary": "x"}}, "approve"),
        ("approve", "object"),
    ],
)
def test_a_decision_that_does_not_fit_leaves_the_review_open(
    decision: object, said: str, runtime: Runtime, sample: Path
) -> None:
    run = runtime.start("investor_summary", {"document": str(sample)})
    with pytest.raises(DecisionError, match=said):
        runtime.decide(run.reviews()[0].id, decision, by="ana")
    assert runtime.run(run.id).status == "paused"
    assert len(runtime.reviews(run.id)) == 1


def test_langchains_own_form_of_a_decision_is_taken(runtime: Runtime, sample: Path) -> None:
    run = runtime.start("investor_summary", {"document": str(sample)})
    edited = {"name": "final_approval", "args": {"summary": "Edited in an inbox."}}
    answer = {"decisions": [{"type": "edit", "edited_action": edited}]}
    done = runtime.decide(run.reviews()[0].id, answer, by="ana")
    assert done.output is not None
    assert (done.output["outcome"], done.output["summary"]) == ("edited", "Edited in an inbox.")


def test_decided_reviews_say_who_decided_what(runtime: Runtime, sample: Path) -> None:
    began = time.time()
    run = runtime.start("investor_summary", {"document": str(sample)})
    runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")
    assert runtime.reviews(run.id) == ()
    (review,) = runtime.reviews(run.id, decided=True)
    assert review.decided_by == "ana"
    assert review.decision == {"type": "approve"}
    assert began <= (review.decided_at or 0.0) <= time.time()


def test_wrong_inputs_are_refused_before_there_is_a_run(runtime: Runtime, sample: Path) -> None:
    for inputs, said in (
        ({}, "document"),
        ({"documnet": "x"}, "nearest name is 'document'"),
        ({"document": str(sample), "max_pages": "many"}, "max_pages"),
        ({"document": str(sample), "max_pages": 1}, "2 pages"),
        ({"document": str(sample), "out": str(sample)}, "a file"),
    ):
        with pytest.raises(InputError, match=said):
            runtime.start("investor_summary", inputs)
    assert runtime.runs() == ()


def test_unknown_names_are_answered_with_the_nearest(runtime: Runtime, sample: Path) -> None:
    run = runtime.start("investor_summary", {"document": str(sample)})
    with pytest.raises(NotFoundError, match="investor_summary"):
        runtime.start("investor_sumary", {"document": str(sample)})
    with pytest.raises(NotFoundError, match=run.id):
        runtime.run(run.id[:-1] + "0")
    with pytest.raises(NotFoundError, match=f"{run.id}.1"):
        runtime.decide(f"{run.id}.2", {"type": "approve"}, by="ana")
