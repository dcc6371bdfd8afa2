"""The names, dates and amounts of plain prose, found by their form, without a model.

A name is a run of capitalised words. That a sentence begins with a capital says nothing, so a
single word there counts only where the text has it inside of a sentence, too, or where it looks
like no common word. What stays in doubt is left out.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from .entity_words import (
    COMMON_END,
    GENERIC,
    INSTITUTIONS,
    LEGAL,
    NO_NAMES,
    NUMBERED,
    ORGANISATION,
    PARTICLES,
    PARTNERS,
    PEOPLES,
    PLACE,
    SMALL,
    TITLES,
)
from .offline.dates import dates_in
from .offline.numbers import Quantity, quantities

Kind = Literal["person", "organisation", "place", "date", "amount", "concept", "unknown"]

_TOKEN = re.compile(r"(?:[^\W\d_]\.)+(?!\w)|[^\W_][\w+-]*(?:['’](?!s\b)[^\W\d_]+)*|&|[^\w\s]")
_SHORT = frozenset("st dr mr mrs ms prof inc corp ltd co jr sr no vs approx messrs".split())
_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[\"“(‘]?[^\Wa-zß-öø-ÿ_])")
_ADJECTIVE = re.compile(r"-(?:based|born|owned|led|listed|style|wide|related|backed|style)$")
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTH_YEAR = re.compile(rf"\b({_MONTH})\s+(\d{{4}})\b")
_YEAR = re.compile(r"(?<=\b[Ii]n )((?:1[5-9]|20)\d\d)\b(?![.,]\d)")


#: What is longer is no sentence, but a table or a list that lost its lines; it names too much.
LONGEST = 1_500


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence on one line, and the line of the text on which it begins."""

    text: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A name, a date or an amount in a sentence; ``value`` is how it is known."""

    value: str
    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class _Word:
    text: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        """Whether it may be a name's: "Hamburg-based" is an adjective."""
        return self.text[0].isupper() and not _ADJECTIVE.search(self.text)


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text's paragraphs, bullets and single lines, in order."""
    for first, block in _blocks(text.split("\n")):
        joined = "\n".join(block)
        start, line = 0, first
        ends = [each.end() for each in _END.finditer(joined) if not _abbreviated(joined, each)]
        for end in (*ends, len(joined)):
            piece = joined[start:end]
            if piece.strip():
                lead = len(piece) - len(piece.lstrip())
                begins = line + piece.count("\n", 0, lead)
                yield Sentence(text=" ".join(piece.split()), line=begins)
            line += piece.count("\n")
            start = end


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Lines that belong together, and the number of the first: a heading stands alone."""
    block: list[str] = []
    first = 1
    for number, line in enumerate(lines, 1):
        plain = line.strip()
        item = re.match(r"(?:[•▪*–-]|\d{1,2}[.)]|>|#+|\|)\s", plain)
        if block and (not plain or item or (len(block) == 1 and _is_heading(block[0], plain))):
            yield first, block
            block = []
        if plain:
            first = first if block else number
            block.append(re.sub(r"^(?:[•▪*–>#-]+|\d{1,2}[.)])\s+", "", plain))
    if block:
        yield first, block


def _is_heading(line: str, after: str) -> bool:
    """Whether a line without a full stop stands for itself, and does not go on below."""
    return len(line.split()) <= 6 and line[-1] not in ".,;:-–(" and after[0].isupper()


def _abbreviated(text: str, end: re.Match[str]) -> bool:
    before = re.search(r"([\w.]+)\.$", text[max(0, end.start() - 12) : end.start()])
    if before is None:
        return False
    word = before[1].split(".")[-1]
    # Legal forms end a sentence as often as not.
    if word.lower() in {"inc", "corp", "ltd", "co"} or f"{before[1]}." in LEGAL:
        return text[end.end()] == "("
    return word.lower() in _SHORT or (len(word) == 1 and word.isupper())


def known_words(text: str) -> frozenset[str]:
    """Single words that the text capitalises inside of sentences, and never writes small."""
    inside: set[str] = set()
    small: set[str] = set()
    for each in sentences(text):
        words = _words(each.text) if len(each.text) <= LONGEST else []
        small.update(word.text for word in words if word.text[0].islower())
        inside.update(word.text for word in words[1:] if word.capital)
    return frozenset(word for word in inside if word.lower() not in small)


def spots(sentence: str, known: Collection[str] = ()) -> tuple[Spot, ...]:
    """What a sentence names, in its order; ``known`` are words that surely are names."""
    dated = list(_dates(sentence))
    taken = list(dated)
    taken += [each for each in _amounts(sentence) if not _overlaps(each, dated)]
    taken += [each for each in _names(sentence, known) if not _overlaps(each, taken)]
    return tuple(sorted(taken, key=lambda each: each.start))


def _overlaps(spot: Spot, others: Sequence[Spot]) -> bool:
    return any(spot.start < each.end and each.start < spot.end for each in others)


def _dates(text: str) -> Iterator[Spot]:
    whole = [
        Spot(value=day.isoformat(), kind="date", start=start, end=end)
        for day, start, end in dates_in(text)
    ]
    yield from whole
    for match in _MONTH_YEAR.finditer(text):
        month = _MONTH.split("|").index(match[1]) + 1
        found = Spot(
            value=f"{match[2]}-{month:02}", kind="date", start=match.start(), end=match.end()
        )
        if not _overlaps(found, whole):
            yield found
    for match in _YEAR.finditer(text):
        yield Spot(value=match[1], kind="date", start=match.start(), end=match.end())


def _amounts(text: str) -> Iterator[Spot]:
    for each in quantities(text):
        if each.currency or each.percent:
            lead = len(text[each.start : each.end]) - len(text[each.start : each.end].lstrip())
            end = each.start + len(text[each.start : each.end].rstrip())
            yield Spot(value=printed(each), kind="amount", start=each.start + lead, end=end)


def printed(amount: Quantity) -> str:
    """An amount in one spelling: "EUR 40 million", "30%"."""
    number = f"{amount.value:,.10g}"
    if amount.percent:
        return f"{number}%"
    scale = (amount.scale or "units").removesuffix("s")
    return " ".join(
        part for part in (amount.currency, number, scale if scale != "unit" else "") if part
    )


def _words(text: str) -> list[_Word]:
    return [
        _Word(text=each[0], start=each.start(), end=each.end()) for each in _TOKEN.finditer(text)
    ]


def _names(text: str, known: Collection[str]) -> Iterator[Spot]:
    words = _words(text)
    at = 0
    while at < len(words):
        if not words[at].capital:
            at += 1
            continue
        end = _run(text, words, at)
        found = _named(words[at:end], first=at == 0, known=known)
        if found is not None:
            yield found
        at = end


def _run(text: str, words: Sequence[_Word], at: int) -> int:
    """Where the run of words that begins here ends."""
    end = at + 1
    while end < len(words):
        step = _joins(text, words, at, end)
        if step == 0:
            break
        end += step
    return end


def _joins(text: str, words: Sequence[_Word], at: int, end: int) -> int:
    """How many more words belong to the run: 0 for none."""
    word, before = words[end], words[end - 1]
    gap = text[before.end : word.start]
    following = words[end + 1] if end + 1 < len(words) else None
    if following is not None and not gap and word.text in {".", ","}:
        short = word.text == "." and before.text.lower() in _SHORT
        form = word.text == "," and following.text in LEGAL - {"SE", "AB"}
        return 1 if short else 2 if form else 0
    if gap != " " or before.text in NO_NAMES:
        return 0
    if word.capital or following is None:
        return int(word.capital and word.text not in NO_NAMES)
    if word.text == "of":
        is_head = any(each.text in INSTITUTIONS for each in words[at:end])
        size = 3 if following.text == "the" else 2
        return size if is_head and any(each.capital for each in words[end + size - 1 :][:1]) else 0
    links = word.text == "&" or word.text in PARTICLES
    paired = word.text == "and" and following.text in PARTNERS
    return 2 if paired or (links and following.capital) else 0


def _named(run: Sequence[_Word], *, first: bool, known: Collection[str]) -> Spot | None:
    """The run as a name, without the small words and titles before it; None if it is none."""
    words, title = _untitled(run, first=first)
    titled = title is not None
    if not words or words[0].text in PARTICLES | {"&", "of", "and"}:
        return None
    if len(words) > 1 and words[-1].text in NO_NAMES:
        words = words[:-1]
    texts = [each.text for each in words]
    told = [each for each in texts if each not in LEGAL and each not in {",", "."}]
    alone = len(told) == 1 and len(texts) == 1
    if not told or texts[0] in NUMBERED or all(each.lower() in GENERIC for each in told):
        return None
    if alone and (len(texts[0].rstrip(".")) < 2 or texts[0].lower() in SMALL):
        return None
    if alone and first and words[0] is run[0] and not titled and not _surely(texts[0], known):
        return None
    value = _spelled(words)
    kind: Kind = "person" if titled and not _organised(texts) else kind_of(value)
    begins = words[0].start if title is None else title.start
    return Spot(value=value, kind=kind, start=begins, end=words[-1].end)


def _untitled(run: Sequence[_Word], *, first: bool) -> tuple[list[_Word], _Word | None]:
    """The run without what only leads to the name, and the first title among that."""
    words, title = list(run), None
    while words:
        lower = words[0].text.lower()
        following = words[1].text.lower() if len(words) > 1 else ""
        if lower in TITLES:
            title = title or words[0]
        elif not (
            words[0].text == "."
            or (lower in SMALL and (first or len(words) > 1))
            or words[0].text in NO_NAMES
            or (words[0].text in PEOPLES and (not following or following in TITLES))
        ):
            break
        words = words[1:]
    return words, title


def _surely(word: str, known: Collection[str]) -> bool:
    """Whether a single word that begins a sentence is a name, and no common word."""
    if word in known or (word.isupper() and len(word) > 1):
        return True
    return not word.lower().endswith(COMMON_END) and word.lower() not in GENERIC


def _spelled(words: Sequence[_Word]) -> str:
    parts = [words[0].text]
    for before, word in pairwise(words):
        parts.append(word.text if word.start == before.end else f" {word.text}")
    return "".join(parts)


def _organised(words: Sequence[str]) -> bool:
    return any(word in LEGAL or word in ORGANISATION for word in words)


def kind_of(name: str) -> Kind:
    """What a name names, where its own words tell."""
    words = re.split(r"[\s,]+", name.rstrip("."))
    if _organised(words):
        return "organisation"
    return "place" if len(words) > 1 and words[-1] in PLACE else "unknown"


def as_kind(spot: Spot, kind: Kind) -> Spot:
    """The spot with a kind that its place in a sentence tells, where its form told none."""
    return replace(spot, kind=kind) if spot.kind == "unknown" else spot
