"""What the rules do not surely read: told to a person in the paper's own words, never guessed."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from ....nodes.offline.guard import guarded
from ....nodes.papers import Line, Paper, sentences_of, without_orders
from . import clauses as read
from .clauses import Clauses, Hit
from .rent import payments, rises, unsure_rents
from .schema import Finding, Terms
from .telling import finding, quoted, where

_READ_IT = "the rules do not surely read this; read it yourself"


def doubts(found: Clauses, rents: list[Hit], start: date | None) -> Iterator[Finding]:
    """Clauses on rent, notice and the end that were left out, each kind with its sentences."""
    paid, otherwise = payments(found)
    kinds = (
        ("rent_change_unsure", "How the rent changes", rises(found, start)[1]),
        ("rent_unsure", "What is paid", [*unsure_rents(found, rents), *otherwise]),
        ("notice_unsure", "A notice or a break", read.unsure_notices(found)),
        ("border_unsure", "A day that may end the term, or begin it", _maybe_borders(found)),
    )
    for name, what, lines in kinds:
        quotes = [*map(quoted, lines)]
        if quotes:
            yield finding(name, f"{what}: {_READ_IT}.", *quotes, ours=True)
    if len(paid) > 1:
        yield finding("rent_unsure", "The lease names two ways to pay the rent.", ours=True)


def _maybe_borders(found: Clauses) -> Iterator[Line]:
    """Days after "may", "not" or "if", in sentences on the end of the lease."""
    ends = r"\b(?:end|ends|expir\w+|extend\w*|until|begins?|commence\w*)\b"
    for line in found.saying(r"\b(?:lease|term|tenancy)\b", ends, but=r"\bnotice\b"):
        hedged = read.HEDGED.search(line.text)
        if_ = re.search(r"\bif\b", line.text, re.IGNORECASE)
        days = found.days(line.text)
        if hedged and any(if_ or day.start > hedged.start() for day in days):
            yield line


def lacking(terms: Terms) -> list[str]:
    """What a lease has to be watched by, and was not found in this one."""
    told = [
        f"No {what} was found: {fact.reason or 'see the contradictions.'}"
        for what, fact in (
            ("end of the lease", terms.end),
            ("period of notice", terms.notice),
            ("rent", terms.rent),
        )
        if fact.value is None
    ]
    if terms.rent.value is not None and terms.rent.months is None:
        told.append("The lease does not say for how long the rent is.")
    return told


def one_party(terms: Terms) -> Iterator[Finding]:
    """A landlord who is the tenant: one of them was read wrongly."""
    names = [(each.value or "").casefold() for each in (terms.landlord, terms.tenant)]
    if all(names) and (names[0] in names[1] or names[1] in names[0]):
        says = "Landlord and tenant are one and the same."
        yield finding("one_party", says, where(terms.landlord), where(terms.tenant), ours=True)


#: Words that no lease has for its parties: they are for whoever, or whatever, reads it.
_TO_READERS = re.compile(
    r"\b(?:note|message|instructions?|attention|hint)s? (?:to|for) (?:the |any |all )?"
    r"(?:AI|LLM|model|assistant|reader|bot|agent|software|system)\b"
    r"|\b(?:ignore|disregard|forget) (?:the|all|everything|anything|what(?:ever)?)\b[^.]{0,20}?"
    r"\b(?:above|below|before|foregoing|preceding|previous)\b",
    re.IGNORECASE,
)


def without_orders_told(papers: Iterable[Paper]) -> tuple[list[Paper], list[Finding]]:
    """The papers with what orders their reader about blanked; a person sees it, and nobody else."""
    kept, findings = [], []
    for paper in papers:
        told = [*_orders(paper)]
        clean, left = without_orders(_blanked(paper, told))
        kept.append(clean)
        if told or left:
            says = f"{paper.name} gives its reader orders; nothing of them was read or followed."
            findings.append(finding("orders_to_the_reader", says, *told, *left, ours=True))
    return kept, findings


def _orders(paper: Paper) -> Iterator[str]:
    """The sentences that order, what follows them as one order, and the rest of their line.

    By sentences, which know the lines of a form: what stands above an order stays.
    """
    whole = guarded(paper.text, "").left_out
    last: Line | None = None
    for each in sentences_of(paper):
        begins = _TO_READERS.search(each.text) or guarded(each.text, "").left_out
        goes_on = last is not None and (
            (last.page, last.number) == (each.page, each.number)
            or any(f"{last.text} {each.text}" in order for order in whole)
        )
        last = each if begins or goes_on else None
        if last is not None:
            yield each.text


def _blanked(paper: Paper, sentences: Iterable[str]) -> Paper:
    """The paper without these sentences; every line keeps its number."""
    pages = paper.pages
    for each in sentences:
        words = re.compile(r"\s+".join(map(re.escape, each.split())))
        pages = tuple(
            page.model_copy(
                update={"text": words.sub(lambda match: "\n" * match[0].count("\n"), page.text)}
            )
            for page in pages
        )
    return paper.model_copy(update={"pages": pages})
