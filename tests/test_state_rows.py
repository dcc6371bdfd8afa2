"""What is known in a run: nothing unfit reaches it, and every step gets its own part of it."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.cache.sqlite import SqliteCache
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command
from pydantic import BaseModel
from pydantic_core import to_json

import dalsegno
from dalsegno import Runtime
from dalsegno.checkpoints.database import Database
from dalsegno.checkpoints.sqlite import SqliteSaver
from dalsegno.state.errors import DefinitionError, InputError, WriteError
from dalsegno.state.records import Decision
from dalsegno.state.view import WorkflowState, context_text

from .provider import MODEL, Given, Provider

#: A value that is looked for in what was stored.
POISON = "poison-7f3a"


def definition(*steps: Mapping[str, object], **keys: object) -> dict[str, Any]:
    """A workflow of these steps."""
    about = {"name": "rows", "version": "1", "owner": "tests"}
    return {"workflow_definition": about, "workflow_steps": list(steps), **keys}


def thread(name: str = "t") -> Any:
    return {"configurable": {"thread_id": name}}


def stored(path: Path) -> bytes:
    """Everything that the saver keeps of a state; an error's text is no state."""
    found = b""
    with sqlite3.connect(path) as connection:
        # Another connection's log is read too.
        for table, column, where in (
            ("dalsegno_record", "body", "WHERE instr(body, CAST('__error__' AS BLOB)) = 0"),
            ("dalsegno_value", "value", ""),
        ):
            rows = connection.execute(f"SELECT {column} FROM {table} {where}")
            found += b"".join(
                bytes(each) if isinstance(each, bytes) else str(each).encode() for (each,) in rows
            )
    connection.close()
    return found


class Inner(BaseModel):
    numbers: list[int] = []


class Outer(BaseModel):
    name: str
    inner: Inner


class Executes:
    """A class step."""

    async def execute(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"made": POISON}


def says() -> Any:
    return {"made": POISON}


async def says_later() -> Any:
    return {"made": POISON}


def commands() -> Any:
    return Command(update={"made": POISON})


STEPS: dict[str, dict[str, Any]] = {
    "function": {"function": says},
    "async function": {"function": says_later},
    "class": {"function": Executes},
    "object": {"function": Executes()},
    "command": {"function": commands},
    "agent": {"agent": "own"},
    "agent class": {"agent": "own_class"},
}
OWN = [
    {"name": "own", "function": says},
    {"name": "own_class", "function": Executes},
]


@pytest.mark.parametrize("face", ["invoke", "ainvoke"])
@pytest.mark.parametrize("kind", STEPS)
def test_A1_a_wrong_type_fails_at_its_node_and_reaches_no_checkpoint(
    kind: str, face: str, tmp_path: Path
) -> None:
    path = tmp_path / "t.db"
    step = {"step": "make", "writes": {"made": "int"}, **STEPS[kind]}
    graph: Any = dalsegno.compile(
        definition(step, agents=OWN), checkpointer=SqliteSaver(Database(path))
    )

    with pytest.raises(WriteError) as raised:
        if face == "invoke":
            graph.invoke({}, thread())
        else:
            asyncio.run(graph.ainvoke({}, thread()))

    assert raised.value.node == "make"
    assert "'made'" in raised.value.message
    assert raised.value.fix is not None and "int" in raised.value.fix
    assert POISON.encode() not in stored(path)
    state = graph.get_state(thread())
    assert ("made" in state.values, state.next) == (False, ("make",))
    assert list(graph.get_state_history(thread()))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("int", "5"),
        ("int", 5.0),
        ("int", True),
        ("str", 5),
        ("str", b"5"),
        ("float", "5"),
        ("float", True),
        ("bool", 1),
        ("bool", "yes"),
        ("list[int]", [1, "2"]),
        ("list[int]", 1),
        ("dict[str, int]", {"a": "1"}),
        ("str | None", 5),
        ("Outer", {"name": "a", "inner": {"numbers": ["1"]}}),
        ("Outer", {"name": "a", "inner": {}, "more": 1}),
        ("Outer", {"name": "a"}),
        ("list[Outer]", [{"name": 5, "inner": {}}]),
        ("str", None),
    ],
)
def test_A1_no_type_is_turned_into_another(kind: str, value: object) -> None:
    schemas = {
        "Outer": {"name": "str", "inner": "Inner"},
        "Inner": {"numbers": {"type": "list[int]", "default": []}},
    }
    step = {"step": "make", "function": lambda: {"made": value}, "writes": {"made": kind}}

    with pytest.raises(WriteError, match="made") as raised:
        dalsegno.compile(definition(step, schemas=schemas)).invoke({})

    assert raised.value.node == "make"


