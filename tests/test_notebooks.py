"""Each notebook and its text say the same, and neither holds output."""

from pathlib import Path

import jupytext
import pytest

_NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", _NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_and_its_text_agree(notebook: Path) -> None:
    cells = jupytext.read(notebook).cells
    text = jupytext.read(notebook.with_suffix(".py")).cells
    assert [(cell.cell_type, cell.source) for cell in cells] == [
        (cell.cell_type, cell.source) for cell in text
    ]
    assert all(not cell.get("outputs") for cell in cells), "outputs are made, not committed"
