"""Schemas of other makes as Pydantic models: JSON Schema, TypedDict, dataclass."""

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import lru_cache
from typing import (
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from pydantic import BaseModel, Field, create_model

from .shapes import is_model

_TYPES: Mapping[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "null": None,
}
_FORMATS: Mapping[str, Any] = {"date": date, "date-time": datetime, "time": time}
#: JSON Schema's constraints and Pydantic's names for them.
_LIMITS: Mapping[str, str] = {
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
    "pattern": "pattern",
}
_DEEPEST = 12


# Any in this module: a schema is whatever its author wrote.
def model_of(kind: Any) -> type[BaseModel] | None:
    """The model for a class that has fields; None for any other kind of annotation."""
    if is_model(kind):
        model: type[BaseModel] = kind
        return model
    if isinstance(kind, type) and (is_typeddict(kind) or dataclasses.is_dataclass(kind)):
        return _of_class(kind)
    return None


@lru_cache(maxsize=64)
def _of_class(kind: Any) -> type[BaseModel]:
    hints = get_type_hints(kind, include_extras=True)
    fields: dict[str, Any] = {}
    if is_typeddict(kind):
        for name, hint in hints.items():
            bare = get_args(hint)[0] if get_origin(hint) in {Required, NotRequired} else hint
            required = name in kind.__required_keys__
            fields[name] = (bare, ...) if required else (bare | None, None)
    else:
        for each in dataclasses.fields(kind):
            default: Any = ...
            if each.default is not dataclasses.MISSING:
                default = each.default
            elif each.default_factory is not dataclasses.MISSING:
                default = Field(default_factory=each.default_factory)
            if each.init:
                fields[each.name] = (hints[each.name], default)
    return create_model(kind.__name__, __doc__=kind.__doc__, **fields)


def of_json(schema: Mapping[str, Any]) -> type[BaseModel]:
    """A model for a JSON Schema, or for an OpenAI function that holds one."""
    function = schema.get("function", schema)
    parameters = function.get("parameters", function.get("schema", function))
    name = str(function.get("name") or parameters.get("title") or "answer")
    definitions = {**parameters.get("$defs", {}), **parameters.get("definitions", {})}
    return _model(name, parameters, definitions, depth=0)


def _model(
    name: str, schema: Mapping[str, Any], definitions: Mapping[str, Any], *, depth: int
) -> type[BaseModel]:
    required = set(schema.get("required", ()))
    fields: dict[str, Any] = {}
    for at, (key, given) in enumerate(schema.get("properties", {}).items()):
        part: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
        kind = _kind(f"{name}_{key}", part, definitions, depth=depth)
        nullable = kind is None or key not in required
        limits = {_LIMITS[each]: part[each] for each in _LIMITS if each in part}
        info = Field(
            part.get("default") if key not in required else ...,
            # A key may be no Python name, or one that Pydantic keeps for itself.
            alias=key,
            title=part.get("title") or key,
            description=part.get("description"),
            **(limits if kind in {str, int, float} or "items" in part else {}),
        )
        plain = key.isidentifier() and key[0] != "_" and not key.startswith("model_")
        fields[key if plain and not hasattr(BaseModel, key) else f"field_{at}"] = (
            Union[kind, None] if nullable else kind,  # noqa: UP007  # made at run time
            info,
        )
    return create_model(_named(name), **fields)


def _named(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name) or "answer"


def _kind(  # noqa: PLR0911  # one for each keyword
    name: str, schema: Mapping[str, Any], definitions: Mapping[str, Any], *, depth: int
) -> Any:
    if depth > _DEEPEST:
        return Any  # a schema that holds itself: deeper than any text is read
    if "$ref" in schema:
        target = definitions.get(str(schema["$ref"]).rpartition("/")[2], {})
        return _kind(name, target, definitions, depth=depth + 4)
    if "const" in schema:
        return Literal[schema["const"]]
    if "enum" in schema:
        given = tuple(each for each in schema["enum"] if each is not None)
        chosen: Any = Literal[given] if given else None
        return chosen | None if None in schema["enum"] else chosen
    parts = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if parts:
        made = tuple(_kind(name, part, definitions, depth=depth + 1) for part in parts)
        return Union[made]  # noqa: UP007  # the parts are known only here
    kind = schema.get("type")
    if isinstance(kind, list):
        every = tuple(
            _kind(name, {**schema, "type": each}, definitions, depth=depth + 1) for each in kind
        )
        return Union[every]  # noqa: UP007  # made at run time
    if kind == "array":
        item = _kind(f"{name}_item", schema.get("items", {}), definitions, depth=depth + 1)
        return list[item]  # type: ignore[valid-type]  # made at run time
    if kind == "object" or "properties" in schema:
        if "properties" not in schema:
            return dict[str, Any]
        return _model(name, schema, definitions, depth=depth + 1)
    if kind == "string":
        return _FORMATS.get(schema.get("format", ""), str)
    return _TYPES.get(kind or "string", Any)
