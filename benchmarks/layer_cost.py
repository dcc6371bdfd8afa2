"""The layer's price: our graphs against the same ones written by hand in plain LangGraph.

    python benchmarks/layer_cost.py [SECONDS]

Ratios mean something only within one run: in every round each graph runs once, in turn, and the
ratio is taken of that round. Printed are the median of the rounds' ratios with their quartiles, and
the ratio of the best times, which noise has touched least. SECONDS are given to each line.

Where other programs want the processor, who waits for the disk more often waits for them more often
too, and that may double or halve a ratio: `chrt -f 5 python benchmarks/layer_cost.py` keeps them
away.
"""

import asyncio
import gc
import operator
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, Literal, TypedDict
from uuid import uuid4

from langgraph.checkpoint.sqlite import SqliteSaver as PlainSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

import dalsegno
from dalsegno.checkpoints.sqlite import SqliteSaver

SECONDS = 6.0
NODES, PASSES, ITEMS = 10, 200, 1_000
IN_MEMORY, WITH_SQLITE = 1.35, 1.15

Kind = Literal["sync", "async"]
Method = Literal["invoke", "ainvoke"]
Function = Callable[..., Any]  # Any: a step's function
Graph = Any  # compiled, and generic over its state
Make = Callable[[Kind, Any], Graph]  # Any: a checkpointer of either sort, or none
Action = Callable[[], object]


@dataclass(frozen=True)
class Case:
    """One workflow in both forms."""

    name: str
    ours: Make
    by_hand: Make
    given: Mapping[str, object]
    result: Mapping[str, object]
    steps: int


@dataclass(frozen=True)
class Face:
    """The functions' kind, and how the graphs are called.

    LangGraph has no ``invoke`` for coroutine functions: by hand there is ``ainvoke`` on a loop.
    """

    functions: Kind
    ours: Method
    by_hand: Method


FACES = (
    Face("sync", "invoke", "invoke"),
    Face("sync", "ainvoke", "ainvoke"),
    Face("async", "ainvoke", "ainvoke"),
    Face("async", "invoke", "ainvoke"),
)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    print(f"In memory: ours against by hand (target {IN_MEMORY})")
    print(_HEAD)
    for case in CASES:
        for face in FACES:
            with asyncio.Runner() as runner:
                ours = _action(case, case.ours(face.functions, None), face.ours, runner)
                plain = case.by_hand(face.functions, None)
                by_hand = _action(case, plain, face.by_hand, runner)
                _print(case, face, "", _rounds([ours, by_hand], seconds), IN_MEMORY)
    print(f"\nWith SQLite: ours against by hand with durability='sync' (target {WITH_SQLITE}),")
    print("and against by hand as LangGraph is without being asked, which may lose steps")
    print(_HEAD)
    for case in CASES:
        for face in FACES:
            _with_sqlite(case, face, 2 * seconds)
    print("\nWhere the time goes under invoke: CPU, in microseconds a step")
    print(f"{'':<30}" + "".join(f"{part:>13}" for part in _PARTS))
    for case in CASES:
        _profile(case)


def _with_sqlite(case: Case, face: Face, seconds: float) -> None:
    """In one database, so that the disk is the same for all."""
    with tempfile.TemporaryDirectory() as place, asyncio.Runner() as runner:
        ours = case.ours(face.functions, SqliteSaver(f"{place}/runs.db"))
        with _plain_saver(face.by_hand, f"{place}/runs.db", runner) as saver:
            by_hand = case.by_hand(face.functions, saver)
            times = _rounds(
                [
                    _action(case, ours, face.ours, runner),
                    _action(case, by_hand, face.by_hand, runner, durability="sync"),
                    _action(case, by_hand, face.by_hand, runner),
                ],
                seconds,
            )
        _print(case, face, "sync", times[:2], WITH_SQLITE)
        _print(case, face, "default", [times[0], times[2]], None)


@contextmanager
def _plain_saver(method: Method, path: str, runner: asyncio.Runner) -> Iterator[Any]:
    if method == "invoke":
        with PlainSaver.from_conn_string(path) as saver:
            yield saver
        return
    opened = AsyncSqliteSaver.from_conn_string(path)
    yield runner.run(opened.__aenter__())
    runner.run(opened.__aexit__(None, None, None))


