"""The fields that a Python class gives a workflow: their types, defaults and merge rules."""

from __future__ import annotations

import dataclasses
import operator
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from .. import reducers
from .draft import field_spec
from .flow import FieldSpec
from .merging import MEANT, merges
from .types import text_of


def fields_of_class(given: object) -> dict[str, FieldSpec]:
    """The fields of a Pydantic model, dataclass or TypedDict, with defaults and merge rules.

    Raises:
        TypeError: another kind of class, or a reducer that is none of ours.
    """
    if not isinstance(given, type):
        raise TypeError("it is no class")
    hints = get_type_hints(given, include_extras=True)
    if issubclass(given, BaseModel):
        found = {}
        for name, each in given.model_fields.items():
            default = each.get_default(call_default_factory=True)
            known = default is not PydanticUndefined
            found[name] = _from_hint(hints[name], default if known else None, known)
        return found
    if dataclasses.is_dataclass(given):
        return {
            one.name: _from_hint(hints[one.name], *_default_of(one))
            for one in dataclasses.fields(given)
        }
    if hasattr(given, "__total__"):
        return {name: _from_hint(hint, None, False) for name, hint in hints.items()}
    raise TypeError(f"{given.__name__} is no Pydantic model, dataclass or TypedDict")


def _default_of(field: dataclasses.Field[Any]) -> tuple[object, bool]:  # Any: of every type
    if callable(field.default_factory):
        return field.default_factory(), True
    known = field.default is not dataclasses.MISSING
    return (field.default if known else None), known


def _from_hint(hint: Any, default: object, known: bool) -> FieldSpec:  # Any: a type
    merge = None
    if get_origin(hint) is Annotated:
        hint, *extras = get_args(hint)
        functions = [each for each in extras if callable(each) and not isinstance(each, type)]
        if functions:
            merge = _merge_of(functions[-1], hint)
            if not merges(merge, hint):
                raise TypeError(f"the reducer {merge!r} is for {MEANT[merge]}, not {text_of(hint)}")
        for each in extras:
            if each not in functions:
                hint = Annotated[hint, each]  # its limits stay
    return field_spec(hint, default=default, has_default=known, merge=merge)


def _merge_of(function: object, hint: object) -> str:
    known: dict[object, str] = {each: name for name, each in reducers.MERGES.items()}
    # LangGraph's own way of saying it, for lists and for numbers.
    known |= {operator.add: "append" if merges("append", hint) else "add"}
    if function not in known:
        raise TypeError(f"the reducer {function!r} is none of {', '.join(reducers.MERGES)}")
    return known[function]
