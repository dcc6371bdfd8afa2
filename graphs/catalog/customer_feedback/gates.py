"""The workflow's own gates: a quote must stand where it is said to."""

from collections.abc import Mapping

from ....nodes.grounding import stands_in
from .schema import Group, Item, Proposals, Reading

#: Less is no piece of work that an owner could do.
_WORDS = 4


def quoted(values: Mapping[str, object], sources: Mapping[str, object]) -> tuple[bool, str]:
    """The evidence of a reading stands in the item's text."""
    reading, item = values["reading"], sources["item"]
    assert isinstance(reading, Reading)
    assert isinstance(item, Item)
    if not reading.evidence or stands_in(reading.evidence, item.text):
        return True, "The evidence stands in the text."
    return False, f"{reading.evidence!r:.80} does not stand in the text. Copy the words exactly."


def proposed(values: Mapping[str, object], sources: Mapping[str, object]) -> tuple[bool, str]:
    """Each proposal is for a topic of the plan, rests on one of its quotes, and says what to do."""
    made, plan = values["proposals"], sources["plan"]
    assert isinstance(made, Proposals)
    quotes: dict[str, tuple[str, ...]] = {}
    for group in plan if isinstance(plan, list | tuple) else ():
        assert isinstance(group, Group)
        quotes[group.topic] = group.quotes
    for each in made.proposals:
        if each.topic not in quotes:
            return False, f"{each.topic!r} is no topic of the plan."
        if not any(stands_in(each.because, quote) for quote in quotes[each.topic]):
            return False, f"{each.because!r:.80} is no quote of {each.topic!r}. Copy one exactly."
        if len(each.action.split()) < _WORDS:
            return False, f"{each.action!r} is no work. Say what to do in {_WORDS} words or more."
    return True, "Every proposal rests on a quote; there may be none."
