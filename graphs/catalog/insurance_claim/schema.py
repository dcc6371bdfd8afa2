"""What flows through a claim: its inputs, what is read, what is found, and what is decided."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from ....nodes.documents.files import check_file, check_folder, files_in
from ....nodes.outbox import Recipient
from ....nodes.output import absolute_path, checked_directory
from ....nodes.papers import AmountFact, DayFact, Paper, TextFact
from ....nodes.schemas import Frozen
from ....nodes.second_reading import Stated
from ....state.errors import DocumentError, InputError
from ....state.records import Verdict
from ....state.reducers import append
from .ledger import LEDGER, check_ledger

#: Below this a fact is for a person to look at.
SURE = 0.7
#: Indicators that together weigh this much send the claim to an examiner.
SUSPICIOUS = 0.4
MOST_PAPERS = 50

Ruling = Literal["pay", "refuse", "ask"]
Outcome = Literal["paid", "refused", "asked", "rejected", "withheld", "paid_before"]


def _absolute(path: str) -> str:
    """A run may go on elsewhere."""
    return str(absolute_path(path))


AbsolutePath = Annotated[str, AfterValidator(_absolute)]


class Inputs(Frozen):
    """What a run is started with."""

    papers: str | list[str] = Field(description="The claim's papers: a folder, a file, or a list.")
    policy: AbsolutePath = Field(description="The policy: PDF or text.")
    ledger: AbsolutePath | None = Field(
        default=None,
        description="SQLite file of claims and payments; else claims.db beside the outbox.",
    )
    out: str | None = Field(default=None, description="Directory for the outbox and the ledger.")
    as_of: date | None = Field(default=None, description="The day of the decision; else today.")
    small_claim: float = Field(default=1000.0, ge=0, description="No examiner up to this payment.")
    report_within: int = Field(default=30, ge=1, description="Days, where the policy has no rule.")

    @field_validator("papers")
    @classmethod
    def _papers(cls, papers: str | list[str]) -> str | list[str]:
        return _absolute(papers) if isinstance(papers, str) else [_absolute(e) for e in papers]

    @field_validator("out")
    @classmethod
    def _usable(cls, out: str | None) -> str | None:
        return None if out is None else str(checked_directory(out))

    @model_validator(mode="after")
    def _readable(self) -> "Inputs":
        """Papers that cannot be read are refused before a run exists."""
        for path in (*paper_files(self.papers), Path(self.policy)):
            check_file(path)
        ledger = self.ledger or (None if self.out is None else str(Path(self.out) / LEDGER))
        if ledger is not None:
            check_ledger(ledger)
        return self


def paper_files(papers: str | Sequence[str]) -> tuple[Path, ...]:
    """The files that were given, and those of the folders that were.

    Raises:
        DocumentError: no paper, a folder that is empty, or more papers than one claim has.
    """
    found: list[Path] = []
    for each in map(Path, [papers] if isinstance(papers, str) else papers):
        if each.is_dir():
            check_folder(each)
            found.extend(files_in(each))
        else:
            found.append(each)
    if not found:
        raise DocumentError("There are no papers.", fix="Give the claim's files, or its folder.")
    if len(found) > MOST_PAPERS:
        raise DocumentError(
            f"There are {len(found)} papers; one claim has at most {MOST_PAPERS}.",
            fix="Give the papers of one claim.",
        )
    names = [each.name for each in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"Two papers are called {twice!r}.", fix="Name them apart.")
    return tuple(found)


class Item(AmountFact):
    """Something claimed, or a line of a bill."""

    description: str


class Account(Frozen):
    """What one paper says of the claim."""

    file: str
    kind: Literal["form", "bill", "police", "letter"]
    claimant: TextFact = TextFact()
    #: For whom a bill is made out.
    billed: TextFact = TextFact()
    email: TextFact = TextFact()
    policy_number: TextFact = TextFact()
    incident: DayFact = DayFact()
    reported: DayFact = DayFact()
    cause: TextFact = TextFact()
    bill_number: TextFact = TextFact()
    bill_date: DayFact = DayFact()
    items: tuple[Item, ...] = ()
    total: AmountFact = AmountFact()
    orders: tuple[str, ...] = ()


class Reading(Frozen):
    """What an agent reads in one paper; what is not stated there is null."""

    claimant: Stated | None = Field(description="Who claims.")
    policy_number: Stated | None = Field(description="The number of the policy.")
    incident: Stated | None = Field(description="The day on which the damage happened.")
    reported: Stated | None = Field(description="The day on which it was reported.")
    cause: Stated | None = Field(description="What caused the damage.")
    total: Stated | None = Field(description="The total that is claimed or billed.")


class Claim(Frozen):
    """The claim: of all that the papers say, the surest."""

    number: str
    claimant: TextFact
    email: TextFact
    policy_number: TextFact
    incident: DayFact
    reported: DayFact
    cause: TextFact
    #: What the other papers tell of the cause.
    told: tuple[TextFact, ...] = ()
    items: tuple[Item, ...]
    total: AmountFact


class Cover(Frozen):
    """One danger that is covered, and up to what sum."""

    name: str
    limit: AmountFact


class Policy(Frozen):
    """The policy's terms, each with its place."""

    file: str
    number: TextFact
    holder: TextFact
    begins: DayFact
    ends: DayFact
    deductible: AmountFact
    covers: tuple[Cover, ...]
    exclusions: tuple[TextFact, ...]
    #: Sentences on a policy that is suspended, cancelled or void.
    standing: tuple[TextFact, ...] = ()
    orders: tuple[str, ...] = ()
    report_within: int
    report_rule: str


