"""What an agent gave as the record that its part needs: a decision, a plan, a turn, a message.

A model is held to a schema; an agent of the user's own may return anything, and a name that leads
nowhere would be passed over in silence. So both are read here, and what does not fit is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ...state.definition.flow import PlanWork, SpeakWork, TurnWork
from ...state.errors import WriteError
from ...state.names import nearest
from ...state.records import Assignment, Decision, Message, Plan, Turn

Record = TypeVar("Record", bound=BaseModel)
#: Any: messages, or mappings as a checkpoint gives them.
Chat = Iterable[Any]


def decision(found: object, step: str) -> Decision:
    """A decision; its text alone is its choice. One that is no case takes the fallback."""
    return _read(Decision, {"choice": found} if isinstance(found, str) else found, step)


def turn(found: object, work: TurnWork, step: str, said: Chat) -> Turn:
    """Whose turn it is; a name alone is the speaker's, and who names nobody leaves it to the
    rule."""
    made = _read(Turn, {"speaker": found} if isinstance(found, str) else found, step)
    if made.consensus:
        return made
    if not made.speaker:
        return next_speaker(said, work.participants)
    _known(made.speaker, work.participants, step, "a participant")
    return made


def message(found: object, work: SpeakWork) -> Message:
    """A participant's message; text alone is addressed to everybody."""
    step = f"{work.chat}_{work.agent.name}"
    if not isinstance(found, Message | Mapping):
        found = {"text": str(found)}
    given = {"speaker": work.agent.name, **found} if isinstance(found, Mapping) else found
    made = _read(Message, given, step)
    if made.to:
        _known(made.to, work.participants, step, "a participant")
    return made


def plan_of(found: object, work: PlanWork, step: str) -> Plan:
    """A plan with at most as many parts as may be."""
    made = _read(Plan, {"tasks": found} if isinstance(found, list | tuple) else found, step)
    for each in made.tasks:
        _known(each.worker, work.workers, step, "a worker")
    return Plan(tasks=made.tasks[: work.most])


def everybody(work: PlanWork) -> Plan:
    """The plan in which every worker does the whole task."""
    return Plan(tasks=[Assignment(worker=each, task=work.task) for each in work.workers])


def next_turn(said: Chat, participants: tuple[str, ...], *, before: object = None) -> Turn:
    """Whose turn it is without a manager; when everybody agrees there is nothing left to say.

    ``before`` is the turn before this one. Where that was a consensus the conversation begins
    again, and what led to it settles nothing: somebody speaks first.
    """
    latest = {each.speaker: each for each in _messages(said)}
    again = isinstance(before, Turn) and before.consensus
    if not again and len(latest) == len(participants) and all(m.agrees for m in latest.values()):
        return Turn(consensus=True, reason="Everybody agrees.")
    return next_speaker(said, participants)


def next_speaker(said: Chat, participants: tuple[str, ...]) -> Turn:
    """Whoever was addressed speaks next, otherwise the next in line."""
    last = next(reversed(_messages(said)), None)
    if last is None:
        return Turn(speaker=participants[0])
    if last.to in participants and last.to != last.speaker:
        return Turn(speaker=last.to, reason=f"{last.speaker} addressed them.")
    here = participants.index(last.speaker) if last.speaker in participants else -1
    return Turn(speaker=participants[(here + 1) % len(participants)])


def _messages(said: Chat) -> list[Message]:
    return [Message.model_validate(each) for each in said]


def _read(kind: type[Record], found: object, step: str) -> Record:
    if isinstance(found, kind):
        return found
    if isinstance(found, Mapping):
        found = {key: value for key, value in found.items() if value is not None}
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        what = kind.__name__.lower()
        raise WriteError(
            f"The step {step!r} needs a {what}, and its agent gave {found!r:.80}.",
            fix=f"Return a mapping with: {', '.join(kind.model_fields)}.",
            node=step,
        ) from error


def _known(name: str, names: Iterable[str], step: str, what: str) -> None:
    known = list(names)
    if name not in known:
        raise WriteError(
            f"The step {step!r} names {name!r}, who is not {what}{nearest(name, known)}.",
            fix=f"There are: {', '.join(known)}.",
            node=step,
        )
