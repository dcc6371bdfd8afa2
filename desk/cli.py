"""The command line, whole. A command imports what it needs when it runs: ``--help`` is quick."""

import sys
from typing import NoReturn

from . import commands_of_runs, commands_of_workflows
from .app import app

__all__ = ["app", "commands_of_runs", "commands_of_workflows", "main"]


def main() -> NoReturn:
    """Run the command line with the promised exit codes; wrong input gives no traceback."""
    from .guard import guarded

    sys.exit(guarded(app))
