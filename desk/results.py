"""What a run gave, as lines of text: figures with where they stand, or one field after another."""

import json
from collections.abc import Mapping

from .terminal import print_table, say, wrapped

#: What is shown of one field; all of it is in the JSON.
_MOST_LINES = 12


def print_output(output: Mapping[str, object] | None) -> None:
    """A run's figures, where it has some; otherwise each field that holds something."""
    if isinstance((output or {}).get("figures"), Mapping):
        print_figures(output)
        return
    known = {name: value for name, value in (output or {}).items() if value not in (None, [], {})}
    if not known:
        return
    say()
    width = min(max(map(len, known)), 20) + 2
    for name, value in known.items():
        lines = lines_of(value)
        first = f"  {name:<{width}}"
        for number, line in enumerate(lines[:_MOST_LINES]):
            say(wrapped(line, indent=" " * len(first), first=" " * len(first) if number else first))
        if len(lines) > _MOST_LINES:
            say(f"{' ' * len(first)}… {len(lines) - _MOST_LINES} more lines (see --json)")


def lines_of(value: object) -> list[str]:
    """A value as JSON has it, for a person: what lies within is indented, and what is null there
    is left out."""
    if isinstance(value, Mapping) and value:
        return [line for key, each in value.items() for line in _entry(key, each)]
    if isinstance(value, list) and value:
        return [line for each in value for line in _item(each)]
    if value is None:
        return ["nothing"]
    return (value if isinstance(value, str) else json.dumps(value)).strip().split("\n")


def _entry(key: object, value: object) -> list[str]:
    """``key: value``; what takes several lines stands below its key."""
    lines = lines_of(_stated(value))
    if len(lines) == 1 and not (isinstance(value, Mapping | list) and value):
        return [f"{key}: {lines[0]}".rstrip()]
    return [f"{key}:", *(f"  {line}" for line in lines)]


def _item(value: object) -> list[str]:
    """A dash before each structured item, to tell them apart; texts need none."""
    lines = lines_of(_stated(value))
    if not isinstance(value, Mapping | list):
        return lines
    return [f"- {lines[0]}", *(f"  {line}" for line in lines[1:])]


def _stated(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return {key: each for key, each in value.items() if each not in (None, [], {})}


def print_figures(output: Mapping[str, object] | None) -> None:
    """A run's figures, where it has some, with where they stand."""
    figures = (output or {}).get("figures")
    if not isinstance(figures, Mapping):
        return
    rows = []
    for name, figure in figures.items():
        label = name.replace("_", " ")
        if figure["value"] is None:
            rows.append((label, "not stated", "", "", figure["reason"] or ""))
            continue
        page = str(figure["page"] or "")
        sure = f"{figure['confidence']:.2f}"
        rows.append((label, _amount(name, figure), page, sure, figure["reason"] or ""))
    say()
    print_table(("figure", "value", "page", "confidence", "note"), rows)


def _amount(name: str, figure: Mapping[str, object]) -> str:
    """A figure as text: "USD 412.6 million", or "12%"."""
    number = f"{figure['value']:,.10g}"
    if name.endswith("growth"):
        return f"{number}%"
    scale = str(figure["scale"] or "").removesuffix("s")
    parts = (str(figure["currency"] or ""), number, "" if scale == "unit" else scale)
    return " ".join(part for part in parts if part)
