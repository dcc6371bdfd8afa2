"""Whether the policy covers a cause: by rule only where both say it in the same plain words.

Sure is a cause that begins with the danger's name and says what it did. A "not", somebody's own
act, time that passed or a word of an exclusion makes it a matter of judgement, and that a person's.
"""

import re
from collections.abc import Iterator

from ....nodes.offline.picking import stem
from .schema import SURE, Claim, Cover, Doubt, Policy

#: Words that tell no danger from another.
_PLAIN = frozenset(
    "a an and any are at be been by caused cause claim cover covered damage damaged do does done "
    "for from had has have if in incident insured into is it its item items loss losses not of on "
    "or our out policyholder that the their this to under up was we were what with without your "
    "pay paid than more less day days stand stands while when where which who".split()
)
#: How people say what policies call by another word.
_SAME = {
    "stolen": "theft",
    "stole": "theft",
    "burgled": "burglary",
    "burnt": "fire",
    "burned": "fire",
}
#: What follows the danger's name where that is what acted: "storm lifted", not "storm lamp".
_GOES_ON = (
    r"(?=\s*(?:$|[,:;.()–-]|(?:of|to|in|on|at|from|through|into|damages?|took|tore|broke|blew|burst"
    r"|brought|struck|hit|came|was|has|had|split|burnt|[a-z]+ed)\b))"
)
_CONDITION = re.compile(r"\b(?:from|by|in|to|caused)\b")
#: What makes a cause more than the danger's name, and what to call that.
_UNPLAIN = (
    (
        "says what it was not, or is not sure of it",
        r"\b(?:not|no|never|nor|neither|without|instead|but|although|though|despite|rather|except"
        r"|only|unless|if|may|might|maybe|perhaps|probably|possibly|seems?|suspect\w*|think|believe"
        r"|almost|nearly)\b|n['’]t\b",
    ),
    (
        "speaks of what somebody did",
        r"\b(?:i|we|he|she|they|myself|ourselves|somebody|someone|who|purpose(?:ly)?"
        r"|by (?:an?|my|our)|deliberate\w*|intention\w*|sons?|daughters?|child(?:ren)?|wife"
        r"|husband|neighbou?rs?|tenants?|guests?|builders?|workers?|left|forgot\w*|dropped|spil\w+|knocked|lit)\b",
    ),
    (
        "speaks of something that took its time",
        r"\b(?:slow\w*|gradual\w*|years?|months?|weeks?|old|aged?|worn|wear|rust\w*|rot|rott\w+"
        r"|corro\w+|mou?ld\w*|long|since|always|repeated\w*)\b",
    ),
    ("tells more than one thing", r"[;!?]\s*\w|\.\s+\w|\b(?:then|later|afterwards|also)\b"),
)


def cover_of(claim: Claim, terms: Policy) -> tuple[Cover | None, str]:
    """The one cover whose danger the cause names; of several, or none, a person decides."""
    said = _stems(claim.cause.value or "")
    hits = [each for each in terms.covers if any(need <= said for need in _dangers(each.name))]
    if len(hits) == 1:
        return hits[0], f"The cause, {claim.cause.value!r}, speaks of {hits[0].name!r}."
    if not terms.covers:
        return None, "No list of what is covered was found in the policy."
    if hits:
        return None, f"The cause may be {' or '.join(repr(each.name) for each in hits)}."
    return (
        None,
        f"None of the covers names the cause in its words: {claim.cause.value or 'unknown'}.",
    )


def doubts_on(claim: Claim, cover: Cover, terms: Policy) -> Iterator[Doubt]:
    """Why the claim may not be what the cover speaks of."""
    cause = claim.cause.value or ""
    ask = "Please describe how the damage came about."
    if claim.cause.confidence < SURE:
        yield Doubt(says=f"No form states the cause; it was read from: {cause!r}.", ask=ask)
    if not any(_begins(cause, name) for name in _names(cover.name)):
        yield Doubt(says=f"The cause does not begin with what is covered: {cover.name!r}.", ask=ask)
    needed = _needed(cover.name)
    if needed and not any(_alike(need, cause) for need in needed):
        says = f"{cover.name!r} sets a condition that the cause does not say to be met."
        yield Doubt(says=says, ask=ask)
    for fact in (claim.cause, *claim.told):
        for why, pattern in _UNPLAIN:
            found = re.search(pattern, fact.value or "", re.IGNORECASE)
            if found is not None:
                yield Doubt(says=f"What is told {why}: {fact.value!r} ({fact.place}).", ask=ask)
    yield from _excluded(claim, cover, terms)


def _excluded(claim: Claim, cover: Cover, terms: Policy) -> Iterator[Doubt]:
    """Exclusions of which the claim names a telling word. Whether they apply, a person says."""
    told = (claim.cause.value, *(each.value for each in claim.told))
    said = _words(" ".join(filter(None, (*told, *(each.description for each in claim.items)))))
    for each in terms.exclusions:
        every = _stems(each.value or "")
        telling = (every - _stems(cover.name)) or every
        if any(word.startswith(need) for need in telling for word in said):
            yield Doubt(says=f"An exclusion may apply: {each.value!r} ({each.place}).")


def _names(cover: str) -> list[str]:
    """The dangers that a cover lists, without the condition behind "from", "by", "in" or "to"."""
    head = _CONDITION.split(re.split(r"\bincluding\b", cover)[0])[0]
    return [part.strip() for part in re.split(r",|;|/|\band\b|\bor\b", head) if part.strip()]


def _dangers(cover: str) -> list[frozenset[str]]:
    return [found for part in _names(cover) if (found := _stems(part))]


def _needed(cover: str) -> list[frozenset[str]]:
    """What the condition of a cover asks for, each of it enough: "from pipes or hoses"."""
    condition = " ".join(_CONDITION.split(re.split(r"\bincluding\b", cover)[0])[1:])
    parts = re.split(r",|;|/|\band\b|\bor\b", condition)
    return [found for part in parts if (found := _stems(part))]


def _begins(cause: str, name: str) -> bool:
    words = r"\s+".join(map(re.escape, name.split()))
    return re.match(rf"\W*{words}s?\b{_GOES_ON}", cause, re.IGNORECASE) is not None


def _alike(need: frozenset[str], text: str) -> bool:
    said = _words(text)
    return all(any(word.startswith(each) for word in said) for each in need)


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(each) for each in _words(text) if each not in _PLAIN and len(each) > 2)


def _words(text: str) -> list[str]:
    return [_SAME.get(each, each) for each in re.findall(r"[^\W\d_]+", text.lower())]
