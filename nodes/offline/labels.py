"""How well a row's label fits what is asked for.

A schema's own words (a field's name, title, and "also called …" in its description) come before
the thesaurus.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from .thesaurus import CONCEPTS, FIELD_NAMES, Weights

#: Words of a label that do not change what it means.
_EMPTY = frozenset(["the", "a", "an", "our", "its", "for_the", "total_the", "company's"])
_PLURALS = {"sales": "sale", "taxes": "tax", "liabilities": "liability", "activities": "activity"}


#: "1. Revenue", "IV. Operating expenses", "(a) Net sales"; not "U.S. revenue".
_ORDINAL = re.compile(r"^\s*\(?(?:[IVXivx]{1,5}|\d{1,2}|[A-Za-z])[.)]\s+(?=\w)|\s[A-Z]\.\d{1,2}$")
_REMARK = re.compile(r"\(([^()]*)\)")
_FORMULA = re.compile(r"[ivx]+|\d+|[a-z]|to|and|less|plus|(?:un)?audited|restated|", re.IGNORECASE)
_SIGNS = "loss|losses|deficit|income|profit|earnings|benefit"
#: What a bracket says that makes a label mean less, or more, than it does without.
_NARROWS = re.compile(
    r"exclud|exclus|ex\b|before|after|adjust|non-?gaap|underlying|forma|continu|parent|per share"
    r"|organic|constant|net of|third|external|inter-?(?:company|segment)|joint|associate"
    r"|minority|non-?controlling|quarter|half|month|forecast|budget|\bq[1-4]\b|%",
    re.IGNORECASE,
)


def _without_formula(remark: re.Match[str]) -> str:
    """A bracket, but for one that only says how a line is computed: "(III - IV - V)"."""
    parts = re.split(r"[\s+\-–−.,;&/]+", remark[1])
    return " " if all(_FORMULA.fullmatch(part) for part in parts) else remark[0]


@lru_cache(maxsize=8192)
def normal(label: str) -> str:
    """A label in lower case and singular, without notes, marks and bracketed alternatives."""
    text = _REMARK.sub(_without_formula, _ORDINAL.sub("", label))
    text = text.lower().replace("&", " and ").replace("’", "'")
    text = re.sub(r"\((?:note|notes|see|a|b|c|d|i|ii|\d+)[^)]*\)|\[\d+\]", " ", text)
    # "net income (loss)", "(loss)/profit" and "profit/(loss)" name both signs of one thing.
    text = re.sub(rf"[/\s]*\((?:{_SIGNS})\)\s*/?", " ", text)
    text = re.sub(r"\b(profit|income|earnings)\s*/\s*(?:loss|losses)\b", r"\1", text)
    text = re.sub(r"\b(?:loss|losses)\s*/\s*(profit|income|earnings)\b", r"\1", text)
    text = re.sub(r"\bnotes?\s+\d+\b|\b[a-z]\)|\d+\)$", " ", text)
    text = re.sub(r"'s\b|s'(?=\s|$)", " ", text)
    text = re.sub(r"\b(?:year|period)\s*/\s*(?:the\s+)?(?:year|period)\b", "year", text)
    words = re.findall(r"[a-z]+", text)
    words = [_singular(word) for word in words if word not in _EMPTY]
    return " ".join(words)


def _singular(word: str) -> str:
    if word in _PLURALS:
        return _PLURALS[word]
    keep = len(word) < 4 or word.endswith(("ss", "us", "is", "gross"))
    return word if keep or not word.endswith("s") else word[:-1]


#: A comment may say what the name means, or which part of it is meant: that is not sure.
_COMMENTED = 0.78
#: A total after deductions, or with what it includes, is the total.
_TOTAL_NET = re.compile(r"(\W*total [^,]*), (?:net of|including|incl\.) ", re.IGNORECASE)
_NET_OF = 0.93
#: What is longer is a paragraph.
_LONGEST = 300
#: Ends that narrow a net income to the owners of the one company that reports.
_OWNERS = re.compile(
    r"^(?P<head>(?:consolidated )?(?:net )?(?:income|earning|profit|loss)(?: for (?:year|period))?)"
    r" attributable to (?!.*(?:non ?controlling|minority|preferred|participating)).*$"
)


#: Ends that say nothing new: "net profit after tax for the financial year".
_FOR_YEAR = re.compile(
    r" (?:for|of) (?:financial |fiscal |full )?(?:year|period)(?: (?:ended|ending)(?: .*)?)?$"
)


def _variants(text: str) -> Iterator[str]:
    """A label and the plainer ones that mean the same, the closest first."""
    yield text
    text = re.sub(r"after (?:income tax|taxation)", "after tax", text)
    yield text
    plain = _FOR_YEAR.sub("", text)
    yield from (plain, f"{plain} for year")
    if plain.startswith("net "):
        yield plain.removesuffix(" after tax")
    if plain.endswith(" net"):
        yield f"net {plain.removesuffix(' net')}".replace("net total", "total net")


@dataclass(frozen=True, kw_only=True)
class Fit:
    """How well a label fits a concept (0 to 1), and whether its words say it is a loss.

    ``is_inverse``: "loss/(profit)" prints a profit in brackets.
    """

    weight: float
    is_loss: bool = False
    is_inverse: bool = False


def fit(label: str, weights: Weights) -> Fit | None:
    """The fit of a row's label to a concept's words; None where it means something else."""
    if len(label) > _LONGEST:
        return None
    plain = _REMARK.sub(_without_comment, label)
    weight = _weight(normal(label), weights)
    if weight is None and plain != label and not _narrowed(label):
        weight = (_weight(normal(plain), weights) or 0.0) * _COMMENTED or None
    if weight is None and (whole := _TOTAL_NET.match(plain)):
        weight = (_weight(normal(whole[1]), weights) or 0.0) * _NET_OF or None
    if weight is None:
        return None
    both_signs = re.search(r"income|profit|earning", plain, re.IGNORECASE)
    return Fit(
        weight=weight,
        is_loss="loss" in normal(plain).split() and not both_signs,
        is_inverse=re.match(r"\W*(?:net )?loss(?:es)?\s*/?\s*\(", label, re.IGNORECASE) is not None
        and both_signs is not None,
    )


def _weight(text: str, weights: Weights) -> float | None:
    weight = next((weights[each] for each in _variants(text) if each in weights), None)
    if weight is None and (owners := _OWNERS.match(text)) and owners["head"] in weights:
        return 0.84 * weights[owners["head"]]
    return weight


def _without_comment(remark: re.Match[str]) -> str:
    """A bracket that names the other sign stays; any other comments on the name before it."""
    return remark[0] if re.fullmatch(_SIGNS, remark[1], re.IGNORECASE) else " "


def _narrowed(label: str) -> bool:
    return any(_NARROWS.search(remark[1]) for remark in _REMARK.finditer(label))


@lru_cache(maxsize=8192)
def concept_of_label(label: str) -> str | None:
    """The concept that a row's label names, if any."""
    return next((name for name, words in CONCEPTS.items() if fit(label, words)), None)


