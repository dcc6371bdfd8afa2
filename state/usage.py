"""What calls cost: counts that add up, and never a guess that looks like a price."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What one step's model calls used.

    ``cost`` is in US dollars, and None where the price of a model is not known (0 would be a
    claim). ``estimated`` says that the provider gave no counts and we counted approximately.
    ``dropped`` is what the model did not get to read since it did not fit, field by field.
    ``recorded`` names the calls in the journal, so that none is counted again when it is given
    again.
    """

    step: str
    model: str
    calls: int = 1
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    estimated: bool = False
    dropped: tuple[str, ...] = ()
    recorded: tuple[str, ...] = ()


def recorded_in(usage: Iterable[Usage]) -> tuple[str, ...]:
    """The calls in the journal that rows of usage have counted."""
    return tuple(name for row in usage for name in row.recorded)


def total(usage: Iterable[Usage]) -> dict[str, object]:
    """Calls, tokens and cost over all steps; the cost is None as soon as one is unknown."""
    rows = tuple(usage)
    costs = [row.cost for row in rows]
    return {
        "calls": sum(row.calls for row in rows),
        "input_tokens": sum(row.input_tokens for row in rows),
        "output_tokens": sum(row.output_tokens for row in rows),
        "cost_usd": None if None in costs else sum(cost for cost in costs if cost is not None),
        "estimated": any(row.estimated for row in rows),
    }
