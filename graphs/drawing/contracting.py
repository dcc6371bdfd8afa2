"""Lines through dots made into lines past them, wherever that makes a picture plainer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Line:
    """A way from one place to another; ``maybe``: something decides whether it is taken."""

    source: str
    target: str
    label: str = ""
    maybe: bool = False


def contracted(lines: Iterable[Line], dots: Sequence[str]) -> list[Line]:
    """The lines without those dots that one line leads to, or one from.

    A dot with several of both stays: without it there would be a line for each pair.
    """
    found = _single(lines)
    again = True
    while again:
        again = False
        for dot in dots:
            into = [each for each in found if each.target == dot]
            out = [each for each in found if each.source == dot]
            loops = any(each.source == dot for each in into)
            if not (into or out) or loops or (len(into) > 1 and len(out) > 1):
                continue
            found = _single(_past(found, dot, out))
            again = True
    return found


def _past(lines: Iterable[Line], dot: str, out: Sequence[Line]) -> Iterable[Line]:
    """The lines, those to a dot going on to where it leads."""
    for each in lines:
        if each.target == dot:
            for way in out:
                yield Line(
                    source=each.source,
                    target=way.target,
                    label=_both(each.label, way.label),
                    maybe=each.maybe or way.maybe,
                )
        elif each.source != dot:
            yield each


def _both(first: str, second: str) -> str:
    """What is asked first, then the second; that a loop is done goes without saying."""
    asked = [each for each in (first, second) if each]
    return " · ".join(asked if len(asked) < 2 else [each for each in asked if each != "done"])


def _single(lines: Iterable[Line]) -> list[Line]:
    """One line from place to place: what is led there in every case needs no label."""
    found: dict[tuple[str, str], list[Line]] = {}
    for each in lines:
        found.setdefault((each.source, each.target), []).append(each)
    merged = []
    for (source, target), same in found.items():
        if len(same) == 1:
            merged += same
            continue
        labels = list(dict.fromkeys(each.label for each in same))
        sure = "" in labels
        label = "" if sure else ", ".join(labels)
        merged.append(Line(source=source, target=target, label=label, maybe=not sure))
    return merged
