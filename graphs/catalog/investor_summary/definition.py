"""The investor summary's definition: its name, owner, steps, and how they are wired."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from ....nodes.documents.pdf import check_pdf
from ....nodes.output import checked_directory
from ....state.workflow import Workflow
from .schema import Inputs, UnderReview

if TYPE_CHECKING:
    from langgraph.graph import StateGraph

STEPS = (
    "load",
    "select",
    "parse",
    "extract",
    "trends",
    "risks",
    "write",
    "format",
    "final_approval",
    "answer",
    "deliver",
    "close",
)


def build() -> StateGraph[Any, Any, Any, Any]:  # Any: LangGraph's type parameters
    """Load → select → parse → extract → trends ∥ risks → write → format → final_approval."""
    from .wiring import wire

    return wire()


def prepare(inputs: BaseModel) -> BaseModel:
    """Absolute paths, since a run may go on elsewhere; unreadable documents are refused."""
    assert isinstance(inputs, Inputs)
    document = Path(inputs.document).expanduser().absolute()
    check_pdf(document, max_pages=inputs.max_pages)
    out = None if inputs.out is None else str(checked_directory(inputs.out))
    return inputs.model_copy(update={"document": str(document), "out": out})


def output(state: Mapping[str, object]) -> dict[str, object]:
    """The run's output, from its state so far, as plain JSON data."""
    return {
        "outcome": state.get("outcome"),
        "company": state.get("company"),
        "document": state.get("document"),
        "figures": _plain(state.get("figures")),
        "trends": _plain(state.get("trends")),
        "risks": _plain(state.get("risks")),
        "summary": state.get("summary") or None,
        "email": state.get("email") or None,
        "rounds": state.get("round"),
        "questions": _plain(state.get("exchanges")),
        "notes": _plain(state.get("notes")),
        "artifacts": _plain(state.get("artifacts")),
    }


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


workflow = Workflow(
    name="investor_summary",
    version="1",
    owner="dalsegno",
    description="An annual report (PDF) becomes a reviewed investor summary: PDF and e-mail.",
    pattern="sequential, with parallel branches and a review loop",
    steps=STEPS,
    inputs=Inputs,
    primary="document",
    build=build,
    output=output,
    prepare=prepare,
    reviews={"final_approval": UnderReview},
)
