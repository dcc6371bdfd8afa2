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
    from pypdfium2 import raw

    page = document[index]
    text = page.get_textpage()
    try:
        count = text.count_chars()
        letters = "".join(chr(raw.FPDFText_GetUnicode(text.raw, at)) for at in range(count))
        found = list(_WORD.finditer(letters))
        turns = [_quarter_turns(each.start(), text.raw) for each in found]
        most = max(set(turns), key=turns.count, default=0)
        return tuple(
            _word(each, text.raw, most)
            for each, turn in zip(found, turns, strict=True)
            if turn == most
        )
    finally:
        text.close()
        page.close()


def _quarter_turns(at: int, raw_page: object) -> int:
    """In which of the four directions the letter ``at`` is written: 0 is from left to right."""
    from pypdfium2 import raw

    # PDFium's angles grow clockwise.
    angle: float = raw.FPDFText_GetCharAngle(raw_page, at)
    return round(-angle / (math.pi / 2)) % 4


def _word(found: re.Match[str], raw_page: object, turns: int) -> Word:
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(raw_page, found.start(), box)
    first = _upright(box.left, box.bottom, turns), _upright(box.right, box.top, turns)
    raw.FPDFText_GetLooseCharBox(raw_page, found.end() - 1, box)
    last = _upright(box.left, box.bottom, turns), _upright(box.right, box.top, turns)
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(raw_page, found.start(), x, y)
    return Word(
        text=found[0],
        x0=min(corner[0] for corner in first),
        x1=max(corner[0] for corner in last),
        y=_upright(x.value, y.value, turns)[1],
        height=max(abs(first[1][1] - first[0][1]), 1.0),
    )


def _upright(x: float, y: float, turns: int) -> tuple[float, float]:
    """A point of a page that was turned by so many quarters, turned back."""
    return ((x, y), (y, -x), (-x, -y), (-y, x))[turns]


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
