"""Definitions that are wrong say so: once, where it is, with what was found and what to do."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

import dalsegno
from dalsegno.graphs.yaml_text import read_text
from dalsegno.state.errors import DalsegnoError, DefinitionError, InputError

from .broken_definitions import (
    BROKEN,
    EXPRESSIONS,
    FAILING,
    FUNCTIONS,
    GATES,
    INNER,
    NAMES,
    ORDER,
    STEPS,
    TYPES,
    VALUES,
    WAYS,
    WRONG_INNER,
    Broken,
    flow,
)

#: Every hostile file is refused within this many seconds; most take a hundredth of it.
SOON = 5.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a definition's modules, and with workflows that it may nest."""
    here = tmp_path / "definitions"
    here.mkdir()
    (here / "steps.py").write_text(STEPS)
    (here / "failing.py").write_text(FAILING)
    (here / "inner.yaml").write_text(INNER)
    (here / "wrong.yaml").write_text(WRONG_INNER)
    (here / "back.yaml").write_text(flow("{step: a, workflow: flow.yaml}"))
    (here / "no.yaml").write_bytes(b"%PDF-1.7 and so on")
    return here


@pytest.fixture
def importable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder as one whose modules any code can import."""
    monkeypatch.syspath_prepend(folder)
    yield folder
    sys.modules.pop("steps", None)


def _by_name(cases: tuple[Broken, ...]) -> list[object]:
    return [pytest.param(each, id=each.name) for each in cases]


def _refused(text: str, folder: Path) -> DefinitionError:
    (folder / "flow.yaml").write_text(text)
    with pytest.raises(DefinitionError) as refused:
        dalsegno.load(folder / "flow.yaml")
    return refused.value


@pytest.mark.parametrize("case", _by_name(BROKEN))
def test_H6_each_fault_is_told_once_at_its_line_and_column(case: Broken, folder: Path) -> None:
    before, mark, after = case.text.partition("«")
    assert mark and "«" not in after
    error = _refused(before + after, folder)
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    assert [(each.line, each.column) for each in error.problems] == [(line, column)], str(error)
    for words in case.says:
        assert words in str(error)
    assert error.problems[0].fix
    assert f"flow.yaml:{line}:{column}: " in str(error)


def test_H6_the_faults_are_more_than_a_hundred_and_all_different() -> None:
    assert len({each.text for each in BROKEN}) == len({each.name for each in BROKEN}) == len(BROKEN)
    assert len(BROKEN) >= 250


#: Those that a mapping can have too: it has no key twice, and no value left out.
_SAMPLE = tuple(
    each
    for each in (*ORDER, *NAMES, *GATES, *TYPES, *EXPRESSIONS, *WAYS, *VALUES)
    if "steps:Le" not in each.text
)


@pytest.mark.parametrize("case", _by_name(_SAMPLE))
def test_H6_in_a_mapping_each_fault_is_told_once_with_its_path(
    case: Broken, importable: Path
) -> None:
    folder = importable
    text = case.text.replace("«", "")
    in_text = _refused(text, folder)
    data = read_text(text, source="flow.yaml").data
    assert isinstance(data, Mapping)
    with pytest.raises(DefinitionError) as refused:
        dalsegno.load(data)
    (problem,) = refused.value.problems
    assert problem.path == in_text.problems[0].path
    assert (problem.line, problem.message) == (None, in_text.problems[0].message)
    assert str(refused.value).startswith(problem.line_of_text(None))


def test_H6_a_path_names_keys_and_positions() -> None:
    definition = {
        "workflow_definition": {"name": "flow", "version": "1"},
        "inputs": {"text": str},
        "workflow_steps": [{"step": "a", "if": "text", "then": {"step": "b", "agent": "nobody"}}],
    }
    with pytest.raises(DefinitionError, match=r"workflow_steps\[0\]\.then\.agent: There is no"):
        dalsegno.compile(definition)


def _of(name: str) -> str:
    return next(each.text for each in BROKEN if each.name == name).replace("«", "")


@pytest.mark.parametrize("case", _by_name(ORDER[:10]))
def test_B11_a_cycle_or_missing_dependency_is_refused_by_name(case: Broken, folder: Path) -> None:
    error = _refused(case.text.replace("«", ""), folder)
    for words in case.says:
        assert words in str(error)


def test_C2_a_route_without_fallback_is_refused(folder: Path) -> None:
    error = _refused(_of("a_route_without_a_fallback"), folder)
    assert "'fallback' is missing" in str(error)
    assert "null" in str(error)


def test_G2_an_unknown_gate_is_refused(folder: Path) -> None:
    error = _refused(_of("an_unknown_gate"), folder)
    assert "no gate 'readabilty'; the nearest name is 'readability'" in str(error)


def test_several_faults_are_all_told_in_one_go(folder: Path) -> None:
    steps = ("{step: a, agent: nobody}", "{step: b, function: steps:claen}", "{step: a, agent: x}")
    error = _refused(flow(*steps), folder)
    assert [each.line for each in error.problems] == [5, 6, 7]


def test_of_very_many_faults_the_first_are_told(folder: Path) -> None:
    error = _refused(flow(*(f"{{step: s{n}, agent: nobody}}" for n in range(500))), folder)
    assert len(error.problems) == 51
    assert "There may be more" in str(error)


@pytest.mark.parametrize(
    "condition",
    [
        "size > 5 or size < 3",
        "3 < size < 5",
        "size >= 3 and size <= 3",
        "kind == 'long' or kind == 'short'",
        "kind != 'long' and kind != 'short'",
        "not done",
        "size is None or size > 3",
        "text != 'a' and text != 'b' and text in ('c', 'd')",
        "'a' in text and not 'b' in text",
        "size == 3 or size != size",
        "'x' in parts or not parts",
    ],
)
def test_a_condition_that_can_come_out_both_ways_is_taken(condition: str, folder: Path) -> None:
    step = "{step: a, if: " + json.dumps(condition) + ", then: {step: b, function: steps:clean}}"
    (folder / "flow.yaml").write_text(flow(step))
    assert dalsegno.load(folder / "flow.yaml").name == "flow"


_HEAD = "workflow_definition: {name: flow, version: 1}\n"


def _bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    return _HEAD + "\n".join(lines)


def _within(levels: int, *, key: str) -> str:
    text = "{step: s0, function: steps:clean}"
    for n in range(1, levels):
        way = {"if": "if: done, then", "map": "map: {over: parts, steps", "in": "parallel"}[key]
        text = f"{{step: s{n}, {way}: {text}" + "}" * (2 if key == "map" else 1)
    return flow(text)


HOSTILE: Mapping[str, tuple[bytes | str, str]] = {
    "no_yaml": ("{[}", "flow.yaml:1:2"),
    "prose": ("Dear reader,\n\tthis is: no: definition", "flow.yaml:"),
    "nothing": ("", "holds nothing"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "This is a PDF"),
    "zip": (b"PK\x03\x04" + bytes(200), "ZIP archive"),
    "binary": (bytes(range(256)) * 20, "binary"),
    "not_utf8": (b"name: caf\xe9", "not UTF-8"),
    "ten_megabytes": (b"a: b\n" * 2_000_000, "at most"),
    "anchors_that_explode": (_bomb(), "10,000 values"),
    "an_anchor_in_itself": (_HEAD + "inputs: &a {x: *a}", "inside the value"),
    "a_python_object": (
        _HEAD + "inputs: !!python/object/apply:os.system ['touch ran']",
        "cannot be used here",
    ),
    "a_python_name": (_HEAD + "inputs: !!python/name:os.system", "cannot be used here"),
    "brackets": ("a: " + "[" * 90_000, "deep"),
    "deep_blocks": ("\n".join(" " * n + "a:" for n in range(400)), "deep"),
    "sixty_levels_of_ifs": (_within(60, key="if"), "deep"),
    "sixty_levels_of_maps": (_within(60, key="map"), "deep"),
    "sixty_levels_of_branches": (_within(60, key="in"), "deep"),
    "a_long_line_of_steps_that_lead_on": (
        flow(
            *(f"{{step: s{n}, if: done, then: s{n + 1}}}" for n in range(900)),
            "{step: s900, function: steps:clean}",
        ),
        "More than 50 steps",
    ),
    "five_thousand_steps": (
        flow(*(f"{{step: s{n}, function: steps:clean}}" for n in range(5000))),
        "at most",
    ),
    "more_values_than_anybody_reads": (
        flow(*(f"{{step: s{n}, agent: a, reads: [a,b]}}" for n in range(2500))),
        "10,000 values",
    ),
    "names_that_are_all_alike": (
        flow(*(f"{{step: s{n}, agent: writer, reads: [s{n}x]}}" for n in range(1500))),
        "There may be more faults",
    ),
    "a_circle_of_two_thousand": (
        flow(
            *(
                f"{{step: s{n}, agent: writer, depends_on: [s{(n + 1) % 1900}]}}"
                for n in range(1900)
            )
        ),
        "'s0' → 's1' → 's2'",
    ),
    "a_long_expression": (flow("{step: a, if: '" + "(" * 30_000 + "', then: b}"), "flow.yaml:5:"),
    "a_long_type": (
        flow("{step: a, agent: writer}", top="inputs: {x: '" + "list[" * 20_000 + "'}\n"),
        "flow.yaml:3:",
    ),
    "a_long_name": (flow("{step: " + "a" * 100_000 + ", agent: b}"), "no agent 'b'"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_H6_a_hostile_file_is_refused_soon_and_runs_nothing(name: str, folder: Path) -> None:
    content, says = HOSTILE[name]
    file = folder / "flow.yaml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    before = {each.name for each in folder.iterdir()}
    began = time.perf_counter()
    with pytest.raises((DefinitionError, InputError), match=r"(?s).*") as refused:
        dalsegno.load(file)
    assert time.perf_counter() - began < SOON
    assert says in str(refused.value)
    assert len(str(refused.value)) < 20_000
    assert {each.name for each in folder.iterdir()} - before <= {"__pycache__"}
    assert not Path("ran").exists()


def clean(text: str) -> str:
    return text


def _many(steps: list[dict[str, object]]) -> dict[str, object]:
    about = {"name": "many", "version": "1"}
    return {"workflow_definition": about, "inputs": {"text": str}, "workflow_steps": steps}


@pytest.mark.parametrize("shape", ["line", "waiting", "at_once", "backwards"])
def test_thousands_of_steps_are_taken_within_seconds(shape: str) -> None:
    last = 4999
    needs: Mapping[str, Callable[[int], list[str]]] = {
        "waiting": lambda n: [f"s{n - 1}"] if n else [],
        "at_once": lambda _: [],
        "backwards": lambda n: [f"s{n + 1}"] if n < last else [],
    }
    steps: list[dict[str, object]] = []
    for n in range(last + 1):
        waits = {"depends_on": needs[shape](n)} if shape in needs else {}
        writes = {} if shape == "at_once" else {"writes": {"note": str}}
        steps.append({"step": f"s{n}", "function": clean, **writes, **waits})
    began = time.perf_counter()
    assert dalsegno.load(_many(steps)).name == "many"
    assert time.perf_counter() - began < 4 * SOON


def test_thousands_of_steps_at_once_may_not_write_one_field() -> None:
    steps: list[dict[str, object]] = [
        {"step": f"s{n}", "function": clean, "writes": {"note": str}, "depends_on": []}
        for n in range(5000)
    ]
    with pytest.raises(DefinitionError, match="'s0' and 's1' run at once") as refused:
        dalsegno.load(_many(steps))
    assert len(refused.value.problems) == 1


def test_a_mapping_that_holds_itself_is_refused() -> None:
    step: dict[str, object] = {"step": "a", "if": "text"}
    step["then"] = step
    with pytest.raises(DefinitionError, match="holds itself"):
        dalsegno.load(_many([step]))


def test_a_workflow_written_in_a_workflow_in_a_workflow_ends_somewhere() -> None:
    inner = _many([{"step": "s", "function": clean}])
    for n in range(40):
        inner = _many([{"step": f"w{n}", "workflow": inner}])
    with pytest.raises(DefinitionError, match="More than 12 workflows are nested"):
        dalsegno.load(inner)


def test_files_that_nest_each_other_in_a_long_line_are_refused(folder: Path) -> None:
    for n in range(40):
        (folder / f"w{n}.yaml").write_text(flow(f"{{step: a, workflow: w{n + 1}.yaml}}"))
    (folder / "w40.yaml").write_text(INNER)
    with pytest.raises(DefinitionError, match="More than 12 workflows are nested"):
        dalsegno.load(folder / "w0.yaml")


_BESIDE = """\
workflow_definition: {name: letters, version: 1}
schemas:
  Letter: steps:Letter
  Pile: {letters: "list[steps:Letter]"}
