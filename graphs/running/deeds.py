"""Doing a deed once: the intent noted, the function run, the result noted.

Written once, as a generator of what is to be written and called; it is carried out by waiting or
by awaiting.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, TypeVar, assert_never

from langgraph.errors import GraphBubbleUp
from pydantic import ValidationError as PydanticError

from ...checkpoints.calls import Begun, Place, Wanted
from ...checkpoints.journal import Journal
from ...state.canonical import digest_of
from ...state.errors import DalsegnoError, DecisionError, UnknownOutcomeError, ValidationError
from ...state.journal import (
    KEY_PARAMETER,
    Deed,
    Done,
    NotDone,
    Outcome,
    Unknown,
    check_deed,
    given,
    is_surely_undone,
)
from ...state.review import Approve, Edit, Reject, Respond
from .kept import Serde, as_given, kept, kept_args, named, restored
from .questions import Questions, decided, request_about

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Write:
    """Something for the journal to write; what it gives is sent back."""

    work: Callable[[sqlite3.Connection], Any]  # Any: what a work gives is its own
    what: str


@dataclass(frozen=True, kw_only=True)
class Invoke:
    """A function of the author's to be called; what it gives is sent back."""

    function: Callable[..., Any]  # Any: a function of the author's
    args: Mapping[str, object]


class NeverBegunError(asyncio.CancelledError):
    """Whoever carries it out was cancelled before the function was called."""


#: Any, below: what is sent back is as different as what was asked for.
Steps = Generator[Write | Invoke, Any, Outcome[T]]


