"""Whose text it is: the company's name, by its legal form and by where it stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .said import Said, lines
from .source import Sentence, Source

#: Legal forms that only names have, as they are written; capitals are for names in capitals.
_STRONG = (
    r"Inc\.?|INC\.?|Incorporated|INCORPORATED|Corp\.?|CORP\.?|Corporation|CORPORATION"
    r"|(?:Co\.?,?\s+)?Ltd\.?|(?:CO\.?,?\s+)?LTD\.?|Limited|LIMITED|Pty\.?\s+Ltd\.?|Pte\.?\s+Ltd\.?"
    r"|plc|PLC|Plc|p\.l\.c\.|SE\s+&\s+Co\.\s+KGaA|KGaA|AG|SE|GmbH|S\.A\.|SA|S\.p\.A\.|SpA|N\.V\."
    r"|NV|B\.V\."
    r"|BV|A/S|ASA|AB|Oyj|Oy|LLC|L\.L\.C\.|L\.P\.|LP|LLP|Sdn\.?\s+Bhd\.?|Berhad|Bhd\.?|K\.K\."
    r"|S\.A\.S\.|S\.r\.l\."
    r"|SARL|S\.A\.B\.\s+de\s+C\.V\.|S\.A\.\s+de\s+C\.V\.|Tbk|JSC"
)
#: Words that end many names and much else.
_WEAK = (
    r"Company|COMPANY|Co\.|Holdings?|HOLDINGS?|Group|GROUP|Bancorp|BANCORP|Cooperative|Trust"
    r"|Partners|Foundation|Association|Bank"
)
_WORD = r"[A-Z][\w&.’'-]*"
_NAME = re.compile(
    rf"(?<![\w&])(?P<head>{_WORD}(?:,?\s+(?:(?:of|and|the|de|for)\s+)?(?:{_WORD}|&)){{0,6}}?)"
    rf",?\s+(?:(?P<strong>{_STRONG})|(?P<weak>{_WEAK}))(?![\w])"
    rf"(?:,?\s+(?P<more>{_STRONG})(?![\w]))?"
)
#: What comes in front of a name in a sentence, or stands as one without being any.
_LEADING = re.compile(
    r"^(?:(?:The|When|In|As|And|By|Of|At|Since|While|For|With|Both|From|To|On|But|If|About|Or|Our"
    r"|Dear|Copyright|THE|OF|AND|BY|FOR)\s+)+"
)
_GENERIC = frozenset(
    "the our this each any such a an parent public smaller large larger private holding operating "
    "subsidiary reporting shell emerging growth accelerated filer limited liability general local "
    "insurance listed foreign joint total form item part table note notes annual report company "
    "group about information issuer registrant stock market exchange trading executive consumer "
    "committee board new other products services united states securities commission".split()
)
_NO_NAME = re.compile(
    r"\b(?:reporting|growth|shell|parent|holding|public|private|listed|operating)\s+company\b"
    r"|\bstock\s+(?:market|exchange)\b|\b(?:the|our|this|each|such)\s+(?:company|group|bank|trust)$"
    r"|^(?:form|item|part|table|note|notes|section|exhibit|total)\b|\bcommission\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"auditor|accounting firm|chartered accountant|transfer agent|trustee|underwriter|law firm"
    r"|counsel|exchange on which|listed on|competitor|acquired|acquisition of|supplier"
    r"|customers?\b",
    re.IGNORECASE,
)
_CHARTER = re.compile(r"exact\s+name\s+of\s+(?:the\s+)?(?:registrant|company|issuer)", re.I)
_DEFINED = re.compile(
    r"^,?\s*(?:and\s+its\s+(?:consolidated\s+)?subsidiaries|\([^)]{0,60}[“\"'‘]\s*(?:the\s+)?"
    r"(?:company|group|we|registrant)|\((?:the\s+)?[“\"‘]|,\s+an?\s+[A-Z]\w+\s+corporation)",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"annual|report|review|statement|letter|contents|form\b|page|summary|invoice|agenda|minutes"
    r"|subject|dear\b|notice|agreement|\d|[.:;?!]$",
    re.IGNORECASE,
)


@dataclass
class _Tally:
    """How much speaks for one name, the ways it is written, and where it stands best."""

    score: float
    best: float
    where: Sentence
    spellings: list[str]
    placed: bool = False


def company(source: Source) -> Said:
    """The company's name: by its legal form, by the cover, by how often the text names it."""
    tallies: dict[str, _Tally] = {}
    for name, weight, where in _mentions(source):
        key = re.sub(r"[^a-z0-9&]", "", name.lower())
        tally = tallies.setdefault(key, _Tally(0.0, 0.0, where, []))
        # Each repetition says less: a supplier may be named often, too.
        tally.score += weight if weight >= 2 else weight / (1 + 0.3 * len(tally.spellings))
        tally.spellings.append(name)
        tally.placed = tally.placed or weight >= 2
        if weight > tally.best:
            tally.best, tally.where = weight, where
    if not tallies:
        return Said(value=None, reason="The text names no company with its legal form.")
    _merge(tallies)
    ranked = sorted(tallies.values(), key=lambda each: -each.score)
    first = ranked[0]
    rivals = [each for each in ranked[1:] if each.score > 0.75 * first.score]
    confidence = 0.85 if first.placed else min(0.8, 0.45 + 0.1 * len(first.spellings))
    confidence *= 0.7 if rivals else 1.0
    named = _readable(first.spellings, source)
    return Said(value=named, confidence=round(confidence, 2), sentence=first.where)


