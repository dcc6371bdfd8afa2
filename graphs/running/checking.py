"""Gates around a node's work: before it, while its result can still be asked for again, after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ...nodes.blocking import in_thread
from ...state.definition.flow import AgentWork, AssignedWork, Leaf, SpeakWork
from ...state.definition.steps import GateUse
from ...state.errors import GateError, spending
from ...state.usage import Usage
from ...state.verdicts import Checked, Phase
from .acts import Act, Call, Update, Values, corrected

if TYPE_CHECKING:
    from pydantic import BaseModel

    from ...nodes.gates import Gate, Subject


@dataclass(frozen=True, kw_only=True)
class Used:
    """A gate as a step uses it."""

    gate: Gate
    params: BaseModel
    phase: Phase
    blocking: bool


def used(use: GateUse, own: Mapping[str, object]) -> Used:
    """A gate by its name, with its parameters.

    Raises:
        NotFoundError: no gate of that name. pydantic.ValidationError: its parameters are wrong.
    """
    from ...nodes.gates import gate_from, gate_named

    functions: Any = own  # Any: a user's function of any signature
    mine = {name: gate_from(function) for name, function in functions.items()}
    gate = gate_named(use.gate, mine)
    return Used(
        # Its verdicts bear the name that the definition gives it.
        gate=replace(gate, name=use.gate),
        params=gate.params.model_validate(dict(use.with_)),
        phase=use.when or gate.phase,
        blocking=use.blocking,
    )


def gated(act: Act, leaf: Leaf, gates: tuple[Used, ...], types: Mapping[str, object]) -> Act:
    """The work with its gates. A result that a gate refuses is asked for again of an agent, with
    the reason, and otherwise is an error."""
    if not gates:
        return act
    from ...nodes.gates import Subject
    from ...nodes.models.ask import CORRECTIONS

    again = isinstance(leaf.work, AgentWork | AssignedWork | SpeakWork)
    tries = CORRECTIONS + 1 if again else 1
    # A gate on shape misses what has a type and no value: that is asked of the step's own fields.
    own = {name: types[name] for name in leaf.writes if name in types}

    async def checked(values: Values, call: Call) -> Update:
        sources = dict(values)
        given = {name: types[name] for name in sources if name in types}
        found = await _run(
            gates, "before", leaf.name, Subject(values=sources, types=given, sources={})
        )
        _refuse(found, leaf.name, found, ())
        usage: tuple[Usage, ...] = ()
        for attempt in range(tries):
            with spending(usage):
                update = await act(values, call)
            usage = (*usage, *update.get("usage", ()))
            made = {name: value for name, value in update.items() if name in leaf.writes}
            subject = Subject(values=made, types=own, sources=sources)
            during = await _run(gates, "during", leaf.name, subject)
            found = [*found, *during]
            wrong = [each for each in during if each.blocking and not each.passed]
            if not wrong:
                break
            if attempt + 1 == tries:
                _refuse(during, leaf.name, found, usage)
            call = corrected(call, " ".join(each.reason for each in wrong))
        after = await _run(gates, "after", leaf.name, subject)
        _refuse(after, leaf.name, [*found, *after], usage)
        verdicts = (*update.get("verdicts", ()), *found, *after)
        return {**update, "verdicts": verdicts, **({"usage": usage} if usage else {})}

    return checked


async def _run(gates: tuple[Used, ...], phase: Phase, step: str, subject: Subject) -> list[Checked]:
    found = []
    for each in gates:
        if each.phase != phase:
            continue
        verdict = await in_thread(each.gate.check, subject, each.params)
        found.append(
            Checked(
                step=step,
                gate=each.gate.name,
                phase=phase,
                passed=verdict.passed,
                score=verdict.score,
                reason=verdict.reason,
                blocking=each.blocking,
            )
        )
    return found


def _refuse(
    found: list[Checked], step: str, every: list[Checked], usage: tuple[Usage, ...]
) -> None:
    """Raise what a blocking gate found, with ``every`` verdict and what was spent up to here."""
    wrong = [each for each in found if each.blocking and not each.passed]
    if not wrong:
        return
    first = wrong[0]
    error = GateError(
        f"The gate {first.gate!r} {first.phase} {step!r} did not pass: {first.reason}",
        fix="Mend what it names and resume, or make the gate advisory with 'blocking: false'.",
        node=step,
    )
    error.verdicts, error.spent = tuple(every), usage
    raise error
