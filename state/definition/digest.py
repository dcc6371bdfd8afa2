"""What a definition means, and how it is written: both as plain data, made from the same parts.

``canonical`` is for comparing: whatever does not change what a workflow does is left out or put
into one form, and ``digest`` is the hash of that. ``plain`` is for reading and editing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import ForwardRef, Protocol, get_args, get_origin

from pydantic_core import to_jsonable_python

from ..errors import DefinitionError, Problem
from .declared import bare_of, chosen, keys_of, same
from .expressions import ExpressionFault, parse
from .faults import Path, text_of_key
from .importing import import_reference
from .parts import Duration, Lapse, Part, Reference, TypeSpec, reference_text
from .policies import ErrorHandling
from .reading import workflow_from
from .steps import Batches, Block, Chat, GateUse, Loop, Map, Route, Stage, Step, Team
from .types import TypeFault, spec_of, text_of, type_of
from .workflow import Agent, GateSpec, ToolSpec, Workflow

Json = dict[str, object]

#: The keys that hold a condition, or a way to a field written like one.
_CONDITIONS: frozenset[tuple[type[Part], str]] = frozenset(
    {
        (Step, "if"),
        (Loop, "until"),
        (Chat, "until"),
        (Route, "on"),
        (Map, "over"),
        (Batches, "over"),
        (Stage, "routing_logic"),
    }
)
#: The keys of lists whose order means nothing.
_UNORDERED = {"agents", "tools", "gates", "depends_on", "critical_failures"}
_OWNERS: Mapping[type[Part], str] = {Agent: "agent", ToolSpec: "tool", GateSpec: "gate"}
_PLACES = ("before", "during", "after")


def canonical(workflow: Workflow) -> Json:
    """The meaning of a workflow as JSON data: equal for definitions that do the same.

    Descriptions and monitoring are left out, and so is the order of what has none.
    """
    return _entries_of(workflow, _Meaning(schemas=frozenset(workflow.schemas)), ())


def digest(workflow: Workflow) -> str:
    """The sha256 of a workflow's meaning, as hexadecimal digits."""
    text = json.dumps(canonical(workflow), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def plain(workflow: Workflow) -> Json:
    """A workflow as data to write as YAML: what is not default, in the order of the model's keys.

    Raises:
        DefinitionError: it holds functions or types that cannot be imported again.
    """
    form = _Written()
    written = _entries_of(workflow, form, ())
    if form.problems:
        raise DefinitionError(form.problems)
    return written


class _Form(Protocol):
    """What differs between the meaning of a definition and its text."""

    def omits(self, part: Part, key: str, value: object, /) -> bool: ...

    def type(self, spec: object, path: Path, /) -> object: ...

    def reference(self, value: object, path: Path, /) -> str: ...

    def duration(self, seconds: float, /) -> object: ...

    def number(self, value: float, /) -> object: ...

    def block(self, steps: list[object], key: str, /) -> object: ...

    def entry(self, part: Part, key: str, value: object, /) -> object: ...

    def part(self, part: Part, found: Json, /) -> object: ...

    def unknown(self, value: object, path: Path, /) -> object: ...

    def within(self, part: Part, /) -> _Form: ...


def _entries_of(part: Part, form: _Form, path: Path) -> Json:
    kind, hints = type(part), keys_of(type(part))
    form = form.within(part)
    found: Json = {}
    for name, info in kind.model_fields.items():
        key, value = info.alias or name, getattr(part, name)
        if value == info.get_default(call_default_factory=True) or form.omits(part, key, value):
            continue
        if kind is Step and key == "workflow" and isinstance(value, Mapping):
            value = workflow_from(value)
        found[key] = form.entry(part, key, _value(hints[key], value, form, (*path, key)))
    return found


def _value(hint: object, value: object, form: _Form, path: Path) -> object:
    member = chosen(hint, value)
    items = get_args(bare_of(member))
    if isinstance(value, Part):
        return form.part(value, _entries_of(value, form, path))
    if value is not None and (same(member, TypeSpec) or same(member, Reference)):
        return (form.type if same(member, TypeSpec) else form.reference)(value, path)
    if isinstance(value, float) and same(member, Duration):
        return form.duration(value)
    if isinstance(value, tuple) and get_origin(bare_of(member)) is tuple:
        many = [_value(items[0], each, form, (*path, at)) for at, each in enumerate(value)]
        return form.block(many, str(path[-1])) if same(member, Block) else many
    if not isinstance(value, Mapping) or get_origin(bare_of(member)) is not Mapping:
        return _data(value, form, path)
    return {
        text_of_key(key): _value(items[1], each, form, (*path, key)) for key, each in value.items()
    }


def _data(value: object, form: _Form, path: Path) -> object:
    """The user's own data as JSON has them."""
    if isinstance(value, float):
        return form.number(value)
    if isinstance(value, Mapping):
        return {text_of_key(key): _data(each, form, (*path, key)) for key, each in value.items()}
    if isinstance(value, AbstractSet):
        return sorted((_data(each, form, path) for each in value), key=json.dumps)
    if isinstance(value, list | tuple):
        return [_data(each, form, (*path, at)) for at, each in enumerate(value)]
    if callable(value):
        return form.reference(value, path)
    return to_jsonable_python(value, fallback=lambda each: form.unknown(each, path))


@dataclass(frozen=True, kw_only=True)
class _Meaning:
    """Everything in the one form that all that means the same has."""

    schemas: frozenset[str]

    def omits(self, part: Part, key: str, value: object) -> bool:
        unsaid = (key, value) in (
            ("error_handling", ErrorHandling()),
            ("on_deadline", Lapse(do="expire")),
        )
        return (
            unsaid or key == "description" or (isinstance(part, Workflow) and key == "monitoring")
        )

    def type(self, spec: object, path: Path) -> object:
        given = dict(spec) if isinstance(spec, Mapping) else {"type": spec}
        kept = {key: given.pop(key) for key in ("merge", "default") if key in given}
        try:
            # A text that names a class is not looked up: a meaning needs no import.
            kind = given.get("type")
            if not (isinstance(kind, str) and ":" in kind):
                given = _as_mapping(spec_of(type_of(given, _references(self.schemas))))
        except TypeFault:
            pass  # it is refused elsewhere; here it is what it is
        if not isinstance(given.get("type", ""), str):
            given["type"] = text_of(given["type"])
        if "type" in given:
            given["type"] = _tidy(str(given["type"]))
        given = {key: each for key, each in {**given, **kept}.items() if key != "description"}
        return given["type"] if set(given) == {"type"} else _data(given, self, path)

    def reference(self, value: object, _path: Path) -> str:
        return reference_text(value)

    def duration(self, seconds: float) -> object:
        return self.number(seconds)

    def number(self, value: float) -> object:
        return int(value) if value.is_integer() else value

    def block(self, steps: list[object], _key: str) -> object:
        return steps

    def entry(self, part: Part, key: str, value: object) -> object:
        if isinstance(value, str) and (type(part), key) in _CONDITIONS:
            return _condition(value)
        if not isinstance(value, list):
            return value
        if key in _UNORDERED and not (isinstance(part, Step) and key == "agents"):
            return sorted(value, key=json.dumps)
        if key == "validation_gates" and all("when" in each for each in value):
            return sorted(value, key=lambda each: _PLACES.index(each["when"]))
        return value

    def part(self, _part: Part, found: Json) -> object:
        return found

    def unknown(self, value: object, _path: Path) -> object:
        return f"{type(value).__module__}:{type(value).__qualname__}"

    def within(self, part: Part) -> _Form:
        return _Meaning(schemas=frozenset(part.schemas)) if isinstance(part, Workflow) else self


def _condition(text: str) -> str:
    try:
        return parse(text).text
    except ExpressionFault:
        return text.strip()


def _as_mapping(spec: str | Json) -> Json:
    return {"type": spec} if isinstance(spec, str) else spec


def _references(names: Iterable[str]) -> dict[str, type]:
    # A schema that is only named; what reads types takes it for one.
    return {each: ForwardRef(each) for each in names}  # type: ignore[misc]  # see above


def _tidy(text: str) -> str:
    """A type's text in the layout of ``text_of``; one with quoted values is left as it is."""
    if "'" in text or '"' in text:
        return text
    bare = re.sub(r"\s*([\[\]|,])\s*", r"\1", text.strip())
    return bare.replace("|", " | ").replace(",", ", ")


@dataclass(frozen=True, kw_only=True)
class _Written:
    """Everything as a person would write it. ``owner`` is what functions are said to belong to."""

    owner: str = "The definition"
    problems: list[Problem] = field(default_factory=list)

    def omits(self, _part: Part, _key: str, _value: object) -> bool:
        return False

    def type(self, spec: object, path: Path) -> object:
        if isinstance(spec, str):
            return spec
        if isinstance(spec, Mapping):
            given = dict(spec)
            kind = {"type": self.type(given.pop("type"), path)} if "type" in given else {}
            return {**kind, **{str(key): _data(each, self, path) for key, each in given.items()}}
        try:
            written = spec_of(type_of(spec, {}))
            type_of(written, {})
        except TypeFault:
            return self.refuse(text_of(spec), path)
        text = written if isinstance(written, str) else str(written["type"])
        return self.refuse(text, path) if "__main__:" in text else written

    def reference(self, value: object, path: Path) -> str:
        text = reference_text(value)
        if isinstance(value, str):
            return text
        try:
            again = import_reference(text, None)
        except (ImportError, AttributeError):
            again = None
        usable = again == value and not text.startswith("__main__:")
        return text if usable else self.refuse(text, path)

    def refuse(self, text: str, path: Path) -> str:
        message = f"{self.owner} holds {text!r}, which cannot be imported again from its name."
        fix = "Define it at the top of a module, under that name, and not within a function."
        self.problems.append(Problem(path=path, message=message, fix=fix))
        return text

    def duration(self, seconds: float) -> object:
        for unit, size in (("h", 3600), ("m", 60), ("s", 1)):
            if seconds < 1e9 and seconds % size == 0:
                return f"{int(seconds // size)}{unit}"
        return seconds

    def number(self, value: float) -> object:
        return value

    def block(self, steps: list[object], key: str) -> object:
        return steps[0] if len(steps) == 1 and key != "steps" else steps

    def entry(self, part: Part, key: str, value: object) -> object:
        """The shorthand of a key, where there is one."""
        if not isinstance(value, dict) or not value:
            return value
        names = list(value)
        if isinstance(part, Step) and key == "writes" and not any(value.values()):
            return names[0] if len(names) == 1 else names
        if isinstance(part, Team) and key == "workers" and not any(value.values()):
            return names
        if isinstance(part, Workflow) and key == "outputs" and names == list(value.values()):
            return names
        if isinstance(part, Step) and key == "parallel":
            order = [str(each) for each in range(len(names))]
            return [value[each] for each in order] if set(order) == set(names) else value
        return value

    def part(self, part: Part, found: Json) -> object:
        if isinstance(part, GateUse) and set(found) == {"gate"}:
            return part.gate
        return part.do if isinstance(part, Lapse) and set(found) == {"do"} else found

    def unknown(self, value: object, path: Path) -> object:
        return self.refuse(repr(value), path)

    def within(self, part: Part) -> _Form:
        owner = f"The step {part.step!r}" if isinstance(part, Step) else self.owner
        if isinstance(part, Agent | ToolSpec | GateSpec):
            owner = f"The {_OWNERS[type(part)]} {part.name!r}"
        return _Written(owner=owner, problems=self.problems)
