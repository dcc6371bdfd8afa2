"""What flows through the investor summary: its inputs, what models fill, and its state."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ....nodes.documents.pdf import MAX_PAGES, check_pdf
from ....nodes.questions import Exchange as _Exchange
from ....nodes.schemas import Frozen, absolute, directory
from ....nodes.statements import Statement as _Statement
from ....state.records import Verdict
from ....state.reducers import append

#: Below this a figure is for the reviewer to check, and not for the summary to state.
SURE = 0.7
MAX_ROUNDS = 3
MAX_WORDS = 300

Outcome = Literal["approved", "edited", "rejected"]
Scale = Literal["units", "thousands", "lakh", "millions", "crore", "billions", "trillions"]


class Inputs(Frozen):
    """What a run is started with."""

    document: str = Field(description="Path of the annual report, a PDF with a text layer.")
    out: str | None = Field(default=None, description="Directory for the PDF and the e-mail.")
    max_pages: int = Field(default=MAX_PAGES, ge=1, description="The most pages to read.")

    _absolute = field_validator("document")(absolute)
    _usable = field_validator("out")(directory)

    @model_validator(mode="after")
    def _readable(self) -> "Inputs":
        """A document that cannot be read is refused before a run exists."""
        check_pdf(Path(self.document), max_pages=self.max_pages)
        return self


class Figure(Frozen):
    """One figure as the report prints it, with where it stands and how sure that is.

    ``value`` is in ``scale``; a loss is negative. Without a value there is a ``reason``.
    """

    value: float | None = Field(default=None, description="As printed; a loss is negative.")
    currency: str | None = Field(
        default=None, pattern=r"^[A-Z]{3}$", description="ISO code, such as USD."
    )
    scale: Scale | None = Field(default=None, description="What the printed number counts in.")
    period: str | None = Field(
        default=None,
        pattern=r"^(19|20)\d\d$",
        description="The year in which the fiscal year ends.",
    )
    page: int | None = Field(default=None, description="The N of the [page N] line above it.")
    evidence: str | None = Field(default=None, description="The row or sentence, copied exactly.")
    confidence: float = Field(default=0.0, ge=0, le=1, description="From 0 to 1.")
    computed: bool = Field(default=False, description="True when no printed number was copied.")
    reason: str | None = Field(default=None, description="Why no value, or how it was computed.")


class Figures(Frozen):
    """The newest full year's figures, consolidated, as reported."""

    revenue: Figure = Field(description="Total revenue, also called net sales or turnover.")
    operating_expenses: Figure = Field(description="Total operating expenses, a positive number.")
    net_income: Figure = Field(description="Net income or loss of the whole group.")
    revenue_growth: Figure = Field(
        description="Change of revenue over the year before in per cent, as reported."
    )


# These two have a class here, since the checkpoints of runs that wait know them by this module.
class Statement(_Statement):
    """One thing said, with the sentence of the report that says it."""


class Trends(Frozen):
    """What moved the business, in the report's own terms."""

    trends: list[Statement] = Field(description="Trends of the business, at most 8.")


class Risks(Frozen):
    """What could hurt the business, in the report's own terms."""

    risks: list[Statement] = Field(description="Risks to the business, at most 8.")


class Draft(Frozen):
    """The writer's choice of what an investor should read, best first."""

    statistics: list[Statement] = Field(description="Statistics, each with a number, at most 6.")
    trends: list[Statement] = Field(description="Trends, at most 4.")
    risks: list[Statement] = Field(description="Risks, at most 5.")


class Exchange(_Exchange):
    """A reviewer's question and what the report says to it."""


class PageText(Frozen):
    """A page of the report: its number from 1 and its text."""

    number: int
    text: str


#: What a reviewer may change, and may not empty.
NonEmpty = Annotated[str, Field(min_length=1)]


class State(BaseModel):
    """What is known, step by step. Steps read what they need and return only what changed."""

    model_config = ConfigDict(frozen=True)

    document: str = ""
    out: str | None = None
    max_pages: int = MAX_PAGES

    digest: str = ""
    pages: tuple[PageText, ...] = ()
    figure_pages: tuple[int, ...] = ()
    trend_pages: tuple[int, ...] = ()
    risk_pages: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    parsed: tuple[PageText, ...] = ()
    company: str | None = None

    figures: Figures | None = None
    trends: tuple[Statement, ...] = ()
    risks: tuple[Statement, ...] = ()

    draft: Draft | None = None
    summary: NonEmpty = ""
    email: NonEmpty = ""
    #: The writer's own summary, by which an edited one is known.
    drafted: str = ""
    round: int = 0
    final_approval: Verdict | None = None
    exchanges: Annotated[tuple[Exchange, ...], append] = ()
    artifacts: tuple[str, ...] = ()
    outcome: Outcome | None = None

    notes: Annotated[tuple[str, ...], append] = ()
