"""The steps from the documents to what needs a decision: read, amend, compare, count, tell."""

from datetime import date
from hashlib import sha256
from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.documents.files import read_file
from ....nodes.offline.language import is_english
from ....nodes.offline.notes import offline_note
from ....nodes.offline.source import Source
from ....nodes.papers import Paper, paper_of
from ....nodes.run_context import context_of
from ....state.context import OFFLINE, RunContext
from ....state.errors import InputError
from ...calling import call
from .amendments import amended, compared, dated, is_amendment
from .clauses import clauses_of
from .counting import key_dates, rent_schedule
from .doubts import lacking, one_party, without_orders_told
from .portfolio import stored
from .schema import Finding, LeaseReading, State, Terms, document_files
from .terms import number_of, terms_of, with_reading

Update = dict[str, object]
_NAMES = {
    "renewal": "Last day to renew",
    "notice": "Last day to give notice",
    "rent_increase": "Rent increase",
    "end": "End of the lease",
    "deposit_return": "Deposit due back",
}


def load(state: State, runtime: Runtime[RunContext]) -> Update:
    """The texts, told apart, and what the portfolio knows of this lease."""
    read = (paper_of(read_file(each)) for each in document_files(state.documents))
    papers, orders = without_orders_told(read)
    contracts = [each for each in papers if not is_amendment(each)]
    if len(contracts) > 1:
        names = " and ".join(repr(each.name) for each in contracts[:2])
        raise InputError(
            f"{names} are two leases.", fix="Give one lease and its amendments; run each by itself."
        )
    amendments = tuple(
        sorted((p for p in papers if is_amendment(p)), key=lambda p: (dated(p), p.name))
    )
    contract = contracts[0] if contracts else None
    if contract is None:
        key = number_of(clauses_of(papers[0])).value or ""
    else:
        key = key_of(terms_of(contract)[0], contract)
    portfolio = _portfolio(state)
    known = call("portfolio", stored, {"path": portfolio, "lease": key}, effect="pure")
    if contract is None and known is None:
        raise InputError(
            f"There is an amendment only, and no lease {key or 'like it'} in the portfolio.",
            fix="Give the lease as well, or name the portfolio that has it.",
        )
    model = context_of(runtime).model
    told = "does not judge clauses that its rules do not know"
    return {
        "contract": contract,
        "amendments": amendments,
        "key": key,
        "findings": orders,
        "known": None if known is None else Terms.model_validate_json(known),
        "entry": known,
        "today": state.as_of or date.fromisoformat(call("today", _today, {}, effect="pure")),
        "hosted": model != OFFLINE and contract is not None,
        "notes": [*_notes(papers), *offline_note(model, told)],
    }


def key_of(terms: Terms, contract: Paper | None) -> str:
    """By which the portfolio knows a lease: its number, else who lets what to whom.

    Where one of these could not be read, it is known by its text: two of them are never one.
    """
    if terms.lease.value is not None:
        return terms.lease.value
    parts = (terms.landlord.value, terms.tenant.value, terms.premises.value)
    known = "|".join((each or "").lower() for each in parts)
    if None in parts and contract is not None:
        known += f"|{contract.digest}"
    return f"lease-{sha256(known.encode()).hexdigest()[:10]}"


def _portfolio(state: State) -> str | None:
    """The one that was named, else the one that runs with this directory write."""
    beside = None if state.out is None else str(Path(state.out) / "leases.db")
    return state.portfolio or beside


def _today() -> str:
    return date.today().isoformat()


def _notes(papers: list[Paper]) -> list[str]:
    return [
        f"{each.name} does not read as English: little is understood by rule."
        for each in papers
        if not is_english(Source(each.text)) and not _has_labels(each)
    ]


def _has_labels(paper: Paper) -> bool:
    """A form has few of the small words by which English is told, but it has English labels."""
    if is_amendment(paper):
        return number_of(clauses_of(paper)).value is not None
    terms, _ = terms_of(paper)
    facts = (terms.landlord, terms.tenant, terms.premises, terms.start, terms.end, terms.rent)
    return sum(each.value is not None for each in facts) > 2


def by_rule_only() -> Update:
    """The agent did not read the lease, or not so that the lease bears it."""
    says = "No agent's reading of the lease held: it was read by rule only. Compare the terms."
    return {"unread": says}


def settle_terms(
    contract: Paper | None,
    amendments: tuple[Paper, ...],
    known: Terms | None = None,
    reading: LeaseReading | None = None,
    today: date | None = None,
) -> Update:
    """The terms as they hold now, and every contradiction on the way to them."""
    findings: list[Finding] = []
    if contract is not None:
        terms, findings = terms_of(contract)
        terms, told = with_reading(terms, reading, contract)
        findings += told
        # Amendments that the portfolio knows hold on, whether they are given again or not.
        terms = terms if known is None else terms.model_copy(update={"changes": known.changes})
    else:
        assert known is not None  # the step before refuses an amendment that is alone
        terms = known
    for each in amendments:
        terms, told = amended(terms, each, today)
        findings += told
    findings += [*one_party(terms), *compared(terms, known)]
    return {"terms": terms, "findings": findings}


def count(terms: Terms, today: date, index_rate: float | None = None) -> Update:
    """Key dates and rent, by rule."""
    return {
        "dates": key_dates(terms, today),
        "schedule": rent_schedule(terms, today, index_rate),
    }


def need(state: State) -> Update:
    """What a person must see now: what is due in time or was missed, what the clauses do not agree
    on or do not surely say, and that only the rules read a lease that an agent was to read too."""
    assert state.terms is not None  # the steps before this one wrote them
    soon = [
        f"{_NAMES[each.name]}: {each.day}, in {each.days_left} days. {each.rule}"
        for each in state.dates
        if 0 <= each.days_left <= state.horizon_days
    ]
    passed = [
        f"{_NAMES[each.name]} has passed: {each.day}. {each.rule}"
        for each in state.dates
        if each.days_left < 0 and each.name != "deposit_return"
    ]
    told = [f"{'To check' if e.ours else 'Contradiction'}: {e.says}" for e in state.findings]
    told += lacking(state.terms)
    if state.unread is not None:
        told.append(state.unread)
    asks = state.terms.end.value is None or any(not each.ours for each in state.findings)
    return {"attention": [*told, *soon, *passed], "action": "ask" if asks else "nothing"}
