"""The summary as text: put together from quotes, or laid out from a writer's words; and sent."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import cast

from langgraph.runtime import Runtime

from ....nodes.gates.words import words
from ....nodes.offline.picking import pick
from ....nodes.offline.source import Source
from ....nodes.outbox import Message
from ....nodes.output import run_directory
from ....nodes.questions import Exchange
from ....nodes.run_context import context_of
from ....nodes.schemas import PageText
from ....state.context import RunContext
from ....state.records import Verdict
from ... import leaving
from .schema import LEAST, WORDS, Risk, Statistic, Summary, Urgency

Update = dict[str, object]
#: How each variant is headed, in the summary and in the subject line.
_HEADS = {"urgent": "For decision", "standard": "Summary", "background": "For information"}


def quote(
    title: str,
    pages: list[PageText],
    statistics: list[Statistic],
    risks: list[Risk],
    urgency_found: Urgency,
) -> Update:
    """The document's own sentences within the words allowed, the variant's first thing first."""
    most = WORDS[urgency_found.level]
    lead = _lead(title, pages, urgency_found)
    room = most - len(words(lead)) - len(words("Figures. Risks."))
    shortest = urgency_found.level == "urgent"
    figures = [each for each in statistics if each.sentence not in lead]
    kept = _fitting(figures, risks, room, pages=pages, shortest=shortest)
    notes = [
        f"Quoted whole, {len(told)} of {len(every)} {name} fit into {most} words; the rest stands "
        "below it."
        for name, told, every in (("statistics", kept[0], figures), ("risks", kept[1], risks))
        if len(told) < min(LEAST, len(every))
    ]
    return {"summary": _laid_out(lead, *kept), "notes": notes}


def _lead(title: str, pages: Sequence[PageText], urgency: Urgency) -> str:
    paged = len(pages) > 1
    asked = [_cited(each.text, each.page, paged=paged) for each in urgency.decide]
    if urgency.level == "urgent":
        by = f" by {urgency.by.isoformat()}" if urgency.by else ""
        said = _within(asked, 60) or "The document names no decision to be taken."
        return f"To decide{by}: {said}"
    text = "\n\n".join(f"[page {each.number}]\n{each.text}" for each in pages)
    # Of the sentences that are about most of it, the first says what it is.
    central = [each.sentence for each in pick(Source(text).sentences, topic="", most=5)]
    main = [
        _cited(each.text, each.page, paged=paged)
        for each in sorted(central, key=lambda each: each.order)[:1]
    ]
    if urgency.level == "background":
        return " ".join([f"For information: {title}.", *main])
    return " ".join([f"{title}.", *main, *asked[:1]])


def _within(texts: Sequence[str], most: int) -> str:
    """As many of the texts as fit, and always the first."""
    kept: list[str] = []
    for each in texts:
        if not kept or len(words(" ".join([*kept, each]))) <= most:
            kept.append(each)
    return " ".join(kept)


def _fitting(
    statistics: Sequence[Statistic],
    risks: Sequence[Risk],
    room: int,
    *,
    pages: Sequence[PageText],
    shortest: bool,
) -> tuple[list[str], list[str]]:
    """What fits: one of each kind in turn, so that neither crowds out the other.

    They are given as they follow each other in the document: one may lean on the one before.
    """
    paged = len(pages) > 1
    text = " ".join(" ".join(each.text for each in pages).split())
    queues = [
        [
            (_cited(each.sentence, each.page, paged=paged), text.find(each.sentence))
            for each in found
        ]
        for found in (statistics, risks)
    ]
    if shortest:
        queues = [sorted(each, key=lambda quote: len(words(quote[0]))) for each in queues]
    kept: list[list[tuple[str, int]]] = [[], []]
    while any(queues):
        for queue, taken in zip(queues, kept, strict=True):
            if queue and (length := len(words(queue[0][0]))) <= room:
                taken.append(queue[0])
                room -= length
            del queue[:1]
    figures, feared = (
        [quote for quote, _ in sorted(taken, key=lambda each: each[1])] for taken in kept
    )
    return figures, feared


def _cited(text: str, page: int | None, *, paged: bool) -> str:
    return f"{text} (p. {page})" if paged and page else text


def lay_out(written: Summary) -> Update:
    """The writer's summary as text."""
    return {
        "summary": _laid_out(
            written.lead,
            [each.text for each in written.statistics],
            [each.text for each in written.risks],
        )
    }


