"""Failures: what is tried again and what is not, who steps in, what a failed run still tells."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import dalsegno
from dalsegno import Runtime
from dalsegno.checkpoints.sqlite import SqliteSaver
from dalsegno.graphs.running.failing import is_critical
from dalsegno.state.definition.policies import ErrorHandling
from dalsegno.state.errors import (
    CommunicationError,
    DeadlineError,
    ResourceError,
    WriteError,
)

from .provider import MODEL, Given, Provider
from .test_state_rows import definition, thread

AT_ONCE = {"first_wait": 0}


class PaymentError(Exception):
    """One that a definition names."""


class Failing:
    """A step that fails the first times, and counts."""

    def __init__(self, error: Callable[[], BaseException], times: int = 99) -> None:
        self.calls = 0
        self.at: list[float] = []
        self._error = error
        self._times = times

    def __call__(self) -> int:
        self.calls += 1
        self.at.append(time.monotonic())
        if self.calls <= self._times:
            raise self._error()
        return self.calls


def failing_step(failing: Failing, **handling: Any) -> dict[str, Any]:
    def work() -> int:
        return failing()

    return {"step": "work", "function": work, "error_handling": {**AT_ONCE, **handling}}


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_F4_max_retries_counts_the_tries_after_the_first(retries: int) -> None:
    failing = Failing(lambda: ConnectionError("down"))

    with pytest.raises(ConnectionError):
        dalsegno.compile(definition(failing_step(failing, max_retries=retries))).invoke({})

    assert failing.calls == retries + 1


@pytest.mark.parametrize("face", ["invoke", "ainvoke"])
def test_F4_a_step_that_succeeds_at_last_goes_on(face: str) -> None:
    failing = Failing(lambda: ConnectionError("down"), times=2)
    graph: Any = dalsegno.compile(definition(failing_step(failing, max_retries=2)))

    found = graph.invoke({}) if face == "invoke" else asyncio.run(graph.ainvoke({}))

    assert (found["work"], found["history"]) == (3, ("work",))


def test_F4_nothing_is_tried_again_unless_the_definition_says_so() -> None:
    failing = Failing(lambda: ConnectionError("down"))

    with pytest.raises(ConnectionError):
        dalsegno.compile(definition({"step": "work", "function": failing})).invoke({})

    assert failing.calls == 1


@pytest.mark.parametrize(
    "name",
    ["PaymentError", "payment_error", "payment", "Payment Error"],
)
def test_F4_a_failure_that_is_named_as_critical_is_not_tried_again(name: str) -> None:
    failing = Failing(lambda: PaymentError("refused"))
    handling = {"max_retries": 3, "critical_failures": [name.replace(" ", "_")]}

    with pytest.raises(PaymentError):
        dalsegno.compile(definition(failing_step(failing, **handling))).invoke({})

    assert failing.calls == 1


@pytest.mark.parametrize(
    ("error", "names", "critical"),
    [
        (ResourceError("full"), ["resource"], True),
        (DeadlineError("late"), ["resource"], True),
        (DeadlineError("late"), ["deadline"], True),
        (DeadlineError("late"), ["agent"], False),
        (CommunicationError("down"), ["communication_error"], True),
        (ConnectionResetError("down"), ["connection_error"], True),
        (PaymentError("no"), ["refund_error"], False),
        (ValueError("no"), ["error"], False),
        (ValueError("no"), ["exception"], False),
        (PaymentError("no"), [], False),
    ],
)
def test_F4_critical_failures_are_named_by_class_family_or_words(
    error: Exception, names: list[str], critical: bool
) -> None:
    handling = ErrorHandling(critical_failures=tuple(names))

    assert is_critical(error, handling) is critical


def test_F4_the_workflows_critical_failures_hold_for_each_step_and_a_steps_own_go_before() -> None:
    failing = Failing(lambda: PaymentError("refused"))
    wide = {"max_retries": 2, "critical_failures": ["PaymentError"], **AT_ONCE}
    step = {"step": "work", "function": failing}

    with pytest.raises(PaymentError):
        dalsegno.compile(definition(step, error_handling=wide)).invoke({})
    assert failing.calls == 1

    own = {**step, "error_handling": {"critical_failures": ["SomethingElse"]}}
    with pytest.raises(PaymentError):
        dalsegno.compile(definition(own, error_handling=wide)).invoke({})
    assert failing.calls == 4


def test_F4_a_critical_failure_is_not_skipped_over_and_takes_no_fallback() -> None:
    failing = Failing(lambda: PaymentError("refused"))
    handling = {"critical_failures": ["PaymentError"], "fallback_strategy": "skip"}
    step = failing_step(failing, **handling)

    with pytest.raises(PaymentError):
        dalsegno.compile(definition(step)).invoke({})
    with pytest.raises(PaymentError):
        dalsegno.compile(
            definition({**step, "fallback": {"step": "other", "function": lambda: 1}})
        ).invoke({})


def test_F4_waits_grow_between_tries() -> None:
    failing = Failing(lambda: ConnectionError("down"))
    handling = {"max_retries": 3, "first_wait": 0.1, "longest_wait": 0.2}

    with pytest.raises(ConnectionError):
        dalsegno.compile(definition(failing_step(failing, **handling))).invoke({})

    waits = [later - earlier for earlier, later in zip(failing.at, failing.at[1:], strict=False)]
    # LangGraph adds up to a second by chance.
    assert [wait >= least for wait, least in zip(waits, (0.1, 0.2, 0.2), strict=True)] == [True] * 3
    assert all(wait < 2.2 for wait in waits)


def test_F4_no_policy_at_all_when_the_definition_says_none() -> None:
    failing = Failing(lambda: ConnectionError("down"))

    with pytest.raises(ConnectionError):
        dalsegno.compile(
            definition(failing_step(failing, retry_policy="none", max_retries=5))
        ).invoke({})

    assert failing.calls == 1


@pytest.mark.parametrize(
    ("status", "again"),
    [
        (400, False),
        (401, False),
        (403, False),
        (404, False),
        (422, False),
        (408, True),
        (409, True),
        (425, True),
        (429, True),
        (500, True),
        (503, True),
    ],
)
def test_F4_what_a_server_refused_for_good_is_not_tried_again(status: int, again: bool) -> None:
    request = httpx.Request("GET", "http://127.0.0.1/")

    def refused() -> Exception:
        response = httpx.Response(status, request=request)
        return httpx.HTTPStatusError("no", request=request, response=response)

    failing = Failing(refused)
    with pytest.raises(httpx.HTTPStatusError):
        dalsegno.compile(definition(failing_step(failing, max_retries=1))).invoke({})

    assert failing.calls == (2 if again else 1)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_F4_what_a_models_provider_refused_for_good_is_asked_once(
    provider: Provider, runtime: Runtime, status: int
) -> None:
    provider.on("Answer", Given(status=status))
    step = {"step": "work", "agent": "writer"}
    handling = {"max_retries": 3, **AT_ONCE}
    agents = [{"name": "writer"}]

    run = runtime.start(definition(step, agents=agents, error_handling=handling), {}, model=MODEL)

    assert (run.status, len(provider.requests)) == ("failed", 1)


@pytest.mark.parametrize(
    "error",
    [TypeError("x"), AttributeError("x"), NameError("x"), WriteError("x"), AssertionError("x")],
    ids=lambda each: type(each).__name__,
)
def test_F4_a_fault_of_the_code_itself_is_not_tried_again(error: Exception) -> None:
    failing = Failing(lambda: error)

    with pytest.raises(type(error)):
        dalsegno.compile(definition(failing_step(failing, max_retries=3))).invoke({})

    assert failing.calls == 1


def test_F4_retries_within_a_map_are_each_items_own() -> None:
    calls: list[int] = []

    def one(item: int) -> int:
        calls.append(item)
        if item == 2 and calls.count(2) < 3:
            raise ConnectionError("down")
        return item * 10

    handling = {"max_retries": 2, **AT_ONCE}
    for more in ([], [{"step": "two", "function": lambda one: one, "writes": {"two": "int"}}]):
        calls.clear()
        steps = [{"step": "one", "function": one, "error_handling": handling}, *more]
        found = dalsegno.compile(
            definition(
                {"step": "all", "map": {"over": "numbers", "steps": steps}},
                inputs={"numbers": "list[int]"},
            )
        ).invoke({"numbers": [1, 2, 3]})
        assert found["all"] == [10, 20, 30]
        assert sorted(calls) == [1, 2, 2, 2, 3]


def test_F4_retries_within_parallel_steps_are_each_ones_own() -> None:
    failing = Failing(lambda: ConnectionError("down"), times=2)
    calls: list[str] = []

    def beside() -> str:
        calls.append("beside")
        return "beside"

    both = [failing_step(failing, max_retries=2), {"step": "beside", "function": beside}]
    found = dalsegno.compile(definition({"step": "both", "parallel": both})).invoke({})

    assert (found["work"], failing.calls, calls) == (3, 3, ["beside"])


def test_F4_a_steps_fallback_is_taken_when_no_try_is_left_and_the_failure_is_noted() -> None:
    failing = Failing(lambda: ConnectionError("down"))
    step = {
        **failing_step(failing, max_retries=1),
        "fallback": {"step": "other", "function": lambda: "by hand", "writes": {"way": "str"}},
    }
    after = {"step": "after", "function": lambda way: way + "!", "writes": {"said": "str"}}

    found = dalsegno.compile(definition(step, after)).invoke({})

    assert (found["said"], failing.calls) == ("by hand!", 2)
    (failure,) = found["failures"]
    assert (failure.step, failure.error, failure.handled) == ("work", "ConnectionError", "fallback")
    assert "work" not in found


def test_F4_a_step_is_skipped_where_that_is_said() -> None:
    failing = Failing(lambda: ConnectionError("down"))
    found = dalsegno.compile(
        definition(
            failing_step(failing, fallback_strategy="skip"),
            {"step": "after", "function": lambda work: work is None, "writes": {"none": "bool"}},
        )
    ).invoke({})

    assert found["none"] is True
    assert found["failures"][0].handled == "skip"


def test_F4_another_agent_steps_in_and_what_the_first_one_spent_is_counted(
    provider: Provider, runtime: Runtime
) -> None:
    provider.on(
        "Answer",
        Given(content="no form"),
        Given(content="no form"),
        Given(content="none"),
        {"work": "by the second"},
    )
    step = {
        "step": "work",
        "agent": "first",
        "error_handling": {"fallback_strategy": "substitute", "substitute": "second"},
    }
    agents = [
        {"name": "first", "instructions": "I am first."},
        {"name": "second", "instructions": "I am second."},
    ]

    run = runtime.start(definition(step, agents=agents), {}, model=MODEL)

    assert (run.status, run.output) == ("completed", {"work": "by the second"})
    assert "I am second." in str(provider.requests[-1])
    assert run.metrics["calls"] == len(provider.requests) == 4
    assert run.metrics["input_tokens"] == 4000


def test_F4_what_stands_in_goes_through_the_same_gates(
    provider: Provider, runtime: Runtime
) -> None:
    provider.on("Answer", {"work": "too short"})
    step = {
        "step": "work",
        "agent": "first",
        "error_handling": {"fallback_strategy": "substitute", "substitute": "second"},
        "validation_gates": ["long_enough"],
    }
    agents = [{"name": "first", "function": _raises}, {"name": "second"}]
    gates = [{"name": "long_enough", "function": _too_short}]

    run = runtime.start(definition(step, agents=agents, gates=gates), {}, model=MODEL)

    assert run.error is not None
    assert (run.status, run.error["type"]) == ("failed", "GateError")


def _too_short(_: object) -> tuple[bool, str]:
    return False, "It is too short."


def _raises() -> str:
    raise ConnectionError("down")


def test_F4_tokens_of_attempts_that_failed_are_counted(
    provider: Provider, runtime: Runtime
) -> None:
    bad = Given(content="no form")
    provider.on("Answer", bad, bad, bad, bad, {"work": "at last"})
    step = {"step": "work", "agent": "writer", "error_handling": {"max_retries": 1, **AT_ONCE}}

    run = runtime.start(definition(step, agents=[{"name": "writer"}]), {}, model=MODEL)

    assert run.output == {"work": "at last"}
    assert run.metrics["calls"] == len(provider.requests) == 5
    assert (run.metrics["input_tokens"], run.metrics["output_tokens"]) == (5000, 500)


def test_F6_tokens_of_a_failed_run_are_counted_and_stay_so_when_it_goes_on(
    provider: Provider, runtime: Runtime
) -> None:
    provider.on("Answer", Given(content="no form"))
    step = {"step": "work", "agent": "writer"}

    failed = runtime.start(definition(step, agents=[{"name": "writer"}]), {}, model=MODEL)

    assert (failed.status, failed.metrics["calls"]) == ("failed", 3)
    provider.on("Answer", {"work": "at last"})
    done = runtime.resume(failed)
    assert (done.status, done.metrics["calls"]) == ("completed", len(provider.requests))
    assert done.metrics["input_tokens"] == 4000


@pytest.mark.parametrize("face", ["invoke", "ainvoke"])
def test_F4_a_synchronous_function_is_ended_by_its_timeout(face: str) -> None:
    def slow() -> int:
        time.sleep(0.5)
        return 1

    graph: Any = dalsegno.compile(
        definition({"step": "slow", "function": slow, "timeout": "100ms"})
    )
    began = time.monotonic()

    with pytest.raises(DeadlineError, match=r"'slow' took longer than 0\.1 s") as raised:
        graph.invoke({}) if face == "invoke" else asyncio.run(graph.ainvoke({}))

    assert time.monotonic() - began < 0.45
    assert raised.value.node == "slow"
    assert raised.value.family == "resource"


def failing_after_work() -> tuple[dict[str, Any], list[bool]]:
    broken = [True]

    def last(first: int) -> int:
        if broken:
            raise ConnectionError("The bank cannot be reached.")
        return first + 1

    steps = (
        {"step": "first", "function": lambda: 1, "writes": {"first": "int"}},
        {"step": "last", "function": last},
    )
    return definition(*steps), broken


def test_F6_a_failed_run_gives_status_error_recovery_and_what_there_is(runtime: Runtime) -> None:
    workflow, broken = failing_after_work()

    run = runtime.start(workflow, {})

    assert run.status == "failed"
    assert run.output is not None
    assert run.output["first"] == 1
    assert run.error is not None
    assert set(run.error) == {"type", "class", "message", "fix", "node", "recovery"}
    assert run.error["node"] == "last"
    assert "The bank cannot be reached." in str(run.error["message"])
    options: Any = run.error["recovery"]
    assert [each["do"] for each in options] == ["resume", "repair", "restart"]
    assert all({"do", "how", "what"} == set(each) for each in options)
    assert run.id in options[0]["how"]
    assert "Kept: 'first'" in options[0]["what"]
    assert run.public()["error"] == run.error

    broken.clear()
    done = runtime.resume(run)
    assert (done.status, done.error, done.output) == ("completed", None, {"first": 1, "last": 2})
    assert [each.node for each in done.trace] == ["first", "last", "last"]


def test_F6_the_result_of_what_failed_is_given_by_hand_and_the_run_goes_on(
    runtime: Runtime, tmp_path: Path
) -> None:
    workflow, _ = failing_after_work()
    after = {"step": "after", "function": lambda last: last * 2, "writes": {"after": "int"}}
    workflow["workflow_steps"] = (*workflow["workflow_steps"], after)
    run = runtime.start(workflow, {})
    graph: Any = dalsegno.compile(workflow, SqliteSaver(f"sqlite:///{tmp_path}/runs.db"))

    graph.update_state(thread(run.thread_id), {"last": 7}, as_node="last")

    done = runtime.resume(run)
    assert (done.status, done.output) == ("completed", {"first": 1, "last": 7, "after": 14})


def test_F6_the_failure_outlives_the_process(runtime: Runtime, tmp_path: Path) -> None:
    workflow, _ = failing_after_work()
    run = runtime.start(workflow, {})
    other = Runtime(f"sqlite:///{tmp_path}/runs.db", workflows=[workflow])

    assert other.run(run.id).error == run.error
    assert other.resume(run.id).status == "failed"
    other.close()
