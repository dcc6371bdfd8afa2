"""Answering without a model: the passages' own sentences, chosen by what the question turns on."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ....nodes.gates.words import sentences
from ....nodes.shelf import telling_words
from ....state.records import Decision
from .asking import kind_by_form
from .schema import Check, Claim, Draft, Passage
from .wording import covered, key_terms, plain, share, stems

#: What only the heading or the line above says counts for less than what the quote says itself.
_AROUND = 0.6
#: A sentence that speaks of less of the question than this is no answer to it.
_LEAST = 0.3
_MOST = 4
#: What is nearly as good as the best belongs to an explanation, too.
_NEARLY = 0.75
_OPENS = 0.08
#: A long sentence speaks of much by chance.
_EACH_WORD = 0.002
#: A sentence that only speaks of a thing does not say what it is.
_SPEAKS = 0.7
_DEFINES = re.compile(
    r"^what(?:[’']s| is| are) (?:an? )(?P<thing>[^?]{2,60}?)[\s?]*$", re.IGNORECASE
)
_COUNTS = re.compile(
    r"\bhow (?:many|much|long|often|old|large|big|far|fast|high|deep)\b|^when\b", re.IGNORECASE
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|once|twice|half|none|daily|"
    r"weekly|monthly|hour|day|week|month|year)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A sentence, a list's item or a table's row, and as what it is ``said`` in an answer;
    ``around`` is what it stands under."""

    passage: Passage
    text: str
    said: str
    around: str


@dataclass(frozen=True, kw_only=True)
class _Fit:
    unit: Unit
    told: frozenset[str]
    score: float


def quote(
    question: str,
    kind: Decision,
    terms: dict[str, float],
    sides: tuple[str, ...],
    passages: tuple[Passage, ...],
    check: Check | None = None,
) -> Draft:
    """An answer of quotes alone; after a refusal also of what speaks of the words it lacked."""
    units = [unit for passage in passages for unit in units_of(passage)]
    wanted = key_terms(terms)
    lacking = check.missing if check is not None else ()
    choice = kind.choice or kind_by_form(question)
    if choice == "comparative" and sides:
        return _compared(units, wanted, sides)
    fits = _ranked(units, wanted, counts=_COUNTS.search(question) is not None)
    asked = _DEFINES.match(question)
    if asked is not None:
        fits = _defining(fits, asked["thing"])
    good = [each for each in fits if each.score >= _NEARLY * fits[0].score]
    chosen = good[: _MOST if choice == "explanatory" else 1]
    for term in lacking:
        more = next((each for each in fits if term in each.told and each not in chosen), None)
        chosen = [*chosen, more] if more is not None else chosen
    told = {term for each in chosen for term in each.told}
    best = chosen[0].score if chosen else 0.0
    sure = 0.7 * best + 0.3 * share(wanted, told) if choice == "explanatory" else best
    confidence = _confidence(sure, among=len(wanted))
    return Draft(claims=[_claim(each.unit) for each in chosen], confidence=confidence)


def _compared(units: Sequence[Unit], wanted: Mapping[str, float], sides: tuple[str, ...]) -> Draft:
    """The best on each of the two things; where one is not spoken of there is no comparison."""
    claims: list[Claim] = []
    scores: list[float] = []
    for side in sides:
        own = {term: wanted.get(term, 1.0) for term in telling_words(side)}
        rest = {term: weight / 4 for term, weight in wanted.items() if term not in own}
        taken = {claim.quote for claim in claims}
        fits = [
            each
            for each in _ranked(units, {**rest, **own}, counts=False)
            if share(own, each.told & own.keys()) > 0.5 and each.unit.text not in taken
        ]
        if not fits:
            return Draft(claims=[], confidence=0.0)
        # What a thing is can be compared, what is merely said of it hardly.
        best = next((each for each in fits if _opens(each.unit, own)), fits[0])
        claims.append(_claim(best.unit, about=side))
        scores.append(best.score * (1.0 if _opens(best.unit, own) else _AROUND))
    return Draft(claims=claims, confidence=_confidence(min(scores), among=2))


