"""Answering one question: from memory, by quoting, or by a model that is held to its quotes.

Where nothing is found, the finding says who looked where: that a document does not say something
nobody knows who has not read it all.
"""

from collections.abc import Sequence

from ....nodes.blocking import in_thread
from ....nodes.grounding import page_of, stands_in
from ....nodes.offline.guard import guarded
from ....nodes.schemas import PageText
from .aspects import BY_QUESTION
from .bearing import doubts, refusals
from .schema import NO_PASSAGE, Cited, Finding, Inquiry, Quote, Reply
from .sureness import doubts_on
from .wording import Statement, best, lines_of, once

#: Sentences that an answer quotes, at most.
_MOST = 2
#: How sure an answer may be that is for a person to judge: below what is remembered unseen.
_DOUBTFUL = 0.55
_LIST = "Found by its wording: there may be more of it, and not all of it need be of it."
#: What a model cannot bear out is never surer than this.
_UNPROVEN = 0.2


async def recall(inquiry: Inquiry) -> dict[str, object]:
    """What the thread knows already."""
    return {"finding": inquiry.known}


async def not_found(inquiry: Inquiry) -> dict[str, object]:
    """No passage has any of the question's words, or none that does fits the limit."""
    return {"finding": _finding(inquiry, open=inquiry.reason or NO_PASSAGE)}


async def quote(inquiry: Inquiry) -> dict[str, object]:
    """The sentences that answer best, as they stand."""
    return {"finding": await in_thread(_quoting, inquiry)}


def _quoting(inquiry: Inquiry) -> Finding:
    every = lines_of(inquiry.passages)
    look = BY_QUESTION.get(inquiry.question)
    if look is None:
        found, why = _judged(inquiry.question, best(inquiry.question, every, most=len(every)))
    else:
        found = [(_DOUBTFUL, each) for each in once(every) if look.says(each.text)]
        why = (_LIST,)
    if not found:
        return _finding(inquiry, open="No sentence was found with enough of the question's words.")
    quotes = tuple(Quote(text=each.text, page=each.page) for _, each in found)
    return _finding(
        inquiry,
        answer=" ".join(each.text for each in quotes),
        quotes=quotes,
        confidence=min(found[0][0], _DOUBTFUL) if why else found[0][0],
        doubts=why,
    )


def _judged(
    question: str, found: Sequence[tuple[float, Statement]]
) -> tuple[list[tuple[float, Statement]], tuple[str, ...]]:
    """The sentences that surely answer; else the likeliest, with what there is to doubt."""
    why = {each.text: doubts_on(question, each.text) for _, each in found}
    sure = [each for each in found if not why[each[1].text]]
    shown = (sure or sorted(found, key=lambda each: len(why[each[1].text])))[:_MOST]
    return shown, () if sure or not shown else tuple(why[shown[0][1].text])


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
    if not (reply.answer and reply.answer.strip()):
        read = "the passages that it was given" if inquiry.dropped else "the whole document"
        return _finding(inquiry, by="model", open=f"The model found no answer in {read}.")
    refused, quotes = _standing(inquiry, reply.quotes)
    told = [each.text for each in quotes]
    refused += refusals(reply.answer, told)
    why = () if refused else tuple(doubts(inquiry.question, reply.answer, told))
    if inquiry.question in BY_QUESTION:
        why = (_LIST,)
    most = _UNPROVEN if refused else _DOUBTFUL if why else 1.0
    return _finding(
        inquiry,
        answer=reply.answer,
        quotes=tuple(quotes),
        confidence=min(reply.confidence, most),
        by="model",
        refused=tuple(refused),
        doubts=why,
    )


def _standing(inquiry: Inquiry, cited: Sequence[Cited]) -> tuple[list[str], list[Quote]]:
    """What of the quotes does not count, and why; and those that stand in the passages."""
    text = "\n\n".join(each.text for each in inquiry.passages)
    orders = guarded(text, "").left_out
    refused: list[str] = []
    quotes: list[Quote] = []
    for each in cited:
        page = _page(each, inquiry.passages)
        if page is None:
            refused.append(f"This does not stand in the passages: {each.text!r:.200}")
        elif any(stands_in(each.text, one) or stands_in(one, each.text) for one in orders):
            refused.append(f"This is an order to the reader, and no statement: {each.text!r:.200}")
        else:
            quotes.append(Quote(text=_whole(each.text, page, inquiry.passages), page=page))
    if not quotes:
        refused.append("The answer has no quote that bears it out.")
    return refused, quotes


def _whole(text: str, page: int, passages: Sequence[PageText]) -> str:
    """The sentence that a quote is a part of: what is left off may be its condition."""
    here = (each for each in lines_of(passages) if each.page == page)
    return next((each.text for each in here if stands_in(text, each.text)), text)


def _page(cited: Cited, passages: Sequence[PageText]) -> int | None:
    pages: dict[int, str] = {}
    for each in passages:
        pages[each.number] = f"{pages.get(each.number, '')}\n{each.text}"
    return page_of(cited.text, pages, cited.page)


def _finding(inquiry: Inquiry, **more: object) -> Finding:
    given = {"question": inquiry.question, "key": inquiry.key, "digest": inquiry.digest, **more}
    return Finding.model_validate(given)
