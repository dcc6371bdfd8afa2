"""From papers that are clear to rows: who came twice, the batch's transaction, and what it said."""

from collections.abc import Sequence

from ....nodes.blocking import in_thread
from ...calling import call
from .schema import TAKEN, Fault, Paper
from .storing import SAME_NUMBER, Stored, Told, known_invoices, number_key, put_rows, supplier_key


async def compare(papers: list[Paper], store: str) -> list[Paper]:
    """Invoices that are here or in the database already: a copy is left out, but another sum under
    the same number is for a person to look at."""
    known = await call("known invoices", _known, {"store": store}, effect="pure")
    first: dict[tuple[str, str], Paper] = {}
    clear = [each for each in papers if each.standing == "clear"]
    compared: list[Paper] = []
    for each in papers:
        paper = _with_stored(each, known)
        key = _key(paper)
        if key is not None and paper.standing in ("clear", "doubtful"):
            paper = _with_others(paper, first.get(key), [c for c in clear if _key(c) == key])
            if paper.standing == "clear":
                first[key] = paper
        compared.append(paper)
    return compared


async def _known(store: str) -> list[Stored]:
    return await in_thread(known_invoices, store)


def _key(paper: Paper) -> tuple[str, str] | None:
    values = paper.values
    if paper.kind != "invoice" or not all(n in values for n in ("supplier", "number", "total")):
        return None
    return supplier_key(values["supplier"].value), number_key(values["number"].value)


def _total(paper: Paper) -> str:
    return paper.values["total"].value


def _with_stored(paper: Paper, known: Sequence[Stored]) -> Paper:
    """Beside what the database has. The very same file is not compared: another run stored it."""
    key = _key(paper)
    if key is None or paper.standing not in ("clear", "doubtful", "accepted"):
        return paper
    for supplier, number, total, file, digest in known:
        if key != (supplier_key(supplier), number_key(number)) or digest == paper.digest:
            continue
        if total == _total(paper):
            return paper.settled("copy", f"The same invoice is in {file!r}, which is stored.")
        told = f"{file!r}, which is stored, has the same number and supplier and the total {total}"
        return _doubted(paper, Fault(field=TAKEN, message=f"{told}, not {_total(paper)}."))
    return paper


def _with_others(paper: Paper, first: Paper | None, clear: Sequence[Paper]) -> Paper:
    """Beside the other papers of the folder."""
    others = [each for each in clear if each.path != paper.path]
    other = next((each for each in others if _total(each) != _total(paper)), None)
    if other is not None:
        told = f"{other.file!r} has the same number and supplier and the total {_total(other)}"
        return _doubted(paper, Fault(field="copies", message=f"{told}, not {_total(paper)}."))
    same = first or (others[0] if others and paper.standing == "doubtful" else None)
    if same is not None:
        return paper.settled("copy", f"The same invoice is in {same.file!r}.")
    return paper


def _doubted(paper: Paper, fault: Fault) -> Paper:
    return paper.but(standing="doubtful", faults=(*paper.faults, fault))


async def integrate(batch: list[Paper], store: str) -> list[Paper]:
    """A batch in one transaction. Where the database refuses one of it, none of it is stored."""
    papers = [Paper.model_validate(each) for each in batch]
    rows = [row_of(each) for each in papers]
    told = await call("integrate", _put, {"store": store, "rows": rows}, effect="idempotent")
    return outcome_of(papers, told)


async def _put(store: str, rows: list[dict[str, object]], idempotency_key: str) -> Told:
    return await in_thread(put_rows, store, rows, idempotency_key)


async def integrate_one(paper: Paper, store: str) -> Paper:
    """What a person accepted, in a transaction of its own; not what the database has otherwise."""
    if paper.standing != "accepted":
        return paper
    known = await call("known invoices", _known, {"store": store}, effect="pure")
    compared = _with_stored(paper, known)
    if compared.standing != "accepted":
        return compared
    [stored] = await integrate([paper], store)
    if stored.standing != "rolled_back":
        return stored
    # The decision is not lost: the person is told, and asked again.
    field = TAKEN if stored.reason == _refusal(SAME_NUMBER) else "database"
    return _doubted(paper, Fault(field=field, message=stored.reason))


def row_of(paper: Paper) -> dict[str, object]:
    """A paper as the database is given it."""
    by = {each.by for each in paper.values.values()} | {each.by for each in paper.lines}
    by.add(paper.kind_by)
    decided_by = "person" if paper.standing == "accepted" else "model" if "model" in by else "rules"
    return {
        "digest": paper.digest,
        "file": paper.file,
        "kind": paper.kind,
        "decided_by": decided_by,
        "values": {name: each.value for name, each in paper.values.items() if each.value},
        "lines": [(each.text, each.amount) for each in paper.lines],
    }


def _refusal(reason: str) -> str:
    return f"The database refused it: {reason}."


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
            _refusal(told["reason"])
            if each.file == guilty
            else f"Its batch was rolled back: the database refused {guilty!r} ({told['reason']}).",
        )
        for each in papers
    ]
