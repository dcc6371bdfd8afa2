"""What sentences of a kind share, whatever they are about: the cues of risks, trends and so on."""

import re
from collections.abc import Mapping
from functools import lru_cache

#: Words that sentences of a kind share. A field's name calls them up.
_CUES: Mapping[str, str] = {
    "risk": r"\brisks?\b|\bcould\b|\b(?-i:may)\b|\bmight\b|advers\w+|harm\w*|depend\w*|disrupt\w*"
    r"|uncertain\w*|litigation|exposed?|exposure|vulnerab\w+|shortage\w*|breach\w*|cyber\w*"
    r"|volatil\w+|sanction\w*|penalt\w+|default\w*|downturn|threat\w*|fail(?:s|ure|ed)?\b"
    r"|unable|impair\w*|tariff\w*|claims?\b|concentrat\w+|covenant\w*|loss of",
    "trend": r"increas\w+|decreas\w+|grew|grow(?:n|s|ing|th)\b|declin\w+|rose|fell|higher|lower"
    r"|expand\w*|demand|compared (?:to|with)|driven by|shift\w*|trend\w*|record\b|accelerat\w+"
    r"|slow\w*|momentum|improv\w+|backlog|orders",
    "statistic": r"\d[\d.,]*\s?(?:%|per ?cent|million|billion|thousand|crore)|[$€£¥₹]\s?\d"
    r"|\b[A-Z]{3}\s\d",
    "outlook": r"expects?\b|anticipat\w+|outlook|guidance|forecast\w*|next year|will\b|plans? to"
    r"|intend\w*|target\w*|in 20\d\d",
    "strength": r"strong\w*|lead(?:er|ing)|record\b|advantage\w*|improv\w+|grew|award\w*",
    "opportunity": r"opportunit\w+|expand\w*|new market\w*|potential|launch\w*|grow\w*",
    "action": r"\bmust\b|\bshould\b|needs? to|will\b|required?|please|ensure|plan\w*|decid\w+",
    "decision": r"decid\w+|agreed|approv\w+|resol\w+|chose\w*",
}
_CUE_NAMES: Mapping[str, str] = {
    "threat": "risk",
    "concern": "risk",
    "weakness": "risk",
    "development": "trend",
    "driver": "trend",
    "performance": "trend",
    "guidance": "outlook",
    "forecast": "outlook",
    "highlight": "strength",
    "next step": "action",
    "todo": "action",
    "recommendation": "action",
}

#: What risks are about, in the order of how much else they may name. A list of risks should not
#: be about one thing.
_THEMES: Mapping[str, str] = {
    "cyber": r"cyber\w*|data breach|security (?:breach|incident|vulnerab)\w*|malware|hack\w+|ransom"
    r"|personal (?:data|information)|privacy",
    "currency": r"exchange rates?|currenc(?:y|ies)|foreign exchange|stronger dollar",
    "supply": r"suppliers?|supply chain|single[- ]source|sole[- ]source|shortages?|components?"
    r"|raw materials?|manufactur\w+|outsourc\w+|logistics|contract manufacturers?",
    "customers": r"(?:largest|few|major|single|key) customers?|customer concentration"
    r"|\b\d+% of (?:our |the )?"
    r"(?:revenue|sales|net sales)",
    "competition": r"compet\w+|pricing pressure|market share",
    "trade": r"tariffs?|trade (?:war|restriction|dispute|polic)\w*|export controls?|sanctions?"
    r"|quotas?",
    "climate": r"climate|weather|earthquake|hurricane|natural disasters?|flood\w*|wildfires?",
    "health": r"pandemic|covid|epidemic|public health",
    "economy": r"recession|inflation|economic (?:condition|downturn|slowdown)\w*|macroeconomic"
    r"|consumer (?:spending|confidence)|interest rates?",
    "politics": r"geopolitical|war\b|terroris\w+|political|conflict",
    "people": r"key (?:personnel|employees|people)|talent|attract and retain|skilled|workforce"
    r"|labor",
    "property": r"intellectual property|patents?|infring\w+|trademarks?|counterfeit\w*",
    "tax": r"\btax(?:es|ation)?\b",
    "debt": r"indebtedness|covenants?|refinanc\w+|liquidity|credit rating|borrow\w+|\bdebt\b",
    "credit": r"receivables?|credit risk|collectib\w+|insolven\w+|bad debt",
    "deals": r"acquisitions?|mergers?|integrat\w+|divestiture\w*|impairment|goodwill",
    "law": r"litigation|lawsuits?|legal proceedings|regulat\w+|antitrust|fines|compliance|laws?\b",
    "quality": r"recalls?|defects?|product liability|safety|quality",
    "systems": r"outages?|interruptions?|information technology|systems? failures?|data cent(?:er"
    r"|re)s?",
    "demand": r"demand|consumer preferences|seasonal\w*|weather|inventor(?:y|ies)|forecast",
    "name": r"reputation\w*|brand",
}
#: What trends are about: the lines that an investor looks for first.
_SUBJECTS: Mapping[str, str] = {
    "income": r"net (?:income|earnings|profit|loss|result)|profit (?:for|after)"
    r"|earnings per share|diluted",
    "operating": r"operating (?:income|profit|loss|result|earnings|margin)|\bebitd?a?\b",
    "margin": r"gross (?:margin|profit)",
    "cost": r"expenses?\b|\bcosts?\b",
    "cash": r"cash|dividends?|repurchase\w*|debt\b",
    "revenue": r"revenues?|sales|turnover",
    "demand": r"demand|orders?\b|backlog|bookings|customers?|volumes?|prices?",
}
_COMPILED = {
    "risk": {name: re.compile(rf"(?i:\b(?:{words}))") for name, words in _THEMES.items()},
    "trend": {name: re.compile(rf"(?i:\b(?:{words}))") for name, words in _SUBJECTS.items()},
}


@lru_cache(maxsize=256)
def cue_name(topic: str) -> str | None:
    """The kind of sentence that a topic asks for, told by its words."""
    spoken = topic.lower().replace("_", " ")
    for name in (*_CUES, *_CUE_NAMES):
        ends = "(?:y|ies)" if name.endswith("y") else "(?:s|es)?"
        if re.search(rf"\b{re.escape(name.removesuffix('y'))}{ends}\b", spoken):
            return _CUE_NAMES.get(name, name)
    return None


@lru_cache(maxsize=32)
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z])(?:{_CUES[name]})", re.IGNORECASE)


@lru_cache(maxsize=16384)
def hits(cue: str, text: str) -> int:
    """How many different words of its kind a sentence has."""
    return len({match[0].lower() for match in _pattern(cue).finditer(text)})


@lru_cache(maxsize=16384)
def themes(cue: str, text: str) -> tuple[str, ...]:
    """What a sentence is about, the first named first; for a trend, what moves: its subject."""
    known = _COMPILED.get(cue, {})
    spots = ((match.start(), name) for name, each in known.items() if (match := each.search(text)))
    found = [name for _, name in sorted(spots)]
    return tuple(found[:1] if cue == "trend" else found[:3])
