"""A graph's fields: how a value is checked, copied and merged, made ready once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from pydantic import ValidationError

from ..state.definition.flow import FieldSpec
from ..state.definition.types import checker, hand_out, late_checker, needs_copy, text_of
from ..state.errors import WriteError
from ..state.names import nearest
from ..state.reducers import MERGES
from .channels import TELEMETRY, begins_with_default

Check = Callable[[object], object]


@cache
def _telemetry() -> Mapping[str, Check]:
    """The checks of what every state has beside a workflow's own fields."""
    return {name: late_checker(kind) for name, kind in TELEMETRY.items()}


class Fields:
    """A graph's fields with what checking, reading and merging them takes, made once."""

    def __init__(self, specs: Mapping[str, FieldSpec]) -> None:
        self.specs = specs
        self.checks: dict[str, Check] = {
            name: checker(each.annotation) for name, each in specs.items()
        }
        #: What gives a step, and the state, a copy of its own; only where a value could be changed
        #: in place.
        self.copies = {
            name: hand_out(each.annotation)
            for name, each in specs.items()
            if needs_copy(each.annotation)
        }
        self.defaults = {name: each.default for name, each in specs.items() if each.has_default}
        self.telemetry = _telemetry()

    def checked(
        self, update: Mapping[str, object], *, step: str, allowed: Mapping[str, Check]
    ) -> dict[str, object]:
        """The update with every value of its field's type.

        Raises:
            WriteError: a key that is not ``allowed``, or a value that does not fit.
        """
        found: dict[str, object] = {}
        for name, value in update.items():
            check = allowed.get(name) or self.telemetry.get(name)
            if check is None:
                raise self._undeclared(name, step, allowed)
            try:
                found[name] = self._own(name, check(value))
            except ValidationError as error:
                raise self._unfit(name, step, error) from error
        return found

    def fitting(self, name: str, value: object) -> object:
        """One field's value as the state keeps it.

        Raises:
            pydantic.ValidationError: it does not fit.
        """
        return self._own(name, (self.checks.get(name) or self.telemetry[name])(value))

    def _own(self, name: str, value: object) -> object:
        """The state's own copy: whoever made the value may still hold it, and change it later."""
        own = self.copies.get(name)
        return value if own is None else own(value)

    def merges(self, name: str) -> bool:
        """Do writes to the field meet what is there?"""
        spec = self.specs.get(name)
        return spec is not None and spec.merge is not None

    def after(self, name: str, value: object, present: object = None) -> object:
        """What a field is once ``value`` is written to it; None is ``present``: nothing yet."""
        spec = self.specs.get(name)
        if spec is None or spec.merge is None:
            return value
        if present is None and begins_with_default(spec):
            present = spec.default
        return value if present is None else MERGES[spec.merge](present, value)

    def _undeclared(self, name: object, step: str, allowed: Mapping[str, Check]) -> WriteError:
        known = ", ".join(repr(each) for each in allowed) or "nothing"
        return WriteError(
            f"The step {step!r} returned {name!r}, which it does not declare"
            f"{nearest(str(name), allowed)}.",
            fix=f"It declares that it writes {known}. Declare {name!r} under its 'writes', "
            "or return it no more.",
            node=step,
        )

    def _unfit(self, name: str, step: str, error: ValidationError) -> WriteError:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if not str(part).startswith("function"))
        where = f"{name}.{place}" if place else name
        kind = text_of(self.specs[name].annotation) if name in self.specs else "the graph's own"
        return WriteError(
            f"The step {step!r} returned a wrong {where!r}: {first['msg']} "
            f"(found {first['input']!r:.80}, a {type(first['input']).__name__}).",
            fix=f"The field {name!r} is {kind}. Nothing was written; mend the step and resume.",
            node=step,
        )
