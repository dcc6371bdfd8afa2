"""Every example of docs/definitions.md is true: it loads, it runs, and it prints what it says."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

import dalsegno
from dalsegno.graphs.drawing.sketch import sketch
from dalsegno.graphs.program import program
from dalsegno.graphs.yaml_text import read_file
from dalsegno.state.definition.json_schema import json_schema

PAGE = Path(dalsegno.__file__).parent / "docs" / "definitions.md"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what stands beside that, its text and its line."""

    language: str
    role: str
    text: str
    line: int


def _blocks() -> list[Block]:
    page = PAGE.read_text(encoding="utf-8")
    return [
        Block(each[1], each[2].strip(), each[3], page[: each.start()].count("\n") + 1)
        for each in re.finditer(r"^```(\w+)([^\n]*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    ]


BLOCKS = _blocks()
PIECES = [each for each in BLOCKS if each.language == "yaml" and not each.role]
RUNS = [each for each in BLOCKS if (each.language, each.role) == ("python", "run")]
INPUTS = {
    "message": "The invoice is wrong: we were charged twice. Please answer immediately.",
    "name": "Ana",
    "items": ["one", " two", "three"],
    "score": 0.7,
}


def _the(language: str, role: str) -> str:
    [found] = [each.text for each in BLOCKS if (each.language, each.role) == (language, role)]
    return found


def _line(block: Block) -> str:
    return f"line {block.line}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The page's files in a folder: its functions, and the whole example."""
    code = [each.text for each in BLOCKS if (each.language, each.role) == ("python", "steps.py")]
    (tmp_path / "steps.py").write_text("\n\n".join(code))
    (tmp_path / "notice.yaml").write_text(_the("yaml", "notice.yaml"))
    return tmp_path


def _definition(piece: Block, folder: Path) -> Mapping[str, Any]:
    """A piece put into the frame that the page says it stands in."""
    (folder / "frame.yaml").write_text(_the("yaml", "frame"))
    steps = "workflow_steps:\n" if piece.text.startswith("- ") else ""
    (folder / "piece.yaml").write_text(steps + piece.text)
    frame, given = (read_file(folder / f"{each}.yaml").data for each in ("frame", "piece"))
    assert isinstance(frame, dict)
    assert isinstance(given, dict)
    return {**frame, **given, "agents": [*frame["agents"], *given.get("agents", [])]}


def _finished(graph: Any, given: Mapping[str, object]) -> Any:
    """A graph's end, everything approved on the way."""
    config = {"configurable": {"thread_id": "1"}}
    state = graph.invoke(given, config)
    while "__interrupt__" in state:
        state = graph.invoke(Command(resume={"type": "approve"}), config)
    return state


@pytest.mark.parametrize("piece", PIECES, ids=_line)
def test_every_piece_runs_offline(piece: Block, folder: Path) -> None:
    file = folder / "example.json"
    file.write_text(json.dumps(_definition(piece, folder)))
    state = _finished(dalsegno.compile(str(file), InMemorySaver()), INPUTS)
    assert state["history"]


@pytest.mark.parametrize("piece", PIECES, ids=_line)
def test_every_step_of_a_piece_is_in_its_picture(piece: Block, folder: Path) -> None:
    file = folder / "example.json"
    file.write_text(json.dumps(_definition(piece, folder)))
    made = program(file)
    shown = sketch(made.resolved).graph.nodes
    assert set(made.steps) <= {id.rpartition(":")[2] for id in shown}


def test_H6_schema_completes_a_definition(folder: Path) -> None:
    schema = json_schema()
    check = jsonschema.Draft202012Validator(schema)
    check.check_schema(schema)
    whole = read_file(folder / "notice.yaml").data
    for definition in (whole, *(_definition(each, folder) for each in PIECES)):
        assert [each.message for each in check.iter_errors(definition)] == []
    misspelt = json.loads(json.dumps(whole).replace("max_iterations", "max_iteration"))
    assert not check.is_valid(misspelt)


def _dalsegno(folder: Path, *words: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "dalsegno", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stdout + ended.stderr


def test_the_whole_example_prints_what_the_page_shows(folder: Path) -> None:
    import shlex

    known: dict[str, str] = {}
    for shown in _the("console", "").split("$ ")[1:]:
        line, _, expected = shown.partition("\n")
        for written, real in known.items():
            line = line.replace(written, real)
        words = shlex.split(line)
        assert words[0] == "dalsegno"
        printed = _dalsegno(folder, *words[1:])
        for written, real in zip(
            re.findall(r"^Run (\w+)", expected, re.MULTILINE),
            re.findall(r"^Run (\w+)", printed, re.MULTILINE),
            strict=True,
        ):
            known[written] = real
        for written, real in known.items():
            expected = expected.replace(written, real)
        assert printed.strip() == expected.strip()


@pytest.mark.parametrize("code", RUNS, ids=_line)
def test_the_lines_of_python_run(code: Block, folder: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", code.text], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip()


def test_an_error_looks_as_the_page_shows_it(folder: Path) -> None:
    (folder / "wrong.yaml").write_text(_the("yaml", "wrong"))
    said = " ".join(_dalsegno(folder, "run", "wrong.yaml", "x").split())
    assert " ".join(_the("console", "wrong").split()) in said


def test_the_page_shows_every_kind_of_step() -> None:
    from dalsegno.state.definition.steps import KINDS

    text = "\n".join(each.text for each in BLOCKS)
    assert [kind for kind in KINDS if not re.search(rf"\b{kind}:", text)] == []


def test_the_page_names_every_merge_rule_and_limit() -> None:
    from dalsegno.state.definition.type_limits import LIMITS
    from dalsegno.state.reducers import MERGES

    page = PAGE.read_text(encoding="utf-8")
    assert [each for each in (*MERGES, *LIMITS) if f"`{each}`" not in page] == []


def _expressions() -> list[str]:
    lines = [line for each in BLOCKS if each.language == "text" for line in each.text.splitlines()]
    return [part for line in lines for part in re.split(r"\s{3,}", line.strip())[:1]]


def test_the_expressions_of_the_page_are_expressions() -> None:
    from dalsegno.state.definition.expressions import parse

    for text in ("size", "order.lines", "0 < a <= b", 'a in ("x", "y")', '"x" in a_list'):
        parse(text)
    for text in ("a not in a_list", "a is None", "a is not None", "not a", "a and b", "(a or b)"):
        parse(text)
    shown = "\n".join(_expressions())
    assert 'a in ("x", "y")' in shown
