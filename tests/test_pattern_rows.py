"""Rows B1 to B13, H5 and J1: every pattern, alone and inside every other, on real graphs.

The agents here are functions, so that what is shown is the graph's doing; agents that are asked
over HTTP are in ``test_pattern_groups``.
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from langgraph.types import Command
from pydantic import BaseModel

import dalsegno
from dalsegno import Agent, Runtime, Workflow
from dalsegno.checkpoints.sqlite import SqliteSaver
from dalsegno.graphs.patterns import (
    after,
    agent_step,
    batches,
    branch_of,
    chat,
    each,
    loop,
    nested,
    parallel,
    review,
    route,
    sequence,
    stage,
    step,
    team,
    together,
    when,
    workflow,
)
from dalsegno.graphs.yaml_text import read_file
from dalsegno.state.definition.digest import digest
from dalsegno.state.definition.reading import workflow_from
from dalsegno.state.definition.steps import Step
from dalsegno.state.errors import DefinitionError
from dalsegno.state.records import Message
from dalsegno.state.view import WorkflowState

# Each also inside any other


@dataclass(frozen=True, kw_only=True)
class Inner:
    """A pattern under a prefix: its steps end by writing ``<prefix>_sum``, which is ``gives``."""

    steps: Callable[[str], tuple[Step | str, ...]]
    gives: int
    agents: Callable[[str], list[Agent]] = lambda _: []


@dataclass(frozen=True, kw_only=True)
class Outer:
    """A pattern around given steps: ``total`` is the sum of what the steps gave, ``times`` it."""

    around: Callable[[tuple[Step | str, ...], list[Agent]], Workflow]
    times: int


def plus_one(n: int) -> int:
    return n + 1


def take(name: str, reads: str, count: Callable[[Any], int]) -> Step:
    """The step that ends a pattern: what it gave, as one number."""

    def taken(data: dict[str, Any]) -> int:
        return count(data[reads])

    return step(taken, name=f"{name}_sum", reads=[reads], writes={f"{name}_sum": int})


def add(name: str, more: int = 1) -> Step:
    def added(n: int) -> int:
        return n + more

    return step(added, name=name)


def raised(n: int) -> int:
    raise ValueError("it always fails")


def speaker(name: str, *, agrees: bool = True) -> Agent:
    def say(n: int) -> dict[str, object]:
        return {"text": f"{name} says {n}", "agrees": agrees}

    return Agent(name, function=say)


def in_sequence(p: str) -> tuple[Step | str, ...]:
    return (add(f"{p}_a"), add(f"{p}_b", 2), take(p, f"{p}_b", int))


def in_parallel(p: str) -> tuple[Step | str, ...]:
    def both(data: dict[str, int]) -> int:
        return data[f"{p}_a"] + data[f"{p}_c"]

    ways = parallel(f"{p}_both", add(f"{p}_a"), sequence(add(f"{p}_b"), add(f"{p}_c", 2)))
    names = [f"{p}_a", f"{p}_c"]
    return (ways, step(both, name=f"{p}_sum", reads=names, writes={f"{p}_sum": int}))


def in_route(p: str) -> tuple[Step | str, ...]:
    cases = {1: add(f"{p}_one"), 2: sequence(add(f"{p}_two"), take(p, f"{p}_two", int))}
    return (route(f"{p}_way", on="n", cases=cases, fallback=add(f"{p}_else")),)


def in_when(p: str) -> tuple[Step | str, ...]:
    end = sequence(add(f"{p}_high"), take(p, f"{p}_high", int))
    return (when(f"{p}_if", "n > 1.5", end, add(f"{p}_low")),)


def in_loop(p: str) -> tuple[Step | str, ...]:
    def once_more(data: dict[str, Any]) -> int:
        return (data.get(f"{p}_turn") or 0) % 3 + 1

    turn = step(once_more, name=f"{p}_turn", reads=[f"{p}_turn"])
    return (loop(f"{p}_loop", turn, until=f"{p}_turn == 3", most=9), take(p, f"{p}_turn", int))


def in_map(p: str) -> tuple[Step | str, ...]:
    def size(data: dict[str, Any]) -> int:
        return len(data[f"{p}_word"])

    grade = step(size, name=f"{p}_size", reads=[f"{p}_word"], writes={f"{p}_size": int})
    return (each(f"{p}_each", "words", grade, item=f"{p}_word"), take(p, f"{p}_each", sum))


def in_map_of_many(p: str) -> tuple[Step | str, ...]:
    def size(data: dict[str, Any]) -> int:
        return len(data[f"{p}_word"])

    grade = step(size, name=f"{p}_size", reads=[f"{p}_word"], writes={f"{p}_size": int})
    twice = parallel(f"{p}_two", grade, add(f"{p}_more"))
    steps = each(f"{p}_each", "words", twice, item=f"{p}_word", collect=f"{p}_size")
    return (steps, take(p, f"{p}_each", sum))


def in_chat(p: str) -> tuple[Step | str, ...]:
    return (chat(f"{p}_chat", f"{p}_ana", f"{p}_ben", most=4), take(p, f"{p}_chat", _distinct))


def _distinct(messages: list[Any]) -> int:
    return len({each.speaker for each in messages})


def chat_agents(p: str) -> list[Agent]:
    return [speaker(f"{p}_ana"), speaker(f"{p}_ben")]


def in_team(p: str) -> tuple[Step | str, ...]:
    workers = [f"{p}_first", f"{p}_second"]
    return (team(f"{p}_team", f"{p}_lead", workers), take(p, f"{p}_team", int))


def team_agents(p: str) -> list[Agent]:
    def lead(data: dict[str, Any]) -> object:
        results = data.get(f"{p}_team_results")
        if results is None:
            return [{"worker": f"{p}_{w}", "task": "count"} for w in ("first", "second", "first")]
        return str(sum(results))

    def work(n: int) -> int:
        return n

    found = [Agent(f"{p}_lead", function=lead)]
    return [*found, *(Agent(f"{p}_{each}", function=work) for each in ("first", "second"))]


def in_batches(p: str) -> tuple[Step | str, ...]:
    def measure(item: str) -> int:
        return len(item)

    def double(batch: list[int]) -> list[int]:
        return [2 * each for each in batch]

    stages = (stage(f"{p}_measure", measure), stage(f"{p}_double", double))
    return (batches(f"{p}_line", "words", *stages, batch_size=2), take(p, f"{p}_line", sum))


def in_nested(p: str) -> tuple[Step | str, ...]:
    within = workflow(f"{p}_within", add("m"), inputs={"n": int}, outputs=["m"])
    return (
        nested(f"{p}_nest", within, outputs={f"{p}_m": "m"}),
        take(p, f"{p}_m", int),
    )


def in_review(p: str) -> tuple[Step | str, ...]:
    return (add(f"{p}_draft"), review(f"{p}_approval", f"{p}_draft"), take(p, f"{p}_draft", int))


def in_order(p: str) -> tuple[Step | str, ...]:
    def both(data: dict[str, int]) -> int:
        return data[f"{p}_left"] + data[f"{p}_right"]

    left, right = add(f"{p}_left"), add(f"{p}_right")
    names = [f"{p}_left", f"{p}_right"]
    join = step(both, name=f"{p}_sum", reads=names, writes={f"{p}_sum": int})
    return (parallel(f"{p}_order", (left, right, after(join, left, right))),)


def in_together(p: str) -> tuple[Step | str, ...]:
    names = [f"{p}_first", f"{p}_second"]
    return (together(f"{p}_all", *names), take(p, f"{p}_all", lambda made: sum(made.values())))


def in_fallback(p: str) -> tuple[Step | str, ...]:
    broken = step(raised, name=f"{p}_broken", fallback=add(f"{p}_spare"))
    return (broken, take(p, f"{p}_spare", int))


INNER: Mapping[str, Inner] = {
    "sequence": Inner(steps=in_sequence, gives=4),
    "parallel": Inner(steps=in_parallel, gives=7),
    "route": Inner(steps=in_route, gives=3),
    "when": Inner(steps=in_when, gives=3),
    "loop": Inner(steps=in_loop, gives=3),
    "map": Inner(steps=in_map, gives=6),
    "map_of_many": Inner(steps=in_map_of_many, gives=6),
    "chat": Inner(steps=in_chat, gives=2, agents=chat_agents),
    "team": Inner(steps=in_team, gives=6, agents=team_agents),
    "batches": Inner(steps=in_batches, gives=12),
    "nested": Inner(steps=in_nested, gives=3),
    "review": Inner(steps=in_review, gives=3),
    "order": Inner(steps=in_order, gives=6),
    "together": Inner(steps=in_together, gives=4, agents=team_agents),
    "fallback": Inner(steps=in_fallback, gives=3),
}


def whole(*steps: Any, agents: list[Agent]) -> Workflow:
    return workflow(
        "whole",
        *steps,
        inputs={"n": int, "words": "list[str]"},
        outputs=["total"],
        agents=agents,
    )


def total(reads: str, count: Callable[[Any], int] = int) -> Step:
    def added(data: dict[str, Any]) -> int:
        return count(data[reads])

    return step(added, name="total", reads=[reads], writes={"total": int})


def around_sequence(inner: tuple[Step | str, ...], agents: list[Agent]) -> Workflow:
    return whole(add("first"), *inner, total("i_sum"), agents=agents)


def around_parallel(inner: tuple[Step | str, ...], agents: list[Agent]) -> Workflow:
    return whole(parallel("o", inner, add("beside")), total("i_sum"), agents=agents)


def around_route(inner: tuple[Step | str, ...], agents: list[Agent]) -> Workflow:
    way = route("o", on="n", cases={2: inner, 3: add("three")}, fallback=add("other"))
    return whole(way, total("i_sum"), agents=agents)


def around_when(inner: tuple[Step | str, ...], agents: list[Agent]) -> Workflow:
    return whole(when("o", "n == 7", add("seven"), inner), total("i_sum"), agents=agents)


def around_loop(inner: tuple[Step | str, ...], agents: list[Agent]) -> Workflow:
    """Twice around; what each pass gave is gathered."""

    def noted(data: dict[str, Any]) -> list[int]:
        return [data["i_sum"]]

    gather = step(noted, name="passes", reads=["i_sum"], writes=["passes"])
    made = whole(loop("o", *inner, gather, most=2), total("passes", sum), agents=agents)
    return made.model_copy(update={"state": {"passes": {"type": "list[int]", "merge": "append"}}})


def around_map(inner: tuple[Step | str, ...], agents: list[Agent]) -> Workflow:
    steps = each("o", "words", *inner, item="one", collect="i_sum")
    return whole(steps, total("o", sum), agents=agents)


def around_team(inner: tuple[Step | str, ...], agents: list[Agent]) -> Workflow:
    def boss(data: dict[str, Any]) -> object:
        results = data.get("o_results")
        if results is None:
            return [{"worker": "group", "task": "all of it"}, {"worker": "lone", "task": "a bit"}]
        return str(results[0])

    def lone(n: int) -> str:
        return "done"

    more = [Agent("boss", function=boss), Agent("lone", function=lone)]
    crew = team("o", "boss", {"group": inner, "lone": None})
    return whole(crew, total("o"), agents=[*agents, *more])


def around_nested(inner: tuple[Step | str, ...], agents: list[Agent]) -> Workflow:
    within = workflow(
        "within",
        *inner,
        inputs={"n": int, "words": "list[str]"},
        outputs=["i_sum"],
        agents=agents,
    )
    return whole(nested("o", within, outputs={"gave": "i_sum"}), total("gave"), agents=[])


def around_order(inner: tuple[Step | str, ...], agents: list[Agent]) -> Workflow:
    """Beside another step, and before the one that needs both."""
    group = parallel("o", inner)
    beside = add("beside")
    return whole(group, beside, after(total("i_sum"), group, beside), agents=agents)


def around_fallback(inner: tuple[Step | str, ...], agents: list[Agent]) -> Workflow:
    return whole(step(raised, fallback=inner), total("i_sum"), agents=agents)


def around_question(inner: tuple[Step | str, ...], agents: list[Agent]) -> Workflow:
    """As what answers a person's question."""
    ask = review("o", "n", on_question=inner)
    return whole(ask, total("i_sum"), agents=agents)


