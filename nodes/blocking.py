"""Calls that block, off the event loop: one thread each, so that they cannot starve each other."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


async def in_thread(
    function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    """``function``'s result, computed in a thread of its own with this task's context.

    The event loop's default pool is small and shared; nested calls through it can wait for each
    other for ever.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()
    context = contextvars.copy_context()

    def work() -> None:
        try:
            result = context.run(function, *args, **kwargs)
        except BaseException as error:  # handed to whoever waits
            loop.call_soon_threadsafe(_fail, future, error)
        else:
            loop.call_soon_threadsafe(_finish, future, result)

    # No daemon: an interpreter that ends while a C library is at work takes it down around it.
    threading.Thread(target=work, name=getattr(function, "__name__", "call")).start()
    return await future


def _finish(future: "asyncio.Future[Result]", result: Result) -> None:
    if not future.done():  # a cancelled waiter wants neither
        future.set_result(result)


def _fail(future: "asyncio.Future[Result]", error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
