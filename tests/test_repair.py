"""Threads that cannot be read: found, named, and brought back to their last sound state."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from dalsegno import Runtime
from dalsegno.checkpoints.database import database_at
from dalsegno.checkpoints.sqlite import SqliteSaver
from dalsegno.runtime.run import Run
from dalsegno.state.errors import ConflictError

from .test_state_rows import definition
from .test_tickets import APPROVE, graph_of, letter, output


def rows(path: Path, thread: str) -> list[tuple[int, str, int]]:
    """The records of a thread, the newest first."""
    with sqlite3.connect(path) as connection:
        return connection.execute(
            "SELECT r.id, r.checkpoint, r.kind FROM dalsegno_record AS r JOIN dalsegno_place AS p"
            " ON p.id = r.place WHERE p.thread = ? AND p.ns = '' ORDER BY r.id DESC",
            (thread,),
        ).fetchall()


def flip(path: Path, record: int) -> None:
    """Change one byte of a record."""
    with sqlite3.connect(path) as connection:
        (body,) = connection.execute(
            "SELECT body FROM dalsegno_record WHERE id = ?", (record,)
        ).fetchone()
        changed = bytearray(body)
        changed[len(changed) // 2] ^= 4
        connection.execute(
            "UPDATE dalsegno_record SET body = ? WHERE id = ?", (bytes(changed), record)
        )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.db"


@pytest.fixture
def rt(path: Path) -> Iterator[Runtime]:
    opened = Runtime(f"sqlite:///{path}", workflows=[letter()])
    yield opened
    opened.close()


def contents(path: Path, thread: str) -> list[Any]:
    with sqlite3.connect(path) as connection:
        return connection.execute(
            "SELECT r.* FROM dalsegno_record AS r JOIN dalsegno_place AS p ON p.id = r.place"
            " WHERE p.thread = ? ORDER BY r.id",
            (thread,),
        ).fetchall()


def test_A1_sound_threads_are_in_no_trouble_and_are_not_touched(
    rt: Runtime, path: Path, sample: Path
) -> None:
    paused = rt.start("investor_summary", {"document": str(sample)})
    run = rt.start(letter(), {"topic": "tea"})
    rt.decide(run.reviews()[0].id, APPROVE, by="ana")
    before = [contents(path, each) for each in (paused.thread_id, run.thread_id)]

    assert rt.examine() == ()
    assert rt.examine(repair=True) == ()

    assert [contents(path, each) for each in (paused.thread_id, run.thread_id)] == before
    assert [each.open for each in rt.reviews()] == [True]


def damaged(rt: Runtime, path: Path) -> tuple[Run, str]:
    """A run whose last checkpoint is damaged, and the id of that."""
    run = rt.start(letter(), {"topic": "tea"})
    record, checkpoint = next((id, name) for id, name, kind in rows(path, run.id) if kind == 0)
    rt.close()
    flip(path, record)
    return run, checkpoint


def test_A1_a_damaged_thread_is_named_with_its_checkpoint(rt: Runtime, path: Path) -> None:
    run, checkpoint = damaged(rt, path)
    sound = Runtime(f"sqlite:///{path}", workflows=[letter()])
    (trouble,) = sound.examine()
    assert (trouble.thread, trouble.run, trouble.checkpoint) == (run.id, run.id, checkpoint)
    assert "is not as it was written" in trouble.found[0]
    assert trouble.sound not in {None, checkpoint}
    assert (trouble.mended, trouble.refused) == (None, None)
    sound.close()


def test_A1_a_repaired_thread_goes_on_from_its_last_sound_state(rt: Runtime, path: Path) -> None:
    other = rt.start(letter(), {"topic": "other"})
    untouched = contents(path, other.thread_id)
    run, checkpoint = damaged(rt, path)
    mending = Runtime(f"sqlite:///{path}", workflows=[letter()])

    (trouble,) = mending.examine(repair=True)

    assert trouble.mended is not None
    assert "Taken out: checkpoint" in trouble.mended
    assert checkpoint not in {name for _, name, kind in rows(path, run.id) if kind == 0}
    assert mending.examine() == ()
    assert contents(path, other.thread_id) == untouched
    # What it had asked there it asks no more; it goes on, and asks again.
    assert mending.run(run.id).status == "queued"
    with pytest.raises(ConflictError, match="superseded"):
        mending.decide(f"{run.id}.1", APPROVE, by="ana")
    again = mending.resume(run.id)
    (ticket,) = again.reviews()
    assert ticket.args == {"text": "On tea."}
    assert mending.decide(ticket.id, APPROVE, by="ana").status == "completed"
    mending.close()


def test_A1_a_bad_write_by_a_foreign_saver_is_found_with_step_and_field(
    rt: Runtime, path: Path
) -> None:
    run = rt.start(letter(), {"topic": "tea"})
    graph, config = graph_of(rt, run)
    good = graph.get_state(config).config["configurable"]["checkpoint_id"]
    written_past_the_gate(path, run, "text", 5)

    (trouble,) = rt.examine()
    assert (trouble.run, trouble.field, trouble.sound) == (run.id, "text", good)
    assert trouble.found == ("'text' does not fit: Input should be a valid string (found 5)",)

    (mended,) = rt.examine(repair=True)
    assert mended.mended == (
        f"Taken out: the value of 'text'. It stands at checkpoint '{good}' again."
    )
    assert rt.examine() == ()
    assert rt.run(run.id).status == "queued"
    again = rt.resume(run.id)
    assert again.reviews()[0].args == {"text": "On tea."}
    assert output(rt.decide(again.reviews()[0].id, APPROVE, by="ana"))["sent"] == "sent: On tea."


def written_past_the_gate(path: Path, run: Run, field: str, value: object) -> None:
    """What another program writes, which knows LangGraph's savers and nothing of the gate."""
    saver = SqliteSaver(path)
    config: Any = {"configurable": {"thread_id": run.thread_id, "checkpoint_ns": ""}}
    found = saver.get_tuple(config)
    assert found is not None
    versions = dict(found.checkpoint["channel_versions"])
    versions[field] = saver.get_next_version(max(versions.values()), None)
    bad: Any = {
        **found.checkpoint,
        "id": found.checkpoint["id"][:-1] + "f",
        "channel_values": {**found.checkpoint["channel_values"], field: value},
        "channel_versions": versions,
    }
    saver.put(found.config, bad, {"source": "update", "step": 9}, {field: versions[field]})
    saver.database.close()


