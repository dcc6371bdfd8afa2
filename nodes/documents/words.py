"""Where the words of a PDF page stand: what tables are made of."""

import ctypes
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_WORD = re.compile("[^ \t\r\n\xa0\u2009\u202f\ufffe\x02\x00]+")


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word and its box in points; ``y`` is the baseline and grows upwards."""

    text: str
    x0: float
    x1: float
    y: float
    height: float


def words_on(document: "PdfDocument", index: int) -> tuple[Word, ...]:
    """The words of page ``index`` (from 0) in the order in which the page paints them.

    A wide table may be printed sideways: the words are those of the direction that most of the
    page is written in, turned upright.
    """
    page = document[index]
    text = page.get_textpage()
    try:
        glyphs = _Glyphs(text.raw, text.count_chars())
        found = list(_WORD.finditer(glyphs.letters()))
        turns = [glyphs.quarter_turns(each.start()) for each in found]
        most = max(set(turns), key=turns.count, default=0)
        return tuple(
            glyphs.word(each, most) for each, turn in zip(found, turns, strict=True) if turn == most
        )
    finally:
        text.close()
        page.close()


class _Glyphs:
    """The letters of one page, by their number. Every look-up is a call into PDFium, and a page
    has thousands: what can be bound and reused is."""

    def __init__(self, page: object, count: int) -> None:
        from pypdfium2 import raw

        self._page = page
        self._count = count
        self._unicode = raw.FPDFText_GetUnicode
        self._angle = raw.FPDFText_GetCharAngle
        self._loose_box = raw.FPDFText_GetLooseCharBox
        self._origin = raw.FPDFText_GetCharOrigin
        self._box = raw.FS_RECTF()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()

    def letters(self) -> str:
        code, page = self._unicode, self._page
        return "".join([chr(code(page, at)) for at in range(self._count)])

    def quarter_turns(self, at: int) -> int:
        """In which of the four directions a letter is written: 0 is from left to right."""
        angle: float = self._angle(self._page, at)  # PDFium's grow clockwise
        return round(-angle / (math.pi / 2)) % 4 if angle else 0

    def word(self, found: re.Match[str], turns: int) -> Word:
        box = self._box
        self._loose_box(self._page, found.start(), box)
        first = _upright(box.left, box.bottom, turns), _upright(box.right, box.top, turns)
        self._loose_box(self._page, found.end() - 1, box)
        last = _upright(box.left, box.bottom, turns), _upright(box.right, box.top, turns)
        self._origin(self._page, found.start(), self._x, self._y)
        return Word(
            text=found[0],
            x0=min(first[0][0], first[1][0]),
            x1=max(last[0][0], last[1][0]),
            y=_upright(self._x.value, self._y.value, turns)[1],
            height=max(abs(first[1][1] - first[0][1]), 1.0),
        )


def _upright(x: float, y: float, turns: int) -> tuple[float, float]:
    """A point of a page that was turned by so many quarters, turned back."""
    if turns == 0:
        return x, y
    return ((y, -x), (-x, -y), (-y, x))[turns - 1]


def lines_of(words: Iterable[Word]) -> list[list[Word]]:
    """Words on one baseline, lines from top to bottom, words from left to right.

    Footnote marks stand a little higher and some labels a little lower than their numbers; lines
    are at least a whole height apart.
    """
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda each: (-each.y, each.x0)):
        if lines and lines[-1][0].y - word.y <= 0.4 * max(lines[-1][0].height, word.height):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda each: each.x0) for line in lines]
