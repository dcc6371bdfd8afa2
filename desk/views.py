"""Runs, reviews and workflows as lines of text, or as the JSON that ``--json`` promises."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from .results import print_output
from .reviewing import choices, print_choices, print_review, time_of
from .terminal import command, complain, near, print_json, print_table, say, with_database, wrapped

if TYPE_CHECKING:
    from ..graphs.program import Program
    from ..runtime.run import Run
    from ..state.review import Review


def finish(run: "Run", *, json: bool) -> int:
    """Print how a run stands after it was driven, and give the exit code that says so."""
    if json:
        print_json(run.public())
        return exit_code(run)
    say(_standing(run))
    reviews = run.reviews()
    for review in reviews:
        say()
        print_review(review)
        print_choices(review)
    if not reviews:
        print_output(run.output)
    _print_failure(run, complain)
    if run.status == "completed":
        say()
        _print_files(run)
    if run.status == "queued":
        say(f"What was done is kept. Go on with: {command(f'resume {run.id}')}")
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


def show_run(run: "Run", *, json: bool) -> None:
    """All that there is to know of a run."""
    if json:
        print_json(run.public())
        return
    say(_standing(run))
    record = run.record
    say(f"  begun  {time_of(record.created)}")
    say(f"  model  {record.model}")
    if record.strong is not None:
        say(f"  strong {record.strong}")
    if record.source is not None:
        say(f"  file   {near(record.source)}")
    if run.thread_id != run.id:
        say(f"  thread {run.thread_id}")
    reviews = run.reviews()
    for review in reviews:  # it says what the figures and the files are
        say()
        print_review(review)
        print_choices(review)
    if not reviews:
        print_output(run.output)
    _print_failure(run, say)
    if run.status in {"queued", "running"}:
        say(f"\nIf its process has ended, go on with: {command(f'resume {run.id}')}")
    _print_steps(run)
    if run.artifacts and not reviews:
        say()
        _print_files(run)


def _standing(run: "Run") -> str:
    """One line: which run, and where it stands."""
    outcome = (run.output or {}).get("outcome")
    more = {"paused": ": a person decides now", "completed": f": {outcome}" if outcome else ""}
    return f"Run {run.id} ({run.workflow}) is {run.status}{more.get(run.status, '')}."


def _print_failure(run: "Run", tell: Callable[[str], None]) -> None:
    """Why a run failed and how it goes on."""
    if run.error is None:
        return
    where = f"{run.error['node']}: " if run.error.get("node") else ""
    tell(f"dalsegno: {where}{run.error.get('message')}")
    if run.error.get("fix"):
        tell(f"  {with_database(str(run.error['fix']))}")
    tell(f"  What was done is kept. Go on with: {command(f'resume {run.id}')}")


def _print_files(run: "Run") -> None:
    paths = [near(path) for path in run.artifacts]
    if not paths:
        return
    delivered = (run.output or {}).get("outcome") not in {None, "rejected"}
    say("Files:" if delivered else "Drafts, not delivered:")
    for path in paths:
        say(f"  {path}")


def _print_steps(run: "Run") -> None:
    if not run.trace:
        return
    over = run.status != "running"
    say()
    print_table(
        ("step", "outcome", "seconds"),
        [
            (
                step.node,
                "stopped" if over and step.outcome == "running" else step.outcome,
                f"{step.ended - step.started:7.2f}" if step.ended is not None else "",
            )
            for step in run.trace
        ],
    )
    metrics = run.metrics
    if not metrics.get("calls"):
        return
    cost = metrics["cost_usd"]
    price = "cost unknown" if cost is None else f"USD {cost:.4f}" if cost else "no cost"
    about = "about " if metrics["estimated"] else ""
    say(
        f"\n{metrics['calls']} model calls, {about}{metrics['input_tokens']:,} tokens in and "
        f"{metrics['output_tokens']:,} out, {price}."
    )


def list_runs(found: Sequence["Run"], *, json: bool) -> None:
    """The runs, one a line."""
    if json:
        print_json([run.public() for run in found])
        return
    if not found:
        say(f"There are no runs yet. Begin with: {command('demo')}")
        return
    print_table(
        ("run", "workflow", "of", "status", "outcome", "begun"),
        [
            (
                run.id,
                run.workflow,
                _subject(run),
                run.status,
                str((run.output or {}).get("outcome") or ""),
                time_of(run.record.created),
            )
            for run in found
        ],
    )


def _subject(run: "Run") -> str:
    """What a run is about: its first input, a file by its name."""
    first = next(iter(run.record.inputs.values()), "")
    name = Path(str(first)).name
    return name if len(name) <= 32 else name[:31] + "…"


def list_reviews(found: Sequence["Review"], workflows: Mapping[str, str], *, json: bool) -> None:
    """The open reviews, one a line; ``workflows`` tells what each run is one of."""
    if json:
        print_json([review.public() for review in found])
        return
    if not found:
        say("No review waits for a decision.")
        return
    print_table(
        ("review", "workflow", "step", "for", "asked", "deadline"),
        [
            (
                each.id,
                workflows.get(each.run, ""),
                each.node,
                each.assignee or "",
                time_of(each.created),
                "" if each.deadline is None else time_of(each.deadline),
            )
            for each in found
        ],
    )
    say(f"\nRead the first with:  {command(f'show {found[0].run}')}")
    say(f"Then decide, such as: {choices(found[0])[0]}")


def list_workflows(found: Sequence["Program"], *, json: bool) -> None:
    """The catalog, one workflow a paragraph."""
    if json:
        print_json(
            [
                {
                    "name": each.name,
                    "version": each.workflow.version,
                    "owner": each.workflow.owner,
                    "digest": each.digest,
                    "pattern": each.workflow.pattern,
                    "steps": list(each.steps),
                    "description": each.workflow.description,
                    "inputs": each.inputs.model_json_schema(),
                }
                for each in found
            ]
        )
        return
    for number, each in enumerate(found):
        if number:
            say()
        say(f"{each.name}, version {each.workflow.version}")
        say(wrapped(each.workflow.description, indent="  "))
        say()
        for label, text in (
            ("owner", each.workflow.owner or "nobody"),
            ("pattern", each.workflow.pattern),
            ("steps", ", ".join(each.steps)),
        ):
            say(wrapped(text, indent=" " * 11, first=f"  {label:<9}"))
        for name, field in each.inputs.model_fields.items():
            label = "input" if name == each.primary else "--set"
            said = f"{name}: {field.description or ''}"
            say(wrapped(said, indent=" " * 11, first=f"  {label:<9}"))
        say(f"\n  dalsegno run {each.name} {(each.primary or '').upper()}".rstrip())
