"""Writing to a terminal: lines, tables, progress, and characters that every terminal has."""

import codecs
import json as jsonlib
import os
import re
import shlex
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO, assert_never

from ..state.context import DEFAULT_URL

if TYPE_CHECKING:
    from ..runtime.progress import Progress, Watch


#: Text wider than this is hard to read, however wide the terminal is.
_WIDEST = 96

#: What is printed instead, where a terminal's character set has no such character.
_PLAIN = {
    "✓": "+",
    "✗": "x",
    "·": "-",
    "•": "-",
    "…": "...",
    "‖": "=",
    "→": "->",
    "€": "EUR",
    "£": "GBP",
    "–": "-",
    "—": "-",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "\xa0": " ",
}

#: A document's text may hold what a terminal takes for commands.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def prepare_streams() -> None:
    """Let stdout and stderr print any text, with stand-ins for characters that they lack."""
    codecs.register_error("dalsegno", _stand_in)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # None when closed, other things under a test
            stream.reconfigure(errors="dalsegno")


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    missing = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in missing), error.end


def say(text: str = "") -> None:
    """A line for the reader."""
    _write(sys.stdout, text)


def complain(text: str) -> None:
    """A line on stderr, where it meets no output."""
    _write(sys.stderr, text)


def _write(stream: TextIO | None, text: str) -> None:
    if stream is not None:  # closed by whoever started us
        print(_CONTROLS.sub("", text), file=stream)


def print_json(value: object) -> None:
    """One JSON document on stdout; escaped where the stream is not in UTF-8."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    plain = codecs.lookup(encoding).name != "utf-8"
    text = jsonlib.dumps(value, ensure_ascii=plain, indent=2)
    if re.search("[\ud800-\udfff]", text):  # half a character, from a file's name
        text = jsonlib.dumps(value, indent=2)
    say(text)


class _Seen:
    """What this process was last about: the run that it drove, and the database it was given."""

    run: str | None = None
    db: str | None = None


def remember_database(db: str) -> str:
    """Note the database that --db names, so that the commands that are shown name it too."""
    implied = os.environ.get("DALSEGNO_DB") or DEFAULT_URL
    _Seen.db = None if db == implied else db
    return db


def command(text: str) -> str:
    """A command to type next, on the same database."""
    return f"dalsegno {text}" + (f" --db {shlex.quote(_Seen.db)}" if _Seen.db else "")


def with_database(text: str) -> str:
    """A remedy whose commands name the same database."""
    if _Seen.db is None:
        return text
    # The sentence's full stop goes: it would be taken for a part of the database's name.
    named = r"dalsegno (runs|reviews|(?:show|resume) [\w-]+)\.?(?=\s|$)"
    return re.sub(named, lambda found: command(found[1]), text)


def last_run() -> str | None:
    """The run that this process drove last."""
    return _Seen.run


def progress() -> "Watch":
    """A watcher that shows each step on a terminal, and nothing in a pipe."""
    shown = is_terminal(sys.stderr)

    def watch(step: "Progress") -> None:
        _Seen.run = step.run
        if shown:
            _show_step(step)

    return watch


def _show_step(step: "Progress") -> None:
    clear = "\r\x1b[K"
    match step.kind:
        case "began":
            line = f"{clear}  … {step.node}"
        case "done":
            line = f"{clear}  ✓ {step.node:<16} {step.seconds:6.2f} s\n"
        case "paused":
            line = f"{clear}  ‖ {step.node:<16} waits for a person\n"
        case "failed" | "stopped" | "running":
            line = f"{clear}  ✗ {step.node}\n"
        case _:
            assert_never(step.kind)
    sys.stderr.write(line)
    sys.stderr.flush()


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person is at the other end; a closed stream has none."""
    return stream is not None and not stream.closed and stream.isatty()


def user_name() -> str:
    """Who is at this terminal; a number where the system has no name."""
    from getpass import getuser

    try:
        return getuser()
    except (KeyError, OSError):  # a container's user often has no entry
        return f"user {os.getuid()}"


def wrapped(text: str, *, indent: str = "", first: str | None = None) -> str:
    """A paragraph within the terminal's width; words longer than that, such as paths, are whole.

    A text that is indented by itself, or is an item of a list, goes on below its own beginning.
    """
    columns = min(_WIDEST, shutil.get_terminal_size().columns)
    lead = len(text) - len(text.lstrip(" "))
    hang = " " * (lead + 2 * text.startswith("- ", lead))
    return textwrap.fill(
        text.lstrip(" "),
        max(columns, len(indent) + len(hang) + 20),
        initial_indent=(indent if first is None else first) + " " * lead,
        subsequent_indent=indent + hang,
        break_long_words=False,
        break_on_hyphens=False,
    )


def near(text: str) -> str:
    """Text whose paths below this directory are written from here: short, and still right."""
    here = os.getcwd().rstrip("/") + "/"  # noqa: PTH109  # text, not a path to walk
    return re.sub(rf"(?<![^\s'\"]){re.escape(here)}(?=[^/\s])", "", text)


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns as wide as their widest cell; one that is empty in every row is left out."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    kept = [at for at in range(len(head)) if any(line[at] for line in lines[1:])]
    widths = {at: max(len(line[at]) for line in lines) for at in kept}
    for line in lines:
        say("  ".join(line[at].ljust(widths[at]) for at in kept).rstrip())
