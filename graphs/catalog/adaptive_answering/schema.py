"""What flows through a question's answering: its inputs, what models fill, and its state."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from ....nodes.documents.files import check_folder
from ....nodes.output import absolute_path
from ....nodes.schemas import Frozen
from ....state import records
from ....state.errors import DocumentError, InputError
from ....state.reducers import append

#: Below this an answer is the strong model's to give, and after it a person's.
SURE = 0.7
_LONGEST = 2_000

Verdict = Literal["passed", "again", "stuck", "nothing"]
Outcome = Literal["answered", "approved", "edited", "rejected", "not_found"]


class Inputs(Frozen):
    """What a run is started with."""

    question: str = Field(description="The question, in a sentence or two.")
    knowledge: str | None = Field(
        default=None,
        description="A file, or a folder of texts and PDFs, to answer from; left out: the manual "
        "of this package.",
    )

    @field_validator("question")
    @classmethod
    def _asks(cls, question: str) -> str:
        if not any(each.isalnum() for each in question):
            raise InputError("There is no question to answer.", fix="Ask it in words.")
        if len(question) > _LONGEST:
            raise InputError(
                f"A question has at most {_LONGEST:,} characters, and this has {len(question):,}.",
                fix="Put what it is about into a file, and give that as 'knowledge'.",
            )
        return " ".join(question.split())

    @field_validator("knowledge")
    @classmethod
    def _readable(cls, knowledge: str | None) -> str | None:
        """Absolute, for a run may go on elsewhere; refused before a run exists."""
        if knowledge is None:
            return None
        path = absolute_path(knowledge)
        if not path.exists():
            raise DocumentError(f"There is no {str(path)!r}.", fix="Name a file or a folder.")
        if path.is_dir():
            check_folder(path)
        return str(path)


class Passage(Frozen):
    """A piece of the knowledge base, by the id that an answer cites it by."""

    id: str
    source: str
    heading: str
    page: int | None = None
    text: str
    score: float


class Claim(Frozen):
    """One sentence of an answer, and the words that bear it out."""

    text: str = Field(min_length=1, description="One sentence of the answer.")
    passage: str = Field(description="The id of the passage that it rests on.")
    quote: str = Field(min_length=1, description="The passage's words that say so, copied exactly.")
    about: str | None = Field(
        default=None, description="In a comparison, which of the two things; else null."
    )


class Draft(Frozen):
    """An answer, sentence by sentence. Without claims: the passages do not say."""

    claims: list[Claim] = Field(description="The answer's sentences in order; none: not stated.")
    confidence: float = Field(ge=0, le=1, description="From 0 to 1: how sure that it is right.")


class Citation(Frozen):
    """Where a sentence of the answer stands; ``number`` is its mark there."""

    number: int
    source: str
    heading: str
    page: int | None = None
    quote: str


class Check(Frozen):
    """What the check found: "again" while another attempt may help, "stuck" when none will."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Exchange(Frozen):
    """What the reviewing person asked, and what the knowledge base says to it."""

    question: str
    answer: str


def _told(text: str) -> str:
    """A person may write another answer; to give none is to reject it."""
    if not any(each.isalnum() for each in text):
        raise ValueError("an answer has words; to give none, reject it")
    return text


class State(BaseModel):
    """What is known, step by step."""

    model_config = ConfigDict(frozen=True)

    question: str = ""
    knowledge: str | None = None

    form: str = ""
    kind: records.Decision | None = None
    sides: tuple[str, ...] = ()
    terms: dict[str, float] = Field(default_factory=dict)
    passages: tuple[Passage, ...] = ()
    known: bool = False
    looked_at: int = 0
    places: tuple[str, ...] = ()

    way: Literal["quoted", "factual", "explanatory", "comparative"] = "quoted"
    has_expert: bool = False
    draft: Draft = Draft(claims=[], confidence=0.0)
    judged: Draft | None = None
    check: Check | None = None
    rounds: int = 0

    #: What of the draft holds, what a person is shown and may edit of it, and what is given.
    written: str = ""
    answer: Annotated[str, AfterValidator(_told)] = ""
    given: str | None = None
    citations: tuple[Citation, ...] = ()
    confidence: float | None = None
    approval: records.Verdict | None = None
    exchanges: Annotated[tuple[Exchange, ...], append] = ()
    nearest: tuple[str, ...] = ()
    outcome: Outcome | None = None
    notes: Annotated[tuple[str, ...], append] = ()
