"""The words of the type language, and what goes wrong when it is written.

Reading a type, writing it down and limiting it are files of their own; this is what they share.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any, ForwardRef, Union

from pydantic import TypeAdapter

#: Inline schemas live in modules below this name; their classes are written by name alone.
SCHEMAS = "dalsegno_schemas"

WORDS: Mapping[str, object] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "date": date,
    "datetime": datetime,
    "any": Any,
    "none": type(None),
    "None": type(None),
}
#: What none of our own types may be called, or a text would have two meanings.
RESERVED = frozenset({*WORDS, "list", "dict", "literal", "Annotated"})
#: A text that may stand among a literal's values as it is, and those that mean something else.
BARE_WORD = re.compile(r"[^\W\d][\w-]*")
NOT_BARE = frozenset({"true", "false", "none", "null"})


class TypeFault(Exception):
    """What is wrong with a type, what to do, and where.

    ``offset`` counts characters into the text of the type expression; ``path`` leads to it
    through the keys of a mapping and is empty for the expression itself. ``at_key``: the last of
    these keys is wrong, and not its value.
    """

    def __init__(
        self,
        message: str,
        *,
        fix: str | None = None,
        offset: int = 0,
        path: tuple[str, ...] = (),
        at_key: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.offset = offset
        self.path = path
        self.at_key = at_key

    def below(self, *keys: str, after: int = 0) -> TypeFault:
        """The same fault as seen from further out: below ``keys``, ``after`` so many characters."""
        offset, path = self.offset + after, (*keys, *self.path)
        return TypeFault(self.message, fix=self.fix, offset=offset, path=path, at_key=self.at_key)


@dataclass(frozen=True)
class Named:
    """Rides in an ``Annotated`` so that an alias is written by the name it was asked for with."""

    path: str


def later(name: str) -> ForwardRef:
    """A schema that is still to be made.

    Spelt as no field can be, since Pydantic looks a name up among the fields first, and a field
    may be called like a schema.
    """
    return ForwardRef(f"_{name}")


def awaited(reference: ForwardRef) -> str:
    """The schema's name again."""
    return reference.__forward_arg__.removeprefix("_")


def union(members: tuple[object, ...]) -> Any:  # Any: a type that only exists at run time
    """``A | B`` with its members in this very order.

    Until 3.13 ``typing`` keeps unions by equality, and equality ignores order: a process that
    made ``B | A`` before would get that one back, and with it another text and another digest.
    """
    unkept = getattr(getattr(type(Union), "__getitem__", None), "__wrapped__", None)
    if unkept is None:
        # Any: `|` between types is not what the operator's own signature says.
        members_of_a_kind: tuple[Any, ...] = members
        return reduce(or_, members_of_a_kind)
    return unkept(Union, members)


def checked(annotation: Any, name: str) -> None:  # Any: types have no common type
    """TypeFault unless Pydantic can check values of this type."""
    try:
        if isinstance(annotation, str):  # Pydantic would look it up where this code stands
            raise TypeError(name)  # noqa: TRY301  # it is refused as anything else is
        TypeAdapter(annotation)
    except Exception as error:  # a class may bring its own code for this, and that may do anything
        raise TypeFault(
            f"{name!r} is no type that Pydantic can check.",
            fix="Use a built-in type, a Pydantic model, a dataclass, an Enum or a TypedDict.",
        ) from error