@dataclass(kw_only=True)
class Execution:
    """One execution of one task: where it stands, and the calls that it made so far."""

    place: Place
    questions: Questions
    seen: Counter[tuple[str, str, str | None]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def occurrence(self, name: str, digest: str, salt: str | None) -> int:
        """How often the same call was made before it, in order of arrival."""
        with self.lock:
            before = self.seen[name, digest, salt]
            self.seen[name, digest, salt] += 1
            return before


@dataclass(frozen=True, kw_only=True)
class Doing:
    """A deed with all that doing it takes.

    ``counted`` are tokens whose cost was told before; ``keyed`` says that its function takes the
    call's key.
    """

    deed: Deed[Any]  # Any: of whatever it gives
    journal: Journal
    execution: Execution
    serde: Serde
    counted: frozenset[str] = frozenset()
    keyed: bool = False

    @property
    def place(self) -> Place:
        return self.execution.place


def steps(doing: Doing) -> Steps[Any]:  # Any: as in Doing
    """What doing a deed takes, one thing at a time.

    Raises:
        ValidationError: it cannot be called, told from others or kept; or its result cannot.
        LeaseError: the thread is another's.
        UnknownOutcomeError: a person gave it up.
    """
    deed, execution = doing.deed, doing.execution
    doing = replace(doing, keyed=check_deed(deed))
    wanted, since = _wanted(doing), monotonic()
    begun: Begun = yield Write(work=doing.journal.begin(doing.place, wanted), what="intent")
    execution.questions.restore(begun.answered)
    answers = [execution.questions.take(each.index) for each in begun.questions]
    match begun.standing:
        case "run":
            return (yield from _run(doing, begun, since))
        case "done":
            return _known(doing, begun)
        case "given up":
            raise _given_up(doing, begun.error or "")
        case "unknown" | "elsewhere":
            told = [
                replace(each, answer=answer)
                for each, answer in zip(begun.questions, answers, strict=True)
            ]
            # An answer that the journal has led to something already: this doubt is another one.
            fresh = bool(told) and begun.questions[-1].answer is None
            answer = told[-1].answer if fresh else None
            return (yield from _in_doubt(doing, replace(begun, questions=tuple(told)), answer))
        case _:
            assert_never(begun.standing)


def _wanted(doing: Doing) -> Wanted:
    deed = doing.deed
    digest = digest_of(deed.args, call=deed.name)
    undo = named(deed.undo, deed.name)
    return Wanted(
        name=deed.name,
        digest=digest,
        effect=deed.effect,
        occurrence=doing.execution.occurrence(deed.name, digest, deed.salt),
        salt=deed.salt,
        undo=undo,
        undo_args=None if undo is None else kept_args(deed, doing.serde),
    )


#: After so many seconds between an intent and its function it is looked whose the thread is.
_STALE = 0.1


def _run(doing: Doing, begun: Begun, since: float) -> Steps[Any]:  # Any: as in Doing
    """The function, and what came of it. ``since`` is when the intent began to be noted."""
    deed, journal = doing.deed, doing.journal
    journal.database.reach("before effect")
    if monotonic() - since > _STALE:
        # The process may have been frozen meanwhile, and another may have done it.
        yield Write(work=journal.held(doing.place), what="look")
    try:
        key = {KEY_PARAMETER: begun.key} if doing.keyed else {}
        value = yield Invoke(function=deed.function, args={**deed.args, **key})
    except NeverBegunError:
        yield Write(work=journal.failed(begun, "failed", "stopped before it began"), what="result")
        raise
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        safe = deed.effect != "external" or is_surely_undone(error)
        failed = journal.failed(begun, "failed" if safe else "unknown", told)
        yield Write(work=failed, what="result")
        raise
    journal.database.reach("after effect")
    try:
        data = kept(value, deed, doing.serde)
    except DalsegnoError as error:
        # It was done, and that at least must be known; other effects may be done again.
        lost = journal.done(begun, None, error.message)
        if deed.effect != "external":
            lost = journal.failed(begun, "failed", error.message)
        yield Write(work=lost, what="result")
        raise
    yield Write(work=journal.done(begun, data), what="result")
    return Outcome(value=value, token=begun.token)


def _known(doing: Doing, begun: Begun) -> Outcome[Any]:  # Any: as in Doing
    if begun.kept is None:
        raise ValidationError(
            f"The call {doing.deed.name!r} was made, and it is not made again. {begun.error}",
            fix="Let its function return plain data, and repair the thread with update_state.",
        )
    value = restored(begun.kept, doing.deed, doing.serde)
    return Outcome(value=value, token=begun.token, counted=begun.token in doing.counted)


def _in_doubt(doing: Doing, begun: Begun, answer: object) -> Steps[Any]:  # Any: as in Doing
    """A call that may have been made: its reconcile function is asked, and then a person."""
    if answer is not None:
        return (yield from _decided(doing, begun, answer))
    deed, journal = doing.deed, doing.journal
    if begun.standing != "unknown" or deed.reconcile is None:
        return (yield from _paused(doing, begun))
    found, note = yield from _found_out(doing, begun)
    match found:
        case Done(value=value):
            settled = journal.settled(doing.place, begun, kept(value, deed, doing.serde))
            yield Write(work=settled, what="result")
            return Outcome(value=value, token=begun.token)
        case NotDone():
            since = monotonic()
            begun = yield Write(work=journal.again(doing.place, begun), what="intent")
            return (yield from _run(doing, begun, since))
        case Unknown():
            return (yield from _paused(doing, begun, note))
        case _:
            assert_never(found)


def _found_out(
    doing: Doing, begun: Begun
) -> Generator[Write | Invoke, Any, tuple[Done | NotDone | Unknown, str]]:  # Any: as above
    """What the reconcile function says, and why that is of no use: then a person has to know."""
    deed = doing.deed
    assert deed.reconcile is not None
    asked = given(deed.reconcile, deed.args, begun.key)
    try:
        found = yield Invoke(function=deed.reconcile, args=asked)
        if isinstance(found, Done):
            kept(found.value, deed, doing.serde)
    except GraphBubbleUp:
        raise
    except Exception as error:  # an author's function may raise anything
        told = error.message if isinstance(error, DalsegnoError) else repr(error)
        return Unknown(), f"Its reconcile function could not tell: {told:.500}"
    if isinstance(found, Done | NotDone | Unknown):
        return found, ""
    return Unknown(), (
        f"Its reconcile function returned {found!r:.200}, which is none of Done(value), NotDone() "
        "and Unknown()."
    )


def _paused(doing: Doing, begun: Begun, note: str = "") -> Steps[Any]:  # Any: as in Doing
    """The execution ends with a question to a person."""
    request = request_about(doing.deed, begun, doing.place.step, note)
    pause = doing.execution.questions.ask(begun, request)
    # Whoever ends the execution notes whose question it is, also when it is another's.
    asked = doing.journal.asked(doing.place, pause.begun, pause.questions)
    yield Write(work=asked, what="question")
    raise pause.error


def _decided(doing: Doing, begun: Begun, answer: object) -> Steps[Any]:  # Any: as in Doing
    """What a person decided is noted with what follows from it, so that it is asked once."""
    deed, journal, place = doing.deed, doing.journal, doing.place
    try:
        decision = decided(answer, deed.name)
        value = as_given(decision.args["result"], deed) if isinstance(decision, Edit) else None
    except (DecisionError, PydanticError) as error:
        return (yield from _paused(doing, begun, f"The last answer does not fit. {error}"))
    match decision:
        case Approve():
            since = monotonic()
            begun = yield Write(work=journal.again(place, begun, begun.questions), what="intent")
            return (yield from _run(doing, begun, since))
        case Edit():
            data = kept(value, deed, doing.serde)
            settled = journal.settled(place, begun, data, questions=begun.questions)
            yield Write(work=settled, what="result")
            return Outcome(value=value, token=begun.token)
        case Reject(message=message):
            gone = journal.settled(place, begun, None, error=message, questions=begun.questions)
            yield Write(work=gone, what="result")
            raise _given_up(doing, message)
        case Respond():
            raise AssertionError("check_decision lets no question pass.")
        case _:
            assert_never(decision)


def _given_up(doing: Doing, message: str) -> UnknownOutcomeError:
    because = f": {message}" if message else "."
    return UnknownOutcomeError(
        f"The call {doing.deed.name!r} was given up by a person{because}",
        fix="Give the step's result by hand with update_state, or start a new run.",
        node=doing.place.levels[-1].name.partition("#")[0],
        thread=doing.place.thread,
    )
