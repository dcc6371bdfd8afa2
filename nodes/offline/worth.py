"""How well a sentence stands alone, and how much it tells, whatever is asked."""

import re
from functools import lru_cache

#: Sentences that lean on the one before them say little when they stand alone.
_DANGLING = re.compile(
    r"^(?:it|its|they|their|this|these|those|such|that|he|she|his|her|both|however|therefore|thus"
    r"|in addition|additionally|moreover|furthermore|also|as a result|as such|accordingly|similarly"
    r"|consequently|for example|for instance|second|third|first|finally|in that case|if so|likewise"
    r"|in particular|the (?:increase|decrease|decline|change|growth|improvement)s?\b(?! in| of)"
    r"|see|refer|the following|for (?:more|further|additional) information)\b[,\s]"
    r"|\b(?:these|any such|such (?:an? )?(?:events?|failures?|claims?|changes?)|those [a-z]+s)\b"
    r"|\b(?:the foregoing|described (?:above|below)|as follows)\b",
    re.IGNORECASE,
)
_BOILERPLATE = re.compile(
    r"forward-looking|incorporated (?:herein )?by reference|refer to (?:note|item|part)|set forth"
    r"|table of contents|exhibit|pursuant to|form 10-k|see note|accompanying notes"
    r"|following (?:table|risks|discussion|factors|paragraphs|chart)|(?:the"
    r"|this) (?:annual )?report"
    r"|risk factors?\b|can be found|should be read|this section|opinion|we audited|our audits"
    r"|critical audit|table below|chart below|shown below|is as follows",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"[$€£¥₹]\s?\d|\d\s?(?:%|percent|per cent|million|billion|crore)|\bbasis points"
)
_DIGIT = re.compile(r"\d")
#: Ends of risks that could stand after any risk.
_FORMULA = re.compile(
    r"(?:business|operations?|reputation|results|financial condition|prospects|cash flows)"
    r"(?:,| and|, and)\s+(?:our )?(?:business|operations?|reputation|results|financial condition"
    r"|prospects|cash flows|operating results|stock price)",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"many factors|various (?:factors|risks)|number of (?:factors|risks)|inherent|other (?:factors"
    r"|risks)|no assurance|cannot (?:assure|predict)|certain risks|not presently known"
    r"|material(?:ly)? adverse",
    re.IGNORECASE,
)
_POSSIBLE = re.compile(r"\b(?:could|may|might|can (?:adversely|negatively|be))\b", re.IGNORECASE)
#: The company as a whole or one of its main lines moves: what an investor reads first.
_WHOLE = re.compile(
    r"^(?:(?:in|for|during) (?:fiscal |the year |the fiscal year )?(?:20\d\d|year)[^,]{0,30},\s+"
    r"|overall,?\s+)?"
    r"(?:(?:our|the company[’']s|consolidated|total|group|we|the group[’']s|reported|net"
    r"|full-year|annual|diluted)\s+)*"
    r"(?:total |net |consolidated )*(?:revenues?|sales|turnover|gross (?:margin|profit)"
    r"|operating (?:income|profit"
    r"|margin|loss|result)|income|earnings|profit|loss|cash (?:flow|from)|ebitda?|order (?:intake"
    r"|backlog)|backlog|orders)"
    r"(?:\s+(?:per share|attributable|for the year|percentage|before tax"
    r"|from operations)[^,]{0,30})?"
    r"\s+(?:was|were|increased|decreased|grew|rose|fell|declined|improved|reached|for|in|of|also"
    r"|from|came|amounted"
    r"|expanded|contracted|remained|totall?ed|climbed|dropped|up|down)\b",
    re.IGNORECASE,
)
#: What says that a line is the whole company's.
_GROUPS = re.compile(
    r"\b(?:our|total|consolidated|group|company[’']s|net (?:income|earnings|profit|loss|sales"
    r"|revenues?)"
    r"|compared (?:to|with)|per share|from [$€£¥₹\d]|(?:in|for|of|during) (?:fiscal )?20\d\d"
    r"|the year)",
    re.IGNORECASE,
)
#: Segments and regions with their sales or result.
_PART = re.compile(
    r"^[^,.;]{2,60}?\b(?:revenues?|sales|operating income|gross margin|segment (?:profit|result))\b"
    r"[^,.;]{0,30}?\b(?:increased|decreased|grew|rose|fell|declined)\b",
    re.IGNORECASE,
)
_MINOR = re.compile(
    r"^[^,.;]{0,60}?\b(?:expenses?|costs?|tax rate|provision|depreciation|amortization"
    r"|other income|interest)\b",
    re.IGNORECASE,
)
#: A heading that the text sets right before its sentence: a run of words in capitals.
_GLUED = re.compile(
    r"^(?:(?:[A-Z][\w’'-]*|\d{4}|with|and|of|the|to|in|for|&|vs\.?"
    r"|compared)[,:]?\s+){5,}(?=[A-Z]?[a-z]+ed\b|[a-z])"
)
_CUT = re.compile(r"^[a-z(,;]|^[^\w\"“‘('$€£¥₹•]|[(“\"‘][^)”\"’]*$|\|")


@lru_cache(maxsize=16384)
def worth(text: str, cue: str | None) -> float | None:
    """What a sentence is worth beyond what it shares with the question; None: it is none."""
    count = text.count(" ") + 1
    if (
        count < (4 if cue is None else 6)
        or count > 60
        or _BOILERPLATE.search(text)
        or _CUT.match(text)
    ):
        return None
    score = 0.08 if _DIGIT.search(text) else 0.0
    score -= 0.25 if _DANGLING.search(text) else 0.0
    score -= 0.1 if count > 40 else 0.0
    score -= 0.2 if _capitals(text) else 0.0
    if cue == "trend":
        score += _trend(text)
    elif cue == "risk":
        score += _risk(text, count)
    elif cue == "statistic":
        score += 0.1 if _AMOUNT.search(text) else 0.0
        score += 0.1 if _WHOLE.match(text) else 0.0
    return score


def _trend(text: str) -> float:
    score = 0.12 if _AMOUNT.search(text) else 0.0
    if _WHOLE.match(text):
        # "Revenue increased 9%." alone may be a segment's, under a heading that is lost.
        score += 0.25 if _GROUPS.search(text) else 0.12 if text.count(" ") > 9 else -0.05
    elif _MINOR.match(text):
        score -= 0.1
    elif _PART.match(text):
        score += 0.08
    # What could happen is a risk; a trend is what did.
    return score - (0.35 if _POSSIBLE.search(text) else 0.0)


def _risk(text: str, count: int) -> float:
    score = -0.12 if _FORMULA.search(text) else 0.0
    score -= 0.12 if _VAGUE.search(text) else 0.0
    score += 0.05 if 10 <= count <= 32 else 0.0
    score += 0.06 if _AMOUNT.search(text) else 0.0
    # Names of places, products and partners make a risk this company's own.
    named = len(re.findall(r"(?<=[a-z,] )[A-Z][a-z]+", text))
    return score + 0.03 * min(3, named)


def _capitals(text: str) -> bool:
    """Whether the sentence has a heading in front: a run of capitalised words begins it."""
    if _GLUED.match(text):
        return True
    words = text.split()[:8]
    return sum(word[0].isupper() for word in words) >= 6
