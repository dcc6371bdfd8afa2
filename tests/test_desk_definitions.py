"""Definitions at the command line: begun, completed in an editor, drawn, run and decided on."""

import json
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from dalsegno import Runtime, compile, load
from dalsegno.desk.reviewing import choices
from dalsegno.desk.settings import inputs_from
from dalsegno.graphs.drawing.contracting import Line, contracted
from dalsegno.graphs.drawing.mermaid import mermaid
from dalsegno.graphs.drawing.picture import drawn
from dalsegno.graphs.drawing.sketch import Sketch, sketch
from dalsegno.graphs.library import resolved
from dalsegno.graphs.program import program
from dalsegno.graphs.yaml_text import read_file
from dalsegno.nodes.offline.fill import fill
from dalsegno.nodes.offline.source import Source
from dalsegno.state.errors import ConflictError, DatabaseError, InputError, NotFoundError
from dalsegno.state.review import Review, review_request, with_form

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def dalsegno(tmp_path: Path) -> Command:
    """The command line in the test's directory."""

    def run(*words: str, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "dalsegno", *words],
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


# --- A first definition


@pytest.mark.parametrize(
    "message",
    ["Our invoice is wrong: we were charged twice.", "The app crashes at once.", "Hello there."],
)
def test_a_new_definition_runs_offline_as_it_stands(
    dalsegno: Command, tmp_path: Path, message: str
) -> None:
    begun = dalsegno("new", "first_one")
    assert begun.returncode == 0, begun.stderr
    assert "dalsegno run first_one.yaml" in begun.stdout
    paused = dalsegno("run", "first_one.yaml", message, "--json")
    assert paused.returncode == 3, paused.stderr
    review = json.loads(paused.stdout)["reviews"][0]["id"]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    database = f"sqlite:///{tmp_path}/dalsegno.db"
    done = dalsegno("decide", review, "approve", "--db", database, cwd=elsewhere)
    assert done.returncode == 0, done.stderr


def test_a_new_definition_overwrites_nothing(dalsegno: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("mine")
    refused = dalsegno("new", "mine")
    assert refused.returncode == 2
    assert "'mine.yaml' already" in refused.stderr
    assert (tmp_path / "mine.yaml").read_text() == "mine"


@pytest.mark.parametrize("name", ["my-flow", "my flow", "2nd", "a/b", "x.yaml", "", "ä"])
def test_a_new_definition_needs_a_name(dalsegno: Command, tmp_path: Path, name: str) -> None:
    refused = dalsegno("new", name)
    assert refused.returncode == 2
    assert "is no workflow's name" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_new_definition_fits_the_schema(dalsegno: Command, tmp_path: Path) -> None:
    dalsegno("new", "first_one")
    written = dalsegno("schema", "--out", "schema.json")
    assert (written.returncode, written.stdout) == (0, "schema.json\n")
    schema = json.loads((tmp_path / "schema.json").read_text())
    assert json.loads(dalsegno("schema").stdout) == schema
    jsonschema.validate(read_file(tmp_path / "first_one.yaml").data, schema)
    assert "# yaml-language-server: $schema=" in dalsegno("schema", "--help").stdout


# --- Runs of a file


def _file(folder: Path, inputs: dict[str, object], code: str) -> None:
    definition = {
        "workflow_definition": {"name": "mine", "version": "1"},
        "inputs": inputs,
        "workflow_steps": [
            {"step": "work", "function": "steps:work"},
            {"step": "look", "review": {"fields": ["work"]}},
        ],
    }
    (folder / "mine.json").write_text(json.dumps(definition))
    (folder / "steps.py").write_text(code)


_INPUTS: dict[str, object] = {
    "title": "str",
    "count": {"type": "int", "minimum": 1},
    "rate": {"type": "float", "default": 0.5},
    "sure": {"type": "bool", "default": True},
    "tags": {"type": "list[str]", "default": []},
    "more": {"type": "dict[str, int] | None", "default": None},
    "level": {"type": "literal[high, low] | None", "default": None},
    "until": {"type": "date | None", "default": None},
    "kinds": {"type": "list[literal[old, new]]", "default": []},
}
_WORK = """def work(title, count, rate, sure, tags, more) -> str:
    return repr((title, count, rate, sure, tags, more))
"""


def test_inputs_are_typed_from_their_text(dalsegno: Command, tmp_path: Path) -> None:
    _file(tmp_path, _INPUTS, _WORK)
    settings = ("count=3", "rate=2", "sure=no", 'tags=["a, b"]', 'more={"x": 1}')
    words = [word for each in settings for word in ("--set", each)]
    ended = dalsegno("run", "mine.json", "007", *words, "--json")
    assert ended.returncode == 3, ended.stderr
    shown = json.loads(ended.stdout)["output"]["work"]
    assert shown == "('007', 3, 2.0, False, ['a, b'], {'x': 1})"


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("count=x", "'count' of 'mine' does not fit"),
        ("count=0", "greater than or equal to 1"),
        ("tags=a,b", """--set 'tags=["a", "b"]'"""),
        ("tags=a, b", """--set 'tags=["a", "b"]'"""),
        ('tags=["a', """--set 'tags=["a", "b"]'"""),
        ("kinds=odd", "should be 'old' or 'new'"),
        ("level=hot", "should be 'high' or 'low'"),
        ("until=soon", "'until' of 'mine' does not fit"),
        ("more=x", """--set 'more={"name": "value"}'"""),
        ("sure=perhaps", "'sure' of 'mine' does not fit"),
        ("cuont=1", "the nearest name is 'count'"),
        ("title=again", "given twice"),
        ("count", "is not key=value"),
    ],
)
def test_a_wrong_input_is_named(tmp_path: Path, setting: str, said: str) -> None:
    _file(tmp_path, _INPUTS, _WORK)
    mine = program(tmp_path / "mine.json")
    settings = [setting] if setting.startswith("co") else ["count=1", setting]
    with closing(Runtime()) as runtime, pytest.raises(InputError) as refused:
        runtime.start(mine.workflow, inputs_from(mine, "T", settings))
    assert said in str(refused.value)
    assert not (tmp_path / "dalsegno.db").exists()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("tags=Who is it?", ["Who is it?"]),
        ("tags=Who pays, and when?", ["Who pays, and when?"]),
        ("kinds=old", ["old"]),
        ("level=low", "low"),
        ("level=null", None),
        ("until=2026-03-12", "2026-03-12"),
    ],
)
def test_one_text_is_a_list_of_one_and_a_choice_is_no_json(
    tmp_path: Path, setting: str, value: object
) -> None:
    _file(tmp_path, _INPUTS, _WORK)
    mine = program(tmp_path / "mine.json")
    found = inputs_from(mine, None, [setting])
    assert found == {setting.partition("=")[0]: value}


