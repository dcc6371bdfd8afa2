"""Filling a schema from a text: each field by its type, each value with where it stands."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from . import wording
from .derived import figure
from .figures import Found
from .labels import sought
from .numbers import FACTORS
from .picking import Picked, has_topic, pick
from .source import Sentence, Source

#: Fields that carry the trace of a value beside them rather than a value of their own.
TRACE_FIELDS = frozenset(
    {"currency", "scale", "unit", "period", "page", "evidence", "confidence", "reason", "computed"}
)
_DEFAULT_ITEMS = 5


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Where one field's value came from; ``reason`` says why there is none, or how it was got."""

    value: object
    confidence: float
    evidence: str | None = None
    page: int | None = None
    reason: str | None = None


@dataclass
class _Filling:
    """One pass over a schema: what to read, what is asked for, and the traces so far."""

    source: Source
    question: str
    traces: dict[str, Trace] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A schema's data as plain values, a trace for each field, and what could not be filled."""

    data: dict[str, object]
    traces: Mapping[str, Trace]
    missing: tuple[str, ...]


def fill(schema: type[BaseModel], source: Source, *, question: str = "") -> Filled:
    """Data for ``schema`` from the text, never a guess.

    ``missing`` names required fields that take no null and that the text does not state.
    """
    filling = _Filling(source=source, question=question)
    data = _object(schema, filling, path="")
    return Filled(data=data, traces=filling.traces, missing=tuple(filling.missing))


# Any below: annotations are whatever a schema's author wrote.
def _object(schema: type[BaseModel], filling: _Filling, *, path: str) -> dict[str, object]:
    data: dict[str, object] = {}
    above = ""
    for name, info in schema.model_fields.items():
        if above and name in TRACE_FIELDS and hasattr(filling.traces[above], name):
            data[name] = getattr(filling.traces[above], name)  # where the field above it stands
            continue
        value = _field(name, info, filling, path=f"{path}{name}")
        above = f"{path}{name}" if f"{path}{name}" in filling.traces else ""
        if value is None and not info.is_required() and not _takes_none(info.annotation):
            continue  # the schema's own default says it better than a null that does not fit
        data[name] = value
    return data


def _field(name: str, info: FieldInfo, filling: _Filling, *, path: str) -> object:
    annotation = _bare(info.annotation)
    said = info.description or ""
    if _is_model(annotation):
        if "value" in annotation.model_fields:
            return _traced(name, said, info.title or "", annotation, filling, path=path)
        return _object(annotation, filling, path=f"{path}.")
    if get_origin(annotation) in {list, tuple, set, frozenset}:
        return _list(name, said, info, annotation, filling, path=path)
    trace = _single(name, said, info, annotation, filling)
    filling.traces[path] = trace
    if trace.value is None and info.is_required() and not _takes_none(info.annotation):
        filling.missing.append(path)
    return trace.value


def _single(name: str, said: str, info: FieldInfo, annotation: Any, filling: _Filling) -> Trace:
    source = filling.source
    if annotation is bool:
        return _told(wording.yes_or_no(name, said, source))
    if annotation in {int, float} or getattr(annotation, "__name__", "") == "Decimal":
        return _number(figure(sought(name, said, info.title or ""), source), annotation)
    names = _names(annotation)
    if names:
        trace = _told(wording.choice([str(each) for each in names], source))
        chosen = next((each for each in names if str(each) == trace.value), None)
        return Trace(**{**vars(trace), "value": chosen})
    if annotation is date:
        return _told(wording.labelled_date(_spoken(name, info), source))
    return _text(name, said, info, filling)


def _number(found: Found, annotation: Any) -> Trace:
    """A bare number carries no scale, so it is given in single units, per cents as printed."""
    if found.value is None:
        return Trace(value=None, confidence=0.0, reason=found.reason)
    value: float = found.value * FACTORS[found.scale or "units"]
    exact = round(value) if annotation is int else round(value, 6)
    return Trace(
        value=exact,
        confidence=found.confidence,
        evidence=found.evidence,
        page=found.page,
        reason=found.reason,
    )


def _told(said: wording.Said) -> Trace:
    return Trace(
        value=said.value,
        confidence=said.confidence,
        evidence=said.sentence.text if said.sentence else None,
        page=said.sentence.page if said.sentence else None,
        reason=said.reason,
    )


def _text(name: str, said: str, info: FieldInfo, filling: _Filling) -> Trace:
    spoken = _spoken(name, info)
    if re.search(r"company|issuer|employer|organi[sz]ation|vendor|supplier_name", name):
        return _told(wording.company(filling.source))
    found = wording.labelled_text(spoken, filling.source)
    if found.value is not None:
        return _told(found)
    if re.search(r"(?:^|_)(?:id|number|code|email|phone|url|address|name)$", name):
        return Trace(value=None, confidence=0.0, reason=found.reason)
    replies = re.fullmatch(r"(?:\w+_)?(?:answer|reply|response)", name) is not None
    most = 1 if re.search(r"headline|title|subject", name) else 2 if replies else 12
    picked = pick(
        filling.source.sentences,
        topic=filling.question if replies else _topic(name, said),
        question="" if replies else filling.question,
        most=most,
        max_words=_max_words(said, info, default=40 if most == 1 else 120),
    )
    if not picked:
        reason = f"No sentence of the text is about {spoken[0]!r}."
        return Trace(value=None, confidence=0.0, reason=reason)
    ordered = sorted(picked, key=lambda each: each.sentence.order)
    return Trace(
        value=" ".join(each.sentence.text for each in ordered),
        confidence=_mean(picked),
        evidence=picked[0].sentence.text,
        page=picked[0].sentence.page,
    )


