"""What a model says that a paper states counts only as far as the paper bears it.

A model gives what is printed and the words around it. Both are looked up, and the value is read
from the print by the same rules that read everything else, so that no model does arithmetic.
"""

from collections.abc import Mapping
from typing import Literal, assert_never

from pydantic import BaseModel, Field

from .amounts import amounts_in
from .grounding import printed_in, stands_in
from .offline.numbers import decimal_mark
from .papers import (
    AmountFact,
    DayFact,
    Paper,
    SpanFact,
    TextFact,
    lines_of,
    one_line,
    sentences_of,
)
from .schemas import Frozen
from .timeline import days_in, order_of, spans_in

Kind = Literal["text", "day", "amount", "span"]
_CALLED: Mapping[Kind, str] = {"text": "text", "day": "date", "amount": "sum", "span": "period"}
#: What only a model read is doubtful, however well it is quoted: a sentence can be there and mean
#: something else.
ONLY_READ = 0.65


class Stated(Frozen):
    """One thing a paper states, as it prints it, with the words that say so."""

    value: str = Field(description="Exactly as printed.")
    quote: str = Field(description="The line or sentence, copied exactly.")


def unborne(reading: BaseModel, paper: Paper, kinds: Mapping[str, Kind]) -> list[str]:
    """What a reading states and the paper does not, each with how to mend it."""
    stated = {name: getattr(reading, name) for name in type(reading).model_fields}
    faults = {
        name: _fault(each, paper, kinds.get(name, "text"))
        for name, each in stated.items()
        if isinstance(each, Stated)
    }
    return [f"{name!r}: {fault}" for name, fault in faults.items() if fault is not None]


def _fault(stated: Stated, paper: Paper, kind: Kind) -> str | None:
    if borne_out(stated, paper, kind=kind) is not None:
        return None
    if not stands_in(stated.quote, paper.text):
        return f"{stated.quote!r} does not stand in the paper. Copy a sentence of it, or give null."
    if _letters(stated.value) not in _letters(paper.text) or not printed_in(
        stated.value, stated.quote
    ):
        return f"{stated.value!r} is not printed so, or not in its quote. Copy it as it stands."
    return f"{stated.value!r} is no {_CALLED[kind]} that one line or sentence states."


def borne_out(
    stated: Stated, paper: Paper, *, kind: Kind
) -> TextFact | DayFact | AmountFact | SpanFact | None:
    """The fact, where its quote stands in the paper and holds the value; else None."""
    if not stated.value.strip() or not printed_in(stated.value, stated.quote):
        return None
    every = (*sentences_of(paper), *lines_of(paper))
    line = next((each for each in every if stands_in(stated.quote, each.text)), None)
    if line is None or _letters(stated.value) not in _letters(line.text):
        return None  # a quote may be worn, but not what is read off it
    return _read(stated.value, paper, line.cited(ONLY_READ, "only a model read it so."), kind)


def _letters(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())


def _read(
    value: str, paper: Paper, cited: Mapping[str, object], kind: Kind
) -> TextFact | DayFact | AmountFact | SpanFact | None:
    match kind:
        case "text":
            return TextFact.model_validate({"value": one_line(value), **cited})
        case "day":
            for day in days_in(value, order=order_of(paper.text)):
                readings = day.readings if day.day is None else ()
                return DayFact.model_validate({"value": day.day, "readings": readings, **cited})
        case "amount":
            for each in amounts_in(value, mark=decimal_mark(paper.text), bare=True):
                found = {"value": each.value, "currency": each.currency}
                return AmountFact.model_validate({**found, **cited})
        case "span":
            for span in spans_in(value):
                return SpanFact.model_validate({"months": span.months, "days": span.days, **cited})
        case _:
            assert_never(kind)
    return None
