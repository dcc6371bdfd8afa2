"""The place where an engine goes: what carries a run that is ready to where it is driven.

An engine may deliver a run late, twice, or to two processes at once. Lease, fence and journal hold
whatever it does; all it has to promise is that every run is driven at least once, somewhere.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

#: Drives the run in this process, to its end or its next pause.
Here = Callable[[], Awaitable[None]]


class Engine(Protocol):
    """Has runs driven. A process that is given one by a queue calls ``Runtime.aresume``."""

    async def __call__(self, run: str, here: Here) -> None:
        """Have the recorded run driven, at least once: by awaiting ``here``, or elsewhere later.

        Raises:
            Exception: it could not be passed on; the run stays queued, and a worker finds it.
        """
        ...


async def in_process(run: str, here: Here) -> None:  # noqa: ARG001  # an engine's form
    """The engine of one process: the caller drives the run, and waits for it."""
    await here()