OUTER: Mapping[str, Outer] = {
    "sequence": Outer(around=around_sequence, times=1),
    "parallel": Outer(around=around_parallel, times=1),
    "route": Outer(around=around_route, times=1),
    "when": Outer(around=around_when, times=1),
    "loop": Outer(around=around_loop, times=2),
    "map": Outer(around=around_map, times=3),
    "team": Outer(around=around_team, times=1),
    "nested": Outer(around=around_nested, times=1),
    "order": Outer(around=around_order, times=1),
    "fallback": Outer(around=around_fallback, times=1),
    "question": Outer(around=around_question, times=1),
}
GIVEN: Mapping[str, Any] = {"n": 2, "words": ["a", "bb", "ccc"]}


def answers(paused: Mapping[str, Any], asked: set[str]) -> Command[Any]:
    """A question first at the outermost review, and then, as to every other one, yes."""
    made: dict[str, object] = {}
    for one in paused["__interrupt__"]:
        name = one.value["action_requests"][0]["name"]
        ask = name == "o" and name not in asked
        asked.add(name)
        made[one.id] = {"type": "respond", "message": "Why?"} if ask else {"type": "approve"}
    return Command(resume=made)


def to_the_end(made: Workflow, saver: Any) -> Mapping[str, Any]:
    graph: Any = dalsegno.compile(made, checkpointer=saver)
    config, asked = {"configurable": {"thread_id": "t"}}, set[str]()
    found = graph.invoke(GIVEN, config)
    while "__interrupt__" in found:
        found = graph.invoke(answers(found, asked), config)
    return dict(found)


