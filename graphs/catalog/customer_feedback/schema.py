"""What flows through customer feedback: its inputs, what is known of each item, what leaves."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from ....nodes.outbox import Recipient, Subject, checked_recipient
from ....nodes.schemas import Frozen, absolute, directory
from ....state.errors import InputError
from ....state.records import Verdict
from ....state.reducers import append
from .reading import rows_of

Sentiment = Literal["positive", "negative", "neutral"]
Priority = Literal["high", "normal", "low"]
Outcome = Literal["approved", "edited", "rejected"]
#: Who takes care of which, and by which words it is known, is in ``topics.py``.
Topic = Literal["delivery", "product", "price", "service", "app", "billing", "safety", "other"]


#: A text that says something.
Written = Annotated[str, Field(pattern=r"\S")]


class Inputs(Frozen):
    """What a run is started with: a file of feedback, or one message."""

    feedback: str | None = Field(
        default=None, description="Path of a CSV with a column of texts; others are welcome."
    )
    message: str | None = Field(default=None, description="One message instead of a file.")
    escalate_to: str = Field(
        default="Customer care", description="Whom escalations are addressed to."
    )
    out: str | None = Field(default=None, description="Directory for what leaves.")
    max_items: int = Field(
        default=1_000, ge=1, le=10_000, description="The most rows; of a model, 2,000."
    )

    _absolute = field_validator("feedback")(absolute)

    @field_validator("escalate_to")
    @classmethod
    def _addressed(cls, name: str) -> str:
        try:
            return checked_recipient(name)
        except InputError as error:
            raise InputError(f"'escalate_to': {error.message}", fix=error.fix) from error

    _usable = field_validator("out")(directory)

    @model_validator(mode="after")
    def _readable(self) -> "Inputs":
        """What cannot be read is refused before a run exists."""
        if (self.feedback is None) == (self.message is None):
            raise InputError(
                "The run needs either 'feedback' or a 'message'.",
                fix="Give the path of a CSV as 'feedback', or one text as 'message'.",
            )
        if self.message is not None and not self.message.strip():
            raise InputError("The 'message' is empty.", fix="Give it words.")
        if self.feedback is not None:
            rows_of(Path(self.feedback), most=self.max_items)
        return self


class Item(Frozen):
    """One piece of feedback, as it came in. ``rated`` is what its rating is worth, 0 to 1."""

    id: str
    line: int | None = None
    date: str = ""
    customer: str = ""
    channel: str = ""
    rating: str = ""
    rated: float | None = None
    text: str = ""


class Tone(Frozen):
    """What an item's words and rating say by rules alone, and what makes that doubtful."""

    sentiment: Sentiment | None = None
    confidence: float = 0.0
    topics: tuple[Topic, ...] = ()
    urgent: str = Field(default="", description="The words that show that it cannot wait.")
    touches: str = Field(default="", description="A word of a body, money or data in a complaint.")
    evidence: str = Field(default="", description="The sentence that shows it most.")
    doubts: tuple[str, ...] = ()


class Reading(Frozen):
    """What a reader makes of one item. Nothing is left out of it: no answer is no reading."""

    topics: list[Topic] = Field(max_length=3, description="What it is about.")
    sentiment: Sentiment | None = Field(
        description="How the customer feels, irony understood; null if unclear."
    )
    urgent: bool = Field(
        description="Whether somebody is or may be harmed, threatens to leave or to sue, or money "
        "or data are in wrong hands."
    )
    evidence: str | None = Field(description="The words that show it most, copied exactly.")


class Judged(Frozen):
    """One item as it goes into the plan. ``doubts`` are why a person should look at it."""

    id: str
    line: int | None
    customer: str
    sentiment: Sentiment | None
    confidence: float
    topics: tuple[Topic, ...]
    priority: Priority
    evidence: str
    read_by: Literal["model", "rules"]
    doubts: tuple[str, ...] = ()


class Group(Frozen):
    """One line of the action plan: a topic, how much it weighs, and whose it is."""

    topic: Topic
    items: int
    negative: int
    high: int
    owner: str
    action: str
    quotes: tuple[str, ...] = ()


class Proposal(Frozen):
    """What a planner proposes for one topic."""

    topic: Topic
    action: str = Field(min_length=1, description="What the owner should do, one sentence.")
    because: str = Field(min_length=1, description="One of the topic's quotes, copied exactly.")


class Proposals(Frozen):
    """The planner's answer."""

    proposals: list[Proposal] = Field(description="At most one for each topic of the plan.")


class Escalation(Frozen):
    """A letter on one item that cannot wait. Its id is made of the item, so it stays the same."""

    id: Annotated[str, Field(pattern=r"^ESC-[0-9A-F]{10}$")]
    item: str
    to: Recipient
    subject: Subject
    body: Written


def _once(letters: tuple[Escalation, ...]) -> tuple[Escalation, ...]:
    """Two letters of one id would be one file, and one of them lost."""
    again = [name for name, count in Counter(each.id for each in letters).items() if count > 1]
    if again:
        raise ValueError(f"Two letters have the id {again[0]!r}: keep one of them.")
    return letters


class Exchange(Frozen):
    """A question of the reviewer's, and the items that speak of it."""

    question: str
    answer: str


class State(BaseModel):
    """What is known, step by step."""

    model_config = ConfigDict(frozen=True)

    feedback: str | None = None
    message: str | None = None
    escalate_to: str = ""
    out: str | None = None
    max_items: int = 1_000

    items: tuple[Item, ...] = ()
    tones: tuple[Tone, ...] = ()
    readings: list[Reading | None] = []
    #: Whether the run's model writes; the embedded extractor does not.
    can_write: bool = False

    judged: tuple[Judged, ...] = ()
    plan: tuple[Group, ...] = ()
    #: The plan as text: what only a person can say of it is written into it at the review.
    action_plan: Written = ""
    escalations: Annotated[tuple[Escalation, ...], AfterValidator(_once)] = ()

    approval: Verdict | None = None
    answers: Annotated[tuple[Exchange, ...], append] = ()
    outcome: Outcome | None = None
    artifacts: tuple[str, ...] = ()
    notes: Annotated[tuple[str, ...], append] = ()
