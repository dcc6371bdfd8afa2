"""The years that words name: in headings, in titles, in sentences."""

import re

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:\s?[/–-]\s?((?:20)?\d\d))?(?!\d)")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_SHORT_YEAR = re.compile(
    r"\b(?:FY|CY|fiscal|financial year)\s?['’]?(\d\d)(?:\s?/\s?(\d\d))?\b"
    rf"|\b{_MONTH}\s?[-'’]\s?(\d\d)\b|\b\d\d?/\d\d?/(\d\d)\b",
    re.I,
)
_ANY = re.compile(f"{_YEAR.pattern}|{_SHORT_YEAR.pattern}", re.IGNORECASE)
_COMPARED = re.compile(
    r"\b(?:compared|comparison|versus|vs|against|from|than|over|relative|after|following|prior)\b",
    re.IGNORECASE,
)
#: Where a comparison ends.
_RESET = re.compile(r",|;|\bto\b(?!\s+\w+\s+in\b)", re.IGNORECASE)


def last_year(text: str) -> int | None:
    """The year in which the period that a text names ends: 2023 for "2022/23"."""
    years: list[int] = []
    for match in _YEAR.finditer(text):
        first = int(match[1])
        # Only two years in a row are a split year: "2023-12-31" is a date.
        split = match[2] is not None and (first + 1) % 100 == int(match[2][-2:])
        years.append(first + split)
    for match in _SHORT_YEAR.finditer(text):
        years.append(2000 + int([each for each in match.groups() if each][-1]))
    plausible = [year for year in years if 1950 <= year <= 2099]
    return max(plausible, default=None)


def said_year(text: str) -> int | None:
    """The year that a sentence speaks of: "up from 2022" is about the year after."""
    spoken: list[int] = []
    compared: list[int] = []
    for match in _ANY.finditer(text):
        year = last_year(match[0])
        if year is None:
            continue
        comparisons = [each.end() for each in _COMPARED.finditer(text, 0, match.start())]
        last = comparisons[-1] if comparisons else None
        is_compared = last is not None and not _RESET.search(text, last, match.start())
        aside = re.match(r"\s?:", text[match.end() :]) and text[: match.start()].endswith("(")
        (compared if is_compared or aside else spoken).append(year)
    if compared and (not spoken or max(spoken) <= max(compared)):
        return max(compared) + 1
    return max(spoken, default=None)
