"""What becomes of an answer: given, decided on by a person, or none, with the nearest headings."""

from langgraph.runtime import Runtime

from ....state.context import RunContext
from ....state.records import Decision, Verdict
from . import library, quoting
from .schema import SURE, Check, Citation, Draft, Exchange, Outcome, Passage

#: How much a person is shown to decide by: the passages, and the characters of each.
_SHOWN, _LENGTH = 4, 300


def publish(answer: str, approval: Verdict | None = None) -> dict[str, object]:
    """The answer is given: checked, or as a person approved or wrote it."""
    outcomes: dict[str, Outcome] = {"approve": "approved", "edit": "edited"}
    outcome = "answered" if approval is None else outcomes[approval.type]
    return {"answer": answer, "outcome": outcome}


def not_found(places: tuple[str, ...]) -> dict[str, object]:
    """No guess: that the knowledge base says nothing, and where it comes nearest."""
    near = f" Nearest: {'; '.join(places)}." if places else ""
    return {
        "outcome": "not_found",
        "nearest": places,
        "notes": (f"The knowledge base does not answer this.{near}",),
        "answer": None,
        "citations": (),
        "confidence": None,
    }


def close(approval: Verdict) -> dict[str, object]:
    """A person rejected the answer: none is given."""
    because = f": {approval.message}" if approval.message else "."
    return {
        "outcome": "rejected",
        "notes": (f"Rejected{because}",),
        "answer": None,
        "citations": (),
        "confidence": None,
    }


def offer(
    answer: str | None, passages: tuple[Passage, ...], citations: tuple[Citation, ...]
) -> dict[str, object]:
    """What the person is shown to decide on; where no sentence held, the best passage itself."""
    if answer:
        return {"answer": answer, "citations": citations}
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
    found = library.find_reasons(question, runtime, knowledge)
    passages, terms = found["passages"], found["terms"]
    assert isinstance(passages, tuple)
    assert isinstance(terms, dict)
    draft: Draft = quoting.quote(question, Decision(choice="explanatory"), terms, (), passages)
    places = {each.id: _place(each) for each in passages}
    said = [f"{each.text} ({places[each.passage]})" for each in draft.claims]
    doubt = "" if draft.confidence >= SURE else " (not certain)"
    text = f"{' '.join(said)}{doubt}" if said else "The knowledge base says nothing on this."
    return [Exchange(question=question, answer=text)]
