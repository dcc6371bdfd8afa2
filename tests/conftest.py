"""What tests share: the bundled report, a database of their own, real documents if any."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dalsegno import Runtime
from dalsegno.graphs.library import sample as sample_of

from .clock import Clock
from .provider import Provider, point_to


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A test runs in an empty directory, without the developer's keys and database."""
    for name in ("DALSEGNO_DB", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def sample() -> Path:
    """The bundled two-page report."""
    return Path(str(sample_of("investor_summary")["document"]))


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


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A model provider on loopback, to which OpenAI's client is pointed."""
    opened = Provider()
    point_to(opened, monkeypatch)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(tmp_path: Path, clock: Clock) -> Iterator[Runtime]:
    """A runtime whose time is the test's ``clock``."""
    opened = Runtime(f"sqlite:///{tmp_path}/runs.db", clock=clock)
    yield opened
    opened.close()
