"""The source notes as passages, each with its file, its place and the address it came from."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ....nodes.documents.files import TextFile, read_file
from ....nodes.documents.pdf import Page
from ....nodes.documents.search import STOP_WORDS, rank_pages, words_query
from ....nodes.gates import Subject
from ....nodes.gates.tracing import SourceCredibility, source_credibility
from ....nodes.grounding import stands_in
from ....nodes.offline.guard import guarded
from ....nodes.offline.notes import order_note
from ....nodes.offline.picking import pick, stem
from ....nodes.offline.source import Source
from .brief import Brief, unreadable
from .schema import Found, Note, Passage, Research

#: Words of a passage, at most: whole paragraphs, unless one is longer.
_LONGEST = 180
_URL = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"')\]]+", re.IGNORECASE)
#: Lines that say where a text is from; they are no part of it.
_ABOUT = re.compile(
    r"^\s*[#>*-]*\s*(?:source|url|link|retrieved|accessed|author|date|published|title)\s*:.*$",
    re.IGNORECASE,
)
#: Sentences for each heading, when nobody but the extractor takes notes.
_EACH = 4
_UNDER = 6


def passages_of(files: Iterable[Path]) -> tuple[list[Passage], list[str]]:
    """The passages of all files, numbered through, and notes on what was left out."""
    found: list[Passage] = []
    notes: list[str] = []
    for path in files:
        fault = unreadable(path)
        if fault:
            notes.append(f"The source {path.name!r} is left out: {fault}")
            continue
        for each in _passages(read_file(path)):
            safe = guarded(each.text, "")
            notes += order_note(f"{path.name!r}, {each.place},", safe.left_out)
            text = safe.text.strip()
            if text and all(text != other.text for other in found):
                found.append(each.model_copy(update={"number": len(found) + 1, "text": text}))
    return found, notes


def _passages(file: TextFile) -> Iterator[Passage]:
    top = _URL.search("\n".join(file.pages[0].text.split("\n")[:12])) if file.pages else None
    url = top[0].rstrip(".,;") if top else None
    for page in file.pages:
        for line, text in _paragraphs(page.text):
            place = f"p. {page.number}" if file.kind == "pdf" else f"line {line}"
            own = _URL.search(text)
            address = own[0].rstrip(".,;") if own else url
            yield Passage(number=0, source=file.name, place=place, url=address, text=text)


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Paragraphs with the line that each begins on, without headings and lines about the text."""
    lines: list[str] = []
    start = 1
    for number, line in enumerate([*text.split("\n"), ""], 1):
        apart = not line.strip() or line.lstrip().startswith("#") or _ABOUT.match(line)
        full = sum(len(each.split()) for each in lines) > _LONGEST
        if (apart or full) and lines:
            yield start, " ".join(" ".join(lines).split())
            lines = []
        if apart:
            continue
        start = start if lines else number
        lines.append(line)


def ranked(brief: Brief, passages: Sequence[Passage]) -> list[Passage]:
    """The passages that have words of the brief, the nearest first.

    Of a file that nowhere has a word of the topic or a keyword, none is taken: a heading's words
    ("What it costs") stand in papers on anything.
    """
    wanted = _stems(" ".join((brief.topic, *brief.keywords)))
    on_it = {each.source for each in passages if wanted & _stems(each.text)}
    pages = [Page(number=each.number, text=each.text) for each in passages if each.source in on_it]
    by_number = {each.number: each for each in passages}
    queries = [
        query
        for each in (brief.topic, *brief.headings, *brief.keywords)
        if (query := words_query(each))
    ]
    return [by_number[page.number] for page in rank_pages(pages, queries)]


def _stems(text: str) -> set[str]:
    words = re.findall(r"[^\W\d_]{3,}", text.lower())
    return {stem(word) for word in words if word not in STOP_WORDS}


def quoted(brief: Brief, passages: Sequence[Passage]) -> Research:
    """Sentences on each of the brief's headings, when there is nobody who takes notes."""
    source = Source("\n\n".join(f"[page {each.number}]\n{each.text}" for each in passages))
    said: dict[str, None] = {}
    best: dict[str, tuple[float, str]] = {}
    for heading in brief.headings or [brief.topic, *brief.keywords]:
        for each in pick(source.sentences, topic=f"{heading} {brief.topic}", most=_EACH):
            said.setdefault(each.sentence.text)
        for each in pick(source.sentences, topic=heading, most=_UNDER):
            said.setdefault(each.sentence.text)
            best[each.sentence.text] = max(
                best.get(each.sentence.text, (0.0, "")), (each.score, heading)
            )
    return Research(
        notes=[
            Found(text=each, quote=each, heading=best[each][1] if each in best else None)
            for each in said
        ]
    )


def mistrusted(brief: Brief, passages: Iterable[Passage]) -> list[Passage]:
    """The passages from addresses that the brief does not let be cited."""
    params = SourceCredibility(
        allowed=tuple(brief.trusted), denied=tuple(brief.untrusted), minimum=0
    )
    return [
        each
        for each in passages
        if (brief.trusted and each.url is None)
        or not source_credibility(Subject(values={"url": _address(each.url)}), params).passed
    ]


def _address(url: str | None) -> str:
    """An address as browsers understand it."""
    if url is None:
        return ""
    return url.lower() if "://" in url else f"https://{url.lower()}"


def placed(found: Iterable[Found], passages: Sequence[Passage]) -> tuple[list[Note], list[str]]:
    """The notes with file and place; one whose quote stands in no passage is left out."""
    kept: list[Note] = []
    lost: list[str] = []
    for each in found:
        passage = standing(each.quote, passages)
        if passage is None:
            lost.append(f"A note is left out, since its quote stands in no source: {each.quote!r}")
            continue
        where = passage.model_dump(include={"source", "place", "url"})
        kept.append(Note(**each.model_dump(), **where))
    return kept, lost


def standing(quote: str, passages: Iterable[Passage]) -> Passage | None:
    """The passage that a quote stands in."""
    return next((each for each in passages if stands_in(quote, each.text)), None)
