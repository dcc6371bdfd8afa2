"""The type language of definitions: what is read, what is refused and where, what is kept."""

import copy
import datetime as dt
import math
import subprocess
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from importlib import import_module
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from dalsegno.state.definition.schemas import module_of, schemas_of
from dalsegno.state.definition.types import (
    MISSING,
    FieldType,
    TypeFault,
    checker,
    hand_out,
    spec_of,
    text_of,
    type_of,
)


class Colour(Enum):
    RED = "red"


@dataclass
class Point:
    x: int
    when: dt.date | None = None


@dataclass(frozen=True)
class Spot:
    x: int


class Loose(BaseModel):
    score: float
    tags: list[str] = Field(default_factory=list)
    when: dt.date | None = None
    pair: tuple[int, int] = (0, 0)
    kind: Literal[1, 2] = 1
    inner: "Loose | None" = None


class Firm(BaseModel):
    model_config = ConfigDict(frozen=True)
    name: str
    parts: tuple[int, ...] = ()


class FirmerNot(Firm):
    notes: list[str] = Field(default_factory=list)


Even = Annotated[int, AfterValidator(lambda number: number - number % 2)]
NAME = "int"
HERE = __name__


@pytest.mark.parametrize(
    ("text", "meant", "written"),
    [
        ("str", str, "str"),
        (" float ", float, "float"),
        ("any", Any, "any"),
        ("none", type(None), "None"),
        ("date", dt.date, "date"),
        ("datetime", dt.datetime, "datetime"),
        ("list[str]", list[str], "list[str]"),
        ("list [ dict[ str,int ] ]", list[dict[str, int]], "list[dict[str, int]]"),
        ("str|None", str | None, "str | None"),
        ("None | str", None | str, "None | str"),
        ("int | str | bool", int | str | bool, "int | str | bool"),
        ("literal[urgent, not-urgent]", Literal["urgent", "not-urgent"], None),
        ("literal['a b', \"c\", true, 1]", Literal["a b", "c", True, 1], None),
        (r"literal['it\'s \"so\"']", Literal['it\'s "so"'], r'literal["it' + r"'s \"so\"" + '"]'),
        ('literal["true", "none", "-", "1"]', Literal["true", "none", "-", "1"], None),
        ("literal[-3] | None", Literal[-3] | None, "literal[-3] | None"),
        ("Analysis", Loose, None),
        ("list[Analysis] | None", list[Loose] | None, None),
        ("decimal:Decimal", Decimal, "decimal:Decimal"),
        ("builtins:tuple[int, ...]", tuple[int, ...], "builtins:tuple[int, ...]"),
        ("builtins:dict[int, str]", dict[int, str], "builtins:dict[int, str]"),
    ],
)
def test_a_type_is_read_from_text_and_written_again(
    text: str, meant: object, written: str | None
) -> None:
    found = type_of(text, {"Analysis": Loose}).annotation
    assert found == meant
    if written is not None:
        assert text_of(found) == written
    assert type_of(text_of(found), {}).annotation == meant
    assert text_of(type_of(text_of(found), {}).annotation) == text_of(found)


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("", 0, "A type is missing."),
        ("str | ", 6, "A type is missing."),
        ("strr", 0, "There is no type 'strr'; the nearest name is 'str'."),
        ("list[Analysi]", 5, "There is no type 'Analysi'; the nearest name is 'Analysis'."),
        ("dict[str, number]", 10, "There is no type 'number'."),
        ("list", 0, "A list is of one type."),
        ("list[int, str]", 0, "A list is of one type."),
        ("list[str", 8, "A ']' is missing."),
        ("str | dict[int, str]", 6, "A dict goes from text to one type."),
        ("str int", 4, "Nothing is expected after the type, but there is 'int'."),
        ("str[int]", 3, "Nothing is expected after the type, but there is '[int]'."),
        ('"urgent" | "analysis"', 0, "A value is no type."),
        ("literal", 7, "The values are missing."),
        ("literal[a, ]", 11, "A literal is a word, a quoted text, a whole number, true or false."),
        ("literal[1.5]", 8, "A literal is a word, a quoted text, a whole number, true or false."),
        ("literal[none]", 8, "A literal is a word, a quoted text, a whole number, true or false."),
        (r'literal["\q"]', 8, "A backslash is used as JSON does not know it."),
        ("int | decimal:Decimale", 6, "'decimal' has no 'Decimale'; the nearest name is 'Decimal'"),
        ("no_such_module_here:Class", 0, "The module of 'no_such_module_here:Class' cannot be"),
        ("decimal:getcontext", 0, "'decimal:getcontext' is no type that Pydantic can check."),
        (f"{HERE}:NAME", 0, f"'{HERE}:NAME' is no type that Pydantic can check."),
        ("decimal:Decimal[int]", 0, "'decimal:Decimal' does not take that in its brackets:"),
        ("decimal:Decimal[intt]", 16, "There is no type 'intt'; the nearest name is 'int'."),
        (
            "Annotated[int, Ge(0)]",
            0,
            "A type with conditions of its own cannot be written as text.",
        ),
        ("list[...]", 0, "A list is of one type."),
    ],
)
def test_a_wrong_text_is_refused_at_its_character(text: str, offset: int, message: str) -> None:
    with pytest.raises(TypeFault) as caught:
        type_of(text, {"Analysis": Loose})
    assert caught.value.message.startswith(message)
    assert (caught.value.offset, caught.value.path) == (offset, ())


