"""Routes: decided on validated values only, with a fallback each, and every decision on record."""

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel

import dalsegno
from dalsegno import Runtime
from dalsegno.state.errors import DefinitionError, DefinitionWarning, WriteError
from dalsegno.state.records import Choice, Decision

from .provider import MODEL, Given, Provider
from .test_state_rows import definition

CASES = ("urgent", "analysis", "general")


def urgency(fallback: str = "person") -> dict[str, Any]:
    """A router over three ways; what fits none of them goes to a person, or where it is said."""

    def says(which: str) -> Any:
        return lambda: which

    ways = dict.fromkeys((*CASES, fallback))
    route = {
        "agent": "triage",
        "task": "Is this message urgent, a request for analysis, or general?",
        "cases": {name: f"do_{name}" for name in CASES},
        "fallback": f"do_{fallback}",
    }
    return definition(
        {"step": "urgency", "reads": ["message"], "route": route},
        *(
            {"step": f"do_{name}", "function": says(name), "writes": {"done": "str"}}
            for name in ways
        ),
        agents=[{"name": "triage", "type": "router", "specialization": "Sorts messages."}],
        inputs={"message": "str"},
        outputs=["urgency", "done"],
    )


def decided(choice: str | None, confidence: float = 0.9, reason: str = "It says so.") -> Any:
    return {"choice": choice, "confidence": confidence, "reason": reason}


@pytest.mark.parametrize(
    ("message", "way"),
    [
        ("URGENT: the server is down and customers cannot pay. Please act immediately.", "urgent"),
        ("Please prepare an analysis of last year's sales by region.", "analysis"),
        ("What are your opening hours on Saturdays?", "general"),
    ],
)
def test_C7_an_urgency_router_sorts_offline(runtime: Runtime, message: str, way: str) -> None:
    run = runtime.start(urgency(fallback="general"), {"message": message})

    assert (run.status, run.error) == ("completed", None)
    assert run.output is not None
    assert run.output["done"] == way


@pytest.mark.parametrize("way", CASES)
def test_C7_an_urgency_router_sorts_with_a_hosted_model(
    provider: Provider, runtime: Runtime, way: str
) -> None:
    provider.on("Decision", decided(way))

    run = runtime.start(urgency(), {"message": "The server is down."}, model=MODEL)

    assert (run.status, run.error) == ("completed", None)
    assert run.output is not None
    assert run.output["done"] == way
    assert run.output["urgency"] == decided(way)
    (request,) = provider.asked("Decision")
    assert "The server is down." in str(request["messages"])
    form = str(request["response_format"])
    assert all(each in form for each in CASES), "it may choose among the cases and no others"


def test_C1_malformed_output_is_asked_for_again_and_never_routed_on(
    provider: Provider, runtime: Runtime
) -> None:
    provider.on(
        "Decision",
        Given(content="urgent, I would say"),
        decided("very urgent indeed"),
        decided("urgent"),
    )

    run = runtime.start(urgency(), {"message": "The server is down."}, model=MODEL)

    assert run.output is not None
    assert run.output["done"] == "urgent"
    _, second, third = provider.asked("Decision")
    assert "does not fit" in str(second["messages"][-1])
    assert "very urgent indeed" in str(third["messages"])
    assert run.metrics["calls"] == 3


