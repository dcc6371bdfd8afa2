"""Definitions as text: read safely, with the place of every key and value, and written back.

A definition is data that anybody may hand in. So nothing is constructed from it but mappings,
lists and plain values, every text is refused or read within a second, and each refusal says where
and why.
"""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from ..state.errors import DefinitionError, Problem
from .yaml_faults import Place, Refused, shown
from .yaml_nodes import Node, compose
from .yaml_source import MAX_BYTES, characters, file_bytes
from .yaml_writing import write_text

__all__ = ["MAX_BYTES", "Place", "Text", "located", "read_file", "read_text", "write_text"]

#: One character of a quoted value as it is written.
_PIECES = {
    "'": re.compile(r"''|."),
    '"': re.compile(r"\\(?:x.{2}|u.{4}|U.{8}|.)|."),
}


@dataclass(frozen=True, kw_only=True)
class Text:
    """A definition as plain data, which knows where each part of it was written."""

    data: object
    source: str
    root: Node = field(repr=False, compare=False)

    def place(
        self, path: tuple[str | int, ...], *, at: Literal["key", "value"] = "value", offset: int = 0
    ) -> Place:
        """Where ``path`` leads: to its last key, or ``offset`` characters into its value.

        A path that leads nowhere gives the nearest part above that is there: its key, or where a
        list's entry begins. Behind an alias lies the text that it stands for.
        """
        node, key = self.root, self.root.place
        for step in path:
            if step not in node.children:
                return key
            parent, node = node, node.children[step]
            key = parent.keys.get(step, node.place)
        return key if at == "key" else _within(node, offset)


def _within(node: Node, offset: int) -> Place:
    if not offset or not isinstance(node.data, str) or node.raw is None:
        return node.place
    pieces = _PIECES.get(node.raw[:1])
    if pieces is None:
        return replace(node.place, column=node.place.column + min(offset, len(node.raw)))
    starts = [each.start() for each in pieces.finditer(node.raw, 1)]
    return replace(node.place, column=node.place.column + starts[min(offset, len(starts) - 1)])


def read_text(text: str | bytes, *, source: str) -> Text:
    """The definition in ``text``; ``source`` names it in messages.

    Raises:
        DefinitionError: with one problem, which has its line and column.
    """
    try:
        root = _mapping(characters(text))
    except Refused as refused:
        problem = Problem(
            path=refused.path,
            message=refused.message,
            fix=refused.fix,
            line=refused.place.line,
            column=refused.place.column,
        )
        raise DefinitionError([problem], source=source) from refused
    return Text(data=root.data, source=source, root=root)


def _mapping(text: str) -> Node:
    root = compose(text)
    if not isinstance(root.data, dict):
        found = "a list" if isinstance(root.data, list) else shown(root.raw or "one value")
        raise Refused(
            f"A definition is a mapping, but this is {found}.",
            fix="Write 'key: value' lines.",
            place=root.place,
        )
    return root


def read_file(path: Path) -> Text:
    """The definition in a file of at most ``MAX_BYTES``.

    Raises:
        InputError: missing, or no file that can be read, or too large.
        DefinitionError: as ``read_text``.
    """
    return read_text(file_bytes(path), source=str(path))


def located(error: DefinitionError, text: Text) -> DefinitionError:
    """``error`` with the line and column of each problem that has none, and the text's name."""
    problems = []
    for each in error.problems:
        if each.line is None:
            place = text.place(each.path, at=each.at, offset=each.offset)
            each = replace(each, line=place.line, column=place.column)  # noqa: PLW2901  # filled in
        problems.append(each)
    return DefinitionError(problems, source=text.source)
