"""Filling a schema from a text: each field by its type, each value with where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from . import shapes
from .fitting import Fitted, fitted
from .lists import listed
from .numbers import FACTORS
from .scalars import Asked, number, scalar
from .schemas import model_of
from .source import Source
from .trace import TRACE_FIELDS, Trace, nothing, of_found

__all__ = ["TRACE_FIELDS", "Filled", "Trace", "fill"]


@dataclass
class _Filling:
    """One pass over a schema: what to read, what is asked for, and the traces so far."""

    source: Source
    question: str
    traces: dict[str, Trace] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    infos: dict[str, FieldInfo] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A schema's data as plain values, a trace for each field, and what could not be filled.

    ``parsed`` is the schema's object where the data fit; ``unfit`` says why where they do not.
    """

    data: dict[str, object]
    traces: Mapping[str, Trace]
    missing: tuple[str, ...]
    parsed: BaseModel | None = None
    unfit: str | None = None


def fill(schema: type[BaseModel], source: Source, *, question: str = "") -> Filled:
    """Data for ``schema`` from the text, never a guess.

    ``missing`` names required fields that take no null and that the text does not state.
    """
    filling = _Filling(source=source, question=question)
    data = _object(schema, filling, path="", within=())
    result = Fitted(data=data, traces=filling.traces, missing=tuple(dict.fromkeys(filling.missing)))
    if not result.missing:
        result = fitted(schema, result, filling.infos)
    return Filled(
        data=result.data,
        traces=result.traces,
        missing=result.missing,
        parsed=result.parsed,
        unfit=result.unfit,
    )


# Any below: annotations are whatever a schema's author wrote.
def _object(
    schema: Any, filling: _Filling, *, path: str, within: tuple[Any, ...]
) -> dict[str, object]:
    """The data of a model's fields; what is absent and has a default is left to it."""
    data: dict[str, object] = {}
    above = ""
    fields: Mapping[str, FieldInfo] = schema.model_fields
    for name, info in fields.items():
        at = f"{path}{name}"
        filling.infos[at] = info
        if above and name in TRACE_FIELDS:
            value = _of_trace(name, filling.traces[above])
            needed = info.is_required() and not shapes.takes_none(info.annotation)
            if value is None and name == "reason" and needed:
                # Why something was found is where it was found.
                value = filling.traces[above].evidence
            if _fits(value, info):
                data[name] = value
                continue
        value = _field(name, info, filling, path=at, within=(*within, schema), beside=fields)
        if name not in TRACE_FIELDS:
            above = at if at in filling.traces else ""
        if value is None and not info.is_required():
            continue  # the schema's own default says it better than a null
        data[name] = value
    return data


def _of_trace(name: str, trace: Trace) -> object:
    """A part of the trace of the field above: where it stands, what it is counted in."""
    return None if name == "unit" else getattr(trace, name)


def _fits(value: object, info: FieldInfo) -> bool:
    if value is None:
        return False
    return any(
        isinstance(value, kind) if isinstance(kind, type) else value in shapes.options(kind)
        for kind in shapes.kinds(info.annotation)
    )


def _field(
    name: str,
    info: FieldInfo,
    filling: _Filling,
    *,
    path: str,
    within: tuple[Any, ...],
    beside: Mapping[str, FieldInfo],
) -> object:
    """A field's value by the first of its kinds that the text states one for."""
    asked = Asked(
        name=info.title if name.startswith("field_") and info.title else name,
        info=info,
        question=filling.question,
        scaled="scale" in beside and name not in TRACE_FIELDS,
    )
    first: Trace | None = None
    for kind in shapes.kinds(info.annotation):
        value, trace = _kind(kind, asked, filling, path=path, within=within)
        if trace is not None:
            filling.traces[path] = trace
            first = first or trace
        if value is not None:
            return value
    trace = first or filling.traces.get(path) or nothing(f"The text states no {asked.names[0]}.")
    filling.traces[path] = trace
    if info.is_required() and not shapes.takes_none(info.annotation):
        filling.missing.append(path)
    return None


def _kind(  # noqa: PLR0911  # one for each kind
    kind: Any, asked: Asked, filling: _Filling, *, path: str, within: tuple[Any, ...]
) -> tuple[object, Trace | None]:
    """The value of one kind, as data, and its trace; models leave traces of their own."""
    model = model_of(kind)
    if model is not None:
        if model in within:
            named = model.__name__
            return None, nothing(f"A {named!r} inside a {named!r} is not read from text.")
        if "value" in model.model_fields and TRACE_FIELDS & model.model_fields.keys():
            return _traced(asked, model, filling)
        return _nested(model, asked, filling, path=path, within=within)
    made = shapes.many_of(kind)
    if made is not None:
        item = shapes.item_of(kind)
        if any(each in within for each in map(model_of, shapes.kinds(item)) if each):
            return made(), nothing(f"{asked.names[0]!r} holds its own kind, which is not read.")
        found = listed(asked, item, filling.source)
        if not found.items and not asked.info.is_required():
            return None, found.trace
        return (made(found.items) if made is not set else set(found.items)), found.trace
    if shapes.is_mapping(kind):
        return None, nothing("Mappings are not read from text: it does not say what is a key.")
    trace = scalar(asked, kind, filling.source)
    return trace.value, trace


def _nested(
    model: Any, asked: Asked, filling: _Filling, *, path: str, within: tuple[Any, ...]
) -> tuple[object, Trace | None]:
    """A model inside a model: null where it may be and the text states nothing of it."""
    own = _Filling(source=filling.source, question=filling.question)
    data = _object(model, own, path=f"{path}.", within=within)
    found = any(
        trace.value not in (None, 0) and trace.reason != "The schema allows only this."
        for trace in own.traces.values()
    )
    optional = shapes.can_go_without(asked.info) or len(shapes.kinds(asked.info.annotation)) > 1
    if optional and (own.missing or not found):
        lacking = own.traces.get(own.missing[0]) if own.missing else None
        reason = lacking.reason if lacking else f"The text states nothing of {asked.names[0]!r}."
        return None, nothing(reason or "The text does not state it.")
    filling.traces.update(own.traces)
    filling.infos.update(own.infos)
    filling.missing.extend(own.missing)
    return (data["root"] if shapes.is_root(model) and "root" in data else data), None


def _traced(asked: Asked, model: Any, filling: _Filling) -> tuple[object, Trace]:
    """An object that holds a value and its trace, such as a figure with page and evidence."""
    fields = model.model_fields
    kinds = shapes.kinds(fields["value"].annotation)
    inner = kinds[0] if kinds else str
    if inner in {int, float} or getattr(inner, "__name__", "") == "Decimal":
        found = number(asked, filling.source)
        value = found.value
        if value is not None and "scale" not in fields:
            value = round(value * FACTORS[found.scale or "units"], 6)
        if value is not None and inner is int and value != int(value):
            value = None
        trace = of_found(found, int(value) if inner is int and value is not None else value)
    else:
        trace = scalar(asked, inner, filling.source)
    if trace.value is None and not shapes.takes_none(fields["value"].annotation):
        return None, trace
    parts = {name: getattr(trace, name) for name in fields if hasattr(trace, name)}
    return {
        name: value
        for name, value in parts.items()
        if value is not None or shapes.takes_none(fields[name].annotation)
    }, trace