def test_A1_an_object_that_was_filled_past_its_own_checks_is_found_out() -> None:
    forged = Outer.model_construct(name=5, inner=Inner.model_construct(numbers=["x"]))
    step = {"step": "make", "function": lambda: forged, "writes": {"made": Outer}}

    with pytest.raises(WriteError, match=r"made\.(name|inner)"):
        dalsegno.compile(definition(step)).invoke({})


@pytest.mark.parametrize("command", [False, True])
def test_A1_a_key_that_is_not_declared_is_refused_with_the_nearest(command: bool) -> None:
    update = {"made": 1, "maed": POISON}
    step = {
        "step": "make",
        "function": lambda: Command(update=update) if command else update,
        "writes": {"made": "int"},
    }

    with pytest.raises(WriteError, match="'maed', which it does not declare; the nearest") as error:
        dalsegno.compile(definition(step)).invoke({})

    assert "Declare 'maed' under its 'writes'" in str(error.value)


def test_A1_what_a_step_does_not_write_it_may_not_write_even_when_others_do() -> None:
    def first() -> int:
        return 1

    def second(first: int) -> Any:
        return {"second": 2, "first": 3}

    with pytest.raises(WriteError, match="'second' returned 'first'"):
        dalsegno.compile(
            definition(
                {"step": "first", "function": first},
                {"step": "second", "function": second, "writes": {"second": "int"}},
            )
        ).invoke({})


def test_A1_a_command_that_says_where_to_go_is_refused() -> None:
    def make() -> Any:
        return Command(update={"made": 1}, goto="elsewhere")

    with pytest.raises(WriteError, match="says where to go") as raised:
        dalsegno.compile(
            definition({"step": "make", "function": make, "writes": {"made": "int"}})
        ).invoke({})

    assert "let a route read it" in str(raised.value.fix)


def test_A1_several_updates_at_once_are_refused() -> None:
    with pytest.raises(WriteError, match="make"):
        dalsegno.compile(
            definition(
                {
                    "step": "make",
                    "function": lambda: [{"made": 1}, {"other": 2}],
                    "writes": {"made": "int", "other": "int"},
                }
            )
        ).invoke({})


def test_A1_another_workflows_output_must_fit_the_field_that_it_fills() -> None:
    inner = definition(
        {"step": "say", "function": lambda: POISON, "writes": {"said": "str"}},
        outputs={"headline": "said"},
    )
    nested = {"step": "ask", "workflow": inner, "outputs": {"made": "headline"}}

    assert dalsegno.compile(definition(nested)).invoke({})["made"] == POISON
    with pytest.raises(DefinitionError, match="'made' is int"):
        dalsegno.load(definition(nested, state={"made": "int"}))


def test_A1_a_step_of_another_workflow_fails_by_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    inner = definition({"step": "say", "function": says, "writes": {"made": "int"}})
    graph: Any = dalsegno.compile(
        definition({"step": "ask", "workflow": inner}), checkpointer=SqliteSaver(Database(path))
    )

    with pytest.raises(WriteError) as raised:
        graph.invoke({}, thread())

    assert raised.value.node == "say"
    assert POISON.encode() not in stored(path)
    assert graph.get_state(thread()).next == ("ask",)


@pytest.mark.parametrize("single", [True, False])
def test_A1_an_item_of_a_map_is_checked_and_the_others_keep_their_work(
    single: bool, tmp_path: Path
) -> None:
    path, broken, calls = tmp_path / "t.db", [True], list[int]()

    async def one(item: int) -> Any:
        calls.append(item)
        if item == 2:
            await asyncio.sleep(0.1)
        return {"made": POISON if item == 2 and broken else item * 10}

    async def two(made: int) -> int:
        return made + 1

    steps: list[dict[str, Any]] = [{"step": "one", "function": one, "writes": {"made": "int"}}]
    if not single:
        steps.append({"step": "two", "function": two})
    graph: Any = dalsegno.compile(
        definition(
            {"step": "all", "map": {"over": "numbers", "steps": steps}},
            inputs={"numbers": "list[int]"},
        ),
        checkpointer=SqliteSaver(Database(path)),
    )

    with pytest.raises(WriteError, match="'one' returned a wrong 'made'"):
        asyncio.run(graph.ainvoke({"numbers": [1, 2, 3]}, thread()))

    assert POISON.encode() not in stored(path)
    broken.clear()
    done = asyncio.run(graph.ainvoke(None, thread()))
    assert done["all"] == ([10, 20, 30] if single else [11, 21, 31])
    assert sorted(calls) == [1, 2, 2, 3]


