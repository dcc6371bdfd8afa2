"""What a message is about and what it asks, by rule: by the words that tell.

The rules serve twice: without a language model they are the triage, and with one they still find
the questions, which account and policies are searched for.
"""

import re

from .schema import Category, Kind, Track, Triage
from .understanding import is_courtesy

_WORDS: tuple[tuple[Category, str], ...] = (
    (
        "billing",
        r"invoices?|bill(?:s|ed|ing)?|charg(?:e|es|ed)|pay(?:s|ing|ment|ments)?|paid|prices?"
        r"|receipts?|VAT|direct debit|overcharged|owe[ds]?",
    ),
    (
        "delivery",
        r"deliver\w*|parcels?|packages?|ship(?:s|ped|ping|ment)?|track(?:ing)?|courier|arriv\w*"
        r"|where(?:'s| is| are)? (?:my|our|it|order|the \w+ (?:i|we))|dispatch\w*|on its way"
        r"|(?:not|never|\w+n't) (?:yet )?received|here yet|turn(?:ed)? up|status|expect(?:ed)?"
        r"|when (?:will|does|do) (?:i|we|it|(?:my|the) (?:\w+ )?\w+) (?:get|have|receive"
        r"|come)|carrier",
    ),
    (
        "returns",
        r"return\w*|refund\w*|money back|sen[dt] (?:\w+ ){1,3}back|exchange\w*|cancel\w*"
        r"|change(?:d)? my mind|reimburse\w*",
    ),
    (
        "technical",
        r"(?:not|\w+n't|never|stopped) (?:\w+ )?(?:work\w*|turn\w* on|start\w*|connect\w*"
        r"|pair\w*|light\w*)|faulty|defect\w*|crash\w*|install\w*|set(?:ting)? up|reset\w*"
        r"|firmware|bluetooth|wi-?fi|flicker\w*|pair(?:s|ed|ing)?|manual|assembl\w*"
        r"|sink(?:s|ing)?|smok\w*|spark\w*|burn\w*|repair\w*|warranty|broken|broke|fault",
    ),
    (
        "account",
        r"passwords?|log(?:ging)? ?in|sign(?:ing)? in|accounts?|profile|newsletter|my data"
        r"|(?:my|your|the|new) (?:e-?mail |delivery )?address|username|unsubscribe",
    ),
    (
        "complaint",
        r"complain\w*|unacceptable|disgrac\w*|terrible|awful|worst|angry|furious|ridiculous"
        r"|appalling|fed up|rude|disappoint\w*|outrag\w*|scandal\w*|useless|idiots?",
    ),
)
_CATEGORIES = {name: re.compile(rf"\b(?:{words})\b", re.I) for name, words in _WORDS}
_SMALL = frozenset(
    "not never stopped where are the our you your does doesn don won isn yet and new something"
    " back send sent them this that when will come get have receive take order".split()
)
_URGENT = re.compile(
    r"\b(?:smok(?:e|es|ed|ing)|spark(?:s|ed|ing)?|burn(?:s|t|ed|ing)?|flames?|explo\w+"
    r"|(?:on|caught|catch(?:es)?) fire|(?:electric(?:al)?|a) shock|shocked me|electrocut\w*"
    r"|injur\w*|hurt\w*|bleed\w*|hospital|fraud\w*|hacked|stolen|theft|unauthori[sz]ed"
    r"|phish\w*|scam\w*|lawyers?|solicitors?|attorneys?|sue|suing|lawsuit|ombudsman|court"
    r"|legal (?:action|steps)|police|threat\w*|urgent(?:ly)?|emergency|danger\w*|immediately"
    r"|asap|right now)\b",
    re.I,
)

_WANTS = (
    r"(?:i(?:'d| would)? (?:want|like|need|demand|insist)|please|(?:can|could|would|will) you"
    r"|can i (?:get|have)|give me|i wish|kindly|you must|let me)"
)
_GREETING = re.compile(
    r"^\W*(?:hi|hello|hey|dear|good (?:morning|day|afternoon|evening))\b[^,.!?\n]{0,30}[,.!\n]\s*",
    re.I,
)
#: A name below a farewell.
_SIGNED = re.compile(
    r"(\b(?i:thanks|thank you|regards|wishes|sincerely|cheers)\b[^\n?]{0,30})\n+\s*"
    r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,2}\s*$"
)
#: More sentences than this are for a person.
MOST_ASKS = 12
_BEGINS = rf"(?:{_WANTS}\b.{{0,50}}|^|[,;:] |\b(?:and|so|then|just) )"
_WISHES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "cancellation",
        re.compile(rf"{_BEGINS}\bcancel\b(?! (?:at|by|until|an?\b))", re.I),
    ),
    (
        "address_change",
        re.compile(
            rf"{_BEGINS}\b(?:change|update|correct)\b.{{0,30}}(?<!mail )\baddress\b"
            r"|\b(?:i|we)(?:'ve| have)? (?:just )?moved\b|\bnew address is\b",
            re.I,
        ),
    ),
    (
        "refund",
        re.compile(rf"{_BEGINS}\b(?:refund\b|money back\b|reimburse)", re.I),
    ),
)
#: To ask how or whether something is done is no wish to have it done.
_ENQUIRY = re.compile(
    r"\b(?:how (?:long|much|do|can|many)|until when|what (?:is|are|happens)|do you|policy"
    r"|when (?:do|will|is|are)|is it possible|if i|am i able|tell me (?:how|if|when|whether))\b",
    re.I,
)
_DENIED = re.compile(
    r"\b(?:not|\w+n't|never|no longer)\b.{0,20}\b(?:cancel|refund|money back)\b", re.I
)
_ADDRESS = re.compile(
    r"(?:\baddress(?: is| to|:)|\bmoved to|\b(?:change|update) it to|\bto:)\s*:?\s*(?=[^.\n]*\d)"
    r"([^\n]{6,120}?)(?=\.(?:\s|$)|[!?;\n]|$)",
    re.I,
)


