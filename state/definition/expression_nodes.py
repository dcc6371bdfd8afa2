"""What a condition is made of: a closed union of frozen nodes, and how they are written.

The nodes are our own, and few, because a later part lists every outcome that a condition can have;
Python's syntax tree has far more shapes than that part could be sure of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, assert_never

Plain = str | int | float | bool | None
Operator = Literal["==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not"]


class ExpressionFault(Exception):
    """A condition is wrong; who knows where it stands makes a Problem of this.

    ``offset`` counts characters from 0 into the text as it was given.
    """

    def __init__(self, message: str, *, fix: str | None = None, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.offset = offset


@dataclass(frozen=True, kw_only=True)
class Path:
    """A field and the way into it: ``a.b.c``. ``starts`` has the offset of each part."""

    parts: tuple[str, ...]
    starts: tuple[int, ...] = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Constant:
    """A value written out. Equal constants mean the same everywhere, so 1 may equal 1.0."""

    value: Plain
    start: int = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The constants on the right of ``in``; which brackets held them does not matter."""

    members: tuple[Constant, ...]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two operands and what is between them. The right of ``is`` is always None."""

    left: Path | Constant
    operator: Operator
    right: Path | Constant | Choices


@dataclass(frozen=True, kw_only=True)
class Chain:
    """``0 < x < 1``: true when every link is. A link's right is the next one's left."""

    links: tuple[Comparison, ...]


@dataclass(frozen=True, kw_only=True)
class Not:
    part: Node


@dataclass(frozen=True, kw_only=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True)
class Or:
    parts: tuple[Node, ...]


Node = Path | Constant | Comparison | Chain | Not | And | Or
Leaf = Path | Constant | Comparison


def leaves(node: Node) -> Iterator[Leaf]:
    """What ``and``, ``or``, ``not`` and chains join, from left to right."""
    match node:
        case Path() | Constant() | Comparison():
            yield node
        case Chain(links=links):
            yield from links
        case Not(part=part):
            yield from leaves(part)
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from leaves(part)
        case _:
            assert_never(node)


def written(node: Node) -> str:
    """The one text of ``node``. Not ``ast.unparse``: that puts brackets around every ``not``, and
    leaves those that change nothing."""
    match node:
        case Path() | Constant():
            return _operand(node)
        case Comparison(left=left, right=right):
            return f"{_operand(left)} {node.operator} {_operand(right)}"
        case Chain(links=links):
            rest = (f" {link.operator} {_operand(link.right)}" for link in links)
            return _operand(links[0].left) + "".join(rest)
        case Not(part=part):
            return "not " + (f"({written(part)})" if isinstance(part, And | Or) else written(part))
        case And(parts=parts):
            return " and ".join(
                f"({written(each)})" if isinstance(each, Or) else written(each) for each in parts
            )
        case Or(parts=parts):
            return " or ".join(written(each) for each in parts)
        case _:
            assert_never(node)


def _operand(operand: Path | Constant | Choices) -> str:
    match operand:
        case Path(parts=names):
            return ".".join(names)
        case Constant(value=value):
            return repr(value)
        case Choices(members=members):
            return repr(tuple(each.value for each in members))
        case _:
            assert_never(operand)