def _action(
    case: Case, graph: Graph, method: Method, runner: asyncio.Runner, **options: object
) -> Action:
    def run() -> Any:
        config = {"recursion_limit": 10 * PASSES, "configurable": {"thread_id": uuid4().hex}}
        if method == "invoke":
            return graph.invoke(case.given, config, **options)
        return runner.run(graph.ainvoke(case.given, config, **options))

    found = run()
    assert case.result.items() <= found.items(), found
    return run


def _rounds(actions: Sequence[Action], seconds: float) -> list[list[float]]:
    """Each action's seconds, round by round; who begins takes turns."""
    times: list[list[float]] = [[] for _ in actions]
    numbered = list(enumerate(actions))
    until = time.perf_counter() + seconds
    gc.collect()
    gc.freeze()
    while time.perf_counter() < until or len(times[0]) < 11:
        gc.collect()
        gc.disable()
        turn = len(times[0]) % len(actions)
        for place, action in (*numbered[turn:], *numbered[:turn]):
            began = time.perf_counter()
            action()
            times[place].append(time.perf_counter() - began)
        gc.enable()
    gc.unfreeze()
    return times


_HEAD = (
    f"{'':<14}{'functions':<10}{'method':<9}{'by hand':<9}{'ours':>9}{'by hand':>10}"
    f"{'ratio':>8}{'quartiles':>13}{'of best':>9}{'rounds':>8}"
)


