"""Row C4: agents whose tier is strong use the run's strong model, and go on doing so."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import dalsegno
from dalsegno import Agent, Runtime
from dalsegno.graphs.program import program
from dalsegno.state.context import OFFLINE, RunContext
from dalsegno.state.errors import ConflictError, DefinitionError, ModelError

from .provider import MODEL, Provider

STRONG = "openai:gpt-5"
SCHEMAS = {"Short": {"text": "str"}, "Whole": {"text": "str"}, "Last": {"text": "str"}}


def _step(name: str, agent: str, schema: str) -> dict[str, Any]:
    task = f"Write the {name}."
    return {
        "step": name,
        "agent": agent,
        "reads": ["topic"],
        "task": task,
        "writes": {name: schema},
    }


def letters(*between: dict[str, Any], **writer: object) -> dict[str, Any]:
    """One usual agent's step, one of a strong one, what comes between, and the strong one again."""
    return {
        "workflow_definition": {"name": "letters", "version": "1"},
        "inputs": {"topic": "str"},
        "schemas": SCHEMAS,
        "agents": [{"name": "clerk"}, {"name": "writer", "tier": "strong", **writer}],
        "workflow_steps": [
            _step("note", "clerk", "Short"),
            _step("letter", "writer", "Whole"),
            *between,
            _step("end", "writer", "Last"),
        ],
        "outputs": ["note", "letter", "end"],
    }


@pytest.fixture
def models(provider: Provider) -> Provider:
    for schema in SCHEMAS:
        provider.on(schema, {"text": schema})
    return provider


def asked(provider: Provider) -> list[tuple[str, str]]:
    """Which model was asked for which schema."""
    return [(schema, each["model"]) for schema in SCHEMAS for each in provider.asked(schema)]


def test_C4_a_strong_agent_asks_the_strong_model_and_others_the_usual_one(
    models: Provider, runtime: Runtime
) -> None:
    run = runtime.start(letters(), {"topic": "tea"}, model=MODEL, strong=STRONG)
    assert (run.status, run.error) == ("completed", None)
    assert asked(models) == [("Short", "gpt-5-mini"), ("Whole", "gpt-5"), ("Last", "gpt-5")]
    assert [each["model"] for each in run.metrics["by_step"]] == [MODEL, STRONG, STRONG]  # type: ignore[attr-defined]  # JSON
    assert runtime.run(run.id).record.strong == STRONG


def test_C4_without_a_strong_model_everybody_asks_the_usual_one(
    models: Provider, runtime: Runtime
) -> None:
    run = runtime.start(letters(), {"topic": "tea"}, model=MODEL)
    assert run.status == "completed"
    assert {model for _, model in asked(models)} == {"gpt-5-mini"}
    assert run.record.strong is None


def test_C4_an_agents_own_model_is_its_own_whatever_the_tier(
    models: Provider, runtime: Runtime
) -> None:
    own = letters(model="openai:gpt-5-nano")
    assert runtime.start(own, {"topic": "tea"}, model=MODEL, strong=STRONG).status == "completed"
    assert asked(models)[1:] == [("Whole", "gpt-5-nano"), ("Last", "gpt-5-nano")]


def test_C4_the_usual_agents_may_stay_offline(models: Provider, runtime: Runtime) -> None:
    run = runtime.start(letters(), {"topic": "Text: tea."}, strong=STRONG)
    assert (run.status, run.error) == ("completed", None)
    assert asked(models) == [("Whole", "gpt-5"), ("Last", "gpt-5")]


def test_C4_a_compiled_graph_takes_it_from_langgraphs_context(models: Provider) -> None:
    graph = dalsegno.compile(letters())
    graph.invoke({"topic": "tea"}, context=RunContext(model=MODEL, strong=STRONG))
    assert asked(models) == [("Short", "gpt-5-mini"), ("Whole", "gpt-5"), ("Last", "gpt-5")]


