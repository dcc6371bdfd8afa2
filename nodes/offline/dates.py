"""Dates and times: written ones that can mean only one day, found beside what they date."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time

from .labelled import labelled, telling_words
from .picking import stem
from .said import Said, places
from .source import Sentence, Source

MONTHS = (
    "january february march april may june july august september october november december".split()
)
#: A month's name or the beginning of one: "Marzipan" begins as March does, and is none.
MONTH = "|".join(name[:end] for name in MONTHS for end in range(len(name), 2, -1))
_MONTH = rf"(?P<{{0}}>(?:{MONTH})(?![a-z]))\.?"
_ORDINAL = r"(?:st|nd|rd|th)?"
_DATE = re.compile(
    r"(?<![\d.])(?:(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)"
    rf"|{_MONTH.format('month1')}\s+(?P<d1>\d{{1,2}}){_ORDINAL},?\s+(?P<y1>\d{{4}})(?!\d)"
    rf"|(?P<d2>\d{{1,2}}){_ORDINAL}(?:\s+of)?[\s-]+{_MONTH.format('month2')},?[\s-]+(?P<y2>\d{{4}})(?!\d)"
    r"|(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<y3>\d{4})(?!\d))",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b(\d{1,2}):(\d\d)(?::(\d\d))?\s*([ap]\.?m\b)?", re.IGNORECASE)
#: Other words by which a text dates what a field's name asks for.
_ALSO: Mapping[str, str] = {
    "due": r"due|deadline|payable by|no later than|pay(?:ment)? by",
    "deadline": r"deadline|due|no later than|until",
    "start": r"start\w*|begin\w*|commenc\w+|effective|from",
    "end": r"end\w*|expir\w+|terminat\w+|until",
    "effective": r"effective|in force|commenc\w+",
    "sign": r"sign\w*|executed|dated",
    "birth": r"born|birth",
    "found": r"founded|established|incorporated",
    "issue": r"issued?|dated",
}
_PLAIN = frozenset("date day time on at of the datetime timestamp when as is year".split())


def dates_in(text: str) -> Iterator[tuple[date, int, int]]:
    """The dates of a text with where they stand; those that may be day or month first are left."""
    for match in _DATE.finditer(text):
        parsed = _parsed(match)
        if parsed is not None:
            yield parsed, match.start(), match.end()


def _parsed(match: re.Match[str]) -> date | None:
    if match["y"]:
        year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
    elif match["a"]:
        first, second, year = int(match["a"]), int(match["b"]), int(match["y3"])
        if match["sep"] == ".":
            day, month = first, second
        elif first > 12 or second > 12 or first == second:
            day, month = (first, second) if first > 12 else (second, first)
        else:
            return None
    else:
        month = month_of(match["month1"] or match["month2"])
        day = int(match["d1"] or match["d2"])
        year = int(match["y1"] or match["y2"])
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_of(name: str) -> int:
    """The number of a month that ``MONTH`` matched."""
    return next(at for at, each in enumerate(MONTHS, 1) if each.startswith(name.lower()))


def labelled_date(names: Sequence[str], source: Source, *, timed: bool = False) -> Said:
    """The date that stands beside a name; with ``timed`` the time of day, too."""
    for value, confidence, where in labelled(names, source):
        found = next(dates_in(value), None)
        if found is not None:
            return _dated(found, value, where, confidence + 0.05, timed)
        if re.search(r"\d{1,2}/\d{1,2}/\d{2,4}", value):
            return Said(value=None, reason=f"{value!r} may have the day or the month first.")
    words = [stem(word) for word in telling_words(names[0]) if word not in _PLAIN]
    return _beside(words, names[0], source, timed)


def _beside(words: list[str], name: str, source: Source, timed: bool) -> Said:
    """The date nearest to all words of a name; without any, the only date of the text."""
    every = [(found, place) for place in places(source) for found in dates_in(place.text)]
    if not words:
        days = {found[0] for found, _ in every}
        if len(days) == 1:
            return _dated(every[0][0], every[0][1].text, every[0][1], 0.6, timed)
        told = "several dates" if days else "no date"
        return Said(value=None, reason=f"The text states {told} and none is called {name!r}.")
    near = []
    for (day, start, end), place in every:
        spots = [_spot(word, place.text, start) for word in words]
        if None not in spots:
            far = sum(abs(spot - start) for spot in spots if spot is not None) / len(spots)
            after = any(spot is not None and spot > start for spot in spots)
            near.append((far + (30 if after else 0), (day, start, end), place))
    if not near:
        return Said(value=None, reason=f"The text gives no date for {name!r}.")
    _, found, place = min(near, key=lambda each: each[0])
    return _dated(found, place.text, place, 0.7, timed)


def _spot(word: str, text: str, at: int) -> int | None:
    pattern = _ALSO.get(word) or rf"{re.escape(word)}\w*"
    spots = [match.start() for match in re.finditer(rf"\b(?:{pattern})\b", text, re.IGNORECASE)]
    return min(spots, key=lambda spot: abs(spot - at), default=None)


def _dated(
    found: tuple[date, int, int], text: str, where: Sentence, confidence: float, timed: bool
) -> Said:
    day, _, end = found
    if not timed:
        return Said(value=day, confidence=round(confidence, 2), sentence=where)
    clock = clock_in(text[end : end + 25])
    if clock is None:
        note = "The text gives the day and no time; it is set to midnight."
        start = datetime.combine(day, time())
        return Said(value=start, confidence=0.5, sentence=where, reason=note)
    return Said(value=datetime.combine(day, clock), confidence=round(confidence, 2), sentence=where)


def clock_in(text: str) -> time | None:
    """The first time of day that a text writes."""
    for match in _TIME.finditer(text):
        hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
        half = (match[4] or "").lower()[:1]
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        if hour < 24 and minute < 60 and second < 60:
            return time(hour, minute, second)
    return None
