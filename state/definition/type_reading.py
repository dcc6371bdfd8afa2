"""Types read from text: ``list[Analysis] | None``, ``literal[a, b]``, ``decimal:Decimal``.

Every fault knows the character it stands at, so that an editor's cursor can be put there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_origin

from ..names import nearest
from .importing import module_named
from .type_words import BARE_WORD, RESERVED, WORDS, Named, TypeFault, checked, union

_ELSEWHERE: Mapping[str, str] = {  # what JSON Schema and Python say for the same
    "string": "str",
    "text": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "array": "list[any]",
    "object": "dict[str, any]",
    "null": "none",
    "Any": "any",
    "Optional": "T | None",
    "Union": "A | B",
}
#: How many brackets may stand within each other; far more than anybody can read.
_DEEPEST = 20
_GAP = re.compile(r"\s*")
_NAME = re.compile(r"[^\W\d][\w.]*(?::[^\W\d][\w.]*)?|\.[^\W\d][\w.]*:[^\W\d][\w.]*|\.\.\.")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|' r"'(?:[^'\\]|\\.)*'", re.DOTALL)
_INT = re.compile(r"[+-]?\d+(?![\w.])")


def parse(  # Any: a type made at run time
    text: str, schemas: Mapping[str, object], *, base: Path | None = None
) -> Any:
    """The type that ``text`` means, or TypeFault; ``base`` is where its modules may lie."""
    reader = _Reader(text, schemas, base)
    found = reader.union()
    reader.end()
    return found


def imported(path: str, base: Path | None = None) -> object:
    """What ``module:Class`` names, if it is a type that Pydantic can check.

    ``base`` is the folder of the definition's file, where the module may lie.

    Raises:
        TypeFault: it cannot be imported, is not there, or is no type.
    """
    module, _, names = path.partition(":")
    try:
        found: object = module_named(module, base)
    except Exception as error:  # a module may raise anything while it is imported
        raise TypeFault(
            f"The module of {path!r} cannot be imported: {type(error).__name__}: {error}.",
            fix="Check the name, and that the module can be imported from where this runs.",
        ) from error
    for name in names.split("."):
        if not hasattr(found, name):
            raise TypeFault(
                f"{module!r} has no {name!r}{nearest(name, dir(found))}.",
                fix="Write it as module:Class.",
            )
        found = getattr(found, name)
    checked(found, path)
    if isinstance(found, type) and get_origin(found) is None:
        return found
    return Annotated[found, Named(path)]


class _Reader:
    """One text being read from left to right."""

    def __init__(self, text: str, schemas: Mapping[str, object], base: Path | None) -> None:
        self.text, self.schemas, self.base, self.at = text, schemas, base, 0
        self.depth = 0

    def fault(self, message: str, fix: str | None = None, *, at: int | None = None) -> TypeFault:
        return TypeFault(message, fix=fix, offset=self.at if at is None else at)

    def take(self, pattern: re.Pattern[str]) -> str | None:
        self.at = _end(_GAP, self.text, self.at)
        start, self.at = self.at, _end(pattern, self.text, self.at)
        return self.text[start : self.at] or None

    def sign(self, sign: str) -> bool:
        return self.take(re.compile(re.escape(sign))) is not None

    def end(self) -> None:
        self.take(_GAP)
        if self.at < len(self.text):
            raise self.fault(
                f"Nothing is expected after the type, but there is {self.text[self.at :]!r}.",
                "Join types with | and put what a list or dict holds into [ ].",
            )

    def union(self) -> Any:  # Any: a type made at run time
        if self.depth == _DEEPEST:
            raise self.fault(
                f"More than {_DEEPEST} types stand within each other here.",
                "Give the inner ones a name under 'schemas'.",
            )
        self.depth += 1
        members = [self.one()]
        while self.sign("|"):
            members.append(self.one())
        self.depth -= 1
        return members[0] if len(members) == 1 else union(tuple(members))

    def one(self) -> Any:  # Any: a type made at run time
        self.take(_GAP)
        start, name = self.at, self.take(_NAME)
        if name is None or name == "...":
            self.at = start
            raise self.no_name()
        if name in _MADE:
            return _MADE[name](self, start)
        if ":" in name:
            return self.path(name, start)
        for meanings in (self.schemas, WORDS):
            if name in meanings:
                return meanings[name]
        raise self.unknown(name, start)

    def no_name(self) -> TypeFault:
        if self.text[self.at : self.at + 1] in {'"', "'"}:
            return self.fault("A value is no type.", "Write the values you allow as literal[a, b].")
        rest = self.text[self.at :]
        return self.fault(
            f"A type is missing before {rest!r}." if rest else "A type is missing.",
            "Write a type such as str, list[str] or str | None.",
        )

    def unknown(self, name: str, at: int) -> TypeFault:
        if name == "Annotated":
            return self.fault(
                "A type with conditions of its own cannot be written as text.",
                "Give it a name in a module and write module:Name.",
                at=at,
            )
        if name in _ELSEWHERE:
            return self.fault(f"There is no type {name!r}.", f"Write {_ELSEWHERE[name]}.", at=at)
        known = [*self.schemas, *sorted(RESERVED - {"Annotated"})]
        return self.fault(
            f"There is no type {name!r}{nearest(name, known)}.",
            "Use a built-in type, the name of a declared schema, or module:Class.",
            at=at,
        )

    def arguments(self) -> list[Any]:  # Any: types made at run time
        found = [self.argument()]
        while self.sign(","):
            found.append(self.argument())
        self.close()
        return found

    def argument(self) -> Any:  # Any: a type made at run time
        return ... if self.sign("...") else self.union()

    def close(self) -> None:
        if not self.sign("]"):
            raise self.fault("A ']' is missing.", "Close what was opened with '['.")

    def list_(self, start: int) -> Any:  # Any: a type made at run time
        items = self.arguments() if self.sign("[") else []
        if len(items) != 1 or items[0] is ...:
            raise self.fault("A list is of one type.", "Write list[str], or list[any].", at=start)
        return list[items[0]]  # type: ignore[valid-type]  # it is known only when it is read

    def dict_(self, start: int) -> Any:  # Any: a type made at run time
        items = self.arguments() if self.sign("[") else []
        if len(items) != 2 or items[0] is not str or items[1] is ...:
            raise self.fault(
                "A dict goes from text to one type.",
                "Write dict[str, int], or dict[str, any].",
                at=start,
            )
        return dict[str, items[1]]  # type: ignore[valid-type]  # it is known only when it is read

    def path(self, name: str, start: int) -> Any:  # Any: a type made at run time
        try:
            found: Any = imported(name, self.base)  # Any: whatever the module holds
            return found[tuple(self.arguments())] if self.sign("[") else found
        except TypeFault as fault:
            raise fault.below(after=start) from fault
        except TypeError as error:
            message = f"{name!r} does not take that in its brackets: {error}."
            raise self.fault(message, at=start) from error

    def literal(self, _start: int) -> Any:  # Any: a type made at run time
        if not self.sign("["):
            raise self.fault("The values are missing.", "Write literal[a, b].")
        values = [self.value()]
        while self.sign(","):
            values.append(self.value())
        self.close()
        return Literal[tuple(values)]

    def value(self) -> str | int | bool:
        self.take(_GAP)
        start = self.at
        if (quoted := self.take(_STRING)) is not None:
            return self.unquoted(quoted, start)
        if (number := self.take(_INT)) is not None:
            return int(number)
        word = self.take(BARE_WORD)
        match word and word.casefold():
            case "true" | "false" as said:
                return said == "true"
            case None | "none" | "null":
                raise self.fault(
                    "A literal is a word, a quoted text, a whole number, true or false.",
                    "Quote the text; where nothing is allowed too, write literal[...] | None.",
                    at=start,
                )
        assert word is not None
        return word

    def unquoted(self, quoted: str, start: int) -> str:
        body = quoted[1:-1]
        if quoted[0] == "'":
            body = re.sub(r'\\.|"', _double_quoted, body, flags=re.DOTALL)
        try:
            return str(json.loads(f'"{body}"', strict=False))
        except ValueError as error:
            message = "A backslash is used as JSON does not know it."
            raise self.fault(message, "Write two of them for one.", at=start) from error


#: The words that a bracket follows. Any: they make types at run time.
_MADE: Mapping[str, Callable[[_Reader, int], Any]] = {
    "list": _Reader.list_,
    "dict": _Reader.dict_,
    "literal": _Reader.literal,
}


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _double_quoted(found: re.Match[str]) -> str:
    return {'"': '\\"', "\\'": "'"}.get(found[0], found[0])
