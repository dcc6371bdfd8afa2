"""Draws a workflow as a picture, with nothing but Python."""
