"""LangGraph's channels for a workflow's fields, and for what the graph keeps for itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from langgraph.channels import EphemeralValue, Topic
from typing_extensions import TypedDict

from ..state.definition.flow import FieldSpec, Scope
from ..state.records import Choice, Failure
from ..state.reducers import MERGES, append
from ..state.usage import Usage
from ..state.verdicts import Checked

#: What every state has beside a workflow's own fields.
TELEMETRY: Mapping[str, object] = {
    "usage": tuple[Usage, ...],
    "history": tuple[str, ...],
    "decisions": tuple[Choice, ...],
    "verdicts": tuple[Checked, ...],
    "failures": tuple[Failure, ...],
}


def parts(each: str) -> str:
    """The channel that gathers a map's results, each with its item's position.

    A result is written as a list of one: a checkpoint gives a pair back as a list, and a Topic
    takes a list for several values.
    """
    return f"parts:{each}"


def onward(node: str) -> str:
    """The channel that says where a node's way goes on."""
    return f"onward:{node}"


def schema(name: str, fields: Mapping[str, object]) -> type[Any]:  # Any: made at run time
    """A TypedDict of those fields, none of them required."""
    # A class to type checkers, and a function that makes one when it runs.
    make: Any = TypedDict
    made: type[Any] = make(name, dict(fields), total=False)
    return made


def annotation(spec: FieldSpec) -> object:
    """A field's type as LangGraph takes it: with its reducer."""
    if spec.merge is None:
        return spec.annotation
    # Optional, so that the channel begins empty: LangGraph would begin with 0, also for 'max'.
    kind: Any = spec.annotation
    return Annotated[kind | None, MERGES[spec.merge]]


def state_schema(
    scope: Scope,
    *,
    outer: Iterable[str],
    counters: Iterable[str],
    ways: Iterable[str],
    maps: Iterable[str],
) -> type[Any]:  # Any: made at run time
    """Every channel of a graph."""
    fields: dict[str, object] = {name: annotation(each) for name, each in scope.own.items()}
    fields |= {name: scope.outer[name].annotation for name in outer}
    fields |= {name: Annotated[kind, append] for name, kind in TELEMETRY.items()}
    fields |= dict.fromkeys(counters, int)
    fields |= {
        onward(each): Annotated[list[str], EphemeralValue(list, guard=False)] for each in ways
    }
    fields |= {parts(each): Annotated[list[Any], Topic(tuple)] for each in maps}
    return schema("State", fields)
