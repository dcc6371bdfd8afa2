"""Where a quote stands in a text: the line by which a person finds it again."""

import re


def line_of(quote: str, text: str) -> int | None:
    """The line, from 1, on which a quote begins; None where it does not stand there word for word.

    Line ends and spaces may differ: a quote is one line, and the text may break it anywhere.
    """
    words = quote.split()
    if not words:
        return None
    found = re.search(r"\s+".join(re.escape(word) for word in words), text)
    return None if found is None else text.count("\n", 0, found.start()) + 1