@pytest.mark.parametrize(
    ("spec", "path", "message"),
    [
        ({"typ": "str"}, ("typ",), "A type has no 'typ'; the nearest name is 'type'."),
        ({"default": 1}, (), "A type is missing."),
        (None, (), "A type is missing."),
        (["a", "b"], (), "A list is no type."),
        (5, (), "'5' is no type that Pydantic can check."),
        ({"type": {"a": "str"}}, ("type",), "A mapping does not hold another as its type."),
        ({"type": "strr"}, ("type",), "There is no type 'strr'; the nearest name is 'str'."),
        ({"type": "int", "default": "1"}, ("default",), "'1' does not fit int: "),
        ({"type": "int", "default": True}, ("default",), "True does not fit int: "),
        ({"type": "float", "maximum": 1, "default": 2}, ("default",), "2 does not fit "),
        ({"type": "str", "minimum": 0}, ("minimum",), "'minimum' goes with a number"),
        ({"type": "bool", "minimum": 0}, ("minimum",), "'minimum' goes with a number"),
        ({"type": "int | float", "minimum": 0}, ("minimum",), "'minimum' goes with a number"),
        ({"type": "int", "pattern": "a"}, ("pattern",), "'pattern' goes with str"),
        ({"type": "int", "minimum": 0.5}, ("minimum",), "'minimum' of an int is a whole number"),
        ({"type": "float", "minimum": math.nan}, ("minimum",), "'minimum' is a number, not nan."),
        ({"type": "float", "minimum": 2, "maximum": 1}, ("maximum",), "'minimum' is 2, which is"),
        ({"type": "str", "max_length": -1}, ("max_length",), "'max_length' is a whole number"),
        ({"type": "str", "pattern": "("}, ("pattern",), "'(' is no pattern: "),
        ({"type": "str", "pattern": "(?=a)"}, ("pattern",), "'(?=a)' is no pattern: "),
        ({"enum": []}, ("enum",), "'enum' lists the values that are allowed."),
        ({"enum": "ab"}, ("enum",), "'enum' lists the values that are allowed."),
        ({"enum": [1.5]}, ("enum",), "A value of 'enum' is text, a whole number"),
        ({"type": "str", "enum": ["a", 1]}, ("enum",), "1 does not fit str: "),
        ({"type": "str", "description": 5}, ("description",), "A description is text, not 5."),
    ],
)
def test_a_wrong_mapping_is_refused_at_its_key(
    spec: object, path: tuple[str, ...], message: str
) -> None:
    with pytest.raises(TypeFault) as caught:
        type_of(spec, {})
    assert caught.value.message.startswith(message)
    assert caught.value.path == path


