"""The doors through which steps call the world: the journal's, a bare one, and planted faults.

Every step of every shape does the same three things: it asks a model, pays through a bank that
knows keys, and posts a letter through a post office that knows nothing.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from . import world

Effect = Literal["pure", "idempotent", "external"]


class Door(Protocol):
    """As `dalsegno.call`."""

    def __call__(
        self,
        name: str,
        fn: Callable[..., Any],
        args: Mapping[str, object],
        *,
        effect: Effect,
    ) -> Any: ...  # Any: what the function gives


def do(door: Door, place: str, what: str) -> str:
    """One piece of work: three calls, and notes of how far it came."""
    args = {"place": place, "what": what}
    world.note(place, world.LOG, "began", what)
    answer = door("ask", world.ask, args, effect="pure")
    world.note(place, world.LOG, "answered", what)
    paid = door("pay", world.pay, args, effect="idempotent")
    posted = door("post", world.post, args, effect="external")
    world.note(place, world.LOG, "ended", what)
    return f"{answer}, {paid}, {posted}"


async def do_later(door: Door, place: str, what: str) -> str:
    """`do` as a coroutine."""
    args = {"place": place, "what": what}
    world.note(place, world.LOG, "began", what)
    answer = await door("ask", world.ask_later, args, effect="pure")
    world.note(place, world.LOG, "answered", what)
    paid = await door("pay", world.pay_later, args, effect="idempotent")
    posted = await door("post", world.post_later, args, effect="external")
    world.note(place, world.LOG, "ended", what)
    return f"{answer}, {paid}, {posted}"


def done(what: str) -> str:
    """What `do` gives when nothing went wrong."""
    return f"answer to {what}, paid {what}, posted {what}"


def journal() -> Door:
    """The journal's."""
    import dalsegno

    door: Door = dalsegno.call
    return door


def bare(reach: Callable[[str], None]) -> Door:
    """None: the function is called. A careful author gives the bank a key of his own making."""

    def call(
        name: str, fn: Callable[..., Any], args: Mapping[str, object], *, effect: Effect
    ) -> Any:
        reach("before effect")
        key = {"idempotency_key": f"{name}:{args['what']}"} if effect == "idempotent" else {}
        result = fn(**args, **key)
        reach("after effect")
        return result

    return call


Planted = Literal["journal", "effect", "key", "skip"]
PLANTED: tuple[Planted, ...] = ("journal", "effect", "key", "skip")


def planted(fault: Planted) -> Door:
    """The journal's, with a fault: model calls go past it, letters are declared to be repeatable,
    the bank gets another key each time, or one letter is never sent. Whoever counts must find it.
    """
    whole = journal()

    def call(
        name: str, fn: Callable[..., Any], args: Mapping[str, object], *, effect: Effect
    ) -> Any:
        if fault == "journal" and effect == "pure":
            return fn(**args)
        if fault == "effect" and effect == "external":
            return whole(name, fn, args, effect="pure")
        if fault == "key" and effect == "idempotent":
            return fn(**args, idempotency_key=os.urandom(8).hex())
        if fault == "skip" and effect == "external" and args["what"] == "c3":
            return "posted c3"
        return whole(name, fn, args, effect=effect)

    return call
