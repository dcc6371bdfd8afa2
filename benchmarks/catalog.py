"""Every ready workflow on its own sample, offline: calls, tokens and time, as a table.

    python benchmarks/catalog.py [WORKFLOW ...]

Every review is approved at once, so that the time is the machine's. Each workflow runs three times
in this process, and the quickest counts: the first one imports. Tokens are estimates, as the
embedded extractor counts them: four characters to the token.
"""

import sys
import tempfile
import time
from collections.abc import Mapping
from typing import Any

import dalsegno
from dalsegno.graphs.library import CATALOG, sample

_TIMES = 3


def main() -> None:
    print("| workflow | calls | tokens | seconds |\n|---|---|---|---|")
    for name in sys.argv[1:] or CATALOG:
        with tempfile.TemporaryDirectory() as folder:
            found = [measured(name, f"{folder}/{turn}.db") for turn in range(_TIMES)]
        best, metrics = min(found, key=lambda each: each[0])
        tokens = metrics["input_tokens"] + metrics["output_tokens"]
        print(f"| {name} | {metrics['calls']} | {tokens:,} | {best:.2f} |", flush=True)


def measured(name: str, database: str) -> tuple[float, Mapping[str, Any]]:  # Any: JSON
    """The seconds from start to end, and the run's own metrics; all that it asks is approved."""
    runtime = dalsegno.Runtime(database)
    begun = time.perf_counter()
    run = runtime.start(name, sample(name))
    while reviews := run.reviews():
        run = runtime.decide(reviews[0].id, {"type": "approve"}, by="benchmark")
    seconds = time.perf_counter() - begun
    assert run.status == "completed", run.error
    runtime.close()
    return seconds, dict(run.metrics)


if __name__ == "__main__":
    main()
