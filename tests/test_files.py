"""Reading files of several kinds: what they hold, or a refusal that says why."""

import codecs
import os
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from dalsegno.nodes.documents.files import (
    TextFile,
    check_file,
    check_folder,
    files_in,
    leads_out,
    read_file,
    shown,
)
from dalsegno.nodes.offline.source import Source
from dalsegno.state.errors import DocumentError

TEXT = "This page has more than twenty letters on it."


def pdf(path: Path, *pages: str, encrypt: StandardEncryption | None = None) -> Path:
    canvas = Canvas(str(path), encrypt=encrypt)
    for text in pages:
        canvas.drawString(72, 720, text)
        canvas.showPage()
    canvas.save()
    return path


def put(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.txt", "text"),
        ("a", "text"),
        ("A.MD", "markdown"),
        ("a.csv", "csv"),
        ("a.tsv", "csv"),
        ("a.json", "json"),
        ("a.log", "text"),
    ],
)
def test_a_text_is_known_by_its_ending(tmp_path: Path, name: str, kind: str) -> None:
    found = read_file(put(tmp_path / name, "One line.\r\nTwo."))
    assert (found.name, found.kind, found.text) == (name, kind, "One line.\nTwo.")
    assert len(found.digest) == 64


def test_a_pdf_has_its_pages_and_says_where_they_begin(tmp_path: Path) -> None:
    found = read_file(pdf(tmp_path / "a.pdf", TEXT, TEXT + " Again."))
    assert found.kind == "pdf"
    assert [each.number for each in found.pages] == [1, 2]
    assert [page for page, _ in Source(found.text).pages if page] == [1, 2]


def test_a_pdf_under_another_name_is_read_as_one(tmp_path: Path) -> None:
    made = pdf(tmp_path / "a.pdf", TEXT)
    assert read_file(put(tmp_path / "scan.txt", made.read_bytes())).kind == "pdf"


def test_page_breaks_part_a_scanned_text(tmp_path: Path) -> None:
    found = read_file(put(tmp_path / "form.txt", "First.\fSecond."))
    assert [each.text for each in found.pages] == ["First.", "Second."]
    assert found.text == "[page 1]\nFirst.\n\n[page 2]\nSecond."


@pytest.mark.parametrize(
    "data",
    [
        "Grüße für 5 €".encode(),
        codecs.BOM_UTF8 + "Grüße für 5 €".encode(),
        "Grüße für 5 €".encode("utf-16"),
        codecs.BOM_UTF16_BE + "Grüße für 5 €".encode("utf-16-be"),
        "Grüße für 5 €".encode("cp1252"),
    ],
)
def test_the_usual_encodings_are_read(tmp_path: Path, data: bytes) -> None:
    assert read_file(put(tmp_path / "a.txt", data)).text == "Grüße für 5 €"


def test_the_same_bytes_have_the_same_digest(tmp_path: Path) -> None:
    one, two = put(tmp_path / "a.txt", TEXT), put(tmp_path / "b.md", TEXT)
    assert read_file(one).digest == read_file(two).digest
    assert read_file(one).digest != read_file(put(tmp_path / "c.txt", TEXT + "!")).digest


def mail(*, plain: str | None = None, html: str | None = None, attach: str | None = None) -> bytes:
    message = EmailMessage()
    message["From"] = "Jürgen Maß <jm@example.com>"
    message["To"] = "claims@example.org"
    message["Subject"] = "Water damage"
    message["Date"] = "Mon, 02 Mar 2026 09:00:00 +0000"
    message["X-Secret"] = "not shown"
    if plain is not None:
        message.set_content(plain)
    if html is not None and plain is not None:
        message.add_alternative(html, subtype="html")
    elif html is not None:
        message.set_content(html, subtype="html")
    if attach is not None:
        message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename=attach)
    return message.as_bytes()


