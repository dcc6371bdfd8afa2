"""The gate on keywords: search engines want them early and often, readers not too often."""

import re

from pydantic import Field

from ...state.verdicts import Verdict
from .gate import Gate, OfField, Subject, judged
from .walk import prose_of
from .words import words


def count_of(phrase: str, text: str) -> int:
    """How often a phrase stands in a text, whatever its case and spacing, at whole words."""
    spaced = r"\s+".join(map(re.escape, phrase.split()))
    head = r"(?<!\w)" if phrase.strip()[:1].isalnum() else ""
    tail = r"(?!\w)" if phrase.strip()[-1:].isalnum() else ""
    # Scripts without spaces have no edges of words to go by.
    pattern = head + spaced + tail if phrase.isascii() else spaced
    return len(re.findall(pattern, text, re.IGNORECASE)) if spaced else 0


class Keywords(OfField):
    """Parameters of ``keywords``."""

    keywords: tuple[str, ...] = Field(
        min_length=1, description="Words or phrases to use, the main one first."
    )
    min_density: float = Field(
        default=0.0, ge=0, le=1, description="The least share of a keyword among the words."
    )
    max_density: float = Field(
        default=0.04, ge=0, le=1, description="The greatest share; two uses are always allowed."
    )
    first_words: int | None = Field(
        default=100, ge=1, description="The main keyword stands within so many first words."
    )


def keywords(subject: Subject, params: Keywords) -> Verdict:
    """Whether a text uses its keywords: each, early, often enough and not too often."""
    prose = prose_of(subject, params.field)
    if isinstance(prose, Verdict):
        return prose
    whole = "\n".join(text for _, text in prose)
    total = len(words(whole))
    wrong = [told for each in params.keywords for told in _density(each, whole, total, params)]
    checks = len(params.keywords)
    if params.first_words is not None:
        main, start = params.keywords[0], " ".join(words(whole)[: params.first_words])
        checks += 1
        if not count_of(" ".join(words(main)), start):
            wrong.append(
                f"The main keyword {main!r} is not within the first {params.first_words} words."
            )
    return judged(
        wrong,
        of=checks,
        good=f"All {len(params.keywords)} keywords are used as often as they should be.",
        fix="Work the keywords into the text where they fit its meaning.",
    )


def _density(keyword: str, whole: str, total: int, params: Keywords) -> list[str]:
    times = count_of(keyword, whole)
    share = times / max(total, 1)
    told = f"{keyword!r} stands {times} times in {total} words ({share:.1%})"
    if not times:
        return [f"The keyword {keyword!r} is not used."]
    if share < params.min_density:
        return [f"{told}; at least {params.min_density:.1%} is wanted."]
    if share > params.max_density and times > 2:
        return [f"{told}; at most {params.max_density:.1%} reads well."]
    return []


KEYWORD_GATES = (
    Gate(
        name="keywords",
        phase="during",
        params=Keywords,
        check=keywords,
        description="The text uses its keywords, early and not too often.",
    ),
)
