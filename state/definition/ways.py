"""A step that leads one way or another: routes, conditions."""

from __future__ import annotations

from collections.abc import Mapping

from ..records import Decision
from .blocks import Targets, block_of
from .branches import cases_of
from .companions import only_of_nodes
from .draft import Draft, field_spec
from .flow import Block, Branch, Case, DecideWork, Path, Sequence
from .making import block, leaf, make_step
from .steps import Step


def route(draft: Draft, step: Step, path: Path, targets: Targets) -> Block:
    route = step.route
    assert route is not None
    where = (*path, "route")
    if route.agent is None:
        only_of_nodes(draft, step, path, "a route by a field")
    cases: dict[str, tuple[list[str], Block | None]] = {}
    for value, way in route.cases.items():
        only = way[0] if len(way) == 1 else None
        key = only if isinstance(only, str) else f"={value}"
        if key in cases:
            cases[key][0].append(value)
            continue
        made = block(draft, way, (*where, "cases", value), name=step.step, targets=targets)
        cases[key] = ([value], made)
    for value, (added, place) in cases_of(draft, step.step).items():
        draft.said[(step.step, "case", value)] = (*place, "case")
        made = block_of(draft, [(added, place)], make_step, name=added.step, unordered=False)
        cases[f"={value}"] = ([value], made)
    fallback = None
    if route.fallback is not None:
        way = route.fallback
        only = way[0] if len(way) == 1 else None
        if isinstance(only, str) and only in cases:
            fallback = cases[only][1]
        else:
            fallback = block(draft, way, (*where, "fallback"), name=step.step, targets=targets)
    return _branch(draft, step, where, cases, fallback, targets)


def _branch(
    draft: Draft,
    step: Step,
    where: Path,
    cases: Mapping[str, tuple[list[str], Block | None]],
    fallback: Block | None,
    targets: Targets,
) -> Block:
    route = step.route
    assert route is not None
    ways = tuple(
        Case(values=tuple(values), block=made)
        for values, made in cases.values()
        if made is not None
    )
    if route.on is not None:
        on = draft.expression(route.on, (*where, "on"))
        return Branch(name=step.step, on=on, cases=ways, fallback=fallback, path=where)
    assert route.agent is not None
    agent = draft.agent(route.agent, (*where, "agent"))
    on = draft.expression(f"{step.step}.choice", (*where, "agent"))
    branch = Branch(name=f"{step.step}.way", on=on, cases=ways, fallback=fallback, path=where)
    if agent is None:
        return branch
    draft.write(step.step, field_spec(Decision), (*where[:-1], "step"))
    choices = tuple(value for values, _ in cases.values() for value in values)
    work = DecideWork(agent=agent, task=route.task or step.task, choices=choices)
    decide = leaf(
        draft, step, where[:-1], work, {step.step: Decision}, agent=agent, targets=targets
    )
    return Sequence(steps=(decide, branch))


def either(draft: Draft, step: Step, path: Path, targets: Targets) -> Block:
    assert step.if_ is not None and step.then is not None
    on = draft.expression(step.if_, (*path, "if"))
    then = block(draft, step.then, (*path, "then"), name=step.step, targets=targets)
    otherwise = None
    if step.else_ is not None:
        otherwise = block(draft, step.else_, (*path, "else"), name=step.step, targets=targets)
    cases = () if then is None else (Case(values=("true",), block=then),)
    return Branch(name=step.step, on=on, cases=cases, fallback=otherwise, path=(*path, "if"))
