"""The small grammar of quantities: sign, currency, number, scale, per cent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Scale = Literal["units", "thousands", "lakh", "millions", "crore", "billions", "trillions"]
DecimalMark = Literal[".", ","]

FACTORS: Mapping[Scale, float] = {
    "units": 1.0,
    "thousands": 1e3,
    "lakh": 1e5,
    "millions": 1e6,
    "crore": 1e7,
    "billions": 1e9,
    "trillions": 1e12,
}

_SCALE_WORDS: Mapping[Scale, str] = {
    "thousands": r"thousands?|000s?|k",
    "lakh": r"lakhs?|lacs?",
    "millions": r"millions?|mill?\.?|mio\.?|mn|m",
    "crore": r"crores?|cr\.?",
    "billions": r"billions?|bill?\.?|bn|b|mrd\.?|milliards?",
    "trillions": r"trillions?|tn|trn",
}
_ANY_SCALE = "|".join(_SCALE_WORDS.values())

#: Signs and names of currencies, the longer first. A bare "$" is told apart by the text around.
_CURRENCIES: Mapping[str, str] = {
    r"US\s?\$|U\.S\.\s?(?:\$|dollars?)|USD|US dollars?|United States dollars?": "USD",
    r"C(?:A|AD)?\s?\$|CAD|Canadian dollars?": "CAD",
    r"A(?:U|UD)?\s?\$|AUD|Australian dollars?": "AUD",
    r"NZ\s?\$|NZD|New Zealand dollars?": "NZD",
    r"HK\s?\$|HKD|Hong Kong dollars?": "HKD",
    r"S\s?\$|SGD|Singapore dollars?": "SGD",
    r"€|EUR|euros?": "EUR",
    r"£|GBP|pounds? sterling|sterling|pounds?|pence": "GBP",
    r"RMB|CNY|renminbi": "CNY",
    r"¥|JPY|yen": "JPY",
    r"₹|INR|Rs\.?|rupees?": "INR",
    r"CHF|Swiss francs?": "CHF",
    r"SEK|Swedish kronor": "SEK",
    r"NOK|Norwegian kroner": "NOK",
    r"DKK|Danish kroner": "DKK",
    r"₩|KRW|won": "KRW",
    r"R\$|BRL|reais": "BRL",
    r"\$|dollars?": "USD",
}
_ANY_CURRENCY = "|".join(_CURRENCIES)
_DIGITS = r"\d{1,3}(?:[ ,.'’]\d{2,3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[.,]\d+"

_QUANTITY = re.compile(
    rf"""(?P<about>\b(?:about|approximately|around|nearly|almost|over|more\ than|some|roughly|
             up\ to|at\ least|less\ than|close\ to|under|circa|c\.)\s+)?
         (?P<open>\()?\s?(?P<minus>[-−–])?
         (?:(?<![A-Za-z])(?P<before>{_ANY_CURRENCY})\s?)?(?P<minus2>[-−–])?(?P<open2>\()?
         (?<![\w.,])(?P<digits>{_DIGITS})(?P<shut>\))?
         (?:[ -]?(?P<scale>{_ANY_SCALE})(?![A-Za-z]))?
         (?:\s?(?P<percent>%|per\s?cent\b|percent\b|percentage\ points?\b))?
         (?P<shut2>\))?
         (?:\s(?P<after>{_ANY_CURRENCY})(?![A-Za-z]))?""",
    re.VERBOSE | re.IGNORECASE,
)

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORD_VALUES = {word: value for value, word in enumerate(_SMALL)} | {
    word: 10 * value for value, word in enumerate(_TENS, start=2)
}
_TENS_WORD = "|".join(_TENS)
_SMALL_WORD = "|".join(_SMALL)
_WORDED_PERCENT = re.compile(
    rf"(?P<about>\b(?:nearly|almost|about|approximately|around|over|more than|some)\s+)?"
    rf"\b(?:(?P<tens>{_TENS_WORD})(?:[-\s](?P<ones>{_SMALL_WORD}))?|(?P<small>{_SMALL_WORD}))"
    rf"(?P<half>\s+and\s+a\s+half)?\s+(?:per\s?cent)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number as a text prints it; ``value`` is signed and in ``scale``."""

    value: float
    text: str
    start: int = 0
    end: int = 0
    currency: str | None = None
    scale: Scale | None = None
    percent: bool = False
    about: bool = False

    @property
    def worth(self) -> float:
        """The value in single units, for comparing quantities of different scales."""
        return self.value * FACTORS[self.scale or "units"]


def quantities(text: str, *, mark: DecimalMark = ".") -> tuple[Quantity, ...]:
    """Every quantity of a sentence, per cents in words included, in order."""
    found = [
        quantity for match in _QUANTITY.finditer(text) if (quantity := _quantity(match, mark))
    ]
    found.extend(_worded(match) for match in _WORDED_PERCENT.finditer(text))
    return tuple(sorted(found, key=lambda each: each.start))


