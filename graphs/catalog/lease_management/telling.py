"""How findings, periods and places are said to a person."""

from ....nodes.amounts import shown
from ....nodes.papers import Cited, Line
from .clauses import Hit
from .schema import Finding


def finding(name: str, says: str, *evidence: object, ours: bool = False) -> Finding:
    """Something for a person to settle, with the sentences that show it, each once."""
    each_once = tuple(dict.fromkeys(map(str, evidence)))
    return Finding(name=name, says=says, evidence=each_once, ours=ours)


def quoted(line: Line) -> str:
    """A sentence with its place."""
    return f"{line.file}, page {line.page}, line {line.number}: {line.text[:300]}"


def where(fact: Cited) -> str:
    """What a fact rests on, with its place."""
    return f"{fact.place}: {fact.sentence}" if fact.place else f"({fact.reason})"


def value_of(hit: Hit) -> str:
    """What a place states."""
    if hit.day is not None:
        return " or ".join(map(str, hit.day.readings))
    if hit.span is not None:
        return length(hit.span.months, hit.span.days)
    return shown(hit.sum.value, hit.sum.currency) if hit.sum else ""


def length(months: int, days: int) -> str:
    """A period as text: "5 years", "6 months", "60 days"."""
    parts = []
    if months and months % 12 == 0:
        parts.append(f"{months // 12} year{'s' if months != 12 else ''}")
    elif months:
        parts.append(f"{months} month{'s' if months != 1 else ''}")
    if days:
        parts.append(f"{days} day{'s' if days != 1 else ''}")
    return " and ".join(parts) or "0 days"
