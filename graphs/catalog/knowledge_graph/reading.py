"""Reading documents: into passages, by rules or by what a model said, each fact with its place."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from langgraph.runtime import Runtime

from ....nodes.blocking import in_thread
from ....nodes.documents.files import TextFile, files_in, read_file
from ....nodes.documents.pdf import Page
from ....nodes.documents.search import STOP_WORDS
from ....nodes.entities import LONGEST, Sentence, Spot, known_words, sentences, spots
from ....nodes.grounding import stands_in
from ....nodes.offline.guard import guarded
from ....nodes.offline.notes import language_note, offline_note, order_note
from ....nodes.offline.picking import stem
from ....nodes.quotes import line_of
from ....nodes.run_context import context_of
from ....nodes.same_names import words_of
from ....state.context import OFFLINE, RunContext
from ....state.errors import DocumentError, InputError
from .rules import ALIAS, UNSURE, relations
from .schema import Extraction, Fact, Passage, Place, Reading, Seen, State

#: Characters of a passage: enough to be asked about at once, too few to lose a sentence in.
_PASSAGE = 5_000
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


async def load(state: State, runtime: Runtime[RunContext]) -> dict[str, object]:
    """The documents as passages; a file of a folder that cannot be read is told and left out."""
    context = context_of(runtime)
    reader: Literal["rules", "model"] = "rules" if context.model == OFFLINE else "model"
    passages, known, notes = await in_thread(_loaded, state)
    cannot = "finds the relations that its rules know, in English, and misses others"
    return {
        "reader": reader,
        "passages": passages,
        "known": known,
        "load_notes": (*notes, *offline_note(context.model, cannot)),
    }


def _loaded(state: State) -> tuple[tuple[Passage, ...], tuple[str, ...], tuple[str, ...]]:
    found: list[Passage] = []
    notes: list[str] = []
    whole = ""
    for name, pages in _documents(state, notes):
        text = "\n\n".join(page.text for page in pages)
        orders = guarded(text, "").left_out
        foreign = language_note(name, text)
        notes += [*order_note(name, orders), *foreign]
        for page in pages:
            found.extend(_passages(name, page, len(pages) > 1, orders, not foreign))
        whole = f"{whole}\n\n{text}"
    if not found:
        raise DocumentError(f"Nothing can be read: {' '.join(notes)}", fix="Give other documents.")
    if len(found) > state.max_passages:
        raise InputError(
            f"There are {len(found):,} passages; at most {state.max_passages:,} are read.",
            fix=f"Give the part that matters, or raise the limit: --set max_passages={len(found)}.",
        )
    return tuple(found), tuple(sorted(known_words(whole))), tuple(notes)


def _documents(state: State, notes: list[str]) -> Iterator[tuple[str, tuple[Page, ...]]]:
    for number, text in enumerate(state.texts, 1):
        if text.strip():
            yield f"text {number}", (Page(number=1, text=_CONTROLS.sub(" ", text)),)
    path = Path(state.source) if state.source else None
    for each in () if path is None else files_in(path) if path.is_dir() else (path,):
        try:
            file = read_file(each)
        except DocumentError as error:
            notes.append(f"{each.name} was left out: {error.message}")
            continue
        yield file.name, _clean(file)


def _clean(file: TextFile) -> tuple[Page, ...]:
    return tuple(
        Page(number=each.number, text=_CONTROLS.sub(" ", each.text)) for each in file.pages
    )


def _passages(
    name: str, page: Page, paged: bool, orders: tuple[str, ...], english: bool
) -> Iterator[Passage]:
    """A page in pieces that end where a paragraph does, or else a line."""
    lines: list[str] = []
    size = 0
    first = 1
    every = page.text.split("\n")
    for number, line in enumerate(every, 1):
        lines.append(line)
        size += len(line) + 1
        full = size > _PASSAGE and (not line.strip() or size > 2 * _PASSAGE)
        if full or number == len(every):
            text = "\n".join(lines)
            if text.strip():
                yield Passage(
                    file=name,
                    page=page.number if paged else None,
                    first_line=first,
                    text=text,
                    orders=tuple(each for each in orders if stands_in(each[:60], text)),
                    english=english,
                )
            lines, size, first = [], 0, number + 1


async def by_rules(passage: Passage, known: tuple[str, ...]) -> dict[str, object]:
    """What the rules read in a passage."""
    return {"reading": await in_thread(read_passage, passage, frozenset(known))}


def read_passage(passage: Passage, known: frozenset[str]) -> Reading:
    """Every name with its first sentence, and every relation that a rule finds."""
    if not passage.english:
        return Reading()
    seen: dict[str, Seen] = {}
    facts: list[Fact] = []
    times: Counter[str] = Counter()
    for sentence in sentences(passage.text):
        if len(sentence.text) > LONGEST or _ordered(sentence.text, passage.orders):
            continue
        found = spots(sentence.text, known)
        said = relations(sentence.text, found)
        place = _place(passage, sentence)
        facts += [
            Fact(
                subject=each.subject.value,
                predicate=each.predicate,
                object=each.object.value,
                when=each.when,
                amount=each.amount,
                place=place,
            )
            for each in said
        ]
        ends = [end for each in said for end in (each.subject, each.object)]
        is_prose = sentence.text[-1] in '.!?:;"”)'
        for spot in (*ends, *(found if is_prose else ())):
            _see(seen, spot, place)
        times.update({each.value for each in (*found, *ends)})
    kept = [each.model_copy(update={"times": max(1, times[each.name])}) for each in seen.values()]
    return Reading(
        seen=tuple(kept),
        facts=tuple(each for each in facts if each.predicate != ALIAS),
        aliases=tuple(each for each in facts if each.predicate == ALIAS),
    )


def _see(seen: dict[str, Seen], spot: Spot, place: Place) -> None:
    before = seen.get(spot.value)
    if before is None or (before.type == "unknown" and spot.kind != "unknown"):
        first = before.place if before else place
        seen[spot.value] = Seen(name=spot.value, type=spot.kind, place=first)


def _place(passage: Passage, sentence: Sentence) -> Place:
    line = passage.first_line + sentence.line - 1
    return Place(sentence=sentence.text, file=passage.file, page=passage.page, line=line)


def _ordered(sentence: str, orders: Iterable[str]) -> bool:
    """Whether a sentence is an order to the reader, or a part of one."""
    return any(sentence in each or stands_in(each, sentence) for each in orders)


async def checked(passage: Passage, extraction: Extraction) -> dict[str, object]:
    """What a model said, held against the passage; what is not borne out is refused."""
    return {"reading": await in_thread(_checked, passage, extraction)}


def _checked(passage: Passage, extraction: Extraction) -> Reading:
    refused: list[str] = []
    facts: list[Fact] = []
    seen: dict[str, Seen] = {}
    for each in extraction.relations:
        told = f"{each.subject} - {each.predicate} - {each.object}"
        fault = _fault(passage, each.evidence, each.subject, each.object)
        sentence = None if fault else _sentence_of(each.evidence, passage)
        fault = fault or _relation_fault(each.predicate, sentence)
        if fault or sentence is None:
            refused.append(f"{told!r:.160}: {fault}")
            continue
        place = _quoted(passage, sentence)
        facts.append(
            Fact(
                subject=each.subject,
                predicate=each.predicate,
                object=each.object,
                when=_printed(each.when, sentence),
                amount=_printed(each.amount, sentence),
                place=place,
            )
        )
        for name in (each.subject, each.object):
            _see(seen, Spot(value=name, kind="unknown", start=0, end=0), place)
    for mention in extraction.entities:
        fault = _fault(passage, mention.evidence, mention.name)
        if fault:
            refused.append(f"{mention.name!r:.120}: {fault}")
            continue
        spot = Spot(value=mention.name, kind=mention.type, start=0, end=0)
        _see(seen, spot, _quoted(passage, mention.evidence))
    return Reading(seen=tuple(seen.values()), facts=tuple(facts), refused=tuple(refused))


def _sentence_of(evidence: str, passage: Passage) -> str | None:
    """The document's own sentence that the evidence is of: a graph is not shown a model's words."""
    found = (each.text for each in sentences(passage.text) if stands_in(evidence, each.text))
    return next(found, None)


def _relation_fault(predicate: str, sentence: str | None) -> str:
    """Why a sentence does not state a relation, though it has the names; "" where it may."""
    if sentence is None:
        return "its evidence is no single sentence of the passage."
    if UNSURE.search(sentence):
        return "its sentence denies, doubts, plans or makes it up."
    told = {stem(word) for word in words_of(sentence)}
    asked = [word for word in words_of(predicate) if word not in STOP_WORDS and len(word) > 2]
    if asked and not any(stem(word) in told for word in asked):
        return f"its predicate {predicate!r:.60} is in none of the sentence's words."
    return ""


def _printed(value: str | None, sentence: str) -> str | None:
    """A day or an amount, where the sentence prints it."""
    if value is None or value in {each.value for each in spots(sentence)}:
        return value
    return value if stands_in(value, sentence) else None


def _fault(passage: Passage, evidence: str, *names: str) -> str:
    """Why the passage does not bear something out; "" where it does."""
    if not stands_in(evidence, passage.text):
        return "its evidence does not stand in the passage."
    if _ordered(evidence, passage.orders):
        return "its evidence is an order to the reader, and no statement."
    absent = [name for name in names if not _names(evidence, name)]
    return f"its evidence does not name {absent[0]!r:.80}." if absent else ""


def _names(evidence: str, name: str) -> bool:
    plain = re.escape(" ".join(name.split()))
    if re.search(rf"(?<!\w){plain}(?!\w)", " ".join(evidence.split()), re.IGNORECASE):
        return True
    return len(name) > 4 and stands_in(name, evidence)


def _quoted(passage: Passage, evidence: str) -> Place:
    line = line_of(evidence, passage.text)
    return Place(
        sentence=" ".join(evidence.split()),
        file=passage.file,
        page=passage.page,
        line=None if line is None else passage.first_line + line - 1,
    )
