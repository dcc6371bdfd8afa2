"""The clauses of a lease, read by rule: every place that states a term, the surest first.

All places are kept, not only the best: a term that stands twice with different values is what a
person must know.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ....nodes.amounts import Amount, amounts_in
from ....nodes.offline.numbers import DecimalMark, decimal_mark
from ....nodes.papers import Line, Paper, labelled, lines_of, sentences_of
from ....nodes.timeline import Day, Order, Span, days_in, order_of, spans_in

Labelled = Iterator[tuple[str, Line, float]]
_I = re.IGNORECASE


@dataclass(frozen=True, kw_only=True)
class Clauses:
    """A lease's text, ready to be asked for its terms."""

    lines: tuple[Line, ...]
    sentences: tuple[Line, ...]
    order: Order | None
    mark: DecimalMark

    def labelled(self, *names: str) -> Labelled:
        """What stands after one of these labels."""
        return labelled(self.lines, names)

    def saying(self, *patterns: str, but: str | None = None) -> Iterator[Line]:
        """The sentences in which all patterns occur, and ``but`` does not."""
        for each in self.sentences:
            left_out = but is not None and re.search(but, each.text, _I)
            if not left_out and all(re.search(pattern, each.text, _I) for pattern in patterns):
                yield each

    def days(self, text: str) -> tuple[Day, ...]:
        """The dates of a text, in the document's own order."""
        return days_in(text, order=self.order)

    def sums(self, text: str) -> tuple[Amount, ...]:
        """The sums of a text that name a currency."""
        return amounts_in(text, mark=self.mark)


