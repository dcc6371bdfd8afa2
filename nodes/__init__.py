"""What acts: models, documents, reviews, reports. Knows no database and no graph."""

from ..state import strict  # noqa: F401  # before LangGraph is imported: see there
