"""A shelf brought up to date with the files that it is made of."""

from collections.abc import Iterable
from hashlib import file_digest
from pathlib import Path

from ..state.errors import DocumentError
from .documents.files import TextFile, read_file
from .documents.pdf import check_regular
from .shelf import Passage, Shelf, passages_of


def stock(shelf: Shelf, files: Iterable[Path]) -> tuple[DocumentError, ...]:
    """Only what changed is read again, and what is gone is taken off.

    Gives why files could not be read: nothing of those is on the shelf.
    """
    known = shelf.digests()
    kept: set[str] = set()
    faults: list[DocumentError] = []
    for path in files:
        try:
            digest = _digest(path)
            if known.get(path.name) != digest:
                shelf.put(path.name, _passages(read_file(path)), digest=digest)
        except DocumentError as error:
            faults.append(error)
        else:
            kept.add(path.name)
    for name in known.keys() - kept:
        shelf.put(name, ())
    return tuple(faults)


def _digest(path: Path) -> str:
    check_regular(path, "file with text")
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _passages(file: TextFile) -> list[Passage]:
    return [
        passage
        for page in file.pages
        for passage in passages_of(
            page.text, source=file.name, page=page.number if file.kind == "pdf" else None
        )
    ]
