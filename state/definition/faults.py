"""What is wrong with plain data, in a reader's words: what was found, and what goes there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic_core import ErrorDetails

from ..errors import Problem
from ..names import nearest
from .declared import bare_of, chosen, keys_of, same
from .parts import Duration, Lapse, Name, Names, Part, Reference, TypeSpec, kind_of
from .steps import Block, GateUse, GateUses
from .workflow import About, Checkpoint, Workflow

Path = tuple[str | int, ...]
#: How a mapping may be given as a list: its keys are then the positions, or what the list holds.
Listed = Literal["positions", "names", "names or one"]

BEGIN = (
    "A definition begins with 'workflow_definition:', which has a name and a version, and has "
    "a list of steps under 'workflow_steps:'."
)
TOO_DEEP = "The definition is nested too deeply, or holds itself."
FLATTER = "Make the definition flatter."


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place in the data and what is declared for it. ``keyed``: it stands under a key."""

    path: Path
    value: object
    hint: object
    keyed: bool = False
    listed: Listed | None = None


#: What the walk finds by itself.
SEEN = {"missing", "extra_forbidden", "invalid_key"}
#: A value of the wrong kind, in Pydantic's terms and in those of ``parts``.
_KINDS = {
    f"{kind}_{how}"
    for kind in ("string", "int", "float", "bool", "dict", "mapping", "tuple", "list", "model")
    for how in ("type", "parsing", "from_float")
} | {"literal_error", "reference", "is_instance_of"}
#: What may only follow from another fault deeper down: a list whose one item is refused is empty.
FOLLOWS = {"too_short", *_KINDS}
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}


_MEANT: tuple[tuple[object, str], ...] = (
    (Name, "a name"),
    (Names, "a name or a list of names"),
    (Reference, "package.module:name"),
    (TypeSpec, "a type"),
    (Duration, "a number of seconds or a text such as '30s' or '5m'"),
    (Block, "a step or a list of steps"),
    (GateUses, "a list of gates"),
    (GateUse, "a name or a mapping"),
    (Checkpoint, "a name or a mapping"),
    (Lapse, "what is done, such as reject, or a mapping"),
    (str, "text"),
    (int, "a whole number"),
    (float, "a number"),
    (bool, "true or false"),
)


#: What to do about Pydantic's and the models' own complaints, by their kind.
_FIXES: Mapping[str, str] = {
    "companion": "Take it out, or move it to a step that it goes with.",
    "empty": "Write a step, or take the key out.",
    "kinds": "Take one of these keys out, or make two steps of it.",
    "name": "Write a name such as my_step.",
    "no_kind": "Add one of these keys.",
    "route": "Name a field after 'on', or an agent after 'agent'.",
    "stage": "Name an agent, or a function, that does its work.",
    "then": "Add 'then' with a step, a list of steps, or the name of one of this list.",
}


def problem_of(error: ErrorDetails, place: Place, at_key: bool) -> Problem:
    """One of Pydantic's errors in our words."""
    kind, message, path = error["type"], error["msg"].removesuffix("."), place.path
    fix = BEGIN if place.hint is Workflow else _FIXES.get("name" if at_key else kind)
    said = message[:1].upper() + message[1:]
    if kind == "companion":  # its fault is a key's
        path, at_key = (*path, error["ctx"]["key"].strip("'")), True
    elif at_key:
        said = f"{path[-1]!r} cannot be a key here: {message}"
    elif kind == "name" and isinstance(place.value, str):
        said = f"{place.value!r} is no name: {message}"
    elif kind in _KINDS or kind == "name":
        return mismatch(place)
    elif kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        said = f"{_subject(place)} must be {words} {error['ctx'][key]:g}, not {place.value!r}"
        fix = f"Write a number that is {words} {error['ctx'][key]:g}."
    elif kind in {"too_short", "string_too_short"}:
        said, fix = f"{_subject(place)} is empty", "Give it at least one."
    elif kind == "recursion_loop":
        return Problem(path=path, message=TOO_DEEP, fix=FLATTER)
    return Problem(
        path=path,
        message=f"{said}.",
        fix=fix,
        at="key" if at_key else "value",
    )


