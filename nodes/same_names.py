"""Whether two names are two spellings of one: surely, perhaps, or not.

Only what cannot mean two things is sure: case, accents, punctuation, a legal form left out, a slip
in a long name. Whether "Berg" is "Anna Berg" the names alone do not say.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import fuzz

#: Why a short name and a longer one may be one.
PART = "one is a part of the other"
#: Legal forms by their commonest spelling.
_FORMS = {
    "limited": "ltd",
    "incorporated": "inc",
    "corporation": "corp",
    "company": "co",
    **{each: each for each in "ltd inc corp co plc ag se gmbh kg kgaa bv nv ab as asa oy".split()},
    **{each: each for each in "oyj llc llp lp spa srl sarl sas pty pte bhd tbk aps ev ohg".split()},
}
#: Words of two spellings that differ more than this are two words, whatever the whole is like.
_WORD = 60


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """How alike two names are (per cent), why, and whether they are surely one."""

    score: int
    why: str
    sure: bool


def likeness(one: str, other: str, *, alike: int = 96, doubtful: int = 82) -> Likeness | None:
    """How two names compare; None for two names of two things.

    From ``alike`` on they are one name by their letters, from ``doubtful`` on they may be.
    """
    first, second = words_of(one), words_of(other)
    if not first or not second:
        return None
    bare, other_bare = _bare(first), _bare(second)
    if bare == other_bare:
        return _of_forms(first, second)
    if _initials(one, second) or _initials(other, first):
        return Likeness(score=85, why="one is the initials of the other", sure=False)
    if _part(bare, other_bare):
        return Likeness(score=85, why=PART, sure=False)
    return _by_letters(bare, other_bare, alike, doubtful)


def _of_forms(first: tuple[str, ...], second: tuple[str, ...]) -> Likeness:
    if first == second:
        return Likeness(score=100, why="the same but for case, accents and marks", sure=True)
    if len(first) == len(second):
        return Likeness(score=90, why="another legal form", sure=False)
    return Likeness(score=99, why="the same without the legal form", sure=True)


def _by_letters(
    bare: tuple[str, ...], other: tuple[str, ...], alike: int, doubtful: int
) -> Likeness | None:
    score = int(fuzz.ratio(" ".join(bare), " ".join(other)))
    if score < doubtful or len(bare) != len(other):
        return None
    apart = [(a, b) for a, b in zip(bare, other, strict=True) if a != b]
    # "Plant 1" and "Plant 2", "East" and "West" differ in what matters.
    if any(len(a) < 3 or a.isdigit() or b.isdigit() or _two_words(a, b) for a, b in apart):
        return None
    return Likeness(score=score, why=f"spelled {score}% alike", sure=score >= alike)


def _two_words(one: str, other: str) -> bool:
    """Whether two words are no two spellings of one; slips are rare at a word's beginning."""
    return fuzz.ratio(one, other) < (_WORD if one[0] == other[0] else 80)


def words_of(name: str) -> tuple[str, ...]:
    """A name's words in one spelling: small letters without accents, marks and "the"."""
    folded = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    plain = "".join(each for each in folded if not unicodedata.combining(each))
    plain = re.sub(r"(?<=\b\w)\.(?=\w\b)", "", plain)
    words = [_FORMS.get(each, each) for each in re.findall(r"[^\W_]+", plain)]
    return tuple(words[1:] if words[:1] == ["the"] else words)


def legal_form(name: str) -> str:
    """The legal form that a name ends with; "" where it has none."""
    words = words_of(name)
    return words[-1] if len(words) > 1 and words[-1] in _FORMS.values() else ""


def stem_of(name: str) -> tuple[str, ...]:
    """A name's words without its legal form."""
    words = words_of(name)
    return words[:-1] if legal_form(name) else words


def _bare(words: tuple[str, ...]) -> tuple[str, ...]:
    kept = tuple(each for each in words if each not in _FORMS.values())
    return kept or words


def _initials(short: str, words: tuple[str, ...]) -> bool:
    letters = "".join(each[0] for each in words if each not in {"of", "the", "and", "for"})
    plain = short.replace(".", "")
    return len(plain) >= 2 and plain.isupper() and plain.lower() == letters and len(words) > 1


def _part(bare: tuple[str, ...], other: tuple[str, ...]) -> bool:
    short, long = sorted((bare, other), key=len)
    # The "University of Veldstad" is not Veldstad.
    ends = long[-len(short) :] == short and "of" not in long[: -len(short)]
    edge = ends or long[: len(short)] == short
    return len(short) < len(long) and edge and len("".join(short)) > 2


def pairs(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The pairs of names that can be alike at all: with a word that begins alike, or initials."""
    blocks: dict[str, set[str]] = {}
    for name in names:
        words = words_of(name)
        for word in words:
            if word not in _FORMS.values():
                blocks.setdefault(word[:3], set()).add(name)
        blocks.setdefault("=" + "".join(word[0] for word in words), set()).add(name)
        if len(words) == 1:
            blocks.setdefault("=" + words[0], set()).add(name)
    told: set[tuple[str, str]] = set()
    for key in sorted(blocks):
        for pair in combinations(sorted(blocks[key]), 2):
            if pair not in told:
                told.add(pair)
                yield pair