def test_A1_a_routes_decision_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    graph: Any = dalsegno.compile(
        definition(
            {
                "step": "way",
                "route": {
                    "agent": "own",
                    "cases": {"left": {"step": "left", "function": lambda: 1}},
                    "fallback": None,
                },
            },
            agents=[{"name": "own", "function": lambda: {"choice": 5, "confidence": POISON}}],
        ),
        checkpointer=SqliteSaver(Database(path)),
    )

    with pytest.raises(WriteError, match="way"):
        graph.invoke({}, thread())

    assert POISON.encode() not in stored(path)
    assert graph.get_state(thread()).next == ("way",)


def numbers_workflow() -> dict[str, Any]:
    def double(number: int) -> int:
        return number * 2

    def tell(double: int) -> str:
        return f"It is {double}."

    return definition(
        {"step": "double", "function": double},
        {"step": "tell", "function": tell},
        inputs={"number": "int"},
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [({"double": POISON}, "wrong 'double'"), ({"duoble": 1}, "'duoble'.*the nearest.*'double'")],
)
def test_A1_update_state_is_checked_as_a_step_is(
    values: dict[str, Any], told: str, tmp_path: Path
) -> None:
    path = tmp_path / "t.db"
    graph: Any = dalsegno.compile(numbers_workflow(), checkpointer=SqliteSaver(Database(path)))
    graph.invoke({"number": 2}, thread())
    before = graph.get_state(thread()).config

    with pytest.raises(WriteError, match=told):
        graph.update_state(thread(), values, as_node="double")

    assert graph.get_state(thread()).config == before
    assert POISON.encode() not in stored(path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": POISON},
        {"number": 1, "nubmer": 2},
        {"double": 5, "number": 1},
        {"history": [POISON], "number": 1},
        {"number": None},
        {},
        POISON,
        [("number", 1)],
        Command(update={"number": POISON}),
        Command(update={"double": POISON}),
        Command(update={"nubmer": 1}),
        Command(update=[("number", POISON)]),
        Command(update=[("nubmer", 1)]),
        Command(update={"history": POISON}),
        Command(update={"number": 1}, goto="tell"),
        Command(goto="nowhere"),
    ],
    ids=str,
)
def test_A1_input_is_refused_and_the_thread_takes_the_right_one_then(
    wrong: Any, tmp_path: Path
) -> None:
    path = tmp_path / "t.db"
    graph: Any = dalsegno.compile(numbers_workflow(), checkpointer=SqliteSaver(Database(path)))

    with pytest.raises(InputError):
        graph.invoke(wrong, thread())

    assert POISON.encode() not in stored(path)
    assert graph.invoke({"number": 2}, thread())["tell"] == "It is 4."


def test_A1_a_model_as_input_is_taken_by_its_fields() -> None:
    class Numbers(BaseModel):
        number: int

    graph: Any = dalsegno.compile(numbers_workflow())
    assert graph.invoke(Numbers(number=2))["tell"] == "It is 4."
    with pytest.raises(InputError, match="'number' does not fit"):
        graph.invoke(Numbers.model_construct(number=POISON))


def test_A1_the_work_of_a_branch_beside_the_failed_one_is_kept(tmp_path: Path) -> None:
    calls: list[str] = []

    async def good() -> int:
        calls.append("good")
        return 1

    async def bad() -> int:
        calls.append("bad")
        await asyncio.sleep(0.1)
        return POISON if calls.count("bad") == 1 else 2  # type: ignore[return-value]  # the point

    async def last(good: int, bad: int) -> int:
        return good + bad

    both = [{"step": "good", "function": good}, {"step": "bad", "function": bad}]
    graph: Any = dalsegno.compile(
        definition({"step": "both", "parallel": both}, {"step": "last", "function": last}),
        checkpointer=SqliteSaver(Database(tmp_path / "t.db")),
    )
    with pytest.raises(WriteError):
        asyncio.run(graph.ainvoke({}, thread()))

    assert asyncio.run(graph.ainvoke(None, thread()))["last"] == 3
    assert sorted(calls) == ["bad", "bad", "good"]