async def to_the_end_awaited(made: Workflow, saver: Any) -> Mapping[str, Any]:
    graph: Any = dalsegno.compile(made, checkpointer=saver)
    config, asked = {"configurable": {"thread_id": "t"}}, set[str]()
    found = await graph.ainvoke(GIVEN, config)
    while "__interrupt__" in found:
        found = await graph.ainvoke(answers(found, asked), config)
    return dict(found)


@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("outer", OUTER)
def test_B13_each_pattern_works_inside_each_other(outer: str, inner: str, tmp_path: Path) -> None:
    kind = INNER[inner]
    made = OUTER[outer].around(kind.steps("i"), kind.agents("i"))
    expected = kind.gives * OUTER[outer].times

    found = to_the_end(made, SqliteSaver(tmp_path / "one.db"))
    awaited = asyncio.run(to_the_end_awaited(made, SqliteSaver(tmp_path / "two.db")))

    assert found["total"] == awaited["total"] == expected
    assert set(found["history"]) == set(awaited["history"])
    if "review" not in {inner, outer} and outer != "question":
        assert dalsegno.compile(made).invoke(GIVEN)["total"] == expected


# How a workflow is run


Values = Mapping[str, Any]
Face = Callable[[Workflow, Values], Values]


@pytest.fixture(params=["invoke", "ainvoke", "runtime"])
def run(request: pytest.FixtureRequest, runtime: Runtime) -> Face:
    """A workflow's output by each of the ways to run it."""

    def invoked(made: Workflow, given: Values) -> Values:
        return dict(dalsegno.compile(made).invoke(dict(given)))

    def awaited(made: Workflow, given: Values) -> Values:
        return dict(asyncio.run(dalsegno.compile(made).ainvoke(dict(given))))

    def started(made: Workflow, given: Values) -> Values:
        found = runtime.start(made, given)
        assert found.status == "completed", found.error
        assert found.output is not None
        return found.output

    faces: dict[str, Face] = {"invoke": invoked, "ainvoke": awaited, "runtime": started}
    return faces[request.param]


