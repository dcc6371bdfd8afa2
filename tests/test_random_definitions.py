"""Random definitions compile, run to an end, and give what plain Python gives."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langgraph.checkpoint.memory import InMemorySaver

import dalsegno
from dalsegno.checkpoints.database import Database
from dalsegno.checkpoints.sqlite import SqliteSaver
from tests.interpreter import Scope, interpret
from tests.random_definitions import (
    DEPTH,
    KINDS,
    MOST_STEPS,
    Example,
    PowerCutError,
    count_steps,
    depth_of,
    examples,
    pairs,
)

#: What is drawn may be deeper than a person should write.
pytestmark = pytest.mark.filterwarnings("ignore::dalsegno.state.errors.DefinitionWarning")

TELEMETRY = {"usage", "history", "decisions", "verdicts", "failures"}
LAW = settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
        HealthCheck.large_base_example,
    ],
)
RUNS = count()


@pytest.fixture(scope="module")
def saver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteSaver]:
    database = Database(tmp_path_factory.mktemp("random") / "runs.db")
    yield SqliteSaver(database)
    database.close()


def ended(graph: Any, inputs: Any, *, awaited: bool = False, **config: Any) -> dict[str, Any]:
    """The state at the end, by either face; a run that stops before a node is told to go on."""
    thread: Any = {"configurable": {"thread_id": f"t{next(RUNS)}"}}
    given: Any = inputs
    for _ in range(2000):
        try:
            if awaited:
                result = asyncio.run(graph.ainvoke(given, thread, **config))
            else:
                result = graph.invoke(given, thread, **config)
        except PowerCutError:
            result = None
        if graph.checkpointer is None or not graph.get_state(thread).next:
            assert result is not None
            return dict(result)
        given = None
    raise AssertionError("it never ends")


def assert_same(result: dict[str, Any], expected: Scope, definition: Any) -> None:
    """The same fields, the same steps and the same ways; lists that grew at once in any order."""
    loose = {
        name for name, spec in definition["state"].items() if spec["merge"] in {"append", "union"}
    }
    found = {name: value for name, value in result.items() if name not in TELEMETRY}
    assert found.keys() == expected.values.keys()
    for name, value in expected.values.items():
        if name in loose:
            assert sorted(found[name]) == sorted(value), name
        else:
            assert found[name] == value, name
    assert Counter(result.get("history", ())) == Counter(expected.trace.history)
    ways = Counter((each.step, each.chosen) for each in result.get("decisions", ()))
    assert ways == Counter(expected.trace.decisions)


def check(example: Example, saver: SqliteSaver, data: st.DataObject) -> None:
    """One example, run in one of the ways in which graphs are run."""
    expected = interpret(example.definition, example.inputs)
    called = Counter(example.calls.made)
    example.calls.made.clear()
    kept = data.draw(st.sampled_from([None, None, "memory", "sqlite"]))
    graph = dalsegno.compile(
        example.definition, {"memory": InMemorySaver(), "sqlite": saver}.get(kept)
    )
    awaited = data.draw(st.booleans())
    halt = data.draw(st.sampled_from(["no", "before", "power"])) if kept else "no"
    config = {}
    if halt == "before":
        nodes = sorted(each for each in graph.nodes if each != "__start__")
        config["interrupt_before"] = [data.draw(st.sampled_from(nodes))]
    if halt == "power" and called:
        example.calls.fuse = data.draw(st.integers(1, called.total()))
    result = ended(graph, example.inputs, awaited=awaited, **config)
    assert_same(result, expected, example.definition)
    if halt != "power":
        assert Counter(example.calls.made) == called
    else:  # what the power cut interrupted was not written down, and is done again
        assert called <= Counter(example.calls.made)


@settings(LAW, max_examples=200)
@given(examples(), st.data())
def test_B13_random_nested_definitions_give_what_plain_python_gives(
    saver: SqliteSaver, example: Example, data: st.DataObject
) -> None:
    check(example, saver, data)


@pytest.mark.sweep
@settings(LAW, max_examples=2000)
@given(examples(), st.data())
def test_B13_many_more_random_definitions_give_what_plain_python_gives(
    saver: SqliteSaver, example: Example, data: st.DataObject
) -> None:
    check(example, saver, data)


def test_random_definitions_put_every_pattern_within_every_other() -> None:
    found: Counter[tuple[str, str]] = Counter()
    sizes: list[tuple[int, int]] = []

    @settings(LAW, max_examples=300, derandomize=True, database=None)
    @given(examples())
    def gather(example: Example) -> None:
        steps = example.definition["workflow_steps"]
        found.update(set(pairs(steps)))
        sizes.append((count_steps(steps), depth_of(steps)))

    gather()
    outer = [each for each in KINDS if each != "function"]
    # A list in an order of its own stands in a workflow, or in a way of some step.
    missing = {(a, b) for a in outer for b in KINDS if (a, b) != ("dag", "dag")} - found.keys()
    assert not missing
    assert max(size for size, _ in sizes) <= MOST_STEPS
    assert max(deep for _, deep in sizes) >= DEPTH


# Shapes that random definitions found to be hard, or that are easily got wrong.


def both(steps: list[Any], given: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The state at the end, which is the same by the graph and by plain Python."""
    given = given or {}
    definition = {
        "workflow_definition": {"name": "shape", "version": "1", "owner": "tests"},
        "inputs": {name: type(value) for name, value in given.items()},
        "state": {},
        "workflow_steps": steps,
        **more,
    }
    expected = interpret(definition, given)
    result = ended(dalsegno.compile(definition), given)
    assert_same(result, expected, definition)
    return {**expected.values, "history": expected.trace.history}