def test_A1_a_thread_that_failed_is_repaired_by_hand_and_goes_on(tmp_path: Path) -> None:
    def make() -> int:
        return POISON  # type: ignore[return-value]  # the point of it

    def after(make: int) -> int:
        return make + 1

    route = {
        "on": "make > 3",
        "cases": {"true": {"step": "high", "function": lambda: "high", "writes": {"way": "str"}}},
        "fallback": {"step": "low", "function": lambda: "low", "writes": {"way": "str"}},
    }
    graph: Any = dalsegno.compile(
        definition(
            {"step": "make", "function": make},
            {"step": "which", "route": route},
            {"step": "after", "function": after},
        ),
        checkpointer=SqliteSaver(Database(tmp_path / "t.db")),
    )
    with pytest.raises(WriteError):
        graph.invoke({}, thread())

    graph.update_state(thread(), {"make": 5}, as_node="make")

    done = graph.invoke(None, thread())
    assert (done["way"], done["after"]) == ("high", 6)
    assert done["decisions"][0].values == {"make": 5}


def test_A1_the_runtime_says_what_was_wrong_and_goes_on_when_it_is_mended(
    runtime: Runtime,
) -> None:
    broken = [True]

    def make() -> int:
        return POISON if broken else 5  # type: ignore[return-value]  # the point of it

    run = runtime.start(definition({"step": "make", "function": make}), {})

    assert (run.status, run.error is not None) == ("failed", True)
    assert run.error is not None
    assert (run.error["type"], run.error["node"]) == ("WriteError", "make")
    broken.clear()
    assert runtime.resume(run).output == {"make": 5}


@pytest.mark.parametrize("face", ["invoke", "ainvoke"])
@pytest.mark.parametrize("kept", [True, False])
def test_A1_what_a_step_changes_in_place_does_not_reach_the_state(kept: bool, face: str) -> None:
    given = {
        "numbers": [1],
        "by_name": {"a": [1]},
        "deep": {"a": {"b": [1]}},
        "some": {1},
        "outer": Outer(name="a", inner=Inner(numbers=[1])),
        "anything": [[1]],
    }

    def change(numbers: Any, by_name: Any, deep: Any, some: Any, outer: Any, anything: Any) -> str:
        numbers.append(99)
        by_name["a"].append(99)
        by_name["b"] = [99]
        deep["a"]["b"].append(99)
        some.add(99)
        outer.inner.numbers.append(99)
        outer.name = "99"
        anything[0].append(99)
        return "changed"

    def look(state: Any) -> str:
        return str({name: state[name] for name in sorted(given)})

    graph: Any = dalsegno.compile(
        definition(
            {"step": "change", "function": change},
            {"step": "look", "function": look, "reads": sorted(given)},
            inputs={
                "numbers": list[int],
                "by_name": dict[str, list[int]],
                "deep": dict,
                "some": set[int],
                "outer": Outer,
                "anything": Any,
            },
        ),
        checkpointer=InMemorySaver() if kept else None,
    )
    made = (
        graph.invoke(given, thread())
        if face == "invoke"
        else asyncio.run(graph.ainvoke(given, thread()))
    )

    assert "99" not in made["look"]
    assert "99" not in str(made["outer"])
    assert "99" not in str(given), "nor what the caller holds"


@pytest.mark.parametrize("kept", [True, False])
def test_A1_what_a_step_gave_and_changes_later_does_not_reach_the_state(kept: bool) -> None:
    held: list[Any] = []

    def give() -> Any:
        held.extend([[[1]], {"a": [1]}, Outer(name="a", inner=Inner(numbers=[1])), {"k": [1]}])
        return dict(zip(("rows", "plain", "outer", "joined"), held, strict=True))

    def change(rows: Any) -> str:
        held[0][0].append(99)
        held[1]["a"].append(99)
        held[2].inner.numbers.append(99)
        held[3]["k"].append(99)
        held[3]["other"] = [99]
        return "changed"

    def look(rows: Any, plain: Any, outer: Any, joined: Any) -> str:
        return str((rows, plain, outer, joined))

    graph: Any = dalsegno.compile(
        definition(
            {
                "step": "give",
                "function": give,
                "writes": {
                    "rows": list[list[int]],
                    "plain": dict,
                    "outer": Outer,
                    "joined": None,
                },
            },
            {"step": "change", "function": change},
            {"step": "look", "function": look},
            state={"joined": {"type": "dict[str, list[int]]", "merge": "merge"}},
        ),
        checkpointer=InMemorySaver() if kept else None,
    )

    assert "99" not in graph.invoke({}, thread())["look"]


