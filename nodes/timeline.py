"""Days and periods as contracts and forms write them, and the calendar's arithmetic on them.

A day that can be read in two ways (03/04/2026) keeps both readings, unless other dates of the same
text tell the order. Forms that were scanned have letters for digits; those are read, less surely.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from .offline.dates import MONTHS, dates_in

Order = Literal["day", "month"]

_SLASHED = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d./-]?\d)")
#: A day and a year with a word between that is nearly a month: "l2 Mareh 2026".
_WORN = re.compile(
    r"(?<![\w./-])(?:(\d{1,2})(?:st|nd|rd|th)?\.?\s+([A-Za-z0-9]{3,10})\.?,?\s+(\d{4})"
    r"|([A-Za-z0-9]{3,10})\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4}))(?!\d)"
)
_ALIKE = 70
_RANGE = re.compile(
    r"(?<![\d.,/])(\d{1,2})(?:st|nd|rd|th)?\.?\s*(?:to|and|or|[-–/])\s*(?:the\s+)?$", re.IGNORECASE
)
#: "the 1st day of March".
_DAY_OF = re.compile(r"(\d{1,2}(?:st|nd|rd|th)?)( day of)(?= )", re.IGNORECASE)

#: What scanners make of digits; only in words that are digits for the rest.
_DIGITS = str.maketrans("OoQlI|SsBZz", "00011155822")
_NEARLY_NUMBER = re.compile(r"(?<![\w])[\dOoQlI|SsBZz][\dOoQlI|SsBZz.,/:-]*(?!\w)")
#: As many letters as a number may have lost to the scanner.
_MOST_WORN = 0.6


@dataclass(frozen=True, kw_only=True)
class Day:
    """A date as a text writes it. ``day`` is None where its ``readings`` are two."""

    readings: tuple[date, ...]
    text: str
    start: int
    end: int
    sure: float = 0.95
    reason: str | None = None

    @property
    def day(self) -> date | None:
        """The date, where it can mean only one."""
        return self.readings[0] if len(self.readings) == 1 else None


@dataclass(frozen=True, kw_only=True)
class Span:
    """A period as a text writes it; a week is seven days. ``other`` is what "six (5)" also says."""

    months: int = 0
    days: int = 0
    text: str = ""
    start: int = 0
    end: int = 0
    other: int | None = None

    @property
    def length(self) -> tuple[int, int]:
        """By which two periods are compared."""
        return (self.months, self.days)


def mended(text: str) -> str:
    """The text with digits where a scanner made letters of them; every place stays where it was."""
    return _NEARLY_NUMBER.sub(lambda match: _mended(match[0]), text)


def _mended(word: str) -> str:
    digits = sum(char.isdigit() for char in word)
    letters = sum(char.isalpha() or char == "|" for char in word)
    is_number = digits and letters and letters <= _MOST_WORN * (digits + letters)
    return word.translate(_DIGITS) if is_number else word


def order_of(text: str) -> Order | None:
    """Whether the dates of a text have the day first or the month; None where nothing tells."""
    told: set[Order] = set()
    for match in _SLASHED.finditer(mended(text)):
        first, second = int(match[1]), int(match[3])
        if match[2] != "." and first != second and max(first, second) > 12 >= min(first, second):
            told.add("day" if first > 12 else "month")
    return told.pop() if len(told) == 1 else None


def days_in(text: str, *, order: Order | None = None) -> tuple[Day, ...]:
    """The dates of a text as they stand in it. ``order`` settles what can be read in two ways."""
    plain = _DAY_OF.sub(lambda match: f"{match[1]}{' ' * len(match[2])}", mended(text))
    found = [
        Day(
            readings=(day,),
            text=text[start:end],
            start=start,
            end=end,
            sure=_sure(text[start:end], plain[start:end]),
        )
        for day, start, end in dates_in(plain)
    ]
    for more in (_slashed(plain, order), _worn(plain)):
        found += [each for each in more if not _taken(each, found)]
    return tuple(sorted((_ranged(each, plain) for each in found), key=lambda each: each.start))


def _ranged(day: Day, plain: str) -> Day:
    """A day that closes a range ("3 to 4 January 2026") may be either."""
    first = _RANGE.search(plain[: day.start])
    if first is None or day.day is None or not 0 < int(first[1]) < day.day.day:
        return day
    readings = (day.day.replace(day=int(first[1])), day.day)
    reason = f"{plain[first.start() : day.end]!r} names more than one day."
    return replace(day, readings=readings, sure=0.3, reason=reason, start=first.start(1))


def _sure(text: str, plain: str) -> float:
    """Less, where letters were taken for digits."""
    return 0.95 if re.sub("day of|\\s", "", text) == re.sub(r"\s", "", plain) else 0.75


def _taken(day: Day, found: Iterable[Day]) -> bool:
    return any(day.start < each.end and each.start < day.end for each in found)


def _slashed(plain: str, order: Order | None) -> Iterator[Day]:
    for match in _SLASHED.finditer(plain):
        first, second = int(match[1]), int(match[3])
        year = int(match[4]) + (2000 if len(match[4]) == 2 else 0)
        by_day, by_month = _date(year, second, first), _date(year, first, second)
        both = [by_day] if match[2] == "." else [by_day, by_month]
        readings = tuple(dict.fromkeys(each for each in both if each is not None))
        if not readings:
            continue
        reason, sure = None, 0.9 if len(match[4]) == 4 else 0.8
        if len(readings) == 2:
            reason, sure = f"{match[0]!r} may have the day or the month first.", 0.3
            if order is not None:
                readings = readings[:1] if order == "day" else readings[1:]
                reason = f"{match[0]!r} is read with the {order} first, as the other dates there."
                sure = 0.75
        yield Day(
            readings=readings, text=match[0], start=match.start(), end=match.end(), sure=sure,
            reason=reason,
        )  # fmt: skip


def _worn(plain: str) -> Iterator[Day]:
    from rapidfuzz import fuzz, process

    for match in _WORN.finditer(plain):
        day, name, year = match[1] or match[5], match[2] or match[4], match[3] or match[6]
        best = process.extractOne(name.lower(), MONTHS, scorer=fuzz.ratio, score_cutoff=_ALIKE)
        found = None if best is None else _date(int(year), MONTHS.index(best[0]) + 1, int(day))
        if found is not None:
            reason = f"{name!r} is taken for {str(best[0]).title()}." if best else None
            yield Day(
                readings=(found,), text=match[0], start=match.start(), end=match.end(), sure=0.7,
                reason=reason,
            )  # fmt: skip


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_SMALL = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
_COMPOUND = {
    f"{ten}-{one}": value + at
    for ten, value in _TENS.items()
    for at, one in enumerate(_SMALL[:9], 1)
}
_WORDS: Mapping[str, int] = {
    **{word: number for number, word in enumerate(_SMALL, 1)},
    **_TENS,
    **_COMPOUND,
    "a": 1,
    "an": 1,
}
_UNITS: Mapping[str, tuple[int, int]] = {
    "year": (12, 0), "month": (1, 0), "week": (0, 7), "fortnight": (0, 14), "day": (0, 1),
    "quarter": (3, 0),
}  # fmt: skip
_NAMED = "|".join(sorted(_WORDS, key=len, reverse=True))
_SPAN = re.compile(
    rf"(?<![\w.,/-])(?:(?P<word>{_NAMED})|(?P<digits>\d{{1,4}}))"
    r"(?:\s*\(\s*(?P<also>[\w-]+)\s*\))?[\s-]+"
    r"(?:full\s+|clear\s+|calendar\s+|consecutive\s+|further\s+|successive\s+|additional\s+)*"
    rf"(?P<unit>{'|'.join(_UNITS)})s?['’]?(?![\w-]*old)\b",
    re.IGNORECASE,
)
#: "one hundred eighty (180) days": the digits tell, where the words are none that we know.
_DIGITS_ONLY = re.compile(
    rf"\(\s*(?P<digits>\d{{1,4}})\s*\)[\s-]+(?:\w+\s+)?(?P<unit>{'|'.join(_UNITS)})s?\b",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:,|and|,\s*and)\s+", re.IGNORECASE)


def spans_in(text: str) -> tuple[Span, ...]:
    """The periods of a text: "five (5) years", "60 months", "two years and six months"."""
    found: list[Span] = []
    spans = [_span(match) for match in _SPAN.finditer(text)]
    for match in _DIGITS_ONLY.finditer(text):
        if not any(each.start <= match.start() < each.end for each in spans):
            months, days = _UNITS[match["unit"].lower()]
            number = int(match["digits"])
            spans.append(
                Span(
                    months=number * months, days=number * days, text=match[0],
                    start=match.start(), end=match.end(),
                )
            )  # fmt: skip
    for each in sorted(spans, key=lambda span: span.start):
        last = found[-1] if found else None
        joins = last is not None and _AND.fullmatch(text, last.end, each.start)
        if last is not None and joins and last.months >= 12 and 0 < each.months < 12:
            found[-1] = Span(
                months=last.months + each.months, text=text[last.start : each.end],
                start=last.start, end=each.end,
            )  # fmt: skip
        else:
            found.append(each)
    return tuple(found)


def _span(match: re.Match[str]) -> Span:
    number = int(match["digits"]) if match["digits"] else _WORDS[match["word"].lower()]
    also = (match["also"] or "").lower()
    other = int(also) if also.isdigit() else _WORDS.get(also)
    months, days = _UNITS[match["unit"].lower()]
    return Span(
        months=number * months,
        days=number * days,
        text=match[0],
        start=match.start(),
        end=match.end(),
        other=None if other in (None, number) else other,
    )


def after(day: date, span: Span, times: int = 1) -> date:
    """The day that many periods later, or earlier for a negative number.

    A day that the month does not have becomes its last: 31 January and a month is 28 February.
    """
    months = (day.year * 12 + day.month - 1) + span.months * times
    year, month = divmod(months, 12)
    moved = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return moved + timedelta(days=span.days * times)


def last_day(start: date, span: Span) -> date:
    """The last day of a period that begins with ``start``: five years from 1 March end in February.

    A period from 29 February ends on 28 February, where there is no 29th: the next one begins
    after it, and no day is lost or counted twice.
    """
    corresponding = after(start, span)
    was_cut = not span.days and corresponding.day != start.day
    return corresponding if was_cut else corresponding - timedelta(days=1)


def repeats(start: date, span: Span, until: date) -> Iterator[date]:
    """The days on which something recurs, from the first after ``start``; each by the start's own
    day of the month, so that a short month leaves no mark on the next.

    A period of no length recurs never.
    """
    count = 1
    while span.length > (0, 0) and (day := after(start, span, count)) <= until:
        yield day
        count += 1


def written(day: date | None) -> str:
    """A day as a letter has it: "28 February 2029"."""
    return (
        "an unknown day" if day is None else f"{day.day} {MONTHS[day.month - 1].title()} {day.year}"
    )
