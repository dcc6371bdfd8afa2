"""What was found, as tables: each side and shape in a line, and each point of each shape."""

from collections.abc import Iterator
from dataclasses import fields

from .campaign import Result
from .scenario import Found
from .sides import Side

_HEADS = {
    "kills": "kills",
    "lost": "lost",
    "stuck": "stuck",
    "false": "false end",
    "repeated": "calls again",
    "doubled": "paid twice",
    "blind": "sent twice",
    "silent": "unreported",
    "unknown": "asked about",
    "inflight": "in flight",
}

LEGEND = """\
lost: failed, wrong state, or work not done · stuck: did not end · false end: looked finished and
was not · calls again: completed model calls made again · paid twice: at a target that knows keys ·
sent twice: at one that does not, blindly · unreported: sent, and nobody was asked about it ·
asked about: unknown outcomes put to the person · in flight: model calls made again since the kill
came before their results were recorded. Whatever but the kills and the last two is a fault."""


def table(result: Result) -> Iterator[str]:
    """A line for each shape and side, and for each side in all."""
    yield _head("")
    sides = dict.fromkeys(side for side, _, _ in result.rows)
    shapes = dict.fromkeys(shape for _, shape, _ in result.rows)
    for shape in shapes:
        for side in sides:
            yield _row(f"{shape}, {_named(side)}", result.of(side, shape))
    for side in sides:
        yield _row(f"all, {_named(side)}", result.of(side))


def details(result: Result) -> Iterator[str]:
    """A line for each point of each shape and side."""
    last = None
    for side, shape, where in sorted(result.rows):
        if (side, shape) != last:
            yield ""
            yield _head(f"{shape}, {_named(side)}: killed at")
            last = side, shape
        yield _row(f"  {where}", result.rows[side, shape, where])


def faults(result: Result, side: Side, most: int) -> Iterator[str]:
    """Each scenario of a side with a fault, and the command that plays it again."""
    found = [line for line in result.faults if line.side == side]
    yield f"Scenarios with a fault, {_named(side)}: {len(found):,}"
    for line in found[:most]:
        wrong = {
            each.name: getattr(line.found, each.name)
            for each in fields(line.found)
            if getattr(line.found, each.name) and each.name not in {"kills", "unknown", "inflight"}
        }
        yield f"{line.replay}: {wrong}"
        yield f"  python benchmarks/nemesis.py --replay {line.replay!r}"
        yield from (f"  {note.strip().splitlines()[-1]:.300}" for note in line.notes)


def _named(side: str) -> str:
    return {"ours": "ours", "hand": "ours by hand", "bare": "bare LangGraph"}[side]


def _head(title: str) -> str:
    return f"{title:<34}" + "".join(f"{head:>12}" for head in _HEADS.values())


def _row(title: str, found: Found) -> str:
    return f"{title:<34}" + "".join(f"{getattr(found, name):>12,}" for name in _HEADS)
