"""The person's part: what is shown, the letter that the decision makes, and what is then done."""

import csv
import io
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.amounts import shown
from ....nodes.outbox import Message, put_message
from ....nodes.output import run_directory, write_whole
from ....nodes.questions import answer_from_papers
from ....nodes.run_context import context_of
from ....nodes.timeline import written
from ....state.context import RunContext
from ....state.errors import ResourceError
from ...calling import call, door
from .schema import State, Terms
from .terms import length

Update = dict[str, object]


def case(state: State) -> str:
    """Everything that the person should know before deciding."""
    terms = state.terms
    if terms is None:
        return "The lease could not be read."
    fault = state.letter_fault
    lines = [
        *([f"The letter cannot go like this: {fault}"] if fault is not None else []),
        f"Lease {terms.lease.value or 'without a number'}: {terms.landlord.value or 'unknown'} "
        f"lets {terms.premises.value or 'unknown premises'} to {terms.tenant.value or 'unknown'}.",
        f"From {terms.start.value or 'unknown'} to {terms.end.value or 'unknown'}; "
        f"rent {_rent(state, terms)}.",
        *(f"- {each}" for each in state.attention),
    ]
    if state.findings:
        lines.append("What the clauses say:")
        lines += [f"    {quote}" for each in state.findings for quote in each.evidence]
    lines.append(f"Proposed: {state.action}. To choose: renew, give_notice, ask, nothing.")
    lines += [f"Note: {note}" for note in dict.fromkeys(state.notes)]
    if state.answer is not None:
        lines.append(f"You asked; the papers: {state.answer}")
    return "\n".join(lines)


def _rent(state: State, terms: Terms) -> str:
    """What is paid on the day that we count from, else what the lease states."""
    rent, today = terms.rent, state.today
    per = {1: "month", 3: "quarter", 12: "year"}.get(rent.months or 0)
    now = (e.amount for e in state.schedule if today is not None and e.due <= today <= e.until)
    value = next(now, rent.value)
    if value is None:
        return "unknown"
    return f"{shown(value, rent.currency)} a {per}" if per else shown(value, rent.currency)


async def answer(state: State, runtime: Runtime[RunContext]) -> Update:
    """A question of the person's, answered from the lease and its amendments."""
    asked = state.letter_approval or state.decision
    papers = [*([state.contract] if state.contract else []), *state.amendments]
    model = context_of(runtime).model
    question = asked.message if asked is not None else ""
    said, usage = await answer_from_papers(
        papers, question, model=model, step="answer", door=door()
    )
    return {"answer": said, "usage": usage}


def write(state: State) -> Update:
    """The letter that the decision makes, with the lease's own clauses."""
    terms = state.terms
    assert terms is not None  # the steps before this one wrote them
    us, them = (
        (terms.tenant, terms.landlord) if state.we == "tenant" else (terms.landlord, terms.tenant)
    )
    body = {"renew": _renewal, "give_notice": _notice, "ask": _questions}[state.action](
        state, terms
    )
    about = f"Lease {terms.lease.value or ''}: {terms.premises.value or 'the premises'}".strip()
    name = them.value or f"The {'landlord' if state.we == 'tenant' else 'tenant'}"
    text = [written(state.today), "", f"Dear {name},", "", about, "", *body, ""]
    letter = "\n".join([*text, "Yours faithfully", us.value or f"The {state.we}"])
    return {"letter": letter, "to": name, "answer": None, "notes": _warnings(state)}


def _warnings(state: State) -> list[str]:
    """What speaks against the letter that was chosen."""
    wanted = {"renew": "renewal", "give_notice": "notice"}.get(state.action)
    if wanted is None:
        return []
    day = next((each for each in state.dates if each.name == wanted), None)
    if day is None:
        return [f"No last day for the {wanted} was found: check the lease before this is sent."]
    late = day.days_left < 0
    return [f"The last day for the {wanted} was {day.day}: this letter is late."] if late else []


