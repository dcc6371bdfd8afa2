"""Asking a person about a call within a step, so that every answer finds its own question.

LangGraph matches a task's answers to its pauses by their order. That order is not to be trusted
here: calls may be parallel, and one that is known by now is not asked about again. So the journal
has the position of each question, and positions that were answered are passed over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from langgraph.errors import GraphInterrupt
from langgraph.types import Interrupt, _interrupt_id
from pydantic import BaseModel, ConfigDict, create_model
from pydantic_core import to_jsonable_python

from ...checkpoints.calls import Begun, Question
from ...state.review import (
    Approve,
    DecisionType,
    Edit,
    Reject,
    Respond,
    check_decision,
    decision_schema,
    parse_decision,
    review_request,
)

if TYPE_CHECKING:
    from ...state.journal import Deed

#: LangGraph's channel for a task's answers.
_RESUME = "__resume__"
_ALLOWED: tuple[DecisionType, ...] = ("approve", "edit", "reject")
#: Characters of an argument that a person is shown.
_SHOWN = 2_000


@dataclass(frozen=True, kw_only=True)
class Pause:
    """The one question that an execution of a task ends with, and the call that it is about."""

    error: GraphInterrupt
    begun: Begun
    questions: tuple[Question, ...]


@dataclass(kw_only=True)
class Questions:
    """The pauses of one execution of one task.

    ``pad`` is LangGraph's scratchpad of it, whose ``resume`` are the answers so far.
    """

    pad: Any  # Any: LangGraph's own, which it does not make public
    send: Callable[[Sequence[tuple[str, object]]], None]
    ns: str
    pause: Pause | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def restore(self, answered: Sequence[Question]) -> None:
        """Put back answers that a kill took from LangGraph before it had kept them."""
        with self.lock:
            for each in answered:
                if each.index == len(self.pad.resume):
                    # An answer that was given once more, to the pause that still shows: the first
                    # one stands, and no other question may have it.
                    self.pad.get_null_resume(True)
                    self.pad.resume.append(each.answer)

    def take(self, index: int) -> object:
        """The answer at a position, which is thereby passed over; None while there is none."""
        with self.lock:
            resume = self.pad.resume
            if index == len(resume):
                given = self.pad.get_null_resume(True)
                if given is not None:
                    resume.append(given)
            if index >= len(resume):
                return None
            self.pad.interrupt_counter()
            self.send([(_RESUME, list(resume))])
            found: object = resume[index]
            return found

    def ask(self, begun: Begun, request: Mapping[str, object]) -> Pause:
        """The pause that this execution ends with: for this call, unless another was before it."""
        with self.lock:
            if self.pause is None:
                index = len(self.pad.resume)
                put = Interrupt(
                    value=dict(request),
                    id=_interrupt_id(self.ns, index),
                    response_schema=decision_schema(),
                )
                before = tuple(each for each in begun.questions if each.index != index)
                self.pause = Pause(
                    error=GraphInterrupt((put,)),
                    begun=begun,
                    questions=(*before, Question(index=index)),
                )
            return self.pause


_WHAT: Mapping[Literal["unknown", "elsewhere"], str] = {
    "unknown": "The call {name!r} of the step {step!r} was begun, and nobody knows whether it "
    "happened{error}. Please find out. Approve: it did not happen, and is done now.",
    "elsewhere": "The call {name!r} of the step {step!r} was made before with the same "
    "arguments: by the run that this one was forked from, or before somebody took this one back. "
    "Approve: do it once more.",
}
_HOW = (
    " Edit the result: it happened, and this is what it gave; it is not done. Reject: give it up."
)


def request_about(
    deed: Deed[Any],  # Any: of whatever it gives
    begun: Begun,
    step: str,
    note: str = "",
) -> dict[str, object]:
    """What a person is asked about a call: its arguments, its key, and what may be decided."""
    kind: Literal["unknown", "elsewhere"]
    kind = "elsewhere" if begun.standing == "elsewhere" else "unknown"
    error = f" ({begun.error})" if begun.error else ""
    text = _WHAT[kind].format(name=deed.name, step=step, error=error) + _HOW
    return review_request(
        deed.name,
        args={"result": None, "arguments": _shown(deed.args), "key": begun.key},
        description=f"{text}\n{note}" if note else text,
        allowed=_ALLOWED,
    )


def _shown(args: Mapping[str, object]) -> dict[str, object]:
    plain = to_jsonable_python(dict(args), fallback=repr, serialize_unknown=True)
    return {
        name: value if len(str(value)) <= _SHOWN else f"{str(value)[:_SHOWN]}…"
        for name, value in plain.items()
    }


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


_FORM: type[BaseModel] = create_model("Result", __base__=_Form, result=(Any, ...))


def decided(answer: object, name: str) -> Approve | Edit | Reject | Respond:
    """What a person decided about the call of that name.

    Raises:
        DecisionError: it fits none of what was asked.
    """
    decision = parse_decision(answer)
    check_decision(decision, review=name, allowed=_ALLOWED, fields=_FORM)
    return decision
