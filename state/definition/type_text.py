"""Types written as text, for a definition's YAML and its digest.

One type always gives one text, whatever else the process has done before.
"""

from __future__ import annotations

import json
import re
import types
from typing import Annotated, ForwardRef, Literal, Union, get_args, get_origin

from .type_limits import limits_in
from .type_words import BARE_WORD, NOT_BARE, SCHEMAS, WORDS, Named, awaited


def text_of(annotation: object) -> str:
    """The one text of a type. Read again it gives the same type and the same text.

    Conditions are shown, but cannot be read: ``spec_of`` writes those that a field's keys can
    say, and a type with others is better refused when it is read than read as a wider one.
    """
    for word, meant in WORDS.items():
        if annotation is meant and word != "none":
            return word
    if annotation is None:
        return "None"
    if isinstance(annotation, ForwardRef):
        return awaited(annotation)
    return _made_text(annotation, get_origin(annotation), get_args(annotation))


def _made_text(annotation: object, origin: object, arguments: tuple[object, ...]) -> str:
    if origin is Annotated:
        return _annotated(arguments[0], arguments[1:])
    if origin in (Union, types.UnionType):
        return " | ".join(text_of(each) for each in arguments)
    if origin is Literal:
        return _literal(arguments)
    if list in (annotation, origin):
        return f"list[{text_of(arguments[0]) if arguments else 'any'}]"
    if origin is dict and arguments[:1] == (str,):
        return f"dict[str, {text_of(arguments[1])}]"
    return _class_text(annotation, origin, arguments)


def _class_text(annotation: object, origin: object, arguments: tuple[object, ...]) -> str:
    generic = getattr(annotation, "__pydantic_generic_metadata__", None)
    if generic and generic["origin"]:
        origin, arguments = generic["origin"], generic["args"]
    named = annotation if origin is None else origin
    module = getattr(named, "__module__", None)
    name = getattr(named, "__qualname__", None) or getattr(named, "__name__", None)
    if module is None or name is None:
        return _without_address(repr(annotation))
    text = name if module.startswith(f"{SCHEMAS}.") else f"{module}:{name}"
    inside = ", ".join("..." if each is ... else text_of(each) for each in arguments)
    return f"{text}[{inside}]" if arguments else text


def _annotated(annotation: object, metadata: tuple[object, ...]) -> str:
    head, after = None, metadata
    for position, each in enumerate(metadata):
        if isinstance(each, Named):
            head, after = each.path, metadata[position + 1 :]
    limits, others = limits_in(after)
    conditions = [f"{key}={value!r}" for key, value in limits.items()]
    conditions += [_without_address(repr(each)) for each in others]
    head = head or text_of(annotation)
    return f"Annotated[{', '.join([head, *conditions])}]" if conditions else head


def _without_address(shown: str) -> str:
    """A text that another process would give too."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", shown)


def _literal(values: tuple[object, ...]) -> str:
    inside = ", ".join(_value(each) for each in values if each is not None)
    parts = [f"literal[{inside}]"] if inside else []
    return " | ".join(parts + ["None"] * (None in values))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if type(value) is str:
        plain = BARE_WORD.fullmatch(value) and value.casefold() not in NOT_BARE
        return value if plain else json.dumps(value, ensure_ascii=False)
    return str(value) if type(value) is int else _without_address(repr(value))
