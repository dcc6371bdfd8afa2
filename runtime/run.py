"""A run as its caller sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..state.review import Review
from ..state.run import RunRecord, Status, StepRecord

if TYPE_CHECKING:
    from .runtime import Runtime


@dataclass(frozen=True)
class Run:
    """A run as it stood when it was looked up; ask the runtime again for how it stands now."""

    record: RunRecord
    _runtime: Runtime

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def thread_id(self) -> str:
        return self.record.thread

    @property
    def workflow(self) -> str:
        return self.record.workflow

    @property
    def status(self) -> Status:
        """queued, running, paused, completed, failed or cancelled."""
        return self.record.status

    @property
    def output(self) -> Mapping[str, object] | None:
        """What came out so far, as plain JSON data; None before the first pause or end."""
        return self.record.output

    @property
    def error(self) -> Mapping[str, object] | None:
        """Why it failed: type, class, message and fix; None when it did not."""
        return self.record.error

    @property
    def metrics(self) -> Mapping[str, object]:
        """Seconds of work, steps, model calls, tokens, and cost in US dollars (None: unknown)."""
        return self.record.metrics or {}

    @property
    def trace(self) -> tuple[StepRecord, ...]:
        """Every attempt at every step, in the order in which they began."""
        return self._runtime.steps(self.id)

    @property
    def artifacts(self) -> tuple[str, ...]:
        """The paths of the files that it wrote."""
        paths = (self.output or {}).get("artifacts")
        return tuple(str(path) for path in paths) if isinstance(paths, list | tuple) else ()

    def reviews(self) -> tuple[Review, ...]:
        """The reviews that wait for a person's decision, the oldest first."""
        return self._runtime.reviews(self.id)

    def public(self) -> dict[str, object]:
        """The one object that ``--json`` prints."""
        return {
            "run_id": self.id,
            "thread_id": self.thread_id,
            "workflow": self.workflow,
            "status": self.status,
            "output": self.output,
            "reviews": [review.public() for review in self.reviews()],
            "artifacts": list(self.artifacts),
            "error": self.error,
            "metrics": dict(self.metrics),
        }