def test_an_email_gives_headers_and_plain_body(tmp_path: Path) -> None:
    data = mail(plain="The pipe burst — on Monday.", html="<p>other</p>", attach="photo.pdf")
    found = read_file(put(tmp_path / "a.eml", data))
    assert found.kind == "email"
    assert found.text.splitlines() == [
        "From: Jürgen Maß <jm@example.com>",
        "To: claims@example.org",
        "Date: Mon, 02 Mar 2026 09:00:00 +0000",
        "Subject: Water damage",
        "Attachments: photo.pdf",
        "",
        "The pipe burst — on Monday.",
    ]


def test_an_email_in_html_alone_is_read_without_its_tags(tmp_path: Path) -> None:
    html = "<head><style>p{}</style></head><p>The pipe&nbsp;burst.</p><script>x()</script><p>Now."
    found = read_file(put(tmp_path / "a.eml", mail(html=html)))
    assert "The pipe burst." in found.text
    assert "x()" not in found.text
    assert "p{}" not in found.text


@pytest.mark.parametrize("charset", ["no-such-charset", "utf-8"])
def test_an_email_in_a_broken_charset_is_still_read(tmp_path: Path, charset: str) -> None:
    data = f"From: a@b.c\nContent-Type: text/plain; charset={charset}\n\n".encode() + b"Gr\xfc\xdfe"
    assert "Gr" in read_file(put(tmp_path / "a.eml", data)).text


def test_a_file_that_is_only_called_an_email_is_text(tmp_path: Path) -> None:
    found = read_file(put(tmp_path / "a.eml", "no headers here\n\nat all"))
    assert (found.kind, found.text) == ("text", "no headers here\n\nat all")


def test_an_email_with_malformed_headers_is_read_as_it_stands(tmp_path: Path) -> None:
    found = read_file(
        put(tmp_path / "a.eml", "From: \nTo: @,,<\nSubject: hello\n\nThe pipe burst.")
    )
    assert "The pipe burst." in found.text


def missing(folder: Path) -> Path:
    return folder / "missing.txt"


def a_folder(folder: Path) -> Path:
    return folder


def empty(folder: Path) -> Path:
    return put(folder / "a.txt", b"")


def blank(folder: Path) -> Path:
    return put(folder / "a.txt", " \n\t--- \n")


def binary(folder: Path) -> Path:
    return put(folder / "a.txt", b"PK\x03\x04\x00\x00some\x00")


def controls(folder: Path) -> Path:
    return put(folder / "a.docx", bytes(range(1, 128)) * 20)


def undecodable(folder: Path) -> Path:
    return put(folder / "a.txt", b"caf\x81 \x8d\x8f text")


def half_a_character(folder: Path) -> Path:
    return put(folder / "a.txt", codecs.BOM_UTF16_LE + b"a\x00b")


def no_pdf(folder: Path) -> Path:
    return put(folder / "a.pdf", "Only called so.")


