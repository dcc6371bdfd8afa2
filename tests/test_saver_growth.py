"""How many bytes a run leaves on disk: what is added, and not the whole state at each step."""

import operator
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Annotated, Any

import pytest
from langchain_core.messages import AIMessage
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from dalsegno.checkpoints import SqliteSaver
from tests.saver_contract import counting, on, values

_TEXTS = Random(7)


def _text(size: int = 1_024) -> str:
    return "".join(_TEXTS.choices("abcdefghijklmnopqrstuvwxyz", k=size))


def _bytes(saver: SqliteSaver) -> int:
    saver.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return saver.database.path.stat().st_size


@pytest.mark.parametrize(
    "make",
    [
        lambda _: _text(),
        lambda number: {"text": _text(), "number": number},
        lambda number: AIMessage(_text(), id=str(number)),
    ],
    ids=["text", "dict", "message"],
)
def test_a_kilobyte_appended_is_stored_once(make: Callable[[int], Any], tmp_path: Path) -> None:
    saver = SqliteSaver(tmp_path / "x.db")
    empty = _bytes(saver)
    graph = counting(400, make).compile(checkpointer=saver)
    ended = graph.invoke({"items": [], "n": 0}, on("t"), durability="async")
    assert _bytes(saver) - empty <= 2.5 * 400 * 1_024
    saver.database.close()
    assert values(SqliteSaver(tmp_path / "x.db"))["items"] == ended["items"]


def test_a_conversation_in_many_calls_is_stored_once(tmp_path: Path) -> None:
    saver = SqliteSaver(tmp_path / "x.db")
    graph = counting(0, lambda _: {"text": _text()}).compile(checkpointer=saver)
    for _ in range(120):
        graph.invoke({"items": [{"asked": _text()}], "n": 0}, on("t"), durability="sync")
        graph.get_state(on("t"))  # another reader must not make the next call forget what it read
    # The input is stored twice: in `__start__`, as LangGraph has it, and by the step it starts.
    assert _bytes(saver) <= 4.5 * 240 * 1_024


def test_a_static_megabyte_is_stored_once(tmp_path: Path) -> None:
    class State(TypedDict):
        document: str
        n: int

    graph = StateGraph(State)
    graph.add_node("step", lambda state: {"n": state["n"] + 1})
    graph.add_edge(START, "step")
    graph.add_conditional_edges("step", lambda state: END if state["n"] >= 200 else "step")
    saver = SqliteSaver(tmp_path / "x.db")
    document = _text(2**20)
    graph.compile(checkpointer=saver).invoke(
        {"document": document, "n": 0}, on("t"), durability="async"
    )
    assert _bytes(saver) <= 2 * 2**20
    assert values(saver)["document"] == document
    saver.delete_thread("t")
    assert saver.database.rows("SELECT count(*) FROM dalsegno_value")[0][0] == 0
    assert saver.database.rows("SELECT count(*) FROM dalsegno_record")[0][0] == 0


def test_the_bytes_of_a_step_do_not_grow_with_their_number(tmp_path: Path) -> None:
    class State(TypedDict):
        log: Annotated[list[str], operator.add]
        n: int

    graph = StateGraph(State)
    graph.add_node("step", lambda state: {"log": [_text(64)], "n": state["n"] + 1})
    graph.add_edge(START, "step")
    graph.add_conditional_edges("step", lambda state: END if state["n"] >= 600 else "step")
    saver = SqliteSaver(tmp_path / "x.db")
    graph.compile(checkpointer=saver).invoke({"log": [], "n": 0}, on("t"), durability="async")
    sizes = [
        row["size"]
        for row in saver.database.rows(
            "SELECT length(body) AS size FROM dalsegno_record WHERE kind = 0 ORDER BY id"
        )
    ]
    assert max(sizes[-100:]) <= 1.3 * max(sizes[50:150])


def test_lists_that_begin_alike_are_each_read_as_they_are(tmp_path: Path) -> None:
    saver = SqliteSaver(tmp_path / "x.db")
    first = counting(110, lambda number: f"{number}").compile(checkpointer=saver)
    first.invoke({"items": ["begun"], "n": 0}, on("t"), durability="sync")
    middle = next(each for each in first.get_state_history(on("t")) if each.values["n"] == 70)
    other = counting(110, lambda number: f"other {number}").compile(checkpointer=saver)
    other.invoke(None, middle.config, durability="sync")
    told: list[tuple[int, list[str]]] = []
    for each in SqliteSaver(tmp_path / "x.db").list(on("t")):
        if "n" in (held := each.checkpoint["channel_values"]):
            told.append((held["n"], held["items"]))
    plain = ["begun", *map(str, range(110))]
    forked = ["begun", *map(str, range(70)), *(f"other {n}" for n in range(70, 110))]
    assert (
        [items for _, items in told]
        == [
            *(forked[: n + 1] for n in range(110, 69, -1)),  # a fork begins with a copy
            *(plain[: n + 1] for n in range(110, -1, -1)),
        ]
    )


def test_many_records_are_found_by_their_numbers(tmp_path: Path) -> None:
    saver = SqliteSaver(tmp_path / "x.db")
    counting(150, lambda number: f"{number}" * 20).compile(checkpointer=saver).invoke(
        {"items": [], "n": 0}, on("t"), durability="async"
    )
    asked: list[str] = []
    with saver.database.reading() as connection:
        connection.set_trace_callback(asked.append)
        assert len(values(saver)["items"]) == 150
        connection.set_trace_callback(None)
        many = [query for query in asked if query.count(",") > 100]
        assert many
        for query in many:
            plan = connection.execute(f"EXPLAIN QUERY PLAN {query}").fetchone()["detail"]
            assert "PRIMARY KEY" in plan
