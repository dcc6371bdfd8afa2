"""Which pages can hold an answer: full-text rank over the pages of one document."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from functools import lru_cache

from .pdf import Page

#: The usual constant of reciprocal rank fusion: how much the first ranks stand out.
_FUSION = 20
_FIGURE = re.compile(r"(?<!\S)\D?\d\S*")


class PageIndex:
    """The pages of one document, indexed once for any number of questions. Close it after use."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = {page.number: page for page in pages}
        self._index = _index(pages)

    def rank(self, queries: Sequence[str], *, numbers: bool = False) -> tuple[Page, ...]:
        """The pages that match, best first: BM25 for each query, fused by reciprocal rank.

        A query is a phrase or several, divided by ``" OR "``; each phrase is matched as its words
        in a row. With ``numbers`` a page counts more the more figures stand on it, which is what
        tells a statement from a page that speaks about it.
        """
        scores: dict[int, float] = defaultdict(float)
        for query in queries:
            for rank, number in enumerate(_matches(self._index, query)):
                weight = _figure_share(self._pages[number].text) if numbers else 1.0
                scores[number] += weight / (_FUSION + rank)
        ranked = sorted(scores, key=lambda number: (-scores[number], number))
        return tuple(self._pages[number] for number in ranked)

    def close(self) -> None:
        self._index.close()


def rank_pages(
    pages: Sequence[Page], queries: Sequence[str], *, numbers: bool = False
) -> tuple[Page, ...]:
    """The pages that match, best first, as ``PageIndex.rank`` gives them."""
    with closing(PageIndex(pages)) as index:
        return index.rank(queries, numbers=numbers)


def words_query(question: str) -> str:
    """A query that matches any of a question's telling words."""
    words = re.findall(r"[^\W_]{3,}", question.lower())
    return " OR ".join(dict.fromkeys(word for word in words if word not in STOP_WORDS))


def _index(pages: Sequence[Page]) -> sqlite3.Connection:
    index = sqlite3.connect(":memory:")
    index.execute("CREATE VIRTUAL TABLE page USING fts5(text, tokenize='porter unicode61')")
    index.executemany(
        "INSERT INTO page(rowid, text) VALUES (?, ?)", ((page.number, page.text) for page in pages)
    )
    return index


def _matches(index: sqlite3.Connection, query: str) -> list[int]:
    phrases = [re.sub(r"[^\w ]+", " ", phrase).strip() for phrase in query.split(" OR ")]
    match = " OR ".join(f'"{phrase}"' for phrase in phrases if phrase)
    if not match:
        return []
    rows = index.execute("SELECT rowid FROM page WHERE page MATCH ? ORDER BY rank", (match,))
    return [number for (number,) in rows]


@lru_cache(maxsize=4096)
def _figure_share(text: str) -> float:
    """From 0.2 on a page of prose to 1 on a page where every third word is a figure."""
    figures = len(_FIGURE.findall(text))
    return 0.2 + 0.8 * min(1.0, 3 * figures / max(1, len(text.split())))


STOP_WORDS = frozenset(
    (
        "the and for are was were with that this from have has had not but its our their which "
        "what who how when where why does did will would can could should about into than then "
        "them they you your any all each per been being because due between during over under "
        "more most such other also may might must shall these those there here out own same "
        "very just only"
    ).split()
)
