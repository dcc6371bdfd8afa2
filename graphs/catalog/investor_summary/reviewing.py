"""The person's part: the pause, questions answered from the report, delivery, and its refusal."""

from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.blocking import in_thread
from ....nodes.documents.pdf import Page
from ....nodes.documents.search import rank_pages, words_query
from ....nodes.grounding import numbers_in, page_of
from ....nodes.models.ask import ask
from ....nodes.models.connect import context_limit
from ....nodes.output import run_directory
from ....nodes.packing import approximate_tokens, pack
from ....state.context import RunContext
from ...calling import door
from . import compose, prompts
from .reading import Update, about, chosen, context_of
from .schema import MAX_ROUNDS, Exchange, Reply, State
from .writing import publish

#: Pages that a reviewer's question is answered from, at most.
_ANSWER_PAGES = 5


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
    model = context_of(runtime).model
    plain = [Page(number=each.number, text=each.text) for each in state.pages]
    ranked = await in_thread(rank_pages, plain, [words_query(question)])
    kept = pack(
        ranked,
        limit=context_limit(model),
        size=lambda page: approximate_tokens(page.text),
        most=_ANSWER_PAGES,
    ).kept
    pages = chosen(state.pages, (page.number for page in kept))
    if not pages:
        silent = Exchange(question=question, answer="The report says nothing on this.")
        return {"exchanges": (silent,)}
    messages = about(prompts.ANSWER, pages, asked=f"Question: {question}")
    reply = await ask(model, Reply, messages, step="answer", door=door())
    return {
        "exchanges": (
            _exchange(question, reply.value, {each.number: each.text for each in pages}),
        ),
        "usage": (reply.usage,),
    }


def _exchange(question: str, reply: Reply, texts: dict[int, str]) -> Exchange:
    if reply.answer is None:
        return Exchange(question=question, answer="The report says nothing on this.")
    evidence = reply.evidence or reply.answer
    page = page_of(evidence, texts, reply.page)
    if page is not None and not numbers_in(reply.answer) <= numbers_in(texts[page]):
        page = None
    said = reply.answer if page else f"{reply.answer} (not found in these words in the report)"
    return Exchange(question=question, answer=said, page=page)


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
