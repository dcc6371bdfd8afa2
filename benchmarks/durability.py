"""What it costs that nothing is lost: ours against LangGraph's own SQLite savers, side by side.

    python benchmarks/durability.py [--quick] [--directory PLACE]

Both wait for the disk at each checkpoint (durability="sync", PRAGMA synchronous=FULL, checked).
There are three ways of ours: our saver under the very graph that bare LangGraph runs; the same
shape as a definition of ours with our saver, and so with gate and journal; and that definition
through ``Runtime``, with its record of the run, its lease and its trace. All have the one target.
Nodes do next to nothing and make no calls, so nothing hides what storage costs.
"""

import asyncio
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import shapes
from measuring import (
    COLUMNS,
    FULL,
    Child,
    Pairs,
    Plan,
    Report,
    answer_as_child,
    bare_saver,
    clocked,
    commits_of_ours,
    in_turn,
    ms,
    our_saver,
    planned,
    removed,
    spread,
)

#: The most that ours may take of the time that bare LangGraph takes.
CHAIN, LOOP, FAN, CONCURRENT, RESUME = 0.7, 0.7, 0.8, 0.45, 1.0
NODES, PASSES, WIDTH, THREADS, FEW_NODES = 10, 200, 100, 500, 5

Run = Callable[[], object]


def main(argv: list[str]) -> int:
    if argv[:1] == ["--child"]:
        return answer_as_child(_CHILDREN, argv[1])
    with planned(__doc__ or "", argv) as plan:
        report = Report(plan)
        _commits(plan)
        report.head("A run, synchronous face", *COLUMNS)
        for case in _cases(plan):
            _compare(plan, report, case)
        _concurrent(plan, report)
        _resume(plan, report)
        _calls(plan, report)
        return report.end()


