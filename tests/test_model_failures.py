"""Models that answer wrongly, late or not at all; every failure over real HTTP."""

import asyncio
import gc
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from llmock.pytest_plugin import LLMock
from pydantic import BaseModel, Field

from dalsegno import Runtime
from dalsegno.nodes.models.ask import CORRECTIONS, Answer, Patience, ask
from dalsegno.nodes.models.connect import check_model, connect, context_limit
from dalsegno.nodes.models.failures import retry_after
from dalsegno.nodes.models.forms import form_of
from dalsegno.nodes.models.prices import cost_of
from dalsegno.state.errors import (
    AgentError,
    CommunicationError,
    ContextError,
    DalsegnoError,
    MalformedOutputError,
    ModelError,
)

from .provider import BUSY, MODEL, PRICE, Given, Provider, point_to

QUICK = Patience(first_wait=0.05, attempt=5, total=10)
GOOD = '{"name": "Skerrivane", "units": 61400}'


class Company(BaseModel):
    name: str = Field(min_length=1)
    units: int = Field(default=0, ge=0)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    opened = Provider()
    point_to(opened, monkeypatch)
    yield opened
    opened.close()


async def asked(model: str = MODEL, patience: Patience = QUICK) -> Answer[Company]:
    question = [HumanMessage("Who reports, and how many units are in the water?")]
    return await ask(model, Company, question, step="test", patience=patience)


async def failure(kind: type[DalsegnoError], patience: Patience = QUICK) -> DalsegnoError:
    with pytest.raises(kind) as caught:
        await asked(patience=patience)
    assert type(caught.value) is kind
    assert caught.value.fix
    return caught.value


# Answers that are no use


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ('{"name": "Skerr', "EOF while parsing"),
        ("It is Skerrivane.", "Invalid JSON"),
        ('{"units": 3}', "name: Field required"),
        ('{"name": "", "units": 3}', "name: String should have at least 1 character"),
        ('{"name": "S", "units": -3}', "units: Input should be greater than or equal to 0"),
        ('{"name": "S", "units": "many"}', "units: Input should be a valid integer"),
        (GOOD + GOOD, "trailing characters"),
        ("null", "should be an object"),
    ],
)
async def test_output_that_does_not_fit_is_shown_back_with_the_error(
    provider: Provider, bad: str, told: str
) -> None:
    provider.on("Company", Given(content=bad), Given(content=GOOD))

    answer = await asked()

    assert answer.value == Company(name="Skerrivane", units=61400)
    first, second = provider.requests
    assert second["messages"][:-2] == first["messages"]
    shown, correction = second["messages"][-2:]
    assert (shown["role"], shown["content"]) == ("assistant", bad)
    assert correction["role"] == "user"
    assert told in correction["content"]
    assert answer.usage.calls == 2
    assert answer.usage.input_tokens == 2000
    assert answer.usage.cost == pytest.approx(2 * PRICE)
    assert answer.usage.estimated is False


async def test_after_two_corrections_it_is_an_error(provider: Provider) -> None:
    provider.on("Company", Given(content='{"units": 3}'))

    error = await failure(MalformedOutputError)

    assert len(provider.requests) == 1 + CORRECTIONS == 3
    assert "'Company' in 3 tries: name: Field required" in error.message
    assert error.node == "test"


@pytest.mark.parametrize(
    ("useless", "told"),
    [
        (Given(content=GOOD, finish="length"), "cut off"),
        (Given(content=GOOD[:20], finish="length"), "cut off"),
        (Given(content=GOOD, finish="content_filter"), "withheld"),
        (Given(content=None, refusal="I cannot help with that."), "I cannot help with that."),
        (Given(content=""), "empty"),
        (Given(content=None), "empty"),
        (Given(content=" \n"), "empty"),
    ],
)
async def test_half_an_answer_or_none_is_never_taken_for_one(
    provider: Provider, useless: Given, told: str
) -> None:
    provider.on("Company", useless)

    error = await failure(MalformedOutputError)

    assert told in error.message
    assert len(provider.requests) == 3
    assert told in provider.requests[1]["messages"][-1]["content"]


async def test_a_cut_off_answer_is_paid_for_too(provider: Provider) -> None:
    provider.on("Company", Given(content=GOOD[:20], finish="length"), Given(content=GOOD))

    answer = await asked()

    assert (answer.usage.calls, answer.usage.output_tokens) == (2, 200)
    assert answer.usage.cost == pytest.approx(2 * PRICE)
    assert provider.requests[1]["messages"][-2]["content"] == GOOD[:20]


