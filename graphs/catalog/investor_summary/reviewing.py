"""The person's part: the pause, questions answered from the report, delivery, and its refusal."""

from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.documents.pdf import Page
from ....nodes.output import run_directory
from ....nodes.questions import answer_from
from ....nodes.run_context import context_of
from ....state.context import RunContext
from ...calling import door
from . import compose
from .reading import Update
from .schema import MAX_ROUNDS, Exchange, State
from .writing import publish


async def revise(state: State, runtime: Runtime[RunContext]) -> Update:
    """What the person edited, as files; an e-mail that was not edited follows the summary."""
    email = state.email
    if state.summary != state.drafted and email == compose.email(state, state.drafted):
        email = compose.email(state, state.summary)
    directory = run_directory(context_of(runtime), None) / f"draft-{state.round}"
    edited = state.model_copy(update={"email": email})
    model = context_of(runtime).model
    paths = await publish(edited, directory, status="edited", model=model)
    return {"email": email, "artifacts": paths}


def description(state: State) -> str:
    """What the person should know before deciding."""
    lines = [
        f"Investor summary of {Path(state.document).name!r}, draft {state.round} of {MAX_ROUNDS}."
    ]
    if state.figures is not None:
        for name, label in compose.LABELS.items():
            figure = getattr(state.figures, name)
            where = f"page {figure.page}, " if figure.page else ""
            sure = f"{where}confidence {figure.confidence:.2f}" if figure.value is not None else ""
            detail = "; ".join(part for part in (sure, figure.reason) if part)
            lines.append(f"{label}: {compose.amount(figure, name)} ({detail})")
    lines.extend(f"Note: {note}" for note in dict.fromkeys(state.notes))
    for each in state.exchanges:
        page = f" (p. {each.page})" if each.page else ""
        lines.append(f"You asked: {each.question}\nThe report: {each.answer}{page}")
    lines.extend(f"File: {path}" for path in state.artifacts)
    return "\n".join(lines)


async def answer(state: State, runtime: Runtime[RunContext]) -> Update:
    """The reviewer's question, answered from the report; then the review is asked again."""
    question = state.final_approval.message if state.final_approval is not None else ""
    found, spent = await answer_from(
        [Page(number=each.number, text=each.text) for each in state.pages],
        question,
        model=context_of(runtime).model,
        step="answer",
        door=door(),
        called="report",
    )
    return {"exchanges": (Exchange(**found.model_dump()),), "usage": spent}


async def deliver(state: State, runtime: Runtime[RunContext]) -> Update:
    """The approved text as final files. The same decision writes the same files again."""
    edited = state.final_approval is not None and state.final_approval.type == "edit"
    outcome = "edited" if edited else "approved"
    context = context_of(runtime)
    directory = run_directory(context, state.out)
    paths = await publish(state, directory, status=outcome, model=context.model)
    return {"artifacts": paths, "outcome": outcome}


async def close(state: State) -> Update:
    """The last round was rejected: nothing is delivered, everything is kept."""
    message = state.final_approval.message if state.final_approval is not None else ""
    because = f": {message}" if message else "."
    return {"outcome": "rejected", "notes": (f"Rejected in round {state.round}{because}",)}
