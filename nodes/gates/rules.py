"""Gates that hold values to what their owner asks: categories, requirements, rules of business."""

import re
from collections.abc import Mapping
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, Field

from ...state.definition.expressions import ExpressionFault, evaluate, parse, paths
from ...state.names import nearest
from ...state.verdicts import Verdict
from .gate import Gate, OfField, Params, Subject, failed, judged, shown
from .keywords import count_of
from .walk import Node, children, find, plain, roots_of, texts_of


def _checked_rule(text: str) -> str:
    try:
        parse(text)
    except ExpressionFault as fault:
        raise ValueError(f"{fault.message} {fault.fix or ''}".strip()) from fault
    return text


Rule = Annotated[str, AfterValidator(_checked_rule)]


class BusinessRules(Params):
    """Parameters of ``business_rules``."""

    rules: tuple[Rule, ...] | dict[str, Rule] = Field(
        min_length=1,
        description="Expressions that must hold, such as 'figures.growth <= 1', in a list or by "
        "name. They read the values by name; 'sources.x' and 'values.x' tell the two apart.",
    )


def business_rules(subject: Subject, params: BusinessRules) -> Verdict:
    """Whether every rule holds."""
    rules = (
        params.rules if isinstance(params.rules, dict) else {each: each for each in params.rules}
    )
    wrong = [told for name, rule in rules.items() if (told := _broken(name, rule, subject))]
    return judged(
        wrong,
        of=len(rules),
        good=f"All {len(rules)} rules hold.",
        fix="Change the values so that these rules hold.",
    )


def _broken(name: str, rule: str, subject: Subject) -> str | None:
    """The sentence on a rule that does not hold: with the values that it read."""
    expression = parse(rule)
    scope = _scope(subject)
    if _truth(evaluate(expression, scope)):
        return None
    read = [f"{'.'.join(path)} is {shown(_at(scope, path))}" for path in sorted(paths(expression))]
    called = f"{name!r} ({rule})" if name != rule else repr(rule)
    return f"The rule {called} does not hold: {', '.join(read) or 'it never can'}."


def _scope(subject: Subject) -> dict[str, object]:
    values, sources = plain(subject.values), plain(subject.sources)
    assert isinstance(values, dict)  # both are mappings, and these are written out as dicts
    assert isinstance(sources, dict)
    return {"values": values, "sources": sources, **sources, **values}


def _at(scope: Mapping[str, object], path: tuple[str, ...]) -> object:
    found = find(scope, ".".join(path))
    return found[0].value if found else None


def _truth(value: object) -> bool:
    try:
        return bool(value)
    except Exception:  # an object of the user's that has no truth
        return False


def _checked_pattern(text: str) -> str:
    try:
        re.compile(_pattern(text) or "")
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error
    return text


def _pattern(text: str) -> str | None:
    """The regular expression between slashes, if a text is one."""
    return text[1:-1] if len(text) > 2 and text[0] == text[-1] == "/" else None


class ByRule(Params):
    """A requirement in the form of an expression."""

    rule: Rule = Field(description="An expression that must hold, as in business_rules.")


Wording = Annotated[str, Field(min_length=1), AfterValidator(_checked_pattern)]


class Requirements(OfField):
    """Parameters of ``requirement_compliance``."""

    requirements: tuple[Wording | ByRule, ...] = Field(
        min_length=1,
        description="What must hold: a word or phrase that the text must have, a regular "
        "expression between slashes that it must match, or {rule: expression}.",
    )


def requirement_compliance(subject: Subject, params: Requirements) -> Verdict:
    """Whether every requirement is met."""
    roots = roots_of(subject, params.field)
    if isinstance(roots, Verdict):
        return roots
    text = "\n".join(str(node.value) for node in texts_of(roots))
    wrong = [
        told for each in params.requirements if (told := _unmet(each, text, subject)) is not None
    ]
    count = len(params.requirements)
    fix = "Write it so that these requirements are met, and keep the rest."
    return judged(wrong, of=count, good=f"All {count} requirements are met.", fix=fix)


def _unmet(requirement: str | ByRule, text: str, subject: Subject) -> str | None:
    if isinstance(requirement, ByRule):
        return _broken(requirement.rule, requirement.rule, subject)
    pattern = _pattern(requirement)
    if pattern is None:
        return None if count_of(requirement, text) else f"The text does not say {requirement!r}."
    found = re.search(pattern, text, re.IGNORECASE | re.MULTILINE)
    return None if found else f"Nothing in the text matches the pattern {requirement}."