async def test_without_the_providers_counts_tokens_are_estimated_and_the_cost_is_unknown(
    provider: Provider,
) -> None:
    provider.on("Company", Given(content=GOOD, used=None))

    usage = (await asked()).usage

    assert usage.estimated is True
    assert usage.cost is None
    assert usage.input_tokens > 5
    assert usage.output_tokens > 5


async def test_tokens_that_the_provider_had_cached_cost_less(provider: Provider) -> None:
    provider.on("Company", Given(content=GOOD, cached=800))

    usage = (await asked()).usage

    assert usage.cost is not None
    assert 0 < usage.cost < PRICE


# Providers that refuse, are busy, or are not there


async def test_retry_after_is_obeyed(llmock: LLMock) -> None:
    llmock.rate_limit(times=2, retry_after=0.2).reply(GOOD)

    answer = await asked()

    assert answer.value.units == 61400
    assert answer.usage.calls == 1  # what was refused was not paid for
    assert [each.status for each in llmock.requests] == [429, 429, 200]
    llmock.assert_resilient(strict=True)


async def test_retry_after_in_whole_seconds_is_obeyed(provider: Provider) -> None:
    busy = Given(status=429, headers={"retry-after": "1"})
    provider.on("Company", busy, Given(content=GOOD))
    began = time.monotonic()

    await asked()

    assert 1.0 <= time.monotonic() - began < 3.0


async def test_a_retry_after_beyond_our_patience_is_not_cut_short_but_told(
    provider: Provider,
) -> None:
    provider.on("Company", Given(status=429, headers={"retry-after": "3600"}))

    error = await failure(CommunicationError)

    assert len(provider.requests) == 1
    assert "asks to wait 3600 seconds" in error.message


@pytest.mark.parametrize("status", [500, 503, 529, 408])
async def test_an_overloaded_provider_is_asked_again(llmock: LLMock, status: int) -> None:
    # llmock gives 503 and 529 a Retry-After of a second unless told otherwise.
    llmock.fail(status, times=2, retry_after=0.05 if status in {503, 529} else None).reply(GOOD)

    assert (await asked()).value.name == "Skerrivane"

    assert [each.status for each in llmock.requests] == [status, status, 200]
    llmock.assert_resilient(strict=True)


async def test_an_outage_ends_after_four_attempts_with_growing_waits(llmock: LLMock) -> None:
    llmock.outage(status=500)

    error = await failure(CommunicationError)

    attempts = llmock.requests
    assert len(attempts) == 4  # one layer of retries: two would make 12 or more
    assert {each.sdk_retry_count for each in attempts} == {0}
    waits = [after.started_at - before.ended_at for before, after in pairwise(attempts)]
    assert waits[0] < waits[1] < waits[2]
    assert "4 attempt(s)" in error.message
    assert "500" in error.message
    llmock.assert_resilient(strict=True)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, AgentError), (401, ModelError), (403, ModelError), (404, ModelError), (422, AgentError)],
)
async def test_a_refusal_is_never_retried(
    llmock: LLMock, status: int, kind: type[DalsegnoError]
) -> None:
    llmock.fail(status, times=None)

    error = await failure(kind)

    assert str(status) in error.message
    assert len(llmock.requests) == 1
    llmock.assert_resilient(strict=True)


async def test_a_quota_that_is_used_up_is_not_asked_again(provider: Provider) -> None:
    provider.on("Company", Given(status=429, code="insufficient_quota"))

    error = await failure(CommunicationError)

    assert "used up" in error.message
    assert "billing" in (error.fix or "")
    assert len(provider.requests) == 1


async def test_a_prompt_that_is_too_long_is_a_context_error(llmock: LLMock) -> None:
    llmock.context_overflow(times=None)

    await failure(ContextError)

    assert len(llmock.requests) == 1


@pytest.mark.parametrize(
    ("body", "media", "told", "attempts"),
    [
        ("<html>Welcome to the hotel</html>", "text/html", "Welcome to the hotel", 1),
        ('{"error": {"message": "Upstream is out."}}', "application/json", "Upstream is out", 1),
        ('{"choices": []}', "application/json", "cannot be read", 1),
        ('{"choi', "application/json", "4 attempt(s)", 4),  # it broke off on the way
        ("", "application/json", "4 attempt(s)", 4),
    ],
)
async def test_an_answer_that_is_no_completion_is_a_communication_error(
    provider: Provider, body: str, media: str, told: str, attempts: int
) -> None:
    provider.on("Company", Given(body=body, headers={"content-type": media}))

    error = await failure(CommunicationError)

    assert told in error.message
    assert len(provider.requests) == attempts


