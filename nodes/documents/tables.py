"""A table for spreadsheets, which must not run what strangers wrote into its cells."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

#: What a spreadsheet takes for a formula, blanks before it or not; a number is none.
_FORMULA = re.compile(r"[\t\r]|\s*[=+\-@]")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*")


def csv_text(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A CSV with its header; cells that would run as formulas begin with an apostrophe."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(map(_harmless, row) for row in rows)
    return made.getvalue()


def _harmless(cell: str) -> str:
    runs = _FORMULA.match(cell) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if runs else cell
