"""The orchestrator's face, rows H1 to H5, E4 and F6: on a real database, agents of functions, and
agents that are asked over loopback HTTP."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from dalsegno import Agent, Runtime, Workflow, WorkflowOrchestrator, load
from dalsegno.runtime.orchestrator.patterns import PATTERNS
from dalsegno.runtime.orchestrator.variants import MARKS, marks_in
from dalsegno.state.definition.workflow import Pattern
from dalsegno.state.errors import (
    ConflictError,
    DalsegnoError,
    DefinitionError,
    InputError,
    NotFoundError,
)

from .provider import Provider, point_to
from .test_agents import asking

GPT = "openai:gpt-4o-mini"
QUICK = {"max_retries": 3, "first_wait": 0}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/orchestrator.db"


@pytest.fixture
def orchestrator(url: str) -> Iterator[WorkflowOrchestrator]:
    opened = WorkflowOrchestrator(url=url)
    yield opened
    opened.close()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    opened = Provider()
    point_to(opened, monkeypatch)
    yield opened
    opened.close()


class Heard:
    """An agent's function that notes what it was given and gives its name, or what it is told."""

    def __init__(self, name: str, gives: Any = None) -> None:
        self.name = name
        self.gives = name if gives is None else gives
        self.calls: list[dict[str, Any]] = []

    async def execute(self, data: dict[str, Any]) -> Any:
        self.calls.append(data)
        return self.gives(data) if callable(self.gives) else self.gives


def agent(heard: Heard, **more: Any) -> Agent:
    return Agent(heard.name, f"does {heard.name}", function=heard.execute, **more)


def cast(*names: str) -> list[Heard]:
    return [Heard(name) for name in names]


# H1: agents


def test_H1_the_promised_agent_by_position_and_by_keyword_is_one() -> None:
    placed = Agent("researcher", "finds facts", ["web_search"], 8000, type="specialist")
    named = Agent(
        name="researcher", specialization="finds facts", tools=["web_search"], context_limit=8000
    )
    assert placed == named
    assert (placed.tools, placed.context_limit, placed.type) == (
        ("web_search",),
        8000,
        "specialist",
    )


def test_H1_an_agent_reads_what_it_declares_and_nothing_else(
    orchestrator: WorkflowOrchestrator,
) -> None:
    first, second = cast("first", "second")
    workflow = orchestrator.create_workflow([agent(first), agent(second, input=["first"])])
    result = orchestrator.execute_workflow(workflow, {"secret": "s"})
    assert result.output == {"first": "first", "second": "second"}
    assert first.calls == [{"secret": "s"}]
    assert second.calls == [{"first": "first"}]


def test_H1_a_result_of_another_type_than_declared_fails_at_its_agent(
    orchestrator: WorkflowOrchestrator,
) -> None:
    class Report(BaseModel):
        pages: int

    counter = Heard("counter", gives={"pages": "many"})
    workflow = orchestrator.create_workflow([agent(counter, output=Report)])
    result = orchestrator.execute_workflow(workflow, {"text": "t"})
    assert result.status == "failed"
    assert result.error is not None
    assert result.error["node"] == "counter"
    assert "pages" in str(result.error["message"])


def test_H1_a_function_that_takes_what_its_agent_does_not_declare_is_refused(
    orchestrator: WorkflowOrchestrator,
) -> None:
    def write(topic: str, tone: str) -> str:
        return topic + tone

    with pytest.raises(InputError, match="'writer' declares no input 'tone'"):
        orchestrator.create_workflow([Agent("writer", function=write, input=["topic"])])


def test_H1_a_tool_that_nobody_declared_is_refused_with_the_nearest(url: str) -> None:
    def web_search(query: str) -> str:
        """Search the web."""
        return query

    opened = WorkflowOrchestrator(url=url, tools=[web_search])
    opened.create_workflow([Agent("fine", tools=["web_search"])])
    with pytest.raises(DefinitionError, match="'web_serch'; the nearest name is 'web_search'"):
        opened.create_workflow([Agent("wrong", tools=["web_serch"])])
    opened.close()


def test_H1_a_tool_that_an_agent_does_not_list_is_refused_to_its_model(
    url: str, provider: Provider
) -> None:
    used: list[str] = []

    def look_up(word: str) -> str:
        """Look a word up."""
        used.append(word)
        return word

    def wipe(word: str) -> str:
        """Remove a word."""
        used.append(f"wiped {word}")
        return word

    provider.on("None", asking(("wipe", {"word": "all"})))
    opened = WorkflowOrchestrator(url=url, model=GPT, tools={"look_up": look_up, "wipe": wipe})
    workflow = opened.create_workflow(
        [Agent("reader", "reads", ["look_up"])], error_handling={"max_retries": 0}
    )
    result = opened.execute_workflow(workflow, {"text": "words"})
    assert result.status == "failed"
    assert result.error is not None
    assert result.error["type"] == "ToolError"
    assert "'wipe'" in str(result.error["message"])
    assert used == []
    opened.close()


