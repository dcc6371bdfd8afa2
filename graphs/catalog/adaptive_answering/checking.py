"""The check: what an answer must keep to before anybody is given it, whoever wrote it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from ....nodes.gates.words import words
from ....nodes.grounding import numbers_in, stands_in
from ....nodes.shelf import telling_words
from .bearing import figures, is_hinge, tokens, unborne
from .quoting import Unit, units_of
from .schema import SURE, Check, Citation, Claim, Draft, Passage, Verdict
from .wording import covered, denies, key_terms, plain, share, stems, telling

#: A quote of fewer words says nothing, unless it is a whole sentence.
_FEWEST = 3
#: How much of a question must stand in its answer.
_COVERS = 0.55
#: A word that carries this share of the question must not be passed over.
_WEIGHTY = 0.3
#: Two sentences that share this much speak of the same; where both speak of what was asked, this.
_ALIKE, _NEAR = 0.8, 0.5
_WHY = re.compile(r"\bwhy\b|\breasons?\b", re.IGNORECASE)
_CAUSE = re.compile(
    r"\b(?:because|since|so|therefore|thus|hence|otherwise|in order|due to|owing to|thanks to"
    r"|reasons?|causes?|caused|as a result|lest|for fear|to (?:avoid|prevent|protect|keep|make"
    r"|ensure|allow)|which is why|that is why|would|could|nobody|nothing)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class _Borne:
    """A sentence of the answer whose quote stands in the passage that it names."""

    claim: Claim
    passage: Passage
    unit: Unit


def check(
    draft: Draft,
    passages: tuple[Passage, ...],
    terms: dict[str, float],
    sides: tuple[str, ...],
    judged: Draft | None = None,
    rounds: int = 0,
    question: str = "",
) -> dict[str, object]:
    """Every sentence rests on its passage, the question is covered, nothing is contradicted.

    What does not hold is told, for the next attempt; the answer is made of what does.
    """
    borne, reasons = _borne(draft.claims, {each.id: each for each in passages}, sides)
    reasons += _contradictions([each.claim for each in borne])
    reasons += _disputed(borne, passages, key_terms(terms))
    if borne and _WHY.search(question) and not any(_CAUSE.search(each.unit.text) for each in borne):
        reasons.append("It gives no reason, and the question asks for one.")
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
        "written": _written([each.claim for each in borne]),
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
    claims: Sequence[Claim], passages: Mapping[str, Passage], sides: Sequence[str]
) -> tuple[list[_Borne], list[str]]:
    borne: list[_Borne] = []
    reasons: list[str] = []
    for claim in claims:
        passage = passages.get(claim.passage)
        if passage is None:
            found: _Borne | str = f"cites {claim.passage!r}, which is no passage"
        else:
            found = _rested(claim, passage, sides)
        if isinstance(found, _Borne):
            borne.append(found)
        else:
            reasons.append(f"{claim.text!r:.160} {found}.")
    return borne, reasons


def _rested(claim: Claim, passage: Passage, sides: Sequence[str]) -> _Borne | str:
    """A sentence with the one that it rests on; else why it rests on none."""
    # By its letters alone "EUR 1" would stand in "EUR 100".
    numbered = numbers_in(claim.quote) <= numbers_in(passage.text)
    if not numbered or not stands_in(claim.quote, passage.text):
        return f"quotes words that do not stand in {claim.passage!r}"
    quoted = [unit for unit in units_of(passage) if stands_in(claim.quote, unit.text)]
    if len(words(claim.quote)) < _FEWEST:
        quoted = [unit for unit in quoted if stands_in(unit.text, claim.quote)]
    if not quoted:
        return "quotes no sentence, nor three words of one"
    faults = [_fault(claim, unit, sides) for unit in quoted]
    if None in faults:
        return _Borne(claim=claim, passage=passage, unit=quoted[faults.index(None)])
    return str(faults[0])


def _fault(claim: Claim, unit: Unit, sides: Sequence[str]) -> str | None:
    """Why a sentence does not rest on another; what is quoted in part is held against the whole."""
    about = claim.about or ""
    others = {each for side in sides if side != about for each in tokens(side)}
    own = set(tokens(about)) - others or set(tokens(about))
    there = {*tokens(unit.text), *tokens(unit.around)}
    if len(own & there) < len(own) / 2:
        return f"is said of {about!r}, which its quote does not speak of"
    if plain(claim.text) == unit.said:
        return None
    return unborne(plain(claim.text), unit.text, unit.around)


def _disputed(
    borne: Sequence[_Borne], passages: Iterable[Passage], wanted: Mapping[str, float]
) -> list[str]:
    """What the passages say otherwise: of the same question's words, with another number or not."""
    units = [unit for passage in passages for unit in units_of(passage)]
    found = []
    for each in borne:
        told = covered(wanted, stems(f"{each.unit.text} {each.unit.around}"))
        for other in units:
            same = told <= covered(wanted, stems(f"{other.text} {other.around}"))
            same = same and _numbered(each.unit, told) <= _numbered(other, told)
            if told and same and other.said != each.unit.said and _differ(each.unit, other):
                found.append(f"{other.said!r:.160} ({other.passage.source}) says otherwise.")
    return list(dict.fromkeys(found))


def _numbered(unit: Unit, told: set[str]) -> set[tuple[str, str]]:
    """The numbers of the question with what they number: room 4 is not the room with 4 chairs."""
    return {pair for pair in pairwise(tokens(unit.text)) if pair[1].isdigit() and pair[1] in told}


def _differ(one: Unit, other: Unit) -> bool:
    words, others = (
        {each for each in tokens(unit.text) if not is_hinge(each)} for unit in (one, other)
    )
    alike = len(words & others) / max(1, min(len(words), len(others)))
    numbers, more = figures(one.text), figures(other.text)
    apart = bool(numbers and more) and not (numbers <= more or more <= numbers)
    denied = denies(one.text) != denies(other.text)
    return (apart and alike >= _NEAR) or (denied and alike >= _ALIKE)


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
