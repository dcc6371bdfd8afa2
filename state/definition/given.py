"""Where a place of a definition stands in the data as they were given.

A definition's parts have one form; the data that they were read from may say the same in fewer
words: one name for a list of one, a list of names for a mapping, a step for a list of steps. A
fault is told where its writer finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..errors import DefinitionError, Problem

Path = tuple[str | int, ...]
#: Keys of parts that may be given as this one text.
_BY_NAME = ("gate", "name")
_WHENS = frozenset({"before", "during", "after"})


def as_given(error: DefinitionError, data: object) -> DefinitionError:
    """The error with each path leading through ``data``."""
    return DefinitionError([_placed(each, data) for each in error.problems], source=error.source)


def _placed(problem: Problem, data: object) -> Problem:
    path: Path = ()
    at, here = problem.at, data
    for position, step in enumerate(problem.path):
        found = _next(here, step)
        if found is None:
            return replace(problem, path=(*path, *problem.path[position:]))
        more, here = found
        path = (*path, *more)
        # What shorthand leaves out has no key to point at.
        at = problem.at if more else "value"
    return replace(problem, path=path, at=at)


def _next(here: object, step: str | int) -> tuple[Path, object] | None:
    """The way to what ``step`` means, and what is there."""
    match here:
        case Mapping():
            return _in_mapping(here, step)
        case list() | tuple():
            return _in_list(here, step)
        case str() if step in (0, here, *_BY_NAME):
            return (), here
        case _:
            return None


def _in_mapping(here: Mapping[object, object], step: str | int) -> tuple[Path, object] | None:
    if isinstance(step, str):
        # Keys of Python mappings may be True or 3 where the definition has text.
        known = (key for key in here if key == step or str(key).lower() == step)
        key = next(known, None)
        return None if key is None else ((step,), here[key])
    if here and set(here) <= _WHENS:
        uses = list(_uses(here))
        return uses[step] if step < len(uses) else None
    return ((), here) if step == 0 else None


def _uses(here: Mapping[object, object]) -> Iterable[tuple[Path, object]]:
    """Gates by when they look, as the one list that they are."""
    for when, uses in here.items():
        if isinstance(uses, list | tuple):
            yield from (((str(when), at), use) for at, use in enumerate(uses))
        else:
            yield (str(when),), uses


def _in_list(
    here: list[object] | tuple[object, ...], step: str | int
) -> tuple[Path, object] | None:
    if isinstance(step, str):
        if step in here:
            step = here.index(step)
        elif step.isdecimal():
            step = int(step)
    return ((step,), here[step]) if isinstance(step, int) and step < len(here) else None
