"""The knowledge base as a shelf: what is read, kept by digest, and found again for a question."""

from hashlib import sha256
from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.documents.files import files_in
from ....nodes.offline.guard import guarded
from ....nodes.offline.notes import order_note
from ....nodes.output import run_directory
from ....nodes.run_context import context_of
from ....nodes.shelf import Found, Shelf
from ....nodes.stocking import stock
from ....state.context import RunContext
from ....state.errors import InputError
from . import schema
from .wording import key_terms

#: This package's own folder, where its manual lies.
_HOME = Path(__file__).parents[3]


def shelf_of(knowledge: str | None, context: RunContext) -> tuple[Shelf, tuple[str, ...]]:
    """The shelf of a knowledge base, brought up to date, and notes on what could not be read.

    It lies beside the runs and is used by all that ask the same base: only what changed is read
    again.

    Raises:
        InputError: nothing of it can be read.
    """
    place = str(_HOME) if knowledge is None else knowledge
    name = f"knowledge-{sha256(place.encode()).hexdigest()[:12]}.db"
    shelf = Shelf(run_directory(context, None).parent / name)
    try:
        faults = stock(shelf, _files(knowledge))
        notes = tuple(f"Not read: {each.message}" for each in faults)
        is_empty = not shelf.sources()
    except BaseException:
        shelf.close()
        raise
    if is_empty:
        shelf.close()
        raise InputError(
            f"Nothing of the knowledge base {place!r} can be read. {' '.join(notes)}",
            fix="Give a folder of texts (.md, .txt) or PDFs with a text layer.",
        )
    return shelf, notes


def _files(knowledge: str | None) -> tuple[Path, ...]:
    if knowledge is None:
        return (*sorted((_HOME / "docs").glob("*.md")), _HOME / "README.md")
    path = Path(knowledge)
    return files_in(path) if path.is_dir() else (path,)


def find_fact(
    question: str, runtime: Runtime[RunContext], knowledge: str | None = None
) -> dict[str, object]:
    """The few passages that can hold one fact."""
    return _found([question], knowledge, runtime, each=5)


def find_reasons(
    question: str, runtime: Runtime[RunContext], knowledge: str | None = None
) -> dict[str, object]:
    """More passages: reasons and steps stand at several places."""
    return _found([question], knowledge, runtime, each=8)


def find_sides(
    question: str,
    sides: tuple[str, ...],
    runtime: Runtime[RunContext],
    knowledge: str | None = None,
) -> dict[str, object]:
    """Passages on each of the two things, and on both together."""
    return _found([question, *sides], knowledge, runtime, each=4)


#: A best passage that covers less of a question than this says nothing on it.
_BEARS = 0.25


def _found(
    queries: list[str], knowledge: str | None, runtime: Runtime[RunContext], *, each: int
) -> dict[str, object]:
    shelf, notes = shelf_of(knowledge, context_of(runtime))
    try:
        found = [hit for query in queries for hit in shelf.search(query, limit=each)]
        terms = shelf.weights(queries[0])
        unknown = shelf.unknown(queries[0])
    finally:
        shelf.close()
    passages, left_out = _numbered(found)
    best = max((hit.score for hit in found), default=0.0)
    ordered = [*left_out, *notes]
    silent = [term for term in unknown if term in key_terms(terms)]
    if silent:
        ordered.append(f"Words that stand nowhere in the knowledge base: {', '.join(silent)}.")
    return {
        "passages": passages,
        "known": bool(passages) and best >= _BEARS,
        "places": tuple(dict.fromkeys(_place(each) for each in passages))[:3],
        "terms": dict(terms),
        "notes": tuple(ordered),
    }


def _numbered(found: list[Found]) -> tuple[tuple[schema.Passage, ...], list[str]]:
    """The passages by id, each once, without orders to whoever reads them."""
    passages: list[schema.Passage] = []
    notes: list[str] = []
    best = {hit.passage: hit.score for hit in sorted(found, key=lambda hit: hit.score)}
    for passage in dict.fromkeys(hit.passage for hit in found):
        read = guarded(passage.text, "")
        notes += order_note(passage.source, read.left_out)
        if read.text.strip():
            passages.append(
                schema.Passage(
                    id=f"p{len(passages) + 1}",
                    source=passage.source,
                    heading=passage.heading,
                    page=passage.page,
                    text=read.text.strip(),
                    score=round(best[passage], 3),
                )
            )
    return tuple(passages), list(dict.fromkeys(notes))


def _place(passage: schema.Passage) -> str:
    page = f", p. {passage.page}" if passage.page else ""
    begins = " ".join(passage.text.split())[:60]
    return f"{passage.source}{page}: {passage.heading or f'{begins} …'}"