class Category(OfField):
    """Parameters of ``category``."""

    allowed: tuple[str | bool | int | float, ...] = Field(
        default=(),
        description="The values that may stand there; without them, those of the field's declared "
        "Literal or Enum.",
    )


def category(subject: Subject, params: Category) -> Verdict:
    """Whether a value is one of those allowed."""
    names = [params.field] if params.field else list(subject.values)
    allowed = {name: params.allowed or choices_at(subject.types, name) for name in names}
    if params.field is None and not params.allowed:
        allowed = {name: each for name, each in allowed.items() if each}
    if not allowed or not all(allowed.values()):
        what = f"{params.field!r} declares no" if params.field else "No field declares a"
        return failed(f"{what} Literal or Enum. Give the gate 'allowed'.")
    checked: list[tuple[Node, tuple[object, ...]]] = []
    for name, choices in allowed.items():
        roots = roots_of(subject, name)
        if isinstance(roots, Verdict):
            return roots
        checked += [(node, choices) for root in roots for node in _items(root)]
    strange = (_stranger(node, choices) for node, choices in checked)
    return judged(
        [told for told in strange if told],
        of=len(checked),
        good=f"All {len(checked)} categories are allowed ones.",
        fix="Choose one of the allowed values, spelt as they are.",
    )


def _items(node: Node) -> list[Node]:
    if isinstance(node.value, list | tuple | set | frozenset):
        parts = children(node.value) or []
        return [Node(path=f"{node.path}.{key}", key=key, value=each) for key, each, _ in parts]
    return [node]


def _stranger(node: Node, choices: tuple[object, ...]) -> str | None:
    value = node.value.value if isinstance(node.value, Enum) else node.value
    simple = isinstance(value, str | bool | int | float) or value is None
    # True equals 1 in Python, and is another category.
    if simple and any(type(value) is type(each) and value == each for each in choices):
        return None
    texts = [each for each in choices if isinstance(each, str)]
    close = nearest(value, texts) if isinstance(value, str) and len(value) < 100 else ""
    known = ", ".join(map(shown, choices[:12])) + (", ..." if len(choices) > 12 else "")
    return f"{node.path!r} is {shown(value)}, which is none of {known}{close}."


def choices_at(types: Mapping[str, object], path: str) -> tuple[object, ...]:
    """The values that the declared type at a dotted path allows; none where it does not say."""
    head, *rest = path.replace("[", ".").replace("]", "").split(".")
    if path in types:
        head, rest = path, []
    declared = [types.get(head)]
    for part in rest:
        declared = [found for each in declared for found in _inside(each, part)]
    return tuple(dict.fromkeys(choice for each in declared for choice in _choices(each)))


def _inside(declared: object, part: str) -> list[object]:
    """The types that a part of a value may have: of a model's field, a dict's or a list's item."""
    if isinstance(declared, type) and issubclass(declared, BaseModel):
        info = declared.model_fields.get(part)
        return [info.annotation] if info else []
    origin, args = get_origin(declared), get_args(declared)
    if origin is dict:
        return [args[1]]
    if origin in {list, tuple, set, frozenset}:
        return list(args) if part.isdigit() else [t for each in args for t in _inside(each, part)]
    if origin in {Union, UnionType, Annotated}:
        return [t for each in args for t in _inside(each, part)]
    return []


def _choices(declared: Any) -> list[object]:  # Any: what an annotation may be has no type
    if isinstance(declared, type) and issubclass(declared, Enum):
        return [each.value for each in declared]
    if get_origin(declared) is Literal:
        return [each.value if isinstance(each, Enum) else each for each in get_args(declared)]
    if get_origin(declared) in {Union, UnionType, list, tuple, set, frozenset}:
        found = [choice for each in get_args(declared) for choice in _choices(each)]
        return [*found, *([None] if found and type(None) in get_args(declared) else [])]
    return _choices(get_args(declared)[0]) if get_origin(declared) is Annotated else []


RULE_GATES = (
    Gate(
        name="business_rules",
        phase="during",
        params=BusinessRules,
        check=business_rules,
        description="Every rule, an expression over values and sources, holds.",
    ),
    Gate(
        name="requirement_compliance",
        phase="during",
        params=Requirements,
        check=requirement_compliance,
        description="Every required word, pattern or expression holds.",
    ),
    Gate(
        name="category",
        phase="during",
        params=Category,
        check=category,
        description="A value is one of those allowed.",
    ),
)
