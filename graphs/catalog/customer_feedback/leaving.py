"""What leaves the house: escalations, the plan and the table; and the person before that."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

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
#: So many letters a person can look through; what is beyond goes into one.
_LETTERS = 100
#: So many items to check are told in the review; the plan's table has all of them.
_SHOWN = 25
#: What would be a heading, a link, a picture or a tag where somebody renders the plan.
_MARKUP = re.compile(r"([\\`*_\[\]#|~])")


def prepare(state: State) -> Update:
    """The plan as text, and a letter for each item that cannot wait."""
    pairs = zip(state.items, state.judged, strict=True)
    waiting = [(item, each) for item, each in pairs if each.priority == "high"]
    made = [_letter(item, each, state) for item, each in waiting[:_LETTERS]]
    if len(waiting) > _LETTERS:
        made.append(_gathered([each for _, each in waiting[_LETTERS:]], state))
    # Two rows that are the same in everything are one letter.
    letters = tuple({each.id: each for each in made}.values())
    return {"action_plan": _plan(state.plan), "escalations": letters}


def _letter(item: Item, judged: Judged, state: State) -> Escalation:
    name = _name([item.id, item.date, item.customer, item.text])
    feeling = judged.sentiment or "not readable"
    known = {
        "Item": item.id + (f" (line {item.line})" if item.line else ""),
        "Date": item.date,
        "Customer": item.customer,
        "Channel": item.channel,
        "Rating": item.rating,
        "Topics": ", ".join(judged.topics),
        "Sentiment": f"{feeling}, confidence {judged.confidence:.2f}, by {judged.read_by}",
        "To check": " ".join(judged.doubts),
    }
    facts = "\n".join(f"{key}: {value}" for key, value in known.items() if value)
    told = "\n".join(f"> {line}" for line in item.text.splitlines())
    return Escalation(
        id=name,
        item=item.id,
        to=state.escalate_to,
        subject=f"{name}: cannot wait ({', '.join(judged.topics)})",
        body=f"{facts}\n\nThe customer wrote:\n{told}\n",
    )


def _gathered(judged: Sequence[Judged], state: State) -> Escalation:
    """One letter for what would be too many to look through."""
    name = _name([each.id for each in judged])
    some = "\n".join(f"{each.id}: {each.evidence}" for each in judged[:_LETTERS])
    more = f"{len(judged):,} more items cannot wait: those of high priority in items.csv."
    return Escalation(
        id=name,
        item=f"{len(judged):,} items",
        to=state.escalate_to,
        subject=f"{name}: {len(judged):,} more items cannot wait",
        body=f"{more} The first of them:\n\n{some}\n",
    )


def _name(own: Sequence[str]) -> str:
    digest = sha256(json.dumps(own, ensure_ascii=True).encode()).hexdigest()
    return f"ESC-{digest[:10].upper()}"


def description(state: State) -> str:
    """What the person should know before deciding."""
    counts = Counter(each.sentiment or "not readable" for each in state.judged)
    kinds = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
    letters = f"Escalations that would leave, to {state.escalate_to!r}: {len(state.escalations)}."
    lines = [f"Items: {len(state.judged)} ({kinds}). {letters}"]
    doubtful = [each for each in state.judged if each.doubts]
    # What may have to be a letter comes first; a letter shows its doubts itself.
    doubtful.sort(key=lambda each: (each.priority == "high", not _may_not_wait(each)))
    lines += [f"To check: {each.id}: {' '.join(each.doubts)}" for each in doubtful[:_SHOWN]]
    if len(doubtful) > _SHOWN:
        more = len(doubtful) - _SHOWN
        lines.append(f"To check: {more:,} more, in the field 'doubts' of the items.")
    lines += _without_letter(state.judged)
    lines += [f"Note: {each}" for each in dict.fromkeys(state.notes)]
    lines += [f"You asked: {each.question}\n{each.answer}" for each in state.answers]
    return "\n".join(lines)


def _without_letter(judged: Sequence[Judged]) -> list[str]:
    """What is negative and neither urgent nor doubtful, by words that may have missed something."""
    calm = [
        each
        for each in judged
        if each.sentiment == "negative" and each.priority != "high" and not each.doubts
    ]
    lines = [f"No letter: {each.id}: {each.evidence}" for each in calm[:_SHOWN]]
    if len(calm) > _SHOWN:
        lines.append(f"No letter: {len(calm) - _SHOWN:,} more that are negative.")
    return lines


def _may_not_wait(judged: Judged) -> bool:
    return any(each.endswith("can it wait?") for each in judged.doubts)


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
    files = {"items.csv": _table(state.items, state.judged), "action-plan.md": state.action_plan}
    placed = write_files(directory, files)
    notes += [
        f"{name!r} was there already and stays; this run's is {Path(path).name!r}."
        for name, path in zip(files, placed, strict=True)
        if Path(path).name != name
    ]
    edited = state.approval is not None and state.approval.type == "edit"
    return {
        "artifacts": (*written, *placed),
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
    told = [
        f"\n## {each.topic}, for {each.owner}",
        f"Items: {each.items}, negative: {each.negative}{high}.",
        _as_text(each.action),
        *(f"> {_as_text(quote)}" for quote in each.quotes),
    ]
    return [line for line in told if line]


def _as_text(given: str) -> str:
    """What customers write, and models after them, on one line that stays text when rendered."""
    plain = " ".join(given.split()).replace("&", "&amp;").replace("<", "&lt;")
    return _MARKUP.sub(r"\\\1", plain)
