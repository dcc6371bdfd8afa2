"""Processes that are killed, raced or frozen as a test says, and others that go on from there.

They are forked from a program that has imported everything and started no thread, so that one
costs milliseconds and not an import: `tests.workers`, which takes a task a line and answers it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
#: A report as JSON.
Report = dict[str, Any]


class Crasher:
    """The program, as a test talks to it."""

    def __init__(self) -> None:
        # It uses the parts of the benchmark that kills.
        within = {**os.environ, "PYTHONPATH": str(ROOT / "benchmarks")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.workers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=within,
        )

    def do(self, act: str, *, kill: str | None = None, **args: object) -> Report:
        """Act in a child; ``{"killed": True}`` when it was killed, as ``kill`` says."""
        answer: Report = self._asked("do", act=act, kill=kill, args=args)
        return answer

    def race(self, act: str, each: list[dict[str, object]]) -> list[Report]:
        """Act in as many children as there are arguments, all let go at the same moment."""
        answer: list[Report] = self._asked("race", act=act, each=each)
        return answer

    def freeze(self, act: str, *, at: str, nth: int, seconds: float, **args: object) -> Report:
        """Stop a child at a point for so long, have another act, and then wake the first."""
        answer: Report = self._asked("freeze", act=act, at=at, nth=nth, seconds=seconds, args=args)
        return answer

    def warm(self, act: str, **args: object) -> None:
        """Import in the program what an act imports, for all who come after."""
        self._asked("warm", act=act, args=args)

    def close(self) -> None:
        """End the program."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()

    def _asked(self, how: str, **task: object) -> Any:  # Any: JSON
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"how": how, **task}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextmanager
def crashing() -> Iterator[Crasher]:
    """The program, ended afterwards."""
    program = Crasher()
    try:
        yield program
    finally:
        program.close()