class Point(BaseModel):
    x: int
    y: int


def test_A1_a_class_that_changed_is_found_and_the_run_goes_back(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(topic: str) -> Point:
        return Point(x=1, y=2)

    given = definition(
        {"step": "find", "function": find, "writes": {"point": Point}},
        {"step": "ok", "review": {"fields": ["topic"], "decisions": ["approve", "reject"]}},
        inputs={"topic": "str"},
    )
    run = rt.start(given, {"topic": "tea"})
    assert rt.examine() == ()
    begun = next(each for each in rt.history(run) if each.next == ("find",))

    class Changed(BaseModel):
        x: int
        y: int
        z: int

    Changed.__name__ = Changed.__qualname__ = "Point"
    Changed.__module__ = Point.__module__
    monkeypatch.setattr(f"{Point.__module__}.Point", Changed)

    (trouble,) = rt.examine()
    assert trouble.run == run.id
    assert "Point" in trouble.found[0] or trouble.field == "point"
    assert trouble.sound == begun.checkpoint

    monkeypatch.undo()
    assert rt.examine() == ()


def test_A1_a_finished_run_is_reported_and_left(rt: Runtime, path: Path) -> None:
    run = rt.start(letter(), {"topic": "tea"})
    run = rt.decide(run.reviews()[0].id, APPROVE, by="ana")
    written_past_the_gate(path, run, "text", 5)

    (trouble,) = rt.examine(repair=True)

    assert trouble.mended is None
    assert "goes back no more" in str(trouble.refused)
    assert rt.run(run.id).status == "completed"
    fork = rt.fork(run, str(trouble.sound))
    assert output(rt.resume(fork))["sent"] == "sent: On tea."


def test_A1_a_thread_without_a_run_is_mended_too(path: Path) -> None:
    import dalsegno

    saver = SqliteSaver(path)
    graph = dalsegno.compile(letter(), saver)
    config: Any = {"configurable": {"thread_id": "bare"}}
    graph.invoke({"topic": "tea"}, config)
    record = next(id for id, _, kind in rows(path, "bare") if kind == 0)
    saver.database.close()
    flip(path, record)
    rt = Runtime(f"sqlite:///{path}")
    (trouble,) = rt.examine(repair=True)
    assert (trouble.thread, trouble.run) == ("bare", None)
    assert trouble.mended is not None
    rt.close()
    again = dalsegno.compile(letter(), SqliteSaver(database_at(str(path))))
    assert again.invoke(None, config)["text"] == "On tea."