@pytest.mark.parametrize(
    "spec",
    [
        "str",
        "literal[urgent, analysis, general]",
        {"type": "float", "description": "sure", "default": 0.5, "minimum": 0, "maximum": 1},
        {"type": "str | None", "default": None, "max_length": 3, "pattern": "^a"},
        {"type": "list[str]", "default": ["a"], "min_length": 1},
        {"type": "date", "default": "2024-02-29"},
        {"type": "decimal:Decimal", "default": "1.50", "minimum": 0},
        f"{HERE}:Even",
        {"type": f"{HERE}:Colour", "default": "red"},
        {"type": f"{HERE}:Loose", "description": "of a module"},
    ],
)
def test_a_plain_spec_comes_back_as_it_was(spec: object) -> None:
    found = type_of(spec, {})
    assert spec_of(found) == spec
    assert type_of(spec_of(found), {}) == found


def test_a_choice_may_be_a_mapping_and_may_hold_nothing() -> None:
    assert spec_of(type_of({"enum": ["a", 1, True]}, {})) == "literal[a, 1, true]"
    assert spec_of(type_of({"enum": ["a", None]}, {})) == "literal[a] | None"
    assert type_of({"type": "str", "enum": ["a"]}, {}).annotation == Literal["a"]


def test_a_python_type_is_given_as_itself_with_what_its_field_says() -> None:
    found = type_of(Annotated[float, Field(ge=0, le=1, description="sure", default=0.5)], {})
    assert (found.default, found.description) == (0.5, "sure")
    assert spec_of(found) == {
        "type": "float",
        "description": "sure",
        "default": 0.5,
        "minimum": 0,
        "maximum": 1,
    }
    assert type_of(Loose, {}) == FieldType(annotation=Loose)
    assert type_of(str, {}).default is MISSING
    assert type_of(str, {}).required


def test_a_condition_that_cannot_be_written_is_refused_when_read_and_never_dropped() -> None:
    text = text_of(list[Annotated[int, Field(gt=0)]])
    assert text == "list[Annotated[int, Gt(gt=0)]]"
    with pytest.raises(TypeFault, match="conditions of its own"):
        type_of(text, {})


def test_two_steps_may_declare_one_limited_field() -> None:
    spec = {"type": "float", "minimum": 0}
    assert type_of(spec, {}).annotation == type_of(dict(spec), {}).annotation
    assert type_of({**spec, "minimum": 1}, {}) != type_of(spec, {})


_NAMES = st.sampled_from(
    ["str", "int", "float", "bool", "date", "datetime", "any", "None", "Analysis"]
)
_LITERALS = st.lists(
    st.text(max_size=4) | st.integers() | st.booleans(), min_size=1, max_size=3
).map(lambda values: text_of(type_of({"enum": values}, {}).annotation))
_PATHS = st.sampled_from(["decimal:Decimal", f"{HERE}:Even", f"{HERE}:Colour"])
_TEXTS = st.recursive(
    _NAMES | _LITERALS | _PATHS,
    lambda inner: (
        inner.map(lambda text: f"list[{text}]")
        | inner.map(lambda text: f"dict[str, {text}]")
        | st.tuples(inner, inner).map(lambda pair: f"builtins:tuple[{pair[0]}, {pair[1]}]")
        | st.lists(inner, min_size=2, max_size=3).map(" | ".join)
    ),
    max_leaves=6,
)


@given(_TEXTS)
@settings(max_examples=300)
def test_one_type_has_one_text_whatever_was_read_before(text: str) -> None:
    known = {"Analysis": Loose}
    first = text_of(type_of(text, known).annotation)
    again = type_of(first, known).annotation
    assert text_of(again) == first
    assert again == type_of(text, known).annotation