def test_A1_a_default_is_nobodys_to_change() -> None:
    def change(numbers: list[int]) -> str:
        numbers.append(99)
        return "changed"

    def look(numbers: list[int]) -> str:
        return str(numbers)

    steps = ({"step": "change", "function": change}, {"step": "look", "function": look})
    for where in ("inputs", "state"):
        field = {"numbers": {"type": "list[int]", "default": []}}
        graph: Any = dalsegno.compile(definition(*steps, **{where: field}))
        assert [graph.invoke({})["look"] for _ in range(2)] == ["[]", "[]"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda within: st.lists(within) | st.dictionaries(st.text(), within),
        max_leaves=6,
    )
)
def test_A1_a_field_of_one_type_holds_that_type_or_nothing_was_written(value: object) -> None:
    kinds: dict[str, tuple[type, ...]] = {
        "str": (str,),
        "int": (int,),
        "float": (float, int),
        "bool": (bool,),
        "list[str]": (list,),
    }
    for kind, fits in kinds.items():
        graph = handing_on(kind)
        try:
            made = graph.invoke({"given": {"value": value}})["made"]
        except WriteError:
            assert kind == "list[str]" or type(value) not in fits, (kind, value)
        else:
            assert type(made) in fits
            assert made == value


@cache
def handing_on(kind: str) -> Any:
    """A graph whose one step gives what it is given, as a field of that type."""

    def make(data: dict[str, Any]) -> Any:
        return {"made": data["given"]["value"]}

    step = {"step": "make", "function": make, "reads": ["given"], "writes": {"made": kind}}
    return dalsegno.compile(definition(step, inputs={"given": dict}))


def test_A2_a_step_gets_what_it_declares_and_nothing_else() -> None:
    seen: dict[str, Any] = {}

    def by_name(question: str) -> int:
        seen["by_name"] = question
        return 1

    def by_view(state: WorkflowState) -> int:
        seen["by_view"] = state.as_dict()
        return 1

    def by_mapping(data: dict[str, Any]) -> int:
        seen["by_mapping"] = dict(data)
        return 1

    class Executing:
        async def execute(self, given: dict[str, Any]) -> dict[str, Any]:
            seen["executing"] = dict(given)
            return {"executing": 1}

    steps = [{"step": each.__name__, "function": each} for each in (by_name, by_view, by_mapping)]
    executing = {"step": "executing", "function": Executing, "writes": {"executing": "int"}}
    dalsegno.compile(
        definition(
            steps[0],
            *({**each, "reads": ["question"]} for each in (*steps[1:], executing)),
            inputs={"question": "str", "secret": "str"},
        )
    ).invoke({"question": "why?", "secret": POISON})

    question = {"question": "why?"}
    assert seen == {
        "by_name": "why?",
        "by_view": question,
        "by_mapping": question,
        "executing": question,
    }


class Known(BaseModel):
    question: str = ""
    secret: str = POISON


@pytest.mark.parametrize("state", [{"question": "str", "secret": "str"}, Known])
def test_A2_reading_what_is_not_declared_is_an_error_that_says_so(state: Any) -> None:
    def look(state: Any) -> str:
        return str(state.secret)

    step = {"step": "look", "function": look, "reads": ["question"]}
    with pytest.raises(AttributeError, match=r"'look' does not read 'secret'.*'reads'"):
        dalsegno.compile(definition(step, state=state)).invoke({})


def test_A2_an_agent_reads_what_its_step_declares_and_nothing_else(
    provider: Provider, runtime: Runtime
) -> None:
    provider.on("Answer", {"look": "Nothing."})
    step = {"step": "look", "agent": "reader", "reads": ["question"]}
    workflow = definition(
        step, agents=[{"name": "reader"}], inputs={"question": "str", "secret": "str"}
    )

    runtime.start(workflow, {"question": "Why is that?", "secret": POISON}, model=MODEL)

    (request,) = provider.requests
    assert "Why is that?" in str(request)
    assert POISON not in str(request)


