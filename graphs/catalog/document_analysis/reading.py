"""Reading the document: its pages, and the digest by which a changed one is known."""

from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.blocking import in_thread
from ....nodes.documents.files import read_file
from ....nodes.offline.guard import guarded
from ....nodes.offline.notes import language_note, offline_note, order_note
from ....nodes.run_context import context_of
from ....nodes.schemas import PageText
from ....state.context import RunContext
from .schema import State


async def load(state: State, runtime: Runtime[RunContext]) -> dict[str, object]:
    """The document's pages and its digest, by which a changed one is known."""
    file = await in_thread(read_file, Path(state.document))
    pages = tuple(PageText(number=each.number, text=each.text) for each in file.pages)
    whole = "\n\n".join(each.text for each in pages)
    cannot = "quotes the sentences that answer best; whether they do, a person judges"
    notes = (
        *offline_note(context_of(runtime).model, cannot),
        *order_note("The document", guarded(whole, "").left_out),
        *language_note("The document", whole),
    )
    return {
        "name": file.name,
        "digest": file.digest,
        "pages": pages,
        "load_notes": notes,
        "exchange": None,
        # What an earlier run on the thread told is no answer to this one.
        "outcome": None,
        "answers": (),
        "told": [],
        "summary": "",
    }
