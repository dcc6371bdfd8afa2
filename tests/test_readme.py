"""What the README shows works as it stands there."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langgraph.graph import START, StateGraph

import dalsegno

README = Path(dalsegno.__file__).parent / "README.md"


def test_the_lines_of_python_run_as_they_stand(sample: Path, tmp_path: Path) -> None:
    shutil.copy(sample, tmp_path / "report.pdf")
    code = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert code is not None
    printed = subprocess.run(
        [sys.executable, "-c", code[1]], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    lines = printed.stdout.splitlines()
    assert lines[0] == "paused"
    assert "412.6" in lines[1]
    assert lines[-1].startswith("approved (")


def test_M6_the_three_doors_open_for_a_graph_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class State(TypedDict):
        amount: int
        receipt: str

    def charge(amount: int) -> str:
        charged.append(amount)
        return f"receipt for {amount}"

    def later(state: State) -> Any:
        return names["pay"](state)

    charged: list[int] = []
    builder = StateGraph(State)
    builder.add_node("pay", later)
    builder.add_edge(START, "pay")
    names: dict[str, Any] = {"builder": builder, "charge": charge}
    monkeypatch.chdir(tmp_path)
    exec(re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)[1], names)
    assert names["run"].output == {"amount": 40, "receipt": "receipt for 40"}
    again = names["rt"].start(names["graph"], {"amount": 40}, key="order-7")
    assert (again.id, charged) == (names["run"].id, [40])
    config: Any = {"configurable": {"thread_id": "by hand"}}
    assert names["graph"].invoke({"amount": 7}, config)["receipt"] == "receipt for 7"


def test_every_command_of_the_table_exists() -> None:
    commands = set(
        re.findall(r"`(?:dalsegno )?(\w+)(?: [A-Z][^`]*| approve[^`]*)?`", README.read_text())
    )
    known = subprocess.run(
        [sys.executable, "-m", "dalsegno", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for name in ("demo", "run", "runs", "show", "resume", "reviews", "decide", "catalog", "graph"):
        assert name in commands
        assert re.search(rf"^\s+{name}\b", known, re.MULTILINE), name


def test_every_link_leads_to_a_file() -> None:
    for text in (README, README.with_name("CONTRIBUTING.md")):
        for link in re.findall(r"\]\((?!http)([^)]+)\)", text.read_text()):
            assert (README.parent / link).exists(), link


def test_the_first_example_pauses_and_is_answered(sample: Path) -> None:
    run = [sys.executable, "-m", "dalsegno", "run", "investor_summary", str(sample), "--json"]
    started = subprocess.run(run, capture_output=True, text=True, check=False)
    assert started.returncode == 3, started.stderr
    review = json.loads(started.stdout)["reviews"][0]["id"]
    decide = [sys.executable, "-m", "dalsegno", "decide", review, "approve", "--json"]
    decided = subprocess.run(decide, capture_output=True, text=True, check=False)
    assert decided.returncode == 0, decided.stderr
    assert json.loads(decided.stdout)["output"]["outcome"] == "approved"
