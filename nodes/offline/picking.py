"""Sentences: picking those that a list, a summary or a question asks for.

Nothing is rewritten. A sentence is taken whole or not at all, so that everything said can be
found in the source as it stands.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ..documents.search import STOP_WORDS
from .cues import cue_name, hits, themes
from .source import Sentence
from .worth import worth

#: Sentences this much alike (per cent of shared words) say the same.
_ALIKE = 72
#: What another sentence on a theme already told is worth less by.
_AGAIN = 0.13
#: Of a kind, what is worth less than this share of the best is left out.
_LEAST = 0.52
_BULLET = re.compile(r"^[•▪◦*–-]\s*")
#: No list is so long that more than this many of the best need a look.
_LOOKED_AT = 400


@dataclass(frozen=True, kw_only=True)
class Picked:
    """A sentence and how well it answers, from 0 to 1."""

    sentence: Sentence
    score: float


def pick(
    sentences: Sequence[Sentence],
    *,
    topic: str,
    question: str = "",
    most: int = 5,
    max_words: int | None = None,
) -> tuple[Picked, ...]:
    """The best sentences for a topic and a question, best first, none saying another again."""
    cue = cue_name(topic)
    wanted = _telling(f"{topic} {question}" if cue is None else f"{_beyond(topic)} {question}")
    rarity = _rarity(sentences)
    if cue in {"trend", "statistic"}:
        sentences = _first_of_each_measure(sentences)
    elif cue is None and _AMOUNT.search(topic):
        sentences = [each for each in sentences if re.search(r"\d", each.text)]
    scored = [
        Picked(sentence=_unbulleted(each), score=score)
        for each in sentences
        if (score := _score(_BULLET.sub("", each.text), cue, wanted, rarity)) > 0
    ]
    scored.sort(key=lambda each: (-each.score, each.sentence.order))
    if cue is not None and scored:
        # Few good ones say more than those and some that only share a word with the kind.
        scored = [each for each in scored if each.score > _LEAST * scored[0].score]
    return _different(scored[:_LOOKED_AT], cue=cue, most=most, max_words=max_words)


#: Questions that only a number answers.
_AMOUNT = re.compile(r"\bhow (?:many|much|large|big|high|long|old)\b", re.IGNORECASE)
#: Sentences that begin with a measure and do not say of what.
_BARE_MEASURE = re.compile(
    r"^(?:(?:total|our|consolidated)\s+)*(revenues?|net sales|sales|gross (?:margin|profit)"
    r"|operating (?:income|profit|loss|expenses?)|net (?:income|earnings|loss)"
    r"|cost of (?:revenues?|sales)|selling[\w\s,]{0,30} expenses?)"
    r"\s+(?:increas|decreas|grew|rose|fell|declin|was\b|were\b|total|widen|narrow|improv)",
    re.IGNORECASE,
)


def _first_of_each_measure(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences, of those that begin with one measure only the first.

    A report speaks of the whole company before it speaks of its segments, and their sentences
    ("Gross margin decreased 13%") read alike once their headings are lost.
    """
    seen: set[str] = set()
    kept = []
    for each in sentences:
        measure = _BARE_MEASURE.match(_BULLET.sub("", each.text))
        name = measure[1].lower().rstrip("s") if measure else None
        if name is None or name not in seen:
            kept.append(each)
        if name is not None and re.search(r"\d", each.text):
            seen.add(name)
    return kept


def _unbulleted(sentence: Sentence) -> Sentence:
    plain = _BULLET.sub("", sentence.text)
    return sentence if plain == sentence.text else replace(sentence, text=plain)


def has_topic(topic: str) -> bool:
    """Whether sentences of this kind are told by shared words, not only by the topic's own."""
    return cue_name(topic) is not None


def _beyond(topic: str) -> str:
    """What a question asks beside its kind: "tariffs" of "What risks do tariffs pose?"."""
    return topic if len(topic.split()) > 2 else ""


_ASKING = frozenset(
    (
        "list summary sentence sentences text state states stated give name short most least "
        "field value document report please mention include more less add write draft tell say "
        "about shorter longer brief briefly number numbers words word people reader company "
        "main much many how what which who when where why does did risk risks trend trends "
        "statistic statistics"
    ).split()
)


@lru_cache(maxsize=16384)
def _telling(text: str) -> frozenset[str]:
    words = re.findall(r"[^\W\d_]{3,}|\d{4}", text.lower())
    return frozenset(stem(word) for word in words if word not in STOP_WORDS | _ASKING)


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A word without its commonest ends, enough to match "risks" and "risk", "sold" not "sell"."""
    for end in ("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ied", "es", "ed", "s"):
        if word.endswith(end) and len(word) - len(end) >= 4:
            return word[: -len(end)]
    return word


@dataclass(frozen=True)
class _Rarity:
    """In how many of a text's sentences each word stands."""

    counts: Mapping[str, int]
    total: int
    most: int

    def of(self, word: str) -> float:
        return math.log(1 + self.total / self.counts.get(word, 0.5))

    def centrality(self, words: frozenset[str]) -> float:
        return sum(self.counts.get(word, 0) for word in words) / (self.most * max(1, len(words)))


def _rarity(sentences: Sequence[Sentence]) -> _Rarity:
    counts = Counter(word for each in sentences for word in _telling(each.text))
    return _Rarity(counts, len(sentences), max(counts.values(), default=1))


def _score(text: str, cue: str | None, wanted: frozenset[str], rarity: _Rarity) -> float:
    own = worth(text, cue)
    if own is None:
        return 0.0
    words = _telling(text)
    shared = 0.0
    if wanted:
        whole = sum(rarity.of(word) for word in wanted)
        shared = sum(rarity.of(word) for word in wanted & words) / whole
    if cue is not None:
        found = hits(cue, text)
        if found == 0:
            return 0.0
        score = 0.34 + 0.06 * min(4, found) + 0.4 * min(1.0, 1.5 * shared)
    elif wanted:
        # One common word of a long question is no answer to it.
        if shared < (0.2 if len(wanted) > 2 else 0.01):
            return 0.0
        score = 0.2 + 0.65 * min(1.0, 1.3 * shared)
    else:
        score = 0.3
    score += 0.15 * rarity.centrality(words) + own
    return max(0.01, min(0.95, score))


def _different(
    scored: Sequence[Picked], *, cue: str | None, most: int, max_words: int | None
) -> tuple[Picked, ...]:
    """The best ones that differ from all taken before, on different themes where there are."""
    taken: list[Picked] = []
    told: Counter[str] = Counter()
    words = 0
    left = [(each, themes(cue or "", each.sentence.text)) for each in scored]

    def fresh(about: tuple[Picked, tuple[str, ...]]) -> float:
        each, names = about
        again = sum(told[name] for name in names) / len(names) if names else 0.0
        return each.score - _AGAIN * again

    while left and len(taken) < most:
        at = max(range(len(left)), key=lambda place: fresh(left[place]))
        best, names = left.pop(at)
        length = len(best.sentence.text.split())
        if (max_words is not None and words + length > max_words) or _repeats(best, taken):
            continue
        taken.append(best)
        words += length
        told.update(names)
    return tuple(taken)


def _repeats(each: Picked, taken: Iterable[Picked]) -> bool:
    from rapidfuzz import fuzz

    text = each.sentence.text
    return any(fuzz.token_set_ratio(text, one.sentence.text) >= _ALIKE for one in taken)
