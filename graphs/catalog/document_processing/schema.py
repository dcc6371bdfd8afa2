"""What flows through document processing: its inputs, and a paper with what was read from it."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from ....nodes.documents.files import MAX_BYTES, check_folder
from ....nodes.schemas import Frozen, absolute, directory
from ....state.errors import InputError
from .storing import check_database

#: Below this nothing is integrated without a person.
SURE = 0.75
#: Two readings with equally good grounds: which of them is meant is not for a rule to say.
DISPUTED = 0.5

#: The fault of an invoice whose number the database has already, with another total.
TAKEN = "taken"

Kind = Literal["invoice", "contract", "letter", "form", "receipt", "other"]
#: What became of a paper. "open", "clear" and "doubtful" are on the way, the others final, but
#: that "accepted" is stored next. A "copy" says what is stored already, under another digest.
Standing = Literal[
    "open", "clear", "doubtful", "accepted",
    "stored", "present", "copy", "refused", "rejected", "rolled_back",
]  # fmt: skip
Outcome = Literal["integrated", "partly", "unchanged", "rejected", "nothing"]


class Inputs(Frozen):
    """What a run is started with."""

    folder: str = Field(description="The folder with the papers: PDF, text, Markdown, e-mail.")
    database: str | None = Field(
        default=None, description="The SQLite file to integrate into; left out, one of the run."
    )
    out: str | None = Field(default=None, description="Directory for the report.")
    max_bytes: int = Field(default=MAX_BYTES, ge=1, description="The largest file to read.")

    _absolute = field_validator("folder", "database")(absolute)
    _usable = field_validator("out")(directory)

    @model_validator(mode="after")
    def _readable(self) -> "Inputs":
        """A folder without files and a file that is no database are refused before a run exists."""
        check_folder(Path(self.folder))
        if self.database is not None:
            check_database(Path(self.database))
        self._apart()
        return self

    def _apart(self) -> None:
        """What a run writes would be a paper of the next one, if it lay among the papers."""
        folder = Path(self.folder).resolve()
        for name, given in (("out", self.out), ("database", self.database)):
            place = None if given is None else Path(given).resolve()
            if place is not None and folder in (
                place,
                place.parent if name == "database" else None,
            ):
                raise InputError(
                    f"{name!r} is among the papers in {self.folder!r}.",
                    fix="Name a place outside: the next run would take it for a paper.",
                )


class Value(Frozen):
    """One thing read: as printed, in its plain form (2026-03-12, 1234.56), and where it stands."""

    printed: str
    value: str
    page: int | None = None
    line: int | None = None
    confidence: float = 0.0
    by: Literal["rules", "model", "person"] = "rules"
    note: str = ""


class Line(Frozen):
    """One line of an invoice."""

    text: str
    amount: str
    by: Literal["rules", "model", "person"] = "rules"


class Fault(Frozen):
    """Why a paper cannot be integrated as it was read: the field, and what is wrong with it."""

    field: str
    message: str


class Paper(Frozen):
    """One file on its way into the database."""

    path: str
    digest: str
    standing: Standing = "open"
    reason: str = ""
    pages: tuple[str, ...] = ()
    headed: bool = Field(default=False, description="Does it begin with an e-mail's headers?")
    kind: Kind = "other"
    kind_confidence: float = 0.0
    kind_by: Literal["rules", "model", "person"] = "rules"
    kind_reason: str = ""
    values: dict[str, Value] = Field(default={})
    lines: tuple[Line, ...] = ()
    faults: tuple[Fault, ...] = ()
    #: Which agent is to be asked about it, if any: "sort", or the reader of a kind.
    ask: str = ""

    @property
    def file(self) -> str:
        return Path(self.path).name

    def but(self, **changes: object) -> "Paper":
        """The same paper with something changed."""
        return self.model_copy(update=changes)

    def settled(self, standing: Standing, reason: str) -> "Paper":
        """With what became of it, and why."""
        return self.but(standing=standing, reason=reason, ask="")


class Result(Frozen):
    """What became of one file."""

    file: str
    #: None: it was not read.
    kind: Kind | None
    standing: Standing
    reason: str
    values: dict[str, str]
