"""Lines of a page, told apart into text and numbers.

Financial statements are mostly drawn without rules, so the words themselves have to tell: a row
is a label followed by numbers.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from .words import Word

_SIGN = (
    r"(?:(?:US|CA|NZ|HK|NT|[ACRS])?[$€£¥₹₩₺₪₱₽₦₫]"
    r"|(?:USD|EUR|GBP|CHF|SEK|NOK|DKK|JPY|CNY|RMB|INR|KRW|SGD|HKD|AUD|CAD|NZD|ZAR|BRL|Rs\.?|RM)\b)"
)
#: One token of a row's number part: a number, a currency sign, a dash for "none", a unit.
_NUMBER = re.compile(
    rf"""[-−–+△▲(\[]*\s*(?:{_SIGN})?\s*[-−–△▲(]*                   # signs and currency
        (?:\d{{1,3}}(?:[,.'’\u00a0]\d{{2,3}})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[.,]\d+)
        (?:[./-]\d\d?[./-](?:\d\d){{1,2}})?                            # a date
        \s*(?:%|bps|pp|pts|x)?\s*[)\]]*\s*(?:%|pp|pts|\*|\(\d\)|†)*""",
    re.VERBOSE,
)
_FILLER = re.compile(rf"{_SIGN}|[-−–—]+|[()%*†]+|\)%|n[./]?[ams]\.?|nil|%|pts|pp|bps", re.I)
#: Years without more make a heading; a bare "71" is a number.
_YEAR_LIKE = re.compile(
    r"(?:FY|CY|F)?\s*'?(?:19|20)\d\d(?:\s*[/–-]\s*(?:20)?\d\d)?[AE]?"
    r"|(?:(?:FY|CY|F)\s*'?|['’])\d\d[AE]?|\d\d/\d\d|\d\d?[./-]\d\d?[./-](?:\d\d){1,2}|20\d\d-\d\d-\d\d",
    re.I,
)
#: A reference to notes between a label and its numbers: "4", "A.1", "27, 28", "3(a)", "B".
_ONE_NOTE = r"(?:\d{1,2}|[A-Z])(?:\.\d{1,2})?(?:\s?\(?[a-z]\)?)?"
NOTE = re.compile(rf"{_ONE_NOTE}(?:(?:,|;|/|–|-|\s?&|\sand)\s?{_ONE_NOTE})*")
_MONEY = re.compile(rf"\d[,.]\d|{_SIGN}")
_DOTS = re.compile(r"(?:[.·…_]\s*){3,}$")


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Neighbouring words of one line with no wide gap between them."""

    text: str
    x0: float
    x1: float
    numeric: bool = False

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a page: its label, if any, and the numbers to the label's right."""

    words: tuple[Word, ...]

    @property
    def y(self) -> float:
        return self.words[0].y

    @cached_property
    def height(self) -> float:
        return max(word.height for word in self.words)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Text by nearness, every number by itself."""
        pieces = _pieces(self.words, lambda _, word: 0.9 * word.height)
        return _with_notes(_glue(each for piece in pieces for each in _peel(piece)))

    @cached_property
    def cells(self) -> tuple[Segment, ...]:
        """The line as a row of headings, whose gaps are narrower than those between numbers.

        Wider than a letter is wider than a space in any font, and a little less in any font but
        a typewriter's, whose letters are all alike.
        """
        letters = [_letter(word, word) for word in self.words]
        widest = 1.05 if max(letters) < 1.03 * min(letters) else 0.9
        pieces = _pieces(self.words, lambda last, word: widest * _letter(last, word))
        return tuple(_text(piece) for piece in pieces)

    @cached_property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)

    @property
    def label(self) -> str:
        first = self.segments[0]
        return "" if first.numeric else _DOTS.sub("", first.text).strip()

    @cached_property
    def numbers(self) -> tuple[Segment, ...]:
        return tuple(segment for segment in self.segments if segment.numeric)

    @cached_property
    def is_row(self) -> bool:
        """A label and numbers, and not merely years (those make a heading)."""
        numbers = self.numbers
        telling = [each.text for each in numbers if re.search(r"\d", each.text)]
        dashes = [each.text for each in numbers if not re.search(r"[\w%$€£¥₹]", each.text)]
        return (
            bool(telling or dashes)
            and len(self.segments) == len(numbers) + (not self.segments[0].numeric)
            and not (telling and all(_YEAR_LIKE.fullmatch(each) for each in telling))
        )


def is_money(text: str) -> bool:
    """Whether a number is an amount for sure, by a currency's sign or by grouped digits."""
    return _MONEY.search(text) is not None


def _pieces(words: Sequence[Word], widest: Callable[[Word, Word], float]) -> list[list[Word]]:
    pieces: list[list[Word]] = []
    for word in words:
        last = pieces[-1][-1] if pieces else None
        if last is not None and word.x0 - last.x1 < widest(last, word):
            pieces[-1].append(word)
        else:
            pieces.append([word])
    return pieces


def _letter(last: Word, word: Word) -> float:
    """The mean width of the letters on both sides of a gap."""
    return (last.x1 - last.x0 + word.x1 - word.x0) / (len(last.text) + len(word.text))


def _text(piece: Sequence[Word]) -> Segment:
    text = " ".join(word.text for word in piece)
    return Segment(text=text, x0=piece[0].x0, x1=piece[-1].x1)


def _peel(piece: Sequence[Word]) -> list[Segment]:
    """A piece as text, and the numbers at its end as segments of their own."""
    end = len(piece)
    while end and _is_number_token(piece[end - 1].text):
        end -= 1
    tail = piece[end:]
    # "Note 4" and "June 30, 2023" are text. Two numbers make a row even where they stand close
    # to their label, and so does one with a thousands mark or a currency sign.
    numbers = [each.text for each in tail if _NUMBER.fullmatch(each.text)]
    if end and len(numbers) < 2 and not any(is_money(each) for each in numbers):
        end, tail = len(piece), []
    body = [_text(piece[:end])] if end else []
    return body + [Segment(text=each.text, x0=each.x0, x1=each.x1, numeric=True) for each in tail]


def _is_number_token(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text) or _FILLER.fullmatch(text))


def _glue(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Signs, brackets and per cent marks joined to the number that they belong to."""
    glued: list[Segment] = []
    for segment in segments:
        if not segment.numeric and not _is_number_token(segment.text):
            glued.append(segment)
            continue
        current = replace(segment, numeric=True)
        last = glued[-1] if glued and glued[-1].numeric else None
        if last is not None and _belongs(last, current):
            glued[-1] = replace(last, text=_join(last.text, current.text), x1=current.x1)
        else:
            glued.append(current)
    return tuple(glued)


def _with_notes(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """References to notes between a label and its numbers, as numbers: they have a column."""
    return tuple(
        replace(each, numeric=True)
        if 0 < at < len(segments) - 1 and NOTE.fullmatch(each.text) and segments[at + 1].numeric
        else each
        for at, each in enumerate(segments)
    )


_OPENS = re.compile(rf"(?:{_SIGN})[(]*|\(|[-−–△▲]")
_GROUPS = re.compile(r"(?:^|[^\d.,])\d{1,3}(?: \d{3})*$")
_GROUP = re.compile(r"\d{3}(?:[.,]\d+)?\)?%?")
_CLOSES = re.compile(r"[)%*†]+|\)%|bps|pp|pts", re.I)


def _belongs(last: Segment, current: Segment) -> bool:
    if _CLOSES.fullmatch(current.text):
        return True
    # A currency sign may stand far to the left of its number; a lone dash means "none" unless
    # its number follows at once.
    near = current.x0 - last.x1 < 4.0
    if near and _GROUPS.search(last.text) and _GROUP.fullmatch(current.text):
        return True  # thousands parted by spaces
    return bool(_OPENS.fullmatch(last.text)) and (last.text not in set("-−–△▲") or near)


def _join(left: str, right: str) -> str:
    return f"{left}{right}" if right[0] in ")%*†" or left[-1] in "(-−–△▲" else f"{left} {right}"