def test_the_order_of_a_union_is_kept_beside_an_equal_one_in_another_order() -> None:
    for text in (
        "list[int | str] | literal[a]",
        "list[str | int] | literal[a]",
        "literal[b, a] | None",
        "literal[a, b] | None",
    ):
        assert text_of(type_of(text, {}).annotation) == text
    for text in ("str | None", "None | str"):
        limited = type_of({"type": text, "min_length": 1}, {})
        assert spec_of(limited) == {"type": text, "min_length": 1}


TRIAGE: dict[str, object] = {
    "Analysis": {
        "sentiment": "literal[good, bad]",
        "score": {"type": "float", "minimum": 0, "maximum": 1, "description": "how sure"},
        "tags": {"type": "list[str]", "default": []},
        "description": "str | None",
        "parts": {"type": "list[Part]", "default": [{"name": "all"}]},
    },
    "Part": {
        "name": "str",
        "when": {"type": "date | None", "default": None},
        "below": {"type": "list[Part]", "default": []},
        "whole": {"type": "Analysis | None", "default": None},
        "price": {"type": "Money", "default": "1.5"},
        "kind": {"enum": [1, 2], "default": 1},
    },
    "Money": "decimal:Decimal",
}


def _triage() -> dict[str, type]:
    return schemas_of(TRIAGE, module=module_of("triage-1", TRIAGE))


def test_schemas_are_closed_frozen_models_that_may_speak_of_each_other() -> None:
    made = _triage()
    assert list(made) == ["Analysis", "Part", "Money"]
    assert made["Money"] is Decimal
    analysis = made["Analysis"](sentiment="good", score=1, description=None)
    assert analysis.parts == [made["Part"](name="all", price=Decimal("1.5"))]
    assert made["Analysis"].model_fields["score"].description == "how sure"
    with pytest.raises(ValidationError, match="frozen"):
        analysis.score = 0.5
    with pytest.raises(ValidationError, match="extra"):
        made["Part"](name="x", nmae="y")
    with pytest.raises(ValidationError, match="less than or equal"):
        made["Analysis"](sentiment="good", score=2, description=None)
    with pytest.raises(ValidationError, match="literal_error"):
        made["Part"](name="x", kind=True)
    assert text_of(made["Part"]) == "Part"


def test_the_same_declarations_give_the_same_importable_classes() -> None:
    made, module = _triage(), module_of("triage-1", TRIAGE)
    assert module.startswith("dalsegno_schemas.triage_1_")
    assert _triage() == made
    assert import_module(module).Analysis is made["Analysis"]
    assert import_module("dalsegno_schemas") is sys.modules["dalsegno_schemas"]
    turned = dict(reversed(TRIAGE.items()))
    assert module_of("triage-1", turned) == module
    assert schemas_of(turned, module=module) == made
    assert module_of("triage-1", {**TRIAGE, "Money": "builtins:float"}) != module
    with pytest.raises(ValueError, match="holds something else"):
        schemas_of({"Analysis": {"a": "str"}}, module=module)


def test_field_order_makes_another_class_and_a_python_type_does_not() -> None:
    one = module_of("x", {"A": {"a": "str", "b": "int"}})
    assert module_of("x", {"A": {"b": "int", "a": "str"}}) != one
    assert module_of("x", {"A": {"a": str, "b": int}}) == one


