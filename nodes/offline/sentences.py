"""The sentences of a text's prose, apart from its headings and its rows of figures."""

import re
from collections.abc import Iterator, Sequence

#: Ends of sentences, but for the short forms that also end in a full stop.
_END = re.compile(
    r"(?<![A-Z])(?<!\b[A-Z]\.[A-Z])(?<!\bInc)(?<!\bCorp)(?<!\bLtd)(?<!\bCo)(?<!\bNo)(?<!\bMr)"
    r"(?<!\bMs)(?<!\bDr)(?<!\bvs)(?<!\bapprox)(?<!\bSt)(?<!\bu\.a)(?<!\be\.g)(?<!\bi\.e)"
    r"(?<!\betc)(?<!\bFig)(?<!\bRs)(?<!\bcf)(?<!\bp)(?<!\bca)[.!?][\"”’)]*\s+(?=[\"“(‘]?[A-Z0-9•])"
)
_NUMBER = re.compile(r"\|?[$€£¥₹]?[-–—(]?[$€£¥₹]?\d[\d,.']*\)?%?\|?")
_SIGNS = frozenset("$ € £ ¥ ₹ % — – -".split())
_BULLET = re.compile(r"[•▪◦*–-]\s")
_UNIT = re.compile(
    r"\(?(?:(?:dollars|amounts|figures|all amounts)\s+(?:are\s+)?)?in\s+(?:\w+\s+)?"
    r"(?:thousands|millions|billions)\b",
    re.IGNORECASE,
)
_STOP = re.compile(r"[.!?][\"”)]?$")
_VERB = re.compile(r"\b(?:is|are|was|were|has|have)\b")


def split_sentences(body: str) -> list[str]:
    """The sentences of a page's prose, lines joined; headings and rows of figures left out."""
    found: list[str] = []
    for paragraph in _paragraphs(body.split("\n")):
        joined = re.sub(r"\s+", " ", " ".join(paragraph)).strip()
        start = 0
        for match in _END.finditer(joined):
            found.append(joined[start : match.end()].strip())
            start = match.end()
        found.append(joined[start:].strip())
    return [text for text in found if _is_sentence(text)]


def _paragraphs(lines: Sequence[str]) -> Iterator[list[str]]:
    """Lines of prose that belong together: a heading, a table or a blank line parts them."""
    short = _short(lines)
    paragraph: list[str] = []
    for at, line in enumerate(lines):
        stripped = line.strip()
        apart = not paragraph or _STOP.search(paragraph[-1]) is not None
        is_heading = (
            apart
            and len(stripped) < short
            and stripped[-1:] not in tuple(".;:,")
            and not (paragraph and _next(lines, at)[:1].islower())
        )
        breaks = not stripped or stripped[0] == "|" or _is_row(stripped) or _is_caption(stripped)
        if (breaks or is_heading or _BULLET.match(stripped)) and paragraph:
            yield paragraph
            paragraph = []
        if breaks or (is_heading and not _VERB.search(stripped)):
            continue
        paragraph.append(stripped)
        if len(stripped) < short and _STOP.search(stripped):
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph


def _next(lines: Sequence[str], at: int) -> str:
    return lines[at + 1].strip() if at + 1 < len(lines) else ""


def _is_caption(stripped: str) -> bool:
    """Whether a line only says in what the amounts of a table are."""
    return _UNIT.match(stripped) is not None and not _STOP.search(stripped)


def _is_row(stripped: str) -> bool:
    """Whether a line ends with two numbers, as rows of figures do and sentences do not."""
    last = [each for each in stripped.rsplit(maxsplit=5)[1:] if each not in _SIGNS][-2:]
    return (
        len(last) == 2
        and stripped[-1] not in ".,;:"
        and all(_NUMBER.fullmatch(each) for each in last)
    )


def _short(lines: Sequence[str]) -> float:
    """Below this length a line ends before the margin: by the width that the page's lines have."""
    lengths = sorted(len(line.strip()) for line in lines if line.strip() and line[0] != "|")
    return min(60.0, 0.8 * lengths[int(0.8 * (len(lengths) - 1))]) if lengths else 60.0


def _is_sentence(text: str) -> bool:
    words = text.split()
    return (
        len(words) >= 4
        and bool(re.search(r"[.!?][\"”’)]*$", text))
        and sum(word.isalpha() or word[:-1].isalpha() for word in words) >= len(words) / 2
    )
