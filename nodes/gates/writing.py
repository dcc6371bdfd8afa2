"""Gates on how a text is written: whole, readable, and in the house's style."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from ...state.verdicts import Verdict
from .gate import Gate, OfField, Subject, judged, shown
from .keywords import count_of
from .walk import prose_of
from .words import sentences, syllables, unquoted, words

_PLACEHOLDER = re.compile(
    r"\b(?:TODO|TBD|TBC|FIXME|XXX+)\b|(?i:\blorem ipsum\b)|\{\{[^{}\n]{0,80}\}\}"
    r"|[\[<](?i:insert|your|add|fill|enter|placeholder|to be|name|date|company|client)\b"
    r"[^\]>\n]{0,80}[\]>]"
)
_ENDS = re.compile(r"(?:[.!?:。！？؟।]|```)[\"”’»)\]*_`」』）]*$")
_ITEM = re.compile(r"\s{0,12}(?:[-*•|#>]|\d+[.)]\s|https?://)")
#: Words are counted as different within so many: a long text repeats them, and may.
_WINDOW = 50


class Quality(OfField):
    """Parameters of ``quality``."""

    min_words: int = Field(default=20, ge=0, description="The fewest words of all text together.")
    variety: float = Field(
        default=0.45,
        ge=0,
        le=1,
        description=f"The least share of different words within {_WINDOW} words on end.",
    )


def quality(subject: Subject, params: Quality) -> Verdict:
    """Whether a text is whole: long enough, varied, not cut off, no repeats, no placeholders."""
    prose = prose_of(subject, params.field)
    if isinstance(prose, Verdict):
        return prose
    count = sum(len(words(text)) for _, text in prose)
    few = [f"There are {count} words and at least {params.min_words} are wanted."]
    checks = [
        few if count < params.min_words else [],
        [told for each in prose for told in _repeats(*each)],
        [told for each in prose for told in _placeholders(*each)],
        [told for each in prose for told in _cut(*each)],
        [told for each in prose for told in _monotony(*each, least=params.variety)],
    ]
    return judged(
        [told for check in checks for told in check],
        of=len(checks),
        held=sum(not check for check in checks),
        good=f"The text of {count} words is whole: nothing repeats, is missing or breaks off.",
        fix="Write these passages anew.",
    )


def _repeats(path: str, text: str) -> list[str]:
    told = Counter(
        " ".join(words(each)).casefold() for each in sentences(text) if len(words(each)) >= 4
    )
    return [
        f"{path!r} says the same sentence {times} times: {shown(each)}."
        for each, times in told.items()
        if times > 1
    ]


def _placeholders(path: str, text: str) -> list[str]:
    found = dict.fromkeys(match[0] for match in _PLACEHOLDER.finditer(text))
    return [f"{path!r} holds the placeholder {shown(each)}." for each in found]


def _cut(path: str, text: str) -> list[str]:
    lines = text.strip().splitlines() or [""]
    last = lines[-1].strip()
    signature = len(lines) > 1 and len(last.split(None, 6)) < 6
    trailing = last.endswith(("...", "…"))
    whole = bool(_ENDS.search(last[-12:])) or signature or bool(_ITEM.match(last))
    if len(text.split(None, 6)) < 6 or (whole and not trailing):
        return []
    return [f"{path!r} breaks off mid-sentence: it ends with {shown('...' + last[-40:])}."]


def _monotony(path: str, text: str, *, least: float) -> list[str]:
    told = [each.casefold() for each in words(text)]
    windows = [told[at : at + _WINDOW] for at in range(0, len(told), _WINDOW)]
    whole = [window for window in windows if len(window) == _WINDOW]
    if not whole:
        return []
    share = sum(len(set(window)) / _WINDOW for window in whole) / len(whole)
    if share >= least:
        return []
    return [
        f"{path!r} uses few different words: {share:.0%} of {_WINDOW} on end, and at least "
        f"{least:.0%} are wanted."
    ]


class Readability(OfField):
    """Parameters of ``readability``."""

    minimum: float = Field(
        default=30.0, le=120, description="The least Flesch reading ease; 60 is plain English."
    )


def readability(subject: Subject, params: Readability) -> Verdict:
    """Whether a text's Flesch reading ease reaches a minimum; the score is the ease in per cent."""
    prose = prose_of(subject, params.field)
    if isinstance(prose, Verdict):
        return prose
    told = [word for _, text in prose for word in words(text)]
    latin = [word for word in told if word.isascii()]
    if len(latin) < 0.7 * len(told) or not latin:
        why = "The reading ease is not judged: it is defined for English, and this is not."
        return Verdict(passed=True, score=1.0, reason=why)
    count = sum(len(sentences(text)) for _, text in prose)
    length = len(latin) / max(count, 1)
    weight = sum(map(syllables, latin)) / len(latin)
    ease = 206.835 - 1.015 * length - 84.6 * weight
    measured = (
        f"The Flesch reading ease is {ease:.1f}, with {length:.1f} words in a sentence and "
        f"{weight:.2f} syllables in a word"
    )
    score = min(1.0, max(0.0, ease / 100))
    if ease >= params.minimum:
        return Verdict(passed=True, score=score, reason=f"{measured}.")
    fix = "Write shorter sentences." if length > 20 else "Use shorter words."
    reason = f"{measured}; at least {params.minimum:g} is wanted. {fix}"
    return Verdict(passed=False, score=score, reason=reason)


