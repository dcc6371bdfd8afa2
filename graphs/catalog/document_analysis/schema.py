"""What flows through the document analysis, and what a thread remembers of it."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from ....nodes.documents.files import check_file
from ....nodes.schemas import Frozen, PageText, absolute, several
from ....state.records import Verdict
from ....state.reducers import append

#: Up to this confidence a person looks at a finding before it is remembered.
SURE = 0.6
NO_PASSAGE = "No passage was found with the question's words."

Aspect = Literal["obligations", "deadlines", "amounts", "parties", "risks", "termination"]
Outcome = Literal["answered", "reviewed", "partly_answered", "not_found", "from_memory", "rejected"]
Question = Annotated[str, Field(min_length=3, max_length=500)]


class Inputs(Frozen):
    """What a run is started with; on a thread that went before, its memory is there, too."""

    document: str = Field(description="Path of a PDF, a text, Markdown or an e-mail.")
    questions: list[Question] = Field(default=[], description="What to find out.")
    aspects: list[Aspect] = Field(default=[], description="What to look for in general.")
    context_limit: int = Field(
        default=1500, ge=100, description="The most tokens of the document for one question."
    )

    _absolute = field_validator("document")(absolute)
    _several = field_validator("questions", "aspects", mode="before")(several)

    @model_validator(mode="after")
    def _answerable(self) -> "Inputs":
        """What cannot be read or asked is refused before a run exists."""
        if not self.questions and not self.aspects:
            raise ValueError("nothing is asked: give questions, or aspects such as deadlines")
        if any(not any(sign.isalpha() for sign in each) for each in self.questions):
            raise ValueError("a question has no words")
        if len(self.questions) > 50:
            raise ValueError("more than 50 questions: ask them in several runs on one thread")
        check_file(Path(self.document))
        return self


class Quote(Frozen):
    """A sentence of the document, with its page and the line on it."""

    text: str
    page: int
    line: int | None = None


class Cited(Frozen):
    """A sentence as a model quotes it."""

    text: str = Field(description="One sentence, copied exactly.")
    page: int | None = Field(default=None, description="The N of the [page N] line above it.")


class Reply(Frozen):
    """A model's answer to one question."""

    answer: str | None = Field(description="The answer; null where the passages do not say.")
    quotes: list[Cited] = Field(description="The sentences that bear it out, at most 4.")
    confidence: float = Field(ge=0, le=1, description="From 0 to 1.")


class Told(Frozen):
    """A finding as people are given it."""

    question: str
    answer: str | None = None
    quotes: tuple[Quote, ...] = ()
    confidence: float = 0.0
    by: Literal["quoted", "model", "person"] = "quoted"
    reviewed: bool = False
    remembered: bool = False
    doubts: tuple[str, ...] = ()
    left_out: int = 0


class Finding(Told):
    """What is known to one question, of one version of a document (its ``digest``).

    ``open`` says how it was looked for where there is no answer. ``otherwise`` is what the
    document says against the answer elsewhere, ``refused`` what a model said without ground.
    """

    key: str
    digest: str = ""
    open: str = NO_PASSAGE
    contradicts: tuple[str, ...] = ()
    otherwise: tuple[Quote, ...] = ()
    refused: tuple[str, ...] = ()

    def __str__(self) -> str:
        more = " [from memory]" if self.remembered else ""
        asked = self.question if self.question.endswith("?") else f"{self.question}:"
        return f"{asked} {self.told}{more}"

    @property
    def to_check(self) -> bool:
        """Whether a person should look at it."""
        unsure = self.answer is not None and self.confidence <= SURE
        return unsure or bool(self.doubts or self.contradicts or self.refused)

    @property
    def told(self) -> str:
        """The answer with its pages; where the document contradicts it, both."""
        if self.answer is None:
            return self.open
        if self.otherwise:
            return str(self.shown)
        flag = " [contradicted]" if self.contradicts else ""
        cut = f" [incomplete: {self.left_out} more are not quoted]" if self.left_out else ""
        return f"{self.answer}{self._pages}{flag}{cut}"

    @property
    def shown(self) -> str | None:
        """The answer; where the document says otherwise elsewhere, both with their pages."""
        if self.answer is None or not self.otherwise:
            return self.answer
        own = [f"{each.text} (p. {each.page})" for each in self.quotes]
        first = own if self.by == "quoted" else [f"{self.answer}{self._pages}"]
        others = (f"{each.text} (p. {each.page})" for each in self.otherwise)
        return f"contradicted: {' or '.join(dict.fromkeys((*first, *others)))}"

    @property
    def _pages(self) -> str:
        pages = ", ".join(f"p. {number}" for number in dict.fromkeys(q.page for q in self.quotes))
        return f" ({pages})" if pages else ""


class ToCheck(Frozen):
    """A finding that a person should look at: where it stands, and why it is in doubt."""

    question: str
    answer: str | None
    stands: str = ""
    why: str = ""


def _each_once(checks: list[ToCheck]) -> list[ToCheck]:
    """Two answers to one question are refused: which of them should be remembered?"""
    keys = [key_of(each.question) for each in checks]
    twice = next((each.question for each in checks if keys.count(key_of(each.question)) > 1), None)
    if twice is not None:
        raise ValueError(f"{twice!r} is there twice: leave one answer to it")
    if not all(keys):
        raise ValueError("a question has no words")
    return checks


def key_of(question: str) -> str:
    """A question by its words: how it is set does not make it another one."""
    return " ".join(re.findall(r"[^\W_]+", question.casefold()))


class Inquiry(Frozen):
    """A question with what it is answered from, and what that leaves out."""

    question: str
    key: str
    way: Literal["remembered", "nothing", "quote", "ask"]
    reason: str = ""
    passages: tuple[PageText, ...] = ()
    earlier: tuple[str, ...] = ()
    known: Finding | None = None
    tokens: int = 0
    whole: int = 0
    dropped: int = 0
    digest: str = ""


class Context(Frozen):
    """What one question was answered from: tokens given, of how many, and what was dropped."""

    question: str
    tokens: int
    of: int
    pages: tuple[int, ...]
    dropped_passages: int
    earlier_findings: int


class Tokens(Frozen):
    """The tokens of all contexts, beside those of passing the whole document each time."""

    given: int
    whole_each_time: int


class Exchange(Frozen):
    """A reviewer's question and what the document says to it."""

    question: str
    answer: str


class State(BaseModel):
    """What is known, step by step. Only ``memory`` is for the thread."""

    model_config = ConfigDict(frozen=True)

    document: str = ""
    questions: list[Question] = []
    aspects: list[Aspect] = []
    context_limit: int = 1500

    memory: Annotated[tuple[Finding, ...], append] = ()

    name: str = ""
    digest: str = ""
    pages: tuple[PageText, ...] = ()
    load_notes: tuple[str, ...] = ()
    inquiries: tuple[Inquiry, ...] = ()
    found: list[Finding | None] = []
    findings: list[Finding] = []
    contradictions: tuple[str, ...] = ()
    told: list[Told] = []
    to_check: Annotated[list[ToCheck], AfterValidator(_each_once)] = []
    approval: Verdict | None = None
    exchange: Exchange | None = None
    answers: tuple[str, ...] = ()
    summary: str = ""
    open_questions: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    tokens: Tokens | None = None
    contexts: tuple[Context, ...] = ()
    outcome: Outcome | None = None
    notes: tuple[str, ...] = ()
