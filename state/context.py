"""What a node may know of the run that it is part of, beside its state."""

from dataclasses import dataclass, field

from .ports import StepLog

OFFLINE = "offline:extract"
DEFAULT_URL = "sqlite:///dalsegno.db"


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """LangGraph's run context for every graph made here.

    ``model`` is a ``provider:name``; ``directory`` is where the run's files go, None for
    ``dalsegno-runs/<run>`` below the working directory. ``steps`` is told of every attempt.
    """

    model: str = OFFLINE
    run: str | None = None
    directory: str | None = None
    steps: StepLog | None = field(default=None, compare=False, repr=False)
