"""Tickets: one decision, one winner, on the very question that was asked, and by its deadline."""

import datetime
import enum
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command
from pydantic import BaseModel

from dalsegno import Runtime
from dalsegno.nodes.review import ask_person
from dalsegno.runtime import tickets
from dalsegno.runtime.run import Run
from dalsegno.state.errors import ConflictError, DecisionError, DefinitionError, LeaseError
from dalsegno.state.review import Edit

from .clock import Clock
from .test_state_rows import definition

APPROVE, REJECT = {"type": "approve"}, {"type": "reject"}


def letter(**review: Any) -> dict[str, Any]:
    """A text that is made, looked at by a person, and sent."""
    return definition(
        {"step": "write", "function": lambda topic: f"On {topic}.", "writes": {"text": "str"}},
        {"step": "ok", "review": {"fields": ["text"], **review}},
        {"step": "send", "function": lambda text: f"sent: {text}", "writes": {"sent": "str"}},
        inputs={"topic": "str"},
    )


def graph_of(timed: Runtime, run: Run) -> tuple[Any, Any]:
    """The run's graph and the config of its thread, for whoever changes the thread by hand."""
    config = {"configurable": {"thread_id": run.thread_id}}
    return timed._programs.graph(timed._programs.of(run.record)), config


def output(run: Run) -> dict[str, Any]:
    assert run.output is not None, run.error
    return dict(run.output)


# One decision, on the question that was asked.


def test_E5_a_second_decision_is_told_who_was_first(timed: Runtime) -> None:
    run = timed.start(letter(), {"topic": "tea"})
    timed.decide(run.reviews()[0].id, APPROVE, by="ana")

    with pytest.raises(ConflictError, match="already decided: approve by 'ana'"):
        timed.decide(run.reviews()[0].id if run.reviews() else f"{run.id}.1", REJECT, by="ben")

    assert output(timed.run(run.id))["ok"]["type"] == "approve"


def test_E5_a_decision_is_on_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    seen: list[str] = []

    def reach(point: str) -> None:
        seen.append(point)
        if point == "acknowledge":
            raise Killed

    url = f"sqlite:///{tmp_path}/a.db"
    first = Runtime(url, reach=reach)
    run = first.start(letter(), {"topic": "tea"})
    with pytest.raises(Killed):
        first.decide(run.reviews()[0].id, APPROVE, by="ana")
    assert seen.index("after decide") < seen.index("acknowledge")

    second = Runtime(url, workflows=[letter()])
    found = second.run(run.id)
    assert (found.status, found.reviews()) == ("queued", ())
    assert second.resume(found).status == "completed"
    second.close()
    first.close()


def test_E5_a_ticket_for_a_thread_that_was_repaired_is_stale(timed: Runtime) -> None:
    run = timed.start(letter(), {"topic": "tea"})
    ticket = run.reviews()[0].id
    graph, config = graph_of(timed, run)
    graph.update_state(config, {"text": "Mended by hand."})

    with pytest.raises(ConflictError, match="no longer what the graph asks"):
        timed.decide(ticket, APPROVE, by="ana")

    assert timed.review(ticket).decision == {"type": "superseded"}
    assert timed.review(ticket).answer is None
    assert timed.run(run.id).status == "queued"
    run = timed.resume(run.id)
    (fresh,) = run.reviews()
    assert fresh.id != ticket
    assert fresh.args == {"text": "Mended by hand."}
    assert output(timed.decide(fresh.id, APPROVE, by="ana"))["sent"] == "sent: Mended by hand."


def test_E5_a_ticket_that_was_answered_by_hand_is_stale(timed: Runtime) -> None:
    run = timed.start(letter(), {"topic": "tea"})
    graph, config = graph_of(timed, run)
    graph.update_state(config, {"ok": {"type": "approve"}}, as_node="ok")

    with pytest.raises(ConflictError, match="no longer"):
        timed.decide(run.reviews()[0].id, REJECT, by="ana")

    done = timed.resume(run.id)
    assert (done.status, output(done)["ok"]["type"]) == ("completed", "approve")


