"""Whether a text reads as English: wording is read in no other language."""

import re
from functools import lru_cache

from .source import Source

_ENGLISH = frozenset(
    "the of and to in a is that for on with as by was were are be from at this it our we has have "
    "not or an which will its i you your please my".split()
)
#: As much of a text as tells its language.
_READ = 20_000


@lru_cache(maxsize=8)
def is_english(source: Source) -> bool:
    """By its small words. A text of a few words, or of figures only, is not judged."""
    words = re.findall(r"[^\W\d_]+", source.text[:_READ])
    if sum(len(word) for word in words) == 0:
        return True
    # Scripts without spaces have few "words" and no letters of the Latin alphabet.
    latin = sum(len(word) for word in words if word.isascii()) / sum(map(len, words))
    if latin < 0.5:
        return False
    small = sum(word.lower() in _ENGLISH for word in words)
    return len(words) < 12 or small / len(words) > (0.06 if len(words) < 400 else 0.03)
