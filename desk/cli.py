"""The command line. A command imports what it needs when it runs, so that ``--help`` is quick."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ..state.errors import DalsegnoError, InputError, ValidationError

app = typer.Typer(
    name="dalsegno",
    help="Agent workflows on LangGraph that survive crashes, waits and second clicks.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # Rich would triple the time to the first line of help
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Db = Annotated[
    str,
    typer.Option("--db", envvar="DALSEGNO_DB", help="The run database.", show_default=True),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DEFAULT_DB = "sqlite:///dalsegno.db"

DONE, FAILED, WRONG_INPUT, WAITING = 0, 1, 2, 3


@app.command()
def demo(db: Db = DEFAULT_DB, json: Json = False) -> None:
    """The main job on the bundled report: read, draft, review, deliver. Needs no key, no network."""
    from .demo import demonstrate

    raise typer.Exit(demonstrate(db, json=json))


@app.command()
def run(
    workflow: Annotated[str, typer.Argument(help="A workflow of the catalog.")],
    input: Annotated[  # noqa: A002  # the command line's own word
        str | None, typer.Argument(help="Its main input, such as a file.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Another input, as key=value.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="provider:model, such as openai:gpt-5-mini.")
    ] = "offline:extract",
    thread: Annotated[str | None, typer.Option(help="The LangGraph thread to use.")] = None,
    db: Db = DEFAULT_DB,
    json: Json = False,
) -> None:
    """Run a workflow to its end or to the first decision that a person has to make."""
    from ..graphs.library import load
    from ..runtime.runtime import Runtime
    from .terminal import finish, progress

    definition = load(workflow)
    inputs = _settings(settings or [])
    if input is not None:
        inputs[definition.primary] = input
    started = Runtime(db).start(
        definition, inputs, model=model, thread=thread, watch=progress()
    )
    raise typer.Exit(finish(started, json=json))


@app.command()
def resume(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    db: Db = DEFAULT_DB,
    json: Json = False,
) -> None:
    """Go on with a run that was killed, failed, or was decided on meanwhile."""
    from ..runtime.runtime import Runtime
    from .terminal import finish, progress

    raise typer.Exit(finish(Runtime(db).resume(run, watch=progress()), json=json))


@app.command()
def runs(db: Db = DEFAULT_DB, json: Json = False) -> None:
    """List the runs, the newest first."""
    from ..runtime.runtime import Runtime
    from .terminal import list_runs

    list_runs(Runtime(db).runs(), json=json)


@app.command()
def show(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    db: Db = DEFAULT_DB,
    json: Json = False,
) -> None:
    """Show a run: where it stands, its steps, what came out and what waits for a person."""
    from ..runtime.runtime import Runtime
    from .terminal import show_run

    show_run(Runtime(db).run(run), json=json)


@app.command()
def reviews(db: Db = DEFAULT_DB, json: Json = False) -> None:
    """List the reviews that wait for a person's decision."""
    from ..runtime.runtime import Runtime
    from .terminal import list_reviews

    list_reviews(Runtime(db).reviews(), json=json)


@app.command()
def decide(
    review: Annotated[str, typer.Argument(help="The review's id.")],
    decision: Annotated[str, typer.Argument(help="approve, edit, reject or respond.")],
    by: Annotated[str | None, typer.Option(help="Who decides; by default, you.")] = None,
    args: Annotated[
        str | None, typer.Option(help="For edit: the changed fields as a JSON object.")
    ] = None,
    message: Annotated[
        str | None, typer.Option(help="For reject: why. For respond: the question.")
    ] = None,
    db: Db = DEFAULT_DB,
    json: Json = False,
) -> None:
    """Decide on a review and go on with its run. The first decision counts."""
    from getpass import getuser

    from ..runtime.runtime import Runtime
    from .terminal import finish, progress

    chosen: dict[str, object] = {"type": decision}
    if args is not None:
        chosen["args"] = _object(args)
    if message is not None:
        chosen["message"] = message
    decided = Runtime(db).decide(review, chosen, by=by or getuser(), watch=progress())
    raise typer.Exit(finish(decided, json=json))


@app.command()
def catalog(json: Json = False) -> None:
    """List the ready workflows."""
    from ..graphs.library import catalog as ready
    from .terminal import list_workflows

    list_workflows(ready(), json=json)


@app.command()
def graph(
    workflow: Annotated[str, typer.Argument(help="A workflow of the catalog.")],
    out: Annotated[
        Path | None, typer.Option(help="Write the picture to this .svg or .mmd file.")
    ] = None,
    json: Json = False,
) -> None:
    """Draw a workflow without a network: Mermaid on the terminal, or an SVG file."""
    from .pictures import draw

    draw(workflow, out, json=json)


@app.command()
def doctor(db: Db = DEFAULT_DB, json: Json = False) -> None:
    """Check this machine, the models' keys and the database, and say what to do."""
    from .doctor import examine

    raise typer.Exit(examine(db, json=json))


def _settings(pairs: list[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise InputError(f"{pair!r} is not of the form key=value.", fix="Write --set key=value.")
        found[key.strip()] = value
    return found


def _object(text: str) -> dict[str, object]:
    import json

    try:
        value = json.loads(text)
    except ValueError as error:
        raise InputError(
            f"--args is not JSON: {error}.", fix="""Write --args '{"summary": "new text"}'."""
        ) from error
    if not isinstance(value, dict):
        raise InputError(
            f"--args must be a JSON object, not {type(value).__name__}.",
            fix="""Write --args '{"summary": "new text"}'.""",
        )
    return value


def main() -> NoReturn:
    """Run the command line: errors of ours without a traceback, with the promised exit codes."""
    if Path(".env").is_file():
        from dotenv import load_dotenv

        load_dotenv(".env")
    try:
        app()
    except DalsegnoError as error:
        _print_error(error)
        sys.exit(WRONG_INPUT if isinstance(error, ValidationError) else FAILED)
    except KeyboardInterrupt:
        print("\nStopped; nothing that was done is lost. See: dalsegno runs", file=sys.stderr)  # noqa: T201
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has gone (`| head`); that is no failure of ours.
        sys.stderr.close()
        sys.exit(DONE)
    sys.exit(DONE)


def _print_error(error: DalsegnoError) -> None:
    print(f"dalsegno: {error}", file=sys.stderr)  # noqa: T201
    if "--json" in sys.argv:
        import json

        nothing = dict.fromkeys(("run_id", "thread_id", "workflow", "status", "output"))
        rest = {"reviews": [], "artifacts": [], "error": error.record(), "metrics": {}}
        print(json.dumps({**nothing, **rest}, ensure_ascii=False))  # noqa: T201
