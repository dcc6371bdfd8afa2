"""The policy, read by rule: period, deductible, what is covered up to what sum, and what is not."""

import re
from collections.abc import Iterator, Sequence

from ....nodes.amounts import amounts_in
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
from ....nodes.timeline import Order, days_in, order_of, spans_in
from . import labels
from .schema import Cover, Policy

_NOT_COVERED = re.compile(
    r"\b(?:not (?:covered|insured)|exclusions?|excluded|exceptions?"
    r"|(?:do|does|will) not (?:cover|pay|insure)|never (?:covers?|pays?|insures?))\b",
    re.IGNORECASE,
)
_COVERED = re.compile(
    r"\b(?:cover(?:ed|s|age)?|insured (?:dangers|events)|we (?:insure|pay for)|perils)\b",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*(?:[-•*▪–]|\(?\w{1,2}[.)])\s+")
_STANDING = re.compile(
    r"\b(?:suspend\w*|cancell?(?:ed|s)|lapse[sd]?|void|withdrawn|ceases?|terminated"
    r"|premium (?:was|is|has) (?:not|never))\b",
    re.IGNORECASE,
)
#: What makes of a sum more than a sum: a share, a case, something that it goes by.
_UNPLAIN = re.compile(
    r"%|\bper ?cent\b"
    r"|\b(?:per|each|every|any one) (?!(?:and every )?(?:claim|loss|event|incident)\b)"
    r"|\b(?:but|except|unless|additional|minimum|at least|at most|depend\w*|if|where|when|only"
    r"|double[ds]?|higher|lower)\b",
    re.IGNORECASE,
)
_LATE = re.compile(r"\b(?:report|notif|notice|tell us|inform)\w*", re.IGNORECASE)
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9/_.-]*\d[A-Z0-9/_-]*", re.IGNORECASE)


def policy_of(paper: Paper, *, report_within: int) -> Policy:
    """The policy's terms. What is not found is null: a person decides what hangs on it."""
    paper, orders = without_orders(paper)
    lines, sentences = lines_of(paper), sentences_of(paper)
    order, mark = order_of(paper.text), decimal_mark(paper.text)
    begins, ends = _period(lines, sentences, order)
    days, rule = _report_rule(sentences, report_within)
    covers, exclusions = _sections(lines, mark)
    limit = _plain_sum([*labelled(lines, labels.LIMIT)], mark)
    return Policy.model_validate(
        {
            "file": paper.name,
            "number": _number(lines),
            "holder": _holder(lines),
            "begins": begins,
            "ends": ends,
            "deductible": _plain_sum([*_deductible(lines, sentences)], mark),
            "covers": tuple(
                each if each.limit.sentence else each.model_copy(update={"limit": limit})
                for each in covers
            ),
            "exclusions": (*exclusions, *_said(sentences, _NOT_COVERED)),
            "standing": _said(sentences, _STANDING),
            "orders": orders,
            "report_within": days,
            "report_rule": rule,
        }
    )  # fmt: skip


def _number(lines: Sequence[Line]) -> TextFact:
    for value, line, sure in labelled(lines, labels.POLICY):
        match = _NUMBER.search(value)
        if match is not None:
            return TextFact(value=match[0], **line.cited(sure))  # type: ignore[arg-type]  # a fact's own fields
    for line in lines:
        said = re.search(rf"\bpolicy\s+({_NUMBER.pattern})", line.text, re.IGNORECASE)
        if said is not None and len(said[1]) > 4:
            return TextFact.model_validate({"value": said[1], **line.cited(0.8)})
    return TextFact(reason="The policy states no number.")


def _holder(lines: Sequence[Line]) -> TextFact:
    for value, line, sure in labelled(lines, labels.HOLDER):
        name = re.sub(r"\s*(?:,|\().*", "", value)
        return TextFact(value=name, **line.cited(sure))  # type: ignore[arg-type]  # a fact's own fields
    return TextFact(reason="The policy names no policyholder.")


def _deductible(
    lines: Sequence[Line], sentences: Sequence[Line]
) -> Iterator[tuple[str, Line, float]]:
    yield from labelled(lines, labels.DEDUCTIBLE)
    for line in sentences:
        if re.search(r"\b(?:excess|deductible|you (?:bear|pay) the first)\b", line.text, re.I):
            yield line.text, line, 0.8


