"""The first look at a condition's text: only what the language knows gets as far as the parser.

Python's parser would take f-strings, comments and joined texts, would warn about odd escapes, and
says little about the rest. Refused here, each gets its own place and its own remedy.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from keyword import iskeyword
from unicodedata import normalize

from .expression_nodes import ExpressionFault

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r'|(?P<text>"(?:[^"\\\x00\r\n\ud800-\udfff]|\\.)*"'
    r"|'(?:[^'\\\x00\r\n\ud800-\udfff]|\\.)*')"
    r"|(?P<number>(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<sign>==|!=|<=|>=|[<>()\[\]{},.-])"
)
_ESCAPE = re.compile(
    r"\\(?:(?P<known>['\"\\nrt]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}"
    r"|U(?:000[0-9a-fA-F]|0010)[0-9a-fA-F]{4})|.)"
)
_WORDS = frozenset({"and", "or", "not", "in", "is", "None", "True", "False"})
_CALCULATING = "Compute the value in a step and compare the field that it writes."
_REMEDIES = {
    "&": "Write 'and'.",
    "|": "Write 'or'.",
    "!": "Write 'not', or '!=' between two values.",
    "=": "Write '==' to compare.",
    "“": 'Write texts in straight quotes: "text".',
    "”": 'Write texts in straight quotes: "text".',
    "‘": "Write texts in straight quotes: 'text'.",
    "’": "Write texts in straight quotes: 'text'.",
    **dict.fromkeys("+*/%", _CALCULATING),
}
_LANGUAGE = (
    "A condition has fields, constants, comparisons, in, is None, and, or, not and brackets."
)


@dataclass(frozen=True, kw_only=True)
class Token:
    kind: str
    text: str
    start: int


def tokens(text: str) -> Iterator[Token]:
    """The words and signs of ``text``, without the space between them.

    Raises:
        ExpressionFault: at the first thing that is none.
    """
    place, before = 0, ""
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise _stranger(text, place)
        token = Token(kind=str(found.lastgroup), text=found[0], start=place)
        place = found.end()
        if token.kind == "space":
            continue
        follows = text[place : place + 1]
        if token.kind == "number" and (follows.isalnum() or follows == "_"):
            raise ExpressionFault(
                f"{token.text + follows!r} is neither a number nor a name.",
                fix="Put a space between a number and a word; numbers are like 3, -3 or 0.5.",
                offset=token.start,
            )
        if token.kind == "name":
            _check_name(token, follows)
        if token.kind == "text":
            _check_text(token, before)
        before = token.kind
        yield token


def _check_name(token: Token, follows: str) -> None:
    name, start = token.text, token.start
    if iskeyword(name):
        if name not in _WORDS:
            raise ExpressionFault(f"A condition has no {name!r}.", fix=_LANGUAGE, offset=start)
    elif name.startswith("_"):
        raise ExpressionFault(
            f"The name {name!r} begins with an underscore.",
            fix="Only public fields can be read.",
            offset=start,
        )
    elif not name.isidentifier() or normalize("NFKC", name) != name:
        raise ExpressionFault(
            f"{name!r} is not written as a name.",
            fix=f"Write {normalize('NFKC', name)!r}, if that is meant.",
            offset=start,
        )
    elif follows in {"'", '"'}:
        raise ExpressionFault(
            f"{name!r} stands right before a text.",
            fix="Texts are plain: no f, r, b or u before the quote.",
            offset=start,
        )


def _check_text(token: Token, before: str) -> None:
    if before == "text":
        raise ExpressionFault(
            "Two texts stand side by side.",
            fix="Put a comma or an operator between them.",
            offset=token.start,
        )
    for escape in _ESCAPE.finditer(token.text):
        if escape["known"] is None:
            raise ExpressionFault(
                f"The text has an unknown escape {escape[0]!r}.",
                fix=r"Write \\ for a backslash.",
                offset=token.start + escape.start(),
            )


def _stranger(text: str, place: int) -> ExpressionFault:
    found = text[place]
    if found in {"'", '"'}:
        return ExpressionFault(
            "The text that begins here is not closed on its line.",
            fix=f"Close it with {found}.",
            offset=place,
        )
    fix = _REMEDIES.get(found, _LANGUAGE)
    return ExpressionFault(f"A condition has no {found!r}.", fix=fix, offset=place)
