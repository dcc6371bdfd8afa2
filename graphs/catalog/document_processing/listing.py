"""What stands in lists: the lines of an invoice, and the entries of a form."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from .finding import Row, Sheet, is_table_head
from .printed import DAY, SUM, meant
from .schema import DISPUTED, Line, Value

_SUMS = re.compile(
    r"^\W*(?:net|vat|tax|gst|mwst|btw|tva)\b"
    r"|\b(?:sub-?total|totaa?l|netto\w*|zwischensumme|summe|gesamt\w*)\b",
    re.I,
)
_BARE = r"(?:[A-Z]{3}\s?|[$€£]\s?)?-?\d[\d.,]*(?:\s?[€£$])?"
#: The words of forms' labels.
_WORDS = frozenset(
    "account address amount applicant bank birth business card city claim claimant code comments"
    " company contact country customer date department description details email employee"
    " employer employment family first form gender home incident income invoice item job last"
    " location manager married member middle mobile month name nationality number occupation"
    " order organisation passport payment permit phone place policy position postcode product"
    " project purpose reason reference registration relationship reported room signature signed"
    " site start status street supplier surname telephone time title total town vehicle visitor"
    " volume witness work".split()
)
#: What a scanner reads, and what was printed.
_ALIKE = (
    ("rn", "m"), ("m", "rn"), ("vv", "w"), ("cl", "d"), ("d", "cl"), ("0", "o"), ("1", "l"),
    ("1", "i"), ("5", "s"), ("8", "b"), ("6", "b"), ("l", "i"), ("i", "l"), ("c", "e"), ("nn", "m"),
)  # fmt: skip
#: No line of an invoice is longer.
_LONGEST = 500
#: What stands under a label that was mended is not sure either.
_WORN = 0.7
_ENTRY = re.compile(r"\s*([A-Za-zÄÖÜäöü][\w /'’()-]{1,40}?)\s*(?::|[.…_]{3,}:?)\s*(\S.*)$")


def entries(sheet: Sheet) -> dict[str, Value]:
    """A form's own fields: a label, then dots, a colon or a rule, then what was filled in."""
    found: dict[str, Value] = {}
    for row in sheet.rows:
        ruled = [cell.strip() for cell in row.text.split("|") if cell.strip()]
        halves = [f"{ruled[0].rstrip(':')}: {ruled[1]}"] if len(ruled) == 2 else _halves(row.text)
        for cell in halves:
            match = _ENTRY.match(cell)
            if match and any(map(str.isalnum, match[2])):
                name = re.sub(r"\W+", "_", match[1].strip().lower()).strip("_")
                printed = _filled(match[2])
                entry, plain = _entry(name, printed, row, sheet), _unworn(name)
                if plain != name:
                    note = f"Its label {match[1].strip()!r} was taken for {plain!r}."
                    worn = {"confidence": min(entry.confidence, _WORN), "note": note}
                    entry = entry.model_copy(update=worn)
                found.setdefault(plain, entry)
    return {name: value for name, value in found.items() if name and name != "title"}


def _unworn(name: str) -> str:
    """A label with the letters that a scanner took for others: "first_narne" is "first_name".

    Only where that makes a word that forms have, of one that they do not.
    """
    return "_".join(next(_readings(word), word) for word in name.split("_"))


def _readings(word: str) -> Iterator[str]:
    if word in _WORDS:
        return
    for at in range(len(word)):
        for seen, meant_ in _ALIKE:
            if word.startswith(seen, at):
                other = word[:at] + meant_ + word[at + len(seen) :]
                if other in _WORDS:
                    yield other


def _filled(text: str) -> str:
    """What stands on a dotted line; the point of an abbreviation belongs to it."""
    text = text.strip().lstrip(" ._")
    bare = text.rstrip("._")
    return bare.rstrip() if len(text) - len(bare) > 1 else text


def _halves(line: str) -> list[str]:
    """The entries that stand beside each other in a line; a label goes with what follows it."""
    found: list[str] = []
    for cell in re.split(r"\s{2,}|\t|\|", line.strip()):
        is_box = bool(re.match(r"\[[ xX]?\]|☐|☒", cell))
        if found and (re.search(r"[:.…_]$", found[-1]) or cell[:1] == ":" or is_box):
            found[-1] = f"{found[-1]} {cell}"
        else:
            found.append(cell)
    return found


def _entry(name: str, printed: str, row: Row, sheet: Sheet) -> Value:
    """What was filled in or ticked; a date or a number in which a scanner erred is not sure."""
    ticked = re.findall(r"(?:\[[xX]\]|☒)\s*([^\[\]☐☒]+)", printed)
    is_empty = not ticked and bool(re.search(r"\[ ?\]|☐", printed))
    printed = ", ".join(each.strip() for each in ticked) or printed
    is_day = "date" in name or bool(DAY.fullmatch(printed))
    found = meant("day", printed, sheet.ways) if is_day else meant("text", printed, sheet.ways)
    worn = not is_day and bool(re.search(r"\d[OolIS]\d|\d[OolI]\b|\b[OlI]\d", printed))
    sure = DISPUTED if worn or is_empty else found.confidence
    note = "Letters stand among its digits." if worn else found.note
    note = "Nothing is ticked." if is_empty else note
    return Value(
        printed=printed, value=found.value or "", page=row.page, line=row.line,
        confidence=sure if found.value else 0.0, note=note,
    )  # fmt: skip


def lines_of(sheet: Sheet) -> tuple[Line, ...]:
    """The rows between a table's head and its first sum that end in an amount."""
    lines: list[Line] = []
    inside = False
    for row in sheet.rows:
        if is_table_head(row.text):
            inside = True
        elif _SUMS.search(row.text):
            if lines:
                break
        elif inside and len(row.text) <= _LONGEST and (sums := list(SUM.finditer(row.text))):
            last = sums[-1][0]
            amount = meant("money", last, sheet.ways).value
            text = re.sub(rf"(?:[\s|]+{_BARE})+\W*$", "", row.text).strip(" |")
            if lines and amount is not None and Decimal(amount) == _sum(lines):
                break  # what they add up to, under whatever name
            if amount is not None and text and row.text.rstrip(" |").endswith(last.strip()):
                lines.append(Line(text=text, amount=amount))
    return tuple(lines)


def _sum(lines: Sequence[Line]) -> Decimal:
    return sum((Decimal(each.amount) for each in lines), Decimal(0))
