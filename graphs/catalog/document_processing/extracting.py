"""The rules' reading of a paper: each field by its label, and where there is none by its place."""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

from .finding import (
    Row,
    Sheet,
    is_likely,
    labelled,
    name_of,
    sheet_of,
    sums_in,
    value_of,
)
from .kinds import KINDS, Spec
from .listing import entries, lines_of
from .printed import DAY, IBAN, ways_of
from .schema import DISPUTED, Paper, Value

_COMPANY = re.compile(
    r"\b(?:(?i:Ltd|Limited|LLC|Inc|Incorporated|Corp|plc|LLP|GmbH|Pty|Oy|ApS|SARL|S\.?r\.?l|e\.K)|AG|KG|OHG|UG"
    r"|B\.?V|N\.?V|S\.?A|S\.?A\.?S|S\.?p\.?A|AB|A/S|& (?:Co|Sons|Söhne))\b\.?"
)
_TO = re.compile(
    r"\b(?:bill(?:ed)? to|invoice(?:d)? to|sold to|ship to|deliver to|customer|client|kunde"
    r"|rechnung an|to|an:)(?!\w)\s*:?", re.IGNORECASE,
)  # fmt: skip
_SPAN = (
    r"(?:\w+(?:-\w+)?\s+)?(?:\(?\d{1,3}\)?)?\s*(?:calendar\s+|full\s+)?"
    r"(?:day|week|month|year)s?['’]?"
)
_CLOSING = re.compile(
    r"^\W*(?:yours|kind|best|warm|with (?:kind|best|many|love)|sincerely|regards"
    r"|mit freundlichen|hochachtungsvoll)",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"\b(?:sirs?|madam|damen|herren|team|customers?|all|everyone|colleagues?)\b", re.I
)
_ON_BEHALF = re.compile(r"\W*(?:im auftrag|i\. ?a\.|i\. ?v\.|p\.? ?p\.|for\b|on behalf)", re.I)
_PAID_BY = re.compile(r"\W*(visa|mastercard|maestro|amex|cash|girocard|ec-karte|bar)\b", re.I)
_STATE = re.compile(r"\b[A-Z]{2} \d{5}(?:-\d{4})?\b")
#: A date that has its line for itself, or with the place before it.
_OWN_DAY = re.compile(
    rf"\W*(?:[A-ZÄÖÜ][\w.-]*(?: [\w.-]+){{0,2}},\s*(?:(?:the|den) )?)?(?:{DAY.pattern})\s*"
)
_LISTED = r"[A-Z][\w.&'’-]*(?:\s[A-Z][\w.&'’-]*)*"
#: What is not to be paid to, said of an account number.
_DENIED = re.compile(
    r"\b(?:not|never|no longer|don['’]t|closed|old|former(?:ly)?|previous(?:ly)?|invalid|nicht"
    r"|kein\w*|alte[ns]?|geschlossen\w*|ungültig\w*|früher\w*)\b",
    re.IGNORECASE,
)
#: Behind it stands what somebody else wrote.
_QUOTES = re.compile(
    r"\b(?:wrote|writes|schrieb\w*)\b.{0,60}:\s*$|original message|forwarded message"
    r"|ursprüngliche nachricht|weitergeleitete nachricht",
    re.IGNORECASE,
)


def extract(item: Paper) -> Paper:
    """The paper with all that the rules find for its kind."""
    paper = Paper.model_validate(item)
    sheet = sheet_of(paper.pages, ways_of("\n".join(paper.pages)))
    values: dict[str, Value] = {}
    for spec in KINDS[paper.kind]:
        found = _chosen(spec, [each for each in labelled(spec, sheet) if is_likely(spec, each[1])])
        finder = _FINDERS.get((paper.kind, spec.name))
        if finder is not None and found is None:
            # Only where no label is: what stands under one, and cannot be read, is for a person.
            found = finder(spec, sheet)
        if found is not None and spec.sort == "iban":
            found = _payable(found, sheet)
        if found is not None and _is_told(spec, found):
            values[spec.name] = found if is_likely(spec, found) else _unlikely(found)
    if paper.kind == "form":
        values |= entries(sheet)
    lines = lines_of(sheet) if paper.kind == "invoice" else ()
    return paper.but(values=values, lines=lines)