class Indicator(Frozen):
    """Something for a person to look at. It says what stands where, and accuses nobody."""

    name: str
    says: str
    evidence: tuple[str, ...]
    weight: float


class Opinion(Frozen):
    """An agent's view of the papers; one more indicator, and never the decision."""

    concern: Literal["none", "some", "strong"] = Field(description="How much a person should look.")
    reason: str = Field(description="What in the papers gives rise to it, in two sentences.")
    quote: str | None = Field(description="The sentence that shows it best, copied exactly.")


class Doubt(Frozen):
    """Why a person has to decide, and what to ask the claimant where that would settle it."""

    says: str
    ask: str | None = None


class Assessment(Frozen):
    """What the policy's rules give: covered or not, and the payment line by line."""

    cover: Literal["covered", "not_covered", "undecided"]
    reasons: tuple[str, ...]
    #: What a letter can ask the claimant.
    questions: tuple[str, ...] = ()
    calculation: tuple[str, ...] = ()
    #: Where the sums of the calculation stand: for the person, not for the letter.
    places: tuple[str, ...] = ()
    payable: Decimal | None = None
    currency: str | None = None


class State(BaseModel):
    """What is known, step by step."""

    model_config = ConfigDict(frozen=True)

    papers: str | list[str] = []
    policy: str = ""
    ledger: str | None = None
    out: str | None = None
    as_of: date | None = None
    small_claim: float = 1000.0
    report_within: int = 30

    today: date | None = None
    hosted: bool = False
    texts: tuple[Paper, ...] = ()
    policy_text: Paper | None = None
    number: str = ""
    accounts: tuple[Account, ...] = ()
    claim: Claim | None = None
    terms: Policy | None = None

    indicators: Annotated[tuple[Indicator, ...], append] = ()
    #: The numbers of claims in the ledger that may be this one.
    earlier: tuple[str, ...] = ()
    score: float = 0.0
    assessment: Assessment | None = None
    way: Literal["propose", "examine"] | None = None

    #: What an examiner may change: what is to happen, and the sum.
    ruling: Ruling | None = None
    amount: Annotated[str, Field(pattern=r"^\d{1,9}(\.\d\d)?$")] = "0.00"
    examination: Verdict | None = None
    to: Recipient = "-"
    letter: Annotated[str, Field(min_length=1)] = "-"
    letter_approval: Verdict | None = None
    #: Why the letter that was approved cannot go; then it is put again.
    letter_fault: str | None = None
    answer: str | None = None

    payment: str | None = None
    artifacts: tuple[str, ...] = ()
    outcome: Outcome | None = None
    notes: Annotated[tuple[str, ...], append] = ()
