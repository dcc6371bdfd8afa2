"""Lists: sentences, named options, items under a heading, rows of a table with fitting columns."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from . import shapes, texts, wording
from .dates import dates_in
from .labelled import bulleted, labelled, telling_words
from .language import is_english
from .numbers import cell_quantity, quantities
from .picking import Picked, pick, stem
from .scalars import Asked
from .source import Row, Source, Table
from .trace import TRACE_FIELDS, Trace, nothing

_DEFAULT_ITEMS = 5
#: As many rows as one list takes from tables.
_ROWS = 500
#: Lists of words: sentences that speak of them are no items.
_WORDS = re.compile(
    r"(?:^|_)(?:tags|keywords|names|people|attendees|participants|cities|countries|emails|urls|items|products"
    r"|ingredients|skills|languages|colors|brands|companies|competitors|segments|ids|codes|dates|members|directors"
    r"|authors|topics|categories|subsidiaries|locations)$"
)


@dataclass(frozen=True)
class Listed:
    """A list's items as plain data, and the trace of the list."""

    items: list[object]
    trace: Trace


# Any below: annotations are whatever a schema's author wrote.
def listed(asked: Asked, item: Any, source: Source) -> Listed:
    """The items of a kind that the text states; none, with the reason, where it does not."""
    kinds = shapes.kinds(item)
    kind = kinds[0] if kinds else str
    told = shapes.options(kind)
    if told:
        return _options(told, source)
    if shapes.is_model(kind):
        return _objects(asked, kind, source)
    if kind in {int, float, Decimal} or shapes.is_a(kind, "date"):
        return _values(asked, kind, source)
    if kind is str:
        return _strings(asked, source)
    return _none(f"Lists of {getattr(kind, '__name__', kind)!r} are not read from text.")


def _none(reason: str) -> Listed:
    return Listed([], nothing(reason))


def _options(told: Mapping[str, object], source: Source) -> Listed:
    if not is_english(source):
        return _none("The text does not read as English, and options are told by English wording.")
    found = wording.mentioned(list(told), source)
    if not found:
        return _none(f"No wording of the text speaks for any of {', '.join(told)}.")
    where = found[0][1]
    trace = Trace(value=len(found), confidence=0.6, evidence=where.text, page=where.page)
    return Listed([told[name] for name, _ in found], trace)


def _values(asked: Asked, kind: Any, source: Source) -> Listed:
    """Numbers or dates that a line lists after the field's name."""
    for value, confidence, where in labelled(asked.names, source):
        if shapes.is_a(kind, "date"):
            items: list[object] = [day for day, _, _ in dates_in(value)]
        else:
            parts = [cell_quantity(part, mark=source.mark) for part in re.split(r"[;|]|,\s", value)]
            items = [_as(kind, each.value) for each in parts if each is not None]
        if items and None not in items:
            trace = Trace(
                value=len(items), confidence=confidence, evidence=where.text, page=where.page
            )
            return Listed(items, trace)
    return _none(f"No line of the text lists {asked.names[0]!r}.")


def _as(kind: Any, value: float) -> object:
    if kind is int:
        return int(value) if value == int(value) else None
    return Decimal(str(value)) if kind is Decimal else value


def _strings(asked: Asked, source: Source) -> Listed:
    most = _most(asked)
    items = bulleted(asked.names, source)
    if items:
        trace = Trace(value=len(items), confidence=0.85, evidence=items[0].text, page=items[0].page)
        return Listed([each.text for each in items[: most or len(items)]], trace)
    if _WORDS.search(asked.name):
        return _none(f"No line or list of the text is headed {asked.names[0]!r}.")
    picked = _picked(asked, source, most or _DEFAULT_ITEMS)
    return Listed([each.sentence.text for each in picked], _of_sentences(asked, picked, source))


def _picked(asked: Asked, source: Source, most: int) -> tuple[Picked, ...]:
    if not is_english(source):
        return ()
    about = texts.topic(asked.name, asked.said)
    return pick(source.sentences, topic=about, question=asked.question, most=most)


def _of_sentences(asked: Asked, picked: Sequence[Picked], source: Source) -> Trace:
    if not picked and not is_english(source):
        return nothing("The text does not read as English, and sentences are told by its wording.")
    if not picked:
        return nothing(f"No sentence of the text is about {asked.names[0]!r}.")
    first = picked[0].sentence
    return Trace(
        value=len(picked), confidence=texts.mean(picked), evidence=first.text, page=first.page
    )


def _most(asked: Asked) -> int | None:
    longest = shapes.limit(asked.info, "max_length")
    said = re.search(
        r"(?:at most|up to|no more than|max(?:imum)?(?: of)?|top)\s+(\d+)(?!\s+words)", asked.said
    )
    stated = int(said[1]) if said else None
    return min((each for each in (longest, stated) if each is not None), default=None)


