"""The years that words name: in headings, in titles, in sentences."""

import re

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:\s?[/–-]\s?((?:20)?\d\d))?(?!\d)")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_SHORT_YEAR = re.compile(
    r"\b(?:FY|CY|fiscal|financial year)\s?['’]?(\d\d)(?:\s?/\s?(\d\d))?\b"
    rf"|\b{_MONTH}\s?[-'’]\s?(\d\d)\b|\b\d\d?/\d\d?/(\d\d)\b",
    re.I,
)
_ANY = re.compile(f"{_YEAR.pattern}|{_SHORT_YEAR.pattern}", re.IGNORECASE)
_SPAN = re.compile(
    rf"\b(?:(?P<day>\d\d?)\s)?(?P<first>{_MONTH})\.?(?:\s(?P<day_after>\d\d?))?(?:,?\s(?:19|20)\d\d)?"
    rf"\s?(?:[-–—]|\bto\b|\buntil\b|\bthrough\b)\s?"
    rf"(?:(?P<end>\d\d?)\s)?(?P<last>{_MONTH})\b(?:\s(?P<end_after>\d\d?)\b)?",
    re.IGNORECASE,
)
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


def months_spanned(text: str) -> int | None:
    """How many months a period takes by its first and last: 3 for "Oct–Dec 2023"."""
    match = _SPAN.search(text)
    if match is None:
        return None
    first, last = (_MONTHS.index(match[each][:3].lower()) for each in ("first", "last"))
    # A period from the end of a month begins with the next; one to its first days ends before.
    first += int(match["day"] or match["day_after"] or 1) > 15
    last -= int(match["end"] or match["end_after"] or 31) < 15
    return (last - first) % 12 + 1


#: "Fiscal 2023 (year ended February 3, 2024)" is one year.
_FISCAL = re.compile(r"\b(?:fiscal|FY|financial)(?:\s+year)?\s?20\d\d\b", re.IGNORECASE)


def one_year(text: str) -> int | None:
    """The year of a heading; none where it names two, as one does that stood over two columns."""
    ended = _FISCAL.sub("", text)
    named = {last_year(match[0]) for match in _ANY.finditer(ended)} - {None}
    return last_year(text) if len(named) <= 1 or months_spanned(text) else None


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
