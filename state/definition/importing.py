"""Importing what a definition refers to; modules may lie beside the definition's file."""

from __future__ import annotations

import hashlib
import re
import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from ..names import nearest

_PACKAGE = "__init__.py"
_ROOT = __name__.partition(".")[0]
#: Where this package lies: what lies in it has one name each, wherever that is.
_OURS = Path(__file__).resolve().parents[2]


def import_reference(reference: object, base: Path | None) -> object:
    """What ``module:name`` stands for; anything but text stands for itself.

    ``base`` is the folder of the definition's file: a module that lies there goes first, under a
    name of its own, so that two folders may each have a ``steps.py``.

    Raises:
        ImportError, AttributeError: there is none; and whatever the module itself raises.
    """
    if not isinstance(reference, str):
        return reference
    module, _, name = reference.partition(":")
    found: object = module_named(module, base)
    for part in name.split("."):
        if not hasattr(found, part):
            # The module's own words would name it as it is called among all modules.
            raise AttributeError(f"{module!r} has no {part!r}{nearest(part, dir(found))}")
        found = getattr(found, part)
    return found


def module_named(name: str, base: Path | None) -> ModuleType:
    """The module of that name, one beside the definition's file before all others.

    A package may lie there too: ``letters.steps`` is ``letters/steps.py``, if that folder has an
    ``__init__.py``. With a dot before it, the folder itself is the package: modules that are named
    so may import each other, as ``from .words import WORDS``.
    """
    if name.startswith("."):
        return _within(name, base)
    head, _, rest = name.partition(".")
    file = None if base is None else _beside(head, base, within=bool(rest))
    if file is None or _is_known(head, file):
        return import_module(name)
    own = f"{head}_{mark_of(file)}"
    found = sys.modules.get(own) or _loaded(own, file)
    return import_module(f"{own}.{rest}") if rest else found


def _within(name: str, base: Path | None) -> ModuleType:
    """The module of that name, with its dot, in the definition's own folder."""
    if base is None:
        raise ImportError("a dot means the definition's folder, and it was read from no file")
    own = f"{_package_at(base)}{name}"
    try:
        return import_module(own)
    except ModuleNotFoundError as error:
        if not f"{own}.".startswith(f"{error.name}."):
            raise  # a module that it imports is what is missing
        file = f"{name[1:].replace('.', '/')}.py"
        raise ImportError(f"there is no {file!r} in {str(base)!r}") from None


def _package_at(base: Path) -> str:
    """A folder as a package, under a name of its own; those of ours have theirs."""
    if _is_ours(base):
        within = base.resolve().relative_to(_OURS).parts
        return ".".join((_ROOT, *within))
    own = f"{base.name}_{mark_of(base / _PACKAGE)}"
    if own not in sys.modules and (base / _PACKAGE).is_file():
        _loaded(own, base / _PACKAGE)
    elif own not in sys.modules:
        made = ModuleType(own)
        made.__path__ = [str(base)]
        sys.modules[own] = made
    return own


def _is_ours(base: Path) -> bool:
    return base.resolve().is_relative_to(_OURS)


def _is_known(head: str, file: Path) -> bool:
    """Is it what an import of that name finds anyway? Then there must be no second copy."""
    present = sys.modules.get(head)
    if present is not None:
        return getattr(present, "__file__", None) == str(file)
    spec = find_spec(head) if file.name == _PACKAGE else None
    return spec is not None and spec.origin == str(file)


def _loaded(own: str, file: Path) -> ModuleType:
    within = [str(file.parent)] if file.name == _PACKAGE else None
    spec = spec_from_file_location(own, file, submodule_search_locations=within)
    assert spec is not None and spec.loader is not None
    made = module_from_spec(spec)
    sys.modules[own] = made
    try:
        spec.loader.exec_module(made)
    except BaseException:
        del sys.modules[own]
        raise
    return made


def is_beside(text: str, base: Path) -> bool:
    """Does a text refer to a module that lies in the folder?"""
    return any(
        not _is_ours(base) if head == "" else _beside(head, base, within=bool(rest)) is not None
        for head, _, rest in (name.partition(".") for name in re.findall(r"([\w.]+):", text))
    )


def mark_of(path: Path) -> str:
    """A few letters that stand for a path, and for no other."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:8]


def _beside(head: str, base: Path, *, within: bool) -> Path | None:
    """The file of that module in the folder; of a package, where a module ``within`` it is meant.

    A checkout of ours may lie beside a definition, and is no part of it.
    """
    if head == _ROOT:
        return None
    file = (base / head / _PACKAGE if within else base / f"{head}.py").resolve()
    return file if file.is_file() else None
