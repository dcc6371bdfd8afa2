"""Reading the document: its pages, what it states, and whether that is enough for a summary."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Literal, TypeVar

from langgraph.runtime import Runtime

from ....nodes.blocking import in_thread
from ....nodes.documents.files import read_file
from ....nodes.documents.pdf import MAX_PAGES, Page
from ....nodes.offline.guard import guarded
from ....nodes.offline.language import is_english
from ....nodes.offline.notes import language_note, offline_note, order_note
from ....nodes.offline.source import Source
from ....nodes.questions import answer_from
from ....nodes.run_context import context_of
from ....nodes.schemas import PageText
from ....nodes.statements import Statement, grounded
from ....nodes.telling import feared, numbered, printed_numbers, tells_risk
from ....state.context import OFFLINE, RunContext
from ....state.records import Verdict
from ...calling import call, door
from .schema import LEAST, Level, Opinion, Risk, Risks, Sign, Statistic, Statistics, Urgency
from .urgency import settled, signs_in

Update = dict[str, object]
#: Statistics and risks that are looked at, of each.
_FOUND = 8


async def read(
    document: str,
    runtime: Runtime[RunContext],
    as_of: date | None = None,
    max_pages: int = MAX_PAGES,
) -> Update:
    """The pages, what the document is called, the day, and whether a model writes."""
    file = await in_thread(read_file, Path(document), max_pages=max_pages)
    model = context_of(runtime).model
    orders = [said for page in file.pages for said in guarded(page.text, "").left_out]
    notes = list(offline_note(model, "writes no sentence of its own: the summary is quoted"))
    notes += [*order_note("The document", orders), *language_note("The document", file.text)]
    silent = sum(not page.text.strip() for page in file.pages)
    notes += [f"{silent} of {len(file.pages)} pages hold no text."] if silent else []
    return {
        "pages": [
            PageText(number=page.number, text=_plain(page.text, file.kind)) for page in file.pages
        ],
        "digest": file.digest,
        "title": _title(file.pages, Path(document)),
        "today": as_of or call("today", date.today, {}, effect="pure"),
        "hand": "quotes" if model == OFFLINE else "model",
        "notes": notes,
    }


#: First lines that many documents have in common.
_FORM = re.compile(
    r"(?:table of )?contents\b|index$|memo(?:randum)?$|draft$|(?:strictly )?confidential\b|page \d",
    re.IGNORECASE,
)


def _plain(text: str, kind: str) -> str:
    """A page without Markdown's marks for emphasis, which would stand in every quote."""
    return re.sub(r"\*\*|__", "", text) if kind == "markdown" else text


def _title(pages: Sequence[Page], path: Path) -> str:
    """The document's own heading where it has one: a short first line that is no sentence.

    A word or two ("UNITED STATES", "Minutes") is the head of a form: its file's name says more.
    """
    lines = [line.strip(" #*=_\t") for page in pages[:1] for line in page.text.split("\n")]
    first = next((line for line in lines if line), "")
    name = first.partition(":")[0]
    is_head = 3 <= len(first.split()) <= 14 and first[-1:] not in ".,;" and not _FORM.match(first)
    if name.lower() in {"from", "to", "date", "cc", "subject"}:
        subject = next((line for line in lines if line.lower().startswith("subject:")), "")
        return subject.partition(":")[2].strip() or path.stem
    return " ".join(first.split()) if is_head else path.stem.replace("_", " ")


def hold(
    found_statistics: Statistics,
    found_risks: Risks,
    pages: list[PageText],
    hand: Literal["quotes", "model"],
) -> Update:
    """What stands in the document of what was found, and what is lacking."""
    said, afraid = found_statistics.statistics, found_risks.risks
    if hand == "quotes" and is_english(Source("\n".join(each.text for each in pages))):
        # The extractor knows statistics by money and shares; of a memo every number counts.
        safe = [_without_orders(page) for page in pages]
        said = [*said, *islice(numbered(safe), _FOUND)]
        afraid = [
            each for each in (*afraid, *islice(feared(safe), _FOUND)) if tells_risk(each.text)
        ]
    numbers, fell = grounded("statistic", said, pages, called="document")
    risks, fell_too = grounded("risk", afraid, pages, called="document")
    statistics = [
        Statistic(id="", number=number, sentence=each.evidence, page=each.page)
        for each in numbers
        if (number := _number(each)) is not None
    ]
    without = len(numbers) - len(statistics)
    more = [f"{without} statistic(s) left out: their sentences state no number."] if without else []
    kept = [Risk(id="", sentence=each.evidence, page=each.page) for each in risks]
    return {**_counted(*_apart(statistics, kept)), "notes": [*fell, *fell_too, *more]}


