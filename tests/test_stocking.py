"""A shelf follows its files: what is new, changed, gone or unreadable."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dalsegno.nodes.shelf import Shelf
from dalsegno.nodes.stocking import stock


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    opened = Shelf(tmp_path / "shelf.db")
    yield opened
    opened.close()


def _file(name: str, text: str) -> Path:
    Path(name).write_text(text)
    return Path(name)


def _found(shelf: Shelf, question: str) -> list[str]:
    return [hit.passage.source for hit in shelf.search(question)]


def test_what_changed_is_read_again_and_what_is_gone_is_taken_off(shelf: Shelf) -> None:
    files = [_file("a.md", "# Rent\n\nThe rent is low."), _file("b.md", "# Boats\n\nBoats leak.")]
    assert stock(shelf, files) == ()
    assert (_found(shelf, "rent"), _found(shelf, "boats")) == (["a.md"], ["b.md"])
    _file("a.md", "# Trams\n\nTrams are late.")
    assert stock(shelf, files[:1]) == ()
    assert (_found(shelf, "rent"), _found(shelf, "trams")) == ([], ["a.md"])
    assert shelf.sources() == ("a.md",)


def test_what_has_not_changed_is_not_read_again(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [_file("a.md", "The rent is low.")]
    stock(shelf, files)
    monkeypatch.setattr("dalsegno.nodes.stocking.read_file", None)
    assert stock(shelf, files) == ()


def test_a_file_that_turns_unreadable_is_told_and_taken_off(shelf: Shelf) -> None:
    files = [_file("a.md", "The rent is low."), _file("b.md", "Boats leak.")]
    stock(shelf, files)
    Path("a.md").write_bytes(b"")
    (fault,) = stock(shelf, files)
    assert "is empty" in fault.message
    assert shelf.sources() == ("b.md",)
