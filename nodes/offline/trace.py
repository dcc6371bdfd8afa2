"""What a filled field leaves behind: its value with where it came from, or the reason for none."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date, time
from decimal import Decimal
from enum import Enum

from .figures import Found
from .said import Said


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Where one field's value came from; ``reason`` says why there is none, or how it was got."""

    value: object
    confidence: float = 0.0
    evidence: str | None = None
    page: int | None = None
    reason: str | None = None
    currency: str | None = None
    scale: str | None = None
    period: str | None = None
    computed: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "confidence", round(max(0.0, min(1.0, self.confidence)), 2))

    def plain(self) -> dict[str, object]:
        """The trace as data that any store can keep."""
        return {name: _plain(value) for name, value in asdict(self).items()}


#: Names under which a schema may ask for a part of the trace beside a value.
TRACE_FIELDS = frozenset(each.name for each in fields(Trace)) - {"value"} | {"unit"}


def nothing(reason: str) -> Trace:
    return Trace(value=None, reason=reason)


def of_said(said: Said) -> Trace:
    return Trace(
        value=said.value,
        confidence=said.confidence if said.value is not None else 0.0,
        evidence=said.sentence.text if said.sentence else None,
        page=said.sentence.page if said.sentence else None,
        reason=said.reason,
    )


def of_found(found: Found, value: object) -> Trace:
    return Trace(
        value=value,
        confidence=found.confidence if value is not None else 0.0,
        evidence=found.evidence,
        page=found.page,
        reason=found.reason,
        currency=found.currency,
        scale=found.scale,
        period=found.period,
        computed=found.computed,
    )


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal | date | time):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return _plain_all(value)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _plain_all(values: Iterable[object]) -> list[object]:
    return [_plain(each) for each in values]
