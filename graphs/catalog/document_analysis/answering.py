"""Answering one question: from memory, by quoting, or by a model that is held to its quotes."""

from collections.abc import Sequence

from ....nodes.blocking import in_thread
from ....nodes.grounding import numbers_in, page_of, stands_in
from ....nodes.offline.guard import guarded
from ....nodes.schemas import PageText
from .aspects import BY_QUESTION
from .schema import Cited, Finding, Inquiry, Quote, Reply
from .wording import best, lines_of, once

#: Sentences that an answer quotes, at most.
_MOST = 2
#: How sure it is that a sentence with an aspect's wording is of that aspect.
_OF_ASPECT = 0.6
#: What a model cannot bear out is never surer than this.
_UNPROVEN = 0.2


async def recall(inquiry: Inquiry) -> dict[str, object]:
    """What the thread knows already."""
    return {"finding": inquiry.known}


async def not_found(inquiry: Inquiry) -> dict[str, object]:
    """No passage has any of the question's words: that is an answer, too."""
    return {"finding": _finding(inquiry)}


async def quote(inquiry: Inquiry) -> dict[str, object]:
    """The sentences that answer best, as they stand."""
    return {"finding": await in_thread(_quoting, inquiry)}


def _quoting(inquiry: Inquiry) -> Finding:
    every = lines_of(inquiry.passages)
    look = BY_QUESTION.get(inquiry.question)
    if look is None:
        found = best(inquiry.question, every, most=_MOST)
    else:
        found = [(_OF_ASPECT, each) for each in once(every) if look.says(each.text)]
    if not found:
        return _finding(inquiry)
    quotes = tuple(Quote(text=each.text, page=each.page) for _, each in found)
    return _finding(
        inquiry,
        answer=" ".join(each.text for each in quotes),
        quotes=quotes,
        confidence=found[0][0],
    )


async def open_inquiry(inquiry: Inquiry) -> dict[str, object]:
    """The inquiry's parts, as the agent reads them."""
    return {
        "question": inquiry.question,
        "passages": list(inquiry.passages),
        "earlier": list(inquiry.earlier),
    }


async def ground(inquiry: Inquiry, reply: Reply) -> dict[str, object]:
    """The model's answer with the quotes that stand there, and what does not."""
    return {"finding": await in_thread(_grounded, inquiry, reply)}


def _grounded(inquiry: Inquiry, reply: Reply) -> Finding:
    if not reply.answer:
        return _finding(inquiry, by="model")
    text = "\n\n".join(each.text for each in inquiry.passages)
    orders = guarded(text, "").left_out
    refused: list[str] = []
    quotes: list[Quote] = []
    for cited in reply.quotes:
        page = _page(cited, inquiry.passages)
        if page is None:
            refused.append(f"This does not stand in the passages: {cited.text!r:.200}")
        elif any(stands_in(cited.text, each) or stands_in(each, cited.text) for each in orders):
            refused.append(f"This is an order to the reader, and no statement: {cited.text!r:.200}")
        else:
            quotes.append(Quote(text=cited.text, page=page))
    if not quotes:
        refused.append("The answer has no quote that bears it out.")
    known = " ".join((*(each.text for each in quotes), *inquiry.earlier, inquiry.question))
    strange = sorted(numbers_in(reply.answer) - numbers_in(known))
    if strange:
        refused.append(f"These numbers of the answer are in no quote: {', '.join(strange)}.")
    return _finding(
        inquiry,
        answer=reply.answer,
        quotes=tuple(quotes),
        confidence=min(reply.confidence, _UNPROVEN) if refused else reply.confidence,
        by="model",
        refused=tuple(refused),
    )


def _page(cited: Cited, passages: Sequence[PageText]) -> int | None:
    pages: dict[int, str] = {}
    for each in passages:
        pages[each.number] = f"{pages.get(each.number, '')}\n{each.text}"
    return page_of(cited.text, pages, cited.page)


def _finding(inquiry: Inquiry, **more: object) -> Finding:
    given = {"question": inquiry.question, "key": inquiry.key, "digest": inquiry.digest, **more}
    return Finding.model_validate(given)