def test_E5_a_run_that_ended_past_its_ticket_leaves_none_open(timed: Runtime) -> None:
    run = timed.start(letter(), {"topic": "tea"})
    graph, config = graph_of(timed, run)
    graph.update_state(config, {"ok": {"type": "approve"}}, as_node="ok")
    timed.resume(run.id)

    assert timed.reviews() == ()
    with pytest.raises(ConflictError, match="superseded"):
        timed.decide(f"{run.id}.1", APPROVE, by="ana")


def test_E5_a_ticket_of_a_cancelled_run_is_decided_no_more(timed: Runtime) -> None:
    run = timed.start(letter(), {"topic": "tea"})
    timed.cancel(run.id)
    with pytest.raises(ConflictError, match="is cancelled"):
        timed.decide(f"{run.id}.1", APPROVE, by="ana")


def test_E5_the_thread_driven_on_elsewhere_makes_the_ticket_stale(timed: Runtime) -> None:
    run = timed.start(letter(), {"topic": "tea"})
    graph, config = graph_of(timed, run)
    waiting = graph.get_state(config).tasks[0].interrupts[0].id
    graph.invoke(Command(resume={waiting: REJECT}), config)

    with pytest.raises(ConflictError, match="no longer"):
        timed.decide(run.reviews()[0].id, APPROVE, by="ana")

    done = timed.resume(run.id)
    assert (done.status, output(done)["ok"]["type"]) == ("completed", "reject")


