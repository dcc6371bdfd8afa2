"""People in a run: named checkpoints with a payload, and failures that are shown to somebody."""

from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

import dalsegno
from dalsegno import Runtime
from dalsegno.runtime.run import Run
from dalsegno.state.errors import DecisionError

from .test_state_rows import definition, thread


def content(**keys: Any) -> dict[str, Any]:
    """Research, a draft of it, and two places where a person looks."""

    def research(topic: str) -> list[str]:
        return [f"{topic} is old.", f"{topic} is round."]

    def draft(research: list[str]) -> str:
        return " ".join(research)

    def publish(draft: str) -> str:
        return f"published: {draft}"

    return definition(
        {"step": "research", "function": research},
        {"step": "draft", "function": draft},
        inputs={"topic": "str"},
        human_checkpoints=["research_validation", "final_approval"],
        **keys,
    )


def approve(runtime: Runtime, run: Run) -> Run:
    return runtime.decide(run.reviews()[0].id, {"type": "approve"}, by="ana")


def test_E1_named_checkpoints_pause_with_what_they_are_about(runtime: Runtime) -> None:
    run = runtime.start(content(), {"topic": "Cheese"})

    (first,) = run.reviews()
    assert (run.status, first.node) == ("paused", "research_validation")
    assert first.args == {"research": ["Cheese is old.", "Cheese is round."]}
    assert "approve" in first.allowed and "edit" in first.allowed

    run = approve(runtime, run)
    (second,) = run.reviews()
    assert (run.status, second.node) == ("paused", "final_approval")
    assert second.args == {"draft": "Cheese is old. Cheese is round."}

    run = approve(runtime, run)
    assert (run.status, run.reviews()) == ("completed", ())
    assert run.output is not None
    assert run.output["final_approval"] == {"type": "approve", "message": ""}


def test_E1_each_goes_on_in_another_process(runtime: Runtime, tmp_path: Path) -> None:
    run = runtime.start(content(), {"topic": "Cheese"})
    for _ in range(2):
        other = Runtime(f"sqlite:///{tmp_path}/runs.db", workflows=[content()])
        run = approve(other, other.run(run.id))
        status = run.status
        other.close()

    assert status == "completed"


def test_E1_they_answer_to_langgraphs_own_command_too() -> None:
    graph: Any = dalsegno.compile(content(), InMemorySaver())
    paused = graph.invoke({"topic": "Cheese"}, thread())
    request = paused["__interrupt__"][0].value["action_requests"][0]
    assert request["name"] == "research_validation"

    edited = {"type": "edit", "args": {"research": ["Only this."]}}
    paused = graph.invoke(Command(resume=edited), thread())
    request = paused["__interrupt__"][0].value["action_requests"][0]
    assert (request["name"], request["args"]) == ("final_approval", {"draft": "Only this."})

    done = graph.invoke(Command(resume={"type": "approve"}), thread())
    assert done["history"] == ("research", "research_validation", "draft", "final_approval")


def test_E1_an_edit_is_typed_and_refused_before_it_is_recorded(runtime: Runtime) -> None:
    run = runtime.start(content(), {"topic": "Cheese"})
    review = run.reviews()[0].id
    for wrong, told in (
        ({"research": "no list"}, "'research' does not fit"),
        ({"research": [1, 2]}, "does not fit"),
        ({"reserch": ["a"]}, "no field 'reserch'; the nearest name is 'research'"),
        ({"topic": "Bread"}, "no field 'topic'"),
        ({}, "does not fit"),
    ):
        with pytest.raises(DecisionError, match=told):
            runtime.decide(review, {"type": "edit", "args": wrong}, by="ana")
    assert runtime.run(run.id).status == "paused"

    run = runtime.decide(review, {"type": "edit", "args": {"research": ["Mine."]}}, by="ana")

    assert run.reviews()[0].args == {"draft": "Mine."}


def test_E1_a_rejection_ends_the_run_as_completed(runtime: Runtime) -> None:
    run = runtime.start(content(), {"topic": "Cheese"})

    run = runtime.decide(run.reviews()[0].id, {"type": "reject", "message": "Too thin."}, by="ana")

    assert run.status == "completed"
    assert run.output is not None
    assert run.output["research_validation"] == {"type": "reject", "message": "Too thin."}
    assert run.output.get("draft") is None


def review_of(field: str, name: str = "check", **more: Any) -> dict[str, Any]:
    return {"step": name, "review": {"fields": [field], **more}}