class Clock:
    """When each piece of work began and ended, whatever thread it ran in."""

    def __init__(self) -> None:
        self.times: dict[str, tuple[float, float]] = {}

    def nap(self, name: str, seconds: float) -> Step:
        """A step that blocks for so long."""

        def napped() -> str:
            began = time.monotonic()
            time.sleep(seconds)
            self.times[name] = (began, time.monotonic())
            return name

        return step(napped, name=name)

    def wait(self, name: str, seconds: float) -> Step:
        """A step that awaits for so long."""

        async def waited() -> str:
            began = time.monotonic()
            await asyncio.sleep(seconds)
            self.times[name] = (began, time.monotonic())
            return name

        return step(waited, name=name)

    @property
    def wall(self) -> float:
        """Seconds from the first beginning to the last end."""
        return max(end for _, end in self.times.values()) - min(at for at, _ in self.times.values())

    @property
    def slowest(self) -> float:
        return max(end - at for at, end in self.times.values())

    def overlap(self, one: str, other: str) -> bool:
        (a, b), (c, d) = self.times[one], self.times[other]
        return a < d and c < b


def over_slowest(run: Face, make: Callable[[Clock], Workflow], *, under: float) -> Clock:
    """The clock of a run whose wall time is ``under`` so many times its slowest step.

    Of three runs one is enough: what else this machine does can only add to a run.
    """
    for _ in range(3):
        clock = Clock()
        run(make(clock), {})
        if clock.wall < under * clock.slowest:
            break
    assert clock.wall < under * clock.slowest
    return clock


# B1: sequential


def test_B1_steps_run_one_after_another_and_hand_on_what_they_made(run: Face) -> None:
    def fetch(topic: str) -> str:
        return f"facts on {topic}"

    def draft(fetch: str) -> str:
        return f"a text with {fetch}"

    def shorten(draft: str) -> str:
        return draft[:12]

    made = workflow(
        "line",
        step(fetch),
        step(draft),
        step(shorten),
        inputs={"topic": str},
        outputs={"text": "shorten"},
    )
    found = run(made, {"topic": "wind"})
    assert found.get("text", found.get("shorten")) == "a text with "


def test_B1_python_and_yaml_say_the_same(tmp_path: Path) -> None:
    file = tmp_path / "line.yaml"
    file.write_text(
        """
workflow_definition: {name: line, version: "1", owner: ana}
inputs: {n: int}
workflow_steps:
  - step: grow
    function: operator:neg
    reads: [n]
    writes: {grown: int}
  - step: again
    loop:
      max_iterations: 3
      until: grown > 2
      steps: {step: more, function: "operator:neg", reads: [n]}
  - step: both
    parallel:
      - {step: left, function: "operator:neg", reads: [n]}
      - [{step: right, function: "operator:neg", reads: [n]}]
  - step: choose
    route:
      on: n
      cases: {"1": {step: one, function: "operator:neg", reads: [n]}}
      fallback: null
  - step: perhaps
    if: n > 0.5
    then: {step: then_so, function: "operator:neg", reads: [n]}
"""
    )

    def negated(name: str, **more: Any) -> Step:
        return step("operator:neg", name=name, reads=["n"], **more)

    made = workflow(
        "line",
        negated("grow", writes={"grown": "int"}),
        loop("again", negated("more"), until="grown > 2", most=3),
        parallel("both", negated("left"), sequence(negated("right"))),
        route("choose", on="n", cases={1: negated("one")}, fallback=None),
        when("perhaps", "n > 0.5", negated("then_so")),
        owner="ana",
        inputs={"n": "int"},
    )
    assert digest(made) == digest(workflow_from(read_file(file).data))


def test_B1_what_is_wrong_with_a_step_is_said_where_it_is_made() -> None:
    with pytest.raises(DefinitionError, match=r"mend\.loop\.max_iterations: .* at least 1, not 0"):
        loop("mend", add("a"), most=0)
    with pytest.raises(DefinitionError, match="'timeot' here; the nearest name is 'timeout'"):
        step(plus_one, timeot=3)  # type: ignore[call-arg]  # the point of it


# B2: fork and join


def test_B2_branches_of_both_kinds_end_with_the_slowest(run: Face) -> None:
    joined = []

    def forked(clock: Clock) -> Workflow:
        branches = [*(clock.nap(name, 0.2) for name in "ac"), *(clock.wait(b, 0.2) for b in "bd")]

        def join(a: str, b: str, c: str, d: str) -> str:
            joined.append(a + b + c + d)
            return joined[-1]

        return workflow("fork", parallel("four", *branches), step(join))

    over_slowest(run, forked, under=1.3)
    assert set(joined) == {"abcd"}