inputs: {letter: steps:Letter, pile: {type: Pile, default: {letters: []}}}
outputs: {said: say.subject}
agents:
  - {name: reader, function: steps:say}
workflow_steps:
  - {step: say, agent: reader, writes: {say: Letter}}
  - step: again
    workflow:
      workflow_definition: {name: within, version: 1}
      inputs: {letter: steps:Letter}
      workflow_steps:
        - {step: say, function: steps:say}
"""
_MODULE = """\
from pydantic import BaseModel

class Letter(BaseModel):
    subject: str

def say(letter: Letter) -> Letter:
    return Letter(subject=letter.subject + " {word}")
"""


def _letters(folder: Path, word: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "steps.py").write_text(_MODULE.replace("{word}", word))
    (folder / "flow.yaml").write_text(_BESIDE)
    return folder / "flow.yaml"


def test_H6_modules_beside_the_file_are_found_and_two_folders_keep_apart(tmp_path: Path) -> None:
    one, two = _letters(tmp_path / "one", "once"), _letters(tmp_path / "two", "twice")
    for file, word in ((one, "once"), (two, "twice"), (one, "once")):
        graph = dalsegno.compile(str(file))
        found = graph.invoke({"letter": {"subject": "hello"}})
        assert found["say"].subject == found["again"]["say"].subject == f"hello {word}"
    assert "steps" not in sys.modules


def test_H6_modules_beside_the_file_are_found_from_any_directory(tmp_path: Path) -> None:
    file = _letters(tmp_path / "deep" / "down", "there")
    script = (
        "import dalsegno, sys; "
        "print(dalsegno.compile(sys.argv[1]).invoke({'letter': {'subject': 'x'}})['say'].subject)"
    )
    for directory, path in (
        (tmp_path, "deep/down/flow.yaml"),
        (file.parent, "./flow.yaml"),
        (Path("/"), str(file)),
    ):
        ran = subprocess.run(
            [sys.executable, "-c", script, path],
            cwd=directory,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.stdout == "x there\n", ran.stderr


def test_a_nested_file_is_found_from_the_file_that_nests_it(folder: Path) -> None:
    (folder / "parts").mkdir()
    (folder / "parts" / "steps.py").write_text(STEPS)
    (folder / "parts" / "inner.yaml").write_text(INNER)
    (folder / "parts" / "middle.yaml").write_text(
        flow("{step: words, workflow: inner.yaml, outputs: {words: words}}")
    )
    outer = "{step: a, workflow: parts/middle.yaml, inputs: {text: text}, outputs: {found: words}}"
    (folder / "flow.yaml").write_text(flow(outer))
    given = {"text": "a b", "size": 1, "kind": "long", "parts": [], "done": False}
    assert dalsegno.compile(str(folder / "flow.yaml")).invoke(given)["found"] == ["a", "b"]


def test_what_is_no_workflow_at_all_is_refused() -> None:
    with pytest.raises(DalsegnoError, match="a name, a path or a mapping, not int"):
        dalsegno.load(3)  # type: ignore[arg-type]  # on purpose


def test_a_function_of_the_definition_is_not_called_while_it_is_loaded(folder: Path) -> None:
    (folder / "loud.py").write_text("def shout(text: str) -> str:\n    raise SystemExit(text)\n")
    (folder / "flow.yaml").write_text(flow("{step: a, function: loud:shout}"))
    assert dalsegno.load(folder / "flow.yaml").name == "flow"
    assert FUNCTIONS