def _objects(asked: Asked, model: Any, source: Source) -> Listed:
    """A sentence each where the model holds one; else a row each, where columns fit its fields."""
    field = _sentence_field(model)
    if field is not None:
        picked = _picked(asked, source, _most(asked) or _DEFAULT_ITEMS)
        items: list[object] = [_of_sentence(model, field, each) for each in picked]
        return Listed(items, _of_sentences(asked, picked, source))
    for table in source.tables:
        columns = _columns(model, table)
        if columns is None:
            continue
        rows = [_of_row(model, columns, row, table, source) for row in table.rows[:_ROWS]]
        kept: list[object] = [row for row in rows if row is not None]
        if kept:
            evidence = table.rows[0].text
            trace = Trace(value=len(kept), confidence=0.75, evidence=evidence, page=table.page)
            return Listed(kept[: _most(asked)], trace)
    wanted = ", ".join(model.model_fields)
    return _none(f"No table of the text has columns for {wanted}.")


def _sentence_field(model: Any) -> str | None:
    """The field that a whole sentence fills, where all other required ones are its trace."""
    names = (
        "text",
        "sentence",
        "statement",
        "quote",
        "summary",
        "description",
        *model.model_fields,
    )
    strings = [
        name
        for name in dict.fromkeys(names)
        if name in model.model_fields and str in shapes.kinds(model.model_fields[name].annotation)
    ]
    known = [each for each in strings if each in names[:4]]
    own = [each for each in model.model_fields if each not in TRACE_FIELDS]
    chosen = known or (own if len(own) == 1 and own[0] in strings else [])
    rest = [
        name
        for name in model.model_fields
        if name not in {*chosen[:1], *TRACE_FIELDS}
        and not shapes.can_go_without(model.model_fields[name])
    ]
    return chosen[0] if chosen and not rest else None


def _of_sentence(model: Any, field: str, picked: Picked) -> dict[str, object]:
    sentence = picked.sentence
    trace = {
        "page": sentence.page,
        "evidence": sentence.text,
        "confidence": round(picked.score, 2),
        "computed": False,
    }
    data: dict[str, object] = {field: sentence.text}
    data.update({name: value for name, value in trace.items() if name in model.model_fields})
    return data


def _columns(model: Any, table: Table) -> dict[str, int] | None:
    """The column of each field, -1 for the rows' labels; None where a required one has none."""
    columns: dict[str, int] = {}
    for name, info in model.model_fields.items():
        if name in TRACE_FIELDS - {"unit", "currency", "period"}:
            continue
        wanted = {stem(word) for each in (name, info.title or "") for word in telling_words(each)}
        for at, heading in enumerate(table.headings):
            words = {stem(word) for word in telling_words(heading)}
            if words and at not in columns.values() and (words <= wanted or wanted <= words):
                columns[name] = at
                break
    unplaced = [name for name in model.model_fields if name not in columns]
    labels = [name for name in unplaced if str in shapes.kinds(model.model_fields[name].annotation)]
    if columns and labels and labels[0] not in TRACE_FIELDS:
        columns[labels[0]] = -1
    lacking = [
        name
        for name, info in model.model_fields.items()
        if name not in columns and name not in TRACE_FIELDS and not shapes.can_go_without(info)
    ]
    return None if lacking or len(columns) < 2 else columns


def _of_row(
    model: Any, columns: Mapping[str, int], row: Row, table: Table, source: Source
) -> dict[str, object] | None:
    """A row as an object; None for totals and for rows that lack what the model requires."""
    if re.match(r"(?:sub)?-?total\b|sum\b", row.label, re.IGNORECASE) or not any(row.cells):
        return None
    data: dict[str, object] = {}
    for name, at in columns.items():
        info = model.model_fields[name]
        cell = row.label if at < 0 else row.cells[at] if at < len(row.cells) else ""
        value = _of_cell(cell, shapes.kinds(info.annotation), source)
        if value is None and not shapes.can_go_without(info):
            return None
        if value is not None or shapes.takes_none(info.annotation):
            data[name] = value
    trace = {"page": table.page, "evidence": row.text, "confidence": 0.75}
    own = model.model_fields.keys() - columns.keys()
    return data | {name: value for name, value in trace.items() if name in own}


def _of_cell(cell: str, kinds: Sequence[Any], source: Source) -> object:
    for kind in kinds:
        if kind in {int, float, Decimal}:
            found = quantities(cell, mark=source.mark)
            value = _as(kind, found[0].worth) if len(found) == 1 else None
            if value is not None:
                return value
        elif shapes.is_a(kind, "date"):
            day = next(dates_in(cell), None)
            if day is not None:
                return day[0]
        elif told := shapes.options(kind):
            fitting = [word for word in told if word.lower() == cell.strip().lower()]
            if fitting:
                return told[fitting[0]]
        elif kind is str and cell.strip():
            return cell.strip()
    return None
