"""What a run tells whoever watches it, and what it sums up of its work."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from ..state.run import Outcome, StepRecord
from ..state.usage import Usage, total


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A step that began or ended, for whoever watches a run."""

    run: str
    node: str
    kind: Literal["began"] | Outcome
    seconds: float = 0.0


Watch = Callable[[Progress], None]


def unwatched(_: Progress) -> None:
    """Nobody watches."""


def tell(watch: Watch, progress: Progress) -> None:
    """Tell a watcher; one that fails must not take the run with it."""
    try:
        watch(progress)
    except Exception:
        logging.getLogger("dalsegno").exception("A watcher of run %r failed.", progress.run)


def metrics(
    values: Mapping[str, object],
    steps: Sequence[StepRecord],
    *,
    lost: Sequence[Usage] = (),
    before: int = 0,
) -> dict[str, object]:
    """Seconds of work, steps, and what the model calls used: in all and by step.

    ``lost`` is what failures spent that ended the run; it counts, and is listed by itself too. The
    first entries of usage, as many as ``before``, are of the thread's earlier runs.
    """
    usage = values.get("usage")
    found = usage[before:] if isinstance(usage, list | tuple) else ()
    rows = [*(each for each in found if isinstance(each, Usage)), *lost]
    worked = [each.ended - each.started for each in steps if each.ended is not None]
    return {
        "seconds": round(sum(worked), 3),
        "steps": len(steps),
        **total(rows),
        "by_step": [
            {
                "step": each.step,
                "model": each.model,
                "calls": each.calls,
                "input_tokens": each.input_tokens,
                "output_tokens": each.output_tokens,
                "cost_usd": each.cost,
            }
            for each in rows
        ],
        "lost": [asdict(each) for each in lost],
    }


def lost_in(metrics: Mapping[str, object]) -> list[Usage]:
    """What failures had spent, as a run's metrics have kept it."""
    rows = metrics.get("lost")
    return [Usage(**each) for each in rows] if isinstance(rows, list) else []
