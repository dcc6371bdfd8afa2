"""The papers of a claim, read by rule; and what an agent read in them, held against their text."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ....nodes.amounts import Amount, amounts_in
from ....nodes.offline.numbers import DecimalMark, decimal_mark
from ....nodes.papers import (
    AmountFact,
    DayFact,
    Line,
    Paper,
    TextFact,
    labelled,
    lines_of,
    sentences_of,
    without_orders,
)
from ....nodes.second_reading import Kind, Stated, borne_out
from ....nodes.timeline import Order, days_in, order_of
from . import labels
from .schema import Account, Item, Reading

#: What happened to things, and how papers say that something did.
_HAPPENED = re.compile(
    r"\b(?:happened|occurr?ed|took place|burst|broke|stole|stolen|took|tore|struck|theft|burgl\w+"
    r"|collid\w+|collision|crash\w*|hit|fire|flood\w*|leak\w*|storm\w*|damaged?|accident|incident|loss|hail|fell"
    r"|cracked|smashed)\b",
    re.IGNORECASE,
)
_TOLD = re.compile(r"\b(?:report(?:ed|ing)?|notif\w+|received|signed|submitted)\b", re.IGNORECASE)
#: A sentence on other times than that of the damage.
_OTHER = re.compile(
    r"\b(?:invoice|bought|purchas\w+|inspect\w+|repair\w*|visit\w*|policy (?:began|period|runs)"
    r"|paid|deliver\w+|valid|born|expires?|due)\b",
    re.IGNORECASE,
)
_KINDS = (
    ("police", re.compile(r"\bpolice\b|\bcrime (?:ref|number)|\bconstab", re.IGNORECASE)),
    ("bill", re.compile(r"\b(?:invoice|receipt|estimate|quotation|bill)\b", re.IGNORECASE)),
    ("form", re.compile(r"\bclaim(?:s)? form\b|\bnotice of (?:loss|claim)\b", re.IGNORECASE)),
)
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9/_.-]*\d[A-Z0-9/_-]*", re.IGNORECASE)


def account_of(paper: Paper) -> Account:
    """Everything that the rules find in one paper. What it orders its reader is kept apart."""
    kept, orders = without_orders(paper)
    lines, sentences = lines_of(kept), sentences_of(kept)
    kind = _kind(kept)
    order, mark = order_of(kept.text), decimal_mark(kept.text)
    items, total = _sums(lines, sentences, mark)
    return Account.model_validate(
        {
            "file": paper.name,
            "kind": kind,
            "claimant": TextFact(reason="A bill's customer is not who claims.")
            if kind == "bill"
            else _name(labelled(lines, labels.CLAIMANT)),
            "billed": _name(labelled(lines, labels.BILLED)) if kind == "bill" else TextFact(),
            "email": _matching(labelled(lines, labels.EMAIL), r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
            "policy_number": _policy_number(lines, sentences),
            "incident": _incident(lines, sentences, order),
            "reported": _reported(lines, sentences, paper.kind, order),
            "cause": _cause(lines, sentences),
            "bill_number": _matching(labelled(lines, labels.BILL), _NUMBER.pattern, close=True),
            "bill_date": _day(labelled(lines, labels.BILL_DATE), order)
            if kind == "bill"
            else DayFact(),
            "items": items,
            "total": total,
            "orders": orders,
        }
    )


def _kind(paper: Paper) -> str:
    if paper.kind == "email":
        return "letter"
    head = "\n".join([paper.name.replace("_", " "), *paper.text.strip().split("\n")[:12]])
    return next((name for name, pattern in _KINDS if pattern.search(head)), "letter")


Found = Iterable[tuple[str, Line, float]]


def _name(found: Found) -> TextFact:
    for value, line, sure in found:
        name = re.sub(r"\s*<.*|\(.*|\s*,.*|\d.*", "", value).strip(" \"'")
        if len(name) > 2 and "@" not in name:
            return TextFact(value=name, **line.cited(sure))  # type: ignore[arg-type]  # a fact's own fields
    return TextFact(reason="The paper names no claimant.")


def _matching(found: Found, pattern: str, *, close: bool = False) -> TextFact:
    for value, line, sure in found:
        match = re.search(pattern, value)
        if match is not None and not (close and match.start() > 12):
            return TextFact(value=match[0], **line.cited(sure))  # type: ignore[arg-type]  # a fact's own fields
    return TextFact(reason="The paper states none.")


def _policy_number(lines: Sequence[Line], sentences: Sequence[Line]) -> TextFact:
    said = re.compile(
        rf"\bpolicy\s+(?:(?:number|no\.?|ref\.?)\s*(?:is|:)?\s*)?({_NUMBER.pattern})", re.I
    )
    found = _matching(labelled(lines, labels.POLICY), _NUMBER.pattern, close=True)
    for line in (*lines, *sentences) if found.value is None else ():
        match = said.search(line.text)
        if match is not None and len(match[1]) > 4:
            found = TextFact.model_validate({"value": match[1].rstrip("."), **line.cited(0.85)})
            break
    if found.value is None:
        return TextFact(reason="The paper states no policy number.")
    if re.search(r"\d[IOlS]\d", found.value):
        reason = f"{found.value!r} may have a letter for a digit."
        return found.model_copy(update={"confidence": 0.5, "reason": reason})
    return found


def _day(found: Found, order: Order | None) -> DayFact:
    for value, line, sure in found:
        for day in days_in(value, order=order)[:1]:
            sure = min(sure, day.sure)  # noqa: PLW2901  # the less sure of label and date
            return DayFact(
                value=day.day,
                readings=day.readings if day.day is None else (),
                **line.cited(sure, day.reason),  # type: ignore[arg-type]  # a fact's own fields
            )
    return DayFact(reason="The paper states no such day.")


def _bill_date(lines: Sequence[Line], order: Order | None) -> DayFact:
    """By its label; else the only date in the head of the bill."""
    found = _day(labelled(lines, labels.BILL_DATE), order)
    if found.value is not None or found.readings:
        return found
    dated = [(line.text, line, 0.7) for line in lines[:8] if days_in(line.text, order=order)]
    return _day(dated[:1], order) if len(dated) == 1 else found


def _incident(lines: Sequence[Line], sentences: Sequence[Line], order: Order | None) -> DayFact:
    found = _day(labelled(lines, labels.INCIDENT), order)
    if found.value is not None or found.readings:
        return found
    told = []
    for line in sentences:
        happened = _HAPPENED.search(line.text)
        if happened is None or _OTHER.search(line.text):
            continue
        for day in days_in(line.text, order=order):
            before = line.text[: day.start]
            tells = [each.end() for each in _TOLD.finditer(before)]
            if tells and day.start - tells[-1] < 25 and happened.start() < tells[-1]:
                continue
            told.append((line.text, line, min(0.8, day.sure)))
            break
    return _day(told, order)


def _reported(
    lines: Sequence[Line], sentences: Sequence[Line], file: str, order: Order | None
) -> DayFact:
    if file == "email":
        return _day(labelled(lines[:8], ("date",)), order)
    found = _day(labelled(lines, labels.REPORTED), order)
    if found.value is not None or found.readings:
        return found
    near = re.compile(
        r"\b(?:report(?:ed|ing)|notified|submitted)\b[^.]{0,40}?\bon\b(?P<rest>.*)", re.I | re.S
    )
    told = [
        (match["rest"], line, 0.75)
        for line in sentences
        if (match := near.search(line.text)) and days_in(match["rest"][:40])
    ]
    return _day(told, order)


#: As much of a cause as rules judge.
_LONGEST = 300


def _going_on(lines: Sequence[Line], first: Line) -> Iterator[str]:
    """The lines below one that go on with its sentence."""
    for line in lines[lines.index(first) + 1 :]:
        if not line.text[0].islower():
            return
        yield line.text


def _cause(lines: Sequence[Line], sentences: Sequence[Line]) -> TextFact:
    for value, line, sure in labelled(lines, labels.CAUSE):
        if len(value) > 3 and not days_in(value[:12]):
            told = " ".join((value, *_going_on(lines, line)))
            long = None if len(told) <= _LONGEST else "It is a long story."
            cited = line.cited(min(sure, 0.5) if long else sure, long)
            return TextFact(value=told[:_LONGEST], **cited)  # type: ignore[arg-type]  # a fact's own fields
    for line in sentences:
        told = re.sub(r"^[^:]{2,40}:\s+", "", line.text)  # a label's own words tell nothing
        if _HAPPENED.search(told) and not _OTHER.search(line.text) and len(told) > 20:
            return TextFact.model_validate({"value": told[:300], **line.cited(0.6)})
    return TextFact(reason="The paper tells no cause.")


_ITEM = re.compile(r"^(?:\d{1,2}[.)]\s+|[-•*]\s+)?(?P<what>.*[A-Za-z]{3}.*?)[\s.:_|]*$")
_SUBTOTAL = re.compile(
    r"\b(?:sub-?total|vat|tax|net|deposit|balance|paid|discount)\b", re.IGNORECASE
)
_IS_TOTAL = re.compile(
    r"^\W*(?:grand |invoice |estimate )?"
    r"(?:total|amount (?:claimed|due)|sum claimed|claim amount)\b",
    re.IGNORECASE,
)


def _sums(
    lines: Sequence[Line], sentences: Sequence[Line], mark: DecimalMark
) -> tuple[tuple[Item, ...], AmountFact]:
    """Lines that end with a sum are items, but for totals. A paper's last total is the one."""
    items: list[Item] = []
    totals: list[AmountFact] = []
    for line, amount in _ending_with_a_sum(lines, mark):
        what = line.text[: amount.start]
        fact = {"value": amount.value, "currency": amount.currency}
        if _IS_TOTAL.search(what) or any(True for _ in labelled([line], labels.TOTAL)):
            totals.append(AmountFact(**fact, **line.cited(amount.sure)))  # type: ignore[arg-type]  # a fact's own fields
            continue
        match = _ITEM.match(what)
        if match is not None and not _is_term(what):
            items.append(Item(description=match["what"].strip(), **fact, **line.cited(amount.sure)))  # type: ignore[arg-type]  # a fact's own fields
    return tuple(items), totals[-1] if totals else _said_total(lines, sentences, mark)


