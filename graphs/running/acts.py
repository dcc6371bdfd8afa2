"""A node's work as one coroutine: values in, update out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.runnables import RunnableConfig

from ...state.context import RunContext
from ...state.journal import DIRECT, Door

Values = Mapping[str, Any]  # Any: fields are of every type
Update = dict[str, Any]  # Any: as above


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a node is called with beside its values.

    ``correction`` says why a gate refused what the step made before; ``door`` leads to models,
    tools and everything else outside.
    """

    step: str
    context: RunContext
    config: RunnableConfig
    runtime: Any  # Any: LangGraph's Runtime, generic over the caller's own context
    correction: str = ""
    door: Door = DIRECT


Act = Callable[[Values, Call], Awaitable[Update]]
#: A synchronous function's work, for a caller that is synchronous too.
Direct = Callable[[Values, Call], Update]


def corrected(call: Call, reason: str) -> Call:
    """The call once more, with why its last result was refused."""
    return replace(call, correction=reason)
