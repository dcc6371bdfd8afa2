"""What a bare word of YAML means: the core schema of YAML 1.2, and nothing of 1.1.

Older YAML reads ``on`` as true, ``12:30`` as 750 and a date as an object. Whoever writes a
workflow by hand does not expect that, so such words stay text.
"""

import math
import re

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_NOT_A_NUMBER = frozenset({".nan", ".NaN", ".NAN"})
#: Python takes a time that grows with the square of a number's digits; a float has 309 at most.
_DIGITS = 400

Scalar = str | int | float | bool | None


def scalar_of(word: str) -> Scalar:
    """What a bare ``word`` stands for; itself, when it is text.

    Raises:
        OverflowError: a number that is too large or too long to be kept.
    """
    if word in _NULL:
        return None
    if word in _BOOLEANS:
        return _BOOLEANS[word]
    if word[0] not in "0123456789+-.":
        return word
    return _number_of(word)


def _number_of(word: str) -> str | int | float:
    for pattern, base in ((_DECIMAL, 10), (_OCTAL, 8), (_HEXADECIMAL, 16)):
        if pattern.fullmatch(word):
            if len(word) > _DIGITS:
                raise OverflowError(f"a number of {len(word):,} digits")
            return int(word, base) if base == 10 else int(word[2:], base)
    if _FLOAT.fullmatch(word):
        number = float(word)
        if math.isinf(number):
            raise OverflowError("a number that is too large")
        return number
    infinite = _INFINITE.fullmatch(word)
    if infinite:
        return -math.inf if infinite[1] == "-" else math.inf
    return math.nan if word in _NOT_A_NUMBER else word


def whole(text: str) -> str:
    r"""``text`` with the two halves of a character joined, as JSON's ``\ud83d\ude00`` needs.

    Raises:
        UnicodeError: one half stands alone.
    """
    if text.isascii() or not re.search("[\ud800-\udfff]", text):
        return text
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeError as error:
        raise UnicodeError("text with one half of an escaped character") from error
