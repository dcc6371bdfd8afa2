"""What flows through the executive summary: its inputs, what models fill, what is decided on."""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from ....nodes.documents.files import check_file
from ....nodes.documents.pdf import MAX_PAGES
from ....nodes.outbox import Recipient
from ....nodes.schemas import Frozen, absolute, directory
from ....nodes.statements import Statement

#: A summary says at least so many of each, or a person is asked first.
LEAST = 3
#: A date within so many days of the run's own makes a document urgent.
SOON = 14
Level = Literal["urgent", "standard", "background"]
#: The most words of each variant.
WORDS: dict[Level, int] = {"urgent": 120, "standard": 300, "background": 300}


class Inputs(Frozen):
    """What a run is started with."""

    document: str = Field(description="Path of a PDF, a text, a Markdown file or an e-mail.")
    to: Recipient = Field(
        default="Executive team",
        description="Whom the summary goes to: an address, or a name, on one line.",
    )
    urgency: Literal["auto", "urgent", "standard", "background"] = Field(
        default="auto", description="urgent, standard or background; auto: as the document reads."
    )
    as_of: date | None = Field(
        default=None, description="The day from which dates are near or far; without it, today."
    )
    out: str | None = Field(default=None, description="Directory for the outbox.")
    max_pages: int = Field(default=MAX_PAGES, ge=1, description="The most pages to read.")

    _absolute = field_validator("document")(absolute)
    _usable = field_validator("out")(directory)

    @model_validator(mode="after")
    def _readable(self) -> "Inputs":
        """A document that cannot be read is refused before a run exists."""
        check_file(Path(self.document), max_pages=self.max_pages)
        return self


class Statistics(Frozen):
    """What the document states in numbers."""

    statistics: list[Statement] = Field(
        description="Statistics, each a sentence with a number, the weightiest first; at most 8."
    )


class Risks(Frozen):
    """What could go wrong, in the document's own terms."""

    risks: list[Statement] = Field(description="Risks, the most concrete first; at most 8.")


class Statistic(Frozen):
    """A number as it is printed, and the sentence that prints it."""

    id: str
    number: str
    sentence: str
    page: int | None = None


class Risk(Frozen):
    """A risk, in the sentence that names it."""

    id: str
    sentence: str
    page: int | None = None


class Sign(Frozen):
    """A sentence that says how soon somebody must act, or that nobody must."""

    kind: Literal["decision", "deadline", "alarm", "calm"]
    text: str
    page: int | None = None
    due: date | None = None
    #: Whether the sentence's date, or its wording, is near on the day of the run.
    near: bool = False


class Opinion(Frozen):
    """How soon somebody must act on the document, with the sentence that says so."""

    level: Level | None = Field(description="urgent, standard or background; null if unclear.")
    reason: str = Field(default="", description="Why, in one sentence.")
    evidence: str = Field(default="", description="The sentence of the document, copied exactly.")


class Urgency(Frozen):
    """The variant that is written, and why that one."""

    level: Level
    reasons: list[str]
    #: What must be decided, in the document's words, the most pressing first.
    decide: list[Statement] = Field(default_factory=list)
    by: date | None = None


class Point(Frozen):
    """One thing said in the summary, and the id of what it rests on."""

    text: str = Field(min_length=1, description="One short sentence.")
    of: str = Field(description="The id of the statistic or risk that it tells, such as S1 or R2.")


class Summary(Frozen):
    """The summary in the writer's own words."""

    lead: str = Field(min_length=1, description="What the reader must know first.")
    statistics: list[Point] = Field(description="At least 3, each with its number as printed.")
    risks: list[Point] = Field(description="At least 3.")
