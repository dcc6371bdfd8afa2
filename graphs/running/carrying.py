"""Carrying out what a deed takes, by waiting or by awaiting."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable
from typing import TypeVar

from ...checkpoints.database import Database
from ...state.journal import Outcome
from ..bridge import blocking
from .deeds import Invoke, NeverBegunError, Steps, Write

T = TypeVar("T")


def carry_out(made: Steps[T], database: Database) -> Outcome[T]:
    """Carry out the steps, waiting for each."""
    try:
        wanted = next(made)
        while True:
            try:
                answer = _done(wanted, database)
            except BaseException as error:  # the steps decide what it means
                wanted = made.throw(error)
            else:
                wanted = made.send(answer)
    except StopIteration as end:
        outcome: Outcome[T] = end.value
        return outcome


def _done(wanted: Write | Invoke, database: Database) -> object:
    if isinstance(wanted, Write):
        found: object = database.write(wanted.work, what=wanted.what)
        return found
    found = wanted.function(**wanted.args)
    return blocking(_awaited)(found) if inspect.isawaitable(found) else found


async def _awaited(work: Awaitable[object]) -> object:
    return await work


async def acarry_out(made: Steps[T], database: Database) -> Outcome[T]:
    """Carry out the steps, awaiting each.

    What is being written when it is cancelled is written first: an intent that was noted must not
    stand there as if its function had been called.
    """
    stop: asyncio.CancelledError | None = None
    try:
        wanted = next(made)
        while True:
            try:
                if isinstance(wanted, Write):
                    answer, stop = await _written(wanted, database, stop)
                else:
                    answer = await _called(wanted, stop)
            except BaseException as error:  # the steps decide what it means
                wanted = made.throw(error)
            else:
                wanted = made.send(answer)
    except StopIteration as end:
        if stop is not None:
            raise stop from None
        outcome: Outcome[T] = end.value
        return outcome


async def _called(wanted: Invoke, stop: asyncio.CancelledError | None) -> object:
    if stop is not None:
        raise NeverBegunError(*stop.args)
    found = wanted.function(**wanted.args)
    return await found if inspect.isawaitable(found) else found


async def _written(
    wanted: Write, database: Database, stop: asyncio.CancelledError | None
) -> tuple[object, asyncio.CancelledError | None]:
    """What the work gave, and the cancellation that came meanwhile or before."""
    writing = asyncio.ensure_future(database.awrite(wanted.work, what=wanted.what))
    while not writing.done():
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError as error:
            stop = stop or error
    return writing.result(), stop
