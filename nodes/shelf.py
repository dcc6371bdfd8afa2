"""A shelf of texts in one SQLite file: passages by source, found again by full text.

Answers must cite, so what is kept and found is a passage under its heading and never a whole
file. FTS5 finds the candidates; how well each bears on the question is then told by how much of
the question it covers, which can be held against a threshold as a bare rank cannot.
"""

import math
import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..state.errors import DamagedError, DatabaseError
from .documents.search import STOP_WORDS
from .passages import Passage, passages_of

__all__ = ["Found", "Passage", "Shelf", "passages_of", "telling_words"]

#: "Shlf" in the file's header, by which somebody else's database is told from ours.
_SHELF = 0x53686C66
_VERSION = 1
_BUSY = 30.0

_SCHEMA = """
CREATE TABLE source (name TEXT PRIMARY KEY, digest TEXT NOT NULL);
CREATE TABLE passage (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL,
    page INTEGER
);
CREATE INDEX passage_source ON passage (source);
CREATE VIRTUAL TABLE words USING fts5(
    heading, text, content='passage', content_rowid='id', tokenize='porter unicode61'
);
CREATE TRIGGER passage_in AFTER INSERT ON passage BEGIN
    INSERT INTO words (rowid, heading, text) VALUES (new.id, new.heading, new.text);
END;
CREATE TRIGGER passage_out AFTER DELETE ON passage BEGIN
    INSERT INTO words (words, rowid, heading, text)
    VALUES ('delete', old.id, old.heading, old.text);
END;
"""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A passage, and from 0 to 1 how much of the question it covers."""

    passage: Passage
    score: float


class Shelf:
    """A library in one file, for any number of threads and processes. Close it after use."""

    def __init__(self, path: Path | str) -> None:
        """Open the shelf at ``path``; it is made where there is none yet.

        Raises:
            DatabaseError: no place for a file, or the file is something else.
        """
        self._path = str(path)
        self._lock = threading.Lock()
        with self._explained():
            if self._path != ":memory:":
                Path(self._path).parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                self._path, timeout=_BUSY, isolation_level=None, check_same_thread=False
            )
        try:
            with self._explained():
                self._make()
        except BaseException:
            self._connection.close()
            raise

    def put(self, source: str, passages: Iterable[Passage], *, digest: str = "") -> None:
        """Let ``source`` have these passages and no others; none takes it off the shelf.

        ``digest`` is whatever tells the caller later that the source has not changed since.
        """
        rows = [(source, each.heading, each.text, each.page) for each in passages]
        with self._writing() as cursor:
            cursor.execute("DELETE FROM passage WHERE source = ?", (source,))
            cursor.execute("DELETE FROM source WHERE name = ?", (source,))
            if not rows:
                return
            cursor.execute("INSERT INTO source VALUES (?, ?)", (source, digest))
            cursor.executemany(
                "INSERT INTO passage (source, heading, text, page) VALUES (?, ?, ?, ?)", rows
            )

    def search(
        self, question: str, *, limit: int = 5, sources: Iterable[str] = ()
    ) -> tuple[Found, ...]:
        """The passages that bear on a question in any wording, best first.

        ``sources`` narrows the search down; none named means all.
        """
        terms = telling_words(question)
        if not terms or limit < 1:
            return ()
        with self._reading() as cursor:
            return _ranked(cursor, terms, tuple(sources))[:limit]

    def passages(self, *, limit: int) -> tuple[Passage, ...]:
        """What stands on the shelf, in its order: for who can read what no word leads to."""
        with self._reading() as cursor:
            rows = cursor.execute(
                "SELECT source, heading, text, page FROM passage ORDER BY source, id LIMIT ?",
                (limit,),
            ).fetchall()
        return tuple(
            Passage(source=source, heading=heading, text=text, page=page)
            for source, heading, text, page in rows
        )

    def weights(self, question: str) -> Mapping[str, float]:
        """A question's telling words, and how much each tells: the rarer on the shelf, the more."""
        with self._reading() as cursor:
            return {each.term: each.weight for each in _rarity(cursor, telling_words(question))}

    def unknown(self, question: str) -> tuple[str, ...]:
        """Which of a question's telling words stand nowhere on the shelf."""
        with self._reading() as cursor:
            found = _rarity(cursor, telling_words(question))
            return tuple(each.term for each in found if not each.places)

    def sources(self) -> tuple[str, ...]:
        """The names of what stands on the shelf, in order."""
        return tuple(sorted(self.digests()))

    def digests(self) -> Mapping[str, str]:
        """For each source the digest that it was put here with."""
        with self._reading() as cursor:
            return dict(cursor.execute("SELECT name, digest FROM source").fetchall())

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _make(self) -> None:
        cursor = self._connection.cursor()
        if _is_made(cursor, self._path):
            return
        cursor.execute("BEGIN IMMEDIATE")
        try:
            # Somebody else may have made it while we waited.
            if not _is_made(cursor, self._path):
                for statement in _statements(_SCHEMA):
                    cursor.execute(statement)
                cursor.execute(f"PRAGMA application_id = {_SHELF}")
                cursor.execute(f"PRAGMA user_version = {_VERSION}")
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Cursor]:
        """One view of the shelf, whatever others write meanwhile."""
        with self._explained(), self._lock:
            cursor = self._connection.cursor()
            cursor.execute("BEGIN")
            try:
                yield cursor
            finally:
                cursor.execute("ROLLBACK")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Cursor]:
        with self._explained(), self._lock:
            cursor = self._connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    cursor.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise DatabaseError(
                f"The shelf {self._path!r} cannot be made: {error.strerror}.",
                fix="Name another place for it.",
            ) from error
        except sqlite3.OperationalError as error:
            raise DatabaseError(
                f"The shelf {self._path!r} cannot be used: {error}.",
                fix="See that it can be written, that the disk is not full, and who else uses it.",
            ) from error
        except sqlite3.DatabaseError as error:
            raise DamagedError(
                f"The shelf {self._path!r} cannot be read: {error}.",
                fix="Delete it: a shelf is made again from its texts.",
            ) from error


