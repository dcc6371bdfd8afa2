"""Files that leave a run: where they go, written whole or not at all, and over nobody's."""

import os
import re
import tempfile
from errno import EEXIST
from hashlib import sha256
from pathlib import Path

from langgraph.config import get_config

from ..state.context import RunContext
from ..state.errors import InputError, ResourceError


def run_directory(context: RunContext, chosen: str | None) -> Path:
    """Where a run's files go: the place that was asked for, else the run's or thread's own."""
    if chosen is not None:
        return Path(chosen)
    if context.directory is not None:
        return Path(context.directory)
    thread = get_config()["configurable"].get("thread_id", "unnamed")
    return Path("dalsegno-runs") / re.sub(r"[^\w.-]+", "_", str(thread))


def absolute_path(name: str) -> Path:
    """A path from the root, since a run may go on elsewhere; "~" is somebody's home.

    Raises:
        InputError: it is blank, or the home is nobody's.
    """
    if not name.strip() or "\0" in name:
        raise InputError(f"{name!r} names no file or directory.", fix="Give a path.")
    try:
        return Path(name).expanduser().absolute()
    except RuntimeError as error:
        raise InputError(
            f"The home directory in {name!r} is not known here.", fix="Give the whole path."
        ) from error


def checked_directory(name: str) -> Path:
    """A directory's absolute path, made where it is not there yet.

    Raises:
        InputError: it cannot be made.
    """
    path = absolute_path(name)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise InputError(
            f"{name!r} is, or leads through, a file.", fix="Name a directory."
        ) from error
    except OSError as error:
        raise InputError(
            f"{name!r} cannot be made a directory: {error.strerror}.", fix="Name another place."
        ) from error
    return path


def write_whole(path: Path, data: bytes) -> str:
    """Write a file in one step, so that nobody ever reads half of it, and over no other file.

    Where the same bytes stand already, they stay: a step that is done again writes nothing twice.
    Where anything else stands, it stays as well, and the file goes beside it under a name with
    the mark of its content. Gives the file's path.

    Raises:
        ResourceError: the place cannot be written; nothing was left there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            return str(_placed(Path(temporary), path, data))
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise ResourceError(
            f"{str(path)!r} cannot be written: {error.strerror}.",
            fix="Check the directory, or name another one with --set out=DIR; then resume.",
        ) from error


def _placed(written: Path, path: Path, data: bytes) -> Path:
    """Give what was written the first of its names that is free or holds the same."""
    mark = sha256(data).hexdigest()
    beside = (path.with_name(f"{path.stem}-{mark[:length]}{path.suffix}") for length in (8, 64))
    for place in (path, *beside):
        try:
            _linked(written, place)
        except FileExistsError:
            if place.is_file() and place.read_bytes() == data:
                return place
        else:
            return place
    raise FileExistsError(EEXIST, "all of its names are taken")


def _linked(written: Path, place: Path) -> None:
    """Name a file, in one step that fails where the name is taken."""
    try:
        os.link(written, place)
    except FileExistsError:
        raise
    except OSError:
        # Some file systems have no links. Two runs in the same instant are then not told apart.
        if os.path.lexists(place):
            raise FileExistsError(EEXIST, "the name is taken") from None
        written.replace(place)
