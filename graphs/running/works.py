"""Each kind of work as what a node does, gates, deadline and failures around it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, assert_never

from langgraph.types import RetryPolicy

from ...state.definition.checks import leaves
from ...state.definition.flow import (
    AgentWork,
    AssignedWork,
    DecideWork,
    EscalateWork,
    FunctionWork,
    Leaf,
    NestedWork,
    NoWork,
    PlanWork,
    Resolved,
    ReviewWork,
    SpeakWork,
    StageWork,
    TurnWork,
)
from .acts import Act, Call, Direct, Update, Values
from .agents import Agents
from .caching import cached
from .checking import gated, used
from .failing import counted, handled, retry_policy, undecided, within
from .functions import function_acts
from .inner import nested_act
from .people import escalation_act, review_act, review_form
from .stages import stage_act

if TYPE_CHECKING:
    from ...nodes.tools import Tool
    from ..fields import Fields


class Works:
    """Makes the work of a workflow's leaves."""

    def __init__(
        self,
        resolved: Resolved,
        tools: Mapping[str, Tool],
        fields: Fields,
        schemas: list[type[Any]],  # Any: made at run time
    ) -> None:
        self._resolved = resolved
        self._fields = fields
        #: Where the state schemas of graphs within are noted.
        self._schemas = schemas
        self._agents = Agents(tools, select=resolved.context_engineering)

    def of(self, leaf: Leaf) -> tuple[Act, Direct | None]:
        """A leaf's work with everything around it; directly too, where nothing is."""
        act, direct = self._bare(leaf)
        gates = tuple(used(each, self._resolved.gates) for each in leaf.gates)
        handling = leaf.handling.fallback_strategy in {None, "fail"}
        plain = not gates and leaf.timeout is None and leaf.fallback is None and handling
        plain = plain and leaf.cache is None
        kinds = {name: each.annotation for name, each in self._fields.specs.items()}
        types = {**kinds, **leaf.writes}

        def guarded(bare: Act) -> Act:
            return within(gated(bare, leaf, gates, types), leaf.timeout)

        substitute = self._substitute(leaf)
        stand_in = None if substitute is None else guarded(substitute)
        kept = cached(guarded(act), leaf, self._resolved.name)
        around = handled(counted(kept, leaf.handling), leaf, stand_in)
        return around, direct if plain else None

    def retry(self, leaf: Leaf) -> RetryPolicy | None:
        """How LangGraph tries the leaf again; a person is not asked twice."""
        if isinstance(leaf.work, ReviewWork | EscalateWork | NoWork):
            return None
        if isinstance(leaf.work, NestedWork) and holds_reviews(leaf.work.workflow):
            return None  # a second try begins at its first step, and would ask again
        return retry_policy(leaf.handling)

    def writable(self, leaf: Leaf) -> dict[str, object]:
        """The fields that a leaf may write: at a review those under review too."""
        found = dict(leaf.writes)
        if isinstance(leaf.work, ReviewWork):
            found |= dict.fromkeys(leaf.work.review.fields)
        return found

    def _substitute(self, leaf: Leaf) -> Act | None:
        work = leaf.work
        if not isinstance(work, AgentWork) or work.substitute is None:
            return None
        stand_in = dataclasses.replace(work, agent=work.substitute, substitute=None)
        return self._agents.work(stand_in, leaf.writes)

    def _bare(self, leaf: Leaf) -> tuple[Act, Direct | None]:
        work = leaf.work
        if isinstance(work, FunctionWork):
            return function_acts(
                work.function, writes=leaf.writes, state_class=self._resolved.state_class
            )
        if isinstance(work, ReviewWork):
            form = self._form(leaf.name, work.review.fields)
            return review_act(leaf, work, form, self._resolved.state_class)
        return self._act(leaf), None

    def _act(self, leaf: Leaf) -> Act:  # noqa: PLR0911  # a return for each kind of work
        work, agents = leaf.work, self._agents
        match work:
            case AgentWork():
                return agents.work(work, leaf.writes)
            case DecideWork():
                return undecided(agents.decide(work, leaf.name), leaf)
            case PlanWork():
                return agents.plan(work, leaf.name)
            case AssignedWork():
                return agents.assigned(work, leaf.writes)
            case TurnWork():
                return agents.turn(work, leaf.name)
            case SpeakWork():
                return agents.speak(work)
            case EscalateWork() | NestedWork() | StageWork():
                return self._other(leaf, work)
            case NoWork() | FunctionWork() | ReviewWork():
                return _nothing
            case _:
                assert_never(work)

    def _other(self, leaf: Leaf, work: EscalateWork | NestedWork | StageWork) -> Act:
        match work:
            case EscalateWork():
                fields = tuple(name for name in leaf.writes if name != leaf.name)
                return escalation_act(leaf, work, self._form(leaf.name, fields))
            case NestedWork():
                from ..compiler import inner_graph_of

                graph = inner_graph_of(work.workflow)
                self._schemas += graph.schemas
                return nested_act(work, graph)
            case StageWork():
                return stage_act(work, leaf.name, self._agents, leaf.handling)
            case _:
                assert_never(work)

    def _form(self, name: str, fields: tuple[str, ...]) -> Any:  # Any: a model made at run time
        types = {each: spec.annotation for each, spec in self._fields.specs.items()}
        return review_form(name, fields, types)


def holds_reviews(resolved: Resolved) -> bool:
    """Does a person decide within a workflow, or within one that it nests?"""
    return any(
        isinstance(leaf.work, ReviewWork)
        or (isinstance(leaf.work, NestedWork) and holds_reviews(leaf.work.workflow))
        for leaf in leaves(resolved.flow)
    )


async def _nothing(_: Values, __: Call) -> Update:
    return {}
