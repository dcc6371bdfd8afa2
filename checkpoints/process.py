"""Who a process is, so that a dead one's hold on a run ends with it."""

import os
import socket
from functools import lru_cache
from pathlib import Path


def this_process() -> str:
    """This process's name: host, process id, and when it started (ids are used again)."""
    return _name_of(os.getpid())


@lru_cache(maxsize=1)
def _name_of(pid: int) -> str:
    return f"{socket.gethostname()}:{pid}:{_started(pid) or 0}"


def is_dead(holder: str) -> bool:
    """Whether the process in a holder's name is known to have ended; another host's never is.

    A holder is a process and, behind a colon, which of its drives.
    """
    host, pid, started, _ = holder.rsplit(":", 3)
    if host != socket.gethostname():
        return False
    if not Path("/proc/self/stat").exists():
        return not _answers(int(pid))
    return _started(int(pid)) != int(started)


def _started(pid: int) -> int | None:
    """The clock tick at which a process started, None when there is none (or it is a zombie)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[19])


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
