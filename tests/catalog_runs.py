"""What the tests of the ready workflows do with a run: decide, and look at what came out."""

from typing import Any

from dalsegno import Run, Runtime
from dalsegno.state.review import Review


def decide(runtime: Runtime, run: Run, **decision: object) -> Run:
    """A person decides on the review that waits longest."""
    return runtime.decide(run.reviews()[0].id, decision, by="ana")


def output(run: Run) -> dict[str, Any]:
    assert run.output is not None, run.error
    return dict(run.output)


def told(review: Review) -> str:
    """What the person reads before deciding."""
    request: Any = review.request
    return str(request["action_requests"][0]["description"])


def shown(run: Run) -> str:
    """The same, of the review that waits longest."""
    return told(run.reviews()[0])
