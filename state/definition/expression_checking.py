"""Holding a condition against the declared fields, before anything runs.

Evaluation never fails, so a mistyped name would only make a condition false, for ever and in
silence. That is found here, and said with the place and the remedy.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import NoneType
from typing import Literal, assert_never, get_origin

from ..names import nearest
from .expression_nodes import (
    And,
    Chain,
    Choices,
    Comparison,
    Constant,
    ExpressionFault,
    Node,
    Not,
    Or,
    Path,
    Plain,
)
from .typing_of import (
    Shape,
    alternatives,
    class_of,
    elements,
    fields_of,
    inside,
    joined,
    may_equal,
    may_order,
    shape_of,
    shapes,
)

Fields = Mapping[str, object]


def type_of(node: Node, fields: Fields) -> object:
    """The type of what ``node`` gives.

    Raises:
        ExpressionFault: a name that is not there, or a comparison that can never hold.
    """
    match node:
        case Path():
            return _type_of_path(node, fields)
        case Constant(value=value):
            return type(value)
        case Comparison():
            _check_comparison(node, fields)
        case Chain(links=links):
            for link in links:
                _check_comparison(link, fields)
        case Not(part=part):
            _check_part(part, fields)
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                _check_part(part, fields)
        case _:
            assert_never(node)
    return bool


def _check_part(part: Node, fields: Fields) -> None:
    type_of(part, fields)
    if isinstance(part, Constant) and not isinstance(part.value, bool):
        raise ExpressionFault(
            f"{_capital(_said(part.value))} stands alone and is always "
            f"{'true' if part.value else 'false'} here.",
            fix="Compare it with a field: field == ..., or field in (..., ...).",
            offset=part.start,
        )


def _type_of_path(path: Path, fields: Fields) -> object:
    root, *rest = path.parts
    if root not in fields:
        raise ExpressionFault(
            f"There is no field {root!r}{nearest(root, fields)}.",
            fix=_listing(fields),
            offset=path.starts[0],
        )
    found = joined((fields[root],))
    for place, name in enumerate(rest, 1):
        within = inside(found, name)
        if not within:
            raise _no_such_field(path, place, found)
        absent = (NoneType,) if NoneType in alternatives(found) else ()
        found = joined((*within, *absent))
    return found


def _no_such_field(path: Path, place: int, found: object) -> ExpressionFault:
    name, before = path.parts[place], ".".join(path.parts[:place])
    known = [each for one in alternatives(found) for each in fields_of(one) or ()]
    if not known:
        return ExpressionFault(
            f"{before!r} is {_words(found)} and has no field {name!r}.",
            fix=f"Use {before!r} itself.",
            offset=path.starts[place],
        )
    return ExpressionFault(
        f"There is no field {name!r} in {before!r}, which is {_words(found)}"
        f"{nearest(name, known)}.",
        fix=_listing(known),
        offset=path.starts[place],
    )


@dataclass(frozen=True, kw_only=True)
class _Side:
    """One side of a comparison: its ``words`` for a message, what it can be, and where it is."""

    words: str
    type_words: str
    shapes: tuple[Shape, ...]
    start: int


def _side(operand: Path | Constant, fields: Fields) -> _Side:
    if isinstance(operand, Constant):
        return _Side(
            words=_said(operand.value),
            type_words="",
            shapes=(shape_of(operand.value),),
            start=operand.start,
        )
    found = _type_of_path(operand, fields)
    return _Side(
        words=repr(".".join(operand.parts)),
        type_words=_words(found),
        shapes=shapes(found),
        start=operand.starts[0],
    )


def _check_comparison(node: Comparison, fields: Fields) -> None:
    left = _side(node.left, fields)
    if isinstance(node.left, Constant) and not isinstance(node.right, Path):
        raise ExpressionFault(
            "Both sides are constants, so the answer is always the same.",
            fix="Compare a field. Texts are in quotes, fields are not.",
            offset=left.start,
        )
    if isinstance(node.right, Choices):
        for member in node.right.members:
            _check_equality(left, _side(member, fields))
        return
    right = _side(node.right, fields)
    match node.operator:
        case "==" | "!=":
            _check_equality(*_field_first(node, left, right))
        case "<" | "<=" | ">" | ">=":
            _check_order(*_field_first(node, left, right))
        case "in" | "not in":
            assert isinstance(node.right, Path)
            _check_equality(_looked_through(node.right, right, fields), left)
        case "is" | "is not":
            pass
        case _:
            assert_never(node.operator)


def _field_first(node: Comparison, left: _Side, right: _Side) -> tuple[_Side, _Side]:
    return (right, left) if isinstance(node.left, Constant) else (left, right)


def _looked_through(path: Path, side: _Side, fields: Fields) -> _Side:
    """The side that stands for what is in a list, a set, the keys of a dict or a text."""
    within = elements(_type_of_path(path, fields))
    if within is None:
        raise ExpressionFault(
            f"{side.words} is {side.type_words}; 'in' cannot look through it.",
            fix="On the right of 'in' stands a list, a dict or a text.",
            offset=side.start,
        )
    found = joined(within)
    return _Side(
        words=f"What {side.words} holds",
        type_words=_words(found),
        shapes=shapes(found),
        start=side.start,
    )


def _check_equality(field: _Side, other: _Side) -> None:
    if _absent(other) or any(may_equal(a, b) for a in field.shapes for b in other.shapes):
        return
    possible = _possible(field.shapes)
    if possible is None or other.type_words or not _same_kind(field, other):
        raise _mismatch(field, other)
    value = other.shapes[0].values
    wanted = str(value[0]) if value else ""
    raise ExpressionFault(
        f"{field.words} can never be {other.words}"
        f"{nearest(wanted, [each for each in possible if isinstance(each, str)])}.",
        fix=f"It is {_one_of(possible)}.",
        offset=other.start,
    )


def _absent(side: _Side) -> bool:
    """None may stand anywhere: a field that no step has written yet is None."""
    return all(shape.kind == "none" for shape in side.shapes)


def _same_kind(field: _Side, other: _Side) -> bool:
    return other.shapes[0].kind in {shape.kind for shape in field.shapes}


def _check_order(field: _Side, other: _Side) -> None:
    if not any(shape.ordered for shape in field.shapes):
        raise ExpressionFault(
            f"{field.words} is {field.type_words}, which has no order.",
            fix="Use '==' or 'in'.",
            offset=field.start,
        )
    # A constant has one value, but it stands for a whole ordered type, unless it is a bool.
    others = other.shapes if other.type_words else _as_scale(other.shapes)
    if not any(may_order(a, b) for a in field.shapes for b in others):
        raise _mismatch(field, other)


def _as_scale(constant: Sequence[Shape]) -> tuple[Shape, ...]:
    return tuple(
        Shape(kind=each.kind, held=each.held) if each.held is not bool else each
        for each in constant
        if each.kind != "none"
    )


def _mismatch(field: _Side, other: _Side) -> ExpressionFault:
    kind = f", which is {other.type_words}" if other.type_words else ""
    return ExpressionFault(
        f"{field.words} is {field.type_words} and cannot be compared with {other.words}{kind}.",
        fix="Compare it with a value of its own kind.",
        offset=other.start,
    )


def _possible(found: Sequence[Shape]) -> tuple[object, ...] | None:
    """All values of a closed type; None where there are too many to list."""
    values = [each.values for each in found if each.kind != "none"]
    if not values or None in values:
        return None
    return tuple(value for each in values for value in each or ())


def _said(value: Plain) -> str:
    if isinstance(value, str):
        return f"the text {value!r:.80}"
    if value is None or isinstance(value, bool):
        return {None: "None", True: "true", False: "false"}[value]
    return f"the number {value!r:.80}"


def _words(annotation: object) -> str:
    """A type as a person says it: ``a float``, ``one of 'a', 'b'``, ``a Plan or None``."""
    return " or ".join(dict.fromkeys(_word(each) for each in alternatives(annotation)))


def _word(alternative: object) -> str:
    possible = _possible(shapes(alternative))
    held = class_of(alternative)
    if (
        possible is not None
        and held is not bool
        and (get_origin(alternative) is Literal or (held is not None and issubclass(held, Enum)))
    ):
        return _one_of(possible)
    if held is NoneType:
        return "None"
    name = held.__name__ if held else "value of any type"
    name = "text" if held is str else name
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def _one_of(values: Collection[object]) -> str:
    listed = ", ".join(repr(each) for each in values)
    return f"one of {listed}" if len(values) > 1 else f"always {listed}"


def _listing(names: Collection[str]) -> str:
    return f"The fields are: {', '.join(names)}." if names else "There are no fields at all."


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
