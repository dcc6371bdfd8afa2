"""Going through the steps of a definition, however deep they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from .steps import Step

_Way = tuple[Step | str, ...]


def blocks_within(step: Step) -> Iterator[tuple[tuple[str, ...], _Way]]:
    """The lists of steps right within a step, and the keys that lead there."""
    for key, given in (("then", step.then), ("else", step.else_), ("fallback", step.fallback)):
        if given is not None:
            yield (key,), given
    if step.route is not None:
        for value, way in step.route.cases.items():
            yield ("route", "cases", value), way
        if step.route.fallback is not None:
            yield ("route", "fallback"), step.route.fallback
    if step.loop is not None:
        yield ("loop", "steps"), step.loop.steps
    if step.map is not None:
        yield ("map", "steps"), step.map.steps
    for key, way in (step.parallel or {}).items():
        yield ("parallel", key), way
    if step.team is not None:
        for worker, steps in step.team.workers.items():
            if steps is not None:
                yield ("team", "workers", worker), steps
    if step.review is not None and step.review.on_question is not None:
        yield ("review", "on_question"), step.review.on_question


def places_within(
    steps: Iterable[Step | str], path: tuple[str | int, ...]
) -> Iterator[tuple[Step, tuple[str | int, ...]]]:
    """Every step and where it stands, given where the list of these stands."""
    for position, each in enumerate(steps):
        if isinstance(each, Step):
            here = (*path, position)
            yield each, here
            for keys, inner in blocks_within(each):
                yield from places_within(inner, (*here, *keys))


def steps_within(steps: Iterable[Step | str]) -> Iterator[Step]:
    """Every step, the outer ones before those within them."""
    for each in steps:
        if isinstance(each, Step):
            yield each
            for _, inner in blocks_within(each):
                yield from steps_within(inner)


def _every(_: Step) -> bool:
    return True


def rebuilt(
    step: Step, change: Callable[[Step], Step], *, keep: Callable[[Step], bool] = _every
) -> Step:
    """The step with ``change`` made to every step within it, and then to itself.

    Steps within it that ``keep`` does not want are left out.
    """

    def way(given: _Way) -> _Way:
        return tuple(
            rebuilt(each, change, keep=keep) if isinstance(each, Step) else each
            for each in given
            if isinstance(each, str) or keep(each)
        )

    update: dict[str, object] = {}
    for key in ("then", "else_", "fallback"):
        given = getattr(step, key)
        if given is not None:
            update[key] = way(given)
    if step.route is not None:
        fallback = None if step.route.fallback is None else way(step.route.fallback)
        cases = {value: way(given) for value, given in step.route.cases.items()}
        update["route"] = step.route.model_copy(update={"cases": cases, "fallback": fallback})
    if step.loop is not None:
        update["loop"] = step.loop.model_copy(update={"steps": way(step.loop.steps)})
    if step.map is not None:
        update["map"] = step.map.model_copy(update={"steps": way(step.map.steps)})
    if step.parallel is not None:
        update["parallel"] = {key: way(given) for key, given in step.parallel.items()}
    if step.team is not None:
        workers = {
            name: None if given is None else way(given) for name, given in step.team.workers.items()
        }
        update["team"] = step.team.model_copy(update={"workers": workers})
    if step.review is not None and step.review.on_question is not None:
        answer = way(step.review.on_question)
        update["review"] = step.review.model_copy(update={"on_question": answer})
    return change(step.model_copy(update=update) if update else step)
