"""Holding filled data against its schema: what does not fit is taken out, with the reason."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from . import shapes
from .trace import Trace

#: Taking out one value can bring up a check of the whole; more rounds than this are no use.
_ROUNDS = 8


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """Data, traces and what is missing; ``parsed`` once all fits, ``unfit`` if it cannot."""

    data: dict[str, object]
    traces: Mapping[str, Trace]
    missing: tuple[str, ...]
    parsed: BaseModel | None = None
    unfit: str | None = None


def fitted(schema: type[BaseModel], found: Fitted, infos: Mapping[str, FieldInfo]) -> Fitted:
    """The data as the schema's object; a value that breaks a constraint goes if it may."""
    data, traces = copy.deepcopy(found.data), dict(found.traces)
    unfit = ""
    for _ in range(_ROUNDS):
        try:
            parsed = _parsed(schema, data)
        except ValidationError as invalid:
            unfit = str(invalid)
            left = [_take_out(error, data, traces, infos) for error in invalid.errors()]
            stuck = tuple(path for path in left if path)
            if stuck or not any(path is None for path in left):
                return replace(found, data=data, traces=traces, missing=stuck, unfit=unfit)
            continue
        except Exception as error:  # a schema's own code may raise anything
            return replace(found, traces=traces, unfit=f"{type(error).__name__}: {error}")
        return replace(found, data=data, traces=traces, parsed=parsed)
    return replace(found, traces=traces, unfit=unfit)


def _parsed(schema: type[BaseModel], data: dict[str, object]) -> BaseModel:
    given: object = data.get("root") if shapes.is_root(schema) else data
    return schema.model_validate(given, by_name=True, by_alias=False)


# Any: Pydantic's own shape of an error.
def _take_out(
    error: Any,
    data: dict[str, object],
    traces: dict[str, Trace],
    infos: Mapping[str, FieldInfo],
) -> str | None:
    """Take the value of an error out; the path of the field if that cannot be, "" for the whole."""
    holder: Any = data
    steps: list[tuple[Any, str]] = []  # what holds the value, and the value's path
    path = ""
    for key in error["loc"]:
        if isinstance(holder, dict) and key in holder:
            path = f"{path}.{key}" if path else str(key)
        elif not (isinstance(holder, list) and isinstance(key, int) and key < len(holder)):
            break
        steps.append((holder, key))
        if isinstance(holder, list):
            del holder[key]
            return None
        holder = holder[key]
    at = path
    while steps:
        holder, key = steps.pop()
        info = infos.get(at)
        if info is not None and shapes.can_go_without(info):
            if holder[key] is None or not shapes.takes_none(info.annotation):
                del holder[key]
            else:
                holder[key] = None
            traces[at] = _refused(traces.get(at), error)
            return None
        at = at.rpartition(".")[0]
    if path:
        traces[path] = _refused(traces.get(path), error)
    return path


def _refused(trace: Trace | None, error: Any) -> Trace:
    stated = trace.value if trace is not None else None
    reason = f"The text states {stated!r}, which does not fit: {error['msg']}."
    if stated is None and trace is not None and trace.reason:
        reason = trace.reason
    empty = Trace(value=None, reason=reason)
    if trace is None:
        return empty
    return replace(empty, evidence=trace.evidence, page=trace.page)
