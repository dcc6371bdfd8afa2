"""What is wired: definitions made into LangGraph graphs, and the ready workflows."""

from ..state import strict  # noqa: F401  # before LangGraph is imported: see there
