"""Reading relations by rules: what a sentence says in so many words, and nothing else.

Names, dates and amounts are taken out of a sentence and marks put in their places; then a rule is
a wording between marks. A sentence that doubts, denies, asks or supposes gives nothing, and so
does a name that is only a part of what acts: of "the owner of Norden sued Beta" Norden did not.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ....nodes.entities import Kind, Spot, as_kind

_N = r"⟦N\d+⟧"
_LIST = rf"{_N}(?:(?:, (?:and )?| and ){_N})*"
#: Where somebody who acts may stand: at the beginning, or where a clause begins.
_FROM = (
    r"(?:^|(?<=, )|(?<=; )|(?<=: )|(?<=\()|(?<=\bthat )|(?<=\bwhen )|(?<=\bafter )"
    r"|(?<=\bbefore )|(?<=\bbecause )|(?<=\bwhere )|(?<=^On ⟦D\d⟧ )|(?<=^In ⟦D\d⟧ )"
    r"|(?<=^The )|(?<=, the )|(?<=^After )|(?<=^When )|(?<=^Since )|(?<=^Before ))"
)
#: What may follow on a name that ends a statement: "Norden's", "Norden shares" are something else.
_TO = (
    r"(?=\s*(?:$|[.,;:)!—–]|\b(?:in|on|for|at|since|from|until|as|who|which|with|after|before|when"
    r"|while|to|by|and|but|where|during|through|last|this|earlier|via|under|alongside)\b|⟦))"
)
#: A remark on the name before it: "Norden (NRD), the owner of Beta, bought Gamma".
_ASIDE = r"(?: \([^()]{1,30}\))?(?:, (?:(?:the|an?) [^,]{2,70}|[^,⟦⟧]{2,70}),)?"
_HAS = r"(?:(?:has|have|had|also|then|later|recently|jointly|formally|finally) ){0,2}"
_DET = r"(?:the |its |a |an )?"
#: What makes a sentence no statement of fact: denied, doubted, planned, told of others, made up.
UNSURE = re.compile(
    r"\b(?:not|never|nor|neither|no longer|cannot|without|would|could|may|might|should|shall|will"
    r"|if|whether|unless|perhaps|possibly|probably|allegedly|reportedly|apparently|supposedly"
    r"|purportedly|rumou?r\w*|speculat\w*|deny|den(?:ies|ied)|claim(?:s|ed)?|alleg(?:e|es|ed)"
    r"|believ\w+|suggest\w*|suspect\w*|plan(?:s|ned)?|intend\w*|propos\w+|consider\w*|hop(?:e|es|ed)"
    r"|expect\w*|aim\w*|wants?|wanted|tr(?:y|ies|ied)|attempt\w*|fail\w*|refus\w+|offer\w*"
    r"|almost|nearly|fiction\w*|imagin\w*|suppose\w*|pretend\w*|false\w*|wrong\w*|untrue|myth"
    r"|joke\w*|legend\w*|(?:is|are|was) said|no (?:record|evidence|proof|truth)"
    r"|instead of|rather than|as though|as if|according to|critics?|novels?|films?|movies?"
    r"|comed(?:y|ies)|hypothe\w+|scenarios?|forged|some people|thinks?|thought)\b|n['’]t\b|\?",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Said:
    """One relation as a sentence says it, with the day and the amount that go with it."""

    subject: Spot
    predicate: str
    object: Spot
    when: str | None = None
    amount: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Verb:
    """A wording between two names, and the kinds of names that it tells."""

    words: str
    predicate: str
    subject: Kind = "unknown"
    object: Kind = "unknown"
    turned: bool = False


_BY: Mapping[str, tuple[str, Kind, Kind]] = {
    "acquired|bought|purchased|taken over": ("acquired", "unknown", "unknown"),
    "founded|co-founded|established|set up|started": ("founded", "unknown", "unknown"),
    "developed": ("developed", "unknown", "unknown"),
    "designed": ("designed", "unknown", "unknown"),
    "built": ("built", "unknown", "unknown"),
    "written": ("wrote", "person", "unknown"),
    "published": ("published", "unknown", "unknown"),
    "succeeded|replaced": ("succeeded", "unknown", "unknown"),
    "financed|funded": ("financed", "unknown", "unknown"),
}
_VERBS = (
    _Verb(words=rf"{_HAS}(?:acquired|bought|purchased|took over)", predicate="acquired"),
    _Verb(words=rf"{_HAS}merged with", predicate="merged with"),
    _Verb(words=rf"{_HAS}(?:co-)?founded", predicate="founded"),
    _Verb(words=r"(?:wholly )?owns", predicate="owns"),
    _Verb(words=r"(?:leads|heads|runs)", predicate="leads", subject="person"),
    _Verb(words=rf"{_HAS}sued", predicate="sued"),
    _Verb(words=rf"{_HAS}joined", predicate="joined", subject="person"),
    _Verb(words=rf"{_HAS}left", predicate="left", subject="person"),
    _Verb(words=rf"{_HAS}(?:succeeded|replaced)", predicate="succeeded"),
    _Verb(words=rf"{_HAS}married", predicate="married", subject="person", object="person"),
    _Verb(words=rf"{_HAS}invested (?:⟦A\d⟧ )?in", predicate="invested in"),
    _Verb(words=r"supplies", predicate="supplies"),
    _Verb(words=r"supplied", predicate="supplied"),
    _Verb(words=r"competes with", predicate="competes with"),
    _Verb(words=rf"{_HAS}partner(?:s|ed) with", predicate="partner of"),
    _Verb(words=r"reports to", predicate="reports to", subject="person"),
    _Verb(words=r"works (?:for|at)", predicate="works for", subject="person"),
    _Verb(words=rf"{_HAS}worked (?:for|at)", predicate="worked for", subject="person"),
    _Verb(words=rf"{_HAS}(?:developed|designed|built|wrote|published|invented|discovered)",
          predicate=""),
    _Verb(words=r"(?:is|are) (?:based|headquartered|located|situated) in",
          predicate="located in", object="place"),
    _Verb(words=r"was born in", predicate="born in", subject="person", object="place"),
    _Verb(words=r"belongs to", predicate="belongs to"),
    _Verb(words=r"(?:is|are) owned by", predicate="owns", turned=True),
    _Verb(words=r"(?:was|were) owned by", predicate="owned", turned=True),
    _Verb(words=r"is (?:led|headed|run) by", predicate="leads", subject="person", turned=True),
    _Verb(words=r"was (?:led|headed|run) by", predicate="led", subject="person", turned=True),
    *(
        _Verb(words=rf"(?:was|were|is|are|has been|had been) (?:{words}) by",
              predicate=made, subject=actor, object=acted, turned=True)
        for words, (made, actor, acted) in _BY.items()
    ),
)  # fmt: skip
_SPOKEN = tuple(
    (each, re.compile(rf"{_FROM}(?P<s>{_LIST}){_ASIDE}(?:, which| which|, who| who)? {each.words} "
                      rf"{_DET}(?P<o>{_LIST}){_TO}"))
    for each in _VERBS
)  # fmt: skip

_ROLE_HEADS = (
    "chief executive|chief executive officer|executive|chief|officer|CEO|CFO|CTO|COO|chair|chairman"
    "|chairwoman|chairperson|president|director|founder|co-founder|head|manager|partner|owner"
    "|minister|mayor|governor|professor|author|editor|secretary|treasurer|spokeswoman|spokesman"
    "|spokesperson|chancellor|captain|conductor|curator|architect|lawyer|economist|engineer"
    "|daughter|son|wife|husband|sister|brother|mother|father|member|leader|boss|rector|dean"
)
_THING_HEADS = (
    "subsidiary|unit|division|supplier|capital|part|customer|owner|shareholder|parent|parent"
    " company|maker|manufacturer|producer|publisher|operator|competitor|rival|successor"
    "|predecessor|district|suburb|branch|affiliate|brand|distributor|developer|home"
)
_NO_ROLE = r"(?!(?:one|is|was|has|had|who|which)\b)"
_ROLE = rf"(?:{_NO_ROLE}[\w-]+ ){{0,4}}?(?P<head>{_ROLE_HEADS}|{_THING_HEADS})"
_OF = (
    re.compile(
        rf"{_FROM}(?P<s>{_N}){_ASIDE},? (?P<verb>is|was appointed|was named|was elected|was|became"
        rf"|has been|has become|remains|serves as|served as)(?: also)?(?: (?:the|a|an))? "
        rf"(?P<role>{_ROLE}) (?:of|at|for) (?:the )?(?P<o>{_N}){_TO}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?P<s>{_N}), (?:the |a |an )?(?P<role>{_ROLE}) (?:of|at) (?:the )?(?P<o>{_N})(?=[,.;)])",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?P<o>{_N})(?:['’]s?) (?P<role>{_ROLE}),? (?P<s>{_N})(?=[,.;)]|\s(?:said|says|told|and"
        rf"|has|had|is|was|in|on)\b)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^The (?P<role>{_ROLE}) (?:of|at) (?:the )?(?P<o>{_N})(?: (?P<verb>is|was)|,) (?P<s>{_N})"
        r"(?=[,.;])",
        re.IGNORECASE,
    ),
    re.compile(
        rf"{_FROM}(?P<s>{_N}) (?P<verb>is|was|remains) (?P<o>{_N})['’]s (?P<role>{_ROLE}){_TO}",
        re.IGNORECASE,
    ),
)
_PEOPLE = re.compile(rf"(?:{_ROLE_HEADS})$", re.IGNORECASE)
_SHARE = re.compile(
    rf"{_FROM}(?P<s>{_N}){_ASIDE} (?:owns|holds) (?:a )?(?:stake of )?(?P<a>⟦A\d⟧)"
    rf"(?: stake| share| of the shares)? (?:of|in) (?P<o>{_N}){_TO}"
)
_DATED = re.compile(
    rf"{_FROM}(?P<s>{_N}){_ASIDE} was (?P<verb>founded|established|incorporated|born|opened)"
    rf"(?: in {_N})?(?: by {_LIST})?,? (?:in|on) (?P<o>⟦D\d⟧)"
)
_PLACED = re.compile(
    rf"(?P<s>{_N}), (?:which is )?(?:based|headquartered) in (?P<o>{_N})(?=[,.;)])"
)
_IS_A = re.compile(
    rf"(?:{_FROM}(?P<s>{_N}) (?:is|was) an? (?P<what>[a-z][^,.;:()⟦⟧]{{2,60}}?)"
    rf"(?=[.,;]|$| (?:that|which|who|based|founded|owned|in|with|for|from|led|near)\b)"
    rf"|(?<![⟧\w] )(?P<t>{_N}), an? (?P<that>[a-z][^,.;:()⟦⟧]{{2,60}}?)"
    rf"(?=[,.;]| (?:that|which|who|based|founded|owned|in|with|for|from|led|near)\b))"
)  # fmt: skip
_ALIAS = re.compile(rf"(?P<s>{_N}) \((?:the )?[\"“'‘]?(?P<o>{_N})[\"”'’]?\)")
_AFTER = re.compile(
    r"^(?:,? for (?P<a>⟦A\d⟧))?(?:,? (?:in|on) (?P<d>⟦D\d⟧))?(?:,? for (?P<b>⟦A\d⟧))?"
)
_BEFORE = re.compile(r"^(?:In|On) (?P<d>⟦D\d⟧),? $")
_KINDS: Mapping[str, Kind] = {
    "company|firm|maker|manufacturer|supplier|bank|start-up|startup|shipyard|insurer|retailer"
    "|charity|agency|airline|brewery|producer|publisher|operator|subsidiary": "organisation",
    "city|town|village|country|river|island|port|district|region|suburb|lake": "place",
    "lawyer|engineer|politician|economist|scientist|physicist|writer|author|architect|composer"
    "|painter|actor|actress|singer|doctor|teacher|journalist|banker|chemist|entrepreneur|biologist"
    "|historian|philosopher|novelist|poet|nurse|judge|professor|mathematician": "person",
}


def relations(sentence: str, found: Sequence[Spot]) -> tuple[Said, ...]:
    """What a sentence says of the names in it, each once."""
    text, marks = masked(sentence, found)
    said: dict[tuple[str, str, str], Said] = {}
    for each in _aliases(text, marks):
        said.setdefault(_key(each), each)
    if not UNSURE.search(text):
        for each in (*_spoken(text, marks), *_roles(text, marks), *_told(text, marks)):
            if each.subject.value != each.object.value:
                said.setdefault(_key(each), each)
    return tuple(said.values())


def masked(sentence: str, found: Sequence[Spot]) -> tuple[str, dict[str, Spot]]:
    """The sentence with a mark for each name (N), date (D) and amount (A), and what each is."""
    letters = {"date": "D", "amount": "A"}
    parts, marks, at = [], {}, 0
    plain = sentence.replace("⟦", "(").replace("⟧", ")")
    counts = {"N": 0, "D": 0, "A": 0}
    for spot in found:
        letter = letters.get(spot.kind, "N")
        mark = f"⟦{letter}{counts[letter]}⟧"
        if letter != "N" and counts[letter] > 9:
            continue  # a row of figures; the rules know marks of one digit only
        counts[letter] += 1
        parts += [plain[at : spot.start], mark]
        marks[mark] = spot
        at = spot.end
    return "".join([*parts, plain[at:]]), marks


def _key(said: Said) -> tuple[str, str, str]:
    return said.subject.value, said.predicate, said.object.value


def _spoken(text: str, marks: Mapping[str, Spot]) -> Iterator[Said]:
    for verb, pattern in _SPOKEN:
        for match in pattern.finditer(text):
            subjects, objects = (_listed(match[part], marks) for part in "so")
            if len(subjects) > 1 and text[: match.start()].endswith("⟧, "):
                continue  # "the owners of A, B and C": the list begins before
            predicate = verb.predicate or _bare(match)
            for first in subjects:
                for second in objects:
                    acting, acted = (second, first) if verb.turned else (first, second)
                    yield _with_more(acting, predicate, acted, verb, match, text, marks)


def _bare(match: re.Match[str]) -> str:
    """The verb itself, where it is the predicate."""
    between = match.string[match.end("s") : match.start("o")]
    verbs = re.findall(r"developed|designed|built|wrote|published|invented|discovered", between)
    return str(verbs[-1])


def _with_more(
    acting: Spot,
    predicate: str,
    acted: Spot,
    verb: _Verb,
    match: re.Match[str],
    text: str,
    marks: Mapping[str, Spot],
) -> Said:
    after = _AFTER.match(text[match.end() :])
    before = _BEFORE.match(text[: match.start()])
    day = (after and after["d"]) or (before and before["d"])
    inner = re.search(r"⟦A\d⟧", match[0])
    amount = (after and (after["a"] or after["b"])) or (inner[0] if inner else None)
    return Said(
        subject=as_kind(acting, verb.subject),
        predicate=predicate,
        object=as_kind(acted, verb.object),
        when=marks[day].value if day else None,
        amount=marks[amount].value if amount else None,
    )


def _listed(text: str, marks: Mapping[str, Spot]) -> list[Spot]:
    return [marks[mark] for mark in re.findall(_N, text)]


def _roles(text: str, marks: Mapping[str, Spot]) -> Iterator[Said]:
    for pattern in _OF:
        for match in pattern.finditer(text):
            role = re.sub(r"^(?:the|a|an) ", "", match["role"]).strip()
            is_person = _PEOPLE.search(match["head"]) is not None
            past = match.groupdict().get("verb") in {"was", "served as"}
            yield Said(
                subject=as_kind(marks[match["s"]], "person" if is_person else "unknown"),
                predicate=f"{'was ' if past else ''}{role} of",
                object=as_kind(marks[match["o"]], "unknown"),
            )


def _told(text: str, marks: Mapping[str, Spot]) -> Iterator[Said]:
    """Shares, years, places, and what something is."""
    for match in _SHARE.finditer(text):
        amount = marks[match["a"]].value
        yield Said(
            subject=marks[match["s"]],
            predicate="holds a share of",
            object=as_kind(marks[match["o"]], "organisation"),
            amount=amount,
        )
    for match in _DATED.finditer(text):
        kind: Kind = "person" if match["verb"] == "born" else "unknown"
        day = marks[match["o"]]
        yield Said(
            subject=as_kind(marks[match["s"]], kind),
            predicate=f"{match['verb']} {'on' if len(day.value) == 10 else 'in'}",
            object=day,
        )
    for match in _PLACED.finditer(text):
        yield Said(
            subject=marks[match["s"]],
            predicate="located in",
            object=as_kind(marks[match["o"]], "place"),
        )
    for match in _IS_A.finditer(text):
        what = (match["what"] or match["that"]).strip()
        part = "what" if match["what"] else "that"
        kind = _kind_said(what)
        # "A buy now, pay later service" is cut by its own comma; a known kind is not.
        cut = re.search(r"\b(?:of|to|by)$", what) or text[match.end(part) :].startswith(" of")
        if cut or (match["that"] and kind == "unknown"):
            continue
        yield Said(
            subject=as_kind(marks[match["s"] or match["t"]], kind),
            predicate="is a",
            object=Spot(value=what, kind="concept", start=match.start(part), end=match.end(part)),
        )


def _kind_said(what: str) -> Kind:
    """What "a maker of pumps" is: an organisation."""
    told = (kind for words, kind in _KINDS.items() if re.search(rf"\b(?:{words})(?: of\b|$)", what))
    return next(told, "unknown")


def _aliases(text: str, marks: Mapping[str, Spot]) -> Iterator[Said]:
    """A short form in brackets after the name whose initials it is."""
    for match in _ALIAS.finditer(text):
        full, short = marks[match["s"]], marks[match["o"]]
        initials = "".join(word[0] for word in re.findall(r"[A-Z]\w+", full.value))
        if short.value.upper().startswith(initials[: len(short.value)].upper()) and initials:
            yield Said(subject=short, predicate=ALIAS, object=full)


#: How two names of one thing are told to be that; it becomes a merge and no edge.
ALIAS = "short for"
