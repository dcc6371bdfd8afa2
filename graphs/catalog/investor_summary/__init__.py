"""A real annual report in, a reviewed investor summary out. ``workflow`` is its definition."""

from .definition import workflow

__all__ = ["workflow"]
