"""Does a text say more than its notes? Its numbers, dates, quotes and names are held against them.

The readability, overlap, grounding, keyword and style gates do the measuring, the reading ease
among it; no further package is needed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from ....nodes.gates import Subject
from ....nodes.gates.keywords import Keywords, keywords
from ....nodes.gates.tracing import Grounding, Overlap, grounding, overlap
from ....nodes.gates.words import quotes, sentences, words
from ....nodes.gates.writing import Quality, Readability, Style, quality, readability, style
from ....nodes.grounding import stands_in
from ....state.verdicts import Verdict
from .brief import Brief
from .schema import Draft, Note, Passage

#: How far from the length that the brief wants an article may be, as a share of it.
_GIVE = 0.15
#: The least Flesch reading ease: fairly difficult, as a trade paper is.
_EASE = 40.0
#: Runs of words as long as this count as copied; shorter ones are how everybody says it.
_COPIED = 8
_NAME = re.compile(
    r"(?<![\w’'-])[A-Z][\w’'&-]*(?:\s+(?:of|de|van|von|der|the|and|&)?\s*[A-Z][\w’'&-]*)*"
)
_COMMON = frozenset(
    "I Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May "
    "June July August September October November December Mr Mrs Ms Dr".split()
)


def unfounded(draft: Draft, brief: Brief, notes: Sequence[Note]) -> list[str]:
    """Every number, date, quote and name that stands neither in the notes nor in the brief."""
    known = {"notes": [f"{each.text} {each.quote}" for each in notes], "topic": _asked(brief)}
    subject = Subject(values={"draft": draft.model_dump()}, sources=known)
    numbers = grounding(subject, Grounding())
    given = "\n".join([*known["notes"], *known["topic"]])
    whole = "\n\n".join(each.text for each in draft.sections)
    said = (match[0][1:-1] for match in quotes(whole))
    return [
        *([] if numbers.passed else [numbers.reason]),
        *(
            f"The quote {each!r} stands in no note."
            for each in said
            if len(each.split()) > 2 and not stands_in(each, given)
        ),
        *(f"The name {each!r} stands in no note." for each in _strangers(whole, given)),
    ]


def _asked(brief: Brief) -> list[str]:
    return [brief.topic, brief.audience, *brief.keywords, *brief.headings, *brief.remarks]


def _strangers(text: str, given: str) -> list[str]:
    """The names of a text with a word that the notes do not have.

    The first word of a sentence has a capital anyway: it counts only with another one after it.
    """
    known = {each.casefold() for each in words(given)}
    found: dict[str, None] = {}
    for sentence in sentences(text):
        start = len(sentence) - len(sentence.lstrip("“\"'‘(*_ "))
        for match in _NAME.finditer(sentence):
            name = match[0]
            if match.start() <= start:
                name = name.partition(" ")[2].lstrip()
            if any(_strange(each, known) for each in words(name) if each[0].isupper()):
                found.setdefault(name)
    return list(found)


def _strange(word: str, known: set[str]) -> bool:
    plain = re.sub(r"[’']s$", "", word)
    forms = {plain.casefold(), plain.casefold().rstrip("s"), f"{plain.casefold()}s"}
    return plain not in _COMMON and not forms & known


def copied(draft: Draft, given: Iterable[str]) -> Verdict:
    """Whether the text is in its own words."""
    subject = Subject(values={"draft": _prose(draft)}, sources={"given": list(given)})
    return overlap(subject, Overlap(words=_COPIED))


def _prose(draft: Draft) -> list[str]:
    return [each.text for each in draft.sections]


def off_brief(draft: Draft, brief: Brief) -> list[str]:
    """Where a text is not as the brief wants it: length, headings, keywords, wording, ease."""
    text = "\n\n".join(_prose(draft))
    subject = Subject(values={"text": text})
    count, least, most = len(words(text)), brief.words * (1 - _GIVE), brief.words * (1 + _GIVE)
    verdicts: Mapping[str, Verdict | None] = {
        "ease": readability(subject, Readability(minimum=_EASE)),
        "whole": quality(subject, Quality(min_words=0)),
        "style": style(subject, Style(forbidden=tuple(brief.avoid))),
        "keywords": keywords(subject, Keywords(keywords=tuple(brief.keywords)))
        if brief.keywords
        else None,
    }
    headings = {each.heading.casefold() for each in draft.sections}
    missing = [each for each in brief.headings if each.casefold() not in headings]
    return [
        *(
            [f"It has {count} words; {least:.0f} to {most:.0f} are wanted."]
            if not least <= count <= most
            else []
        ),
        *(f"The heading {each!r} of the brief is missing." for each in missing),
        *(each.reason for each in verdicts.values() if each is not None and not each.passed),
    ]


def checked(
    draft: Draft, brief: Brief, notes: Sequence[Note], passages: Sequence[Passage]
) -> list[str]:
    """Everything that can be found without a reader."""
    own = copied(draft, [each.text for each in passages])
    return [
        *unfounded(draft, brief, notes),
        *([] if own.passed else [own.reason]),
        *off_brief(draft, brief),
    ]
