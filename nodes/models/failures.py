"""What went wrong with a provider, told from its client's exception, and whether to try again."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ...state.errors import AgentError, CommunicationError, ContextError, DalsegnoError, ModelError

_TRANSIENT = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})


def status_of(error: BaseException) -> int | None:
    """The HTTP status with which a provider refused, whatever its client's class.

    None where it did not refuse: clients hang the response on errors of their own, too, such as
    one in reading an answer of status 200.
    """
    response = getattr(error, "response", None)
    told = (getattr(error, "status_code", None), getattr(response, "status_code", None))
    return next((each for each in told if isinstance(each, int) and each >= 400), None)


def is_transient(error: BaseException) -> bool:
    """Whether the same call may go through later: overload, limits, timeouts, broken connections.

    A refused key, a refused request or a used-up quota will be refused again.
    """
    status = status_of(error)
    if status is not None:
        return status in _TRANSIENT and not _is_used_up(error)
    broken = {"APIConnectionError", "APITimeoutError", "TransportError", "JSONDecodeError"}
    return isinstance(error, TimeoutError | ConnectionError) or bool(_kinds(error) & broken)


def _is_used_up(error: BaseException) -> bool:
    return "insufficient_quota" in str(error)


def _kinds(error: BaseException) -> set[str]:
    """The names of an error's classes: the clients that define them may not be installed."""
    return {kind.__name__ for kind in type(error).__mro__}


def retry_after(error: BaseException) -> float | None:
    """The seconds that the provider asked to wait, if it did: a number or a date."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    if headers is None:
        return None
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / scale
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    try:
        until = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    if until.tzinfo is None:  # "-0000": a time in UTC that says nothing of the place
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def explain(error: BaseException, *, model: str, attempts: int) -> DalsegnoError:
    """The error as one of ours, with what to do."""
    if isinstance(error, DalsegnoError):
        return error
    status, said = status_of(error), _said(error)
    if status in {401, 403}:
        return ModelError(
            f"The provider refused the key for {model!r} ({status}): {said}",
            fix="Check the key and what it may use, then resume the run.",
        )
    if _is_too_long(error):
        return ContextError(
            f"{model!r} was given more than it takes: {said}",
            fix="Use a --model that takes more.",
        )
    if status == 404:
        return ModelError(
            f"The provider knows no {model!r} (404): {said}",
            fix="Check the model's name, and the provider's address if you set one.",
        )
    if status is not None and status not in _TRANSIENT:
        return AgentError(
            f"{model!r} refused the request ({status}): {said}",
            fix="Use another --model: this one will refuse the same request again.",
        )
    return _unreached(error, said, model=model, tried=f"{attempts} attempt(s)")


def _unreached(error: BaseException, said: str, *, model: str, tried: str) -> CommunicationError:
    if _is_used_up(error):
        return CommunicationError(
            f"The quota for {model!r} is used up: {said}",
            fix="Check the provider's plan and billing, then resume the run.",
        )
    if isinstance(error, TimeoutError):
        return CommunicationError(
            f"{model!r} did not answer in time, in {tried}.", fix="Resume the run later."
        )
    if status_of(error) is None and not is_transient(error):
        return CommunicationError(
            f"{model!r} gave an answer that cannot be read, in {tried}: {_received(error) or said}",
            fix="Check the provider's address; else resume the run later.",
        )
    asked = retry_after(error)
    wait = f" It asks to wait {asked:.0f} seconds." if asked is not None and asked >= 1 else ""
    return CommunicationError(
        f"{model!r} could not be reached or failed, in {tried}: {said}{wait}",
        fix="Nothing that was done is lost: resume the run when the provider answers again.",
    )


def _is_too_long(error: BaseException) -> bool:
    said = str(error)
    return (
        "ContextOverflowError" in _kinds(error)
        or "context_length" in said
        or "maximum context" in said
    )


def _received(error: BaseException) -> str:
    """The beginning of what came instead of an answer, where the client kept it."""
    text = getattr(getattr(error, "response", None), "text", None)
    return " ".join(text.split())[:200] if isinstance(text, str) else ""


def _said(error: BaseException) -> str:
    """The first line of an error and of what lies behind it: "Connection error." tells nothing."""
    innermost = error
    while innermost.__cause__ is not None:
        innermost = innermost.__cause__
    lines = [str(each).strip().split("\n")[0][:300] for each in (error, innermost)]
    told = [line for line in dict.fromkeys(lines) if line]
    return " ← ".join(told) or type(error).__name__
