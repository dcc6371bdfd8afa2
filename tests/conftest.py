"""What tests share: the bundled report, a database of their own, real documents if any."""

import os
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from dalsegno import Runtime


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A test runs in an empty directory, without the developer's keys and database."""
    for name in ("DALSEGNO_DB", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def sample() -> Path:
    """The bundled two-page report."""
    found = files("dalsegno.graphs.catalog.investor_summary").joinpath("sample_report.pdf")
    return Path(str(found))


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    """A runtime on a database of the test's own."""
    opened = Runtime(f"sqlite:///{tmp_path}/runs.db")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def documents() -> Path:
    """The folder of real annual reports; the test is skipped where there is none."""
    place = os.environ.get("DALSEGNO_DOCUMENTS")
    if not place or not Path(place).is_dir():
        pytest.skip("DALSEGNO_DOCUMENTS names no folder of real reports")
    return Path(place)
