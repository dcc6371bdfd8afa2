"""Remembering what was found, and telling it: answers, what is open, what is out of date."""

from collections.abc import Iterable, Sequence

from ....nodes.blocking import in_thread
from .schema import (
    NO_PASSAGE,
    Context,
    Exchange,
    Finding,
    Inquiry,
    Outcome,
    State,
    ToCheck,
    Tokens,
    Told,
    key_of,
)
from .wording import best, statements


async def remember(state: State) -> dict[str, object]:
    """What is new goes into the thread's memory; what a person changed is the person's word."""
    decided = {key_of(each.question): each for each in state.to_check}
    settled = [_settled(each, decided.get(each.key)) for each in state.findings]
    keys = {each.key for each in settled}
    added = [
        _of_person(key, each.question, answer, state.digest)
        for key, each in decided.items()
        if key not in keys and (answer := _said(each))
    ]
    notes = [f"Nobody asked {each.question!r}: the answer is the reviewer's own." for each in added]
    settled += added
    fresh = [each for each in settled if not each.remembered]
    told = _told(state, (*state.memory, *fresh), _outcome(settled), notes)
    shown = [_shown(each) for each in settled]
    answers = tuple(str(each) for each in settled)
    return {**told, "memory": tuple(fresh), "told": shown, "answers": answers}


def _settled(finding: Finding, decided: ToCheck | None) -> Finding:
    """The finding as the person left it, who saw it if it was in doubt."""
    if finding.remembered or not (decided or finding.to_check):
        return finding
    answer = _said(decided) if decided else None
    if decided and answer in {finding.answer, finding.shown}:
        return finding.model_copy(update={"reviewed": True})
    if answer is None:  # changed to none, or taken out
        said = "A reviewer took the answer out."
        return Finding(
            question=finding.question, key=finding.key, digest=finding.digest, open=said,
            by="person", reviewed=True,
        )  # fmt: skip
    return _of_person(finding.key, finding.question, answer, finding.digest)


def _said(decided: ToCheck) -> str | None:
    return (decided.answer or "").strip() or None


def _of_person(key: str, question: str, answer: str, digest: str) -> Finding:
    """A person's own word: what was quoted for another answer does not bear it out."""
    return Finding(
        question=question, key=key, answer=answer, digest=digest,
        by="person", confidence=1.0, reviewed=True,
    )  # fmt: skip


def _shown(finding: Finding) -> Told:
    told = finding.model_dump(include=set(Told.model_fields))
    return Told.model_validate({**told, "answer": finding.shown})


async def close(state: State) -> dict[str, object]:
    """The findings were rejected: nothing is remembered of them."""
    message = state.approval.message if state.approval else ""
    note = f"Rejected{f': {message}' if message else '.'} Nothing of this run is remembered."
    told = _told(state, state.memory, "rejected", [note])
    return {**told, "memory": (), "told": [], "answers": ()}


def _told(
    state: State, memory: Sequence[Finding], outcome: Outcome, more: Iterable[str]
) -> dict[str, object]:
    """What the thread knows now, and what this run was answered from."""
    current = _latest(each for each in memory if each.digest == state.digest)
    old = _latest(each for each in memory if each.digest != state.digest)
    contexts = tuple(_context(each) for each in state.inquiries)
    given = sum(each.tokens for each in contexts)
    tokens = Tokens(given=given, whole_each_time=sum(each.of for each in contexts))
    notes = list(state.load_notes)
    recalled = sum(each.way == "remembered" for each in state.inquiries)
    if recalled:
        notes.append(f"{recalled} of {len(contexts)} questions were answered from memory.")
    if old:
        notes.append(f"{len(old)} findings are of another version of the document.")
    return {
        "summary": _summary(state.name, current, old),
        "open_questions": tuple(each.question for each in current if each.answer is None),
        "outdated": tuple(_outdated(each, current) for each in old if each.answer is not None),
        "tokens": tokens,
        "contexts": contexts,
        "outcome": outcome,
        "notes": (*notes, *more),
    }


def _latest(memory: Iterable[Finding]) -> list[Finding]:
    """Of each question the newest finding, in the order in which they were first asked."""
    return list({(each.digest, each.key): each for each in memory}.values())


def _summary(name: str, current: Sequence[Finding], old: Sequence[Finding]) -> str:
    """What is known, what is open and what is out of date, by the findings themselves."""
    known = [f"- {each}" for each in current if each.answer is not None]
    unknown = [f"- {each}" for each in current if each.answer is None]
    parts = [f"{name}: {len(known)} known, {len(unknown)} open.", *known]
    if unknown:
        parts += ["Asked, and open:", *unknown]
    if old:
        parts.append(f"Out of date: {len(old)} findings of another version.")
    return "\n".join(parts)


def _outdated(finding: Finding, current: Sequence[Finding]) -> str:
    now = next((each for each in current if each.key == finding.key), None)
    if now is None:
        return f"{finding.question} Was, in another version: {finding.answer}"
    same = " (the same now)" if now.answer == finding.answer else f" Now: {now.answer}"
    return f"{finding.question} Was, in another version: {finding.answer}{same}"


def _context(inquiry: Inquiry) -> Context:
    return Context(
        question=inquiry.question,
        tokens=inquiry.tokens,
        of=inquiry.whole,
        pages=tuple(dict.fromkeys(each.number for each in inquiry.passages)),
        dropped_passages=inquiry.dropped,
        earlier_findings=len(inquiry.earlier),
    )


def _outcome(settled: Sequence[Finding]) -> Outcome:
    answered = [each for each in settled if each.answer is not None]
    if not answered:
        return "not_found"
    if all(each.remembered for each in settled):
        return "from_memory"
    if len(answered) < len(settled):
        return "partly_answered"
    reviewed = any(each.reviewed and not each.remembered for each in settled)
    return "reviewed" if reviewed else "answered"


def description(state: State) -> str:
    """What the reviewer is told beside the findings."""
    asked = (
        f"\nYou asked: {state.exchange.question}\n{state.exchange.answer}" if state.exchange else ""
    )
    return (
        "Are these answers right? They are remembered as you leave them: edit the 'answer'; "
        f"set it to null, or take the entry out, where there is none.{asked}"
    )


async def look_up(state: State) -> dict[str, object]:
    """The document's sentences on a reviewer's question."""
    question = state.approval.message if state.approval else ""
    found = await in_thread(lambda: best(question, statements(state.pages), most=4))
    said = "\n".join(f"{each.text} (p. {each.page})" for _, each in found)
    return {"exchange": Exchange(question=question, answer=said or NO_PASSAGE)}
