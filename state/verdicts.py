"""What a gate says of a step's values, and what the state keeps of it."""

from dataclasses import dataclass
from typing import Literal

Phase = Literal["before", "during", "after"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One gate's judgement.

    ``score`` runs from 0 to 1: the share that holds. ``reason`` tells what was found, where, and
    what to do; it is handed back to the writer, so it stands alone.
    """

    passed: bool
    score: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One verdict as the state keeps it: with its step, its gate, and whether it could stop."""

    step: str
    gate: str
    phase: Phase
    passed: bool
    score: float
    reason: str
    blocking: bool
