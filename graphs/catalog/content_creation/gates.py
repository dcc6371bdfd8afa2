"""The agents' gates, two each. What one refuses goes back to the agent with the reason."""

from collections.abc import Mapping, Sequence
from typing import cast

from ....nodes.grounding import numbers_in, stands_in
from .brief import Brief
from .facts import copied, off_brief, unfounded
from .library import mistrusted, standing
from .schema import Draft, Note, Passage, Research, Review

Values = Mapping[str, object]


def quoted(values: Values, sources: Values) -> tuple[bool, str]:
    """Every note's quote stands in a passage, and the note has no number that its quote lacks."""
    research = cast("Research", values["research"])
    passages = cast("list[Passage]", sources["passages"])
    wrong = [
        f"This quote stands in no passage: {each.quote!r}."
        for each in research.notes
        if standing(each.quote, passages) is None
    ]
    wrong += [
        f"The note {each.text!r} has a number that its quote does not print."
        for each in research.notes
        if not numbers_in(each.text) <= numbers_in(each.quote)
    ]
    return _told(wrong, "Every quote stands in a passage.", "Copy each quote exactly.")


def credible(values: Values, sources: Values) -> tuple[bool, str]:
    """What the notes quote comes from addresses that the brief lets be cited."""
    research, passages = cast("Research", values["research"]), sources["passages"]
    found = [standing(each.quote, cast("list[Passage]", passages)) for each in research.notes]
    cited = {each.number: each for each in found if each is not None}
    away = mistrusted(cast("Brief", sources["assignment"]), cited.values())
    wrong = [f"The brief does not let {each.url} be cited ({each.source})." for each in away]
    return _told(wrong, "Every address may be cited.", "Quote other passages.")


def facts(values: Values, sources: Values) -> tuple[bool, str]:
    """Every number, date, quote and name stands in the notes."""
    wrong = unfounded(_draft(values), cast("Brief", sources["assignment"]), _notes(sources))
    return _told(
        wrong, "All of it stands in the notes.", "Say what the notes say, or leave it out."
    )


def own_words(values: Values, sources: Values) -> tuple[bool, str]:
    """The draft is not copied from what the notes quote."""
    verdict = copied(_draft(values), [each.quote for each in _notes(sources)])
    return verdict.passed, verdict.reason


def to_the_point(values: Values, sources: Values) -> tuple[bool, str]:
    """Every finding quotes words that the draft has."""
    draft = cast("Draft", sources["draft"])
    text = "\n".join([draft.title, *(f"{each.heading}\n{each.text}" for each in draft.sections)])
    wrong = [
        f"These words are not in the draft: {each.quote!r}."
        for each in cast("Review", values["review"]).findings
        if not stands_in(each.quote, text)
    ]
    return _told(wrong, "Every finding points at the draft.", "Quote the draft exactly.")


def decided(values: Values, sources: Values) -> tuple[bool, str]:
    """The verdict fits: nothing is accepted with faults, and nothing sent back without any."""
    review, checks = cast("Review", values["review"]), cast("list[str]", sources["checks"])
    if review.verdict == "accept" and checks:
        return False, f"It cannot be accepted, since checks failed: {' '.join(checks)}"
    if review.verdict == "accept" and review.findings:
        return False, "It is accepted with findings. Revise it, or leave them out."
    if review.verdict == "revise" and not (review.findings or checks):
        return False, "It is sent back without a finding. Say what to mend, or accept it."
    return True, "The verdict fits."


def as_briefed(values: Values, sources: Values) -> tuple[bool, str]:
    """Length, headings, keywords, wording and reading ease are as the brief wants them."""
    wrong = off_brief(_draft(values), cast("Brief", sources["assignment"]))
    return _told(wrong, "It is as the brief wants it.", "Mend this and keep the rest.")


def _draft(values: Values) -> Draft:
    """What a step wrote: a draft, or an edited one."""
    return cast("Draft", values.get("draft") or values["edited"])


def _notes(sources: Values) -> Sequence[Note]:
    found = sources.get("writer_notes") or sources.get("editor_notes") or ()
    return cast("Sequence[Note]", found)


def _told(wrong: list[str], good: str, fix: str) -> tuple[bool, str]:
    return not wrong, " ".join([*wrong[:6], fix]) if wrong else good
