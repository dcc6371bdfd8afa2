"""Laws of definitions as plain data: read, refused in place, written back, compared, drawn up."""

import json
import math
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dalsegno.graphs.yaml_text import read_text, write_text
from dalsegno.state.definition.digest import canonical, digest, plain
from dalsegno.state.definition.json_schema import json_schema
from dalsegno.state.definition.reading import workflow_from
from dalsegno.state.definition.steps import KINDS, Step
from dalsegno.state.definition.workflow import Agent, Workflow
from dalsegno.state.errors import DefinitionError, Problem

NAMES = st.sampled_from(["a", "b1", "_c", "Draft", "if_so", "true", "no", "step", "x" * 40])
TEXTS = st.text(max_size=12) | st.sampled_from(["a: b", "- x", "yes", "1.0", "", "'", "line\nline"])
CONDITIONS = st.sampled_from(
    ["a", "a.b", "a>1 and not b", "x in  ['p','q']", "a is None", "0<a<=3"]
)
REFERENCES = st.sampled_from(["os.path:join", "json:dumps", "collections:Counter.update"])
TYPES = st.sampled_from(
    ["str", "list[ str ]|None", "float", "literal[a, b]", "dict[str,any]", "decimal:Decimal|None"]
) | st.fixed_dictionaries(
    {"type": st.sampled_from(["float", "int"])},
    optional={"minimum": st.just(0), "default": st.integers(0, 9), "merge": st.just("add")},
)
TIMES = st.sampled_from([1, 0.5, "30s", "5m", "2 h", "200ms", 90.0, 1e12])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
Data = st.SearchStrategy[dict[str, object]]


def some(values: st.SearchStrategy[object], least: int = 1) -> st.SearchStrategy[list[object]]:
    return st.lists(values, min_size=least, max_size=3)


def names(least: int = 1) -> st.SearchStrategy[object]:
    return NAMES | some(NAMES, least)


