from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dalsegno.nodes.outbox import Message, put_message
from dalsegno.state.errors import InputError

LETTER = Message(to="Ana Pérez <ana@example.com>", subject="Ihr Schaden: 3 Fragen", body="Grüße\n")


def _read(path: str) -> EmailMessage:
    found = message_from_bytes(Path(path).read_bytes(), policy=policy.default)
    return cast("EmailMessage", found)


def _body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_message_is_a_file_that_mail_programs_read(tmp_path: Path) -> None:
    path = put_message(str(tmp_path / "out"), LETTER, key="claim-1")
    assert path == str(tmp_path / "out" / "claim-1.eml")
    mail = _read(path)
    assert mail["to"] == "Ana Pérez <ana@example.com>"
    assert mail["subject"] == "Ihr Schaden: 3 Fragen"
    assert _body(mail) == "Grüße\n"


def test_the_same_key_gives_the_same_file_and_leaves_it_alone(tmp_path: Path) -> None:
    first = put_message(str(tmp_path), LETTER, key="k")
    before = Path(first).stat()
    assert put_message(str(tmp_path), LETTER, key="k") == first
    assert Path(first).stat() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_another_message_under_a_key_is_refused(tmp_path: Path) -> None:
    path = put_message(str(tmp_path), LETTER, key="k")
    with pytest.raises(InputError, match="put out as 'k' before"):
        put_message(str(tmp_path), Message(to="b@example.com", subject="x", body="y"), key="k")
    assert _body(_read(path)) == "Grüße\n"


@pytest.mark.parametrize("broken", ["a\nBcc: all@example.com", "a\r\nX: y", "a\x00", "a\u2028b"])
def test_a_line_break_begins_no_header(tmp_path: Path, broken: str) -> None:
    for message in (
        Message(to=broken, subject="s", body="b"),
        Message(to="a@example.com", subject=broken, body="b"),
        Message(to="a@example.com", subject="s", body="b", reply_to=broken),
    ):
        with pytest.raises(InputError, match="line break"):
            put_message(str(tmp_path), message, key="k")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("to", ["", "  ", "a@b@c", "<a b@example.com>"])
def test_what_is_no_address_is_refused(tmp_path: Path, to: str) -> None:
    with pytest.raises(InputError):
        put_message(str(tmp_path), Message(to=to, subject="s", body="b"), key="k")


def test_somebody_without_an_address_is_named(tmp_path: Path) -> None:
    path = put_message(str(tmp_path), Message(to="M. Okafor", subject="s", body="b"), key="k")
    assert str(_read(path)["to"]) == '"M. Okafor":;', "a group of nobody, as mail has it"
    assert _read(path)["to"].addresses == ()
    assert b"<>" not in Path(path).read_bytes()


def test_several_recipients_and_a_reply_address(tmp_path: Path) -> None:
    message = Message(
        to="a@example.com, B <b@example.com>", subject="s", body="b", reply_to="c@d.e"
    )
    mail = _read(put_message(str(tmp_path), message, key="k"))
    assert [each.addr_spec for each in mail["to"].addresses] == ["a@example.com", "b@example.com"]
    assert mail["reply-to"] == "c@d.e"


def test_attachments_go_with_it_and_are_the_same_each_time(tmp_path: Path) -> None:
    sheet = tmp_path / "größe.csv"
    sheet.write_text("a,b\n")
    message = Message(to="a@example.com", subject="s", body="b", attachments=(str(sheet),))
    path = put_message(str(tmp_path / "out"), message, key="k")
    assert put_message(str(tmp_path / "out"), message, key="k") == path
    (part,) = _read(path).iter_attachments()
    assert part.get_filename() == "größe.csv"
    gone = Message(to="a@example.com", subject="s", body="b", attachments=("/not/there",))
    with pytest.raises(InputError, match="cannot be read"):
        put_message(str(tmp_path / "out"), gone, key="other")


@pytest.mark.parametrize("key", ["../../etc/passwd", "a/b", "ü", "x" * 300, "two words"])
def test_a_key_of_any_kind_stays_in_the_folder(tmp_path: Path, key: str) -> None:
    path = Path(put_message(str(tmp_path), LETTER, key=key))
    assert path.parent == tmp_path
    assert path.suffix == ".eml"


def test_keys_that_look_alike_are_two_files(tmp_path: Path) -> None:
    assert put_message(str(tmp_path), LETTER, key="a/b") != put_message(
        str(tmp_path), LETTER, key="a b"
    )
    with pytest.raises(InputError, match="key"):
        put_message(str(tmp_path), LETTER, key="")


@settings(max_examples=60)
@given(body=st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])))
def test_any_text_comes_back_as_it_was_and_once_only(
    tmp_path_factory: pytest.TempPathFactory, body: str
) -> None:
    folder = str(tmp_path_factory.mktemp("out"))
    message = Message(to="a@example.com", subject="s", body=body)
    path = put_message(folder, message, key="k")
    assert put_message(folder, message, key="k") == path
    assert _body(_read(path)).rstrip("\n") == body.rstrip("\n")
