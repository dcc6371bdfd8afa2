"""Reading the report: its pages, the ones that matter, the figures, trends and risks."""

import re
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langgraph.runtime import Runtime

from ....nodes.blocking import in_thread
from ....nodes.documents.deep import parse_pages
from ....nodes.documents.pdf import Page, digest_of, read_pages
from ....nodes.documents.search import PageIndex
from ....nodes.models.ask import ask
from ....nodes.models.connect import context_limit
from ....nodes.offline.source import Source
from ....nodes.offline.wording import company
from ....nodes.packing import approximate_tokens, pack
from ....nodes.run_context import context_of
from ....nodes.statements import grounded
from ....state.context import OFFLINE, RunContext
from ....state.errors import DocumentError, InputError
from ...calling import door
from . import grounding, prompts
from .schema import Figures, PageText, Risks, State, Statement, Trends

Update = dict[str, object]

#: The pages that one question is answered from, at most: more would bury the ones that matter.
FIGURE_PAGES = 8
TOPIC_PAGES = 6


async def load(state: State) -> Update:
    """Every page's plain text."""
    if not state.document:
        raise InputError("There is no document to read.", fix='Give {"document": "report.pdf"}.')
    path = Path(state.document)
    digest = await in_thread(digest_of, path)
    pages = await in_thread(read_pages, path, max_pages=state.max_pages)
    silent = [page.number for page in pages if not page.text.strip()]
    notes = [f"{len(silent)} of {len(pages)} pages hold no text."] if silent else []
    return {
        "digest": digest,
        "pages": tuple(PageText(number=page.number, text=page.text) for page in pages),
        "notes": tuple(notes),
    }


async def select(state: State, runtime: Runtime[RunContext]) -> Update:
    """The pages that can hold the figures, the trends and the risks, by full-text rank."""
    return await in_thread(_selected, state.pages, context_limit(context_of(runtime).model))


def _selected(texts: Sequence[PageText], limit: int) -> Update:
    pages = [Page(number=each.number, text=each.text) for each in texts]
    with closing(PageIndex(pages)) as index:
        figures = index.rank(prompts.FIGURE_QUERIES, numbers=True)
        trends = index.rank(prompts.TREND_QUERIES, numbers=True)
        risks = index.rank(prompts.RISK_QUERIES)
    packed = pack(figures, limit=limit, size=_tokens, most=FIGURE_PAGES)
    return {
        "figure_pages": _numbers(packed.kept),
        "left_out": _numbers(packed.dropped),
        "trend_pages": _topic(trends or pages, limit),
        "risk_pages": _topic(risks or pages, limit),
    }


def _topic(ranked: Iterable[Page], limit: int) -> tuple[int, ...]:
    return _numbers(pack(ranked, limit=limit, size=_tokens, most=TOPIC_PAGES).kept)


def _numbers(pages: Iterable[Page]) -> tuple[int, ...]:
    return tuple(sorted(page.number for page in pages))


def _tokens(page: Page) -> int:
    return approximate_tokens(page.text)


async def parse(state: State) -> Update:
    """The figures' pages in depth: tables with their headings."""
    if await in_thread(digest_of, Path(state.document)) != state.digest:
        raise DocumentError(
            f"{state.document!r} changed since the run began.",
            fix="Put the old file back and resume, or start a new run with the new one.",
        )
    pages = tuple(
        Page(number=each.number, text=each.text)
        for each in state.pages
        if each.number in state.figure_pages
    )
    deep = await in_thread(parse_pages, Path(state.document), pages, max_pages=state.max_pages)
    return {
        "parsed": tuple(PageText(number=page.number, text=page.text) for page in deep),
        "company": _company(state.pages),
    }


def _company(pages: Sequence[PageText]) -> str | None:
    """Who reports: the first pages name it most."""
    named = company(Source(as_document(pages[:4]))).value
    return str(named) if named else None


async def extract(state: State, runtime: Runtime[RunContext]) -> Update:
    """The figures as a typed object, each held against the page that it is said to stand on."""
    model = context_of(runtime).model
    messages = about(prompts.FIGURES, state.parsed)
    answer = await ask(model, Figures, messages, step="extract", door=door())
    checked, notes = grounding.figures(answer.value, [*state.parsed, *state.pages])
    if model != OFFLINE:
        document = as_document(state.parsed)
        checked, disputed = await in_thread(grounding.second_reading, checked, document)
        notes = (*notes, *disputed)
    if all(getattr(checked, name).value is None for name in Figures.model_fields):
        notes = (*notes, "No figure was found at all: this may be no annual report.")
    return {"figures": checked, "notes": notes, "usage": (answer.usage,)}


async def trends(state: State, runtime: Runtime[RunContext]) -> Update:
    """What moved the business."""
    model = context_of(runtime).model
    pages = chosen(state.pages, state.trend_pages)
    answer = await ask(model, Trends, about(prompts.TRENDS, pages), step="trends", door=door())
    kept, notes = grounded("trend", answer.value.trends, pages)
    return {"trends": kept, "notes": notes, "usage": (answer.usage,)}


async def risks(state: State, runtime: Runtime[RunContext]) -> Update:
    """What could hurt the business."""
    model = context_of(runtime).model
    pages = chosen(state.pages, state.risk_pages)
    answer = await ask(model, Risks, about(prompts.RISKS, pages), step="risks", door=door())
    kept, notes = grounded("risk", answer.value.risks, pages)
    return {"risks": kept, "notes": notes, "usage": (answer.usage,)}


def chosen(pages: Sequence[PageText], numbers: Iterable[int]) -> tuple[PageText, ...]:
    """The pages of those numbers."""
    wanted = set(numbers)
    return tuple(page for page in pages if page.number in wanted)


def about(task: str, pages: Iterable[PageText], *, asked: str = "") -> list[BaseMessage]:
    """A task and the pages to do it from, marked as data."""
    question = f"{asked}\n" if asked else ""
    document = f"<document>\n{as_document(pages)}\n</document>"
    return [SystemMessage(content=prompts.READER), HumanMessage(f"{document}\n{task}\n{question}")]


def as_document(pages: Iterable[PageText]) -> str:
    """Pages as a model reads them, each after its ``[page N]`` line.

    A page's own text can neither begin another page nor end the document.
    """
    return "\n\n".join(f"[page {page.number}]\n{_harmless(page.text)}" for page in pages)


def _harmless(text: str) -> str:
    return re.sub(r"\[(?=page \d)|<(?=/?document)", "(", text)


def cited(statements: Iterable[Statement]) -> list[PageText]:
    """Statements as pages of their own sentences, for the writer to choose from."""
    by_page: dict[int, list[str]] = {}
    for each in statements:
        by_page.setdefault(each.page or 0, []).append(each.text)
    return [PageText(number=number, text="\n\n".join(texts)) for number, texts in by_page.items()]
