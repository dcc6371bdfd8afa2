"""What a node may know of the run that it is part of, beside its state."""

from dataclasses import dataclass, field
from typing import Literal

from .ports import StepLog

OFFLINE = "offline:extract"
DEFAULT_URL = "sqlite:///dalsegno.db"

#: Which of a run's two models an agent uses that names none of its own.
Tier = Literal["usual", "strong"]


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """LangGraph's run context for every graph made here.

    ``model`` is a ``provider:name``, and so is ``strong``, which agents of that tier use; None:
    they use ``model`` as well. ``directory`` is where the run's files go, None for
    ``dalsegno-runs/<run>`` below the working directory. ``steps`` is told of every attempt.
    """

    model: str = OFFLINE
    strong: str | None = None
    run: str | None = None
    directory: str | None = None
    steps: StepLog | None = field(default=None, compare=False, repr=False)

    def model_for(self, tier: Tier) -> str:
        """The run's model for agents of that tier."""
        return self.strong if tier == "strong" and self.strong is not None else self.model
