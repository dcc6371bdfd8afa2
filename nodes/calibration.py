"""Whether a stated confidence can be believed: of all that was said with 0.8, are 80% right?"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from ..state.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Answers of about the same confidence: how sure they were, and how many were right.

    It holds what is above ``low`` and up to ``high``; the first one holds 0, too.
    """

    low: float
    high: float
    count: int
    stated: float
    right: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How far stated confidence and truth lie apart, over ``count`` answers.

    ``error`` is the expected calibration error: the mean distance of the two, each bin weighted
    by its count. ``brier`` is the mean squared distance of each answer's confidence from what it
    turned out to be; always saying 0.5 gives 0.25. Lower is better for both.
    """

    bins: tuple[Bin, ...]
    count: int
    stated: float
    right: float
    error: float
    brier: float

    def table(self) -> str:
        """For people: a line for each bin that holds an answer."""
        lines = ["confidence   answers  stated  right"]
        lines += [
            f"{each.low:.2f}-{each.high:.2f}  {each.count:8}  {each.stated:6.2f}  {each.right:5.2f}"
            for each in self.bins
            if each.count
        ]
        lines.append(f"all        {self.count:8}  {self.stated:6.2f}  {self.right:5.2f}")
        lines.append(f"expected calibration error {self.error:.3f}, Brier score {self.brier:.3f}")
        return "\n".join(lines)


def calibration(pairs: Iterable[tuple[float, bool]], *, bins: int = 10) -> Calibration:
    """Measure stated confidences against what was right.

    Raises:
        InputError: no pairs, a confidence that is none, or fewer than one bin.
    """
    given = list(pairs)
    if not given:
        raise InputError("There is nothing to measure.", fix="Give pairs of confidence and right.")
    for stated, _ in given:
        if not 0 <= stated <= 1:
            raise InputError(f"{stated!r} is no confidence.", fix="Give numbers from 0 to 1.")
    if bins < 1:
        raise InputError(f"{bins!r} bins hold nothing.", fix="Give 1 or more.")
    found = tuple(_bin(at, bins, given) for at in range(bins))
    count = len(given)
    return Calibration(
        bins=found,
        count=count,
        stated=math.fsum(stated for stated, _ in given) / count,
        right=sum(right for _, right in given) / count,
        error=math.fsum(each.count * abs(each.stated - each.right) for each in found) / count,
        brier=math.fsum((stated - right) ** 2 for stated, right in given) / count,
    )


def _bin(at: int, bins: int, given: list[tuple[float, bool]]) -> Bin:
    within = [pair for pair in given if max(0, math.ceil(pair[0] * bins) - 1) == at]
    count = len(within)
    return Bin(
        low=at / bins,
        high=(at + 1) / bins,
        count=count,
        stated=math.fsum(stated for stated, _ in within) / count if count else 0.0,
        right=sum(right for _, right in within) / count if count else 0.0,
    )
