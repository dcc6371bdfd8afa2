"""What inner rooms need and outer rooms provide."""

from typing import Protocol

from .run import Outcome


class StepLog(Protocol):
    """Where attempts at steps are noted, before a node's first line and after its last."""

    def begin(self, node: str, task: str) -> int:
        """Note that a node begins; gives the attempt's number."""
        ...

    def end(self, attempt: int, outcome: Outcome) -> None:
        """Note how an attempt ended."""
        ...
