"""Holding what a model says against the source: quotes must stand there, numbers too."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

#: How alike (per cent of characters) a quote and the page's own words must be: line ends,
#: hyphens and spaces get lost on the way, words must not.
_ALIKE = 90
#: Letters and digits of every script.
_LETTER = re.compile(r"[^\W_]")
_WORD = re.compile(r"[^\W_]+")
#: What turns a sentence round, and is short enough to be missed: in the commonest languages.
_NOT = re.compile(
    r"\b(?:not?|never|without|nor|neither|cannot|nobody|nothing|none|nicht|kein\w*|nie|ohne|pas|non"
    r"|sans|jamais|sin|nunca|не|нет|ни|без|никогда)\b|n[’']t\b|[不没無无未非]",
    re.IGNORECASE,
)
_WITHIN_NUMBERS = ("", ",", ".", "'", "’")


def stands_in(quote: str, text: str) -> bool:
    """Whether a quote stands in a text, up to the way in which it is set.

    What has no letters is no quote: a number stands in many a place.
    """
    return any(each.isalpha() for each in quote) and printed_in(quote, text)


def printed_in(value: str, text: str) -> bool:
    """The same of a value, which may be a bare number."""
    wanted = "".join(letter for _, letter in _letters(value))
    if not wanted:
        return False
    given = list(_letters(text))
    plain = "".join(letter for _, letter in given)
    places = [at for at, _ in given]
    start = plain.find(wanted)
    while start >= 0:
        if not (_cuts(text, places, start) or _cuts(text, places, start + len(wanted))):
            return True
        start = plain.find(wanted, start + 1)
    return wanted not in plain and _nearly(value, wanted, text, plain, places)


def _nearly(quote: str, wanted: str, text: str, plain: str, places: Sequence[int]) -> bool:
    """Whether a quote stands in a text but for what got lost; no word or number is another, and
    no "not" is among it."""
    from rapidfuzz import fuzz

    found = fuzz.partial_ratio_alignment(wanted, plain, score_cutoff=_ALIKE)
    if found is None or found.dest_end <= found.dest_start or len(wanted) > len(plain):
        return False
    part = text[places[found.dest_start] : places[found.dest_end - 1] + 1]
    words = ("".join(each for _, each in _letters(word)) for word in _WORD.findall(quote))
    return (
        numbers_in(quote) <= numbers_in(text)
        and len(_NOT.findall(quote)) == len(_NOT.findall(part))
        and all(word in plain for word in words)
    )


def _cuts(text: str, places: Sequence[int], at: int) -> bool:
    """Whether a number goes on over this place: "EUR 1" is no quote of "EUR 100".

    A space ends a number, since columns stand side by side.
    """
    if not 0 < at < len(places):
        return False
    before, after = places[at - 1], places[at]
    between = text[before + 1 : after]
    return text[before].isdigit() and text[after].isdigit() and between in _WITHIN_NUMBERS


def numbers_in(text: str) -> frozenset[str]:
    """The numbers of a text, by their digits: "1,234.50" and "1 234.5" are one."""
    apart = re.findall(r"\d[\d,.'’]*", text)
    # Spaces part columns in one report and thousands in the next: both readings count.
    spaced = re.findall(r"(?<!\d)\d{1,3}(?: \d{3})+(?!\d)(?:[.,]\d+)?", text)
    return frozenset(_digits(each) for each in (*apart, *spaced))


def _digits(number: str) -> str:
    plain = re.sub(r"[,'’ ]", "", number).rstrip(".")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _letters(text: str) -> Iterator[tuple[int, str]]:
    """The letters and digits, each with its place: without case, accents and ligatures."""
    for match in _LETTER.finditer(text):
        letter = match[0]
        if letter.isascii() or not letter.isalpha():
            yield match.start(), letter.lower()
            continue
        for each in unicodedata.normalize("NFKD", letter.casefold()):
            if each.isalnum():
                yield match.start(), each


def page_of(quote: str, pages: Mapping[int, str], claimed: int | None) -> int | None:
    """The page on which a quote stands: the claimed one if it does, else the first that does."""
    if claimed is not None and claimed in pages and stands_in(quote, pages[claimed]):
        return claimed
    return next((number for number, text in pages.items() if stands_in(quote, text)), None)
