"""What the graph itself writes to the state beside a workflow's own fields, and typed decisions."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Decision(_Record):
    """What an agent at a route decided."""

    choice: str = Field(description="The case that fits.")
    confidence: float = Field(default=0.0, ge=0, le=1, description="From 0 to 1.")
    reason: str = Field(default="", description="Why, in one sentence.")


class Verdict(_Record):
    """What a person decided at a review: the type, and the message that came with it.

    ``failed`` is how many failures were noted by then: by what came since, an answer to a
    question that failed is told from earlier ones.
    """

    type: str
    message: str = ""
    failed: int = Field(default=0, ge=0, exclude_if=lambda count: count == 0)


class Message(_Record):
    """One message of a chat. ``to`` is whom it is addressed to; empty means everybody."""

    speaker: str
    text: str
    to: str = ""
    agrees: bool = False


class Turn(_Record):
    """Who speaks next in a chat, or that there is nothing left to say."""

    speaker: str = ""
    consensus: bool = False
    reason: str = ""


class Assignment(_Record):
    """One part of a team's plan."""

    worker: str
    task: str


class Plan(_Record):
    """How a manager divides the work."""

    tasks: list[Assignment] = Field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One routing decision as it was taken: where, on what, and which way.

    ``values`` are the fields that it was decided on; ``fell_back`` says that no case fitted.
    """

    step: str
    on: str
    chosen: str
    values: dict[str, object] = field(default_factory=dict)
    reason: str = ""
    fell_back: bool = False


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A step's failure that did not end the run.

    ``family`` is the class of the error tree; ``handled`` is what was done about it: ``skip``,
    ``fallback``, ``substitute``, ``escalate`` or ``isolate``.
    """

    step: str
    error: str
    message: str
    family: str
    handled: str
