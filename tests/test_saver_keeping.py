"""Pruning, retention, copies, and threads that an older saver began."""

import operator
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Annotated

import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.sqlite import SqliteSaver as LangGraphSaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt
from typing_extensions import TypedDict

from dalsegno.checkpoints import SqliteSaver
from dalsegno.state.errors import ConflictError, DamagedError, InputError
from tests.saver_contract import counting, on, values


def _records(saver: SqliteSaver) -> int:
    count: int = saver.database.rows("SELECT count(*) FROM dalsegno_record")[0][0]
    return count


def _finished(place: Path, steps: int = 60) -> SqliteSaver:
    saver = SqliteSaver(place)
    graph = counting(steps, lambda number: {"number": number}).compile(checkpointer=saver)
    graph.invoke({"items": [], "n": 0}, on("t"), durability="sync")
    return saver


def test_pruning_keeps_the_last_checkpoint_whole(tmp_path: Path) -> None:
    saver = _finished(tmp_path / "x.db")
    before = values(saver)
    saver.prune(["t"])
    assert values(saver) == before
    assert len(list(saver.list(on("t")))) == 1
    assert saver.sound("t").sound
    again = counting(62, lambda number: {"number": number}).compile(checkpointer=saver)
    assert again.invoke({"items": []}, on("t"), durability="sync")["n"] == 62
    assert len(values(SqliteSaver(tmp_path / "x.db"))["items"]) == 62


def test_pruning_spares_what_a_paused_thread_needs(tmp_path: Path) -> None:
    class State(TypedDict):
        log: Annotated[list[str], operator.add]

    graph = StateGraph(State)
    graph.add_node("done", lambda _: {"log": ["done" * 50]})
    graph.add_node("ask", lambda _: {"log": [interrupt("?")]})
    graph.add_edge(START, "done")
    graph.add_edge(START, "ask")
    saver = SqliteSaver(tmp_path / "x.db")
    graph.compile(checkpointer=saver).invoke({"log": ["begun"]}, on("t"), durability="sync")
    saver.prune(["t"])
    assert saver.keep(newest=0, seconds=None, now=0.0) == 0
    again = graph.compile(checkpointer=SqliteSaver(tmp_path / "x.db"))
    ended = again.invoke(Command(resume="yes"), on("t"), durability="sync")
    assert ended["log"] in (["begun", "done" * 50, "yes"], ["begun", "yes", "done" * 50])


def test_deleting_leaves_nothing_and_a_thread_may_begin_anew(tmp_path: Path) -> None:
    saver = _finished(tmp_path / "x.db")
    saver.delete_thread("t")
    assert saver.get_tuple(on("t")) is None
    assert _records(saver) == 0
    graph = counting(2).compile(checkpointer=saver)
    assert graph.invoke({"items": [], "n": 0}, on("t"), durability="sync")["n"] == 2
    with pytest.raises(InputError, match="keep_lates"):
        saver.prune(["t"], strategy="keep_lates")


def test_retention_keeps_the_newest_and_the_young(tmp_path: Path) -> None:
    saver = _finished(tmp_path / "x.db", steps=20)
    history = list(saver.list(on("t")))
    assert saver.keep(newest=5, seconds=None, now=0.0) == len(history) - 5
    kept = list(saver.list(on("t")))
    assert [each.config for each in kept] == [each.config for each in history[:5]]
    assert [each.checkpoint for each in kept] == [each.checkpoint for each in history[:5]]
    assert saver.keep(newest=None, seconds=3600.0, now=0.0) == 0
    assert saver.keep(newest=None, seconds=1.0, now=4e9) == 4
    assert len(values(saver)["items"]) == 20


async def test_every_keeping_has_an_async_face(tmp_path: Path) -> None:
    saver = SqliteSaver(tmp_path / "x.db")
    graph = counting(5).compile(checkpointer=saver)
    await graph.ainvoke({"items": [], "n": 0}, on("t"), durability="sync")
    await saver.acopy_thread("t", "copy")
    assert await saver.akeep(newest=3, seconds=None, now=0.0) > 0
    await saver.aprune(["t"])
    await saver.adelete_for_runs(["nobody"])
    assert len([each async for each in saver.alist(on("t"))]) == 1
    await saver.adelete_thread("t")
    assert await saver.aget_tuple(on("t")) is None
    assert (await graph.aget_state(on("copy"))).values["n"] == 5
    saver.database.close()


def test_a_copy_goes_on_by_itself(tmp_path: Path) -> None:
    saver = _finished(tmp_path / "x.db")
    saver.copy_thread("t", "copy")
    saver.delete_thread("t")
    assert len(values(saver, "copy")["items"]) == 60
    assert saver.sound("copy").sound
    assert len(list(saver.list(on("copy")))) == 62
    with pytest.raises(ConflictError, match="'copy' already"):
        saver.copy_thread("t", "copy")


def test_a_damaged_thread_is_not_copied_so_that_it_seems_sound(tmp_path: Path) -> None:
    saver = _finished(tmp_path / "x.db", steps=3)
    saver.database.connection.execute("UPDATE dalsegno_record SET task = 'x' WHERE kind = 1")
    with pytest.raises(DamagedError, match="not as it was written"):
        saver.copy_thread("t", "copy")
    assert saver.get_tuple(on("copy")) is None


def test_runs_are_forgotten_by_their_id(tmp_path: Path) -> None:
    saver = SqliteSaver(tmp_path / "x.db")
    graph = counting(3).compile(checkpointer=saver)
    for name in ("a", "b"):
        graph.invoke(
            {"items": [name], "n": 0}, {**on("t"), "metadata": {"run_id": name}}, durability="sync"
        )
    saver.delete_for_runs(["b"])
    assert {each.metadata["run_id"] for each in saver.list(on("t"))} == {"a"}
    assert values(saver)["items"] == ["a", "0", "1", "2"]


