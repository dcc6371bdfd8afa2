"""What went wrong with a provider, told from its client's exception, and whether to try again."""

import asyncio

from ...state.errors import AgentError, CommunicationError, ContextError, DalsegnoError, ModelError

_TRANSIENT = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})


def status_of(error: BaseException) -> int | None:
    """The HTTP status that a provider's client reports, whatever its class."""
    status = getattr(error, "status_code", None)
    if status is None:
        status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def is_transient(error: BaseException) -> bool:
    """Whether the same call may go through later: overload, limits, timeouts, broken connections.

    A refused key, a refused request or a used-up quota will be refused again.
    """
    status = status_of(error)
    if status is not None:
        return status in _TRANSIENT and "insufficient_quota" not in str(error)
    names = {kind.__name__ for kind in type(error).__mro__}
    broken = {"APIConnectionError", "APITimeoutError", "TransportError", "JSONDecodeError"}
    return isinstance(error, TimeoutError | asyncio.TimeoutError | ConnectionError) or bool(
        names & broken
    )


def retry_after(error: BaseException) -> float | None:
    """The seconds that the provider asked to wait, if it did."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    asked = headers.get("retry-after") if headers is not None else None
    try:
        return None if asked is None else max(0.0, float(asked))
    except ValueError:
        return None


def explain(error: BaseException, *, model: str, attempts: int) -> DalsegnoError:
    """The error as one of ours, with what to do."""
    if isinstance(error, DalsegnoError):
        return error
    status = status_of(error)
    said = str(error).split("\n")[0][:300]
    if status in {401, 403}:
        return ModelError(
            f"The provider refused the key for {model!r} ({status}).",
            fix="Check the key and what it may use.",
        )
    if "context_length" in said or "maximum context" in said:
        return ContextError(f"{model!r} was given more than it takes: {said}")
    if status is not None and status not in _TRANSIENT:
        return AgentError(
            f"{model!r} refused the request ({status}): {said}", fix="Check the model's name."
        )
    tried = f"{attempts} attempt(s)"
    if isinstance(error, TimeoutError):
        return CommunicationError(
            f"{model!r} did not answer in time, in {tried}.", fix="Resume the run later."
        )
    return CommunicationError(
        f"{model!r} could not be reached or failed, in {tried}: {said or type(error).__name__}",
        fix="Nothing that was done is lost: resume the run when the provider answers again.",
    )