@pytest.mark.parametrize("wrong", [lambda x: x, 5, "researcher", {"name": "a"}])
def test_H1_what_is_no_agent_is_refused(orchestrator: WorkflowOrchestrator, wrong: Any) -> None:
    with pytest.raises(InputError, match="agent"):
        orchestrator.create_workflow([wrong])


# H5: functions and classes


def test_H5_function_and_class_steps_both_work(orchestrator: WorkflowOrchestrator) -> None:
    def gather(topic: str) -> dict[str, Any]:
        return {"facts": [topic, topic.upper()]}

    class FactCounter:
        async def execute(self, data: dict[str, Any]) -> dict[str, Any]:
            return {"count": len(data["gather"]["facts"]), "read": sorted(data)}

    class Proud(Agent):
        async def execute(self, data: dict[str, Any]) -> dict[str, Any]:
            return {"said": f"{data['fact_counter']['count']} facts"}

    workflow = orchestrator.create_workflow([gather, FactCounter, Proud("speaker", "speaks")])
    result = orchestrator.execute_workflow(workflow, {"topic": "rain"})
    assert result.output == {
        "gather": {"facts": ["rain", "RAIN"]},
        "fact_counter": {"count": 2, "read": ["gather", "topic"]},
        "speaker": {"said": "2 facts"},
    }


# H2: each switch


def test_H2_context_engineering_has_a_visible_effect(url: str, provider: Provider) -> None:
    provider.on("Answer", {"reader": "It rains in Oslo."})
    filler = [f"Paragraph {n} is about trains, and says little.\n\n" for n in range(400)]
    material = {"report": "".join([*filler, "The weather: it rains in Oslo.\n\n", *filler])}
    reader = Agent("reader", "what is the weather", context_limit=300)

    packing = WorkflowOrchestrator(url=url, model=GPT, context_engineering=True)
    workflow = packing.create_workflow([reader], task="What is the weather in Oslo?")
    packed = packing.execute_workflow(workflow, material)
    assert packed.output == {"reader": "It rains in Oslo."}
    sent = json.dumps(provider.asked("Answer")[0])
    assert "it rains in Oslo" in sent
    assert len(sent) < 6000
    (dropped,) = [each for each in packed.execution_trace if each.kind == "context"]
    assert "report" in str(dropped.detail["dropped"])
    assert packed.performance_metrics["dropped"] == {"reader": dropped.detail["dropped"]}
    packing.close()

    passing = WorkflowOrchestrator(url=url, model=GPT, context_engineering=False)
    refused = passing.execute_workflow(workflow, material)
    assert refused.status == "failed"
    assert refused.error is not None
    assert refused.error["type"] == "ContextError"
    assert len(provider.asked("Answer")) == 1
    small = passing.execute_workflow(workflow, {"report": "It rains in Oslo."})
    assert small.status == "completed"
    assert small.performance_metrics["dropped"] == {}
    passing.close()


def test_H2_validation_gates_has_a_visible_effect(url: str) -> None:
    ran: list[object] = []

    def polite(values: dict[str, Any]) -> bool:
        ran.append(dict(values))
        return "please" in str(values)

    def write(topic: str) -> str:
        return f"Give me {topic}"

    strict = WorkflowOrchestrator(url=url, validation_gates=True, gates=[polite])
    workflow = strict.create_workflow(
        [Agent("writer", function=write)], validation_gates=["polite"], name="letters"
    )
    refused = strict.execute_workflow(workflow, {"topic": "tea"})
    assert refused.status == "failed"
    assert refused.error is not None
    assert refused.error["type"] == "GateError"
    assert ran
    passed = strict.execute_workflow(workflow, {"topic": "tea, please"})
    assert [
        (each.step, each.outcome) for each in passed.execution_trace if each.kind == "gate"
    ] == [("writer", "passed")]
    strict.close()

    ran.clear()
    loose = WorkflowOrchestrator(url=url, validation_gates=False)
    result = loose.execute_workflow(workflow, {"topic": "tea"})
    assert result.output == {"writer": "Give me tea"}
    assert ran == []
    assert result.performance_metrics["gates"] == [
        {"step": "writer", "gate": "polite", "outcome": "not run"}
    ]
    assert [each.outcome for each in result.execution_trace if each.kind == "gate"] == ["not run"]
    loose.close()


def test_H2_error_recovery_has_a_visible_effect(url: str) -> None:
    calls: list[int] = []

    def flaky(topic: str) -> str:
        calls.append(1)
        if len(calls) % 3:
            raise ConnectionError("the line is down")
        return topic

    recovering = WorkflowOrchestrator(url=url, error_recovery=True)
    workflow = recovering.create_workflow([flaky], error_handling=QUICK)
    result = recovering.execute_workflow(workflow, {"topic": "t"})
    assert (result.status, len(calls)) == ("completed", 3)
    assert result.performance_metrics["retries"] == 2
    attempts = [(each.attempt, each.outcome) for each in result.execution_trace]
    assert attempts == [(1, "failed"), (2, "failed"), (3, "done")]
    recovering.close()

    calls.clear()
    bare = WorkflowOrchestrator(url=url, error_recovery=False)
    failed = bare.execute_workflow(workflow, {"topic": "t"})
    assert (failed.status, len(calls)) == ("failed", 1)
    assert failed.version.endswith("+no_recovery")
    bare.close()