@pytest.mark.parametrize("state", [{"question": "str"}, Known])
def test_A2_the_state_is_frozen(state: Any) -> None:
    def change(state: Any) -> str:
        state.question = "another"
        return "changed"

    step = {"step": "change", "function": change, "reads": ["question"]}
    with pytest.raises(AttributeError, match="frozen"):
        dalsegno.compile(definition(step, state=state)).invoke({})


def test_A2_history_and_tokens_are_kept_by_step_and_add_up(
    provider: Provider, runtime: Runtime, tmp_path: Path
) -> None:
    provider.on(
        "Answer",
        Given(content=json.dumps({"first": "One."}), used=(100, 7)),
        Given(content="no form", used=(210, 9)),
        Given(content=json.dumps({"second": "Two."}), used=(220, 11)),
    )
    workflow = definition(
        {"step": "begin", "function": lambda: 1, "writes": {"begin": "int"}},
        {"step": "first", "agent": "writer"},
        {"step": "second", "agent": "writer"},
        agents=[{"name": "writer"}],
    )

    run = runtime.start(workflow, {}, model=MODEL)

    rows: Any = run.metrics["by_step"]
    assert [
        (row["step"], row["calls"], row["input_tokens"], row["output_tokens"]) for row in rows
    ] == [
        ("first", 1, 100, 7),
        ("second", 2, 430, 20),
    ]
    for key in ("calls", "input_tokens", "output_tokens"):
        assert run.metrics[key] == sum(row[key] for row in rows)
    assert (run.metrics["input_tokens"], run.metrics["output_tokens"]) == (530, 27)
    graph: Any = dalsegno.compile(workflow, SqliteSaver(f"sqlite:///{tmp_path}/runs.db"))
    state = graph.get_state(thread(run.thread_id)).values
    assert list(state["history"]) == ["begin", "first", "second"]
    assert [each.step for each in state["usage"]] == ["first", "second"]


def test_A2_tokens_within_maps_and_other_workflows_are_counted_once(
    provider: Provider, runtime: Runtime
) -> None:
    provider.on("Answer", {"said": "Something."})
    agents = [{"name": "writer"}]
    say = {"step": "say", "agent": "writer", "writes": {"said": "str"}}
    keep = {"step": "keep", "function": lambda said: said, "writes": {"kept": "str"}}
    workflow = definition(
        {"step": "single", "map": {"over": "numbers", "steps": [say]}},
        {
            "step": "longer",
            "map": {
                "over": "numbers",
                "steps": [{**say, "step": "tell"}, keep],
            },
        },
        {"step": "nested", "workflow": definition({**say, "step": "speak"}, agents=agents)},
        agents=agents,
        inputs={"numbers": "list[int]"},
    )

    run = runtime.start(workflow, {"numbers": [1, 2, 3]}, model=MODEL)

    assert (run.status, run.error) == ("completed", None)
    assert run.metrics["calls"] == len(provider.requests) == 7
    assert run.metrics["input_tokens"] == 7000


def test_A3_results_are_added_and_got() -> None:
    state = WorkflowState({"question": "why?"}, step="look")

    more = state.add_result("answer", {"text": "so"})

    assert (more.answer, more.get_result("answer")) == ({"text": "so"}, {"text": "so"})
    assert more["question"] == "why?"
    assert "answer" not in state, "the first one stays as it was"
    assert (state.get_result("answer"), state.get_result("answer", "none")) == (None, "none")
    assert (set(more), len(more.as_dict())) == ({"question", "answer"}, 2)
    assert json.loads(more.as_json()) == {"question": "why?", "answer": {"text": "so"}}
    with pytest.raises(KeyError, match="does not read 'anwser'; the nearest name is 'answer'"):
        more["anwser"]


def test_A3_the_whole_context_is_text_with_each_result_cut() -> None:
    state = WorkflowState({"long": "x" * 1000, "short": "y", "none": None, "figures": {"a": 1}})

    text = state.as_text(each=10)

    assert text == 'long: xxxxxxxxx…\n\nshort: y\n\nfigures: {"a": 1}'
    assert "x" * 399 + "…" in state.as_text()
    with pytest.raises(ValueError, match="at least one"):
        state.as_text(each=0)


@given(
    st.dictionaries(st.text(min_size=1), st.text() | st.integers() | st.lists(st.text())),
    st.integers(1, 50),
)
def test_A3_no_result_is_longer_than_stated(values: dict[str, object], each: int) -> None:
    text = context_text(values, each=each)

    headings = sum(len(name) + len(": ") for name in values)
    breaks = 2 * max(len(values) - 1, 0)
    assert len(text) <= headings + breaks + each * len(values)