@pytest.mark.parametrize(
    ("returned", "made", "edit"),
    [
        ("literal[high, low]", "high", {"work": "low"}),
        ("literal[high, low] | None", None, {"work": "high"}),
        ("int", 3, {"work": 3}),
        ("float | None", None, {"work": 1}),
        ("bool", True, {"work": False}),
        ("list[str]", ["a", "b"], {"work": ["a", "b"]}),
        ("list[str]", ["a" * 50, "b" * 50], {"work": ["a" * 50]}),
        ("dict[str, int]", {"x": 1}, {"work": {"x": 1}}),
        ("date | None", None, {"work": None}),
        ("str | None", None, {"work": "new text"}),
    ],
)
def test_the_edit_to_copy_fits_the_fields_type(
    tmp_path: Path, returned: str, made: object, edit: object
) -> None:
    (tmp_path / "steps.py").write_text(f"def work():\n    return {made!r}\n")
    definition: dict[str, Any] = {
        "workflow_definition": {"name": "mine", "version": "1"},
        "inputs": {"title": "str"},
        "workflow_steps": [
            {"step": "work", "function": "steps:work", "writes": {"work": returned}},
            {"step": "look", "review": {"fields": ["work"]}},
        ],
    }
    (tmp_path / "mine.json").write_text(json.dumps(definition))
    with closing(Runtime(f"sqlite:///{tmp_path}/dalsegno.db")) as runtime:
        run = runtime.start(str(tmp_path / "mine.json"), {"title": "T"})
        (review,) = run.reviews()
        (told,) = (each for each in choices(review) if " edit " in each)
        assert json.loads(shlex.split(told)[-1]) == edit
        done = runtime.decide(review.id, {"type": "edit", "args": edit}, by="ana")
        assert done.status == "completed", "what the line says can be sent as it is"


def test_the_edit_to_copy_is_of_a_text_if_there_is_one() -> None:
    class Form(BaseModel):
        kind: Literal["a", "b"]
        count: int
        letter: str | None

    args = {"kind": "a", "count": 2, "letter": None}
    asked = review_request("r", args=args, description="?", allowed=("edit",))
    review = Review(
        id="r.1",
        run="r",
        node="n",
        interrupt="i",
        digest="d",
        request=with_form(asked, Form),
        created=0.0,
    )
    (told,) = choices(review)
    assert shlex.split(told)[-2:] == ["--args", '{"letter": "new text"}']