def one() -> int:
    return 1


def ten() -> int:
    return 10


def ones() -> list[int]:
    return [1]


def step(name: str, does: Any = one, **more: Any) -> dict[str, Any]:
    return {"step": name, "function": does, **more}


def when(name: str, condition: str, then: Any, **more: Any) -> dict[str, Any]:
    return {"step": name, "if": condition, "then": then, **more}


def loop(name: str, steps: Any, most: int, **more: Any) -> dict[str, Any]:
    return {"step": name, "loop": {"steps": steps, "max_iterations": most, **more}}


def each(name: str, over: str, steps: Any, **more: Any) -> dict[str, Any]:
    return {"step": name, "map": {"over": over, "steps": steps, **more}}


SUM = {"type": int, "merge": "add"}
LIST = {"type": list[int], "merge": "append"}


def test_workflows_may_be_nested_side_by_side() -> None:
    inner = {
        "workflow_definition": {"name": "inner", "version": "1", "owner": "tests"},
        "workflow_steps": [step("a")],
    }
    sides = [{"step": name, "workflow": inner, "outputs": {name: "a"}} for name in ("v", "w")]
    end = both([{"step": "p", "parallel": sides}, step("b")])
    assert end["history"] == [*"avawb"]


def test_the_first_write_meets_the_default_of_a_field_that_merges() -> None:
    state = {"total": {**SUM, "default": 5}, "seen": {**LIST, "default": [9]}}
    steps = [
        {"step": "p", "parallel": [step("a", writes="total"), step("b", ones, writes="seen")]},
        when("after", "total > 5", step("c", writes="total")),
    ]
    end = both(steps, state=state)
    assert (end["total"], end["seen"]) == (7, [9, 1])


def test_a_condition_sees_the_default_before_and_after_the_first_write() -> None:
    steps = [
        when("before", "total == 5", step("a", writes="total")),
        when("after", "total == 6", step("b")),
    ]
    assert both(steps, state={"total": {**SUM, "default": 5}})["history"] == ["a", "b"]


def test_a_default_that_was_met_is_kept_by_a_checkpoint(saver: SqliteSaver) -> None:
    definition: Any = {
        "workflow_definition": {"name": "kept", "version": "1", "owner": "tests"},
        "state": {"total": {**SUM, "default": 5}},
        "workflow_steps": [step("a", writes="total"), step("b", writes="total")],
    }
    graph = dalsegno.compile(definition, saver)
    assert ended(graph, {}, interrupt_before=["a", "b"])["total"] == 7


def test_a_nested_workflow_gives_the_default_of_what_it_did_not_write() -> None:
    inner = {
        "workflow_definition": {"name": "inner", "version": "1", "owner": "tests"},
        "inputs": {"n": int},
        "state": {"total": {**SUM, "default": 5}},
        "workflow_steps": [when("b", "n > 5", [step("a", writes="total"), step("x")])],
    }
    outputs = {"total": "total", "x": "x"}
    nested = {"step": "w", "workflow": inner, "outputs": outputs}
    for way in (nested, {**nested, "workflow": {**inner, "outputs": outputs}}):
        end = both([way], {"n": 1})
        assert end["total"] == 5
        assert "x" not in end, "what it never wrote is not written here either"
        mapped = each("m", "items", {**way, "inputs": {"n": "item"}}, collect="x")
        end = both([mapped], {"items": [1, 9]}, inputs={"items": list[int]})
        assert end["m"] == [None, 1]


def test_an_item_without_a_result_has_none_or_the_default() -> None:
    end = both(
        [
            each("none", "items", when("b", "item > 1", step("a"))),
            each(
                "empty",
                "items",
                when("d", "item > 1", step("c", ones, writes={"m": LIST})),
                collect="m",
            ),
        ],
        {"items": [1, 2]},
        inputs={"items": list[int]},
    )
    assert (end["none"], end["empty"]) == ([None, 1], [[], [1]])


def test_an_item_that_is_one_step_meets_the_default_too() -> None:
    merged = {"m": {**SUM, "default": 5}}
    end = both(
        [each("found", "items", step("a", writes=merged))],
        {"items": [1, 2]},
        inputs={"items": list[int]},
    )
    assert end["found"] == [6, 6]


def test_an_items_result_is_the_field_that_is_written_last() -> None:
    body = [step("a"), step("b"), step("c", ten, writes={"a": int})]
    end = both([each("m", "items", body)], {"items": [1]}, inputs={"items": list[int]})
    assert end["m"] == [10]


