"""A resolved flow as nodes, ways and joins: backwards, each block given what comes after it.

Pure: nothing here knows LangGraph. ``Plan`` is what is then built, and what a proof walks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..state.definition.checks import leaves
from ..state.definition.expressions import compiled, parse
from ..state.definition.flow import (
    Block,
    Branch,
    Each,
    EscalateWork,
    Leaf,
    NestedWork,
    NoWork,
    Order,
    Repeat,
    Resolved,
    ReviewWork,
    Sequence,
)
from ..state.records import Verdict
from .continuations import HALTED, Body, Check, End, Go, Halt, Pick, Split, Spread, Way
from .gate import Exit


@dataclass(frozen=True, kw_only=True)
class Join:
    """A node that begins when all of ``ends`` have ended."""

    ends: tuple[str, ...]
    node: str


@dataclass(kw_only=True)
class Plan:
    """A graph before it is LangGraph's.

    ``leaves`` are the nodes, ``items`` and ``collects`` those of maps; ``exits`` says where each
    leads, and ``joins`` where several do together.
    """

    begin: Way = field(default_factory=End)
    leaves: dict[str, Leaf] = field(default_factory=dict)
    #: A map's node for one item: its body's one leaf, or a graph of its own.
    items: dict[str, Each] = field(default_factory=dict)
    collects: dict[str, Each] = field(default_factory=dict)
    exits: dict[str, Exit] = field(default_factory=dict)
    joins: list[Join] = field(default_factory=list)
    loops: list[str] = field(default_factory=list)
    #: Can a rejection end it, and can that happen while other steps wait for their turn?
    halts: bool = False
    halting: bool = False
    #: Do some of its steps run at once?
    at_once: bool = False


def plan(flow: Block, *, stops: frozenset[str]) -> Plan:
    """The plan of a flow. ``stops`` are the reviews whose rejection ends it."""
    made = Plan()
    made.begin = _Planner(made, stops).enter(flow, End())
    made.halting = made.halts and made.at_once
    return made


class _Planner:
    def __init__(self, made: Plan, stops: frozenset[str]) -> None:
        self._plan = made
        self._stops = stops

    def enter(self, block: Block, after: Way) -> Way:
        """The way into a block that goes on to ``after``."""
        match block:
            case Leaf():
                return self._leaf(block, after)
            case Sequence(steps=steps):
                for each in reversed(steps):
                    after = self.enter(each, after)
                return after
            case Order():
                return self._order(block, after)
            case Branch():
                return self._branch(block, after)
            case Repeat():
                return self._repeat(block, after)
            case Each():
                return self._each(block, after)

    def _leaf(self, leaf: Leaf, after: Way) -> Way:
        self._plan.leaves[leaf.name] = leaf
        failed = None
        strategy = leaf.handling.fallback_strategy
        if leaf.fallback is not None:
            failed = self.enter(leaf.fallback, after)
        elif strategy == "skip":
            failed = after
        elif leaf.escalation is not None:
            failed = self._escalation(leaf, after)
        if self._halts(leaf):
            self._plan.halts = True
            nested = isinstance(leaf.work, NestedWork)
            on = HALTED if nested else f"{leaf.name}.type"
            after = _only_for(on, ("0",) if nested else GOING_ON, leaf.name, after)
        self._plan.exits[leaf.name] = Exit(after=after, failed=failed)
        return Go(node=leaf.name)

    def _halts(self, leaf: Leaf) -> bool:
        """Can a rejection at the node end the workflow?"""
        if isinstance(leaf.work, NestedWork):
            return can_halt(leaf.work.workflow)
        return isinstance(leaf.work, ReviewWork) and leaf.name in self._stops

    def _escalation(self, leaf: Leaf, after: Way) -> Way:
        """A person is shown the failure: approve tries again, edit gives the result."""
        name = leaf.escalation
        assert name is not None
        self._plan.leaves[name] = Leaf(
            name=name,
            work=EscalateWork(step=leaf.name),
            reads=("failures", *leaf.writes),
            writes={name: Verdict, **leaf.writes},
            path=leaf.path,
        )
        again = _pick(f"{leaf.name}.again", f"{name}.type", {"approve": Go(node=leaf.name)}, after)
        self._plan.exits[name] = Exit(after=again)
        return Go(node=name)

    def _branch(self, branch: Branch, after: Way) -> Way:
        cases: dict[str, Way] = {}
        for case in branch.cases:
            way = self.enter(case.block, after)
            cases.update(dict.fromkeys(case.values, way))
        shared = next((case for case in branch.cases if case.block is branch.fallback), None)
        if shared is not None:
            otherwise = cases[shared.values[0]]
        elif branch.fallback is None:
            otherwise = after
        else:
            otherwise = self.enter(branch.fallback, after)
        return Pick(branch=branch, value=compiled(branch.on), cases=cases, otherwise=otherwise)

    def _repeat(self, repeat: Repeat, after: Way) -> Way:
        body = Body()
        self._plan.loops.append(repeat.name)
        until = _never if repeat.until is None else compiled(repeat.until)
        if repeat.asks is not None:
            # Whoever only asks, for as long as may be, has decided nothing.
            after = _only_for(f"{repeat.asks}.type", DECIDED, repeat.name, after)
        check = Check(repeat=repeat, until=until, body=body, after=after)
        way = self.enter(repeat.body, check)
        # A pass without a node would go round for ever at one edge.
        body.way = self._through(f"{repeat.name}.pass", way) if can_pass(repeat.body) else way
        return body.way

    def _through(self, name: str, way: Way) -> Go:
        """The way, by a node where nothing happens."""
        taken, count = name, 1
        while name in self._plan.exits:  # a step and a list of steps may have one name
            count += 1
            name = f"{taken}.{count}"
        self._plan.leaves[name] = _nothing(name)
        self._plan.exits[name] = Exit(after=way)
        return Go(node=name)

    def _order(self, order: Order, after: Way) -> Way:
        self._plan.at_once = True
        needed = {need for member in order.members for need in member.needs}
        ends: dict[str, str] = {}
        entries: dict[str, Way] = {}
        for member in order.members:
            ends[member.name], entries[member.name] = self._member(order, member.name, member.block)
        for member in order.members:
            if member.needs:
                begin = self._at_node(f"{order.name}.{member.name}.begin", entries[member.name])
                self._plan.joins.append(
                    Join(ends=tuple(ends[need] for need in member.needs), node=begin)
                )
        last = tuple(ends[each.name] for each in order.members if each.name not in needed)
        if not isinstance(after, End):
            node = self._at_node(f"{order.name}.join", after)
            self._plan.joins.append(Join(ends=last, node=node))
        first = tuple(entries[each.name] for each in order.members if not each.needs)
        return first[0] if len(first) == 1 else Split(ways=first)

    def _member(self, order: Order, name: str, block: Block) -> tuple[str, Way]:
        """The node at which a part of an order ends, and the way into the part."""
        last = block.steps[-1] if isinstance(block, Sequence) else block
        if isinstance(last, Leaf) and self._is_plain(last):
            return last.name, self.enter(block, End())
        end = self._through(f"{order.name}.{name}.end", End())
        return end.node, self.enter(block, end)

    def _is_plain(self, leaf: Leaf) -> bool:
        """Does the node have one way on, whatever happens in it?"""
        handled = leaf.handling.fallback_strategy in {"skip", "escalate"}
        return leaf.fallback is None and not handled and not self._halts(leaf)

    def _at_node(self, name: str, way: Way) -> str:
        """The node that a way leads to in any case; otherwise one from which it is taken."""
        if isinstance(way, Go):
            return way.node
        return self._through(name, way).node

    def _each(self, each: Each, after: Way) -> Way:
        self._plan.collects[each.name] = each
        self._plan.exits[each.name] = Exit(after=after)
        collect = Go(node=each.name)
        node = item_node(each)
        self._plan.items[node] = each
        self._plan.exits[node] = Exit(after=collect)
        return Spread(each=each, over=compiled(each.over), node=node, none=collect)


def item_node(each: Each) -> str:
    """The node that does one item: named like the body's one step, where it has only one."""
    body = each.body
    return body.name if isinstance(body, Leaf) and is_single(each) else f"{each.name}.item"