def test_H2_error_recovery_tries_again_three_times_unless_told_otherwise(
    orchestrator: WorkflowOrchestrator,
) -> None:
    workflow = orchestrator.create_workflow([agent(Heard("one"))])
    assert workflow.error_handling is not None
    assert workflow.error_handling.max_retries == 3
    assert workflow.error_handling.retry_policy == "exponential_backoff"


def test_H2_without_recovery_a_step_that_only_a_fallback_leads_to_does_not_run(url: str) -> None:
    rescued: list[str] = []

    def broken() -> str:
        raise ValueError("no")

    def rescue() -> str:
        rescued.append("yes")
        return "rescued"

    definition = load(
        {
            "workflow_definition": {"name": "rescue", "version": "1"},
            "workflow_steps": [
                {"step": "try_it", "function": broken, "fallback": "rescue"},
                {"step": "rescue", "function": rescue},
            ],
        }
    )
    with_it = WorkflowOrchestrator(url=url)
    assert with_it.execute_workflow(definition).status == "completed"
    assert rescued == ["yes"]
    with_it.close()
    without = WorkflowOrchestrator(url=url, error_recovery=False)
    assert without.execute_workflow(definition).status == "failed"
    assert rescued == ["yes"]
    without.close()


@given(version=st.text(max_size=20))
def test_H2_a_version_of_the_users_own_is_never_taken_for_a_switch(version: str) -> None:
    behind = version.rpartition("+")[2].split(".")
    assert set(marks_in(version)) <= set(behind)
    assert marks_in(f"{version}+{'.'.join(MARKS)}") == MARKS


# H3: patterns


def test_H3_sequential_agents_read_the_input_and_the_results_before_them(
    orchestrator: WorkflowOrchestrator,
) -> None:
    one, two, three = people = cast("one", "two", "three")
    workflow = orchestrator.create_workflow(
        agents=[agent(each) for each in people],
        pattern="sequential",
        validation_gates=["output_check"],
        error_handling={"max_retries": 1},
    )
    result = orchestrator.execute_workflow(workflow=workflow, input_data={"q": 1})
    assert isinstance(workflow, Workflow)
    assert one.calls == [{"q": 1}]
    assert two.calls == [{"q": 1, "one": "one"}]
    assert three.calls == [{"q": 1, "one": "one", "two": "two"}]
    assert result.output == {"one": "one", "two": "two", "three": "three"}


def test_H3_sequential_refuses_an_agent_that_reads_a_later_one(
    orchestrator: WorkflowOrchestrator,
) -> None:
    late, early = cast("late", "early")
    with pytest.raises(InputError, match="'late' reads 'early', which is not there before it"):
        orchestrator.create_workflow([agent(late, input=["early"]), agent(early)])


def test_H3_concurrent_agents_wait_for_each_other_and_their_results_are_merged(
    orchestrator: WorkflowOrchestrator,
) -> None:
    here: list[str] = []

    async def meet(name: str) -> str:
        here.append(name)
        async with asyncio.timeout(10):
            while len(here) < 2:  # noqa: ASYNC110  # each waits for the other, whichever is first
                await asyncio.sleep(0.01)
        return name

    async def left(topic: str) -> str:
        return await meet(f"left {topic}")

    async def right(topic: str) -> str:
        return await meet(f"right {topic}")

    workflow = orchestrator.create_workflow([left, right], pattern="concurrent")
    result = orchestrator.execute_workflow(workflow, {"topic": "t"})
    assert result.output["results"] == {"left": "left t", "right": "right t"}
    assert result.output["left"] == "left t"


@pytest.mark.parametrize(
    ("said", "does"), [("urgent", "urgent"), ("general", "general"), ("nonsense", "general")]
)
def test_H3_conditional_the_first_decides_and_the_last_takes_what_fits_nobody(
    orchestrator: WorkflowOrchestrator, said: str, does: str
) -> None:
    triage = Heard("triage", {"choice": said, "confidence": 0.9, "reason": "It says so."})
    urgent, general = cast("urgent", "general")
    people = [triage, urgent, general]
    workflow = orchestrator.create_workflow([agent(each) for each in people], pattern="router")
    result = orchestrator.execute_workflow(workflow, {"mail": "help"})
    assert [each.name for each in people[1:] if each.calls] == [does]
    assert result.output[does] == does
    (decided,) = [each for each in result.execution_trace if each.kind == "decision"]
    assert (decided.step, decided.outcome) == ("triage", said)
    assert decided.detail["reason"] == "It says so."


