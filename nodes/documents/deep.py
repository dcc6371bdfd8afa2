"""A page in depth: its prose in reading order, its tables with their headings."""

import re
from pathlib import Path

from .layout import Line, Table, segments_of, tables_of
from .pdf import MAX_PAGES, Page, clean, open_pdf
from .words import Word, lines_of, words_on


def parse_pages(
    path: Path, pages: tuple[Page, ...], *, max_pages: int = MAX_PAGES
) -> tuple[Page, ...]:
    """The given pages again, with every table as Markdown under its headings.

    Raises:
        DocumentError: as ``read_pages``.
    """
    with open_pdf(path, max_pages=max_pages) as document:
        return tuple(
            Page(number=page.number, text=_with_tables(page.text, words_on(document, index)))
            for page in pages
            for index in (page.number - 1,)
        )


def _with_tables(text: str, words: tuple[Word, ...]) -> str:
    lines = tuple(
        Line(y=line[0].y, height=max(word.height for word in line), segments=segments_of(line))
        for line in lines_of(words)
    )
    tables = tables_of(lines)
    if not tables:
        return text
    prose = _without(text, tables)
    return "\n\n".join(part for part in (prose, *(table.markdown() for table in tables)) if part)


def _without(text: str, tables: tuple[Table, ...]) -> str:
    """The text less the lines that the tables show: nothing is said twice."""
    covered = {_squeezed(line) for table in tables for line in table.covered}
    kept = [line for line in text.split("\n") if _squeezed(line) not in covered | {""}]
    return clean("\n".join(kept)).strip()


def _squeezed(line: str) -> str:
    """What tells a line from others, less spaces, footnote marks and punctuation."""
    return re.sub(r"\(\d\)|\W+", "", line)
