"""Bare numbers: counts, rates and prices that sentences state beside what they count."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from .figures import Found
from .labelled import telling_words
from .numbers import Quantity, quantities
from .picking import stem
from .said import places
from .source import Sentence, Source

Kind = Literal["count", "percent", "year", "any"]

#: Other words for what is counted. The words of the name itself always count.
_ALSO: Mapping[str, str] = {
    "employee": r"employ(?:s|ed|ing|ees?)?|staff|headcount|workforce|team members|personnel",
    "headcount": r"employ(?:s|ed|ing|ees?)?|staff|headcount|workforce",
    "staff": r"employ(?:s|ed|ing|ees?)?|staff|headcount|workforce",
    "customer": r"customers?|clients?",
    "age": r"aged?|years?[\s-]old",
    "price": r"pric(?:e|es|ed)|costs?|sells? for|sold for",
    "cost": r"costs?|pric(?:e|es|ed)",
    "founded": r"founded|established|incorporated|since",
    "founding": r"founded|established|incorporated",
    "quantity": r"quantity|units|pieces",
    "duration": r"lasts?|lasted|duration|takes?|term",
    "weight": r"weighs?|weight|weighed",
    "height": r"height|tall|high",
    "length": r"length|long",
}
_EMPTY = frozenset(
    "number count total of num amount the a an in percent percentage pct rate ratio value our by "
    "annual full time overall current year how many".split()
)
_NOT_NOW = re.compile(
    r"\b(?:compared (?:to|with)|up from|down from|from|versus|previously|prior year|than)\W*$", re.I
)
_EXPECTED = re.compile(
    r"\b(?:may|could|might|would|will|expects?|plans?|aims?|targets?|forecasts?|if)\b", re.I
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_DATED = re.compile(
    r"\b(?:in|since|of|fiscal|year|FY|by|until|january|february|march|april|may|june|july|august|september"
    r"|october|november|december)\.?,?\s*(?:\d{1,2},\s*)?$",
    re.IGNORECASE,
)
_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
).split()
_WORDED = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b(?!-)", re.IGNORECASE)


#: As many mentions as are compared: what a text says first, it says best.
_ENOUGH = 200


@dataclass(frozen=True, kw_only=True)
class _Near:
    """A number near the words that were sought, and how near (in characters, with handicaps)."""

    far: float
    quantity: Quantity
    where: Sentence


def kind_asked(name: str, description: str) -> Kind:
    """What sort of number a field asks for, by its name and what its description says."""
    words = set(telling_words(name))
    told = description.lower()
    if words & {"percent", "percentage", "pct", "rate", "ratio", "margin", "share"}:
        money = re.search(r"\b(?:amount|dollars?|usd|eur|per share|price)\b", told)
        return "any" if money or {"per", "earnings"} & words else "percent"
    if re.search(r"\b(?:in|as a) per\s?cent", told):
        return "percent"
    if "year" in words and len(words) > 1:
        return "year"
    counted = {"number", "count", "employee", "employees", "headcount", "staff", "num", "quantity"}
    return "count" if words & counted or "number of" in told else "any"


def stated(name: str, kind: Kind, source: Source) -> Found:
    """The number that sentences or lines state for a name: "We employ about 12,400 people"."""
    spoken = " ".join(telling_words(name))
    patterns = _patterns(name, kind)
    nothing = Found(value=None, confidence=0.0, reason=f"The text states no {spoken}.")
    if not patterns:
        return nothing
    every = (each for place in places(source) for each in _in_place(place, patterns, kind, source))
    near = list(islice(every, _ENOUGH))
    if not near:
        return nothing
    best = min(near, key=lambda each: each.far)
    rivals = {each.quantity.worth for each in near if each.far < best.far + 25}
    confidence = 0.8 - min(0.25, best.far / 200)
    confidence *= 0.7 if len(rivals) > 1 else 1.0
    confidence *= 0.95 if best.quantity.about else 1.0
    return as_found(best.quantity, best.where, confidence)


def as_found(quantity: Quantity, where: Sentence, confidence: float) -> Found:
    """A quantity of a sentence as a figure with its trace."""
    return Found(
        value=quantity.value,
        confidence=round(confidence, 2),
        currency=quantity.currency,
        scale=quantity.scale or "units",
        page=where.page,
        evidence=where.text,
    )


def _patterns(name: str, kind: Kind) -> tuple[re.Pattern[str], ...]:
    words = [word for word in telling_words(name) if word not in _EMPTY]
    if kind == "year":
        words = [word for word in words if word != "date"]
    return tuple(re.compile(_pattern(word), re.IGNORECASE) for word in words)


def _pattern(word: str) -> str:
    singular = word.removesuffix("s")
    root = re.escape(stem(word).rstrip("eyi"))
    ends = r"(?:e|es|s|y|ies|ed|er|ers|ing|ee|ees|en|ment|ments|ion|ions)?"
    return rf"\b(?:{_ALSO.get(singular) or _ALSO.get(word) or root + ends})\b"


def _in_place(
    place: Sentence, patterns: Iterable[re.Pattern[str]], kind: Kind, source: Source
) -> Iterator[_Near]:
    text = place.text
    if not all(pattern.search(text) for pattern in patterns):
        return
    spots = [list(pattern.finditer(text)) for pattern in patterns]
    if _EXPECTED.search(text) or text.endswith("?"):
        return
    for quantity in _numbers(text, kind, source):
        nearest = [min(_apart(each, quantity, text) for each in found) for found in spots]
        far = max(nearest)
        far += 40 if _NOT_NOW.search(text[: quantity.start]) else 0
        if far <= 70:
            yield _Near(far=far, quantity=quantity, where=place)


def _apart(word: re.Match[str], quantity: Quantity, text: str) -> float:
    """How far a word is from a number; another number or a clause's end between them parts them."""
    if word.start() >= quantity.end:
        between = text[quantity.end : word.start()]
    elif word.end() <= quantity.start:
        between = text[word.end() : quantity.start]
    else:
        return 0.0
    far = float(len(between))
    far += 25 * len(re.findall(r"\d[\d,.]*", between))
    return far + 30 * len(re.findall(r"[;:]\s|\band\b|,\s|\.\s", between))


def _numbers(text: str, kind: Kind, source: Source) -> Iterator[Quantity]:
    for each in quantities(text, mark=source.mark):
        digits = re.search(r"\d[\d.,]*", each.text)
        plain = digits[0].strip(".,") if digits else ""
        looks_dated = bool(_YEAR.fullmatch(plain)) and not each.currency and not each.scale
        if kind == "year":
            if looks_dated:
                yield each
        elif kind == "percent":
            if each.percent:
                yield each
        elif not each.percent and not (kind == "count" and each.currency):
            before = text[: each.start]
            if not (looks_dated and _DATED.search(before)) and not _in_word(text, each):
                yield each
    if kind in {"count", "any"}:
        for match in _WORDED.finditer(text):
            value = float(_WORDS.index(match[0].lower()))
            if match[0].lower() != "one":  # "one of our stores" counts nothing
                yield Quantity(value=value, text=match[0], start=match.start(), end=match.end())


def _in_word(text: str, quantity: Quantity) -> bool:
    """Whether the digits are part of a date, a time, a version or a name: "24/7", "10-K"."""
    around = text[max(0, quantity.start - 1) : quantity.end + 2]
    return re.search(r"\d[/:]\d|\d[/:-]?[A-Za-z]\w?|^[#/:]|\d-\d", around) is not None
