"""The shape of a compiled graph from anywhere, as plain data: by it a changed graph is known.

What it does is known by the names of its functions only. They are written so that a graph is the
same when its file runs as a script, with ``-m``, or is imported by a worker.
"""

from __future__ import annotations

import functools
import re
import sys
from pathlib import PurePath
from typing import Any, get_args, get_origin

from langchain_core.runnables import Runnable, RunnableLambda, RunnableSequence
from langgraph._internal._runnable import RunnableCallable, RunnableSeq
from langgraph.constants import START
from langgraph.graph.state import CompiledStateGraph, StateGraph
from langgraph.pregel import Pregel

#: Where an object lies in memory, as its text has it: another place in another process.
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def shape_of(graph: Pregel[Any, Any, Any, Any]) -> dict[str, object]:  # Any: a graph's own schemas
    """Its nodes and what each runs, its edges, its channels and their types."""
    found: dict[str, object] = {
        "nodes": {
            name: None if name == START else _runs(node.bound) for name, node in graph.nodes.items()
        },
        "channels": {name: _channel(each) for name, each in graph.channels.items()},
    }
    if isinstance(graph, CompiledStateGraph):
        builder: StateGraph[Any, Any, Any, Any] = graph.builder
        found["edges"] = sorted(builder.edges)
        found["joins"] = sorted([sorted(start), end] for start, end in builder.waiting_edges)
        found["branches"] = {
            name: {
                each: [_runs(branch.path), sorted((branch.ends or {}).values())]
                for each, branch in those.items()
            }
            for name, those in builder.branches.items()
        }
    return found


def _runs(what: object) -> object:
    """What a node or a branch runs: a function by its name, a graph by its shape."""
    match what:
        case Pregel():
            return shape_of(what)
        case RunnableCallable() | RunnableLambda():
            return _name(getattr(what, "func", None) or getattr(what, "afunc", None))
        case RunnableSeq() | RunnableSequence():
            return [_runs(each) for each in what.steps]
        case Runnable():
            return _name(type(what))
        case _:
            return _name(what)


def _channel(channel: object) -> str:
    if isinstance(channel, type):  # what LangGraph fills in itself
        return _name(channel)
    reducer = getattr(channel, "operator", None)
    by = "" if reducer is None else f" by {_name(reducer)}"
    return f"{type(channel).__name__} {_type(getattr(channel, 'ValueType', None))}{by}"


def _type(kind: Any) -> str:  # Any: Python's types have no common type
    parts = get_args(kind)
    if parts and (origin := get_origin(kind)) is not None:
        return f"{_type(origin)}[{', '.join(map(_type, parts))}]"
    return _name(kind) if isinstance(kind, type) else _ADDRESS.sub("", repr(kind))


def _name(what: object) -> str:
    """A function or a class as ``module:qualname``; another object by its class."""
    while isinstance(what, functools.partial):
        what = what.func
    name = getattr(what, "__qualname__", None)
    if not isinstance(name, str):
        return _name(type(what))
    return f"{_module(getattr(what, '__module__', None) or '')}:{name}"


def _module(name: str) -> str:
    """The last part of a module's name: its package's name is not known to a script."""
    if name in {"__main__", "__mp_main__"}:
        main = sys.modules.get(name)
        spec, file = getattr(main, "__spec__", None), getattr(main, "__file__", None)
        name = spec.name if spec is not None else PurePath(file).stem if file else "__main__"
    return name.removesuffix(".__main__").rpartition(".")[2]
