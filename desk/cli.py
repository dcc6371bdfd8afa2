"""The command line. A command imports what it needs when it runs, so that ``--help`` is quick."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from ..state.context import DEFAULT_URL
from ..state.errors import InputError
from .terminal import remember_database

if TYPE_CHECKING:
    from ..graphs.program import Program

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
        list[str] | None, typer.Option("--set", help="Another input, as key=value.")
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
    from .terminal import progress
    from .views import finish

    definition = program(workflow)
    bare = [] if input is None else [f"{_primary(definition)}={input}"]
    inputs = _settings([*bare, *(settings or [])])
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
def doctor(db: Db = DEFAULT_URL, json: Json = False) -> None:
    """Check this machine, the keys and the database."""
    from .doctor import examine

    raise typer.Exit(examine(db, json=json))


def _primary(program: "Program") -> str:
    """The input that a bare argument fills."""
    if program.primary is None:
        raise InputError(f"{program.name!r} takes no input.", fix="Leave it out.")
    return program.primary


def _settings(pairs: list[str]) -> dict[str, object]:
    """Inputs from ``key=value``, each given once."""
    found: dict[str, object] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        key = key.strip()
        if not equals or not key:
            raise InputError(f"--set {pair!r} is not key=value.", fix="Write --set key=value.")
        if key in found:
            raise InputError(f"The input {key!r} is given twice.", fix="Give it once.")
        found[key] = value
    return found


def main() -> NoReturn:
    """Run the command line with the promised exit codes; wrong input gives no traceback."""
    from .guard import guarded

    sys.exit(guarded(app))
