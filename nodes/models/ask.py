"""The one way in which a node asks a model: typed in, typed out, tried again within bounds."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from pydantic import BaseModel
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from ...state.errors import MalformedOutputError
from ...state.usage import Usage
from .connect import connect
from .failures import explain, is_transient, retry_after
from .prices import cost_of

Answered = TypeVar("Answered", bound=BaseModel)

#: One attempt's total time in seconds: a client's own timeout starts anew with every drip.
DEADLINE = 120.0
#: Attempts at one call while the provider is overloaded or out of reach.
ATTEMPTS = 4
#: How often a model is shown what was wrong with its output before that is an error.
CORRECTIONS = 2
_LONGEST_WAIT = 30.0


@dataclass(frozen=True, kw_only=True)
class Answer(Generic[Answered]):
    """A model's answer as the object that was asked for, and what it cost."""

    value: Answered
    usage: Usage


async def ask(
    model: str, schema: type[Answered], messages: Sequence[BaseMessage], *, step: str
) -> Answer[Answered]:
    """Ask ``model`` for a ``schema``. Output that does not fit is shown back with the error.

    Raises:
        MalformedOutputError: it did not fit after two corrections.
        CommunicationError: the provider could not be reached or stayed overloaded.
        ModelError, AgentError, ContextError: the provider refused; trying again is no use.
    """
    asked = list(messages)
    spent: list[Usage] = []
    for _ in range(CORRECTIONS + 1):
        reply = await _call(model, schema, asked)
        raw: AIMessage = reply["raw"]
        spent.append(_usage(raw, model, step))
        wrong = _wrong_with(raw, reply)
        if wrong is None:
            return Answer(value=reply["parsed"], usage=_sum(spent))
        if isinstance(reply["parsing_error"], MalformedOutputError):
            raise reply["parsing_error"]  # the extractor reads the same text the same way again
        asked = [
            *asked,
            AIMessage(content=str(raw.content) or "(nothing)"),
            HumanMessage(content=f"That does not fit: {wrong}\nAnswer again, in the right form."),
        ]
    raise MalformedOutputError(
        f"{model!r} gave no valid {schema.__name__!r} in {CORRECTIONS + 1} tries: {wrong}",
        fix="Resume the run to ask again, or use another --model.",
        node=step,
    )


async def _call(
    model: str, schema: type[BaseModel], messages: Sequence[BaseMessage]
) -> dict[str, Any]:  # Any: LangChain's own shape of raw, parsed and parsing_error
    runnable = connect(model).with_structured_output(schema, include_raw=True)
    attempts = 0
    try:
        async for attempt in AsyncRetrying(
            stop=stop_after_attempt(ATTEMPTS),
            retry=retry_if_exception(is_transient),
            wait=_wait,
            reraise=True,
        ):
            with attempt:
                attempts += 1
                async with asyncio.timeout(DEADLINE):
                    answer = await runnable.ainvoke(list(messages))
        assert isinstance(answer, dict)
    except Exception as error:
        if (malformed := _as_malformed(error)) is not None:
            return malformed
        raise explain(error, model=model, attempts=attempts) from error
    return answer


def _wait(state: RetryCallState) -> float:
    """What the provider asked for, else exponential with full jitter; bounded either way."""
    error = state.outcome.exception() if state.outcome else None
    asked = retry_after(error) if error else None
    if asked is not None:
        return min(asked + 0.05, _LONGEST_WAIT)
    ceiling = min(0.5 * 2**state.attempt_number, _LONGEST_WAIT)
    return random.uniform(0.1, ceiling)  # noqa: S311  # jitter, not a secret


def _as_malformed(error: Exception) -> dict[str, Any] | None:
    """Clients raise for some unusable answers; those are answers too, to be corrected."""
    name = type(error).__name__
    if name not in {
        "LengthFinishReasonError",
        "ContentFilterFinishReasonError",
        "ValidationError",
        "OpenAIRefusalError",
        "OutputParserException",
    }:
        return None
    completion = getattr(error, "completion", None)
    used = getattr(completion, "usage", None)
    raw = AIMessage(content="")
    if used is not None:
        raw.usage_metadata = {
            "input_tokens": used.prompt_tokens,
            "output_tokens": used.completion_tokens,
            "total_tokens": used.total_tokens,
        }
    return {"raw": raw, "parsed": None, "parsing_error": error}


def _wrong_with(raw: AIMessage, reply: dict[str, Any]) -> str | None:
    """Why a reply cannot be used, or None. A cut-off answer is never taken for a short one."""
    finish = raw.response_metadata.get("finish_reason")
    if finish in {"length", "max_tokens"}:
        return "the answer was cut off at the token limit; answer more briefly"
    if finish == "content_filter":
        return "the answer was withheld by the provider's content filter"
    if refusal := raw.additional_kwargs.get("refusal"):
        return f"the model refused: {refusal}"
    if reply["parsing_error"] is not None:
        return str(reply["parsing_error"])[:2000]
    if reply["parsed"] is None:
        return "the answer holds no object of that form"
    return None


def _usage(raw: AIMessage, model: str, step: str) -> Usage:
    counted = raw.usage_metadata
    given = counted["input_tokens"] if counted else 0
    made = counted["output_tokens"] if counted else 0
    return Usage(
        step=step,
        model=model,
        input_tokens=given,
        output_tokens=made,
        cost=cost_of(model, given, made) if counted else None,
        estimated=model.startswith("offline:") or counted is None,
    )


def _sum(spent: Sequence[Usage]) -> Usage:
    costs = [each.cost for each in spent]
    return Usage(
        step=spent[0].step,
        model=spent[0].model,
        calls=len(spent),
        input_tokens=sum(each.input_tokens for each in spent),
        output_tokens=sum(each.output_tokens for each in spent),
        cost=None if None in costs else sum(cost for cost in costs if cost is not None),
        estimated=any(each.estimated for each in spent),
    )