def test_E5_a_change_between_the_look_and_the_decision_is_seen(
    timed: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = timed.start(letter(), {"topic": "tea"})
    graph, config = graph_of(timed, run)
    plain, changes = tickets.asked_now, [{"text": "Mended."}]

    async def looked(*given: Any) -> Any:
        found = await plain(*given)
        if changes:  # somebody is quicker than the decision
            await graph.aupdate_state(config, changes.pop())
        return found

    monkeypatch.setattr(tickets, "asked_now", looked)
    with pytest.raises(ConflictError, match="no longer"):
        timed.decide(run.reviews()[0].id, APPROVE, by="ana")
    assert timed.review(f"{run.id}.1").answer is None


def test_E5_no_decision_while_somebody_answers_without_the_runtime(runtime: Runtime) -> None:
    told: list[str] = []

    def send(text: str) -> str:
        # The graph is being driven by hand at this moment, and the ticket is still open.
        with pytest.raises(LeaseError) as refused:
            runtime.decide(f"{run.id}.1", REJECT, by="ana")
        told.append(str(refused.value))
        return text

    given = definition(
        {"step": "ok", "review": {"fields": ["text"]}},
        {"step": "sent", "function": send},
        inputs={"text": "str"},
    )
    run = runtime.start(given, {"text": "x"})
    graph, config = graph_of(runtime, run)
    waiting = graph.get_state(config).tasks[0].interrupts[0].id
    graph.invoke(Command(resume={waiting: APPROVE}), config)
    assert len(told) == 1
    assert runtime.review(f"{run.id}.1").open


# Several gates: each its own ticket.


class Amounts(BaseModel):
    amount: int


class State(TypedDict, total=False):
    amount: int
    seen: list[str]


def asked(name: str, amount: int = 1) -> str:
    decision = ask_person(name, args={"amount": amount}, description=name, fields=Amounts)
    return f"{name} {decision.type}"


def hand_made(timed: Runtime, node: Any, name: str) -> Run:
    builder = StateGraph(State)  # type: ignore[arg-type]  # its stubs want more than a TypedDict
    builder.add_node("gates", node)
    builder.add_edge(START, "gates")
    builder.add_edge("gates", END)
    return timed.start(builder.compile(name=name), {"amount": 1})


def test_E5_gates_one_after_another_in_one_node_are_asked_one_by_one(timed: Runtime) -> None:
    def node(state: State) -> State:
        return {"seen": [asked("first"), asked("second")]}

    run = hand_made(timed, node, "two_gates")
    assert [each.node for each in run.reviews()] == ["first"]
    run = timed.decide(run.reviews()[0].id, APPROVE, by="ana")
    assert [each.node for each in run.reviews()] == ["second"]
    run = timed.decide(run.reviews()[0].id, REJECT, by="ben")
    assert output(run)["seen"] == ["first approve", "second reject"]


def test_E5_the_same_question_twice_in_one_node_needs_two_answers(timed: Runtime) -> None:
    def node(state: State) -> State:
        return {"seen": [asked("pay"), asked("pay"), asked("pay")]}

    run = hand_made(timed, node, "thrice")
    answers = (APPROVE, REJECT, APPROVE)
    for number, answer in enumerate(answers, 1):
        assert (run.status, len(run.reviews())) == ("paused", 1)
        assert run.reviews()[0].id == f"{run.id}.{number}"
        run = timed.decide(run.reviews()[0].id, answer, by=f"person {number}")
    assert output(run)["seen"] == ["pay approve", "pay reject", "pay approve"]
    with pytest.raises(ConflictError, match="person 1"):
        timed.decide(f"{run.id}.1", REJECT, by="late")


def sides(*, nested: bool) -> dict[str, Any]:
    """Two branches, each with two gates, directly or in a workflow of their own."""

    def side(name: str) -> list[dict[str, Any]]:
        def step(at: int) -> dict[str, Any]:
            gate = {"fields": ["topic"], "decisions": ["approve", "reject"]}
            return {"step": f"{name}{at}", "review": {**gate, "on_reject": "continue"}}

        if not nested:
            return [step(1), step(2)]
        inner = definition(step(1), step(2), inputs={"topic": "str"}) | {
            "outputs": {f"{name}_end": f"{name}2.type"}
        }
        return [
            {"step": f"in_{name}", "workflow": inner, "outputs": {f"{name}_end": f"{name}_end"}}
        ]

    return definition(
        {"step": "both", "parallel": {"left": side("left"), "right": side("right")}},
        {"step": "after", "function": lambda topic: topic.upper(), "writes": {"after": "str"}},
        inputs={"topic": "str"},
    )


@pytest.mark.parametrize("nested", [False, True])
def test_E5_no_answer_passes_to_another_gate(timed: Runtime, nested: bool) -> None:
    run = timed.start(sides(nested=nested), {"topic": "x"})
    assert sorted(each.node for each in run.reviews()) == ["left1", "right1"]
    said: dict[str, str] = {}
    for number in range(4):
        (ticket, *_) = sorted(run.reviews(), key=lambda each: each.node)
        kind = "approve" if number % 2 else "reject"
        said[ticket.node] = kind
        run = timed.decide(ticket.id, {"type": kind}, by="ana")
    assert run.status == "completed", run.error
    decided = {
        each.node: str((each.decision or {})["type"])
        for each in timed.reviews(run.id, decided=True)
    }
    assert decided == said
    assert output(run)["after"] == "X"


def test_E5_one_of_two_parallel_gates_takes_the_run_as_far_as_it_can(timed: Runtime) -> None:
    run = timed.start(sides(nested=False), {"topic": "x"})
    left, right = sorted(run.reviews(), key=lambda each: each.node)
    run = timed.decide(left.id, APPROVE, by="ana")
    assert run.status == "paused"
    assert [each.node for each in run.reviews()] == ["right1"]
    run = timed.decide(right.id, APPROVE, by="ana")
    assert sorted(each.node for each in run.reviews()) == ["left2", "right2"]


def test_E5_a_repair_beside_a_gate_keeps_no_other_decision(timed: Runtime) -> None:
    run = timed.start(sides(nested=False), {"topic": "x"})
    left, right = sorted(run.reviews(), key=lambda each: each.node)
    timed.decide(left.id, APPROVE, by="ana")
    graph, config = graph_of(timed, run)
    graph.update_state(config, {"topic": "y"}, as_node="__start__")

    with pytest.raises(ConflictError, match="no longer"):
        timed.decide(right.id, APPROVE, by="ben")

    run = timed.resume(run.id)
    assert sorted(each.node for each in run.reviews()) == ["left1", "right1"]
    assert {each.args["topic"] for each in run.reviews()} == {"y"}


# Edits, as a client sends them.


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Slot(BaseModel):
    day: datetime.date
    hours: tuple[int, int]


DAY, MOMENT = datetime.date(2027, 2, 2), datetime.datetime(2027, 2, 2, 9, 30)
SLOT = Slot(day=DAY, hours=(9, 12))
FIRST: Mapping[Any, object] = {
    datetime.date: datetime.date(2026, 1, 1),
    datetime.datetime: datetime.datetime(2026, 1, 1),
    Colour: Colour.RED,
    Slot: Slot(day=datetime.date(2026, 1, 1), hours=(1, 2)),
    list[datetime.date]: [],
    dict[str, Slot]: {},
    float: 0.5,
}


def kept(kind: Any) -> dict[str, Any]:
    """A value of that type that a person may edit, and what a step then finds."""

    def made(n: int) -> Any:
        return FIRST[kind]

    def found(made: Any) -> str:
        return repr(made)

    made.__annotations__["return"] = found.__annotations__["made"] = kind
    return definition(
        {"step": "made", "function": made},
        {"step": "ok", "review": {"fields": ["made", "n"]}},
        {"step": "found", "function": found},
        inputs={"n": "int"},
    )


@pytest.mark.parametrize(
    ("kind", "sent", "found"),
    [
        (datetime.date, "2027-02-02", DAY),
        (datetime.date, DAY, DAY),
        (datetime.datetime, "2027-02-02T09:30:00", MOMENT),
        (datetime.datetime, MOMENT, MOMENT),
        (Colour, "blue", Colour.BLUE),
        (Colour, Colour.BLUE, Colour.BLUE),
        (Slot, {"day": "2027-02-02", "hours": [9, 12]}, SLOT),
        (Slot, SLOT, SLOT),
        (list[datetime.date], ["2027-02-02"], [DAY]),
        (dict[str, Slot], {"a": {"day": "2027-02-02", "hours": [9, 12]}}, {"a": SLOT}),
        (float, 2, 2.0),
    ],
)
def test_E2_an_edit_has_the_type_of_its_field(
    timed: Runtime, kind: Any, sent: object, found: object
) -> None:
    run = timed.start(kept(kind), {"n": 1})
    edit = {"type": "edit", "args": {"made": sent}}
    done = timed.decide(run.reviews()[0].id, edit, by="ana")
    assert (done.status, done.error) == ("completed", None)
    assert output(done)["found"] == repr(found)
    assert json.dumps(timed.review(f"{run.id}.1").decision)


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        (datetime.date, "tomorrow"),
        (datetime.date, 5),
        (Colour, "green"),
        (Slot, {"day": "2027-02-02"}),  # what is missing within is no field that is left as it is
        (Slot, {"day": "2027-02-02", "hours": ["9", "12"]}),
        (float, "2"),
        (float, object()),
    ],
)
def test_E2_an_edit_that_is_not_of_its_type_decides_nothing(
    timed: Runtime, kind: Any, sent: object
) -> None:
    run = timed.start(kept(kind), {"n": 1})
    with pytest.raises(DecisionError):
        timed.decide(run.reviews()[0].id, {"type": "edit", "args": {"made": sent}}, by="ana")
    assert timed.decide(run.reviews()[0].id, APPROVE, by="ana").status == "completed"


