"""The parts of `nemesis.py`, which kills runs at every point and counts what comes of it."""
