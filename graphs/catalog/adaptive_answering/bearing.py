"""Whether a sentence says what another one says: no word more, and nothing that turns it round.

What a sentence means cannot be told by rules. That another one keeps to its words, to their order
and to every number, condition and "not" that stands among them, can be told; what does not is for
a person.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from ....nodes.grounding import numbers_in
from ....nodes.offline.picking import stem

#: How much of a sentence must stand in the one that bears it out.
_RESTS = 0.85
#: How much of a part must be kept, and of several parts, which may speak of several things.
_OF_A_PART, _OF_SEVERAL = 0.6, 0.85
#: More parts than this are no sentence to take apart.
_MOST_PARTS = 12

_GLUE = frozenset(
    "a an the is are be been being am do does did has have of to in on at by for from with and or "
    "but as it its this that these those there they them their you your we our he she his her i my "
    "me so such which who whom whose what how also just very then here please".split()
)
#: Words that only English has: where none stands, the rules below know too little.
_ENGLISH = frozenset("the is are of to and be for with that this by from has have".split())
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
} | {
    word: f"{tens}0"
    for tens, word in enumerate("thirty forty fifty sixty seventy eighty ninety".split(), 3)
}
_DENIALS = frozenset("no not never without nor neither nobody nothing none".split())
#: What a statement hangs on: left out, put in or moved, it is another one.
_HINGES = frozenset(
    "hundred thousand million billion half third quarter whole full double twice once dozen "
    "only except unless until till before after if when whenever provided least most more less "
    "over under above below than up some all must may might can could should yes".split()
)
_TENSES = {"was": "was", "were": "was", "had": "was", "will": "will", "would": "will"}
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|\d+(?:[.,'’]\d+)*|[^\W\d_]+")
_PART = re.compile(r"(?:[,;:](?!\d)|[–—()]|\b(?:and|or|but|while|whereas)\b)+", re.IGNORECASE)
#: A part that says when another one holds is no part by itself.
_CONDITION = frozenset("if when whenever unless until till except provided only".split())


def unborne(said: str, sentence: str, around: str) -> str | None:
    """Why ``said`` does not rest on a sentence, which stands under ``around``; None: it does."""
    parts = [part for each in _parts(sentence) if (part := tokens(each))]
    there = {each for part in parts for each in part}
    told, near = tokens(said), there | set(tokens(around))
    if not told:
        return "says nothing"
    for each in filter(is_hinge, told):
        if each not in (near if each.isdigit() else there):
            return _turned(each)
    more = [each for each in told if each not in near]
    if len(more) > (1 - _RESTS) * len(told):
        return f"says more than its quote does ({', '.join(dict.fromkeys(more))})"
    kept = [each for each in told if each in there]
    english = any(word in _ENGLISH for word in re.findall(r"[a-z]+", sentence.lower()))
    if any(_keeps(kept, run, several, english) for run, several in _runs(parts)):
        return None
    return (
        "does not keep to its quote: the words in their order, with every number, condition and "
        "'not' that belongs to them"
    )


def _turned(hinge: str) -> str:
    if hinge == "not":
        return "denies what its quote says, or the other way round"
    if any(each.isdigit() for each in hinge):
        return "has a number that its quote has not"
    return f"says {hinge!r}, which its quote does not"


def _keeps(kept: Sequence[str], run: Sequence[str], several: bool, english: bool) -> bool:
    least = (_OF_SEVERAL if several else _OF_A_PART) if english else 1.0
    hinges = [each for each in run if is_hinge(each)]
    return (
        len(kept) >= least * len(run)
        and [each for each in kept if is_hinge(each)] == hinges
        and _in_order(kept, run)
    )


def _in_order(words: Iterable[str], within: Sequence[str]) -> bool:
    rest = iter(within)
    return all(word in rest for word in words)


def _runs(parts: Sequence[Sequence[str]]) -> Iterator[tuple[list[str], bool]]:
    """A sentence's parts one by one, and those that follow each other together."""
    for start in range(len(parts)):
        for end in range(start + 1, len(parts) + 1):
            yield [each for part in parts[start:end] for each in part], end - start > 1


def _parts(sentence: str) -> list[str]:
    """What a sentence says one after another; a condition stays with what is beside it."""
    cuts = [match.span() for match in _PART.finditer(sentence)]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(sentence)]
    found = [sentence[start:end] for start, end in zip(starts, ends, strict=True)]
    depends = any(_CONDITION & set(tokens(each)) for each in found)
    return [sentence] if depends or len(found) > _MOST_PARTS else found


def tokens(text: str) -> list[str]:
    """A text's telling words in order: without their ends, numbers as digits, each "not" alike."""
    spelled = re.sub(r"\bcan(?:not|[’']t)\b", "can not", text.lower())
    spelled = re.sub(r"\bwon[’']t\b", "will not", spelled)
    words = _TOKEN.findall(re.sub(r"n[’']t\b", " not", spelled))
    return [_plain(each) for each in words if each not in _GLUE]


def _plain(word: str) -> str:
    if word[0].isdigit():
        return min(numbers_in(word), key=len, default=word)
    if word in _DENIALS:
        return "not"
    return _NUMBERS.get(word) or _TENSES.get(word) or (word if word in _HINGES else stem(word))


def is_hinge(told: str) -> bool:
    """Whether a statement turns on a token: a number, a denial, a condition, a time."""
    return told[0].isdigit() or told in {"not", "was", "will"} or told in _HINGES


def figures(text: str) -> frozenset[str]:
    """The numbers of a text, in digits or in words."""
    return frozenset(each for each in tokens(text) if each[0].isdigit())
