"""From papers that are clear to rows: who came twice, the batch's transaction, and what it said."""

from collections.abc import Sequence

from ....nodes.blocking import in_thread
from ...calling import call
from .schema import Fault, Paper
from .storing import Told, known_invoices, put_rows, supplier_key


async def compare(papers: list[Paper], store: str) -> list[Paper]:
    """Invoices that are here or in the database already: a copy is left out, but another sum under
    the same number is for a person to look at."""
    known = await call("known invoices", _known, {"store": store}, effect="pure")
    seen: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for supplier, number, total, file in known:
        seen.setdefault((supplier, number), []).append((total, f"{file!r}, which is stored"))
    for paper in papers:
        if (key := _key(paper)) is not None and paper.standing == "clear":
            seen.setdefault(key, []).append((paper.values["total"].value, repr(paper.file)))
    original: set[tuple[str, str]] = {(supplier, number) for supplier, number, _, _ in known}
    return [_compared(paper, seen, original) for paper in papers]


async def _known(store: str) -> list[tuple[str, str, str, str]]:
    return await in_thread(known_invoices, store)


def _key(paper: Paper) -> tuple[str, str] | None:
    values = paper.values
    if paper.kind != "invoice" or not all(n in values for n in ("supplier", "number", "total")):
        return None
    return supplier_key(values["supplier"].value), values["number"].value


def _compared(
    paper: Paper,
    seen: dict[tuple[str, str], list[tuple[str, str]]],
    original: set[tuple[str, str]],
) -> Paper:
    key = _key(paper)
    if key is None or paper.standing not in ("clear", "doubtful"):
        return paper
    total = paper.values["total"].value
    others = [(sum_, where) for sum_, where in seen.get(key, ()) if where != repr(paper.file)]
    other = next(((sum_, where) for sum_, where in others if sum_ != total), None)
    if other is not None:
        told = f"{other[1]} has the same number and supplier and the total {other[0]}, not {total}."
        faults = (*paper.faults, Fault(field="number", message=told))
        return paper.but(standing="doubtful", faults=faults)
    if others and (key in original or paper.standing == "doubtful"):
        return paper.settled("copy", f"The same invoice is in {others[0][1]}.")
    original.add(key)
    return paper


async def integrate(batch: list[Paper], store: str) -> list[Paper]:
    """A batch in one transaction. Where the database refuses one of it, none of it is stored."""
    papers = [Paper.model_validate(each) for each in batch]
    rows = [row_of(each) for each in papers]
    told = await call("integrate", _put, {"store": store, "rows": rows}, effect="idempotent")
    return outcome_of(papers, told)


async def _put(store: str, rows: list[dict[str, object]], idempotency_key: str) -> Told:
    return await in_thread(put_rows, store, rows, idempotency_key)


async def integrate_one(paper: Paper, store: str) -> Paper:
    """What a person accepted, in a transaction of its own."""
    return (await integrate([paper], store))[0]


def row_of(paper: Paper) -> dict[str, object]:
    """A paper as the database is given it."""
    by = {each.by for each in paper.values.values()}
    decided_by = "person" if paper.standing == "accepted" else "model" if "model" in by else "rules"
    return {
        "digest": paper.digest,
        "file": paper.file,
        "kind": paper.kind,
        "decided_by": decided_by,
        "values": {name: each.value for name, each in paper.values.items() if each.value},
        "lines": [(each.text, each.amount) for each in paper.lines],
    }


def outcome_of(papers: Sequence[Paper], told: Told) -> list[Paper]:
    """The papers with what the database said to them."""
    if not told["refused"]:
        return [
            each.settled("stored", "")
            if each.digest in told["stored"]
            else each.settled("present", "Another run stored this very file meanwhile.")
            for each in papers
        ]
    guilty = next(each.file for each in papers if each.digest == told["refused"])
    return [
        each.settled(
            "rolled_back",
            f"The database refused it: {told['reason']}."
            if each.file == guilty
            else f"Its batch was rolled back: the database refused {guilty!r} ({told['reason']}).",
        )
        for each in papers
    ]
