"""The one way in which a node asks a model: typed in, typed out, tried again within bounds."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from pydantic import BaseModel
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
)

from ...state.errors import DalsegnoError, MalformedOutputError, spending
from ...state.journal import DIRECT, Deed, Door, Form, Outcome
from ...state.usage import Usage, recorded_in
from ..packing import approximate_tokens
from .connect import connected
from .failures import explain, is_transient, retry_after
from .forms import Form as AnyForm
from .forms import form_of
from .prices import cost_of
from .replies import dumped, loaded, reply_of, said_in, value_in

if TYPE_CHECKING:
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.runnables import Runnable

    Asking = Runnable[LanguageModelInput, Any]  # Any: LangChain's dict of raw, parsed and error

Answered = TypeVar("Answered", bound=BaseModel)
Kept = TypeVar("Kept")

#: How often a model is shown what was wrong with its output before that is an error.
CORRECTIONS = 2


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long one call is tried for. Times are in seconds.

    ``attempt`` is one attempt's whole time, since a client's own timeout starts anew with every
    byte; ``total`` is that of all attempts and the waits between them.
    """

    attempts: int = 4
    attempt: float = 120.0
    total: float = 300.0
    first_wait: float = 1.0
    longest_wait: float = 30.0

    def wait(self, state: RetryCallState) -> float:
        """What the provider asked for; else twice as long every time, a quarter of it chance.

        A wait that does not fit into ``total`` is not cut short: it is not begun.
        """
        error = state.outcome.exception() if state.outcome else None
        asked = retry_after(error) if error else None
        if asked is not None:
            # Two steps that were refused together must not come back together.
            return asked + random.uniform(0.02, 0.2)  # noqa: S311  # jitter, not a secret
        most = min(self.first_wait * 2 ** (state.attempt_number - 1), self.longest_wait)
        return random.uniform(0.75 * most, most)  # noqa: S311  # jitter, not a secret


PATIENCE = Patience()


@dataclass(frozen=True, kw_only=True)
class Answer(Generic[Answered]):
    """A model's answer as the object that was asked for, and what it cost."""

    value: Answered
    usage: Usage


async def ask(  # noqa: PLR0913  # each is given by its name
    model: str,
    schema: type[Answered],
    messages: Sequence[BaseMessage],
    *,
    step: str,
    patience: Patience = PATIENCE,
    temperature: float | None = None,
    max_tokens: int | None = None,
    corrections: int = CORRECTIONS,
    door: Door = DIRECT,
) -> Answer[Answered]:
    """Ask ``model`` for a ``schema``. Output that does not fit is shown back with the error.

    Each answer goes through the ``door``, so that none is paid for twice.

    Raises:
        MalformedOutputError: it did not fit after that many corrections.
        CommunicationError: the provider could not be reached or stayed overloaded.
        ModelError, AgentError, ContextError: the provider refused; trying again is no use.
    """
    asked = list(messages)
    spent: list[Usage] = []
    wrong = ""
    async with connected(model, temperature=temperature, max_tokens=max_tokens) as chat:
        form = form_of(model, schema)
        asking = chat.with_structured_output(form, include_raw=True)

        async def reply_to(messages: Sequence[BaseMessage]) -> dict[str, Any]:  # Any: as `_call`
            return await _call(asking, messages, model=model, patience=patience)

        for _ in range(corrections + 1):
            deed = model_deed(
                model,
                reply_to,
                asked,
                Form(dump=dumped, load=lambda text: loaded(text, schema)),
                settings={"form": _json(form), "temperature": temperature, "most": max_tokens},
            )
            with spending(spent):
                outcome = await door.call(deed)
            reply = outcome.value
            spent.append(used(outcome, reply["raw"], asked, model=model, step=step))
            value = value_in(reply, schema)
            if not isinstance(value, str):
                return Answer(value=value, usage=summed(spent))
            wrong = value
            asked += [
                AIMessage(content=said_in(reply["raw"]) or "(nothing)"),
                HumanMessage(f"That does not fit: {wrong}\nAnswer again, in the right form."),
            ]
    with spending([summed(spent)]):
        raise MalformedOutputError(
            f"{model!r} gave no valid {schema.__name__!r} in {corrections + 1} tries: {wrong}",
            fix="Resume the run to ask again, or use another --model.",
            node=step,
        )


