"""Where a node's way goes on, as a value: a closed union that one pure function reads.

A flow is compiled backwards: each block is given what comes after it and gives back what it takes
to enter it. Conditions and loop checks become part of the way, and cost no step of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, assert_never

from ..state.definition.checks import case_text
from ..state.definition.expressions import Expression, compiled, names, parse, paths
from ..state.definition.flow import Branch, Each, Repeat
from ..state.errors import WriteError
from ..state.records import Choice, Decision, Verdict

Evaluate = Callable[[Mapping[str, object]], object]


@dataclass(frozen=True, kw_only=True)
class Go:
    """On to a node."""

    node: str


@dataclass(frozen=True, kw_only=True)
class End:
    """Nothing comes after."""


@dataclass(frozen=True, kw_only=True)
class Halt:
    """The end of the whole workflow, wherever this stands: somebody rejected."""


@dataclass(frozen=True, kw_only=True)
class Split:
    """Several ways at once."""

    ways: tuple[Way, ...]


@dataclass(frozen=True, kw_only=True)
class Pick:
    """One of several ways by the value of an expression; no case: ``otherwise``."""

    branch: Branch
    value: Evaluate
    cases: Mapping[str, Way]
    otherwise: Way


@dataclass(frozen=True, kw_only=True)
class Check:
    """A loop's end of a pass: once more through the ``body``, or ``after`` it."""

    repeat: Repeat
    until: Evaluate
    body: Body
    after: Way


@dataclass(frozen=True, kw_only=True)
class Spread:
    """To a node once for every item of a list; with no item, straight to ``none``."""

    each: Each
    over: Evaluate
    node: str
    none: Way


@dataclass(kw_only=True)
class Body:
    """A loop's body, which is known only after what leads back to it."""

    way: Way | None = None


Way = Go | End | Halt | Split | Pick | Check | Spread


@dataclass(frozen=True, kw_only=True)
class Onward:
    """A way as taken: the nodes, the maps to spread, loop counters, and choices to log."""

    nodes: list[str] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)


#: What stands before a map's name among the nodes of an Onward.
SPREAD = "*"


#: The channel that says that a graph came to a Halt, to the graph that it is part of.
HALTED = "dalsegno_halted"


def counter(loop: str) -> str:
    """The channel that counts a loop's passes."""
    return f"passes:{loop}"


def is_static(way: Way) -> bool:
    """Does it lead to the same nodes whatever the state?"""
    return isinstance(way, Go | End) or (
        isinstance(way, Split) and all(is_static(each) for each in way.ways)
    )


def nodes_of(way: Way) -> list[str]:
    """Every node that a way can lead to; a loop's body counts once."""
    found: list[str] = []
    seen: set[int] = set()

    def gather(one: Way) -> None:
        match one:
            case Go(node=node):
                found.append(node)
            case Spread(node=node, none=none):
                found.append(node)
                gather(none)
            case Split(ways=ways):
                for each in ways:
                    gather(each)
            case Pick(cases=cases, otherwise=otherwise):
                for each in (*cases.values(), otherwise):
                    gather(each)
            case Check(body=body, after=after):
                if id(body) not in seen and body.way is not None:
                    seen.add(id(body))
                    gather(body.way)
                gather(after)
            case End() | Halt():
                found.append("")
            case _:
                assert_never(one)

    gather(way)
    return list(dict.fromkeys(found))


def fields_of(way: Way) -> set[str]:
    """Every field and counter that finding the way may read."""
    found: set[str] = set()
    seen: set[int] = set()

    def gather(one: Way) -> None:
        match one:
            case Go() | End() | Halt():
                pass
            case Spread(each=spread, none=none):
                found.update(names(spread.over))
                gather(none)
            case Split(ways=ways):
                for each in ways:
                    gather(each)
            case Pick(branch=branch, cases=cases, otherwise=otherwise):
                found.update(names(branch.on))
                for each in (*cases.values(), otherwise):
                    gather(each)
            case Check(repeat=repeat, body=body, after=after):
                found.add(counter(repeat.name))
                if repeat.until is not None:
                    found.update(names(repeat.until))
                if id(body) not in seen and body.way is not None:
                    seen.add(id(body))
                    gather(body.way)
                gather(after)
            case _:
                assert_never(one)

    gather(way)
    return found


def follow(  # noqa: PLR0912  # a branch for each kind of way
    way: Way, values: Mapping[str, Any], onward: Onward
) -> None:
    """Take a way: it ends, since each loop's body begins with a node, and is total but for a map
    over a field of any type that holds no list, which the gate refuses.

    ``values`` are fields with their defaults, and loop counters. Any: fields are of every type.
    """
    match way:
        case Go(node=node):
            onward.nodes.append(node)
        case End():
            pass
        case Halt():
            onward.counters[HALTED] = 1
        case Split(ways=ways):
            for each in ways:
                follow(each, values, onward)
        case Pick(branch=branch, value=value, cases=cases, otherwise=otherwise):
            found = value(values)
            key = "true" if _is_if(branch) and found else case_text(found)
            chosen = cases.get(key)
            if branch.logged:
                onward.choices.append(_choice(branch, key, values, fell_back=chosen is None))
            follow(otherwise if chosen is None else chosen, values, onward)
        case Check(repeat=repeat, until=until, body=body, after=after):
            name = counter(repeat.name)
            passes = int(values.get(name) or 0) + 1
            if passes >= repeat.most or until(values):
                onward.counters[name] = 0
                follow(after, values, onward)
            else:
                onward.counters[name] = passes
                assert body.way is not None
                follow(body.way, values, onward)
        case Spread(each=each, over=over, none=none):
            found = over(values)
            if found is not None and not isinstance(found, list | tuple):
                raise WriteError(
                    f"The map {each.name!r} goes over {each.over.text!r}, which is "
                    f"{found!r:.60} and no list.",
                    fix="Write a list there, or declare the field as one.",
                )
            if found:
                onward.nodes.append(SPREAD + each.name)
            else:
                follow(none, values, onward)
        case _:
            assert_never(way)


def _is_if(branch: Branch) -> bool:
    return branch.path[-1:] == ("if",)


@lru_cache(maxsize=1024)
def _looked_at(on: Expression) -> tuple[tuple[str, str, Evaluate], ...]:
    """The paths that an expression reads: the field, the path as text, and its value."""
    texts = sorted(".".join(path) for path in paths(on))
    return tuple((text.partition(".")[0], text, compiled(parse(text))) for text in texts)


def _seen(on: Expression, values: Mapping[str, Any]) -> dict[str, object]:
    """What a decision was taken on. Of an object only what was looked at: the rest is nothing to
    keep for good. Our own records of decisions are kept whole, with their reasons."""
    found: dict[str, object] = {}
    for field_name, text, read in _looked_at(on):
        whole = values.get(field_name)
        if isinstance(whole, Decision | Verdict):
            found[field_name] = whole
        else:
            found[text] = read(values)
    return found


def _choice(branch: Branch, key: str, values: Mapping[str, Any], *, fell_back: bool) -> Choice:
    is_if = _is_if(branch)
    on = _seen(branch.on, values)
    decided = [each for each in on.values() if isinstance(each, Decision)]
    return Choice(
        # The branch after an agent's decision is the graph's own; the step is what was named.
        step=branch.name.partition(".")[0],
        on=branch.on.text,
        chosen=("true" if key == "true" else "false") if is_if else key,
        values=on,
        reason=decided[0].reason if decided else "",
        fell_back=fell_back and not is_if,
    )
