"""Holding what a model says against the source: quotes must stand there, numbers too."""

import re
from collections.abc import Mapping, Sequence

#: How alike (per cent of characters) a quote and the page's own words must be: line ends,
#: hyphens and spaces get lost on the way, words must not.
_ALIKE = 90
_LETTER = re.compile(r"[0-9A-Za-z]")
_WITHIN_NUMBERS = ("", ",", ".", "'", "’")


def stands_in(quote: str, text: str) -> bool:
    """Whether a quote stands in a text, up to the way in which it is set."""
    wanted = _plain(quote)
    if not wanted:
        return False
    given = [(match.start(), match[0].lower()) for match in _LETTER.finditer(text)]
    plain = "".join(letter for _, letter in given)
    places = [at for at, _ in given]
    start = plain.find(wanted)
    while start >= 0:
        if not (_cuts(text, places, start) or _cuts(text, places, start + len(wanted))):
            return True
        start = plain.find(wanted, start + 1)
    if wanted in plain:
        return False
    from rapidfuzz import fuzz

    return fuzz.partial_ratio(wanted, plain) >= _ALIKE and numbers_in(quote) <= numbers_in(text)


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


def _plain(text: str) -> str:
    return "".join(_LETTER.findall(text)).lower()


def page_of(quote: str, pages: Mapping[int, str], claimed: int | None) -> int | None:
    """The page on which a quote stands: the claimed one if it does, else the first that does."""
    if claimed is not None and claimed in pages and stands_in(quote, pages[claimed]):
        return claimed
    return next((number for number, text in pages.items() if stands_in(quote, text)), None)
