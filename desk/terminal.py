"""Runs, reviews and workflows as lines of text, or as the JSON that ``--json`` promises."""

import json as jsonlib
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from ..runtime.drive import Progress, Watch
    from ..runtime.run import Run
    from ..state.review import Review
    from ..state.workflow import Workflow

_WIDTH = 96


def say(text: str = "") -> None:
    """A line for the reader."""
    print(text)  # noqa: T201  # the terminal is this module's work


def print_json(value: object) -> None:
    """One JSON document on stdout."""
    say(jsonlib.dumps(value, ensure_ascii=False, indent=2))


def progress() -> "Watch":
    """A watcher that shows each step on a terminal, and nothing in a pipe."""
    if not sys.stderr.isatty():
        return lambda _: None
    return _show_step


def _show_step(step: "Progress") -> None:
    clear = "\r\x1b[K"
    match step.kind:
        case "began":
            line = f"{clear}  … {step.node}"
        case "done":
            line = f"{clear}  ✓ {step.node:<16} {step.seconds:6.2f} s\n"
        case "paused":
            line = f"{clear}  ‖ {step.node:<16} waits for a person\n"
        case "failed":
            line = f"{clear}  ✗ {step.node}\n"
        case _:
            assert_never(step.kind)
    sys.stderr.write(line)
    sys.stderr.flush()


def finish(run: "Run", *, json: bool) -> int:
    """Print how a run stands after it was driven, and give the exit code that says so."""
    if json:
        print_json(run.public())
    else:
        _print_standing(run)
    return exit_code(run)


def exit_code(run: "Run") -> int:
    """0 done, 3 waiting for a person, 1 failed or stopped."""
    match run.status:
        case "completed":
            return 0
        case "paused":
            return 3
        case "failed" | "cancelled" | "queued" | "running":
            return 1
        case _:
            assert_never(run.status)


def _print_standing(run: "Run") -> None:
    say(f"Run {run.id} of {run.workflow}: {run.status}{_outcome(run)}.")
    print_figures(run.output)
    if run.error is not None:
        print_failure(run)
    for review in run.reviews():
        say()
        print_review(review)
    if run.status == "completed":
        print_artifacts(run)


def _outcome(run: "Run") -> str:
    outcome = (run.output or {}).get("outcome")
    return f", {outcome}" if outcome else ""


def print_failure(run: "Run") -> None:
    """Why a run failed and how it goes on."""
    error = run.error or {}
    where = f" in {error['node']!r}" if error.get("node") else ""
    print(f"dalsegno: it failed{where}: {error.get('message')}", file=sys.stderr)  # noqa: T201
    if error.get("fix"):
        print(f"  {error['fix']}", file=sys.stderr)  # noqa: T201
    print(f"  What was done is kept. Go on with: dalsegno resume {run.id}", file=sys.stderr)  # noqa: T201


def print_artifacts(run: "Run") -> None:
    """The files that a run wrote."""
    for path in run.artifacts:
        say(f"  {path}")


def print_figures(output: Mapping[str, object] | None) -> None:
    """A run's figures, where it has some, with where they stand."""
    figures = (output or {}).get("figures")
    if not isinstance(figures, Mapping):
        return
    rows = []
    for name, figure in figures.items():
        if figure["value"] is None:
            rows.append((name.replace("_", " "), "not stated", "", figure["reason"] or ""))
            continue
        unit = "%" if name.endswith("growth") else f"{figure['currency'] or ''} {figure['scale']}"
        where = f"p. {figure['page']}" if figure["page"] else ""
        note = f"confidence {figure['confidence']:.2f}"
        rows.append((name.replace("_", " "), f"{figure['value']:,.10g} {unit}", where, note))
    say()
    print_table(("figure", "value", "page", ""), rows)