def _topic(name: str, said: str) -> str:
    """What a text field is about: its name's words; for a summary, whatever is central."""
    if re.search(r"summary|overview|abstract|body|text|content", name):
        return ""
    return name if has_topic(name) else f"{name.replace('_', ' ')} {said}"


def _max_words(said: str, info: FieldInfo, *, default: int) -> int:
    stated = re.search(r"(?:at most|up to|max(?:imum)?|under|within)\s+(\d+)\s+words", said)
    if stated:
        return int(stated[1])
    longest = _limit(info, "max_length")
    return default if longest is None else max(1, longest // 7)


def _list(
    name: str, said: str, info: FieldInfo, annotation: Any, filling: _Filling, *, path: str
) -> list[object]:
    item = _bare(get_args(annotation)[0]) if get_args(annotation) else str
    names = _names(item)
    if names:
        text = filling.source.text.lower()
        return [each for each in names if str(each).lower().replace("_", " ") in text]
    most = _limit(info, "max_length") or _stated_count(said) or _DEFAULT_ITEMS
    if item is not str and not (_is_model(item) and _text_field(item)):
        filling.traces[path] = Trace(
            value=[], confidence=0.0, reason=f"Lists of {item!r} are not read from text."
        )
        return []
    picked = pick(
        filling.source.sentences, topic=_topic(name, said), question=filling.question, most=most
    )
    filling.traces[path] = Trace(
        value=len(picked),
        confidence=_mean(picked),
        evidence=picked[0].sentence.text if picked else None,
        page=picked[0].sentence.page if picked else None,
        reason=None if picked else f"No sentence of the text is about {name!r}.",
    )
    return [_item(item, each) for each in picked]


def _stated_count(said: str) -> int | None:
    stated = re.search(r"(?:at most|up to|no more than)\s+(\d+)(?!\s+words)", said)
    return int(stated[1]) if stated else None


def _text_field(item: Any) -> str | None:
    fields = item.model_fields
    return next(
        (each for each in ("text", "sentence", "statement", "quote") if each in fields), None
    )


def _item(item: Any, picked: Picked) -> object:
    sentence: Sentence = picked.sentence
    if item is str:
        return sentence.text
    trace = {
        "page": sentence.page,
        "evidence": sentence.text,
        "confidence": round(picked.score, 2),
    }
    data: dict[str, object] = {str(_text_field(item)): sentence.text}
    data.update({name: value for name, value in trace.items() if name in item.model_fields})
    return data


def _traced(
    name: str, said: str, title: str, schema: Any, filling: _Filling, *, path: str
) -> dict[str, object]:
    """An object that holds a value and its trace, such as a figure with page and evidence."""
    inner = _bare(schema.model_fields["value"].annotation)
    if inner in {int, float}:
        found = figure(sought(name, said, title), filling.source)
        data: dict[str, object] = {
            "value": found.value,
            "currency": found.currency,
            "scale": found.scale,
            "period": found.period,
            "page": found.page,
            "evidence": found.evidence,
            "confidence": found.confidence,
            "reason": found.reason,
            "computed": found.computed,
        }
        trace = Trace(
            value=found.value,
            confidence=found.confidence,
            evidence=found.evidence,
            page=found.page,
            reason=found.reason,
        )
    else:
        trace = _single(name, said, schema.model_fields["value"], inner, filling)
        data = vars(trace)
    filling.traces[path] = trace
    return {key: value for key, value in data.items() if key in schema.model_fields}


def _spoken(name: str, info: FieldInfo) -> list[str]:
    return [each for each in (name.replace("_", " "), info.title or "") if each]


def _mean(picked: Iterable[Picked]) -> float:
    scores = [each.score for each in picked]
    return round(sum(scores) / len(scores), 2) if scores else 0.0


def _limit(info: FieldInfo, name: str) -> int | None:
    for each in info.metadata:
        value = getattr(each, name, None)
        if isinstance(value, int):
            return value
    return None


def _bare(annotation: Any) -> Any:
    """An annotation without Annotated and without None; the first kind of a union."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in {Union, UnionType}:
            annotation = next(each for each in get_args(annotation) if each is not NoneType)
        else:
            return annotation


def _takes_none(annotation: Any) -> bool:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation is NoneType or (
        get_origin(annotation) in {Union, UnionType}
        and any(_takes_none(each) for each in get_args(annotation))
    )


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _names(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(each.value for each in annotation)
    return ()
