"""The commands about workflows and this machine. Each imports what it needs when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from ..state.context import DEFAULT_URL
from .app import Db, Json, app


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
    name: Annotated[str, typer.Argument(help="The workflow's name.")],
    ready: Annotated[
        str | None, typer.Option("--from", help="Begin with a copy of this ready workflow.")
    ] = None,
    json: Json = False,
) -> None:
    """Write a small definition, NAME.yaml, that runs at once and explains itself.

    With --from it is a workflow of the catalog instead, with its code and its sample.
    """
    if ready is not None:
        from .copying import copy_ready

        copy_ready(name, ready, as_json=json)
        return
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
def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Bring damaged runs back to their last sound state.")
    ] = False,
    db: Db = DEFAULT_URL,
    json: Json = False,
) -> None:
    """Check this machine, the keys, the database and every thread in it."""
    from .doctor import examine

    raise typer.Exit(examine(db, repair=repair, json=json))
