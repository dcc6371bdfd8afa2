"""The summary and the e-mail as text: what the writer chose, within the words that are allowed."""

import re
from collections.abc import Sequence
from pathlib import Path

from .schema import MAX_WORDS, SURE, Draft, Figure, Figures, State, Statement

LABELS = {
    "revenue": "Revenue",
    "operating_expenses": "Operating expenses",
    "net_income": "Net income",
    "revenue_growth": "Revenue growth",
}


def amount(figure: Figure, name: str) -> str:
    """A figure as text: "USD 394,328 million" or "8%"; "not stated" where there is none."""
    if figure.value is None:
        return "not stated"
    number = f"{figure.value:,.10g}" if abs(figure.value) < 1e9 else f"{figure.value:,.0f}"
    if name == "revenue_growth":
        return f"{number}%"
    scale = (figure.scale or "units").removesuffix("s").removesuffix("unit")
    return " ".join(part for part in (figure.currency, number, scale) if part)


def figure_statements(figures: Figures) -> list[Statement]:
    """Each figure that is sure enough as a sentence, resting on its own evidence."""
    found = []
    for name in LABELS:
        figure: Figure = getattr(figures, name)
        if figure.value is None or figure.evidence is None or figure.confidence < SURE:
            continue
        text = _growth_sentence(figure) if name == "revenue_growth" else _sentence(name, figure)
        found.append(Statement(text=text, page=figure.page, evidence=figure.evidence))
    return found


def _sentence(name: str, figure: Figure) -> str:
    is_loss = name == "net_income" and (figure.value or 0.0) < 0
    shown = figure.model_copy(update={"value": abs(figure.value or 0.0)}) if is_loss else figure
    verb = "was a loss of" if is_loss else "were" if name.endswith("s") else "was"
    return f"{LABELS[name]} {verb} {amount(shown, name)}{_when(figure)}."


def _growth_sentence(figure: Figure) -> str:
    value = figure.value or 0.0
    verb = "grew" if value >= 0 else "fell"
    shown = amount(figure.model_copy(update={"value": abs(value)}), "revenue_growth")
    return f"Revenue {verb} {shown} over the year before{', computed' if figure.computed else ''}."


def _when(figure: Figure) -> str:
    period = f" in fiscal {figure.period}" if figure.period else ""
    return period + (", computed" if figure.computed else "")


def with_facts(draft: Draft, facts: Sequence[Statement]) -> Draft:
    """The draft with the key figures first and nothing said twice."""
    # Where the key figures are known, a chosen number more may be a segment's: they stand alone.
    chosen = [] if len(facts) >= 3 else draft.statistics
    said = [each.text for each in facts]
    kept: list[list[Statement]] = []
    for statements in (draft.risks, draft.trends, chosen):
        fresh = [each for each in statements if not _said(each.text, said)]
        said.extend(each.text for each in fresh)
        kept.append(fresh)
    return Draft(risks=kept[0], trends=kept[1], statistics=[*facts, *kept[2]])


def _said(text: str, said: Sequence[str]) -> bool:
    from rapidfuzz import fuzz

    return any(fuzz.token_set_ratio(text, each) > 85 for each in said)


def summary(state: State, draft: Draft, *, words: int = MAX_WORDS) -> str:
    """Three paragraphs in at most ``words`` words; the first of each kind come first."""
    kept = _within(draft, words - 30)
    title = state.company or Path(state.document).stem
    period = state.figures.revenue.period if state.figures else None
    head = f"{title}: annual report{f' for fiscal {period}' if period else ''}."
    parts = [head]
    for name, statements in kept.items():
        if statements:
            parts.append(f"{name}. " + " ".join(_cited(each) for each in statements))
    return "\n\n".join(parts)


def _within(draft: Draft, words: int) -> dict[str, list[Statement]]:
    """What fits: in rounds, one of each kind at a time, so that no kind crowds out another."""
    queues = {
        "Figures": list(draft.statistics),
        "Trends": list(draft.trends),
        "Risks": list(draft.risks),
    }
    kept: dict[str, list[Statement]] = {name: [] for name in queues}
    left = words
    while any(queues.values()):
        for name, queue in queues.items():
            if not queue:
                continue
            each = queue.pop(0)
            length = len(_cited(each).split())
            if length <= left:
                kept[name].append(each)
                left -= length
    return kept


def plain(text: str) -> str:
    """A text on one line and without its bullet, as the summary has it."""
    return re.sub(r"\s+", " ", text).strip().lstrip("•▪- ")


def _cited(each: Statement) -> str:
    text = plain(each.text)
    return f"{text} (p. {each.page})" if each.page else text


def wanted_words(message: str) -> int:
    """How long the reviewer wants it: a stated number of words, half for "shorter", else all."""
    stated = re.search(r"\b(\d{2,3})\s+words?\b", message)
    if stated:
        return max(60, min(MAX_WORDS, int(stated[1])))
    brief = re.search(r"\b(?:shorter|shorten|brief\w*|too long|concise)\b", message, re.IGNORECASE)
    return MAX_WORDS // 2 if brief else MAX_WORDS


def email(state: State, text: str) -> str:
    """The e-mail: a subject line, the summary, and where the figures stand."""
    title = state.company or Path(state.document).stem
    lines = [f"Subject: Investor summary: {title}", "", "Dear investor,", "", text, ""]
    if state.figures is not None:
        lines.append("Key figures")
        lines.extend(_figure_lines(state.figures))
        lines.append("")
    lines.append(f"Source: {Path(state.document).name}. The attached PDF names page and wording.")
    return "\n".join(lines)


def _figure_lines(figures: Figures) -> Sequence[str]:
    lines = []
    for name, label in LABELS.items():
        figure: Figure = getattr(figures, name)
        detail = f" ({figure.reason})" if figure.value is None and figure.reason else ""
        page = f", p. {figure.page}" if figure.page and figure.value is not None else ""
        doubt = " (not certain)" if figure.value is not None and figure.confidence < SURE else ""
        lines.append(f"- {label}: {amount(figure, name)}{page}{doubt}{detail}")
    return lines
