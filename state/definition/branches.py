"""Steps that add themselves to another: to a parallel step as a branch, to a route as a case."""

from __future__ import annotations

from collections.abc import Mapping

from ..names import nearest
from .draft import Draft
from .flow import Path
from .steps import Step
from .walking import places_within

Placed = tuple[Step, Path]


def add_branches(draft: Draft) -> None:
    """Note which steps add themselves where, and those that cannot."""
    top = draft.workflow.workflow_steps
    places = list(places_within(top, ()))
    every = {each.step: each for each, _ in places}
    taken: set[tuple[str, str]] = set()
    for step, at in places:
        path = ("workflow_steps", *at)
        if step.branch_of is None:
            if step.case is not None:
                draft.wrong(
                    (*path, "case"),
                    "'case' goes with 'branch_of' only.",
                    "Add 'branch_of' with the name of a route step, or take 'case' out.",
                    at_key=True,
                )
        elif len(path) > 2:  # deeper than an entry of workflow_steps
            draft.wrong(
                (*path, "branch_of"),
                f"{step.step!r} adds itself to {step.branch_of!r} from within another step.",
                "Write it among the entries of 'workflow_steps', or as a branch where it belongs.",
            )
        elif _is_branch(draft, step, path, every, taken):
            draft.added.setdefault(step.branch_of, []).append((step, path))
    _check_circles(draft, {each.step: top[int(at[0])].step for each, at in places})


def cases_of(draft: Draft, route: str) -> dict[str, Placed]:
    """The steps that add themselves to a route, by their case."""
    return {step.case: (step, path) for step, path in draft.added.get(route, ()) if step.case}


def _is_branch(
    draft: Draft, step: Step, path: Path, every: Mapping[str, Step], taken: set[tuple[str, str]]
) -> bool:
    """``taken`` are the cases that other steps have added so far."""
    name = step.branch_of or ""
    parent, where = every.get(name), (*path, "branch_of")
    if parent is None:
        draft.wrong(
            where,
            f"There is no step {name!r}{nearest(name, every)}.",
            "Name a parallel or route step.",
        )
        return False
    if parent.parallel is None and parent.route is None:
        draft.wrong(
            where,
            f"{name!r} is neither a parallel nor a route step.",
            "Name a step that has branches, or take 'branch_of' out.",
        )
        return False
    return _has_its_case(draft, step, path, parent, taken)


def _has_its_case(
    draft: Draft, step: Step, path: Path, parent: Step, taken: set[tuple[str, str]]
) -> bool:
    where, fault, fix = (*path, "case"), None, "Take 'case' out."
    if parent.route is None:
        if step.case is None and step.step not in (parent.parallel or {}):
            return True
        if step.case is None:
            draft.wrong(
                (*path, "step"),
                f"{parent.step!r} has a branch {step.step!r} already.",
                "Give the step another name.",
            )
            return False
        fault = f"{parent.step!r} is a parallel step: it has no cases."
    elif step.case is None:
        where = (*path, "branch_of")
        fault = f"{step.step!r} says not for which case of {parent.step!r}."
        fix = "Add 'case' with a value that the route can have."
    elif step.case in parent.route.cases or (parent.step, step.case) in taken:
        fault = f"{parent.step!r} has the case {step.case!r} already."
        fix = "Give it another case, or take one of the two out."
    else:
        taken.add((parent.step, step.case))
    if fault is not None:
        draft.wrong(where, fault, fix)
    return fault is None


def _check_circles(draft: Draft, tops: Mapping[str, str]) -> None:
    """A step that is a branch of its own branch would stand nowhere.

    ``tops`` has, for each step, the entry of ``workflow_steps`` that it stands in.
    """
    parents = {
        step.step: (tops[name], path) for name, steps in draft.added.items() for step, path in steps
    }
    done: set[str] = set()
    for start in parents:
        way = [start]
        while way[-1] in parents and way[-1] not in done:
            done.add(way[-1])
            way.append(parents[way[-1]][0])
        if way[-1] not in way[:-1]:
            continue
        circle = way[way.index(way[-1]) :]
        around = " → ".join(repr(each) for each in circle)
        draft.wrong(
            (*parents[circle[0]][1], "branch_of"),
            f"{circle[0]!r} is a branch of itself."
            if len(circle) == 2
            else f"The steps are branches of each other: {around}.",
            "Name a step that stands elsewhere.",
        )