def clauses_of(paper: Paper) -> Clauses:
    """A paper's lines and sentences, with how it writes dates and decimals."""
    return Clauses(
        lines=lines_of(paper),
        sentences=sentences_of(paper),
        order=order_of(paper.text),
        mark=decimal_mark(paper.text),
    )


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A day, a period or a sum, where it stands, and how sure it is that it is the one."""

    line: Line
    sure: float
    day: Day | None = None
    span: Span | None = None
    sum: Amount | None = None
    months: int | None = None


_START = r"commenc\w*|begin\w*|start\w*|from|effective"
_END = r"end(?:s|ing)?|expir\w*|until|to|through|terminat\w*"
_OTHER_DAYS = (
    r"\b(?:increase\w*|adjust\w*|index\w*|deposit|inspect\w*|invoice|insurance|signed|replaced"
    r"|instalment|rent review)\b"
)


_TERM = ("term", "lease term", "duration", "length of term", "lease period", "rental period")
_BORDERS = {
    "start": (
        *("commencement date", "start date", "lease start", "start of lease", "commencement"),
        *("term commencement date", "start of the term", "lease begins", "start", "begin"),
    ),
    "end": (
        *("expiry date", "end date", "expiration date", "lease end", "end of lease", "expiry"),
        *("end of the term", "end of term", "expiration", "termination date", "lease ends", "end"),
    ),
}


def borders(clauses: Clauses, which: str) -> list[Hit]:
    """Every place that states the first day of the term (``start``) or its last (``end``)."""
    found = [
        Hit(line=line, sure=min(sure, day.sure), day=day)
        for value, line, sure in clauses.labelled(*_BORDERS[which])
        for day in clauses.days(value)[:1]
    ]
    about = (
        r"\b(?:(?:sub)?lease|term|tenancy|period|rental|rented|let|occup\w+"
        r"|it (?:ends|expires|begins|runs))\b"
    )
    told = [(line.text, line) for line in clauses.saying(about, but=_OTHER_DAYS)]
    told += [(value, line) for value, line, _ in clauses.labelled(*_TERM)]
    for text, line in told:
        at = 0
        for day in clauses.days(text):
            cues = [*re.finditer(rf"\b(?:({_START})|({_END}))\b", text[at : day.start], _I)]
            nearest = cues[-1] if cues and day.start - at - cues[-1].end() < 35 else None
            if nearest is not None and bool(nearest[1]) == (which == "start"):
                found.append(Hit(line=line, sure=min(0.9, day.sure), day=day))
            at = day.end
    return found


def term(clauses: Clauses) -> list[Hit]:
    """Every place that states how long the term is."""
    found = _labelled_spans(clauses, *_TERM)
    stated = re.compile(
        r"\b(?:term|period|duration)\b(?: of (?:the|this) \w+)?\s*(?:of|is|shall be|:)?\s*$"
        r"|\bfor(?: a| an initial)?(?: fixed)?(?: term| period)?(?: of)?\s*$",
        _I,
    )
    for line in clauses.saying(
        r"\b(?:lease|term|lets?|rental|rented|tenancy)\b", but=r"\bnotice\b|\bdeposit\b"
    ):
        for span in spans_in(line.text):
            before, behind = line.text[: span.start], line.text[span.end :]
            if re.search(r"\b(?:renew\w*|further|additional|extend\w*|option)\b", line.text, _I):
                continue
            if stated.search(before) or re.match(r"\s+(?:lease\s+)?term\b", behind, _I):
                found.append(Hit(line=line, sure=0.9, span=span))
    return found


def notice(clauses: Clauses) -> list[Hit]:
    """Every place that states how long notice must be given before the end."""
    found = _labelled_spans(
        clauses, "notice period", "notice", "period of notice", "termination notice"
    )
    ends = (
        r"\b(?:terminat\w*|end (?:this|the)|cancel\w*|give notice|quit|vacate|break|determine"
        r"|notice to|notice period)\b"
    )
    for line in clauses.saying(
        r"\bnotice\b", ends, but=r"\b(?:renew\w*|default|breach|inspect\w*)\b"
    ):
        found += [Hit(line=line, sure=0.9, span=each) for each in spans_in(line.text)[:1]]
    return found


_RENEWS = (
    r"\brenew\w*\b|\boption to extend\b|\bextend (?:the|this) (?:term|lease|tenancy)\b"
    r"|\b(?:term|lease|tenancy) (?:may|can) be extended\b"
)
#: What makes a period one of notice: the words right before it, or right behind.
_AHEAD = re.compile(r"(?:not less than|at least|no later than|minimum of|notice of)\s*$", _I)
_AHEAD_OF = re.compile(
    r"\W*\s*(?:(?:prior|written|advance|previous)\s+)*(?:notice|before|prior|in advance|ahead)\b",
    _I,
)


def renewal(clauses: Clauses) -> tuple[list[Hit], list[Hit]]:
    """The length of a further term, and how long before the end one must ask for it."""
    lengths: list[Hit] = []
    notices: list[Hit] = []
    for line in clauses.saying(_RENEWS):
        for span in spans_in(line.text):
            before, behind = line.text[: span.start], line.text[span.end :]
            is_notice = _AHEAD.search(before) or _AHEAD_OF.match(behind)
            (notices if is_notice else lengths).append(Hit(line=line, sure=0.9, span=span))
    return lengths, notices


def _labelled_spans(clauses: Clauses, *names: str) -> list[Hit]:
    return [
        Hit(line=line, sure=sure, span=span)
        for value, line, sure in clauses.labelled(*names)
        for span in spans_in(value)[:1]
    ]


_PER = (
    (1, r"(?:per|a|each|every|/)\s*(?:calendar )?month|monthly|pcm\b|p\.m\."),
    (3, r"(?:per|a|each|every)\s*quarter\b|quarterly"),
    (12, r"(?:per|a|each|every|/)\s*(?:year|annum)|annual(?:ly)?|yearly|p\.a\."),
)


def rent(clauses: Clauses) -> list[Hit]:
    """Every place that states the rent, with the months that it is for."""
    names = ("rent", "monthly rent", "annual rent", "base rent", "basic rent", "rent per month",
             "quarterly rent", "yearly rent", "rent per annum", "net rent")  # fmt: skip
    found = []
    for value, line, sure in clauses.labelled(*names):
        for each in clauses.sums(value)[:1]:
            head = line.text[: line.text.find(value)] if value in line.text else ""
            months = _months(value[each.end :][:30]) or _months(head)
            found.append(Hit(line=line, sure=sure if months else 0.6, sum=each, months=months))
    taken = {(hit.line.page, hit.line.number) for hit in found}
    other = (
        r"\b(?:deposit|increases? by|goes up|rises? by|late|interest|service charge|replaced"
        r"|parking)\b"
    )
    for line in clauses.saying(r"\brents?\b", but=other):
        for each in clauses.sums(line.text)[:1]:
            before, behind = line.text[: each.start], line.text[each.end : each.end + 30]
            months = (
                _months(behind.split(",")[0]) or _months(before) or _months(line.text[each.end :])
            )
            if (line.page, line.number) not in taken:
                found.append(Hit(line=line, sure=0.9 if months else 0.6, sum=each, months=months))
    return found


def _months(text: str) -> int | None:
    hits = (
        (match.start(), months) for months, said in _PER if (match := re.search(said, text, _I))
    )
    return min(hits, default=(0, None))[1]


def deposit(clauses: Clauses) -> list[Hit]:
    """Every place that states the deposit."""
    found = [
        Hit(line=line, sure=min(sure, each.sure), sum=each)
        for value, line, sure in clauses.labelled(
            "deposit", "security deposit", "rent deposit", "bond"
        )
        for each in clauses.sums(value)[:1]
    ]
    taken = {(hit.line.page, hit.line.number) for hit in found}
    for line in clauses.saying(r"\b(?:deposit|bond)\b", but=r"\breplaced\b"):
        if (line.page, line.number) not in taken:
            found += [Hit(line=line, sure=0.9, sum=each) for each in clauses.sums(line.text)[:1]]
    return found


def deposit_return(clauses: Clauses) -> list[Hit]:
    """How long after the end the deposit comes back; "it" is what the sentence before spoke of."""
    back = r"\b(?:return\w*|repa(?:y|id)\w*|refund\w*|released?)\b"
    found, last = [], ""
    for line in clauses.sentences:
        about = line.text if not re.search(r"\bit\b", line.text, _I) else f"{last} {line.text}"
        if re.search(r"\b(?:deposit|bond)\b", about, _I) and re.search(back, line.text, _I):
            found += [Hit(line=line, sure=0.9, span=each) for each in spans_in(line.text)[-1:]]
        last = line.text
    return found


@dataclass(frozen=True, kw_only=True)
class Rise:
    """A clause by which the rent changes."""

    line: Line
    kind: str
    value: Decimal | None
    every: int
    first: date | None


_PERCENT = re.compile(r"(\d{1,2}(?:[.,]\d{1,3})?)\s*(?:%|per\s?cent)", _I)


def rises(clauses: Clauses) -> list[Rise]:
    """Every clause by which the rent changes: by a rate, a sum or an index, and how often."""
    moves = r"\b(?:increas\w*|adjust\w*|index\w*|escalat\w*|uplift\w*|rises?|goes up)\b"
    names = ("indexation", "rent indexation", "escalation", "rent increase", "rent review")
    lines = [line for _, line, _ in clauses.labelled(*names)]
    lines += clauses.saying(r"\brent\b", moves, but=r"\breplaced\b")
    found = []
    for line in lines:
        percent, sums = _PERCENT.search(line.text), clauses.sums(line.text)
        by_index = re.search(r"\b(?:index|cpi|rpi|hicp|inflation)\b", line.text, _I)
        if by_index:
            kind, value = "index", None
        elif percent:
            kind, value = "rate", Decimal(percent[1].replace(",", "."))
        elif sums and re.search(r"\bby\s*$", line.text[: sums[-1].start], _I):
            kind, value = "sum", sums[-1].value
        else:
            continue
        years = [s.months for s in spans_in(line.text) if s.months >= 12]
        days = [day.day for day in clauses.days(line.text)]
        every = years[0] if years and re.search(r"\b(?:every|each)\b", line.text, _I) else 12
        found.append(
            Rise(line=line, kind=kind, value=value, every=every, first=days[0] if days else None)
        )
    return found


def said(clauses: Clauses, names: Sequence[str], pattern: str) -> Iterator[tuple[str, Line, float]]:
    """A text after a label, or the group of a pattern in a sentence."""
    for value, line, sure in clauses.labelled(*names):
        yield value, line, sure
    for line in clauses.sentences:
        match = re.search(pattern, line.text, _I | re.S)
        if match is not None:
            yield match["it"].strip(" ,.;"), line, 0.85
