"""The summary's own gate: does it tell at least three statistics and three risks of those found?"""

from collections.abc import Mapping
from typing import cast

from ....nodes.grounding import numbers_in
from .schema import LEAST, Point, Risk, Statistic, Summary


def complete(values: Mapping[str, object], sources: Mapping[str, object]) -> tuple[bool, str]:
    """It tells enough different statistics, each with its number, and enough different risks."""
    written = cast("Summary", values["written"])
    statistics = {each.id: each for each in cast("list[Statistic]", sources["statistics"])}
    risks = {each.id: each for each in cast("list[Risk]", sources["risks"])}
    wrong = [
        *_unknown(written.statistics, statistics, "statistic"),
        *_unknown(written.risks, risks, "risk"),
        *(
            f"{each.text!r} does not print {statistics[each.of].number!r}, the number of {each.of}."
            for each in written.statistics
            if each.of in statistics
            and not numbers_in(statistics[each.of].number) <= numbers_in(each.text)
        ),
        *_too_few(written.statistics, statistics, "statistics"),
        *_too_few(written.risks, risks, "risks"),
    ]
    return not wrong, " ".join(wrong) or "It tells enough of both."


def _unknown(points: list[Point], known: Mapping[str, object], kind: str) -> list[str]:
    return [
        f"{each.of!r} is none of the {kind}s, which are {', '.join(known) or 'none'}."
        for each in points
        if each.of not in known
    ]


def _too_few(points: list[Point], known: Mapping[str, object], kind: str) -> list[str]:
    # Where the document has fewer, a person agreed to that before.
    least = min(LEAST, len(known))
    told = len({each.of for each in points} & set(known))
    return (
        [f"It tells {told} different {kind}; at least {least} are wanted."] if told < least else []
    )
