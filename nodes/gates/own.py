"""A user's own gate: any function of the values, made to behave as the others do."""

import inspect
import math
from collections.abc import Callable

from pydantic import Field

from ...state.errors import DefinitionError, Problem
from ...state.verdicts import Verdict
from .gate import Gate, Params, Subject, failed, shown


class OwnParams(Params):
    """Parameters of a user's own gate."""

    minimum: float = Field(
        default=0.5, ge=0, le=1, description="The least score that passes, where it gives a number."
    )


def gate_from(function: Callable[..., object]) -> Gate:
    """A gate of ``function(values)`` or ``function(values, sources)``, under the function's name.

    It gives a truth value, a score from 0 to 1, a ``Verdict``, or a truth value with its reason.

    Raises:
        DefinitionError: it is asynchronous, or takes neither one nor two arguments.
    """
    name = getattr(function, "__name__", type(function).__name__)
    count = _arguments(function, name)

    def check(subject: Subject, params: OwnParams) -> Verdict:
        given = (subject.values, subject.sources)[:count]
        try:
            return _verdict(name, function(*given), params.minimum)
        except Exception as error:  # the user's own code: its fault must not end the run
            return failed(
                f"The gate {name!r} itself failed with {type(error).__name__}: {error}. "
                "Correct the gate; the values were not judged."
            )

    told = (inspect.getdoc(function) or "").split("\n")[0] or f"The project's own gate {name!r}."
    return Gate(name=name, phase="during", params=OwnParams, check=check, description=told)


def _arguments(function: Callable[..., object], name: str) -> int:
    called = getattr(function, "__call__", None)  # noqa: B004  # an object's own, which may be async
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(called):
        raise _unfit(name, f"The gate {name!r} is asynchronous.", "Write it with 'def'.")
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some functions written in C tell nothing: one value it is
        return 1
    for count in (2, 1):
        try:
            signature.bind(*range(count))
        except TypeError:
            continue
        if count == 1 or _asks_for_two(signature):
            return count
    raise _unfit(
        name,
        f"The gate {name!r} takes {signature}.",
        "Let it take (values) or (values, sources).",
    )


def _asks_for_two(signature: inspect.Signature) -> bool:
    """Whether the second argument is for the sources, not a setting with a default."""
    second = list(signature.parameters.values())[1:2]
    return not second or second[0].default is second[0].empty or second[0].name == "sources"


def _unfit(name: str, message: str, fix: str) -> DefinitionError:
    return DefinitionError([Problem(path=("gates", name), message=message, fix=fix)])


def _verdict(name: str, given: object, minimum: float) -> Verdict:
    if isinstance(given, Verdict):
        return given
    if inspect.iscoroutine(given):
        given.close()
    if isinstance(given, bool):
        return Verdict(passed=given, score=float(given), reason=f"{name!r} gave {given}.")
    if isinstance(given, tuple) and [type(each) for each in given] == [bool, str]:
        passed, reason = given
        return Verdict(passed=passed, score=float(passed), reason=reason or f"{name!r}: {passed}.")
    if isinstance(given, int | float) and math.isfinite(given) and 0 <= given <= 1:
        told = f"{name!r} gave {given:g}; at least {minimum:g} is wanted."
        return Verdict(passed=given >= minimum, score=float(given), reason=told)
    return failed(
        f"The gate {name!r} gave {shown(given)}. It must give True or False, a number from 0 to 1, "
        "a Verdict, or (passed, reason)."
    )