Kind = Literal["level", "growth"]


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What a schema's field asks for: a concept's words, as a level or as its growth."""

    name: str
    words: Weights
    kind: Kind = "level"
    concept: str | None = None

    @property
    def spoken(self) -> str:
        return self.name.replace("_", " ")


_GROWTH = re.compile(r"\b(?:growth|change|increase|yoy)\b")


def sought(name: str, description: str = "", title: str = "") -> Sought:
    """What a field named ``name`` asks for."""
    spoken = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").lower().strip()
    kind: Kind = "growth" if _GROWTH.search(spoken) else "level"
    base = re.sub(r"\s+", " ", _GROWTH.sub("", spoken)).strip()
    base = re.sub(r"\b(?:rate|percent|percentage|pct|in|of|annual|year on year)\b", "", base)
    base = re.sub(r"\s+", " ", base).strip() or spoken
    concept = base.replace(" ", "_")
    if concept not in CONCEPTS:
        concept = FIELD_NAMES.get(base, concept_of_label(base) or concept_of_label(title) or "")
    own = {normal(phrase): 0.97 for phrase in (base, title, *_also_called(description)) if phrase}
    words = {**own, **CONCEPTS.get(concept, {})}
    return Sought(name=name, words=words, kind=kind, concept=concept or None)


def _also_called(description: str) -> list[str]:
    """The other names in a description such as "…, also called net sales or turnover"."""
    said = re.search(r"also (?:called|known as|named)\s+([^.;:()]+)", description, re.IGNORECASE)
    if said is None:
        return []
    return [part.strip(" '\"") for part in re.split(r",|\bor\b|/", said[1]) if part.strip(" '\"")]