def _renewal(_state: State, terms: Terms) -> list[str]:
    span = terms.renewal.value
    for_long = f" for a further term of {length(*span.length)}" if span is not None else ""
    clause = _clause(terms.renewal_notice.sentence or terms.renewal.sentence)
    return [
        f"we hereby renew this lease{for_long} from the day after {written(terms.end.value)}.",
        *clause,
    ]


def _notice(_state: State, terms: Terms) -> list[str]:
    clause = _clause(terms.notice.sentence)
    return [f"we hereby give notice to end this lease on {written(terms.end.value)}.", *clause]


def _clause(sentence: str | None) -> list[str]:
    return [] if sentence is None else ["", f'The lease says: "{sentence}"']


def _questions(state: State, _terms: Terms) -> list[str]:
    asked = [f"  - {each.says}" for each in state.findings]
    if not asked:
        return ["please tell us how you intend to go on with this lease."]
    return ["in our copies of this lease we find the following. Please tell us what holds:", *asked]


def schedule_csv(state: State) -> str:
    """The rent schedule as a sheet."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["due", "until", "amount", "currency", "note"])
    rows.writerows([e.due, e.until, f"{e.amount:.2f}", e.currency, e.note] for e in state.schedule)
    return text.getvalue()


def settle(state: State, runtime: Runtime[RunContext]) -> Update:
    """The portfolio, the sheet and the letter, if there is one: each once."""
    terms = state.terms
    assert terms is not None  # written long before
    folder = run_directory(context_of(runtime), state.out).absolute()
    name = terms.lease.value or _derived(terms)
    portfolio = state.portfolio or str(folder / "leases.db")
    entry = {"lease": name, "terms": terms.model_dump_json(), "action": state.action}
    more = {"seen": str(state.today), "ends": str(terms.end.value or "")}
    call("store_lease", store, {"path": portfolio, "entry": {**entry, **more}}, effect="idempotent")
    safe = "".join(char if char.isalnum() or char in "-_" else "-" for char in name)
    sheet = {"path": folder / f"{safe}-rent.csv", "data": schedule_csv(state).encode()}
    artifacts = [call("write_schedule", write_whole, sheet, effect="idempotent"), portfolio]
    done = {
        "renew": "renewed",
        "give_notice": "notice_given",
        "ask": "asked",
        "nothing": "recorded",
    }
    if state.action != "nothing":
        message = Message(to=state.to, subject=f"Lease {name}", body=state.letter)
        key = f"{safe}-{state.action}-{state.today}"
        args = {"folder": str(folder / "outbox"), "message": message, "key": key}
        artifacts.insert(0, call("send", put_message, args, effect="idempotent"))
    return {"outcome": done[state.action], "artifacts": artifacts}


def _derived(terms: Terms) -> str:
    """A lease without a number is known by who lets what to whom."""
    parts = (terms.landlord.value, terms.tenant.value, terms.premises.value)
    known = "|".join((each or "").lower() for each in parts)
    return f"lease-{sha256(known.encode()).hexdigest()[:10]}"


def store(path: str, entry: dict[str, str]) -> bool:
    """Enter a lease's terms as they hold now; the same again changes nothing.

    Raises:
        ResourceError: the portfolio cannot be written.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(sqlite3.connect(path, timeout=30)) as db, db:
            db.execute(
                "CREATE TABLE IF NOT EXISTS leases (lease TEXT PRIMARY KEY, terms TEXT NOT NULL,"
                " ends TEXT, action TEXT, seen TEXT)"
            )
            db.execute(
                "INSERT OR REPLACE INTO leases VALUES (:lease, :terms, :ends, :action, :seen)",
                entry,
            )
    except sqlite3.Error as error:
        raise ResourceError(
            f"The portfolio {path!r} cannot be written: {error}.",
            fix="Check the file; then resume.",
        ) from error
    return True


def close(state: State) -> Update:
    """A person said no, or never approved a letter that may go: the portfolio stays as it was."""
    said = state.letter_approval or state.decision
    if said is None or said.type != "reject":
        return {"outcome": "withheld", "notes": [f"Not sent: {state.letter_fault}"]}
    because = f": {said.message}" if said.message else "."
    return {"outcome": "rejected", "notes": [f"Set aside by a person{because}"]}
