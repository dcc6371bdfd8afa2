"""The command line's frame: what every command shares, and what stands before them all."""

from typing import Annotated

import typer

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
