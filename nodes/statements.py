"""Statements: what somebody says that a document states, each with the sentence it rests on.

A model may word a statement as it likes, but it may not make one up. The sentence that it names
must stand in the document, the statement must keep to that sentence's words, and every number of
it must be printed there.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from .documents.search import STOP_WORDS
from .grounding import numbers_in, page_of
from .offline.picking import stem

#: How alike (per cent) a statement and its evidence must be for the statement to be shown.
_KEEPS_TO = 65
#: The share of a statement's telling words that its evidence must have: likeness alone lets
#: "The cooperative is bankrupt" stand on any sentence about the cooperative.
_BORNE = 0.6
_DENIES = re.compile(
    r"\b(?:no|not|never|nor|neither|none|nobody|without)\b|n['’]t\b", re.IGNORECASE
)


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
            text = each.text if keeps_to(each.text, evidence) else evidence
            found_here = {"text": text, "page": page or None, "evidence": evidence}
            kept.append(each.model_copy(update=found_here))
    fell = len(found) - len(kept)
    notes = [f"{fell} {kind}(s) left out: not found in the {called}."] if fell else []
    return tuple(kept), tuple(notes)


def keeps_to(text: str, evidence: str) -> bool:
    """Whether a statement keeps to the words that it rests on: its numbers, and what it denies."""
    from rapidfuzz import fuzz

    alike = fuzz.token_set_ratio(text.lower(), evidence.lower()) >= _KEEPS_TO
    denies = bool(_DENIES.search(text)) == bool(_DENIES.search(evidence))
    said, given = _telling(text), _telling(evidence)
    borne = not said or len(said & given) >= _BORNE * len(said)
    return alike and borne and denies and numbers_in(text) <= numbers_in(evidence)


def _telling(text: str) -> frozenset[str]:
    words = re.findall(r"[^\W\d_]{3,}", text.lower())
    return frozenset(stem(word) for word in words if word not in STOP_WORDS)


def texts_of(pages: Iterable[Numbered]) -> dict[int, str]:
    """The pages' texts by their numbers; parts of one page are put together."""
    texts: dict[int, str] = {}
    for page in pages:
        texts[page.number] = f"{texts.get(page.number, '')}\n{page.text}"
    return texts