def test_H3_a_loop_goes_on_until_its_gates_pass(orchestrator: WorkflowOrchestrator) -> None:
    def long_enough(values: dict[str, Any]) -> tuple[bool, str]:
        return len(values["writer"]) >= 3, "Write at least three letters."

    def write(data: dict[str, Any]) -> str:
        return f"{data['writer'] or ''}x"

    writer = Heard("writer", write)
    workflow = orchestrator.create_workflow(
        [agent(writer)],
        pattern="loop",
        validation_gates=["long_enough"],
        gates=[long_enough],
        max_iterations=5,
    )
    result = orchestrator.execute_workflow(workflow, {"topic": "t"})
    assert result.output == {"writer": "xxx", "check": {"passed": True, "reasons": []}}
    assert writer.calls[1]["check"]["reasons"] == ["long_enough: Write at least three letters."]
    gates = [each.outcome for each in result.execution_trace if each.kind == "gate"]
    assert gates == ["failed", "failed", "passed"]


def test_H3_a_loop_ends_at_its_cap_and_says_that_the_gates_did_not_pass(
    orchestrator: WorkflowOrchestrator,
) -> None:
    def never(values: dict[str, Any]) -> tuple[bool, str]:
        return False, "No."

    writer = Heard("writer")
    workflow = orchestrator.create_workflow(
        [agent(writer)],
        pattern="loop",
        validation_gates=["never"],
        gates={"never": never},
        max_iterations=2,
    )
    result = orchestrator.execute_workflow(workflow)
    assert len(writer.calls) == 2
    assert result.output["check"] == {"passed": False, "reasons": ["never: No."]}


def test_H3_a_loop_that_nothing_ends_is_refused(orchestrator: WorkflowOrchestrator) -> None:
    with pytest.raises(InputError, match="nothing ends"):
        orchestrator.create_workflow([agent(Heard("writer"))], pattern="loop")


def test_H3_map_reduce_does_each_item_in_order_and_makes_one_of_them(
    orchestrator: WorkflowOrchestrator,
) -> None:
    def square(item: int) -> int:
        return item * item

    def add_up(square: list[int], start: int) -> int:
        return start + sum(square)

    workflow = orchestrator.create_workflow([square, add_up], pattern="map_reduce", over="numbers")
    result = orchestrator.execute_workflow(workflow, {"numbers": [3, 1, 2], "start": 100})
    assert result.output == {"square": [9, 1, 4], "add_up": 114}


def test_H3_orchestrator_worker_the_manager_plans_and_makes_one_of_it(
    orchestrator: WorkflowOrchestrator,
) -> None:
    def lead(data: dict[str, Any]) -> Any:
        if not data.get("lead_results"):
            return [{"worker": "ana", "task": "dig"}, {"worker": "ben", "task": "fill"}]
        return {"done": data["lead_results"]}

    def work(data: dict[str, Any]) -> dict[str, Any]:
        return {"did": data["assignment"].task}

    manager, ana, ben = Heard("lead", lead), Heard("ana", work), Heard("ben", work)
    workflow = orchestrator.create_workflow(
        [agent(manager), agent(ana), agent(ben)], pattern="orchestrator_worker"
    )
    result = orchestrator.execute_workflow(workflow, {"place": "garden"})
    assert result.error is None
    assert result.output["lead"] == {"done": [{"did": "dig"}, {"did": "fill"}]}
    assert (len(manager.calls), len(ana.calls), len(ben.calls)) == (2, 1, 1)


def test_H3_hierarchical_a_worker_may_lead_a_team_of_its_own(
    orchestrator: WorkflowOrchestrator,
) -> None:
    def leading(name: str, *workers: str) -> Heard:
        def lead(data: dict[str, Any]) -> Any:
            results = data.get(f"{name}_results")
            if results:
                return f"{name}({', '.join(results)})"
            return [{"worker": each, "task": "go"} for each in workers]

        return Heard(name, lead)

    top, sub = leading("top", "ana", "sub"), leading("sub", "ben")
    ana, ben = cast("ana", "ben")
    workflow = orchestrator.create_workflow(
        [agent(top), agent(ana), [agent(sub), agent(ben)]], pattern="hierarchical"
    )
    result = orchestrator.execute_workflow(workflow, {})
    assert result.error is None
    assert result.output["top"] == "top(ana, sub(ben))"


def test_H3_group_chat_goes_on_until_they_agree(orchestrator: WorkflowOrchestrator) -> None:
    def speaks(data: dict[str, Any]) -> dict[str, Any]:
        return {"text": "Yes.", "agrees": len(data["conversation"] or ()) >= 2}

    ana, ben = Heard("ana", speaks), Heard("ben", speaks)
    workflow = orchestrator.create_workflow(
        [agent(ana), agent(ben)], pattern="group_chat", task="Do we buy?", max_iterations=9
    )
    result = orchestrator.execute_workflow(workflow, {"price": 3})
    said = [each["speaker"] for each in result.output["conversation"]]  # type: ignore[attr-defined]  # plain data
    assert said == ["ana", "ben", "ana", "ben"]


