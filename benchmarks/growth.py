"""What a long thread takes on disk, and whether its steps stay quick: ours and bare LangGraph.

    python benchmarks/growth.py [--quick] [--directory PLACE]

Bytes are the whole file's after PRAGMA wal_checkpoint(TRUNCATE), divided by the characters that the
steps appended. Bare LangGraph writes 624 MB in 1,000 steps: the run needs 1 GB of free disk.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import shapes
from measuring import (
    Child,
    Plan,
    Report,
    answer_as_child,
    bare_saver,
    ms,
    our_saver,
    planned,
    removed,
    size_of,
    spread,
)

#: The targets: bytes on disk for each appended, bytes of a field that never changes, a late step
#: against an early one, and milliseconds to read a long thread's state in a fresh process.
PER_BYTE, STATIC_TIMES, LATE_STEP, READ_MS = 2.5, 2.0, 1.3, 50.0
STATIC = 1_000_000
EARLY, WINDOW = 10, 50

Opened = Callable[[Path], AbstractContextManager[Any]]
SAVERS: dict[str, Opened] = {"bare": bare_saver, "ours": our_saver}


def main(argv: list[str]) -> int:
    if argv[:1] == ["--child"]:
        return answer_as_child({"state": _state, "history": _history}, argv[1])
    with planned(__doc__ or "", argv) as plan:
        report = Report(plan)
        _appended(plan, report)
        _static(plan, report)
        _late_steps(plan, report)
        _reading(plan, report)
        return report.end()


def _appended(plan: Plan, report: Report) -> None:
    size = shapes.ITEM_BYTES
    report.head(f"Each step appends {size:,} characters", "on disk", "time", "per byte")
    few, some, many = plan.pick((200, 1_000, 3_000), (100, 200, 1_000), (10, 20, 1_000))
    for form in shapes.FORMS:
        # The form is all that differs, so one of bare LangGraph's is run to the length of ours.
        bare = [("bare", some if form == "str" else few)]
        for side, steps in (*bare, *(("ours", each) for each in sorted({some, many}))):
            path = plan.directory / "appended.db"
            seconds = _grow(SAVERS[side], path, form, steps)
            _print_appended(report, f"{side}, {form}", path, steps, seconds)
    for steps in sorted({some, many}):
        path = plan.directory / "defined.db"
        seconds = _grow_defined(path, steps)
        _print_appended(report, "ours, definition", path, steps, seconds)


def _print_appended(report: Report, name: str, path: Path, steps: int, seconds: float) -> None:
    found = size_of(path)
    removed(path)
    ratio = found / (steps * shapes.ITEM_BYTES)
    # In a file of few steps the empty tables have too much weight.
    target = PER_BYTE if name.startswith("ours") and steps >= 500 else None
    report.line(
        f"{name}, {steps:,} steps",
        f"{found / 1e6:.2f} MB",
        f"{seconds:.1f} s",
        f"{ratio:.2f}",
        value=ratio,
        target=target,
        is_time=False,
    )


def _grow(opened: Opened, path: Path, form: shapes.Form, steps: int) -> float:
    """Run a thread to so many steps; gives the seconds."""
    with opened(path) as saver:
        graph = shapes.grow_by_hand(form, saver)
        began = time.perf_counter()
        found = graph.invoke(
            {"until": steps, "items": []}, shapes.config("long"), durability="sync"
        )
        seconds = time.perf_counter() - began
        assert found["items"] == [shapes.item(form, n) for n in range(steps)]
    return seconds


def _grow_defined(path: Path, steps: int) -> float:
    import dalsegno

    with our_saver(path) as saver:
        graph = dalsegno.compile(shapes.grow(steps), saver)
        began = time.perf_counter()
        found = graph.invoke({"total": 0}, shapes.config("long"), durability="sync")
        seconds = time.perf_counter() - began
        assert list(found["items"]) == [shapes.item("str", n) for n in range(steps)]
    return seconds


def _static(plan: Plan, report: Report) -> None:
    steps = plan.pick(200, 20, 10)
    title = f"A field of {STATIC:,} characters that never changes, {steps} steps"
    report.head(title, "on disk", "time", "of the field")
    for kind in ("text", "dict"):
        for side, opened in SAVERS.items():
            path = plan.directory / "static.db"
            given = {"total": 0, "until": steps, "weight": shapes.weight(kind, STATIC)}
            with opened(path) as saver:
                graph = shapes.weighted_by_hand(saver)
                began = time.perf_counter()
                found = graph.invoke(given, shapes.config("static"), durability="sync")
                seconds = time.perf_counter() - began
                assert found == {**given, "total": steps}
            size = size_of(path)
            removed(path)
            report.line(
                f"{side}, {kind}",
                f"{size / 1e6:.2f} MB",
                f"{seconds:.2f} s",
                f"{size / STATIC:.2f}",
                value=size / STATIC,
                target=STATIC_TIMES if side == "ours" else None,
                is_time=False,
            )


def _late_steps(plan: Plan, report: Report) -> None:
    """Late steps against early ones.

    A long thread and a short one are streamed at once, a step of each in turn, so that both meet
    the same noise; when the short one has gone through its window, another begins.
    """
    columns = ("early", "late", "median ratio", "quartiles")
    report.head(f"A late step against step {EARLY}, one of each in turn", *columns)
    for side, opened in SAVERS.items():
        length = plan.pick((1_000, 3_000), (200, 1_000), (60, 80))[side == "ours"]
        window = plan.pick(WINDOW, WINDOW, 10)
        long, short = plan.directory / "long.db", plan.directory / "short.db"
        with opened(long) as one, opened(short) as other:
            times = list(_stepped(one, other, length, window))
        removed(long)
        removed(short)
        early, late = zip(*times, strict=True)
        ratio = statistics.median(late) / statistics.median(early)
        report.line(
            f"{side}, step {length:,}",
            ms(statistics.median(early)),
            ms(statistics.median(late)),
            f"{ratio:.2f}",
            spread([two / one for one, two in times]),
            value=ratio,
            target=LATE_STEP if side == "ours" else None,
        )


def _stepped(one: Any, other: Any, length: int, window: int) -> Iterator[tuple[float, float]]:
    """The seconds of an early step and of a late one, of two windows of steps."""
    stream = _stream(one, "long", length)
    for _ in range(length - 2 * window):
        next(stream)
    for number in range(2):
        early = _stream(other, f"short {number}", length)
        for _ in range(EARLY):
            next(early)
        for _ in range(window):
            yield _next(early), _next(stream)
        early.close()
    assert next(stream, None) is None, "the long thread is longer than it should be"


def _stream(saver: Any, thread: str, length: int) -> Any:
    graph = shapes.grow_by_hand("str", saver)
    given = {"until": length, "items": []}
    return graph.stream(given, shapes.config(thread), durability="sync", stream_mode="updates")


def _next(stream: Any) -> float:
    began = time.perf_counter()
    next(stream)
    return time.perf_counter() - began


def _reading(plan: Plan, report: Report) -> None:
    columns = ("opening, state", "first 10", "whole process")
    report.head("A long thread read by a fresh process, imports not counted", *columns)
    few, many, most = plan.pick((300, 1_000, 3_000), (100, 200, 1_000), (20, 20, 20))
    threads = dict.fromkeys((("bare", few), ("bare", many), ("ours", few), ("ours", most)))
    rounds, trials = plan.pick((9, 1), (5, 1), (1, 0))
    paths = {each: plan.directory / f"{each[0]}-{each[1]}.db" for each in threads}
    for (side, steps), path in paths.items():
        _grow(SAVERS[side], path, "str", steps)
    children = {
        (side, name): Child(__file__, name) for side in SAVERS for name in ("state", "history")
    }
    said: dict[Any, list[tuple[float, float, float]]] = {each: [] for each in threads}
    for _ in range(trials + rounds):  # a trial finds what is imported late
        for (side, steps), path in paths.items():
            state = children[side, "state"](side, path)
            history = children[side, "history"](side, path)
            assert state["found"] == steps
            assert history["found"] == [steps - n for n in range(10)]
            said[side, steps].append((state["seconds"], history["seconds"], state["process"]))
    for (side, steps), figures in said.items():
        state, history, process = map(statistics.median, zip(*figures[trials:], strict=True))
        is_judged = (side, steps) == ("ours", most)
        report.line(
            f"{side}, {steps:,} steps",
            ms(state),
            ms(history),
            ms(process),
            value=state * 1_000,
            target=READ_MS if is_judged else None,
        )


def _state(side: str, path: str) -> Callable[[], int]:
    """For a fresh process: how many items there are, once the database is open."""

    def read() -> int:
        with SAVERS[side](Path(path)) as saver:
            graph = shapes.grow_by_hand("str", saver)
            return len(graph.get_state(shapes.config("long")).values["items"])

    return read


def _history(side: str, path: str) -> Callable[[], list[int]]:
    """For a fresh process: how many items the ten newest checkpoints have."""

    def read() -> list[int]:
        with SAVERS[side](Path(path)) as saver:
            graph = shapes.grow_by_hand("str", saver)
            found = graph.get_state_history(shapes.config("long"), limit=10)
            return [len(each.values["items"]) for each in found]

    return read


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
