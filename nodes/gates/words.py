"""Words, sentences and syllables of any text, however short: what the gates on writing count.

The offline reader's own sentences are those of a page's prose and leave the rest out; a gate has
to count everything that was written.
"""

import re
from functools import lru_cache

#: Chinese and Japanese put no spaces: each of their characters counts as a word.
_UNSPACED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(
    rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:(?:['’-]|(?<=\d)[.,](?=\d))[^\W_{_UNSPACED}]+)*"
)
_STOP = re.compile(
    r"[.!?…]+[\"”’»)\]]*(?=\s)|[。！？]+[」』）]*|\n\s*\n|\n(?=\s{0,8}(?:[-*•#|]|\d+[.)])\s)"
)
_MARKS = re.compile(r"^[\s>#*•|-]+")
#: Short forms that end in a full stop; those of the second kind may end a sentence, too.
_SHORT = frozenset("mr mrs ms dr prof st no fig vs approx ca cf e.g i.e u.s u.k p pp".split())
_SHORT_AT_END = frozenset("inc ltd co corp etc jr sr a.m p.m".split())


def words(text: str) -> list[str]:
    """The words of a text; numbers count."""
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """The sentences of a text; a heading or a list's item counts as one."""
    found: list[str] = []
    start = 0
    for match in _STOP.finditer(text):
        if match[0] == "." and _is_short(
            text[max(start, match.start() - 20) : match.start()],
            text[match.end() : match.end() + 3],
        ):
            continue
        found.append(text[start : match.end()])
        start = match.end()
    found.append(text[start:])
    cleaned = (_MARKS.sub("", each).strip() for each in found)
    return [each for each in cleaned if _WORD.search(each)]


def _is_short(before: str, after: str) -> bool:
    """Whether a full stop between these two belongs to a short form, an initial among them."""
    last = before.rpartition(" ")[2].lstrip('("“\n\t')
    if last.lower() in _SHORT_AT_END:
        return after.strip()[:1].islower()
    initial = len(last) == 1 and last.isupper() and last != "I"
    return initial or last.lower() in _SHORT


_QUOTED = re.compile(r"\"[^\"\n]{1,2000}\"|“[^”\n]{1,2000}”|«[^»\n]{1,2000}»|„[^“”\n]{1,2000}[“”]")


def quotes(text: str) -> list[re.Match[str]]:
    """The passages in quotation marks."""
    return list(_QUOTED.finditer(text))


def unquoted(text: str) -> str:
    """A text without the passages that it quotes."""
    return _QUOTED.sub(" ", text)


_VOWELS = re.compile(r"[aeiouy]+")
#: Two vowels that are spoken apart, and word parts where they are not.
_APART = re.compile(
    r"i[ao]|(?<![qg])u[ao]|eo(?!u)|iu|(?<=[aeiou])ing\b|(?<=[aeiou][^aeiou])ea$|creat(?!u)"
    r"|(?<=sc)ie|(?<=[aeou])y(?=[aeiou])"
)
_TOGETHER = re.compile(r"[tsxc]io|[tc]ia[ln]|gio|llio|nion|peo|geo[nu]")
_SILENT = re.compile(r"(?:(?<![aeiouyl])e|(?<=[aeiouy]l)e|(?<![aeioutd])ed|(?<![aeiouscgxzh])es)$")


@lru_cache(maxsize=16384)
def syllables(word: str) -> int:
    """About how many syllables an English word has: its groups of vowels, put right by rule."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    groups = len(_VOWELS.findall(letters))
    groups += len(_APART.findall(letters)) - len(_TOGETHER.findall(letters))
    groups += letters.endswith(("sm", "thm"))
    groups -= bool(_SILENT.search(letters)) and groups > 1
    return max(groups, 1)
