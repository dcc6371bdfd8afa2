"""From a condition's text to its nodes.

Python's own parser does the grammar, so that precedence is what everybody knows; an allow-list
here decides what of it is ours.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from math import isinf

from .expression_nodes import (
    And,
    Chain,
    Choices,
    Comparison,
    Constant,
    ExpressionFault,
    Node,
    Not,
    Operator,
    Or,
    Path,
    Plain,
)
from .expression_tokens import Token, tokens

#: Characters of a condition, as given and as written out again.
MAX_LENGTH = 2_000
#: Levels of brackets, ``not`` and dots. Far above what a person writes and reads.
MAX_DEPTH = 30

_OPERATORS: Mapping[type[ast.cmpop], Operator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}
_ONE_WAY = (frozenset({"<", "<=", "=="}), frozenset({">", ">=", "=="}))
#: Words as YAML and JSON have them.
_WORDS: Mapping[str, Plain] = {"true": True, "false": False, "null": None}
_STEP = "Compute the value in a step and compare the field that it writes."
_REFUSED: Mapping[type[ast.AST], tuple[str, str]] = {
    ast.Call: ("A condition calls nothing.", _STEP),
    ast.Subscript: ("A condition takes nothing by [ ].", "Write a.b for a field or a key."),
    ast.BinOp: ("A condition does not calculate.", _STEP),
    ast.USub: ("A minus stands only before a number.", _STEP),
    ast.Compare: ("A comparison cannot be compared.", "Join comparisons with 'and' and 'or'."),
    ast.BoolOp: ("'and' and 'or' cannot be compared.", "Join comparisons with 'and' and 'or'."),
    ast.Not: ("'not' cannot be compared.", "Write 'not (...)' around the comparison."),
    ast.Attribute: ("Only a field has fields.", "Begin with the name of a field."),
    **dict.fromkeys(
        (ast.Tuple, ast.List, ast.Set),
        ("A list stands only on the right of 'in'.", 'Write: field in ("a", "b").'),
    ),
}


def tree_of(text: str) -> Node:
    """The nodes of ``text``.

    Raises:
        ExpressionFault: and nothing else, whatever the text is.
    """
    check_length(text)
    found = tuple(tokens(text))
    if not found:
        raise ExpressionFault("The condition is empty.", fix="Write one, or leave the key out.")
    first, last = found[0].start, found[-1]
    # Line breaks are only space here, and no text holds one.
    line = text[first : last.start + len(last.text)].translate({9: " ", 10: " ", 13: " "})
    try:
        parsed = ast.parse(line, mode="eval")
    except (MemoryError, RecursionError):
        raise _too_deep(first) from None
    except SyntaxError as error:
        raise _misfit(error, found, first) from None
    return _Reader(line=line.encode(), first=first).node(parsed.body, 1)


def check_length(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise ExpressionFault(
            f"The condition has {len(text)} characters; {MAX_LENGTH} is the most.",
            fix="Decide in a step, and test the field that it writes.",
            offset=MAX_LENGTH,
        )


def _too_deep(offset: int) -> ExpressionFault:
    return ExpressionFault(
        f"The condition is nested more than {MAX_DEPTH} levels deep.",
        fix="Decide in a step, and test the field that it writes.",
        offset=offset,
    )


def _misfit(error: SyntaxError, found: tuple[Token, ...], first: int) -> ExpressionFault:
    # At the end of the text the parser knows no place, and says 0.
    end = found[-1].start + len(found[-1].text)
    offset = first + error.offset - 1 if error.offset else end
    if "nested" in error.msg:
        return _too_deep(first)
    if any(said in error.msg for said in ("never closed", "unmatched", "does not match")):
        return ExpressionFault(f"{error.msg}.", fix="Match the brackets.", offset=offset)
    at = next((each for each in found if each.start + len(each.text) > offset), None)
    if at is None:
        return ExpressionFault("The condition ends too early.", fix="Finish it.", offset=end)
    return ExpressionFault(
        f"{at.text!r} does not fit here.",
        fix="Look for a missing operator, comma or bracket.",
        offset=at.start,
    )


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """Turns Python's nodes into ours. ``first`` is where the line begins in the whole text."""

    line: bytes
    first: int

    def at(self, column: int) -> int:
        """The offset in characters; the parser counts bytes."""
        return self.first + len(self.line[:column].decode())

    def node(self, given: ast.expr, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise _too_deep(self.at(given.col_offset))
        match given:
            case ast.BoolOp(op=ast.And()):
                return And(parts=self.parts(given, And, depth))
            case ast.BoolOp():
                return Or(parts=self.parts(given, Or, depth))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(part=self.node(operand, depth + 1))
            case ast.Compare():
                return self.comparison(given)
            case _:
                return self.operand(given)

    def parts(self, given: ast.BoolOp, kind: type[And | Or], depth: int) -> tuple[Node, ...]:
        """The parts; those of a bracket that joins in the same way are taken out of it."""
        parts: list[Node] = []
        for each in given.values:
            part = self.node(each, depth + 1)
            if isinstance(part, And | Or) and isinstance(part, kind):
                parts += part.parts
            else:
                parts.append(part)
        return tuple(parts)

    def comparison(self, given: ast.Compare) -> Comparison | Chain:
        operators = [_OPERATORS[type(each)] for each in given.ops]
        lefts = (given.left, *given.comparators)
        if len(operators) > 1 and not any(way.issuperset(operators) for way in _ONE_WAY):
            raise ExpressionFault(
                "A chain of comparisons goes one way, as in 0 < x < 1.",
                fix="Join other comparisons with 'and'.",
                offset=self.at(given.col_offset),
            )
        links = tuple(
            Comparison(
                left=self.operand(left), operator=operator, right=self.right(operator, right)
            )
            for left, operator, right in zip(lefts, operators, given.comparators, strict=False)
        )
        return links[0] if len(links) == 1 else Chain(links=links)

    def right(self, operator: Operator, given: ast.expr) -> Path | Constant | Choices:
        start = self.at(given.col_offset)
        if operator in {"in", "not in"} and isinstance(given, ast.Tuple | ast.List | ast.Set):
            return self.choices(given)
        right = self.operand(given)
        if operator in {"is", "is not"} and right != Constant(value=None, start=0):
            raise ExpressionFault(
                f"{operator!r} is only for None.", fix="Write '==' or '!='.", offset=start
            )
        if operator in {"in", "not in"} and isinstance(right, Constant):
            raise ExpressionFault(
                f"On the right of {operator!r} stands {right.value!r:.80}, which is no list.",
                fix=f"Write: {operator} ({right.value!r:.80},).",
                offset=start,
            )
        return right

    def choices(self, given: ast.Tuple | ast.List | ast.Set) -> Choices:
        members = [self.operand(each) for each in given.elts]
        for member in members:
            if isinstance(member, Path):
                raise ExpressionFault(
                    f"{'.'.join(member.parts)!r} is a field; such a list has only constants.",
                    fix="Put texts in quotes, or compare with '=='.",
                    offset=member.starts[0],
                )
        if not members:
            raise ExpressionFault(
                "The list is empty, so nothing is ever in it.",
                fix='Write: field in ("a", "b").',
                offset=self.at(given.col_offset),
            )
        return Choices(members=tuple(each for each in members if isinstance(each, Constant)))

    def operand(self, given: ast.expr) -> Path | Constant:
        start = self.at(given.col_offset)
        match given:
            case ast.Name(id=name) if name in _WORDS:
                return Constant(value=_WORDS[name], start=start)
            case ast.Name() | ast.Attribute():
                return self.path(given)
            case ast.Constant(value=str() | int() | float() | None as value):
                return self.constant(value, start)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                if not isinstance(value, bool):
                    return self.constant(-value, start)
        sort = type(given.op) if isinstance(given, ast.UnaryOp) else type(given)
        message, fix = _REFUSED.get(
            sort, ("This is no part of a condition.", "Use fields and constants.")
        )
        raise ExpressionFault(message, fix=fix, offset=start)

    def constant(self, value: Plain, start: int) -> Constant:
        if isinstance(value, float) and isinf(value):
            raise ExpressionFault(
                "The number is too large.", fix="Write a smaller one.", offset=start
            )
        return Constant(value=value, start=start)

    def path(self, given: ast.Name | ast.Attribute) -> Path:
        parts: list[tuple[str, int]] = []
        inner: ast.expr = given
        while isinstance(inner, ast.Attribute):
            end = self.at(inner.end_col_offset or 0)
            parts.append((inner.attr, end - len(inner.attr)))
            inner = inner.value
        start = self.at(inner.col_offset)
        if not isinstance(inner, ast.Name) or inner.id in _WORDS:
            message, fix = _REFUSED.get(type(inner), _REFUSED[ast.Attribute])
            raise ExpressionFault(message, fix=fix, offset=start)
        parts.append((inner.id, start))
        if len(parts) > MAX_DEPTH:
            raise _too_deep(start)
        names, starts = zip(*reversed(parts), strict=True)
        return Path(parts=names, starts=starts)