@pytest.mark.parametrize("name", ["x_body", "workflow", "y"])
def test_a_step_may_be_called_like_a_list_of_steps(name: str) -> None:
    body = [step("a"), step("b", depends_on=["a"]), step("c", depends_on=["a"])]
    sides = {"step": name, "parallel": [step("p"), step("q")], "depends_on": ["x"]}
    last = when("z", "n > 5", step("s"), depends_on=[name])
    history = both([loop("x", body, 2), sides, last], {"n": 1})["history"]
    assert Counter(history) == Counter("aabbccpq")


def test_an_inner_loop_counts_anew_at_every_entry() -> None:
    steps = [loop("outer", [loop("inner", step("a"), 3), step("b")], 2), loop("last", step("c"), 2)]
    assert both(steps)["history"] == [*"aaabaaab", *"cc"]


def test_an_inner_loop_that_ends_at_once_costs_the_outer_one_nothing() -> None:
    inner = loop("inner", step("a"), 3, until="a == 1")
    assert both([loop("outer", inner, 3)])["history"] == ["a"] * 3
    deep = loop("outer", loop("middle", inner, 2), 2)
    assert both([deep])["history"] == ["a"] * 4


def test_a_loop_may_be_the_last_part_of_a_branch() -> None:
    sides = [[step("a"), loop("l", step("b"), 3)], loop("m", step("c"), 2), step("d")]
    steps = [{"step": "p", "parallel": sides}, step("e")]
    history = both(steps)["history"]
    assert Counter(history) == Counter("abbbccde")
    assert history[-1] == "e"


def test_branches_whose_every_way_is_empty_still_meet() -> None:
    empty = {"step": "r", "route": {"on": "n", "cases": {7: step("x")}, "fallback": None}}
    sides = [when("i", "n > 5", step("y")), empty, loop("l", when("j", "n > 5", step("z")), 3)]
    around = {"step": "p", "parallel": sides}
    assert both([around], {"n": 1})["history"] == []
    assert both([around, step("e")], {"n": 1})["history"] == ["e"]
    assert both([step("e"), loop("o", around, 2)], {"n": 1})["history"] == ["e"]


@pytest.mark.parametrize("n", [1, 9])
def test_an_if_without_else_may_stand_first_and_last(n: int) -> None:
    steps = [when("i", "n > 5", step("a")), step("b"), when("j", "n > 5", step("c"))]
    assert both(steps, {"n": n})["history"] == (["a", "b", "c"] if n > 5 else ["b"])
    assert both(steps[:1], {"n": n})["history"] == (["a"] if n > 5 else [])


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_loop_may_consist_of_a_route_only(n: int) -> None:
    cases = {1: step("a"), 2: "led"}
    route = {"step": "r", "route": {"on": "n", "cases": cases, "fallback": None}}
    steps = [loop("l", [route, step("led")], 3), step("end")]
    expected = {1: ["a"] * 3, 2: ["led"] * 3, 3: []}[n]
    assert both(steps, {"n": n})["history"] == [*expected, "end"]


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_several_values_and_the_fallback_lead_to_one_step(n: int) -> None:
    cases = {1: "b", 2: "b", 3: ["c"]}
    route = {"step": "r", "route": {"on": "n", "cases": cases, "fallback": "b"}}
    chained = when("c", "n == 3", "d")
    steps = [step("b"), route, step("d"), chained, step("e")]
    assert both(steps, {"n": n})["history"] == (["d", "e"] if n == 3 else ["b", "e"])


def test_a_route_in_a_loop_in_branches_in_a_map() -> None:
    route = {
        "step": "r",
        "route": {"on": "item", "cases": {1: step("a"), 2: step("b")}, "fallback": None},
    }
    sides = {"step": "p", "parallel": [loop("l", route, 2), step("c")]}
    end = both([each("m", "items", sides)], {"items": [1, 2, 3]}, inputs={"items": list[int]})
    assert end["m"] == [1, 1, 1]
    assert Counter(end["history"]) == Counter([*"aacbbcc", "m"])


def test_maps_within_maps_keep_order_and_emptiness() -> None:
    def double(item: int) -> int:
        return 2 * item

    rows = each("row", "item", [step("x", double), step("y", depends_on=["x"])], collect="x")
    grid = [[1, 2], [], [3]]
    end = both([each("m", "grid", rows)], {"grid": grid}, inputs={"grid": list[list[int]]})
    assert end["m"] == [[2, 4], [], [6]]
    none = both(
        [each("m", "grid", rows), step("z")], {"grid": []}, inputs={"grid": list[list[int]]}
    )
    assert (none["m"], none["history"]) == ([], ["m", "z"])


def test_what_depends_waits_for_every_way_of_what_it_needs() -> None:
    long = when("i", "n > 0", [loop("l", step("a"), 2), step("b")])
    steps = [long, step("c", depends_on=[]), step("d", depends_on=["i", "c"]), step("e")]
    history = both(steps, {"n": 1})["history"]
    assert history.index("d") > history.index("b")
    assert Counter(history) == Counter("aabcde")
