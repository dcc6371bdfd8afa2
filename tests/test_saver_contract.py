"""The SQLite saver against LangGraph's suite for savers, and against our own."""

import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from langgraph.checkpoint.conformance import checkpointer_test, validate

from dalsegno.checkpoints import SqliteSaver
from tests.saver_contract import CONTRACT, Opener


@pytest.fixture
def open_saver(tmp_path: Path) -> Iterator[Opener]:
    opened: list[SqliteSaver] = []

    def one() -> SqliteSaver:
        opened.append(SqliteSaver(tmp_path / "x.db"))
        return opened[-1]

    yield one
    for each in opened:
        each.database.close()


@pytest.mark.parametrize("rule", CONTRACT, ids=lambda rule: rule.__name__)
def test_the_sqlite_saver_keeps_the_contract(
    rule: Callable[[Opener], None], open_saver: Opener
) -> None:
    rule(open_saver)


async def test_the_sqlite_saver_passes_langgraphs_own_suite_in_full(tmp_path: Path) -> None:
    numbers = count()

    @checkpointer_test("dalsegno")
    async def saver() -> AsyncIterator[SqliteSaver]:
        made = SqliteSaver(tmp_path / f"{next(numbers)}.db")
        yield made
        made.database.close()

    report = await validate(saver)
    assert report.passed_all(), report.results


def test_the_saver_is_found_late(tmp_path: Path) -> None:
    program = (
        "import sys, dalsegno.checkpoints.runs\n"
        "assert 'langgraph' not in sys.modules\n"
        "from dalsegno.checkpoints import SqliteSaver\n"
        "assert SqliteSaver.__module__ == 'dalsegno.checkpoints.sqlite'\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
