"""The knowledge base as a shelf: what is read, kept by digest, and found again for a question."""

from hashlib import sha256
from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.documents.files import files_in
from ....nodes.models.connect import context_limit
from ....nodes.offline.guard import guarded
from ....nodes.offline.notes import order_note
from ....nodes.output import run_directory
from ....nodes.packing import approximate_tokens, pack
from ....nodes.run_context import context_of
from ....nodes.shelf import Found, Shelf
from ....nodes.stocking import stock
from ....state.context import OFFLINE, RunContext
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


def find_words(
    question: str, runtime: Runtime[RunContext], knowledge: str | None = None
) -> dict[str, object]:
    """Passages for an answer in quotes, whoever the model is."""
    return _found([question], knowledge, runtime, each=8, for_model=False)


#: A best passage that covers less of a question than this says nothing on it.
_BEARS = 0.25
#: So many passages are put before a model where no word leads to any.
_MOST = 60


def _found(
    queries: list[str],
    knowledge: str | None,
    runtime: Runtime[RunContext],
    *,
    each: int,
    for_model: bool = True,
) -> dict[str, object]:
    context = context_of(runtime)
    reader = _reader(context) if for_model else None
    shelf, notes = shelf_of(knowledge, context)
    try:
        found = [hit for query in queries for hit in shelf.search(query, limit=each)]
        terms = shelf.weights(queries[0])
        unknown = shelf.unknown(queries[0])
        bears = max((hit.score for hit in found), default=0.0) >= _BEARS
        if reader is not None and not bears:
            found, more = _whatever(shelf, found, reader)
            notes = (*notes, *more)
    finally:
        shelf.close()
    passages, left_out = _numbered(found)
    ordered = [*left_out, *notes]
    silent = [term for term in unknown if term in key_terms(terms)]
    if silent:
        ordered.append(f"Words that stand nowhere in the knowledge base: {', '.join(silent)}.")
    known = bool(passages) and (bears or reader is not None)
    return {
        "passages": passages,
        "known": known,
        "looked_at": len(passages) if known else 0,
        "places": tuple(dict.fromkeys(_place(each) for each in passages if each.score))[:3],
        "terms": dict(terms),
        "notes": tuple(ordered),
    }


def _reader(context: RunContext) -> str | None:
    """The model that understands other words than the question's; None: there is none."""
    named = (context.model, context.model_for("strong"))
    return next((model for model in named if model != OFFLINE), None)


def _whatever(shelf: Shelf, found: list[Found], model: str) -> tuple[list[Found], tuple[str, ...]]:
    """Where no word leads anywhere: what there is, as far as there is room, the best first."""
    rest = [Found(passage=each, score=0.0) for each in shelf.passages(limit=_MOST + 1)]
    met = {hit.passage for hit in found}
    packed = pack(
        [*found, *(hit for hit in rest if hit.passage not in met)],
        limit=context_limit(model) // 2,
        size=lambda hit: approximate_tokens(hit.passage.text),
        most=_MOST,
    )
    told = f"No passage has the question's words; the model was given {len(packed.kept)} of them."
    return list(packed.kept), (told,) if packed.dropped else ()


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
