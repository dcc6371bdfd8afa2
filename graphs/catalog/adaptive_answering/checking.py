"""The check: what an answer must keep to before anybody is given it, whoever wrote it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from ....nodes.grounding import numbers_in, stands_in
from ....nodes.shelf import telling_words
from .schema import SURE, Check, Citation, Claim, Draft, Passage, Verdict
from .wording import covered, denies, key_terms, plain, share, stems, telling

#: How much of what a sentence says must stand in its quote, and of a question in its answer.
_RESTS = 0.5
_COVERS = 0.55
#: A word that carries this share of the question must not be passed over.
_WEIGHTY = 0.3
#: Two sentences that share this much speak of the same.
_ALIKE = 0.8


@dataclass(frozen=True, kw_only=True)
class _Borne:
    """A sentence of the answer whose quote stands in the passage that it names."""

    claim: Claim
    passage: Passage


def check(
    draft: Draft,
    passages: tuple[Passage, ...],
    terms: dict[str, float],
    sides: tuple[str, ...],
    judged: Draft | None = None,
    rounds: int = 0,
) -> dict[str, object]:
    """Every sentence rests on its passage, the question is covered, nothing contradicts itself.

    What does not hold is told, for the next attempt; the answer is made of what does.
    """
    borne, reasons = _borne(draft.claims, {each.id: each for each in passages})
    reasons += _contradictions([each.claim for each in borne])
    missing = _missing(key_terms(terms), borne)
    reasons += [f"It passes over {each!r}, which the question asks about." for each in missing]
    reasons += _unequal(sides, borne)
    if draft.confidence < SURE:
        reasons.append(f"It is not sure enough: {draft.confidence:.2f}, and {SURE} is asked for.")
    return {
        "check": Check(
            verdict=_verdict(draft, judged, reasons), reasons=tuple(reasons), missing=missing
        ),
        "judged": draft,
        "rounds": rounds + 1,
        "answer": _written([each.claim for each in borne]) or None,
        "citations": tuple(_cited(at, each) for at, each in enumerate(borne, 1)),
        "confidence": draft.confidence,
    }


def _verdict(draft: Draft, judged: Draft | None, reasons: Sequence[str]) -> Verdict:
    if not draft.claims:
        return "nothing"
    if not reasons:
        return "passed"
    # Who gives a refused answer again has no other.
    return "stuck" if draft == judged else "again"


def _borne(
    claims: Sequence[Claim], passages: Mapping[str, Passage]
) -> tuple[list[_Borne], list[str]]:
    borne: list[_Borne] = []
    reasons: list[str] = []
    for claim in claims:
        passage = passages.get(claim.passage)
        fault = (
            f"cites {claim.passage!r}, which is no passage"
            if passage is None
            else _fault(claim, passage)
        )
        if passage is not None and fault is None:
            borne.append(_Borne(claim=claim, passage=passage))
        else:
            reasons.append(f"{claim.text!r:.160} {fault}.")
    return borne, reasons


def _fault(claim: Claim, passage: Passage) -> str | None:
    """Why a sentence does not rest on its quote; None where it does."""
    # By its letters alone "EUR 1" would stand in "EUR 100".
    numbered = numbers_in(claim.quote) <= numbers_in(passage.text)
    if not numbered or not stands_in(claim.quote, passage.text):
        return f"quotes words that do not stand in {claim.passage!r}"
    said = telling(claim.text)
    around = telling(f"{claim.quote} {passage.heading} {claim.about or ''}")
    if said and len(said & around) / len(said) < _RESTS:
        return "says more than its quote does"
    if not numbers_in(claim.text) <= numbers_in(f"{claim.quote} {passage.heading}"):
        return "has a number that its quote has not"
    if denies(claim.text) != denies(claim.quote):
        return "denies what its quote says, or the other way round"
    return None


def _contradictions(claims: Sequence[Claim]) -> list[str]:
    """Pairs that say nearly the same, but for a number or a not."""
    found = []
    for one, other in combinations(claims, 2):
        if one.about != other.about:
            continue
        words, others = telling(one.text), telling(other.text)
        both = {each for each in words & others if not each.isdigit()}
        fewer = min(sum(not each.isdigit() for each in these) for these in (words, others))
        if not both or len(both) < _ALIKE * fewer:
            continue
        numbers, more = numbers_in(one.text), numbers_in(other.text)
        apart = numbers and more and not (numbers <= more or more <= numbers)
        if apart or denies(one.text) != denies(other.text):
            found.append(f"{one.text!r:.120} and {other.text!r:.120} contradict each other.")
    return found


def _missing(wanted: Mapping[str, float], borne: Sequence[_Borne]) -> tuple[str, ...]:
    """The question's words that the answer passes over, where they matter."""
    texts = (
        f"{each.claim.text} {each.claim.quote} {each.claim.about or ''} "
        f"{each.passage.heading} {each.passage.source}"
        for each in borne
    )
    told = covered(wanted, frozenset().union(*map(stems, texts)))
    whole = sum(wanted.values())
    silent = {term: weight for term, weight in wanted.items() if term not in told}
    if share(wanted, told) < _COVERS:
        return tuple(silent)
    return tuple(term for term, weight in silent.items() if weight > _WEIGHTY * whole)


def _unequal(sides: Sequence[str], borne: Sequence[_Borne]) -> list[str]:
    """Which of two compared things nothing is said about."""
    found = []
    words = {side: set(telling_words(side)) for side in sides}
    for side in sides:
        others = set().union(*(words[each] for each in sides if each != side))
        own = words[side] - others or words[side]
        texts = [stems(f"{each.claim.text} {each.claim.about or ''}") for each in borne]
        if borne and not any(covered(own, text) for text in texts):
            found.append(f"It says nothing about {side!r}.")
    return found


def _written(claims: Sequence[Claim]) -> str:
    """The answer as text, each sentence with the number of its citation."""
    if len(claims) == 1 and not claims[0].about:
        return f"{plain(claims[0].text)} [1]"
    lines = []
    for number, claim in enumerate(claims, 1):
        head = f"{claim.about}: " if claim.about else "- "
        lines.append(f"{head}{plain(claim.text)} [{number}]")
    return "\n".join(lines)


def _cited(number: int, each: _Borne) -> Citation:
    return Citation(
        number=number,
        source=each.passage.source,
        heading=each.passage.heading,
        page=each.passage.page,
        quote=each.claim.quote,
    )
