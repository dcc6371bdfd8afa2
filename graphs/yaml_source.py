"""The characters of a definition: from a file or bytes, within bounds, or what it is instead."""

import re
import stat
from pathlib import Path

from ..state.errors import InputError
from .yaml_faults import Place, Refused, place_after

#: As much text as is read within a second, whatever it holds.
MAX_BYTES = 200_000

_HEADS = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3\x00", "a database"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
)
#: A character that can stand in a definition only as an escape. The three line ends that YAML 1.2
#: counts as text are among them, since the parser would quietly make newlines of them.
UNWRITABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def file_bytes(path: Path) -> bytes:
    """What the file holds; a little more than ``MAX_BYTES`` at most.

    Raises:
        InputError: missing, or no file that can be read, or too large.
    """
    name = repr(str(path))
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise InputError(f"There is no file {name}.", fix="Check the path.") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise _unreadable(name, error) from error
    if stat.S_ISDIR(found.st_mode):
        raise InputError(f"{name} is a directory.", fix="Name one definition file in it.")
    if not stat.S_ISREG(found.st_mode):  # a pipe would wait for a writer, a device never end
        raise InputError(f"{name} is no regular file.", fix="Give a definition file.")
    if found.st_size > MAX_BYTES:
        raise InputError(
            f"{name} has {found.st_size:,} bytes; a definition has {MAX_BYTES:,} at most.",
            fix="Give a definition file; keep long texts elsewhere.",
        )
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError | ValueError) -> InputError:
    why = error.strerror if isinstance(error, OSError) else str(error)
    return InputError(
        f"{name:.200} cannot be read: {why}.", fix="Check the path and its permissions."
    )


def characters(given: str | bytes) -> str:
    """``given`` as text without a byte order mark.

    Raises:
        Refused: too long, not UTF-8, not text, or with a character that YAML does not take.
    """
    if len(given) <= MAX_BYTES and isinstance(given, str):
        encoded = given.encode("utf-8", "surrogatepass")
    else:
        encoded = given if isinstance(given, bytes) else b" " * len(given)
    if len(encoded) > MAX_BYTES:
        raise Refused(
            f"The definition has more than {MAX_BYTES:,} bytes.",
            fix="Keep long texts elsewhere.",
            place=Place(1, 1),
        )
    _check_kind(encoded)
    text = given.removeprefix("\ufeff") if isinstance(given, str) else _decoded(given)
    wrong = UNWRITABLE.search(text)
    if wrong:
        code = ord(wrong[0])
        raise Refused(
            f"The character U+{code:04X} cannot stand in a definition.",
            fix=f"Take it out, or write it as \\u{code:04x} in double quotes.",
            place=place_after(text[: wrong.start()]),
        )
    return text


def _check_kind(given: bytes) -> None:
    kind = next((kind for head, kind in _HEADS if given.startswith(head)), None)
    if kind is None and b"\0" in given:
        zeros = sorted((given[::2].count(0), given[1::2].count(0)))
        kind = "UTF-16 text" if not zeros[0] and zeros[1] * 3 > len(given) else "a binary file"
    if kind is None:
        return
    raise Refused(
        f"This is {kind}, not a definition.",
        fix="Save it as UTF-8." if kind == "UTF-16 text" else "Give a YAML or JSON file.",
        place=Place(1, 1),
    )


def _decoded(given: bytes) -> str:
    given = given.removeprefix(b"\xef\xbb\xbf")
    try:
        return given.decode()
    except UnicodeDecodeError as error:
        raise Refused(
            f"The byte 0x{given[error.start]:02x} here is not UTF-8.",
            fix="Save the file as UTF-8.",
            place=place_after(given[: error.start].decode()),
        ) from error
