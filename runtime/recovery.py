"""What can be done about a run that failed, told with the error and for this very run."""

from __future__ import annotations

import sysconfig
from collections.abc import Sequence
from pathlib import Path
from traceback import extract_tb

from ..state.errors import DalsegnoError


def recovery_options(
    error: DalsegnoError, *, run: str, thread: str, done: Sequence[str]
) -> list[dict[str, str]]:
    """The ways on: ``do`` names each, ``how`` is what to call or type, ``what`` it comes to.

    ``done`` are the steps that ended, in their order; their results are kept.
    """
    kept = ", ".join(repr(each) for each in dict.fromkeys(done))
    step = f"the step {error.node!r}" if error.node else "what failed"
    found = [
        {
            "do": "resume",
            "how": f"dalsegno resume {run}",
            "what": f"Try {step} again. " + (f"Kept: {kept}." if kept else "Nothing ended yet."),
        }
    ]
    if error.node:
        config = {"configurable": {"thread_id": thread}}
        found.append(
            {
                "do": "repair",
                "how": f"graph.update_state({config}, {{...}}, as_node={error.node!r}), "
                f"then dalsegno resume {run}",
                "what": f"Give the result of {step} by hand and go on after it.",
            }
        )
    found.append(
        {
            "do": "restart",
            "how": "dalsegno run",
            "what": "Start a new run with other inputs, another model or a mended definition.",
        }
    )
    return found


def raised_at(error: BaseException) -> str | None:
    """Where code of the user's own raised an error: its file and line.

    Frames of installed packages and of this one tell the user nothing.
    """
    ours = str(Path(__file__).parents[1])
    frames = extract_tb(error.__traceback__)
    own = [
        each
        for each in frames
        if not each.filename.startswith((ours, "<"))
        and "site-packages" not in each.filename
        and not each.filename.startswith(sysconfig.get_paths()["stdlib"])
    ]
    if not own:
        return None
    return f"It was raised at {own[-1].filename}:{own[-1].lineno}, in {own[-1].name}."
