"""Reviews as lines of text: what is asked, of whom, by when, and how to answer."""

import json as jsonlib
import shlex
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, assert_never

from ..state.answers import actions_of
from ..state.lapse import Expire, HandOn, Settle, agreed
from .results import lines_of
from .terminal import command, near, say, wrapped

if TYPE_CHECKING:
    from ..state.answers import Action
    from ..state.review import Review

#: Characters of a field that are not shown again within another.
_LONG = 60


def print_review(review: "Review", *, known: Mapping[str, object] | None = None) -> None:
    """A review as a person needs it: what is asked, and how to answer.

    What the person has read already, in ``known``, is not shown again.
    """
    say(f"Review {review.id} ({review.node})")
    actions = actions_of(review.request)
    if not actions:
        _print_own(review.request)
    for number, action in enumerate(actions, 1):
        if len(actions) > 1:
            say(f"\n  {number}. {action.name}")
        _print_description(near(action.description).split("\n"))
        if number == 1:
            _print_terms(review)
        _print_args(action, known)


def _print_own(request: Mapping[str, object]) -> None:
    """A question that a graph asks in a form of its own."""
    asked = request["value"] if set(request) == {"value"} else request
    for line in lines_of(asked):
        say(wrapped(line, indent="  "))


def _print_args(action: "Action", known: Mapping[str, object] | None) -> None:
    shown: dict[str, str] = {}
    for name, value in action.args.items():
        text = "\n".join(lines_of(value))
        for other, said in shown.items():  # an e-mail holds the summary: once is enough
            long = len(said) > _LONG
            text = text.replace(said, f"[the {other}, as above]") if long else text
        shown[name] = text if value else ""  # "nothing" is no text to point back to
        if known is not None and known.get(name) == value:
            say(f"\n  {name}: as before")
            continue
        say(f"\n  {name}:")
        for line in text.split("\n"):
            say(wrapped(line, indent="    "))


def _print_terms(review: "Review") -> None:
    """Whom it is for, by when, and what happens after that."""
    whom = "" if review.assignee is None else f"For {review.assignee}"
    if review.deadline is not None:
        when = f"by {time_of(review.deadline)}; after that {_lapse(review.on_deadline)}"
        whom = f"{whom}, {when}" if whom else f"To be decided {when}"
    if whom:
        say(wrapped(f"{whom}.", indent="  "))


def _lapse(policy: Mapping[str, object] | None) -> str:
    lapse = agreed(policy)
    match lapse:
        case Expire():
            return "the run fails, and a resume asks again"
        case Settle(decision=decision):
            return {
                "approve": "it counts as approved",
                "reject": "it counts as rejected",
                "edit": "it counts as approved with the edit that was agreed on",
            }[decision.type]
        case HandOn(to=to):
            return f"it goes to {to}"
        case _:
            assert_never(lapse)


def print_choices(review: "Review") -> None:
    """The commands that decide on a review."""
    say("\nDecide with:")
    for each in choices(review):
        say(f"  {each}")


def choices(review: "Review") -> tuple[str, ...]:
    """The commands that decide on a review, one for each decision that it takes."""
    kinds = review.allowed if len(actions_of(review.request)) == 1 else ("answer",)
    return tuple(command(f"decide {review.id} {kind}{_how(kind, review)}") for kind in kinds)


def _how(decision: str, review: "Review") -> str:
    match decision:
        case "edit":
            return f" --args {shlex.quote(_edit(review))}"
        case "reject":
            return ' --message "why"'
        case "respond":
            return ' --message "your question"'
        case "answer":
            actions = actions_of(review.request)
            each = {"decisions": [{"type": action.allowed[0]} for action in actions]}
            said = f" --args {shlex.quote(jsonlib.dumps(each))}"
            return said if actions else ' --message "your answer"'
        case _:
            return ""


def _edit(review: "Review") -> str:
    """An edit to copy and change: of a text if there is one, else of the first field."""
    form = review.form
    known = form.get("properties", {})
    args = {name: review.args.get(name) for name in (known or review.args)}
    ways = {name: _ways(known.get(name, {}), form) for name in args}
    texts = [name for name, value in args.items() if _is_text(ways[name], value)]
    field = next(iter([*texts, *args]), "field")
    value = "new text" if field in texts else _another(ways.get(field, []), args.get(field))
    said = jsonlib.dumps({field: value}, ensure_ascii=False)
    return said if len(said) < 80 else f'{{"{field}": {_shape(value)}}}'


def _shape(value: object) -> str:
    """What kind of JSON stands there, where it is too long to be printed."""
    match value:
        case list():
            return "[…]"
        case Mapping():
            return "{…}"
        case _:
            return '"…"'


def _ways(spec: Mapping[str, Any], form: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The alternatives of a JSON Schema; none where nothing is said."""
    if "$ref" in spec:
        return _ways(form["$defs"][spec["$ref"].rpartition("/")[2]], form)
    if "anyOf" in spec:
        return [way for each in spec["anyOf"] for way in _ways(each, form)]
    return [spec] if spec.keys() & {"type", "enum", "const"} else []


def _is_text(ways: Sequence[Mapping[str, Any]], value: object) -> bool:
    """Whether any text will do; of what no form is known, by what is there."""
    narrow = {"enum", "const", "format", "pattern"}
    if not ways:
        return isinstance(value, str | None)
    return any(each.get("type") == "string" and not each.keys() & narrow for each in ways)


def _another(ways: Sequence[Mapping[str, Any]], value: object) -> object:
    """A value of the same kind: another choice, a number, or the beginning of what is there."""
    choices = [
        each
        for way in ways
        for each in way.get("enum", [way["const"]] if "const" in way else [])
        if each != value
    ]
    if choices:
        return choices[0]
    if isinstance(value, bool):
        return not value
    kinds = [str(way.get("type")) for way in ways]
    if value is None:
        return next((_PLAIN[kind] for kind in kinds if kind in _PLAIN), None)
    if isinstance(value, list) and len(jsonlib.dumps(value)) > _SHORT:
        return value[:1]
    return value


#: What stands for a field that has no value yet.
_PLAIN: Mapping[str, object] = {
    "integer": 1,
    "number": 1,
    "boolean": True,
    "array": [],
    "object": {},
}
_SHORT = 60


def _print_description(lines: Sequence[str]) -> None:
    """Lines of the form "Label: value" as two columns, others as they are."""
    split = [_label(line) for line in lines]
    width = max((len(label) for label, _ in split), default=0) + 2
    before = ""
    for label, text in split:
        if not label:
            say(wrapped(text, indent="  "))
        else:
            shown = "" if label == before else label
            first = f"  {shown:<{width}}"
            # A path with spaces must not be torn apart: it is there to be copied.
            whole = label == "File"
            say(first + text if whole else wrapped(text, indent=" " * len(first), first=first))
        before = label


def _label(line: str) -> tuple[str, str]:
    label, colon, text = line.partition(": ")
    is_label = bool(colon) and len(label) <= 24 and label[:1].isupper() and "." not in label
    return (label, text) if is_label else ("", line)


def time_of(seconds: float) -> str:
    """A time as the person's own clock has it."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")