def test_B2_many_blocking_branches_do_not_wait_for_each_other(
    run: Face, request: pytest.FixtureRequest
) -> None:
    recorded = "runtime" in request.node.name

    def forked(clock: Clock) -> Workflow:
        return workflow("fork", parallel("many", *(clock.nap(f"n{n}", 0.2) for n in range(32))))

    # A run's record has each step's beginning on disk before the step begins: 32 commits.
    assert len(over_slowest(run, forked, under=3.0 if recorded else 1.3).times) == 32


def test_B2_writes_to_one_field_meet_by_the_rule_that_it_declares(run: Face) -> None:
    def found_by(name: str, *what: str) -> Step:
        return step(lambda: list(what), name=name, writes=["found"])

    for rule, expected in (("append", ["a", "b", "b", "c"]), ("union", ["a", "b", "c"])):
        made = workflow(
            "fork",
            parallel("both", found_by("left", "a", "b"), found_by("right", "b", "c")),
            state={"found": {"type": "list[str]", "merge": rule}},
        )
        assert list(run(made, {})["found"]) == expected


def test_B2_two_writers_without_a_rule_are_refused() -> None:
    one = step(lambda: 1, name="one", writes={"sum": int})
    two = step(lambda: 2, name="two", writes={"sum": int})
    with pytest.raises(DefinitionError, match="'one' and 'two' run at once and both write 'sum'"):
        dalsegno.compile(workflow("fork", parallel("both", one, sequence(add("a"), two))))


# B3: conditions


class Analysis(BaseModel):
    complexity: float


def analyse(complexity: float) -> Analysis:
    return Analysis(complexity=complexity)


@pytest.mark.parametrize(("complexity", "way"), [(0.9, "deep"), (0.6, "quick"), (0.1, "quick")])
def test_B3_a_condition_on_an_expression(run: Face, complexity: float, way: str) -> None:
    made = workflow(
        "depth",
        step(analyse, name="analysis"),
        when(
            "depth",
            "analysis.complexity > 0.6",
            step(lambda: "deep", name="study", writes={"way": str}),
            step(lambda: "quick", name="answer", writes={"way": str}),
        ),
        inputs={"complexity": float},
    )
    assert run(made, {"complexity": complexity})["way"] == way


@pytest.mark.parametrize(
    ("kind", "way"), [("bill", "paid"), ("letter", "answered"), ("advert", "filed")]
)
def test_B3_a_route_with_a_fallback_and_a_log(kind: str, way: str) -> None:
    def answers_with(name: str, text: str) -> Step:
        return step(lambda: text, name=name, writes={"way": str})

    cases = {"bill": answers_with("pay", "paid"), "letter": answers_with("answer", "answered")}
    made = workflow(
        "mail",
        route("kind", on="mail", cases=cases, fallback=answers_with("file", "filed")),
        inputs={"mail": str},
    )
    found = dalsegno.compile(made).invoke({"mail": kind})
    assert found["way"] == way
    [choice] = found["decisions"]
    assert (choice.chosen, choice.values, choice.fell_back) == (
        kind,
        {"mail": kind},
        kind == "advert",
    )


# B4: loops


@pytest.mark.parametrize(
    ("good_at", "tries", "verdict"), [(1, 1, "valid"), (3, 3, "valid"), (9, 4, "too short")]
)
def test_B4_output_is_made_again_until_it_is_valid_or_the_cap_is_met(
    run: Face, good_at: int, tries: int, verdict: str
) -> None:
    def write(attempts: int) -> dict[str, object]:
        return {"text": "word " * (attempts + 1), "attempts": attempts + 1}

    def validate(text: str, good_at: int) -> str:
        return "valid" if len(text.split()) >= good_at else "too short"

    made = workflow(
        "regenerate",
        loop(
            "regenerate",
            step(write, writes={"text": str, "attempts": int}),
            step(validate),
            until="validate == 'valid'",
            most=4,
        ),
        inputs={"good_at": int},
        state={"attempts": {"type": "int", "default": 0}},
    )
    found = run(made, {"good_at": good_at})
    assert (found["attempts"], found["validate"]) == (tries, verdict)


def test_B4_a_loop_counts_its_passes_anew_each_time_it_is_entered(run: Face) -> None:
    def noted() -> list[str]:
        return ["pass"]

    inner = loop("inner", step(noted, writes=["passes"]), most=3)
    made = workflow(
        "loops",
        loop("outer", inner, most=2),
        state={"passes": {"type": "list[str]", "merge": "append"}},
    )
    assert len(run(made, {})["passes"]) == 6


# B5: map and reduce


@pytest.mark.parametrize("many", [0, 1, 1000])
def test_B5_results_keep_the_order_of_items_whose_number_is_known_only_now(
    run: Face, many: int, request: pytest.FixtureRequest
) -> None:
    if "runtime" in request.node.name:
        many = min(many, 200)  # each item is a step of the run's record: some 10 ms on disk
    delays = random.Random(5)

    def gather(many: int) -> list[int]:
        return list(range(many))

    async def square(item: int) -> int:
        await asyncio.sleep(delays.random() * 0.02)
        return item * item

    def reduced(squares: list[int]) -> int:
        return sum(squares)

    made = workflow(
        "squares",
        step(gather, name="items"),
        each("squares", "items", step(square)),
        step(reduced),
        inputs={"many": int},
    )
    found = run(made, {"many": many})
    assert list(found["squares"]) == [number * number for number in range(many)]
    assert found["reduced"] == sum(number * number for number in range(many))