def _without_orders(page: PageText) -> PageText:
    return page.model_copy(update={"text": guarded(page.text, "").text})


def _apart(
    statistics: Sequence[Statistic], risks: Sequence[Risk]
) -> tuple[list[Statistic], list[Risk]]:
    """A sentence counts once: as a risk where it says what could be, else as a statistic."""
    both = {each.sentence for each in statistics} & {each.sentence for each in risks}
    afraid = {each for each in both if tells_risk(each)}
    return (
        [each for each in statistics if each.sentence not in afraid],
        [each for each in risks if each.sentence not in both - afraid],
    )


def _number(each: Statement) -> str | None:
    """The number of a statement as its sentence prints it: the one that the statement tells."""
    printed = printed_numbers(each.evidence)
    told = [number for number in printed if number in each.text]
    return next(iter([*told, *printed]), None)


def hold_again(statistics: list[Statistic], risks: list[Risk], pages: list[PageText]) -> Update:
    """What a person left or added, held against the document as the models' findings were."""
    said = [
        Statement(text=each.sentence, page=each.page, evidence=each.sentence)
        for each in statistics
        if each.number in each.sentence
    ]
    feared = [
        Statement(text=each.sentence, page=each.page, evidence=each.sentence) for each in risks
    ]
    numbers = {each.sentence: each.number for each in statistics}
    kept, fell = grounded("statistic", said, pages, called="document")
    left, fell_too = grounded("risk", feared, pages, called="document")
    made = [
        Statistic(id="", number=numbers[each.text], sentence=each.text, page=each.page)
        for each in kept
    ]
    found = [Risk(id="", sentence=each.text, page=each.page) for each in left]
    return {**_counted(made, found), "notes": [*fell, *fell_too]}


def _counted(statistics: Sequence[Statistic], risks: Sequence[Risk]) -> Update:
    """The first of both without doubles and with ids, and what there is too little of."""
    told = _once(statistics)
    afraid = _once(risks)
    short = [
        f"{len(found)} {name}{'' if len(found) == 1 else 's'}"
        for name, found in (("statistic", told), ("risk", afraid))
        if len(found) < LEAST
    ]
    lacking = f"Found in it: {' and '.join(short)}; {LEAST} of each are wanted."
    return {
        "statistics": [each.model_copy(update={"id": f"S{at}"}) for at, each in enumerate(told, 1)],
        "risks": [each.model_copy(update={"id": f"R{at}"}) for at, each in enumerate(afraid, 1)],
        "shortfall": lacking if short else None,
    }


Kept = TypeVar("Kept", Statistic, Risk)


def _once(found: Sequence[Kept]) -> list[Kept]:
    """The first of those that say the same: one may be a part of another, with its heading."""
    kept: list[Kept] = []
    for each in found:
        plain = _letters(each.sentence)
        others = [_letters(one.sentence) for one in kept]
        if not any(plain in other or other in plain for other in others):
            kept.append(each)
    return kept[:_FOUND]


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())


def find_signs(pages: list[PageText], today: date) -> list[Sign]:
    """The sentences by which the document is urgent or not."""
    return signs_in(pages, today)


def settle_urgency(
    signs: list[Sign],
    pages: list[PageText],
    today: date,
    urgency: Literal["auto"] | Level,
    opinion: Opinion | None = None,
) -> Urgency:
    """The variant to write, with the reasons."""
    given = None if urgency == "auto" else urgency
    return settled(signs, given=given, opinion=opinion, pages=pages, today=today)


async def answer_on_lack(
    pages: list[PageText], too_little: Verdict, runtime: Runtime[RunContext]
) -> Update:
    """The answer to what the person asks before deciding on too little."""
    return await _answer(pages, too_little, runtime, step="answer_on_lack")


async def answer(pages: list[PageText], approval: Verdict, runtime: Runtime[RunContext]) -> Update:
    """The answer to what the person asks before the summary goes out."""
    return await _answer(pages, approval, runtime, step="answer")


async def _answer(
    pages: list[PageText], asked: Verdict, runtime: Runtime[RunContext], *, step: str
) -> Update:
    exchange, spent = await answer_from(
        [Page(number=each.number, text=each.text) for each in pages],
        asked.message,
        model=context_of(runtime).model,
        step=step,
        door=door(),
    )
    return {"exchanges": [exchange], "usage": spent}
