"""A model's figures beside the embedded extractor's reading of the same pages."""

import pytest

from dalsegno.graphs.catalog.investor_summary.grounding import second_reading
from dalsegno.graphs.catalog.investor_summary.schema import SURE, Figure, Figures

_DOCUMENT = """[page 3]
Consolidated statements of income
(In millions of US dollars)
|  | 2023 | 2022 | Change |
|---|---|---|---|
| Total revenue | $ 211,915 | $ 198,270 | 7% |
| Cost of revenue | 65,863 | 62,650 | 5% |
| Total operating expenses | 57,529 | 52,237 | 10% |
| Operating income | 88,523 | 83,383 | 6% |
| Income before income taxes | 89,311 | 83,716 | 7% |
| Net income | $ 72,361 | $ 72,738 | (1)% |
"""
_RIGHT = Figure(value=211_915, currency="USD", scale="millions", period="2023", confidence=0.9)
_UNSAID = Figure(reason="not looked for")


def _read(name: str, figure: Figure) -> tuple[Figure, tuple[str, ...]]:
    """One figure beside the second reading; the notes are those on it alone."""
    rest = dict.fromkeys(Figures.model_fields, _UNSAID)
    found, notes = second_reading(Figures(**{**rest, name: figure}), _DOCUMENT)
    mine = tuple(note for note in notes if note.startswith(f"Check {name.replace('_', ' ')}:"))
    read: Figure = getattr(found, name)
    return read, mine


def test_a_figure_that_both_read_alike_stands() -> None:
    assert _read("revenue", _RIGHT) == (_RIGHT, ())


@pytest.mark.parametrize("value", [7.0, 6.9])
def test_growth_that_is_only_rounded_otherwise_stands(value: float) -> None:
    growth = Figure(value=value, period="2023", confidence=0.9)
    assert _read("revenue_growth", growth) == (growth, ())


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": 198_270.0},
        {"scale": "billions"},
        {"currency": "EUR"},
        {"period": "2031"},
    ],
)
def test_what_they_read_differently_is_left_to_a_person(wrong: dict[str, object]) -> None:
    read, notes = _read("revenue", _RIGHT.model_copy(update=wrong))
    assert read.confidence < SURE
    assert "USD 211,915 million for 2023 on page 3" in notes[0]


def test_what_the_model_did_not_find_and_the_extractor_did_is_noted() -> None:
    read, notes = _read("net_income", _UNSAID)
    assert read.value is None
    assert "USD 72,361 million" in notes[0]