def test_B5_a_map_in_a_map(run: Face) -> None:
    def measure(word: str, row: list[str]) -> int:
        return len(word) * len(row)

    def widest(sizes: list[int]) -> int:
        return max(sizes, default=0)

    rows = each(
        "widths",
        "rows",
        each("sizes", "row", step(measure), item="word"),
        step(widest),
        item="row",
    )
    made = workflow("rows", rows, inputs={"rows": "list[list[str]]"})
    found = run(made, {"rows": [["a", "bbb"], [], ["cc"]]})
    assert list(found["widths"]) == [6, 0, 2]


def test_B5_an_item_whose_way_makes_nothing_is_none(run: Face) -> None:
    def loud(item: str) -> str:
        return item.upper()

    made = workflow(
        "perhaps",
        each("said", "words", when("short", "item != 'b'", step(loud))),
        inputs={"words": "list[str]"},
    )
    assert list(run(made, {"words": ["a", "b", "c"]})["said"]) == ["A", None, "C"]


def test_B5_an_item_is_given_as_it_is(run: Face) -> None:
    """A step that takes everything gets the fields, and nothing of the graph's own."""

    def keys(data: dict[str, Any]) -> list[str]:
        return sorted(data)

    made = workflow("keys", each("seen", "items", step(keys)), inputs={"items": "list[int]"})
    assert list(run(made, {"items": [1]})["seen"]) == [["item", "items", "keys", "seen"]]


def test_B5_people_review_items_and_who_is_rejected_has_no_result(runtime: Runtime) -> None:
    def draft(item: str) -> str:
        return item * 2

    made = workflow(
        "letters",
        each("drafts", "words", step(draft), review("look", "draft"), collect="draft"),
        inputs={"words": "list[str]"},
        outputs=["drafts"],
    )
    run = runtime.start(made, {"words": ["a", "b", "c"]})
    decisions = {
        "aa": {"type": "approve"},
        "bb": {"type": "edit", "args": {"draft": "better"}},
        "cc": {"type": "reject", "message": "No."},
    }
    tickets = {each_.args["draft"]: each_ for each_ in run.reviews()}
    assert set(tickets) == set(decisions)
    for text, decision in decisions.items():
        [ticket] = [one for one in runtime.reviews(run.id) if one.args["draft"] == text]
        run = runtime.decide(ticket.id, decision, by="ana")
    assert run.status == "completed", run.error
    assert run.output == {"drafts": ["aa", "better", None]}


# B8: several in one graph


def test_B8_sequential_then_concurrent_then_chat(run: Face) -> None:
    def opinion(name: str) -> Agent:
        def say(market: str, costs: str) -> dict[str, object]:
            return {"text": f"{name}: {market}, {costs}", "agrees": True}

        return Agent(name, function=say)

    def texts(debate: list[Message]) -> list[str]:
        return [said.text for said in debate]

    made = workflow(
        "hybrid",
        step(lambda topic: f"a brief on {topic}", name="brief", writes={"brief": str}),
        parallel(
            "research",
            step(lambda brief: f"market from {brief}", name="market", writes={"market": str}),
            step(lambda brief: f"costs from {brief}", name="costs", writes={"costs": str}),
        ),
        chat("debate", "ana", "ben", most=5),
        step(texts, writes={"texts": "list[str]"}),
        inputs={"topic": str},
        agents=[opinion("ana"), opinion("ben")],
    )
    found = run(made, {"topic": "tea"})
    said = "market from a brief on tea, costs from a brief on tea"
    assert found["texts"] == [f"ana: {said}", f"ben: {said}"]


# B10: the reference topology


class Ticket(BaseModel):
    kind: Literal["legal", "money", "both"]
    text: str


def reference() -> Workflow:
    def receive(text: str) -> Ticket:
        kind = "both" if "contract" in text and "cost" in text else "legal"
        return Ticket(kind=kind, text=text.strip())

    def specialist(name: str) -> Agent:
        def work(receive: Ticket) -> str:
            return f"{name} on {receive.text}"

        return Agent(name, f"Knows {name}.", function=work)

    def validate(data: dict[str, Any]) -> list[str]:
        names = ("lawyer", "accountant", "auditor")
        return [text for name in names if (text := data.get(f"{name}_says"))]

    def synthesise(validate: list[str]) -> str:
        return "; ".join(validate)

    def finish(synthesis: str, final_approval: Any) -> str:
        return f"{synthesis} ({final_approval.type})"

    def says(name: str, suffix: str = "says") -> Step:
        return agent_step(f"{name}_{suffix}", name, writes={f"{name}_says": str})

    three = ("lawyer", "accountant", "auditor")
    return workflow(
        "reference",
        step(receive),
        route(
            "router",
            on="receive.kind",
            cases={
                "both": parallel("specialists", *(says(name) for name in three)),
                "legal": says("lawyer", "alone"),
            },
            fallback=says("accountant", "alone"),
        ),
        step(
            validate,
            reads=[f"{name}_says" for name in three],
            writes={"validate": "list[str]"},
        ),
        step(synthesise, writes={"synthesis": str}),
        review("final_approval", "synthesis"),
        step(finish, writes={"answer": str}),
        owner="ana",
        inputs={"text": str},
        outputs=["answer"],
        agents=[specialist(name) for name in three],
    )