def mapped(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.dictionaries(NAMES, values, min_size=1, max_size=2)


def gates() -> st.SearchStrategy[object]:
    use = NAMES | st.fixed_dictionaries(
        {"gate": NAMES},
        optional={"blocking": st.booleans(), "with": st.dictionaries(TEXTS, JSON, max_size=2)},
    )
    whens = st.sampled_from(["before", "during", "after"])
    placed = st.fixed_dictionaries({"gate": NAMES, "when": whens})
    by_place = st.dictionaries(whens, NAMES | some(use, 0), max_size=3)
    return NAMES | some(use | placed, 0) | by_place


def handling() -> Data:
    return st.fixed_dictionaries(
        {},
        optional={
            "retry_policy": st.sampled_from(["exponential", "fixed", "none", "linear"]),
            "max_retries": st.integers(0, 9),
            "first_wait": st.floats(0, 9),
            "fallback_strategy": st.sampled_from(["fail", "human_review", "skip"]),
            "substitute": NAMES,
            "critical_failures": names(0),
        },
    )


def writes() -> st.SearchStrategy[object]:
    lists = st.lists(NAMES, max_size=3, unique=True)
    return NAMES | lists | mapped(TYPES | st.none())


def blocks(depth: int) -> st.SearchStrategy[object]:
    if depth == 0:
        return NAMES
    inner = st.deferred(lambda: steps(depth - 1))
    return NAMES | inner | some(inner) | some(NAMES | inner)


def kinds(depth: int) -> Mapping[str, Data]:
    """Each kind of step: the keys that make it one."""
    block = blocks(depth)
    fixed = st.fixed_dictionaries
    listed = st.lists(NAMES, min_size=1, max_size=3, unique=True)
    cases = st.dictionaries(
        st.booleans() | TEXTS | st.integers(2, 9), block, min_size=1, max_size=3
    )
    distinct = cases.filter(lambda given: len({str(key).lower() for key in given}) == len(given))
    other = {"fallback": block | st.none()}
    routes = fixed({"on": CONDITIONS, "cases": distinct, **other}) | fixed(
        {"agent": NAMES, "cases": distinct, **other}, optional={"task": TEXTS}
    )
    stages = fixed(
        {"stage": NAMES, "agent": NAMES},
        optional={"batch_size": st.integers(1, 9), "routing_logic": CONDITIONS},
    ) | fixed({"stage": NAMES, "function": REFERENCES})
    loops = fixed(
        {"steps": block, "max_iterations": st.integers(1, 9)}, optional={"until": CONDITIONS}
    )
    maps = fixed({"over": NAMES, "steps": block}, optional={"as": NAMES, "collect": NAMES})
    chats = fixed({"participants": names()}, optional={"manager": NAMES, "until": CONDITIONS})
    workers = listed | mapped(block | st.none())
    teams = fixed({"manager": NAMES, "workers": workers}, optional={"max_tasks": st.integers(1, 9)})
    rules = fixed(
        {}, optional={"parallel_limit": st.integers(1, 9), "error_isolation": st.booleans()}
    )
    batches = fixed({"over": NAMES, "stages": some(stages)}, optional={"rules": rules})
    decisions = some(st.sampled_from(["approve", "edit", "reject", "respond"]), 0)
    reviews = fixed(
        {"fields": names()},
        optional={
            "decisions": decisions,
            "deadline": TIMES,
            "on_question": block,
            "assignee": TEXTS,
        },
    )
    parallels = some(block) | mapped(block).filter(lambda given: "step" not in given)
    inner = NAMES if depth == 0 else NAMES | st.deferred(lambda: definitions(0))
    one = {"agent": NAMES, "function": REFERENCES, "loop": loops, "map": maps, "chat": chats}
    one |= {"team": teams, "batches": batches, "review": reviews, "route": routes}
    found = {key: fixed({key: value}, optional={"task": TEXTS}) for key, value in one.items()}
    pattern = {"pattern": st.sampled_from(["sequential", "chat"])}
    found["agents"] = fixed({"agents": names()}, optional=pattern)
    found["if"] = fixed({"if": CONDITIONS, "then": block}, optional={"else": block})
    found["parallel"] = fixed({"parallel": parallels})
    texts = st.dictionaries(TEXTS, TEXTS, max_size=2)
    found["workflow"] = fixed({"workflow": inner}, optional={"inputs": texts, "outputs": texts})
    return found


@st.composite
def steps(draw: st.DrawFn, depth: int) -> dict[str, object]:
    """A step of any kind, with steps within to ``depth``."""
    kind = draw(st.sampled_from(KINDS))
    common = st.fixed_dictionaries(
        {"step": NAMES},
        optional={
            "description": TEXTS,
            "reads": names(0),
            "writes": writes(),
            "depends_on": names(0),
            "validation_gates": gates(),
            "error_handling": handling(),
            "timeout": TIMES,
            "metadata": st.dictionaries(TEXTS, JSON, max_size=2),
            "branch_of": NAMES,
            "case": TEXTS,
        },
    )
    return draw(common) | draw(kinds(depth)[kind])


@st.composite
def definitions(draw: st.DrawFn, depth: int = 2) -> dict[str, object]:
    """A whole definition as plain data, shorthand and all. Names need not lead anywhere."""
    fixed = st.fixed_dictionaries
    version = st.sampled_from([1, 1.5, "2", "1.0.0"])
    patterns = st.sampled_from(["sequential", "dag", "pipeline"])
    about = fixed(
        {"name": NAMES, "version": version},
        optional={"orchestration_pattern": patterns, "owner": st.just("me"), "description": TEXTS},
    )
    agents = fixed(
        {"name": NAMES},
        optional={
            "instructions": TEXTS,
            "context_limit": st.integers(1, 99),
            "tools": names(0),
            "temperature": st.sampled_from([0, 0.5, 2]),
            "output": TYPES,
            "error_handling": handling(),
            "input": names(0),
        },
    )
    functions = fixed({"name": NAMES, "function": REFERENCES}, optional={"description": TEXTS})
    checkpoints = NAMES | fixed({"name": NAMES}, optional={"after": NAMES, "deadline": TIMES})
    fields = mapped(TYPES) | REFERENCES
    return draw(
        fixed(
            {"workflow_definition": about, "workflow_steps": some(steps(depth))},
            optional={
                "inputs": fields,
                "state": fields,
                "outputs": NAMES | st.lists(NAMES, max_size=2, unique=True) | mapped(TEXTS),
                "schemas": mapped(st.dictionaries(NAMES, TYPES, max_size=2) | REFERENCES),
                "agents": some(agents, 0),
                "tools": some(functions, 0),
                "gates": some(functions, 0),
                "validation_gates": gates(),
                "error_handling": handling(),
                "human_checkpoints": some(checkpoints, 0),
                "context_engineering": st.booleans(),
                "monitoring": fixed(
                    {}, optional={"metrics": some(TEXTS, 0), "alerts": some(TEXTS)}
                ),
            },
        )
    )


LAW = settings(
    max_examples=40,
    deadline=None,
    # A definition is large data by nature.
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)


@LAW
@given(definitions())
def test_a_definition_written_and_read_again_means_the_same(data: dict[str, object]) -> None:
    workflow = workflow_from(data)
    written = plain(workflow)
    assert digest(workflow_from(written)) == digest(workflow)
    again = read_text(write_text(written), source="again.yaml").data
    assert again == written
    assert digest(workflow_from(again)) == digest(workflow)
    assert plain(workflow_from(written)) == written


def shuffled(value: object, rank: Callable[[str], object]) -> object:
    """The same data with every mapping's keys in another order."""
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: (rank(str(key)), str(key)))
        return {key: shuffled(value[key], rank) for key in keys}
    return [shuffled(each, rank) for each in value] if isinstance(value, list) else value


