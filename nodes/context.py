"""What an agent is given to read: a step's values as one text, cut down to what fits.

The text is data from wherever the values came, so none of it can pass for our own marks: it can
neither end the document nor begin another field.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass

from pydantic import BaseModel

from ..state.errors import ContextError
from .agent_passages import Passage, joined, passages
from .documents.pdf import Page
from .documents.search import rank_pages
from .packing import Packed, approximate_tokens, pack

#: What only we may write: a field's heading, and the tags around everything.
_MARKS = re.compile(r"\[(?=\s*field\s)|<(?=\s*/?\s*document\b)", re.IGNORECASE)
_PAGE_MARK = re.compile(r"\[(?=page \d)")
_HAS_PAGES = re.compile(r"^\[page \d+\]$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Context:
    """A text to work on, its size, and what was left out of it, field by field."""

    text: str
    tokens: int
    dropped: tuple[str, ...] = ()


def whole(material: Mapping[str, object], *, limit: int, step: str) -> Context:
    """Everything, as one text.

    Raises:
        ContextError: that is more than ``limit`` tokens.
    """
    text = _document(_rendered(material))
    tokens = approximate_tokens(text)
    if tokens > limit:
        raise ContextError(
            f"What the step reads is about {tokens} tokens, and {limit} fit.",
            fix="Raise the limit, give the step less to read, or let it select what matters.",
            node=step,
        )
    return Context(text=text, tokens=tokens)


def selected(
    material: Mapping[str, object], *, limit: int, queries: Sequence[str], step: str
) -> Context:
    """What fits into ``limit`` tokens, the passages nearest to ``queries`` first.

    A field that takes no more than its even share of the room stays whole, so that a long report
    does not push a short question out. What is kept stands in its own order.

    Raises:
        ContextError: not one passage fits.
    """
    texts = _rendered(material)
    everything = _document(texts)
    if approximate_tokens(everything) <= limit:
        return Context(text=everything, tokens=approximate_tokens(everything))
    kept: dict[str, str] = {}
    dropped: list[str] = []
    room = limit
    shortest_first = sorted(texts, key=lambda name: len(texts[name]))
    for at, name in enumerate(shortest_first):
        share = room // (len(texts) - at)
        part, lost = _within(texts[name], share - _size(_field(name, "")), queries)
        if lost:
            dropped.append(f"{name}: {lost}")
        if part or not lost:
            kept[name] = part
            room -= _size(_field(name, part))
    text = _document({name: kept[name] for name in texts if name in kept})
    if not any(kept.values()):
        raise ContextError(
            f"Nothing of the {approximate_tokens(everything)} tokens that the step reads fits "
            f"into {limit}.",
            fix="Raise the limit, or give the step less to read.",
            node=step,
        )
    return Context(text=text, tokens=approximate_tokens(text), dropped=tuple(sorted(dropped)))


def _within(text: str, room: int, queries: Sequence[str]) -> tuple[str, str]:
    """The part of a text that fits, and how much was left out ("" for nothing)."""
    if _size(text) <= room:
        return text, ""
    every = passages(text)
    packed = _packed(every, room, queries)
    if not packed.dropped:
        return joined(every), ""
    kept = sorted(packed.kept, key=lambda each: each.order)
    return joined(kept), f"{len(packed.dropped)} of {len(every)} passages"


def _packed(every: Sequence[Passage], room: int, queries: Sequence[str]) -> Packed[Passage]:
    pages = [Page(number=each.order, text=each.text) for each in every]
    found = [every[page.number] for page in rank_pages(pages, queries)]
    ranked = dict.fromkeys((*found, *every))  # what no query finds comes after what one does
    return pack(ranked, limit=room, size=lambda each: _size(joined([each])))


def _size(text: str) -> int:
    """Tokens of a text and of the blank line after it."""
    return approximate_tokens(f"{text}\n\n")


def _rendered(material: Mapping[str, object]) -> dict[str, str]:
    """The fields' texts; those with pages come last, or their last page would seem to go on."""
    texts = {name: rendered(value) for name, value in material.items()}
    paged = {name for name, text in texts.items() if _HAS_PAGES.search(text)}
    return {name: texts[name] for name in sorted(texts, key=lambda name: name in paged)}


def _document(texts: Mapping[str, str]) -> str:
    return "\n\n".join(_field(name, text) for name, text in texts.items())


def _field(name: str, text: str) -> str:
    return f"[field {harmless(name)}]\n\n{text}"


def harmless(text: str) -> str:
    """A text that cannot pass for one of our own marks."""
    return _MARKS.sub("(", text)


def rendered(value: object) -> str:
    """A value as a reader takes it: text as it is, pages under their numbers, else short lines."""
    if isinstance(value, str):
        return harmless(value).strip("\n") or "none"
    pages = _pages(value)
    if pages is not None:
        return "\n\n".join(f"[page {number}]\n{text}" for number, text in pages)
    return "\n".join(_lines(value))


def _pages(value: object) -> list[tuple[int, str]] | None:
    """Numbers and texts, where a value is a list of pages; their texts hold no page marks."""
    if not isinstance(value, list | tuple) or not value:
        return None
    found = []
    for each in value:
        parts = _parts(each) or {}
        number, text = parts.get("number"), parts.get("text")
        if set(parts) != {"number", "text"} or not isinstance(number, int):
            return None
        found.append((number, _PAGE_MARK.sub("(", harmless(str(text)))))
    return found


def _lines(value: object) -> list[str]:
    """``key: value`` and ``- item`` lines; what lies deeper is indented."""
    parts = _parts(value)
    if parts is not None:
        return [line for key, each in parts.items() for line in _entry(f"{key}:", each)] or ["none"]
    if isinstance(value, list | tuple | set | frozenset):
        return [line for each in _ordered(value) for line in _item(each)] or ["none"]
    return _plain(value).split("\n")


def _entry(key: str, value: object) -> list[str]:
    lines = _lines(value)
    flat = _parts(value) is None and not isinstance(value, list | tuple | set | frozenset)
    if flat and len(lines) == 1:
        return [f"{harmless(key)} {lines[0]}"]
    return [harmless(key), *(f"  {line}" for line in lines)]


def _item(value: object) -> list[str]:
    first, *others = _lines(value)
    return [f"- {first}", *(f"  {line}" for line in others)]


def _ordered(values: Iterable[object]) -> list[object]:
    # A set has another order in every process; the same material must read the same.
    return sorted(values, key=str) if isinstance(values, set | frozenset) else list(values)


def _parts(value: object) -> Mapping[str, object] | None:
    """The named parts of a structured value; None where it has none."""
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    return {str(key): each for key, each in value.items()} if isinstance(value, Mapping) else None


def _plain(value: object) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return harmless(str(value))
