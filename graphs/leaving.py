"""What leaves a run, through the journal's door: files, and messages into the outbox.

Both are idempotent: a step that is done again writes the same bytes to the same place. Neither
replaces anything: a folder of the user's may hold files of theirs, or of another run.
"""

from collections.abc import Mapping
from pathlib import Path

from ..nodes.outbox import Message, put_message
from ..nodes.output import write_whole
from .calling import call


def send(folder: Path | str, message: Message, *, key: str) -> str:
    """Put a message out once, as the file of that key; gives its path.

    Raises:
        as `put_message`.
    """
    args = {"folder": str(folder), "message": message, "key": key}
    return call("send", put_message, args, effect="idempotent")


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> list[str]:
    """Write files by their names, each whole; gives their paths.

    Where other content stands under a name, the file goes beside it, as `write_whole` does. What
    text cannot be written as UTF-8 becomes question marks.

    Raises:
        ResourceError: the place cannot be written.
    """
    data = {
        str(folder / name): each.encode("utf-8", "replace") if isinstance(each, str) else each
        for name, each in files.items()
    }
    return call("write files", _written, {"files": data}, effect="idempotent")


def _written(files: dict[str, bytes]) -> list[str]:
    return [write_whole(Path(path), data) for path, data in files.items()]
