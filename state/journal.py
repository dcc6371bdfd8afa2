"""The one door for effects: what passes through it, and the port that nodes see.

What is asked of a model, a tool or the world is a *deed*. The journal notes it before it is done
and what came of it after, so that no crash, retry or replay does it twice.
"""

import inspect
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

from .errors import ValidationError

T = TypeVar("T")

#: *pure* changes nothing outside, *idempotent* may be done again under the same key, *external*
#: must not be done again before somebody knows what came of it.
Effect = Literal["pure", "idempotent", "external"]
EFFECTS: tuple[Effect, ...] = ("pure", "idempotent", "external")
CallState = Literal["intent", "done", "failed", "unknown"]

#: A function that has a parameter of this name is given the call's own lasting key.
KEY_PARAMETER = "idempotency_key"


@dataclass(frozen=True)
class Done:
    """A reconcile function's answer: it happened, and this is what it gave."""

    value: object = None


@dataclass(frozen=True)
class NotDone:
    """A reconcile function's answer: it did not happen, and can be done now."""


@dataclass(frozen=True)
class Unknown:
    """A reconcile function's answer: it cannot tell either; a person is asked."""


@dataclass(frozen=True, kw_only=True)
class Form(Generic[T]):
    """How a result is kept as text, for values that have a form of their own.

    ``given`` makes the result of what a person says it was.
    """

    dump: Callable[[T], str]
    load: Callable[[str], T]
    given: Callable[[object], T] | None = None


@dataclass(frozen=True, kw_only=True)
class Deed(Generic[T]):
    """Something to be done once: ``function`` with ``args``, which also tell it from others.

    ``salt`` makes another call of the same one, to do it again on purpose. ``undo`` is what would
    take it back, given the same arguments. ``reconcile`` is asked, with them, whether it happened.
    """

    name: str
    function: Callable[..., Any]  # Any: a function of the author's gives what it likes
    args: Mapping[str, object]
    effect: Effect
    undo: object = None
    reconcile: Callable[..., Any] | None = None  # Any: one of the three answers, or its coroutine
    salt: str | None = None
    form: Form[T] | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome(Generic[T]):
    """What a deed gave. ``token`` names this doing of it in the journal, if there is one.

    ``counted`` says that it was done before, and that what it cost was told then.
    """

    value: T
    token: str = ""
    counted: bool = False


class Door(Protocol):
    """Through which every effect goes."""

    async def call(self, deed: Deed[T]) -> Outcome[T]:
        """Do it, or give what it gave before."""
        ...

    async def again(self, tokens: Sequence[str]) -> None:
        """These answers were of no use: the next attempt at the step shall ask anew."""
        ...

    def counting(self, tokens: Sequence[str]) -> "Door":
        """The door for another attempt, when what these cost was told already."""
        ...


@dataclass(frozen=True)
class Direct:
    """The door where nothing is recorded: a deed is simply done."""

    async def call(self, deed: Deed[T]) -> Outcome[T]:
        """Do it."""
        made = deed.function(**given(deed.function, deed.args, secrets.token_hex(16)))
        value: T = await made if inspect.isawaitable(made) else made
        return Outcome(value=value)

    async def again(self, tokens: Sequence[str]) -> None:
        """Nothing was kept."""

    def counting(self, tokens: Sequence[str]) -> "Direct":  # noqa: ARG002  # the port's
        """The same: nothing is given twice."""
        return self


DIRECT = Direct()


@dataclass(frozen=True, kw_only=True)
class CallRecord:
    """One call as the journal has it. Times are seconds since the epoch.

    ``step`` is the way to the step through nested graphs, ``visit`` the how-manieth time that it
    was come to. ``key`` is what its function is given as ``idempotency_key``.
    """

    id: int
    thread: str
    step: str
    visit: int
    name: str
    effect: Effect
    state: CallState
    started: float
    ended: float | None = None
    error: str | None = None
    tries: int = 1
    key: str = ""
    undo: str | None = None
    given_up: bool = field(default=False)


def takes_key(function: Callable[..., Any]) -> bool:  # Any: as in Deed
    """Has the function a parameter for the call's key?"""
    try:
        return KEY_PARAMETER in inspect.signature(function).parameters
    except (TypeError, ValueError):  # some built-in functions tell nothing of themselves
        return False


def given(
    function: Callable[..., Any],  # Any: as in Deed
    args: Mapping[str, object],
    key: str,
) -> dict[str, object]:
    """What a function is called with: its arguments, and the key where it takes one."""
    own = {KEY_PARAMETER: key} if takes_key(function) and KEY_PARAMETER not in args else {}
    return {**args, **own}


def check_deed(deed: Deed[T]) -> bool:
    """Refuse what cannot be called, before anything is recorded or done.

    Tells whether its function takes the call's key.

    Raises:
        ValidationError: naming what is wrong.
    """
    if deed.effect not in EFFECTS:
        raise ValidationError(
            f"The call {deed.name!r} has the effect {deed.effect!r}.",
            fix=f"Use one of: {', '.join(EFFECTS)}.",
        )
    args: object = deed.args  # whatever a caller without types gave
    if not isinstance(args, Mapping) or not all(isinstance(key, str) for key in args):
        raise ValidationError(
            f"The arguments of the call {deed.name!r} are no mapping by name.",
            fix='Write call(name, function, {"amount": 5}).',
        )
    try:
        signature = inspect.signature(deed.function)
    except (TypeError, ValueError):
        return False  # a built-in function that tells nothing of itself
    keyed = KEY_PARAMETER in signature.parameters and KEY_PARAMETER not in args
    try:
        signature.bind(**args, **({KEY_PARAMETER: ""} if keyed else {}))
    except TypeError as error:
        raise ValidationError(
            f"The function of the call {deed.name!r} cannot be called so: {error}.",
            fix="Give every argument by its parameter's name.",
        ) from error
    return keyed


#: Classes of errors that are raised while a connection is made: no request was sent. They are
#: known by name since the clients that define them may not be installed.
_NEVER_SENT = frozenset(
    {"ConnectionRefusedError", "gaierror", "ConnectError", "ConnectTimeout", "NewConnectionError"}
)


def is_surely_undone(error: BaseException) -> bool:
    """Does the error say that the effect did not happen?

    Only where no connection came about, or where the function itself says so by raising a
    ValidationError of ours. A timeout, a broken connection and an answer that cannot be read say
    nothing, and neither does a refusal by a server: it may have answered a second request.
    """
    if isinstance(error, ValidationError):
        return True
    return any(kind.__name__ in _NEVER_SENT for kind in type(error).__mro__)