def _commits(plan: Plan) -> None:
    """What waits for the disk, looked at before anything is timed."""

    def run(saver: Any) -> None:
        graph = shapes.chain_by_hand(NODES, saver)
        graph.invoke({"total": 0}, shapes.config("looked at"), durability="sync")

    print(f"Commits of a chain of {NODES}, all of which bare LangGraph waits for:")
    for what, (times, waits) in commits_of_ours(plan.directory / "commits.db", run).items():
        print(f"  ours, {what}: {times}, {'waiting' if waits else 'outliving kill -9 only'}")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One workflow by hand and as a definition."""

    name: str
    by_hand: Callable[[Any], Any]
    definition: shapes.Definition
    given: Mapping[str, Any]
    result: Mapping[str, Any]
    pairs: int
    target: float
    in_runtime: bool = True


def _cases(plan: Plan) -> tuple[Case, ...]:
    passes, width = plan.pick(PASSES, PASSES, 5), plan.pick(WIDTH, WIDTH, 5)
    return (
        Case(
            name=f"chain of {NODES}",
            by_hand=lambda saver: shapes.chain_by_hand(NODES, saver),
            definition=shapes.chain(NODES),
            given={"total": 0},
            result={"total": NODES},
            pairs=plan.pick(40, 12, 1),
            target=CHAIN,
        ),
        Case(
            name=f"loop of {passes}",
            by_hand=lambda saver: shapes.loop_by_hand(passes, saver),
            definition=shapes.loop(passes),
            given={"total": 0},
            result={"total": passes},
            pairs=plan.pick(12, 4, 1),
            target=LOOP,
        ),
        Case(
            name=f"fan-out of {width}",
            by_hand=shapes.fan_by_hand,
            definition=shapes.fan(),
            given={"numbers": list(range(width))},
            result={"doubled": [2 * each for each in range(width)]},
            pairs=plan.pick(24, 8, 1),
            target=FAN,
            in_runtime=False,
        ),
    )


def _compare(plan: Plan, report: Report, case: Case) -> None:
    """Each way of ours beside bare LangGraph, every run a thread of its own."""
    with _both_savers(plan) as (bare, ours), _runtime(plan, case.definition) as runtime:
        by_hand = _invoked(case.by_hand(bare), case)
        ways = {
            "drop-in saver": _invoked(case.by_hand(ours), case),
            "definition": _invoked(_compiled(case.definition, ours), case),
        }
        if case.in_runtime:
            ways["Runtime"] = _started(runtime, case)
        for way, run in ways.items():
            pairs = in_turn(clocked(by_hand), clocked(run), case.pairs)
            name = f"{case.name}, {way}"
            report.line(name, *pairs.cells(), value=pairs.ratio, target=case.target)


@contextmanager
def _both_savers(plan: Plan) -> Iterator[tuple[Any, Any]]:
    """Fresh files for both, which are gone afterwards."""
    paths = plan.directory / "bare.db", plan.directory / "ours.db"
    with bare_saver(paths[0]) as bare, our_saver(paths[1]) as ours:
        yield bare, ours
    for path in paths:
        removed(path)


@contextmanager
def _runtime(plan: Plan, definition: shapes.Definition) -> Iterator[Any]:
    from dalsegno import Runtime

    path = plan.directory / "runtime.db"
    runtime = Runtime(f"sqlite:///{path}", workflows=[definition])
    yield runtime
    runtime.close()
    removed(path)


def _compiled(definition: shapes.Definition, saver: Any) -> Any:
    import dalsegno

    return dalsegno.compile(definition, saver)


def _invoked(graph: Any, case: Case) -> Run:
    threads = count()

    def run() -> None:
        thread = shapes.config(f"thread {next(threads)}")
        found = graph.invoke(case.given, thread, durability="sync")
        assert case.result.items() <= found.items(), found

    return run


def _started(runtime: Any, case: Case) -> Run:
    def run() -> None:
        made = runtime.start(case.definition["workflow_definition"]["name"], case.given)
        assert made.status == "completed", made.error
        assert case.result.items() <= made.output.items(), made.output

    return run


def _concurrent(plan: Plan, report: Report) -> None:
    """Many threads at once on one loop; the databases stay open from round to round."""
    threads, rounds = plan.pick(THREADS, THREADS, 5), plan.pick(5, 2, 1)
    report.head(f"{threads} threads of {FEW_NODES} nodes at once, asynchronous face", *COLUMNS)
    for way in ("drop-in saver", "definition"):
        pairs = asyncio.run(_at_once(plan, way, threads, rounds))
        report.line(way, *pairs.cells(), value=pairs.ratio, target=CONCURRENT)


async def _at_once(plan: Plan, way: str, threads: int, rounds: int) -> Pairs:
    import aiosqlite
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    paths = plan.directory / "bare.db", plan.directory / "ours.db"
    times: tuple[list[float], list[float]] = ([], [])
    async with aiosqlite.connect(paths[0]) as connection:
        await connection.execute(f"PRAGMA synchronous={FULL}")
        bare = AsyncSqliteSaver(connection)
        await bare.setup()
        async with connection.execute("PRAGMA synchronous") as found:
            assert await found.fetchone() == (FULL,)
        with our_saver(paths[1]) as ours:
            by_hand = shapes.chain_by_hand(FEW_NODES, bare)
            if way == "definition":
                graph = _compiled(shapes.chain(FEW_NODES), ours)
            else:
                graph = shapes.chain_by_hand(FEW_NODES, ours)
            for number in range(rounds + 1):  # the first is for warming up
                turns = ((0, by_hand), (1, graph))
                for side, each in turns if number % 2 else reversed(turns):
                    times[side].append(await _gathered(each, threads, number))
    for path in paths:
        removed(path)
    return Pairs(times[0][1:], times[1][1:])


async def _gathered(graph: Any, threads: int, number: int) -> float:
    clock = asyncio.get_running_loop().time
    began = clock()
    found = await asyncio.gather(
        *(
            graph.ainvoke({"total": 0}, shapes.config(f"round {number}, {each}"), durability="sync")
            for each in range(threads)
        )
    )
    seconds = clock() - began
    assert all(each["total"] == FEW_NODES for each in found)
    return seconds


def _resume(plan: Plan, report: Report) -> None:
    """A pause left by this process, resumed by a fresh one that opens the database for it.

    Clocked by the fresh process without its imports, and from outside as a whole.
    """
    report.head("Resumed in a fresh process, from opening to the end", *COLUMNS)
    rounds, trials = plan.pick((12, 1), (4, 1), (1, 0))
    wholes = []
    for way in ("drop-in saver", "definition", "Runtime"):
        sides = [(each, Child(__file__, each)) for each in ("bare", way)]
        said: dict[str, list[tuple[float, float]]] = {each: [] for each, _ in sides}
        for number in range(trials + rounds):  # a trial finds what is imported late
            for side, child in sides if number % 2 else reversed(sides):
                path = plan.directory / f"resume-{number}.db"
                found = child(path, *_paused(side, path))
                assert found["found"] == 2, found
                said[side].append((found["seconds"], found["process"]))
                removed(path)
        inside, whole = (
            Pairs(*([each[part] for each in said[side][trials:]] for side in ("bare", way)))
            for part in (0, 1)
        )
        report.line(way, *inside.cells(), value=inside.ratio, target=RESUME)
        wholes.append((way, whole))
    for way, whole in wholes:
        report.line(f"{way}, whole process", *whole.cells())


def _paused(side: str, path: Path) -> tuple[str, ...]:
    """Leave a pause in a fresh database, closed; gives what the resuming process needs."""
    if side == "Runtime":
        from dalsegno import Runtime

        runtime = Runtime(f"sqlite:///{path}", workflows=[shapes.ask()])
        review = runtime.start("ask", {"total": 0}).reviews()[0].id
        runtime.close()
        return (review,)
    with bare_saver(path) if side == "bare" else our_saver(path) as saver:
        graph = _asking(side, saver)
        found = graph.invoke({"total": 0}, shapes.config("asked"), durability="sync")
        assert found["__interrupt__"]
    return ()


def _asking(side: str, saver: Any) -> Any:
    return _compiled(shapes.ask(), saver) if side == "definition" else shapes.ask_by_hand(saver)


def _resumed(side: str) -> Callable[[str], Run]:
    def prepare(path: str) -> Run:
        from langgraph.types import Command

        def run() -> object:
            with bare_saver(Path(path)) if side == "bare" else our_saver(Path(path)) as saver:
                graph = _asking(side, saver)
                answer = Command(resume={"type": "approve"})
                return graph.invoke(answer, shapes.config("asked"), durability="sync")["total"]

        return run

    return prepare


def _decided(path: str, review: str) -> Run:
    from dalsegno import Runtime

    def run() -> object:
        runtime = Runtime(f"sqlite:///{path}", workflows=[shapes.ask()])
        found = runtime.decide(review, {"type": "approve"}, by="ana")
        runtime.close()
        return found.output["total"]

    return run


_CHILDREN: Mapping[str, Callable[..., Run]] = {
    "bare": _resumed("bare"),
    "drop-in saver": _resumed("drop-in saver"),
    "definition": _resumed("definition"),
    "Runtime": _decided,
}


def _calls(plan: Plan, report: Report) -> None:
    """A loop whose step makes one journaled call, against the same loop without, and bare."""
    columns = ("waiting", "alone", "of bare's step", "quartiles")
    report.head("One journaled call: its intent, then its result", *columns)
    passes = plan.pick(PASSES, 50, 5)
    case = Case(
        name="call",
        by_hand=lambda saver: shapes.loop_by_hand(passes, saver),
        definition=shapes.loop(passes),
        given={"total": 0},
        result={"total": passes},
        pairs=plan.pick(12, 6, 1),
        target=LOOP,
    )
    for effect, function in (
        ("pure", shapes.add_by_pure_call),
        ("external", shapes.add_by_external_call),
    ):
        _call(plan, report, case, effect, shapes.loop(passes, function))


def _call(plan: Plan, report: Report, case: Case, effect: str, calling: shapes.Definition) -> None:
    passes = case.result["total"]
    commits = commits_of_ours(
        plan.directory / f"{effect}.db",
        lambda saver: _invoked(_compiled(calling, saver), case)(),
    )
    assert commits["intent"][0] == commits["result"][0] == passes, commits
    waiting = [what for what in ("intent", "result") if commits[what][1]]
    with _both_savers(plan) as (bare, ours):
        by_hand = clocked(_invoked(case.by_hand(bare), case))
        without = clocked(_invoked(_compiled(case.definition, ours), case))
        calls = clocked(_invoked(_compiled(calling, ours), case))
        rows = [(by_hand(), without(), calls()) for _ in range(case.pairs + 1)][1:]
    alone = [(made - none) / passes for _, none, made in rows]
    for name, ratios, seconds in (
        (f"{effect}, the call", [(made - none) / base for base, none, made in rows], alone),
        (f"{effect}, a step with it", [made / base for base, _, made in rows], None),
    ):
        report.line(
            name,
            " ".join(waiting) or "neither",
            ms(statistics.median(seconds or [made / passes for _, _, made in rows])),
            f"{statistics.median(ratios):.2f}",
            spread(ratios),
        )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