def _plain_sum(found: Sequence[tuple[str, Line, float]], mark: DecimalMark) -> AmountFact:
    """The one sum that all of them state; null where they state several, or one on conditions."""
    stated = [each for each in found if amounts_in(each[0], mark=mark, bare=True) or "%" in each[0]]
    if not stated:
        return AmountFact(reason="The policy states none.")
    sums = [each for text, _, _ in stated for each in amounts_in(text, mark=mark, bare=True)]
    hedged = next((line for text, line, _ in stated if _UNPLAIN.search(text)), None)
    if hedged is not None or len({each.value for each in sums}) > 1:
        line = hedged or stated[0][1]
        reason = f"It is more than one plain sum: {line.text!r}."
        return AmountFact(**line.cited(0.3, reason))  # type: ignore[arg-type]  # a fact's own fields
    _, line, sure = stated[0]
    cited = line.cited(min(sure, sums[0].sure))
    return AmountFact(value=sums[0].value, currency=sums[0].currency, **cited)  # type: ignore[arg-type]  # a fact's own fields


def _said(sentences: Sequence[Line], pattern: re.Pattern[str]) -> tuple[TextFact, ...]:
    """Sentences of which one has to think, wherever they stand."""
    return tuple(
        TextFact(value=each.text, **each.cited(0.8))  # type: ignore[arg-type]  # a fact's own fields
        for each in sentences
        if pattern.search(each.text) and _heading(each.text) is None
    )


def _period(
    lines: Sequence[Line], sentences: Sequence[Line], order: Order | None
) -> tuple[DayFact, DayFact]:
    """Two dates in one line; or a line for each."""
    pairs = [*labelled(lines, labels.PERIOD)]
    pairs += [(each.text, each, 0.75) for each in sentences if _says_period(each.text)]
    for value, line, sure in pairs:
        days = days_in(value, order=order)
        if len(days) >= 2:
            return _fact(days[0].day, line, sure), _fact(days[1].day, line, sure)
    return _day(lines, labels.BEGINS, order), _day(lines, labels.ENDS, order)


def _says_period(text: str) -> bool:
    return re.search(r"\b(?:period|in force|valid|runs|from)\b", text, re.IGNORECASE) is not None


def _fact(day: object, line: Line, sure: float) -> DayFact:
    reason = None if day is not None else "The date can be read in two ways."
    return DayFact.model_validate({"value": day, **line.cited(sure, reason)})


def _day(lines: Sequence[Line], names: Sequence[str], order: Order | None) -> DayFact:
    for value, line, sure in labelled(lines, names):
        for day in days_in(value, order=order)[:1]:
            return _fact(day.day, line, sure)
    return DayFact(reason="The policy states no such day.")


def _report_rule(sentences: Sequence[Line], otherwise: int) -> tuple[int, str]:
    for line in sentences:
        if _LATE.search(line.text) and "within" in line.text.lower():
            for span in spans_in(line.text):
                # A month has thirty days here: nobody is told that he was late by a day too much.
                return (
                    span.days + 31 * span.months,
                    f"{line.text} ({line.file}, line {line.number})",
                )
    return otherwise, f"The policy sets no time for reports; {otherwise} days is this run's own."


def _sections(
    lines: Sequence[Line], mark: DecimalMark
) -> tuple[tuple[Cover, ...], tuple[TextFact, ...]]:
    """What stands under the headings of cover and of exclusions, line by line."""
    covers: list[Cover] = []
    exclusions: list[TextFact] = []
    under = None
    for line in lines:
        heading = _heading(line.text)
        if heading is not None:
            under = heading
            continue
        text = _BULLET.sub("", line.text)
        if under is None or (text == line.text and _ends_section(text)):
            under = None
        elif under == "exclusions":
            exclusions.append(TextFact(value=text.rstrip(". ;"), **line.cited(0.9)))  # type: ignore[arg-type]  # a fact's own fields
        else:
            covers.append(_cover(text, line, mark))
    return tuple(covers), tuple(exclusions)


def _heading(text: str) -> str | None:
    is_short = len(text) < 60 and not _BULLET.match(text) and not re.search(r"\d{3}|[.;]$", text)
    if not is_short:
        return None
    if _NOT_COVERED.search(text):
        return "exclusions"
    return "covers" if _COVERED.search(text) else None


def _ends_section(text: str) -> bool:
    """A sentence of its own, or another heading: a list that has no bullets goes on."""
    return len(text.split()) > 12 or text.endswith(":") or bool(_LATE.search(text)) or "#" in text


def _cover(text: str, line: Line, mark: DecimalMark) -> Cover:
    found = amounts_in(text, mark=mark, bare=True)
    name = text[: found[0].start] if found else text
    name = re.split(
        r",?\s*(?:up to|limit(?:ed)?|max(?:imum|\.)?)\b|\.{3,}|\s[-–:|]\s*$| {3,}", name
    )[0]
    name = name.strip(" .,:-–")
    if not found:
        return Cover(name=name, limit=AmountFact(reason="No limit is stated here."))
    return Cover(name=name, limit=_plain_sum([(text[found[0].start :], line, 0.9)], mark))