def test_E1_reviews_in_parallel_wait_beside_each_other_and_are_decided_in_any_order(
    runtime: Runtime,
) -> None:
    ran: list[str] = []

    def side(name: str) -> list[dict[str, Any]]:
        def make() -> str:
            ran.append(name)
            return name

        return [
            {"step": name, "function": make, "writes": {name: "str"}},
            review_of(name, f"{name}_check"),
        ]

    workflow = definition(
        {"step": "both", "parallel": {"one": side("left"), "two": side("right")}},
        {"step": "join", "function": lambda left, right: left + right, "writes": {"join": "str"}},
    )
    run = runtime.start(workflow, {})
    tickets = {each.node: each for each in run.reviews()}
    assert set(tickets) == {"left_check", "right_check"}

    edit = {"type": "edit", "args": {"right": "RIGHT"}}
    run = runtime.decide(tickets["right_check"].id, edit, by="ana")
    assert [each.node for each in run.reviews()] == ["left_check"]
    run = runtime.decide(tickets["left_check"].id, {"type": "approve"}, by="ben")

    assert run.status == "completed"
    assert run.output is not None
    assert run.output["join"] == "leftRIGHT"
    assert sorted(ran) == ["left", "right"]


def test_E1_a_review_in_a_loop_is_asked_anew_in_every_pass(runtime: Runtime) -> None:
    def write(text: str, check: Any) -> str:
        return text + ("" if check is None else f" ({check.message})")

    workflow = definition(
        {
            "step": "again",
            "loop": {
                "steps": [
                    {"step": "write", "function": write, "writes": {"text": None}},
                    review_of("text", on_reject="continue"),
                ],
                "until": "check.type == 'approve'",
                "max_iterations": 4,
            },
        },
        state={"text": {"type": "str", "default": "Draft"}},
    )
    run = runtime.start(workflow, {})
    for message in ("shorter", "longer"):
        decision = {"type": "reject", "message": message}
        run = runtime.decide(run.reviews()[0].id, decision, by="ana")
    assert run.reviews()[0].args == {"text": "Draft (shorter) (longer)"}

    run = approve(runtime, run)

    assert (run.status, len(runtime.reviews(run.id, decided=True))) == ("completed", 3)


def test_E1_a_review_in_a_map_is_asked_for_every_item(runtime: Runtime) -> None:
    calls: list[int] = []

    def one(item: int) -> int:
        calls.append(item)
        return item * 10

    steps = [{"step": "one", "function": one}, review_of("one")]
    after = {"step": "after", "function": lambda one: one + 1, "writes": {"after": "int"}}
    workflow = definition(
        {"step": "all", "map": {"over": "numbers", "steps": [*steps, after]}},
        inputs={"numbers": "list[int]"},
    )
    run = runtime.start(workflow, {"numbers": [1, 2, 3]})
    assert [each.node for each in run.reviews()] == ["check"] * 3
    by_value = {each.args["one"]: each for each in run.reviews()}

    run = runtime.decide(by_value[20].id, {"type": "edit", "args": {"one": 99}}, by="ana")
    assert len(run.reviews()) == 2
    with pytest.raises(DecisionError, match="does not fit"):
        runtime.decide(by_value[10].id, {"type": "edit", "args": {"one": "x"}}, by="ana")
    for value in (30, 10):
        run = runtime.decide(by_value[value].id, {"type": "approve"}, by="ana")

    assert (run.status, run.error) == ("completed", None)
    assert run.output is not None
    assert run.output["all"] == [11, 100, 31]
    assert sorted(calls) == [1, 2, 3]


def test_E1_a_review_in_another_workflow_pauses_the_outer_one(
    runtime: Runtime, tmp_path: Path
) -> None:
    workflow = definition(
        {
            "step": "inner",
            "workflow": content(),
            "inputs": {"topic": "subject"},
            "outputs": {"text": "draft"},
        },
        {"step": "after", "function": lambda text: text.upper(), "writes": {"after": "str"}},
        inputs={"subject": "str"},
    )
    run = runtime.start(workflow, {"subject": "Cheese"})
    (review,) = run.reviews()
    assert review.node == "research_validation"
    with pytest.raises(DecisionError, match="'research' does not fit"):
        runtime.decide(review.id, {"type": "edit", "args": {"research": 1}}, by="ana")

    edit = {"type": "edit", "args": {"research": ["Mine."]}}
    run = runtime.decide(review.id, edit, by="ana")
    other = Runtime(f"sqlite:///{tmp_path}/runs.db", workflows=[workflow])
    run = approve(other, other.run(run.id))

    assert (run.status, run.error) == ("completed", None)
    assert run.output is not None
    assert run.output["after"] == "MINE."
    other.close()


