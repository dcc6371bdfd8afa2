"""The first look at a message: secrets out, and what the conversation before it says of it."""

import re
from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from langchain_core.runnables import RunnableConfig
from langgraph.runtime import Runtime

from ....nodes.packing import approximate_tokens, pack
from ....nodes.run_context import context_of
from ....state.context import OFFLINE, RunContext
from ...calling import call
from . import reading, wording
from .claims import claims_in, contradictions
from .outgoing import outbox, reply_before
from .schema import Inputs, Message, Said, State, Triage

Update = dict[str, object]

#: How much of the conversation is remembered to an agent, in tokens; the newest goes first.
MEMORY_TOKENS = 1_500

_BACK = re.compile(
    r"\b(?:(?:the|that|my) other|(?:other|second|first|that|this) one|(?:what|how) about|as well"
    r"|too|same (?:for|with|question)|it(?:'s| is))\b|^(?:and|yes)\b|^\W*\d+\W*$",
    re.I,
)


def receive(state: State, runtime: Runtime[RunContext], config: RunnableConfig) -> Update:
    """What is known when a message comes in; all that an earlier one left but memory is emptied."""
    whole, had_secrets = reading.masked(state.message.strip())
    text = whole[: reading.MAX_TEXT]
    mine = [each for each in state.memory if each.sender == state.sender]
    thread = str(config["configurable"].get("thread_id", ""))
    received = _read(text, whole, mine, _id_of(state, thread, len(mine)))
    if received.repeated is None:
        args = {"folder": outbox(state, runtime), "id": received.id}
        before = call("sent before", reply_before, args, "pure")
        received = received.model_copy(update={"repeated": before})
    if len(mine) < len(state.memory):
        other = "Another address wrote in this conversation before; nothing of that is used."
        received = received.model_copy(update={"doubts": (*received.doubts, other)})
    masked = "A card number, IBAN or password is masked here; the run's input still holds it."
    secrets = (masked,) if had_secrets else ()
    return {
        **_anew(),
        "today": state.as_of or call("today", date.today, {}, "pure"),
        "offline": context_of(runtime).model == OFFLINE,
        "text": text,
        "conversation": _packed(mine),
        "received": received,
        "notes": secrets,
    }


def _anew() -> Update:
    """Every field but inputs and memory as it is before anything is known."""
    kept = {*Inputs.model_fields, "memory"}
    own = {name: info for name, info in State.model_fields.items() if name not in kept}
    return {name: info.default for name, info in own.items() if not info.is_required()}


def _id_of(state: State, thread: str, nth: int) -> str:
    """The same for the same message, whenever it is worked on. The sender is part of it: a
    Message-ID is only what somebody wrote into a header."""
    own = [state.message_id] if state.message_id else [thread, str(nth), state.message]
    return sha256("\n".join([state.sender, *own]).encode("utf-8", "replace")).hexdigest()[:24]


def _read(text: str, whole: str, mine: Sequence[Said], id: str) -> Message:
    asked = mine[-1].asked if mine else None
    before = next((each for each in reversed(mine) if each.who == "customer"), None)
    orders = reading.orders_in(text)
    # A short answer, or one that goes back to what was said, is about the same as that was.
    short = len(text.split()) <= 12 and not wording.categories(text)
    follows = before is not None and short and bool(asked or orders or _BACK.search(text))
    about = f"{before.about}\n{text}" if before is not None and follows else text
    focus = next((each.orders for each in reversed(mine) if each.orders), ())
    claims = claims_in(text, orders or focus)
    earlier = [claim for each in mine for claim in each.claims]
    replies = [each.text for each in mine if each.who == "support" and each.message_id == id]
    return Message(
        id=id,
        about=about,
        asks=wording.asks_of(before.about if before is not None and follows else text),
        orders=orders,
        numbers=reading.bare_numbers(text),
        named=reading.named_in(text),
        claims=claims,
        contradictions=contradictions(claims, earlier),
        doubts=reading.doubts_about(text, whole),
        repeated=replies[-1] if replies else None,
        follows=follows,
        before=focus,
    )


def _packed(mine: Sequence[Said]) -> str:
    """The conversation so far, as much of its end as fits."""
    lines = [f"{each.who}: {each.text}" for each in mine]
    kept = pack(reversed(lines), limit=MEMORY_TOKENS, size=approximate_tokens).kept
    return "\n\n".join(reversed(kept))


def sort_by_rule(state: State) -> Triage:
    """The triage without a language model: by the words that tell."""
    received = state.received
    assert received is not None  # the step before wrote it
    contradicting = bool(received.contradictions)
    return wording.triaged(received.about, received.asks, contradicting=contradicting)


_TRACKS = ("general", "analysis", "urgent")
_URGENCIES = ("low", "normal", "high")


def raise_by_rule(state: State) -> Triage:
    """The more urgent of what the rules and a model say: a model may raise it, never lower it."""
    read, ruled = state.triage, sort_by_rule(state)
    complains = "complaint" in {read.category, ruled.category}
    return read.model_copy(
        update={
            "category": "complaint" if complains else read.category,
            "track": max(read.track, ruled.track, key=_TRACKS.index),
            "urgency": max(read.urgency, ruled.urgency, key=_URGENCIES.index),
            "wish": read.wish or ruled.wish,
            "new_address": read.new_address or ruled.new_address,
            "reason": read.reason
            if _TRACKS.index(read.track) >= _TRACKS.index(ruled.track)
            else ruled.reason,
        }
    )
