"""A resolved flow as the graph that is drawn: its steps, and of the wiring between them only what
a reader needs.

LangGraph's own description knows nodes, and where each may lead. Which case leads there, and what
is repeated for every item, stands in the flow; places where ways only meet are drawn as dots, or
not at all where a line says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from langchain_core.runnables.graph import Edge, Graph, Node

from ...state.definition.checks import values_of
from ...state.definition.expressions import check
from ...state.definition.flow import (
    AgentWork,
    AssignedWork,
    Block,
    Branch,
    DecideWork,
    Each,
    EscalateWork,
    Leaf,
    NestedWork,
    NoWork,
    Order,
    PlanWork,
    Repeat,
    Resolved,
    ReviewWork,
    Sequence,
    SpeakWork,
    StageWork,
    TurnWork,
)
from .contracting import Line, contracted

START, END = "__start__", "__end__"


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """What is drawn. A group's nodes have its name and a colon before theirs."""

    name: str
    graph: Graph


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a block stands: the group, the fields that it sees, and what a rejection leads to."""

    group: str
    types: Mapping[str, object]
    end: str


def sketch(resolved: Resolved) -> Sketch:
    """The graph that shows a workflow."""
    made = _Sketcher(stops=resolved.stops)
    made.nodes[START] = made.nodes[END] = ""
    place = _Place(group="", types=resolved.scope.types, end=END)
    made.line(START, made.enter(resolved.flow, END, place))
    lines = contracted(made.lines, made.dots)
    order = _forwards(lines, made.nodes)
    lines.sort(key=lambda each: order.index(each.source))
    graph = Graph(
        nodes={id: Node(id, id.rpartition(":")[2], None, {"kind": made.nodes[id]}) for id in order},
        edges=[Edge(each.source, each.target, each.label, each.maybe) for each in lines],
    )
    return Sketch(name=resolved.name, graph=graph)


def _forwards(lines: Iterable[Line], nodes: Iterable[str]) -> list[str]:
    """The nodes as one comes upon them; a flow is made backwards. Dots that are gone are not."""
    onwards: dict[str, list[str]] = {}
    for each in lines:
        onwards.setdefault(each.source, []).append(each.target)
    found, next_ = {START: None}, [START]
    while next_:
        fresh = [t for id in next_ for t in onwards.get(id, ()) if t not in found]
        next_ = list(dict.fromkeys(fresh))
        found |= dict.fromkeys(next_)
    kept = [id for id in nodes if id not in found and not _is_dot(id)]
    return [*found, *kept]


def _is_dot(id: str) -> bool:
    return id.rpartition(":")[2].startswith(".")


@dataclass(kw_only=True)
class _Sketcher:
    """One sketch being made, backwards: a block is given what comes after it, and gives what is
    entered first."""

    stops: frozenset[str]
    nodes: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    #: The dots that are drawn only where they must be.
    dots: list[str] = field(default_factory=list)

    def enter(self, block: Block, after: str, place: _Place) -> str:
        match block:
            case Leaf():
                return self._leaf(block, after, place)
            case Sequence(steps=steps):
                for each in reversed(steps):
                    after = self.enter(each, after, place)
                return after
            case Order():
                return self._order(block, after, place)
            case Branch():
                return self._branch(block, after, place)
            case Repeat():
                return self._repeat(block, after, place)
            case Each():
                return self._each(block, after, place)

    def line(self, source: str, target: str, label: str = "", *, maybe: bool = False) -> None:
        self.lines.append(Line(source=source, target=target, label=label, maybe=maybe))

    def _dot(self, place: _Place) -> str:
        id = f"{place.group}.{len(self.nodes)}"
        self.dots.append(id)
        self.nodes[id] = "dot"
        return id

    def _leaf(self, leaf: Leaf, after: str, place: _Place) -> str:
        id = f"{place.group}{leaf.name}"
        if isinstance(leaf.work, NoWork):
            id = self._dot(place)
        else:
            self.nodes[id] = _kind(leaf)
        stops = isinstance(leaf.work, ReviewWork) and leaf.name in self.stops
        self.line(id, after, maybe=stops)
        if stops:
            self.line(id, place.end, "reject", maybe=True)
        if leaf.fallback is not None:
            self.line(id, self.enter(leaf.fallback, after, place), "fails", maybe=True)
        elif leaf.handling.fallback_strategy == "skip":
            self.line(id, after)
        elif leaf.escalation is not None:
            person = f"{place.group}{leaf.escalation}"
            self.nodes[person] = "review"
            self.line(id, person, "fails", maybe=True)
            self.line(person, id, "again", maybe=True)
            self.line(person, after, "edit", maybe=True)
        return id

    def _branch(self, branch: Branch, after: str, place: _Place) -> str:
        dot = self._dot(place)
        is_if = branch.path[-1:] == ("if",)
        ours = branch.name.rpartition(".")[2] in _OURS  # the steps are named for their cases
        entries: list[tuple[Block, str]] = []
        for case in branch.cases:
            entry = self.enter(case.block, after, place)
            entries.append((case.block, entry))
            label = branch.on.text if is_if else ", ".join(case.values)
            self.line(dot, entry, "" if ours else label, maybe=True)
        said = {value for case in branch.cases for value in case.values}
        if branch.fallback is None:
            label = "else" if is_if else _OURS.get(branch.name.rpartition(".")[2], "otherwise")
            if is_if or (label and not _covers(said, branch, place.types)):
                self.line(dot, after, label, maybe=True)
            return dot
        shared = next((entry for block, entry in entries if block is branch.fallback), None)
        entry = self.enter(branch.fallback, after, place) if shared is None else shared
        self.line(dot, entry, "else" if is_if else "otherwise", maybe=True)
        return dot

    def _repeat(self, repeat: Repeat, after: str, place: _Place) -> str:
        asked = _question(repeat)
        if asked is not None:
            review, answer = asked
            id = self.enter(review, after, place)
            self.line(id, self.enter(answer, id, place), "respond", maybe=True)
            return id
        check_ = self._dot(place)
        entry = self.enter(repeat.body, check_, place)
        self.line(check_, entry, "again", maybe=True)
        self.line(check_, after, "done", maybe=True)
        return entry

    def _order(self, order: Order, after: str, place: _Place) -> str:
        join, fork = self._dot(place), self._dot(place)
        needed = {need for member in order.members for need in member.needs}
        ends = {member.name: self._dot(place) for member in order.members}
        for member in order.members:
            entry = self.enter(member.block, ends[member.name], place)
            for need in member.needs:
                self.line(ends[need], entry)
            if not member.needs:
                self.line(fork, entry)
            if member.name not in needed:
                self.line(ends[member.name], join)
        self.line(join, after)
        return fork

    def _each(self, each: Each, after: str, place: _Place) -> str:
        inside = replace(place, group=f"{place.group}{each.name}:", types=each.scope.types)
        collect, spread = self._dot(inside), self._dot(place)
        self.line(collect, after)
        entry = self.enter(each.body, collect, replace(inside, end=collect))
        if entry in self.dots:  # several ways lead on: from here, and not from outside
            self.dots.remove(entry)
        what = each.item if each.chunk is None else f"{each.item} of {each.chunk}"
        self.line(spread, entry, f"each {what} in {each.over.text}")
        return spread


def _question(repeat: Repeat) -> tuple[Leaf, Block] | None:
    """A review that answers questions, and what answers them; it is asked again after that."""
    match repeat.body:
        case Sequence(steps=(Leaf(work=ReviewWork()) as review, Branch() as asked)):
            if repeat.name == f"{review.name}.questions":
                return review, asked.cases[0].block
    return None


#: Branches that no definition names, and what no case means there; of teams it cannot be.
_OURS = {"speaker": "nobody", "worker": ""}


def _covers(said: set[str], branch: Branch, types: Mapping[str, object]) -> bool:
    possible = values_of(check(branch.on, types))
    return possible is not None and said.issuperset(possible)


def _kind(leaf: Leaf) -> str:
    """What a node is shown as; a step's own metadata may say it."""
    own = leaf.metadata.get("kind")
    if isinstance(own, str):
        return own
    match leaf.work:
        case ReviewWork() | EscalateWork():
            return "review"
        case NestedWork():
            return "workflow"
        case (
            AgentWork(agent=agent)
            | DecideWork(agent=agent)
            | PlanWork(agent=agent)
            | AssignedWork(agent=agent)
            | SpeakWork(agent=agent)
            | TurnWork(manager=agent)
            | StageWork(agent=agent)
        ):
            return "model" if agent is not None and agent.function is None else "step"
        case _:
            return "step"
