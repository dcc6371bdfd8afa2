"""What leaves the house: escalations, the plan and the table; and the person before that."""

import json
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from langgraph.runtime import Runtime

from ....nodes.documents.pdf import Page
from ....nodes.documents.search import rank_pages, words_query
from ....nodes.documents.tables import csv_text
from ....nodes.outbox import Message
from ....nodes.output import run_directory
from ....nodes.run_context import context_of
from ....state.context import RunContext
from ....state.errors import InputError
from ...leaving import send, write_files
from .judging import Update
from .schema import Escalation, Exchange, Group, Item, Judged, State

#: A question is answered with so many items.
_ANSWERS = 5


def prepare(state: State) -> Update:
    """The plan as text, and a letter for each item that is negative and cannot wait."""
    pairs = zip(state.items, state.judged, strict=True)
    letters = {
        made.id: made
        for item, each in pairs
        if each.sentiment == "negative" and each.priority == "high"
        for made in (_letter(item, each, state),)
    }
    return {"action_plan": _plan(state.plan), "escalations": tuple(letters.values())}


def _letter(item: Item, judged: Judged, state: State) -> Escalation:
    own = [item.id, item.date, item.customer, item.text]
    digest = sha256(json.dumps(own, ensure_ascii=True).encode()).hexdigest()
    name = f"ESC-{digest[:10].upper()}"
    known = {
        "Item": item.id + (f" (line {item.line})" if item.line else ""),
        "Date": item.date,
        "Customer": item.customer,
        "Channel": item.channel,
        "Rating": item.rating,
        "Topics": ", ".join(judged.topics),
        "Sentiment": f"negative, confidence {judged.confidence:.2f}, by {judged.read_by}",
        "Urgent by": judged.evidence,
        "To check": " ".join(judged.doubts),
    }
    facts = "\n".join(f"{key}: {value}" for key, value in known.items() if value)
    told = "\n".join(f"> {line}" for line in item.text.splitlines())
    return Escalation(
        id=name,
        item=item.id,
        to=state.escalate_to,
        subject=f"{name}: negative, high priority ({', '.join(judged.topics)})",
        body=f"{facts}\n\nThe customer wrote:\n{told}\n",
    )


def description(state: State) -> str:
    """What the person should know before deciding."""
    counts = Counter(each.sentiment or "not readable" for each in state.judged)
    kinds = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    letters = f"Escalations that would leave, to {state.escalate_to!r}: {len(state.escalations)}."
    lines = [f"Items: {len(state.judged)} ({kinds}). {letters}"]
    doubtful = [each for each in state.judged if each.doubts]
    lines += [f"To check: {each.id}: {' '.join(each.doubts)}" for each in doubtful[:10]]
    if len(doubtful) > 10:
        lines.append(f"To check: {len(doubtful) - 10} more, in the field 'doubts' of the items.")
    lines += [f"Note: {each}" for each in dict.fromkeys(state.notes)]
    lines += [f"You asked: {each.question}\n{each.answer}" for each in state.answers]
    return "\n".join(lines)


def answer(state: State) -> Update:
    """The items that a question is about, in their own words: a table has no opinion."""
    question = state.approval.message if state.approval else ""
    pages = [
        Page(number=at, text=f"{each.text} {item.id} {item.customer} {' '.join(item.topics)}")
        for at, (each, item) in enumerate(zip(state.items, state.judged, strict=True))
    ]
    found = rank_pages(pages, [words_query(question)])
    nearest = [(state.items[each.number], state.judged[each.number]) for each in found[:_ANSWERS]]
    told = [
        f"{each.id} ({each.sentiment or 'not readable'}): {' '.join(item.text.split())[:300]}"
        for item, each in nearest
    ]
    head = f"{len(found)} items have words of the question. The nearest:" if told else ""
    said = "\n".join([head, *told]) if told else "No item has words of the question."
    return {"answers": (Exchange(question=question, answer=said),)}


def deliver(state: State, runtime: Runtime[RunContext]) -> Update:
    """What was approved, once: the same decision writes the same files again."""
    directory = run_directory(context_of(runtime), state.out)
    written, notes = [], []
    for each in state.escalations:
        message = Message(to=each.to, subject=each.subject, body=each.body)
        try:
            written.append(send(directory / "outbox", message, key=each.id))
        except InputError as error:
            # One letter that cannot go must not hold up the others.
            notes.append(f"{each.id} was not sent: {error.message}")
    table = _table(state.items, state.judged)
    written += write_files(directory, {"items.csv": table, "action-plan.md": state.action_plan})
    edited = state.approval is not None and state.approval.type == "edit"
    return {
        "artifacts": tuple(written),
        "outcome": "edited" if edited else "approved",
        "notes": tuple(notes),
    }


def close(state: State) -> Update:
    """Nothing leaves; everything is kept."""
    message = state.approval.message if state.approval else ""
    return {
        "outcome": "rejected",
        "notes": (f"Rejected: {message}" if message else "Rejected without a message.",),
    }


_COLUMNS = "id line date customer sentiment confidence topics priority evidence doubts text".split()


def _table(items: Iterable[Item], judged: Iterable[Judged]) -> str:
    return csv_text(_COLUMNS, map(_row, items, judged))


def _row(item: Item, each: Judged) -> tuple[str, ...]:
    return (
        *(each.id, str(each.line or ""), item.date, each.customer, each.sentiment or ""),
        *(f"{each.confidence:.2f}", ", ".join(each.topics), each.priority),
        *(each.evidence, " ".join(each.doubts), item.text),
    )


def _plan(plan: Iterable[Group]) -> str:
    return "\n".join(["# Action plan", *(line for each in plan for line in _section(each))])


def _section(each: Group) -> list[str]:
    high = f", high priority: {each.high}" if each.high else ""
    quotes = (f"> {' '.join(quote.split())}" for quote in each.quotes)
    told = [
        f"\n## {each.topic}, for {each.owner}",
        f"Items: {each.items}, negative: {each.negative}{high}.",
        each.action,
        *quotes,
    ]
    return [line for line in told if line]
