"""LangGraph's strict checkpoints: only types that a graph's schemas name are made from bytes.

The switch is an environment variable that LangGraph reads when it is first imported, so the rooms
that import LangGraph import this before it.
"""

import os

os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")
