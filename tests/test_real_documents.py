"""Annual reports as filed: the figures of their income statements, read offline."""

from pathlib import Path
from typing import Any

import pytest

from dalsegno import Runtime

#: As printed, in millions of US dollars: the README beside the documents has the same.
_STATED: dict[str, dict[str, float | None]] = {
    "aapl-10k-2023.pdf": {
        "revenue": 394_328,
        "operating_expenses": 51_345,
        "net_income": 99_803,
        "revenue_growth": 8,
    },
    "msft-10k-2023.pdf": {
        "revenue": 211_915,
        "operating_expenses": 27_195 + 22_759 + 7_575,
        "net_income": 72_361,
        "revenue_growth": 7,
    },
    "nke-10k-2023.pdf": {
        "revenue": 51_217,
        "operating_expenses": 16_377,
        "net_income": 5_070,
        "revenue_growth": 10,
    },
}
_YEARS = {"aapl-10k-2023.pdf": "2022", "msft-10k-2023.pdf": "2023", "nke-10k-2023.pdf": "2023"}


@pytest.mark.parametrize("name", sorted(_STATED))
def test_I7_the_figures_of_a_real_report_come_out_right(
    name: str, runtime: Runtime, documents: Path
) -> None:
    run = runtime.start("investor_summary", {"document": str(documents / name)})
    assert run.status == "paused", run.error
    output: Any = run.output
    for figure, expected in _STATED[name].items():
        found = output["figures"][figure]
        assert found["value"] == expected, (figure, found)
        assert found["period"] == _YEARS[name]
        if figure != "revenue_growth":
            assert (found["currency"], found["scale"]) == ("USD", "millions")
    computed = {figure for figure, found in output["figures"].items() if found["computed"]}
    assert computed == ({"operating_expenses"} if name.startswith("msft") else set())
    assert len(output["summary"].split()) <= 300
    assert len(output["trends"]) >= 3
    assert len(output["risks"]) >= 3
