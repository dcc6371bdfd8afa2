"""The agents' tools: what they may measure on a wording before they answer."""

from ....nodes.gates import Subject
from ....nodes.gates.tracing import Grounding, Overlap, grounding, overlap
from ....nodes.gates.writing import Readability, Style, readability, style


def ease(text: str) -> str:
    """Measure how easily a text reads (Flesch), with the length of its sentences and words."""
    return readability(Subject(values={"text": text}), Readability(minimum=40)).reason


def wording(text: str) -> str:
    """Find sentences that are too long, exclamation marks and words in capitals."""
    return style(Subject(values={"text": text}), Style()).reason


def same_words(text: str, source: str) -> str:
    """Measure how much of a text is copied from a source, and the longest run of words."""
    return overlap(Subject(values={"text": text}, sources={"source": source}), Overlap()).reason


def numbers_of(text: str, source: str) -> str:
    """Find the numbers and dates of a text that a source does not state."""
    return grounding(Subject(values={"text": text}, sources={"source": source}), Grounding()).reason
