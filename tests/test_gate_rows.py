"""Gates around a step: each one that is named runs, can stop the step, and is on record."""

from typing import Any

import pytest
from pydantic import BaseModel

import dalsegno
from dalsegno import Runtime
from dalsegno.nodes.gates import ALIASES, GATES
from dalsegno.state.errors import DefinitionError, GateError
from dalsegno.state.verdicts import Verdict

from .provider import MODEL, Provider
from .test_state_rows import definition


class Watched:
    """Gates of ones own that note when they ran and on what."""

    def __init__(self, **verdicts: Any) -> None:
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self._verdicts = verdicts

    def specs(self, *names: str) -> list[dict[str, Any]]:
        return [{"name": name, "function": self._gate(name)} for name in names]

    def _gate(self, name: str) -> Any:
        def gate(values: Any) -> Any:
            self.seen.append((name, dict(values)))
            return self._verdicts.get(name, True)

        return gate


def watched(watch: Watched, *, made: Any = "made", **gate: Any) -> dict[str, Any]:
    uses = {"before": ["b"], "during": [{"gate": "d", **gate}], "after": ["a"]}

    def work(text: str) -> str:
        watch.seen.append(("work", {}))
        return str(made)

    return definition(
        {"step": "work", "function": work, "validation_gates": uses},
        inputs={"text": "str"},
        gates=watch.specs("b", "d", "a"),
    )


def test_G2_gates_run_before_during_and_after_on_what_belongs_there() -> None:
    watch = Watched()

    found = dalsegno.compile(watched(watch)).invoke({"text": "given"})

    assert watch.seen == [
        ("b", {"text": "given"}),
        ("work", {}),
        ("d", {"work": "made"}),
        ("a", {"work": "made"}),
    ]
    assert [(each.gate, each.phase, each.passed, each.step) for each in found["verdicts"]] == [
        ("b", "before", True, "work"),
        ("d", "during", True, "work"),
        ("a", "after", True, "work"),
    ]


@pytest.mark.parametrize(
    ("gate", "phase", "ran"),
    [
        ("b", "before", ["b"]),
        ("d", "during", ["b", "work", "d"]),
        ("a", "after", ["b", "work", "d", "a"]),
    ],
)
def test_G2_each_of_them_stops_the_step_with_its_reason(
    gate: str, phase: str, ran: list[str]
) -> None:
    watch = Watched(**{gate: (False, "It names no date.")})

    with pytest.raises(GateError, match=f"{gate!r} {phase} 'work'.*names no date") as raised:
        dalsegno.compile(watched(watch)).invoke({"text": "given"})

    assert [name for name, _ in watch.seen] == ran
    assert raised.value.node == "work"
    assert raised.value.verdicts[-1].reason == "It names no date."
    assert [each.gate for each in raised.value.verdicts] == [name for name in ran if name != "work"]


def test_G2_a_gate_that_only_advises_is_noted_and_stops_nothing() -> None:
    watch = Watched(d=(False, "It names no date."))

    found = dalsegno.compile(watched(watch, blocking=False)).invoke({"text": "given"})

    assert found["work"] == "made"
    (advice,) = [each for each in found["verdicts"] if not each.passed]
    assert (advice.blocking, advice.reason) == (False, "It names no date.")


@pytest.mark.parametrize(
    ("gave", "passed", "score"),
    [
        (True, True, 1.0),
        (False, False, 0.0),
        (0.9, True, 0.9),
        (0.2, False, 0.2),
        ((True, "Well."), True, 1.0),
        (Verdict(passed=False, score=0.3, reason="No."), False, 0.3),
        ("nonsense", False, 0.0),
        (None, False, 0.0),
    ],
)
def test_G2_a_gate_of_ones_own_may_say_it_in_several_forms(
    gave: Any, passed: bool, score: float
) -> None:
    watch = Watched(d=gave)

    found = dalsegno.compile(watched(watch, blocking=False)).invoke({"text": "given"})

    verdict = found["verdicts"][1]
    assert (verdict.passed, verdict.score) == (passed, score)


