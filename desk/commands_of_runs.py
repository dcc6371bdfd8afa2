"""The commands about runs: start them, look at them, decide, go on. Each imports what it needs."""

from typing import Annotated

import typer

from ..state.context import DEFAULT_URL
from .app import Db, Json, app


@app.command()
def demo(
    workflow: Annotated[
        str, typer.Argument(help="A workflow of the catalog.")
    ] = "investor_summary",
    db: Db = DEFAULT_URL,
    json: Json = False,
) -> None:
    """Walk through a ready workflow on its own sample. Needs no key and no network."""
    from .demo import demonstrate

    raise typer.Exit(demonstrate(workflow, db, as_json=json))


@app.command()
def run(
    workflow: Annotated[
        str, typer.Argument(help="A workflow of the catalog, or a definition's file.")
    ],
    input: Annotated[  # the command line's own word
        str | None, typer.Argument(help="Its main input, such as a file.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Another input, as key=value; a list as JSON.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="provider:model, such as openai:gpt-5-mini.")
    ] = "offline:extract",
    strong: Annotated[
        str | None, typer.Option(help="The model of agents whose tier is strong; else --model.")
    ] = None,
    thread: Annotated[str | None, typer.Option(help="The LangGraph thread to use.")] = None,
    key: Annotated[
        str | None, typer.Option(help="Your own name for this start: a second one gives this run.")
    ] = None,
    db: Db = DEFAULT_URL,
    json: Json = False,
) -> None:
    """Run a workflow to its end or to its first review."""
    from ..graphs.program import program
    from ..runtime.runtime import Runtime
    from .settings import inputs_from
    from .terminal import progress
    from .views import finish
    from .working import on_termination

    definition = program(workflow)
    inputs = inputs_from(definition, input, settings or ())
    runtime = Runtime(db)
    with on_termination(runtime.drain):
        started = runtime.start(
            definition.workflow,
            inputs,
            model=model,
            strong=strong,
            thread=thread,
            key=key,
            watch=progress(),
        )
    raise typer.Exit(finish(started, json=json))


@app.command()
def resume(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    db: Db = DEFAULT_URL,
    json: Json = False,
) -> None:
    """Go on with a run that was stopped or failed."""
    from ..runtime.runtime import Runtime
    from .terminal import progress
    from .views import finish
    from .working import on_termination

    runtime = Runtime(db)
    with on_termination(runtime.drain):
        resumed = runtime.resume(run, watch=progress())
    raise typer.Exit(finish(resumed, json=json))


@app.command()
def worker(
    workflows: Annotated[
        list[str] | None,
        typer.Option("--workflow", help="A definition's file, for runs that were started from it."),
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="End when nothing is left that could go on.")
    ] = False,
    width: Annotated[int, typer.Option(help="How many runs to drive at once.", min=1)] = 8,
    db: Db = DEFAULT_URL,
    json: Json = False,
) -> None:
    """Take over runs that nobody drives, and act on passed deadlines, until terminated."""
    from .working import work

    work(db, workflows or (), once=once, width=width, json=json)


@app.command()
def runs(db: Db = DEFAULT_URL, json: Json = False) -> None:
    """List the runs, the newest first."""
    from ..runtime.runtime import Runtime
    from .views import list_runs

    list_runs(Runtime(db).runs(), json=json)


@app.command()
def show(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    history: Annotated[
        bool, typer.Option("--history", help="Show its checkpoints instead, the newest first.")
    ] = False,
    limit: Annotated[int, typer.Option(help="With --history: how many.", min=1)] = 20,
    db: Db = DEFAULT_URL,
    json: Json = False,
) -> None:
    """Show where a run stands and what waits for a person, or how it came there."""
    from ..runtime.runtime import Runtime
    from .past import show_history
    from .views import show_run

    runtime = Runtime(db)
    found = runtime.run(run)
    if history:
        show_history(found, runtime.history(found, limit=limit), json=json)
    else:
        show_run(found, json=json)


@app.command()
def fork(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    checkpoint: Annotated[str, typer.Argument(help="As show --history names it.")],
    db: Db = DEFAULT_URL,
    json: Json = False,
) -> None:
    """Start another run from a checkpoint of this one, which stays as it is."""
    from ..runtime.runtime import Runtime
    from .past import show_moved

    made = Runtime(db).fork(run, checkpoint)
    show_moved(made, f"Run {made.id} begins where {run} was.", json=json)


@app.command()
def rollback(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    checkpoint: Annotated[str, typer.Argument(help="As show --history names it.")],
    db: Db = DEFAULT_URL,
    json: Json = False,
) -> None:
    """Take a run back to an earlier checkpoint of its own. Nothing is deleted."""
    from ..runtime.runtime import Runtime
    from .past import show_moved

    moved = Runtime(db).rollback(run, checkpoint)
    show_moved(moved, f"Run {moved.id} stands there again.", json=json)


@app.command()
def cancel(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    db: Db = DEFAULT_URL,
    json: Json = False,
) -> None:
    """End a run for good, also one that is under way."""
    from ..runtime.runtime import Runtime
    from .past import show_cancelled

    show_cancelled(Runtime(db).cancel(run), json=json)


@app.command()
def prune(
    newest: Annotated[
        int | None, typer.Option(help="Keep so many checkpoints of each run.", min=1)
    ] = None,
    days: Annotated[
        float | None, typer.Option(help="Keep those of so many last days.", min=0)
    ] = None,
    db: Db = DEFAULT_URL,
    json: Json = False,
) -> None:
    """Delete old checkpoints. Where a run stands is always kept."""
    from .past import prune_database

    prune_database(db, newest=newest, days=days, json=json)


@app.command()
def reviews(db: Db = DEFAULT_URL, json: Json = False) -> None:
    """List the reviews that wait for a decision."""
    from ..runtime.runtime import Runtime
    from .views import list_reviews

    runtime = Runtime(db)
    workflows = {run.id: run.workflow for run in runtime.runs()}
    list_reviews(runtime.reviews(), workflows, json=json)


@app.command()
def decide(
    review: Annotated[str, typer.Argument(help="The review's id.")],
    decision: Annotated[str, typer.Argument(help="approve, edit, reject, respond; or answer.")],
    by: Annotated[str | None, typer.Option(help="Who decides; by default, you.")] = None,
    args: Annotated[
        str | None, typer.Option(help="For edit: the changed fields. For answer: any JSON.")
    ] = None,
    message: Annotated[
        str | None, typer.Option(help="For reject: why; respond: the question; answer: a text.")
    ] = None,
    db: Db = DEFAULT_URL,
    json: Json = False,
) -> None:
    """Decide on a review and go on with its run. The first decision counts."""
    from ..runtime.runtime import Runtime
    from .deciding import chosen
    from .terminal import progress, user_name
    from .views import finish

    wanted = chosen(decision, args=args, message=message)
    run = Runtime(db).decide(review, wanted, by=by or user_name(), watch=progress())
    raise typer.Exit(finish(run, json=json))