def test_H3_pipeline_batches_go_through_the_stages(orchestrator: WorkflowOrchestrator) -> None:
    def double(item: int) -> int:
        return item * 2

    def name_it(item: int) -> str:
        return f"no. {item}"

    workflow = orchestrator.create_workflow([double, name_it], pattern="pipeline", batch_size=2)
    result = orchestrator.execute_workflow(workflow, {"items": [1, 2, 3]})
    assert result.output == {"results": ["no. 2", "no. 4", "no. 6"]}


def test_H3_hybrid_a_list_runs_at_once_and_a_list_within_it_in_a_row(
    orchestrator: WorkflowOrchestrator,
) -> None:
    first, left, inner, right, last = people = cast("first", "left", "inner", "right", "last")
    a, b, c, d, e = (agent(each) for each in people)
    workflow = orchestrator.create_workflow([a, [[b, c], d], e], pattern="hybrid")
    result = orchestrator.execute_workflow(workflow, {"q": 1})
    assert list(result.output) == ["first", "left", "inner", "right", "last"]
    assert inner.calls == [{"q": 1, "first": "first", "left": "left"}]
    assert right.calls == [{"q": 1, "first": "first"}]
    assert sorted(last.calls[0]) == ["first", "inner", "left", "q", "right"]
    assert left.calls == right.calls
    assert first.calls == [{"q": 1}]


def test_H3_dag_each_waits_for_those_that_it_reads(orchestrator: WorkflowOrchestrator) -> None:
    def plan(topic: str) -> str:
        return topic

    def draw(plan: str) -> str:
        return f"drawn {plan}"

    def cost(plan: str) -> int:
        return len(plan)

    def offer(draw: str, cost: int) -> str:
        return f"{draw} for {cost}"

    workflow = orchestrator.create_workflow([offer, cost, draw, plan], pattern="dag")
    result = orchestrator.execute_workflow(workflow, "shed")
    assert result.output["offer"] == "drawn shed for 4"