class Bank:
    """A step that cannot reach the bank until it is told that it can."""

    def __init__(self) -> None:
        self.down = True
        self.calls = 0

    def workflow(self, **handling: Any) -> dict[str, Any]:
        def pay(amount: int) -> int:
            self.calls += 1
            if self.down:
                raise ConnectionError("The bank cannot be reached.")
            return amount

        def after(pay: int) -> int:
            return pay * 2

        return definition(
            {"step": "pay", "function": pay},
            {"step": "after", "function": after},
            inputs={"amount": "int"},
            error_handling={
                "fallback_strategy": "human_escalation",
                "max_retries": 1,
                "first_wait": 0,
                **handling,
            },
        )


def test_E3_a_person_sees_the_failure_once_no_try_is_left(runtime: Runtime) -> None:
    bank = Bank()

    run = runtime.start(bank.workflow(), {"amount": 5})

    assert (run.status, bank.calls) == ("paused", 2)
    (review,) = run.reviews()
    assert review.node == "pay_escalation"
    failure = review.args["failure"]
    assert failure == {
        "error": "ConnectionError",
        "message": "The bank cannot be reached.",
        "class": "agent",
    }
    assert set(review.allowed) == {"approve", "edit", "reject"}
    assert "The bank cannot be reached." in str(review.request)


def test_E3_an_approval_tries_again_in_a_new_process(runtime: Runtime, tmp_path: Path) -> None:
    bank = Bank()
    run = runtime.start(bank.workflow(), {"amount": 5})
    other = Runtime(f"sqlite:///{tmp_path}/runs.db", workflows=[bank.workflow()])

    run = approve(other, other.run(run.id))
    assert (run.status, [each.node for each in run.reviews()]) == ("paused", ["pay_escalation"])
    bank.down = False
    run = approve(other, run)

    assert (run.status, run.error) == ("completed", None)
    assert run.output is not None
    assert (run.output["pay"], run.output["after"]) == (5, 10)
    other.close()


def test_E3_an_edit_gives_the_result_by_hand_and_it_is_typed(runtime: Runtime) -> None:
    run = runtime.start(Bank().workflow(), {"amount": 5})
    review = run.reviews()[0].id
    with pytest.raises(DecisionError, match="'pay' does not fit"):
        runtime.decide(review, {"type": "edit", "args": {"pay": "five"}}, by="ana")
    with pytest.raises(DecisionError, match="does not take 'respond'"):
        runtime.decide(review, {"type": "respond", "message": "Why?"}, by="ana")

    run = runtime.decide(review, {"type": "edit", "args": {"pay": 7}}, by="ana")

    assert run.status == "completed"
    assert run.output is not None
    assert (run.output["pay"], run.output["after"]) == (7, 14)


def test_E3_a_rejection_ends_the_run_as_failed_with_both_reasons(runtime: Runtime) -> None:
    run = runtime.start(Bank().workflow(), {"amount": 5})

    run = runtime.decide(run.reviews()[0].id, {"type": "reject", "message": "Give up."}, by="ana")

    assert run.status == "failed"
    assert run.error is not None
    assert "The bank cannot be reached. (Give up.)" in str(run.error["message"])
    assert run.error["node"] == "pay"


def test_E3_a_critical_failure_goes_to_a_person_without_another_try(runtime: Runtime) -> None:
    bank = Bank()

    run = runtime.start(bank.workflow(critical_failures=["connection_error"]), {"amount": 5})

    assert (run.status, bank.calls) == ("paused", 1)


def test_E3_failures_in_parallel_steps_go_to_a_person_each(runtime: Runtime) -> None:
    down = {"left": True, "right": True}

    def side(name: str) -> dict[str, Any]:
        def make() -> str:
            if down[name]:
                raise ConnectionError(f"{name} is down")
            return name

        return {
            "step": name,
            "function": make,
            "writes": {name: "str"},
            "error_handling": {"fallback_strategy": "escalate"},
        }

    run = runtime.start(
        definition(
            {"step": "both", "parallel": [side("left"), side("right")]},
            {
                "step": "join",
                "function": lambda left, right: left + right,
                "writes": {"join": "str"},
            },
        ),
        {},
    )
    tickets = {each.node: each for each in run.reviews()}
    assert {each: ticket.args["failure"]["message"] for each, ticket in tickets.items()} == {
        "left_escalation": "left is down",
        "right_escalation": "right is down",
    }

    down["left"] = False
    runtime.decide(tickets["left_escalation"].id, {"type": "approve"}, by="ana")
    edit = {"type": "edit", "args": {"right": "by hand"}}
    run = runtime.decide(tickets["right_escalation"].id, edit, by="ana")

    assert (run.status, run.error) == ("completed", None)
    assert run.output is not None
    assert run.output["join"] == "leftby hand"