_SUMS_UP = re.compile(
    r"\b(?:in total|total of|totall?ing|comes? to|amounts? to|we claim|i claim|costs?|claiming)\b",
    re.IGNORECASE,
)


def _said_total(lines: Sequence[Line], sentences: Sequence[Line], mark: DecimalMark) -> AmountFact:
    """A total below its label, or the only sum of a sentence that sums up."""
    told = [(value, line, sure) for value, line, sure in labelled(lines, labels.TOTAL)]
    told += [(line.text, line, 0.75) for line in sentences if _SUMS_UP.search(line.text)]
    for text, line, sure in told:
        found = amounts_in(text, mark=mark)
        if len(found) == 1:
            value = {"value": found[0].value, "currency": found[0].currency}
            return AmountFact.model_validate({**value, **line.cited(min(sure, found[0].sure))})
    return AmountFact(reason="The paper states no total.")


def _ending_with_a_sum(lines: Iterable[Line], mark: DecimalMark) -> Iterator[tuple[Line, Amount]]:
    for each in lines:
        line = replace(each, text=" ".join(each.text.split()))
        found = amounts_in(line.text, mark=mark, bare=True)
        if found and len(line.text) < 120 and not line.text[found[-1].end :].strip(" .|"):
            yield line, found[-1]


def _is_term(what: str) -> bool:
    """A sum that is no item: a sentence's, that of other lines together, or the policy's."""
    words = r"\b(?:sub-?total|net|deductible|excess|limit)\b|[.!?]\s+[A-Z]"
    return re.search(words, what) is not None or re.search(words, what.lower()) is not None


#: What an agent's words are to be read as.
KINDS: Mapping[str, Kind] = {"incident": "day", "reported": "day", "total": "amount"}


def with_reading(account: Account, reading: Reading, paper: Paper) -> tuple[Account, list[str]]:
    """The account with what an agent read, as far as the paper bears it; and where they differ."""
    changed: dict[str, object] = {}
    notes = []
    kept, _ = without_orders(paper)
    for name in Reading.model_fields:
        stated: Stated | None = getattr(reading, name)
        kind = KINDS.get(name, "text")
        theirs = None if stated is None else borne_out(stated, kept, kind=kind)
        ours = getattr(account, name)
        if theirs is None:
            continue
        if ours.value is None:
            changed[name] = theirs
        elif name != "cause" and _differ(ours.value, getattr(theirs, "value", None)):
            notes.append(f"{paper.name}: rule and agent read {name!r} differently; check it.")
            changed[name] = ours.model_copy(update={"confidence": min(ours.confidence, 0.5)})
    return account.model_copy(update=changed), notes


def _differ(one: object, other: object) -> bool:
    if isinstance(one, str):
        return re.sub(r"\W", "", one).lower() != re.sub(r"\W", "", str(other)).lower()
    return one != other
