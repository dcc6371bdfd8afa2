"""Rows B6, B7 and B9: teams, chats and lines of batches, by functions and over real HTTP."""

import asyncio
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pytest

import dalsegno
from dalsegno import Agent, Runtime, Workflow
from dalsegno.graphs.patterns import (
    batches,
    chat,
    loop,
    stage,
    team,
    workflow,
)
from dalsegno.state.errors import WriteError
from dalsegno.state.records import Assignment, Message

from .provider import Given, Provider, point_to

MODEL = "openai:gpt-4o-mini"
Values = Mapping[str, Any]
Face = Callable[[Workflow, Values], Values]


@pytest.fixture(params=["invoke", "ainvoke"])
def run(request: pytest.FixtureRequest) -> Face:
    """A workflow's state at its end, by each face."""

    def invoked(made: Workflow, given: Values) -> Values:
        return dict(dalsegno.compile(made).invoke(dict(given)))

    def awaited(made: Workflow, given: Values) -> Values:
        return dict(asyncio.run(dalsegno.compile(made).ainvoke(dict(given))))

    return invoked if request.param == "invoke" else awaited


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an agent is asked: for an answer of which schema, and in which words."""

    schema: str
    words: str


#: What an agent answers: always the same, or by what it is asked.
Part = dict[str, Any] | Callable[[Asked], dict[str, Any]]


class Cast(Provider):
    """A provider that answers as the agent would who asks: by a name, and what was asked."""

    def __init__(self, **parts: Part) -> None:
        super().__init__()
        self._parts = parts
        self._asking = threading.Lock()

    def _given(self, request: dict[str, Any]) -> Given:
        system, human = (str(each["content"]) for each in request["messages"][:2])
        schema = request["response_format"]["json_schema"]
        who = re.search(r"You are '(\w+)'", system)
        assert who is not None
        with self._asking:
            self.requests.append(request)
            part = self._parts[who[1]]
            asking = Asked(schema=schema["name"], words=human)
            answer = part if isinstance(part, dict) else part(asking)
        fields = schema["schema"]["properties"]
        if schema["name"] == "Answer":  # its one field has the step's name
            answer = dict.fromkeys(fields, answer["text"])
        return Given(content=json.dumps(answer))


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Cast]]:
    opened: list[Cast] = []

    def make(**parts: Part) -> Cast:
        made = Cast(**parts)
        opened.append(made)
        point_to(made, monkeypatch)
        return made

    yield make
    for each_ in opened:
        each_.close()


def asked(name: str, **more: Any) -> Agent:
    """An agent that a model plays."""
    return Agent(name, more.pop("specialization", f"You do {name}."), model=MODEL, **more)


# B6: orchestrator and workers


def test_B6_a_manager_plans_workers_do_their_parts_at_once_and_one_answer_comes_of_it(
    run: Face, cast: Callable[..., Cast]
) -> None:
    def editor(of: Asked) -> dict[str, Any]:
        if of.schema == "Plan":
            tasks = [("facts", "Gather facts."), ("figures", "Gather figures.")]
            return {"tasks": [{"worker": who, "task": what} for who, what in tasks]}
        assert "a fact" in of.words
        assert "a figure" in of.words
        return {"text": "One report."}

    provider = cast(
        editor=editor,
        facts=lambda of: {"text": f"a fact ({'Gather facts.' in of.words})"},
        figures=lambda of: {"text": f"a figure ({'Gather figures.' in of.words})"},
    )
    made = workflow(
        "report",
        team("report", "editor", ["facts", "figures"], task="Write a report on tea."),
        inputs={"topic": str},
        agents=[asked("editor"), asked("facts"), asked("figures")],
    )
    found = run(made, {"topic": "tea"})
    assert found["report"] == "One report."
    assert found["report_results"] == ["a fact (True)", "a figure (True)"]
    assert found["report_plan"].tasks[0] == Assignment(worker="facts", task="Gather facts.")
    assert len(provider.requests) == 4
    assert {each_.step for each_ in found["usage"]} == {
        "report_plan",
        "report_facts",
        "report_figures",
        "report_synthesis",
    }


def test_B6_workers_overlap(run: Face) -> None:
    times: dict[str, tuple[float, float]] = {}

    def lead(data: dict[str, Any]) -> object:
        results = data.get("crew_results")
        if results is None:
            return [{"worker": f"w{number}", "task": "dig"} for number in range(4)]
        return sum(results)

    def digger(name: str) -> Agent:
        def dig(assignment: Assignment) -> int:
            began = time.monotonic()
            time.sleep(0.2)
            times[name] = (began, time.monotonic())
            return len(assignment.task)

        return Agent(name, function=dig)

    names = [f"w{number}" for number in range(4)]
    agents = [Agent("lead", function=lead), *map(digger, names)]
    found = run(workflow("dig", team("crew", "lead", names), agents=agents), {})
    assert found["crew"] == 12
    assert max(began for began, _ in times.values()) < min(end for _, end in times.values())


def test_B6_a_hierarchy_has_a_team_as_a_worker(run: Face, cast: Callable[..., Cast]) -> None:
    def planner(*tasks: tuple[str, str], says: str) -> Part:
        def answer(of: Asked) -> dict[str, Any]:
            if of.schema == "Plan":
                return {"tasks": [{"worker": who, "task": what} for who, what in tasks]}
            return {"text": says}

        return answer

    cast(
        chief=planner(("law", "Check it."), ("writer", "Write it."), says="All of it."),
        law_lead=planner(("ana", "Read clause 1."), ("ben", "Read clause 2."), says="It is legal."),
        ana=lambda of: {"text": f"ana: {'Read clause 1.' in of.words}"},
        ben=lambda of: {"text": f"ben: {'Read clause 2.' in of.words}"},
        writer={"text": "A text."},
    )
    law = team("law_team", "law_lead", ["ana", "ben"])
    made = workflow(
        "company",
        team("deal", "chief", {"law": law, "writer": None}, task="Close the deal."),
        agents=[asked(name) for name in ("chief", "law_lead", "ana", "ben", "writer")],
    )
    found = run(made, {})
    assert found["deal"] == "All of it."
    assert found["deal_results"] == ["It is legal.", "A text."]
    assert "law_team_ana" in found["history"]
    assert "law_team_ben" in found["history"]


def test_B6_a_team_in_a_loop_plans_anew() -> None:
    """What came of the last pass is not taken for what came of this one."""
    plans: list[int] = []

    def lead(data: dict[str, Any]) -> object:
        results = data.get("crew_results")
        if results is None:
            plans.append(1)
            return [{"worker": "digger", "task": "dig"}] * len(plans)
        return len(results)

    agents = [Agent("lead", function=lead), Agent("digger", function=lambda: 1)]
    made = workflow("dig", loop("again", team("crew", "lead", ["digger"]), most=3), agents=agents)
    assert dalsegno.compile(made).invoke({})["crew"] == 3


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ([{"worker": "diger", "task": "dig"}], "'diger', who is not a worker; .*'digger'"),
        ("dig", "needs a plan, and its agent gave 'dig'"),
        ([{"who": "digger"}], "needs a plan"),
    ],
)
def test_B6_a_plan_for_nobody_is_an_error_that_names_it(plan: object, message: str) -> None:
    agents = [Agent("lead", function=lambda: plan), Agent("digger", function=lambda: 1)]
    made = workflow("dig", team("crew", "lead", ["digger"]), agents=agents)
    with pytest.raises(WriteError, match=message):
        dalsegno.compile(made).invoke({})


# B7: conversations


def test_B7_a_manager_chooses_who_speaks_and_ends_it_with_consensus(
    run: Face, cast: Callable[..., Cast]
) -> None:
    def chair(of: Asked) -> dict[str, Any]:
        if "I agree." in of.words:
            return {"speaker": None, "consensus": True, "reason": "They agree."}
        return {
            "speaker": "ben" if "We buy." in of.words else "ana",
            "consensus": False,
            "reason": "",
        }

    provider = cast(
        chair=chair,
        ana={"text": "We buy.", "to": "ben", "agrees": False},
        ben={"text": "I agree.", "to": "", "agrees": True},
    )
    made = workflow(
        "debate",
        chat("debate", "ana", "ben", manager="chair", task="Do we buy?", most=9),
        agents=[asked("chair"), asked("ana"), asked("ben")],
    )
    found = run(made, {})
    assert found["debate"] == [
        Message(speaker="ana", text="We buy.", to="ben"),
        Message(speaker="ben", text="I agree.", agrees=True),
    ]
    assert found["debate_turn"].consensus
    assert len(provider.requests) == 5


def test_B7_without_consensus_it_ends_at_the_cap(run: Face, cast: Callable[..., Cast]) -> None:
    turns = iter(["ana", "ben", "ana", "ben"] * 2)

    provider = cast(
        chair=lambda _: {"speaker": next(turns), "consensus": False, "reason": ""},
        ana={"text": "Yes.", "to": "", "agrees": False},
        ben={"text": "No.", "to": "", "agrees": False},
    )
    made = workflow(
        "debate",
        chat("debate", "ana", "ben", manager="chair", most=4),
        agents=[asked("chair"), asked("ana"), asked("ben")],
    )
    found = run(made, {})
    assert [each_.text for each_ in found["debate"]] == ["Yes.", "No.", "Yes.", "No."]
    assert not found["debate_turn"].consensus
    assert len(provider.requests) == 8


def peer(name: str, *said: dict[str, Any] | str) -> Agent:
    """A participant who says these things one after the other, the last one ever after."""

    def say(data: dict[str, Any]) -> object:
        mine = sum(each_.speaker == name for each_ in data["talk"])
        return said[min(mine, len(said) - 1)]

    return Agent(name, function=say)


def talk(*agents: Agent, **more: Any) -> Workflow:
    names = [each_.name for each_ in agents]
    return workflow("talk", chat("talk", *names, **more), agents=list(agents))


def speakers(found: Values) -> list[str]:
    return [each_.speaker for each_ in found["talk"]]


def test_B7_peers_address_each_other_without_a_manager(run: Face) -> None:
    ana = peer("ana", {"text": "Cleo?", "to": "cleo"}, "Hm.")
    ben = peer("ben", "I listen.")
    cleo = peer("cleo", {"text": "Ana?", "to": "ana"}, "Yes.")
    found = run(talk(ana, ben, cleo, most=5), {})
    assert speakers(found) == ["ana", "cleo", "ana", "ben", "cleo"]


def test_B7_without_a_manager_they_take_turns_until_everybody_agrees(run: Face) -> None:
    no, yes = {"text": "No.", "agrees": False}, {"text": "Yes.", "agrees": True}
    found = run(talk(peer("ana", no, yes), peer("ben", yes), most=50), {})
    assert speakers(found) == ["ana", "ben", "ana"]
    assert found["talk_turn"].reason == "Everybody agrees."


def test_B7_a_condition_of_ones_own_ends_it(run: Face) -> None:
    until = "talk_turn.speaker == 'cleo'"
    agents = [
        peer("ana", "Go on."),
        peer("ben", {"text": "Cleo?", "to": "cleo"}),
        peer("cleo", "!"),
    ]
    assert speakers(run(talk(*agents, until=until), {})) == ["ana", "ben", "cleo"]


def test_B7_an_earlier_consensus_does_not_keep_anybody_from_speaking() -> None:
    yes = {"text": "Yes.", "agrees": True}
    agents = [peer("ana", yes), peer("ben", yes)]
    made = workflow("talk", loop("days", chat("talk", "ana", "ben"), most=2), agents=agents)
    assert speakers(dalsegno.compile(made).invoke({})) == ["ana", "ben", "ana"]


def test_B7_a_managers_function_may_leave_the_choice_to_the_rule() -> None:
    def chair(talk: list[Message]) -> dict[str, Any]:
        return {"consensus": len(talk) == 3, "reason": "Three are enough."}

    agents = [Agent("chair", function=chair), peer("ana", "A."), peer("ben", "B.")]
    made = workflow("talk", chat("talk", "ana", "ben", manager="chair"), agents=agents)
    assert speakers(dalsegno.compile(made).invoke({})) == ["ana", "ben", "ana"]


@pytest.mark.parametrize(
    ("agents", "message"),
    [
        (
            [peer("ana", {"text": "Ben?", "to": "bne"}), peer("ben", "Yes.")],
            "'bne', who is not a participant; the nearest name is 'ben'",
        ),
        ([peer("ana", {"txet": "Ben?"}), peer("ben", "Yes.")], "needs a message"),
    ],
)
def test_B7_a_message_to_nobody_is_an_error(agents: list[Agent], message: str) -> None:
    with pytest.raises(WriteError, match=message):
        dalsegno.compile(talk(*agents)).invoke({})


def test_B7_a_turn_for_nobody_is_an_error() -> None:
    agents = [Agent("chair", function=lambda: "bne"), peer("ana", "A."), peer("ben", "B.")]
    made = workflow("talk", chat("talk", "ana", "ben", manager="chair"), agents=agents)
    with pytest.raises(WriteError, match="'bne', who is not a participant"):
        dalsegno.compile(made).invoke({})


# B9: batches through stages


class Floor:
    """When each stage had which batch: the first item of a batch stands for it."""

    def __init__(self) -> None:
        self.times: dict[tuple[str, int], tuple[float, float]] = {}
        self.sizes: dict[str, list[int]] = {}

    def stage(self, name: str, seconds: float = 0.05, **more: Any) -> Any:
        def work(batch: list[int]) -> list[int]:
            began = time.monotonic()
            time.sleep(seconds)
            self.times[name, batch[0] % 1000] = (began, time.monotonic())
            self.sizes.setdefault(name, []).append(len(batch))
            return [each_ + 1000 for each_ in batch]

        return stage(name, work, **more)

    def overlap(self, one: tuple[str, int], other: tuple[str, int]) -> bool:
        (a, b), (c, d) = self.times[one], self.times[other]
        return a < d and c < b


def line(*stages: Any, **more: Any) -> Workflow:
    return workflow(
        "line", batches("line", "items", *stages, **more), inputs={"items": "list[int]"}
    )


def test_B9_a_batch_is_in_a_stage_while_the_one_before_it_is_in_the_next(run: Face) -> None:
    floor = Floor()
    made = line(floor.stage("first", 0.1), floor.stage("second", 0.1), batch_size=2)
    found = run(made, {"items": list(range(6))})
    assert found["line"] == [2000, 2001, 2002, 2003, 2004, 2005]
    assert floor.overlap(("second", 0), ("first", 2))
    assert floor.overlap(("second", 2), ("first", 4))
    for name in ("first", "second"):  # and no two batches are in one stage
        for one, other in ((0, 2), (2, 4), (0, 4)):
            assert not floor.overlap((name, one), (name, other))
    assert floor.sizes == {"first": [2, 2, 2], "second": [2, 2, 2]}


def test_B9_no_more_batches_are_under_way_than_the_rules_allow(run: Face) -> None:
    under_way, most, lock = set[int](), [0], threading.Lock()

    def enter(item: int) -> int:
        with lock:
            under_way.add(item)
            most[0] = max(most[0], len(under_way))
        time.sleep(0.02)
        return item

    def leave(item: int) -> int:
        time.sleep(0.02)
        with lock:
            under_way.discard(item)
        return item

    stages = (stage("enter", enter), stage("rest", lambda item: item), stage("leave", leave))
    for limit in (1, 2, 5):
        most[0] = 0
        made = line(*stages, batch_size=1, rules={"parallel_limit": limit})
        assert run(made, {"items": list(range(6))})["line"] == list(range(6))
        assert most[0] <= limit
        if limit < 3:
            assert most[0] == limit


def test_B9_items_that_the_logic_leaves_out_pass_through(run: Face) -> None:
    floor = Floor()
    made = line(floor.stage("big", routing_logic="item > 2"), batch_size=10)
    assert run(made, {"items": [1, 2, 3, 4]})["line"] == [1, 2, 1003, 1004]
    assert floor.sizes == {"big": [2]}


def test_B9_a_stage_may_take_fewer_at_a_time(run: Face) -> None:
    floor = Floor()
    made = line(floor.stage("wide", 0), floor.stage("slim", 0, batch_size=2), batch_size=5)
    assert run(made, {"items": list(range(7))})["line"] == [2000 + n for n in range(7)]
    assert sorted(floor.sizes["wide"]) == [2, 5]
    assert sorted(floor.sizes["slim"]) == [1, 2, 2, 2]


def faulty(rollback: Literal["keep", "discard"]) -> tuple[Any, ...]:
    def double(item: int) -> int:
        return 2 * item

    def check(item: int) -> int:
        if item == 4:
            raise ValueError("a four")
        return item + 1

    def last(item: int) -> int:
        return item * 100

    return (
        stage("double", double),
        stage("check", check, rollback_strategy=rollback),
        stage("last", last),
    )


def test_B9_a_failed_batch_keeps_what_earlier_stages_made(run: Face) -> None:
    found = run(line(*faulty("keep"), batch_size=2), {"items": [0, 1, 2, 3, 4, 5]})
    assert found["line"] == [100, 300, 400, 600, 900, 1100]
    [failure] = found["failures"]
    assert (failure.step, failure.message, failure.handled) == ("check", "a four", "isolate")


def test_B9_a_failed_batch_is_discarded_and_the_others_go_on(run: Face) -> None:
    found = run(line(*faulty("discard"), batch_size=2), {"items": [0, 1, 2, 3, 4, 5]})
    assert found["line"] == [100, 300, None, None, 900, 1100]
    assert [each_.message for each_ in found["failures"]] == ["a four"]


@pytest.mark.parametrize("rollback", ["keep", "discard"])
def test_B9_without_isolation_a_failure_ends_the_run(
    runtime: Runtime, rollback: Literal["keep", "discard"]
) -> None:
    made = line(*faulty(rollback), batch_size=2, rules={"error_isolation": False})
    found = runtime.start(made, {"items": [0, 1, 2, 3]})
    assert found.status == "failed"
    assert found.error is not None
    assert "a four" in str(found.error["message"])


def test_B9_every_stages_results_are_kept_where_the_rules_say_so(run: Face) -> None:
    floor = Floor()
    rules = {"memory_management": "keep"}
    made = line(floor.stage("first", 0), floor.stage("second", 0), batch_size=2, rules=rules)
    assert run(made, {"items": [1, 2, 3]})["line"] == [
        {"first": 1001, "second": 2001},
        {"first": 1002, "second": 2002},
        {"first": 1003, "second": 2003},
    ]


def priced(**more: Any) -> Workflow:
    def price(item: int, rate: int) -> int:
        return item * rate

    prices = batches("prices", "items", stage("price", price), **more)
    return workflow("prices", prices, inputs={"items": "list[int]", "rate": int})


@pytest.mark.parametrize("more", [{}, {"reads": ["rate"]}])
def test_B9_stages_share_what_the_step_reads(run: Face, more: dict[str, Any]) -> None:
    assert run(priced(**more), {"items": [1, 2], "rate": 3})["prices"] == [3, 6]


def test_B9_without_sharing_a_stage_sees_its_item_only() -> None:
    made = priced(rules={"context_sharing": False, "error_isolation": False})
    with pytest.raises(Exception, match="needs 'rate', which the step does not read"):
        dalsegno.compile(made).invoke({"items": [1], "rate": 2})


def test_B9_order_is_kept_however_long_a_batch_takes(run: Face) -> None:
    async def late_first(item: int) -> int:
        await asyncio.sleep(0.05 if item == 0 else 0)
        return item

    made = line(stage("one", late_first), stage("two", late_first), batch_size=1)
    assert run(made, {"items": list(range(20))})["line"] == list(range(20))


def test_B9_agents_work_through_batches(run: Face, cast: Callable[..., Cast]) -> None:
    provider = cast(clerk=lambda of: {"text": re.findall(r"letter-\d", of.words)[-1]})
    made = workflow(
        "mail",
        batches("mail", "letters", stage("sort", "clerk", task="Which one?"), batch_size=2),
        inputs={"letters": "list[str]"},
        agents=[asked("clerk")],
    )
    letters = [f"letter-{number}" for number in range(5)]
    found = run(made, {"letters": letters})
    assert found["mail"] == letters
    assert len(provider.requests) == 5
    assert sum(each_.calls for each_ in found["usage"]) == 5
