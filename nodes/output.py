"""Files that leave a run: where they go, and written whole or not at all."""

import os
import tempfile
from pathlib import Path

from ..state.context import RunContext
from ..state.errors import InputError, ResourceError


def run_directory(context: RunContext, chosen: str | None) -> Path:
    """Where a run's files go: the place that was asked for, else the run's own."""
    if chosen is not None:
        return Path(chosen)
    if context.directory is not None:
        return Path(context.directory)
    return Path("dalsegno-runs") / (context.run or "unnamed")


def checked_directory(name: str) -> Path:
    """A directory's absolute path; it is made when something is written there.

    Raises:
        InputError: there is a file of that name, or on the way to it.
    """
    path = Path(name).expanduser().absolute()
    nearest = next(place for place in (path, *path.parents) if place.exists())
    if not nearest.is_dir():
        raise InputError(
            f"{str(nearest)!r} is a file, so nothing can be put there.", fix="Name a directory."
        )
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
