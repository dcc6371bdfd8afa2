"""What is told by wording: one of several names, yes or no, whose text it is."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from .dates import labelled_date
from .labelled import labelled, labelled_text
from .names import company
from .picking import stem
from .said import Said, statements
from .source import Sentence, Source

if TYPE_CHECKING:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

__all__ = ["Said", "choice", "company", "labelled_date", "labelled_text", "mentioned", "yes_or_no"]

#: Words that speak for a value which the text seldom names outright.
_SYNONYMS: Mapping[str, str] = {
    "high": r"urgent\w*|immediately|critical\w*|emergency|asap|severe\w*|as soon as possible"
    r"|danger",
    "urgent": r"urgent\w*|immediately|critical\w*|emergency|asap|as soon as possible|right away",
    "critical": r"critical\w*|outage|emergency|severe\w*|data loss|down for",
    "low": r"no rush|whenever|minor|low priority|when you have time|not urgent",
    "billing": r"invoice\w*|charged?|payment\w*|refund\w*|bill(?:ed|ing)?\b|credit card",
    "technical": r"error\w*|crash\w*|bug\w*|broken|install\w*|log ?in|timeout",
    "complaint": r"complain\w*|unacceptable|disappoint\w*|terrible|worst|angry",
    "question": r"\?|how (?:do|can|to)|what is|could you tell",
    "increase": r"increas\w+|grew|growth|rose|higher|up \d",
    "increasing": r"increas\w+|grew|growth|rose|higher",
    "decrease": r"decreas\w+|declin\w+|fell|lower|down \d",
    "decreasing": r"decreas\w+|declin\w+|fell|lower",
    "stable": r"stable|unchanged|flat\b|in line with",
    "profit": r"net income|net profit|profit for the year",
    "loss": r"net loss|loss for the year",
}
_FEELINGS = frozenset({"positive", "negative", "neutral", "mixed"})
#: Options that say that the text does not say: true wherever nothing speaks for another.
_UNSAID = re.compile(r"unknown|unclear|unspecified|undetermined|not[ _-](?:stated|specified)|n/?a")
#: Options that are everyday words, which speak for nothing when a text uses them.
_EVERYDAY = frozenset({"other", "others", "none", "any", "all", "misc", "general", "default"})
_NOT = re.compile(
    r"\b(?:not|no|never|without|nor|neither|cannot|isn't|wasn't|aren't|won't|didn't|doesn't)\b"
    r"|n[’']t\b",
    re.IGNORECASE,
)
_HEDGED = re.compile(r"\b(?:may|might|could|would|if|whether|unless|should)\b", re.IGNORECASE)
_YES = re.compile(r"^(?:yes|true|y|x|☒|☑|✓|✔)(?!\w)", re.IGNORECASE)
_NO = re.compile(r"^(?:no|false|none|n|☐)(?!\w)", re.IGNORECASE)


def choice(names: Sequence[str], source: Source, labels: Sequence[str] = ()) -> Said:
    """The one name of several that stands beside a label, or that the wording speaks for."""
    beside = _beside_label(names, labels, source)
    if beside is not None:
        return beside
    if set(names) <= _FEELINGS:
        return _feeling(names, source)
    hits = {name: mentions for name in names if (mentions := _affirming(name, source))}
    unsaid = next((name for name in names if _UNSAID.fullmatch(name.lower())), None)
    if not hits:
        reason = f"No wording of the text speaks for {_listed(names)}."
        return Said(value=unsaid, confidence=0.5 if unsaid else 0.0, reason=reason)
    ranked = sorted(hits, key=lambda name: -len(hits[name]))
    first = ranked[0]
    tied = [name for name in ranked if len(hits[name]) == len(hits[first])]
    if len(tied) > 1:
        reason = f"The text's wording speaks for {_listed(tied)} alike."
        return Said(value=unsaid, confidence=0.4 if unsaid else 0.0, reason=reason)
    total = sum(len(each) for each in hits.values())
    sure = round(0.45 + 0.4 * len(hits[first]) / total, 2)
    return Said(value=first, confidence=sure, sentence=hits[first][0])


def _beside_label(names: Sequence[str], labels: Sequence[str], source: Source) -> Said | None:
    """A label's value that begins with one of the names ("Priority: high (since Monday)")."""
    for value, confidence, where in labelled(labels, source):
        fitting = [name for name in names if re.match(_spelled(name), value, re.IGNORECASE)]
        if fitting:
            return Said(value=max(fitting, key=len), confidence=confidence, sentence=where)
    return None