def test_E2_a_gate_of_ones_own_gets_an_edit_in_its_fields_types(timed: Runtime) -> None:
    def node(state: State) -> State:
        decision = ask_person("when", args={}, description="When?", fields=Slot)
        assert isinstance(decision, Edit)
        return {"seen": [repr(decision.args)]}

    run = hand_made(timed, node, "when")
    run = timed.decide(run.reviews()[0].id, {"type": "edit", "args": {"day": "soon"}}, by="ana")
    (asked_again,) = run.reviews()
    assert "does not fit" in str(asked_again.request)
    run = timed.decide(asked_again.id, {"type": "edit", "args": {"day": "2027-02-02"}}, by="ana")
    assert output(run)["seen"] == [repr({"day": DAY})]


# Deadlines.


def test_E6_the_person_is_told_what_happens_when_time_is_up(timed: Runtime, clock: Clock) -> None:
    review = {"assignee": "ana", "deadline": "2h", "on_deadline": "reject"}
    (ticket,) = timed.start(letter(**review), {"topic": "tea"}).reviews()
    config = ticket.request["review_configs"][0]  # type: ignore[index]  # it is our own request
    assert (config["assignee"], config["within"]) == ("ana", 7200.0)
    assert config["on_deadline"] == {"do": "reject"}
    assert (ticket.deadline, ticket.on_deadline) == (clock.now + 7200.0, {"do": "reject"})


