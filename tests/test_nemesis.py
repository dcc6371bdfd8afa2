"""The nemesis in short: killed with -9 at every named point, no run is lost and nothing repeated.

`benchmarks/nemesis.py` does the same thousands of times. Here is a sample of it, and that it finds
a fault where there is one.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .crashing import ROOT

Said = dict[str, Any]  # Any: JSON
NEMESIS = ROOT / "benchmarks" / "nemesis.py"
SHAPES = ("chain", "fanout", "send", "nested", "gates")
#: What every run reaches, and what only one that a person decides on does.
POINTS = {"start", "step", "intent", "effect", "result", "writes", "checkpoint", "leave"}
WITH_A_PERSON = {"pause", "decide", "take"}
FAULTS = ("lost", "stuck", "false", "repeated", "doubled", "blind", "silent")


def nemesis(place: Path, *options: str) -> tuple[int, Said]:
    """Its exit code, and all that it found."""
    command = [sys.executable, str(NEMESIS), "--json", "--directory", str(place), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    found: Said = json.loads(done.stdout)
    return done.returncode, found


def replayed(place: Path, scenario: str, *options: str) -> tuple[int, str]:
    """One scenario: its exit code, and what it printed."""
    command = [sys.executable, str(NEMESIS), "--directory", str(place), *options]
    done = subprocess.run(
        [*command, "--replay", scenario], capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    return done.returncode, done.stdout


def totals(found: Said, side: str = "ours") -> Mapping[str, int]:
    """The counts of a side, over all shapes and points."""
    counts: Counter[str] = Counter()
    for its, _, _, counted in found["rows"]:
        if its == side:
            counts.update(counted)
    return counts


def killed_at(found: Said, shape: str) -> set[str]:
    """The points at which a shape was killed."""
    return {
        where
        for _, form, where, counted in found["rows"]
        if form == shape and counted["kills"] and where != "an instant drawn"
    }


def reached(found: Said, shape: str) -> set[str]:
    """The points that an undisturbed run of a shape comes to."""
    return next(set(points) for _, form, points in found["points"] if form == shape)


def test_D1_D3_killed_at_every_point_nothing_is_lost_and_nothing_repeated(tmp_path: Path) -> None:
    code, found = nemesis(tmp_path, "--kills", "60", "--side", "ours")
    assert found["faults"] == []
    assert code == 0
    counts = totals(found)
    assert counts["kills"] >= 60
    assert {name: counts[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0)
    for shape in SHAPES:
        whats = POINTS | (WITH_A_PERSON if shape == "gates" else set())
        expected = {f"{when} {what}" for what in whats for when in ("before", "after")}
        expected |= {"acknowledge"} if shape == "gates" else set()
        assert expected <= reached(found, shape)
        # How often a point is come to may change by one: what waits together shares a commit.
        missed = expected - killed_at(found, shape)
        assert len(missed) <= 1, f"{shape} was never killed at {missed}"


@pytest.mark.sweep
def test_D1_D3_killed_a_thousand_times_nothing_is_lost_and_nothing_repeated(
    tmp_path: Path,
) -> None:
    code, found = nemesis(tmp_path, "--kills", "1000", "--seed", "60")
    assert (code, found["faults"]) == (0, [])


@pytest.mark.parametrize("killed", ["/after effect@3", "/before writes@4/after result@1"])
def test_D3_a_graph_by_hand_is_as_safe_under_the_runtime(tmp_path: Path, killed: str) -> None:
    code, said = replayed(tmp_path, f"hand chain{killed}")
    assert code == 0, said


@pytest.mark.parametrize(
    ("fault", "killed", "sign"),
    [
        ("journal", "/after effect@1", "repeated"),
        ("effect", "/after effect@3", "blind"),
        ("key", "/after intent@2", "doubled"),
        ("skip", "", "lost"),
    ],
)
def test_the_nemesis_finds_a_planted_fault(
    tmp_path: Path, fault: str, killed: str, sign: str
) -> None:
    code, said = replayed(tmp_path, f"ours chain{killed}", "--plant", fault)
    assert code == 1
    assert re.search(rf"{sign}=[1-9]", said), said


def test_bare_langgraph_is_judged_by_the_same_measure(tmp_path: Path) -> None:
    _, said = replayed(tmp_path, "bare chain/before effect@5/before writes@3")
    assert "repeated=2" in said
    assert "blind=1" in said
    assert replayed(tmp_path, "ours chain/before effect@5/before writes@3")[0] == 0
