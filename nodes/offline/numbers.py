"""The small grammar of quantities: sign, currency, number, scale, per cent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
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

#: Signs, codes and names of currencies. Codes are in capitals, so that "try" is no lira; a bare
#: "$" or "dollar" comes last and is told apart by the text around.
_CURRENCIES: Mapping[str, str] = {
    "USD": r"US\s?\$|U\.S\.\s?\$|USD|(?i:(?:U\.S\.|US|United States)\s+dollars?)",
    "CAD": r"C(?:A|AD|DN)?\s?\$|CAD|(?i:Canadian\s+dollars?)",
    "AUD": r"A(?:U|UD)?\s?\$|AUD|(?i:Australian\s+dollars?)",
    "NZD": r"NZ\s?\$|NZD|(?i:New\s+Zealand\s+dollars?)",
    "HKD": r"HK\s?\$|HKD|(?i:Hong\s+Kong\s+dollars?)",
    "SGD": r"S\s?\$|SGD|(?i:Singapore\s+dollars?)",
    "TWD": r"NT\s?\$|TWD|(?i:New\s+Taiwan\s+dollars?)",
    "BRL": r"R\$|BRL|(?i:reais)",
    "EUR": r"€|EUR|(?i:euros?)",
    "GBP": r"£|GBP|(?i:pounds?\s+sterling|sterling|pence)",
    "CNY": r"RMB|CNY|(?i:renminbi|yuan)",
    "JPY": r"¥|JPY|(?i:yen)",
    "INR": r"₹|INR|Rs\.?|(?i:rupees?)",
    "CHF": r"CHF|(?i:Swiss\s+francs?)",
    "SEK": r"SEK|(?i:Swedish\s+kron(?:a|or))",
    "NOK": r"NOK|(?i:Norwegian\s+kroner?)",
    "DKK": r"DKK|(?i:Danish\s+kroner?)",
    "KRW": r"₩|KRW|(?i:Korean\s+won)",
    "ZAR": r"ZAR|(?i:South\s+African\s+rand)",
    "MXN": r"MXN|Mex\$|(?i:Mexican\s+pesos?)",
    "PLN": r"PLN|(?i:zloty)",
    "CZK": r"CZK",
    "HUF": r"HUF",
    "RON": r"RON",
    "RUB": r"₽|RUB|(?i:rou?bles)",
    "PHP": r"₱|PHP|(?i:Philippine\s+pesos?)",
    "VND": r"₫|VND",
    "NGN": r"₦|NGN|(?i:naira)",
    "CLP": r"CLP|(?i:Chilean\s+pesos?)",
    "COP": r"COP|(?i:Colombian\s+pesos?)",
    "QAR": r"QAR",
    "KWD": r"KWD",
    "EGP": r"EGP",
    "TRY": r"₺|TRY",
    "ILS": r"₪|ILS|NIS",
    "MYR": r"RM|MYR|(?i:ringgit)",
    "THB": r"THB|(?i:baht)",
    "IDR": r"IDR|Rp|(?i:rupiah)",
    "AED": r"AED|(?i:dirhams?)",
    "SAR": r"SAR|(?i:riyals?)",
}
_ANY_CURRENCY = "|".join([*_CURRENCIES.values(), r"\$", "(?i:dollars?)"])
_NAMED = "|".join(f"(?P<{code}>{pattern})" for code, pattern in _CURRENCIES.items())
#: "MSEK", "TEUR": the scale as the code's first letter.
_PREFIXED = r"[MKTk](?=(?:EUR|SEK|NOK|DKK|CHF|USD|GBP)\b)"
#: A sign may touch a letter ("£m"), a name or code ends where its word does, but for "EURm".
_CURRENCY = re.compile(
    rf"(?:(?<![A-Za-z])|(?<![A-Za-z])(?:{_PREFIXED}))"
    rf"(?:{_NAMED}|(?P<bare>\$|(?i:dollars?)))(?!(?<=[A-Za-z])(?!m\b|mn\b|bn\b)[A-Za-z])"
)
_DIGITS = (
    r"(?:\d{1,3}(?:[ '’\u00a0\u202f]\d{3})+|\d{1,3}(?:,\d{2,3})+|\d{1,3}(?:\.\d{3})+)"
    r"(?:[.,]\d+)?(?!\d)"
    r"|\d+(?:[.,]\d+)?|[.,]\d+"
)
_NUMBER = re.compile(rf"(?<![\d.,])(?:{_DIGITS})")
_ABOUT = (
    r"about|approximately|around|nearly|almost|over|more\s+than|some|roughly|up\s+to|at\s+least"
    r"|less\s+than|close\s+to|under|circa|c\."
)
#: What may stand before a number, and after one.
_BEFORE = re.compile(
    rf"""(?P<about>\b(?i:{_ABOUT})\s+)?
         (?P<open>\()?\s?(?P<minus>(?<![\w%)])[-−–△▲])?
         (?:(?<![A-Za-z])(?P<currency>{_ANY_CURRENCY})\s?)?(?P<minus2>(?<![\w%)])[-−–△▲])?
         (?P<open2>\()?$""",
    re.VERBOSE,
)
_AFTER = re.compile(
    rf"""(?P<shut>\))?
         (?:[ -]?(?P<scale>{_ANY_SCALE})(?![A-Za-z]))?
         (?:\s?(?P<percent>%|per\s?cent\b|percent\b|percentage\ points?\b))?
         (?P<shut2>\))?
         (?:\s(?:of\s)?(?P<currency>{_ANY_CURRENCY})(?![A-Za-z]))?""".replace(
        _ANY_SCALE, f"(?i:{_ANY_SCALE})"
    ),
    re.VERBOSE,
)
_REACH = 40

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


@lru_cache(maxsize=8192)
def quantities(text: str, *, mark: DecimalMark = ".") -> tuple[Quantity, ...]:
    """Every quantity of a sentence, per cents in words included, in order."""
    found = [
        quantity for match in _NUMBER.finditer(text) if (quantity := _quantity(text, match, mark))
    ]
    if "cent" in text:
        found.extend(_worded(match) for match in _WORDED_PERCENT.finditer(text))
    return tuple(sorted(found, key=lambda each: each.start))


def _quantity(text: str, match: re.Match[str], mark: DecimalMark) -> Quantity | None:
    value = to_number(match[0], mark)
    at = max(0, match.start() - _REACH)
    before = _BEFORE.search(text, at, match.start())
    after = _AFTER.match(text, match.end())
    assert before is not None  # every part of both is optional
    assert after is not None
    glued = match.start() > 0 and text[match.start() - 1].isalpha()
    if value is None or (glued and not before["currency"]):
        return None
    bracketed = bool(before["open"] or before["open2"]) and bool(after["shut"] or after["shut2"])
    if bracketed or before["minus"] or before["minus2"]:
        value = -value
    start, end = before.start(), after.end()
    return Quantity(
        value=value,
        text=text[start:end].strip(),
        start=start,
        end=end,
        currency=currency_of(before["currency"] or after["currency"] or ""),
        scale=_scale_word(after["scale"]),
        percent=after["percent"] is not None,
        about=before["about"] is not None,
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


#: A longer cell is no number, but text that was torn into columns.
_WIDEST = 80
_MORE = re.compile(r"[.,'’]?\d|\s[^\d(]{0,12}\d{3}")


@lru_cache(maxsize=16384)
def cell_quantity(cell: str, *, mark: DecimalMark = ".") -> Quantity | None:
    """The number in a table's cell, or None where the cell prints none (a dash, "n/m")."""
    match = _NUMBER.search(cell) if len(cell) <= _WIDEST else None
    value = to_number(match[0], mark) if match else None
    if match is None or value is None:
        return None
    if _MORE.match(cell, match.end()):
        return None  # groups that no style has, or two numbers: whichever is taken may be wrong
    before, after = cell[: match.start()], _AFTER.match(cell, match.end())
    negative = bool(re.search(r"[(\-−–△▲]", before))
    return Quantity(
        value=-value if negative else value,
        text=cell.strip(),
        start=match.start(),
        end=match.end(),
        currency=currency_of(before) or currency_of(cell[match.end() :]),
        scale=_scale_word(after["scale"]) if after else None,
        percent="%" in cell,
    )