def mentioned(names: Sequence[str], source: Source) -> list[tuple[str, Sentence]]:
    """The names that the text states and does not deny, each with its first sentence."""
    every = ((name, _affirming(name, source)) for name in names)
    return [(name, found[0]) for name, found in every if found]


def _affirming(name: str, source: Source) -> list[Sentence]:
    if name.lower() in _EVERYDAY or _UNSAID.fullmatch(name.lower()):
        return []
    pattern = _pattern(name)
    return [each for each in statements(source) if _affirmed(pattern, each.text)]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)


def _spelled(name: str) -> str:
    parts = (re.escape(part) for part in re.split(r"[\s_-]+", name) if part)
    spelled = r"[\s_-]+".join(parts)
    return rf"(?<!\w){spelled}(?:s|es)?(?!\w)"


@lru_cache(maxsize=512)
def _pattern(name: str) -> re.Pattern[str]:
    more = _SYNONYMS.get(name.lower())
    # An abbreviation or a single letter is told from a word by its capitals.
    flags = 0 if len(name) <= 3 and name.isupper() else re.IGNORECASE
    return re.compile(_spelled(name) + (rf"|\b(?:{more})" if more else ""), flags)


def _affirmed(pattern: re.Pattern[str], text: str) -> bool:
    spots = (match.start() for match in pattern.finditer(text))
    # A denial reaches to the end of its clause.
    before = (re.split(r"[,;:.]", text[max(0, spot - 30) : spot])[-1] for spot in spots)
    return any(not _NOT.search(each) for each in before)


def _feeling(names: Sequence[str], source: Source) -> Said:
    # The tone of the first thousand sentences is the tone of the text.
    scores = [
        (analyser().polarity_scores(each.text)["compound"], each)
        for each in statements(source)[:1000]
    ]
    if not scores:
        return Said(value=None, reason="The text holds no sentence to judge.")
    mean = sum(score for score, _ in scores) / len(scores)
    spread = {score > 0.3 for score, _ in scores if abs(score) > 0.3}
    if "mixed" in names and len(spread) == 2 and abs(mean) < 0.3:
        value = "mixed"
    elif mean >= 0.1 or ("neutral" not in names and mean > 0):
        value = "positive"
    elif mean <= -0.1 or ("neutral" not in names and mean < 0):
        value = "negative"
    else:
        value = "neutral"
    if value not in names:
        return Said(value=None, reason=f"The text's tone fits none of {_listed(names)}.")
    strongest = max(scores, key=lambda each: abs(each[0]))[1]
    sure = round(min(0.85, 0.5 + 0.4 * abs(mean)), 2)
    return Said(value=value, confidence=sure, sentence=strongest)


@lru_cache(maxsize=1)
def analyser() -> "SentimentIntensityAnalyzer":
    """VADER's word list, read once."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


def yes_or_no(name: str, description: str, source: Source, labels: Sequence[str] = ()) -> Said:
    """Whether the text states what a field's name says, or denies it."""
    for value, confidence, where in labelled(labels, source):
        if _YES.match(value) or _NO.match(value):
            said = _YES.match(value) is not None
            return Said(value=said, confidence=confidence, sentence=where)
    spoken = re.sub(r"^(?:is|has|have|are|was|does|did|can|needs?|requires?)_", "", name)
    words = [stem(word) for word in re.findall(r"[a-z]{3,}", spoken.lower().replace("_", " "))]
    if not words:
        words = [stem(word) for word in re.findall(r"[a-z]{4,}", description.lower())][:4]
    if not words:
        return Said(value=None, reason=f"Nothing says what {name!r} asks.")
    for sentence in statements(source):
        stated = _states(words, sentence.text.lower())
        if stated is not None:
            return Said(value=stated, confidence=0.65, sentence=sentence)
    reason = f"The text neither states nor denies {spoken.replace('_', ' ')!r}."
    return Said(value=None, reason=reason)


def _states(words: Sequence[str], text: str) -> bool | None:
    """Whether a sentence with all words affirms or denies them; questions and "may" do neither."""
    if text.rstrip().endswith("?"):
        return None
    spots = [re.search(rf"\b(?:un|non-?)?{re.escape(word)}", text) for word in words]
    places = [match.start() for match in spots if match]
    if len(places) < len(words) or max(places) - min(places) > 120:
        return None
    before = text[max(0, min(places) - 40) : max(places) + 3]
    if _HEDGED.search(before):
        return None
    turned = re.search(rf"\b(?:un|non-?){re.escape(words[-1])}", text) is not None
    return turned == bool(_NOT.search(before))  # "not unaudited" is audited