def is_single(each: Each) -> bool:
    """Is the body one node, which needs no graph of its own?"""
    body = each.body
    return (
        isinstance(body, Leaf)
        and body.fallback is None
        and body.handling.fallback_strategy in {"fail", "substitute"}
        and not isinstance(body.work, ReviewWork | NestedWork)
        and not (each.chunk or each.limit or each.isolate)
    )


def can_halt(resolved: Resolved) -> bool:
    """Can a rejection end the workflow: at a review of its own, or of one that it nests?"""
    return bool(resolved.stops) or any(
        can_halt(leaf.work.workflow)
        for leaf in leaves(resolved.flow)
        if isinstance(leaf.work, NestedWork)
    )


#: The decisions after which a review goes on, where a rejection ends the workflow.
GOING_ON = ("approve", "edit", "respond")
#: Those that decide it.
DECIDED = ("approve", "edit", "reject")


def _only_for(text: str, values: tuple[str, ...], name: str, after: Way) -> Way:
    """On to ``after`` for those values of an expression, and otherwise to no more."""
    return _pick(f"{name}.stop", text, dict.fromkeys(values, after), Halt())


def _pick(name: str, text: str, cases: Mapping[str, Way], otherwise: Way) -> Pick:
    """A choice of the graph's own, which is not logged."""
    on = parse(text)
    branch = Branch(name=name, on=on, cases=(), fallback=None, path=(), logged=False)
    return Pick(branch=branch, value=compiled(on), cases=cases, otherwise=otherwise)


def can_pass(block: Block) -> bool:
    """Can a block be gone through without a node?"""
    match block:
        case Leaf() | Order() | Each() | Repeat():
            return False
        case Sequence(steps=steps):
            return all(can_pass(each) for each in steps)
        case Branch(cases=cases, fallback=fallback):
            return fallback is None or can_pass(fallback) or any(can_pass(c.block) for c in cases)


def _never(_: object) -> bool:
    return False


def _nothing(name: str) -> Leaf:
    return Leaf(name=name, work=NoWork(), reads=(), writes={}, path=())