def cut(folder: Path) -> Path:
    whole = pdf(folder / "whole.pdf", *[TEXT] * 20).read_bytes()
    return put(folder / "cut.pdf", whole[: len(whole) // 2])


def locked(folder: Path) -> Path:
    return pdf(folder / "a.pdf", TEXT, encrypt=StandardEncryption("secret"))


def images_only(folder: Path) -> Path:
    return pdf(folder / "a.pdf", "")


def a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.txt")
    return folder / "pipe.txt"


def a_dead_link(folder: Path) -> Path:
    (folder / "link.txt").symlink_to(folder / "nowhere")
    return folder / "link.txt"


def too_long_a_name(folder: Path) -> Path:
    return folder / ("x" * 300)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (missing, "There is no file"),
        (a_folder, "is a directory"),
        (empty, "is empty"),
        (blank, "has no text"),
        (binary, "is no text and no PDF"),
        (controls, "is no text and no PDF"),
        (undecodable, "in no known encoding"),
        (half_a_character, "in no known encoding"),
        (no_pdf, "is not a PDF"),
        (cut, "is truncated"),
        (locked, "is encrypted"),
        (images_only, "has no text on its 1 page"),
        (a_pipe, "no regular file"),
        (a_dead_link, "There is no file"),
        (too_long_a_name, "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(
    tmp_path: Path, make: Callable[[Path], Path], said: str
) -> None:
    path = make(tmp_path)
    for look in (read_file, check_file):
        with pytest.raises(DocumentError, match=said) as caught:
            look(path)
        assert caught.value.fix


def test_limits_are_the_callers(tmp_path: Path) -> None:
    long = put(tmp_path / "a.txt", "word " * 100)
    many = put(tmp_path / "b.txt", "page\f" * 5)
    for look in (read_file, check_file):
        with pytest.raises(DocumentError, match="500 bytes; at most 499"):
            look(long, max_bytes=499)
        with pytest.raises(DocumentError, match="6 pages; at most 5"):
            look(many, max_pages=5)
        with pytest.raises(DocumentError, match="3 pages; at most 2"):
            look(pdf(tmp_path / "c.pdf", TEXT, TEXT, TEXT), max_pages=2)


def test_a_folders_files_come_in_one_order_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b.txt", "A.txt", "a.pdf", ".DS_Store", "ä.txt"):
        put(tmp_path / name, TEXT)
    (tmp_path / "inner").mkdir()
    a_dead_link(tmp_path)
    names = [each.name for each in files_in(tmp_path)]
    assert names == ["a.pdf", "A.txt", "b.txt", "link.txt", "ä.txt"]
    check_folder(tmp_path)


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    put(tmp_path / ".hidden", TEXT)
    with pytest.raises(DocumentError, match="There are no files in"):
        check_folder(tmp_path)
    with pytest.raises(DocumentError, match="There is no folder"):
        files_in(tmp_path / "nowhere")
    with pytest.raises(DocumentError, match="is a file"):
        files_in(tmp_path / ".hidden")


@given(data=st.binary(max_size=300), ending=st.sampled_from([".txt", ".eml", ".csv", ".json", ""]))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes, ending: str) -> None:
    path = put(tmp_path / f"any{ending}", data)
    try:
        found = read_file(path)
    except DocumentError as error:
        assert error.fix
        with pytest.raises(DocumentError):
            check_file(path)
    else:
        assert isinstance(found, TextFile)
        assert any(character.isalnum() for character in found.text)
        check_file(path)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xe1Exif and then letters" * 9,
        b"\x89PNG\r\n\x1a\n" * 20,
        b"GIF89a some more letters",
        bytes(range(32, 256)).replace(b"\x7f", b"") * 5,
        "Счёт номер пятнадцать от марта".encode("cp1251"),
    ],
)
def test_a_picture_without_a_zero_byte_is_no_text(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"is no text and no PDF|no known encoding"):
        read_file(put(tmp_path / "a.txt", data))


def test_the_old_end_of_a_file_is_still_read(tmp_path: Path) -> None:
    assert read_file(put(tmp_path / "a.txt", b"One.\x1a")).text.startswith("One.")


def test_a_name_in_another_encoding_is_refused_as_it_can_be_shown(tmp_path: Path) -> None:
    put(Path(os.fsdecode(os.fsencode(tmp_path) + b"/f\xfcr.txt")), "Text.")
    put(tmp_path / "good.txt", "Text.")
    good, bad = sorted(files_in(tmp_path), key=lambda each: each.name != "good.txt")
    assert (shown(good), shown(bad)) == (str(good), f"{tmp_path}/f\\xfcr.txt")
    for read in (read_file, check_file):
        with pytest.raises(DocumentError, match=r"'.*/f\\xfcr\.txt' is in no known encoding"):
            read(bad)


def test_a_link_leads_out_where_its_end_lies_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    put(folder / "a.txt", "Text.")
    put(tmp_path / "b.txt", "Text.")
    (folder / "in.txt").symlink_to(folder / "a.txt")
    (folder / "out.txt").symlink_to(tmp_path / "b.txt")
    (folder / "loop").symlink_to(folder / "loop")
    found = {each.name: leads_out(each, folder) for each in files_in(folder)}
    assert found == {"a.txt": False, "in.txt": False, "loop": False, "out.txt": True}
