"""A page in depth: its prose in reading order, its tables with their headings."""

import re
from collections.abc import Sequence
from pathlib import Path

from .layout import Table, tables_of
from .lines import Line
from .pdf import MAX_PAGES, Page, clean, open_pdf
from .words import lines_of, words_on


def parse_pages(
    path: Path, pages: tuple[Page, ...], *, max_pages: int = MAX_PAGES
) -> tuple[Page, ...]:
    """The given pages again, with every table as Markdown under its headings.

    Raises:
        DocumentError: as ``read_pages``.
    """
    parsed: list[Page] = []
    last: tuple[int, Table | None] = (0, None)
    with open_pdf(path, max_pages=max_pages) as document:
        for page in pages:
            before = last[1] if last[0] == page.number - 1 else None
            lines = tuple(
                Line(words=tuple(line)) for line in lines_of(words_on(document, page.number - 1))
            )
            tables = tables_of(lines, before)
            last = page.number, tables[-1] if tables else None
            parsed.append(Page(number=page.number, text=_with_tables(page.text, tables)))
    return tuple(parsed)


def _with_tables(text: str, tables: Sequence[Table]) -> str:
    if not tables:
        return text
    prose = _without(text, tables)
    return "\n\n".join(part for part in (prose, *(table.markdown() for table in tables)) if part)


def _without(text: str, tables: Sequence[Table]) -> str:
    """The text less the lines that the tables show: nothing is said twice."""
    covered = {_squeezed(line) for table in tables for line in table.covered} | {""}
    kept = [line for line in text.split("\n") if _squeezed(line) not in covered]
    return clean("\n".join(kept)).strip()


def _squeezed(line: str) -> str:
    """What tells a line from others, less spaces, footnote marks and punctuation."""
    return re.sub(r"\(\d\)|\W+", "", line)
