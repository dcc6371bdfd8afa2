"""What lasts: checkpoints, runs, reviews and leases, in one database."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .sqlite import SqliteSaver

__all__ = ["SqliteSaver"]


def __getattr__(name: str) -> object:
    # Late: the saver needs LangGraph, whose import takes a second, and most of this room does not.
    if name == "SqliteSaver":
        from .sqlite import SqliteSaver

        return SqliteSaver
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