def _merge(tallies: dict[str, _Tally]) -> None:
    """A shorter form counts for the full name that begins with it."""
    for key in sorted(tallies, key=len):
        longer = [each for each in tallies if each != key and each.startswith(key)]
        if len(longer) != 1 or tallies[longer[0]].score < 0.3:
            continue
        short, full = tallies.pop(key), tallies[longer[0]]
        full.score += short.score
        full.placed = full.placed or short.placed


def _mentions(source: Source) -> Iterator[tuple[str, float, Sentence]]:
    """Every name with how much its place says that it is the one whose text this is."""
    every = lines(source)
    for at, line in enumerate(every):
        following = every[at + 1].text if at + 1 < len(every) else ""
        for match in _NAME.finditer(line.text[:400]):
            name = _named(match)
            if name is None:
                continue
            strong = match["strong"] or match["more"]
            yield name, _weight(line, match, following) * (1.0 if strong else 0.6), line
        if _CHARTER.search(following[:60]) and len(line.text.split()) <= 8:
            yield line.text, 6.0, line
    yield from _cover(every)


def _named(match: re.Match[str]) -> str | None:
    name = _LEADING.sub("", match[0]).strip()
    told = re.findall(r"[a-z]+", match["head"].lower())
    if _NO_NAME.search(name) or all(word in _GENERIC for word in told):
        return None
    return name if len(name.split()) > 1 else None


def _weight(line: Sentence, match: re.Match[str], following: str) -> float:
    after = line.text[match.end() :]
    if _OTHERS.search(line.text[max(0, match.start() - 45) : match.end() + 30]):
        return 0.2
    if _DEFINED.match(after):
        return 3.0
    alone = len(line.text) - len(match[0]) <= 8
    if alone and (line.order < 20 or _TITLE.search(following)):
        return 3.0 if line.order < 20 else 1.5
    return 1.2 if line.text.startswith(match[0]) or alone else 1.0


def _cover(every: tuple[Sentence, ...]) -> Iterator[tuple[str, float, Sentence]]:
    """The first line of all where it reads as a name and the text says it again."""
    if len(every) < 3:
        return
    first = every[0]
    words = first.text.split()
    plain = len(words) <= 6 and all(
        word[0].isupper() or word in {"of", "and", "&"} for word in words
    )
    generic = all(re.sub(r"\W", "", word).lower() in _GENERIC for word in words)
    if not plain or generic or _TITLE.search(first.text.replace(".", "")):
        return
    again = sum(each.text.startswith(first.text) for each in every[1:])
    if again:
        yield first.text, 2.0 + 0.2 * min(5, again), first


def _readable(spellings: list[str], source: Source) -> str:
    """The name as the text writes it in upper and lower case; else its capitals toned down."""
    mixed = [each for each in spellings if not _capitals(each)]
    if mixed:
        return max(mixed, key=mixed.count)
    name = spellings[0]
    if not _capitals(name):
        return name
    return " ".join(_toned(word, source) for word in name.split())


def _capitals(name: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", name) if word not in _AS_WRITTEN]
    return any(len(word) > 1 for word in words) and all(word.isupper() for word in words)


_AS_WRITTEN = frozenset("AG SE SA NV AB ASA LLC LP LLP BV A/S KGAA II III IV USA US UK".split())


def _toned(word: str, source: Source) -> str:
    bare = re.sub(r"\W+$", "", word)
    if bare in _AS_WRITTEN or "." in bare or not bare.isupper():
        return word
    if bare == "PLC":
        return word.replace("PLC", "plc")
    if bare in {"OF", "AND", "THE", "FOR", "DE"}:
        return word.lower()
    # An abbreviation stays in capitals where the prose around it does not.
    written = re.search(rf"[a-z] {re.escape(bare)} [a-z]", source.text)
    if written or not re.search(r"[AEIOUY]", bare):
        return word
    return "-".join(part.capitalize() for part in word.split("-"))
