"""Statements: what somebody says that a document states, each with the sentence it rests on.

A model may word a statement as it likes, but it may not make one up. The sentence that it names
must stand in the document, the statement must keep to that sentence's words, and every number of
it must be printed there.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from .grounding import numbers_in, page_of

#: How alike (per cent) a statement and its evidence must be for the statement to be shown.
_KEEPS_TO = 65


class Statement(BaseModel):
    """One thing said, with the sentence of the document that says it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(min_length=1, description="The statement, in one sentence.")
    page: int | None = Field(default=None, description="The N of the [page N] line above it.")
    evidence: str = Field(default="", description="The sentence of the document, copied exactly.")


class Numbered(Protocol):
    """A page: its number and its text."""

    @property
    def number(self) -> int: ...

    @property
    def text(self) -> str: ...


Said = TypeVar("Said", bound=Statement)


def grounded(
    kind: str, found: Sequence[Said], pages: Iterable[Numbered], *, called: str = "report"
) -> tuple[tuple[Said, ...], tuple[str, ...]]:
    """The statements whose sentence stands in the document, and a note on those that fell.

    One that strays from its sentence's words is shown as that sentence.
    """
    texts = texts_of(pages)
    kept: list[Said] = []
    for each in found:
        evidence = each.evidence or each.text
        page = page_of(evidence, texts, each.page)
        if page is not None and numbers_in(each.text) <= numbers_in(evidence):
            text = each.text if _follows(each.text, evidence) else evidence
            found_here = {"text": text, "page": page or None, "evidence": evidence}
            kept.append(each.model_copy(update=found_here))
    fell = len(found) - len(kept)
    notes = [f"{fell} {kind}(s) left out: not found in the {called}."] if fell else []
    return tuple(kept), tuple(notes)


def _follows(text: str, evidence: str) -> bool:
    """Whether a statement keeps to the words that it rests on; one that does not is not shown."""
    from rapidfuzz import fuzz

    return fuzz.token_set_ratio(text.lower(), evidence.lower()) >= _KEEPS_TO


def texts_of(pages: Iterable[Numbered]) -> dict[int, str]:
    """The pages' texts by their numbers; parts of one page are put together."""
    texts: dict[int, str] = {}
    for page in pages:
        texts[page.number] = f"{texts.get(page.number, '')}\n{page.text}"
    return texts