@pytest.mark.parametrize(
    ("policy", "ends"),
    [
        ("approve", {"type": "approve"}),
        ("reject", {"type": "reject", "message": ""}),
        ({"edit": {"text": "Short."}}, {"type": "edit", "args": {"text": "Short."}}),
    ],
)
def test_E6_a_default_decision_is_taken_when_the_deadline_has_passed(
    timed: Runtime, clock: Clock, policy: Any, ends: dict[str, Any]
) -> None:
    run = timed.start(letter(deadline="2h", on_deadline=policy), {"topic": "tea"})
    clock.now += 7_199
    assert timed.orphans() == ()
    clock.now += 1
    assert timed.orphans() == (run.id,)
    done = timed.resume(run.id)

    ticket = timed.review(f"{run.id}.1")
    assert (ticket.decision, ticket.decided_by) == (ends, "deadline")
    assert (ticket.passed, ticket.on_deadline) == (
        clock.now,
        policy if isinstance(policy, dict) else {"do": policy},
    )
    assert done.status == "completed"
    text = "sent: Short." if isinstance(policy, dict) else "sent: On tea."
    assert output(done).get("sent") == (None if policy == "reject" else text)


def test_E6_who_decides_in_time_wins(timed: Runtime, clock: Clock) -> None:
    run = timed.start(letter(deadline="2h", on_deadline="reject"), {"topic": "tea"})
    clock.now += 7_199
    timed.decide(run.reviews()[0].id, APPROVE, by="ana")
    clock.now += 10_000
    assert timed.orphans() == ()
    assert timed.review(f"{run.id}.1").decided_by == "ana"


def test_E6_after_the_deadline_it_holds_even_if_nobody_has_acted_on_it(
    timed: Runtime, clock: Clock
) -> None:
    run = timed.start(letter(deadline="2h", on_deadline="reject"), {"topic": "tea"})
    clock.now += 7_200
    with pytest.raises(ConflictError, match="already decided: reject by 'deadline'"):
        timed.decide(run.reviews()[0].id, APPROVE, by="ana")
    done = timed.resume(run.id)
    assert (done.status, output(done)["ok"]["type"]) == ("completed", "reject")


def test_E6_an_expired_review_fails_its_run_and_a_resume_asks_again(
    timed: Runtime, clock: Clock
) -> None:
    run = timed.start(letter(deadline="2h", assignee="ana"), {"topic": "tea"})
    clock.now += 7_200
    failed = timed.resume(run.id)
    assert failed.status == "failed"
    assert failed.error is not None
    assert "'ana' had not decided on review" in str(failed.error["message"])
    assert failed.error["class"] == "resource"
    with pytest.raises(ConflictError, match="is expired"):
        timed.decide(f"{run.id}.1", APPROVE, by="ana")

    again = timed.resume(run.id)
    (fresh,) = again.reviews()
    assert (again.status, fresh.id, fresh.deadline) == ("paused", f"{run.id}.2", clock.now + 7_200)
    assert timed.decide(fresh.id, APPROVE, by="ana").status == "completed"


def test_E6_escalation_hands_the_ticket_on_and_then_what_was_said_for_that(
    timed: Runtime, clock: Clock
) -> None:
    policy = {"escalate": "ben", "deadline": "1h", "then": "approve"}
    run = timed.start(letter(deadline="2h", assignee="ana", on_deadline=policy), {"topic": "tea"})
    clock.now += 7_200
    assert timed.orphans() == ()
    ticket = timed.review(f"{run.id}.1")
    assert (ticket.open, ticket.assignee, ticket.passed) == (True, "ben", clock.now)
    assert ticket.deadline == clock.now + 3_600
    assert timed.run(run.id).status == "paused"

    clock.now += 3_600
    assert timed.orphans() == (run.id,)
    assert timed.resume(run.id).status == "completed"
    assert timed.review(ticket.id).decided_by == "deadline"


