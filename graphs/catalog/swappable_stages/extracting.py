"""The first stage: a document's text, page by page."""

from collections.abc import Iterable
from pathlib import Path

from ....nodes.documents.deep import parse_pages
from ....nodes.documents.files import read_file
from ....nodes.documents.pdf import Page, read_pages
from ....nodes.offline.guard import guarded
from ....nodes.offline.notes import order_note
from ....nodes.schemas import PageText
from .schema import Pages


def anything(document: str) -> Pages:
    """By its kind: a PDF's text layer, plain text, Markdown, an e-mail."""
    return _pages(read_file(Path(document)).pages)


def layout(document: str) -> Pages:
    """A PDF with its tables rebuilt from where the words stand; other files are refused."""
    path = Path(document)
    return _pages(parse_pages(path, read_pages(path)))


def _pages(pages: Iterable[Page]) -> Pages:
    return tuple(PageText(number=each.number, text=each.text) for each in pages)


def guard(pages: Pages) -> dict[str, object]:
    """The pages without orders to their reader: whoever reads next has none to follow."""
    safe = [(each, guarded(each.text, "")) for each in pages]
    notes = tuple(
        note for each, found in safe for note in order_note(f"Page {each.number}", found.left_out)
    )
    kept = tuple(PageText(number=each.number, text=found.text) for each, found in safe)
    return {"pages": kept, "notes": notes}
