"""Finding what speaks against a finding elsewhere in the document, of which it saw a part."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ....nodes.blocking import in_thread
from ....nodes.entities import sentences, spots
from ....nodes.quotes import line_of
from .aspects import BY_QUESTION
from .schema import Finding, Quote, State, ToCheck
from .sureness import candidates, taken_back
from .wording import Statement, once, statements, words_in

#: How much of the shorter sentence's telling words the other one must share.
_SHARED = 0.75


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a sentence says that can be contradicted, and of what it says it."""

    words: frozenset[str]
    lead: frozenset[str]
    days: tuple[str, ...]
    amounts: tuple[str, ...]
    numbers: frozenset[str]


async def compare(state: State) -> dict[str, object]:
    """The findings with what contradicts them, and what a person should look at."""
    return await in_thread(_compared, state)


def _compared(state: State) -> dict[str, object]:
    every = [(each, words_in(each.text)) for each in once(statements(state.pages))]
    earlier = [each for each in state.memory if each.digest == state.digest and each.answer]
    texts = {each.number: each.text for each in state.pages}
    findings = []
    for finding in (each for each in state.found if each is not None):
        if finding.remembered:
            findings.append(finding)
            continue
        others = dict(_others(finding, every))
        before = (each for each in _before(finding, earlier) if each not in others)
        lined = tuple(
            each.model_copy(update={"line": line_of(each.text, texts[each.page])})
            for each in finding.quotes
        )
        update = {
            "contradicts": tuple(dict.fromkeys((*others, *before))),
            "otherwise": tuple(dict.fromkeys(others.values())),
            "left_out": _left_out(finding, every),
            "doubts": (*finding.doubts, *_elsewhere(finding, every, texts)),
            "quotes": lined,
        }
        findings.append(finding.model_copy(update=update))
    fresh = [each for each in findings if not each.remembered]
    told = [f"{each.question} {line}" for each in fresh for line in each.contradicts]
    checks = [_to_check(each) for each in fresh if each.to_check]
    return {"findings": findings, "contradictions": tuple(told), "to_check": checks}


def _elsewhere(
    finding: Finding, every: Sequence[tuple[Statement, frozenset[str]]], texts: Mapping[int, str]
) -> Iterable[str]:
    """What the rest of the document gives reason to doubt in a finding."""
    look = BY_QUESTION.get(finding.question)
    if look is not None:
        left = _left_out(finding, every)
        if left:
            whole = left + len(finding.quotes)
            yield f"The list is incomplete: {len(finding.quotes)} of {whole} are quoted."
        return
    for quote in finding.quotes:
        back = taken_back(quote.text, [each.text for each in sentences(texts[quote.page])])
        if back is not None:
            yield f"After it stands: {back!r}."
    said = [each.text for each in finding.quotes]
    for other in candidates(finding.question, (each for each, _ in every), but=said)[:3]:
        yield f"Page {other.page} has the question's words, too: {other.text!r}."


def _left_out(finding: Finding, every: Sequence[tuple[Statement, frozenset[str]]]) -> int:
    """How many sentences with an aspect's wording a list of them does not quote."""
    look = BY_QUESTION.get(finding.question)
    if look is None:
        return 0
    quoted = {each.text for each in finding.quotes}
    return sum(look.says(each.text) and each.text not in quoted for each, _ in every)


def _to_check(finding: Finding) -> ToCheck:
    stands = (
        f"p. {each.page}{f', line {each.line}' if each.line else ''}" for each in finding.quotes
    )
    why = (*finding.doubts, *finding.contradicts, *finding.refused)
    return ToCheck(
        question=finding.question,
        answer=finding.shown,
        stands="; ".join(stands),
        why=" ".join(why or (f"Its confidence is only {finding.confidence:g}.",)),
    )


def _others(
    finding: Finding, every: Sequence[tuple[Statement, frozenset[str]]]
) -> Iterable[tuple[str, Quote]]:
    """The document's other sentences that say another day or amount of the same."""
    told_of: set[frozenset[str]] = set()
    for quote in finding.quotes:
        own = said_in(quote.text)
        if own is None:
            continue
        for other, words in every:
            # Most sentences share no two words with the quote, and need no closer look.
            pair = frozenset((other.text, quote.text))
            if len(words & own.words) < 2 or len(pair) == 1 or pair in told_of:
                continue
            told = said_in(other.text)
            if told and contradict(own, told):
                told_of.add(pair)
                line = f"Page {other.page} says: {other.text!r}; page {quote.page}: {quote.text!r}."
                yield line, Quote(text=other.text, page=other.page)


def _before(finding: Finding, earlier: Sequence[Finding]) -> Iterable[str]:
    own = said_in(finding.answer or "")
    for each in earlier:
        told = said_in(each.answer or "")
        if own and told and contradict(own, told):
            yield f"Found earlier, to {each.question!r}: {each.answer!r}."


def said_in(sentence: str) -> Said | None:
    """What a sentence says with days or amounts; None where it has neither, or too many."""
    if not re.search(r"\d", sentence) or len(sentence) > 600:
        return None
    found = spots(sentence)
    days = tuple(each.value for each in found if each.kind == "date")
    amounts = tuple(each.value for each in found if each.kind == "amount")
    if not 0 < len(days) + len(amounts) < 6:
        return None
    left = sentence
    for each in reversed([each for each in found if each.kind in {"date", "amount"}]):
        left = f"{left[: each.start]} {left[each.end :]}"
    # A clause's number at the beginning says nothing of what the clause says.
    left = re.sub(r"^\s*(?:§\s*)?\d+(?:\.\d+)*[.)]?\s", " ", left)
    numbers = frozenset(re.findall(r"\d+", left))
    last = max(each.start for each in found if each.kind in {"date", "amount"})
    words = words_in(left)
    lead = words_in(sentence[:last]) & words
    return Said(words=words, lead=lead or words, days=days, amounts=amounts, numbers=numbers)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _SHARED * min(len(one), len(other))


def contradict(one: Said, other: Said) -> bool:
    """Whether two sentences say different days or amounts of one thing.

    Where another number differs, they are about two things: year 1 and year 2.
    """
    if one.numbers != other.numbers or len(one.words & other.words) < 2:
        return False
    # What comes before the value says of what it is; sentences of one form end alike.
    if not (_alike(one.words, other.words) and _alike(one.lead, other.lead)):
        return False
    other_day = len(one.days) == len(other.days) and one.days != other.days
    other_amount = len(one.amounts) == len(other.amounts) and one.amounts != other.amounts
    same_days, same_amounts = one.days == other.days, one.amounts == other.amounts
    return (other_day and (same_amounts or not one.amounts or not other.amounts)) or (
        other_amount and (same_days or not one.days or not other.days)
    )