def test_E6_whoever_it_is_handed_to_decides(timed: Runtime, clock: Clock) -> None:
    run = timed.start(letter(deadline="2h", on_deadline={"escalate": "ben"}), {"topic": "tea"})
    clock.now += 7_200
    with pytest.raises(ConflictError, match="handed on to 'ben'"):
        timed.decide(f"{run.id}.1", APPROVE, by="ana")
    assert timed.review(f"{run.id}.1").deadline is None
    assert timed.decide(f"{run.id}.1", APPROVE, by="ben").status == "completed"


def test_E6_a_deadline_acts_on_a_run_that_failed_elsewhere(timed: Runtime, clock: Clock) -> None:
    broken = [True]

    def right(topic: str) -> str:
        if broken:
            raise ConnectionError("down")
        return topic

    given = definition(
        {
            "step": "both",
            "parallel": {
                "a": {
                    "step": "ok",
                    "review": {"fields": ["topic"], "deadline": "1h", "on_deadline": "approve"},
                },
                "b": {"step": "right", "function": right},
            },
        },
        inputs={"topic": "str"},
    )
    run = timed.start(given, {"topic": "x"})
    assert run.status == "failed"
    broken.clear()
    run = timed.resume(run.id)
    assert run.status == "paused"
    clock.now += 3_600
    assert timed.resume(run.id).status == "completed"


def test_E6_a_gate_in_a_map_has_a_deadline_for_each_item(timed: Runtime, clock: Clock) -> None:
    review = {"fields": ["one"], "deadline": "1h", "on_deadline": "approve"}
    steps = [{"step": "one", "function": lambda item: item * 10}, {"step": "ok", "review": review}]
    given = definition(
        {"step": "all", "map": {"over": "numbers", "steps": steps, "collect": "one"}},
        inputs={"numbers": "list[int]"},
    )
    run = timed.start(given, {"numbers": [1, 2, 3]})
    assert len(run.reviews()) == 3
    timed.decide(run.reviews()[1].id, {"type": "edit", "args": {"one": 7}}, by="ana")
    clock.now += 3_600
    done = timed.resume(run.id)
    assert (done.status, sorted(output(done)["all"])[0]) == ("completed", 7)
    by = [each.decided_by for each in timed.reviews(run.id, decided=True)]
    assert sorted(map(str, by)) == ["ana", "deadline", "deadline"]


@pytest.mark.parametrize(
    ("review", "told"),
    [
        ({"deadline": "1h", "on_deadline": "aprove"}, "nearest name is 'approve'"),
        ({"deadline": "1h", "on_deadline": {"edit": {"txt": "a"}}}, "nearest name is 'text'"),
        ({"deadline": "1h", "on_deadline": {"edit": {"text": 5}}}, "does not fit"),
        ({"deadline": "1h", "on_deadline": {"do": "reject", "escalate": "b"}}, "one of"),
        ({"deadline": "1h", "on_deadline": {"escalate": "b", "then": "reject"}}, "needs a"),
        ({"deadline": "1h", "on_deadline": "reject", "decisions": ["approve"]}, "cannot 'reject'"),
        ({"on_deadline": "reject"}, "a deadline that is not there"),
    ],
)
def test_E6_what_a_deadline_cannot_do_is_refused_beforehand(
    timed: Runtime, review: dict[str, Any], told: str
) -> None:
    with pytest.raises(DefinitionError, match=told):
        timed.start(letter(**review), {"topic": "tea"})


def test_E6_a_gate_of_ones_own_is_refused_the_same_way(timed: Runtime) -> None:
    def node(state: State) -> State:
        ask_person(
            "pay",
            args={"amount": 1},
            description="Pay?",
            fields=Amounts,
            within=60,
            on_deadline={"edit": {"amount": "much"}},
        )
        return {"seen": []}

    run = hand_made(timed, node, "unfit")
    assert run.status == "failed"
    assert run.error is not None
    assert run.error["type"] == DecisionError.__name__