@pytest.fixture
def paused(tmp_path: Path) -> str:
    """The review of a run of ``mine.json``, which a process of before has begun."""
    _file(tmp_path, {"title": "str"}, "def work(title) -> str:\n    return title\n")
    with closing(Runtime(f"sqlite:///{tmp_path}/dalsegno.db")) as runtime:
        return runtime.start(str(tmp_path / "mine.json"), {"title": "T"}).reviews()[0].id


@pytest.fixture
def later(tmp_path: Path) -> Any:
    """A runtime that was told of no workflow."""
    runtime = Runtime(f"sqlite:///{tmp_path}/dalsegno.db")
    yield runtime
    runtime.close()


def test_a_run_of_a_file_is_decided_by_a_process_that_was_told_nothing(
    paused: str, later: Runtime
) -> None:
    assert later.decide(paused, {"type": "approve"}, by="ana").status == "completed"


def test_a_definition_that_has_changed_is_not_gone_on_with(
    paused: str, later: Runtime, tmp_path: Path
) -> None:
    file = tmp_path / "mine.json"
    before = file.read_text()
    file.write_text(before.replace('"fields": ["work"]', '"fields": ["work", "title"]'))
    with pytest.raises(ConflictError, match=r"mine\.json' has changed since run"):
        later.decide(paused, {"type": "approve"}, by="ana")
    assert later.reviews()[0].id == paused, "nothing was decided"
    file.write_text("\n" + before)
    assert later.decide(paused, {"type": "approve"}, by="ana").status == "completed"


def test_a_definition_that_is_gone_is_named(paused: str, later: Runtime, tmp_path: Path) -> None:
    (tmp_path / "mine.json").unlink()
    with pytest.raises(NotFoundError, match=r"gone: '.*mine\.json'"):
        later.decide(paused, {"type": "approve"}, by="ana")
    told = Runtime(f"sqlite:///{tmp_path}/dalsegno.db")
    with closing(told):
        assert told.reviews()[0].id == paused


def test_a_database_of_an_older_schema_is_refused_unchanged(tmp_path: Path) -> None:
    place = tmp_path / "old.db"
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("CREATE TABLE dalsegno_run (id TEXT)")
        connection.execute("PRAGMA user_version=1")
    before = place.read_bytes()
    with closing(Runtime(str(place))) as runtime, pytest.raises(DatabaseError, match="older"):
        runtime.runs()
    assert place.read_bytes() == before


class Sorted(BaseModel):
    topic: Literal["billing", "technical"]
    reason: str


def test_a_required_reason_beside_a_value_is_where_that_stands() -> None:
    filled = fill(Sorted, Source("Good morning. The invoice is wrong."))
    assert filled.data == {"topic": "billing", "reason": "The invoice is wrong."}


# --- Pictures


def _note(message: str) -> str:
    return message


def _step(name: str, **more: object) -> dict[str, object]:
    return {"step": name, "function": _note, **more}


def _sketch(*steps: dict[str, object]) -> Sketch:
    agents = [{"name": each} for each in ("lead", "writer", "critic")]
    return sketch(
        resolved(
            load(
                {
                    "workflow_definition": {"name": "drawn", "version": "1"},
                    "inputs": {
                        "message": str,
                        "score": float,
                        "items": "list[str]",
                        "kind": {"enum": ["a", "b"]},
                    },
                    "agents": agents,
                    "workflow_steps": list(steps),
                }
            )
        )
    )


def _edges(shown: Sketch) -> set[tuple[str, str, str]]:
    return {(each.source, each.target, str(each.data)) for each in shown.graph.edges}


S, E = "__start__", "__end__"


def test_a_condition_is_written_on_its_ways() -> None:
    shown = _sketch({"step": "is_high", "if": "score > 0.6", "then": _step("fast")}, _step("last"))
    assert _edges(shown) == {
        (S, "fast", "score > 0.6"),
        (S, "last", "else"),
        ("fast", "last", ""),
        ("last", E, ""),
    }


def test_a_route_shows_its_cases_and_no_way_that_cannot_be_taken() -> None:
    cases = {"a": _step("one"), "b": _step("two")}
    closed = _sketch({"step": "by", "route": {"on": "kind", "cases": cases, "fallback": None}})
    assert _edges(closed) == {(S, "one", "a"), (S, "two", "b"), ("one", E, ""), ("two", E, "")}
    cases = {"a": _step("one")}
    open_ = _sketch({"step": "by", "route": {"on": "message", "cases": cases, "fallback": None}})
    assert (S, E, "otherwise") in _edges(open_)


def test_a_loop_goes_again_and_is_done() -> None:
    loop = {"until": "score > 0.6", "max_iterations": 3, "steps": [_step("try_it"), _step("look")]}
    shown = _sketch({"step": "tries", "loop": loop}, _step("last"))
    assert ("look", "try_it", "again") in _edges(shown)
    assert ("look", "last", "done") in _edges(shown)


