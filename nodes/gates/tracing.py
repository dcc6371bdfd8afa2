"""Gates that hold an output against its sources: its numbers, its wording, and whom it cites."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence

from pydantic import Field

from ...state.verdicts import Verdict
from .figures import Known, dates_of, figures_of
from .gate import Gate, OfField, Subject, failed, judged, shown
from .runs import longest_shared
from .walk import Node, leaves, prose_of, roots_of, texts_of
from .words import quotes, words


class Grounding(OfField):
    """Parameters of ``grounding``."""

    rounded: bool = Field(
        default=True,
        description="Let '1.2 billion' or '12%' stand for a source's number that rounds to it.",
    )
    except_fields: tuple[str, ...] = Field(
        default=("confidence", "score", "page", "id"),
        description="Names of fields whose numbers are the step's own and stand in no source.",
    )
    ignore: tuple[float, ...] = Field(
        default=(), description="Numbers that need no source, such as the count of a list."
    )


def grounding(subject: Subject, params: Grounding) -> Verdict:
    """Whether every number and date of the output stands in a source."""
    roots = roots_of(subject, params.field)
    if isinstance(roots, Verdict):
        return roots
    own = frozenset(params.except_fields)
    checked = [node for node in leaves(roots) if not own.intersection(node.path.split("."))]
    figures = [each for each in figures_of(checked) if each[1].value not in params.ignore]
    days = dates_of(checked)
    if not figures and not days:
        return Verdict(passed=True, score=1.0, reason="The output states no numbers.")
    sources = _source_nodes(subject.sources)
    if not sources:
        return failed("There is no source to trace the numbers to. Give the step its material.")
    known = Known(each for _, each in figures_of(sources, columns=True))
    wrong = [
        f"{path!r} states {each.text!r}, which stands in no source."
        for path, each in figures
        if not known.bears(each, rounded=params.rounded)
    ]
    if days:
        dated = {day for _, day in dates_of(sources)}
        wrong += [
            f"{path!r} states the date {day.isoformat()}, which stands in no source."
            for path, day in days
            if day not in dated
        ]
    count = len(figures) + len(days)
    return judged(
        wrong,
        of=count,
        good=f"All {count} numbers and dates of the output stand in the sources.",
        fix="Use the numbers as the sources state them, or leave them out.",
    )


def _source_nodes(sources: Mapping[str, object]) -> list[Node]:
    return [
        node
        for node in leaves(
            [Node(path=name, key=name, value=each) for name, each in sources.items()]
        )
        if node.value not in (None, "")
    ]


class Overlap(OfField):
    """Parameters of ``overlap``."""

    words: int = Field(default=6, ge=2, le=50, description="How many words on end count as copied.")
    maximum: float = Field(
        default=0.2, ge=0, le=1, description="The greatest share of the text that may be copied."
    )
    longest: int = Field(
        default=30, ge=2, description="The most words on end that may be the same as in a source."
    )


def overlap(subject: Subject, params: Overlap) -> Verdict:
    """Whether a text is in its own words: how much is copied from the sources, how long on end."""
    prose = prose_of(subject, params.field)
    if isinstance(prose, Verdict):
        return prose
    pieces = [_words(piece) for _, text in prose for piece in _own_words(text)]
    given = [_words(str(node.value)) for node in texts_of(_source_nodes(subject.sources))]
    n = params.words
    grams = [tuple(piece[at : at + n]) for piece in pieces for at in range(len(piece) - n + 1)]
    known = {tuple(each[at : at + n]) for each in given for at in range(len(each) - n + 1)}
    share = sum(gram in known for gram in grams) / len(grams) if grams else 0.0
    run = longest_shared(pieces, given) if share else []
    wrong = []
    if share > params.maximum:
        wrong.append(f"{share:.0%} of the text is copied from the sources in runs of {n} words.")
    if len(run) > params.longest:
        wrong.append(
            f"{len(run)} words on end stand in a source just so: {shown(' '.join(run), 160)}."
        )
    told = f"{share:.0%} of the text is the sources' wording, {len(run)} words on end at most."
    fix = (
        f"At most {params.maximum:.0%} and {params.longest} words on end may be. Say it in other "
        "words, or put it in quotation marks and name the source."
    )
    verdict = judged(wrong, of=2, good=told, fix=fix)
    return Verdict(passed=verdict.passed, score=1.0 - share, reason=verdict.reason)


def _words(text: str) -> list[str]:
    return [each.casefold() for each in words(text)]


_CREDIT = re.compile(
    r"\b(?:sa(?:id|ys|ying)|stat(?:ed?|es|ing)|according to|wr(?:ote|ites)|report(?:s|ed)|"
    r"not(?:es|ed)|told|explain(?:s|ed)|add(?:s|ed)|source|quoted?|cit(?:ed|es|ing))\b"
    r"|\[\d{1,3}\]|\(\w[^()\n]{2,80}\)|https?://|[—–]\s?[A-Z]",
    re.IGNORECASE,
)
#: Who is quoted stands close to the quote.
_REACH = 100


def _own_words(text: str) -> list[str]:
    """A text cut at the quotes that name whom they quote: those are meant to be copied."""
    credits = [match.start() for match in _CREDIT.finditer(text)]
    pieces, start = [], 0
    for match in quotes(text):
        before = bisect_left(credits, match.start() - _REACH) < bisect_left(credits, match.start())
        after = bisect_left(credits, match.end()) < bisect_left(credits, match.end() + _REACH)
        if before or after:
            pieces.append(text[start : match.start()])
            start = match.end()
    return [*pieces, text[start:]]


_ADDRESS = re.compile(
    r"https?://(?:[^\s/@\\]*@)?(?P<host>[\w.-]+)(?::\d+)?(?P<rest>[^\s<>\"'”)\]]*)", re.IGNORECASE
)
_DOMAIN = re.compile(
    r"(?<![\w@./-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}[a-z]{2,24}\b", re.IGNORECASE
)
#: Ends of names that are domains for sure when no address is around them.
_COMMON = frozenset(
    "com org net gov edu int eu info uk de fr ch at nl se jp cn in au ca br".split()
)


class SourceCredibility(OfField):
    """Parameters of ``source_credibility``."""

    allowed: tuple[str, ...] = Field(
        default=(), description="Domains that may be cited, their subdomains too; empty for any."
    )
    denied: tuple[str, ...] = Field(
        default=(), description="Domains that may not be cited, nor their subdomains."
    )
    minimum: int = Field(default=1, ge=0, description="The fewest different citations.")


def source_credibility(subject: Subject, params: SourceCredibility) -> Verdict:
    """Whether the output cites enough sources, and only such as may be cited."""
    roots = roots_of(subject, params.field)
    if isinstance(roots, Verdict):
        return roots
    cited: dict[str, tuple[str, str]] = {}
    for node in texts_of(roots):
        for address, host in _cited(str(node.value), (*params.allowed, *params.denied)):
            cited.setdefault(address, (node.path, host))
    wrong = [
        f"{path!r} cites {shown(address)}, and {host!r} {why}."
        for address, (path, host) in cited.items()
        if (why := _refusal(host, params))
    ]
    good = len(cited) - len(wrong)
    if good < params.minimum:
        wrong.append(f"{good} sources that count are cited; at least {params.minimum} are wanted.")
    where = f" from {', '.join(params.allowed[:8])}" if params.allowed else ""
    return judged(
        wrong,
        of=max(len(cited), params.minimum),
        held=good,
        good=f"All {len(cited)} citations are of sources that may be cited.",
        fix=f"Cite sources{where} by their addresses, and take the others out.",
    )


def _cited(text: str, named: Sequence[str]) -> list[tuple[str, str]]:
    """The addresses in a text with their hosts; a bare domain where it is surely one."""
    found = [
        (match[0].rstrip(".,;:!?"), match["host"].strip(".").lower())
        for match in _ADDRESS.finditer(text)
    ]
    bare = (match[0].lower() for match in _DOMAIN.finditer(_ADDRESS.sub(" ", text)))
    return found + [
        (host, host)
        for host in bare
        if host.rsplit(".", 1)[1] in _COMMON or any(_within(host, name) for name in named)
    ]


def _refusal(host: str, params: SourceCredibility) -> str | None:
    if any(_within(host, name) for name in params.denied):
        return "may not be cited"
    if params.allowed and not any(_within(host, name) for name in params.allowed):
        return "is not among the sources that may be cited"
    return None


def _within(host: str, domain: str) -> bool:
    """Whether a host is a domain or one below it."""
    name = domain.strip().lower().removeprefix("www.").strip(".")
    return host == name or host.endswith("." + name)


TRACING_GATES = (
    Gate(
        name="grounding",
        phase="during",
        params=Grounding,
        check=grounding,
        description="Every number and date of the output stands in a source.",
    ),
    Gate(
        name="overlap",
        phase="during",
        params=Overlap,
        check=overlap,
        description="The text is in its own words and not copied from the sources.",
    ),
    Gate(
        name="source_credibility",
        phase="during",
        params=SourceCredibility,
        check=source_credibility,
        description="The output cites enough sources, and only such as may be cited.",
    ),
)
