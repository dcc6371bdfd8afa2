"""Tables for spreadsheets: what is in a cell comes back, and none of it runs."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dalsegno.nodes.documents.tables import csv_text

_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"))


@given(rows=st.lists(st.tuples(_CELLS, _CELLS)))
def test_every_cell_is_read_back_but_for_the_apostrophe(rows: list[tuple[str, str]]) -> None:
    head, *read = csv.reader(io.StringIO(csv_text(["a", "b"], rows), newline=""))
    assert head == ["a", "b"]
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-cmd|x", "@SUM(A1)", "\t=1", "  =1", "-1+1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert csv_text(["a"], [[cell]]).startswith("a\n'") or f"\"'{cell}" in csv_text(["a"], [[cell]])


@pytest.mark.parametrize("cell", ["-12.50", "+3", "1,234.50", "a=b", "", "2026-03-12"])
def test_numbers_and_plain_words_stay_as_they_are(cell: str) -> None:
    assert next(csv.DictReader(io.StringIO(csv_text(["a", "b"], [[cell, ""]]))))["a"] == cell
