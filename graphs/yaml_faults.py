"""What is wrong with a text that is no YAML, in words for a person who does not know its grammar.

The parser speaks of tokens and simple keys, and often points at the place where it gave up. The
table below says for each of its complaints what a writer did, and points there.
"""

import re
from dataclasses import dataclass
from typing import Literal

from ruamel.yaml.error import MarkedYAMLError, StreamMark


@dataclass(frozen=True)
class Place:
    """A place in a text; both count from 1."""

    line: int
    column: int


class Refused(Exception):
    """The first fault of a text, on its way to whoever knows the text's name.

    No user sees it: it becomes a Problem.
    """

    def __init__(
        self, message: str, *, fix: str, place: Place, path: tuple[str | int, ...] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.place = place
        self.path = path


def place_of(mark: StreamMark) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def place_after(text: str) -> Place:
    """The place of what follows ``text``, by the line ends that an editor counts."""
    before = re.split(r"\r\n|\r|\n", text)
    return Place(len(before), len(before[-1]) + 1)


def shown(text: str, *, most: int = 40) -> str:
    """``text`` in quotes, cut to one short line."""
    line = re.split(r"[\r\n]", text, maxsplit=1)[0].rstrip()
    return repr(line if len(line) <= most else line[: most - 1] + "…")


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """A complaint of the parser's and its meaning. ``at`` says which of its two marks to show.

    ``said`` may hold ``{quoted}`` (the text from there on), ``{row}`` (the whole line),
    ``{found}`` (the pattern's group) and ``{line}`` (where the thing that is not ended began).
    """

    pattern: str
    said: str
    fix: str
    at: Literal["problem", "context"] = "problem"


_RULES = (
    _Rule(
        pattern=r"found character '\\t' that cannot start",
        said="A tab stands where only spaces may.",
        fix="Indent with spaces.",
    ),
    _Rule(
        pattern=r"found character (?P<found>.+) that cannot start",
        said="A value cannot begin with {found}: {quoted}.",
        fix="Put the value in quotes.",
    ),
    _Rule(
        pattern="mapping values are not allowed here",
        said="This ':' is not expected here: {row}.",
        fix="Put a value that holds ': ' in quotes; begin each key on a line of its own, "
        "indented like its neighbours.",
    ),
    _Rule(
        pattern="could not find expected ':'",
        said="{quoted} is not 'key: value': the ':' after the key is missing.",
        fix="Write 'key: value', or '- entry' with its space; indent the line "
        "further if it belongs to the text above.",
        at="context",
    ),
    _Rule(
        pattern="quoted scalar: found unexpected (?:end of stream|document separator)",
        said="This quote is never closed: {quoted}.",
        fix="Close it. Inside single quotes write '' for one, inside double quotes \\\".",
        at="context",
    ),
    _Rule(
        pattern="expected ',' or '(?P<found>.)', but got '<stream end>'",
        said="This bracket is never closed: {quoted}.",
        fix="Close it with {found!r}.",
        at="context",
    ),
    _Rule(
        pattern="expected ',' or '(?P<found>.)', but got",
        said="A ',' or {found!r} is missing before {quoted}; the bracket began on line {line}.",
        fix="Close the bracket, or put a ',' between its entries.",
    ),
    _Rule(
        pattern="expected the node content, but found '<stream end>'",
        said="The text ends where a value should stand.",
        fix="Add the value, and close every bracket.",
    ),
    _Rule(
        pattern="expected the node content, but found",
        said="A value should stand here, not {quoted}.",
        fix="Add the value; put text that begins with a special character in quotes.",
    ),
    _Rule(
        pattern="sequence entries are not allowed here",
        said="A list cannot begin here: {quoted}.",
        fix="Begin each '- ' on a line of its own; put text that begins with '- ' in quotes.",
    ),
    _Rule(
        pattern="mapping keys are not allowed here",
        said="A '? ' cannot stand here: {quoted}.",
        fix="Put text that begins with '? ' in quotes.",
    ),
    _Rule(
        pattern="while scanning an (?P<found>alias|anchor)",
        said="This begins an {found}, but no name follows, or not a name alone: {quoted}.",
        fix="Put text that begins with '*' or '&' in quotes.",
        at="context",
    ),
    _Rule(
        pattern="found unknown escape character (?P<found>.+)",
        said="In double quotes a backslash before {found} means nothing.",
        fix="Write the backslash twice, or use single quotes.",
    ),
    _Rule(
        pattern="expected escape sequence of (?P<found>[0-9]+)",
        said="This escape needs {found} hexadecimal digits, but here is {quoted}.",
        fix="Complete the escape, write the backslash twice, or use single quotes.",
    ),
    _Rule(
        pattern="while scanning a block scalar",
        said="The text of a '|' or '>' begins on the next line, but here is {quoted}.",
        fix="Begin the text on the next line; put a value that begins with '|' or '>' in quotes.",
    ),
    _Rule(
        pattern="more indented follow up line",
        said="The empty lines before this text are indented differently from it.",
        fix="Indent the lines of a '|' or '>' text alike.",
    ),
    _Rule(
        pattern="found unexpected ':'",
        said="A ':' needs a space after it: {quoted}.",
        fix="Write 'key: value', or put text that holds a ':' in quotes.",
    ),
    _Rule(
        pattern="while (?:scanning|parsing) an? (?:tag|node)",
        said="{quoted} begins a tag; a definition has none.",
        fix="Put text that begins with '!' in quotes.",
        at="context",
    ),
    _Rule(
        pattern="expected '<document start>', but found .*<stream end>",
        said="The text ends before a definition begins.",
        fix="Write 'key: value' lines after a line '---', or take the lines with '%' out.",
    ),
    _Rule(
        pattern="expected '<document start>'",
        said="{quoted} stands after the end of the definition.",
        fix="Put everything into one mapping; take out a bracket that is one too many.",
    ),
    _Rule(
        pattern="directive",
        said="A line that begins with '%' is an instruction to the reader, and this is none.",
        fix="Take the line out.",
    ),
    _Rule(
        pattern="cannot be read",
        said="Here is no YAML: {quoted}.",
        fix="Put text that holds special characters in quotes.",
    ),
)


def fault_of(error: MarkedYAMLError, text: str) -> Refused:
    """The parser's complaint about ``text`` in plain words, where the writer can mend it."""
    complaint = f"{error.context}: {error.problem}"
    problem = error.problem_mark or error.context_mark
    context = error.context_mark or problem
    if "expected <block end>" in complaint:
        return _misplaced(text, problem, context)
    for rule in _RULES:
        found = re.search(rule.pattern, complaint)
        if found:
            mark = context if rule.at == "context" else problem
            words = {
                "row": shown(text[mark.index - mark.column :].lstrip(" ")),
                "quoted": shown(text[mark.index :]),
                "found": found.groupdict().get("found"),
                "line": context.line + 1,
            }
            said, fix = rule.said.format(**words), rule.fix.format(**words)
            return Refused(said, fix=fix, place=place_of(mark))
    return Refused(
        f"Here is no YAML: {error.problem or error.context}.",
        fix="Put text that holds special characters in quotes.",
        place=place_of(problem),
    )


def _misplaced(text: str, problem: StreamMark, context: StreamMark) -> Refused:
    """An entry that does not continue the block around it: most often a wrong indent."""
    quoted = shown(text[problem.index :])
    if text[problem.index - problem.column : problem.index].strip():
        return Refused(
            f"{quoted} stands after a value that is already complete.",
            fix="Put the whole value in quotes.",
            place=place_of(problem),
        )
    return Refused(
        f"{quoted} does not continue what began on line {context.line + 1}, "
        f"column {context.column + 1}.",
        fix="Indent it like its neighbours, and write it in the same way: "
        "all 'key: value', or all '- entry'.",
        place=place_of(problem),
    )
