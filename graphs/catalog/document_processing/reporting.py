"""The report: what became of every file, and why, for people and for programs."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.documents.tables import csv_text
from ....nodes.offline.notes import offline_note
from ....nodes.run_context import context_of
from ....state.context import RunContext
from ...leaving import write_files
from .kinds import KINDS
from .schema import Outcome, Paper, Result

_WORDS = {
    "stored": "Integrated",
    "present": "In the database before",
    "copy": "Copies, left out",
    "rejected": "Left out by a person",
    "rolled_back": "Rolled back",
    "refused": "Refused",
}


def report(
    integrated: list[Paper],
    reviewed: list[Paper | None],
    store: str,
    directory: str,
    runtime: Runtime[RunContext],
) -> dict[str, object]:
    """Every file with what became of it; as Markdown, as CSV, and typed."""
    after = {each.path: each for each in reviewed if each is not None}
    papers = [after.get(each.path, each) for each in integrated]
    results = [result_of(each) for each in papers]
    cannot = "was not asked to guess what the rules left open"
    texts = {"report.md": markdown(results, store), "report.csv": as_csv(results)}
    return {
        "results": results,
        "outcome": outcome_of(results),
        "artifacts": write_files(Path(directory), texts),
        "notes": list(offline_note(context_of(runtime).model, cannot)),
    }


def result_of(paper: Paper) -> Result:
    """A paper as it is reported. One that nobody could finish says so."""
    standing = paper.standing
    reason = paper.reason
    if standing in ("open", "clear", "doubtful", "accepted"):
        standing, reason = "refused", "Its batch failed; the run's failures say why. Run again."
    values = {name: each.value for name, each in paper.values.items() if each.value}
    kind = paper.kind if paper.pages else None
    return Result(file=paper.file, kind=kind, standing=standing, reason=reason, values=values)


def outcome_of(results: Sequence[Result]) -> Outcome:
    """In one word; a copy or a file that was there before is nothing that is missing."""
    count = Counter(each.standing for each in results)
    missing = count["refused"] + count["rejected"] + count["rolled_back"]
    if count["stored"]:
        return "partly" if missing else "integrated"
    if count["rejected"]:
        return "rejected"
    return "nothing" if missing and not count["present"] else "unchanged"


def markdown(results: Sequence[Result], store: str) -> str:
    """For people: grouped by what became of the files, each with its reason."""
    lines = ["# Documents", "", f"Database: `{store}`", ""]
    for standing, words in _WORDS.items():
        group = [each for each in results if each.standing == standing]
        if not group:
            continue
        lines += [f"## {words} ({len(group)})", ""]
        for each in group:
            told = each.reason or ", ".join(f"{n} {v}" for n, v in each.values.items())
            kind = f" ({each.kind})" if each.kind else ""
            lines.append(f"- **{_flat(each.file)}**{kind}: {_flat(told)}")
        lines.append("")
    return "\n".join(lines)


def _flat(text: str) -> str:
    """What a paper says on one line, and as no markup of ours."""
    plain = " ".join(text.split())
    return "".join(f"\\{char}" if char in "\\`*[]<>|" else char for char in plain)


def as_csv(results: Sequence[Result]) -> str:
    """For programs and spreadsheets: one row for each file, one column for each field."""
    names = list(dict.fromkeys(each.name for specs in KINDS.values() for each in specs))
    rows = (
        [
            *(each.file, each.kind or "", each.standing, each.reason),
            *(each.values.get(name, "") for name in names),
        ]
        for each in results
    )
    return csv_text(["file", "kind", "standing", "reason", *names], rows)
