"""What the readers of wording hand back: a value with its sentence, or none with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .source import Sentence, Source

#: A line longer than this is no line that a person wrote; a cell or a label is far shorter.
_LONGEST = 2_000


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a wording tells; ``value`` None comes with the ``reason``."""

    value: object
    confidence: float = 0.0
    sentence: Sentence | None = None
    reason: str | None = None


@lru_cache(maxsize=8)
def lines(source: Source) -> tuple[Sentence, ...]:
    """The text's lines as they stand, blank ones left out."""
    found = (
        (page, line.strip())
        for page, body in source.pages
        for line in body.split("\n")
        if line.strip()
    )
    return tuple(
        Sentence(text=text[:_LONGEST], page=page, order=order)
        for order, (page, text) in enumerate(found)
    )


@lru_cache(maxsize=8)
def statements(source: Source) -> Sequence[Sentence]:
    """The text's sentences; its lines where it has none (a form, a ticket, a subject line)."""
    return source.sentences or lines(source)


@lru_cache(maxsize=8)
def places(source: Source) -> tuple[Sentence, ...]:
    """Sentences first, then the lines that are not prose: labels, headings, rows. Each once."""
    told = {each.text: each for each in reversed(source.sentences)}
    other = (each for each in reversed(lines(source)) if not each.text.endswith((".", ",", ";")))
    apart = {each.text: each for each in other if each.text not in told}
    by_order = sorted(told.values(), key=lambda each: each.order)
    return (*by_order, *sorted(apart.values(), key=lambda each: each.order))
