"""Values as JSON data that is the same in every process.

What a person is shown is hashed, and an answer counts for that hash alone: so nothing in it may
hang on the order of a set, or on how a key that is no text is written.
"""

import dataclasses
import json
from collections.abc import Mapping, Set

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_jsonable_python


def plain(value: object) -> object:  # noqa: PLR0911  # a return for each kind
    """The value as JSON has it: sets in an order of their own, every key a text, and what JSON has
    no form for as its text."""
    match value:
        case Mapping():
            return {_key(key): plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case Set():
            return sorted((plain(each) for each in value), key=text_of)
        case BaseModel():
            return plain(dict(value))
        case bytes():
            return value.decode(errors="backslashreplace")
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            named = dataclasses.fields(value)
            return {each.name: plain(getattr(value, each.name)) for each in named}
        case _:
            found: object = to_jsonable_python(value, fallback=str)
            return found


def as_json(value: object) -> object:
    """The value as its own classes write it as JSON data; where one cannot, as ``plain`` does."""
    try:
        found: object = to_jsonable_python(value, fallback=str)
    except (UnicodeDecodeError, PydanticSerializationError):
        found = plain(value)
    return found


def text_of(value: object) -> str:
    """Plain data as one text, whatever the order of its keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _key(key: object) -> str:
    if isinstance(key, str):
        return str.__str__(key)
    made = plain(key)
    return made if isinstance(made, str) else text_of(made)