def mismatch(place: Place, fix: str | None = None) -> Problem:
    """A value that is not what is declared."""
    subject, value = _subject(place), place.value
    meant = bare_of(chosen(place.hint, value))
    if get_origin(meant) is Literal and isinstance(value, str):
        words = [str(each) for each in get_args(meant)]
        message = f"{subject} cannot be {value!r}{nearest(value, words)}."
        return Problem(path=place.path, message=message, fix=f"It is one of: {', '.join(words)}.")
    kind = "a list or a mapping" if place.listed else words_for(place.hint)
    if fix is None:
        quoted = isinstance(value, str) and kind in {"a whole number", "a number", "true or false"}
        fix = f"Write {kind} here{', without quotes' * quoted}."
    message = f"{subject} takes {kind}, not {shown(value)}."
    return Problem(path=place.path, message=message, fix=fix)


def _subject(place: Place) -> str:
    if not place.path:
        return "The definition"
    last = place.path[-1]
    if place.keyed or isinstance(last, str):
        return repr(last)
    return f"Entry {last + 1} of {place.path[-2]!r}"


def shown(value: object) -> str:
    """What was found, in a reader's words."""
    if isinstance(value, str):
        return f"the text {value!r:.80}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"the number {value!r:.80}"
    return str(value).lower() if isinstance(value, bool) else kind_of(value)


def words_for(hint: object) -> str:
    """What is declared, in a reader's words."""
    bare = bare_of(hint)
    for known, words in _MEANT:
        if same(hint, known) or bare is known:
            return words
    if get_origin(bare) in {Union, UnionType}:
        members = [words_for(each) for each in get_args(bare) if each is not NoneType]
        return " or ".join(dict.fromkeys(members))
    if get_origin(bare) is Literal:
        return f"one of {', '.join(str(each) for each in get_args(bare))}"
    return "a list" if get_origin(bare) is tuple else "a mapping"


def missing(kind: type[Part], value: Mapping[object, object], path: Path) -> Iterator[Problem]:
    """Keys that must be there; one that is there under a wrong name is not missing too."""
    hints = keys_of(kind)
    absent = [key for key in hints if key not in value]
    near = "".join(nearest(str(key), absent) for key in value if key not in hints)
    flat = kind is Workflow and any(key in keys_of(About) for key in value)
    if kind is Workflow and not value:  # the model says so itself
        return
    for name, info in kind.model_fields.items():
        key = info.alias or name
        excused = repr(key) in near or (flat and key == "workflow_definition")
        if info.is_required() and key in absent and not excused:
            what = info.description or f"It takes {words_for(hints[key])}."
            fix = f"Add {key!r}. {what}" if path else BEGIN
            yield Problem(path=path, message=f"The key {key!r} is missing.", fix=fix)


def strange(kind: type[Part], value: Mapping[object, object], path: Path) -> Iterator[Problem]:
    """Keys that are not known here."""
    flat = [key for key in keys_of(About) if kind is Workflow and key in value]
    if flat:
        named = ", ".join(repr(key) for key in flat)
        yield Problem(
            path=(*path, flat[0]),
            message=f"{named} belong{'s' * (len(flat) == 1)} inside 'workflow_definition'.",
            fix="Put 'workflow_definition:' above, and indent what belongs to it.",
            at="key",
        )
    rest = {key: each for key, each in value.items() if key not in flat}
    yield from unknown_keys(keys_of(kind), rest, path)


def unknown_keys(
    known: Collection[str], value: Mapping[object, object], path: Path
) -> Iterator[Problem]:
    """Keys that are none of these."""
    absent = [key for key in known if key not in value]
    unknown: list[Any] = [key for key in value if key not in known]  # Any: YAML's keys
    for key in unknown:
        message = f"There is no key {key!r} here{nearest(str(key), absent)}."
        fix = f"The keys here are: {', '.join(known)}."
        yield Problem(path=(*path, key), message=message, fix=fix, at="key")


def twice(entries: Iterable[tuple[Path, object]]) -> Iterator[Problem]:
    """Keys that say the same: of these only the last one would count."""
    seen: set[str] = set()
    for path, key in entries:
        text = text_of_key(key)
        if text in seen:
            yield Problem(
                path=path, message=f"{text!r} is here twice.", fix="Take one out.", at="key"
            )
        seen.add(text)


def text_of_key(key: object) -> str:
    """A mapping's key as text, as YAML has it."""
    return str(key).lower() if isinstance(key, bool) else str(key)
