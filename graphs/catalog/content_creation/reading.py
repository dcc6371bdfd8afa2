"""What each agent is given to read: chosen by the brief's words, under its limit, and on record."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.blocking import in_thread
from ....nodes.context import whole
from ....nodes.documents.pdf import Page
from ....nodes.documents.search import rank_pages, words_query
from ....nodes.offline.notes import offline_note
from ....nodes.packing import approximate_tokens, pack
from ....nodes.questions import Exchange, answer_from
from ....nodes.run_context import context_of
from ....state.context import OFFLINE, RunContext
from ....state.records import Verdict
from ...calling import door
from .brief import Brief, read_brief, sources_of
from .library import mistrusted, passages_of, placed, quoted, ranked, standing
from .schema import (
    ADDED,
    LIMITS,
    MOST,
    Draft,
    Note,
    Passage,
    Research,
    Review,
    Section,
    Seen,
)

Update = dict[str, object]
#: Tokens of a limit that are left for what an agent is always told: its task, rules and form.
ALWAYS = 1200
#: More than any agent may read: here only the size is asked for.
_ANY = 10**9


async def read(brief: str, runtime: Runtime[RunContext], sources: str | None = None) -> Update:
    """The brief, every passage of the sources, and whether there is a model that writes."""
    path = Path(brief)
    assignment = await in_thread(read_brief, path)
    files = await in_thread(sources_of, assignment, path, sources)
    passages, notes = await in_thread(passages_of, files)
    model = context_of(runtime).model
    note = offline_note(model, "writes no article: it puts quotes under the brief's headings")
    return {
        "assignment": assignment,
        "library": passages,
        "hand": "quotes" if model == OFFLINE else "model",
        "notes": [*note, *notes],
    }


def for_researcher(assignment: Brief, library: list[Passage]) -> Update:
    """The passages that have words of the brief, the nearest first, as many as fit."""
    near = ranked(assignment, library)
    fixed = {"assignment": assignment}
    packed = pack(near, limit=_room("researcher", fixed), size=_tokens)
    kept = sorted(packed.kept, key=lambda each: each.number)
    names = [f"{each.source} {each.place}" for each in kept]
    away = [f"{each.source} {each.place}: no room" for each in packed.dropped]
    away += [
        f"{each.source} {each.place}: no word of the brief" for each in library if each not in near
    ]
    seen = _seen("researcher", 1, {**fixed, "passages": kept}, names, away)
    return {"passages": kept, "contexts": [seen]}


def gather(assignment: Brief, passages: list[Passage]) -> Update:
    """Notes without a researcher: the sentences nearest to each heading, from whom may be cited."""
    away = mistrusted(assignment, passages)
    return {
        "research": quoted(assignment, [each for each in passages if each not in away]),
        "notes": [
            f"Not quoted: {each.source}, {each.place}. The brief does not let {each.url} be cited."
            for each in away
        ],
    }


def place(research: Research, passages: list[Passage]) -> Update:
    """The notes with file and place."""
    notes = list(dict.fromkeys(research.notes))
    more = [f"{len(notes) - MOST} notes beyond {MOST} are left out."] if len(notes) > MOST else []
    kept, lost = placed(notes[:MOST], passages)
    none = ["No notes were taken from the sources."] if not kept else []
    return {"findings": kept, "notes": [*more, *lost, *none]}


def mark_added(findings: list[Note], passages: list[Passage]) -> Update:
    """The notes as the person left them; one that stands in no source says whose word it is."""
    kept = [each if standing(each.quote, passages) else _added(each) for each in findings]
    added = [each.text for each in kept if each.source == ADDED]
    notes = [f"Added at the review, and in no source: {each!r}" for each in added]
    return {"findings": kept, "notes": notes}


def _added(note: Note) -> Note:
    return note.model_copy(update={"source": ADDED, "place": "no source", "url": None})


def for_writer(
    assignment: Brief,
    findings: list[Note],
    round: int | None = None,  # the state's own name for it
    draft: Draft | None = None,
    review: Review | None = None,
    checks: list[str] | None = None,
) -> Update:
    """The notes nearest to the brief, as many as fit beside the last draft and what was found."""
    turn = (round or 0) + 1
    fixed: dict[str, object] = {"assignment": assignment}
    fixed |= {"draft": draft, "review": review, "checks": checks} if draft is not None else {}
    kept, seen = _notes_for("writer", turn, fixed, findings, _words_of(assignment))
    return {"writer_notes": kept, "round": turn, "contexts": [seen]}


def for_reviewer(
    assignment: Brief, draft: Draft, checks: list[str], findings: list[Note], round: int
) -> Update:
    """The draft, what was measured, and the notes nearest to the draft, as many as fit."""
    fixed: dict[str, object] = {"assignment": assignment, "draft": draft, "checks": checks}
    about = [each.text for each in draft.sections]
    kept, seen = _notes_for("reviewer", round, fixed, findings, about)
    return {"reviewer_notes": kept, "contexts": [seen]}


def for_editor(
    assignment: Brief, draft: Draft, review: Review, findings: list[Note], round: int
) -> Update:
    """The last draft with what was found, and the notes nearest to it, as many as fit."""
    fixed: dict[str, object] = {"assignment": assignment, "draft": draft, "review": review}
    about = [each.text for each in draft.sections]
    kept, seen = _notes_for("editor", round, fixed, findings, about)
    return {"editor_notes": kept, "contexts": [seen]}


def _notes_for(
    agent: str,
    turn: int,
    fixed: Mapping[str, object],
    findings: Sequence[Note],
    about: Sequence[str],
) -> tuple[list[Note], Seen]:
    pages = [Page(number=at, text=f"{each.text} {each.quote}") for at, each in enumerate(findings)]
    queries = [query for each in about if (query := words_query(each))]
    near = [findings[page.number] for page in rank_pages(pages, queries)]
    order = list(dict.fromkeys([*near, *findings]))
    packed = pack(order, limit=_room(agent, fixed), size=_tokens)
    kept = [each for each in dict.fromkeys(findings) if each in packed.kept]
    names = [f"{each.source} {each.place}" for each in kept]
    away = [f"{each.source} {each.place}: no room" for each in packed.dropped]
    return kept, _seen(agent, turn, {**fixed, f"{agent}_notes": kept}, names, away)


def _words_of(assignment: Brief) -> list[str]:
    return [assignment.topic, *assignment.headings, *assignment.keywords]


def _room(agent: str, fixed: Mapping[str, object]) -> int:
    return LIMITS[agent] - ALWAYS - _size(fixed)


def _size(material: Mapping[str, object]) -> int:
    return whole(material, limit=_ANY, step="").tokens


def _tokens(item: Passage | Note) -> int:
    """An item as a list shows it, with its dashes and indents."""
    return _size({"": [item]}) + approximate_tokens("  " * len(type(item).model_fields))


def _seen(
    agent: str,
    turn: int,
    material: Mapping[str, object],
    given: list[str],
    dropped: list[str],
) -> Seen:
    return Seen(
        agent=agent,
        round=turn,
        limit=LIMITS[agent],
        tokens=_size(material),
        fields=list(material),
        given=given,
        dropped=dropped,
    )


async def answer(
    library: list[Passage], needs_writer: Verdict, runtime: Runtime[RunContext]
) -> Update:
    """The answer of the sources to what the person asks before writing."""
    return await _answer(library, needs_writer, runtime, step="answer")


async def answer_on_notes(
    library: list[Passage], research_validation: Verdict, runtime: Runtime[RunContext]
) -> Update:
    """The same, before the notes are taken for right."""
    return await _answer(library, research_validation, runtime, step="answer_on_notes")


async def answer_on_article(
    library: list[Passage], final_approval: Verdict, runtime: Runtime[RunContext]
) -> Update:
    """The same, before the article appears."""
    return await _answer(library, final_approval, runtime, step="answer_on_article")


async def _answer(
    library: list[Passage], asked: Verdict, runtime: Runtime[RunContext], *, step: str
) -> Update:
    pages = [Page(number=each.number, text=each.text) for each in library]
    exchange, spent = await answer_from(
        pages,
        asked.message,
        model=context_of(runtime).model,
        step=step,
        door=door(),
        called="folder of sources",
    )
    where = {each.number: f" ({each.source}, {each.place})" for each in library}
    said = exchange.answer + where.get(exchange.page or 0, "")
    return {
        "exchanges": [Exchange(question=exchange.question, answer=said)],
        "usage": spent,
    }


def sections_of(article: str) -> Draft:
    """An article as somebody wrote it by hand, by its Markdown headings."""
    title, heading, sections, lines = "", "", list[Section](), list[str]()
    for line in [*article.split("\n"), "# "]:
        if not line.startswith("#"):
            lines.append(line)
            continue
        text = "\n".join(lines).strip()
        if text:
            sections.append(Section(heading=heading or "Text", text=text))
        lines, heading = [], line.strip("# ")
        title = title or (heading if line.startswith("# ") else "")
    return Draft(title=title or "Article", sections=sections or [Section(heading="Text", text="-")])
