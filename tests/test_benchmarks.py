"""The storage benchmarks run whole, and what they say of bytes holds; times are for people."""

import re
import subprocess
import sys
from pathlib import Path

_BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def _said(name: str, place: Path) -> str:
    """What a tiny run prints; it judges bytes and no times."""
    done = subprocess.run(
        [sys.executable, _BENCHMARKS / name, "--tiny", "--directory", place],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every target is met." in done.stdout
    assert list(place.iterdir()) == []
    return done.stdout


def _figure(said: str, line: str) -> float:
    """The last cell of a line before its target."""
    found = re.search(rf"^{re.escape(line)} .*?(\S+) +\S+$", said, re.MULTILINE)
    assert found, said
    return float(found[1])


def test_what_is_appended_is_stored_once_and_a_static_field_once(tmp_path: Path) -> None:
    said = _said("growth.py", tmp_path)
    for form in ("str", "dict", "message", "definition"):
        assert _figure(said, f"ours, {form}, 1,000 steps") <= 2.5
    for kind in ("text", "dict"):
        assert _figure(said, f"ours, {kind}") <= 2.0


def test_every_way_of_running_is_measured_beside_bare_langgraph(tmp_path: Path) -> None:
    said = _said("durability.py", tmp_path)
    for line in (
        "ours, checkpoint: .* waiting",
        "chain of 10, Runtime",
        "loop of 5, Runtime",
        "fan-out of 5, definition",
        "5 threads of 5 nodes at once",
        "Runtime, whole process",
    ):
        assert re.search(line, said), said
