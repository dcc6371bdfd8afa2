"""From items to a plan: what each one says, what cannot wait, and whose work it is."""

from collections.abc import Sequence
from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.offline.notes import offline_note
from ....nodes.run_context import context_of
from ....state.context import OFFLINE, RunContext
from ....state.errors import InputError
from .reading import rated, rows_of, scale_of
from .schema import (
    Group,
    Item,
    Judged,
    Priority,
    Proposals,
    Reading,
    Sentiment,
    State,
    Tone,
    Topic,
)
from .tone import UNSURE, measure
from .topics import MOST, TOPICS

Update = dict[str, object]
#: As much of one item is read.
_MOST_CHARACTERS = 5_000
_QUOTES = 3
#: Each is a request to the model.
_MOST_READ = 2_000


def load(state: State, runtime: Runtime[RunContext]) -> Update:
    """The items, each once, with what was left out and why."""
    notes: list[str] = []
    if state.message is not None:
        items = [Item(id="1", text=state.message.strip())]
    else:
        items, notes = _items(Path(str(state.feedback)), state.max_items)
    long = [each.id for each in items if len(each.text) > _MOST_CHARACTERS]
    if long:
        notes.append(f"Read to character {_MOST_CHARACTERS:,} only: {_listed(long)}.")
        items = [each.model_copy(update={"text": each.text[:_MOST_CHARACTERS]}) for each in items]
    model = context_of(runtime).model
    if model != OFFLINE and len(items) > _MOST_READ:
        raise InputError(
            f"A model reads at most {_MOST_READ:,} items in one run; these are {len(items):,}.",
            fix="Split the file, or run it without a model: the rules read them all.",
        )
    cannot = (
        "judges by word lists, understands no irony and no language but English, and proposes no "
        "actions: those are the reviewer's to write"
    )
    return {
        "items": tuple(items),
        "can_write": model != OFFLINE,
        "notes": (*notes, *offline_note(model, cannot)),
    }


def _items(path: Path, most: int) -> tuple[list[Item], list[str]]:
    rows = rows_of(path, most=most)
    scale = scale_of([row["rating"] for row in rows])
    found: dict[tuple[str, ...], Item] = {}
    again: list[str] = []
    for row in rows:
        text = row["text"]
        item = Item(
            id=" ".join(row["id"].split()) or f"line {row['line']}",
            line=int(row["line"]),
            date=row["date"],
            customer=" ".join(row["customer"].split()),
            channel=row["channel"],
            rating=row["rating"],
            rated=rated(row["rating"], scale),
            text=text,
        )
        # Without a customer, the same words may well be two people's.
        who = item.customer or row["id"] or row["line"]
        key = (who.casefold(), " ".join(text.casefold().split()), item.rating)
        if found.setdefault(key, item) is not item:
            again.append(f"line {item.line}")
    notes = [f"Counted once, for it was sent twice: {_listed(again)}."] if again else []
    if scale:
        notes.append(f"Ratings without a scale of their own are read as out of {scale}.")
    strange = [item.id for item in found.values() if item.rating and item.rated is None]
    if strange:
        notes.append(f"Their rating is no number that can be read: {_listed(strange)}.")
    return list(found.values()), notes


def _listed(named: Sequence[str], most: int = 8) -> str:
    names = list(dict.fromkeys(named))
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def weigh(items: tuple[Item, ...]) -> tuple[Tone, ...]:
    """What rules say of each item."""
    return tuple(measure(each) for each in items)


def judge(state: State) -> Update:
    """Rules and reader held together, item by item. Without a model there are no readings."""
    readings: Sequence[Reading | None] = [None] * len(state.items)
    if state.can_write:
        readings = state.readings
    judged = tuple(
        _judged(item, tone, reading)
        for item, tone, reading in zip(state.items, state.tones, readings, strict=True)
    )
    unread = [item.id for item, each in zip(state.items, readings, strict=True) if each is None]
    failed = f"The reader failed on these, which were judged by rules: {_listed(unread)}."
    return {"judged": judged, "notes": (failed,) if state.can_write and unread else ()}


