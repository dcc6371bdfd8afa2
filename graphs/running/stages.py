"""One stage of a line: a part of a batch at a time, each item by function or agent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, get_origin, get_type_hints

from langgraph.errors import GraphBubbleUp

from ...state.definition.expressions import evaluate
from ...state.definition.flow import StageWork
from ...state.definition.policies import ErrorHandling
from ...state.definition.signatures import Signature, signature_of
from ...state.errors import WriteError, spending
from .acts import Act, Call, Update, Values
from .agents import Agents, answer_schema
from .failing import is_tried_again, noted
from .functions import function_acts
from .inner import Limit


def stage_act(work: StageWork, name: str, agents: Agents, handling: ErrorHandling) -> Act:
    """A batch through one stage. Batches take a stage in turn; items that its logic leaves out
    pass through unchanged."""
    turn = Limit(1)
    isolated = work.rules.error_isolation and work.stage.rollback_strategy == "keep"

    async def act(values: Values, call: Call) -> Update:
        before: list[Any] = list(values[work.item] or ())
        try:
            async with turn():
                items, usage = await through(before, values, call)
        except GraphBubbleUp:
            raise
        except Exception as error:
            if not isolated or is_tried_again(error, handling, call):
                raise
            return noted({name: before}, error, call.step, "isolate")
        return {name: items, **({"usage": usage} if usage else {})}

    async def through(
        before: list[Any], values: Values, call: Call
    ) -> tuple[list[Any], tuple[Any, ...]]:
        items, usage = list(before), ()
        chosen = [n for n, item in enumerate(items) if _is_for(work, item)]
        size = work.stage.batch_size or len(chosen) or 1
        for start in range(0, len(chosen), size):
            some = chosen[start : start + size]
            with spending(usage):
                made, spent = await _made(work, [items[n] for n in some], values, call, agents)
            usage = (*usage, *spent)
            for n, result in zip(some, made, strict=True):
                items[n] = result
        return items, usage

    return act


def _is_for(work: StageWork, item: object) -> bool:
    return work.logic is None or bool(evaluate(work.logic, {"item": item}))


async def _made(
    work: StageWork, items: Sequence[Any], values: Values, call: Call, agents: Agents
) -> tuple[list[Any], tuple[Any, ...]]:
    shared = {name: value for name, value in values.items() if name != work.item}
    if work.agent is not None and work.agent.function is None:
        return await _asked(work, items, shared, call, agents)
    function = work.function if work.agent is None else work.agent.function
    signature = signature_of(function)
    act, _ = function_acts(function, writes={"made": Any}, state_class=None)
    whole = _whole(signature, shared)
    if whole is not None:
        made = (await act({**shared, whole: list(items)}, call))["made"]
        if not isinstance(made, list | tuple) or len(made) != len(items):
            raise WriteError(
                f"The stage {call.step!r} was given {len(items)} items and returned {made!r:.60}.",
                fix="Return a list with one result for each item, in their order.",
                node=call.step,
            )
        return list(made), ()
    free = [name for name in signature.parameters if name not in shared]
    key = free[0] if free else "item"
    results = await asyncio.gather(
        *(act(_given(signature, shared, key, one), call) for one in items)
    )
    return [each["made"] for each in results], ()


def _whole(signature: Signature, shared: Values) -> str | None:
    """The parameter that takes a whole batch: called so, or the free one annotated as a list."""
    for name in ("batch", "items"):
        if name in signature.parameters:
            return name
    free = [name for name in signature.parameters if name not in shared]
    hint = get_type_hints(signature.call).get(free[0]) if len(free) == 1 else None
    return free[0] if (get_origin(hint) or hint) is list else None


def _given(signature: Any, shared: Values, key: str, item: object) -> Values:
    """What one item's call reads; a function that takes a mapping gets the item itself."""
    if signature.takes != "fields" and isinstance(item, dict):
        return item
    return {**shared, key: item}


async def _asked(
    work: StageWork, items: Sequence[Any], shared: Values, call: Call, agents: Agents
) -> tuple[list[Any], tuple[Any, ...]]:
    assert work.agent is not None
    agent = work.agent
    kind: object = str
    if agent.output is not None and isinstance(agent.output, type):
        kind = agent.output
    schema, read = answer_schema({"made": kind}, entry=None)

    async def one(item: object) -> Update:
        material = {**shared, "item": item}
        return await agents.ask(agent, work.stage.task, schema, read, material, call)

    answers = await asyncio.gather(*(one(item) for item in items))
    usage = tuple(row for answer in answers for row in answer.get("usage", ()))
    return [answer["made"] for answer in answers], usage
