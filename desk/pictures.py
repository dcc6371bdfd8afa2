"""A workflow's picture for the command line."""

from pathlib import Path

from ..state.errors import InputError, ResourceError
from .terminal import print_json, say


def draw(workflow: str, out: Path | None, *, json: bool) -> None:
    """Mermaid on stdout, or the picture in a file: SVG for ``.svg``, Mermaid for ``.mmd``.

    Raises:
        InputError: another kind of file. ResourceError: the file cannot be written.
    """
    from ..graphs.compiler import compile
    from ..graphs.drawing.picture import svg

    if out is not None and out.suffix.lower() not in {".svg", ".mmd"}:
        raise InputError(
            f"{str(out)!r} is neither an .svg nor a .mmd file.", fix="Write --out picture.svg."
        )
    compiled = compile(workflow)
    drawable = compiled.get_graph()
    if json:
        print_json(
            {
                "nodes": sorted(drawable.nodes),
                "edges": [
                    {"from": edge.source, "to": edge.target, "when": edge.data}
                    for edge in drawable.edges
                ],
            }
        )
    if out is None:
        if not json:
            say(drawable.draw_mermaid())
        return
    is_svg = out.suffix.lower() == ".svg"
    text = svg(drawable, title=compiled.name) if is_svg else drawable.draw_mermaid()
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ResourceError(
            f"{str(out)!r} cannot be written: {error.strerror}.", fix="Name another place."
        ) from error
    if not json:
        say(str(out))