def test_A3_a_step_hands_its_context_on_as_text() -> None:
    def brief(state: WorkflowState) -> str:
        return state.add_result("note", "seen").as_text(each=5)

    step = {"step": "brief", "function": brief, "reads": ["question"]}
    found = dalsegno.compile(definition(step, inputs={"question": "str"})).invoke(
        {"question": "why is that?"}
    )

    assert found["brief"] == "question: why …\n\nnote: seen"


def test_A7_every_intermediate_output_can_be_inspected_and_serialised(
    provider: Provider, runtime: Runtime, tmp_path: Path
) -> None:
    provider.on("Decision", {"choice": "left", "confidence": 0.9, "reason": "So."})
    left = {
        "step": "left",
        "function": lambda: Outer(name="a", inner=Inner(numbers=[1])),
        "writes": {"outer": Outer},
    }
    workflow = definition(
        {"step": "first", "function": lambda: 1, "writes": {"first": "int"}},
        {
            "step": "way",
            "route": {"agent": "router", "cases": {"left": left}, "fallback": None},
        },
        {
            "step": "all",
            "map": {
                "over": "outer.inner.numbers",
                "steps": [
                    {"step": "one", "function": lambda item: item * 10, "writes": {"one": "int"}}
                ],
            },
        },
        {"step": "last", "function": lambda all: all[0], "writes": {"last": "int"}},
        agents=[{"name": "router"}],
    )

    run = runtime.start(workflow, {}, model=MODEL)

    assert (run.status, run.error) == ("completed", None)
    assert json.loads(json.dumps(run.public()))["output"]["outer"]["inner"] == {"numbers": [1]}
    assert [each.node for each in run.trace] == ["first", "way", "left", "one", "all", "last"]
    graph: Any = dalsegno.compile(workflow, SqliteSaver(f"sqlite:///{tmp_path}/runs.db"))
    snapshots = list(graph.get_state_history(thread(run.thread_id)))
    for each in snapshots:
        assert json.loads(to_json(each.values)) is not None
    after = {each.next: each.values for each in snapshots}
    assert after["last",]["all"] == [10]
    assert "all" not in after["left",]
    assert after[()]["outer"] == Outer(name="a", inner=Inner(numbers=[1]))
    (choice,) = after[()]["decisions"]
    assert choice.values["way"] == Decision(choice="left", confidence=0.9, reason="So.")


def cached_steps(calls: list[str], cache: Any = True) -> dict[str, Any]:
    def made(text: str) -> Outer:
        calls.append(text)
        return Outer(name=text, inner=Inner(numbers=[len(text)]))

    route = {
        "on": "loud",
        "cases": {
            "true": {
                "step": "shout",
                "function": lambda made: made.name.upper(),
                "writes": {"said": "str"},
            }
        },
        "fallback": {"step": "tell", "function": lambda made: made.name, "writes": {"said": "str"}},
    }
    return definition(
        {"step": "made", "function": made, "cache": cache},
        {"step": "how", "route": route},
        inputs={"text": "str", "loud": "bool"},
    )


@pytest.mark.parametrize("face", ["invoke", "ainvoke"])
def test_A7_a_result_is_kept_for_when_the_step_reads_the_same_again(face: str) -> None:
    calls: list[str] = []
    graph: Any = dalsegno.compile(cached_steps(calls))

    def run(text: str, loud: bool) -> Any:
        given = {"text": text, "loud": loud}
        return graph.invoke(given) if face == "invoke" else asyncio.run(graph.ainvoke(given))

    assert run("a", False)["said"] == "a"
    again = run("a", True)
    assert (again["said"], calls) == ("A", ["a"]), "the way on is decided anew"
    assert again["made"] == Outer(name="a", inner=Inner(numbers=[1]))
    assert run("b", True)["said"] == "B"
    assert calls == ["a", "b"]


def test_A7_nothing_is_kept_where_nobody_says_so_or_for_longer_than_said() -> None:
    calls: list[str] = []
    given = {"text": "a", "loud": False}
    plain: Any = dalsegno.compile(cached_steps(calls, cache=False))
    plain.invoke(given)
    plain.invoke(given)
    assert calls == ["a", "a"]

    short: Any = dalsegno.compile(cached_steps(calls, cache="1s"))
    short.invoke(given)
    short.invoke(given)
    assert len(calls) == 3
    time.sleep(1.1)
    short.invoke(given)
    assert len(calls) == 4