@pytest.mark.parametrize(
    ("declared", "path", "message"),
    [
        ({"A": {"a": "strr"}}, ("A", "a"), "There is no type 'strr'"),
        ({"A": {"a": {"type": "B"}}}, ("A", "a", "type"), "There is no type 'B'"),
        ({"A": {}}, ("A",), "The schema 'A' has no fields."),
        ({"A": "B"}, ("A",), "The schema 'A' is neither fields nor module:Class."),
        ({"A": None}, ("A",), "The schema 'A' is no class."),
        ({"A": "decimal:Nothing"}, ("A",), "'decimal' has no 'Nothing'"),
        ({"list": {"a": "str"}}, ("list",), "'list' cannot be the name of a schema."),
        ({"a b": {"a": "str"}}, ("a b",), "'a b' cannot be the name of a schema."),
        ({"A": {"class": "str"}}, ("A", "class"), "'class' cannot be the name of a field."),
        ({"A": {True: "str"}}, ("A", "True"), "True cannot be the name of a field."),
        ({"A": {"_a": "str"}}, ("A", "_a"), "'_a' is a name that Pydantic needs for itself."),
        ({"A": {"model_x": "str"}}, ("A", "model_x"), "'model_x' is a name that Pydantic needs"),
        ({"A": {"copy": "str"}}, ("A", "copy"), "'copy' is a name that Pydantic needs"),
        ({"A": {"schema": "str"}}, ("A", "schema"), "'schema' is a name that Pydantic needs"),
        ({"A": {"a": "A"}}, ("A", "a"), "No 'A' could ever be made: its 'a' needs another"),
        (
            {"A": {"a": "B | C"}, "B": {"b": "A"}, "C": {"c": "A"}},
            ("A", "a"),
            "No 'A' could ever be made",
        ),
        (
            {"A": {"a": {"type": "list[A]", "min_length": 1}}},
            ("A", "a"),
            "No 'A' could ever be made",
        ),
        (
            {"A": {"b": {"type": "B", "default": {"x": "1"}}}, "B": {"x": "int"}},
            ("A", "b", "default"),
            "{'x': '1'} does not fit B",
        ),
    ],
)
def test_a_wrong_schema_is_refused_at_its_field(
    declared: dict[str, object], path: tuple[str, ...], message: str
) -> None:
    module = module_of("wrong", declared)
    with pytest.raises(TypeFault) as caught:
        schemas_of(declared, module=module)
    assert caught.value.path == path
    assert caught.value.message.startswith(message)
    assert module not in sys.modules


def test_recursion_through_a_list_a_dict_nothing_or_a_default_can_be_made() -> None:
    declared = {
        "A": {"a": "list[A]", "b": "dict[str, A]", "c": "A | None", "B": "B | None"},
        "B": {"a": {"type": "A | str", "default": "none"}, "A": "list[A]"},
    }
    made = schemas_of(declared, module=module_of("deep", declared))["A"]
    leaf = made(a=[], b={}, c=None, B=None)
    assert made(a=[leaf], b={"x": leaf}, c=leaf, B={"a": leaf, "A": []}).B.a == leaf


def _serializer(module: str, *names: str) -> JsonPlusSerializer:
    return JsonPlusSerializer(allowed_msgpack_modules=[(module, name) for name in names])


def test_a_checkpoint_gives_the_object_back_as_it_was() -> None:
    made, module = _triage(), module_of("triage-1", TRIAGE)
    inner = made["Part"](name="p", when=dt.date(2024, 2, 29))
    value = made["Analysis"](sentiment="bad", score=0.25, description="d", parts=[inner])
    serializer = _serializer(module, "Analysis", "Part")
    back = serializer.loads_typed(serializer.dumps_typed([value, inner]))
    assert back == [value, inner]
    assert [type(each) for each in back] == [made["Analysis"], made["Part"]]


_OTHER_PROCESS = """
import sys
from dalsegno.state.definition.schemas import module_of, schemas_of
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
declared = {"Note": {"text": "str", "at": "date", "below": "list[Note]"}}
module = module_of("notes", declared)
made = schemas_of(declared, module=module)
serializer = JsonPlusSerializer(allowed_msgpack_modules=[(module, "Note")])
back = serializer.loads_typed(("msgpack", bytes.fromhex(sys.argv[1])))
assert type(back) is made["Note"], type(back)
assert type(back.below[0]) is made["Note"]
sys.stdout.write(repr(back))
"""


