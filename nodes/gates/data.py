"""Gates on data: is each value clean, and do values that belong together agree."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from ...state.verdicts import Verdict
from ..offline.dates import dates_in
from .figures import figures_in
from .gate import Gate, OfField, Params, Subject, judged, shown
from .walk import Node, children, find, is_empty, number_of, plain, roots_of, walk

_DATED = re.compile(r"(?:^|_|(?<=[a-z]))[dD]ate(?:$|_)|_at$|^(?:deadline|birthday|timestamp)$")
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_PARTLY = re.compile(
    r"(?:[A-Za-z]{3,9}\.?\s+|(?:FY|Q[1-4]|H[12])[\s/-]?|\d{1,2}/)?\d{4}(?:-(?:0[1-9]|1[0-2]))?",
    re.IGNORECASE,
)
_EITHER = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](?:\d{4}|\d\d)")


class DataQuality(OfField):
    """Parameters of ``data_quality``."""

    duplicates: bool = Field(default=False, description="Let a list hold the same item twice.")
    blanks: bool = Field(default=False, description="Let text be blank.")


def data_quality(subject: Subject, params: DataQuality) -> Verdict:
    """Whether each value is clean: a finite number, a text that says something, a real date."""
    roots = roots_of(subject, params.field)
    if isinstance(roots, Verdict):
        return roots
    wrong, count, faulty = [], 0, 0
    for node in walk(roots):
        found = _faults(node, params)
        wrong += found
        count += 1
        faulty += bool(found)
    return judged(
        wrong,
        of=count,
        held=count - faulty,
        good=f"All {count} values are clean.",
        fix="Correct these values or leave them out.",
    )


def _faults(node: Node, params: DataQuality) -> list[str]:
    value = node.value
    if isinstance(value, str):
        if not value.strip():
            return [] if params.blanks else [f"{node.path!r} is blank."]
        if (_DATED.search(node.key) or _ISO.match(value)) and not _is_date(value):
            return [f"{node.path!r} is {shown(value)}, which is no date."]
        return []
    number = number_of(value)
    if number is not None and not abs(number) < float("inf"):
        return [f"{node.path!r} is {number}, which is no finite number."]
    if isinstance(value, list | tuple) and not params.duplicates:
        return _twice(node)
    return []


def _twice(node: Node) -> list[str]:
    """Items that stand in a list more than once. Numbers may: a series repeats itself."""
    first: dict[str, str] = {}
    found: list[str] = []
    for key, each, _ in children(node.value) or []:
        if is_empty(each) or not (isinstance(each, str) or children(each)):
            continue
        same = first.setdefault(_print(each), key)
        if same != key:
            found.append(f"'{node.path}.{key}' repeats '{node.path}.{same}': {shown(each)}.")
    return found


def _print(value: object) -> str:
    """A text that is the same for equal data."""
    if isinstance(value, str):
        return f"text:{value.strip().casefold()}"
    below = (
        f"{node.path}={node.value!r}"
        for node in walk([Node(path="", key="", value=plain(value))])
        if isinstance(node.value, str | int | float | bool | date) or node.value is None
    )
    return "data:" + "|".join(sorted(below))


def _is_date(text: str) -> bool:
    plain_text = text.strip()
    if _ISO.match(plain_text):
        try:
            datetime.fromisoformat(plain_text[:10])
        except ValueError:
            return False
        return True
    either = _EITHER.fullmatch(plain_text)
    if either:
        low, high = sorted((int(either[1]), int(either[2])))
        return 1 <= low <= 12 and high <= 31
    return bool(_PARTLY.fullmatch(plain_text)) or next(dates_in(text[:200]), None) is not None


def _as_orders(value: object) -> object:
    """One order may be written without the brackets of a list of orders."""
    flat = isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
    return (value,) if flat and value else value


Fields = Annotated[tuple[str, ...], Field(min_length=1)]
Several = Annotated[tuple[str, ...], Field(min_length=2)]


class DataConsistency(Params):
    """Parameters of ``data_consistency``."""

    sums: dict[str, Fields] = Field(
        default_factory=dict,
        description="For each total the fields that add up to it; 'items.amount' adds all items.",
    )
    equal: Annotated[tuple[Several, ...], BeforeValidator(_as_orders)] = Field(
        default=(), description="Lists of fields that state the same value."
    )
    order: Annotated[tuple[Several, ...], BeforeValidator(_as_orders)] = Field(
        default=(), description="Fields whose dates or numbers rise, such as [start, end]."
    )
    tolerance: float = Field(
        default=0.005, ge=0, le=1, description="How far numbers may differ, as a share of them."
    )

    @model_validator(mode="after")
    def _asks_something(self) -> "DataConsistency":
        if not (self.sums or self.equal or self.order):
            raise ValueError("give at least one of 'sums', 'equal' and 'order'")
        return self


def data_consistency(subject: Subject, params: DataConsistency) -> Verdict:
    """Whether values agree: parts with their total, repeats with each other, dates in order."""
    scope = {**subject.sources, **subject.values}
    checks = [
        *(_sum(total, parts, scope, params.tolerance) for total, parts in params.sums.items()),
        *(_same(names, scope, params.tolerance) for names in params.equal),
        *(_rising(names, scope) for names in params.order),
    ]
    return judged(
        [each for each in checks if each],
        of=len(checks),
        good=f"All {len(checks)} relations between the values hold.",
        fix="Look these values up again and correct the one that is wrong.",
    )


def _sum(
    total: str, parts: Sequence[str], scope: Mapping[str, object], tolerance: float
) -> str | None:
    whole = _numbers(total, scope)
    given = [_numbers(part, scope) for part in parts]
    for name, found in ((total, whole), *zip(parts, given, strict=True)):
        if not found:
            return f"{name!r} states no number, so that the sum {total!r} cannot be checked."
    added = sum(number for each in given for number in each)
    if _close(whole[0], added, tolerance):
        return None
    told = " + ".join(map(repr, parts))
    return f"{total!r} is {whole[0]:,.10g} and {told} is {added:,.10g}."


def _numbers(path: str, scope: Mapping[str, object]) -> list[float]:
    """The numbers at a path: values that are numbers, print one, or hold one as their 'value'."""
    found = [_number(node.value) for node in find(scope, path)]
    return [each for each in found if each is not None]


def _number(value: object) -> float | None:
    if isinstance(value, str):
        figure = next(figures_in(value[:200]), None)
        return None if figure is None else figure.signed_worth
    held = next((each for key, each, _ in children(value) or [] if key == "value"), value)
    return number_of(held) if held is value or not isinstance(held, str) else _number(held)


def _close(one: float, other: float, tolerance: float) -> bool:
    return one == other or abs(one - other) <= tolerance * max(abs(one), abs(other))


def _same(names: Sequence[str], scope: Mapping[str, object], tolerance: float) -> str | None:
    stated = [(node.path, node.value) for name in names for node in find(scope, name)]
    missing = [name for name in names if not find(scope, name)]
    if missing:
        return f"{missing[0]!r} is not there and should equal {names[names[0] == missing[0]]!r}."
    first, value = stated[0]
    for path, other in stated[1:]:
        one, two = _number(value), _number(other)
        both = one is not None and two is not None
        alike = (
            _close(one or 0.0, two or 0.0, tolerance) if both else _print(value) == _print(other)
        )
        if not alike:
            return f"{first!r} is {shown(value)} and {path!r} is {shown(other)}; they should agree."
    return None


def _rising(names: Sequence[str], scope: Mapping[str, object]) -> str | None:
    last: tuple[str, float] | None = None
    for name in names:
        nodes = find(scope, name)
        for node in nodes or [Node(path=name, key=name, value=None)]:
            at = _moment(node.value)
            if at is None:
                return f"{node.path!r} is {shown(node.value)}, which is no date and no number."
            if last is not None and at < last[1]:
                return f"{node.path!r} ({_said(node.value)}) comes before {last[0]!r}."
            last = (node.path, at)
    return None


def _said(value: object) -> str:
    return str(value) if isinstance(value, date) else shown(value)


def _moment(value: object) -> float | None:
    """A date or number as something that can be put in order; the times of a day count."""
    if isinstance(value, str):
        value = _read(value)
    if isinstance(value, datetime):
        clock = value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
        offset = value.utcoffset()
        shift = offset.total_seconds() if offset else 0.0
        return value.toordinal() + (clock - shift) / 86400
    return float(value.toordinal()) if isinstance(value, date) else _number(value)


def _read(text: str) -> object:
    """The time, the date or else the number that a text writes."""
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        found = next(dates_in(text[:200]), None)
        return found[0] if found else _number(text)


DATA_GATES = (
    Gate(
        name="data_quality",
        phase="before",
        params=DataQuality,
        check=data_quality,
        description="No NaN, blank text, repeated item or impossible date.",
    ),
    Gate(
        name="data_consistency",
        phase="during",
        params=DataConsistency,
        check=data_consistency,
        description="Sums add up, repeated values agree and dates are in order.",
    ),
)
