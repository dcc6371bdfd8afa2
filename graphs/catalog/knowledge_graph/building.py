"""Building the graph from named facts, without a model, and writing it as files."""

import re
from collections import defaultdict
from collections.abc import Sequence

from langgraph.runtime import Runtime

from ....nodes.blocking import in_thread
from ....nodes.output import run_directory
from ....nodes.run_context import context_of
from ....state.context import RunContext
from ...leaving import write_files
from .naming import merged, renamed
from .query import Knowledge
from .schema import Edge, Entity, Fact, Graph, State

#: This happens once: two days or two places of it are a contradiction, to be told.
_ONCE = re.compile(r"(founded|established|incorporated|born) (?:on|in)")


async def build(state: State) -> dict[str, object]:
    """The graph: the same facts and decisions always give the same one."""
    return await in_thread(_built, state)


def _built(state: State) -> dict[str, object]:
    entities, called, decided = merged(state)
    edges = _edges(renamed(state.facts, called))
    notes = (*state.load_notes, *state.told, *decided, *_contradictions(edges))
    by_name = {each.name: each for each in entities}
    used = {name for each in edges for name in (each.subject, each.object)}
    kept = [by_name[name] for name in sorted(by_name) if name in used or _is_telling(by_name[name])]
    if not edges:
        notes = (*notes, "No sentence states a relation between two names.")
    outcome = "nothing_found" if not edges else "built_after_review" if state.merges else "built"
    graph = Graph(entities=tuple(kept), edges=edges)
    return {
        "graph": graph,
        "names": tuple(str(each) for each in graph.entities),
        "relations": tuple(str(each) for each in graph.edges),
        "notes": notes,
        "outcome": outcome,
    }


def _is_telling(entity: Entity) -> bool:
    """Whether a name without relations is worth a node: a full name, or one said again."""
    if entity.type in {"date", "amount"}:
        return False
    return " " in entity.name or entity.mentions > 1


def _edges(facts: Sequence[Fact]) -> tuple[Edge, ...]:
    """One edge for each relation, with every sentence that states it."""
    found: dict[tuple[str, str, str], list[Fact]] = defaultdict(list)
    for each in facts:
        found[each.subject, each.predicate.strip().lower(), each.object].append(each)
    return tuple(
        Edge(
            subject=subject,
            predicate=predicate,
            object=other,
            when=next((each.when for each in told if each.when), None),
            amount=next((each.amount for each in told if each.amount), None),
            evidence=tuple(dict.fromkeys(each.place for each in told)),
        )
        for (subject, predicate, other), told in sorted(found.items())
    )


def _contradictions(edges: Sequence[Edge]) -> list[str]:
    said: dict[tuple[str, str, bool], list[Edge]] = defaultdict(list)
    for each in edges:
        if once := _ONCE.fullmatch(each.predicate):
            said[each.subject, once[1], each.object[:1].isdigit()].append(each)
    return [
        f"The documents contradict each other: {subject} was {what} "
        + " and ".join(_told(each) for each in several)
        + "."
        for (subject, what, _), several in said.items()
        if len(several) > 1 and not _agree([each.object for each in several])
    ]


def _agree(days: Sequence[str]) -> bool:
    """Whether each is only a shorter form of the longest: a year and a day in it."""
    longest = max(days, key=len)
    return all(longest.startswith(each) for each in days)


def _told(edge: Edge) -> str:
    preposition = edge.predicate.split()[-1]
    return f"{preposition} {edge.object} ({edge.evidence[0].cited})"


def write(state: State, runtime: Runtime[RunContext]) -> dict[str, object]:
    """The graph as GraphML, which other tools open, and as JSON, which keeps all of it."""
    assert state.graph is not None  # the step before made it
    files: dict[str, str | bytes] = {
        "knowledge.graphml": Knowledge(state.graph).graphml(),
        "knowledge.json": state.graph.model_dump_json(indent=1),
    }
    return {"artifacts": tuple(write_files(run_directory(context_of(runtime), state.out), files))}


async def look_up(graph: Graph, question: str) -> dict[str, object]:
    """The answer to the run's question, from the graph alone."""
    found = await in_thread(lambda: Knowledge(graph).ask(question))
    return {"answer": (*map(str, found.edges), *([found.note] if found.note else []))}


async def close(state: State) -> dict[str, object]:
    """The merges were rejected: nothing is written, and what was read is told."""
    said = state.merges.message if state.merges else ""
    note = f"Rejected{f': {said}' if said else '.'}"
    return {"outcome": "rejected", "notes": (*state.load_notes, *state.told, note)}


async def tell_more(state: State) -> dict[str, object]:
    """For a reviewer's question: every sentence on the names that it mentions."""
    asked = state.merges.message if state.merges else ""
    lines = []
    for each in state.entities:
        names = (each.name, *each.aliases)
        if any(name.lower() in asked.lower() for name in names):
            own = [fact for fact in state.facts if {fact.subject, fact.object} & set(names)]
            places = dict.fromkeys([each.first, *(fact.place for fact in own)])
            lines += [f"{each.name}: {place.sentence} ({place.cited})" for place in places]
    said = "\n".join(lines[:20]) or "The question mentions none of the names."
    return {"reply": said}
