"""Sentences: picking those that a list, a summary or a question asks for.

Nothing is rewritten. A sentence is taken whole or not at all, so that everything said can be
found in the source as it stands.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..documents.search import STOP_WORDS
from .source import Sentence

#: Words that sentences of a kind share, whatever they are about. A field's name calls them up.
_CUES: Mapping[str, str] = {
    "risk": r"\brisks?\b|\bcould\b|\bmay\b|\bmight\b|advers\w+|harm\w*|depend\w*|disrupt\w*"
    r"|uncertain\w*|litigation|exposed?|exposure|vulnerab\w+|shortage\w*|breach\w*|cyber\w*"
    r"|volatil\w+|sanction\w*|penalt\w+|default\w*|downturn|threat\w*|fail(?:s|ure|ed)?\b"
    r"|unable|impair\w*|tariff\w*|claims?\b|concentrat\w+|covenant\w*|loss of",
    "trend": r"increas\w+|decreas\w+|grew|grow(?:n|s|ing|th)\b|declin\w+|rose|fell|higher|lower"
    r"|expand\w*|demand|compared (?:to|with)|driven by|shift\w*|trend\w*|record\b|accelerat\w+"
    r"|slow\w*|momentum|improv\w+|backlog|orders",
    "statistic": r"\d[\d.,]*\s?(?:%|per ?cent|million|billion|thousand|crore)|[$€£¥₹]\s?\d"
    r"|\b[A-Z]{3}\s\d",
    "outlook": r"expects?\b|anticipat\w+|outlook|guidance|forecast\w*|next year|will\b|plans? to"
    r"|intend\w*|target\w*|in 20\d\d",
    "strength": r"strong\w*|lead(?:er|ing)|record\b|advantage\w*|improv\w+|grew|award\w*",
    "opportunity": r"opportunit\w+|expand\w*|new market\w*|potential|launch\w*|grow\w*",
    "action": r"\bmust\b|\bshould\b|needs? to|will\b|required?|please|ensure|plan\w*|decid\w+",
    "decision": r"decid\w+|agreed|approv\w+|resol\w+|chose\w*",
}
_CUE_NAMES: Mapping[str, str] = {
    "threat": "risk",
    "concern": "risk",
    "weakness": "risk",
    "development": "trend",
    "driver": "trend",
    "performance": "trend",
    "guidance": "outlook",
    "forecast": "outlook",
    "highlight": "strength",
    "next step": "action",
    "todo": "action",
    "recommendation": "action",
}

#: Sentences that lean on the one before them say little when they stand alone.
_DANGLING = re.compile(
    r"^(?:it|they|this|these|those|such|that|he|she|however|therefore|in addition|additionally"
    r"|moreover|furthermore|also|as a result|accordingly|for example|second|third|first|finally"
    r"|see|refer|the following|for (?:more|further|additional) information)\b[,\s]",
    re.IGNORECASE,
)
_BOILERPLATE = re.compile(
    r"forward-looking|incorporated (?:herein )?by reference|refer to (?:note|item|part)|set forth"
    r"|table of contents|exhibit|pursuant to|form 10-k|see note|accompanying notes"
    r"|following table|(?:the|this) (?:annual )?report|risk factors? (?:described|discussed)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Picked:
    """A sentence and how well it answers, from 0 to 1."""

    sentence: Sentence
    score: float


def pick(
    sentences: Sequence[Sentence],
    *,
    topic: str,
    question: str = "",
    most: int = 5,
    max_words: int | None = None,
) -> tuple[Picked, ...]:
    """The best sentences for a topic and a question, best first, none saying another again."""
    cue = _cue(topic)
    wanted = _telling(f"{topic} {question}") if cue is None else _telling(question)
    common = _common_words(sentences)
    scored = [
        Picked(sentence=each, score=score)
        for each in sentences
        if (score := _score(each, cue, wanted, common)) > 0
    ]
    scored.sort(key=lambda each: (-each.score, each.sentence.order))
    return _different(scored, most=most, max_words=max_words)


def has_topic(topic: str) -> bool:
    """Whether sentences of this kind are told by shared words, not only by the topic's own."""
    return _cue(topic) is not None


@lru_cache(maxsize=256)
def _cue(topic: str) -> re.Pattern[str] | None:
    spoken = topic.lower().replace("_", " ")
    for name in (*_CUES, *_CUE_NAMES):
        if name in spoken or name[:-1] + "ie" in spoken:
            return re.compile(_CUES[_CUE_NAMES.get(name, name)], re.IGNORECASE)
    return None


def _telling(text: str) -> frozenset[str]:
    words = re.findall(r"[^\W\d_]{3,}|\d{4}", text.lower())
    return frozenset(stem(word) for word in words if word not in STOP_WORDS | _ASKING)


_ASKING = frozenset(
    "list summary sentence sentences text state states stated give name short most least field "
    "value document report please mention include more less add write draft tell say about "
    "shorter longer brief briefly number numbers words word people reader company main".split()
)


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A word without its commonest ends, enough to match "risks" and "risk", "sold" not "sell"."""
    for end in ("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ied", "es", "ed", "s"):
        if word.endswith(end) and len(word) - len(end) >= 4:
            return word[: -len(end)]
    return word


def _common_words(sentences: Sequence[Sentence]) -> Mapping[str, float]:
    """How central each word is to the text: its share among the sentences that have it."""
    counts = Counter(word for each in sentences for word in _telling(each.text))
    most = max(counts.values(), default=1)
    return {word: count / most for word, count in counts.items()}


def _score(
    sentence: Sentence,
    cue: re.Pattern[str] | None,
    wanted: frozenset[str],
    common: Mapping[str, float],
) -> float:
    text = sentence.text
    count = len(text.split())
    if count < 6 or count > 60 or _BOILERPLATE.search(text):
        return 0.0
    words = _telling(text)
    shared = len(wanted & words) / max(1, min(4, len(wanted)))
    if cue is not None:
        hits = len({match[0].lower() for match in cue.finditer(text)})
        if hits == 0:
            return 0.0
        score = 0.3 + 0.12 * min(4, hits) + 0.4 * min(1.0, shared)
    elif wanted:
        if shared == 0:
            return 0.0
        score = 0.2 + 0.7 * min(1.0, shared)
    else:
        score = 0.3
    centre = sum(common.get(word, 0.0) for word in words) / max(1, len(words))
    score += 0.15 * centre + (0.1 if re.search(r"\d", text) else 0.0)
    score -= 0.2 if _DANGLING.search(text) else 0.0
    score -= 0.1 if count > 40 else 0.0
    return max(0.01, min(0.95, score))


def _different(scored: Iterable[Picked], *, most: int, max_words: int | None) -> tuple[Picked, ...]:
    """The first ones that differ from all taken before, within the limits."""
    from rapidfuzz import fuzz

    taken: list[Picked] = []
    words = 0
    for each in scored:
        if len(taken) >= most:
            break
        length = len(each.sentence.text.split())
        if max_words is not None and words + length > max_words:
            continue
        if all(fuzz.token_set_ratio(each.sentence.text, one.sentence.text) < 72 for one in taken):
            taken.append(each)
            words += length
    return tuple(taken)
