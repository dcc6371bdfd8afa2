"""The JSON Schema of definitions on paper."""

import json
from pathlib import Path

from .pictures import write
from .terminal import say


def print_schema(out: Path | None) -> None:
    """The schema on stdout, or in a file.

    Raises:
        ResourceError: the file cannot be written.
    """
    from ..state.definition.json_schema import json_schema

    text = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    if out is None:
        say(text.rstrip())
        return
    write(out, text)
    say(str(out))
