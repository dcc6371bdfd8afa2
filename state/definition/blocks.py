"""Lists of steps as blocks: which of them follow each other, run at once, or wait to be led to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Sequence as List
from graphlib import CycleError, TopologicalSorter

from ..names import nearest
from .draft import Draft, one_of
from .flow import Block, Leaf, Member, NoWork, Order, Path, Sequence
from .steps import Review, Step
from .workflow import Checkpoint

#: Makes a block of one step; given the steps of its list that can be led to.
Make = Callable[[Draft, Step, Path, "Targets"], Block]


class Targets:
    """The steps of one list that are named as a way of some route, and so wait to be led to."""

    def __init__(self, draft: Draft, steps: List[tuple[Step, Path]], make: Make) -> None:
        self._draft = draft
        self._make = make
        self._steps = {step.step: (step, path) for step, path in steps}
        self._led: dict[str, str] = {}

    def is_led(self, name: str) -> bool:
        """Has some step led to the one of that name?"""
        return name in self._led

    def block(self, name: str, path: Path, *, by: str) -> Block | None:
        """The block of the step of that name, for the one step that leads to it."""
        draft = self._draft
        found = self._steps.get(name)
        if found is None:
            draft.wrong(
                path,
                f"There is no step {name!r} to lead to{nearest(name, self._steps)}.",
                f"The steps of this list are: {one_of(self._steps)}.",
            )
            return None
        if name == by:
            draft.wrong(path, f"{name!r} leads to itself.", "Use a loop, which has a cap.")
            return None
        if name in self._led:
            other = self._led[name]
            draft.wrong(
                path,
                f"{name!r} is led to from {other!r} already.",
                "Put what both need after them, or give each a step of its own.",
            )
            return None
        self._led[name] = by
        return self._make(self._draft, found[0], found[1], self)


def block_of(
    draft: Draft, given: Iterable[tuple[Step, Path]], make: Make, *, name: str, unordered: bool
) -> Block:
    """One block of a list of steps.

    Where a step has ``depends_on``, or the pattern says so, they run as soon as what they depend
    on has ended; otherwise one after another. A step that some step of the list leads to runs
    only then.
    """
    steps = list(given)
    targets = Targets(draft, steps, make)
    led = _led_to(steps)
    flowing = [(step, path) for step, path in steps if step.step not in led]
    is_order = unordered or any(step.depends_on is not None for step, _ in flowing)
    _check_led(draft, steps, led)
    if is_order:
        _check_order(draft, flowing, led)
    blocks = [(step, make(draft, step, path, targets)) for step, path in flowing]
    _check_reached(draft, steps, led, targets)
    if is_order:
        return Order(
            name=name,
            members=tuple(
                Member(name=step.step, block=block, needs=step.depends_on or ())
                for step, block in blocks
            ),
        )
    return blocks[0][1] if len(blocks) == 1 else Sequence(steps=tuple(each for _, each in blocks))


def _led_to(steps: List[tuple[Step, Path]]) -> dict[str, str]:
    """The steps that some other step of the list leads to, and which one that is."""
    own = {step.step for step, _ in steps}
    found: dict[str, str] = {}
    for step, _ in steps:
        for block in ways_of(step):
            for each in block:
                if isinstance(each, str) and each in own and each != step.step:
                    found.setdefault(each, step.step)
    return found


def ways_of(step: Step) -> list[tuple[Step | str, ...]]:
    """The blocks that a step leads to, where a name may stand for a step of the same list."""
    ways = [step.then, step.else_, step.fallback]
    if step.route is not None:
        ways += [*step.route.cases.values(), step.route.fallback]
    if step.review is not None:
        ways.append(step.review.on_question)
    return [each for each in ways if each is not None]


def _check_led(draft: Draft, steps: List[tuple[Step, Path]], led: Mapping[str, str]) -> None:
    """A step that runs when it is led to waits for nothing else."""
    for step, path in steps:
        if step.depends_on and step.step in led:
            draft.wrong(
                (*path, "depends_on", 0),
                f"{step.step!r} runs when {led[step.step]!r} leads to it, and cannot depend on "
                f"{step.depends_on[0]!r} as well.",
                f"Take 'depends_on' out, or let {led[step.step]!r} depend on it.",
            )


def _check_reached(
    draft: Draft, steps: List[tuple[Step, Path]], led: Mapping[str, str], targets: Targets
) -> None:
    """Steps that only lead to each other are never begun."""
    if draft.problems:  # a step that was refused led nowhere yet
        return
    for step, path in steps:
        if step.step in led and not targets.is_led(step.step):
            draft.wrong(
                (*path, "step"),
                f"{step.step!r} is never reached: only {led[step.step]!r} leads to it, which is "
                f"never reached either.",
                "Lead to one of them from a step that runs, or repeat steps with a loop.",
            )
            return


def _check_order(draft: Draft, steps: List[tuple[Step, Path]], led: Mapping[str, str]) -> None:
    """Every dependency exists, and none leads round."""
    known = {step.step for step, _ in steps}
    graph: dict[str, tuple[str, ...]] = {}
    for step, path in steps:
        needs = step.depends_on or ()
        for position, need in enumerate(needs):
            where = (*path, "depends_on", position)
            if need not in known:
                _no_dependency(draft, step.step, need, where, known, led)
            elif need in needs[:position]:
                draft.wrong(
                    where, f"{step.step!r} depends on {need!r} twice.", "Take one of them out."
                )
        graph[step.step] = tuple(need for need in needs if need in known)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # graphlib names the circle from cause to effect; people read "a needs b needs a".
        _circle(draft, steps, list(reversed(error.args[1]))[1:])


def _no_dependency(
    draft: Draft, step: str, need: str, where: Path, known: set[str], led: Mapping[str, str]
) -> None:
    if need in led:
        why = f"which runs only when {led[need]!r} leads to it"
    elif need in draft.step_names:
        why = "which stands in another list of steps"
    else:
        why = f"which is no step of its list{nearest(need, known)}"
    draft.wrong(
        where,
        f"{step!r} depends on {need!r}, {why}.",
        f"It can depend on: {one_of(name for name in sorted(known) if name != step)}.",
    )


#: As much of a circle as is told.
_LONGEST = 12


def _circle(draft: Draft, steps: List[tuple[Step, Path]], circle: List[str]) -> None:
    """Told from the first of its steps on, at the dependency that leads on."""
    first, path = next((step, path) for step, path in steps if step.step in circle)
    begin = circle.index(first.step)
    around = [*circle[begin:], *circle[:begin], first.step]
    needs = first.depends_on or ()
    told = [repr(each) for each in around]
    if len(told) > _LONGEST:
        told = [*told[: _LONGEST - 2], "…", told[-1]]
    draft.wrong(
        (*path, "depends_on", needs.index(around[1])),
        f"The steps depend on each other in a circle: {' → '.join(told)}.",
        "Take one of these dependencies out.",
    )


def reviewed(draft: Draft, step: Step, block: Block, review: ReviewLeaf) -> Block:
    """The block, and after it the human checkpoints that are named to stand there."""
    found = draft.placed.get(step.step)
    if not found:
        return block
    leaves: list[Block] = [block]
    for position, checkpoint in found:
        leaves.append(review(checkpoint, block, ("human_checkpoints", position)))
    return Sequence(steps=tuple(leaves))


ReviewLeaf = Callable[[Checkpoint, Block, Path], Block]


def review_of(checkpoint: Checkpoint, fields: tuple[str, ...]) -> Review:
    """A checkpoint as the review that it is."""
    return Review(
        fields=checkpoint.fields or fields,
        description=checkpoint.description,
        on_reject=checkpoint.on_reject,
        assignee=checkpoint.assignee,
        deadline=checkpoint.deadline,
        on_deadline=checkpoint.on_deadline,
    )


def written(block: Block) -> dict[str, object]:
    """The fields that a block can write, with their types; a map's inner ones are its own."""
    match block:
        case Leaf():
            inner = {} if block.fallback is None else written(block.fallback)
            return {**block.writes, **inner}
        case Sequence():
            return _all_of(block.steps)
        case Order():
            return _all_of(member.block for member in block.members)
        case _:
            return _written_within(block)


def _written_within(block: Block) -> dict[str, object]:
    from .flow import Branch, Each, Repeat

    match block:
        case Branch():
            ways = [case.block for case in block.cases]
            return _all_of([*ways, *([block.fallback] if block.fallback is not None else [])])
        case Repeat():
            return written(block.body)
        case Each():
            return {block.into: None}
        case _:
            return {}


def _all_of(blocks: Iterable[Block]) -> dict[str, object]:
    found: dict[str, object] = {}
    for each in blocks:
        for name, kind in written(each).items():
            found.pop(name, None)  # whichever is written last stands last
            found[name] = kind
    return found


def nothing(name: str, path: Path) -> Leaf:
    """A place where nothing happens."""
    return Leaf(name=name, work=NoWork(), reads=(), writes={}, path=path)


def with_paths(block: Mapping[int, Step] | List[Step | str], path: Path) -> list[tuple[Step, Path]]:
    """The steps of a list and where each stands; names are not steps."""
    items = block.items() if isinstance(block, Mapping) else enumerate(block)
    return [(each, (*path, position)) for position, each in items if isinstance(each, Step)]