def _ranked(units: Sequence[Unit], wanted: Mapping[str, float], *, counts: bool) -> list[_Fit]:
    fits = []
    for unit in units:
        told = covered(wanted, stems(unit.text))
        near = covered(wanted, stems(unit.around)) - told
        score = share(wanted, told) + _AROUND * share(wanted, near)
        score += _OPENS if _opens(unit, told) else 0.0
        score -= _EACH_WORD * max(0, len(unit.text.split()) - 20)
        if counts and not _NUMBER.search(unit.text):
            score *= 0.6
        if told and score >= _LEAST:
            fits.append(_Fit(unit=unit, told=frozenset(told | near), score=score))
    return sorted(fits, key=lambda each: -(each.score + 0.1 * each.unit.passage.score))


def _defining(fits: Sequence[_Fit], thing: str) -> list[_Fit]:
    """What says what a thing is before what speaks of it, and that first where it is treated of."""
    says = re.compile(rf"(?:an? |the )?{re.escape(thing)}s? (?:is|are|means?)\b", re.IGNORECASE)
    titles = stems(thing)
    found = []
    for fit in fits:
        treated = titles <= stems(fit.unit.passage.heading)
        defines = says.match(fit.unit.said) is not None
        score = fit.score * (1.0 if defines else _SPEAKS) * (1.0 if treated or defines else _SPEAKS)
        found.append(replace(fit, score=score))
    return sorted(found, key=lambda each: -each.score)


def _opens(unit: Unit, terms: Iterable[str]) -> bool:
    """Whether it begins with what is asked about: then it says what that is or does."""
    return bool(covered(terms, stems(" ".join(unit.text.split()[:4]))))


def _confidence(score: float, *, among: int) -> float:
    """By how much of the question is spoken of, and by how much there was to go by: many a
    sentence speaks of the one word of a short question without answering it."""
    known = {0: 0.0, 1: 0.65, 2: 0.85}.get(among, 1.0)
    return round(max(0.0, min(0.95, 0.9 * score * known)), 2)


def _claim(unit: Unit, about: str | None = None) -> Claim:
    return Claim(text=unit.said, passage=unit.passage.id, quote=unit.text, about=about)


def units_of(passage: Passage) -> Iterator[Unit]:
    """What a passage says, one by one: its sentences, items and rows; no titles, no code."""
    lead = ""
    for block in _blocks(passage.text):
        around = f"{passage.heading} {passage.source.rsplit('.', 1)[0]} {lead}"
        if block.startswith("|"):
            yield from _rows(passage, block, around)
            continue
        texts = _ITEM.split(block) if _ITEM.match(f"\n{block}") else sentences(_joined(block))
        if len(texts) == 1 and _TITLE.fullmatch(block):  # it says what follows is about, no more
            lead = block
            continue
        for text in texts:
            yield Unit(passage=passage, text=text.strip(), said=plain(text), around=around)
        lead = texts[-1] if texts and texts[-1].endswith(":") else ""


_TITLE = re.compile(r"(?!.*[.!?]$)(?:\S+ ?){1,6}")
_ITEM = re.compile(r"\n(?=(?:[-*+•]|\d{1,3}[.)])\s)")


def _joined(block: str) -> str:
    return re.sub(r"\s*\n\s*", " ", block)


def _blocks(text: str) -> list[str]:
    """Paragraphs, lists and tables; code says nothing in words and is left out."""
    prose = re.sub(r"^ {0,3}(```|~~~).*?(?:^ {0,3}\1.*?$|\Z)", "", text, flags=re.M | re.S)
    return [each.strip() for each in re.split(r"\n\s*\n", prose) if each.strip()]


def _rows(passage: Passage, table: str, around: str) -> Iterator[Unit]:
    """A table's rows, each cell said with the head of its column."""
    rows = [row.strip() for row in table.split("\n")]
    ruled = len(rows) > 1 and re.fullmatch(r"[\s|:-]+", rows[1]) is not None
    heads = _cells(rows[0]) if ruled else []
    for row in rows[2:] if ruled else rows:
        cells = _cells(row)
        named = len(heads) == len(cells)
        said = "; ".join(
            f"{heads[at]}: {cell}" if named and heads[at] and at else cell
            for at, cell in enumerate(cells)
            if cell
        )
        if said:
            where = f"{around} {' '.join(heads)}"
            yield Unit(passage=passage, text=row, said=plain(said), around=where)


def _cells(row: str) -> list[str]:
    return [each.strip() for each in row.strip().strip("|").split("|")]