def test_another_process_reads_what_this_one_wrote() -> None:
    declared = {"Note": {"text": "str", "at": "date", "below": "list[Note]"}}
    module = module_of("notes", declared)
    note = schemas_of(declared, module=module)["Note"]
    leaf = note(text="b", at=dt.date(2024, 1, 2), below=[])
    value = note(text="a", at=dt.date(2024, 1, 1), below=[leaf])
    _, written = _serializer(module, "Note").dumps_typed(value)
    said = subprocess.run(
        [sys.executable, "-c", _OTHER_PROCESS, written.hex()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.stderr == ""
    assert said.stdout == repr(value)


@pytest.mark.parametrize(
    ("annotation", "value", "kept"),
    [
        (float, 1, 1.0),
        (float, math.inf, math.inf),
        (list[float], (1, 2.5), [1.0, 2.5]),
        (tuple[int, ...], [1, 2], (1, 2)),
        (dt.date, "2024-02-29", dt.date(2024, 2, 29)),
        (Colour, "red", Colour.RED),
        (Colour, Colour.RED, Colour.RED),
        (Point, {"x": 1}, Point(1)),
        (Point, {"x": 1, "when": "2024-02-29"}, Point(1, dt.date(2024, 2, 29))),
        (Point, {"x": 1, "when": dt.date(2024, 2, 29)}, Point(1, dt.date(2024, 2, 29))),
        (Loose, {"score": 1, "tags": ("a",)}, Loose(score=1, tags=["a"])),
        (Loose, {"score": math.inf, "pair": [1, 2]}, Loose(score=math.inf, pair=(1, 2))),
        (list[Loose], [{"score": 1}, Loose(score=2)], [Loose(score=1), Loose(score=2)]),
        (Decimal, "1.10", Decimal("1.10")),
        (dict[str, Any], {"a": {1}, "b": b"x"}, {"a": {1}, "b": b"x"}),
        (Firm, FirmerNot(name="a"), FirmerNot(name="a")),
        (str | dt.date, "2024-02-29", "2024-02-29"),
        (Literal[1, "a"] | None, 1, 1),
    ],
)
def test_what_json_could_say_is_taken(annotation: object, value: object, kept: object) -> None:
    found = checker(annotation)(value)
    assert found == kept
    assert type(found) is type(kept)


def test_not_a_number_stays_so_when_a_value_is_read_as_json() -> None:
    found = checker(tuple[float, ...])([math.nan, -0.0])
    assert isinstance(found, tuple)
    assert math.isnan(found[0])
    assert math.copysign(1, found[1]) == -1


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (float, "0.5"),
        (float, True),
        (float, 10**400),
        (float, None),
        (str, 1),
        (str, b"a"),
        (str, Colour.RED),
        (int, True),
        (int, 1.0),
        (int, "1"),
        (bool, "true"),
        (bool, 1),
        (dt.date, 5),
        (dt.date, dt.datetime(2024, 1, 1, 5)),
        (dt.datetime, "yesterday"),
        (list[int], {1}),
        (list[str], "abc"),
        (list[str], (b"a",)),
        (tuple[str, ...], [dt.date(2024, 1, 1)]),
        (tuple[float, ...], [10**400]),
        (dict[str, int], {1: 1}),
        (dict[str, tuple[int, ...]], {1: [1]}),
        (Literal[1], True),
        (Literal[True], 1),
        (list[Literal[0, 1]], [False]),
        (Loose, {"score": "1"}),
        (Loose, {"score": 1, "kind": "1"}),
        (Loose, {"score": 1, "pair": [1, "2"]}),
        (Point, {"x": "1"}),
        (dict[str, Point], {"a": {"x": 1, "when": b"2024-02-29"}}),
        (list[Colour | str], [object()]),
    ],
)
def test_what_would_have_to_be_changed_is_refused(annotation: object, value: object) -> None:
    with pytest.raises(ValidationError):
        checker(annotation)(value)


