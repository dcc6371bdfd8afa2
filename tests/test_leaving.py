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
    assert sorted(each.name for each in Path("out").iterdir()) == ["a.md", "b.bin"]


def test_a_file_that_stands_there_is_never_replaced() -> None:
    Path("notes.md").write_text("My own notes.")
    (first,) = write_files(Path(), {"notes.md": "The run's."})
    assert write_files(Path(), {"notes.md": "The run's."}) == [first], "done again: the same"
    (other,) = write_files(Path(), {"notes.md": "Another run's."})
    assert Path("notes.md").read_text() == "My own notes."
    assert Path(first).read_text() == "The run's."
    assert Path(other).read_text() == "Another run's."
    assert len(list(Path().iterdir())) == 3, "no half of a file was left"


def test_what_is_no_file_is_not_replaced_either() -> None:
    Path("a.md").mkdir()
    Path("b.md").symlink_to("nowhere.md")
    paths = write_files(Path(), {"a.md": "x", "b.md": "y"})
    assert [Path(each).read_text() for each in paths] == ["x", "y"]
    assert Path("a.md").is_dir()
    assert not Path("nowhere.md").exists()


def test_names_are_kept_where_the_file_system_knows_no_links(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr("os.link", refuse)
    assert write_files(Path(), {"a.md": "x"}) == ["a.md"]
    (other,) = write_files(Path(), {"a.md": "y"})
    assert (Path("a.md").read_text(), Path(other).read_text()) == ("x", "y")


def test_all_names_taken_is_told() -> None:
    (path,) = write_files(Path(), {"a.md": "x"})
    Path(path).write_text("changed")
    for _ in range(2):
        (path,) = write_files(Path(), {"a.md": "x"})
        Path(path).write_text("changed")
    with pytest.raises(ResourceError, match="taken"):
        write_files(Path(), {"a.md": "x"})
    assert not list(Path().glob(".a*"))


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
