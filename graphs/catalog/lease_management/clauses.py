"""The clauses of a lease, read by rule: every place that states a term, the surest first.

All places are kept, not only the best: a term that stands twice with different values is what a
person must know.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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


#: What stands before a day that may be, and need not be, the one.
HEDGED = re.compile(
    r"\b(?:(?<!\d )may(?!,? \d)|can|could|might|option\w*|break|not|if|unless)\b", _I
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
            hedged = HEDGED.search(text[: day.start]) or re.search(r"\bif\b", text, _I)
            if nearest and not hedged and bool(nearest[1]) == (which == "start"):
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


_NOTICE = ("notice period", "notice", "period of notice", "termination notice")
#: A notice is this lease's where the lease is what it ends; cleaners are given notice, too.
_LEASE = r"(?:(?:sub)?lease|tenancy|agreement|contract|term|licence|letting|premises)"
_ENDS_LEASE = re.compile(
    rf"\b(?:terminat\w+|end|cancel|determine|break|quit|vacate)\s+(?:(?:this|the|its|their)\s+)?"
    rf"{_LEASE}\b"
    r"|\b(?:terminate|cancel|quit|vacate)\s*(?:[,.;]|$|(?:by|with|upon|giving|in writing)\b)"
    r"|\b(?:lease|tenancy|agreement|contract|licence)\s+(?:may|can|shall)?\s*(?:only\s+)?be "
    r"(?:terminated|ended|cancelled|determined)\b|\bnotice (?:to quit|of termination)\b",
    _I,
)
_NOT_ITS = re.compile(
    r"\b(?:not|never)\b(?! (?:less|later|fewer))|\bno\b(?! (?:less|later|fewer))|\bbreak\b"
    r"|\b(?:parking|cleaning|storage|propos\w+|withdrawn|sold|sale|only)\b"
    # A condition; and what only the landlord may.
    r"|\bif\b(?! (?:it|he|she|they|either|one) (?:wish|want|desire|intend))"
    r"|\b(?:landlord|lessor|owner) (?:may|can|is entitled)\b",
    _I,
)
#: Days on which notices must end, which are not counted here.
_TO_DAYS = re.compile(
    r"\bof (?:a|an|any|each|every|the) (?:calendar )?(?:month|quarter|half-year|year)\b", _I
)


def notice(clauses: Clauses) -> list[Hit]:
    """Every place that states how long notice must be given before the end."""
    found = _labelled_spans(clauses, *_NOTICE)
    sure = [line for line in _notices(clauses) if _is_sure_notice(line, clauses)]
    found += [Hit(line=line, sure=0.9, span=spans_in(line.text)[0]) for line in sure]
    by_itself = clauses.saying(_RENEWS, _BY_ITSELF, r"\b(?:notice|terminat\w+|object\w*)\b")
    return found + [
        Hit(line=line, sure=0.9, span=span)
        for line in by_itself
        for span in spans_in(line.text)
        if _is_ahead(line.text, span)
    ]


def _notices(clauses: Clauses) -> Iterator[Line]:
    """The sentences that speak of an end by notice, with a period."""
    ends = (
        r"\b(?:terminat\w*|end (?:this|the)|cancel\w*|give notice|quit|vacate|break|determine"
        r"|notice to|notice period)\b"
    )
    other = r"\b(?:renew\w*|default|breach|inspect\w*|automatic\w*)\b"
    named = {(at.page, at.number) for _, at, _ in clauses.labelled(*_NOTICE)}
    for line in clauses.saying(r"\bnotice\b", ends, but=other):
        if spans_in(line.text) and (line.page, line.number) not in named:
            yield line


def _is_sure_notice(line: Line, clauses: Clauses) -> bool:
    """One period, of this lease, to no day of its own: what else there is, a person reads."""
    plain = len(spans_in(line.text)) == 1 and not clauses.days(line.text)
    others = _NOT_ITS.search(line.text) or _TO_DAYS.search(line.text)
    return plain and not others and _ENDS_LEASE.search(line.text) is not None


def unsure_notices(clauses: Clauses) -> Iterator[Line]:
    """Notices that may be this lease's, and breaks within its term, that are not counted."""
    yield from (line for line in _notices(clauses) if not _is_sure_notice(line, clauses))
    for _, line, _ in clauses.labelled(*_NOTICE):
        if _TO_DAYS.search(line.text):
            yield line
    ends = r"\b(?:break|terminat\w+|end|determine)\b"
    for line in clauses.saying(
        ends, r"\b(?:(?<!\d )may(?!,? \d)|can|option|break|right)\b", but=r"\bnotice\b"
    ):
        if clauses.days(line.text):
            yield line


_RENEWS = (
    r"\brenew\w*\b|\boption to extend\b|\bextend (?:the|this) (?:term|lease|tenancy)\b"
    r"|\b(?:term|lease|tenancy) (?:may|can) be extended\b"
    r"|\b(?:extend\w*|prolong\w*|continu\w*)\b[^.]{0,60}?\b(?:automatic\w*|unless)\b"
    r"|\bautomatic\w*\b[^.]{0,40}?\b(?:extend\w*|prolong\w*|continu\w*)\b"
)
#: A lease that goes on unless somebody speaks: the period is then one of notice.
_BY_ITSELF = r"\b(?:automatic\w*|unless|tacit\w*)\b"
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
            hit = Hit(line=line, sure=0.9, span=span)
            if not _is_ahead(line.text, span):
                lengths.append(hit)
            elif not re.search(_BY_ITSELF, line.text, _I):
                notices.append(hit)
    return lengths, notices


def goes_on_by_itself(sentence: str | None) -> bool:
    """Whether a clause says that the lease goes on unless somebody ends it."""
    every = (_RENEWS, _BY_ITSELF)
    return sentence is not None and all(re.search(each, sentence, _I) for each in every)


def _is_ahead(text: str, span: Span) -> bool:
    """Whether a period is one before something."""
    before, behind = text[: span.start], text[span.end :]
    return _AHEAD.search(before) is not None or _AHEAD_OF.match(behind) is not None


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
            months = months_of(value[each.end :][:30]) or months_of(head)
            found.append(Hit(line=line, sure=sure if months else 0.6, sum=each, months=months))
    taken = {(hit.line.page, hit.line.number) for hit in found}
    other = (
        r"\b(?:deposit|increases? by|goes up|rises? by|late|interest|service charge|replaced"
        r"|parking)\b"
    )
    for line in clauses.saying(r"\brents?\b", but=other):
        for each in clauses.sums(line.text)[:1]:
            before, behind = line.text[: each.start], line.text[each.end : each.end + 30]
            said = (behind.split(",")[0], before, line.text[each.end :])
            months = next(filter(None, map(months_of, said)), None)
            if (line.page, line.number) not in taken:
                found.append(Hit(line=line, sure=0.9 if months else 0.6, sum=each, months=months))
    return found


def months_of(text: str) -> int | None:
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


def said(clauses: Clauses, names: Sequence[str], pattern: str) -> Iterator[tuple[str, Line, float]]:
    """A text after a label, or the group of a pattern in a sentence."""
    for value, line, sure in clauses.labelled(*names):
        yield value, line, sure
    for line in clauses.sentences:
        match = re.search(pattern, line.text, _I | re.S)
        if match is not None:
            yield match["it"].strip(" ,.;"), line, 0.85
