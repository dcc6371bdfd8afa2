"""What kind of paper it is, by what only such papers have; with how sure that is, and why.

A title counts most. Papers that only look like invoices (quotes, orders, reminders) have titles of
their own and are "other": to pay one of them is worse than to ask somebody.
"""

import re
from collections.abc import Mapping
from typing import get_args

from langgraph.runtime import Runtime

from ....nodes.run_context import context_of
from ....state.context import OFFLINE, RunContext
from .schema import SURE, Kind, Paper

#: How many lines from the top a title may stand in, and how long it may be.
_HEAD = 8
_LONGEST = 100
_TITLES: Mapping[Kind, str] = {
    "other": r"(?:sales )?quot(?:e|ation)|estimate|pro-?forma(?: invoice)?|purchase order|delivery"
    r" note|packing (?:list|slip)|(?:monthly |account )?statement(?: of account)?|credit (?:note"
    r"|memo)|(?:payment |second |final )*reminder|order confirmation|remittance advice|angebot"
    r"|mahnung|zahlungserinnerung|gutschrift|lieferschein|auftragsbestätigung|bestellung"
    r"|kostenvoranschlag|press release|newsletter|curriculum vitae|agenda|minutes.*",
    "invoice": r"(?:\w+ )?(?:invoice|bill)|rechnung|factuur|facture|fattura",
    "receipt": r"(?:\w+ )?receipt|quittung|kassenbon|kassenbeleg",
    "letter": r"memo(?:randum)?",
    "contract": r"[\w ,&/-]{0,40}(?:agreement|contract)(?: .{0,30})?|\w*vertrag|lease",
    "form": r"[\w ,&/'-]{0,40}(?:application|registration|claim|order|request|enrol?ment|change of"
    r" \w+|antrags?|anmelde)[ -]?(?:form(?:ular)?)?|form [\w-]{1,12}.{0,40}|[\w ,&/'-]{0,40}"
    r" form|antrag.{0,40}",
}
_LEGAL = r"\b(?:shall|hereby|hereinafter|whereas|the parties)\b"
_CUES: Mapping[Kind, tuple[tuple[str, float], ...]] = {
    "invoice": (
        (r"\binvoice ?(?:no|number|nr|num|#|id|date)|\brechnungs?-?(?:nr|nummer)", 3),
        (r"\b(?:amount|total|balance) due\b|\btotal to pay\b|rechnungsbetrag|zu zahlen", 1.5),
        (r"\bbill(?:ed)? to\b|\binvoice to\b", 1.5),
        (r"\bIBAN\b|\bsort code\b|payment terms|zahlungsziel|payable within", 1),
        (r"\b(?:due date|payment due)\b|\bfällig\b", 1),
    ),
    "receipt": (
        (r"\b(?:visa|mastercard|maestro|contactless|card ending|ec-karte|girocard)\b", 1.5),
        (r"\b(?:change(?: due)?|cash|bar|rückgeld)\b:?\s.{0,40}\d", 1.5),
        (r"\b(?:thank you for (?:shopping|your (?:visit|purchase))|cashier|till|auth code)\b", 1.5),
        (r"\breceipt ?(?:no|#|number)|\bbon-?nr", 3),
        (r"\bvielen dank für ihren (?:einkauf|besuch)", 2),
    ),
    "contract": (
        (r"\bby and between\b|\b(?:made|entered into)\b.{0,60}\bbetween\b", 3),
        (rf"{_LEGAL}[\s\S]{{0,2000}}?{_LEGAL}", 1.5),
        (r"\bgoverned by\b.{0,40}\blaws?\b|\bgoverning law\b", 2),
        (r"\b(?:terminat\w+|notice period|written notice)\b", 1),
        (r"\b(?:vertragspartner|kündigungsfrist|auftragnehmer)\b", 2),
        (r"\b(?:signed|signature)\b.{0,80}\bfor (?:and on behalf of)?", 1),
    ),
    "letter": (
        (r"^[^\w\n]*(?:dear\b|sehr geehrte|to whom it may concern|hello\b|hi\b)", 2.5),
        (r"^[^\w\n]*(?:(?:yours|kind|best|warm|with).{0,20}(?:love|wishes|sincerely|faithfully|regards|truly)"
         r"|(?:sincerely|regards)\b|mit freundlichen grüßen|hochachtungsvoll)", 2.5),
        (r"^[^\w\n]*(?:subject|re|betreff|betrifft)\s*:", 1),
    ),
    "form": (
        (r"\[[ xX_]?\]|☐|☒|\( \)", 2),
        (r"\b(?:please (?:print|complete|fill|tick)|block (?:letters|capitals)|office use)\b", 2),
        (r"\b(?:date of birth|applicant|surname|first name|geburtsdatum|antragsteller)\b", 1.5),
        (r"^.{2,40}[.…_]{4,}", 1.5),
        (r"\bsignature\b", 0.5),
    ),
}  # fmt: skip
_TITLE = 4.0
#: What tells more than any words within: an e-mail's headers, and titles of what is no invoice.
_LOOKALIKE = 7.0


