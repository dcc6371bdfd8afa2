"""Importing what a definition refers to; modules may lie beside the definition's file."""

from __future__ import annotations

import hashlib
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType


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
    found: object = _module(module, base)
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _module(name: str, base: Path | None) -> ModuleType:
    file = None if base is None else (base / f"{name}.py").resolve()
    if file is None or "." in name or not file.is_file():
        return import_module(name)
    present = sys.modules.get(name)
    if present is not None and getattr(present, "__file__", None) == str(file):
        return present
    own = f"{name}_{hashlib.sha256(str(file).encode()).hexdigest()[:8]}"
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