def test_A7_results_are_kept_across_graphs_in_a_cache_of_ones_own(tmp_path: Path) -> None:
    calls: list[str] = []
    for made in (["a"], []):
        calls.clear()  # a function's result is its own for what it brings along, this list too
        cache = SqliteCache(path=str(tmp_path / "cache.db"))
        graph: Any = dalsegno.compile(cached_steps(calls), cache=cache)
        found = graph.invoke({"text": "a", "loud": False})
        assert found["made"] == Outer(name="a", inner=Inner(numbers=[1]))
        del graph, cache
        assert calls == made


def test_A7_an_agents_answer_that_is_kept_is_not_paid_for_again(
    provider: Provider, runtime: Runtime
) -> None:
    provider.on("Answer", {"said": "Something."})
    say = {"step": "say", "agent": "writer", "writes": {"said": "str"}}
    say |= {"reads": ["text"], "cache": "1h"}
    workflow = dalsegno.load(
        definition(
            {"step": "all", "map": {"over": "texts", "as": "text", "steps": [say]}},
            agents=[{"name": "writer"}],
            inputs={"texts": "list[str]"},
        )
    )

    first = runtime.start(workflow, {"texts": ["a", "b"]}, model=MODEL)
    second = runtime.start(workflow, {"texts": ["b", "a", "c"]}, model=MODEL)

    assert (first.metrics["calls"], second.metrics["calls"]) == (2, 1)
    assert len(provider.requests) == 3
    assert second.output is not None
    assert second.output["all"] == ["Something."] * 3


def test_A7_a_failure_is_not_kept() -> None:
    calls: list[int] = []

    def work() -> int:
        calls.append(1)
        if len(calls) == 1:
            raise ConnectionError("down")
        return len(calls)

    graph: Any = dalsegno.compile(definition({"step": "work", "function": work, "cache": True}))
    with pytest.raises(ConnectionError):
        graph.invoke({})
    assert [graph.invoke({})["work"] for _ in range(2)] == [2, 2]


def test_A7_only_what_a_step_gives_can_be_kept() -> None:
    step = {"step": "check", "review": {"fields": ["text"]}, "cache": True}
    with pytest.raises(DefinitionError, match="'cache' goes with agent, function only"):
        dalsegno.load(definition(step, inputs={"text": "str"}))


def test_A7_what_is_kept_for_one_function_is_not_given_to_another() -> None:
    def times(factor: int) -> Any:
        def multiply(number: int) -> int:
            return factor * number

        return multiply

    def inner(factor: int) -> dict[str, Any]:
        step = {"step": "made", "function": times(factor), "cache": True}
        return definition(step, inputs={"number": "int"})

    steps = (
        {"step": "two", "workflow": inner(2), "outputs": {"two": "made"}},
        {"step": "ten", "workflow": inner(10), "outputs": {"ten": "made"}},
    )
    graph: Any = dalsegno.compile(definition(*steps, inputs={"number": "int"}))
    found = graph.invoke({"number": 3})
    assert (found["two"], found["ten"]) == (6, 30)


def test_A7_what_a_step_does_not_read_as_a_field_cannot_be_kept() -> None:
    def who(config: Any) -> str:
        return str(config["configurable"].get("user"))

    with pytest.raises(DefinitionError, match="cannot be kept: its function takes 'config'"):
        dalsegno.load(definition({"step": "who", "function": who, "cache": True}))


def test_F2_a_nested_workflow_that_asked_a_person_is_not_tried_again_as_a_whole() -> None:
    tried: list[str] = []

    def first(number: int) -> int:
        tried.append("first")
        return number

    def fails(first: int) -> int:
        tried.append("fails")
        raise ConnectionError("gone")

    inner = definition(
        {"step": "first", "function": first},
        {"step": "ok", "review": {"fields": ["first"]}},
        {"step": "fails", "function": fails},
        inputs={"number": "int"},
    )
    handling = {"max_retries": 2, "first_wait": 0}
    step = {"step": "all", "workflow": inner, "error_handling": handling}
    given = definition(step, inputs={"number": "int"})
    graph: Any = dalsegno.compile(given, checkpointer=InMemorySaver())
    graph.invoke({"number": 1}, thread())
    with pytest.raises(ConnectionError):
        graph.invoke(Command(resume={"type": "approve"}), thread())
    assert tried == ["first", "fails"]
