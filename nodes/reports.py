"""Paper at the end of a run: data in, PDF bytes out.

The words in a report come from documents and models that nobody vetted, so they never meet the
template as text: they travel beside it as JSON, and the template prints them as plain strings.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from ..state.errors import ReportError


def render_pdf(template: str, data: Mapping[str, object]) -> bytes:
    """Typeset `data` with a Typst template and return the PDF.

    `template` is Typst source, trusted like code. It reads the data with
    `json(bytes(sys.inputs.data))`, and no other file: a path in it finds only the template.
    `data` is what JSON can hold (str, int, float, bool, None, lists, tuples, mappings with str
    keys), to any depth. A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD.

    The same template and data give the same bytes on every machine: only typst's own fonts are
    used, and its clock stands at 1970-01-01. A character those fonts lack prints as a box.

    Raises `ReportError` when typst is not installed, when the data is not JSON (NaN and infinity
    are not), when the template does not compile (the message holds typst's own diagnostic), and
    when the temporary folder cannot be written.
    """
    try:
        # An 80 MB library: only runs that print should load it.
        import typst
    except ImportError as error:
        raise ReportError("PDF output needs the package 'typst': pip install typst") from error
    inputs = {"data": _as_json(data)}
    try:
        # In a folder of its own a template finds nothing but itself to read.
        with TemporaryDirectory(prefix="dalsegno-report-") as folder:
            source = Path(folder, "template.typ")
            source.write_text(template, encoding="utf-8")
            return typst.compile(
                source, root=source.parent, ignore_system_fonts=True, sys_inputs=inputs, timestamp=0
            )
    except typst.TypstError as error:
        where = re.sub(r"\S*/(?=template\.typ:)", "", error.diagnostic)
        raise ReportError(f"the report template failed: {where.strip()}") from error
    except OSError as error:
        raise ReportError(f"no room to typeset the report: {error}") from error


def _as_json(data: Mapping[str, object]) -> str:
    """Write report data as JSON text that both JSON readers and UTF-8 accept."""
    try:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False, default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise ReportError(f"the report's data is not JSON: {error}") from error
    # Text torn out of PDFs can hold half a surrogate pair; the trip joins pairs and marks halves.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _plain(value: object) -> dict[object, object]:
    """Open read-only mappings, which state is made of and `json` does not know."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} cannot be printed; pass its text instead")