def test_a_map_is_a_group_that_says_over_what() -> None:
    steps = [_step("look"), _step("mark")]
    shown = _sketch({"step": "every", "map": {"over": "items", "steps": steps}}, _step("last"))
    assert (S, "every:look", "each item in items") in _edges(shown)
    assert ("every:mark", "last", "") in _edges(shown)
    root = ElementTree.fromstring(drawn(shown))
    assert [g.attrib["data-group"] for g in root.iter() if "data-group" in g.attrib] == ["every"]
    assert 'subgraph each_every["every"]' in mermaid(shown)


def test_branches_meet_without_a_node_between_them() -> None:
    shown = _sketch(
        {"step": "both", "parallel": {"l": _step("left"), "r": _step("right")}}, _step("last")
    )
    assert set(shown.graph.nodes) == {S, "left", "right", "last", E}


def test_what_a_failure_and_a_rejection_lead_to_is_drawn() -> None:
    shown = _sketch(
        _step("call", fallback=[_step("instead")]),
        _step("risky", error_handling={"fallback_strategy": "escalate"}),
        {"step": "approval", "review": {"fields": ["call"]}},
        _step("last"),
    )
    assert {
        ("call", "instead", "fails"),
        ("risky", "risky_escalation", "fails"),
        ("risky_escalation", "risky", "again"),
        ("approval", E, "reject"),
        ("approval", "last", ""),
    } <= _edges(shown)


def test_a_question_leads_to_its_answer_and_back() -> None:
    review = {"fields": ["message"], "on_question": _step("answer")}
    shown = _sketch({"step": "approval", "review": review})
    assert {("approval", "answer", "respond"), ("answer", "approval", "")} <= _edges(shown)


def test_many_ways_to_many_meet_in_a_dot() -> None:
    shown = _sketch({"step": "talk", "chat": {"participants": ["lead", "writer", "critic"]}})
    dots = [id for id, node in shown.graph.nodes.items() if (node.metadata or {})["kind"] == "dot"]
    assert len(dots) == 1
    root = ElementTree.fromstring(drawn(shown))
    assert sum(g.attrib.get("class") == "node dot" for g in root.iter()) == 1


def test_mermaid_text_is_quoted_and_its_words_are_no_ids() -> None:
    shown = _sketch(
        {"step": "by", "if": 'message == "a<b#&"', "then": _step("end")}, _step("end_"), _step("x")
    )
    text = mermaid(shown)
    assert "#quot;" not in text.split("\n")[0]
    assert "|\"message == 'a#lt;b#35;#amp;'\"|" in text
    assert '    end_["end"]' in text
    assert '    end__["end_"]' in text


def test_the_notebook_and_the_command_line_draw_the_same(dalsegno: Command, tmp_path: Path) -> None:
    assert dalsegno("graph", "investor_summary", "--out", "p.svg").returncode == 0
    assert dalsegno("graph", "investor_summary", "--out", "p.mmd").returncode == 0
    bundle = compile("investor_summary")._repr_mimebundle_()
    assert (tmp_path / "p.svg").read_text() == bundle["image/svg+xml"]
    assert (tmp_path / "p.mmd").read_text() == bundle["text/vnd.mermaid"]


_PLACES = st.sampled_from(["a", "b", "c", ".1", ".2", ".3", ".4"])
_LINES = st.lists(
    st.builds(Line, source=_PLACES, target=_PLACES, label=st.sampled_from(["", "x", "y"])),
    max_size=14,
)


def _reached(lines: list[Line], start: str) -> set[str]:
    """Where one can get from a place without passing another that is no dot."""
    found: set[str] = set()
    seen: set[str] = set()
    open_ = [start]
    while open_:
        at = open_.pop()
        for each in lines:
            if each.source == at and each.target not in seen:
                seen.add(each.target)
                if each.target.startswith("."):
                    open_.append(each.target)
                else:
                    found.add(each.target)
    return found


@given(_LINES)
def test_dots_are_taken_out_and_every_way_stays(lines: list[Line]) -> None:
    dots = [".1", ".2", ".3", ".4"]
    entered = {each.target for each in lines}
    # A dot that nothing leads to, or that leads nowhere, is none that a flow has.
    left = {each.source for each in lines}
    lines = [
        each
        for each in lines
        if not any(dot in {each.source, each.target} for dot in dots if dot not in entered & left)
    ]
    found = contracted(lines, dots)
    for place in ("a", "b", "c"):
        assert _reached(found, place) == _reached(lines, place)
    for dot in dots:
        into = [each for each in found if each.target == dot]
        out = [each for each in found if each.source == dot]
        loops = any(each.source == dot for each in into)
        assert loops or not (into and out) or min(len(into), len(out)) > 1
