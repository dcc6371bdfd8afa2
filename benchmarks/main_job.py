"""The main job's price, as ratios measured side by side in one run (these machines are noisy).

    python benchmarks/main_job.py [REPORT.pdf ...]

Without arguments it takes the reports in DALSEGNO_DOCUMENTS, or a report of 100 pages that it
makes itself. Every ratio is the median of interleaved rounds.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROUNDS = 7


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        reports = [Path(name) for name in sys.argv[1:]] or list(_reports(Path(place)))
        print("The run up to the pause, against one plain read of all pages")
        print(
            f"{'report':<22}{'pages':>6}{'run':>9}{'PDFium':>9}{'ratio':>8}{'pdfplumber':>12}{'ratio':>8}"
        )
        for report in reports:
            _time_run(report, Path(place))
        print("\nPeak memory of one run in a process of its own, MB (limit 400)")
        for report in reports:
            print(f"{report.name:<22}{_peak_memory(report, Path(place)):>8.0f}")
    print(
        "\nStarting up, against `python -c pass` and against `python -c 'import langgraph.graph'`"
    )
    _time_starts()


def _reports(place: Path) -> Iterator[Path]:
    documents = os.environ.get("DALSEGNO_DOCUMENTS")
    if documents:
        yield from sorted(Path(documents).glob("*.pdf"))
    yield _hundred_pages(place)


def _hundred_pages(place: Path) -> Path:
    """The bundled report with 98 pages of dense prose behind it, made with typst."""
    from importlib.resources import files

    import typst

    source = files("dalsegno.graphs.catalog.investor_summary").joinpath("sample.typ")
    filler = "\n#pagebreak()\n#for page in range(98) [#lorem(620) #pagebreak(weak: true)]\n"
    made = place / "hundred-pages.pdf"
    made.write_bytes(typst.compile((source.read_text(encoding="utf-8") + filler).encode()))
    return made


def _time_run(report: Path, place: Path) -> None:
    from dalsegno import Runtime
    from dalsegno.nodes.documents.pdf import read_pages

    pages = len(read_pages(report))
    runtime = Runtime(f"sqlite:///{place}/{report.stem}.db")

    def run() -> None:
        made = runtime.start("investor_summary", {"document": str(report)})
        assert made.status == "paused", made.error

    run()  # patterns compiled, modules imported
    ours, pdfium = _interleaved(run, lambda: _read_with_pdfium(report))
    plumber = _once(lambda: _read_with_pdfplumber(report))
    print(
        f"{report.name:<22}{pages:>6}{ours:>8.2f}s{pdfium:>8.2f}s{ours / pdfium:>8.2f}"
        f"{plumber:>11.2f}s{ours / plumber:>8.2f}"
    )


def _read_with_pdfium(report: Path) -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(report)
    for page in document:
        text = page.get_textpage()
        text.get_text_bounded()
        text.close()
        page.close()
    document.close()


def _read_with_pdfplumber(report: Path) -> None:
    import pdfplumber

    with pdfplumber.open(report) as document:
        for page in document.pages:
            page.extract_text()
            page.close()


def _interleaved(*actions: Callable[[], None]) -> list[float]:
    times: list[list[float]] = [[] for _ in actions]
    for _ in range(ROUNDS):
        for place, action in zip(times, actions, strict=True):
            place.append(_once(action))
    return [statistics.median(place) for place in times]


def _once(action: Callable[[], None]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _peak_memory(report: Path, place: Path) -> float:
    code = (
        "import re, pathlib, dalsegno\n"
        f"run = dalsegno.Runtime('sqlite:///{place}/memory.db')"
        f".start('investor_summary', {{'document': {str(report)!r}}})\n"
        "assert run.status == 'paused', run.error\n"
        # Not getrusage: a child's figure begins with what its parent held when it forked.
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(re.search(r'VmHWM:\\s+(\\d+)', status)[1])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(said.stdout.split()[-1]) * 1024 / 1e6


def _time_starts() -> None:
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "import langgraph.graph": [sys.executable, "-c", "import langgraph.graph"],
        "import dalsegno": [sys.executable, "-c", "import dalsegno"],
        "dalsegno --help": [sys.executable, "-m", "dalsegno", "--help"],
    }
    actions = [
        lambda command=command: subprocess.run(command, capture_output=True, check=True)
        for command in commands.values()
    ]
    times = dict(zip(commands, _interleaved(*actions), strict=True))
    for name, seconds in times.items():
        against_pass = seconds / times["python -c pass"]
        against_graph = seconds / times["import langgraph.graph"]
        print(f"{name:<24}{seconds * 1000:>7.0f} ms{against_pass:>8.2f}{against_graph:>8.2f}")


if __name__ == "__main__":
    main()
