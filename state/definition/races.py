"""Steps that run at once and write one field: which value stays would be a matter of luck."""

from __future__ import annotations

from .blocks import written
from .draft import Draft
from .flow import Block, Leaf, Order, ReviewWork, Scope
from .reaching import leaves


def check_races(draft: Draft, order: Order, scope: Scope) -> None:
    """Of the parts of an order that may run at once, no two write a field without a merge rule."""
    writers: dict[str, list[int]] = {}
    for position, member in enumerate(order.members):
        for name in dict.fromkeys((*written(member.block), *_edited(member.block))):
            spec = scope.own.get(name)
            if spec is not None and spec.merge is None:
                writers.setdefault(name, []).append(position)
    shared = {name: some for name, some in writers.items() if len(some) > 1}
    before = _before(order) if shared else []
    for name, some in shared.items():
        pair = _unordered(some, before)
        if pair is not None:  # what mends one pair mends the others
            first, second = sorted(pair)
            _wrong(draft, name, order.members[first].block, order.members[second].block)


def _unordered(some: list[int], before: list[int]) -> tuple[int, int] | None:
    """Two of these that may run at once.

    Whoever begins later has more before it, so in this order each need only know the earlier ones.
    """
    seen = 0
    for each in sorted(some, key=lambda at: (before[at].bit_count(), at)):
        at_once = seen & ~before[each]
        if at_once:
            return (at_once & -at_once).bit_length() - 1, each
        seen |= 1 << each
    return None


def _before(order: Order) -> list[int]:
    """For each member, by bits, all those that have ended when it begins."""
    positions = {member.name: at for at, member in enumerate(order.members)}
    needs = [[positions[need] for need in member.needs] for member in order.members]
    found: list[int | None] = [None] * len(needs)
    for start in range(len(needs)):
        waiting = [start]  # no recursion: a line of steps is as long as it likes
        while waiting:
            at = waiting[-1]
            missing = [need for need in needs[at] if found[need] is None]
            if missing:
                waiting += missing
                continue
            ended = 0
            for need in needs[at]:
                ended |= (found[need] or 0) | 1 << need
            found[at] = ended
            waiting.pop()
    return [each or 0 for each in found]


def _wrong(draft: Draft, name: str, first: Block, second: Block) -> None:
    one, other = _writer(name, first), _writer(name, second)
    if one is None or other is None:
        return
    people = bool(_under_review(one) or _under_review(other))
    instead = "a review without 'edit' among its decisions only reads, or " if people else ""
    draft.wrong(
        (*other.path, "fields") if _under_review(other) else (*other.path, "writes", name),
        f"{one.name!r} and {other.name!r} run at once and both write {name!r}.",
        f"Let each write a field of its own, or {instead}declare under 'state': "
        f"{name}: {{type: …, merge: …}}.",
        at_key=not _under_review(other),
    )


def _writer(name: str, block: Block) -> Leaf | None:
    found = (each for each in leaves(block) if name in (*each.writes, *_under_review(each)))
    return next(found, None)


def _edited(block: Block) -> tuple[str, ...]:
    """The fields that a person may edit within a block."""
    return tuple(name for each in leaves(block) for name in _under_review(each))


def _under_review(leaf: Leaf) -> tuple[str, ...]:
    work = leaf.work
    can_edit = isinstance(work, ReviewWork) and "edit" in work.review.decisions
    return work.review.fields if isinstance(work, ReviewWork) and can_edit else ()
