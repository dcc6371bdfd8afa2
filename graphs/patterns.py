"""Every pattern as a small function: a definition written in Python instead of YAML.

Each gives the same ``Step`` that YAML's keys give, so that a workflow has one meaning and one
digest however it was written, and whatever takes steps takes what any of these gives::

    review_it = loop("polish", step(write), step(judge), until="judge == 'good'", most=3)
    workflow("letters", parallel("both", review_it, step(translate)), inputs={"order": str})
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from typing_extensions import Unpack

from ..state.definition.checks import case_text
from ..state.definition.reading import workflow_from
from ..state.definition.steps import GroupPattern, Rules, Stage, Step
from ..state.definition.workflow import Agent, Workflow
from .pattern_steps import (
    Asking,
    Block,
    Code,
    Common,
    FieldType,
    More,
    Named,
    Steps,
    Whole,
    called,
    made_step,
    name_of,
    present,
)


def sequence(*steps: Steps) -> Block:
    """Steps one after another, as one block; a block among them is a part of it.

    ``when("large", "size > 9", sequence(step(split), step(join)))``
    """
    found: list[Step | str] = []
    for each in steps:
        found += [each] if isinstance(each, Step | str) else each
    return tuple(found)


def step(
    function: Code,
    *,
    name: str | None = None,
    **more: Unpack[More],
) -> Step:
    """A function, or a class with ``execute``, as a step; by default named like it.

    ``step(summarise, writes={"summary": str}, timeout="30s")``
    """
    return made_step(name_of(function) if name is None else name, more, function=function)


def agent_step(name: str, agent: Named, *, task: str = "", **more: Unpack[More]) -> Step:
    """An agent's step; the workflow lists the agent.

    ``agent_step("draft", writer, task="Write the letter.", writes={"letter": str})``
    """
    return made_step(name, more, agent=called(agent), task=task or None)


def together(
    name: str,
    *agents: Named,
    pattern: GroupPattern = "concurrent",
    task: str = "",
    **more: Unpack[More],
) -> Step:
    """Several agents in one step; what they make is a mapping from each to its result."""
    names = [called(each) for each in agents]
    return made_step(name, more, agents=names, pattern=pattern, task=task or None)


def parallel(name: str, *branches: Steps, **named: Steps) -> Step:
    """Branches at once; the step ends when all have ended.

    ``parallel("check", step(credit), step(fraud))``
    """
    ways: object = [sequence(each) for each in branches]
    if named:
        keyed = {str(position): way for position, way in enumerate(branches)}
        ways = {key: sequence(way) for key, way in {**keyed, **named}.items()}
    return made_step(name, {}, parallel=ways)


def route(
    name: str,
    *,
    cases: Mapping[Any, Steps],  # Any: a case is text, a number, a truth value or an enum's member
    on: str | None = None,
    agent: Named | None = None,
    task: str = "",
    fallback: Steps | None = None,
    **more: Unpack[Common],
) -> Step:
    """One of several ways: ``on`` a field or an expression, or as an ``agent`` decides.

    ``route("kind", on="mail.kind", cases={"bill": step(pay)}, fallback=step(file))``
    """
    source = {"on": on, "agent": None if agent is None else called(agent), "task": task or None}
    given = {
        **present(source),
        "cases": {case_text(value): sequence(way) for value, way in cases.items()},
        "fallback": None if fallback is None else sequence(fallback),
    }
    return made_step(name, more, route=given)


def when(name: str, condition: str, then: Steps, otherwise: Steps | None = None) -> Step:
    """One way if an expression holds, and perhaps another if not.

    ``when("depth", "analysis.complexity > 0.6", step(study), step(answer))``
    """
    ways = {"then": sequence(then), "else": None if otherwise is None else sequence(otherwise)}
    return made_step(name, {}, **{"if": condition, **ways})


def loop(name: str, *steps: Steps, until: str | None = None, most: int) -> Step:
    """Steps again until an expression holds after them, and at most ``most`` times.

    ``loop("mend", step(write), step(check), until="check == 'valid'", most=3)``
    """
    given = {"steps": sequence(*steps), "until": until, "max_iterations": most}
    return made_step(name, {}, loop=present(given))


def each(
    name: str,
    over: str,
    *steps: Steps,
    item: str = "item",
    collect: str | None = None,
    **more: Unpack[More],
) -> Step:
    """The same steps for every item of a list, at once; results are a list in the items' order.

    ``each("grades", "essays", step(grade), item="essay")``
    """
    given = {"over": over, "as": item, "steps": sequence(*steps), "collect": collect}
    return made_step(name, more, map=present(given))


def chat(
    name: str,
    *participants: Named,
    manager: Named | None = None,
    task: str = "",
    until: str | None = None,
    most: int = 6,
    **more: Unpack[More],
) -> Step:
    """Agents in one conversation, until consensus, until ``until`` or after ``most`` messages.

    ``chat("debate", optimist, sceptic, manager=chair, task="Do we buy?", most=8)``
    """
    given = {
        "participants": [called(each) for each in participants],
        "manager": None if manager is None else called(manager),
        "task": task or None,
        "until": until,
        "max_rounds": most,
    }
    return made_step(name, more, chat=present(given))


def team(
    name: str,
    manager: Named,
    workers: Iterable[Named] | Mapping[str, Steps | None],
    *,
    task: str = "",
    most: int = 12,
    **more: Unpack[More],
) -> Step:
    """A manager plans, workers do their parts at once, the manager makes one of them.

    A worker is an agent, or a name with steps of its own: a team again, for a hierarchy.
    ``team("report", editor, {"facts": None, "market": team("market", lead, [ana, ben])})``
    """
    if isinstance(workers, Mapping):
        own = {key: None if way is None else sequence(way) for key, way in workers.items()}
    else:
        own = dict.fromkeys(called(each) for each in workers)
    given = {"manager": called(manager), "workers": own, "task": task or None, "max_tasks": most}
    return made_step(name, more, team=present(given))


def stage(
    name: str,
    does: Agent | Code,
    *,
    task: str = "",
    batch_size: int | None = None,
    routing_logic: str | None = None,
    rollback_strategy: Literal["keep", "discard"] = "keep",
) -> Stage:
    """One stage of ``batches``: an agent, or a function of an ``item`` or of a whole ``batch``.

    ``stage("improve", polish, routing_logic="item.score < 0.8")``
    """
    is_agent = isinstance(does, Agent) or (isinstance(does, str) and ":" not in does)
    given = {
        "stage": name,
        "agent" if is_agent else "function": called(does) if isinstance(does, Agent) else does,
        "task": task or None,
        "batch_size": batch_size,
        "routing_logic": routing_logic,
        "rollback_strategy": rollback_strategy,
    }
    line = made_step(name, {}, batches={"over": "items", "stages": [present(given)]}).batches
    assert line is not None
    return line.stages[0]


def batches(
    name: str,
    over: str,
    *stages: Stage | Mapping[str, object],
    batch_size: int = 10,
    rules: Rules | Mapping[str, object] | None = None,
    **more: Unpack[More],
) -> Step:
    """A list in batches through stages: one batch is in a stage while the next is before it.

    ``batches("mail", "letters", stage("sort", sort), stage("answer", clerk), batch_size=20)``
    """
    given = {"over": over, "batch_size": batch_size, "stages": list(stages), "rules": rules}
    return made_step(name, more, batches=present(given))


def nested(
    name: str,
    workflow: Workflow | Mapping[str, object] | str,
    *,
    inputs: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
    **more: Unpack[More],
) -> Step:
    """Another workflow as a step: its inputs from our fields, our fields from its outputs.

    ``nested("legal", contracts, inputs={"text": "document"}, outputs={"clauses": "found"})``
    """
    return made_step(name, more, workflow=workflow, inputs=inputs, outputs=outputs)


def review(name: str, *fields: str, description: str = "", **more: Unpack[Asking]) -> Step:
    """A person approves, edits, rejects or asks about ``fields``.

    ``review("final_approval", "letter", assignee="ana", deadline="48h")``
    """
    given = {key: value for key, value in more.items() if key != "reads"}
    answer = None if "on_question" not in more else sequence(more["on_question"])
    asked = present({**given, "on_question": answer, "description": description or None})
    return made_step(name, {}, review={"fields": fields, **asked}, reads=more.get("reads"))


def after(step: Step, *needs: Step | str) -> Step:
    """The step, to begin as soon as those have ended; it no longer waits for its neighbours.

    ``workflow("report", a, b, after(step(join), a, b))``
    """
    names = [each.step if isinstance(each, Step) else each for each in needs]
    every = tuple(dict.fromkeys((*(step.depends_on or ()), *names)))
    return step.model_copy(update={"depends_on": every})


def branch_of(parent: Step | str, step: Step, *, case: object = None) -> Step:
    """The step as one more branch of a parallel, or for a ``case`` of a route, which stays as
    it is.

    ``workflow("claims", *present_steps, branch_of("checks", step(fraud)))``
    """
    name = parent.step if isinstance(parent, Step) else parent
    key = None if case is None else case_text(case)
    return step.model_copy(update={"branch_of": name, "case": key})


def workflow(
    name: str,
    *steps: Steps,
    owner: str | None = None,
    inputs: Mapping[str, FieldType] | Code | None = None,
    outputs: Mapping[str, str] | Iterable[str] | str | None = None,
    state: Mapping[str, FieldType] | Code | None = None,
    agents: Iterable[Agent | Mapping[str, object]] | None = None,
    **more: Unpack[Whole],
) -> Workflow:
    """A whole definition, to be compiled, checked or run.

    ``workflow("letters", step(write), owner="ana", inputs={"order": str}, outputs=["letter"])``

    Raises:
        DefinitionError: what is wrong and where.
    """
    about = {"name": name, "owner": owner, "version": more.get("version", "1")}
    about |= {"description": more.get("description")}
    about |= {"orchestration_pattern": more.get("pattern")}
    given = {"inputs": inputs, "outputs": outputs, "state": state, "agents": agents}
    rest = {k: v for k, v in more.items() if k not in {"version", "pattern", "description"}}
    data = {"workflow_definition": present(about), **present({**given, **rest})}
    return workflow_from({**data, "workflow_steps": list(sequence(*steps))})
