"""Choosing what each question is answered from: memory, or the passages that fit the limit."""

from collections.abc import Iterator, Mapping, Sequence

from langgraph.runtime import Runtime

from ....nodes.blocking import in_thread
from ....nodes.documents.pdf import Page
from ....nodes.documents.search import PageIndex, words_query
from ....nodes.entities import sentences
from ....nodes.packing import approximate_tokens, pack
from ....nodes.run_context import context_of
from ....nodes.schemas import PageText
from ....state.context import OFFLINE, RunContext
from .aspects import LOOKS
from .schema import NO_PASSAGE, Finding, Inquiry, State, key_of

#: Words of one passage: a paragraph, so that the limit is spent on what matters.
_PASSAGE = 60
#: Characters of a table that reads as one sentence, before it is cut.
_LONGEST = 500
#: Earlier findings take no more than this share of a context.
_EARLIER = 0.25


async def select(state: State, runtime: Runtime[RunContext]) -> dict[str, object]:
    """An inquiry for each question and each aspect, each asked once."""
    offline = context_of(runtime).model == OFFLINE
    return {"inquiries": await in_thread(_selected, state, offline)}


def _selected(state: State, offline: bool) -> tuple[Inquiry, ...]:
    looks = [LOOKS[each] for each in state.aspects]
    asked = {key_of(each): (each, words_query(each)) for each in state.questions}
    asked |= {key_of(each.question): (each.question, each.query) for each in looks}
    newest = {each.key: each for each in state.memory if each.digest == state.digest}
    # What was not found is looked for again: with more room, or by another model.
    known = {key: each for key, each in newest.items() if each.answer is not None}
    shelf = _Shelf(state.pages)
    try:
        return tuple(
            _remembered(question, known[key], shelf)
            if key in known
            else _inquiry(question, query, state, known, shelf, offline)
            for key, (question, query) in asked.items()
        )
    finally:
        shelf.close()


class _Shelf:
    """The document's passages, indexed once for all questions."""

    def __init__(self, pages: Sequence[PageText]) -> None:
        self.pieces = [
            PageText(number=page.number, text=piece)
            for page in pages
            for piece in _pieces(page.text)
        ]
        self.whole = sum(_size(each) for each in self.pieces)
        self._index = PageIndex(
            [Page(number=at, text=each.text) for at, each in enumerate(self.pieces)]
        )

    def best(self, queries: Sequence[str]) -> list[int]:
        return [page.number for page in self._index.rank([each for each in queries if each])]

    def close(self) -> None:
        self._index.close()


def _pieces(text: str) -> Iterator[str]:
    """A page in pieces of a few sentences, a line for each; headings go with what follows."""
    held: list[str] = []
    for each in sentences(text):
        for start in range(0, len(each.text), _LONGEST):
            if held and sum(len(part.split()) for part in held) > _PASSAGE:
                yield "\n".join(held)
                held = []
            held.append(each.text[start : start + _LONGEST])
    if held:
        yield "\n".join(held)


def _size(piece: PageText) -> int:
    return approximate_tokens(f"[page {piece.number}]\n{piece.text}\n\n")


def _remembered(question: str, known: Finding, shelf: _Shelf) -> Inquiry:
    told = known.model_copy(update={"remembered": True, "question": question})
    return Inquiry(
        question=question,
        key=known.key,
        way="remembered",
        known=told,
        whole=shelf.whole,
        digest=known.digest,
    )


def _inquiry(
    question: str,
    query: str,
    state: State,
    known: Mapping[str, Finding],
    shelf: _Shelf,
    offline: bool,
) -> Inquiry:
    earlier, names = _earlier(question, list(known.values()), int(state.context_limit * _EARLIER))
    # What was found before helps to find: who "the tenant" is. The question itself counts twice.
    found = shelf.best([query, query, words_query(names)]) if query else []
    beside = sum(approximate_tokens(each) for each in (question, *earlier))
    room = state.context_limit - beside
    # A model may know the answer in other words, or in another language: it reads from the top.
    reads = found if found or offline else range(len(shelf.pieces))
    packed = pack(reads, limit=room, size=lambda at: _size(shelf.pieces[at]))
    chosen = [shelf.pieces[at] for at in sorted(packed.kept)]
    reason = "No passage fits the limit." if reads else NO_PASSAGE
    return Inquiry(
        question=question,
        key=key_of(question),
        way=("quote" if offline else "ask") if chosen else "nothing",
        reason="" if chosen else reason,
        passages=tuple(chosen),
        earlier=earlier,
        tokens=beside + packed.tokens if chosen else 0,
        whole=beside + shelf.whole,
        dropped=len(shelf.pieces) - len(chosen),
        digest=state.digest,
    )


def _earlier(question: str, known: Sequence[Finding], room: int) -> tuple[tuple[str, ...], str]:
    """The earlier findings that share a telling word with a question, and their own words."""
    asked = set(words_query(question).split(" OR "))
    near = [
        each
        for each in known
        if each.answer and asked & set(words_query(f"{each.question} {each.answer}").split(" OR "))
    ]
    near.sort(key=lambda each: -len(asked & set(words_query(str(each)).split(" OR "))))
    packed = pack(near, limit=room, size=lambda each: approximate_tokens(str(each)))
    return tuple(map(str, packed.kept)), " ".join(each.answer or "" for each in packed.kept)
