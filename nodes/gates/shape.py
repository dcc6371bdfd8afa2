"""Gates on shape: does what is there fit its type, and is anything missing."""

import math
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic import ValidationError as PydanticError
from pydantic_core import to_json

from ...state.verdicts import Verdict
from .gate import Gate, OfField, Subject, failed, judged, shown
from .walk import Node, children, find, is_empty, leaves, number_of, roots_of, walk

_FITS = "Write each value again in the type that is declared for its field."
_FILL = "Fill each of these fields from the material."


class Shape(OfField):
    """Parameters of the gates on types."""


def schema(subject: Subject, params: Shape) -> Verdict:
    """Whether the values fit their declared types, with nothing converted."""
    names = _names(subject, params.field)
    if isinstance(names, Verdict):
        return names
    found = {name: misfits(subject, name) for name in names}
    return judged(
        [told for each in found.values() for told in each],
        of=len(names),
        held=sum(not each for each in found.values()),
        good=f"All {len(names)} fields fit their types.",
        fix=_FITS,
    )


def filled_schema(subject: Subject, params: Shape) -> Verdict:
    """The types, and also that no field is empty which may not be None."""
    fitting = schema(subject, params)
    names = _names(subject, params.field)
    if not fitting.passed or isinstance(names, Verdict):
        return fitting
    blank = [
        f"{name!r} is empty."
        for name in names
        if is_empty(value := subject.values.get(name))
        and not (value is None and takes_none(subject, name))
    ]
    good = f"All {len(names)} fields are there, are filled and fit their types."
    return judged(blank, of=len(names), good=good, fix=_FILL)


def _names(subject: Subject, field: str | None) -> list[str] | Verdict:
    """The top fields to check; those that are declared and not there, too."""
    if field is not None:
        roots = roots_of(subject, field)
        if isinstance(roots, Verdict):
            return roots
        return [field if field in subject.values else field.replace("[", ".").split(".")[0]]
    known = list(dict.fromkeys((*subject.values, *subject.types)))
    return known or failed("There are no values to check. Write at least one field.")


def takes_none(subject: Subject, name: str) -> bool:
    """Whether a field's declared type takes None."""
    return name in subject.types and not _errors(subject.types[name], None)


def misfits(subject: Subject, name: str) -> list[str]:
    """What does not fit in one top field, a sentence each that begins with the quoted path."""
    if name not in subject.values:
        return [] if takes_none(subject, name) else [f"{name!r} is not there."]
    value = subject.values[name]
    # An object is taken on trust by its class; one made without validation would pass unread.
    found = [
        f"'{node.path}{place}' {told}."
        for node in walk([Node(path=name, key=name, value=value)])
        if isinstance(node.value, BaseModel)
        for place, told in _held_errors(node.value)
    ]
    if found or name not in subject.types:
        return found
    return [f"'{name}{place}' {told}." for place, told in _errors(subject.types[name], value)]


def _held_errors(value: BaseModel) -> list[tuple[str, str]]:
    try:
        type(value).model_validate(
            value.__dict__ | (value.model_extra or {}), strict=True, by_name=True
        )
    except Exception as error:  # validators are the user's own code: any fault is a misfit
        return _told(error)
    return []


def _errors(declared: object, value: object) -> list[tuple[str, str]]:
    """Why a value does not fit a type, as places below it and what is wrong there."""
    try:
        adapter = _adapter(declared)
    except Exception:  # a type that pydantic cannot read, a name that it cannot resolve
        if isinstance(declared, type) and not isinstance(value, declared):
            return [("", f"is {shown(value)}, not of type {declared.__name__!r}")]
        return []
    try:
        adapter.validate_python(value, strict=True)
    except Exception as error:  # as above: validators are the user's own code
        return _told(error) if not _fits_as_json(adapter, value) else []
    return []


# Any: a declared type may be any form that pydantic reads, and those have no common type.
def _adapter(declared: Any) -> TypeAdapter[Any]:
    try:
        return TypeAdapter(declared)
    except Exception:
        return TypeAdapter(declared, config=ConfigDict(arbitrary_types_allowed=True))


# Any: as above.
def _fits_as_json(adapter: TypeAdapter[Any], value: object) -> bool:
    """Whether plain data fits as JSON does: what was kept in a state comes back with lists for
    tuples and text for dates."""
    simple = str | int | float | bool | None
    of_json = all(
        isinstance(node.value, simple | dict | list | tuple)
        for node in walk([Node(path="", key="", value=value)])
    )
    try:
        if of_json:
            adapter.validate_json(to_json(value, inf_nan_mode="constants"), strict=True)
    except Exception:  # whatever it is, it does not fit
        return False
    return of_json