def _is_told(spec: Spec, value: Value) -> bool:
    """ "Due: on receipt" is no date and need not be one; a date that cannot be read is told."""
    return bool(value.value) or spec.required or bool(re.search(r"\d", value.printed))


def _chosen(spec: Spec, found: Sequence[tuple[int, Value]]) -> Value | None:
    """The value under the surest label; less sure where others under it say another thing."""
    if not found:
        return None
    strict = spec.sort in ("money", "day", "id", "iban")
    read = [(rank, each) for rank, each in found if each.value or strict]
    best = min(rank for rank, _ in read or found)
    surest = [each for rank, each in read or found if rank == best]
    first = next((each for each in surest if strict and not each.value), surest[0])
    if strict and not first.value:
        return first
    # Weaker labels dispute a sum only: "Date" beside "Invoice date" may date anything.
    others = {e.value for rank, e in read if (rank == best or spec.sort == "money") and e.value}
    rest = sorted(others - {first.value})
    if strict and rest:
        note = f"It says {first.value} and also {', '.join(rest)}."
        return first.model_copy(update={"confidence": DISPUTED, "note": note})
    return first


def _unlikely(value: Value) -> Value:
    note = f"{value.printed!r:.60} is hardly a name."
    return value.model_copy(update={"confidence": DISPUTED, "note": note})


def _value(spec: Spec, printed: str, row: Row, sheet: Sheet, sure: float) -> Value:
    return value_of(spec, printed, row, sheet.ways, sure)


def _currency(spec: Spec, sheet: Sheet) -> Value | None:
    printed = " ".join(dict.fromkeys(sums_in(sheet)))
    told = re.findall(r"\b(?:in|all amounts in|currency:?|betrag in)\s+([A-Z]{3})\b", sheet.text)
    heads = re.findall(r"\b(?:amount|total|price|betrag)\s*\(?([A-Z]{3}|[€£])\)?", sheet.text, re.I)
    # A state and a ZIP code tell whose dollar it is.
    states = ["USD"] if "$" in printed and _STATE.search(sheet.text) else []
    return _value(spec, " ".join([printed, *told, *heads, *states]), sheet.rows[0], sheet, 0.95)


def _supplier(spec: Spec, sheet: Sheet) -> Value | None:
    """The company above the one that is billed; of two beside each other nobody can tell."""
    head = sheet.rows[:14]
    end = next((n for n, row in enumerate(head) if _TO.match(row.text.strip())), None)
    above = [row for row in head[:end] if _COMPANY.search(row.text)]
    names = [cell for row in above for cell in re.split(r"\s{2,}|\t|\|", row.text.strip())]
    companies = [name for name in names if _COMPANY.search(name)]
    if companies:
        row = next(row for row in above if companies[0] in row.text)
        name = name_of(re.split(r"\s[·•|–-]\s", companies[0])[0])
        alone = len(set(companies)) == 1 and (end is not None or len(above) == 1)
        return _value(spec, name, row, sheet, 0.95 if alone else 0.6)
    bare = (row for row in head if not re.search(r"invoice|rechnung|[\d:@]", row.text, re.I))
    first = next(bare, None)
    return _value(spec, first.text.strip(), first, sheet, 0.6) if first else None


def _only_day(spec: Spec, sheet: Sheet) -> Value | None:
    return _day_of(spec, sheet, sheet.rows)


def _head_day(spec: Spec, sheet: Sheet) -> Value | None:
    """A letter's date has a line of its own, with the place perhaps."""
    own = [row for row in sheet.rows[:14] if _OWN_DAY.fullmatch(row.text)]
    return _day_of(spec, sheet, own or sheet.rows[:14])


def _day_of(spec: Spec, sheet: Sheet, rows: Sequence[Row]) -> Value | None:
    """The one date that is there; the first of several is a guess."""
    found = [(match[0], row) for row in rows for match in DAY.finditer(row.text)]
    values = [_value(spec, printed, row, sheet, 0.95) for printed, row in found]
    days = [each for each in values if each.value or _has_year(each)]
    if len({each.value or each.printed for each in days}) > 1:
        return days[0].model_copy(update={"confidence": DISPUTED, "note": "One of several dates."})
    return days[0] if days else None


