"""Whether a sentence surely answers a question, by rule: every reason to doubt it.

A sentence that has a question's words may speak of something else, propose it or deny it. Sure is
only a plain sentence that says all that is asked, and nothing besides, with one value of its kind.
"""

import re
from collections.abc import Iterable, Sequence

from ....nodes.entities import spots
from .wording import Statement, asked_in, has, stem_of, telling, wanted, words_in

#: An answer in a longer sentence is one among other things.
_PLAIN = 35
#: Words beside what is asked that do not make it another thing.
_NEUTRAL = frozenset(
    stem_of(each)
    for each in "month year day week quarter annum pay payable paid due advance agreement set made "
    "give gives given comes amounts equals sum".split()
)
_WORDED = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand"
).split()
NUMBER_WORDS = {word: str(at) for at, word in enumerate(_WORDED[:20], 1)} | {
    word: str(number)
    for word, number in zip(_WORDED[20:], (30, 40, 50, 60, 70, 80, 90, 100, 1000), strict=True)
}
_NUMBER = re.compile(rf"(?<!\w)(?:\d[\d.,]*\d|\d)(?!\w)|\b(?:{'|'.join(_WORDED)})\b", re.IGNORECASE)
#: Words by which a sentence says something else than that it is so.
_HEDGE = re.compile(
    r"\b(?:if|not?|nor|never|none|nobody|cannot|would|could|should|might|(?-i:may)|was|were|had"
    r"|only|about|over|under|up|from|between|than|most|other|such|own|same|or|but"
    r"|its|his|her|their|my|our|nearly|almost|around|some|roughly|approximately|circa)\b|n[’']t\b",
    re.IGNORECASE,
)
#: Words without which what is said may be another thing: a condition, a plan.
CONDITION = re.compile(
    r"\b(?:if|unless|except|provided|subject to|only|propos\w+|plann?\w*|expect\w*|estimat\w*"
    r"|draft|until|before|after|more than|less than|at least|at most|up to|about|over|under)\b",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|does|do|did|must|can|will|shall|has|have)\b", re.IGNORECASE
)
#: A clause's number, and the heading that it comes with.
_CLAUSE = re.compile(r"^\s*(?:(?:[A-Z]\w+ ){1,3}(?=\d+\.\d))?(?:§\s*)?\d+(?:\.\d+)*[.)]?\s")
_BACK = re.compile(
    r"\b(?:this|that|it|these|those|they|proposal|motion|idea|figure|amount|date|above|former)\b",
    re.IGNORECASE,
)
_TAKEN = re.compile(
    r"\b(?:reject\w*|refus\w*|declin\w*|withdr\w*|cancel\w*|supersed\w*|replac\w*|revok\w*"
    r"|no longer|incorrect|wrong|mistaken?|errors?|void|delet\w*|corrected|amended|chang\w*"
    r"|not (?:\w+ )?(?:agreed|accepted|adopted|valid|correct|true|apply|approved))\b",
    re.IGNORECASE,
)


def doubts_on(question: str, text: str) -> list[str]:
    """Why a sentence may not be the answer; none where it surely is."""
    wants, asked = wanted(question), asked_in(question)
    if wants is None or wants == "name":
        return ["Whether this answers it cannot be told by rule, but for a day, sum or number."]
    if not has(wants, question, text, asked):
        return [f"It states no {wants}."]
    bare = _bare(wants, text)
    words = words_in(bare)
    doubts = [
        _named("It does not say", _spelled(asked - words, question)),
        _named("It also speaks of", _spelled(words - _NEUTRAL - words_in(question), bare)),
        _named("It is not a plain statement:", _hedges(f"{bare} {_amounts(text)}", question)),
    ]
    if ids_in(wants, text) != ids_in(wants, question):
        doubts.append("Its numbers are not those of the question.")
    if len(values_in(wants, text)) != 1:
        doubts.append(f"It states more than one {wants}, or none that can be read.")
    if not _in_order(question, bare):
        doubts.append("It has the question's words in another order.")
    if len(asked) < 2 or len(text.split()) > _PLAIN or "?" in text:
        doubts.append("It may be about something else.")
    return [each for each in doubts if each]


def _spelled(stems: frozenset[str], text: str) -> list[str]:
    return [each for each in re.findall(r"[^\W\d_]{3,}", text) if stem_of(each.lower()) in stems]


def _named(lead: str, words: Sequence[str]) -> str:
    return f"{lead} {', '.join(repr(each) for each in words[:4])}." if words else ""


def _hedges(text: str, question: str) -> list[str]:
    own = {each.lower() for each in _HEDGE.findall(question)}
    return sorted({each.lower() for each in _HEDGE.findall(text)} - own)


def _amounts(text: str) -> str:
    """A sentence's sums with what is said of them: "up to EUR 5"."""
    found = (each for each in spots(text) if each.kind == "amount")
    return " ".join(text[each.start : each.end] for each in found)


def _bare(wants: str, text: str) -> str:
    """A sentence without its days and sums, its clause's number, and the numbers it counts."""
    text = _CLAUSE.sub("", text)
    for each in reversed(spots(text)):
        if each.kind in {"date", "amount"}:
            text = f"{text[: each.start]} {text[each.end :]}"
    return _NUMBER.sub(" ", text) if wants == "number" else text


def ids_in(wants: str, text: str) -> frozenset[str]:
    """What tells one of its kind from the next: hall 217, plant B. Days and sums do not."""
    if wants == "number":  # what is counted is a number, too
        text = re.sub(r"(?<=\s)\d[\d.,]*(?=\s)", " ", text)
    left = _bare("date", text)
    found = re.findall(r"\b(?:[A-Z]|[A-Za-z]*\d[\w-]*)\b(?![’'])", left)
    return frozenset(found) - {"A", "I"}


def values_in(wants: str, text: str) -> frozenset[str]:
    """The different values of a kind that a sentence states."""
    if wants != "number":
        return frozenset(each.value for each in spots(text) if each.kind == wants)
    found = _NUMBER.findall(_CLAUSE.sub("", text))
    return frozenset(NUMBER_WORDS.get(each.lower(), each) for each in found)


def _in_order(question: str, text: str) -> bool:
    """Whether a sentence has a question's words as the question has them: who pays whom."""
    verb = _AUXILIARY.search(question)
    # "How much rent does the tenant pay?" is answered by "The tenant pays rent".
    put = f"{question[verb.end() :]} {question[: verb.start()]}" if verb else question
    asked = asked_in(question) - _NEUTRAL
    orders = [
        [word for word in dict.fromkeys(telling(each)) if word in asked] for each in (put, question)
    ]
    said = list(dict.fromkeys(telling(text)))
    return any(
        [each for each in order if each in said] == [each for each in said if each in order]
        for order in orders
    )


def candidates(question: str, every: Iterable[Statement], *, but: Sequence[str]) -> list[Statement]:
    """The sentences that have all words of a question, and a value that ``but`` has not."""
    wants, asked = wanted(question), asked_in(question)
    if wants is None or wants == "name" or not asked:
        return []
    own = frozenset[str]().union(*(values_in(wants, each) for each in but))
    ids = ids_in(wants, question)
    return [
        each
        for each in every
        if asked <= words_in(each.text)
        and ids <= ids_in(wants, each.text)
        and values_in(wants, each.text) - own
    ]


def taken_back(quote: str, told: Sequence[str]) -> str | None:
    """The sentence soon after a quote that takes it back: "The board rejected this."."""
    if quote not in told:
        return None
    at = told.index(quote)
    after = told[at + 1 : at + 3]
    return next((each for each in after if _BACK.search(each) and _TAKEN.search(each)), None)