def _judged(item: Item, tone: Tone, reading: Reading | None) -> Judged:
    made = _by_rules(tone) if reading is None else _by_reader(tone, reading)
    sentiment, confidence, doubts = made
    by_rules = tone.urgent != "" and tone.sentiment != "positive"
    by_reader = reading is not None and reading.urgent
    # What one of the two takes for urgent is: it waits for a person in any case.
    urgent = by_rules or (by_reader and sentiment != "positive")
    if tone.urgent and not urgent:
        doubts.append(f"It sounds content, and yet says {tone.urgent!r}: can it wait?")
    elif tone.touches and not urgent:
        doubts.append(f"Health, money or data? It says {tone.touches!r}: can it wait?")
    if sentiment is None and not doubts:
        doubts.append("Nobody could tell what the customer feels.")
    if confidence < UNSURE and not doubts:
        doubts.append("Its reading is not sure enough.")
    named = reading.topics if reading is not None and reading.topics else tone.topics
    calm: Priority = "low" if sentiment == "positive" else "normal"
    return Judged(
        id=item.id,
        line=item.line,
        customer=item.customer,
        sentiment=sentiment,
        confidence=round(confidence, 2),
        topics=tuple(dict.fromkeys(named))[:MOST] or ("other",),
        priority="high" if urgent else calm,
        evidence=(reading.evidence if reading is not None else None) or tone.evidence,
        read_by="rules" if reading is None else "model",
        doubts=tuple(doubts),
    )


_Made = tuple[Sentiment | None, float, list[str]]


def _by_rules(tone: Tone) -> _Made:
    return tone.sentiment, tone.confidence, list(tone.doubts)


def _by_reader(tone: Tone, reading: Reading) -> _Made:
    """The reader's word, and how sure that is: computed from who else says so, and not felt.

    Any difference from the rules is told. Where they can read nothing, as in another language,
    a text may have talked its only reader into anything: but then it would not be urgent.
    """
    said, urgent = reading.sentiment, "cannot wait" if reading.urgent else "can wait"
    # A model reads every language, and knows irony when it sees it.
    doubts = [each for each in tone.doubts if "rating" in each or "orders" in each]
    if tone.sentiment is None:
        if said is not None and not (said == "negative" and reading.urgent):
            doubts.append("Only the reader could read it, and nothing bears that out.")
        return said, 0.6 if said else 0.0, doubts
    if (tone.urgent != "") != reading.urgent:
        words = f"its words are {tone.urgent!r}" if tone.urgent else "no words show why"
        doubts.append(f"The reader says that it {urgent}; {words}.")
    if said is None:
        return tone.sentiment, 0.4, [*doubts, "The reader cannot tell what the customer feels."]
    if said != tone.sentiment:
        doubts.append(f"The reader says {said}, words and rating {tone.sentiment}.")
    return said, 0.9 if said == tone.sentiment else 0.5, doubts


def group(judged: tuple[Judged, ...]) -> tuple[Group, ...]:
    """The plan's lines, the heaviest first: by what is high, then by what is negative."""
    made = [_group(topic, [each for each in judged if topic in each.topics]) for topic in TOPICS]
    filled = [each for each in made if each.items]
    return tuple(sorted(filled, key=lambda each: (-each.high, -each.negative, -each.items)))


def _group(topic: Topic, judged: Sequence[Judged]) -> Group:
    negative = [each for each in judged if each.sentiment == "negative"]
    high = [each for each in judged if each.priority == "high"]
    bad = [each for each in judged if each.priority == "high" or each.sentiment == "negative"]
    worst = sorted(bad, key=lambda each: (each.priority != "high", -each.confidence))
    if high:
        action = f"Answer {_listed([each.id for each in high])} today."
    elif negative:
        action = f"Answer {_listed([each.id for each in negative])}."
    else:
        action = ""
    return Group(
        topic=topic,
        items=len(judged),
        negative=len(negative),
        high=len(high),
        owner=TOPICS[topic].owner,
        action=action,
        quotes=tuple(each.evidence for each in worst[:_QUOTES] if each.evidence),
    )


def enact(plan: tuple[Group, ...], proposals: Proposals | None = None) -> Update:
    """The planner's proposals, as the plan's actions, or why there are none."""
    if proposals is None or not proposals.proposals:
        why = "failed" if proposals is None else "proposes nothing"
        return {"notes": (f"The planner {why}: what to do is the reviewer's to write.",)}
    actions = {each.topic: each.action for each in proposals.proposals}
    acting = (f"{each.action} {actions.get(each.topic, '')}".strip() for each in plan)
    return {
        "plan": tuple(
            each.model_copy(update={"action": action})
            for each, action in zip(plan, acting, strict=True)
        )
    }
