"""The walk through the main job, for somebody who has just arrived."""

import sys
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from .terminal import exit_code, print_artifacts, print_figures, print_review, progress, say

if TYPE_CHECKING:
    from ..runtime.run import Run
    from ..runtime.runtime import Runtime

_SAMPLE = "dalsegno.graphs.catalog.investor_summary"
_KEYS = {"a": "approve", "e": "edit", "r": "reject", "q": "respond"}


def demonstrate(db: str, *, json: bool) -> int:
    """Run, pause, show the review, ask for the decision, deliver. Gives the exit code."""
    from ..runtime.runtime import Runtime

    runtime = Runtime(db)
    tell = (lambda _="": None) if json else say
    tell("Dalsegno reads a fictional company's annual report (2 pages) and drafts a summary for")
    tell("investors. Nothing leaves this machine: the embedded extractor does the reading.\n")
    with as_file(files(_SAMPLE).joinpath("sample_report.pdf")) as report:
        run = runtime.start("investor_summary", {"document": str(report)}, watch=progress())
    while run.status == "paused":
        run = _decided(runtime, run, ask=sys.stdin.isatty() and not json, quiet=json)
    _end(run, json=json)
    return exit_code(run)


def _decided(runtime: "Runtime", run: "Run", *, ask: bool, quiet: bool) -> "Run":
    review = run.reviews()[0]
    if not quiet:
        print_figures(run.output)
        say(f"\nThe run {run.id} is paused and saved: it would survive the end of this process.\n")
        print_review(review)
        say()
    if not ask:
        if not quiet:
            say("There is no terminal to ask at, so the demo approves this as 'demo'.\n")
        return runtime.decide(review.id, {"type": "approve"}, by="demo", watch=progress())
    return runtime.decide(review.id, _asked(), by="demo", watch=progress())


def _asked() -> dict[str, object]:
    """The decision of the person at the terminal; the end of input approves."""
    while True:
        try:
            typed = input("Your decision: [a]pprove, [e]dit, [r]eject, [q]uestion? ")
        except EOFError:
            typed = "a"
        kind = _KEYS.get(typed.strip().lower()[:1])
        match kind:
            case "approve":
                return {"type": "approve"}
            case "edit":
                return {"type": "edit", "args": {"summary": input("The new summary: ")}}
            case "reject":
                return {"type": "reject", "message": input("What should the writer do? ")}
            case "respond":
                return {"type": "respond", "message": input("Your question: ")}
            case _:
                say(f"  {typed!r} is none of these.")


def _end(run: "Run", *, json: bool) -> None:
    if json:
        from .terminal import print_json

        print_json(run.public())
        return
    outcome = (run.output or {}).get("outcome")
    say(f"\nRun {run.id} is {run.status}, {outcome}. PDF and e-mail:")
    print_artifacts(run)
    say(f"\nLook back at it with: dalsegno show {run.id}")
    say("Try your own:         dalsegno run investor_summary REPORT.pdf")
