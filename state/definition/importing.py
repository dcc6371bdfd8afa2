"""Importing what a definition refers to; modules may lie beside the definition's file."""

from __future__ import annotations

import hashlib
import re
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from ..names import nearest


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
    """The module of that name, one beside the definition's file before all others."""
    file = None if base is None else _beside(name, base)
    if file is None:
        return import_module(name)
    present = sys.modules.get(name)
    if present is not None and getattr(present, "__file__", None) == str(file):
        return present
    own = f"{name}_{mark_of(file)}"
    if own in sys.modules:
        return sys.modules[own]
    spec = spec_from_file_location(own, file)
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
    return any(_beside(name, base) for name in re.findall(r"(\w+):", text))


def mark_of(path: Path) -> str:
    """A few letters that stand for a path, and for no other."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:8]


def _beside(name: str, base: Path) -> Path | None:
    file = (base / f"{name}.py").resolve()
    return file if "." not in name and file.is_file() else None
