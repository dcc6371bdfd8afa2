"""What a gate is, what it looks at, and how its findings become one verdict."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ...state.verdicts import Phase, Verdict

#: A reason goes back to a model as a correction: a few faults, named well, are mended at once.
_LISTED = 6


class Params(BaseModel):
    """What every gate's parameters keep to."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OfField(Params):
    """Parameters of a gate that can be turned to one field."""

    field: str | None = Field(
        default=None,
        min_length=1,
        description="Dotted path of the field to check, such as 'figures.revenue'; a list on the "
        "way stands for all its items. Without it, every value is checked.",
    )


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a gate looks at.

    ``values`` are the fields under check: before a step what it reads, else what it wrote;
    ``types`` are their declared Python types; ``sources`` is what the step read.
    """

    values: Mapping[str, object]
    types: Mapping[str, object] = field(default_factory=dict)
    sources: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A named check. ``phase`` is where it usually stands; a workflow may put it elsewhere."""

    name: str
    phase: Phase
    params: type[BaseModel]
    check: Callable[[Subject, Any], Verdict]  # Any: an instance of this gate's own ``params``
    description: str


def judged(
    wrong: Sequence[str], *, of: int, good: str, fix: str, held: int | None = None
) -> Verdict:
    """The verdict on ``of`` checks, of which ``held`` hold: all but those in ``wrong``, unless
    one check may find several faults."""
    if not wrong:
        return Verdict(passed=True, score=1.0, reason=good)
    share = (of - len(wrong) if held is None else held) / max(of, 1)
    return Verdict(passed=False, score=min(1.0, max(0.0, share)), reason=f"{listed(wrong)} {fix}")


def failed(reason: str) -> Verdict:
    """A verdict on what could not even be looked at."""
    return Verdict(passed=False, score=0.0, reason=reason)


def listed(wrong: Sequence[str]) -> str:
    """The first findings as sentences, and how many more there are."""
    more = len(wrong) - _LISTED
    return " ".join(
        [*wrong[:_LISTED], *([f"There are {more} more like these."] if more > 0 else [])]
    )


def shown(value: object, most: int = 60) -> str:
    """A value as a reason quotes it: short, whatever it is."""
    if isinstance(value, str):
        return repr(value if len(value) <= most else value[: most - 3] + "...")
    if value is None or isinstance(value, bool | float):
        return repr(value)
    if isinstance(value, int):
        return repr(value) if abs(value) < 10**most else "a huge number"
    return f"a value of type {type(value).__name__!r}"