def sentences_of(text: str) -> list[str]:
    """The sentences of a message, which may well lack stops at the ends of its paragraphs."""
    parts = re.split(r"(?<=[.!?])[\"'”’)]*\s+|\n\s*\n|\n(?=\s*[-*•])", text)
    return [joined for each in parts if (joined := " ".join(each.split()))]


def categories(text: str) -> dict[Category, int]:
    """How many different words of each category a text has."""
    found = {
        name: len({each[0].lower() for each in words.finditer(text)})
        for name, words in _CATEGORIES.items()
    }
    return {name: count for name, count in found.items() if count}


def category_of(text: str) -> tuple[Category, float]:
    """The category that most words speak for, and how sure that is."""
    counts = categories(text)
    matters = {name: count for name, count in counts.items() if name != "complaint"}
    # Anger is a tone and seldom the matter: it takes two words, or nothing else to go by.
    if counts.get("complaint", 0) >= 2 or (counts and not matters):
        return "complaint", 0.8
    if not matters:
        return "other", 0.3
    first, *others = sorted(matters.items(), key=lambda each: -each[1])
    second = others[0][1] if others else 0
    return first[0], round(0.9 - 0.35 * second / first[1], 2)


def stems(text: str, category: Category) -> tuple[str, ...]:
    """How the words begin that speak for a category: what bears on it has one of them."""
    if category == "other":
        return ()
    found = (each[0].lower() for each in _CATEGORIES[category].finditer(text))
    words = (word for each in found for word in re.findall(r"[a-z]{3,}", each))
    return tuple(dict.fromkeys(word[:4] for word in words if word not in _SMALL))


def asks_of(text: str) -> tuple[str, ...]:
    """Every sentence of a message but greetings and thanks: each must be understood."""
    plain = _GREETING.sub("", _SIGNED.sub(r"\1", text))
    found = [each for each in sentences_of(plain) if not is_courtesy(each)]
    return tuple(dict.fromkeys(each[:1_000] for each in found))[:MOST_ASKS]


def wishes_of(text: str) -> tuple[Kind, ...]:
    """What the customer asks us to do; to ask how it is done is no such wish."""
    asked = [
        each
        for each in sentences_of(text)
        if not _ENQUIRY.search(each) and not _DENIED.search(each)
    ]
    return tuple(kind for kind, wanted in _WISHES if any(map(wanted.search, asked)))


def denies(text: str) -> bool:
    """Whether the customer says what shall not be cancelled or refunded."""
    return _DENIED.search(text) is not None


#: What a shop is asked to do; to be told something is no such request.
_REQUEST = re.compile(
    r"\b(?:can|could|would|will) (?:you|somebody|someone)\b"
    r"(?! (?:please |kindly )?(?:tell|let me know|say))"
    r"|\bi (?:want|demand|insist|need you|would like|'?d like) (?!to (?:know|ask|return|pay))"
    r"|\bi'd like (?!to (?:know|ask))|\bplease\b(?! (?:tell|let me know))"
    r"|\byou (?:must|should|have to)\b",
    re.I,
)
_PLAIN = re.compile(
    r"^(?:and |but |so |also,? |then |please tell me |tell me )*"
    r"(?:how|what|when|where|why|which|who|until|can|could|do|does|is|are|may|has|have|will)\b",
    re.I,
)
#: A fault is told with its subject first; "Delete my data" is an order.
_FAULT = re.compile(r"^(?:the|my|our|this|it|one|an?)\b", re.I)


def is_question(sentence: str) -> bool:
    """Whether it asks to be told something, and not to have something done."""
    asking = sentence.rstrip().endswith("?") or _PLAIN.match(sentence.strip())
    return bool(asking) and not _REQUEST.search(sentence)


def tells_fault(sentence: str) -> bool:
    """Whether it says that something does not work, as one who wants help says it."""
    return bool(_FAULT.match(sentence)) and category_of(sentence)[0] == "technical"


def address_in(text: str) -> str | None:
    """A new address as the message states it."""
    found = _ADDRESS.search(text)
    return " ".join(found[1].split()) if found else None


def triaged(text: str, asks: tuple[str, ...], *, contradicting: bool) -> Triage:
    """The triage by rule; its confidence says how clear the wording is."""
    category, confidence = category_of(text)
    judged = [category_of(each) for each in asks if categories(each)] or [category_of(text)]
    if category != "complaint":
        category, confidence = judged[0][0], min(sure for _, sure in judged)
    wish = next(iter(wishes_of(text)), None)
    weighs = {
        "a complaint": "complaint" in categories(text),
        "a wish": wish is not None,
        "several questions": len({each for each, _ in judged}) > 1,
        "a contradiction": contradicting,
    }
    why = ", ".join(name for name, holds in weighs.items() if holds)
    urgent = _URGENT.search(text)
    track: Track = "urgent" if urgent else "analysis" if why else "general"
    said = f"It says {urgent[0]!r}" if urgent else f"It has {why}" if why else "One plain matter"
    told = {each[0].lower() for words in _CATEGORIES.values() for each in words.finditer(text)}
    return Triage(
        category=category,
        urgency="high" if urgent else "normal" if why else "low",
        track=track,
        wish=wish,
        new_address=address_in(text) if wish == "address_change" else None,
        confidence=confidence,
        reason=f"{said}; by the words: {', '.join(sorted(told)[:6]) or 'none that tell'}.",
    )