def test_H3_every_pattern_of_a_definition_is_a_pattern_here() -> None:
    assert set(PATTERNS) == set(get_args(Pattern))


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("sequental", "'sequental'; the nearest name is 'sequential'"),
        ("map-reduce", "'map_reduce' needs 2 agents"),
        ("conditional", "'conditional' needs 3 agents"),
        ("hierarchical", "'hierarchical' needs 2 agents"),
    ],
)
def test_H3_a_pattern_that_cannot_be_is_refused_by_name(
    orchestrator: WorkflowOrchestrator, pattern: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        orchestrator.create_workflow([agent(Heard("one"))], pattern=pattern)


def test_H3_a_list_among_agents_is_refused_with_the_pattern_that_takes_it(
    orchestrator: WorkflowOrchestrator,
) -> None:
    one, two = (agent(each) for each in cast("one", "two"))
    with pytest.raises(InputError, match="hybrid"):
        orchestrator.create_workflow([one, [two]], pattern="sequential")


def test_H3_names_that_nobody_declared_are_refused_with_the_nearest(
    orchestrator: WorkflowOrchestrator,
) -> None:
    writer = agent(Heard("writer"))
    wrong: list[dict[str, Any]] = [
        {"validation_gates": ["readabilty"]},
        {"validation_gates": {"writr": ["readability"]}},
        {"task": {"writr": "Write."}},
        {"human_checkpoints": [{"name": "look", "after": "writr"}]},
        {"error_handling": {"fallback_strategy": "substitute", "substitute": "writr"}},
    ]
    for each in wrong:
        with pytest.raises(DalsegnoError, match=r"nearest name is '(writer|readability)'"):
            orchestrator.create_workflow([writer], **each)
    with pytest.raises(InputError, match=r"reads 'topc'.*nearest name is 'topic'"):
        orchestrator.create_workflow(
            [agent(Heard("reader"), input=["topc"])], inputs={"topic": str}
        )


def test_H3_gates_stand_around_the_agents_that_are_named(
    orchestrator: WorkflowOrchestrator,
) -> None:
    judged: list[list[str]] = []

    def seen(values: dict[str, Any]) -> bool:
        judged.append(sorted(values))
        return True

    people = [agent(each) for each in cast("one", "two")]
    for gates, expected in (
        (["seen"], [["one"], ["two"]]),
        ({"two": ["seen"]}, [["two"]]),
        ({"after": "seen"}, [["one"], ["two"]]),
    ):
        judged.clear()
        workflow = orchestrator.create_workflow(people, validation_gates=gates, gates=[seen])
        assert orchestrator.execute_workflow(workflow).status == "completed"
        assert judged == expected


# H4: executing


def test_H4_a_result_has_output_metrics_and_an_ordered_trace(
    orchestrator: WorkflowOrchestrator,
) -> None:
    people = cast("one", "two")
    workflow = orchestrator.create_workflow(agents=[agent(each) for each in people], name="both")
    result = orchestrator.execute_workflow(
        workflow=workflow, input_data={"q": 1}, monitoring=True, human_oversight=False
    )
    assert json.loads(json.dumps(result.output)) == {"one": "one", "two": "two"}
    metrics: Any = result.performance_metrics
    assert metrics["duration"] >= metrics["by_step"]["one"]["seconds"] >= 0
    assert metrics["by_agent"]["two"]["attempts"] == 1
    assert metrics["calls"] == metrics["input_tokens"] == 0
    assert [(each.kind, each.step, each.agent) for each in result.execution_trace] == [
        ("step", "one", "one"),
        ("step", "two", "two"),
    ]
    times = [each.started for each in result.execution_trace]
    assert times == sorted(times)  # type: ignore[type-var]  # steps have times
    with pytest.raises(FrozenInstanceError):
        result.status = "failed"  # type: ignore[misc]  # that is what is tried
    assert orchestrator.runtime.run(result.run_id).output == result.output


def test_H4_tokens_and_cost_are_told_by_step_and_by_agent(url: str, provider: Provider) -> None:
    provider.on("Answer", {"one": "a", "two": "b"})
    opened = WorkflowOrchestrator(url=url)
    agents = [Agent("one", "first", model=GPT), Agent("two", "second", model=GPT)]
    result = opened.execute_workflow(opened.create_workflow(agents), "the text")
    metrics: Any = result.performance_metrics
    assert result.output == {"one": "a", "two": "b"}
    assert metrics["input_tokens"] == 2000
    assert metrics["by_agent"]["one"]["input_tokens"] == 1000
    assert metrics["cost_usd"] == pytest.approx(2 * metrics["by_step"]["two"]["cost_usd"])
    opened.close()


def test_H4_without_monitoring_the_result_has_neither_metrics_nor_trace(
    orchestrator: WorkflowOrchestrator,
) -> None:
    workflow = orchestrator.create_workflow([agent(Heard("one"))])
    result = orchestrator.execute_workflow(workflow, {}, monitoring=False)
    assert result.output == {"one": "one"}
    assert (result.performance_metrics, result.execution_trace) == ({}, ())


async def test_H4_executing_is_awaited_too(orchestrator: WorkflowOrchestrator) -> None:
    workflow = orchestrator.create_workflow([agent(Heard("one"))])
    results = await asyncio.gather(
        *(orchestrator.aexecute_workflow(workflow, {"n": n}) for n in range(3))
    )
    assert [each.status for each in results] == ["completed"] * 3


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"topc": "t"}, "'topc'; the nearest name is 'topic'"),
        ({}, "needs the input 'topic'"),
        ({"topic": 5}, "'topic'"),
        ([1], "a mapping from names to values, not list"),
        ({"topic": object()}, "cannot be kept"),
    ],
)
def test_H4_wrong_input_is_refused_before_anything_runs(
    orchestrator: WorkflowOrchestrator, data: Any, message: str
) -> None:
    one = Heard("one")
    workflow = orchestrator.create_workflow([agent(one)], inputs={"topic": str})
    with pytest.raises(InputError, match=message):
        orchestrator.execute_workflow(workflow, data)
    assert one.calls == []
    assert orchestrator.runtime.runs() == ()


@pytest.mark.parametrize("name", ["one", "two words", "", "check-in"])
def test_H4_an_input_that_can_be_no_field_is_refused_by_name(
    orchestrator: WorkflowOrchestrator, name: str
) -> None:
    workflow = orchestrator.create_workflow([agent(Heard("one"))])
    with pytest.raises(InputError, match=f"input {name!r}"):
        orchestrator.execute_workflow(workflow, {name: 1})


def test_H4_a_text_is_the_first_input_that_is_needed(orchestrator: WorkflowOrchestrator) -> None:
    def shout(topic: str, mark: str = "!") -> str:
        return topic.upper() + mark

    assert orchestrator.execute_workflow(orchestrator.create_workflow([shout]), "rain").output == {
        "shout": "RAIN!"
    }
    one = Heard("one")
    workflow = orchestrator.create_workflow([agent(one)], name="open")
    orchestrator.execute_workflow(workflow, "rain")
    assert one.calls == [{"input": "rain"}]


