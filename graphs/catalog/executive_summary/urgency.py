"""How urgent a document is: read from its sentences, each of which is kept as the reason.

A document is urgent when it asks for a decision or an act by a day that is near, or says itself
that it is; background when it says that nobody need do anything; else standard. The rules see
wording only. So a model's opinion may raise the level, and a person sees the reasons.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from ....nodes.documents.pdf import Page
from ....nodes.gates.words import sentences
from ....nodes.grounding import page_of
from ....nodes.offline.dates import MONTH, dates_in, month_of
from ....nodes.offline.guard import guarded
from ....nodes.schemas import PageText
from ....nodes.statements import Statement
from .schema import SOON, Level, Opinion, Sign, Urgency

_ACT = (
    r"(?:decide|approve|choose|sign(?:\s+off)?|authori[sz]e|agree|vote|confirm|commit|accept|"
    r"reject|ratify|endorse)"
)
_DECISION = re.compile(
    rf"\b(?:must|needs?\s+to|ha(?:s|ve)\s+to|should|(?:is|are|be)\s+(?:asked\s+|requested\s+|required\s+"
    rf"|invited\s+)?to|asks?\b[^.]{{0,60}}?\bto|please|request\w*\b[^.]{{0,60}}?\bto)\s+"
    rf"(?:\w+\s+){{0,3}}?{_ACT}\b"
    r"|\b(?:decisions?|approvals?|sign-?off|authori[sz]ation|go-ahead|consent|vote)\b[^.]{0,40}?"
    r"\b(?:(?:is|are|be)\s+)?(?:needed|required|requested|sought|necessary|due|expected)\b"
    r"|\b(?:needs?|requires?|seeks?|awaits?|request(?:s|ed)?)\s+(?:a|an|the|your|our|its)?\s*"
    r"(?:[\w’']+\s+){0,2}?(?:decisions?|approvals?|sign-?off|authori[sz]ation|go-ahead|consent)\b",
    re.IGNORECASE,
)
_DUTY = re.compile(
    r"\b(?:must|needs?\s+to|ha(?:s|ve)\s+to|(?:is|are)\s+(?:due|required|obliged)|please|deadline|"
    r"no\s+later\s+than|at\s+the\s+latest)\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:by|before|until|no\s+later\s+than|not\s+later\s+than|due(?:\s+on)?|deadline\b[^.\d]{0,30}|"
    r"(?:expires?|closes?|lapses?|ends?)(?:\s+on)?|on\s+or\s+before|latest)\s*:?\s*"
    r"(?:(?:noon|midnight|close\s+of\s+business|\d{1,2}[:.]\d\d)\s+on\s+)?"
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)
_COUNT = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "ten": 10, "a": 1}
_WITHIN = re.compile(
    rf"\bwithin\s+(?:the\s+next\s+)?(?P<count>\d{{1,3}}|{'|'.join(_COUNT)})\s+(?:working\s+|business\s+)?"
    r"(?P<unit>hour|day|week|month)s?\b",
    re.IGNORECASE,
)
_SHORTLY = re.compile(
    r"\b(?:by|before|until)\s+(?:today|tonight|tomorrow|noon|midday|close\s+of\s+business|"
    r"(?:this\s+|next\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"(?:the\s+)?end\s+of\s+(?:the\s+|this\s+)?(?:day|week))\b|\bthis\s+week\b|\btoday\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^\W*(?:urgent|immediate\s+action|action\s+required\s+(?:now|today))\b"
    r"|\b(?:urgency|priority)\s*[:=]\s*\W*(?:urgent|high|critical|immediate)\b",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(
    r"\b(?:immediately|urgent(?:ly)?|without\s+delay|at\s+once|as\s+soon\s+as\s+possible|asap|"
    r"time-critical)\b",
    re.IGNORECASE,
)
_CALM = re.compile(
    r"\bfor\s+(?:your\s+)?(?:information|background|reference)"
    r"(?=\s+(?:only|purposes)\b|\s*[.,;:!)]|\s+and\b|\s*$)"
    r"|\bno\s+(?:\w+\s+)?(?:decision|action|approval|response|reply)s?\b[^.]{0,40}?"
    r"(?:needed|required|requested|necessary|sought|expected|asked)"
    r"|\b(?:nothing|none)\b[^.]{0,30}\b(?:decide|decided|needed|required)\b"
    r"|\bno\s+(?:urgency|deadline)\b|\bnot\s+(?:at\s+all\s+)?(?:urgent|time-critical)\b"
    r"|\b(?:urgency|priority)\s*[:=]\s*\W*(?:low|none|background)\b"
    r"|\b(?:does|do|need|must)\s*(?:not|n[’']t)\s+(?:\w+\s+){0,3}?(?:decide|decision|approve|approval|act)\b",
    re.IGNORECASE,
)
_DAY = re.compile(
    rf"\b(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<m1>{MONTH})(?![a-z])"
    rf"|(?P<m2>{MONTH})(?![a-z])\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?)\b"
    r"(?!,?\s+\d{4})",
    re.IGNORECASE,
)
_LONGEST = 60


def signs_in(pages: Iterable[PageText | Page], today: date) -> list[Sign]:
    """The sentences that ask for a decision, set a date, raise an alarm or say that none is due."""
    found: list[Sign] = []
    for page in pages:
        for each in sentences(guarded(page.text, "").text):
            text = " ".join(each.split())
            sign = _sign(text, page.number, today) if len(text.split()) <= _LONGEST else None
            if sign is not None and all(sign.text != other.text for other in found):
                found.append(sign)
    return found


def _sign(text: str, page: int, today: date) -> Sign | None:
    due = _due(text, today)
    near = _is_shortly(text)
    if due is not None:
        near = today <= due <= today + timedelta(days=SOON)
    if _CALM.search(text):
        return Sign(kind="calm", text=text, page=page)
    asked = _DECISION.search(text) is not None
    if asked:
        pressing = near or (due is None and _AT_ONCE.search(text) is not None)
        return Sign(kind="decision", text=text, page=page, due=due, near=pressing)
    if _LABEL.search(text) or (_AT_ONCE.search(text) and _DUTY.search(text)):
        return Sign(kind="alarm", text=text, page=page, due=due, near=True)
    if due is not None or near:
        # A day alone is news; a duty by that day, or the end of something, is a deadline.
        binding = _DUTY.search(text) or re.search(r"\b(?:expire|close|lapse)s?\b", text, re.I)
        return Sign(kind="deadline", text=text, page=page, due=due, near=near) if binding else None
    return None


def _due(text: str, today: date) -> date | None:
    """The day by which something is to happen: the earliest that the sentence names so."""
    days = [day for day, start, _ in dates_in(text) if _UNTIL.search(text[:start])]
    for match in _DAY.finditer(text):
        if _UNTIL.search(text[: match.start()]):
            days.extend(_next(match, today))
    return min(days, default=None)


_DAYS = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30}


def _is_shortly(text: str) -> bool:
    """Whether the wording sets a near day by itself; from when it counts, it does not say."""
    if _SHORTLY.search(text):
        return True
    spans = (
        (_COUNT.get(match["count"].lower()) or int(match["count"])) * _DAYS[match["unit"].lower()]
        for match in _WITHIN.finditer(text)
    )
    return any(span <= SOON for span in spans)


def _next(match: re.Match[str], today: date) -> list[date]:
    """A day without its year: the one nearest to the day of the run."""
    month = month_of(match["m1"] or match["m2"])
    found = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found.append(date(year, month, int(match["d1"] or match["d2"])))
        except ValueError:  # there is no such day in that year
            continue
    return [min(found, key=lambda day: abs(day - today))] if found else []


def settled(
    signs: Sequence[Sign],
    *,
    given: Level | None = None,
    opinion: Opinion | None = None,
    pages: Iterable[PageText] = (),
    today: date,
) -> Urgency:
    """The level: as given; else by the signs, which an opinion that quotes its reason may raise."""
    asked = sorted(
        (each for each in signs if each.kind in {"decision", "alarm", "deadline"}),
        key=lambda each: (not each.near, each.kind != "decision", each.due or date.max),
    )
    decide = [
        Statement(text=each.text, page=each.page, evidence=each.text)
        for each in asked
        if each.kind == "decision" or each.near
    ][:3]
    by = next((each.due for each in asked if each.due is not None and each.due >= today), None)
    level, reasons = _by_signs(asked, [each for each in signs if each.kind == "calm"], today)
    if given is not None:
        return Urgency(level=given, reasons=["It was given with the run."], decide=decide, by=by)
    if opinion is not None:
        level, reasons = _raised(level, reasons, opinion, pages)
    return Urgency(level=level, reasons=reasons, decide=decide, by=by)


def _by_signs(asked: Sequence[Sign], calm: Sequence[Sign], today: date) -> tuple[Level, list[str]]:
    near = [each for each in asked if each.near]
    if near:
        return "urgent", [_told(each, today) for each in near[:3]]
    decisions = [each for each in asked if each.kind == "decision"]
    if calm and not decisions:
        return "background", [f"It says: {each.text}" for each in calm[:2]]
    if asked:
        return "standard", [_told(each, today) for each in asked[:3]]
    return "standard", ["No English wording in it asks for a decision or sets a day."]


def _told(sign: Sign, today: date) -> str:
    when = ""
    if sign.due is not None:
        days = (sign.due - today).days
        past = f", {-days} days ago" if days < 0 else f", {days} days from then"
        when = f" (by {sign.due.isoformat()}{past}, as of {today.isoformat()})"
    return f"It says: {sign.text}{when}"


_ORDER: tuple[Level, ...] = ("background", "standard", "urgent")


def _raised(
    level: Level, reasons: list[str], opinion: Opinion, pages: Iterable[PageText]
) -> tuple[Level, list[str]]:
    """What is called urgent by mistake costs a glance, and the other way round much more."""
    if opinion.level is None or opinion.level == level:
        return level, reasons
    texts = {page.number: page.text for page in pages}
    stands = bool(opinion.evidence) and page_of(opinion.evidence, texts, None) is not None
    said = f"The reader thinks {opinion.level!r}: {opinion.reason or 'no reason'}"
    if not stands:
        return level, [*reasons, f"{said} (not followed: it quotes nothing of the document)"]
    if _ORDER.index(opinion.level) < _ORDER.index(level):
        return level, [*reasons, f"{said} (not followed: the higher of two levels counts)"]
    return opinion.level, [f"{said}: {opinion.evidence}", *reasons]
