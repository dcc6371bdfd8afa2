"""The JSON Schema of a definition, with which editors complete and check it while it is written.

Pydantic makes most of it from the parts. It cannot see what the validators take besides: one name
for a list of one, a list for a mapping, a step for a block; nor that a step is one thing only.
These are put in here, and a test holds the schema against the reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter

from .parts import Name, TypeSpec
from .policies import RETRY_WORDS, STRATEGY_WORDS
from .steps import KINDS
from .workflow import Workflow

Json = dict[str, Any]  # Any: JSON Schema is JSON of any shape

_NULL: Json = {"type": "null"}


def json_schema() -> Json:
    """The schema, in the draft of 2020-12."""
    made = _plainer(Workflow.model_json_schema(by_alias=True))
    root: Json = _shared(made)
    parts = root.pop("$defs")
    _widen(root, parts)
    _narrow(parts)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **root,
        "title": "Dalsegno workflow",
        "$defs": {**_common(), **parts},
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _any_of(*options: Json) -> Json:
    return {"anyOf": list(options)}


def _list_of(item: Json, **more: object) -> Json:
    return {"type": "array", "items": item, **more}


def _plainer(value: Any) -> Any:  # Any: JSON
    """Without titles and empty defaults, and with descriptions as running text."""
    if isinstance(value, list):
        return [_plainer(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for key, each in value.items():
        # Where the value is no text, the word is a key of the definition.
        if (key == "title" and isinstance(each, str)) or (key == "default" and each is None):
            continue
        text = key == "description" and isinstance(each, str)
        found[key] = " ".join(each.replace("``", "`").split()) if text else _plainer(each)
    return found


def _common() -> Json:
    """What many keys take, described once."""
    use = _any_of(_ref("Name"), _ref("GateUse"))
    placed = _any_of(use, _list_of(use))
    places = {"before": placed, "during": placed, "after": placed}
    by_place = {"type": "object", "properties": places, "additionalProperties": False}
    return {
        "Name": _schema_of(Name),
        "Names": _any_of(_ref("Name"), _list_of(_ref("Name"))),
        "Type": _schema_of(TypeSpec),
        "Block": {
            "description": "A step, several in a list, or the name of one to go to.",
            **_any_of(
                _ref("Name"),
                _ref("Step"),
                _list_of(_any_of(_ref("Name"), _ref("Step")), minItems=1),
            ),
        },
        "Gates": {
            "description": "Gates by name or with parameters; a mapping says when they look.",
            **_any_of(_ref("Name"), _list_of(use), by_place),
        },
    }


def _schema_of(hint: Any) -> Json:  # Any: a type, as it was declared
    made: Json = _plainer(TypeAdapter(hint).json_schema())
    return made


def _shared(value: Any) -> Any:  # Any: JSON
    """References to what is common in the place of each copy of it."""
    if isinstance(value, list):
        return [_shared(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: _shared(each) for key, each in value.items()}
    if "patternProperties" in found:
        found["additionalProperties"] = False
    for like, name in _copies():
        if all(found.get(key) == each for key, each in like.items()):
            rest = {key: each for key, each in found.items() if key not in like}
            return {**_ref(name), **rest}
    return found


def _copies() -> Iterable[tuple[Json, str]]:
    """What Pydantic writes out, and what that is called; inner ones have been replaced before."""
    yield _schema_of(Name), "Name"
    yield _list_of(_ref("Name")), "Names"
    yield _list_of({"oneOf": [_ref("Name"), _ref("Step")]}), "Block"
    yield _list_of(_ref("GateUse")), "Gates"
    yield _schema_of(TypeSpec), "Type"


def _widen(root: Json, parts: Json) -> None:
    """Let in what the validators let in."""
    keys, step = root["properties"], parts["Step"]["properties"]
    names = (_ref("Name"), _list_of(_ref("Name"), uniqueItems=True))
    keys["outputs"]["anyOf"][:0] = names
    keys["human_checkpoints"]["items"] = _any_of(_ref("Name"), _ref("Checkpoint"))
    parts["About"]["properties"]["version"] = {"type": ["string", "number"]}
    step["writes"]["anyOf"][:0] = names
    for option in step["writes"]["anyOf"]:
        for pattern, kind in option.get("patternProperties", {}).items():
            option["patternProperties"][pattern] = _any_of(kind, _NULL)
    step["parallel"]["anyOf"].insert(0, _list_of(_ref("Block")))
    step["workflow"] = {
        "description": "Another workflow: its name, its file, or the definition itself.",
        **_any_of({"type": "string"}, {"$ref": "#"}, _NULL),
    }
    done = parts["Lapse"]["properties"]["do"]["anyOf"][0]
    for part, key in (("Review", "on_deadline"), ("Checkpoint", "on_deadline"), ("Lapse", "then")):
        parts[part]["properties"][key]["anyOf"].insert(0, done)
    workers = parts["Team"]["properties"]["workers"]
    many = _list_of(names[0], uniqueItems=True, minItems=1)
    parts["Team"]["properties"]["workers"] = _any_of(many, workers)
    handling = parts["ErrorHandling"]["properties"]
    for key, words in (("retry_policy", RETRY_WORDS), ("fallback_strategy", STRATEGY_WORDS)):
        handling[key]["anyOf"][0]["enum"] += list(words)


def _narrow(parts: Json) -> None:
    """Keep out what the models refuse after all: a step that is two things, or none."""
    parts["Step"]["oneOf"] = [_given(kind) for kind in KINDS]
    goes_with = {"if": "then", "then": "if", "else": "if", "pattern": "agents"}
    parts["Step"]["allOf"] = [
        {"if": _given(key), "then": _given(other)} for key, other in goes_with.items()
    ]
    either = (
        ("Route", ("on", "agent")),
        ("Stage", ("agent", "function")),
        ("Lapse", ("do", "edit", "escalate")),
    )
    for part, keys in either:
        parts[part]["oneOf"] = [_given(key) for key in keys]


def _given(key: str) -> Mapping[str, object]:
    """That a key is there and is not null."""
    return {"required": [key], "properties": {key: {"not": _NULL}}}
