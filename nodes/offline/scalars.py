"""One value of a schema by its kind: a number, a name of several, yes or no, a date, a text."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pydantic.fields import FieldInfo

from . import shapes, wording
from .counts import Kind, as_found, kind_asked, stated
from .dates import clock_in, labelled_date
from .derived import figure
from .figures import Found
from .labelled import formed, labelled, telling_words
from .labels import sought
from .language import is_english
from .numbers import FACTORS, Scale, currency_of, quantities, stated_scale
from .picking import stem
from .said import Said, places
from .source import Sentence, Source
from .texts import text
from .trace import Trace, nothing, of_found, of_said

#: As far into a huge text as signs of currencies are counted.
_SIGNS_IN = 4_000


#: Ends of a field's name that say what its number is to be counted in.
_SCALES: Mapping[str, Scale] = {
    "millions": "millions",
    "million": "millions",
    "mn": "millions",
    "mio": "millions",
    "thousands": "thousands",
    "thousand": "thousands",
    "billions": "billions",
    "billion": "billions",
    "bn": "billions",
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a field asks for, in its author's words."""

    name: str
    info: FieldInfo
    question: str = ""
    #: Whether a field beside it takes the scale, so that the number stays as printed.
    scaled: bool = False

    @property
    def said(self) -> str:
        return self.info.description or ""

    @property
    def title(self) -> str:
        return self.info.title or ""

    @property
    def names(self) -> list[str]:
        """The names under which a text may state it."""
        also = re.search(r"also (?:called|known as|named)\s+([^.;:()]+)", self.said, re.IGNORECASE)
        more = re.split(r",|\bor\b|/", also[1]) if also else []
        alias = self.info.alias or ""
        spoken = re.sub(rf"_(?:in_)?(?:{'|'.join(_SCALES)})$", "", self.name).replace("_", " ")
        every = (spoken, self.title, alias.replace("_", " "), *more)
        return list(dict.fromkeys(stripped for each in every if (stripped := each.strip(" '\""))))


#: Forms of text and the classes that take them.
_FORMED: Mapping[str, tuple[str, ...]] = {
    "uuid": ("UUID",),
    "url": ("_BaseUrl", "AnyUrl", "Url"),
    "email": ("EmailStr",),
}


# Any: annotations are whatever a schema's author wrote.
def scalar(  # noqa: PLR0911  # one for each kind
    asked: Asked, annotation: Any, source: Source
) -> Trace:
    """A value of one kind, or none with the reason."""
    if annotation is bool:
        if not is_english(source):
            return _read_in_english(asked)
        return of_said(wording.yes_or_no(asked.name, asked.said, source, asked.names))
    if annotation in {int, float} or annotation is Decimal:
        return _number(asked, annotation, source)
    told = shapes.options(annotation)
    if told:
        return _option(asked, told, source)
    if shapes.is_a(annotation, "date"):  # a datetime is a date, too
        timed = shapes.is_a(annotation, "datetime")
        return of_said(labelled_date(asked.names, source, timed=timed))
    if shapes.is_a(annotation, "time"):
        return _clock(asked, source)
    for kind, classes in _FORMED.items():
        if shapes.is_a(annotation, *classes):
            return of_said(formed(kind, asked.names, source))
    if annotation is str or annotation is Any or annotation is object:
        return _string(asked, source)
    named = getattr(annotation, "__name__", str(annotation))
    return nothing(f"A {named} is not read from text.")


def _read_in_english(asked: Asked) -> Trace:
    return nothing(
        f"The text does not read as English, and {asked.names[0]!r} is told by English wording."
    )


def number(asked: Asked, source: Source, *, whole: bool = False) -> Found:
    """A number that tables, labels or sentences state for a field."""
    kind = kind_asked(asked.name, asked.said)
    kind = "count" if whole and kind == "any" else kind
    target = sought(asked.names[0].replace(" ", "_"), asked.said, asked.title)
    if target.kind == "growth":
        return figure(target, source)
    beside = _beside_label(asked, source)
    if beside is not None and (target.concept is None or kind == "percent"):
        return beside
    if kind in {"percent", "year"}:
        return _stated(asked, kind, source)
    found = figure(target, source)
    if target.concept is None and found.value is not None and not _named_in(asked, found):
        found = replace(
            found, value=None, confidence=0.0, reason=f"The text states no {target.spoken}."
        )
    if found.value is None and beside is not None:
        return beside
    # A line of a statement is no count: what sentences say of it without a currency is left.
    return found if found.value is not None or target.concept else _stated(asked, kind, source)


def _named_in(asked: Asked, found: Found) -> bool:
    """Whether the evidence has the words of one of the names: another line is another thing."""
    told = {stem(word) for word in telling_words(found.evidence or "")}
    return any({stem(word) for word in telling_words(each)} <= told for each in asked.names)


def _stated(asked: Asked, kind: Kind, source: Source) -> Found:
    found = [stated(name, kind, source) for name in asked.names]
    return next((each for each in found if each.value is not None), found[0])


def _beside_label(asked: Asked, source: Source) -> Found | None:
    """The number after a label and a colon, if that is all that stands there."""
    found = []
    for value, confidence, where in labelled(asked.names, source):
        every = quantities(value, mark=source.mark)
        if len(every) == 1 and len(re.sub(r"[^A-Za-z]", "", value)) <= 24:
            found.append(as_found(every[0], where, confidence))
    if not found:
        return None
    differs = any(each.value != found[0].value for each in found)
    return replace(found[0], confidence=round(found[0].confidence - 0.25 * differs, 2))


