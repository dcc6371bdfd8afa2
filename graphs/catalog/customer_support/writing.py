"""The reply: put together by rule from what was found, or a model's draft, weighed either way."""

from ....nodes.offline.notes import offline_note
from ....state.context import OFFLINE
from ....state.records import Failure
from .safety import unborne
from .schema import SURE, Action, Reply, State

Update = dict[str, object]

_NOT_YOURS = (
    "Your message names something that we do not find under the address that you write from. "
    "We speak of an order only with the person who placed it, at the e-mail address of the account."
)
_NOT_KNOWN = (
    "We find no account under the address that you write from. "
    "Please write to us from the e-mail address of the account."
)


def compose(state: State) -> Reply:
    """A reply of looked-up facts and quoted policy and nothing else; empty where none is."""
    case, account, received = state.case, state.account, state.received
    assert case and account and received  # the steps before wrote them
    parts = [] if case.question else list(state.facts)
    if account.status == "withheld":
        parts = [_NOT_YOURS]
    elif account.status == "unknown" and any("on no account" in each for each in case.reasons):
        parts = [_NOT_KNOWN]
    if state.action is not None:
        parts.append(f"You ask us for {_asked(state.action)}.")
    quotes = () if case.asked or account.status == "withheld" else case.quotes
    parts += [f"Our policy says ({each.heading}):\n“{plain(each.text)}”" for each in quotes]
    parts += [case.question] if case.question else []
    headings = tuple(dict.fromkeys(each.heading for each in quotes))
    return Reply(text="\n\n".join(parts), policies=headings, confidence=state.triage.confidence)


def _asked(action: Action) -> str:
    """What the customer wants; the amount of a refund is for the person to say."""
    match action.kind:
        case "refund":
            return f"a refund for order {action.order}"
        case "cancellation":
            return f"the cancellation of order {action.order}"
        case "address_change":
            return f"a change of your address to {action.new_address}"


def plain(text: str) -> str:
    """A passage on one line."""
    return " ".join(text.split())


def without_draft(state: State, failures: tuple[Failure, ...]) -> Update:
    """No draft passed, or none came: what was found by rule goes to a person, with the reason."""
    return {"draft": compose(state), "refused": failures[-1].message}


def weigh(state: State) -> Update:
    """The letter as it would be sent, and every reason why a person should see it first."""
    case, received, account, draft = state.case, state.received, state.account, state.draft
    assert case and received and account  # the steps before wrote them
    reasons = list(case.reasons)
    if state.refused:
        reasons.append(f"The drafts were given up: {state.refused}")
    elif not draft.text:
        reasons.append("There is nothing to answer with.")
    if case.way in {"general", "analysis"} and not state.refused:  # a model wrote it
        reasons += unborne(draft, state.facts, state.quotes)
    reasons += [f"Left unanswered: {each}" for each in draft.unanswered]
    if draft.confidence < SURE and not case.reasons and not case.question:
        reasons.append(f"The draft is not certain ({draft.confidence:.2f}).")
    if state.review == "always":
        reasons.append("A person sees every reply.")
    model = OFFLINE if state.offline else ""
    cannot = "does not write: the reply is made of facts and quoted policies"
    return {
        "reply": received.repeated or (letter(draft, account.name) if draft.text else None),
        "reasons": () if received.repeated else tuple(dict.fromkeys(reasons)),
        "notes": (*state.notes, *offline_note(model, cannot)),
    }


def letter(draft: Reply, name: str | None) -> str:
    """The draft with salutation, the policies that it cites, and signature."""
    cited = "".join(f"\n- {each}" for each in draft.policies if each not in draft.text)
    sources = f"\n\nOur policies on this:{cited}" if cited else ""
    return f"Dear {name or 'customer'},\n\n{draft.text}{sources}\n\nCustomer service"
