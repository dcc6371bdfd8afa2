"""What leaves a run: written whole, once, to the same place."""

from pathlib import Path

import pytest

from dalsegno.graphs.leaving import send, write_files
from dalsegno.nodes.outbox import Message
from dalsegno.state.errors import InputError, ResourceError

LETTER = Message(to="ana@example.com", subject="Rent", body="It is due.")


def test_files_are_written_under_their_names_text_or_bytes() -> None:
    paths = write_files(Path("out"), {"a.md": "# Ä \ud800", "b.bin": b"\x00"})
    assert paths == ["out/a.md", "out/b.bin"]
    assert Path("out/a.md").read_text(encoding="utf-8") == "# Ä ?"
    assert Path("out/b.bin").read_bytes() == b"\x00"
    assert write_files(Path("out"), {"a.md": "again"}) == ["out/a.md"]
    assert sorted(each.name for each in Path("out").iterdir()) == ["a.md", "b.bin"]


def test_a_place_that_cannot_be_written_is_told() -> None:
    Path("out").touch()
    with pytest.raises(ResourceError, match="cannot be written"):
        write_files(Path("out"), {"a.md": "x"})


def test_a_message_is_put_out_once_under_its_key() -> None:
    path = send("outbox", LETTER, key="rent-1")
    assert send(Path("outbox"), LETTER, key="rent-1") == path
    assert [each.name for each in Path("outbox").iterdir()] == ["rent-1.eml"]
    with pytest.raises(InputError, match="Another message"):
        send("outbox", Message(to="ben@example.com", subject="Rent", body="No."), key="rent-1")