def _number(asked: Asked, annotation: Any, source: Source) -> Trace:
    """A bare number carries no scale, so it is given in single units, per cents as printed."""
    if re.fullmatch(r"(?:fiscal|report(?:ing|ed)?|financial)?_?(?:year|period)", asked.name):
        return _year(source)
    found = number(asked, source, whole=annotation is int)
    if found.value is None:
        return of_found(found, None)
    value = found.value
    if not asked.scaled:
        value *= FACTORS[found.scale or "units"] / FACTORS[_wanted_scale(asked)]
    if not math.isfinite(value):
        return nothing("The number that the text states is too large to be kept.")
    value = round(value, 6)
    if annotation is int and value != int(value):
        return nothing(f"The text states {value:g}, which is no whole number: {found.evidence!r}.")
    exact = int(value) if annotation is int else value
    return of_found(found, Decimal(str(exact)) if annotation is Decimal else exact)


def _wanted_scale(asked: Asked) -> Scale:
    """The scale that a field's own name or description asks for: ``revenue_millions``."""
    named = _SCALES.get((telling_words(asked.name) or ("",))[-1])
    return named or stated_scale(asked.said) or "units"


def _year(source: Source) -> Trace:
    year = source.year
    if year is None:
        return nothing("The text does not say which year it reports on.")
    where = next((each for each in places(source) if str(year) in each.text), None)
    return of_said(Said(value=year, confidence=0.75, sentence=where))


def _clock(asked: Asked, source: Source) -> Trace:
    said = formed("time", asked.names, source)
    value = clock_in(said.sentence.text) if said.value is not None and said.sentence else None
    return of_said(said) if value is None else Trace(**{**vars(of_said(said)), "value": value})


def _option(asked: Asked, told: dict[str, object], source: Source) -> Trace:
    """One of the values that a Literal or an Enum allows."""
    if len(told) == 1:
        only = next(iter(told.values()))
        return Trace(value=only, confidence=1.0, reason="The schema allows only this.")
    if all(re.fullmatch("[A-Z]{3}", word) and currency_of(word) for word in told):
        return _allowed(currency(asked, source), told)
    if all(word in FACTORS for word in told):
        return _allowed(_scale(source), told)
    if all(re.fullmatch(r"-?\d+(?:\.\d+)?", word) for word in told):
        found = number(asked, source, whole=True)
        printed = None if found.value is None else f"{found.value:g}"
        return _allowed(of_found(found, printed), told)
    if not is_english(source):
        beside = wording.choice(list(told), source, asked.names)
        return (
            _allowed(of_said(beside), told) if beside.confidence > 0.7 else _read_in_english(asked)
        )
    return _allowed(of_said(wording.choice(list(told), source, asked.names)), told)


def _allowed(trace: Trace, told: dict[str, object]) -> Trace:
    if trace.value is None:
        return trace
    if trace.value not in told:
        return nothing(f"The text states {trace.value!r}, which the schema does not allow.")
    return Trace(**{**vars(trace), "value": told[str(trace.value)]})


def currency(asked: Asked, source: Source) -> Trace:
    """The ISO code of the currency that the text's amounts are in."""
    for value, confidence, where in labelled([*asked.names, "currency"], source):
        if code := currency_of(value):
            return of_said(Said(value=code, confidence=confidence, sentence=where))
    declared = source.currency
    counted: Counter[str] = Counter()
    first: dict[str, Sentence] = {}
    for at, place in enumerate(places(source)):
        if at > _SIGNS_IN:
            break
        code = currency_of(place.text) if re.search(r"\d", place.text) else None
        # A bare dollar is whose the text says it is.
        code = source.dollar if code == "USD" and "US" not in place.text else code
        if code:
            counted[code] += 1
            first.setdefault(code, place)
    if declared:
        said = Said(value=declared, confidence=0.9, sentence=first.get(declared))
        return of_said(said)
    if not counted:
        return nothing("The text names no currency.")
    ranked = counted.most_common(2)
    if len(ranked) > 1 and ranked[1][1] == ranked[0][1]:
        return nothing(f"The text has amounts in {ranked[0][0]} and {ranked[1][0]} alike.")
    code, times = ranked[0]
    sure = 0.55 + 0.3 * times / sum(counted.values())
    return of_said(Said(value=code, confidence=sure, sentence=first[code]))


def _scale(source: Source) -> Trace:
    scale = source.scale or next((each.scale for each in source.tables if each.scale), None)
    if scale is None:
        return nothing("The text states no scale for its amounts.")
    where = next((each for each in places(source) if scale in each.text.lower()), None)
    return of_said(Said(value=scale, confidence=0.8, sentence=where))


def _string(asked: Asked, source: Source) -> Trace:
    words = telling_words(asked.name)
    if words and words[-1] == "currency":
        return currency(asked, source)
    if re.fullmatch(r"(?:fiscal_|financial_|reporting_)?(?:year|period)", asked.name):
        found = _year(source)
        return Trace(**{**vars(found), "value": None if found.value is None else str(found.value)})
    return text(asked.name, asked.names, asked.info, asked.question, source)
