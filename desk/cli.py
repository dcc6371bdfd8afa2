"""The command line. A command imports what it needs when it runs, so that ``--help`` is quick."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ..state.context import DEFAULT_URL
from .terminal import remember_database

app = typer.Typer(
    name="dalsegno",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # Rich would triple the time to the first line of help
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Db = Annotated[
    str,
    typer.Option(
        "--db", envvar="DALSEGNO_DB", callback=remember_database, help="The run database."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on stdout.")]


def _version(wanted: bool) -> None:
    if wanted:
        from .. import __version__
        from .terminal import say

        say(f"dalsegno {__version__}")
        raise typer.Exit


@app.callback()
def dalsegno(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Agent workflows on LangGraph that survive crashes, waits and second clicks.

    Exit codes: 0 done, 3 waiting for a person, 1 failed, 2 wrong input.
    """


@app.command()
def demo(db: Db = DEFAULT_URL, json: Json = False) -> None:
    """Walk through a run on the bundled report. Needs no key and no network."""
    from .demo import demonstrate

    raise typer.Exit(demonstrate(db, json=json))


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
    thread: Annotated[str | None, typer.Option(help="The LangGraph thread to use.")] = None,
    db: Db = DEFAULT_URL,
    json: Json = False,
) -> None:
    """Run a workflow to its end or to its first review."""
    from ..graphs.program import program
    from ..runtime.runtime import Runtime
    from .settings import inputs_from
    from .terminal import progress
    from .views import finish

    definition = program(workflow)
    inputs = inputs_from(definition, input, settings or ())
    started = Runtime(db).start(
        definition.workflow, inputs, model=model, thread=thread, watch=progress()
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

    raise typer.Exit(finish(Runtime(db).resume(run, watch=progress()), json=json))


@app.command()
def runs(db: Db = DEFAULT_URL, json: Json = False) -> None:
    """List the runs, the newest first."""
    from ..runtime.runtime import Runtime
    from .views import list_runs

    list_runs(Runtime(db).runs(), json=json)


@app.command()
def show(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    db: Db = DEFAULT_URL,
    json: Json = False,
) -> None:
    """Show where a run stands and what waits for a person."""
    from ..runtime.runtime import Runtime
    from .views import show_run

    show_run(Runtime(db).run(run), json=json)


@app.command()
def reviews(db: Db = DEFAULT_URL, json: Json = False) -> None:
    """List the reviews that wait for a decision."""
    from ..runtime.runtime import Runtime
    from .views import list_reviews

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


@app.command()
def catalog(json: Json = False) -> None:
    """List the ready workflows."""
    from ..graphs.library import CATALOG
    from ..graphs.program import program
    from .views import list_workflows

    list_workflows([program(each) for each in sorted(CATALOG)], json=json)


@app.command()
def graph(
    workflow: Annotated[
        str, typer.Argument(help="A workflow of the catalog, or a definition's file.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Write the picture to this .svg or .mmd file.")
    ] = None,
    json: Json = False,
) -> None:
    """Draw a workflow: Mermaid text, or a file."""
    from .pictures import draw

    draw(workflow, out, json=json)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="The workflow's name.")], json: Json = False
) -> None:
    """Write a small definition, NAME.yaml, that runs at once and explains itself."""
    from .beginning import begin

    begin(name, json=json)


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None,
) -> None:
    """Print the JSON Schema of definitions, for completion and checks in an editor.

    Write it beside your definitions with --out dalsegno.schema.json, and begin each with:

    # yaml-language-server: $schema=dalsegno.schema.json
    """
    from .schema import print_schema

    print_schema(out)


@app.command()
def doctor(db: Db = DEFAULT_URL, json: Json = False) -> None:
    """Check this machine, the keys and the database."""
    from .doctor import examine

    raise typer.Exit(examine(db, json=json))


def main() -> NoReturn:
    """Run the command line with the promised exit codes; wrong input gives no traceback."""
    from .guard import guarded

    sys.exit(guarded(app))
