"""What a question asks for, told by its form; and who is there to answer it."""

import re
from typing import Literal

from langgraph.runtime import Runtime

from ....nodes.offline.notes import offline_note
from ....nodes.run_context import context_of
from ....state.context import OFFLINE, RunContext
from ....state.records import Decision

Kind = Literal["factual", "explanatory", "comparative", "unclear"]

_COMPARES = re.compile(
    r"\b(?:differences?|differ|compare[ds]?|comparison|versus|vs\.?|as opposed to|rather than"
    r"|in contrast|distinguish\w*)\b|\b(?:better|worse|faster|cheaper|more \w+) (?:than|,)",
    re.IGNORECASE,
)
_MEASURES = re.compile(
    r"\bhow (?:many|much|long|often|old|large|big|far|fast|high|deep|soon|late|small|sure)\b",
    re.IGNORECASE,
)
_EXPLAINS = re.compile(
    r"^(?:how|why|explain|describe|in what way|what (?:happens|makes|causes|if)|for what reason"
    r"|what (?:is|are) the (?:reasons?|steps?|way|purpose|idea))\b"
    r"|\b(?:how (?:do|does|can|to|should|would|is|are)|why (?:do|does|is|are|was|were))\b"
    r"|\b(?:tell|know|understand|wonder|say|show)\b.{0,20}\b(?:how|why)\b(?! (?:many|much|long))",
    re.IGNORECASE,
)
_STATES = re.compile(
    r"^(?:is|are|was|were|do|does|did|can|could|may|must|should|will|has|have|name|list|how)\b"
    r"|\b(?:what|which|who|whom|whose|when|where)\b",
    re.IGNORECASE,
)


def kind_by_form(question: str) -> Kind:
    """Factual, explanatory or comparative, by the words that a question is put in."""
    plain = question.strip(" \"'“”¿-–")
    if _COMPARES.search(plain):
        return "comparative"
    if _MEASURES.search(plain):
        return "factual"
    if _EXPLAINS.search(plain):
        return "explanatory"
    return "factual" if _STATES.search(plain) else "unclear"


_SIDES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bbetween\s+(?P<a>.+?)\s+and\s+(?P<b>.+)",
        r"\bcompare[ds]?\s+(?P<a>.+?)\s+(?:and|with|to|against)\s+(?P<b>.+)",
        r"\bcomparison\s+of\s+(?P<a>.+?)\s+(?:and|with|to)\s+(?P<b>.+)",
        r"\b(?:do|does|did|is|are|can)\s+(?P<a>.+?)\s+(?:differ(?:ent)?|distinguished)\s+from\s+(?P<b>.+)",
        r"\bhow\s+do\s+(?P<a>.+?)\s+and\s+(?P<b>.+?)\s+differ\b",
        r"(?P<a>.+?)\s+(?:vs\.?|versus|as opposed to|rather than|in contrast to)\s+(?P<b>.+)",
        r"\b(?:is|are)\s+(?P<a>.+?)\s+(?:\w+er|better|worse|more \w+)\s+than\s+(?P<b>.+)",
    )
)
_EDGE = re.compile(r"^(?:an?|the|using|on|in|of)\s+|[\s?.!,;:\"'”“]+$", re.IGNORECASE)


def sides_of(question: str) -> tuple[str, ...]:
    """The two things that a question compares; none where it does not say which."""
    for pattern in _SIDES:
        match = pattern.search(question)
        if match:
            sides = tuple(_EDGE.sub("", _EDGE.sub("", match[name].strip())) for name in ("a", "b"))
            return sides if all(sides) else ()
    return ()


def form(question: str) -> dict[str, object]:
    """A hint for the router, in the form in which the offline extractor reads a choice, too."""
    kind = kind_by_form(question)
    hint = "factual" if kind == "unclear" else kind
    untold = ("Its form does not tell what it wants: taken for a question after one fact.",)
    return {
        "form": f"Choice: {hint}",
        "sides": sides_of(question),
        "notes": untold if kind == "unclear" else (),
    }


def means(kind: Decision, runtime: Runtime[RunContext]) -> dict[str, object]:
    """Who answers: without a model that writes, the passages themselves do, in quotes."""
    context = context_of(runtime)
    offline = context.model == OFFLINE
    kinds = {"explanatory", "comparative"}
    return {
        "way": "quoted" if offline else kind.choice if kind.choice in kinds else "factual",
        "has_expert": context.model_for("strong") != OFFLINE,
        "notes": offline_note(context.model, "answers in quotes only, and writes no sentence"),
    }