@settings(max_examples=15, deadline=None)
@given(
    data=st.dictionaries(
        st.from_regex(r"in_[a-z]{1,6}", fullmatch=True),
        # Checkpoints hold whole numbers of 64 bits, as MessagePack does.
        st.none()
        | st.integers(-(2**63), 2**63 - 1)
        | st.text(max_size=9)
        | st.lists(st.booleans(), max_size=3),
        max_size=4,
    )
)
def test_H4_what_is_given_is_what_the_first_agent_reads(
    data: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    opened = WorkflowOrchestrator(url=f"sqlite:///{tmp_path_factory.mktemp('law')}/o.db")
    one = Heard("one")
    result = opened.execute_workflow(opened.create_workflow([agent(one)]), data)
    assert result.status == "completed", result.error
    assert one.calls == [data]
    opened.close()


def test_H4_a_workflow_may_be_a_name_a_file_or_data(
    orchestrator: WorkflowOrchestrator, tmp_path: Path
) -> None:
    orchestrator.create_workflow([agent(Heard("one"))], name="known_here")
    assert orchestrator.execute_workflow("known_here").output == {"one": "one"}
    data = {
        "workflow_definition": {"name": "of_data", "version": "1"},
        "inputs": {"text": "str"},
        "workflow_steps": [{"step": "size", "function": "builtins:len"}],
    }
    text = json.dumps({**data, "workflow_steps": [{"step": "ask", "agent": "reader"}]})
    place = tmp_path / "asked.yaml"
    place.write_text(text.replace('"inputs"', '"agents": [{"name": "reader"}], "inputs"'))
    result = orchestrator.execute_workflow(place, "It rains in Oslo. It is cold.")
    assert result.workflow == "of_data"
    with pytest.raises(NotFoundError, match="'known_her'"):
        orchestrator.execute_workflow("known_her")


# E4: people


def test_E4_human_oversight_changes_what_runs(orchestrator: WorkflowOrchestrator) -> None:
    researcher, writer = cast("researcher", "writer")
    workflow = orchestrator.create_workflow(
        [agent(researcher), agent(writer)],
        human_checkpoints=[{"name": "research_validation", "after": "researcher"}],
    )
    alone = orchestrator.execute_workflow(workflow, {"q": 1}, human_oversight=False)
    assert alone.status == "completed"
    assert len(writer.calls) == 1
    seen = orchestrator.execute_workflow(workflow, {"q": 1}, human_oversight=True)
    assert seen.status == "paused"
    assert len(writer.calls) == 1
    (review,) = seen.reviews()
    assert review.node == "research_validation"
    assert review.args == {"researcher": "researcher"}
    done = orchestrator.decide(
        review.id, {"type": "edit", "args": {"researcher": "mine"}}, by="ana"
    )
    assert done.output == {"researcher": "mine", "writer": "writer"}
    (decided,) = [each for each in done.execution_trace if each.kind == "review"]
    assert (decided.outcome, decided.detail["by"]) == ("edit", "ana")
    with pytest.raises(ConflictError):
        orchestrator.decide(review.id, "approve", by="ben")


def test_E4_a_workflow_without_checkpoints_is_approved_at_its_end(
    orchestrator: WorkflowOrchestrator,
) -> None:
    workflow = orchestrator.create_workflow([agent(Heard("one"))])
    paused = orchestrator.execute_workflow(workflow, {"q": 1}, human_oversight=True)
    (review,) = paused.reviews()
    assert (review.node, review.args) == ("final_approval", {"one": "one"})
    assert [each.option for each in paused.recovery_options] == ["decide"]
    rejected = orchestrator.decide(review.id, {"type": "reject", "message": "no"}, by="ana")
    assert rejected.rejected == ("final_approval",)
    assert paused.rejected == ()


def test_E4_a_review_step_stays_without_oversight(orchestrator: WorkflowOrchestrator) -> None:
    definition = {
        "workflow_definition": {"name": "explicit", "version": "1"},
        "inputs": {"text": "str"},
        "workflow_steps": [{"step": "look", "review": {"fields": ["text"]}}],
    }
    result = orchestrator.execute_workflow(definition, "t", human_oversight=False)
    assert [each.node for each in result.reviews()] == ["look"]


def test_E4_a_run_goes_on_after_a_restart_as_it_began(url: str) -> None:
    def make(opened: WorkflowOrchestrator) -> tuple[Workflow, Heard]:
        writer = Heard("writer")
        made = opened.create_workflow(
            [agent(writer)],
            name="restarted",
            validation_gates=["nothing_passes"],
            gates={"nothing_passes": lambda _: False},
        )
        return made, writer

    first = WorkflowOrchestrator(url=url, validation_gates=False)
    workflow, _ = make(first)
    review = first.execute_workflow(workflow, {"q": 1}, human_oversight=True).reviews()[0]
    # The same name without oversight in between, which is another graph.
    assert first.execute_workflow(workflow, {"z": 1}).status == "completed"
    first.close()

    second = WorkflowOrchestrator(url=url, validation_gates=True)
    _, writer = make(second)
    done = second.decide(review.id, "approve", by="ana")
    assert done.status == "completed", done.error
    assert done.output == {"writer": "writer"}
    assert done.version == "1+open.no_gates.final_approval"
    assert writer.calls == []
    second.close()


def test_E4_the_runtime_decides_on_an_orchestrators_run_too(url: str) -> None:
    opened = WorkflowOrchestrator(url=url)
    workflow = opened.create_workflow([agent(Heard("one"))])
    review = opened.execute_workflow(workflow, {"q": 1}, human_oversight=True).reviews()[0]
    opened.close()
    runtime = Runtime(url, workflows=[workflow])
    done = runtime.decide(review.id, {"type": "approve"}, by="ana")
    assert (done.status, done.output) == ("completed", {"one": "one"})
    runtime.close()


# F6: failing


def test_F6_a_failed_workflow_returns_status_error_recovery_and_partial_results(
    orchestrator: WorkflowOrchestrator,
) -> None:
    mended: list[bool] = []

    def breaks(data: dict[str, Any]) -> str:
        if not mended:
            raise RuntimeError("the pump is dry")
        return "water"

    first, second = Heard("first"), Heard("second", breaks)
    workflow = orchestrator.create_workflow(
        [agent(first), agent(second)], error_handling={"max_retries": 0}
    )
    failed = orchestrator.execute_workflow(workflow, {"q": 1})
    assert failed.status == "failed"
    assert failed.error is not None
    assert "the pump is dry" in str(failed.error["message"])
    assert failed.error["node"] == "second"
    assert failed.output["first"] == "first"
    assert failed.output["second"] is None
    assert [each.option for each in failed.recovery_options] == ["resume", "restart"]
    last = failed.execution_trace[-1]
    assert (last.kind, last.step, last.outcome) == ("failure", "second", "ended the run")

    mended.append(True)
    done = orchestrator.resume(failed)
    assert done.output == {"first": "first", "second": "water"}
    assert len(first.calls) == 1
    assert done.recovery_options == ()


def test_F6_a_failure_that_was_handled_is_in_the_trace(orchestrator: WorkflowOrchestrator) -> None:
    def breaks(data: dict[str, Any]) -> str:
        raise RuntimeError("no")

    workflow = orchestrator.create_workflow(
        [agent(Heard("first", breaks)), agent(Heard("second"))],
        error_handling={"max_retries": 0, "fallback_strategy": "skip"},
    )
    result = orchestrator.execute_workflow(workflow, {"q": 1})
    assert result.status == "completed"
    (failure,) = [each for each in result.execution_trace if each.kind == "failure"]
    assert (failure.step, failure.outcome) == ("first", "skip")


# A4: the beginning of it


def test_A4_an_agents_context_is_fixed_and_retrieved_and_fits_its_limit(url: str) -> None:
    def look_up(word: str) -> str:
        """Look a word up in the dictionary."""
        return word

    opened = WorkflowOrchestrator(url=url, tools=[look_up])
    opened.create_workflow(
        [Agent("reader", "reads reports", ["look_up"], 900, instructions="Be brief.")]
    )
    trains = "".join(f"Paragraph {n} is about trains.\n\n" for n in range(300))
    material = {"report": f"{trains}The weather in Oslo: rain.\n\n{trains}"}
    found = opened.prepare_context("reader", "weather in Oslo", material=material)
    for part in ("reads reports", "Be brief.", "Look a word up", '"reader"', "tried again"):
        assert part in found.fixed
    assert "The weather in Oslo: rain." in found.retrieved
    assert found.fixed_tokens + found.retrieved_tokens <= found.limit == 900
    assert found.dropped
    assert opened.prepare_agent_context("reader", "weather in Oslo", material=material) == found
    with pytest.raises(NotFoundError, match="'raeder'; the nearest name is 'reader'"):
        opened.prepare_context("raeder", "t")
    opened.close()


def test_E4_a_switch_reaches_into_nested_workflows(tmp_path: Path) -> None:
    tried: list[int] = []

    def work(text: str) -> str:
        tried.append(1)
        if len(tried) == 1:
            raise ConnectionError("gone")
        return text

    def never(values: dict[str, Any]) -> bool:
        return False

    inner = {
        "workflow_definition": {"name": "inner", "version": "1"},
        "inputs": {"text": "str"},
        "gates": [{"name": "never", "function": never}],
        "workflow_steps": [{"step": "work", "function": work, "validation_gates": ["never"]}],
        "error_handling": {"max_retries": 2, "first_wait": 0},
        "human_checkpoints": [{"name": "work_validation", "after": "work"}],
    }
    outer = {
        "workflow_definition": {"name": "outer", "version": "1"},
        "inputs": {"text": "str"},
        "workflow_steps": [{"step": "inside", "workflow": inner, "outputs": {"found": "work"}}],
    }
    ends = {}
    for gates, recovery in ((False, True), (True, True), (False, False)):
        tried.clear()
        url = f"sqlite:///{tmp_path}/{gates}{recovery}.db"
        each = WorkflowOrchestrator(url=url, validation_gates=gates, error_recovery=recovery)
        result = each.execute_workflow(outer, {"text": "x"}, human_oversight=False)
        ends[gates, recovery] = (result.status, len(tried))
        each.close()
    assert ends[False, True] == ("completed", 2)
    assert ends[True, True][0] == "failed"
    assert ends[False, False] == ("failed", 1)
    attended = WorkflowOrchestrator(url=f"sqlite:///{tmp_path}/people.db", validation_gates=False)
    result = attended.execute_workflow(outer, {"text": "x"}, human_oversight=True)
    assert [each.node for each in result.reviews()] == ["work_validation"]
    attended.close()
