"""Cutting a long text into passages, so that the ones that matter can be taken and put back."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: Characters of one passage at most: about 400 tokens, a long paragraph or half a page.
_LONGEST = 1_600
_PAGE = re.compile(r"^\[page \d+\]$", re.MULTILINE)
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*\n?(?=\S)|\n[ \t]*\n")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)")


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A piece of a text, its place among the others, and the ``[page N]`` line that it is under."""

    order: int
    text: str
    page: str = ""


def passages(text: str) -> tuple[Passage, ...]:
    """A text's paragraphs in order; one that is too long is cut at its lines or sentences."""
    found = (
        (page, piece)
        for page, body in _pages(text)
        for paragraph in _PARAGRAPHS.split(body)
        for piece in _pieces(paragraph)
    )
    return tuple(
        Passage(order=order, text=piece, page=page) for order, (page, piece) in enumerate(found)
    )


def joined(kept: Sequence[Passage]) -> str:
    """Passages as a text again, each page's line once, before the first of its passages."""
    page, parts = "", []
    for each in kept:
        parts.append(f"{each.page}\n{each.text}" if each.page not in {"", page} else each.text)
        page = each.page
    return "\n\n".join(parts)


def _pages(text: str) -> Iterator[tuple[str, str]]:
    marks = [
        ("", 0, 0),
        *((match[0], match.start(), match.end()) for match in _PAGE.finditer(text)),
    ]
    ends = [*(start for _, start, _ in marks[1:]), len(text)]
    for (page, _, begin), end in zip(marks, ends, strict=True):
        yield page, text[begin:end]


def _pieces(paragraph: str) -> Iterator[str]:
    """A paragraph whole; or its entries, lines or sentences, as many together as fit."""
    plain = paragraph.strip("\n")
    if not plain.strip():
        return
    if len(plain) <= _LONGEST:
        yield plain
        return
    lines = plain.split("\n")
    if len(lines) > 1:
        # An indented line belongs to the entry above it.
        entries = re.split(r"\n(?=\S)", plain)
        yield from _together(entries if len(entries) > 1 else lines, "\n")
        return
    sentences = _SENTENCE.split(plain)
    yield from _together(sentences if len(sentences) > 1 else _cut(plain), " ")


def _together(parts: Sequence[str], between: str) -> Iterator[str]:
    held = ""
    for part in parts:
        if held and len(held) + len(between) + len(part) > _LONGEST:
            yield held
            held = ""
        if len(part) > _LONGEST and not held:
            yield from _pieces(part) if len(parts) > 1 else _cut(part)
            continue
        held = f"{held}{between}{part}" if held else part
    if held:
        yield held


def _cut(text: str) -> list[str]:
    """A text without ends of any kind, in pieces of a fixed length."""
    return [text[at : at + _LONGEST] for at in range(0, len(text), _LONGEST)]