def _laid_out(lead: str, statistics: Sequence[str], risks: Sequence[str]) -> str:
    parts = [lead]
    parts += [f"Figures. {' '.join(statistics)}"] if statistics else []
    parts += [f"Risks. {' '.join(risks)}"] if risks else []
    return "\n\n".join(parts)


def address(title: str, urgency_found: Urgency) -> str:
    """The subject line."""
    by = (
        f" by {urgency_found.by.isoformat()}"
        if urgency_found.level == "urgent" and urgency_found.by
        else ""
    )
    return f"{_HEADS[urgency_found.level]}{by}: {title}"[:150]


def describe(
    urgency_found: Urgency,
    statistics: list[Statistic],
    risks: list[Risk],
    summary: str,
    notes: list[str],
    shortfall: str | None = None,
    written: Summary | None = None,
    exchanges: Sequence[Exchange] = (),
) -> str:
    """What the person should know before it goes out."""
    lines = [
        f"May this be sent? {len(words(summary))} of {WORDS[urgency_found.level]} words, "
        f"{len(statistics)} statistics and {len(risks)} risks found.",
        f"Variant {urgency_found.level!r}, because:",
        *(f"  {each}" for each in urgency_found.reasons),
    ]
    lines += [shortfall] if shortfall else []
    if written is not None:
        lines += ["A model wrote it. Each point, and the sentence that it rests on:"]
        lines += _beside(written, statistics, risks)
    lines += [*_answered(exchanges), *(f"Note: {each}" for each in dict.fromkeys(notes))]
    return "\n".join(lines)


def _beside(
    written: Summary, statistics: Sequence[Statistic], risks: Sequence[Risk]
) -> Iterator[str]:
    """Each point of the writer's beside the document's own words, for the person to compare."""
    said = {each.id: each.sentence for each in statistics}
    said |= {each.id: each.sentence for each in risks}
    for point in (*written.statistics, *written.risks):
        yield f"  {' '.join(point.text.split())} [{point.of}: {said.get(point.of, 'nothing')}]"


def _answered(exchanges: Sequence[Exchange]) -> Iterator[str]:
    """What was asked at a review, and answered, the last first."""
    for each in reversed(exchanges):
        yield f"You asked: {each.question}"
        yield f"Answer: {each.answer}{f' (p. {each.page})' if each.page else ''}"


def describe_lack(
    shortfall: str,
    document: str,
    urgency_found: Urgency,
    notes: list[str],
    exchanges: Sequence[Exchange] = (),
) -> str:
    """What the person should know before deciding on too little."""
    lines = [
        f"{Path(document).name!r} ({urgency_found.level}): {shortfall} Approve to write with what "
        "there is, edit to add sentences that stand in the document, or reject to write nothing."
    ]
    lines += _answered(exchanges)
    return "\n".join([*lines, *(f"Note: {each}" for each in dict.fromkeys(notes))])


def send(  # noqa: PLR0913  # a step's parameters are the fields that it reads
    *,
    to: str,
    subject: str,
    summary: str,
    document: str,
    digest: str,
    pages: list[PageText],
    statistics: list[Statistic],
    risks: list[Risk],
    approval: Verdict,
    runtime: Runtime[RunContext],
    out: str | None = None,
) -> Update:
    """The approved summary as a message in the outbox; the same decision, the same file."""
    folder = run_directory(context_of(runtime), out) / "outbox"
    body = email(summary, document, statistics, risks, paged=len(pages) > 1)
    message = Message(to=to, subject=subject, body=body)
    path = leaving.send(folder, message, key=f"summary-{_named(digest, to, subject, body)}")
    outcome = "edited" if approval.type == "edit" else "approved"
    return {"outcome": outcome, "email": body, "artifacts": [path]}


def _named(*parts: str) -> str:
    """One name for one message about one document, in whichever run."""
    return sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def email(
    summary: str,
    document: str,
    statistics: Sequence[Statistic],
    risks: Sequence[Risk],
    *,
    paged: bool,
) -> str:
    """The summary, and below it the sentences that it rests on."""
    lines = [summary, "", f"What it rests on, in {Path(document).name}:"]
    told = [(each.id, each.sentence, each.page) for each in statistics]
    told += [(each.id, each.sentence, each.page) for each in risks]
    lines += [f"- {name}: {_cited(said, page, paged=paged)}" for name, said, page in told]
    return "\n".join(lines) + "\n"


def close(approval: Verdict | None = None, too_little: Verdict | None = None) -> Update:
    """Nothing is sent; everything that was found is kept."""
    decided = approval or too_little
    message = cast("Verdict", decided).message
    return {"outcome": "rejected", "notes": [f"Rejected: {message}" if message else "Rejected."]}