def _told(error: Exception) -> list[tuple[str, str]]:
    if not isinstance(error, PydanticError):
        return [("", f"cannot be checked against its type: {type(error).__name__}")]
    return [
        (
            "".join(f".{part}" for part in each["loc"]),
            f"does not fit: {each['msg']} (found {shown(each['input'])})",
        )
        for each in error.errors(include_url=False, include_context=False)
    ]


class Completeness(OfField):
    """Parameters of ``completeness``."""

    fields: tuple[str, ...] = Field(
        default=(),
        description="Dotted paths that have to be filled. Without them: every field that its "
        "model requires, and every key of a dict.",
    )
    minimum: float = Field(default=1.0, ge=0, le=1, description="The share that has to be filled.")


def completeness(subject: Subject, params: Completeness) -> Verdict:
    """Whether nothing that is required was left None, empty or blank."""
    slots = _slots(subject, params)
    if isinstance(slots, Verdict):
        return slots
    empty = [path for path, blank in slots if blank]
    of = len(slots)
    share = (of - len(empty)) / of if of else 0.0
    if share >= params.minimum and of:
        left = f" Left empty: {', '.join(map(repr, empty[:6]))}." if empty else ""
        told = f"{of - len(empty)} of {of} required fields are filled.{left}"
        return Verdict(passed=True, score=share, reason=told)
    return judged(
        [f"{path!r} is empty." for path in empty],
        of=of,
        good="",
        fix=f"Only {of - len(empty)} of {of} fields are filled; {params.minimum:.0%} must be. "
        f"{_FILL}",
    )


def _slots(subject: Subject, params: Completeness) -> list[tuple[str, bool]] | Verdict:
    if params.fields:
        found = {path: find(subject.values, path) for path in params.fields}
        return [
            (path, not nodes or any(is_empty(node.value) for node in nodes))
            for path, nodes in found.items()
        ]
    roots = roots_of(subject, params.field)
    if isinstance(roots, Verdict):
        return roots
    wanted = [
        node
        for node in walk(roots)
        if is_empty(node.value) or not children(node.value)  # what is in a container counts for it
    ]
    return [
        (node.path, is_empty(node.value))
        for node in wanted
        if node.required and not (node.value is None and takes_none(subject, node.path))
    ] or [(node.path, is_empty(node.value)) for node in roots]


class Confidence(OfField):
    """Parameters of ``confidence``."""

    minimum: float = Field(
        default=0.7, ge=0, le=1, description="The least confidence that any value may have."
    )


def confidence(subject: Subject, params: Confidence) -> Verdict:
    """Whether every number under a key 'confidence' reaches a minimum."""
    roots = roots_of(subject, params.field)
    if isinstance(roots, Verdict):
        return roots
    stated = _confidences(roots)
    if not stated:
        return failed(
            f"No confidence is stated below {params.field or 'the values'!r}. "
            "Give each value a 'confidence' between 0 and 1."
        )
    low = [(number, path) for path, number in stated if not params.minimum <= number <= 1]
    lowest = min(stated, key=lambda each: (not math.isnan(each[1]), each[1]))
    wrong = [
        f"{path!r} is {number:g}."
        if 0 <= number <= 1
        else f"{path!r} is {number:g}, which is not between 0 and 1."
        for number, path in sorted(low)
    ]
    return judged(
        wrong,
        of=len(stated),
        good=f"All {len(stated)} confidences reach {params.minimum:g}; the lowest is "
        f"{lowest[1]:g} at {lowest[0]!r}.",
        fix=f"Each must be at least {params.minimum:g}: find better evidence in the material for "
        "these values, or leave them out.",
    )


def _confidences(roots: Sequence[Node]) -> list[tuple[str, float]]:
    return [
        (node.path, number)
        for node in leaves(roots)
        if "confidence" in node.path.lower().split(".")
        and (number := number_of(node.value)) is not None
    ]


SHAPE_GATES = (
    Gate(
        name="schema",
        phase="during",
        params=Shape,
        check=schema,
        description="Every value fits its declared type strictly.",
    ),
    Gate(
        name="input_check",
        phase="before",
        params=Shape,
        check=filled_schema,
        description="What the step reads is there, fits its types and is not empty.",
    ),
    Gate(
        name="output_check",
        phase="after",
        params=Shape,
        check=filled_schema,
        description="What the step wrote is there, fits its types and is not empty.",
    ),
    Gate(
        name="completeness",
        phase="during",
        params=Completeness,
        check=completeness,
        description="No required field is None, empty or blank.",
    ),
    Gate(
        name="confidence",
        phase="during",
        params=Confidence,
        check=confidence,
        description="Every stated confidence reaches a minimum.",
    ),
)
