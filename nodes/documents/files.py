"""One reader for every kind of file that a workflow is handed: what it holds, or why it is refused.

A folder of real papers has PDFs beside e-mails and exports. The steps that follow want one thing:
pages of plain text, and a digest by which the same paper is known when it comes again.
"""

import codecs
import hashlib
import os
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Literal

from ...state.errors import DocumentError
from .pdf import MAX_PAGES, Page, check_pdf, check_regular, clean, read_pages

MAX_BYTES = 20_000_000

Kind = Literal["pdf", "text", "markdown", "csv", "email", "json"]

_KINDS: dict[str, Kind] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".csv": "csv",
    ".tsv": "csv",
    ".eml": "email",
    ".json": "json",
}
_HEADERS = ("From", "To", "Cc", "Date", "Subject")
#: Control characters that plain text has: tab, line ends, page break, and the old end of a file.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f]|\x1a(?!\Z)")
#: More of them than this in a thousand characters is no text.
_CONTROLS_IN_TEXT = 2
#: How pictures, archives and programs begin.
_SIGNATURES = (
    *(b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*", b"RIFF", b"PK\x03\x04"),
    *(b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"\x7fELF", b"Rar!", b"7z\xbc\xaf"),
)
#: Western text in another encoding than UTF-8 has at least this share of plain letters and signs;
#: what was compressed has a third.
_PLAIN = 0.6


@dataclass(frozen=True, kw_only=True)
class TextFile:
    """A file as text. ``digest`` is the SHA-256 of its bytes, whatever it is called."""

    name: str
    kind: Kind
    pages: tuple[Page, ...]
    digest: str

    @property
    def text(self) -> str:
        """All of it; where it has pages, each below its ``[page N]`` line, as extractors read."""
        if self.kind != "pdf" and len(self.pages) == 1:
            return self.pages[0].text
        return "\n\n".join(f"[page {each.number}]\n{each.text}" for each in self.pages)


def read_file(path: Path, *, max_bytes: int = MAX_BYTES, max_pages: int = MAX_PAGES) -> TextFile:
    """The file's text, page by page: a PDF's own pages, else what page breaks (\\f) part.

    An e-mail (``.eml``) gives its headers, its plain body and the names of what is attached.

    Raises:
        DocumentError: not there, a directory, empty, too large, too long, binary, undecodable;
            a PDF that is damaged, encrypted or without text.
    """
    data = _bytes_of(path, max_bytes)
    digest = hashlib.sha256(data).hexdigest()
    if _is_pdf(path, data):
        pages = read_pages(path, max_pages=max_pages)
        return TextFile(name=path.name, kind="pdf", pages=pages, digest=digest)
    text, kind = _text_of(path, data)
    parts = text.split("\f")
    if len(parts) > max_pages:
        raise DocumentError(
            f"{str(path)!r} has {len(parts):,} pages; at most {max_pages:,} are read.",
            fix="Give the part that matters.",
        )
    pages = tuple(Page(number=at, text=part) for at, part in enumerate(parts, 1))
    return TextFile(name=path.name, kind=kind, pages=pages, digest=digest)


def check_file(path: Path, *, max_bytes: int = MAX_BYTES, max_pages: int = MAX_PAGES) -> None:
    """Refuse what ``read_file`` refuses; of a good PDF no more is read than its first text.

    Raises:
        DocumentError: as ``read_file``.
    """
    if _is_pdf(path, _head_of(path, max_bytes)):
        check_pdf(path, max_pages=max_pages)
    else:
        read_file(path, max_bytes=max_bytes, max_pages=max_pages)


def files_in(folder: Path) -> tuple[Path, ...]:
    """What lies in a folder, by name, without its folders and what is hidden.

    What is no regular file stays in: whoever reads it says what is wrong with it.

    Raises:
        DocumentError: not there, no folder, unreadable.
    """
    if folder.is_file():
        raise DocumentError(f"{str(folder)!r} is a file.", fix="Name the folder that it is in.")
    try:
        found = [each for each in folder.iterdir() if not each.name.startswith(".")]
    except FileNotFoundError as error:
        raise DocumentError(
            f"There is no folder {str(folder)!r}.", fix="Check the path."
        ) from error
    except OSError as error:
        raise DocumentError(
            f"The folder {str(folder)!r:.200} cannot be read: {error.strerror}.",
            fix="Check its path and permissions.",
        ) from error
    files = (each for each in found if not each.is_dir())
    return tuple(sorted(files, key=lambda each: (each.name.casefold(), each.name)))


def shown(path: Path) -> str:
    """A path to read. One that is in another encoding than the system's has its odd bytes as
    escapes (``\\xfc``), and is not the path itself any more."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def leads_out(path: Path, folder: Path) -> bool:
    """Whether a name in a folder is a link to what lies elsewhere.

    One that leads nowhere is refused when it is read.
    """
    if not path.is_symlink():
        return False
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # broken, or a circle
        return False
    return not target.is_relative_to(folder.resolve())


def check_folder(folder: Path) -> None:
    """Refuse a folder in which there is nothing to read.

    Raises:
        DocumentError: as ``files_in``; or it holds no files.
    """
    if not files_in(folder):
        raise DocumentError(
            f"There are no files in {str(folder)!r}.",
            fix="Put the documents into it; its folders and hidden files are not read.",
        )


def _head_of(path: Path, max_bytes: int) -> bytes:
    if shown(path) != str(path):
        raise DocumentError(
            f"The name of the file '{shown(path)}' is in no known encoding.",
            fix="Give it another name.",
        )
    check_regular(path, "file with text")
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as error:
        raise DocumentError(
            f"{str(path)!r} cannot be read: {error.strerror}.", fix="Check its permissions."
        ) from error
    if not head:
        raise DocumentError(f"{str(path)!r} is empty (0 bytes).", fix="Fetch it again.")
    if size > max_bytes:
        raise DocumentError(
            f"{str(path)!r} has {size:,} bytes; at most {max_bytes:,} are read.",
            fix="Give the part that matters.",
        )
    return head


def _bytes_of(path: Path, max_bytes: int) -> bytes:
    _head_of(path, max_bytes)
    return path.read_bytes()


def _is_pdf(path: Path, data: bytes) -> bool:
    """By what it says it is: a name that ends in .pdf alone gets the PDF reader's refusal."""
    return b"%PDF-" in data[:1024] or path.suffix.lower() == ".pdf"


def _text_of(path: Path, data: bytes) -> tuple[str, Kind]:
    kind = _KINDS.get(path.suffix.lower(), "text")
    mail = _tried(data) if kind == "email" else None
    if kind == "email" and mail is None:
        kind = "text"
    text = clean(mail if mail is not None else _decoded(path, data))
    if len(_CONTROLS.findall(text)) * 1000 > _CONTROLS_IN_TEXT * len(text):
        raise _binary(path)
    if not any(character.isalnum() for character in text):
        raise DocumentError(
            f"{str(path)!r} has no text: no letter and no digit.", fix="Fetch it again."
        )
    return text, kind


def _decoded(path: Path, data: bytes) -> str:
    """UTF-8, or what its byte order mark says; else as Windows writes western languages."""
    if data.startswith(_SIGNATURES):
        raise _binary(path)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\x00" in data:
        raise _binary(path)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "cp1252" or sum(map(str.isascii, text)) >= _PLAIN * len(text):
            return text
    raise DocumentError(
        f"{str(path)!r} is in no known encoding.", fix="Save it as UTF-8 and give that."
    )


def _binary(path: Path) -> DocumentError:
    return DocumentError(
        f"{str(path)!r} is no text and no PDF.",
        fix="Save it as a PDF with a text layer, or as plain text.",
    )


def _tried(data: bytes) -> str | None:
    try:
        return _mail(data)
    except Exception:  # malformed headers make the standard library raise anything
        return None


def _mail(data: bytes) -> str | None:
    """An e-mail's headers and body as text; None where it has no headers of one."""
    message = message_from_bytes(data, policy=policy.default)
    heads = [f"{name}: {_header(message, name)}" for name in _HEADERS if message.get(name)]
    if not heads:
        return None
    names = [each.get_filename() or "unnamed" for each in message.iter_attachments()]
    heads.extend([f"Attachments: {', '.join(names)}"] if names else [])
    return "\n".join([*heads, "", _body(message)])


def _header(message: EmailMessage, name: str) -> str:
    return " ".join(str(message[name]).split())


def _body(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        content = str(part.get_content())
    except (LookupError, UnicodeError):  # a charset that nobody knows
        payload = part.get_payload(decode=True)
        content = payload.decode("latin-1") if isinstance(payload, bytes) else str(payload)
    return _without_tags(content) if part.get_content_subtype() == "html" else content


def _without_tags(html: str) -> str:
    html = re.sub(r"(?is)<(script|style|head)\b.*?</\1\s*>|<!--.*?-->", " ", html)
    html = re.sub(r"(?i)<(?:br|/p|/div|/tr|/li|/h\d)\b[^>]*>", "\n", html)
    text = unescape(re.sub(r"<[^>]+>", " ", html))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
