"""From items to a plan: what each one says, what cannot wait, and whose work it is."""

from collections.abc import Sequence
from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.offline.notes import offline_note
from ....nodes.run_context import context_of
from ....state.context import OFFLINE, RunContext
from .reading import rated, rows_of, scale_of
from .schema import Group, Item, Judged, Priority, Proposals, Reading, State, Tone, Topic
from .tone import UNSURE, measure, opposite
from .topics import MOST, TOPICS

Update = dict[str, object]
#: As much of one item is read.
_MOST_CHARACTERS = 5_000
_QUOTES = 3


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


def _listed(names: Sequence[str], most: int = 8) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def weigh(items: tuple[Item, ...]) -> tuple[Tone, ...]:
    """What rules say of each item."""
    return tuple(measure(each) for each in items)


def judge(state: State) -> Update:
    """Rules and reader held together, item by item."""
    judged = tuple(
        _judged(item, tone, reading, reads=state.can_write)
        for item, tone, reading in zip(state.items, state.tones, state.readings, strict=True)
    )
    unread = [
        item.id for item, each in zip(state.items, state.readings, strict=True) if each is None
    ]
    failed = f"The reader failed on these, which were judged by rules: {_listed(unread)}."
    return {"judged": judged, "notes": (failed,) if unread else ()}


def _judged(item: Item, tone: Tone, reading: Reading | None, *, reads: bool) -> Judged:
    by_model = reads and reading is not None
    sentiment, confidence, doubts = tone.sentiment, tone.confidence, list(tone.doubts)
    if by_model and reading is not None:
        sentiment = reading.sentiment
        confidence, more = _agreement(tone, reading)
        # A model reads every language, and knows irony when it sees it.
        doubts = [each for each in doubts if "rating" in each or "orders" in each] + more
    named = () if reading is None else reading.topics
    topics = tuple(dict.fromkeys((*named, *(() if by_model and named else tone.topics))))[:MOST]
    urgent = tone.urgent or (by_model and reading is not None and reading.urgent)
    quote = reading.evidence if by_model and reading is not None else None
    if sentiment is None and not doubts:
        doubts.append("Nobody could tell what the customer feels.")
    return Judged(
        id=item.id,
        line=item.line,
        customer=item.customer,
        sentiment=sentiment,
        confidence=round(confidence, 2),
        topics=topics or ("other",),
        priority=_priority(sentiment == "negative", bool(urgent), sentiment == "positive"),
        evidence=quote or tone.evidence,
        read_by="model" if by_model else "rules",
        doubts=tuple(
            doubts or (["Its reading is not sure enough."] if confidence < UNSURE else [])
        ),
    )


def _agreement(tone: Tone, reading: Reading) -> tuple[float, list[str]]:
    """How sure a model's reading is: computed from who else says so, and not felt."""
    if reading.sentiment is None:
        return 0.0, []
    if opposite(tone.sentiment, reading.sentiment):
        return 0.5, [f"The reader says {reading.sentiment}, words and rating {tone.sentiment}."]
    return (0.9 if tone.sentiment == reading.sentiment else 0.75), []


def _priority(negative: bool, urgent: bool, positive: bool) -> Priority:
    if negative and urgent:
        return "high"
    return "low" if positive and not urgent else "normal"


def group(judged: tuple[Judged, ...]) -> tuple[Group, ...]:
    """The plan's lines, the heaviest first: by what is high, then by what is negative."""
    made = [_group(topic, [each for each in judged if topic in each.topics]) for topic in TOPICS]
    filled = [each for each in made if each.items]
    return tuple(sorted(filled, key=lambda each: (-each.high, -each.negative, -each.items)))


def _group(topic: Topic, judged: Sequence[Judged]) -> Group:
    negative = [each for each in judged if each.sentiment == "negative"]
    high = [each for each in negative if each.priority == "high"]
    worst = sorted(negative, key=lambda each: (each.priority != "high", -each.confidence))
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
    """The planner's proposals, as the plan's actions; none where the planner failed."""
    if proposals is None:
        return {"notes": ("The planner failed: what to do is the reviewer's to write.",)}
    actions = {each.topic: each.action for each in proposals.proposals}
    acting = (f"{each.action} {actions.get(each.topic, '')}".strip() for each in plan)
    return {
        "plan": tuple(
            each.model_copy(update={"action": action})
            for each, action in zip(plan, acting, strict=True)
        )
    }
