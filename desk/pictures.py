"""A workflow's picture for the command line."""

from pathlib import Path

from ..state.errors import InputError, ResourceError
from .terminal import print_json, say


def draw(workflow: str, out: Path | None, *, json: bool) -> None:
    """Mermaid on stdout, or the picture in a file: SVG for ``.svg``, Mermaid for ``.mmd``.

    Raises:
        InputError: another kind of file. ResourceError: the file cannot be written.
    """
    from ..graphs.drawing.mermaid import mermaid
    from ..graphs.drawing.picture import drawn
    from ..graphs.drawing.sketch import sketch
    from ..graphs.program import program

    if out is not None and out.suffix.lower() not in {".svg", ".mmd"}:
        raise InputError(
            f"{str(out)!r} is neither an .svg nor a .mmd file.", fix="Write --out picture.svg."
        )
    shown = sketch(program(workflow).resolved)
    if json:
        print_json(
            {
                "nodes": sorted(shown.graph.nodes),
                "edges": [
                    {"from": each.source, "to": each.target, "when": str(each.data) or None}
                    for each in shown.graph.edges
                ],
            }
        )
    if out is not None:
        write(out, drawn(shown) if out.suffix.lower() == ".svg" else mermaid(shown))
    if not json:
        say(mermaid(shown).rstrip() if out is None else str(out))


def write(out: Path, text: str) -> None:
    """Text into a file.

    Raises:
        ResourceError: the file cannot be written.
    """
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ResourceError(
            f"{str(out)!r} cannot be written: {error.strerror}.", fix="Name another place."
        ) from error