Person = Literal["first", "second", "third"]
_FIRST = re.compile(r"\b(?:I|[Mm]e|[Mm]y|[Mm]ine|[Ww]e|us|Us|[Oo]urs?|[Oo]urselves|[Mm]yself)\b")
_SINGULAR = re.compile(r"\b(?:I|[Mm]e|[Mm]y|[Mm]ine|[Mm]yself)\b")
_SECOND = re.compile(r"\b(?:you|yours?|yourself|yourselves)\b", re.IGNORECASE)
#: Two such words on end, or a long one: short ones alone are mostly names (EBITDA, UNESCO).
_SHOUTED = re.compile(r"\b[A-Z]{4,30}[ \t]+[A-Z]{4,30}\b|\b[A-Z]{7,30}\b")


class Style(OfField):
    """Parameters of ``style``."""

    max_words: int | None = Field(default=None, ge=1, description="The most words of all text.")
    max_sentence_words: int | None = Field(
        default=40, ge=1, description="The most words of one sentence; null for no limit."
    )
    forbidden: tuple[str, ...] = Field(default=(), description="Words or phrases not to use.")
    required: tuple[str, ...] = Field(default=(), description="Words or phrases to use.")
    no_exclamation_marks: bool = Field(default=True, description="Refuse exclamation marks.")
    no_all_caps: bool = Field(default=True, description="Refuse words shouted in capitals.")
    person: Person | None = Field(
        default=None,
        description="'first' speaks as I or we, 'second' speaks to you and not of me, 'third' "
        "does neither.",
    )


def style(subject: Subject, params: Style) -> Verdict:
    """Whether a text keeps to a style, rule by rule. What it quotes is not held against it."""
    prose = prose_of(subject, params.field)
    if isinstance(prose, Verdict):
        return prose
    own = [(path, unquoted(text)) for path, text in prose]
    whole = "\n\n".join(text for _, text in prose)
    checks = [
        _too_long(whole, params.max_words),
        [told for each in own for told in _long_sentences(*each, most=params.max_sentence_words)],
        *(
            [told for each in own for told in _forbidden(*each, phrase)]
            for phrase in params.forbidden
        ),
        *(_required(whole, phrase) for phrase in params.required),
        [f"{path!r} has an exclamation mark." for path, text in own if "!" in text]
        if params.no_exclamation_marks
        else [],
        [told for each in own for told in _shouted(*each)] if params.no_all_caps else [],
        _wrong_person("\n".join(text for _, text in own), params.person),
    ]
    return judged(
        [told for check in checks for told in check],
        of=len(checks),
        held=sum(not check for check in checks),
        good=f"The text keeps to the style's {len(checks)} rules.",
        fix="Change these passages and keep the rest.",
    )


def _too_long(whole: str, most: int | None) -> list[str]:
    count = len(words(whole))
    if most is None or count <= most:
        return []
    return [f"The text has {count} words and may have {most}: cut {count - most}."]


def _long_sentences(path: str, text: str, *, most: int | None) -> list[str]:
    return [
        f"A sentence in {path!r} has {count} words and may have {most}: {shown(each)}."
        for each in sentences(text)
        if most is not None and (count := len(words(each))) > most
    ]


def _forbidden(path: str, text: str, phrase: str) -> list[str]:
    times = count_of(phrase, text)
    return [f"{path!r} uses {phrase!r} {times} times, which is forbidden."] if times else []


def _required(whole: str, phrase: str) -> list[str]:
    return [] if count_of(phrase, whole) else [f"The text must use {phrase!r} and does not."]


def _shouted(path: str, text: str) -> list[str]:
    found = dict.fromkeys(match[0] for match in _SHOUTED.finditer(text))
    return [f"{path!r} shouts {shown(each)} in capitals." for each in found]


def _wrong_person(own: str, person: Person | None) -> list[str]:
    if person == "first":
        return [] if _FIRST.search(own) else ["The text must speak as 'I' or 'we' and does not."]
    if person == "second" and not _SECOND.search(own):
        return ["The text must speak to 'you' and does not."]
    refused: Sequence[re.Pattern[str]] = {"second": (_SINGULAR,), "third": (_FIRST, _SECOND)}.get(
        person or "", ()
    )
    match = next((found for each in refused if (found := each.search(own))), None)
    if match is None:
        return []
    around = own[max(0, match.start() - 20) : match.end() + 20].strip()
    return [f"The text must keep to the {person} person and says {match[0]!r} in {shown(around)}."]


WRITING_GATES = (
    Gate(
        name="quality",
        phase="during",
        params=Quality,
        check=quality,
        description="The text is long enough, varied and whole, without repeats or placeholders.",
    ),
    Gate(
        name="readability",
        phase="during",
        params=Readability,
        check=readability,
        description="The Flesch reading ease reaches a minimum.",
    ),
    Gate(
        name="style",
        phase="during",
        params=Style,
        check=style,
        description="The text keeps to lengths, words, tone and person.",
    ),
)
