"""What becomes of an answer: given, decided on by a person, or none, with the nearest headings."""

from langgraph.runtime import Runtime

from ....state.context import RunContext
from ....state.records import Decision, Verdict
from . import library, quoting
from .schema import SURE, Check, Citation, Draft, Exchange, Passage

#: How much a person is shown to decide by: the passages, and the characters of each.
_SHOWN, _LENGTH = 4, 300


def publish(written: str) -> dict[str, object]:
    """The answer is given as it passed the check."""
    return {"given": written, "outcome": "answered"}


def give_decided(
    answer: str,
    approval: Verdict,
    citations: tuple[Citation, ...],
    confidence: float | None,
    check: Check,
) -> dict[str, object]:
    """The answer as a person approved it; one in their own words stands on nothing but them."""
    if approval.type == "approve":
        stands = {"citations": citations, "confidence": confidence, "check": check}
        return {**stands, "given": answer, "outcome": "approved", "notes": ()}
    said = "Written by a person: the citations and the check were of another answer."
    nothing = {"citations": (), "confidence": None, "check": None}
    return {**nothing, "given": answer, "outcome": "edited", "notes": (said,)}


def not_found(places: tuple[str, ...], looked_at: int = 0) -> dict[str, object]:
    """No guess. Words are what is searched for, so that nothing is known of what is put in
    others; a model that was asked has read these passages and no more."""
    read = f"No answer was found in the {looked_at} passages that were looked at."
    words = "No passage was found with the question's words; it may be put in others."
    near = f" Nearest: {'; '.join(places)}." if places else ""
    return {
        "outcome": "not_found",
        "nearest": places,
        "notes": (f"{read if looked_at else words}{near}",),
        "given": None,
        "citations": (),
        "confidence": None,
    }


def close(approval: Verdict, check: Check) -> dict[str, object]:
    """A person rejected the answer: none is given."""
    because = f": {approval.message}" if approval.message else "."
    return {
        "outcome": "rejected",
        "notes": (f"Rejected{because}",),
        "given": None,
        "citations": (),
        "confidence": None,
        "check": check,
    }


def offer(
    written: str, passages: tuple[Passage, ...], citations: tuple[Citation, ...]
) -> dict[str, object]:
    """What the person is shown to decide on; where no sentence held, the best passage itself."""
    if written:
        return {"answer": written, "citations": citations}
    best = max(passages, key=lambda each: each.score)
    cited = Citation(
        number=1, source=best.source, heading=best.heading, page=best.page, quote=best.text
    )
    return {"answer": f"{best.text} [1]", "citations": (cited,)}


def description(
    question: str,
    rounds: int,
    check: Check,
    citations: tuple[Citation, ...],
    passages: tuple[Passage, ...],
    exchanges: tuple[Exchange, ...] = (),
    notes: tuple[str, ...] = (),
) -> str:
    """What a person should know before deciding: what was found wrong, and the best passages."""
    times = "once" if rounds == 1 else f"{rounds} times"
    lines = [f"Question: {question}", f"Tried {times}; the answer did not pass the check:"]
    lines += [f"- {reason}" for reason in check.reasons]
    lines.append("The answer rests on:")
    lines += [f"- [{each.number}] {_place(each)}: {_short(each.quote)}" for each in citations]
    lines.append("The best passages:")
    best = sorted(passages, key=lambda each: -each.score)[:_SHOWN]
    lines += [f"- {_place(each)}: {_short(each.text)}" for each in best]
    lines += [f"Note: {note}" for note in dict.fromkeys(notes)]
    lines += [f"You asked: {each.question}\n{each.answer}" for each in exchanges]
    return "\n".join(lines)


def _place(each: Passage | Citation) -> str:
    parts = (each.source, f"p. {each.page}" if each.page else "", each.heading)
    return ", ".join(filter(None, parts))


def _short(text: str) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= _LENGTH else f"{joined[:_LENGTH]} …"


def look_up(
    approval: Verdict, runtime: Runtime[RunContext], knowledge: str | None = None
) -> list[Exchange]:
    """What the knowledge base says, in quotes, to what the reviewing person asked."""
    question = " ".join(approval.message.split())
    found = library.find_words(question, runtime, knowledge)
    passages, terms = found["passages"], found["terms"]
    assert isinstance(passages, tuple)
    assert isinstance(terms, dict)
    draft: Draft = quoting.quote(question, Decision(choice="explanatory"), terms, (), passages)
    places = {each.id: _place(each) for each in passages}
    said = [f"{each.text} ({places[each.passage]})" for each in draft.claims]
    doubt = "" if draft.confidence >= SURE else " (not certain)"
    text = f"{' '.join(said)}{doubt}" if said else "No passage was found with these words."
    return [Exchange(question=question, answer=text)]