@LAW
@given(definitions(), st.integers(0, 99))
def test_the_order_of_keys_means_nothing(data: dict[str, object], seed: int) -> None:
    other = shuffled(data, lambda key: hash((seed, key)))
    assert digest(workflow_from(other)) == digest(workflow_from(data))


def leaves(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The ways to everything in plain data that is neither a mapping nor a list."""
    if isinstance(value, Mapping):
        return [way for key, each in value.items() for way in leaves(each, (*path, key))]
    if isinstance(value, list):
        return [way for at, each in enumerate(value) for way in leaves(each, (*path, at))]
    return [path]


def changed(value: object, path: tuple[str | int, ...], new: Callable[[object], object]) -> object:
    """The data with one leaf replaced."""
    if not path:
        return new(value)
    first, *rest = path
    if isinstance(value, Mapping):
        return {
            key: changed(each, tuple(rest), new) if key == first else each
            for key, each in value.items()
        }
    assert isinstance(value, list)
    return [
        changed(each, tuple(rest), new) if at == first else each for at, each in enumerate(value)
    ]


def another(value: object) -> object:
    """Something else of the same kind, that is still valid in most places."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1 if value + 1 != value else 0
    if not isinstance(value, str):
        return "other"
    others = {"str": "int", "float": "int", "int": "float", "fixed": "none", "none": "fixed"}
    return others.get(value, value + "z")


@LAW
@given(st.data(), definitions())
def test_a_change_to_what_means_something_changes_the_digest(
    data: st.DataObject, definition: dict[str, object]
) -> None:
    workflow = workflow_from(definition)
    meant = json.loads(json.dumps(canonical(workflow)))
    path = data.draw(st.sampled_from(leaves(meant)))
    try:
        other = workflow_from(changed(meant, path, another))
    except DefinitionError:
        assume(False)
    assert canonical(other) != canonical(workflow)
    assert digest(other) != digest(workflow)
    assert digest(workflow_from(meant)) == digest(workflow)


@LAW
@given(definitions())
def test_the_schema_lets_in_whatever_the_reader_takes(data: dict[str, object]) -> None:
    as_json = json.loads(json.dumps(spelled(data)))
    SCHEMA.validate(as_json)
    SCHEMA.validate(json.loads(json.dumps(plain(workflow_from(data)))))


def spelled(value: object) -> object:
    """Keys as JSON spells them."""
    if isinstance(value, Mapping):
        return {
            str(key).lower() if isinstance(key, bool) else str(key): spelled(each)
            for key, each in value.items()
        }
    return [spelled(each) for each in value] if isinstance(value, list) else value


SCHEMA = jsonschema.Draft202012Validator(json_schema())


def at(value: object, path: tuple[str | int, ...]) -> object:
    """What stands at a path."""
    for key in path:
        assert isinstance(value, Mapping | list)
        value = value[key]  # type: ignore[index]  # a path of these very data
    return value


def refused(data: object) -> tuple[Problem, ...]:
    """What is wrong with the data, all of it."""
    with pytest.raises(DefinitionError) as caught:
        workflow_from(data)
    return caught.value.problems


@LAW
@given(st.data(), definitions())
def test_one_wrong_value_is_one_problem_at_its_place(
    data: st.DataObject, definition: dict[str, object]
) -> None:
    path = data.draw(st.sampled_from(leaves(definition)))
    broken = changed(definition, path, lambda _: b"x")
    try:
        workflow_from(broken)
    except DefinitionError as error:
        assert [each.path for each in error.problems] == [path]
    else:
        assume(False)


def mappings(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The ways to all mappings in plain data."""
    inner = (
        value.items()
        if isinstance(value, Mapping)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    found = [way for key, each in inner for way in mappings(each, (*path, key))]
    return [path, *found] if isinstance(value, Mapping) else found


@LAW
@given(st.data(), definitions())
def test_one_unknown_key_is_one_problem_at_that_key(
    data: st.DataObject, definition: dict[str, object]
) -> None:
    path = data.draw(st.sampled_from(mappings(definition)))
    target = at(definition, path)
    assert isinstance(target, dict)
    target[9] = b"x"
    try:
        workflow_from(definition)
    except DefinitionError as error:
        assert [each.path for each in error.problems] == [(*path, 9)]
        del target[9]
        workflow_from(definition)
    else:
        assume(False)


@LAW
@given(st.data(), definitions())
def test_a_missing_key_is_said_of_the_mapping_that_lacks_it(
    data: st.DataObject, definition: dict[str, object]
) -> None:
    path = data.draw(st.sampled_from(mappings(definition)))
    target = at(definition, path)
    assert isinstance(target, dict)
    assume(target)
    key = data.draw(st.sampled_from(list(target)))
    del target[key]
    try:
        workflow_from(definition)
    except DefinitionError as error:
        (problem,) = error.problems
        assert problem.path == path


def one(**step: object) -> dict[str, object]:
    """A definition with one step."""
    about = {"name": "job", "version": 1}
    return {"workflow_definition": about, "workflow_steps": [{"step": "s", **step}]}


WRONG = [
    ({"agentt": "w"}, ("agentt",), "no key 'agentt' here; the nearest name is 'agent'"),
    ({"if_": "x", "then": "t"}, ("if_",), "no key 'if_' here; the nearest name is 'if'"),
    ({"agent": "a", "timeout": True}, ("timeout",), "takes a number of seconds"),
    ({"agent": "a", "timeout": "3 weeks"}, ("timeout",), "not the text '3 weeks'"),
    (
        {"agent": "a", "reads": ["a", 2]},
        ("reads", 1),
        "Entry 2 of 'reads' takes a name, not the number 2",
    ),
    ({"agent": "a b"}, ("agent",), "'a b' is no name"),
    ({"agent": "a", "writes": [{"x": "str"}]}, ("writes", 0), "takes a name, not a mapping"),
    ({"agent": "a", "writes": ["x", "x"]}, ("writes", 1), "'x' is here twice"),
    (
        {"agent": "a", "error_handling": {"max_retries": "3"}},
        ("error_handling", "max_retries"),
        "whole number",
    ),
    (
        {"agent": "a", "error_handling": {"max_retries": -1}},
        ("error_handling", "max_retries"),
        "at least 0",
    ),
    (
        {"agent": "a", "error_handling": {"retry_policy": "fixd"}},
        ("error_handling", "retry_policy"),
        "'fixed'",
    ),
    ({"agent": "a", "function": "m:f"}, (), "several things at once: agent, function"),
    ({"agent": "a", "then": "x"}, ("then",), "'then' goes with 'if' only"),
    ({"function": "nothing"}, ("function",), "takes package.module:name, not the text 'nothing'"),
    ({"parallel": [{"step": "p", "agent": 1}]}, ("parallel", 0, "agent"), "takes a name"),
    (
        {"parallel": {"0": [{"step": "p", "agent": 1}]}},
        ("parallel", "0", 0, "agent"),
        "takes a name",
    ),
    (
        {"loop": {"steps": {"step": "p", "agent": 1}, "max_iterations": 2}},
        ("loop", "steps", "agent"),
        "a name",
    ),
    ({"loop": {"steps": "p"}}, ("loop",), "The key 'max_iterations' is missing"),
    (
        {"route": {"on": "x", "cases": {True: []}, "fallback": None}},
        ("route", "cases", True),
        "no step here",
    ),
    (
        {"route": {"on": "x", "cases": {1: "a", "1": "b"}, "fallback": None}},
        ("route", "cases", "1"),
        "twice",
    ),
    ({"review": {"fields": []}}, ("review", "fields"), "'fields' is empty"),
    (
        {"agent": "a", "validation_gates": {"before": 3}},
        ("validation_gates", "before"),
        "a name or a mapping",
    ),
    (
        {"agent": "a", "validation_gates": {"after": ["g", {"gat": "h"}]}},
        ("validation_gates", "after", 1, "gat"),
        "'gate'",
    ),
    ({"workflow": one(agentt=1)}, ("workflow", "workflow_steps", 0, "agentt"), "'agent'"),
]


@pytest.mark.parametrize(("step", "path", "said"), WRONG)
def test_each_fault_is_said_in_words_where_it_stands(
    step: dict[str, object], path: tuple[str | int, ...], said: str
) -> None:
    (problem,) = refused(one(**step))
    assert problem.path == ("workflow_steps", 0, *path)
    assert said in problem.message
    named = any(words in problem.message for words in ("no key", "goes with", "twice"))
    assert problem.at == ("key" if named else "value")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "The definition takes a mapping, not a list."),
        (None, "The definition takes a mapping, not nothing."),
        ({}, "The definition holds nothing."),
        (
            {"workflow_definition": {"name": "a", "version": 1}},
            "The key 'workflow_steps' is missing.",
        ),
        (
            {"workflow_steps": [{"step": "s", "agent": "a"}]},
            "The key 'workflow_definition' is missing.",
        ),
        (
            {"name": "a", "version": 1, "workflow_steps": [{"step": "s", "agent": "a"}]},
            "'name', 'version' belong inside 'workflow_definition'.",
        ),
    ],
)
def test_what_is_no_definition_is_told_how_one_begins(data: object, said: str) -> None:
    (problem,) = refused(data)
    assert problem.message == said
    assert "workflow_definition" in str(problem.fix)


def test_data_that_hold_themselves_are_refused() -> None:
    step: dict[str, object] = {"step": "s"}
    step["loop"] = {"steps": [step], "max_iterations": 2}
    (problem,) = refused({**one(agent="a"), "workflow_steps": [step]})
    assert "holds itself" in problem.message


def test_python_data_may_hold_functions_types_and_parts() -> None:
    given = one(function=math.floor, writes={"x": int}, metadata={"since": date(2020, 1, 2)})
    workflow = workflow_from({**given, "agents": [Agent("a")], "inputs": {"when": date | None}})
    assert workflow_from(workflow) == workflow
    text = one(function="math:floor", writes={"x": "int"}, metadata={"since": "2020-01-02"})
    same = workflow_from({**text, "agents": [{"name": "a"}], "inputs": {"when": "date|none"}})
    assert digest(same) == digest(workflow)
    assert digest(workflow_from(plain(workflow))) == digest(workflow)


def test_a_function_without_an_importable_name_has_a_digest_but_cannot_be_written() -> None:
    def local() -> None: ...

    for each in (local, lambda x: x, "text".upper, partial(math.floor, 1)):
        workflow = workflow_from(one(function=each))
        assert len(digest(workflow)) == 64
        with pytest.raises(DefinitionError, match=r"step 's' holds .* cannot be imported again"):
            plain(workflow)


def test_shorthand_and_layout_do_not_count() -> None:
    long = one(
        loop={
            "steps": [{"step": "t", "agent": "a", "description": "x"}],
            "max_iterations": 2,
            "until": "a>1",
        },
        timeout=90,
        writes={"x": None},
        validation_gates=[{"gate": "g", "when": "before"}],
    )
    short = one(
        loop={"max_iterations": 2, "until": " a  > 1 ", "steps": {"step": "t", "agent": "a"}},
        timeout="1.5m",
        writes="x",
        validation_gates={"before": "g"},
    )
    short["monitoring"] = {"metrics": ["m"]}
    assert digest(workflow_from(long)) == digest(workflow_from(short))


def test_what_is_written_reads_like_written_by_hand() -> None:
    workflow = workflow_from(
        one(parallel={"1": [{"step": "b", "agent": "a"}], "0": "c"}, writes=["x"], timeout=300)
    )
    assert write_text(plain(workflow)) == (
        "workflow_definition:\n  name: job\n  version: '1'\n"
        "workflow_steps:\n  - step: s\n    parallel:\n      - c\n"
        "      - step: b\n        agent: a\n    writes: x\n    timeout: '5m'\n"
    )


#: A time's unit, and keys that are the same only once they are text.
UNSEEN = ("not the text '3 weeks'", "twice")


@pytest.mark.parametrize("step", [step for step, _, said in WRONG if said not in UNSEEN])
def test_the_schema_keeps_common_mistakes_out(step: dict[str, object]) -> None:
    assert not SCHEMA.is_valid(spelled(one(**step)))


def test_the_schema_is_one_of_its_draft() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert json_schema()["title"] == "Dalsegno workflow"
    assert set(json_schema()["$defs"]["Step"]["properties"]) == {
        info.alias or name for name, info in Step.model_fields.items()
    }
    assert SCHEMA.is_valid(one(agent="a"))
    assert not SCHEMA.is_valid(one())
    assert isinstance(workflow_from(one(agent="a")), Workflow)
