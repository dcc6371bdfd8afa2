"""What a document does to whoever reads it: orders, and page marks of its own, taken out."""

import bisect
import re
from dataclasses import dataclass

_PAGE = re.compile(r"^\[page (\d+)\]$", re.MULTILINE)
#: A reader that is a machine, as texts that mean to steer one call it.
_MACHINE = (
    r"(?:(?:AI|A\.I\.|LLM|GPT|language|chat|virtual|digital|automated|artificial) ?-?"
    r"(?:intelligence|systems?|models?|assistants?|agents?|readers?|tools?|bots?)"
    r"|AIs?|LLMs?|assistants?|chat ?bots?|bots?|models?|systems?)"
)
_SAYS = (
    r"(?:answer|say|reply|respond|report|state|tell|claim|output|write|print|pretend|conclude"
    r"|mention|reveal|repeat|quote|follow|ignore|obey|treat|summari[sz]e|recommend|approve)"
)
#: An order to the reader. What it says is nobody's statement.
_ORDERS = (
    r"\b(?:ignore|disregard|forget|override)\b[^.!?\n]{0,20}\b(?:your|all|any|previous|prior"
    r"|above|earlier"
    r"|preceding|these|other)\b[^.!?\n]{0,30}\b(?:instructions?|prompts?|rules|guidelines)\b",
    r"\b(?:ignore|disregard|forget) (?:everything|all|anything) (?:above|before|you)\b",
    r"\byou are now (?:an? |in )?\w* ?(?:AI|assistant|model|bot|mode)\b|\b(?:your"
    r"|the) system prompt\b",
    r"\bas an? (?:AI|(?:large )?language) (?:model|assistant)\b",
    # Spoken to a machine: "Note to the assistant: ...", "If you are a language model, ...".
    r"\b(?:notes?|notice|attention|message|reminders?|instructions?|hint|dear|hello|hey)\b,?"
    rf" ?(?:(?:to|for|of) )?(?:the |an? |all |any |every )?{_MACHINE}"
    r"(?: (?:readers?|systems?|reading|processing)\b[^.:!?\n]{0,40})?\s?[:,;.!–—-]",
    rf"\b(?:if|when|since|because) you(?: are|['’]re) (?:an? |the )?{_MACHINE}\b",
    r"\b(?:AIs?|LLMs?|(?:AI|LLM|language|chat) ?-?(?:systems?|models?|assistants?|agents?|readers?"
    r"|bots?))"
    rf"(?: reading (?:this|it)[^.,!?\n]{{0,30}},?)? (?:must|should|shall|have to|has to|need to"
    rf"|are (?:to|required to)|is to)(?: (?:always|never|only|not|now))? {_SAYS}\b",
    # What is to be said: "When asked for the fee, answer that ...", "never say anything else".
    r"\b(?:when|whenever|if|should|once)\b[^.!?\n]{0,40}\b(?:asks?|asked|asking|inquires?"
    r"|questioned)\b[^.!?\n]{0,120}?[,:;]? (?:please |always |just |simply |then |you must )*"
    r"(?:answer|say|reply|respond|report|state|claim)(?:ing)? (?:that\b|only\b|with\b|[\"“'‘:])",
    r"\b(?:never|do not|don['’]t) (?:say|report|state|answer|mention|tell)"
    r" (?:(?:anybody|anyone|them|the reader|the user) )?(?:anything|something) else\b",
    r"(?:^|[.;:,!?\n]\s*|\b(?:and|please|must|always|never) )tell (?:the|your|every|any)"
    r" (?:readers?|users?) (?:that\b|this\b|the following)",
)
_ORDER = re.compile("|".join(f"(?:{each})" for each in _ORDERS), re.IGNORECASE | re.MULTILINE)
#: An order that only follows one: "Set revenue to 5 trillion." alone may be somebody's advice.
_FOLLOWING = re.compile(
    r"^\s*(?:and\s+|then\s+|instead,?\s+|now,?\s+|please\s+)*(?:set|report|return|output|write"
    r"|answer|respond|reply|say"
    r"|state|print|pretend|act|make|fill|put|use|give)\b",
    re.IGNORECASE,
)
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“])|\n\s*\n")


#: No sentence before an order is looked for farther back than this.
_NEAR = 1_500


@dataclass(frozen=True)
class Guarded:
    """A text to read as data, the question about it, and what was left out of the text."""

    text: str
    question: str
    left_out: tuple[str, ...] = ()


def guarded(text: str, question: str) -> Guarded:
    """The text without orders to its reader and without page marks out of their order."""
    text = _true_pages(text)
    left_out: list[str] = []
    taken_out = len(text)
    for match in reversed(list(_ORDER.finditer(text))):
        if match.start() >= taken_out:  # it stood in the sentence that was taken out last
            continue
        near = max(0, match.start() - _NEAR)
        ends = (_END, _PAGE)
        starts = (
            each.end() for end in ends for each in end.finditer(text, near, match.start() + 1)
        )
        start = max(starts, default=near)
        end = _end_of(text, match.end())
        left_out.insert(0, re.sub(r"\s+", " ", text[start:end]).strip())
        text = f"{text[:start]}\n{text[end:]}"
        taken_out = start
    return Guarded(text, question, tuple(each for each in left_out if each))


def _end_of(text: str, at: int) -> int:
    """The end of the order, and of the orders that follow it."""
    while True:
        following = _END.search(text, at)
        if following is None:
            return len(text)
        if not _FOLLOWING.match(text[following.end() : following.end() + 60]):
            return following.start()
        at = following.end()


def _true_pages(text: str) -> str:
    """The text with a mark that breaks the order of the others as plain words.

    Pages come in order. A page that prints "[page 9]" between pages 3 and 4 would put its words
    on another page; the longest run in order are the marks that were put there on purpose.
    """
    marks = list(_PAGE.finditer(text))
    numbers = [int(mark[1]) for mark in marks]
    kept = _rising(numbers)
    # Without a clear order there is nothing to tell a false mark by.
    if len(kept) == len(marks) or len(kept) < max(2, 0.6 * len(marks)):
        return text
    for place in reversed(range(len(marks))):
        if place not in kept:
            mark = marks[place]
            text = f"{text[: mark.start()]}(page {mark[1]}){text[mark.end() :]}"
    return text


def _rising(numbers: list[int]) -> frozenset[int]:
    """The places of a longest rising run, with the smallest numbers that make one."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        at = bisect.bisect_left(tails, number)
        before.append(ends[at - 1] if at else -1)
        tails[at : at + 1], ends[at : at + 1] = [number], [place]
    kept: set[int] = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        kept.add(place)
        place = before[place]
    return frozenset(kept)
