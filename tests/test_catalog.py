"""What holds of every ready workflow: it is whole, it runs, and a kill changes nothing."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from dalsegno import Runtime
from dalsegno.graphs.library import CATALOG, folder_of, sample
from dalsegno.graphs.program import program
from dalsegno.state.definition.flow import FunctionWork, ReviewWork
from dalsegno.state.definition.reaching import leaves

from .crashing import Crasher, Report, crashing

#: Rows of the mission, and the workflows that show them.
ROWS = {
    "I1": ("customer_feedback",),
    "I2": ("adaptive_answering",),
    "I3": ("knowledge_graph",),
    "I4": ("document_analysis",),
    "I5": ("content_creation",),
    "I6": ("document_processing",),
    "I7": ("investor_summary",),
    "I8": ("executive_summary",),
    "I9": ("customer_support",),
    "I10": ("swappable_stages",),
    "I11": ("insurance_claim", "lease_management"),
}
_ids = {name: f"{row}-{name}" for row, names in ROWS.items() for name in names}
each_ready = pytest.mark.parametrize("name", CATALOG, ids=lambda name: _ids.get(name, name))


def test_the_catalog_has_a_workflow_for_every_row() -> None:
    assert sorted(CATALOG) == sorted(name for names in ROWS.values() for name in names)


@each_ready
def test_a_ready_workflow_is_a_whole_definition(name: str) -> None:
    ready = program(name)
    about = ready.workflow.workflow_definition
    assert (about.name, about.owner) == (name, "dalsegno")
    assert 20 < len(about.description) < 160
    assert ready.resolved.outputs, "it gives what it gives by name"
    assert "outcome" in ready.resolved.outputs
    every = list(leaves(ready.resolved.flow))
    assert any(isinstance(each.work, ReviewWork) for each in every), "nobody decides"
    assert all(each.path for each in every if isinstance(each.work, FunctionWork))
    for field, described in ready.inputs.model_fields.items():
        assert described.description, f"what is {field!r}?"


@each_ready
def test_a_sample_fits_the_inputs_and_lies_in_the_package(name: str) -> None:
    inputs = sample(name)
    program(name).checked(inputs)
    named = [each for each in json.dumps(inputs).split('"') if each.startswith("/")]
    for path in named:
        assert Path(path).exists()
        assert Path(path).is_relative_to(folder_of(name) / "samples")


@pytest.fixture(scope="module")
def crasher() -> Iterator[Crasher]:
    with crashing() as driver:
        driver.warm("ready", place="/tmp", name="investor_summary")
        yield driver


def _ended(crasher: Crasher, place: Path, name: str, kill: str | None = None) -> Report:
    place.mkdir(exist_ok=True)
    return crasher.do("ready", kill=kill, place=str(place), name=name)


def _end(said: Report, place: Path) -> object:
    """How a run ended, wherever its files are."""
    kept = {"status": said["status"], "output": said["output"], "error": said["error"]}
    return json.loads(json.dumps(kept).replace(str(place), "<place>"))


def killed_and_resumed(crasher: Crasher, place: Path, name: str, kills: int, seed: str) -> None:
    """A run that is killed at moments drawn by a seed ends as one that was left alone.

    Neither touches the sample, which is the package's own.
    """
    before = _standing(name)
    whole = _ended(crasher, place / "whole", name)
    assert whole["status"] == "completed", whole
    draw = random.Random(f"{seed} {name}")
    # How many commits there are varies, since those of branches share some: not all are reached.
    points = range(1, sum(whole["points"].values()))
    reached = 0
    for at in draw.sample(points[: len(points) // 2] if kills == 1 else points, kills):
        place_of = place / f"killed-{at}"
        said = _ended(crasher, place_of, name, f"any@{at}")
        reached += "killed" in said
        again = _ended(crasher, place_of, name)
        assert _end(again, place_of) == _end(whole, place / "whole"), f"killed at point {at}"
    assert reached > kills * 0.7
    assert _standing(name) == before


def _standing(name: str) -> dict[str, int]:
    """When each file of the workflow was last written."""
    files = (each for each in folder_of(name).rglob("*") if each.suffix != ".pyc")
    return {str(each): each.stat().st_mtime_ns for each in files if each.is_file()}


@each_ready
def test_D1_a_ready_workflow_killed_at_a_random_moment_ends_the_same(
    crasher: Crasher, tmp_path: Path, name: str
) -> None:
    killed_and_resumed(crasher, tmp_path, name, kills=1, seed="one")


@pytest.mark.sweep
@each_ready
def test_D1_a_ready_workflow_killed_at_many_moments_ends_the_same(
    crasher: Crasher, tmp_path: Path, name: str
) -> None:
    killed_and_resumed(crasher, tmp_path, name, kills=15, seed="many")


_PAGE = Path(__file__).parents[1] / "docs" / "catalog.md"
_ROW = re.compile(r"^\| \[(\w+)\]\(#\w+\) \| (\d+) \| ([\d,]+) \| [\d.]+ \| (.+) \|$", re.MULTILINE)


def test_the_page_has_a_row_and_a_section_for_each() -> None:
    text = _PAGE.read_text()
    assert sorted(row[1] for row in _ROW.finditer(text)) == sorted(CATALOG)
    assert sorted(re.findall(r"^## (\w+)$", text, re.MULTILINE)) == sorted(CATALOG)
    for command in re.findall(r"^\$ dalsegno run (\w+)", text, re.MULTILINE):
        assert command in CATALOG


@each_ready
def test_the_page_tells_the_calls_and_tokens_of_the_sample(name: str, runtime: Runtime) -> None:
    run = runtime.start(name, sample(name))
    while reviews := run.reviews():
        run = runtime.decide(reviews[0].id, {"type": "approve"}, by="ana")
    told = next(row for row in _ROW.finditer(_PAGE.read_text()) if row[1] == name)
    tokens = cast("int", run.metrics["input_tokens"]) + cast("int", run.metrics["output_tokens"])
    assert (run.metrics["calls"], tokens) == (int(told[2]), int(told[3].replace(",", "")))
