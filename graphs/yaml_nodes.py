"""Plain data out of a parser's events, each piece with its place.

Nothing is ever constructed from a tag: the events carry text, and what a bare word means is
decided in ``yaml_scalars``. Every bound is checked as the events come, so that a hostile text is
refused after a small part of it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ruamel.yaml.error import StreamMark
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from ..state.names import nearest
from .yaml_events import MAX_DEPTH, events_of, too_deep
from .yaml_faults import Place, Refused, place_after, place_of, shown
from .yaml_scalars import Scalar, scalar_of, whole

#: How many values there may be, once every alias stands for what it names.
MAX_VALUES = 10_000

_CORE = "tag:yaml.org,2002:"
#: An anchor or a tag before a value, and the space and comments after it.
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*(?:\s+(?:#.*)?)*)*")
_COLON = re.compile(r"(?:\s*:)?")

Path = tuple[str | int, ...]
ValueEvent = ScalarEvent | MappingStartEvent | SequenceStartEvent


@dataclass(frozen=True, kw_only=True)
class Node:
    """A value and where it stands; ``keys`` has the places of a mapping's keys.

    ``raw`` is a scalar as it was written, where that is one line. ``size`` counts the values in
    it, itself included, and ``height`` the levels of mappings and lists.
    """

    data: object
    place: Place
    children: Mapping[str | int, "Node"] = field(default_factory=dict)
    keys: Mapping[str | int, Place] = field(default_factory=dict)
    raw: str | None = None
    size: int = 1
    height: int = 0


def compose(text: str) -> Node:
    """The one document in ``text``, whatever it is.

    Raises:
        Refused: the first fault.
    """
    return _Composer(text, events_of(text)).document()


class _Composer:
    """One pass over the events of a text."""

    def __init__(self, text: str, events: Iterator[Event]) -> None:
        self._text = text
        self._events = events
        self._anchors: dict[str, Node | None] = {}  # None while the value is still open
        self._values = 0

    def document(self) -> Node:
        next(self._events)  # the stream's start
        start = next(self._events)
        if isinstance(start, StreamEndEvent):
            raise _empty()
        first = next(self._events)
        if _is_nothing(first):
            raise _empty()
        node = self._node(first, path=(), depth=1)
        next(self._events)  # the document's end
        after = next(self._events)
        if not isinstance(after, StreamEndEvent):
            raise Refused(
                "A second document begins here.",
                fix="Keep one definition in a file, and take the line '---' out.",
                place=place_of(after.start_mark),
            )
        return node

    def _node(self, event: Event, *, path: Path, depth: int) -> Node:
        if isinstance(event, AliasEvent):
            return self._aliased(event, path=path, depth=depth)
        assert isinstance(event, ValueEvent)  # the parser's grammar: a value comes next
        self._count(1, event, path)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        place = self._start(event)
        if isinstance(event, ScalarEvent):
            node = self._scalar(event, place, path)
        elif depth > MAX_DEPTH:
            raise too_deep(place, path)
        elif isinstance(event, MappingStartEvent):
            self._check_tag(event, "map", path)
            node = self._mapping(place, path, depth)
        else:
            self._check_tag(event, "seq", path)
            node = self._sequence(place, path, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _start(self, event: ValueEvent) -> Place:
        """Where the value begins, after its anchor and tag."""
        mark = event.start_mark
        bare = event.anchor is None and event.ctag is None
        if bare or (isinstance(event, ScalarEvent) and not event.value):
            return place_of(mark)
        return self._past(mark, _PROPERTIES)

    def _past(self, mark: StreamMark, skipped: re.Pattern[str]) -> Place:
        """The place after what is ``skipped`` from ``mark`` on."""
        found = skipped.match(self._text, mark.index)
        place = place_after(found[0] if found else "")
        column = place.column + (mark.column if place.line == 1 else 0)
        return Place(mark.line + place.line, column)

    def _count(self, more: int, event: Event, path: Path) -> None:
        self._values += more
        if self._values > MAX_VALUES:
            raise Refused(
                f"The definition has more than {MAX_VALUES:,} values.",
                fix="Make it smaller; an alias counts as all that it stands for.",
                place=place_of(event.start_mark),
                path=path,
            )

    def _aliased(self, event: AliasEvent, *, path: Path, depth: int) -> Node:
        name, place = event.anchor, place_of(event.start_mark)
        if name not in self._anchors:
            raise Refused(
                f"{shown(f'*{name}')} names no anchor above it{self._nearest(name)}.",
                fix="Write '&' and the name before the value it stands for, or put text that "
                "begins with '*' in quotes.",
                place=place,
                path=path,
            )
        node = self._anchors[name]
        if node is None:
            raise Refused(
                f"{shown(f'*{name}')} stands inside the value that it names.",
                fix="Write the value out.",
                place=place,
                path=path,
            )
        self._count(node.size, event, path)
        if depth + node.height - 1 > MAX_DEPTH:
            raise too_deep(place, path)
        return replace(node, place=place, raw=None)

    def _nearest(self, name: str) -> str:
        """The anchor that was meant; looked for among a few short ones, since comparing is slow."""
        short = [each for each in self._anchors if len(each) <= 40]
        return nearest(name[:40], short[:100])

    def _mapping(self, place: Place, path: Path, depth: int) -> Node:
        children: dict[str | int, Node] = {}
        keys: dict[str | int, Place] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key, at = self._key(event, path)
            if key in keys:
                raise Refused(
                    f"The key {shown(key)} is here for the second time; the first is on line "
                    f"{keys[key].line}.",
                    fix="Take one of the two out, or rename it.",
                    place=at,
                    path=(*path, key),
                )
            keys[key] = at
            value = next(self._events)
            child = self._node(value, path=(*path, key), depth=depth + 1)
            if _is_nothing(value):  # the parser places it at what comes next, lines below
                child = replace(child, place=self._past(event.end_mark, _COLON))
            children[key] = child
        data = {key: child.data for key, child in children.items()}
        return _collection(data, place, children, keys)

    def _sequence(self, place: Place, path: Path, depth: int) -> Node:
        children: dict[str | int, Node] = {}
        while not isinstance(event := next(self._events), SequenceEndEvent):
            here = (*path, len(children))
            children[len(children)] = self._node(event, path=here, depth=depth + 1)
        return _collection([child.data for child in children.values()], place, children, {})

    def _key(self, event: Event, path: Path) -> tuple[str, Place]:
        if not isinstance(event, ScalarEvent):
            kind = "An alias" if isinstance(event, AliasEvent) else "A list or a mapping"
            raise Refused(
                f"{kind} cannot be a key: {shown(self._text[event.start_mark.index :])}.",
                fix="Write the key as text; put text that begins with a special character "
                "in quotes.",
                place=place_of(event.start_mark),
                path=path,
            )
        node = self._node(event, path=path, depth=1)
        self._values -= 1  # keys are no values
        if node.raw == "<<":
            raise Refused(
                "The key '<<' would merge another mapping in; a definition is written out.",
                fix="Write the keys out where they belong.",
                place=node.place,
                path=path,
            )
        if not isinstance(node.data, str):
            word = shown(event.value) if event.value else None
            raise Refused(
                f"The key {word} is not text." if word else "The key before this ':' is missing.",
                fix=f"Put it in quotes: {word}." if word else "Write the key before the ':'.",
                place=node.place,
                path=path,
            )
        return node.data, node.place

    def _scalar(self, event: ScalarEvent, place: Place, path: Path) -> Node:
        bare = event.style is None
        try:
            data = scalar_of(event.value) if bare else whole(event.value)
        except (OverflowError, UnicodeError) as error:
            raise Refused(
                f"{shown(self._text[event.start_mark.index :])} is {error}.",
                fix="Put it in quotes if it is meant as text." if bare else "Correct the escape.",
                place=place,
                path=path,
            ) from error
        if event.ctag is not None:
            data = self._tagged(event, data, path)
        end = event.end_mark
        start = end.index - (end.column - place.column + 1)
        one_line = end.line + 1 == place.line and event.style not in {"|", ">"}
        raw = self._text[start : end.index] if one_line else None
        return Node(data=data, place=place, raw=raw)

    def _tagged(self, event: ScalarEvent, data: Scalar, path: Path) -> Scalar:
        """Text for ``!!str``; another core tag must say what the value is anyway."""
        if str(event.ctag) == f"{_CORE}str":
            return whole(event.value)
        kinds = {type(None): "null", bool: "bool", int: "int", float: "float", str: "str"}
        self._check_tag(event, kinds[type(data)], path)
        return data

    def _tag_index(self, event: ValueEvent) -> int:
        """Where the tag begins. The parser tells only where the anchor does, if there is one."""
        start = event.start_mark.index
        after = re.compile(r"(?:&[^\s!]*(?:\s+(?:#.*)?)*)?!").match(self._text, start)
        if after:
            return after.end() - 1
        before = self._text.rfind("!", 0, start)
        return before - 1 if self._text[before - 1 : before] == "!" else before

    def _check_tag(self, event: ValueEvent, kind: str, path: Path) -> None:
        if event.ctag is None or str(event.ctag) == _CORE + kind:
            return
        index = self._tag_index(event)
        written = re.match(r"\S+", self._text[index:])
        raise Refused(
            f"The tag {shown(written[0] if written else '!')} cannot be used here.",
            fix="Take the tag out; put text that begins with '!' in quotes.",
            place=place_after(self._text[:index]),
            path=path,
        )


def _is_nothing(event: Event) -> bool:
    """Whether not a single character was written for a value."""
    return isinstance(event, ScalarEvent) and event.start_mark.index == event.end_mark.index


def _collection(
    data: object,
    place: Place,
    children: Mapping[str | int, Node],
    keys: Mapping[str | int, Place],
) -> Node:
    inner: Sequence[Node] = tuple(children.values())
    return Node(
        data=data,
        place=place,
        children=children,
        keys=keys,
        size=1 + sum(child.size for child in inner),
        height=1 + max((child.height for child in inner), default=0),
    )


def _empty() -> Refused:
    return Refused(
        "The definition holds nothing.",
        fix="Write a mapping: 'key: value' lines.",
        place=Place(1, 1),
    )
