"""Texts become a knowledge graph that can be queried."""
