"""Plain data as YAML that a person reads and edits, and that reads back as the same data."""

import json
import re
from collections.abc import Mapping

from .yaml_scalars import scalar_of
from .yaml_source import UNWRITABLE

#: What cannot begin a bare word, or end it, or stand within.
_SPECIAL = re.compile(r"^[-?:,\[\]{}#&*!|>'\"%@`=]|^<<$|^\.\.\.|: |:$| #|\t")
#: Words that YAML 1.1 reads as something else; other programs may still do so.
_OLDER = re.compile(r"(?i:y|n|yes|no|on|off)|[-+.]?[0-9][\w.:+-]*")
#: The parser takes a key of at most 1,024 characters that is not marked as one.
_KEY = 1000
_NUMBERS = {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}


def write_text(data: Mapping[str, object]) -> str:
    """``data`` in block style with its keys in their order; ends with a newline.

    Raises:
        TypeError: something in it is not plain data, or a key is not text.
    """
    return "\n".join(_block(data)) + "\n"


def _block(value: object) -> list[str]:
    """The lines of a value, from column 0 on. The first may stand behind a key or a dash."""
    if isinstance(value, str):
        return _text_lines(value)
    if isinstance(value, Mapping) and value:
        return [line for key, each in value.items() for line in _entry(key, each)]
    if isinstance(value, list | tuple) and value:
        return [line for each in value for line in _item(each)]
    return [_bare(value)]


def _entry(key: object, value: object) -> list[str]:
    if not isinstance(key, str):
        raise TypeError(f"A key of plain data is text, not {key!r}.")
    name = _quoted(key)
    above, name = ([f"? {name}"], "") if len(name) > _KEY else ([], name)
    lines = _block(value)
    if isinstance(value, Mapping | list | tuple) and value:
        return [*above, f"{name}:", *_indented(lines)]
    return [*above, f"{name}: {lines[0]}", *_indented(lines[1:])]


def _item(value: object) -> list[str]:
    first, *rest = _block(value)
    return [f"- {first}", *_indented(rest)]


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" if line else "" for line in lines]


def _bare(value: object) -> str:
    """What needs no lines of its own: a number, a word, an empty mapping or list."""
    match value:
        case None | bool() | int():
            return json.dumps(value)
        case float():
            return _NUMBERS.get(word := repr(value), word)
        case Mapping():
            return "{}"
        case list() | tuple():
            return "[]"
        case _:
            raise TypeError(f"Plain data has no {type(value).__name__!r}: {value!r:.80}.")


def _text_lines(text: str) -> list[str]:
    """A text of several lines as a literal block, without the indent of its lines; else a word."""
    if "\n" not in text or not text.strip("\n") or "\r" in text or UNWRITABLE.search(text):
        return [_quoted(text)]
    # A leading space or empty line would be taken for the block's own indent.
    indent = "2" if text[0] in " \n" else ""
    body = text.removesuffix("\n")
    keep = "-" if body == text else "+" if body.endswith("\n") else ""
    return [f"|{indent}{keep}", *body.split("\n")]


def _quoted(text: str) -> str:
    """``text`` on one line, in quotes where it would not read as itself without."""
    if re.search(r"[\n\r\t]", text) or UNWRITABLE.search(text):
        escaped = json.dumps(text, ensure_ascii=False)
        return UNWRITABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped)
    if _is_plain(text):
        return text
    return "'" + text.replace("'", "''") + "'"


def _is_plain(text: str) -> bool:
    if not text or text != text.strip() or _SPECIAL.search(text) or _OLDER.fullmatch(text):
        return False
    try:
        return scalar_of(text) == text
    except OverflowError:
        return False
