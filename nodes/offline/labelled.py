"""What stands beside a label: "Invoice number: 4711", "Due date | 5 March 2024"."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from .said import Said, lines
from .source import Sentence, Source

_PAIR = re.compile(
    r"""^[\s|>*#•▪\-–"'{(\[]*(?P<label>[A-Za-z][^:|=\t]{0,45}?)["'*\s)]*
        (?::(?=\s|$|["'*])|\s*\|\s*|\s+=\s+|\t+)["'*\s]*(?P<value>.*)$""",
    re.VERBOSE,
)
#: Where one line holds several pairs.
_NEXT = re.compile(r"\s*[;,]\s+(?=[A-Z][\w ]{1,24}:\s)|\s{3,}(?=[A-Z][\w ]{1,24}:\s)")
_SHORT = {"no": "number", "nr": "number", "num": "number", "tel": "phone", "telephone": "phone"}
_SHORT |= {"mail": "email", "qty": "quantity", "amt": "amount", "dob": "birth", "ref": "reference"}
_SHORT |= {"website": "url", "web": "url", "mobile": "phone", "org": "organisation"}
#: Words that a label may have more or fewer of and still mean the same.
_FILLING = frozenset(
    "number id code name date address amount value text the of a an your our my is for total due "
    "payable full by on at field usd eur gbp".split()
)
Pairs = Mapping[frozenset[str], list[tuple[str, Sentence]]]


@lru_cache(maxsize=4096)
def telling_words(label: str) -> tuple[str, ...]:
    """A label's words in lower case, one way for each abbreviation."""
    spoken = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label).replace("#", " number ")
    spoken = re.sub(r"e-?mail", "email", spoken, flags=re.IGNORECASE)
    return tuple(_SHORT.get(word, word) for word in re.findall(r"[^\W\d_]+", spoken.lower()))


@lru_cache(maxsize=8)
def pairs(source: Source) -> Pairs:
    """Every "label: value" of the text by the words of its label."""
    found: dict[frozenset[str], list[tuple[str, Sentence]]] = {}
    every = lines(source)
    for at, line in enumerate(every):
        for part in _NEXT.split(line.text):
            match = _PAIR.match(part)
            if match is None or len(match["label"].split()) > 6:
                continue
            value, where = _value(match["value"]), line
            following = every[at + 1] if at + 1 < len(every) else None
            if not value and ":" in part and following and not _PAIR.match(following.text):
                value, where = _value(following.text), following
            if value and re.search(r"\w", value):
                key = frozenset(telling_words(match["label"]))
                found.setdefault(key, []).append((value, where))
    return found


def _value(text: str) -> str:
    return text.strip().strip("|").strip().strip("*\"'").rstrip(",").strip("\"'} ").strip()


def labelled(names: Sequence[str], source: Source) -> Iterator[tuple[str, float, Sentence]]:
    """The values that stand beside a label with one of the names, the surest first."""
    every = pairs(source)
    wanted = [frozenset(told) for each in names if (told := telling_words(each))]
    for words in wanted:
        yield from ((value, 0.88, where) for value, where in every.get(words, ()))
    for words in wanted:
        core = words - _FILLING or words
        for label, found in every.items():
            if core and label != words and core <= label and label - core <= _FILLING:
                yield from ((value, 0.72, where) for value, where in found)


def labelled_text(names: Sequence[str], source: Source) -> Said:
    """What follows a name and a colon on one line ("Invoice number: 4711")."""
    found = list(labelled(names, source))
    if not found:
        return Said(value=None, reason=f"The text has no line that names {names[0]!r}.")
    value, confidence, where = found[0]
    others = {each for each, sure, _ in found if sure == confidence and each != value}
    if others:
        confidence -= 0.25
    return Said(value=value, confidence=round(confidence, 2), sentence=where)


_PATTERNS: Mapping[str, str] = {
    "email": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "url": r"(?:https?://|www\.)[^\s<>|\"']+[\w/]",
    "phone": r"(?<![\w.])(?:\+\d{1,3}[\s.-]?)?(?:\(\d{1,5}\)[\s.-]?)?"
    r"\d{2,5}(?:[\s./-]\d{2,5}){1,4}(?!\w)",
    "iban": r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,4})?\b",
    "uuid": r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b",
    "time": r"\b(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?\b",
}
_KINDS = re.compile(
    r"(?P<email>e?mail)|(?P<url>url|link|website|web\b)|(?P<phone>phone|fax|tel\b)|(?P<iban>iban)"
)


def kind_of(name: str) -> str | None:
    """Which form a field's name asks for: an e-mail address, a link, a telephone number."""
    match = _KINDS.search(" ".join(telling_words(name)))
    return match.lastgroup if match else None


def formed(kind: str, names: Sequence[str], source: Source) -> Said:
    """The one text of a form, or the one beside the label where there are several."""
    pattern = re.compile(_PATTERNS[kind])
    for value, confidence, where in labelled(names, source):
        if match := pattern.search(value):
            return Said(value=match[0], confidence=confidence + 0.07, sentence=where)
    found: dict[str, Sentence] = {}
    for line in lines(source):
        for match in pattern.finditer(line.text):
            if kind != "phone" or _is_phone(line.text, match):
                found.setdefault(match[0], line)
    if not found:
        return Said(value=None, reason=f"The text states no {names[0]}.")
    about = {word for each in names for word in telling_words(each)} - {kind, *_FILLING}
    near = [each for each in found if about & set(telling_words(found[each].text))]
    chosen = near if len(near) == 1 else list(found)
    if len(chosen) > 1:
        return Said(value=None, reason=f"The text states several: {', '.join(chosen[:3])}.")
    return Said(value=chosen[0], confidence=0.8, sentence=found[chosen[0]])


def _is_phone(line: str, match: re.Match[str]) -> bool:
    digits = re.sub(r"\D", "", match[0])
    dated = re.fullmatch(r"\d{4}-\d\d-\d\d|\d\d?[./]\d\d?[./]\d{2,4}", match[0])
    told = re.search(r"phone|tel|call|mobile|fax|reach|contact|text\b", line, re.IGNORECASE)
    marked = match[0].startswith(("+", "(")) or told is not None
    return 7 <= len(digits) <= 15 and not dated and marked


def bulleted(names: Sequence[str], source: Source) -> tuple[Sentence, ...]:
    """The items of a list under a heading with one of the names, or after its colon."""
    wanted = [frozenset(words) for each in names if (words := telling_words(each))]
    every = lines(source)
    for at, line in enumerate(every):
        heading = re.sub(r"^[#*\s]+|[:*\s]+$", "", line.text)
        if len(heading) < 60 and frozenset(telling_words(heading)) in wanted:
            items = []
            for each in every[at + 1 :]:
                match = re.match(r"(?:[•▪◦*–-]|\d{1,2}[.)])\s+(.+)", each.text)
                if match is None:
                    break
                items.append(Sentence(text=match[1], page=each.page, order=each.order))
            if items:
                return tuple(items)
    for value, _, where in labelled(names, source):
        parts = [part.strip(" .[]\"'") for part in re.split(r"[;,]|\s+and\s+", value)]
        if all(1 <= len(part.split()) <= 5 for part in parts):
            return tuple(Sentence(text=part, page=where.page, order=where.order) for part in parts)
    return ()
