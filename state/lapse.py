"""By when a review is to be decided, and what happens by itself after that, from plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from .answers import Action, actions_of
from .errors import DecisionError
from .review import Approve, Edit, Reject, parse_decision

#: Who is written down as the one that decided when a deadline did.
BY_DEADLINE = "deadline"
#: A hundred years, in seconds: the time after it still has a date.
_LONGEST = 3_155_760_000.0


@dataclass(frozen=True, kw_only=True)
class Expire:
    """Nobody decided, and nothing is decided: the run fails, and resuming it asks again."""


@dataclass(frozen=True, kw_only=True)
class Settle:
    """The decision that was agreed on beforehand is taken."""

    decision: Approve | Edit | Reject


@dataclass(frozen=True, kw_only=True)
class HandOn:
    """The ticket goes to another person, who has ``within`` seconds (None: all the time).

    ``then`` is what happens when that time has passed, too.
    """

    to: str
    within: float | None
    then: Mapping[str, object]


Lapse = Expire | Settle | HandOn


def lapse_of(policy: Mapping[str, object] | None) -> Lapse:
    """What a ticket says of its deadline: ``{"do": "approve"}``, ``{"edit": {...}}``,
    ``{"escalate": name, "deadline": seconds, "then": {...}}``; nothing said is ``expire``.

    Raises:
        DecisionError: it says none of these.
    """
    found = policy or {"do": "expire"}
    do, to, then = found.get("do"), found.get("escalate"), found.get("then")
    if do == "expire":
        return Expire()
    if isinstance(to, str):
        return HandOn(
            to=to,
            within=_seconds(found.get("deadline")),
            then=then if isinstance(then, Mapping) else {},
        )
    made = {"type": "edit", "args": found["edit"]} if "edit" in found else {"type": do}
    decision = parse_decision(made)
    if not isinstance(decision, Approve | Edit | Reject):
        raise DecisionError(
            f"A deadline cannot {do!r}.",
            fix="It can: expire, approve, reject, edit, escalate.",
        )
    return Settle(decision=decision)


def agreed(policy: Mapping[str, object] | None) -> Lapse:
    """As ``lapse_of``; what nobody understands expires, so that no ticket is in another's way."""
    try:
        return lapse_of(policy)
    except DecisionError:
        return Expire()


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Whom a request is for, how many seconds they have, and what happens after that.

    ``unfit`` says why what the request has for that cannot be done; then it expires.
    """

    assignee: str | None = None
    within: float | None = None
    on_deadline: Mapping[str, object] | None = None
    unfit: str | None = None


def terms_of(request: Mapping[str, object]) -> Terms:
    """The terms of a request, as far as it says any that can be kept."""
    configs = request.get("review_configs")
    first = configs[0] if isinstance(configs, list) and configs else {}
    if not isinstance(first, Mapping):
        return Terms()
    assignee, then = first.get("assignee"), first.get("on_deadline")
    unfit = None if then is None else _unfit(then, actions_of(request))
    return Terms(
        assignee=assignee if isinstance(assignee, str) else None,
        within=_seconds(first.get("within")),
        on_deadline=then if isinstance(then, Mapping) and unfit is None else None,
        unfit=unfit,
    )


def _unfit(policy: object, actions: tuple[Action, ...]) -> str | None:
    """Why a deadline cannot do that to these actions; None when it can."""
    if not isinstance(policy, Mapping):
        return f"A deadline's policy is an object, not {type(policy).__name__}."
    try:
        lapse = lapse_of(policy)
    except DecisionError as error:
        return error.message
    match lapse:
        case Expire():
            return None
        case HandOn(then=then):
            return _unfit(then, actions)
        case Settle(decision=Edit()) if len(actions) > 1:
            return "A deadline cannot edit several actions."
        case Settle(decision=decision):
            refusing = [each.name for each in actions if decision.type not in each.allowed]
            return f"{refusing[0]!r} does not take {decision.type!r}." if refusing else None
        case _:
            assert_never(lapse)


def _seconds(value: object) -> float | None:
    """A length of time, if it is one at whose end there is a date."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= _LONGEST else None
