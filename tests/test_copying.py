"""A ready workflow is copied, and the copy is the same workflow under a name of one's own."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import dalsegno
from dalsegno import Runtime
from dalsegno.graphs.library import CATALOG, folder_of, sample
from dalsegno.graphs.program import program
from dalsegno.state.errors import DefinitionError

each_ready = pytest.mark.parametrize("name", CATALOG)


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    """The command line in the working directory."""
    command = [sys.executable, "-m", "dalsegno", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def copied(ready: str) -> Path:
    from dalsegno.desk.copying import copy_ready

    copy_ready("mine", ready, as_json=True)
    return next(Path("mine").absolute().glob("definition.*"))


@each_ready
def test_a_copy_is_the_same_workflow_with_code_of_its_own(name: str, tmp_path: Path) -> None:
    path = copied(name)
    copy, ready = program(path), program(name)
    assert copy.name == "mine"
    assert copy.steps == ready.steps
    assert set(copy.inputs.model_fields) == set(ready.inputs.model_fields)
    assert f"catalog.{name}" not in path.read_text(), "it goes on using the catalog's code"
    assert copy.workflow.owner not in {None, "dalsegno"}
    for each in Path("mine").rglob("*.py"):
        assert f"catalog.{name}" not in each.read_text(), each
    assert not list(Path("mine").rglob("__pycache__"))


def test_a_copy_runs_pauses_and_is_decided_on_in_other_processes(tmp_path: Path) -> None:
    made = run("new", "mine", "--from", "investor_summary")
    assert made.returncode == 0, made.stderr
    printed = next(line for line in made.stdout.splitlines() if " run " in line)
    begun = run(*printed.split()[1:], "--json")
    assert begun.returncode == 3, begun.stderr
    review = json.loads(begun.stdout)["reviews"][0]["id"]
    ended = run("decide", review, "approve", "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["output"]["outcome"] == "approved"


def test_what_is_changed_in_a_copy_changes_what_it_does(tmp_path: Path) -> None:
    path = copied("investor_summary")
    schema = tmp_path / "mine" / "schema.py"
    schema.write_text(schema.read_text().replace("MAX_WORDS = 300", "MAX_WORDS = 40"))
    runtime = Runtime(f"sqlite:///{tmp_path}/runs.db")
    begun = runtime.start(path, sample("investor_summary"))
    assert len(str((begun.output or {})["summary"]).split()) <= 40
    runtime.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("mine", "--from", "investor_sumary"), "the nearest name is 'investor_summary'"),
        (("my-own", "--from", "investor_summary"), "such as 'my_own'"),
    ],
)
def test_what_cannot_be_copied_is_refused_and_nothing_is_written(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    refused = run("new", *words)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_copied_over_what_is_there(tmp_path: Path) -> None:
    Path("mine").mkdir()
    refused = run("new", "mine", "--from", "investor_summary")
    assert refused.returncode == 2
    assert "Choose another name; nothing was changed." in refused.stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "mine"]
    assert list(Path("mine").iterdir()) == []


def test_a_package_beside_a_definition_is_its_own_and_two_of_a_name_stay_apart(
    tmp_path: Path,
) -> None:
    found = []
    for word in ("one", "two"):
        package = tmp_path / word / "letters"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("")
        (package / "words.py").write_text(f"WORD = {word!r}\n")
        (package / "steps.py").write_text(
            "from .words import WORD\n\n\ndef said() -> str:\n    return WORD\n"
        )
        path = tmp_path / word / "letter.yaml"
        path.write_text(
            "workflow_definition: {name: letter, version: '1'}\n"
            "workflow_steps: [{step: said, function: letters.steps:said}]\n"
        )
        found.append(dalsegno.compile(path).invoke({})["said"])
    assert found == ["one", "two"]


def test_our_own_checkout_beside_a_definition_is_no_part_of_it(tmp_path: Path) -> None:
    decoy = tmp_path / "dalsegno"
    decoy.mkdir()
    (decoy / "__init__.py").write_text("raise RuntimeError('a second copy')\n")
    path = tmp_path / "own.yaml"
    text = (folder_of("investor_summary") / "definition.yaml").read_text()
    text = text.replace(": .", ": dalsegno.graphs.catalog.investor_summary.")
    path.write_text(text.replace("name: investor_summary", "name: own"))
    assert dalsegno.load(path).name == "own"


def test_a_dot_means_the_definitions_own_folder_as_a_package(tmp_path: Path) -> None:
    """Its modules may import each other; two folders of one name stay apart."""
    found = []
    for word in ("one", "two"):
        folder = tmp_path / word / "letters"
        (folder / "deep").mkdir(parents=True)
        (folder / "words.py").write_text(f"WORD = {word!r}\n")
        (folder / "deep" / "steps.py").write_text(
            "from ..words import WORD\n\n\ndef said() -> str:\n    return WORD\n"
        )
        (folder / "kinds.py").write_text(
            "from pydantic import BaseModel\n\n\nclass Given(BaseModel):\n    text: str = ''\n"
        )
        (folder / "letter.yaml").write_text(
            "workflow_definition: {name: letter, version: '1'}\n"
            "inputs: .kinds:Given\n"
            "schemas: {Again: .kinds:Given}\n"
            "state: {kept: 'list[.kinds:Given] | None'}\n"
            "workflow_steps: [{step: said, function: .deep.steps:said}]\n"
        )
        found.append(dalsegno.compile(folder / "letter.yaml").invoke({})["said"])
    assert found == ["one", "two"]


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (".steps:said", "there is no 'steps.py' in"),
        (".deep.steps:said", "there is no 'deep/steps.py' in"),
        ("..steps:said", "package.module:name"),
    ],
)
def test_a_module_that_is_not_in_the_folder_is_named_with_it(
    reference: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "letter.yaml"
    path.write_text(
        "workflow_definition: {name: letter, version: '1'}\n"
        f"workflow_steps: [{{step: said, function: {reference}}}]\n"
    )
    with pytest.raises(DefinitionError, match=re.escape(said)) as refused:
        dalsegno.load(path)
    assert "letter.yaml:2:" in str(refused.value)


def test_a_dot_without_a_file_says_what_it_means(tmp_path: Path) -> None:
    about = {"name": "letter", "version": "1"}
    steps = [{"step": "said", "function": ".steps:said"}]
    with pytest.raises(DefinitionError, match="it was read from no file"):
        dalsegno.load({"workflow_definition": about, "workflow_steps": steps})
