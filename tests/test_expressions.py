"""The language of conditions: what it takes, what it means, and what it says of mistakes."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum
from types import NoneType, SimpleNamespace
from typing import Annotated, Any, Literal, Optional

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from dalsegno.state.definition.expression_nodes import (
    And,
    Chain,
    Comparison,
    Constant,
    Node,
    Not,
    Or,
    Path,
)
from dalsegno.state.definition.expressions import (
    Expression,
    ExpressionFault,
    atoms,
    check,
    compiled,
    evaluate,
    names,
    parse,
    paths,
    thresholds,
)


class Kind(StrEnum):
    URGENT = "urgent"
    CALM = "calm"


class Rank(IntEnum):
    LOW = 1
    HIGH = 2


class Shade(Enum):
    DARK = "dark"
    LIGHT = "light"


class Task(BaseModel):
    title: str
    effort: float = 1.0


class Plan(BaseModel):
    tasks: list[Task]
    tags: list[Literal["new", "old"]] = []
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    type: Literal["approve", "edit", "reject"]
    shade: Shade = Shade.DARK
    hurry: int | None = None


class Row(TypedDict):
    count: int
    label: str


class Analysis(BaseModel):
    complexity: Annotated[float, Field(ge=0)]
    urgent: bool
    kind: Kind = Kind.CALM
    rank: Rank = Rank.LOW
    note: Optional[str] = None  # noqa: UP045  # both spellings are met
    scores: dict[str, float] = {}
    row: Row = {"count": 1, "label": "x"}
    anything: Any = None


FIELDS = {
    "analysis": Analysis,
    "verdict": Verdict,
    "plan": Plan | None,
    "count": int,
    "name": str,
    "flag": bool,
    "level": Literal["low", "high"] | None,
    "loose": object,
}


# What it takes


TAKEN = [
    ("analysis.complexity > 0.6 and not analysis.urgent", bool),
    ('verdict.type in ("approve", "edit")', bool),
    ('verdict.type not in ["approve"]', bool),
    ('verdict.type in {"approve"}', bool),
    ("plan.tasks", list[Task] | None),
    ("analysis.complexity", float),
    ("analysis.note", str | None),
    ("analysis.scores.clarity >= -.5", bool),
    ("analysis.scores.clarity", float),
    ("analysis.row.count == 3", bool),
    ("analysis.anything.at.all > 3", bool),
    ("loose.at.all == 'x'", bool),
    ("plan is None", bool),
    ("analysis.complexity is not None", bool),
    ("name == null", bool),
    ("level == None", bool),
    ("0 < count <= 10", bool),
    ("count == analysis.complexity", bool),
    ("flag == true or flag == False", bool),
    ("analysis.kind == 'urgent'", bool),
    ("analysis.rank > 1", bool),
    ("verdict.shade != 'dark'", bool),
    ("verdict.hurry > 3", bool),
    ("name < 'm'", bool),
    ("'new' in plan.tags", bool),
    ("'x' in name", bool),
    ("'clarity' in analysis.scores", bool),
    ("name in analysis.scores", bool),
    ("not plan.tasks", bool),
    ("true", bool),
    ("null", NoneType),
    ("3", int),
]


@pytest.mark.parametrize(("text", "kind"), TAKEN)
def test_a_sound_condition_has_the_type_of_what_it_gives(text: str, kind: object) -> None:
    assert check(parse(text), FIELDS) == kind


@pytest.mark.parametrize("text", [text for text, _ in TAKEN])
def test_the_text_says_the_same_as_what_python_writes(text: str) -> None:
    condition = parse(text)

    assert parse(condition.text) == condition
    assert parse(ast.unparse(ast.parse(condition.text, mode="eval"))) == condition


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.b>0.6 and not a.c", "(a . b\n  > 0.60)\n\tand (not (a.c))"),
        ("a and b and c", "(a and b) and (c)"),
        ("a or b or c", "a or (b or c)"),
        ('a in ("x",)', "a in ['x']"),
        ("a == true or b == null", "a == True or b == None"),
        ("n == 1000", "n == 1_000"),
        ("0 < n < 1", " 0 <\r\n n < 1 "),
        ("a == 'é\\n'", 'a == "\\xe9\\n"'),
    ],
)
def test_layout_does_not_matter(one: str, other: str) -> None:
    assert parse(one) == parse(other)


def test_brackets_that_matter_are_kept() -> None:
    assert parse("(a or b) and c").text == "(a or b) and c"
    assert parse("not (a and b)").text == "not (a and b)"
    assert parse("not (a and b)") != parse("not a and b")


# What it refuses


BROKEN = [
    ("", 0, "empty"),
    (" \n", 0, "empty"),
    ("a and", 5, "ends too early"),
    ("a b", 2, "'b' does not fit"),
    ("(a", 0, "never closed"),
    ("a)", 1, "unmatched"),
    ("len(a) > 1", 0, "calls nothing"),
    ("b and a.f()", 6, "calls nothing"),
    ("b and a[0]", 6, "[ ]"),
    ("a if b else c", 2, "'if'"),
    ("lambda: 1", 0, "'lambda'"),
    ("a in [x for x in b]", 8, "'for'"),
    ("a == b + 1", 7, "'+'"),
    ("a - 1 == b", 0, "calculate"),
    ("-a < 1", 0, "minus"),
    ("a > --1", 4, "minus"),
    ("a > -true", 4, "minus"),
    ("(a := 1)", 3, "':'"),
    ("a = 1", 2, "'='"),
    ("a && b", 2, "'&'"),
    ("!a", 0, "'!'"),
    ("a == “x”", 5, "'“'"),
    ('a == f"x"', 5, "'f'"),
    ('a in ("x" "y")', 10, "side by side"),
    ("a == 'x", 5, "not closed"),
    ("a == 'x\ny'", 5, "not closed"),
    (r"a == 'x\d'", 7, r"'\\d'"),
    ("a == 1 # why", 7, "'#'"),
    ("a \\\n and b", 2, "A condition has no"),
    ("a\0", 1, "'\\x00'"),
    ("a == '\0'", 5, "not closed"),
    ("a\ud800", 1, "'\\ud800'"),
    ("ﬁeld == 1", 0, "not written as a name"),
    ("a == 1or b", 5, "'1o'"),
    ("a.__class__", 2, "underscore"),
    ("_a", 0, "underscore"),
    ("a is 3", 5, "only for None"),
    ("a is b", 5, "only for None"),
    ("a in 'x'", 5, "no list"),
    ("a in ('x')", 6, "no list"),
    ("a in ()", 5, "empty"),
    ("a in (b, 'x')", 6, "'b' is a field"),
    ("a == (1, 2)", 5, "right of 'in'"),
    ("a, b", 0, "right of 'in'"),
    ("(a < b) == c", 1, "cannot be compared"),
    ("(not a) == b", 1, "'not' cannot be compared"),
    ("0 < a > 1", 0, "one way"),
    ("a in (1,) in b", 0, "one way"),
    ("a == {}", 5, "no part"),
    ("'x'.y", 0, "Only a field"),
    ("true.y", 0, "Only a field"),
    ("a < 1e999", 4, "too large"),
    ("a < 1j", 4, "'1j'"),
    ("a == ...", 5, "no part"),
    ("x" * 2_001, 2_000, "2001 characters"),
    ("not " * 400 + "a", 120, "levels deep"),
    (" " + "(" * 500 + "a" + ")" * 500, 1, "levels deep"),
    (".".join("a" * 900), 0, "levels deep"),
    ("é == 'ü' and len(a)", 13, "calls nothing"),
]


@pytest.mark.parametrize(("text", "offset", "said"), BROKEN)
def test_what_is_no_condition_is_refused_at_its_place(text: str, offset: int, said: str) -> None:
    with pytest.raises(ExpressionFault) as refused:
        parse(text)

    assert said in refused.value.message
    assert refused.value.offset == offset
    assert refused.value.fix


MISTAKEN = [
    ("analisys.urgent", 0, "There is no field 'analisys'; the nearest name is 'analysis'."),
    ("flag and analysis.urgnt", 18, "no field 'urgnt' in 'analysis', which is an Analysis; the"),
    ("analysis.\n  urgnt", 12, "the nearest name is 'urgent'"),
    ("verdict.typ == 'edit'", 8, "the nearest name is 'type'"),
    ("plan.task", 5, "a Plan or None; the nearest name is 'tasks'"),
    ("analysis.row.cuont", 13, "the nearest name is 'count'"),
    ("analysis.complexity.value", 20, "'analysis.complexity' is a float and has no field 'value'."),
    ("plan.tasks.title", 11, "'plan.tasks' is a list or None and has no field"),
    ("level.name", 6, "one of 'low', 'high' or None and has no field"),
    ("analysis.complexity == 'high'", 23, "a float and cannot be compared with the text 'high'"),
    ("'high' < analysis.complexity", 0, "a float and cannot be compared with the text 'high'"),
    ("name > 3", 7, "'name' is a text and cannot be compared with the number 3"),
    ("count > null", 8, "cannot be compared with None"),
    ("count > true", 8, "cannot be compared with true"),
    ("loose > null", 8, "cannot be compared with None"),
    ("name == count", 8, "cannot be compared with 'count', which is an int"),
    ("count in (1, 'two')", 13, "cannot be compared with the text 'two'"),
    ("verdict.type == 'aprove'", 16, "can never be the text 'aprove'; the nearest name is 'appr"),
    ("'aprove' == verdict.type", 0, "can never be the text 'aprove'"),
    ("verdict.type in ('edit', 'rejcet')", 25, "the nearest name is 'reject'"),
    ("analysis.kind != 'urgnt'", 17, "the nearest name is 'urgent'"),
    ("verdict.shade == 'black'", 17, "can never be the text 'black'"),
    ("analysis.rank == 3", 17, "can never be the number 3"),
    ("flag == 'yes'", 8, "'flag' is a bool and cannot be compared with the text 'yes'"),
    ("flag == 2", 8, "can never be the number 2"),
    ("level == analysis.kind", 9, "cannot be compared with 'analysis.kind'"),
    ("level < 'high'", 0, "which has no order"),
    ("flag < 1", 0, "which has no order"),
    ("verdict.shade > 'dark'", 0, "which has no order"),
    ("plan > 3", 0, "which has no order"),
    ("0 < flag < 1", 4, "which has no order"),
    ("'nwe' in plan.tags", 0, "What 'plan.tags' holds can never be the text 'nwe'; the nearest"),
    ("3 in name", 0, "cannot be compared with the number 3"),
    ("name in count", 8, "'count' is an int; 'in' cannot look through it."),
    ("1 < 2", 0, "Both sides are constants"),
    ("'name' == 'x'", 0, "Both sides are constants"),
    ("name in ('a', 'b') and 'c' in ('c',)", 23, "Both sides are constants"),
    ("name == 'a' or 'b'", 15, "The text 'b' stands alone and is always true here."),
    ("flag and not null", 13, "None stands alone and is always false here."),
]


@pytest.mark.parametrize(("text", "offset", "said"), MISTAKEN)
def test_a_condition_that_can_never_hold_is_refused_at_its_place(
    text: str, offset: int, said: str
) -> None:
    with pytest.raises(ExpressionFault) as refused:
        check(parse(text), FIELDS)

    assert said in refused.value.message
    assert refused.value.offset == offset
    assert refused.value.fix


def test_a_closed_field_says_what_it_can_be() -> None:
    with pytest.raises(ExpressionFault) as refused:
        check(parse("verdict.type == 'x'"), FIELDS)

    assert refused.value.fix == "It is one of 'approve', 'edit', 'reject'."


@given(st.text())
@example("\ufeffa")
@example("ª == 1")
@example("²")
@example("a.\u0301")
def test_any_text_parses_or_is_refused(text: str) -> None:
    _parses_or_is_refused(text)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from([text for text, _ in TAKEN] + [text for text, *_ in BROKEN]))
    at, to = sorted(draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=2)))
    put = draw(st.text(max_size=3) | st.sampled_from("( ) [ ] not and . , ' \" \\ \0 0 -".split()))
    return text[:at] + put + text[to:]


@given(mutated())
def test_a_spoilt_condition_parses_or_is_refused(text: str) -> None:
    _parses_or_is_refused(text)


def _parses_or_is_refused(text: str) -> None:
    try:
        found = parse(text)
    except ExpressionFault as fault:
        assert 0 <= fault.offset <= len(text)
        assert fault.message
    else:
        assert parse(found.text) == found
        assert parse(found.text).text == found.text


# What it means


NUMBERS = ["n", "a.n", "a.b.n", "0", "1", "-1", "2.5"]
TEXTS = ["s", "a.s", "'x'", '"y"', "''"]
TRUTHS = ["n", "a.s", "a.b.flag", "xs", "nothing", "true", "False"]


@st.composite
def conditions(draw: st.DrawFn, depth: int = 3) -> list[str]:  # noqa: PLR0911  # one per form
    """The words of a condition in which every comparison is between things that compare."""
    if depth and draw(st.booleans()):
        first = draw(conditions(depth=depth - 1))
        match draw(st.sampled_from(["and", "or", "not", "()"])):
            case "not":
                return ["not", "(", *first, ")"]
            case "()":
                return ["(", *first, ")"]
            case joining:
                return [*first, joining, *draw(conditions(depth=depth - 1))]
    order = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    match draw(st.sampled_from(["truth", "number", "text", "chain", "in", "in field", "none"])):
        case "truth":
            return [draw(st.sampled_from(TRUTHS))]
        case "number":
            return [draw(st.sampled_from(NUMBERS)), draw(order), draw(st.sampled_from(NUMBERS))]
        case "text":
            return [draw(st.sampled_from(TEXTS)), draw(order), draw(st.sampled_from(TEXTS))]
        case "chain":
            sides = draw(st.lists(st.sampled_from(NUMBERS), min_size=3, max_size=3))
            way = draw(st.sampled_from([["<", "<="], [">", ">="], ["==", "<"], [">", "=="]]))
            return [sides[0], way[0], sides[1], way[1], sides[2]]
        case "in":
            inside = draw(st.sampled_from([["in"], ["not", "in"]]))
            some = draw(st.sampled_from(["(1, 'x')", "[2.5]", "{'y', ''}", "('x',)"]))
            return [draw(st.sampled_from(["n", "a.s", "nothing"])), *inside, some]
        case "in field":
            return [draw(st.sampled_from(["n", "s", "1", "nothing"])), "in", "xs"]
        case _:
            return [draw(st.sampled_from(["n", "nothing"])), "is", "None"]


@st.composite
def namespaces(draw: st.DrawFn) -> dict[str, object]:
    number = st.integers(-2, 3) | st.sampled_from([0.0, 1.0, 2.5])
    text = st.sampled_from(["", "x", "y", "xy"])
    inner = SimpleNamespace(n=draw(number), flag=draw(st.booleans()))
    return {
        "n": draw(number),
        "s": draw(text),
        "a": SimpleNamespace(n=draw(number), s=draw(text), b=inner),
        "xs": draw(st.lists(number | text, max_size=3)),
        "nothing": None,
    }


@given(conditions(), namespaces())
def test_a_condition_means_what_python_means(words: list[str], values: dict[str, object]) -> None:
    text = " ".join(words)
    condition = parse(text)
    inner = {"__builtins__": {}, "true": True, "false": False}
    expected = eval(text, inner, values)  # the reference: Python on the very same text
    lone = isinstance(condition.tree, Path | Constant)

    assert evaluate(condition, values) == (expected if lone else bool(expected))
    assert compiled(condition)(values) == evaluate(condition, values)


@given(conditions(), st.lists(st.sampled_from([" ", "\n", "\t ", "\r\n"]), min_size=1))
def test_space_between_words_changes_nothing(words: list[str], spaces: list[str]) -> None:
    laid = "".join(word + spaces[at % len(spaces)] for at, word in enumerate(words))

    assert parse(laid) == parse(" ".join(words))


@given(conditions(), namespaces())
def test_equal_truth_of_the_atoms_makes_an_equal_whole(
    words: list[str], values: dict[str, object]
) -> None:
    condition = parse(" ".join(words))
    truths = {
        each: bool(evaluate(Expression(text="", tree=each), values)) for each in atoms(condition)
    }

    assert _whole(condition.tree, truths) is bool(evaluate(condition, values))
    assert {path[0] for path in paths(condition)} == names(condition)
    assert len(set(atoms(condition))) == len(atoms(condition))
    assert set(thresholds(condition)) <= paths(condition)
    assert names(condition) <= set(values)


def _whole(node: Node, truths: Mapping[Comparison | Path, bool]) -> bool:
    match node:
        case Path() | Comparison():
            return truths[node]
        case Constant(value=value):
            return bool(value)
        case Not(part=part):
            return not _whole(part, truths)
        case Chain(links=parts) | And(parts=parts):
            return all(_whole(part, truths) for part in parts)
        case Or(parts=parts):
            return any(_whole(part, truths) for part in parts)


def _raises(*_: object, **__: object) -> Any:
    raise RuntimeError("nobody may ask this")


HOOKS = "eq ne lt le gt ge bool len iter contains getitem getattr hash repr str".split()
Hostile = type("Hostile", (), {f"__{name}__": _raises for name in HOOKS})
Disguised = type("Disguised", (Hostile,), {"__class__": property(_raises), "b": property(_raises)})
Shut = type("Shut", (), {"__getattribute__": _raises})


class Trap(Mapping[str, object]):
    def __getitem__(self, key: str) -> object:
        raise RuntimeError("nobody may ask this")

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("nobody may ask this")

    def __len__(self) -> int:
        raise RuntimeError("nobody may ask this")


class OddEnum(Enum):
    ODD = "replaced below: the enum module itself asks its values"
    NAN = float("nan")


OddEnum.ODD._value_ = Hostile()


ODD = {
    "a hostile": Hostile,
    "a disguised": Disguised,
    "a shut": Shut,
    "a trap": Trap,
    "an object": object,
    "an odd member": lambda: OddEnum.ODD,
    "a member that is nan": lambda: OddEnum.NAN,
    "a class": lambda: Kind,
}
odd = st.sampled_from(list(ODD))


def armed(value: object) -> object:
    """``value`` with the odd things in it, which are only named until hypothesis is done: it
    looks into what it draws."""
    match value:
        case str():
            return ODD[value]() if value in ODD else value
        case list():
            return [armed(each) for each in value]
        case tuple():
            return tuple(armed(each) for each in value)
        case dict():
            return {key: armed(each) for key, each in value.items()}
        case SimpleNamespace():
            return SimpleNamespace(**{key: armed(each) for key, each in vars(value).items()})
        case _:
            return value


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | odd
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=2).map(tuple)
        | st.dictionaries(st.sampled_from(["a", "b", "n", "s", "flag"]), inner, max_size=4)
        | st.builds(SimpleNamespace, a=inner, b=inner, n=inner, s=inner)
    ),
    max_leaves=12,
)


@given(
    conditions(),
    st.dictionaries(st.sampled_from(["n", "s", "a", "xs", "nothing"]), anything),
)
def test_no_value_makes_a_condition_raise(words: list[str], drawn: dict[str, object]) -> None:
    condition = parse(" ".join(words))
    values = {name: armed(value) for name, value in drawn.items()}

    found = evaluate(condition, values)

    again = compiled(condition)(values)
    assert found is again or type(found) is type(again)
    if not isinstance(condition.tree, Path):
        assert type(found) in {bool, int, float, str, NoneType}


@given(anything, anything)
def test_any_two_values_compare_in_every_way(left: object, right: object) -> None:
    values = {"l": armed(left), "r": armed(right)}
    for one, other in (("==", "!="), ("in", "not in")):
        assert evaluate(parse(f"l {one} r"), values) is not evaluate(parse(f"l {other} r"), values)
    for sign in ("<", "<=", ">", ">="):
        assert evaluate(parse(f"l {sign} r"), values) in {True, False}
    assert evaluate(parse("not l"), values) in {True, False}


MEANT = [
    ("missing", None),
    ("missing.at.all", None),
    ("missing is None", True),
    ("missing < 1", False),
    ("missing >= 1", False),
    ("missing != 1", True),
    ("missing not in (1,)", True),
    ("1 in missing", False),
    ("name < 1", False),
    ("nan < 1 or nan >= 1", False),
    ("nan == nan", False),
    ("flag == 1", True),
    ("kind == 'urgent' and kind in ('urgent',)", True),
    ("shade == 'dark'", True),
    ("shade == shades.first", True),
    ("'dark' in shade_list", True),
    ("shade in shade_list", True),
    ("rank > 1", True),
    ("verdict.type", "edit"),
    ("verdict.hurry is None", True),
    ("verdict.nothing", None),
    ("verdict.loud", None),
    ("analysis.complexity > 0.6 and not analysis.urgent", True),
    ("analysis.row.count", 1),
    ("analysis.model_dump", None),
    ("analysis.model_fields", None),
    ("name.upper", None),
    ("kind.value", None),
    ("row in (1, 2)", False),
    ("0 < count < 5", True),
    ("count or name", True),
    ("count and name", True),
    ("'nam' in name", True),
    ("1 in name", False),
]


@pytest.mark.parametrize(("text", "expected"), MEANT)
def test_what_is_not_there_or_does_not_compare_has_a_meaning(text: str, expected: object) -> None:
    values = {
        "name": "name",
        "nan": float("nan"),
        "flag": True,
        "count": 3,
        "kind": Kind.URGENT,
        "shade": Shade.DARK,
        "shades": {"first": Shade.DARK},
        "shade_list": [Shade.LIGHT, Shade.DARK],
        "rank": Rank.HIGH,
        "row": {"count": 1},
        "verdict": Verdict(type="edit"),
        "analysis": Analysis(complexity=0.7, urgent=False),
    }

    assert evaluate(parse(text), values) is expected or evaluate(parse(text), values) == expected


def test_reading_a_field_runs_no_code_of_the_value() -> None:
    ran: list[str] = []

    class Watched:
        def __init__(self) -> None:
            self.plain = 1

        @property
        def made(self) -> int:
            ran.append("made")
            return 1

        def __getattr__(self, name: str) -> int:
            ran.append(name)
            return 1

    values = {"w": Watched()}

    assert evaluate(parse("w.made is None and w.missing is None and w.plain == 1"), values) is True
    assert ran == []


# What it lays open


def test_atoms_come_in_order_and_once() -> None:
    found = atoms(parse("a.x > 1 and (b or not a.x > 1) and 0 < c < 1 and true"))

    assert [type(each) for each in found] == [Comparison, Path, Comparison, Comparison]
    assert [each.operator for each in found if isinstance(each, Comparison)] == [">", "<", "<"]


def test_names_paths_and_thresholds_are_those_that_are_read() -> None:
    condition = parse(
        "a.x > 1 and 3 <= a.x < c and b is None and k in ('u', 'v') and z and 'q' in l"
    )

    assert names(condition) == {"a", "b", "c", "k", "z", "l"}
    assert paths(condition) == {("a", "x"), ("b",), ("c",), ("k",), ("z",), ("l",)}
    assert thresholds(condition) == {
        ("a", "x"): {1, 3},
        ("b",): {None},
        ("k",): {"u", "v"},
        ("l",): {"q"},
    }


def test_offsets_are_those_of_the_text_as_given_and_make_no_difference() -> None:
    found = parse("  é  and\n ü . x").tree

    assert found == parse("é and ü.x").tree
    assert [each.starts for each in atoms(parse("  é  and\n ü . x")) if isinstance(each, Path)] == [
        (2,),
        (10, 14),
    ]
