"""Sentiment by rules: VADER's word list, words of complaint, and the rating, held together.

VADER knows feelings. A complaint is mostly told by facts ("three weeks late"), and irony by a
fact that is praised, so words for faults count beside it. Where the witnesses disagree, that is
said and the confidence falls: such an item is for a person.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from ....nodes.offline.guard import guarded
from ....nodes.offline.language import is_english
from ....nodes.offline.source import Source
from .schema import Item, Sentiment, Tone
from .topics import topics_of
from .urgency import touching_words, urgent_words

if TYPE_CHECKING:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

#: Words of shops and apps that VADER's list lacks, in its scale of -4 to 4.
_VALUES: Mapping[float, str] = {
    -2.0: "broken cracked damaged defective faulty leaking leaked torn crashes crashed crashing "
    "freezes froze unusable buggy overcharged soaked ruined",
    -1.6: "late delayed slow stale flimsy overpriced unanswered mouldy moldy forgot forgotten",
    -1.0: "expensive cold missing waited waiting stuck worn refund complaint",
    1.5: "fast quick quickly prompt promptly tasty sturdy intuitive tidy spotless shoutout",
    # Words of trade or of manners, and not of feeling.
    0.0: "credit share interest hand please help care support dear gift solution promised ready "
    "number safe secure security top",
}
#: A fault told as a fact.
_FAULT = re.compile(
    r"\b(?:never (?:arriv|c[oa]me|turn|answer|repl|again|buy|order|work)"
    r"|(?:nobody|no ?one|none of)\b[\w ]{0,20}\b(?:answer|repl|call|care|help|could|knew|knows)"
    r"|no (?:answer|reply|response|help|refund|explanation|way to)\b"
    r"|(?:do|did|does|is|are|has|have|was|wo|ca)(?:n['’]?t| not)\b(?: \w+)? "
    r"(?:work|arriv|fit|open|load|start|answer|repl|help|good|worth|respond|been|even|log)"
    r"|(?:stopped|not|never) working\b|(?:charged|billed|paid)\b[\w ]{0,12}\btwice\b"
    r"|double[- ]charged\b|still (?:waiting|no|not|nothing|hasn|haven)\b|money back\b"
    r"|wrong (?:item|size|order|colou?r|product|address|one|parcel)|waste of\b"
    r"|(?:fell|falls|fallen|came|comes) (?:apart|off)\b|(?:broke|breaks|died|is dead)\b"
    r"|(?:weeks?|days?|hours?|months?) (?:late|now)\b|on hold\b|half (?:empty|of it|the order)"
    r"|(?:second|third|3rd|fourth) time (?:this|that|in|it|my)\b|expected (?:better|more)\b"
    r"|too (?:small|big|large|expensive|slow|late|loud|sweet|salty|long|cold|thin|tight|hard)\b"
    r"|it has been \w+ (?:days|weeks|months)|used to be\b|gone downhill\b|could(?:n['’]?t| not)\b"
    r"|would(?:n['’]?t| not) recommend)",
    re.IGNORECASE,
)
_IRONY = re.compile(
    r"\b(?:oh|just|how|yeah,?|well,?|really) (?:great|wonderful|lovely|brilliant|perfect|nice"
    r"|fantastic|right|what i needed|done)\b|\bthanks (?:a lot|so much|for nothing)\b"
    r"|\bway to go\b|\bwhat a (?:joke|surprise|treat)\b|\bbravo\b|\bcongratulations\b"
    r"|\b(?:loved?|enjoy(?:ed)?) (?:how|waiting|being|paying|spending)\b|🙄|\B/s\b|\bslow clap\b"
    r"|\bas usual\b|\blasted a whole\b|\bimpressive\b",
    re.IGNORECASE,
)
#: An order about the reading itself. Customers ask for refunds, not for their own label.
_ORDER = re.compile(
    r"\b(?:mark|classify|label|rate|score|treat|flag|categori[sz]e|count|record)\b[^.!?\n]{0,30}"
    r"\b(?:as|to)\b[^.!?\n]{0,20}\b(?:positive|negative|neutral|high|low|urgent|resolved|priority"
    r"|safe)\b[^.!?\n]*|\b(?:do not|don['’]t|never) escalate\b[^.!?\n]*"
    r"|\b(?:ignore|disregard|forget)\b[^.!?\n]{0,20}\b(?:rules?|instructions?|prompts?"
    r"|guidelines?)\b[^.!?\n]*|\b(?:system|assistant) ?:[^\n]*",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?<=[.!?])\s+|\n+|,?\s+\b(?:but|however|although|though|yet|sadly)\b", re.I)
_ABROAD = frozenset(
    "le la les des est une pas très nous vous avec pour sur der die das und ist nicht ein eine mit "
    "sehr ich wir auf el los las que muy no es una con por pero para het een niet van maar zeer il "
    "che non molto è sono per och är inte det não muito uma mas jest nie bardzo się ja y mi "
    "en op de lo gli ma och".split()
)
_ENGLISH = frozenset(
    "the a an and is was are were it i my me you your we our of to in on at for with not but this "
    "that have has had so very too be been they them at".split()
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
#: As much of a sentence is shown.
_SHOWN = 160
#: VADER has words for most pictures, and for these two only their names.
_THUMBS = {ord("👍"): " good ", ord("👎"): " bad "}
_STRONG = 0.35
_SENTIMENT = 0.05
#: Below this a reading is for a person to check.
UNSURE = 0.5
#: From here on praise is believed to be praise.
_SURELY = 0.7
_ORDERED = "It gives orders to its reader; they were left out and not followed."


def measure(item: Item) -> Tone:
    """What an item's words and rating say; pure."""
    text, ordered = _without_orders(item.text)
    said, sure, why = _worded(text)
    doubts = [_ORDERED, *why] if ordered else why
    by_rating = _rated(item.rated)
    sentiment, confidence, contradiction = _together(said, sure, by_rating)
    if contradiction:
        doubts.append(f"Its rating ({item.rating}) is {by_rating}, its words are {said}.")
    urgent = urgent_words(text)
    praises = sentiment == "positive" and confidence >= _SURELY
    complains = not praises or bool(doubts) or _FAULT.search(text) is not None
    return Tone(
        sentiment=sentiment,
        confidence=round(min(confidence, 0.4) if ordered else confidence, 2),
        topics=topics_of(text),
        urgent=urgent,
        touches=touching_words(text) if complains else "",
        evidence=_evidence(text, urgent, sentiment),
        doubts=tuple(doubts),
    )


