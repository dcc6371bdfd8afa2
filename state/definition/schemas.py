"""The schemas of a definition: mappings of fields that become frozen Pydantic models.

A checkpoint keeps an object under its class's module and name, and makes it again from these. So
the classes live in a module of their own, whose name follows from the declarations alone: another
process that declares the same finds the same, and a changed declaration is another class.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Mapping
from keyword import iskeyword
from pathlib import Path
from types import ModuleType
from typing import Any, ForwardRef, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from .type_check import checker, exact
from .type_limits import limits_in
from .type_reading import parse
from .type_text import text_of
from .type_words import RESERVED, SCHEMAS, TypeFault, awaited, later
from .types import FieldType, field_of, unresolved

_DECLARED = "__declared__"
_CONFIG = ConfigDict(
    frozen=True,
    extra="forbid",
    validate_default=True,
    # An object that was made around its own checks does not get into the state.
    revalidate_instances="always",
)


def module_of(name: str, declared: Mapping[str, object]) -> str:
    """The name of the module that the schemas of a workflow of this name live in."""
    plain = re.sub(r"\W", "_", name)
    return f"{SCHEMAS}.{plain}_{hashlib.sha256(_digested(declared)).hexdigest()[:8]}"


def _digested(declared: Mapping[str, object]) -> bytes:
    """What a class follows from: the fields in their order; the schemas' own order is no matter."""
    ordered = [
        [name, list(fields.items()) if isinstance(fields, Mapping) else fields]
        for name, fields in sorted(declared.items())
    ]
    return json.dumps(ordered, sort_keys=True, default=_plain).encode()


def _plain(value: object) -> object:
    return text_of(value) if isinstance(value, type) or get_origin(value) else str(value)


def schemas_of(
    declared: Mapping[str, object], *, module: str, base: Path | None = None
) -> dict[str, type]:
    """The classes that were declared, by name. The same declarations give the same classes.

    ``base`` is the folder of the definition's file, where modules of classes may lie.

    Raises:
        TypeFault: a declaration is wrong; its path leads through the schema and the field.
    """
    for name in declared:
        _check_name(name)
    inline = {name: each for name, each in declared.items() if isinstance(each, Mapping)}
    found: dict[str, type] = {
        name: _class_at(name, each, base) for name, each in declared.items() if name not in inline
    }
    if inline:
        made = _registered(module, declared) or _made(inline, found, declared, module, base)
        found |= {name: vars(made)[name] for name in inline}
    return {name: found[name] for name in declared}


def _check_name(name: object) -> None:
    plain = isinstance(name, str) and name.isidentifier() and not iskeyword(name)
    if not plain or name in RESERVED or str(name).startswith("_"):
        raise TypeFault(
            f"{name!r} cannot be the name of a schema.",
            fix="Use letters and digits, a letter first, and no word of the type language.",
            path=(str(name),),
            at_key=True,
        )


def _class_at(name: str, declared: object, base: Path | None) -> type:
    """The class that a schema names instead of listing fields."""
    if isinstance(declared, str) and ":" not in declared:
        raise TypeFault(
            f"The schema {name!r} is neither fields nor module:Class.",
            fix="List its fields as name: type, or write module:Class.",
            path=(name,),
        )
    try:
        found = parse(declared, {}, base=base) if isinstance(declared, str) else declared
    except TypeFault as fault:
        raise fault.below(name) from fault
    if not isinstance(found, type):
        raise TypeFault(
            f"The schema {name!r} is no class.",
            fix="List its fields as name: type, or write module:Class.",
            path=(name,),
        )
    return found


def _registered(module: str, declared: Mapping[str, object]) -> ModuleType | None:
    present = sys.modules.get(module)
    if present is not None and getattr(present, _DECLARED, None) != _digested(declared):
        raise ValueError(f"{module!r} is there already, and holds something else.")
    return present


def _made(
    inline: Mapping[str, Mapping[str, object]],
    classes: Mapping[str, type],
    declared: Mapping[str, object],
    module: str,
    base: Path | None,
) -> ModuleType:
    known = {**classes, **{name: later(name) for name in inline}}
    fields = {name: _fields(name, specs, known, base) for name, specs in inline.items()}
    _check_that_each_can_exist(fields)
    home = ModuleType(module, "Schemas of a workflow, made from its definition.")
    for name, its in fields.items():
        # Any: create_model takes each field by a name of its own.
        parts: dict[str, Any] = {field: _definition(kind) for field, kind in its.items()}
        made = create_model(name, __config__=_CONFIG, __module__=module, **parts)
        for known_as in (name, later(name).__forward_arg__):
            setattr(home, known_as, made)
    for name in inline:
        vars(home)[name].model_rebuild(force=True, _types_namespace=dict(vars(home)))
    for name, its in fields.items():
        _check_defaults(name, its, vars(home)[name])
    setattr(home, _DECLARED, _digested(declared))
    return _register(home)


