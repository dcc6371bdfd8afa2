"""Cutting a text into passages: pieces short enough to quote, each under its heading."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

#: A "word" longer than this is none; without spaces a text is cut by its characters.
_LONGEST_WORD = 80

_ATX = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_CAPITALS = re.compile(r"^ {0,3}(?:\d[\d.]{0,8}[ \t]+)?[A-Z][A-Z0-9 ,&'’()/-]{3,60}$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_LINE = re.compile(r"\n")
_ITEM = re.compile(r"\n(?=(?:[-*+•]|\d{1,3}[.)])[ \t])")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+")


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A piece of a source that can be quoted: under which heading, on which page."""

    source: str
    heading: str
    text: str
    page: int | None = None


def passages_of(
    text: str, *, source: str, max_words: int = 180, page: int | None = None
) -> tuple[Passage, ...]:
    """A text as passages of at most ``max_words`` words: nothing left out, nothing put in.

    Markdown is cut at its headings, and a passage's heading is the way to it: "Guide › Install".
    What has no headings is cut between paragraphs, a long paragraph between sentences. Code stays
    with the sentence that leads to it where both fit.
    """
    found: list[Passage] = []
    for heading, blocks in _sections(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        pieces = (piece for block in blocks for piece in _pieces(block, max_words))
        found.extend(
            Passage(source=source, heading=heading, text=joined, page=page)
            for joined in _joined(pieces, max_words)
        )
    return tuple(found)


def _sections(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Each heading's way from the top, with the blocks of text below it."""
    way: list[tuple[int, str]] = []
    blocks: list[str] = []
    block: list[str] = []
    fence = ""
    for line, after in pairwise([*lines, "# ", ""]):  # an empty heading ends what came before
        if fence:
            block.append(line)
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            continue
        opens = _FENCE.match(line)
        found = None if opens else _heading(line, block, after)
        if found is None and line.strip():
            block.append(line)
            fence = opens[1] if opens else ""
            continue
        if found is not None and found.underlined:
            block.pop()
        if block:
            blocks.append("\n".join(block))
            block = []
        if found is not None:
            if blocks:
                yield " › ".join(title for _, title in way), blocks
            elif way and way[-1][1] and found.level <= way[-1][0]:  # nothing stood below it
                yield " › ".join(title for _, title in way[:-1]), [way[-1][1]]
            blocks = []
            way = [each for each in way if each[0] < found.level] + [(found.level, found.title)]
    if block or blocks:  # a fence that nobody closed
        blocks.append("\n".join(block[:-1]))
        yield " › ".join(title for _, title in way), blocks


@dataclass(frozen=True, kw_only=True)
class _Heading:
    level: int
    title: str
    underlined: bool = False


def _heading(line: str, block: list[str], after: str) -> _Heading | None:
    """The heading that a line is or, as a rule below one line of text, makes of it.

    In plain text it is a line of capitals that stands alone.
    """
    marked = _ATX.match(line)
    if marked:
        return _Heading(level=len(marked[1]), title=_plain(marked[2] or ""))
    if not block and not after.strip() and _CAPITALS.match(line):
        return _Heading(level=2, title=line.strip())
    ruled = _UNDERLINE.match(line)
    if ruled and len(block) == 1 and len(block[0]) <= _LONGEST_WORD and "|" not in block[0]:
        return _Heading(
            level=1 if ruled[1][0] == "=" else 2, title=_plain(block[0]), underlined=True
        )
    return None


def _plain(title: str) -> str:
    return re.sub(r"[*`]|\[(?=[^\]]*\]\()|\]\([^)]*\)", "", title).strip()


def _pieces(block: str, most: int) -> Iterator[str]:
    """A block whole where it fits; else its items, its sentences, its lines, its words."""
    if _length(block) <= most:
        yield block
        return
    # A table has rows, code has lines, a list has items; only prose is cut between sentences.
    cuts = [_ITEM] if _ITEM.match(f"\n{block}") else []
    cuts += [_LINE] if re.match(r"\s*(?:```|~~~|\|)", block) else [_SENTENCE_END, _LINE]
    for cut in cuts:
        parts = [each for each in cut.split(block) if each.strip()]
        if len(parts) > 1:
            joint = " " if cut is _SENTENCE_END else "\n"
            for part in _joined(parts, most, joint):
                yield from [part] if _length(part) <= most else _pieces(part, most)
            return
    yield from _hard(block, most)


def _hard(text: str, most: int) -> Iterator[str]:
    """A text that has no better place to be cut at: by words, a monstrous word by characters."""
    for match in re.finditer(rf"(?:\S{{1,{_LONGEST_WORD}}}\s*){{1,{most}}}", text):
        yield match[0].rstrip()


def _joined(pieces: Iterable[str], most: int, joint: str = "\n\n") -> Iterator[str]:
    """Pieces put together as long as they fit."""
    taken: list[str] = []
    size = 0
    for piece in pieces:
        length = _length(piece)
        if taken and size + length > most:
            yield joint.join(taken)
            taken, size = [], 0
        taken.append(piece)
        size += length
    if taken:
        yield joint.join(taken)


def _length(text: str) -> int:
    """How many words a text has, for one without spaces by its length."""
    return sum(1 + (len(word) - 1) // _LONGEST_WORD for word in text.split())
