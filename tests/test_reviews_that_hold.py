"""No gate is passed without its own recorded decision, whatever a thread went through before."""

from collections.abc import Callable
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

import dalsegno
from dalsegno.state.errors import DefinitionError, InputError, WriteError
from dalsegno.state.records import Verdict

from .test_state_rows import definition, thread


def decide(graph: Any, kind: str = "approve", **more: object) -> Any:
    """Answer every pause of the thread."""
    waiting = [each.id for task in graph.get_state(thread()).tasks for each in task.interrupts]
    return graph.invoke(
        Command(resume={each: {"type": kind, **more} for each in waiting}), thread()
    )


def noting(log: list[str], name: str) -> Callable[[str], str]:
    def note(topic: str) -> str:
        log.append(name)
        return name

    return note


REVIEW = {"step": "ok", "review": {"fields": ["topic"]}}


def reviewed(log: list[str], *, review: dict[str, Any], **more: Any) -> Any:
    """A review and then something that must not happen without it."""
    steps = (
        {"step": "ok", "review": {"fields": ["topic"], **review}},
        {"step": "send", "function": noting(log, "send")},
    )
    return dalsegno.compile(
        definition(*steps, inputs={"topic": "str"}, **more), checkpointer=InMemorySaver()
    )


@pytest.mark.parametrize(
    "shape",
    [
        {"review": {}},
        {"review": {"on_question": {"step": "answer", "function": noting([], "answer")}}},
        {"review": {}, "outputs": {"outcome": "ok.type"}},
    ],
)
def test_E5_a_rejected_draft_is_not_sent_on(shape: dict[str, Any]) -> None:
    log: list[str] = []
    graph = reviewed(log, **shape)
    graph.invoke({"topic": "x"}, thread())
    decide(graph, "reject", message="no")
    assert (log, graph.get_state(thread()).next) == ([], ())


def test_E5_a_step_that_reads_the_decision_does_not_open_the_gate() -> None:
    log: list[str] = []

    def send(ok: object, topic: str) -> str:
        log.append("send")
        return topic

    steps = (REVIEW, {"step": "send", "function": send})
    given = definition(*steps, inputs={"topic": "str"})
    graph: Any = dalsegno.compile(given, checkpointer=InMemorySaver())
    graph.invoke({"topic": "x"}, thread())
    decide(graph, "reject")
    assert log == []


def test_E5_a_review_is_not_passed_by_hand_without_a_decision() -> None:
    log: list[str] = []
    graph = reviewed(log, review={})
    graph.invoke({"topic": "x"}, thread())
    with pytest.raises(WriteError, match="without a decision"):
        graph.update_state(thread(), {}, as_node="ok")
    assert log == []
    config = graph.update_state(thread(), {"ok": {"type": "approve"}}, as_node="ok")
    graph.invoke(None, config)
    assert log == ["send"]


def test_E5_only_asking_for_ever_is_no_approval(monkeypatch: pytest.MonkeyPatch) -> None:
    from dalsegno.state.definition import reviews

    monkeypatch.setattr(reviews, "MOST_QUESTIONS", 2)
    log: list[str] = []
    answer = {"step": "answer", "function": noting([], "answer")}
    graph = reviewed(log, review={"on_question": answer})
    graph.invoke({"topic": "x"}, thread())
    for _ in range(3):
        decide(graph, "respond", message="why?")
    assert log == []


@pytest.mark.parametrize("describe", [None, lambda topic: f"Decide on {topic}."])
def test_E4_a_question_that_cannot_be_answered_is_shown_with_the_reason(describe: Any) -> None:
    def answer(ok: Verdict) -> str:
        if "cats" in ok.message:
            raise InputError("The cat knows.", fix="Ask the cat.")
        return "Dogs bark."

    graph = reviewed(
        [], review={"on_question": {"step": "answer", "function": answer}, "describe": describe}
    )

    def asks(question: str) -> str:
        told = decide(graph, "respond", message=question)["__interrupt__"][0].value
        return str(told["action_requests"][0]["description"])

    graph.invoke({"topic": "x"}, thread())
    for question in ("Any dogs?", "Any cats?", "Any cats now?", "More dogs?"):
        told = asks(question)
        failed = f"You asked: {question}\nIt could not be answered: The cat knows."
        assert (failed in told) == ("cats" in question)
        assert ("Dogs bark." in told) == (describe is None and "dogs" in question)
        assert told.count("could not be answered") <= 1, "only the last question's"


