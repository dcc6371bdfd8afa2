"""The agents that an orchestrator is given: what each reads, what it gives, and its tools.

A function says by its parameters what it reads, so its writer need not say it again.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ...graphs.pattern_steps import name_of
from ...state.definition.importing import import_reference
from ...state.definition.signatures import Signature, signature_of
from ...state.definition.workflow import Agent
from ...state.errors import InputError
from ...state.names import nearest

#: An agent, or a function or class of the user's own. Any: it has parameters of its own.
Given = Agent | Callable[..., Any]
#: Functions by name, or functions that have one. Any: they have parameters of their own.
Functions = Mapping[str, Callable[..., Any]] | Iterable[Callable[..., Any]]


@dataclass(frozen=True, kw_only=True)
class Player:
    """An agent and what it reads: the fields that it ``needs``, and those that it ``may`` read.

    ``everything`` says that it reads all that is known when its turn comes.
    """

    agent: Agent
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    everything: bool = False

    @property
    def name(self) -> str:
        return self.agent.name

    def reads(self, known: Iterable[str]) -> tuple[str, ...]:
        """What it reads where these fields are known."""
        if self.everything:
            return tuple(dict.fromkeys((*known, *self.needs)))
        return (*self.needs, *(each for each in known if each in self.may))


def player(given: object) -> Player:
    """What was given as an agent, with what it reads.

    Raises:
        InputError: it is no agent, or its function cannot be one.
    """
    agent = _agent(given)
    if agent.function is None:
        return Player(agent=agent, needs=agent.input or (), everything=agent.input is None)
    signature = _signature(agent)
    named = signature.parameters if signature.takes == "fields" else ()
    needs = tuple(each for each in named if each not in signature.optional)
    if agent.input is None:
        everything = signature.takes != "fields" or "state" in signature.special
        return Player(
            agent=agent, needs=needs, may=tuple(signature.optional), everything=everything
        )
    for each in needs:
        if each not in agent.input:
            raise InputError(
                f"The agent {agent.name!r} declares no input {each!r}, which its function "
                f"takes{nearest(each, agent.input)}.",
                fix="List it under the agent's 'input', or take the parameter out.",
            )
    return Player(agent=agent, needs=agent.input)


def _agent(given: object) -> Agent:
    """An agent as a definition has it; one with a method ``execute`` is its own function."""
    if isinstance(given, Agent):
        own: object = getattr(given, "execute", None)
        if given.function is None and callable(own):
            return given.model_copy(update={"function": own})
        return given
    if not callable(given) and not hasattr(given, "execute"):
        raise InputError(
            f"{given!r:.80} is no agent.",
            fix='Give Agent("name", "what it does"), a function, or a class with execute.',
        )
    own_name = None if inspect.isclass(given) else getattr(given, "name", None)
    code = given if callable(given) else getattr(given, "execute", None)
    assert callable(code)
    name = own_name if isinstance(own_name, str) else name_of(cast(Any, given))
    if not name.isidentifier():
        raise InputError(
            f"A function named {name!r} is no agent's name.",
            fix='Give it one: Agent("name", "what it does", function=…).',
        )
    return Agent(name, function=code)


def _signature(agent: Agent) -> Signature:
    try:
        return signature_of(import_reference(agent.function, None))
    except Exception as error:  # importing runs whatever the module does
        raise InputError(
            f"The function of the agent {agent.name!r} cannot be used: {error}.",
            fix="Give a function whose parameters name what it reads, or a class with "
            "'async execute(dict) -> dict'.",
        ) from error


def functions_by_name(given: Functions, kind: str) -> dict[str, Callable[..., Any]]:
    """Tools or gates by their names.

    Raises:
        InputError: one has no name, or two have the same.
    """
    if isinstance(given, Mapping):
        return dict(given)
    found: dict[str, Callable[..., Any]] = {}
    for each in given:
        named: object = each  # whoever writes no types may give anything
        name = name_of(each) if callable(named) else ""
        if not name.isidentifier() or name in found:
            why = "is given twice" if name in found else "has no name of its own"
            raise InputError(
                f"The {kind} {each!r:.80} {why}.", fix=f"Give {kind}s by name: {{name: function}}."
            )
        found[name] = each
    return found
