"""What a step's failure leads to: another try, a substitute, another way, a person, or the end."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import Any

from langgraph.errors import GraphBubbleUp
from langgraph.types import RetryPolicy

from ...state.definition.flow import AgentWork, Leaf
from ...state.definition.policies import ErrorHandling
from ...state.errors import (
    AgentError,
    DalsegnoError,
    DeadlineError,
    MalformedOutputError,
    UnknownOutcomeError,
    ValidationError,
    WriteError,
    spending,
)
from ...state.records import Decision, Failure
from ...state.usage import Usage, recorded_in
from ..gate import FAILED
from .acts import Act, Call, Update, Values

#: A fault of the code itself: the next try would meet it again.
_FAULTS = (
    TypeError,
    NameError,
    AttributeError,
    ImportError,
    SyntaxError,
    NotImplementedError,
    AssertionError,
    ValidationError,
    WriteError,
    UnknownOutcomeError,
)
#: What a server says of a request that may well go through later.
_TRANSIENT_STATUS = {408, 409, 425, 429}


def retry_policy(handling: ErrorHandling) -> RetryPolicy | None:
    """LangGraph's policy with our own judgement of what is worth another try."""
    retries = handling.max_retries or 0
    if handling.retry_policy == "none" or retries == 0:
        return None
    first = handling.first_wait if handling.first_wait is not None else 0.5
    return RetryPolicy(
        max_attempts=retries + 1,
        initial_interval=first,
        backoff_factor=1.0 if handling.retry_policy == "fixed" else 2.0,
        max_interval=handling.longest_wait if handling.longest_wait is not None else 30.0,
        jitter=first > 0,
        retry_on=lambda error: is_worth_retrying(error, handling),
    )


def is_worth_retrying(error: BaseException, handling: ErrorHandling) -> bool:
    """Can the same call well succeed when it is made again?"""
    if is_critical(error, handling) or isinstance(error, _FAULTS):
        return False
    status = _status(error)
    if status is not None and 400 <= status < 500:
        return status in _TRANSIENT_STATUS
    return isinstance(error, Exception)


def _status(error: BaseException | None) -> int | None:
    """What a server answered with, where that was the cause, however often it was said anew."""
    while error is not None:
        status = getattr(getattr(error, "response", None), "status_code", None)
        if isinstance(status, int):
            return status
        error = error.__cause__
    return None


def is_critical(error: BaseException, handling: ErrorHandling) -> bool:
    """Is it one of the named failures that are never tried again?

    A name is a class, a family of the error tree, or a class in words (``payment_error``, or
    ``payment`` for ``PaymentError``).
    """
    named = {_plain(each) for each in handling.critical_failures or ()}
    if not named:
        return False
    known = {_plain(each.__name__) for each in type(error).__mro__}
    known |= {each.removesuffix("error").removesuffix("failure") for each in known}
    if isinstance(error, DalsegnoError):
        known.add(error.family)
    return bool(named & known - {"", "object", "base", "baseexception", "exception"})


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def within(act: Act, seconds: float | None) -> Act:
    """The work with a deadline of its own."""
    if seconds is None:
        return act

    async def timed(values: Values, call: Call) -> Update:
        try:
            async with asyncio.timeout(seconds):
                return await act(values, call)
        except TimeoutError as error:
            raise DeadlineError(
                f"The step {call.step!r} took longer than {seconds:g} s.",
                fix="Give it a longer 'timeout', or less to do.",
                node=call.step,
            ) from error

    return timed


def handled(act: Act, leaf: Leaf, substitute: Act | None) -> Act:
    """The work with what its failure leads to, once no try is left."""
    handling = leaf.handling
    strategy = "fallback" if leaf.fallback is not None else handling.fallback_strategy
    if leaf.fallback is None and isinstance(leaf.work, AgentWork) and leaf.work.substitute:
        strategy = "substitute"
    if strategy in {None, "fail"} or (strategy == "substitute" and substitute is None):
        return act

    async def guarded(values: Values, call: Call) -> Update:
        try:
            return await act(values, call)
        except GraphBubbleUp:
            raise
        except Exception as error:  # every failure has its way
            if is_tried_again(error, handling, call):
                raise
            if is_critical(error, handling) and strategy != "escalate":
                raise
            if strategy == "substitute" and substitute is not None:
                with spending(spent_on(error)):
                    update = await substitute(values, call)
                return noted(update, error, call.step, "substitute")
            return {**noted({}, error, call.step, str(strategy)), FAILED: True}

    return guarded


def undecided(act: Act, leaf: Leaf) -> Act:
    """A route's decision; one that never came in the right form is none, and the fallback's."""

    async def decided(values: Values, call: Call) -> Update:
        try:
            return await act(values, call)
        except MalformedOutputError as error:
            if is_critical(error, leaf.handling) or is_tried_again(error, leaf.handling, call):
                raise
            made = Decision(choice="", reason=error.message)
            return noted({leaf.name: made}, error, call.step, "fallback")

    return decided


def noted(update: Update, error: Exception, step: str, handled_by: str) -> Update:
    """The update with what failed before it: the failure, its cost, what gates had found."""
    rows: dict[str, tuple[Any, ...]] = {  # Any: records of several kinds
        "failures": (failure(step, error, handled_by),),
        "usage": spent_on(error),
        "verdicts": error.verdicts if isinstance(error, DalsegnoError) else (),
    }
    before = {name: (*each, *update.get(name, ())) for name, each in rows.items()}
    return {**update, **{name: each for name, each in before.items() if each}}


def spent_on(error: BaseException) -> tuple[Usage, ...]:
    """What model calls had used before the error."""
    return error.spent if isinstance(error, DalsegnoError) else ()


def counted(act: Act, handling: ErrorHandling) -> Act:
    """The work with what its failed attempts spent, which LangGraph's retries know nothing of.

    An answer that the journal gives to the next attempt was counted with the failed one. Answers
    that were refused are not given again: the next attempt asks anew.
    """
    spent: dict[str, tuple[Usage, ...]] = {}

    async def counting(values: Values, call: Call) -> Update:
        info: Any = getattr(call.runtime, "execution_info", None)  # Any: LangGraph's own
        task = "" if info is None else str(info.task_id)
        before = spent.pop(task, ())
        known = replace(call, door=call.door.counting(recorded_in(before))) if before else call
        try:
            with spending(before):
                update = await act(values, known)
        except GraphBubbleUp:
            raise
        except Exception as error:
            if isinstance(error, AgentError) and not isinstance(error, UnknownOutcomeError):
                await call.door.again(recorded_in(error.spent))
            if is_tried_again(error, handling, call):
                spent[task] = spent_on(error) or before
            raise
        return {**update, "usage": (*before, *update.get("usage", ()))} if before else update

    return counting


def is_tried_again(error: Exception, handling: ErrorHandling, call: Call) -> bool:
    """Will LangGraph run the step again if this error reaches it?"""
    info: Any = getattr(call.runtime, "execution_info", None)  # Any: LangGraph's own
    attempt = 1 if info is None else info.node_attempt
    retries = 0 if handling.retry_policy == "none" else handling.max_retries or 0
    return attempt <= retries and is_worth_retrying(error, handling)


def failure(step: str, error: Exception, handled_by: str) -> Failure:
    """A failure as the state keeps it."""
    known = isinstance(error, DalsegnoError)
    return Failure(
        step=step,
        error=type(error).__name__,
        message=error.message if isinstance(error, DalsegnoError) else str(error),
        family=error.family if known and isinstance(error, DalsegnoError) else "agent",
        handled=handled_by,
    )