class _Chat(TypedDict):
    messages: Annotated[list[HumanMessage], operator.add]
    document: str


def _chat() -> "StateGraph[_Chat]":
    graph = StateGraph(_Chat)
    graph.add_node("say", lambda _: {"messages": [HumanMessage("said", id="1")]})
    graph.add_node("ask", lambda _: {"messages": [HumanMessage(interrupt("?"), id="2")]})
    graph.add_edge(START, "say")
    graph.add_edge("say", "ask")
    return graph


def test_threads_of_langgraphs_own_saver_go_on(tmp_path: Path) -> None:
    place = tmp_path / "x.db"
    given = {"messages": [HumanMessage("hello", id="0")], "document": "x" * 10_000}
    with LangGraphSaver.from_conn_string(str(place)) as theirs:
        _chat().compile(checkpointer=theirs).invoke(given, on("t"), durability="sync")
        before = list(theirs.list(on("t")))
    saver = SqliteSaver(place)
    after = list(saver.list(on("t")))
    assert [each.checkpoint["channel_values"] for each in after] == [
        each.checkpoint["channel_values"] for each in before
    ]
    assert [each.metadata for each in after] == [each.metadata for each in before]
    assert after[0].pending_writes == before[0].pending_writes
    again = _chat().compile(checkpointer=saver)
    ended = again.invoke(Command(resume="answered"), on("t"), durability="sync")
    assert [each.content for each in ended["messages"]] == ["hello", "said", "answered"]
    with closing(sqlite3.connect(place)) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
    assert not names & {"checkpoints", "writes"}


#: The tables of schema 2, as it made them, beside LangGraph's.
_SCHEMA_2 = """
CREATE TABLE dalsegno_run (id TEXT PRIMARY KEY, thread TEXT NOT NULL, workflow TEXT NOT NULL,
    version TEXT NOT NULL, digest TEXT NOT NULL, source TEXT, model TEXT NOT NULL,
    inputs TEXT NOT NULL, status TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL,
    fence INTEGER NOT NULL DEFAULT 0, holder TEXT, held_until REAL, output TEXT, metrics TEXT,
    error TEXT) STRICT;
CREATE UNIQUE INDEX dalsegno_run_thread ON dalsegno_run (thread);
CREATE TABLE dalsegno_review (id TEXT PRIMARY KEY, run TEXT NOT NULL REFERENCES dalsegno_run (id),
    node TEXT NOT NULL, interrupt TEXT NOT NULL, digest TEXT NOT NULL, request TEXT NOT NULL,
    created REAL NOT NULL, assignee TEXT, deadline REAL, decision TEXT, decided_by TEXT,
    decided_at REAL, UNIQUE (run, interrupt, digest)) STRICT;
CREATE TABLE dalsegno_step (id INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES dalsegno_run (id),
    node TEXT NOT NULL, task TEXT NOT NULL, started REAL NOT NULL, ended REAL,
    outcome TEXT NOT NULL) STRICT;
CREATE TABLE dalsegno_value (digest TEXT PRIMARY KEY, type TEXT NOT NULL, value BLOB NOT NULL)
    STRICT;
INSERT INTO dalsegno_run VALUES ('r', 't', 'w', '1', 'd', NULL, 'm', '{}', 'paused', 1.0, 2.0,
    4, NULL, NULL, NULL, NULL, NULL);
INSERT INTO dalsegno_review VALUES ('r.1', 'r', 'ask', 'i', 'd', '{}', 1.5, 'ann', NULL, NULL,
    NULL, NULL);
INSERT INTO dalsegno_step VALUES (1, 'r', 'say', 'task', 1.0, 1.2, 'done');
PRAGMA user_version=2;
"""


def test_a_file_of_schema_2_is_carried_over(tmp_path: Path) -> None:
    place = tmp_path / "x.db"
    with LangGraphSaver.from_conn_string(str(place)) as theirs:
        given = {"messages": [HumanMessage("hello", id="0")], "document": ""}
        _chat().compile(checkpointer=theirs).invoke(given, on("t"), durability="sync")
        theirs.conn.executescript(_SCHEMA_2)
        kind, data = theirs.serde.dumps_typed("y" * 9_000)
        theirs.conn.execute("INSERT INTO dalsegno_value VALUES ('abc', ?, ?)", (kind, data))
        for row in theirs.conn.execute("SELECT rowid, checkpoint FROM checkpoints").fetchall():
            checkpoint = theirs.serde.loads_typed(("msgpack", row[1]))
            if "document" in checkpoint["channel_values"]:
                checkpoint["channel_values"]["document"] = {"dalsegno:value": "abc"}
            stored = theirs.serde.dumps_typed(checkpoint)[1]
            theirs.conn.execute(
                "UPDATE checkpoints SET checkpoint = ? WHERE rowid = ?", (stored, row[0])
            )
        theirs.conn.commit()
    saver = SqliteSaver(place)
    assert values(saver)["document"] == "y" * 9_000
    for table in ("dalsegno_run", "dalsegno_review", "dalsegno_step"):
        assert len(saver.database.rows(f"SELECT * FROM {table}")) == 1
    lease = saver.database.rows("SELECT * FROM dalsegno_lease")[0]
    assert (lease["thread"], lease["fence"], lease["holder"]) == ("t", 4, None)
    again = _chat().compile(checkpointer=saver)
    ended = again.invoke(Command(resume="answered"), on("t"), durability="sync")
    assert ended["messages"][-1].content == "answered"
