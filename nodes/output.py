"""Files that leave a run: where they go, and written whole or not at all."""

import os
import re
import tempfile
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


def checked_directory(name: str) -> Path:
    """A directory's absolute path, made where it is not there yet.

    Raises:
        InputError: it cannot be made.
    """
    path = Path(name).expanduser().absolute()
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
    """Write a file by replacing it in one step, so that nobody ever reads half of it.

    Raises:
        ResourceError: the place cannot be written; nothing was left there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ResourceError(
            f"{str(path)!r} cannot be written: {error.strerror}.",
            fix="Check the directory, or name another one with --set out=DIR; then resume.",
        ) from error
    return str(path)
