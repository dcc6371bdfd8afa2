"""Feedback as it comes: rows of a table under anybody's headings, or one message."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ....nodes.documents.rows import read_rows

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "text": (
        *("feedback", "comment", "comments", "message", "review", "review text", "body"),
        *("customer feedback", "customer comment", "verbatim", "remarks", "content", "answer"),
        *("kommentar", "nachricht", "rückmeldung", "commentaire", "avis", "comentario", "opinión"),
    ),
    "id": ("no", "no.", "nr", "number", "#", "ticket", "ticket id", "feedback id", "review id"),
    "date": (
        *("created", "created at", "submitted", "submitted at", "timestamp", "received", "day"),
        *("datum", "fecha"),
    ),
    "customer": (
        *("customer name", "name", "client", "user", "author", "from", "email", "kunde"),
        "cliente",
    ),
    "rating": ("stars", "star rating", "score", "nps", "csat", "grade", "points", "bewertung"),
    "channel": ("source", "via", "platform"),
}
_OF = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:/|out of|of)\s*(\d+)", re.IGNORECASE)
_PLAIN = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:\*|stars?|points?|★)?", re.IGNORECASE)
_SCALES = (5, 10, 100)


def rows_of(path: Path, *, most: int) -> tuple[Mapping[str, str], ...]:
    """The rows of a CSV of feedback.

    Raises:
        InputError: as ``read_rows``.
    """
    optional = COLUMNS.keys() - {"text"}
    return read_rows(path, columns=COLUMNS, optional=optional, max_rows=most)


def scale_of(ratings: Sequence[str]) -> int | None:
    """What plain numbers are given out of: 5, 10 or 100, the first that all of them fit."""
    plain = [_number(match[1]) for each in ratings if (match := _PLAIN.fullmatch(each.strip()))]
    if not plain:
        return None
    return next((scale for scale in _SCALES if max(plain) <= scale), None)


def rated(rating: str, scale: int | None) -> float | None:
    """A rating's worth from 0 to 1: "4", "4/5", "4 stars", "★★★★☆"; None for anything else."""
    text = rating.strip()
    stars = text.count("★")
    if stars and set(text) <= {"★", "☆", " "}:
        of = max(5, stars + text.count("☆"))
        return stars / of
    fraction = _OF.fullmatch(text)
    if fraction:
        given, of = _number(fraction[1]), int(fraction[2])
        return given / of if given <= of and of else None
    plain = _PLAIN.fullmatch(text)
    if plain and scale and _number(plain[1]) <= scale:
        return _number(plain[1]) / scale
    return None


def _number(text: str) -> float:
    return float(text.replace(",", "."))