def test_C4_a_manager_that_is_strong_plans_and_moderates_with_it(
    models: Provider, runtime: Runtime
) -> None:
    models.on("Plan", {"tasks": [{"worker": "clerk", "task": "Read."}]})
    models.on("Answer", {"crew_clerk": "read"}, {"crew": "told"})
    made = letters()
    made["workflow_steps"] = [
        {"step": "crew", "reads": ["topic"], "team": {"manager": "writer", "workers": ["clerk"]}}
    ]
    made["outputs"] = ["crew"]
    run = runtime.start(made, {"topic": "tea"}, model=MODEL, strong=STRONG)
    assert (run.status, run.error) == ("completed", None)
    assert [each["model"] for each in models.asked("Plan")] == ["gpt-5"]
    assert [each["model"] for each in models.asked("Answer")] == ["gpt-5-mini", "gpt-5"]


def test_C4_a_model_that_cannot_be_reached_is_refused_before_anything_is_written(
    runtime: Runtime, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="OPENAI_API_KEY"):
        runtime.start(letters(), {"topic": "tea"}, strong=STRONG)
    with pytest.raises(ModelError, match="'opnai:gpt-5'"):
        runtime.start(letters(), {"topic": "tea"}, strong="opnai:gpt-5")
    assert not (tmp_path / "runs.db").exists()


def test_C4_a_key_starts_the_same_only_with_the_same_strong_model(
    models: Provider, runtime: Runtime
) -> None:
    first = runtime.start(letters(), {"topic": "tea"}, model=MODEL, strong=STRONG, key="k")
    again = runtime.start(letters(), {"topic": "tea"}, model=MODEL, strong=STRONG, key="k")
    assert again.id == first.id
    for other in (None, "openai:gpt-5-pro"):
        with pytest.raises(ConflictError, match="another model"):
            runtime.start(letters(), {"topic": "tea"}, model=MODEL, strong=other, key="k")


def test_C4_decisions_rollbacks_and_forks_keep_the_strong_model(
    models: Provider, runtime: Runtime
) -> None:
    made = letters({"step": "ok", "review": {"fields": ["letter"]}})
    run = runtime.start(made, {"topic": "tea"}, model=MODEL, strong=STRONG)
    fork = runtime.fork(run, runtime.history(run)[1].checkpoint)
    assert fork.record.strong == STRONG
    decided = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")
    assert decided.status == "completed"
    fork = runtime.resume(fork)
    assert runtime.decide(fork.reviews()[0].id, {"type": "approve"}, by="ana").status == "completed"
    assert {model for schema, model in asked(models) if schema != "Short"} == {"gpt-5"}
    assert len(models.asked("Last")) == 2


#: Ends the process the first time, and does nothing the second time.
_FALL = """
import os, pathlib

def fall(topic: str) -> str:
    fell = pathlib.Path(__file__).with_name("fell")
    if not fell.exists():
        fell.touch()
        os.kill(os.getpid(), 9)
    return "stood"
"""


def test_C4_a_run_that_was_killed_goes_on_with_its_strong_model(
    models: Provider, runtime: Runtime, tmp_path: Path
) -> None:
    (tmp_path / "falling.py").write_text(_FALL)
    file = tmp_path / "letters.yaml"
    file.write_text(json.dumps(letters({"step": "fall", "function": "falling:fall"})))
    words = ["run", str(file), "tea", "--model", MODEL, "--strong", STRONG, "--thread", "t"]
    killed = subprocess.run(
        [sys.executable, "-m", "dalsegno", *words, "--db", str(tmp_path / "runs.db")],
        env=dict(os.environ),
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr
    assert asked(models) == [("Short", "gpt-5-mini"), ("Whole", "gpt-5")]
    resumed = runtime.resume("t")
    assert (resumed.status, resumed.error) == ("completed", None)
    assert asked(models)[2:] == [("Last", "gpt-5")]


def test_C4_the_tier_is_part_of_what_a_definition_means() -> None:
    plain, usual, strong = letters(), letters(), letters()
    del plain["agents"][1]["tier"]
    usual["agents"][1]["tier"] = "usual"
    assert program(plain).digest == program(usual).digest != program(strong).digest
    assert Agent("writer", tier="strong").tier == "strong"
    wrong = letters()
    wrong["agents"][1]["tier"] = "stronger"
    with pytest.raises(DefinitionError, match="tier"):
        program(wrong)


def test_C4_the_context_names_a_model_for_each_tier() -> None:
    context = RunContext(model=MODEL, strong=STRONG)
    assert (context.model_for("usual"), context.model_for("strong")) == (MODEL, STRONG)
    assert RunContext().model_for("strong") == OFFLINE