def test_an_object_that_lies_about_its_fields_is_refused() -> None:
    wrong = Loose(score=1.0)
    wrong.score = "high"  # type: ignore[assignment]
    made = _triage()["Part"]
    for kind, value in (
        (Loose, wrong),
        (list[Loose], [wrong]),
        (Loose, Loose.model_construct(score=object())),
        (Loose, Loose.model_construct(score=1.0, inner=wrong)),
        (Point, Point("1")),  # type: ignore[arg-type]
        (made, made.model_construct(name=1)),
        (made, made.model_construct(name="a", kind=7)),
    ):
        with pytest.raises(ValidationError):
            checker(kind)(value)


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.dates()
    | st.binary(max_size=3)
    | st.decimals(allow_nan=False)
    | st.sampled_from([Colour.RED, "2024-02-29", "red", 10**400])
    | st.builds(Loose, score=st.floats()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=2) | st.integers(), inner, max_size=2)
        | st.fixed_dictionaries({"score": inner, "tags": inner})
    ),
    max_leaves=5,
)


@given(_TEXTS, _VALUES)
@settings(max_examples=300)
def test_what_is_kept_fits_and_is_kept_again(text: str, value: object) -> None:
    check = checker(type_of(text, {"Analysis": Loose}).annotation)
    try:
        kept = check(value)
    except ValidationError:
        return
    again = check(kept)
    assert repr(again) == repr(kept)


@given(_TEXTS, _VALUES)
@settings(max_examples=300)
def test_a_copy_is_equal_and_shares_nothing_that_can_change(text: str, value: object) -> None:
    annotation = type_of(text, {"Analysis": Loose}).annotation
    try:
        kept = checker(annotation)(value)
    except ValidationError:
        return
    before = copy.deepcopy(kept)
    own = hand_out(annotation)(kept)
    assert repr(own) == repr(kept)
    _spoil(own)
    assert repr(kept) == repr(before)


def _spoil(value: object) -> None:
    """Change in place whatever can be changed."""
    match value:
        case list():
            for each in value:
                _spoil(each)
            value.append("spoilt")
        case dict():
            for each in value.values():
                _spoil(each)
            value["spoilt"] = True
        case tuple():
            for each in value:
                _spoil(each)
        case Loose():
            value.tags.append("spoilt")
            value.score = -1.0


def test_what_cannot_change_is_handed_out_itself() -> None:
    firm = Firm(name="a", parts=(1, 2))
    for annotation, value in (
        (str, "long text"),
        (Firm, firm),
        (Firm | None, firm),
        (tuple[int, ...], (1, 2)),
        (Spot, Spot(1)),
        (Colour, Colour.RED),
    ):
        assert hand_out(annotation)(value) is value
    firms = [firm]
    assert hand_out(list[Firm])(firms) is not firms
    assert hand_out(list[Firm])(firms)[0] is firm


def test_a_class_below_a_frozen_one_is_copied() -> None:
    value = FirmerNot(name="a", notes=["x"])
    hand_out(Firm)(value).notes.append("y")
    assert value.notes == ["x"]


def test_plain_data_of_an_old_checkpoint_becomes_the_object_of_the_type() -> None:
    plain = {"score": 1.0, "pair": [1, 2]}
    loose = Loose(score=1.0, pair=(1, 2))
    assert hand_out(Loose)(plain) == loose
    assert hand_out(Loose | None)(plain) == loose
    assert hand_out(list[Loose])([plain, loose]) == [loose, loose]
    assert hand_out(list[Loose] | None)([plain]) == [loose]
    assert hand_out(dict[str, Spot])({"a": {"x": 1}}) == {"a": Spot(1)}
    assert hand_out(tuple[Spot, ...])([{"x": 1}]) == (Spot(1),)
    assert hand_out(Loose)({"scoer": 1}) == {"scoer": 1}
    assert hand_out(Loose)(None) is None
    assert hand_out(dict[str, Any])(plain) == plain


@dataclass(frozen=True)
class Holder:
    names: list[str] = field(default_factory=list)


def test_a_frozen_dataclass_that_holds_a_list_is_copied() -> None:
    held = Holder(["a"])
    hand_out(Holder)(held).names.append("b")
    assert held.names == ["a"]
