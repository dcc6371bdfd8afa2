"""Reading tables that people keep: a CSV with a header, whatever program wrote it.

Spreadsheets of half the world write ``;`` for ``,``, and people head one and the same column in
many ways. So the delimiter is the one by which the header makes the most sense, and the caller
says under which headings it looks for what.
"""

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from ...state.errors import InputError
from ...state.names import nearest

_DELIMITERS = (",", ";", "\t", "|")
_MAX_BYTES = 50_000_000
#: The first line with which a spreadsheet may say its own delimiter.
_SAID = re.compile(r"\s*sep=(.)\s*(?:\r\n?|\n)", re.IGNORECASE)
_NO_CSV = {b"PK\x03\x04": "a spreadsheet or an archive", b"%PDF-": "a PDF"}
_SAVE = "Save it as CSV in UTF-8 and give that."


def read_rows(
    path: Path,
    *,
    columns: Mapping[str, tuple[str, ...]],
    optional: Collection[str] = (),
    max_rows: int = 100_000,
) -> tuple[Mapping[str, str], ...]:
    """The rows of a CSV, each as our names for its columns and "line", where it begins.

    ``columns`` maps our names to the headings under which people write them; a name is a heading,
    too, and case, spaces, ``_`` and ``-`` do not count. The names in ``optional`` may be missing,
    and are then "". Outer blanks of a cell are cut, rows without a word left out; what else the
    file has is not read.

    Raises:
        InputError: no such file, no CSV, empty, too large; a column is missing or there twice; a
            row has more or fewer cells than the header has, or a quote that never ends.
    """
    text = _text(path)
    said = _SAID.match(text)
    skipped = said.end() if said else 0
    delimiter = said[1] if said else _delimiter(text, columns)
    rows = _rows(path, text[skipped:], delimiter, before=1 if said else 0)
    first = next(rows, None)
    if first is None:
        raise InputError(f"{str(path)!r} is empty.", fix="Give a CSV with a header and rows.")
    header = first[1]
    places = _places(path, header, columns, optional)
    found: list[Mapping[str, str]] = []
    for line, cells in rows:
        if len(found) == max_rows:
            raise InputError(
                f"{str(path)!r} has more than {max_rows:,} rows.",
                fix="Cut it into several files, and give one after another.",
            )
        fitting = _fitted(path, line, cells, len(header))
        row = {name: "" if at is None else fitting[at] for name, at in places.items()}
        found.append({**row, "line": str(line)})
    if not found:
        raise InputError(f"{str(path)!r} has a header and no rows.", fix="Give it rows.")
    return tuple(found)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(
                f"{str(path)!r} is larger than {_MAX_BYTES // 1_000_000} MB.",
                fix="Cut it into several files, and give one after another.",
            )
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"There is no file {str(path)!r}.", fix="Check the path.") from error
    except (OSError, ValueError) as error:  # a folder, no permission, a name with a zero in it
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{str(path)!r:.80} cannot be read: {why}.", fix="Give a CSV.") from error
    kind = next((kind for head, kind in _NO_CSV.items() if data.startswith(head)), None)
    if kind is not None:
        raise InputError(f"{str(path)!r} is {kind}, no CSV.", fix=_SAVE)
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{str(path)!r} is not in UTF-8 (line {line}).", fix=_SAVE) from error
    if "\0" in text:
        raise InputError(f"{str(path)!r} is no text: it holds zero bytes.", fix=_SAVE)
    return text


def _delimiter(text: str, columns: Mapping[str, tuple[str, ...]]) -> str:
    """The one by which the first line has the most headings that are looked for, or else the
    most cells at all."""
    known = {_plain(each) for name, also in columns.items() for each in (name, *also)}
    line = next((each for each in text.splitlines() if each.strip()), "")

    def sense(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([line], delimiter=delimiter), [])
        return sum(_plain(each) in known for each in cells), len(cells)

    return max(_DELIMITERS, key=sense)


def _rows(path: Path, text: str, delimiter: str, *, before: int) -> Iterator[tuple[int, list[str]]]:
    """Each row that has a word in it, with the line on which it begins."""
    # strict: else a quote that is never closed would swallow the rest of the file.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    ended = 0
    try:
        for cells in reader:
            line, ended = ended + 1, reader.line_num
            stripped = [each.strip() for each in cells]
            if any(stripped):
                yield before + line, stripped
    except csv.Error as error:
        raise InputError(
            f"{str(path)!r} is no proper CSV in the row that begins on line "
            f"{before + ended + 1}: {error}.",
            fix="Look for a quotation mark that is not closed, or not doubled within a cell.",
        ) from error


def _places(
    path: Path,
    header: Sequence[str],
    columns: Mapping[str, tuple[str, ...]],
    optional: Collection[str],
) -> dict[str, int | None]:
    """Where each of our columns stands. One heading is taken for one column only."""
    plain = [_plain(each) for each in header]
    places: dict[str, int | None] = {}
    taken: set[str] = set()
    for name, also in columns.items():
        wanted = dict.fromkeys(_plain(each) for each in (name, *also))
        known = next((each for each in wanted if each in plain and each not in taken), None)
        if known is None:
            if name not in optional:
                raise _missing(path, header, name, also)
            places[name] = None
            continue
        if plain.count(known) > 1:
            raise InputError(
                f"{str(path)!r} has several columns headed {header[plain.index(known)]!r}.",
                fix="Rename or delete all but one of them.",
            )
        taken.add(known)
        places[name] = plain.index(known)
    return places


def _missing(path: Path, header: Sequence[str], name: str, also: Sequence[str]) -> InputError:
    heads = [each for each in header if each]
    close = next((near for each in (name, *also) if (near := nearest(each, heads))), "")
    there = ", ".join(repr(each[:40]) for each in heads[:12])
    return InputError(
        f"{str(path)!r} has no column {name!r}{close}. Its header has: {there}.",
        fix=f"Head the column with one of: {', '.join((name, *also))}.",
    )


def _fitted(path: Path, line: int, cells: list[str], width: int) -> list[str]:
    """A row's cells. Empty ones after the last heading are what spreadsheets add, and harmless."""
    if len(cells) < width or any(cells[width:]):
        raise InputError(
            f"{str(path)!r} has {len(cells)} cells in the row on line {line}, and its header has "
            f"{width}.",
            fix="Put a cell that holds the delimiter into quotation marks.",
        )
    return cells


def _plain(heading: str) -> str:
    return re.sub(r"[\s_\-]+", " ", heading).strip().casefold()
