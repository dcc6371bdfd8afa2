"""The walk through a ready workflow on its own sample, for somebody who has just arrived."""

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from ..state.errors import DecisionError
from .reviewing import print_choices, print_review
from .terminal import (
    command,
    complain,
    is_terminal,
    near,
    print_json,
    progress,
    say,
    user_name,
    wrapped,
)
from .views import exit_code, finish

if TYPE_CHECKING:
    from ..runtime.run import Run
    from ..runtime.runtime import Runtime
    from ..state.review import Review

_KEYS = {
    "": "approve",
    "a": "approve",
    "approve": "approve",
    "e": "edit",
    "edit": "edit",
    "r": "reject",
    "reject": "reject",
    "q": "respond",
    "question": "respond",
}


def demonstrate(workflow: str, db: str, *, as_json: bool) -> int:
    """Run, pause, show the review, ask for the decision, deliver. Gives the exit code.

    Raises:
        NotFoundError: the catalog has no such workflow.
    """
    from ..graphs.library import load, sample
    from ..runtime.runtime import Runtime

    inputs = sample(workflow)
    runtime = Runtime(db)
    if not as_json:
        say(wrapped(_WELCOMES.get(workflow) or load(workflow).description))
        say(wrapped("Nothing leaves this machine: no key, no network."))
        say()
    run = runtime.start(workflow, inputs, watch=progress())
    if as_json:
        while run.status == "paused":
            run = runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="demo")
        print_json(run.public())
    elif is_terminal(sys.stdin) and is_terminal(sys.stdout):
        run = _reviewed(runtime, run)
        _end(run)
    else:
        run = _approved(runtime, run)
        _end(run)
    return exit_code(run)


_WELCOMES = {
    "investor_summary": "Dalsegno reads a fictional company's annual report of two pages and "
    "drafts a summary for investors."
}


def _approved(runtime: "Runtime", run: "Run") -> "Run":
    """Nobody is there to decide: the demo does, and says so."""
    while run.status == "paused":
        review = run.reviews()[0]
        print_review(review)
        say("\nThere is no terminal to ask at, so the demo approves this as 'demo'.")
        run = runtime.decide(review.id, {"type": "approve"}, by="demo", watch=progress())
    return run


def _reviewed(runtime: "Runtime", run: "Run") -> "Run":
    """A person decides, as often as the run asks; stays paused at the end of input."""
    with suppress(ImportError):
        import readline  # noqa: F401  # a line can then be longer than 4,096 characters, and edited
    known: Mapping[str, object] | None = None
    while run.status == "paused":
        review = run.reviews()[0]
        if known is None:
            say("\nThe run is paused and saved: it would survive the end of this process.")
        say()
        print_review(review, known=known)
        known = review.args
        after = _decided(runtime, review)
        if after is None:
            say("\n\nLeft undecided; the review waits.")
            print_choices(review)
            return run
        run = after
    return run


def _decided(runtime: "Runtime", review: "Review") -> "Run | None":
    """The run after the person's decision; None at the end of input."""
    while True:
        try:
            decision = _asked(review)
        except EOFError:
            return None
        try:
            say()
            return runtime.decide(review.id, decision, by=user_name(), watch=progress())
        except DecisionError as error:  # too long, empty: the review is still open
            complain(f"  {error}")


def _asked(review: "Review") -> dict[str, object]:
    """The decision of the person at the terminal, asked again until it is one."""
    say("\nYour decision: [a]pprove, [e]dit, [r]eject or ask a [q]uestion?")
    while True:
        typed = input("Type a, e, r or q (just Enter approves): ").strip().lower()
        match _KEYS.get(typed):
            case "approve":
                return {"type": "approve"}
            case "edit":
                return {"type": "edit", "args": _edited(review.args)}
            case "reject":
                return {"type": "reject", "message": _text("Why, or what should be done")}
            case "respond":
                return {"type": "respond", "message": _text("Your question")}
            case _:
                say(f"  {typed!r} is none of these.")


def _edited(fields: Mapping[str, object]) -> dict[str, object]:
    """One field and its new value; what is no text is typed as JSON."""
    name = next(iter(fields))
    if len(fields) > 1:
        asked = f"Which field: {', '.join(fields)}? (just Enter: {name}): "
        while (typed := input(asked).strip() or name) not in fields:
            say(f"  There is no field {typed!r}.")
        name = typed
    if isinstance(fields[name], str):
        return {name: _text(f"The new {name}, in one line")}
    while True:
        typed = _text(f"The new {name}, as JSON in one line")
        try:
            return {name: json.loads(typed)}
        except json.JSONDecodeError as error:
            say(f"  That is no JSON: {error}.")


def _text(asked: str) -> str:
    while True:
        typed = input(f"{asked}: ").strip()
        if typed:
            return typed
        say("  Please type something.")


def _end(run: "Run") -> None:
    if run.status == "completed" and run.workflow != "investor_summary":
        finish(run, json=False)
    elif run.status == "completed":
        outcome = (run.output or {}).get("outcome")
        say(f"\nRun {run.id} is completed: {outcome}.\n")
        said = "The third draft was rejected, too: nothing is delivered. The last drafts:"
        say(said if outcome == "rejected" else "The summary for investors, as PDF and e-mail:")
        for path in run.artifacts:
            say(f"  {near(path)}")
    elif run.error is not None:
        complain(f"\ndalsegno: the run failed: {run.error.get('message')}")
    say(f"\nLook back at it with:  {command(f'show {run.id}')}")
    if run.workflow == "investor_summary":
        say(f"Try a report of yours: {command('run investor_summary REPORT.pdf')}")
    else:
        say("What it takes:         dalsegno catalog")
        say(f"Make it your own:      dalsegno new NAME --from {run.workflow}")