def print_review(review: "Review") -> None:
    """A review as a person needs it: what is asked, and how to answer."""
    say(f"Review {review.id} ({review.node}) waits for a decision.")
    request = review.request
    actions = request.get("action_requests")
    described = actions[0].get("description", "") if isinstance(actions, list) else ""
    for line in str(described).split("\n"):
        say(_wrapped(line, indent="  "))
    shown: dict[str, str] = {}
    for name, value in review.args.items():
        text = str(value)
        for other, said in shown.items():  # an e-mail holds the summary: once is enough
            text = text.replace(said, f"[the {other}, as above]")
        shown[name] = str(value)
        say(f"\n  {name}:")
        for line in text.split("\n"):
            say(_wrapped(line, indent="    "))
    say("\n  Decide with:")
    for decision in review.allowed:
        say(f"    dalsegno decide {review.id} {decision}{_HOW.get(decision, '')}")


_HOW = {
    "edit": """ --args '{"summary": "new text"}'""",
    "reject": ' --message "what the writer should do"',
    "respond": ' --message "your question"',
}


def _wrapped(line: str, *, indent: str) -> str:
    return textwrap.fill(
        line, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )


def show_run(run: "Run", *, json: bool) -> None:
    """All that there is to know of a run."""
    if json:
        print_json(run.public())
        return
    record = run.record
    say(f"Run {run.id} of {run.workflow} {record.version}: {run.status}{_outcome(run)}.")
    say(f"  thread {run.thread_id}, model {record.model}, begun {_time(record.created)}")
    print_figures(run.output)
    say()
    print_table(
        ("step", "outcome", "seconds"),
        [
            (step.node, step.outcome, f"{step.ended - step.started:.2f}" if step.ended else "")
            for step in run.trace
        ],
    )
    _print_metrics(run.metrics)
    if run.error is not None:
        print_failure(run)
    for review in run.reviews():
        say()
        print_review(review)
    if run.artifacts:
        say("\nFiles")
        print_artifacts(run)


def _print_metrics(metrics: Mapping[str, object]) -> None:
    if not metrics.get("calls"):
        return
    cost = metrics["cost_usd"]
    price = "cost unknown" if cost is None else f"USD {cost:.4f}"
    about = "about " if metrics["estimated"] else ""
    say(
        f"\n{metrics['calls']} model calls, {about}{metrics['input_tokens']:,} tokens in, "
        f"{metrics['output_tokens']:,} out, {price}."
    )


def list_runs(found: Sequence["Run"], *, json: bool) -> None:
    """The runs, one a line."""
    if json:
        print_json([run.public() for run in found])
        return
    if not found:
        say("There are no runs yet. Begin with: dalsegno demo")
        return
    print_table(
        ("run", "workflow", "status", "begun"),
        [
            (run.id, run.workflow, run.status + _outcome(run), _time(run.record.created))
            for run in found
        ],
    )


def list_reviews(found: Sequence["Review"], *, json: bool) -> None:
    """The open reviews, one a line."""
    if json:
        print_json([review.public() for review in found])
        return
    if not found:
        say("No review waits for a decision.")
        return
    print_table(
        ("review", "checkpoint", "takes", "asked"),
        [(each.id, each.node, ", ".join(each.allowed), _time(each.created)) for each in found],
    )
    say("\nSee one with: dalsegno show RUN. Decide with: dalsegno decide REVIEW approve")


def list_workflows(found: Sequence["Workflow"], *, json: bool) -> None:
    """The catalog, one workflow a line."""
    if json:
        print_json(
            [
                {
                    "name": each.name,
                    "version": each.version,
                    "owner": each.owner,
                    "pattern": each.pattern,
                    "steps": list(each.steps),
                    "description": each.description,
                    "inputs": each.inputs.model_json_schema(),
                }
                for each in found
            ]
        )
        return
    for each in found:
        say(f"{each.name} {each.version}, owner {each.owner}")
        say(_wrapped(each.description, indent="  "))
        say(_wrapped(f"pattern: {each.pattern}", indent="  "))
        say(_wrapped(f"steps: {', '.join(each.steps)}", indent="  "))
        say(f"  dalsegno run {each.name} {each.primary.upper()}")


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns as wide as their widest cell."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(str(line[at])) for line in lines) for at in range(len(head))]
    for line in lines:
        cells = (str(cell).ljust(width) for cell, width in zip(line, widths, strict=True))
        say("  ".join(cells).rstrip())


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")