def _payable(value: Value, sheet: Sheet) -> Value:
    """An account number, in doubt where its own line says not to pay to it."""
    own = next((r for r in sheet.rows if (r.page, r.line) == (value.page, value.line)), None)
    if own is None or not is_denied(None, own):
        return value
    note = f"{own.text.strip()!r:.90} says that it may be another."
    return value.model_copy(update={"confidence": DISPUTED, "note": note})


def _has_year(value: Value) -> bool:
    """A sort code is printed like a date, but for the year."""
    return bool(re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", value.printed))


def _iban(spec: Spec, sheet: Sheet) -> Value | None:
    """The account number that is there, without a label; of several none is sure, and one that is
    not to be paid to is none."""
    values = [
        _value(spec, match[0], row, sheet, 0.95)
        for above, row in zip((None, *sheet.rows), sheet.rows, strict=False)
        for match in IBAN.finditer(row.text)
        if not is_denied(above, row)
    ]
    read = [each for each in values if each.value] or values
    if len({each.value for each in read}) > 1:
        return read[0].model_copy(update={"confidence": DISPUTED, "note": "One of several."})
    return read[0] if read else None


def is_denied(above: Row | None, row: Row) -> bool:
    """Whether the sentence says not to; one may begin in the line above."""
    begun = "" if above is None or re.search(r"[.:;!?]\s*$", above.text) else above.text
    return _DENIED.search(f"{begun} {row.text}") is not None


def _merchant(spec: Spec, sheet: Sheet) -> Value | None:
    first = next(
        (row for row in sheet.rows[:4] if not re.search(r"receipt|quittung|[:=]", row.text, re.I)
         and sum(map(str.isalpha, row.text)) > 2), None,
    )  # fmt: skip
    if first is None:
        return None
    # A number in it may be a till's or a cab's.
    sure = 0.7 if re.search(r"\d", first.text) else 0.9
    return _value(spec, first.text.strip(" *#-_~"), first, sheet, sure)


def _paid_by(spec: Spec, sheet: Sheet) -> Value | None:
    for row in sheet.rows:
        match = _PAID_BY.match(row.text)
        if match:
            return _value(spec, match[1].lower(), row, sheet, 0.9)
    return None


def _signed(spec: Spec, sheet: Sheet) -> Value | None:
    """Who signed: the line after the closing words. A letter that is quoted has such, too."""
    found: list[Value] = []
    quotes = False
    for row, below in zip(sheet.rows, sheet.rows[1:], strict=False):
        quotes = quotes or bool(_QUOTES.search(row.text)) or row.text.lstrip().startswith(">")
        is_name = sum(map(str.isalpha, below.text)) > 2 and not _ON_BEHALF.match(below.text)
        if _CLOSING.match(row.text.lstrip("> ")) and is_name:
            found.append(_value(spec, below.text.strip("> "), below, sheet, 0.95))
    if quotes or len({each.value for each in found}) > 1:
        names = ", ".join(dict.fromkeys(each.value for each in found))
        note = f"It quotes another letter, or has several signatures: {names}."
        return found[0].model_copy(update={"confidence": DISPUTED, "note": note}) if found else None
    return found[0] if found else None


def _greeted(spec: Spec, sheet: Sheet) -> Value | None:
    for row in sheet.rows:
        match = re.match(r"\W*(?:dear|sehr geehrter?)\s+([^,:!]+)", row.text, re.IGNORECASE)
        if match and not _NOBODY.search(match[1]):
            return _value(spec, match[1], row, sheet, 0.9)
    return None


def _title(spec: Spec, sheet: Sheet) -> Value | None:
    first = next((row for row in sheet.rows if sum(map(str.isalpha, row.text)) > 3), None)
    return _value(spec, first.text.strip(" \t#*=_-"), first, sheet, 0.95) if first else None


def _said(*patterns: str) -> Callable[[Spec, Sheet], Value | None]:
    """A finder of what a sentence says, over the ends of lines; the surest pattern first."""
    wanted = [re.compile(each, re.IGNORECASE) for each in patterns]

    def finder(spec: Spec, sheet: Sheet) -> Value | None:
        text, rows = _flat(sheet)
        for each in wanted:
            matches = list(each.finditer(text))
            values = [_value(spec, m["v"], rows(m.start("v")), sheet, 0.95) for m in matches]
            if len({value.value for value in values}) > 1 and spec.sort != "text":
                printed = ", ".join(dict.fromkeys(value.printed for value in values))
                note = f"It says several: {printed}."
                return values[0].model_copy(update={"confidence": DISPUTED, "note": note})
            if values:
                return values[0]
        return None

    return finder


def _second_party(spec: Spec, sheet: Sheet) -> Value | None:
    """The other party; where names are listed before the "and" there are more than two."""
    found = _OTHER_PARTY(spec, sheet)
    listed = re.search(rf"{_BETWEEN}{_LISTED},\s{_LISTED},?\s?and\b", _flat(sheet)[0])
    is_form = listed and re.search(r", (?:Inc|LLC|Ltd|Limited|LLP|plc)\b", listed[0])
    if found is None or listed is None or is_form:
        return found
    note = "There may be more than two parties."
    return found.model_copy(update={"confidence": DISPUTED, "note": note})


def _flat(sheet: Sheet) -> tuple[str, Callable[[int], Row]]:
    """The paper as one line, and which row a place of it is in."""
    texts = [" ".join(row.text.split()) for row in sheet.rows]
    starts = list(accumulate((len(each) + 1 for each in texts), initial=0))
    return " ".join(texts), lambda at: sheet.rows[bisect_right(starts, at) - 1]


_NAME = r"(?P<v>[A-Z0-9][^,(;]{2,80}?)"
_BETWEEN = r"\bbetween\b\s*:?\s*(?:\(?[1a]\)\.?\s*)?"
_OTHER_PARTY = _said(
    rf"{_BETWEEN}[A-Z0-9](?:(?!\band\b).){{2,400}}?\band\b\s*(?:\(?[2b]\)\.?\s*)?{_NAME}"
    r"\s*(?:[,(;]|\. |\.$)"
)
_DAY_IN = rf"(?P<v>{DAY.pattern})"

_FINDERS: Mapping[tuple[str, str], Callable[[Spec, Sheet], Value | None]] = {
    ("invoice", "supplier"): _supplier,
    ("invoice", "currency"): _currency,
    ("invoice", "iban"): _iban,
    ("invoice", "date"): _only_day,
    ("receipt", "currency"): _currency,
    ("receipt", "merchant"): _merchant,
    ("receipt", "date"): _only_day,
    ("receipt", "paid_by"): _paid_by,
    ("letter", "sender"): _signed,
    ("letter", "recipient"): _greeted,
    ("letter", "date"): _head_day,
    ("form", "title"): _title,
    ("contract", "first_party"): _said(rf"{_BETWEEN}{_NAME}\s*(?:[,(;]|\band\b)"),
    ("contract", "second_party"): _second_party,
    ("contract", "start"): _said(
        r"(?:effective(?: date)?(?: is| as of| from| on|:)?|commenc\w+ on"
        r"|(?:begins?|beginning|starts?|starting) on)(?: the)? " + _DAY_IN,
        rf"\bfrom(?: the)? {_DAY_IN}(?= (?:until|to|through)\b)",
        rf"(?:made|dated|entered into)(?:[^.]{{0,20}}?)(?: on| as of)?(?: the)? {_DAY_IN}",
    ),
    ("contract", "end"): _said(
        r"(?:until|expires? on|expiring on|ends? on|ending on|through)(?: and including)?"
        r"(?: the)? " + _DAY_IN
    ),
    ("contract", "term"): _said(
        r"(?:term(?: of this \w+)? (?:of|is|shall be)|(?:fixed|initial) period of|in force for)"
        rf" (?P<v>{_SPAN})"
    ),
    ("contract", "notice"): _said(
        rf"(?:giving|with|upon|on|by|at least|of|than) (?P<v>{_SPAN})"
        r" (?:prior )?(?:written )?notice"
    ),
    ("contract", "law"): _said(
        r"governed by(?: and construed in accordance with)? (?:the )?laws? of (?:the )?"
        r"(?P<v>(?-i:[A-Z]\w+(?: (?:[A-Z]\w+|of|and(?= [A-Z])))*))"
    ),
    ("contract", "price"): _said(
        r"\b(?:fees?|price|consideration|rent|remuneration|salary|sum)\b[^.]{0,40}? (?P<v>"
        r"(?:[A-Z]{3}|[$€£]) ?\d[\d.,]*\d(?: (?:per|a|each) \w+)?)"
    ),
}  # fmt: skip
