"""What flows through a lease: its inputs, its terms with their places, its dates and its rent."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from ....nodes.documents.files import check_file
from ....nodes.outbox import Recipient
from ....nodes.output import absolute_path, checked_directory
from ....nodes.papers import AmountFact, Cited, DayFact, Paper, SpanFact, TextFact
from ....nodes.schemas import Frozen
from ....nodes.second_reading import Stated
from ....state.errors import InputError
from ....state.records import Verdict
from ....state.reducers import append
from .portfolio import check_portfolio

MOST = 20

Side = Literal["tenant", "landlord"]
Action = Literal["renew", "give_notice", "ask", "nothing"]
Outcome = Literal["renewed", "notice_given", "asked", "recorded", "rejected", "withheld"]


def _absolute(path: str) -> str:
    """A run may go on elsewhere."""
    return str(absolute_path(path))


AbsolutePath = Annotated[str, AfterValidator(_absolute)]


class Inputs(Frozen):
    """What a run is started with."""

    documents: str | list[str] = Field(
        description="The lease, or a list of it and its amendments: PDF or text."
    )
    portfolio: AbsolutePath | None = Field(
        default=None, description="SQLite file of leases; else one beside the outbox."
    )
    out: str | None = Field(default=None, description="Directory for what the run writes.")
    as_of: date | None = Field(default=None, description="The day to count from; else today.")
    horizon_days: int = Field(default=180, ge=0, le=3660, description="How far to look ahead.")
    we: Side = Field(default="tenant", description="Whose side we are on.")
    index_rate: float | None = Field(
        default=None, ge=-50, le=100, description="Per cent to assume for each indexation."
    )

    @field_validator("documents")
    @classmethod
    def _documents(cls, documents: str | list[str]) -> str | list[str]:
        if isinstance(documents, str):
            return _absolute(documents)
        return [_absolute(each) for each in documents]

    @field_validator("out")
    @classmethod
    def _usable(cls, out: str | None) -> str | None:
        return None if out is None else str(checked_directory(out))

    @model_validator(mode="after")
    def _readable(self) -> "Inputs":
        """What cannot be read is refused before a run exists."""
        for each in document_files(self.documents):
            check_file(each)
        beside = None if self.out is None else str(Path(self.out) / "leases.db")
        if (portfolio := self.portfolio or beside) is not None:
            check_portfolio(portfolio)
        return self


def document_files(documents: str | list[str]) -> tuple[Path, ...]:
    """The files that were given.

    Raises:
        InputError: none, too many, or two of one name.
    """
    found = tuple(map(Path, [documents] if isinstance(documents, str) else documents))
    if not 0 < len(found) <= MOST:
        raise InputError(
            f"{len(found)} documents are given.", fix=f"Give one lease and up to {MOST} in all."
        )
    if len({each.name for each in found}) < len(found):
        raise InputError("Two documents have one name.", fix="Name them apart.")
    return found


class Rent(AmountFact):
    """The rent, for how many months it is, and for how many it is paid at a time."""

    months: Literal[1, 3, 12] | None = None
    paid: Literal[1, 3, 12] | None = None


class Increase(Cited):
    """How the rent changes by the lease: by a rate, by a sum, or with an index."""

    kind: Literal["rate", "sum", "index"] | None = None
    value: Decimal | None = None
    every_months: int = 12
    first: date | None = None


class RentChange(Frozen):
    """A rent that holds from a day on, by an amendment."""

    since: date
    rent: Rent


class Terms(Frozen):
    """What the lease says, each with its page and sentence; else null with a reason."""

    lease: TextFact
    landlord: TextFact
    tenant: TextFact
    premises: TextFact
    rent: Rent
    deposit: AmountFact
    deposit_return: SpanFact
    start: DayFact
    end: DayFact
    term: SpanFact
    notice: SpanFact
    renewal: SpanFact
    renewal_notice: SpanFact
    increase: Increase
    law: TextFact
    termination: TextFact
    landlord_does: tuple[TextFact, ...] = ()
    tenant_does: tuple[TextFact, ...] = ()
    changes: tuple[RentChange, ...] = ()


class Finding(Frozen):
    """Clauses that do not agree, or are not surely read, for a person to settle."""

    name: str
    says: str
    evidence: tuple[str, ...]
    #: A matter of our own reading: the other side is not asked about it.
    ours: bool = False


class KeyDate(Frozen):
    """A day on which something is due, and the rule that gives it."""

    name: Literal["renewal", "notice", "rent_increase", "end", "deposit_return"]
    day: date
    rule: str
    days_left: int


class Payment(Frozen):
    """One row of the rent schedule."""

    due: date
    until: date
    amount: Decimal
    currency: str
    note: str = ""


class LeaseReading(Frozen):
    """What an agent reads in a lease; what is not stated there is null."""

    landlord: Stated | None = Field(description="Who lets.")
    tenant: Stated | None = Field(description="Who rents.")
    premises: Stated | None = Field(description="What is let.")
    start: Stated | None = Field(description="The first day of the term.")
    end: Stated | None = Field(description="The last day of the term.")
    notice: Stated | None = Field(description="The period of notice.")
    renewal_notice: Stated | None = Field(description="How long before the end one must renew.")
    deposit: Stated | None = Field(description="The deposit.")
    law: Stated | None = Field(description="The governing law.")


class State(BaseModel):
    """What is known, step by step."""

    model_config = ConfigDict(frozen=True)

    documents: str | list[str] = []
    portfolio: str | None = None
    out: str | None = None
    as_of: date | None = None
    horizon_days: int = 180
    we: Side = "tenant"
    index_rate: float | None = None

    today: date | None = None
    hosted: bool = False
    contract: Paper | None = None
    amendments: tuple[Paper, ...] = ()
    known: Terms | None = None
    #: By what the portfolio knows the lease, and what stood there when this run read it.
    key: str = ""
    entry: str | None = None
    #: What a person is told where no agent's reading of the lease held.
    unread: str | None = None
    terms: Terms | None = None
    findings: Annotated[tuple[Finding, ...], append] = ()
    dates: tuple[KeyDate, ...] = ()
    schedule: tuple[Payment, ...] = ()
    attention: tuple[str, ...] = ()

    #: What the person may change: what is to be done.
    action: Action = "nothing"
    decision: Verdict | None = None
    to: Recipient = "-"
    letter: Annotated[str, Field(min_length=1)] = "-"
    letter_approval: Verdict | None = None
    #: Why the letter that was approved cannot go; then it is put again.
    letter_fault: str | None = None
    answer: str | None = None

    artifacts: tuple[str, ...] = ()
    outcome: Outcome | None = None
    notes: Annotated[tuple[str, ...], append] = ()
