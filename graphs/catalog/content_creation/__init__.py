"""Researcher, writer, reviewer and editor, each within its own context."""
