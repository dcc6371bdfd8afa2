"""Words and the weight they carry: what a question turns on, and what of it a text speaks of."""

import re
from collections.abc import Iterable, Mapping

from ....nodes.documents.search import STOP_WORDS
from ....nodes.offline.picking import stem

#: Words that say how a question is put and not what it is about.
_PUTTING = frozenset(
    "difference differences differ compare compared comparison versus vs mean means meant explain "
    "describe happens happen example kind kinds name called way ways reason reasons tell use used "
    "need needs get want".split()
)
_NOT = re.compile(
    r"\b(?:not?|never|without|nor|neither|cannot|nobody|nothing|none)\b|n[’']t\b", re.I
)


def key_terms(terms: Mapping[str, float]) -> dict[str, float]:
    """The terms that an answer must speak of; all, where a question is made of its form only."""
    told = {term: weight for term, weight in terms.items() if term not in _PUTTING}
    return told or dict(terms)


def stems(text: str) -> frozenset[str]:
    """A text's words without their ends."""
    return frozenset(stem(each) for each in re.findall(r"[^\W_]+", text.lower()))


def telling(text: str) -> frozenset[str]:
    """The words of a text that carry what it says."""
    words = re.findall(r"[^\W\d_]{3,}|\d+", text.lower())
    return frozenset(stem(each) for each in words if each not in STOP_WORDS)


def covered(terms: Iterable[str], texts: frozenset[str]) -> set[str]:
    """Which terms a text, given by its stems, speaks of; of a joined one every part."""
    return {
        term for term in terms if all(stem(part) in texts for part in re.split(r"[^\w]|_", term))
    }


def share(terms: Mapping[str, float], told: Iterable[str]) -> float:
    """How much of the terms' weight the told ones carry."""
    whole = sum(terms.values())
    return sum(terms[each] for each in told) / whole if whole else 0.0


def denies(text: str) -> bool:
    """Whether a sentence says that something is not so."""
    return _NOT.search(text) is not None


def plain(text: str) -> str:
    """A quote as a sentence: without Markdown's marks."""
    unmarked = re.sub(r"\*\*|__(?=\w)|^[\s>*•-]+(?=\s)|\[(?=[^\]]*\]\()|\]\([^)]*\)", "", text)
    return re.sub(r"\s+", " ", unmarked).strip()
