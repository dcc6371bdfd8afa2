"""The person's part, and what is delivered after it: the same file that was looked at."""

from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.documents.pdf import Page
from ....nodes.output import run_directory
from ....nodes.questions import Exchange, answer_from
from ....nodes.run_context import context_of
from ....state.context import RunContext
from ....state.records import Verdict
from ...calling import door
from ...leaving import write_files
from .schema import Digest, Made, Pages

Update = dict[str, object]


def preview(document: str, made: Made, runtime: Runtime[RunContext]) -> Update:
    """The file for the reviewer to open; it is not delivered yet."""
    directory = run_directory(context_of(runtime), None) / "draft"
    return {"artifacts": (_written(directory, document, made),)}


def description(
    digest: Digest,
    artifacts: tuple[str, ...],
    notes: tuple[str, ...],
    answers: tuple[Exchange, ...],
) -> str:
    """What the person should know before deciding."""
    lines = [f"{len(digest.summary)} statements. May this file be delivered?"]
    lines += [f"File: {each}" for each in artifacts]
    lines += [f"Note: {each}" for each in dict.fromkeys(notes)]
    for each in answers:
        page = f" (p. {each.page})" if each.page else ""
        lines.append(f"You asked: {each.question}\nThe document: {each.answer}{page}")
    return "\n".join(lines)


async def answer(pages: Pages, approval: Verdict, runtime: Runtime[RunContext]) -> Update:
    """A question, answered from the document."""
    plain = [Page(number=each.number, text=each.text) for each in pages]
    made, usage = await answer_from(
        plain, approval.message, model=context_of(runtime).model, step="answer", door=door()
    )
    return {"answers": (made,), "usage": usage}


def deliver(
    document: str, made: Made, runtime: Runtime[RunContext], out: str | None = None
) -> Update:
    """The approved file, byte for byte."""
    directory = run_directory(context_of(runtime), out)
    return {"artifacts": (_written(directory, document, made),), "outcome": "approved"}


def close(approval: Verdict) -> Update:
    """Nothing is delivered."""
    if approval.type == "edit":
        why = "It was edited again and again, and never approved."
    else:
        why = f"Rejected: {approval.message}" if approval.message else "Rejected without a message."
    return {"outcome": "rejected", "artifacts": (), "notes": (why,)}


def _written(directory: Path, document: str, made: Made) -> str:
    name = f"{Path(document).stem}-digest{made.suffix}"
    return write_files(directory, {name: made.data})[0]
