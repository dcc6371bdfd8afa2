"""Holding the models' answers against the report's pages. What cannot be found is not passed on."""

from collections.abc import Iterable, Sequence

from ....nodes.grounding import numbers_in, page_of
from .schema import Figure, Figures, PageText, Statement

#: A figure whose evidence is not on any page is shown, but never as sure as this again.
_UNPROVEN = 0.3


def figures(found: Figures, pages: Iterable[PageText]) -> tuple[Figures, tuple[str, ...]]:
    """The figures, each with the page that its evidence stands on, and notes on what failed."""
    texts = _texts(pages)
    checked: dict[str, Figure] = {}
    notes: list[str] = []
    for name in Figures.model_fields:
        figure: Figure = getattr(found, name)
        checked[name], note = _figure(name.replace("_", " "), figure, texts)
        notes.extend(note)
    return Figures(**checked), tuple(notes)


def _figure(name: str, figure: Figure, texts: dict[int, str]) -> tuple[Figure, list[str]]:
    if figure.value is None:
        reason = figure.reason or "The report does not state it."
        return figure.model_copy(update={"reason": reason, "confidence": 0.0}), []
    parts = (figure.evidence or "").split("; ")
    page = page_of(parts[0], texts, figure.page)
    printed = figure.computed or _is_printed(figure)
    if page is not None and printed:
        return figure.model_copy(update={"page": page}), []
    reason = (
        "its evidence is not in the report" if page is None else "its evidence has no such number"
    )
    note = f"Check {name}: {reason}."
    low = {"confidence": min(figure.confidence, _UNPROVEN), "reason": figure.reason or note}
    return figure.model_copy(update=low), [note]


def _is_printed(figure: Figure) -> bool:
    """Whether the evidence prints the value; per cents may stand there in words."""
    assert figure.value is not None
    value = f"{abs(figure.value):.6f}".rstrip("0").rstrip(".")
    evidence = figure.evidence or ""
    digits = {each.replace(".", "") for each in numbers_in(evidence)}
    return value.replace(".", "") in digits or not any(each.isdigit() for each in evidence)


def statements(
    kind: str, found: Sequence[Statement], pages: Iterable[PageText]
) -> tuple[tuple[Statement, ...], tuple[str, ...]]:
    """The statements whose sentence stands in the report, and a note on those that fell."""
    texts = _texts(pages)
    kept: list[Statement] = []
    for each in found:
        page = page_of(each.evidence or each.text, texts, each.page)
        if page is not None and numbers_in(each.text) <= numbers_in(each.evidence or each.text):
            evidence = each.evidence or each.text
            kept.append(each.model_copy(update={"page": page or None, "evidence": evidence}))
    fell = len(found) - len(kept)
    notes = [f"{fell} {kind}(s) left out: not found in the report."] if fell else []
    return tuple(kept), tuple(notes)


def _texts(pages: Iterable[PageText]) -> dict[int, str]:
    texts: dict[int, str] = {}
    for page in pages:
        texts[page.number] = f"{texts.get(page.number, '')}\n{page.text}"
    return texts