def sort(item: Paper, runtime: Runtime[RunContext]) -> Paper:
    """The paper with its kind by the rules. One that they leave open is put to an agent, if that
    is a model: the extractor would find no more in it."""
    paper = sorted_by_rules(Paper.model_validate(item))
    is_open = paper.kind_confidence < SURE and context_of(runtime).model != OFFLINE
    return paper.but(ask="sort" if is_open else "")


def sorted_by_rules(paper: Paper) -> Paper:
    """The paper with the kind for which most speaks."""
    text = "\n".join(paper.pages)
    scores: dict[Kind, float] = dict.fromkeys(get_args(Kind), 0.0)
    seen: dict[Kind, list[str]] = {each: [] for each in scores}
    if paper.headed:
        scores["letter"] += _LOOKALIKE
        seen["letter"].append("the headers of an e-mail")
    titled = title_of(paper)
    if titled is not None:
        scores[titled[0]] += _LOOKALIKE if titled[0] == "other" else _TITLE
        seen[titled[0]].append(f"the title {titled[1]!r}")
    for kind, cues in _CUES.items():
        for cue, weight in cues:
            match = re.search(cue, text, re.IGNORECASE | re.MULTILINE)
            if match:
                # An e-mail may speak of any other paper.
                scores[kind] += weight if kind == "letter" or not paper.headed else weight / 2
                seen[kind].append(repr(" ".join(match[0].split())[:40]))
    return _decided(paper, scores, seen)


def title_of(paper: Paper) -> tuple[Kind, str] | None:
    """The first line near the top that is nothing but a title, with its number perhaps."""
    text = "" if paper.headed else "\n".join(paper.pages)
    lines = [line.strip(" \t#*=_-|:") for line in text.split("\n") if line.strip()][:_HEAD]
    for line in lines:
        cells = re.split(r"\s{2,}|\t|\|| / ", line)
        for cell in (each for each in cells if len(each) <= _LONGEST):
            for kind, title in _TITLES.items():
                if re.fullmatch(rf"(?:{title})(?:\W*(?:no|nr|#)?\W*[\w/-]*\d[\w/-]*)?", cell, re.I):
                    return kind, cell
    return None


def _decided(paper: Paper, scores: dict[Kind, float], seen: dict[Kind, list[str]]) -> Paper:
    first, second = sorted(scores, key=lambda each: -scores[each])[:2]
    best, next_best = scores[first], scores[second]
    sure = round(min(0.98, best / (best + next_best + 1)), 2)
    if best == 0:
        return paper.but(kind="other", kind_confidence=0.0, kind_reason="Nothing in it tells.")
    rival = f"; against it ({second}): {', '.join(seen[second][:2])}" if next_best else ""
    reason = f"It has {', '.join(seen[first][:4])}{rival}."
    return paper.but(kind=first, kind_confidence=sure, kind_reason=reason)