def test_B10_the_reference_topology_ends_with_a_persons_decision(runtime: Runtime) -> None:
    run = runtime.start(reference(), {"text": "a contract and its cost"})
    assert run.status == "paused"
    [ticket] = run.reviews()
    text = "a contract and its cost"
    assert ticket.args == {
        "synthesis": f"lawyer on {text}; accountant on {text}; auditor on {text}"
    }
    edit = {"type": "edit", "args": {"synthesis": "Sign."}}
    run = runtime.decide(ticket.id, edit, by="ana")
    assert (run.status, run.output) == ("completed", {"answer": "Sign. (edit)"})


def test_B10_one_specialist_is_enough_for_a_simple_case(runtime: Runtime) -> None:
    run = runtime.start(reference(), {"text": "a contract"})
    run = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")
    assert run.output == {"answer": "lawyer on a contract (approve)"}


# B11: dependencies


def test_B11_independent_tasks_run_at_once_and_a_join_waits_for_all(run: Face) -> None:
    def tasks(clock: Clock) -> Workflow:
        a, b, c = clock.nap("a", 0.2), clock.wait("b", 0.2), clock.nap("c", 0.1)
        return workflow("tasks", a, b, after(c, a, b), after(clock.nap("d", 0.1), c))

    clock = over_slowest(run, tasks, under=1.3 * (0.2 + 0.1 + 0.1) / 0.2)
    assert clock.overlap("a", "b")
    assert clock.times["c"][0] >= max(clock.times["a"][1], clock.times["b"][1])
    assert clock.times["d"][0] >= clock.times["c"][1]


def test_B11_a_diamond_of_blocks(run: Face) -> None:
    """What waits, and what is waited for, may be whole patterns."""

    def measured(word: str) -> int:
        return len(word)

    def summed(right: list[int]) -> int:
        return sum(right)

    left = loop("left", add("l"), most=2)
    right = each("right", "words", step(measured, name="size"), item="word")
    join = after(parallel("join", step(summed, name="r"), add("k")), left, right)
    made = workflow(
        "diamond",
        add("first"),
        after(left, "first"),
        after(right, "first"),
        join,
        after(step(lambda r, k: r + k, name="last", writes={"last": int}), join),
        inputs={"n": int, "words": "list[str]"},
    )
    assert run(made, GIVEN)["last"] == 9


def test_B11_a_circle_and_a_missing_dependency_are_named() -> None:
    with pytest.raises(DefinitionError, match=r"'(one|two)' → '(one|two)' → '(one|two)'"):
        dalsegno.compile(workflow("c", after(add("one"), "two"), after(add("two"), "one")))
    with pytest.raises(DefinitionError, match="'one' depends on 'tow', which is no step"):
        dalsegno.compile(workflow("m", after(add("one"), "tow"), add("two"), inputs={"n": int}))


# B12: a branch that is added


@cache
def flag(name: str) -> Step:
    # One function for one name: what is the same in two workflows is the same object.
    return step(lambda claim: f"{name} saw {claim}", name=name, writes={name: str})


def claims(*added: Step) -> Workflow:
    checks = parallel("checks", flag("cover"), flag("history_check"))
    ways = route("way", on="claim", cases={"car": flag("garage")}, fallback=flag("clerk"))
    return workflow("claims", checks, ways, *added, inputs={"claim": str})


def test_B12_a_branch_is_added_to_a_parallel_as_the_others_stand(run: Face) -> None:
    before, now = claims(), claims(branch_of("checks", flag("fraud_detection")))

    found = run(now, {"claim": "car"})

    assert found["fraud_detection"] == "fraud_detection saw car"
    assert {**found, "fraud_detection": None, "history": None} == {
        **run(before, {"claim": "car"}),
        "fraud_detection": None,
        "history": None,
    }
    assert now.workflow_steps[: len(before.workflow_steps)] == before.workflow_steps
    same = now.model_copy(update={"workflow_steps": now.workflow_steps[:-1]})
    assert (digest(same), digest(now) == digest(before)) == (digest(before), False)


@pytest.mark.parametrize(("claim", "who"), [("fire", "fraud_detection"), ("car", "garage")])
def test_B12_a_branch_is_added_to_a_route(run: Face, claim: str, who: str) -> None:
    added = branch_of("way", flag("fraud_detection"), case="fire")
    assert claims(added).workflow_steps[:-1] == claims().workflow_steps
    found = run(claims(added), {"claim": claim})
    assert {"garage", "clerk", "fraud_detection"} & set(found) == {who}


def test_B12_a_branch_is_added_however_deep_its_step_stands(run: Face) -> None:
    deep = when("any", "claim != ''", loop("once", parallel("checks", flag("cover")), most=1))
    added = branch_of("checks", sequence(flag("fraud"))[0])  # type: ignore[arg-type]  # a step
    found = run(workflow("deep", deep, added, inputs={"claim": str}), {"claim": "car"})
    assert (found["cover"], found["fraud"]) == ("cover saw car", "fraud saw car")


