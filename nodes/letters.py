"""What a letter of the house must and must not say, whoever wrote or edited it last.

Each check gives sentences that tell a person what to mend; none means that the letter may go.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

from ..state.verdicts import Checked
from .amounts import amounts_in, shown
from .gates.gate import listed
from .timeline import written

#: A sum and its currency, where that is known.
Sum = tuple[Decimal, str | None]
_ACCUSES = re.compile(
    r"\b(?:fraud\w*|scam\w*|swindl\w*|cheat\w*|lied|lying|liars?|dishonest\w*|decei[tv]\w*|deception"
    r"|forged|forger\w*|forging|fabricat\w*|fak(?:e|ed|ing)|bogus"
    r"|made (?:it|this|that|all this) up)\b",
    re.IGNORECASE,
)


def accusing(text: str, *, names: Iterable[str | None] = ()) -> list[str]:
    """Words that call somebody a cheat. ``names`` are only names, whatever they sound like."""
    for name in filter(None, names):
        text = text.replace(name, " ")
    found = dict.fromkeys(match[0] for match in _ACCUSES.finditer(text))
    return [f"{word!r} accuses somebody: say what stands where instead." for word in found]


def wrong_sums(
    letter: str, *, may: Iterable[Sum], must: Sum | None = None, quoted: Iterable[str] = ()
) -> list[str]:
    """Sums that are none of those it may name, and the one that it must name and does not.

    ``quoted`` are lines that stand there as they were computed; they do not count.
    """
    allowed = (*may, *([must] if must is not None else []))
    own = {_plain(each) for each in quoted}
    lines = [line for line in letter.split("\n") if _plain(line) not in own]
    found = [each for line in lines for each in amounts_in(line, bare=True)]
    named = dict.fromkeys((each.value, each.currency) for each in found)
    wrong = [
        f"It names {shown(*each)}, which is none of its sums."
        for each in named
        if not any(_same(each, one) for one in allowed)
    ]
    if must is not None and not any(_same(each, must) for each in named):
        wrong.append(f"It does not name {shown(*must)}.")
    return wrong


def unnamed(letter: str, **wanted: str | None) -> list[str]:
    """What a letter must name and does not; ``None`` is not known, and not wanted."""
    text = _plain(letter)
    return [
        f"It does not name the {what.replace('_', ' ')}, {name!r}."
        for what, name in wanted.items()
        if name is not None and _plain(name) not in text
    ]


def undated(letter: str) -> list[str]:
    """A day that nobody knew when the letter was written."""
    lacking = written(None)
    return [f"It says {lacking!r}: write the day."] if lacking in letter else []


def to_write(what: str) -> str:
    """A place that nobody but a person can fill; the letter does not go while it stands there."""
    return f"[to be written: {what}]"


def unwritten(letter: str) -> list[str]:
    """The places of `to_write` that nobody filled."""
    found = re.findall(r"\[to be written: ([^\]]*)\]", letter)
    return [f"It still has to say {what}." for what in dict.fromkeys(found)]


def verdict(wrong: list[str], good: str) -> tuple[bool, str]:
    """What a gate of one's own gives: whether nothing is wrong, and what."""
    return not wrong, listed(wrong) if wrong else good


def cleared() -> dict[str, object]:
    """The step behind the gate on a letter: the letter may go."""
    return {"letter_fault": None}


def put_again(verdicts: tuple[Checked, ...]) -> dict[str, object]:
    """What that step falls back to: whoever approved the letter is told why it may not."""
    return {"letter_fault": verdicts[-1].reason}


def _same(one: Sum, other: Sum) -> bool:
    return one[0] == other[0] and (None in (one[1], other[1]) or one[1] == other[1])


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
