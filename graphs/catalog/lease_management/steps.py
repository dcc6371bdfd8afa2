"""The steps from the documents to what needs a decision: read, amend, compare, count, tell."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.documents.files import read_file
from ....nodes.offline.guard import guarded
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
    papers = [paper_of(read_file(each)) for each in document_files(state.documents)]
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
    number = number_of(clauses_of(papers[0] if contract is None else contract)).value
    known = call(
        "portfolio", stored, {"path": _portfolio(state), "lease": number or ""}, effect="pure"
    )
    if contract is None and known is None:
        raise InputError(
            f"There is an amendment only, and no lease {number or 'like it'} in the portfolio.",
            fix="Give the lease as well, or name the portfolio that has it.",
        )
    model = context_of(runtime).model
    told = "does not judge clauses that its rules do not know"
    return {
        "contract": contract,
        "amendments": amendments,
        "known": None if known is None else Terms.model_validate_json(known),
        "today": state.as_of or date.fromisoformat(call("today", _today, {}, effect="pure")),
        "hosted": model != OFFLINE and contract is not None,
        "notes": [*_notes(papers), *offline_note(model, told)],
    }


def _portfolio(state: State) -> str | None:
    """The one that was named, else the one that runs with this directory write."""
    beside = None if state.out is None else str(Path(state.out) / "leases.db")
    return state.portfolio or beside


def _today() -> str:
    return date.today().isoformat()


def _notes(papers: list[Paper]) -> list[str]:
    notes = []
    for each in papers:
        if not is_english(Source(each.text)):
            notes.append(f"{each.name} does not read as English: little is understood by rule.")
        if guarded(each.text, "").left_out:
            notes.append(f"{each.name} gives its reader orders; they were not followed.")
    return notes


def stored(path: str | None, lease: str) -> str | None:
    """The terms of a lease as the portfolio has them."""
    if path is None or not lease or not Path(path).is_file():
        return None
    with closing(
        sqlite3.connect(f"file:{Path(path).as_posix()}?mode=ro", uri=True, timeout=30)
    ) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'leases'").fetchone():
            return None
        row = db.execute("SELECT terms FROM leases WHERE lease = ?", (lease,)).fetchone()
    return None if row is None else str(row[0])


def by_rule_only() -> Update:
    """The agent did not read the lease, or not so that the lease bears it."""
    says = "No agent's reading of the lease held: it was read by rule only. Compare the terms."
    return {"unread": says}


def settle_terms(
    contract: Paper | None,
    amendments: tuple[Paper, ...],
    known: Terms | None = None,
    reading: LeaseReading | None = None,
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
        terms, told = amended(terms, each)
        findings += told
    findings += compared(terms, known, amendments)
    return {"terms": terms, "findings": findings}


def count(terms: Terms, today: date, index_rate: float | None = None) -> Update:
    """Key dates and rent, by rule."""
    return {
        "dates": key_dates(terms, today),
        "schedule": rent_schedule(terms, today, index_rate),
        "notes": [
            f"No {what} was found: {reason}"
            for what, value, reason in (
                (
                    "end of the lease",
                    terms.end.value,
                    terms.end.reason or "see the contradictions.",
                ),
                ("period of notice", terms.notice.value, terms.notice.reason),
                ("rent", terms.rent.value, terms.rent.reason),
            )
            if value is None
        ],
    }


def need(state: State) -> Update:
    """What a person must see now: what is due in time, what the clauses do not agree on, and that
    only the rules read a lease that an agent was to read as well."""
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
    told = [f"Contradiction: {each.says}" for each in state.findings]
    if state.terms is not None and state.terms.end.value is None and not told:
        told.append("The end of the lease is not known.")
    attention = [*told, *([state.unread] if state.unread is not None else []), *soon]
    # What is past is worth knowing beside something to do, and is nothing to do by itself.
    return {
        "attention": [*attention, *passed] if attention else [],
        "action": "ask" if told else "nothing",
    }
