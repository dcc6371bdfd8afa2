"""Gates on what a step did outside: did the other side take it, and was somebody told."""

import re
from collections.abc import Mapping

from pydantic import BaseModel

from ...state.verdicts import Verdict
from .gate import Gate, OfField, Subject, failed, judged, shown
from .walk import Node, children, is_empty, number_of, places, roots_of, walk

_REFUSED = re.compile(
    r"\s*(?:fail\w*|error\w*|err|no|none|null|false|not\b.*|timeout|timed out|denied|refused|"
    r"rejected|cancell?ed|aborted|unavailable|unauthori[sz]ed|forbidden|pending|queued|unknown)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"\s*(?:HTTP(?:/[\d.]+)?\s+)?([1-5]\d\d)\b", re.IGNORECASE)
#: By which of its fields a record tells how it went, the surest first.
_OUTCOME = "error errors ok success succeeded status_code status code state result".split()
_FAULTS = frozenset({"error", "errors"})


class Integration(OfField):
    """Parameters of ``integration_success``."""


def integration_success(subject: Subject, params: Integration) -> Verdict:
    """Whether what another system answered says that it went well."""
    roots = roots_of(subject, params.field)
    if isinstance(roots, Verdict):
        return roots
    answers = [answer for root in roots for answer in _answers(root)]
    wrong = [
        f"{node.path!r} is {shown(node.value)}, which is no success."
        for node, well in answers
        if not well
    ]
    return judged(
        wrong,
        of=len(answers),
        good=f"All {len(answers)} answers say that it went well.",
        fix="Call the other system again, or report that it failed.",
    )


def _answers(root: Node) -> list[tuple[Node, bool]]:
    """The values that tell how it went, each with whether it went well."""
    found: list[tuple[Node, bool]] = []
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        parts = {key: each for key, each, _ in children(node.value) or []}
        telling = [key for key in _OUTCOME if key in parts and key not in _FAULTS]
        faults = [key for key in _OUTCOME if key in _FAULTS and not is_quiet(parts.get(key))]
        if isinstance(node.value, list | tuple) and parts and depth < 20:
            below = (
                Node(path=f"{node.path}.{key}", key=key, value=each) for key, each in parts.items()
            )
            waiting.extend((each, depth + 1) for each in below)
        elif faults:
            found.append(
                (Node(path=f"{node.path}.{faults[0]}", key="", value=parts[faults[0]]), False)
            )
        elif telling:
            key = telling[0]
            inner = Node(path=f"{node.path}.{key}", key=key, value=parts[key])
            found.append((inner, went_well(inner.value)))
        else:
            found.append((node, went_well(node.value)))
    return found


def is_quiet(value: object) -> bool:
    """Whether an error field reports none."""
    return is_empty(value) or value is False or number_of(value) == 0


def went_well(value: object) -> bool:
    """Whether one value says so: a 2xx code, a word that refuses nothing, anything there is."""
    number = number_of(value)
    if number is not None:
        return 200 <= number < 300 if 100 <= number < 600 else number > 0
    if isinstance(value, str):
        code = _CODE.match(value)
        return code[1][0] == "2" if code else bool(value.strip()) and not _REFUSED.match(value)
    return value is not False and not is_empty(value)


_RECIPIENT = frozenset(
    "recipient recipients to sent_to notified channel email user assignee phone webhook".split()
)
_MARK = frozenset(
    "id message_id notification_id receipt_id reference time timestamp at sent sent_at created_at "
    "delivered_at notified_at date".split()
)


class Notification(OfField):
    """Parameters of ``downstream_notification``."""


def downstream_notification(subject: Subject, params: Notification) -> Verdict:
    """Whether a record says whom a notification went to, and when or under which id."""
    roots = roots_of(subject, params.field)
    if isinstance(roots, Verdict):
        return roots
    records = [node for node in walk(roots) if _names(node, _RECIPIENT | _MARK)]
    if params.field is None:
        records = [node for node in records if _names(node, _RECIPIENT)]
    if not records:
        return failed(
            f"No record of a notification is in {places(roots)}. Notify the next step's owner and "
            "write down the 'recipient' and the 'sent_at' or 'id'."
        )
    wrong = [told for node in records if (told := _lacks(node))]
    return judged(
        wrong,
        of=len(records),
        good=f"All {len(records)} notifications name their recipient and their time or id.",
        fix="Write down both for every notification that was sent.",
    )


def _names(node: Node, keys: frozenset[str]) -> dict[str, object]:
    """Those of a record's fields that are called so."""
    if not isinstance(node.value, Mapping | BaseModel) and not hasattr(
        type(node.value), "__dataclass_fields__"
    ):
        return {}
    return {key: each for key, each, _ in children(node.value) or [] if key.lower() in keys}


def _lacks(node: Node) -> str | None:
    told = {
        "recipient": _names(node, _RECIPIENT),
        "time or id": _names(node, _MARK),
    }
    lacking = [what for what, held in told.items() if all(map(is_empty, held.values()))]
    return f"The notification {node.path!r} has no {' and no '.join(lacking)}." if lacking else None


DELIVERY_GATES = (
    Gate(
        name="integration_success",
        phase="during",
        params=Integration,
        check=integration_success,
        description="What another system answered says that it went well.",
    ),
    Gate(
        name="downstream_notification",
        phase="during",
        params=Notification,
        check=downstream_notification,
        description="A record says who was notified, and when or under which id.",
    ),
)
