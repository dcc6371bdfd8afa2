"""What happens around a command: errors in words, exit codes, an orderly stop on Ctrl-C."""

import os
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import typer

from ..state.errors import (
    DalsegnoError,
    DefinitionWarning,
    InputError,
    ResourceError,
    ValidationError,
)
from .terminal import command, complain, last_run, prepare_streams, print_json, with_database

DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130


def guarded(app: typer.Typer) -> int:
    """Run the command line and give its exit code.

    An error that is none of ours is a bug: its traceback is shown, after the JSON that was asked
    for.
    """
    prepare_streams()
    warnings.showwarning = _remarked
    try:
        code = _run(app)
        if sys.stdout is not None:
            sys.stdout.flush()
    except DalsegnoError as error:
        return _told(error)
    except KeyboardInterrupt:
        return _stopped()
    except BrokenPipeError:
        return _unheard()
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        return _told(ResourceError(f"{error.strerror or error}{where}"))
    except Exception as error:
        _print_nothing(DalsegnoError(f"{type(error).__name__}: {error}"))
        raise
    return _stopped() if code == INTERRUPTED else code


def _remarked(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A remark on a definition in our words; other warnings as Python shows them."""
    if issubclass(category, DefinitionWarning):
        complain(f"dalsegno: {message}")
    else:
        (file or sys.stderr).write(
            warnings.formatwarning(message, category, filename, lineno, line)
        )


def _run(app: typer.Typer) -> int:
    _check_words()
    _load_settings()
    try:
        return app(standalone_mode=False) or DONE
    except typer.TyperException as error:  # a wrong option, a missing argument
        show = getattr(error, "show", None)
        if show is not None:
            show()
        describe = getattr(error, "format_message", error.__str__)
        _print_nothing(InputError(describe(), fix="See: dalsegno --help"))
        return WRONG_INPUT
    except SystemExit:
        return _unheard()  # Typer ends the process itself only where nobody reads its output


def _check_words() -> None:
    """Refuse what is no text, such as a file's name in an old encoding: no record can hold it."""
    for word in sys.argv[1:]:
        try:
            word.encode()
        except UnicodeEncodeError as error:
            raise InputError(
                f"{word!r} is not in UTF-8.", fix="Give the file another name, or type it anew."
            ) from error


def _load_settings() -> None:
    """The keys in ``.env``; what the environment sets already stays."""
    if not Path(".env").is_file():
        return
    from dotenv import load_dotenv

    try:
        load_dotenv(".env")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"'.env' in this directory cannot be read: {error}.", fix="Correct it, or move it away."
        ) from error


def _told(error: DalsegnoError) -> int:
    complain(f"dalsegno: {with_database(str(error))}")
    for line in error.done:
        complain(f"  {line}")
    with suppress(OSError):
        _print_nothing(error)
    return WRONG_INPUT if isinstance(error, ValidationError) else FAILED


def _print_nothing(error: DalsegnoError) -> None:
    """The one JSON object of a command that failed before there was a run."""
    if "--json" in sys.argv[1:]:
        nothing = dict.fromkeys(("run_id", "thread_id", "workflow", "status", "output"))
        print_json(
            {**nothing, "reviews": [], "artifacts": [], "error": error.record(), "metrics": {}}
        )
        sys.stdout.flush()


def _stopped() -> int:
    """Say how to go on. The run has noted that it was stopped before the interrupt came here."""
    run = last_run()
    then = f"Go on with: {command(f'resume {run}')}" if run else f"See: {command('runs')}"
    complain(f"\nStopped; what was done is kept.\n  {then}")
    if "pypdfium2" in sys.modules:
        # A thread may still be reading a page; PDFium's library, taken down around it, crashes.
        with suppress(OSError, ValueError, AttributeError):
            sys.stdout.flush()
        os._exit(INTERRUPTED)
    return INTERRUPTED


def _unheard() -> int:
    """Whoever read our output has gone (`| head`): no failure, and nothing more to print."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # what is still buffered goes there at the exit
    return DONE
