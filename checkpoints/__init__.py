"""What lasts: checkpoints, runs, reviews and leases, in one database."""

from ..state import strict  # noqa: F401  # before LangGraph is imported: see there
