"""The outbox: a folder of messages ready to be sent, each a file that any mail program opens.

Writing one is where "leaving the house" ends until somebody exchanges `put_message` for a mail
server. The same message under the same key gives the same bytes in the same file, so a step that
is done again after a crash sends nothing twice: call it with ``effect="idempotent"``.
"""

import mimetypes
import re
from dataclasses import dataclass
from email import policy
from email.errors import HeaderParseError
from email.headerregistry import Address, Group
from email.message import EmailMessage
from email.utils import getaddresses
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from ..state.errors import InputError
from .output import checked_directory, write_whole

#: Lines end as mail has them, and a header in any language is written so that all can read it.
_POLICY = policy.SMTP
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
#: What a header may not hold: a line break would begin another header.
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")


@dataclass(frozen=True, kw_only=True)
class Message:
    """One letter. ``to`` and ``reply_to`` are addresses, with names or without, or just a name."""

    to: str
    subject: str
    body: str
    reply_to: str | None = None
    #: Paths of files that go with it.
    attachments: tuple[str, ...] = ()


def checked_recipient(value: str) -> str:
    """The text, where a message can be addressed with it; a mere name can, for somebody to fill.

    Raises:
        InputError: it is empty, holds a line break, or is an address that cannot be one.
    """
    _recipients("to", value)
    return value


def put_message(folder: str, message: Message, *, key: str) -> str:
    """Write the message into the folder, whole or not at all, as a file named by the key.

    The same key again gives the same file; another message under that key is refused, for what
    left the house is not changed. Gives the file's path.

    Raises:
        InputError: an address or subject that cannot be one, a key used for another message, an
            attachment that is not there.
        ResourceError: the folder cannot be written.
    """
    data = _encoded(message, key)
    path = checked_directory(folder) / f"{_file_name(key)}.eml"
    if path.exists():
        if path.read_bytes() == data:
            return str(path)
        raise InputError(
            f"Another message was put out as {key!r} before.", fix="Use another key, or keep that."
        )
    return write_whole(path, data)


def _encoded(message: Message, key: str) -> bytes:
    mail = EmailMessage(policy=_POLICY)
    mail["To"] = _recipients("to", message.to)
    if message.reply_to is not None:
        mail["Reply-To"] = _recipients("reply_to", message.reply_to)
    mail["Subject"] = _one_line("subject", message.subject)
    # No date: the bytes must be the same when a step is done again. Whoever sends it adds one.
    mail["Message-ID"] = f"<{sha256(key.encode('utf-8', 'replace')).hexdigest()[:32]}@dalsegno>"
    # Lone halves of characters, which JSON can hold and mail cannot, become question marks.
    body = message.body.encode("utf-8", "replace").decode()
    mail.set_content(body if body.endswith("\n") else f"{body}\n", cte=_transfer(body))
    for each in message.attachments:
        _attach(mail, Path(each))
    if mail.is_multipart():
        mail.set_boundary(f"={sha256(key.encode('utf-8', 'replace')).hexdigest()[32:]}=")
    return mail.as_bytes()


def _transfer(body: str) -> str:
    """How the body is written: as it is where mail allows that, else in quoted lines."""
    plain = body.isascii() and all(len(line) < 990 for line in body.splitlines())
    return "7bit" if plain else "quoted-printable"


def _is_recipient(value: str) -> str:
    try:
        _recipients("to", value)
    except InputError as error:
        raise ValueError(str(error)) from error  # as Pydantic wants it
    return value


def _is_subject(value: str) -> str:
    try:
        return _one_line("subject", value)
    except InputError as error:
        raise ValueError(str(error)) from error


#: Types for what a person may edit before a message leaves: what `put_message` would refuse is
#: refused at the review, which stays open.
Recipient = Annotated[str, AfterValidator(_is_recipient)]
Subject = Annotated[str, AfterValidator(_is_subject)]


def _recipients(name: str, value: str) -> tuple[Address | Group, ...]:
    """The addresses of a header; a bare name is a group of nobody yet, for somebody to fill."""
    text = _one_line(name, value)
    if "@" not in text:
        return (Group(display_name=text),)
    try:
        found = [
            Address(display_name=shown, addr_spec=address)
            for shown, address in getaddresses([text])
        ]
    except (ValueError, IndexError, HeaderParseError):
        found = []
    if not found or not all(_ADDRESS.fullmatch(each.addr_spec) for each in found):
        raise InputError(
            f"{value!r} is no address for {name!r}.", fix="Write it as: Name <name@example.com>."
        )
    return tuple(found)


def _one_line(name: str, value: str) -> str:
    if _CONTROL.search(value):
        raise InputError(
            f"The message's {name!r} holds a line break or a control character.",
            fix="Write it on one line: what follows a line break would be another header.",
        )
    if not value.strip():
        raise InputError(f"The message's {name!r} is empty.", fix="Say it.")
    return value.encode("utf-8", "replace").decode().strip()


def _attach(mail: EmailMessage, path: Path) -> None:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"The attachment {str(path)!r} cannot be read: {error.strerror}.",
            fix="Write the file before the message that carries it.",
        ) from error
    kind, _, subkind = (mimetypes.guess_type(path.name)[0] or "application/octet-stream").partition(
        "/"
    )
    mail.add_attachment(data, maintype=kind, subtype=subkind, filename=path.name)


def _file_name(key: str) -> str:
    """The key where it is a plain file name, else its readable part and its digest."""
    if re.fullmatch(r"[A-Za-z0-9][\w.-]{0,99}", key, re.ASCII):
        return key
    if not key:
        raise InputError("A message's key is empty.", fix="Name the message by what it answers.")
    plain = re.sub(r"[^A-Za-z0-9-]+", "-", key).strip("-")[:60]
    digest = sha256(key.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{plain}-{digest}".strip("-")
