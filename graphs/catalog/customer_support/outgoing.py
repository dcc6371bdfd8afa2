"""Where replies are put out: one file for one message, whoever answers it and how often."""

from email import message_from_bytes, policy
from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.outbox import Message, put_message
from ....state.context import RunContext
from .home import home
from .schema import State


def outbox(state: State, runtime: Runtime[RunContext]) -> str:
    """One folder for all runs: a message that comes in twice is then answered once."""
    return state.out or str(home(runtime) / "outbox")


def reply_before(folder: str, id: str) -> str | None:
    """The reply that a message of this id was given, on whatever thread."""
    path = _path(folder, id)
    return _body(path) if path.is_file() else None


def put_once(folder: str, message: Message, id: str) -> tuple[str, str]:
    """Put a reply out, unless there is one to that message: what left the house stands.

    Gives the file's path and what is written in it.
    """
    path = _path(folder, id)
    if path.is_file() and _body(path).strip() != message.body.strip():
        return str(path), _body(path)
    return put_message(folder, message, key=path.stem), message.body


def _path(folder: str, id: str) -> Path:
    return Path(folder) / f"reply-{id}.eml"


def _body(path: Path) -> str:
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    return str(mail.get_content()).replace("\r\n", "\n").removesuffix("\n")
