"""The compiled graph for LangGraph's own tools, which look it up in this module's names."""

from ...compiler import compile

graph = compile("investor_summary")
