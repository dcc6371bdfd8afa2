"""Whether an answer in a model's own words rests on the sentences that it quotes.

Each sentence of it must say no more than one quoted sentence does: its words in their order, its
numbers, its denials. What only may be so goes to a person.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ....nodes.entities import sentences, spots
from .sureness import CONDITION, NUMBER_WORDS
from .wording import asked_in, is_name, stem_of, wanted, words_in

#: Words that say nothing of their own. All others must stand in the quote.
_LINKS = frozenset(
    "the an and of in on at to for from by with as is are be been it its this that these their his "
    "her they he she which who will shall has have yes no not there then so do does per "
    "answer document passage according says states stated".split()
)
_DENIES = re.compile(
    r"\b(?:not?|never|without|nor|neither|cannot|nobody|nothing|none)\b|n[’']t\b", re.IGNORECASE
)
#: Where a sentence goes on with another subject.
_CLAUSES = re.compile(
    r"(?:[,;]|\b(?:and|but|while|whereas|or)\b)\s+(?=(?:the|an?|each|every)\s|(?-i:[A-Z])\w)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"=[^=]+=|\d[\d.,]*\d|\d|[^\W\d_]{2,}")
#: How much of the question a quote must speak of.
_ON_IT = 0.5


@dataclass(frozen=True, kw_only=True)
class _Clause:
    """A part of a quote with one subject; or a ``whole`` sentence of several such parts."""

    text: str
    sentence: str
    words: tuple[str, ...]
    whole: bool = False


def refusals(answer: str, quotes: Sequence[str]) -> list[str]:
    """What an answer says that no quote of it bears out."""
    clauses = [each for quote in quotes for each in _clauses(quote)]
    refused = []
    for said in _sentences(answer):
        faults = [_fault(said, each) for each in clauses]
        if faults and all(faults):
            # The clause that comes nearest tells best what is wrong.
            near = max(range(len(faults)), key=lambda at: _shared(said, clauses[at]))
            refused.append(f"{said!r:.160} {faults[near]}.")
    return refused


def _shared(said: str, clause: _Clause) -> int:
    return len(set(_words(said)) & set(clause.words))


def doubts(question: str, answer: str, quotes: Sequence[str]) -> list[str]:
    """What the quotes bear out, and may yet be no answer to the question."""
    asked = asked_in(question)
    told = words_in(" ".join(quotes))
    found = []
    if asked and len(asked & told) < _ON_IT * len(asked):
        found.append("Its quotes do not speak of what is asked.")
    if not _words(answer):
        found.append("Whether it is so or not cannot be told from its words.")
    if wanted(question) == "name":
        names = {spot.value for each in quotes for spot in spots(each) if is_name(spot)}
        if len(names) > 1:
            found.append("Its quotes have several names.")
    if _terse(answer) and not _right_one(_words(answer)[0], asked, quotes):
        found.append("Its quotes have several values, and which one is asked cannot be told.")
    return found


def _sentences(text: str) -> Iterator[str]:
    for each in sentences(text):
        yield from filter(None, (part.strip() for part in each.text.split(";")))


def _clauses(quote: str) -> Iterator[_Clause]:
    for each in _sentences(quote):
        parts = _CLAUSES.split(each)
        for part in parts:
            yield _Clause(text=part, sentence=each, words=tuple(_words(part)))
        if len(parts) > 1:
            yield _Clause(text=each, sentence=each, words=tuple(_words(each)), whole=True)


def _words(text: str) -> list[str]:
    """A text's words without their ends, in order; a day or a sum is one of them."""
    for each in reversed(spots(text)):
        if each.kind in {"date", "amount"}:
            text = f"{text[: each.start]} ={each.value}= {text[each.end :]}"
    found = []
    for each in _TOKEN.findall(text):
        if each[0] == "=":
            found.append(each)
        elif each[0].isdigit():
            found.append(f"={each.replace(',', '')}=")
        elif each.lower() in NUMBER_WORDS:
            found.append(f"={NUMBER_WORDS[each.lower()]}=")
        elif each.lower() not in _LINKS:
            found.append(stem_of(each.lower()))
    return found


def _fault(said: str, clause: _Clause) -> str | None:
    """Why a sentence does not rest on a clause; None where it does."""
    words = _words(said)
    strange = [each.strip("=") for each in dict.fromkeys(words) if each not in clause.words]
    if strange:
        return f"says what its quote does not: {', '.join(strange[:5])}"
    if bool(_DENIES.search(said)) != bool(_DENIES.search(clause.text)):
        return "denies what its quote says, or the other way round"
    if {each.lower() for each in CONDITION.findall(clause.sentence)} - {
        each.lower() for each in CONDITION.findall(said)
    }:
        return "leaves out a condition of its quote"
    starts = [at for at, each in enumerate(clause.words) if words and each == words[0]]
    if words and not any(_follows(words, clause, start) for start in starts):
        return "has the words of its quote in another order"
    return None


def _follows(words: Sequence[str], clause: _Clause, at: int) -> bool:
    """Whether words come in a clause's order, each value with what it is the value of.

    Of a whole sentence nothing may be left out between: that mixes its subjects.
    """
    for word in words[1:]:
        if word not in clause.words[at + 1 :]:
            return False
        there = clause.words.index(word, at + 1)
        skipped = clause.words[at + 1 : there]
        if skipped and (clause.whole or (word[0] == "=" and any(e[0] == "=" for e in skipped))):
            return False
        at = there
    return True


def _terse(answer: str) -> bool:
    words = _words(answer)
    return bool(words) and words[0][0] == "="


def _right_one(value: str, asked: frozenset[str], quotes: Sequence[str]) -> bool:
    """Whether a value without words is the one asked for: the only one, or beside its words."""
    clauses = [each for quote in quotes for each in _clauses(quote) if not each.whole]
    if len({word for each in clauses for word in each.words if word[0] == "="}) == 1:
        return True
    places = [(each.words, each.words.index(value)) for each in clauses if value in each.words]
    return any(at and words[at - 1] in asked for words, at in places)