@pytest.mark.parametrize(
    ("added", "message"),
    [
        ([branch_of("chekcs", flag("fraud"))], "no step 'chekcs'; the nearest name is 'checks'"),
        ([branch_of("way", flag("fraud"))], "says not for which case of 'way'"),
        ([branch_of("way", flag("fraud"), case="car")], "'way' has the case 'car' already"),
        (
            [branch_of("way", flag(each_), case="sea") for each_ in ("fraud", "theft")],
            "'way' has the case 'sea' already",
        ),
        ([branch_of("checks", flag("fraud"), case="car")], "parallel step: it has no cases"),
        ([branch_of("cover", flag("fraud"))], "'cover' is neither a parallel nor a route step"),
        (
            [when("odd", "claim == 'x'", branch_of("checks", flag("fraud")))],
            "'fraud' adds itself to 'checks' from within another step",
        ),
    ],
)
def test_B12_an_addition_that_would_change_or_miss_something_is_refused(
    added: list[Step], message: str
) -> None:
    with pytest.raises(DefinitionError, match=message):
        dalsegno.compile(claims(*added))


# B13: from three steps to dozens of agents


def test_B13_a_pipeline_of_three(run: Face) -> None:
    one, two, three = add("one"), add("two", 2), add("three", 3)
    assert run(workflow("small", one, two, three, inputs={"n": int}), {"n": 1})["three"] == 4


def test_B13_forty_agents_in_four_departments(run: Face) -> None:
    """The same few words: teams of a loop, a map, a chat and branches, in one company."""

    def member(name: str) -> Agent:
        def work(n: int) -> dict[str, object]:
            return {"text": name, "agrees": True}

        return Agent(name, function=work)

    def head(name: str, workers: list[str]) -> Agent:
        def lead(data: dict[str, Any]) -> object:
            results = data.get(f"{name}_results")
            if results is None:
                return [{"worker": each_, "task": f"help {name}"} for each_ in workers]
            return f"{name}: {len(results)}"

        return Agent(f"{name}_head", function=lead)

    agents: list[Agent] = []
    teams: dict[str, Step] = {}
    for department in ("sales", "law", "labs"):
        names = [f"{department}_{number}" for number in range(9)]
        agents += [head(department, names), *(member(each_) for each_ in names)]
        teams[department] = team(department, f"{department}_head", names)
    board = [f"board_{number}" for number in range(9)]
    agents += [head("company", [*teams, "board"]), *(member(each_) for each_ in board)]
    groups = {**teams, "board": sequence(chat("board_room", *board, most=12), add("minutes"))}
    company = team("company", "company_head", groups)

    made = workflow("company", loop("year", company, most=2), inputs={"n": int}, agents=agents)
    found = run(made, {"n": 1})

    assert len(agents) == 40
    assert found["company"] == "company: 4"
    assert list(found["company_results"]) == ["sales: 9", "law: 9", "labs: 9", 2]


# H5: functions and classes as nodes


class Shout:
    """A class step, as an orchestrator's users write it."""

    async def execute(self, data: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"shouted": data["text"].upper()}


class Repeat:
    """One that is set up, and synchronous."""

    def __init__(self, times: int) -> None:
        self.times = times

    def execute(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"repeated": data["shouted"] * self.times}


def test_H5_functions_and_classes_are_nodes_alike(run: Face) -> None:
    async def ask(repeated: str) -> str:
        return f"{repeated}?"

    def tell(state: WorkflowState) -> dict[str, str]:
        return {"told": state.ask + state.text}

    made = workflow(
        "nodes",
        step(Shout, writes={"shouted": str}),
        step(Repeat(2), writes={"repeated": str}),
        step(ask),
        step(tell, reads=["ask", "text"], writes={"told": str}),
        agent_step("asked", "shouter", writes={"asked": dict}),
        inputs={"text": str},
        agents=[Agent("shouter", function=Shout)],
    )
    assert [each_.step for each_ in made.workflow_steps][:2] == ["shout", "repeat"]
    found = run(made, {"text": "hey"})
    assert found["told"] == "HEYHEY?hey"
    assert found["asked"] == {"shouted": "HEY"}


def test_H5_a_function_that_needs_what_its_step_does_not_read_says_so() -> None:
    def price(item: int, rate: int) -> int:
        return item * rate

    made = workflow("price", step(price, reads=["item"]), inputs={"item": int, "rate": int})
    with pytest.raises(DefinitionError, match="needs 'rate', which 'reads' leaves out"):
        dalsegno.compile(made)


# J1: the gain of running independent parts at once


def test_J1_independent_steps_are_found_and_the_gain_is_measured(run: Face) -> None:
    def napping(pattern: Literal["sequential", "dag"]) -> Callable[[Clock], Workflow]:
        def made(clock: Clock) -> Workflow:
            naps = [clock.nap(f"n{number}", 0.1) for number in range(4)]
            return workflow("gain", *naps, pattern=pattern)

        return made

    apart = over_slowest(run, napping("sequential"), under=9)
    at_once = over_slowest(run, napping("dag"), under=1.3)
    assert apart.wall >= 0.4
    assert apart.wall / at_once.wall > 3