def _json(form: AnyForm) -> object:
    return form.model_json_schema() if isinstance(form, type) else form


def model_deed(
    model: str,
    function: Callable[..., Awaitable[Kept]],
    messages: Sequence[BaseMessage],
    form: Form[Kept],
    *,
    settings: Mapping[str, object],
) -> Deed[Kept]:
    """One question to a model as the journal knows it: by the model, the messages, the settings.

    A provider's own ids of messages are none of what was asked.
    """
    told = [message.model_dump(exclude={"id"}) for message in messages]
    return Deed(
        name=f"model {model}",
        function=lambda **_: function(messages),
        args={"messages": told, **settings},
        effect="pure",
        form=form,
    )


async def _call(
    asking: "Asking", messages: Sequence[BaseMessage], *, model: str, patience: Patience
) -> dict[str, Any]:  # Any: LangChain's own shape of raw, parsed and parsing_error
    try:
        answer = await reached(asking, messages, model=model, patience=patience)
    except DalsegnoError as error:
        reply = reply_of(error.__cause__) if error.__cause__ else None
        if reply is None:
            raise
        return reply
    assert isinstance(answer, dict)
    return answer


async def reached(
    asking: "Asking",
    messages: Sequence[BaseMessage],
    *,
    model: str,
    patience: Patience = PATIENCE,
) -> Any:  # Any: a message, or LangChain's dict of raw, parsed and error
    """What a model says to ``messages``, tried again while it may help.

    Raises:
        CommunicationError, ModelError, AgentError, ContextError: as ``ask``.
    """
    attempts, until = 0, monotonic() + patience.total
    try:
        async for attempt in AsyncRetrying(
            stop=stop_after_attempt(patience.attempts) | stop_before_delay(patience.total),
            retry=retry_if_exception(is_transient),
            wait=patience.wait,
            reraise=True,
        ):
            with attempt:
                attempts += 1
                async with asyncio.timeout(min(patience.attempt, until - monotonic())):
                    answer = await asking.ainvoke(list(messages))
    except Exception as error:
        raise explain(error, model=model, attempts=attempts) from error
    return answer


def used(
    outcome: Outcome[Any],  # Any: a message, or LangChain's reply with one
    raw: AIMessage,
    asked: Sequence[BaseMessage],
    *,
    model: str,
    step: str,
) -> Usage:
    """What one answer cost; nothing where it was counted before and is only given again."""
    names = (outcome.token,) if outcome.token else ()
    if outcome.counted:
        return Usage(step=step, model=model, calls=0, cost=0.0, recorded=names)
    return replace(usage_of(raw, asked, model=model, step=step), recorded=names)


def usage_of(raw: AIMessage, asked: Sequence[BaseMessage], *, model: str, step: str) -> Usage:
    """What one call used, as the provider counted it; without its counts, about as much."""
    counted = raw.usage_metadata
    if counted is None:
        return Usage(
            step=step,
            model=model,
            input_tokens=sum(approximate_tokens(str(each.text)) for each in asked),
            output_tokens=approximate_tokens(said_in(raw)),
            cost=None,
            estimated=True,
        )
    given, made = counted["input_tokens"], counted["output_tokens"]
    cached = counted.get("input_token_details", {}).get("cache_read") or 0
    return Usage(
        step=step,
        model=model,
        input_tokens=given,
        output_tokens=made,
        cost=cost_of(model, given, made, cached_tokens=cached),
        estimated=model.startswith("offline:"),
    )


def summed(spent: Sequence[Usage]) -> Usage:
    """The usage of several calls of one step; the cost is None as soon as one is unknown."""
    costs = [each.cost for each in spent]
    return Usage(
        step=spent[0].step,
        model=spent[0].model,
        calls=sum(each.calls for each in spent),
        input_tokens=sum(each.input_tokens for each in spent),
        output_tokens=sum(each.output_tokens for each in spent),
        cost=None if None in costs else sum(cost for cost in costs if cost is not None),
        estimated=any(each.estimated for each in spent),
        recorded=recorded_in(spent),
    )
