"""A text field: a name, what stands beside a label, a form such as an e-mail, or sentences."""

import re
from collections.abc import Sequence

from pydantic.fields import FieldInfo

from . import wording
from .labelled import formed, kind_of, telling_words
from .language import is_english
from .picking import Picked, has_topic, pick
from .said import Said, places
from .shapes import limit
from .source import Source
from .trace import Trace, nothing, of_said

_COMPANY = re.compile(
    r"(?:^|_)(?:company|issuer|employer|organi[sz]ation|vendor|registrant|supplier|corporation"
    r"|firm)"
    r"(?:_name)?$|^business_name$"
)
_REPLY = re.compile(r"(?:\w+_)?(?:answer|reply|response)")
_LINE = re.compile(r"(?:^|_)(?:headline|title|subject)$")
#: Fields that are a word or two: a sentence about them is not their value.
_ATOMIC = re.compile(
    r"(?:^|_)(?:id|ids|number|no|code|name|names|address|city|town|country|state|region|zip"
    r"|postcode|street"
    r"|currency|language|gender|color|colour|size|type|kind|category|status|version|model|brand"
    r"|sku|symbol|ticker"
    r"|unit|username|password|key|token|iban|bic|vat|isbn|nationality|occupation|sector|industry"
    r"|location|venue|room"
    r"|department|team|grade|level|format|date|time|year|period|period_end|quarter|phone|email"
    r"|url|website|job|product)$"
)
#: Fields that name a person.
_PERSON = re.compile(
    r"(?:^|_)(?:ceo|cfo|coo|cto|chair|chairman|chairwoman|chairperson|president|director|author"
    r"|manager|owner|founder"
    r"|auditor|contact|sender|recipient|signatory|speaker|host|customer|client|buyer|seller"
    r"|tenant|landlord|patient"
    r"|candidate|applicant|person|assignee|organizer|editor|lender|borrower|employee"
    r"|doctor)(?:_name)?$"
)
_SHORT_FORMS = {"ceo": r"CEO|[Cc]hief [Ee]xecutive(?: [Oo]fficer)?"}
_SHORT_FORMS |= {"cfo": r"CFO|[Cc]hief [Ff]inancial [Oo]fficer"}
_SHORT_FORMS |= {"coo": r"COO|[Cc]hief [Oo]perating [Oo]fficer"}
_SHORT_FORMS |= {"cto": r"CTO|[Cc]hief [Tt]echnology [Oo]fficer"}
_WHO = (
    r"(?:(?:Mr|Ms|Mrs|Dr|Prof)\.?\s+)?[A-Z][\w’'-]+(?:\s+(?:[A-Z]\.|(?:van|de|von|der"
    r"|al)\s+[A-Z][\w’'-]+|[A-Z][\w’'-]+)){1,3}"
)


def text(  # noqa: PLR0911  # one for each way to state a text
    name: str, names: Sequence[str], info: FieldInfo, question: str, source: Source
) -> Trace:
    """A text for a field: as short as its name asks for, always in the source's own words."""
    beside = wording.labelled_text(names, source)
    kind = kind_of(name)
    if kind is not None:
        return of_said(formed(kind, names, source))
    if beside.value is not None and not _REPLY.fullmatch(name):
        return of_said(beside)
    if _COMPANY.search(name):
        return of_said(wording.company(source))
    if _PERSON.search(name):
        return of_said(_person(name, source))
    if _ATOMIC.search(name) and not _LINE.search(name):
        return nothing(beside.reason or f"The text states no {names[0]}.")
    if not is_english(source):
        return nothing(
            f"The text does not read as English, and sentences on {names[0]!r} are told by "
            "English wording."
        )
    return _sentences(name, names, info, question, source)


def _sentences(
    name: str, names: Sequence[str], info: FieldInfo, question: str, source: Source
) -> Trace:
    replies = _REPLY.fullmatch(name) is not None
    said = info.description or ""
    # Two sentences of two pages would be quoted as if they stood together.
    most = 1 if replies or _LINE.search(name) else 12
    longest = limit(info, "max_length")
    picked = pick(
        source.sentences,
        topic=question if replies else topic(name, said),
        question="" if replies else question,
        most=most,
        max_words=max_words(said, longest, default=40 if most == 1 else 120),
    )
    if longest is not None:
        picked = _within(picked, longest)
    if not picked:
        about = question if replies and question else names[0]
        return nothing(f"No sentence of the text is about {about!r}.")
    ordered = sorted(picked, key=lambda each: each.sentence.order)
    return Trace(
        value=" ".join(each.sentence.text for each in ordered),
        confidence=mean(picked),
        evidence=picked[0].sentence.text,
        page=picked[0].sentence.page,
    )


def _within(picked: Sequence[Picked], longest: int) -> tuple[Picked, ...]:
    """The best ones that fit into so many characters, parted by spaces."""
    kept: list[Picked] = []
    length = -1
    for each in picked:
        if length + 1 + len(each.sentence.text) <= longest:
            kept.append(each)
            length += 1 + len(each.sentence.text)
    return tuple(kept)


def _person(name: str, source: Source) -> Said:
    """Who stands beside a role: "Jane Doe, our CEO", "the CEO, Jane Doe", "CEO is Jane Doe"."""
    role = " ".join(word for word in telling_words(name) if word != "name")
    called = _SHORT_FORMS.get(role) or f"[{role[0].upper()}{role[0]}]{re.escape(role[1:])}"
    pattern = re.compile(
        rf"\b(?:{called})\b(?:\s+(?:is|was|named)\s+|,?\s+|:\s*)(?P<after>{_WHO})"
        rf"|(?P<before>{_WHO}),?\s+(?:is\s+|as\s+)?(?:our\s+|the\s+|its\s+"
        rf"|\()?(?:\w+\s+and\s+)?(?:{called})\b"
    )
    for place in places(source):
        match = pattern.search(place.text)
        if match:
            return Said(value=match["after"] or match["before"], confidence=0.7, sentence=place)
    return Said(value=None, reason=f"The text names nobody as {role!r}.")


def topic(name: str, said: str) -> str:
    """What a text field is about: its name's words; for a summary, whatever is central."""
    if re.search(r"summary|overview|abstract|body|text|content", name):
        return ""
    return name if has_topic(name) else f"{name.replace('_', ' ')} {said}"


def max_words(said: str, longest: int | None, *, default: int) -> int:
    """How many words a field takes: as its description says, or as its characters allow."""
    stated = re.search(
        r"(?:at most|up to|max(?:imum)?(?: of)?|under|within|no more than|not more than|fewer than"
        r"|less than)\s+(\d+)\s+words",
        said,
        re.IGNORECASE,
    )
    if stated:
        return int(stated[1])
    return default if longest is None else max(1, longest // 4)


def mean(picked: Sequence[Picked]) -> float:
    scores = [each.score for each in picked]
    return round(sum(scores) / len(scores), 2) if scores else 0.0
