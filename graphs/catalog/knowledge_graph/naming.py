"""One name for each thing: sure spellings are merged, doubtful ones go to a person."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ....nodes.blocking import in_thread
from ....nodes.entities import Kind, kind_of
from ....nodes.same_names import PART, Likeness, legal_form, likeness, pairs, stem_of, words_of
from .schema import Doubt, Entity, Fact, Reading, Seen, State

#: No person looks through more; the rest stay apart, and the notes say how many.
_DOUBTS = 40


class Groups:
    """Names that are one, by the name that stands for each group."""

    def __init__(self, names: Iterable[str]) -> None:
        self._leads = {name: name for name in names}

    def lead(self, name: str) -> str:
        while self._leads[name] != name:
            name = self._leads[name]
        return name

    def join(self, one: str, other: str) -> None:
        # The smaller text leads: the order in which pairs come must not matter.
        first, second = sorted((self.lead(one), self.lead(other)))
        self._leads[second] = first

    def members(self) -> list[list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name in self._leads:
            found[self.lead(name)].append(name)
        return [sorted(each) for _, each in sorted(found.items())]


async def name_them(readings: list[Reading | None], alike: int, doubtful: int) -> dict[str, object]:
    """The entities under one name each, the facts as read, and the merges to be asked about."""
    return await in_thread(_named, [each for each in readings if each], alike, doubtful)


def _named(readings: Sequence[Reading], alike: int, doubtful: int) -> dict[str, object]:
    seen: dict[str, list[Seen]] = defaultdict(list)
    for reading in readings:
        for each in reading.seen:
            seen[each.name].append(each)
    kinds = {name: _kind(name, found) for name, found in seen.items()}
    groups = Groups(seen)
    for reading in readings:
        for alias in reading.aliases:
            groups.join(alias.subject, alias.object)
    doubts = []
    forms = _forms(seen)
    for one, other in pairs(seen):
        found = _compared(one, other, kinds, alike, doubtful)
        if found is None or groups.lead(one) == groups.lead(other):
            continue
        if found.sure and len(forms[stem_of(one)] | forms[stem_of(other)]) < 2:
            groups.join(one, other)
        else:
            doubts.append((found, one, other))
    entities = [_entity(members, seen, kinds) for members in groups.members()]
    asked, left = _doubts(doubts, entities)
    told = [f"{left} more doubtful pairs of names were kept apart."] if left else []
    refused = [f"Not borne out: {each}" for reading in readings for each in reading.refused]
    facts = tuple(fact for reading in readings for fact in reading.facts)
    return {
        "entities": tuple(entities),
        "facts": facts,
        "doubts": asked,
        "told": (*told, *refused),
    }


def _kind(name: str, found: Sequence[Seen]) -> Kind:
    counted: Counter[Kind] = Counter(each.type for each in found if each.type != "unknown")
    return min(counted, key=lambda kind: (-counted[kind], kind)) if counted else kind_of(name)


def _forms(names: Iterable[str]) -> Mapping[tuple[str, ...], set[str]]:
    """The legal forms under which a name goes: of a "Norden AG" and a "Norden Ltd", which is
    "Norden"?"""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for name in names:
        form = legal_form(name)
        found[stem_of(name)] |= {form} if form else set()
    return found


def _compared(
    one: str, other: str, kinds: Mapping[str, Kind], alike: int, doubtful: int
) -> Likeness | None:
    told = {kinds[one], kinds[other]} - {"unknown"}
    if len(told) > 1 or told & {"date", "amount", "concept"}:
        return None
    return likeness(one, other, alike=alike, doubtful=doubtful)


def _entity(
    members: Sequence[str], seen: Mapping[str, list[Seen]], kinds: Mapping[str, Kind]
) -> Entity:
    """One thing: called by its fullest name, of the kind that most of its names tell."""
    times = {name: sum(each.times for each in seen[name]) for name in members}
    name = max(members, key=lambda each: (len(words_of(each)), times[each], each))
    told: Counter[Kind] = Counter(kinds[each] for each in members if kinds[each] != "unknown")
    first = min(
        (each.place for member in members for each in seen[member]),
        key=lambda place: (place.file, place.page or 0, place.line or 0),
    )
    return Entity(
        name=name,
        type=min(told, key=lambda kind: (-told[kind], kind)) if told else "unknown",
        aliases=tuple(each for each in members if each != name),
        mentions=sum(times.values()),
        first=first,
    )


def _doubts(
    found: Sequence[tuple[Likeness, str, str]],
    entities: Sequence[Entity],
) -> tuple[list[Doubt], int]:
    """The pairs to be asked about, between the entities as they now are, each once."""
    called = {name: each for each in entities for name in (each.name, *each.aliases)}
    asked: dict[tuple[str, str], tuple[int, Doubt]] = {}
    for like, one, other in found:
        first, second = sorted((called[one], called[other]), key=lambda each: -len(each.name))
        if first.name == second.name:
            continue
        doubt = Doubt(
            name=first.name,
            other=second.name,
            score=like.score,
            why=like.why,
            name_stands_in=f"{first.first.cited}: {first.first.sentence}",
            other_stands_in=f"{second.first.cited}: {second.first.sentence}",
        )
        asked.setdefault((first.name, second.name), (first.mentions + second.mentions, doubt))
    ranked = sorted(asked.values(), key=lambda each: (-each[0], each[1].name, each[1].other))
    kinds = {each.name: each.type for each in entities}
    listed = [_proposed(doubt, asked, kinds) for _, doubt in ranked[:_DOUBTS]]
    return listed, len(ranked) - len(listed)


def _proposed(doubt: Doubt, asked: Iterable[tuple[str, str]], kinds: Mapping[str, Kind]) -> Doubt:
    """The pair, proposed as one where a surname can mean only one person of its document."""
    long, short = words_of(doubt.name), words_of(doubt.other)
    of_person = {kinds[doubt.name], kinds[doubt.other]} <= {"person", "unknown"}
    alone = len([pair for pair in asked if doubt.other in pair]) == 1
    file, other = doubt.name_stands_in.split(":")[0], doubt.other_stands_in.split(":")[0]
    surname = len(short) == 1 and 2 <= len(long) <= 3 and long[-1] == short[0]
    one = doubt.why == PART and surname and of_person and alone and file == other
    return doubt.model_copy(update={"same": True}) if one else doubt


def merged(state: State) -> tuple[tuple[Entity, ...], dict[str, str], tuple[str, ...]]:
    """The entities after a person's decision, each spelling's name, and notes on what was done."""
    by_name = {each.name: each for each in state.entities}
    groups = Groups(by_name)
    notes: list[str] = []
    for each in state.doubts:
        absent = [name for name in (each.name, each.other) if name not in by_name]
        if each.same and absent:
            notes.append(f"Not merged: there is no name {absent[0]!r:.80}.")
        elif each.same:
            groups.join(each.name, each.other)
            notes.append(f"Merged as decided: {each.other!r} is {each.name!r}.")
    chosen = {each.name for each in state.doubts if each.same}
    found = [_whole([by_name[name] for name in members], chosen) for members in groups.members()]
    called = {name: each.name for each in found for name in (each.name, *each.aliases)}
    return tuple(found), called, tuple(notes)


def _whole(parts: Sequence[Entity], chosen: set[str]) -> Entity:
    lead = max(parts, key=lambda each: (each.name in chosen, len(each.name), each.name))
    others = [name for each in parts for name in (each.name, *each.aliases) if name != lead.name]
    kinds = [each.type for each in (lead, *parts) if each.type != "unknown"]
    return lead.model_copy(
        update={
            "aliases": tuple(sorted(set(others))),
            "mentions": sum(each.mentions for each in parts),
            "type": kinds[0] if kinds else "unknown",
        }
    )


def renamed(facts: Iterable[Fact], called: Mapping[str, str]) -> list[Fact]:
    """The facts under the entities' names; what became one thing has no relation to itself."""
    found = (
        each.model_copy(
            update={
                "subject": called.get(each.subject, each.subject),
                "object": called.get(each.object, each.object),
            }
        )
        for each in facts
    )
    return [each for each in found if each.subject != each.object]