def _print(
    case: Case, face: Face, by_hand: str, times: Sequence[list[float]], target: float | None
) -> None:
    ours, hand = (statistics.median(each) * 1000 for each in times)
    ratios = [one / other for one, other in zip(*times, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    best = min(times[0]) / min(times[1])
    over = "  above the target" if target is not None and middle > target else ""
    print(
        f"{case.name:<14}{face.functions:<10}{face.ours:<9}{by_hand:<9}{ours:>7.1f}ms{hand:>8.1f}ms"
        f"{middle:>8.2f}{low:>7.2f}-{high:<5.2f}{best:>9.2f}{len(ratios):>8}{over}",
        flush=True,
    )


_PARTS = ("node", "gate", "writes, edge", "saver", "LangGraph", "together")


def _profile(case: Case) -> None:
    """What a step is made of, by clocks around the parts of each node; one thread at a time."""
    for stored in (False, True):
        with (
            tempfile.TemporaryDirectory() as place,
            SqliteSaver.from_conn_string(f"{place}/runs.db") as saver_of_ours,
            PlainSaver.from_conn_string(f"{place}/runs.db") as plain,
        ):
            for name, make, saver in (
                ("ours", case.ours, saver_of_ours),
                ("by hand", case.by_hand, plain),
            ):
                spent = _spent(case, make("sync", saver if stored else None))
                row = "".join(f"{1e6 * spent[part] / case.steps:>13.1f}" for part in _PARTS)
                where = case.name + (", SQLite" if stored else "")
                print(f"{where:<22}{name:<8}{row}", flush=True)


def _spent(case: Case, graph: Graph) -> dict[str, float]:
    spent = dict.fromkeys(_PARTS, 0.0)
    for each in graph.nodes.values():
        first, *others = getattr(each.node, "steps", [each.node])
        if each.bound is first:
            _clock(first, "func", "node", spent)
        # The input's node has nothing but writers.
        for writer in others if each.bound is first else [first, *others]:
            _clock(writer, "func", "writes, edge", spent)
            if hasattr(writer, "_gate"):
                _clock(writer, "_gate", "gate", spent)
    for method in ("put", "put_writes"):
        if graph.checkpointer is not None:
            _clock(graph.checkpointer, method, "saver", spent)
    runs: list[dict[str, float]] = []
    for _ in range(max(7, 2_000 // case.steps)):
        spent.update(dict.fromkeys(_PARTS, 0.0))
        config = {
            "recursion_limit": 10 * PASSES,
            "max_concurrency": 1,
            "configurable": {"thread_id": uuid4().hex},
        }
        began = time.process_time()
        graph.invoke(case.given, config, **({"durability": "sync"} if graph.checkpointer else {}))
        spent["together"] = time.process_time() - began
        spent["writes, edge"] -= spent["gate"]  # it works within the first writer
        spent["LangGraph"] = 2 * spent["together"] - sum(spent.values())
        runs.append(dict(spent))
    return min(runs, key=operator.itemgetter("together"))


def _clock(owner: object, name: str, part: str, spent: dict[str, float]) -> None:
    """Replace the owner's method by one that also adds up this thread's time in it."""
    inner: Function = getattr(owner, name)

    @wraps(inner)
    def timed(*args: Any, **kwargs: Any) -> Any:
        began = time.thread_time()
        try:
            return inner(*args, **kwargs)
        finally:
            spent[part] += time.thread_time() - began

    setattr(owner, name, timed)


def _as(kind: Kind, function: Function) -> Function:
    """The function, or a coroutine function that does the same."""
    if kind == "sync":
        return function

    @wraps(function)
    async def later(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return later


def _compiled(name: str, inputs: Mapping[str, str], steps: list[Any], checkpointer: Any) -> Graph:
    head = {"workflow_definition": {"name": name, "version": "1"}}
    return dalsegno.compile({**head, "inputs": inputs, "workflow_steps": steps}, checkpointer)


def _add(total: int) -> int:
    return total + 1


class _Counted(TypedDict):
    total: int


def _add_by_hand(state: _Counted) -> dict[str, int]:
    return {"total": state["total"] + 1}


def _chain(kind: Kind, checkpointer: Any) -> Graph:
    function = _as(kind, _add)
    steps = [{"step": f"add{n}", "function": function, "writes": ["total"]} for n in range(NODES)]
    return _compiled("chain", {"total": "int"}, steps, checkpointer)


def _chain_by_hand(kind: Kind, checkpointer: Any) -> Graph:
    builder = StateGraph(_Counted)
    names = [f"add{n}" for n in range(NODES)]
    for name, before in zip(names, [START, *names], strict=False):
        builder.add_node(name, _as(kind, _add_by_hand))
        builder.add_edge(before, name)
    return builder.compile(checkpointer)


def _loop(kind: Kind, checkpointer: Any) -> Graph:
    body = {"step": "add", "function": _as(kind, _add), "writes": ["total"]}
    repeat = {"steps": [body], "until": f"total >= {PASSES}", "max_iterations": 2 * PASSES}
    return _compiled("loop", {"total": "int"}, [{"step": "again", "loop": repeat}], checkpointer)


def _way_by_hand(state: _Counted) -> str:
    return END if state["total"] >= PASSES else "add"


def _loop_by_hand(kind: Kind, checkpointer: Any) -> Graph:
    builder = StateGraph(_Counted)
    builder.add_node("add", _as(kind, _add_by_hand))
    builder.add_edge(START, "add")
    builder.add_conditional_edges("add", _as(kind, _way_by_hand), ["add", END])
    return builder.compile(checkpointer)


def _double(item: int) -> int:
    return 2 * item


def _map(kind: Kind, checkpointer: Any) -> Graph:
    body = {"step": "double", "function": _as(kind, _double)}
    steps = [{"step": "doubled", "map": {"over": "items", "steps": [body]}}]
    return _compiled("map", {"items": "list[int]"}, steps, checkpointer)


class _Item(TypedDict):
    item: int
    index: int


class _Mapped(TypedDict):
    items: list[int]
    found: Annotated[list[tuple[int, int]], operator.add]
    doubled: list[int]


def _double_by_hand(state: _Item) -> dict[str, object]:
    return {"found": [(state["index"], 2 * state["item"])]}


def _spread_by_hand(state: _Mapped) -> list[Send]:
    return [Send("double", {"item": x, "index": n}) for n, x in enumerate(state["items"])]


def _join_by_hand(state: _Mapped) -> dict[str, object]:
    return {"doubled": [value for _, value in sorted(state["found"])]}


def _map_by_hand(kind: Kind, checkpointer: Any) -> Graph:
    builder = StateGraph(_Mapped)
    builder.add_node("double", _as(kind, _double_by_hand))
    builder.add_node("join", _as(kind, _join_by_hand))
    builder.add_conditional_edges(START, _as(kind, _spread_by_hand), ["double"])
    builder.add_edge("double", "join")
    return builder.compile(checkpointer)


_NUMBERS = list(range(ITEMS))
_DOUBLED = [2 * each for each in _NUMBERS]
CASES = (
    Case(f"chain of {NODES}", _chain, _chain_by_hand, {"total": 0}, {"total": NODES}, NODES),
    Case(f"loop of {PASSES}", _loop, _loop_by_hand, {"total": 0}, {"total": PASSES}, PASSES),
    Case(f"map of {ITEMS}", _map, _map_by_hand, {"items": _NUMBERS}, {"doubled": _DOUBLED}, ITEMS),
)

if __name__ == "__main__":
    main()