def test_E5_a_second_call_passes_no_review_that_the_first_one_had_decided() -> None:
    log: list[str] = []
    yes_or_no = {"fields": ["topic"], "decisions": ["approve", "reject"]}
    longer = [{"step": f"b{n}", "function": noting(log, f"b{n}")} for n in (1, 2, 3)]
    branches = {
        "a": [
            {"step": "a1", "function": noting(log, "a1")},
            {"step": "ra", "review": yes_or_no},
        ],
        "b": [
            {"step": "i", "if": "topic == 'long'", "then": longer},
            {"step": "rb", "review": yes_or_no},
        ],
    }
    steps = (
        {"step": "both", "parallel": branches},
        {"step": "send", "function": noting(log, "send")},
    )
    given = definition(*steps, inputs={"topic": "str"})
    graph: Any = dalsegno.compile(given, checkpointer=InMemorySaver())
    graph.invoke({"topic": "short"}, thread())
    decide(graph)
    decide(graph, "reject")
    log.clear()
    graph.invoke({"topic": "long"}, thread())
    decide(graph)
    assert "send" not in log
    decide(graph)
    assert log[-1] == "send"


def test_E5_a_loop_begins_at_its_first_pass_on_a_thread_that_was_left() -> None:
    passes: list[int] = []

    def work() -> int:
        passes.append(1)
        return len(passes)

    steps = [
        {"step": "work", "function": work},
        {"step": "ok", "review": {"fields": ["work"], "on_reject": "continue"}},
    ]
    loop = {"steps": steps, "until": "ok.type == 'approve'", "max_iterations": 3}
    given = definition({"step": "l", "loop": loop}, inputs={"topic": "str"})
    graph: Any = dalsegno.compile(given, checkpointer=InMemorySaver())
    graph.invoke({"topic": "one"}, thread())
    decide(graph, "reject")
    decide(graph, "reject")
    graph.invoke({"topic": "two"}, thread())
    decide(graph, "reject")
    assert graph.get_state(thread()).next == ("ok",)
    assert len(passes) == 5


@pytest.mark.parametrize(
    ("kind", "merge", "first", "edited"),
    [
        ("str", "first", "a", "b"),
        ("list[str]", "append", ["a"], ["b"]),
        ("int", "max", 5, 3),
        ("int", "add", 5, 3),
    ],
)
def test_E2_an_edit_takes_the_place_of_what_was_there(
    kind: str, merge: str, first: object, edited: object
) -> None:
    steps = (
        {"step": "make", "function": lambda: first, "writes": ["x"]},
        {"step": "ok", "review": {"fields": ["x"]}},
    )
    given = definition(*steps, state={"x": {"type": kind, "merge": merge}})
    graph: Any = dalsegno.compile(given, checkpointer=InMemorySaver())
    graph.invoke({}, thread())
    assert decide(graph, "edit", args={"x": edited})["x"] == edited


def test_B2_two_reviews_at_once_of_one_field_are_refused() -> None:
    branches = [{"step": f"r{n}", "review": {"fields": ["x"]}} for n in (1, 2)]
    with pytest.raises(DefinitionError, match=r"run at once and both write 'x'"):
        dalsegno.compile(definition({"step": "p", "parallel": branches}, inputs={"x": "int"}))


def test_E5_a_rejection_ends_the_branches_beside_it_before_their_next_step() -> None:
    log: list[str] = []
    branches = [
        {"step": "ok", "review": {"fields": ["topic"]}},
        [{"step": f"b{n}", "function": noting(log, f"b{n}")} for n in (1, 2, 3)],
    ]
    given = definition({"step": "p", "parallel": branches}, inputs={"topic": "str"})
    graph: Any = dalsegno.compile(given, checkpointer=InMemorySaver())
    graph.invoke({"topic": "x"}, thread())
    end = decide(graph, "reject")
    # What was under way with the decision ends; what comes after does not begin.
    assert log == ["b1"]
    assert graph.get_state(thread()).next == ()
    assert "b2" not in end["history"]


def test_E5_an_answer_comes_alone() -> None:
    log: list[str] = []
    graph = reviewed(log, review={})
    graph.invoke({"topic": "x"}, thread())
    waiting = graph.get_state(thread()).tasks[0].interrupts[0].id
    sly = Command(resume={waiting: {"type": "approve"}}, update={"topic": "another"})
    with pytest.raises(InputError, match="answers a pause"):
        graph.invoke(sly, thread())
    assert log == []