async def test_nobody_listening_is_a_communication_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{port}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")

    error = await failure(CommunicationError)

    assert "4 attempt(s)" in error.message
    assert "connect" in error.message.lower()


async def test_a_connection_that_breaks_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    accepted = []
    server = socket.create_server(("127.0.0.1", 0))

    def hang_up() -> None:
        for _ in range(4):
            connection, _ = server.accept()
            accepted.append(connection.recv(100))
            connection.close()

    thread = threading.Thread(target=hang_up)
    thread.start()
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.getsockname()[1]}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")

    await failure(CommunicationError)

    thread.join()
    server.close()
    assert len(accepted) == 4


async def test_a_provider_that_stalls_is_given_up_after_a_total_time(provider: Provider) -> None:
    provider.on("Company", Given(content=GOOD, after=2.5))
    began = time.monotonic()

    error = await failure(CommunicationError, Patience(attempt=0.2, total=0.5, first_wait=0.02))

    assert time.monotonic() - began < 1.5
    assert "did not answer in time" in error.message
    assert 2 <= len(provider.requests) <= 4
    gc.collect()  # the connections that were given up are closed: a leak would warn


async def test_an_answer_in_drips_does_not_outlive_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A client's own timeout starts anew with every byte; ours does not."""
    over = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = server.accept()
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n")
        while not over.wait(0.02):
            try:
                connection.sendall(b" ")
            except OSError:
                break
        connection.close()

    thread = threading.Thread(target=drip)
    thread.start()
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.getsockname()[1]}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")

    await failure(CommunicationError, Patience(attempts=1, attempt=0.3))

    over.set()
    thread.join()
    server.close()


async def test_a_late_answer_within_the_deadline_is_an_answer(llmock: LLMock) -> None:
    llmock.delay(0.2).reply(GOOD)

    assert (await asked()).value.name == "Skerrivane"
    assert len(llmock.requests) == 1


async def test_a_call_that_is_cancelled_stays_cancelled(provider: Provider) -> None:
    provider.on("Company", Given(content=GOOD, after=0.5))
    call = asyncio.create_task(asked())
    while not provider.requests:  # noqa: ASYNC110  # filled by the provider's thread
        await asyncio.sleep(0.01)

    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    assert len(provider.requests) == 1
    gc.collect()


async def test_calls_at_the_same_time_do_not_disturb_each_other(provider: Provider) -> None:
    provider.on("Company", BUSY, BUSY, Given(content=GOOD))

    answers = await asyncio.gather(*(asked() for _ in range(5)))

    assert {each.value.name for each in answers} == {"Skerrivane"}
    assert len(provider.requests) == 7


# The Responses API, which OpenAI's client uses for some models by itself


async def test_a_model_of_the_responses_api_answers_too(llmock: LLMock) -> None:
    llmock.reply('{"units": 3}').reply(GOOD)

    answer = await asked("openai:gpt-5-pro")

    assert answer.value.name == "Skerrivane"
    first, second = llmock.requests
    assert first.path == "/v1/responses"
    assert first.body["text"]["format"]["strict"] is True
    assert "name: Field required" in str(second.body["input"])


WHOLE = {"type": "output_text", "text": GOOD, "annotations": []}


def response(*content: dict[str, Any], cut: str | None = None) -> Given:
    status = "incomplete" if cut else "completed"
    said = {"type": "message", "id": "msg_1", "role": "assistant", "status": status}
    answer = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "gpt-5-pro",
        "status": status,
        "incomplete_details": {"reason": cut} if cut else None,
        "error": None,
        "output": [{**said, "content": list(content)}],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
        "usage": None,
    }
    return Given(body=json.dumps(answer))


@pytest.mark.parametrize(
    ("useless", "told"),
    [
        (response(WHOLE, cut="max_output_tokens"), "cut off"),
        (response(WHOLE, cut="content_filter"), "withheld"),
        (response({"type": "refusal", "refusal": "No, thank you."}), "No, thank you."),
        (response(), "empty"),
    ],
)
async def test_half_a_response_or_none_is_never_taken_for_one(
    provider: Provider, useless: Given, told: str
) -> None:
    provider.on("Company", useless, response(WHOLE))

    answer = await asked("openai:gpt-5-pro")

    assert answer.value == Company(name="Skerrivane", units=61400)
    assert told in str(provider.requests[1]["input"][-1])


