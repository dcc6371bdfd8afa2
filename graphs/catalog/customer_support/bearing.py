"""Whether a passage of a policy is surely the answer to a question, by the words of both."""

import re
from collections.abc import Iterable

from .schema import Quote

#: Words that carry no matter of their own. Denials and "without" are not among them.
_GLUE = frozenset(
    "a an the this that these those it its they them he she i we me us you my mine our one"
    " is are was were be been am has have had do does did will would can could may might shall"
    " should must to of for in on at by with about as and or but so if then than there here"
    " order orders number item items please tell let know say also just now yet already still"
    " like want need get gets getting go going take takes last lasts hello hi hey dear other"
    " until when where how what which long much many any way ways".split()
)
_TYPES = (
    ("until", r"\buntil\b|\bstill\b"),
    ("long", r"\bhow (?:long|many (?:days|weeks|months|years))\b"),
    ("where", r"\bwhere\b"),
    ("when", r"\bwhen\b"),
    ("what", r"\bwhat\b|\bhow much\b"),
    ("other", r"\b(?:why|who|which)\b"),
    ("how", r"\bhow\b|\bways\b|^\w+ing\b"),
)
_TIMES = {"until", "long", "when"}


def words_in(text: str) -> list[str]:
    """The words, numbers and references of a text; "hasn't" is "has not"."""
    plain = re.sub(r"['’]s\b", "", text.lower().replace("n’t", "n't"))
    plain = (
        plain.replace("cannot", "can not").replace("can't", "can not").replace("won't", "will not")
    )
    plain = re.sub(r"n't\b", " not", plain)
    plain = re.sub(r"['’](?:m|ve|re|ll|d)\b", "", plain)
    return re.findall(r"[a-z]+-\d+|\d+(?:[.,]\d+)*|[^\W\d_]+", plain)


def left_of(text: str, *known: Iterable[str]) -> list[str]:
    """The words of a text that nothing known accounts for."""
    stems = {stem(each) for words in known for each in words}
    return [each for each in words_in(text) if each not in _GLUE and stem(each) not in stems]


def stem(word: str) -> str:
    """A word without its ending: "returned" and "returning" are one."""
    for ending in ("ing", "ies", "ied", "ed", "es", "y", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] else word


def answers(quote: Quote, ask: str, known: frozenset[str]) -> bool:
    """Whether a passage surely answers: each covers what the other turns on.

    ``known`` is what the customer ordered, which no passage needs to name.
    """
    terms = {stem(each) for each in left_of(ask, known)}
    heading = quote.heading.rpartition(" › ")[2]
    whole = {stem(each) for each in words_in(f"{heading} {quote.text}")}
    if not terms or not terms <= whole:
        return False
    asked, told = _type(ask), _type(heading)
    if asked == told or (told is None and asked == "how"):
        return any(named and named <= terms for named in _named(heading, known))
    # Whether something is so: one sentence must hold all of the question.
    return (
        asked is None
        and ask.rstrip().endswith("?")
        and len(terms) > 1
        and any(named - {"not"} <= terms for named in _named(heading, known))
        and any(terms <= set(map(stem, words_in(each))) for each in re.split(r"[.;]\s", quote.text))
    )


def of_time(quote: Quote) -> bool:
    """Whether a passage says until when or how long: beside the dates it settles a case."""
    return _type(quote.heading.rpartition(" › ")[2]) in _TIMES


def near(quote: Quote, ask: str, known: frozenset[str]) -> float:
    """How much of a heading a question names: to one that speaks of another case, little."""
    terms = {stem(each) for each in left_of(ask, known)}
    heading = quote.heading.rpartition(" › ")[2]
    asked, told = _type(ask), _type(heading)
    alike = told in {None, asked} or {asked, told} <= _TIMES
    shares = (len(each & terms) / len(each) for each in _named(heading, known) if each)
    return (1.0 if alike else 0.5) * max(shares, default=0.0)


def _type(text: str) -> str | None:
    return next((name for name, words in _TYPES if re.search(words, text, re.I)), None)


def _named(heading: str, known: frozenset[str]) -> list[set[str]]:
    """What a heading turns on; "VAT and company invoices" turns on either."""
    parts = re.split(r"\b(?:and|or)\b|,", heading)
    return [{stem(word) for word in left_of(part, known)} for part in parts]
