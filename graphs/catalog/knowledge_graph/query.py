"""Asking a finished graph: who is beside whom, by which way, and which sentence says so.

graph = Knowledge.read("knowledge.json")
graph.between("Anna Berg", "Beta")
"""

from __future__ import annotations

import re
from collections import Counter
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from ....nodes.same_names import stem_of, words_of
from ....state.errors import InputError, NotFoundError
from ....state.names import nearest
from .schema import Edge, Graph, Looked

if TYPE_CHECKING:
    from networkx import MultiDiGraph  # type: ignore[import-untyped]  # it ships no types

_NAMES = re.compile(r"[A-Z][\w&.'-]*(?: [A-Z][\w&.'-]*)*")
#: A question for whoever did something, and not for what somebody did ("What does X own?").
_SOUGHT = re.compile(
    r"\s*(?:who|what|which\s+\w+)\s+(?!(?:do|does|did|is\s+\w+\s+(?:of|by)|has|have|had)\b)",
    re.IGNORECASE,
)
#: An answer lists no more edges than somebody reads.
_MOST = 20


class Knowledge:
    """A graph to be asked. Names are taken in any of their spellings."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        said = [(name, each.name) for each in graph.entities for name in (*each.aliases, each.name)]
        meant = dict.fromkeys((stem_of(name), whose) for name, whose in said)
        times = Counter(stem for stem, _ in meant)
        # "Beta" is Beta GmbH where there is no other Beta.
        short = {stem: whose for stem, whose in meant if times[stem] == 1}
        self._called = {**short, **{words_of(name): whose for name, whose in said}}

    @classmethod
    def read(cls, path: str | Path) -> Knowledge:
        """The graph of a ``knowledge.json``.

        Raises:
            InputError: no such file, or it holds no graph.
        """
        try:
            return cls(Graph.model_validate_json(Path(path).read_bytes()))
        except (OSError, ValueError) as error:
            raise InputError(
                f"{str(path)!r} holds no graph: {str(error).splitlines()[0]}",
                fix="Give the knowledge.json that a run has written.",
            ) from error

    def named(self, name: str) -> str:
        """The entity that goes by a name.

        Raises:
            NotFoundError: none does; the nearest is named.
        """
        found = self._called.get(words_of(name))
        if found is None:
            known = [each for one in self.graph.entities for each in (one.name, *one.aliases)]
            raise NotFoundError(
                f"Nothing in the graph is called {name!r}{nearest(name, known)}.",
                fix="Take a name from the graph's entities.",
            )
        return found

    def about(self, name: str) -> tuple[Edge, ...]:
        """Every relation of an entity, in either direction."""
        wanted = self.named(name)
        return tuple(each for each in self.graph.edges if wanted in {each.subject, each.object})

    def neighbours(self, name: str) -> tuple[str, ...]:
        """The entities that one has a relation to, by name."""
        wanted = self.named(name)
        ends = {end for each in self.about(name) for end in (each.subject, each.object)}
        return tuple(sorted(ends - {wanted}))

    def between(self, one: str, other: str) -> tuple[Edge, ...]:
        """The shortest way from one entity to another, whatever the directions; () for none."""
        import networkx as nx

        graph = self.networkx().to_undirected(as_view=True)
        try:
            way = nx.shortest_path(graph, self.named(one), self.named(other))
        except nx.NetworkXNoPath:
            return ()
        return tuple(self._edge(a, b) for a, b in pairwise(way))

    def _edge(self, one: str, other: str) -> Edge:
        wanted = {one, other}
        return next(each for each in self.graph.edges if {each.subject, each.object} == wanted)

    def relations(
        self, predicate: str = "", *, subject: str | None = None, object: str | None = None
    ) -> tuple[Edge, ...]:
        """The relations with the words of ``predicate``, perhaps of one entity."""
        wanted = set(words_of(predicate))
        first = None if subject is None else self.named(subject)
        second = None if object is None else self.named(object)
        return tuple(
            each
            for each in self.graph.edges
            if wanted <= set(words_of(each.predicate))
            and first in {None, each.subject}
            and second in {None, each.object}
        )

    def ask(self, question: str) -> Looked:
        """What the graph says on the names in a question: two are a way, one is what it did.

        It is looked up and not understood: the words beside the names choose among the relations.
        """
        names = self._mentioned(question)
        if not names:
            note = f"The question names nobody in the graph{self._near(question)}."
            return Looked(question=question, note=note)
        if len(names) > 1:
            found = self.between(names[0], names[1])
            note = "" if found else f"No way leads from {names[0]!r} to {names[1]!r}."
            return Looked(question=question, edges=found, note=note)
        every = self.about(names[0])
        told = [each for each in every if _shares(each.predicate, question)]
        strangers = self._strangers(question)
        if strangers:
            note = f"{strangers[0]!r} is not in the graph. What is known of {names[0]!r}:"
            return Looked(question=question, edges=tuple(told or every)[:_MOST], note=note)
        if told and _SOUGHT.match(question):  # "Who owns X?" is about what is done to X
            done = [each for each in told if each.object == names[0]]
            if not done:
                note = f"Nothing says it. What is known of {names[0]!r}:"
                return Looked(question=question, edges=tuple(told)[:_MOST], note=note)
            told = done
        everything = f"Everything on {names[0]!r}: the question names none of its relations."
        note = "" if told else everything
        return Looked(question=question, edges=tuple(told or every)[:_MOST], note=note)

    def _mentioned(self, question: str) -> list[str]:
        """The entities that a question names, in its order; the longest names count first."""
        left = f" {' '.join(words_of(question))} "
        found: list[tuple[int, str]] = []
        for words in sorted(self._called, key=lambda each: -len(" ".join(each))):
            at = left.find(f" {' '.join(words)} ")
            if words and at >= 0:
                found.append((at, self._called[words]))
                size = len(" ".join(words))
                left = f"{left[: at + 1]}{'#' * size}{left[at + 1 + size :]}"
        return list(dict.fromkeys(name for _, name in sorted(found)))

    def _strangers(self, question: str) -> list[str]:
        """What a question writes as names, and nobody in the graph is called."""
        runs = _NAMES.findall(" ".join(question.split()[1:]))
        called = {word for words in self._called for word in words}
        return [run for run in runs if not called & set(words_of(run))]

    def _near(self, question: str) -> str:
        runs = _NAMES.findall(question)
        near = (nearest(run, [each.name for each in self.graph.entities]) for run in runs)
        return next((each for each in near if each), "")

    def networkx(self) -> MultiDiGraph:
        """The graph for NetworkX, with all its algorithms."""
        import networkx as nx

        made = nx.MultiDiGraph()
        for entity in self.graph.entities:
            aliases = "; ".join(entity.aliases)
            made.add_node(entity.name, type=entity.type, aliases=aliases, mentions=entity.mentions)
        for edge in self.graph.edges:
            made.add_edge(edge.subject, edge.object, key=edge.predicate, **_attributes(edge))
        return made

    def graphml(self) -> bytes:
        """The graph as GraphML."""
        import networkx as nx

        written = BytesIO()
        nx.write_graphml(self.networkx(), written, named_key_ids=True)
        return written.getvalue()


def _attributes(edge: Edge) -> dict[str, str]:
    """What GraphML can hold of an edge: texts, and none that is missing."""
    given = {
        "predicate": edge.predicate,
        "when": edge.when,
        "amount": edge.amount,
        "evidence": edge.evidence[0].sentence,
        "places": "; ".join(each.cited for each in edge.evidence),
    }
    return {name: value for name, value in given.items() if value}


def _shares(predicate: str, question: str) -> bool:
    """Whether a question uses a word of a predicate, in some form of it."""
    small = {"of", "in", "on", "a", "is", "was", "by", "for", "with", "to"}
    asked = {each[:4] for each in words_of(question)}
    return any(each[:4] in asked for each in words_of(predicate) if each not in small)
