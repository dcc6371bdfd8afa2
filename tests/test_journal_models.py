"""Answers of models and results of tools: paid for once, used once, counted once."""

import asyncio
import json
from typing import Any

import pytest
from pydantic import BaseModel

from dalsegno import Runtime
from dalsegno.nodes.tools import run_tool, tool_from
from dalsegno.runtime.run import Run
from dalsegno.state.errors import ValidationError

from .provider import MODEL, Given, Provider

BROKE = Given(status=429, code="insufficient_quota")
GOOD = {"city": "Oslo", "degrees": 7}


class Finding(BaseModel):
    city: str
    degrees: int


class Thermometer:
    """A tool that counts how often it is used."""

    def __init__(self) -> None:
        self.cities: list[str] = []

    def degrees(self, city: str) -> int:
        """Tell the temperature in a city."""
        self.cities.append(city)
        return 7


def _workflow(thermometer: Thermometer, retries: int) -> dict[str, Any]:
    step = {
        "step": "look",
        "agent": "reader",
        "task": "Find the temperature.",
        "reads": ["report"],
        "writes": ["finding"],
        "error_handling": {"max_retries": retries, "first_wait": 0},
    }
    return {
        "workflow_definition": {"name": "weather", "version": "1"},
        "inputs": {"report": "str"},
        "state": {"finding": Finding},
        "tools": [{"name": "degrees", "function": thermometer.degrees, "effect": "pure"}],
        "agents": [{"name": "reader", "tools": ["degrees"]}],
        "workflow_steps": [step],
    }


def _asking(city: str) -> Given:
    """A completion that asks for the tool."""
    call = {
        "id": "call_0",
        "type": "function",
        "function": {"name": "degrees", "arguments": json.dumps({"city": city})},
    }
    answer = json.loads(Given().sent())
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    answer["choices"] = [{"index": 0, "message": message, "finish_reason": "tool_calls"}]
    return Given(body=json.dumps(answer))


def _start(runtime: Runtime, thermometer: Thermometer, *, retries: int) -> Run:
    workflow = _workflow(thermometer, retries)
    return runtime.start(workflow, {"report": "It is 7 degrees in Oslo."}, model=MODEL)


def _asked(run: Run) -> tuple[object, object]:
    return run.metrics["calls"], run.metrics["input_tokens"]


@pytest.mark.parametrize("retries", [0, 1])
def test_D1_answers_before_a_failure_are_neither_asked_for_nor_counted_again(
    provider: Provider, runtime: Runtime, retries: int
) -> None:
    thermometer = Thermometer()
    provider.on("None", _asking("Oslo"), Given(content="I have it."))
    provider.on("Finding", BROKE, GOOD)

    run = _start(runtime, thermometer, retries=retries)
    if retries == 0:
        assert run.status == "failed"
        assert _asked(run) == (2, 2000), "what the failed step spent is told"
        run = runtime.resume(run)

    assert (run.status, run.error) == ("completed", None)
    assert provider.counts() == {"None": 2, "Finding": 2}
    assert thermometer.cities == ["Oslo"]
    assert _asked(run) == (3, 3000)


@pytest.mark.parametrize("retries", [0, 1])
def test_D1_an_answer_that_was_refused_is_asked_for_anew(
    provider: Provider, runtime: Runtime, retries: int
) -> None:
    thermometer = Thermometer()
    provider.on("None", Given(content="No tool is needed."))
    provider.on("Finding", *[Given(content='{"city": 1}')] * 3, GOOD)

    run = _start(runtime, thermometer, retries=retries)
    if retries == 0:
        assert run.status == "failed"
        assert run.error is not None
        assert run.error["type"] == "MalformedOutputError"
        run = runtime.resume(run)

    assert (run.status, run.error) == ("completed", None)
    assert provider.counts() == {"None": 2, "Finding": 4}
    assert _asked(run) == (6, 6000), "every answer was paid for, and is counted once"


def test_D3_a_tool_that_was_killed_within_asks_a_person_unless_it_is_said_to_be_pure() -> None:
    def degrees(city: str, idempotency_key: str) -> int:
        """Tell the temperature."""
        raise TimeoutError(city + idempotency_key)

    plain, pure = tool_from(degrees), tool_from(degrees, effect="pure")
    assert (plain.effect, pure.effect) == ("external", "pure")
    assert list(plain.parameters.model_fields) == ["city"], "no model sees the key"
    failed = asyncio.run(run_tool(plain, {"city": "Oslo"}))
    assert "may have taken effect" in failed.text
    assert "may have taken effect" not in asyncio.run(run_tool(pure, {"city": "Oslo"})).text
    with pytest.raises(ValidationError, match="'sometimes'"):
        tool_from(degrees, effect="sometimes")  # type: ignore[arg-type]  # what is tested