def test_E3_an_items_failure_in_a_map_goes_to_a_person(runtime: Runtime) -> None:
    def one(item: int) -> int:
        if item == 2:
            raise ConnectionError("No two.")
        return item * 10

    steps = [{"step": "one", "function": one, "error_handling": {"fallback_strategy": "escalate"}}]
    run = runtime.start(
        definition(
            {"step": "all", "map": {"over": "numbers", "steps": steps}},
            inputs={"numbers": "list[int]"},
        ),
        {"numbers": [1, 2, 3]},
    )
    (review,) = run.reviews()
    assert (review.node, review.args["failure"]["message"]) == ("one_escalation", "No two.")
    with pytest.raises(DecisionError, match="does not fit"):
        runtime.decide(review.id, {"type": "edit", "args": {"one": "x"}}, by="ana")

    run = runtime.decide(review.id, {"type": "edit", "args": {"one": 99}}, by="ana")

    assert (run.status, run.error) == ("completed", None)
    assert run.output is not None
    assert run.output["all"] == [10, 99, 30]


def test_E1_two_workflows_may_each_have_a_checkpoint_of_one_name(runtime: Runtime) -> None:
    workflow = definition(
        {
            "step": "inner",
            "workflow": content(),
            "inputs": {"topic": "subject"},
            "outputs": {"text": "draft"},
        },
        {"step": "after", "function": lambda text: text.upper(), "writes": {"after": "str"}},
        inputs={"subject": "str"},
        human_checkpoints=["final_approval"],
    )
    run = approve(runtime, runtime.start(workflow, {"subject": "Cheese"}))
    (inner,) = run.reviews()
    assert (inner.node, set(inner.args)) == ("final_approval", {"draft"})

    run = runtime.decide(inner.id, {"type": "edit", "args": {"draft": "Mine."}}, by="ana")
    (outer,) = run.reviews()
    assert (outer.node, outer.args) == ("final_approval", {"after": "MINE."})
    run = runtime.decide(outer.id, {"type": "edit", "args": {"after": "OURS."}}, by="ana")

    assert (run.status, run.error) == ("completed", None)
    assert run.output is not None
    assert run.output["after"] == "OURS."


def test_E1_a_rejection_in_a_nested_workflow_ends_the_outer_one(runtime: Runtime) -> None:
    def shout(question: str) -> str:
        return question.upper()

    def send(found: object) -> str:
        return f"sent {found}"

    inner = {
        "workflow_definition": {"name": "inner", "version": "1"},
        "inputs": {"question": "str"},
        "workflow_steps": [
            {"step": "shout", "function": shout},
            {"step": "allowed", "review": {"fields": ["shout"]}},
        ],
        "outputs": ["shout"],
    }
    middle = {
        "workflow_definition": {"name": "middle", "version": "1"},
        "inputs": {"question": "str"},
        "workflow_steps": [{"step": "inner", "workflow": inner, "outputs": {"found": "shout"}}],
        "outputs": ["found"],
    }
    outer = {
        "workflow_definition": {"name": "outer", "version": "1"},
        "inputs": {"question": "str"},
        "workflow_steps": [
            {
                "step": "both",
                "parallel": [
                    {"step": "middle", "workflow": middle, "outputs": {"found": "found"}},
                    {"step": "aside", "function": shout},
                ],
            },
            {"step": "send", "function": send},
        ],
    }
    ends = {}
    for answer in ("approve", "reject"):
        run = runtime.start(outer, {"question": "now?"})
        ends[answer] = runtime.decide(run.reviews()[0].id, {"type": answer}, by="ana")
    assert ends["approve"].output["send"] == "sent NOW?"  # type: ignore[index]  # it is there
    assert ends["reject"].status == "completed"
    assert "send" not in ends["reject"].output  # type: ignore[operator]  # it is there


def test_E1_a_review_says_whom_it_is_for_and_by_when(runtime: Runtime) -> None:
    review = {"fields": ["text"], "assignee": "ana", "deadline": "48h"}
    given = definition({"step": "ok", "review": review}, inputs={"text": "str"})
    ticket = runtime.start(given, {"text": "x"}).reviews()[0]
    assert ticket.assignee == "ana"
    assert ticket.deadline is not None
    assert ticket.deadline - ticket.created == 48 * 3600