def _fields(
    name: str, specs: Mapping[str, object], known: Mapping[str, object], base: Path | None
) -> dict[str, FieldType]:
    if not specs:
        raise TypeFault(
            f"The schema {name!r} has no fields.", fix="Add one as name: type.", path=(name,)
        )
    found: dict[str, FieldType] = {}
    for field, spec in specs.items():
        _check_field_name(name, field)
        try:
            found[field] = field_of(spec, known, base=base)
        except TypeFault as fault:
            raise fault.below(name, field) from fault
    return found


def _check_field_name(schema: str, field: object) -> None:
    if not isinstance(field, str) or not field.isidentifier() or iskeyword(field):
        raise TypeFault(
            f"{field!r} cannot be the name of a field.",
            fix="Use letters, digits and _, and a letter first; Python's own words are taken.",
            path=(schema, str(field)),
            at_key=True,
        )
    if field.startswith(("_", "model_")) or hasattr(BaseModel, field):
        raise TypeFault(
            f"{field!r} is a name that Pydantic needs for itself.",
            fix=f"Choose another, such as {schema.lower()}_{field.strip('_')}.",
            path=(schema, field),
            at_key=True,
        )


def _definition(field: FieldType) -> tuple[object, object]:
    # Any: a default has the field's own type.
    default: Any = ... if field.required else field.default
    return exact(field.annotation), Field(default, description=field.description)


def _check_that_each_can_exist(fields: Mapping[str, Mapping[str, FieldType]]) -> None:
    """Refuse schemas that need another of their own kind, which needs another, without an end."""
    able: set[str] = set()
    while more := {
        name
        for name, its in fields.items()
        if name not in able and not any(_waits(each, able) for each in its.values())
    }:
        able |= more
    for name in fields:
        if name not in able:
            field = next(key for key, each in fields[name].items() if _waits(each, able))
            raise TypeFault(
                f"No {name!r} could ever be made: its {field!r} needs another one, and so on.",
                fix="Make it a list[...], or ... | None, or give it a default.",
                path=(name, field),
            )


def _waits(field: FieldType, able: set[str]) -> bool:
    if not field.required:
        return False
    metadata = getattr(field.annotation, "__metadata__", ())
    limits, _ = limits_in(metadata)
    bare = get_args(field.annotation)[0] if metadata else field.annotation
    if limits.get("min_length"):
        return any(_needs(each, able) for each in get_args(bare))
    return _needs(bare, able)


def _needs(annotation: object, able: set[str]) -> bool:
    """Whether a value of this type holds a schema that cannot be made yet."""
    if isinstance(annotation, ForwardRef):
        return awaited(annotation) not in able
    if get_origin(annotation) is Union:
        return all(_needs(each, able) for each in get_args(annotation))
    if get_origin(annotation) is tuple and ... not in get_args(annotation):
        return any(_needs(each, able) for each in get_args(annotation))
    return False


def _check_defaults(schema: str, its: Mapping[str, FieldType], made: type[BaseModel]) -> None:
    """Those that wait for a schema; all others were checked when they were read."""
    for name, field in its.items():
        if field.required or not any(unresolved(field.annotation)):
            continue
        try:
            checker(made.model_fields[name].rebuild_annotation())(field.default)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise TypeFault(
                f"{field.default!r} does not fit {text_of(field.annotation)}: {first['msg']}.",
                fix="Change the value or the type.",
                path=(schema, name, "default"),
            ) from error


def _register(home: ModuleType) -> ModuleType:
    """Make it and the package above it importable; another thread may have been here before."""
    above = ModuleType(SCHEMAS, "Where the modules of the workflows' schemas live.")
    above.__path__ = []
    parent, _, _ = home.__name__.rpartition(".")
    if parent == SCHEMAS:
        sys.modules.setdefault(SCHEMAS, above)
    return sys.modules.setdefault(home.__name__, home)
