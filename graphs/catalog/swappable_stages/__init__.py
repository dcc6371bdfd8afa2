"""Text extraction, model and generation, each of which can be exchanged."""