def _evidence(text: str, urgent: str, sentiment: Sentiment | None) -> str:
    """The sentence that shows it most: the urgent one, else the one that says it strongest."""
    sentences = [each for each in _SENTENCE.split(" ".join(text.split())) if each] or [""]
    sign = -1 if sentiment == "negative" else 1
    best = max(sentences, key=lambda each: (bool(urgent) and urgent in each, sign * _score(each)))
    return best if len(best) <= _SHOWN else best[: _SHOWN - 1] + "…"


def opposite(one: Sentiment | None, other: Sentiment | None) -> bool:
    return {one, other} == {"positive", "negative"}


def _together(
    said: Sentiment | None, sure: float, by_rating: Sentiment | None
) -> tuple[Sentiment | None, float, bool]:
    """Words and rating as one, and whether they contradict each other."""
    if said is None or by_rating is None:
        return (said, sure, False) if by_rating is None else (by_rating, 0.7, False)
    if opposite(said, by_rating):
        # A complaint that is overlooked costs more than one that is read in vain.
        return "negative", 0.4, True
    if said == by_rating:
        return said, min(0.95, max(sure, 0.7) + 0.15), False
    return (by_rating, 0.6, False) if said == "neutral" else (said, max(0.45, sure - 0.1), False)


def _rated(share: float | None) -> Sentiment | None:
    if share is None:
        return None
    return "negative" if share <= 0.45 else "positive" if share >= 0.75 else "neutral"


def _worded(text: str) -> tuple[Sentiment | None, float, list[str]]:
    """What the words say, how sure that is, and what speaks against it."""
    if not any(each.isalnum() for each in text) and not _felt(text):
        return None, 0.0, ["It has no words."]
    if _is_abroad(text):
        return None, 0.0, ["It is not in English, which is all that rules read."]
    clauses = [each for each in _CLAUSE.split(text) if each and each.strip()]
    scores = [_score(each) for each in clauses]
    whole = sum(scores) / len(scores)
    ironic = bool(_IRONY.search(text) and _FAULT.search(text))
    faults = ironic or min(scores) <= -0.25
    if faults and max(map(_felt, clauses)) >= _STRONG:
        return _divided(text, whole)
    # One clause that says it is enough; the others may just tell the story.
    strongest = max(scores, key=abs)
    told = strongest if abs(strongest) > abs(whole) and abs(strongest) >= 0.2 else whole
    sure = 0.45 if abs(told) < _SENTIMENT else min(0.85, 0.5 + 0.4 * abs(told))
    return _sign(told), sure, []


def _divided(text: str, whole: float) -> tuple[Sentiment, float, list[str]]:
    """A text that praises and tells of a fault."""
    if _IRONY.search(text):
        return "negative", 0.45, ["It praises what went wrong: probably irony."]
    sentiment: Sentiment = "neutral" if abs(whole) < 0.2 else _sign(whole)
    return sentiment, 0.45, ["It praises one thing and complains of another."]


def _sign(score: float) -> Sentiment:
    if abs(score) < _SENTIMENT:
        return "neutral"
    return "positive" if score > 0 else "negative"


def _score(clause: str) -> float:
    """What a clause feels, and what it says went wrong."""
    told = _FAULT.search(clause) is not None or urgent_words(clause) != ""
    return _felt(clause) - 0.45 * told


def _felt(text: str) -> float:
    return float(_analyser().polarity_scores(text.translate(_THUMBS))["compound"])


def _is_abroad(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", text.lower())
    abroad = sum(each in _ABROAD or not each.isascii() for each in words)
    english = sum(each in _ENGLISH for each in words)
    return abroad > max(1, english) or not is_english(Source(text))


def _without_orders(text: str) -> tuple[str, bool]:
    safe = guarded(text, "")
    left = _ORDER.sub(" ", safe.text)
    return left, bool(safe.left_out) or left != safe.text


@lru_cache(maxsize=1)
def _analyser() -> "SentimentIntensityAnalyzer":
    """VADER with our words; one of our own, for the extractor's must not change."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    made = SentimentIntensityAnalyzer()
    made.lexicon.update({word: worth for worth, words in _VALUES.items() for word in words.split()})
    return made
