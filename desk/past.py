"""What a run went through and where it was taken to, as lines of text or as JSON."""

import json as jsonlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from ..state.errors import InputError
from ..state.plain import as_json
from ..state.run import FINAL
from .terminal import command, print_json, say

if TYPE_CHECKING:
    from ..runtime.history import Entry
    from ..runtime.run import Run

#: As much of a value as a line of a history shows.
_SHOWN = 60


def show_history(run: "Run", entries: Sequence["Entry"], *, json: bool) -> None:
    """The checkpoints of a run, the newest first: who made each, and what it changed."""
    if json:
        plain = [as_json(asdict(each)) for each in entries]
        print_json({"run_id": run.id, "thread_id": run.thread_id, "history": plain})
        return
    for each in entries:
        say(f"{each.checkpoint}  {_moment(each.at)}  {_made_by(each)}")
        before = {name: as_json(value) for name, value in each.before.items()}
        for name, value in each.after.items():
            was = f"{_short(before[name])} → " if name in before else ""
            say(f"    {name}: {was}{_short(as_json(value))}")
        for name in sorted(before.keys() - each.after.keys()):
            say(f"    {name}: {_short(before[name])} → nothing")
        if each.next:
            say(f"    then {', '.join(each.next)}")
    if entries:
        last = entries[-1].checkpoint
        say()
        # A run that has ended does not go back, and a fork not beyond its beginning.
        if run.status not in FINAL and run.record.forked_from is None:
            say(f"Go back with:           {command(f'rollback {run.id} {last}')}")
        say(f"Try another way with:   {command(f'fork {run.id} {last}')}")


def _made_by(entry: "Entry") -> str:
    if entry.steps:
        return ", ".join(entry.steps)
    told = {"input": "the inputs", "update": "by hand", "fork": "taken back to here"}
    return told.get(entry.source, "begun")


def _short(value: object) -> str:
    text = jsonlib.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def show_moved(run: "Run", told: str, *, json: bool) -> None:
    """A run that was taken back, or begun from another, and how it goes on."""
    if json:
        print_json(_with_origin(run))
        return
    say(told)
    for review in run.reviews():
        say(f"Review {review.id} ({review.node}) waits: {command(f'show {run.id}')}")
    if run.status == "queued":
        say(f"Go on with: {command(f'resume {run.id}')}")


def _with_origin(run: "Run") -> Mapping[str, object]:
    record = run.record
    return {**run.public(), "forked_from": record.forked_from, "forked_at": record.forked_at}


def show_cancelled(run: "Run", *, json: bool) -> None:
    """A run that was ended for good."""
    if json:
        print_json(run.public())
    else:
        say(f"Run {run.id} is cancelled; what it has done is kept: {command(f'show {run.id}')}")


def prune_database(db: str, *, newest: int | None, days: float | None, json: bool) -> None:
    """Delete old checkpoints.

    Raises:
        InputError: neither a number nor an age was given.
    """
    if newest is None and days is None:
        raise InputError(
            "Nothing says which checkpoints to keep.",
            fix="Give --newest 20, --days 30, or both: then both must hold for one to be deleted.",
        )
    from ..checkpoints.database import database_at
    from ..checkpoints.sqlite import SqliteSaver

    database = database_at(db)
    seconds = None if days is None else days * 86_400
    gone = 0
    if database.exists:
        gone = SqliteSaver(database).keep(newest=newest, seconds=seconds, now=time.time())
    database.close()
    if json:
        print_json({"deleted": gone})
    else:
        say(f"Deleted {gone} checkpoints." if gone else "There is nothing to delete.")
