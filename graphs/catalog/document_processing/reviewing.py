"""The person's part: what they are shown of a doubtful paper, and what they make of it."""

import json
import re
from collections.abc import Mapping
from typing import Any

from ....nodes.documents.pdf import Page
from ....nodes.documents.search import rank_pages, words_query
from ....state.names import nearest
from ....state.records import Verdict
from .checking import again, check
from .kinds import KINDS, spec_of
from .printed import meant, ways_of
from .schema import TAKEN, Fault, Kind, Paper, Value

#: How many lines answer a question.
_LINES = 5
#: Faults that go when a person has looked: they are about whether to trust, not about a value.
_SEEN = frozenset({"kind", "orders"})


def show(paper: Paper) -> dict[str, object]:
    """What the person may edit: the kind, and every field of it as it was read."""
    return {"kind": paper.kind, "values": _shown(paper), "text": "\f".join(paper.pages)}


def _shown(paper: Paper) -> dict[str, str]:
    fields = dict.fromkeys((each.name for each in KINDS[paper.kind]), "")
    return fields | {name: each.value or each.printed for name, each in paper.values.items()}


def describe(paper: Paper, decision: Verdict | None = None, answer: str = "") -> str:
    """Why a person is asked, and where to look in the file; with the answer, if they asked."""
    lines = [f"{paper.file} ({paper.kind}) is not integrated, because:"]
    for fault in paper.faults:
        value = paper.values.get(fault.field)
        place = f" (page {value.page}, line {value.line})" if value and value.line else ""
        lines.append(f"- {fault.field}: {fault.message}{place}")
    lacks, example = ", ".join(lacking(paper)), _example(paper)
    lost = [name for name, each in paper.values.items() if each.printed and not each.value]
    without = f", but without {', '.join(lost)}, which cannot be read" if lost else ""
    like = f", for instance by {example}" if example else ""
    lines.append(
        f"Edit corrects it{like}, and it is checked again; reject leaves the paper out; approve "
        + (
            f"leaves it out, too: it lacks {lacks}."
            if lacks
            else f"takes it as it is shown{without}."
        )
    )
    if decision is not None and decision.type == "respond":
        lines += [f"You asked: {decision.message}", f"The paper says: {answer or 'nothing on it.'}"]
    return "\n".join(lines)


def _example(paper: Paper) -> str:
    """A correction that fits the first fault of a value, or of the kind; of nothing else."""
    known = {each.name for each in KINDS[paper.kind]} | set(paper.values)
    for fault in paper.faults:
        if fault.field in known:
            return json.dumps({"values": {fault.field: "..."}})
        if fault.field == "kind":
            return json.dumps({"kind": "letter"})
    return ""


def lacking(paper: Paper) -> list[str]:
    """What the paper cannot be stored without, and no approval gives it."""
    needed = [each.name for each in KINDS[paper.kind] if _is_needed(paper, each.name)]
    kind = ["a kind that is kept"] if paper.kind == "other" else []
    taken = ["a number that is free"] if any(each.field == TAKEN for each in paper.faults) else []
    return [*kind, *needed, *taken]


def find(text: str, decision: Verdict) -> str:
    """The lines of the paper that bear on a question, as they stand there."""
    lines = [line.strip() for line in re.split(r"[\n\f]", text) if line.strip()]
    pages = [Page(number=at, text=line) for at, line in enumerate(lines, 1)]
    query = words_query(decision.message)
    best = rank_pages(pages, [query])[:_LINES] if query else []
    return "\n".join(page.text for page in sorted(best, key=lambda each: each.number))


def settle(
    paper: Paper, kind: Kind, values: Mapping[str, Any], decision: Verdict
) -> Paper:  # Any: what a person wrote, checked here
    """The paper after a decision: accepted, left out, or with what is still wrong with it."""
    if decision.type == "reject":
        return paper.settled("rejected", decision.message or "A person left it out.")
    if decision.type == "edit":
        paper = _edited(paper, kind, values)
    if decision.type == "respond":
        return paper
    if decision.type == "approve" and (lacks := lacking(paper)):
        told = f"It was approved, but it lacks {', '.join(lacks)}, and is left out."
        return paper.settled("refused", told)
    lines = tuple(each.model_copy(update={"by": "person"}) for each in paper.lines)
    seen = paper.but(kind_confidence=1.0, values=_approved(paper, decision), lines=lines)
    if decision.type == "approve":
        return seen.but(faults=(), standing="accepted")
    found = check(seen).faults
    faults = [each for each in found if each.field not in _SEEN or seen.kind == "other"]
    faults += _unknown(seen, values)
    return seen.but(faults=tuple(faults), standing="doubtful" if faults else "accepted")


def _approved(paper: Paper, decision: Verdict) -> dict[str, Value]:
    """With an approval everything that has a plain form counts as looked at."""
    if decision.type != "approve":
        return paper.values
    looked = {"confidence": 1.0}
    return {n: v.model_copy(update=looked) if v.value else v for n, v in paper.values.items()}


def _is_needed(paper: Paper, name: str) -> bool:
    """Whether a row cannot be without this."""
    spec = spec_of(paper.kind, name)
    value = paper.values.get(name)
    return spec is not None and spec.required and not (value and value.value)


def _edited(paper: Paper, kind: Kind, values: Mapping[str, Any]) -> Paper:  # Any: as above
    if kind != paper.kind:
        told = {"kind_confidence": 1.0, "kind_by": "person", "kind_reason": "A person says so."}
        paper = again(paper.but(kind=kind, **told))
    shown = _shown(paper)
    kept = dict(paper.values)
    ways = ways_of("\n".join(paper.pages))
    for name, given in values.items():
        text = "" if given is None else str(given).strip()
        spec = spec_of(paper.kind, name)
        if text == shown.get(name, "") or (spec is None and paper.kind != "form"):
            continue
        kept.pop(name, None)
        if text:
            found = meant(spec.sort if spec else "text", text, ways)
            kept[name] = Value(
                printed=text, value=found.value or "", by="person", note=found.note,
                confidence=1.0 if found.value else 0.0,
            )  # fmt: skip
    return paper.but(values=kept)


def _unknown(paper: Paper, values: Mapping[str, Any]) -> list[Fault]:  # Any: as above
    known = [each.name for each in KINDS[paper.kind]]
    if paper.kind == "form":
        return []
    # A paper that changed its kind was edited with the fields of the old one still there.
    olds = {each.name for specs in KINDS.values() for each in specs}
    return [
        Fault(
            field=name,
            message=f"No field of a paper of the kind {paper.kind!r}{nearest(name, known)}.",
        )
        for name in values
        if name not in known and name not in olds
    ]


def close(paper: Paper) -> Paper:
    """What is still doubtful after the last look stays out."""
    if paper.standing != "doubtful":
        return paper
    left = "; ".join(f"{each.field}: {each.message}" for each in paper.faults)
    return paper.settled("refused", f"It was not settled in three reviews: {left}")
