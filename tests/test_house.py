"""The house's rules, held by a test each."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("state", "checkpoints", "nodes", "graphs", "runtime", "desk")
#: What each room may import: itself and these.
MAY = {
    "state": set(),
    "checkpoints": {"state"},
    "nodes": {"state"},
    "graphs": {"state", "nodes", "checkpoints"},
    "runtime": {"state", "nodes", "checkpoints", "graphs"},
    "desk": {"state", "nodes", "checkpoints", "graphs", "runtime"},
}


def _modules() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def _rooms_imported(path: Path) -> Iterator[tuple[int, str]]:
    """The rooms that a module imports, by the relative level and name of each import."""
    here = path.relative_to(ROOT).parts[:-1]
    for statement in ast.walk(ast.parse(path.read_text())):
        if not isinstance(statement, ast.ImportFrom) or not statement.level:
            continue
        base = here[: len(here) - statement.level + 1]
        for alias in statement.names:
            target = (*base, *(statement.module or "").split("."), alias.name)
            names = [part for part in target if part]
            if names[0] in ROOMS:
                yield statement.lineno, names[0]


def test_imports_run_one_way_between_the_rooms() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {room}"
        for path in _modules()
        for line, room in _rooms_imported(path)
        if room not in MAY[path.relative_to(ROOT).parts[0]] | {path.relative_to(ROOT).parts[0]}
    ]
    assert wrong == []


def test_the_package_list_names_every_folder_of_modules() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    listed = set(project["tool"]["setuptools"]["packages"])
    found = {"dalsegno"}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            found.add(".".join(("dalsegno", *path.parent.relative_to(ROOT).parts)))
    assert listed == found


def test_files_and_functions_stay_small() -> None:
    long = []
    for path in _modules():
        text = path.read_text()
        if text.count("\n") > 360:
            long.append(f"{path.relative_to(ROOT)} has {text.count(chr(10))} lines")
        for each in ast.walk(ast.parse(text)):
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (each.end_lineno or 0) - each.lineno + 1
                if lines > 60:
                    long.append(f"{path.relative_to(ROOT)}:{each.lineno} {each.name}: {lines}")
    assert long == []


def test_every_module_says_why_it_exists() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in _modules()
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_every_ignore_has_its_reason_beside_it() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _modules()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (match := re.search(r"#\s*(?:noqa|type: ignore)[^#]*(#.*)?$", line))
        and not match[1]
        and "#" not in path.read_text().splitlines()[number - 2]
    ]
    assert bare == []


def test_no_committed_file_names_a_package_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    addresses = re.compile("|".join(("pypi" + r"\.org", "python" + "hosted", "npmjs" + r"\.org")))
    named = [
        name
        for name in listed.stdout.split()
        if (ROOT / name).suffix not in {".pdf", ".png"}
        and (ROOT / name).is_file()
        and addresses.search((ROOT / name).read_text(errors="replace"))
    ]
    assert named == []


@pytest.mark.parametrize("code", ["import dalsegno", "import dalsegno.desk.cli"])
def test_what_needs_no_graph_loads_none(code: str) -> None:
    heavy = "('langgraph', 'pydantic', 'rich')"
    check = f"{code}; import sys; print([name for name in {heavy} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_public_names_are_there_when_asked_for() -> None:
    import dalsegno

    for name in dalsegno.__all__:
        assert getattr(dalsegno, name) is not None
    assert set(dalsegno.__all__) <= set(dir(dalsegno))
    with pytest.raises(AttributeError, match="nonsense"):
        dalsegno.nonsense  # noqa: B018