def to_number(digits: str, mark: DecimalMark) -> float | None:
    """A printed number by the document's decimal mark; None where it cannot be one."""
    plain = re.sub(r"[ '’\u00a0\u202f]", "", digits)
    other: DecimalMark = "," if mark == "." else "."
    if mark in plain and other in plain:
        # The decimals come last, whatever the document does elsewhere.
        mark, other = (mark, other) if plain.rfind(mark) > plain.rfind(other) else (other, mark)
    # Where the digits contradict the document's style they are in the other one: 1,234,567 has
    # no decimals, and the comma of 3,5 parts no thousands.
    elif plain.count(mark) > 1 or (other in plain and not _grouped(plain, other)):
        mark, other = other, mark
    try:
        return float(plain.replace(other, "").replace(mark, "."))
    except ValueError:
        return None


def _grouped(plain: str, mark: str) -> bool:
    return bool(
        re.fullmatch(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{2,3}})*{re.escape(mark)}\d{{3}}", plain)
    )


def decimal_mark(text: str) -> DecimalMark:
    """The mark before decimals, from how the whole text groups its thousands."""
    points = len(re.findall(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+(?:,\d+)?(?![\d.,]\d)", text))
    commas = len(re.findall(r"(?<![\d.,])\d{1,3}(?:,\d{2,3})+(?:\.\d+)?(?![\d.,]\d)", text))
    decimal_commas = len(re.findall(r"(?<![\d.,])\d+,\d{1,2}(?![\d.,]\d)(?!\d)", text))
    decimal_points = len(re.findall(r"(?<![\d.,])\d+\.\d{1,2}(?![\d.,]\d)(?!\d)", text))
    return "," if points + decimal_commas > commas + decimal_points else "."


@lru_cache(maxsize=8192)
def currency_of(text: str) -> str | None:
    """The ISO code of the first currency that a short text names, or None."""
    match = _CURRENCY.search(text)
    if match is None:
        return None
    return "USD" if match.lastgroup == "bare" else match.lastgroup


def _scale_word(word: str | None) -> Scale | None:
    if word is None:
        return None
    for scale, pattern in _SCALE_WORDS.items():
        if re.fullmatch(pattern, word, re.IGNORECASE):
            return scale
    return None


_STATED_SCALE = re.compile(
    rf"""(?:(?<![A-Za-z])(?:{_ANY_CURRENCY})[\s,]*(?:(?i:in)\s+)?[(’'‘]*|\b(?i:in)\s+|\(\s*)
         (?P<scale>(?i:thousands?|000s?|millions?|billions?|crores?|lakhs?|mio\.?|mn|bn|m|k))
         (?![A-Za-z])""",
    re.VERBOSE,
)
#: "CHF 1'000", "in 1 000 EUR": only beside a currency, for there are 1,000 of many things.
_ONE = r"1[., '’]?000(?:[., '’]?000)?(?![.,'’]?\d)"
_UNIT_SCALE = re.compile(
    rf"(?<![A-Za-z])(?:{_ANY_CURRENCY})\s?(?P<after>{_ONE})"
    rf"|\b(?:in|In)\s(?P<before>{_ONE})\s?(?:{_ANY_CURRENCY})"
)
_WORD_SCALE = re.compile(
    r"\b(?P<scale>thousands?|millions?|billions?|crores?|lakhs?)\s+of\b", re.IGNORECASE
)


def stated_scale(text: str) -> Scale | None:
    """The scale that a caption or heading states for its table, such as "(in millions)"."""
    match = _STATED_SCALE.search(text) or _WORD_SCALE.search(text)
    if match is not None:
        return _scale_word(match["scale"])
    unit = _UNIT_SCALE.search(text)
    if unit is not None:
        return "thousands" if (unit["after"] or unit["before"]).count("0") == 3 else "millions"
    prefix = re.search(rf"(?<![A-Za-z]){_PREFIXED}", text)
    return None if prefix is None else "millions" if prefix[0] == "M" else "thousands"