def test_G2_a_gate_of_ones_own_that_raises_blocks_and_says_so() -> None:
    def broken(values: Any) -> bool:
        raise KeyError("no such thing")

    step = {"step": "work", "function": lambda: 1, "writes": {"work": "int"}}
    workflow = definition(
        {**step, "validation_gates": ["broken"]},
        gates=[{"name": "broken", "function": broken}],
    )

    with pytest.raises(GateError, match="itself failed with KeyError"):
        dalsegno.compile(workflow).invoke({})


def test_G2_an_agent_is_asked_again_with_what_the_gate_found(
    provider: Provider, runtime: Runtime
) -> None:
    def dated(values: Any) -> tuple[bool, str]:
        return "2025" in values["work"], "It names no year; the report is of 2025."

    provider.on("Answer", {"work": "Revenue grew."}, {"work": "Revenue grew in 2025."})
    workflow = definition(
        {"step": "work", "agent": "writer", "validation_gates": ["dated"]},
        agents=[{"name": "writer"}],
        gates=[{"name": "dated", "function": dated}],
    )

    run = runtime.start(workflow, {}, model=MODEL)

    assert (run.status, run.output) == ("completed", {"work": "Revenue grew in 2025."})
    first, second = provider.asked("Answer")
    assert "names no year" not in str(first)
    assert "Your last answer was refused: It names no year" in str(second["messages"])
    assert (run.metrics["calls"], run.metrics["input_tokens"]) == (2, 2000)


def test_G2_an_agent_that_never_passes_fails_with_the_reason_and_is_paid_for(
    provider: Provider, runtime: Runtime
) -> None:
    provider.on("Answer", {"work": "Revenue grew."})
    workflow = definition(
        {"step": "work", "agent": "writer", "validation_gates": ["never"]},
        agents=[{"name": "writer"}],
        gates=[{"name": "never", "function": lambda _: (False, "It will not do.")}],
    )

    run = runtime.start(workflow, {}, model=MODEL)

    assert run.error is not None
    assert (run.status, run.error["type"], run.error["node"]) == ("failed", "GateError", "work")
    assert "It will not do." in str(run.error["message"])
    assert run.metrics["calls"] == len(provider.requests) == 3
    assert run.output == {"work": None} or "work" not in (run.output or {})


def test_G2_verdicts_on_what_was_refused_are_kept_where_the_run_goes_on() -> None:
    watch = Watched(d=(False, "It names no date."))
    workflow = watched(watch)
    step = {**workflow["workflow_steps"][0], "error_handling": {"fallback_strategy": "skip"}}
    workflow["workflow_steps"] = (step,)

    found = dalsegno.compile(workflow).invoke({"text": "given"})

    assert [(each.gate, each.passed) for each in found["verdicts"]] == [("b", True), ("d", False)]
    assert found["failures"][0].error == "GateError"


def test_G2_an_unknown_gate_is_refused_with_the_nearest_before_anything_runs() -> None:
    step = {"step": "work", "function": lambda: 1, "validation_gates": ["readabillity"]}

    with pytest.raises(DefinitionError, match="'readabillity'; the nearest name is 'readability'"):
        dalsegno.load(definition(step))
    with pytest.raises(DefinitionError, match="no gate 'fact_chek'"):
        dalsegno.load(
            definition(
                {"step": "work", "agent": "a"},
                agents=[{"name": "a"}],
                validation_gates=["fact_chek"],
            )
        )


def test_G2_the_gates_of_a_workflow_stand_around_its_agents() -> None:
    watch = Watched()
    workflow = definition(
        {"step": "plain", "function": lambda: "plain", "writes": {"plain": "str"}},
        {"step": "agents_own", "agent": "own", "validation_gates": ["second"]},
        agents=[{"name": "own", "function": lambda: "agent"}],
        gates=watch.specs("first", "second"),
        validation_gates=["first"],
    )

    dalsegno.compile(workflow).invoke({})

    assert watch.seen == [("first", {"agents_own": "agent"}), ("second", {"agents_own": "agent"})]


