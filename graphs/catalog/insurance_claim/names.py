"""Names and numbers of people, policies and bills, compared as people mean them."""

import re

from ....nodes.papers import plain

_TITLES = re.compile(r"\b(?:mr|mrs|ms|miss|dr|prof)\b\.?", re.IGNORECASE)


def key_of(text: str) -> str:
    """Letters and digits only, in capitals; a letter O for a nought is one."""
    return "".join(char for char in text.upper().replace("O", "0") if char.isalnum())


def same_person(one: str, other: str) -> bool:
    """Whether two names are one, but for titles and a scanner's wear. An initial is no name."""
    return plain(_TITLES.sub(" ", one)) == plain(_TITLES.sub(" ", other))
