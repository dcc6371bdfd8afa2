"""What a definition says of failures: tried again, substituted, led elsewhere, or shown to a
person."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from .parts import Name, Names, Part

RetryKind = Literal["exponential_backoff", "fixed", "none"]
Strategy = Literal["fail", "skip", "escalate", "substitute"]

#: Other words for the same, as definitions in the field have them.
RETRY_WORDS = {"exponential": "exponential_backoff", "linear": "fixed", "constant": "fixed"}
STRATEGY_WORDS = {
    "human_escalation": "escalate",
    "escalate_to_human": "escalate",
    "human_review": "escalate",
    "abort": "fail",
    "continue": "skip",
}


def _retry(value: object) -> object:
    return RETRY_WORDS.get(value, value) if isinstance(value, str) else value


def _strategy(value: object) -> object:
    return STRATEGY_WORDS.get(value, value) if isinstance(value, str) else value


class ErrorHandling(Part):
    """What happens when a step fails.

    On a step it goes before that of its agent, and that before the workflow's, key by key.
    ``max_retries`` counts tries after the first one; ``first_wait`` and ``longest_wait`` are
    seconds. ``critical_failures`` are not tried again: error classes by name (``PaymentError``),
    by the family of the error tree (``resource``) or in words (``payment_error``).
    """

    retry_policy: Annotated[RetryKind, BeforeValidator(_retry)] | None = None
    max_retries: int | None = Field(default=None, ge=0, le=100)
    first_wait: float | None = Field(default=None, ge=0)
    longest_wait: float | None = Field(default=None, ge=0)
    fallback_strategy: Annotated[Strategy, BeforeValidator(_strategy)] | None = None
    substitute: Name | None = Field(default=None, description="The agent that steps in.")
    critical_failures: Names | None = None

    def over(self, wider: ErrorHandling | None) -> ErrorHandling:
        """This one, with what it leaves open taken from a ``wider`` one."""
        if wider is None:
            return self
        return wider.model_copy(update=self.model_dump(exclude_none=True))


#: Nothing is tried again unless the definition says so: a retry repeats what the step did.
NO_HANDLING = ErrorHandling(
    retry_policy="exponential_backoff",
    max_retries=0,
    first_wait=0.5,
    longest_wait=30.0,
    fallback_strategy="fail",
    critical_failures=(),
)
