"""The compiled graph is LangGraph's own, under invoke, ainvoke and stream alike."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command

import dalsegno
from dalsegno.checkpoints.database import Database
from dalsegno.checkpoints.sqlite import SqliteSaver
from dalsegno.graphs.library import CATALOG
from dalsegno.nodes.blocking import in_thread
from dalsegno.state.errors import InputError


def _config(thread: str = "t") -> Any:
    return {"configurable": {"thread_id": thread}}


@pytest.fixture
def graph() -> Any:
    return dalsegno.compile("investor_summary", checkpointer=InMemorySaver())


def test_compile_gives_langgraphs_own_graph(graph: Any) -> None:
    assert isinstance(graph, CompiledStateGraph)
    assert graph.get_graph().nodes.keys() >= {"load", "extract", "final_approval", "deliver"}


def test_invoke_pauses_and_a_command_resumes_it(graph: Any, sample: Path) -> None:
    paused = graph.invoke({"document": str(sample)}, _config())
    request = paused["__interrupt__"][0].value
    form = paused["__interrupt__"][0].response_schema
    assert set(form["discriminator"]["mapping"]) == {"approve", "edit", "reject", "respond"}
    assert request["action_requests"][0]["name"] == "final_approval"
    answer = {"decisions": [{"type": "approve"}]}
    assert graph.invoke(Command(resume=answer), _config())["outcome"] == "approved"


async def test_ainvoke_gives_what_invoke_gives(graph: Any, sample: Path) -> None:
    paused = await graph.ainvoke({"document": str(sample)}, _config("a"))
    same = await in_thread(graph.invoke, {"document": str(sample)}, _config("b"))
    assert paused["figures"] == same["figures"]
    assert paused["summary"] == same["summary"]


async def test_invoke_works_inside_a_running_loop(graph: Any, sample: Path) -> None:
    paused = graph.invoke({"document": str(sample)}, _config())
    assert paused["__interrupt__"]


def test_stream_gives_each_step(graph: Any, sample: Path) -> None:
    steps = [
        name
        for chunk in graph.stream({"document": str(sample)}, _config(), stream_mode="updates")
        for name in chunk
    ]
    assert steps[:4] == ["load", "select", "parse", "extract"]
    assert steps[-1] == "__interrupt__"


async def test_astream_gives_each_step(graph: Any, sample: Path) -> None:
    steps = [
        name
        async for chunk in graph.astream(
            {"document": str(sample)}, _config(), stream_mode="updates"
        )
        for name in chunk
    ]
    assert set(steps[4:6]) == {"trends", "risks"}


def test_a_missing_document_is_named_by_the_graph_itself(graph: Any) -> None:
    with pytest.raises(InputError, match="no input 'documnet'; the nearest name is 'document'"):
        graph.invoke({"documnet": "x.pdf"}, _config())


def test_the_same_saver_serves_both_faces(sample: Path, tmp_path: Path) -> None:
    saver = SqliteSaver(Database(tmp_path / "g.db"))
    graph: Any = dalsegno.compile("investor_summary", checkpointer=saver)
    paused = graph.invoke({"document": str(sample)}, _config())
    assert paused["__interrupt__"]
    again: Any = dalsegno.compile(
        "investor_summary", checkpointer=SqliteSaver(Database(tmp_path / "g.db"))
    )
    answer = {"type": "approve"}
    done = asyncio.run(again.ainvoke(Command(resume=answer), _config()))
    assert done["outcome"] == "approved"
    history = list(again.get_state_history(_config()))
    assert history[-1].next == ("__start__",)
    assert tuple(history[0].values["pages"]) == paused["pages"]


def test_a_saver_is_made_from_a_path_or_a_url(sample: Path, tmp_path: Path) -> None:
    with SqliteSaver.from_conn_string(str(tmp_path / "p.db")) as saver:
        graph: Any = dalsegno.compile("investor_summary", checkpointer=saver)
        assert graph.invoke({"document": str(sample)}, _config())["__interrupt__"]
    reopened: Any = dalsegno.compile(
        "investor_summary", checkpointer=SqliteSaver(f"sqlite:///{tmp_path}/p.db")
    )
    assert reopened.get_state(_config()).next == ("final_approval",)


def test_threads_of_one_graph_do_not_share_files(sample: Path, tmp_path: Path) -> None:
    graph: Any = dalsegno.compile("investor_summary", checkpointer=InMemorySaver())
    places = set()
    for thread in ("a", "b/../c"):
        graph.invoke({"document": str(sample)}, _config(thread))
        done = graph.invoke(Command(resume={"type": "approve"}), _config(thread))
        places.add(Path(done["artifacts"][0]).resolve().parent)
    assert len(places) == 2
    assert all(place.parent == tmp_path / "dalsegno-runs" for place in places)


def test_large_values_are_stored_once(sample: Path, tmp_path: Path) -> None:
    database = Database(tmp_path / "g.db")
    graph: Any = dalsegno.compile("investor_summary", checkpointer=SqliteSaver(database))
    graph.invoke({"document": str(sample)}, _config())
    rows = database.rows("SELECT max(length(body)) AS most, count(*) AS n FROM dalsegno_record")
    assert rows[0]["n"] >= 9
    pages = database.rows("SELECT max(length(value)) AS most FROM dalsegno_value")[0]["most"]
    assert pages > 4_096, "the pages' text is a value of its own"
    total = database.rows("SELECT sum(length(body)) AS all_of_it FROM dalsegno_record")
    assert total[0]["all_of_it"] < rows[0]["n"] * 2 * 4_096, "and not one in every checkpoint"


def test_parallel_steps_really_overlap() -> None:
    """Each of two nodes waits for the other: they end only when both run at once."""
    meeting = threading.Barrier(2, timeout=10)

    async def left() -> int:
        await in_thread(meeting.wait)
        return 1

    def right() -> int:
        meeting.wait()
        return 1

    steps = [{"step": each.__name__, "function": each} for each in (left, right)]
    compiled = dalsegno.compile(
        {
            "workflow_definition": {"name": "both", "version": "1"},
            "workflow_steps": [{"step": "both", "parallel": steps}],
            "outputs": ["left", "right"],
        }
    )
    found: Any = compiled.invoke({})
    assert (found["left"], found["right"]) == (1, 1)
    found = asyncio.run(compiled.ainvoke({}))
    assert (found["left"], found["right"]) == (1, 1)


def test_a_notebook_draws_the_graph_without_a_network(graph: Any) -> None:
    bundle = graph._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg")
    assert "final_approval" in bundle["text/vnd.mermaid"]


def test_every_ready_graph_is_there_for_langgraphs_own_tools() -> None:
    import importlib
    import json

    root = Path(dalsegno.__file__).parent
    served = json.loads((root / "langgraph.json").read_text())["graphs"]
    assert sorted(served) == sorted(CATALOG)
    for name, place in served.items():
        module, _, attribute = place.partition(":")
        graph = vars(importlib.import_module(module))[attribute]  # as those tools look it up
        assert isinstance(graph, CompiledStateGraph)
        assert graph.name == name