# Names, keys and forms


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("opnai:gpt-5-mini", "nearest name is 'openai'"),
        ("OpenAI:gpt-5-mini", "nearest name is 'openai'"),
        ("antropic:claude", "nearest name is 'anthropic'"),
        ("offlin:extract", "nearest name is 'offline'"),
        ("gpt-5-mini", "is no model's name"),
        ("openai", r"is no model's name\."),
        ("openai:", r"is no model's name\."),
        ("", r"is no model's name\."),
        ("offline:write", "no offline model 'write'"),
    ],
)
def test_an_unknown_model_is_refused_with_the_nearest_name(name: str, told: str) -> None:
    for refuse in (check_model, connect):
        with pytest.raises(ModelError, match=told) as caught:
            refuse(name)
        assert "offline:extract" in (caught.value.fix or "")


@pytest.mark.parametrize("key", [None, "", "  "])
def test_a_missing_key_is_named_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch, runtime: Runtime, sample: Any, key: str | None
) -> None:
    if key is not None:
        monkeypatch.setenv("OPENAI_API_KEY", key)

    with pytest.raises(ModelError, match="OPENAI_API_KEY is not set"):
        runtime.start("investor_summary", {"document": str(sample)}, model=MODEL)

    assert runtime.runs() == ()


def test_a_provider_whose_package_is_not_installed_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "a-key")

    with pytest.raises(ModelError) as caught:
        check_model("mistralai:mistral-large-latest")

    assert "langchain-mistralai" in (caught.value.fix or "")


def test_a_model_is_made_anew_as_the_environment_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    first: Any = connect(MODEL)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:2/v1")
    second: Any = connect(MODEL)

    assert "127.0.0.1:1" in str(first.root_async_client.base_url)
    assert "127.0.0.1:2" in str(second.root_async_client.base_url)
    assert first.root_async_client.max_retries == 0


def test_the_offline_extractor_needs_no_key_and_costs_nothing() -> None:
    check_model("offline:extract")
    assert connect("offline:extract").get_name() == "OfflineExtractor"
    assert context_limit("offline:extract") > 0
    assert cost_of("offline:extract", 1000, 1000) == 0.0


def test_a_price_that_is_not_known_is_none() -> None:
    assert cost_of(MODEL, 1000, 100) == pytest.approx(PRICE)
    assert cost_of("openai:a-model-of-the-house", 1000, 100) is None
    assert cost_of("ollama:llama3", 1000, 100) is None


def test_a_property_may_be_called_like_a_keyword_that_is_left_out() -> None:
    class Setting(BaseModel):
        default: str = Field(default="x", min_length=1)

    form: Any = form_of(MODEL, Setting)

    assert list(form["schema"]["properties"]) == ["default"]
    assert form["schema"]["required"] == ["default"]
    assert "default" not in form["schema"]["properties"]["default"]
    assert form_of("anthropic:claude", Setting) is Setting


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"retry-after": "2"}, 2.0, 2.0),
        ({"retry-after": "2", "retry-after-ms": "1500"}, 1.5, 1.5),
        ({"retry-after": "-5"}, 0.0, 0.0),
        ({"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"}, 0.0, 0.0),
        ({"retry-after": "Sun, 06 Nov 1994 08:49:37 -0000"}, 0.0, 0.0),
    ],
)
def test_every_form_of_retry_after_is_read(
    headers: dict[str, str], least: float, most: float
) -> None:
    asked_for = retry_after(_refusal(headers))

    assert asked_for is not None
    assert least <= asked_for <= most


def test_a_retry_after_may_be_a_date() -> None:
    tomorrow = format_datetime(datetime.now(UTC) + timedelta(days=1))
    asked_for = retry_after(_refusal({"retry-after": tomorrow}))
    assert asked_for is not None
    assert 86_000 <= asked_for <= 86_400


@pytest.mark.parametrize("value", ["soon", "nan", "inf", ""])
def test_a_retry_after_that_makes_no_sense_is_none(value: str) -> None:
    assert retry_after(_refusal({"retry-after": value})) is None
    assert retry_after(_refusal({})) is None


def _refusal(headers: dict[str, str]) -> Exception:
    error = Exception("busy")
    error.response = SimpleNamespace(headers=headers, status_code=429)  # type: ignore[attr-defined]
    return error
