"""From what is printed to what is meant: sums, days, account numbers; in doubt, why not."""

import re
from dataclasses import dataclass
from decimal import Decimal

from ....nodes.timeline import Order, days_in, mended, order_of, spans_in
from .kinds import Sort

SUM = re.compile(
    r"(?<![\w.,;/%-])[-−(]?\s?(?P<before>[A-Z]{3}\s?|[$€£¥]\s?)?[-−]?"
    r"(?P<digits>\d{1,3}(?:[ '’]\d{3})+(?:[.,]\d{1,2})?|\d[\d.,]*\d|\d)"
    r"(?P<after>\s?(?:[$€£¥]|[A-Z]{3}\b))?(?!\s?%|[\w/]|[;:]\d)"
)
ID = re.compile(r"(?=[\w./-]*\d)[A-Za-z0-9](?:[\w./-]*\w)?")
DAY = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}"
    r"|\d{1,2}(?:st|nd|rd|th)?\.?(?: day of)? [A-Za-zä]{3,9}\.?,? \d{4}"
    r"|[A-Z][a-z]{2,8}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}"
)
IBAN = re.compile(r"\b[A-Z]{2}\s?[0-9OIl]{2}(?:\s?[A-Z0-9]){11,30}\b")
CURRENCIES = "EUR USD GBP CHF JPY CAD AUD SEK NOK DKK PLN CZK INR CNY NZD SGD HKD ZAR".split()
_SYMBOLS = {"€": "EUR", "£": "GBP", "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD"}
_IBAN_LENGTHS = {
    "AT": 20, "BE": 16, "CH": 21, "CZ": 24, "DE": 22, "DK": 18, "ES": 24, "FI": 18, "FR": 27,
    "GB": 22, "IE": 22, "IT": 27, "LU": 20, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "SE": 24,
}  # fmt: skip
_MONTHS = {
    "januar": "January", "februar": "February", "märz": "March", "maerz": "March",
    "mai": "May", "juni": "June", "juli": "July", "oktober": "October", "dezember": "December",
}  # fmt: skip
_GERMAN = re.compile(
    rf"(\d{{1,2}})\.\s*({'|'.join(_MONTHS)}|april|august|september|november)\b", re.I
)
_CENTS = re.compile(r"(?<![\d.,/-])\d{1,3}(?:[.,' ]?\d{3})*([.,])\d\d(?![\d.,/-]*\d)")


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How a document writes: the mark before its cents and the order of its dates, where told."""

    mark: str | None
    order: Order | None


@dataclass(frozen=True, kw_only=True)
class Meant:
    """A value in its plain form, or the reason why there is none."""

    value: str | None
    confidence: float = 0.9
    note: str = ""


def ways_of(text: str) -> Ways:
    """What the whole of a document tells about its single numbers and dates."""
    marks = {match[1] for match in _CENTS.finditer(text)}
    return Ways(mark=marks.pop() if len(marks) == 1 else None, order=order_of(text))


def meant(sort: Sort, printed: str, ways: Ways) -> Meant:
    """What a printed value means."""
    match sort:
        case "money":
            return _money(printed, ways.mark)
        case "day":
            return _day(printed, ways.order)
        case "iban":
            return _iban(printed)
        case "currency":
            return _currency(printed)
        case "period":
            found = spans_in(printed)
            plain = f"{found[0].months} months" if found and found[0].months else ""
            plain = plain or (f"{found[0].days} days" if found else "")
            doubt = f"{printed!r} says two lengths." if found and found[0].other else ""
            return Meant(value=plain or None, note=doubt or ("" if plain else "No period."))
        case "text" | "id":
            plain = " ".join(printed.split()).strip(" :;,|")
            return Meant(value=plain or None, note="" if plain else "Nothing is printed.")


def _money(printed: str, mark: str | None) -> Meant:
    match = SUM.search(printed) or SUM.search(mended(printed))
    if match is None:
        return Meant(value=None, note=f"{printed!r} is no sum.")
    digits = re.sub(r"[ '’]", "", match["digits"])
    plain = _plain(digits, mark)
    if plain is None:
        return Meant(value=None, note=f"{printed.strip()!r} can be read as two different sums.")
    is_negative = bool(re.search(r"[-−(]", match[0][: match.start("digits") - match.start()]))
    sure = 0.9 if SUM.search(printed) else 0.7
    note = "" if sure > 0.8 else f"Letters in {printed.strip()!r} were taken for digits."
    value = -Decimal(plain) if is_negative else Decimal(plain)
    return Meant(value=f"{value}", confidence=sure, note=note)


def _plain(digits: str, mark: str | None) -> str | None:
    """A number with a point before its decimals; None where it can be two."""
    marks = re.findall(r"[.,]", digits)
    if not marks:
        return digits
    last = marks[-1]
    whole, _, rest = digits.rpartition(last)
    groups = whole.replace(",", ".").split(".")
    is_grouped = all(len(each) == 3 for each in groups[1:]) and 1 <= len(groups[0]) <= 3
    if len(set(marks)) == 2:
        decimals = marks.count(last) == 1 and is_grouped and len(rest) <= 2
        return f"{''.join(groups)}.{rest}" if decimals else None
    if len(marks) > 1:
        return "".join((*groups, rest)) if is_grouped and len(rest) == 3 else None
    if len(rest) <= 2:
        return f"{whole}.{rest}"
    # One mark and three digits: thousands, if the document has the other mark before its cents.
    return whole + rest if len(rest) == 3 and mark is not None and mark != last else None


def _day(printed: str, order: Order | None) -> Meant:
    english = _GERMAN.sub(lambda m: f"{m[1]} {_MONTHS.get(m[2].lower(), m[2])}", printed)
    found = days_in(english, order=order)
    if not found:
        return Meant(value=None, note=f"{printed.strip()!r} is no date.")
    first = found[0]
    if first.day is None:
        one, other = first.readings[:2]
        return Meant(value=None, note=f"{first.text!r} is {one} or {other}.")
    if not 1950 <= first.day.year <= 2100:
        return Meant(value=None, note=f"{first.text!r} is no likely year.")
    worn = mended(first.text) != first.text
    note = f"Letters in {first.text!r} were taken for digits." if worn else first.reason or ""
    # An order that another date of the paper settles is as good as a month in words.
    sure = 0.7 if worn else max(first.sure, 0.85) if first.sure >= 0.75 else first.sure
    return Meant(value=first.day.isoformat(), confidence=sure, note=note)


def _iban(printed: str) -> Meant:
    plain = re.sub(r"[^A-Z0-9]", "", printed)
    plain = plain[: _IBAN_LENGTHS.get(plain[:2], len(plain))]
    if is_iban(plain):
        return Meant(value=plain, confidence=0.98)
    # Scanners take zeros and ones for letters; the checksum tells whether they did.
    repaired = plain[:2] + plain[2:].translate(str.maketrans("OIL", "011"))
    if is_iban(repaired):
        note = f"Read as {repaired}, whose checksum fits."
        return Meant(value=repaired, confidence=0.8, note=note)
    return Meant(value=None, note=f"The checksum of {printed.strip()!r} is wrong.")


def is_iban(plain: str) -> bool:
    """Whether an account number's checksum is right."""
    if not re.fullmatch(r"[A-Z]{2}\d\d[A-Z0-9]{11,30}", plain):
        return False
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def _currency(printed: str) -> Meant:
    codes = [each for each in CURRENCIES if re.search(rf"\b{each}\b", printed)]
    codes += [
        code
        for symbol, code in _SYMBOLS.items()
        if re.search(rf"(?<![A-Z]){re.escape(symbol)}", printed)
    ]
    found = list(dict.fromkeys(codes))
    if len(found) > 1:
        return Meant(value=None, note=f"It names several currencies: {', '.join(found)}.")
    if found:
        return Meant(value=found[0])
    if "$" in printed:
        return Meant(value=None, note="'$' alone may be the dollar of several countries.")
    return Meant(value=None, note="No currency is printed.")