def test_C1_a_router_that_never_answers_in_form_takes_the_fallback(
    provider: Provider, runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    provider.on("Decision", Given(content="urgent!"))

    with caplog.at_level(logging.INFO, logger="dalsegno"):
        run = runtime.start(urgency(), {"message": "The server is down."}, model=MODEL)

    assert (run.status, run.error) == ("completed", None)
    assert run.output is not None
    assert run.output["done"] == "person"
    assert run.metrics["calls"] == len(provider.asked("Decision")) == 3, "and is paid for"
    (warning,) = [each for each in caplog.records if each.levelname == "WARNING"]
    assert "'urgency' took its fallback" in warning.getMessage()


@pytest.mark.parametrize("made", ["urgnet", "", {"choice": "none of these"}])
def test_C2_a_choice_that_is_no_case_takes_the_fallback_and_is_a_warning(
    made: Any, caplog: pytest.LogCaptureFixture
) -> None:
    workflow = urgency()
    workflow["agents"] = [{"name": "triage", "function": lambda: made}]
    graph: Any = dalsegno.compile(workflow)

    with caplog.at_level(logging.INFO, logger="dalsegno"):
        found = graph.invoke({"message": "m"})

    assert found["done"] == "person"
    (choice,) = found["decisions"]
    assert choice.fell_back
    assert choice.step == "urgency"
    (record,) = caplog.records
    assert (record.levelname, record.name) == ("WARNING", "dalsegno")


def test_C1_a_router_of_ones_own_gives_a_decision_or_an_error() -> None:
    workflow = urgency()
    workflow["agents"] = [{"name": "triage", "function": lambda: {"choice": ["urgent"]}}]

    with pytest.raises(WriteError) as raised:
        dalsegno.compile(workflow).invoke({"message": "m"})

    assert raised.value.node == "urgency"


class Analysis(BaseModel):
    complexity: float
    kind: Literal["figures", "text", "other"]


def on_a_field(kind: Any = "figures", complexity: Any = 0.8) -> dict[str, Any]:
    def analyse() -> Analysis:
        return {"kind": kind, "complexity": complexity}  # type: ignore[return-value]  # read as one

    def step(name: str) -> dict[str, Any]:
        return {"step": name, "function": lambda: name, "writes": {"done": "str"}}

    return definition(
        {"step": "analysis", "function": analyse},
        {
            "step": "by_kind",
            "route": {
                "on": "analysis.kind",
                "cases": {"figures": step("tables"), "text": step("prose")},
                "fallback": step("anything"),
            },
        },
        {
            "step": "hard",
            "if": "analysis.complexity > 0.6",
            "then": {"step": "deep", "function": lambda: "deep", "writes": {"depth": "str"}},
            "else": {"step": "flat", "function": lambda: "flat", "writes": {"depth": "str"}},
        },
    )


@pytest.mark.parametrize(
    ("kind", "complexity", "done", "depth", "fell_back"),
    [
        ("figures", 0.8, "tables", "deep", False),
        ("text", 0.6, "prose", "flat", False),
        ("other", 0.1, "anything", "flat", True),
    ],
)
def test_C2_every_decision_is_on_record_with_what_it_was_decided_on(
    kind: str,
    complexity: float,
    done: str,
    depth: str,
    fell_back: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    graph: Any = dalsegno.compile(on_a_field(kind, complexity))

    with caplog.at_level(logging.INFO, logger="dalsegno"):
        found = graph.invoke({})

    assert (found["done"], found["depth"]) == (done, depth)
    assert found["decisions"] == (
        Choice(
            step="by_kind",
            on="analysis.kind",
            chosen=kind,
            values={"analysis.kind": kind},
            fell_back=fell_back,
        ),
        Choice(
            step="hard",
            on="analysis.complexity > 0.6",
            chosen=str(complexity > 0.6).lower(),
            values={"analysis.complexity": complexity},
        ),
    )
    levels = [each.levelname for each in caplog.records]
    assert levels == ["WARNING" if fell_back else "INFO", "INFO"]


def test_C2_an_agents_decision_is_on_record_with_its_reason_and_confidence(
    provider: Provider, runtime: Runtime, tmp_path: Path
) -> None:
    provider.on("Decision", decided("analysis", 0.8, "It asks for figures."))
    graph: Any = dalsegno.compile(urgency())

    found = graph.invoke({"message": "m"}, context=_context())

    (choice,) = found["decisions"]
    assert (choice.chosen, choice.reason) == ("analysis", "It asks for figures.")
    assert choice.values == {
        "urgency": Decision(choice="analysis", confidence=0.8, reason="It asks for figures.")
    }


def _context() -> Any:
    from dalsegno.state.context import RunContext

    return RunContext(model=MODEL)


@pytest.mark.parametrize("wrong", [{"kind": "pictures"}, {"complexity": "high"}])
def test_C1_a_route_is_never_taken_on_what_does_not_fit(wrong: dict[str, Any]) -> None:
    took: list[str] = []
    workflow = on_a_field(**wrong)
    workflow["workflow_steps"][1]["route"]["fallback"]["function"] = lambda: took.append("any")

    with pytest.raises(WriteError, match="analysis"):
        dalsegno.compile(workflow).invoke({})

    assert took == []


def test_C2_a_route_without_a_fallback_is_refused() -> None:
    workflow = on_a_field()
    del workflow["workflow_steps"][1]["route"]["fallback"]

    with pytest.raises(DefinitionError, match="fallback"):
        dalsegno.load(workflow)


@pytest.mark.parametrize("value", [None, "", "tables", 5, [1], {"a": 1}, float("nan"), True])
def test_C2_any_value_leads_somewhere(value: Any) -> None:
    """A field may hold anything; the route is total all the same."""
    step = {"step": "other", "function": lambda: "other", "writes": {"done": "str"}}
    case = {"step": "one", "function": lambda: "one", "writes": {"done": "str"}}
    graph: Any = dalsegno.compile(
        definition(
            {"step": "way", "route": {"on": "thing.part", "cases": {"x": case}, "fallback": step}},
            inputs={"thing": Any},
        )
    )

    assert graph.invoke({"thing": value})["done"] == "other"
    assert graph.invoke({"thing": {"part": "x"}})["done"] == "one"


def test_C2_a_decision_is_taken_once_even_when_the_run_fails_after_it(
    provider: Provider, runtime: Runtime
) -> None:
    provider.on("Decision", decided("urgent"))
    workflow, broken = urgency(), [True]

    def act() -> str:
        if broken:
            raise RuntimeError("not now")
        return "urgent"

    workflow["workflow_steps"][1]["function"] = act
    failed = runtime.start(workflow, {"message": "m"}, model=MODEL)
    assert failed.status == "failed"

    broken.clear()
    done = runtime.resume(failed)

    assert (done.status, done.metrics["calls"]) == ("completed", 1)
    assert len(provider.asked("Decision")) == 1


def nested_routes(depth: int) -> dict[str, Any]:
    """Conditions within one another."""
    step: dict[str, Any] = {"step": "done", "function": shout}
    for at in range(depth, 0, -1):
        step = {"step": f"if_{at}", "if": f'message != "{at}"', "then": step}
    return definition(step, inputs={"message": "str"})


def test_C3_routing_deeper_than_three_is_flagged_with_its_way() -> None:
    with pytest.warns(DefinitionWarning) as found:
        dalsegno.load(nested_routes(5))
    assert len(found) == 1
    said = str(found[0].message)
    assert "4 decisions deep here: if_1 → if_2 → if_3 → if_4." in said
    assert "workflow_steps[0].then.then.then.if" in said
    assert "of its own" in said


def test_C3_three_decisions_within_one_another_are_not_flagged() -> None:
    dalsegno.load(nested_routes(3))  # a warning would fail this


def test_C3_the_command_line_flags_it_with_file_and_line(
    tmp_path: Path,
) -> None:
    lines = ["workflow_definition: {name: deep, version: '1'}", "inputs: {message: str}"]
    lines += ["workflow_steps:", "  - step: if_1", '    if: message != "1"']
    for at in range(2, 5):
        pad = "  " * at
        lines += [f"{pad}then:", f"{pad}  step: if_{at}", f'{pad}  if: message != "{at}"']
    lines += ["          then: {step: done, function: tests.test_routing_rows:shout}"]
    (tmp_path / "deep.yaml").write_text("\n".join(lines) + "\n")
    ended = subprocess.run(
        [sys.executable, "-m", "dalsegno", "graph", str(tmp_path / "deep.yaml")],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert f"{tmp_path / 'deep.yaml'}:14:" in ended.stderr
    assert "4 decisions deep" in ended.stderr
    assert "Warning" not in ended.stderr


def shout(message: str) -> str:
    return message.upper()
