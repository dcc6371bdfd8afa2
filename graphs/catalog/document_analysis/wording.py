"""Which sentences may answer a question, by its words and by what kind of answer it wants."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ....nodes.documents.search import STOP_WORDS
from ....nodes.entities import Spot, sentences, spots
from ....nodes.offline.dates import MONTHS
from ....nodes.offline.guard import guarded
from ....nodes.schemas import PageText

#: Below this share of a question's words, weighed by how rare they are, nothing is said on it.
_LEAST = 0.4
#: A sentence this far behind the best one only shares a word with the question.
_BEHIND = 0.85
_LONGEST = 600
#: No sentence answers better than this by its wording alone.
_MOST_LIKELY = 0.9
_LASTS = re.compile(
    r"\b(?:\d+|\w+) (?:\w+ )?(?:hour|day|week|month|quarter|year|per cent|degree)s?\b|%"
)
_SILENT = STOP_WORDS.union(MONTHS)
_ENDS = re.compile(r"(?:ations?|ies|es|ed|ing|ly|s)$")
_ASKING = frozenset(
    "much many long often late early stated state states given say says said tell document please "
    "find list name there exactly amount date day time happen happens get made "
    "period length duration number name kind type".split()
)
#: Words that say the same, by how they begin once their ends are off.
_SAME = {
    **dict.fromkeys(("expir", "expire", "terminate", "termin", "terminat"), "end"),
    **dict.fromkeys(("commenc", "commence", "start"), "begin"),
    **dict.fromkeys(("contract", "lease", "deed"), "agreement"),
    **dict.fromkeys(("paid", "payable", "payment"), "pay"),
    **dict.fromkeys(("price", "cost", "charge"), "fee"),
    **dict.fromkeys(("increase", "increas", "grew", "grow"), "rise"),
}
#: What a question wants, by how it asks.
_WANTS = (
    (re.compile(r"\b(?:when|deadline|(?:what|which|by what) (?:date|day))\b", re.I), "date"),
    (re.compile(r"\b(?:how much|what (?:price|amount|fee|sum|cost))\b", re.I), "amount"),
    (re.compile(r"\bhow (?:many|long|often|old|late)\b", re.I), "number"),
    (re.compile(r"\bwho\b|\bwhose\b|\bwhom\b", re.I), "name"),
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A sentence of the document and its page."""

    text: str
    page: int


def statements(pages: Iterable[PageText]) -> tuple[Statement, ...]:
    """The sentences of pages, and lines such as "Fee: EUR 5"; orders to the reader left out."""
    return tuple(
        Statement(text=each.text, page=page.number)
        for page in pages
        for each in sentences(guarded(page.text, "").text)
        if _says(each.text)
    )


def lines_of(passages: Iterable[PageText]) -> tuple[Statement, ...]:
    """The same of passages, in which each sentence has a line of its own."""
    return tuple(
        Statement(text=line, page=each.number)
        for each in passages
        for line in guarded(each.text, "").text.split("\n")
        if _says(line)
    )


def once(found: Iterable[Statement]) -> list[Statement]:
    """The statements without repetitions, the first of each."""
    told: dict[str, Statement] = {}
    for each in found:
        told.setdefault(each.text, each)
    return list(told.values())


def _says(text: str) -> bool:
    """Whether a line says something: no heading, and no row of figures that lost its columns."""
    words, figures = len(text.split()), len(re.findall(r"\d[\d.,]*", text))
    if len(text) > _LONGEST or figures > max(4, words // 5):
        return False
    if re.search(r"[.!?;:)\"”]$", text):
        return words > 2
    return 1 < words < 20 and re.search(r"\d|:\s", text) is not None


def words_in(text: str) -> frozenset[str]:
    """A text's telling words without their ends, those that say the same as one."""
    return frozenset(telling(text))


def telling(text: str) -> list[str]:
    """The same, as they follow each other."""
    words = re.findall(r"[^\W\d_]{3,}", text.lower())
    return [stem_of(each) for each in words if each not in _SILENT]


def asked_in(question: str) -> frozenset[str]:
    """What a question is about: its telling words but for those that only ask."""
    return frozenset(each for each in words_in(question) if each not in _ASKING)


def wanted(question: str) -> str | None:
    """What kind of answer a question wants: a date, an amount, a number or a name."""
    return next((kind for pattern, kind in _WANTS if pattern.search(question)), None)


def stem_of(word: str) -> str:
    """A word without its end; of those that say the same, one."""
    short = _ENDS.sub("", word)
    short = short if len(short) >= 3 else word
    return _SAME.get(short, short)


def best(question: str, found: Sequence[Statement], *, most: int) -> list[tuple[float, Statement]]:
    """The sentences that answer a question best, with how well (0 to 1)."""
    asked = asked_in(question)
    if not asked or not found:
        return []
    told = [words_in(each.text) for each in found]
    counts = Counter(word for words in told for word in words)
    rarity = {word: math.log(1 + len(found) / counts.get(word, 0.5)) for word in asked}
    whole = sum(rarity.values())
    scored = []
    for at, (each, words) in enumerate(zip(found, told, strict=True)):
        shared = sum(rarity[word] for word in asked & words) / whole
        if shared >= _LEAST:
            scored.append((_score(question, each.text, asked, words, shared), -at, each))
    scored.sort(key=lambda one: (-one[0], -one[1]))
    kept: dict[str, tuple[float, Statement]] = {}
    for score, _, each in scored:
        if score >= _BEHIND * scored[0][0]:
            kept.setdefault(each.text.casefold(), (score, each))
    return list(kept.values())[:most]


def _score(
    question: str, text: str, asked: frozenset[str], words: frozenset[str], shared: float
) -> float:
    """How well a sentence fits a question, which is not yet whether it answers it."""
    wants = wanted(question)
    fits = wants is None or has(wants, question, text, asked)
    numbers = set(re.findall(r"\d+", question)) <= set(re.findall(r"\d+", text))
    # Of two that say it, the shorter one is more about it.
    plain = (shared - 0.005 * len(words)) * (1.0 if fits and numbers else 0.6)
    return round(max(0.0, min(_MOST_LIKELY, plain)), 2)


def has(wants: str, question: str, text: str, asked: frozenset[str]) -> bool:
    """Whether a sentence has what a question wants at all."""
    if wants == "number":
        counted = re.search(r"\bhow many (\w+)", question, re.IGNORECASE)
        if counted is None:
            return _LASTS.search(text) is not None
        after = re.findall(r"\d[\d.,]*((?: [\w-]+){1,4})", text)
        return any(words_in(counted[1]) & words_in(each) for each in after)
    found = spots(text)
    if wants == "name":
        return any(is_name(each) and not words_in(each.value) <= asked for each in found)
    return any(each.kind == wants for each in found)


def is_name(spot: Spot) -> bool:
    """A person, an organisation, or a full name: a single word may be any."""
    return spot.kind in {"person", "organisation"} or (spot.kind == "unknown" and " " in spot.value)
