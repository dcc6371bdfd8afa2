"""The person's part: what is shown, the letter that the decision makes, and what is then done."""

import csv
import io
import re
from hashlib import sha256

from langgraph.runtime import Runtime
from pydantic import TypeAdapter, ValidationError

from ....nodes.amounts import shown
from ....nodes.outbox import Message, Recipient, put_message
from ....nodes.output import run_directory, write_whole
from ....nodes.questions import answer_from_papers
from ....nodes.run_context import context_of
from ....nodes.timeline import written
from ....state.context import RunContext
from ...calling import call, door
from .portfolio import store
from .schema import State, Terms
from .telling import length

Update = dict[str, object]
#: What a choice does; a person who approves must know.
_MEANS = {
    "renew": "a letter that renews the lease",
    "give_notice": "a letter that ends it",
    "ask": "a letter that asks what holds",
    "nothing": "no letter; the terms are recorded as they are here, and a deadline is left to pass",
}
#: Stands in a letter where a person must write; while it does, the letter cannot go.
UNKNOWN_LEASE = "(write which lease)"


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
    lines.append(f"Proposed: {state.action}, that is {_MEANS[state.action]}.")
    others = (f"{name} ({means})" for name, means in _MEANS.items() if name != state.action)
    lines.append(f"Or choose: {'; '.join(others)}.")
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
    parts = [*filter(None, (terms.lease.value, terms.premises.value))] or [UNKNOWN_LEASE]
    about = f"Lease {'' if terms.lease.value else 'of '}{': '.join(parts)}"
    role = "landlord" if state.we == "tenant" else "tenant"
    greeting = f"Dear {them.value or 'Sir or Madam'},"
    text = [written(state.today), "", greeting, "", about, "", *body, ""]
    letter = "\n".join([*text, "Yours faithfully", us.value or f"The {state.we}"])
    to = them.value if _is_recipient(them.value) else f"The {role}"
    return {"letter": letter, "to": to, "answer": None, "notes": _warnings(state)}


def _is_recipient(name: str | None) -> bool:
    """Whether a letter can be addressed to what the lease calls the other side."""
    try:
        TypeAdapter(Recipient).validate_python(name)
    except ValidationError:
        return False
    return True


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
    end = terms.end.value
    since = "its last day" if end is None else written(end)
    return [f"we hereby renew this lease{for_long} from the day after {since}.", *clause]


def _notice(_state: State, terms: Terms) -> list[str]:
    clause = _clause(terms.notice.sentence)
    end = terms.end.value
    day = "the first day on which it can end" if end is None else written(end)
    return [f"we hereby give notice to end this lease on {day}.", *clause]


def _clause(sentence: str | None) -> list[str]:
    return [] if sentence is None else ["", f'The lease says: "{sentence}"']


def _questions(state: State, _terms: Terms) -> list[str]:
    asked = [f"  - {each.says}" for each in state.findings if not each.ours]
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
    name, safe = state.key, _file_name(state.key)
    portfolio = state.portfolio or str(folder / "leases.db")
    entry = {"lease": name, "terms": terms.model_dump_json(), "action": state.action}
    more = {"seen": str(state.today), "ends": str(terms.end.value or "")}
    kept = {"path": portfolio, "entry": {**entry, **more}, "seen_terms": state.entry}
    call("store_lease", store, kept, effect="idempotent")
    sheet = {"path": folder / f"{safe}-rent.csv", "data": schedule_csv(state).encode()}
    artifacts = [call("write_schedule", write_whole, sheet, effect="idempotent"), portfolio]
    done = {
        "renew": "renewed",
        "give_notice": "notice_given",
        "ask": "asked",
        "nothing": "recorded",
    }
    if state.action != "nothing":
        subject = "Lease " + "".join(char if char.isprintable() else " " for char in name)
        message = Message(to=state.to, subject=subject, body=state.letter)
        # Another letter is another message, though it is about the same on the same day.
        mark = sha256(f"{state.to}\n{state.letter}".encode("utf-8", "replace")).hexdigest()[:8]
        key = f"{safe}-{state.action}-{state.today}-{mark}"
        args = {"folder": str(folder / "outbox"), "message": message, "key": key}
        artifacts.insert(0, call("send", put_message, args, effect="idempotent"))
    return {"outcome": done[state.action], "artifacts": artifacts}


def _file_name(lease: str) -> str:
    """A lease's number as a file's name; "L/1" and "L-1" are two."""
    safe = re.sub(r"[^A-Za-z0-9_-]", "-", lease)
    if safe == lease and len(safe) < 60:
        return safe
    return f"{safe[:50]}-{sha256(lease.encode('utf-8', 'replace')).hexdigest()[:8]}"


def close(state: State) -> Update:
    """A person said no, or never approved a letter that may go: the portfolio stays as it was."""
    said = state.letter_approval or state.decision
    if said is None or said.type != "reject":
        return {"outcome": "withheld", "notes": [f"Not sent: {state.letter_fault}"]}
    because = f": {said.message}" if said.message else "."
    return {"outcome": "rejected", "notes": [f"Set aside by a person{because}"]}
