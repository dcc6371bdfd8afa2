"""Gates: named checks that stand before, during and after a step. They judge; they act on nothing.

Each looks at plain values and says whether they pass, to what share, and what to change. What a
verdict leads to (asking again, a person, an end) is for the graph to decide.
"""

from .catalog import ALIASES, GATES, gate_named
from .gate import Gate, Subject
from .own import gate_from

__all__ = ["ALIASES", "GATES", "Gate", "Subject", "gate_from", "gate_named"]