def _is_made(cursor: sqlite3.Cursor, path: str) -> bool:
    (application,) = cursor.execute("PRAGMA application_id").fetchone()
    (version,) = cursor.execute("PRAGMA user_version").fetchone()
    if (application, version) == (_SHELF, _VERSION):
        return True
    (tables,) = cursor.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables:
        newer = application == _SHELF
        raise DatabaseError(
            f"{path!r} is {'a shelf of another version' if newer else 'no shelf'}.",
            fix="Name another file; a shelf is made where there is none.",
        )
    return False


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, for ``executescript`` would commit what it finds open."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


#: A question of more telling words than this is no question; the first ones are looked for.
_MOST_TERMS = 48
#: As much of a question as is read: what follows would not be among its first words.
_READ = 20_000
_CANDIDATES = 60
_ASKING = STOP_WORDS | frozenset(
    "a an is it of to in on by or if be as at do i my we us much many vs versus".split()
)
#: How much BM25, which also weighs how often and where, may say beside what is covered.
_BY_RANK, _HALFWAY = 0.2, 5.0


def telling_words(question: str) -> tuple[str, ...]:
    """The words that a question turns on, as they are looked for; all where none stands out.

    What is joined by an underscore, a dot or a hyphen, such as ``max_retries``, stays together.
    """
    written = re.findall(r"[^\W_]+(?:[_.\-'’][^\W_]+)*", question[:_READ].lower())
    told = [word for word in written if word not in _ASKING] or written
    return tuple(dict.fromkeys(word[:80] for word in told))[:_MOST_TERMS]


def _ranked(
    cursor: sqlite3.Cursor, terms: Sequence[str], sources: Sequence[str]
) -> tuple[Found, ...]:
    narrowed, names = ("", []) if not sources else _narrowed(sources)
    # In double quotes nothing is syntax: a term is its words in a row.
    rows = cursor.execute(
        "SELECT passage.id, source, passage.heading, passage.text, page, bm25(words, 3.0, 1.0)"
        " FROM words JOIN passage ON passage.id = words.rowid"
        f" WHERE words MATCH ?{narrowed} ORDER BY bm25(words, 3.0, 1.0), passage.id LIMIT ?",
        (" OR ".join(f'"{term}"' for term in terms), *names, _CANDIDATES),
    ).fetchall()
    rarity = _rarity(cursor, terms)
    whole = sum(each.weight for each in rarity)
    found = [
        Found(
            passage=Passage(source=source, heading=heading, text=text, page=page),
            score=(1 - _BY_RANK) * sum(each.weight for each in rarity if at in each.places) / whole
            + _BY_RANK * (-rank / (_HALFWAY - rank)),
        )
        for at, source, heading, text, page, rank in rows
    ]
    return tuple(sorted(found, key=lambda each: -each.score))


def _narrowed(sources: Sequence[str]) -> tuple[str, list[str]]:
    return f" AND source IN ({', '.join('?' * len(sources))})", list(sources)


@dataclass(frozen=True, kw_only=True)
class _Rarity:
    """A word, the passages that it stands in, and how much it tells them apart."""

    term: str
    places: frozenset[int]
    weight: float


def _rarity(cursor: sqlite3.Cursor, terms: Sequence[str]) -> list[_Rarity]:
    """A word that stands nowhere on the shelf weighs most: what it asks for is not there."""
    (all_of_them,) = cursor.execute("SELECT count(*) FROM passage").fetchone()
    found = []
    for term in terms:
        rows = cursor.execute("SELECT rowid FROM words WHERE words MATCH ?", (f'"{term}"',))
        places = frozenset(at for (at,) in rows)
        weight = math.log(1 + (all_of_them + 1) / (len(places) + 1))
        found.append(_Rarity(term=term, places=places, weight=weight))
    return found
