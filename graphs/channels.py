"""LangGraph's channels for a workflow's fields, and for what the graph keeps for itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Self

from langgraph.channels import BinaryOperatorAggregate, NamedBarrierValue, Topic
from typing_extensions import TypedDict

from ..state.definition.flow import FieldSpec, Scope
from ..state.records import Choice, Failure
from ..state.reducers import FROM_DEFAULT, MERGES, Reducer, append, largest
from ..state.usage import Usage
from ..state.verdicts import Checked
from .continuations import HALTED

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


def schema(name: str, fields: Mapping[str, object]) -> type[Any]:  # Any: made at run time
    """A TypedDict of those fields, none of them required."""
    # A class to type checkers, and a function that makes one when it runs.
    make: Any = TypedDict
    made: type[Any] = make(name, dict(fields), total=False)
    return made


#: What empties a join that saw some of its branches end in an earlier call.
ANEW = "dalsegno:anew"
#: LangGraph's own mark on a value that takes the place of what is there. Its class would have to
#: be among those that a checkpoint may make.
SET = "__overwrite__"


class Join(NamedBarrierValue[str]):
    """A join that a new call of the same thread finds empty.

    LangGraph's own remembers the branches that ended in a call which then stopped at another one,
    and so the next call's first branch would be taken for the last.
    """

    __slots__ = ()

    def update(self, values: Sequence[str]) -> bool:
        emptied = ANEW in values and bool(self.seen)
        if ANEW in values:
            self.seen = set()
        return super().update([each for each in values if each != ANEW]) or emptied


class FromDefault(BinaryOperatorAggregate[Any]):  # Any: a field of any type
    """A field that merges, and whose first write meets its default.

    LangGraph's own begins with the first value that is written, whatever the default is.
    """

    __slots__ = ("default",)

    def __init__(self, typ: Any, operator: Reducer, default: object) -> None:
        super().__init__(typ, operator)
        self.default = default

    def copy(self) -> Self:
        made = type(self)(self.typ, self.operator, self.default)
        made.key, made.value = self.key, self.value
        return made

    def from_checkpoint(self, checkpoint: Any) -> Self:
        stored = BinaryOperatorAggregate(self.typ, self.operator).from_checkpoint(checkpoint)
        made = type(self)(self.typ, self.operator, self.default)
        made.key, made.value = self.key, stored.value
        return made

    def update(self, values: Sequence[Any]) -> bool:
        if values and not self.is_available():
            self.value = self.default
        return super().update(values)


def begins_with_default(spec: FieldSpec) -> bool:
    """Does the first write to a field that merges meet its default?"""
    known = spec.has_default and spec.default is not None
    return known and spec.merge in FROM_DEFAULT


def annotation(spec: FieldSpec) -> object:
    """A field's type as LangGraph takes it: with its reducer."""
    if spec.merge is None:
        return spec.annotation
    # Optional, so that the channel begins empty: LangGraph would begin with 0, also for 'max'.
    kind: Any = spec.annotation
    merge = MERGES[spec.merge]
    if begins_with_default(spec):
        return Annotated[kind | None, FromDefault(kind | None, merge, spec.default)]
    return _merging(kind | None, merge)


def _merging(kind: Any, merge: Reducer) -> object:  # Any: a type
    """A field that merges. Given the rule alone, LangGraph would look at how it is called."""
    return Annotated[kind, BinaryOperatorAggregate(kind, merge)]


def state_schema(
    scope: Scope,
    *,
    outer: Iterable[str],
    counters: Iterable[str],
    maps: Iterable[str],
) -> type[Any]:  # Any: made at run time
    """Every channel of a graph."""
    fields: dict[str, object] = {name: annotation(each) for name, each in scope.own.items()}
    fields |= {name: scope.outer[name].annotation for name in outer}
    fields |= {name: _merging(kind, append) for name, kind in TELEMETRY.items()}
    fields |= dict.fromkeys(counters, int)
    fields[HALTED] = _merging(int, largest)  # several branches may say so at once
    fields |= {parts(each): Annotated[list[Any], Topic(tuple)] for each in maps}
    return schema("State", fields)
