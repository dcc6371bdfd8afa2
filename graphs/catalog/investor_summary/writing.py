"""Writing: the writer's choice, the text, and the PDF that goes with it."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.blocking import in_thread
from ....nodes.documents.pdf import Page
from ....nodes.documents.search import rank_pages, words_query
from ....nodes.models.ask import ask
from ....nodes.offline.picking import pick
from ....nodes.offline.source import Source
from ....nodes.output import run_directory, write_whole
from ....nodes.reports import render_pdf
from ....nodes.run_context import context_of
from ....nodes.statements import grounded
from ....state.context import OFFLINE, RunContext
from ...calling import call, door
from . import compose, prompts
from .reading import Update, about, as_document, chosen, cited
from .schema import Draft, Figure, PageText, State, Statement


async def write(state: State, runtime: Runtime[RunContext]) -> Update:
    """A draft from figures, trends and risks; after a rejection, from the reviewer's words too."""
    model = context_of(runtime).model
    message = state.final_approval.message if state.final_approval is not None else ""
    facts = compose.figure_statements(state.figures) if state.figures else []
    more = await in_thread(_sentences_on, message, state.pages)
    material = cited([*facts, *state.trends, *state.risks, *more])
    asked = f"Reviewer's message: {message}" if message else ""
    answer = await ask(
        model, Draft, about(prompts.WRITE, material, asked=asked), step="write", door=door()
    )
    draft, notes = _held(answer.value, [*material, *state.pages])
    draft = compose.with_facts(draft, facts)
    text = compose.summary(state, draft, words=compose.wanted_words(message))
    return {
        "draft": draft,
        "summary": text,
        "drafted": text,
        "email": compose.email(state, text),
        "round": state.round + 1,
        "notes": (*notes, *_reply_to(message, more, model, again=state.round > 0), *_lacks(draft)),
        "usage": (answer.usage,),
    }


def _sentences_on(message: str, pages: tuple[PageText, ...]) -> list[Statement]:
    """What the report says on the reviewer's words."""
    query = words_query(message)
    if not query:
        return []
    plain = [Page(number=each.number, text=each.text) for each in pages]
    best = [page.number for page in rank_pages(plain, [query])[:4]]
    source = Source(as_document(chosen(pages, best)))
    return [
        Statement(text=each.sentence.text, page=each.sentence.page, evidence=each.sentence.text)
        for each in pick(source.sentences, topic=message, most=3)
    ]


def _held(draft: Draft, pages: list[PageText]) -> tuple[Draft, tuple[str, ...]]:
    statistics, fell = grounded("statistic", draft.statistics, pages)
    trends, fell_too = grounded("trend", draft.trends, pages)
    risks, fell_also = grounded("risk", draft.risks, pages)
    kept = Draft(statistics=list(statistics), trends=list(trends), risks=list(risks))
    return kept, (*fell, *fell_too, *fell_also)


def _reply_to(message: str, more: list[Statement], model: str, *, again: bool) -> tuple[str, ...]:
    if not message:
        return ("Rejected without a message: there was nothing to write by.",) if again else ()
    if not more:
        return (f"The report says nothing on the reviewer's words: {message!r}.",)
    if model == OFFLINE:
        return ("offline:extract chose again by the reviewer's words; it cannot rewrite.",)
    return ()


def _lacks(draft: Draft) -> tuple[str, ...]:
    """Where the report gives less than a summary should have, the summary says so."""
    short = []
    for name, found in (("statistics", draft.statistics), ("risks", draft.risks)):
        if len(found) < 3:
            short.append(f"{name.capitalize()} that the report yields: {len(found)}.")
    return tuple(short)


async def format(  # the step's promised name
    state: State, runtime: Runtime[RunContext]
) -> Update:
    """The draft's PDF and e-mail as files, for the reviewer to open."""
    context = context_of(runtime)
    # A draft is the run's own; two runs may well be told to deliver to one place.
    directory = run_directory(context, None) / f"draft-{state.round}"
    paths = await publish(state, directory, status="draft", model=context.model)
    return {"artifacts": paths}


async def publish(state: State, directory: Path, *, status: str, model: str) -> tuple[str, ...]:
    """Write the PDF and the e-mail, each whole or not at all; the same state, the same files."""
    written = await call(
        "write files",
        _written,
        {
            "printed": _printed(state, status=status, model=model),
            "email": state.email,
            "stem": str(directory / Path(state.document).stem),
        },
        "idempotent",
    )
    return tuple(written)


async def _written(printed: dict[str, object], email: str, stem: str) -> list[str]:
    return await in_thread(_write, printed, email, stem)


def _write(printed: dict[str, object], email: str, stem: str) -> list[str]:
    template = files(__package__).joinpath("summary.typ").read_text(encoding="utf-8")
    return [
        write_whole(Path(f"{stem}-summary.pdf"), render_pdf(template, printed)),
        write_whole(Path(f"{stem}-email.txt"), email.encode()),
    ]


def _printed(state: State, *, status: str, model: str) -> dict[str, object]:
    """What the template prints."""
    revenue = state.figures.revenue if state.figures else Figure()
    return {
        "company": state.company,
        "document": Path(state.document).name,
        "period": revenue.period,
        "figures": _tiles(state),
        "summary": state.summary,
        # What an editor took out must not come back at another place.
        "trends": [] if status == "edited" else _further(state.trends, state.summary),
        "risks": [] if status == "edited" else _further(state.risks, state.summary),
        "notes": list(dict.fromkeys(state.notes)) if status == "draft" else [],
        "model": model,
        "status": status,
        "decided_by": None,
    }


def _further(found: Sequence[Statement], summary: str) -> list[dict[str, object]]:
    """The statements that the summary had no room for."""
    said = compose.plain(summary)
    return [
        each.model_dump(include={"text", "page"})
        for each in found
        if compose.plain(each.text) not in said
    ]


def _tiles(state: State) -> list[dict[str, object]]:
    if state.figures is None:
        return []
    tiles: list[dict[str, object]] = []
    for name, label in compose.LABELS.items():
        figure: Figure = getattr(state.figures, name)
        stated = figure.value is not None
        is_change = name == "revenue_growth"
        unit = "per cent" if is_change else f"{figure.currency or ''} {figure.scale or ''}".strip()
        tiles.append(
            {
                "label": label,
                "value": f"{figure.value:,.10g}" if stated else None,
                "unit": unit,
                "period": figure.period,
                "page": figure.page,
                "confidence": figure.confidence if stated else None,
                "reason": figure.reason,
                "evidence": figure.evidence,
                "computed": figure.computed,
            }
        )
    return tiles
