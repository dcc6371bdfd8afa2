"""The page on how runs last: its table and its diagram are those of the code, its example runs."""

import re
from collections import defaultdict
from pathlib import Path
from typing import get_args

from dalsegno.state.run import FINAL, TRANSITIONS, Event, Status

PAGE = Path(__file__).parents[1] / "docs" / "durability.md"


def table() -> str:
    """What may happen to a run: each event, the statuses in which it may, and what follows."""
    lines = ["| event | from | to |", "|---|---|---|"]
    for event in get_args(Event):
        by_end: dict[str, list[str]] = defaultdict(list)
        for (status, happens), following in TRANSITIONS.items():
            if happens == event:
                by_end["as before" if status == following else following].append(status)
        lines += [f"| {event} | {', '.join(each)} | {end} |" for end, each in by_end.items()]
    return "\n".join(lines)


def diagram() -> str:
    """The same as a state diagram; events that change nothing are left out."""
    edges: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (status, event), following in TRANSITIONS.items():
        if status != following:
            edges[status, following].append(event)
    lines = ["stateDiagram-v2", "    [*] --> queued"]
    lines += [f"    {start} --> {end}: {', '.join(each)}" for (start, end), each in edges.items()]
    lines += [f"    {each} --> [*]" for each in get_args(Status) if each in FINAL]
    return "\n".join(lines)


def test_the_table_of_transitions_is_the_codes_own() -> None:
    assert table() in PAGE.read_text(), f"The page should hold:\n{table()}"


def test_the_diagram_is_the_codes_own() -> None:
    assert f"```mermaid\n{diagram()}\n```" in PAGE.read_text(), f"It should hold:\n{diagram()}"


def test_the_examples_run_as_they_stand() -> None:
    for code in re.findall(r"^```python run\n(.*?)^```", PAGE.read_text(), re.M | re.S):
        names: dict[str, object] = {"__name__": "example"}
        exec(compile(code, str(PAGE), "exec"), names)
