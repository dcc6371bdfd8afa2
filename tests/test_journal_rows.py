"""Killed with -9 at any point of a call, a step goes on and does nothing twice that must not be."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

POINTS = (
    "before intent",
    "after intent",
    "before effect",
    "after effect",
    "before result",
    "after result",
)
#: Between these a process that comes after cannot know whether it happened.
UNKNOWN = {"after intent", "before effect", "after effect", "before result"}
HAPPENED = {"after effect", "before result", "after result"}


class Program:
    """`journaling` as a subprocess."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.journaling"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[1],
        )

    def do(self, folder: Path, **task: object) -> dict[str, Any]:
        """Run the graph in a child; ``{"killed": true}`` when it was killed as asked."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"folder": os.fspath(folder), **task}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    made = Program()
    yield made
    made.close()


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("point", POINTS)
def test_D1_a_pure_call_that_was_killed_is_made_again_until_it_answers(
    program: Program, tmp_path: Path, point: str, asynchronous: bool
) -> None:
    task: dict[str, Any] = {"effect": "pure", "asynchronous": asynchronous}
    assert program.do(tmp_path, kill=point, **task) == {"killed": True}
    found = program.do(tmp_path, **task)
    assert found["made"] == ["paid 0"]
    assert found["states"] == ["done"]
    assert len(found["requests"]) == (2 if point in HAPPENED - {"after result"} else 1)


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("point", POINTS)
def test_D3_an_idempotent_call_is_made_again_under_the_same_key(
    program: Program, tmp_path: Path, point: str, asynchronous: bool
) -> None:
    task: dict[str, Any] = {"effect": "idempotent", "asynchronous": asynchronous}
    assert program.do(tmp_path, kill=point, **task) == {"killed": True}
    found = program.do(tmp_path, **task)
    assert found["made"] == ["paid 0"]
    assert len(found["keys"]) == 1, "the target saw one key, and paid once"


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("point", POINTS)
def test_D3_an_external_call_is_never_made_twice_without_a_person(
    program: Program, tmp_path: Path, point: str, asynchronous: bool
) -> None:
    task: dict[str, Any] = {"asynchronous": asynchronous}
    assert program.do(tmp_path, kill=point, **task) == {"killed": True}
    found = program.do(tmp_path, **task)
    if point in UNKNOWN:
        assert found["states"] == ["unknown"]
        assert [each["action_requests"][0]["name"] for each in found["asked"]] == ["pay"]
        assert found["asked"] == program.do(tmp_path, **task)["asked"], "still the same question"
        decision: dict[str, Any] = {"type": "approve"}
        if point in HAPPENED:
            decision = {"type": "edit", "args": {"result": "paid 0"}}
        found = program.do(tmp_path, answer=decision, **task)
    assert found["made"] == ["paid 0"]
    assert found["asked"] == []
    assert found["requests"] == [0]


@pytest.mark.parametrize("point", POINTS)
def test_D3_reconcile_answers_for_the_person(program: Program, tmp_path: Path, point: str) -> None:
    assert program.do(tmp_path, kill=point, reconcile=True) == {"killed": True}
    found = program.do(tmp_path, reconcile=True)
    assert found["made"] == ["paid 0"]
    assert found["asked"] == []
    assert found["requests"] == [0]


@pytest.mark.parametrize("point", ["after question", "before intent", "after intent"])
def test_D3_a_decision_that_a_kill_followed_is_asked_for_once(
    program: Program, tmp_path: Path, point: str
) -> None:
    program.do(tmp_path, kill="before effect")
    if point == "after question":
        assert program.do(tmp_path, kill=point) == {"killed": True}
        assert len(program.do(tmp_path)["asked"]) == 1
        found = program.do(tmp_path, answer={"type": "approve"})
    else:
        program.do(tmp_path)
        # The second intent of that run is the one that the decision makes.
        approve = {"type": "approve"}
        assert program.do(tmp_path, kill=point, nth=2, answer=approve) == {"killed": True}
        found = program.do(tmp_path, answer=approve)
        if point == "after intent":  # begun once more, and once more nobody knows: that is asked
            assert (len(found["asked"]), found["requests"]) == (1, [])
            found = program.do(tmp_path, answer=approve)
    assert found["made"] == ["paid 0"]
    assert found["requests"] == [0]


def test_D3_an_edit_that_a_kill_followed_needs_no_answer_again(
    program: Program, tmp_path: Path
) -> None:
    program.do(tmp_path, kill="after effect")
    program.do(tmp_path)
    edit = {"type": "edit", "args": {"result": "paid 0"}}
    assert program.do(tmp_path, kill="after result", answer=edit) == {"killed": True}
    found = program.do(tmp_path)
    assert found["made"] == ["paid 0"]
    assert found["requests"] == [0]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_D1_a_kill_at_the_fifth_call_repeats_none_of_the_four(
    program: Program, tmp_path: Path, asynchronous: bool
) -> None:
    task: dict[str, Any] = {"calls": 8, "asynchronous": asynchronous}
    assert program.do(tmp_path, kill="after effect", nth=5, **task) == {"killed": True}
    found = program.do(tmp_path, **task)
    for _ in range(8):
        if not found["asked"]:
            break
        action = found["asked"][0]["action_requests"][0]
        what = action["args"]["arguments"]["what"]
        happened = what in found["requests"]
        result = {"type": "edit", "args": {"result": f"paid {what}"}}
        found = program.do(tmp_path, answer=result if happened else {"type": "approve"}, **task)
    assert found["made"] == [f"paid {n}" for n in range(8)]
    assert sorted(found["requests"]) == list(range(8))