@pytest.mark.parametrize(
    "name",
    [
        "schema",
        "quality",
        "input_check",
        "output_check",
        "fact_accuracy",
        "source_credibility",
        "content_quality",
        "requirement_compliance",
        "factual_accuracy",
        "style_compliance",
        "search_engine_optimization",
        "seo",
        "readability",
        "confidence_threshold",
        "category_validation",
        "extraction_completeness",
        "data_quality",
        "business_rules",
        "data_consistency",
        "integration_success",
        "downstream_notification",
        "plagiarism",
    ],
)
def test_G2_every_gate_that_must_exist_does(name: str) -> None:
    assert name in GATES or name in ALIASES


class Invoice(BaseModel):
    net: float
    tax: float
    total: float
    currency: str


@pytest.mark.parametrize(("total", "stops"), [(119.0, False), (250.0, True)])
def test_G2_business_rules_are_expressions(total: float, stops: bool) -> None:
    gates = [
        {
            "gate": "business_rules",
            "with": {"rules": ["invoice.total <= limit", "invoice.currency == 'EUR'"]},
        }
    ]
    invoice = Invoice(net=100, tax=19, total=total, currency="EUR")
    graph: Any = dalsegno.compile(
        definition(
            {
                "step": "invoice",
                "function": lambda: invoice,
                "reads": ["limit"],
                "writes": {"invoice": Invoice},
                "validation_gates": gates,
            },
            inputs={"limit": "float"},
        )
    )

    if stops:
        with pytest.raises(GateError, match=r"invoice\.total <= limit"):
            graph.invoke({"limit": 200.0})
    else:
        assert graph.invoke({"limit": 200.0})["invoice"] == invoice


@pytest.mark.parametrize(
    ("said", "stops"),
    [("Revenue was 412.6 million.", False), ("Revenue was 999.9 million.", True)],
)
def test_G2_numbers_are_traced_to_what_the_step_read(said: str, stops: bool) -> None:
    graph: Any = dalsegno.compile(
        definition(
            {
                "step": "summary",
                "function": lambda: said,
                "reads": ["report"],
                "writes": {"summary": "str"},
                "validation_gates": ["numbers_traceable"],
            },
            inputs={"report": "str"},
        )
    )
    given = {"report": "Total revenue was $412.6 million in 2025."}

    if stops:
        with pytest.raises(GateError, match=r"999\.9"):
            graph.invoke(given)
    else:
        assert graph.invoke(given)["summary"] == said


def test_G2_gates_stand_in_maps_and_in_parallel_steps_too() -> None:
    watch = Watched(small=0.0)
    gates = [{"gate": "small", "blocking": False}]

    def one(item: int) -> int:
        return item * 10

    both = [
        {
            "step": "left",
            "function": lambda: 1,
            "writes": {"left": "int"},
            "validation_gates": gates,
        },
        {
            "step": "right",
            "function": lambda: 2,
            "writes": {"right": "int"},
            "validation_gates": gates,
        },
    ]
    for more in ([], [{"step": "two", "function": lambda one: one, "writes": {"two": "int"}}]):
        steps = [{"step": "one", "function": one, "validation_gates": gates}, *more]
        found = dalsegno.compile(
            definition(
                {"step": "all", "map": {"over": "numbers", "steps": steps}},
                {"step": "both", "parallel": both},
                inputs={"numbers": "list[int]"},
                gates=watch.specs("small"),
            )
        ).invoke({"numbers": [1, 2]})
        judged = sorted((each.step, each.passed) for each in found["verdicts"])
        assert judged == [("left", False), ("one", False), ("one", False), ("right", False)]
