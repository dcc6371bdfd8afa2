"""A ready workflow as a beginning: its definition, its code and its sample, to be changed."""

import json
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from ..state.errors import InputError, ResourceError
from .beginning import check_name
from .terminal import command, print_json, say, user_name

_DEFINITIONS, _SAMPLE = ("definition.yaml", "definition.py"), "sample.json"
#: A relative import that leads out of the folder: its dots lead to these packages of ours.
_OUT = re.compile(r"^(\s*from )(\.{2,4})(?=[\w ])", re.MULTILINE)
_PACKAGES = {2: "dalsegno.graphs.catalog", 3: "dalsegno.graphs", 4: "dalsegno"}


def copy_ready(name: str, ready: str, *, as_json: bool) -> None:
    """Write the folder ``NAME`` from a workflow of the catalog.

    Raises:
        NotFoundError: no such workflow. InputError: it is no name, or it is there already; then
        nothing was written. ResourceError: it cannot be written.
    """
    from ..graphs.library import folder_of

    check_name(name)
    source, folder = folder_of(ready), Path(name)
    if folder.exists():
        raise InputError(
            f"There is {str(folder)!r} already.", fix="Choose another name; nothing was changed."
        )
    try:
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
        for each in folder.rglob("*.py"):
            _rewrite(each, lambda text: _OUT.sub(_whole, text))
        definition = next(folder / each for each in _DEFINITIONS if (folder / each).is_file())
        _rewrite(definition, lambda text: _renamed(text, ready, name))
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ResourceError(
            f"{str(error.filename or folder)!r} cannot be written: {error.strerror}.",
            fix="Go to another directory.",
        ) from error
    if as_json:
        print_json({"file": str(definition)})
        return
    say(f"{folder}/ is written: all of {ready}, to be changed. You are its owner now.\n")
    say("  " + command(f"run {definition} {' '.join(_settings(folder))}".rstrip()))
    say(f"  dalsegno graph {definition} --out {name}.svg")


def _rewrite(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def _whole(match: re.Match[str]) -> str:
    package = _PACKAGES[len(match[2])]
    follows = match.string[match.end()]
    return f"{match[1]}{package}{'' if follows == ' ' else '.'}"


def _renamed(text: str, ready: str, name: str) -> str:
    """A definition under its new name and owner, in YAML or Python."""
    owner = re.sub(r"[^\w.@-]", "_", user_name())
    named = re.compile(rf"""^(\s+(?:name: |")){ready}(",)?$""", re.MULTILINE)
    owned = re.compile(r"""^(\s+owner(?:: |="))dalsegno(",)?$""", re.MULTILINE)
    return owned.sub(rf"\g<1>{owner}\g<2>", named.sub(rf"\g<1>{name}\g<2>", text, 1), 1)


def _settings(folder: Path) -> Iterator[str]:
    """The sample's inputs as the command line takes them."""
    given = json.loads((folder / _SAMPLE).read_text(encoding="utf-8"))
    for key, value in given.items():
        text = value if isinstance(value, str) else json.dumps(value)
        lies = re.sub(r"(?<![\w/])samples/", f"{folder}/samples/", text)
        yield f"--set {shlex.quote(f'{key}={lies}')}"
