"""Stopping what is driven here, after the step that it is in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..state.errors import ConflictError

if TYPE_CHECKING:
    from langgraph.runtime import RunControl

#: How long a closing runtime waits for the steps that are under way, in seconds.
_PATIENCE = 30.0


class Draining:
    """The drives of one runtime, each with LangGraph's control of it."""

    def __init__(self) -> None:
        self._controls: set[RunControl] = set()
        self._begun = False
        self._none_left = threading.Condition()

    @contextmanager
    def driving(self) -> Iterator[RunControl]:
        """A drive's own control, asked to stop when draining begins."""
        from langgraph.runtime import RunControl

        control = RunControl()
        self._controls.add(control)
        if self._begun:
            control.request_drain()
        try:
            yield control
        finally:
            self._controls.discard(control)
            with self._none_left:
                self._none_left.notify_all()

    def begin(self) -> None:
        """Ask every drive to stop. Takes no lock: a signal may have come while one is held."""
        self._begun = True
        for each in tuple(self._controls):
            each.request_drain()

    def finish(self) -> None:
        """Ask every drive to stop and wait until it has.

        Raises:
            ConflictError: a step did not end in time.
        """
        self.begin()
        with self._none_left:
            if not self._none_left.wait_for(lambda: not self._controls, timeout=_PATIENCE):
                raise ConflictError(
                    "A step did not end, and so the runtime was not closed.",
                    fix="Close it again later, or end the process: the run can be resumed.",
                )