def _quantity(match: re.Match[str], mark: DecimalMark) -> Quantity | None:
    value = to_number(match["digits"], mark)
    if value is None:
        return None
    bracketed = bool(match["open"] or match["open2"]) and bool(match["shut"] or match["shut2"])
    if bracketed or match["minus"] or match["minus2"]:
        value = -value
    return Quantity(
        value=value,
        text=match[0].strip(),
        start=match.start(),
        end=match.end(),
        currency=currency_of(match["before"] or match["after"] or ""),
        scale=_scale_word(match["scale"]),
        percent=match["percent"] is not None,
        about=match["about"] is not None,
    )


def _worded(match: re.Match[str]) -> Quantity:
    if match["tens"]:
        value = _WORD_VALUES[match["tens"].lower()]
        value += _WORD_VALUES[match["ones"].lower()] if match["ones"] else 0
    else:
        value = _WORD_VALUES[match["small"].lower()]
    return Quantity(
        value=value + (0.5 if match["half"] else 0.0),
        text=match[0],
        start=match.start(),
        end=match.end(),
        percent=True,
        about=match["about"] is not None,
    )


def cell_quantity(cell: str, *, mark: DecimalMark = ".") -> Quantity | None:
    """The number in a table's cell, or None where the cell prints none (a dash, "n/m")."""
    match = re.search(_DIGITS, cell)
    value = to_number(match[0], mark) if match else None
    if match is None or value is None:
        return None
    before = cell[: match.start()]
    negative = bool(re.search(r"[(\-−–]", before))
    return Quantity(
        value=-value if negative else value,
        text=cell.strip(),
        start=match.start(),
        end=match.end(),
        currency=currency_of(before) or currency_of(cell[match.end() :]),
        percent="%" in cell,
    )


def to_number(digits: str, mark: DecimalMark) -> float | None:
    """A printed number by the document's decimal mark; None where it cannot be one."""
    plain = re.sub(r"[ '’\u00a0]", "", digits)
    thousands = "," if mark == "." else "."
    if plain.count(mark) > 1 or (mark == "," and _grouped(plain, ",")) or _grouped(plain, "."):
        if not (mark == "," and _grouped(plain, ".")):
            # The other style, whatever the document does elsewhere: 1,234,567 has no decimals.
            mark, thousands = thousands, mark  # type: ignore[assignment]  # both are marks
    plain = plain.replace(thousands, "").replace(mark, ".")
    try:
        return float(plain)
    except ValueError:
        return None


def _grouped(plain: str, mark: str) -> bool:
    return bool(re.fullmatch(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}}){{2,}}", plain))


def decimal_mark(text: str) -> DecimalMark:
    """The mark before decimals, from how the whole text groups its thousands."""
    points = len(re.findall(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+(?:,\d+)?(?![\d.,]\d)", text))
    commas = len(re.findall(r"(?<![\d.,])\d{1,3}(?:,\d{2,3})+(?:\.\d+)?(?![\d.,]\d)", text))
    decimal_commas = len(re.findall(r"(?<![\d.,])\d+,\d{1,2}(?![\d.,]\d)(?!\d)", text))
    decimal_points = len(re.findall(r"(?<![\d.,])\d+\.\d{1,2}(?![\d.,]\d)(?!\d)", text))
    return "," if points + decimal_commas > commas + decimal_points else "."


def currency_of(text: str) -> str | None:
    """The ISO code of the currency that a short text names, or None."""
    if not text.strip():
        return None
    for pattern, code in _CURRENCIES.items():
        # A sign may touch a letter ("£m"), a word may not.
        if re.search(rf"(?<![A-Za-z])(?:{pattern})(?!(?<=[a-z])[a-z])", text, re.IGNORECASE):
            return code
    return None


def _scale_word(word: str | None) -> Scale | None:
    if word is None:
        return None
    for scale, pattern in _SCALE_WORDS.items():
        if re.fullmatch(pattern, word, re.IGNORECASE):
            return scale
    return None


_STATED_SCALE = re.compile(
    rf"""(?:(?<![A-Za-z])(?:{_ANY_CURRENCY})[\s,]*(?:in\s+)?[(’'‘]*|\bin\s+|\(\s*)
         (?P<scale>thousands?|000s?|millions?|billions?|crores?|lakhs?|mio\.?|mn|bn|m|k)
         (?![A-Za-z])""",
    re.VERBOSE | re.IGNORECASE,
)
_WORD_SCALE = re.compile(
    r"\b(?P<scale>thousands?|millions?|billions?|crores?|lakhs?)\s+of\b", re.IGNORECASE
)


def stated_scale(text: str) -> Scale | None:
    """The scale that a caption or heading states for its table, such as "(in millions)"."""
    match = _STATED_SCALE.search(text) or _WORD_SCALE.search(text)
    return _scale_word(match["scale"]) if match else None
