"""Graphs that were made elsewhere: answered in the shape in which they ask, and told apart."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langgraph.func import entrypoint
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from pydantic import BaseModel

from dalsegno import Runtime
from dalsegno.desk.deciding import chosen
from dalsegno.desk.reviewing import print_choices, print_review
from dalsegno.graphs.adopted import Adopted
from dalsegno.nodes.review import ask_person
from dalsegno.runtime.run import Run
from dalsegno.runtime.worker import Worker
from dalsegno.state.errors import ConflictError, DecisionError, InputError

from .clock import Clock

APPROVE, REJECT = {"type": "approve"}, {"type": "reject", "message": "Too dear."}


class State(TypedDict, total=False):
    out: Any  # Any: whatever a person answered
    tags: set[str]


def graph(node: Callable[[State], object], name: str | None = "theirs") -> Any:
    builder = StateGraph(State)  # type: ignore[arg-type]  # its stubs want more than a TypedDict
    builder.add_node("node", node)  # type: ignore[call-overload]  # as above
    builder.add_edge(START, "node")
    return builder.compile(name=name) if name else builder.compile()


def asking(request: object) -> Any:
    """A graph that gives back what it is answered."""
    return graph(lambda _: {"out": interrupt(request)})


def langchain(*names: str, **config: object) -> dict[str, object]:
    """A request as LangChain's human-in-the-loop middleware makes one."""
    return {
        "action_requests": [{"name": name, "args": {"to": name, "n": 1}} for name in names],
        "review_configs": [
            {"action_name": name, "allowed_decisions": ["approve", "edit", "reject"], **config}
            for name in names
        ],
    }


def answered(timed: Runtime, request: object, answer: object) -> Any:
    run = timed.start(asking(request), {})
    done = timed.decide(run.reviews()[0].id, answer, by="ana")
    assert (done.status, done.error) == ("completed", None)
    return (done.output or {})["out"]


# In the shape in which they ask.


@pytest.mark.parametrize("sent", [APPROVE, {"decisions": [APPROVE]}, [APPROVE]])
def test_M6_langchains_request_is_answered_in_langchains_shape(
    timed: Runtime, sent: object
) -> None:
    assert answered(timed, langchain("send"), sent) == {"decisions": [APPROVE]}


@pytest.mark.parametrize(
    ("sent", "action"),
    [
        ({"type": "edit", "args": {"n": 2}}, {"name": "send", "args": {"to": "send", "n": 2}}),
        (
            {"decisions": [{"type": "edit", "edited_action": {"name": "post", "args": {"x": 1}}}]},
            {"name": "post", "args": {"x": 1}},
        ),
    ],
)
def test_M6_an_edit_is_the_whole_action(timed: Runtime, sent: object, action: object) -> None:
    given = {"decisions": [{"type": "edit", "edited_action": action}]}
    assert answered(timed, langchain("send"), sent) == given


def test_M6_several_actions_take_as_many_decisions(timed: Runtime) -> None:
    both = {"decisions": [APPROVE, REJECT]}
    assert answered(timed, langchain("send", "pay"), both) == both


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (APPROVE, "2 actions and takes as many decisions, not 1"),
        ({"decisions": [APPROVE, APPROVE, APPROVE]}, "not 3"),
        ({"decisions": [APPROVE, {"type": "respond", "message": "?"}]}, "not take 'respond'"),
        ({"decisions": [APPROVE, {"type": "aprove"}]}, "nearest name is 'approve'"),
    ],
)
def test_M6_what_does_not_fit_the_actions_is_refused_and_the_review_stays_open(
    timed: Runtime, sent: object, told: str
) -> None:
    run = timed.start(asking(langchain("send", "pay")), {})
    with pytest.raises(DecisionError, match=told):
        timed.decide(run.reviews()[0].id, sent, by="ana")
    assert timed.run(run.id).reviews()[0].open


@pytest.mark.parametrize("answer", ["Ana", "", 0, {"name": "Ana"}, [1, {"a": None}], APPROVE])
def test_M6_a_question_in_a_form_of_its_own_takes_any_json(timed: Runtime, answer: object) -> None:
    assert answered(timed, "Your name?", answer) == answer


def test_M6_the_older_inbox_is_answered_in_its_own_words(timed: Runtime) -> None:
    asked = [{"action_request": {"action": "send", "args": {}}, "config": {"allow_accept": True}}]
    assert answered(timed, asked, [{"type": "accept"}]) == [{"type": "accept"}]


@pytest.mark.parametrize(("answer", "told"), [(None, "is null"), (object(), "is not JSON")])
def test_M6_an_answer_that_cannot_be_kept_is_refused(
    timed: Runtime, answer: object, told: str
) -> None:
    run = timed.start(asking("Your name?"), {})
    with pytest.raises(DecisionError, match=told):
        timed.decide(run.reviews()[0].id, answer, by="ana")
    assert timed.decide(run.reviews()[0].id, "Ana", by="ana").status == "completed"


def test_M6_an_answer_lasts_to_another_process(timed: Runtime, tmp_path: Path) -> None:
    async def nobody(_run: str, _here: object) -> None:
        return None

    run = timed.start(asking(langchain("send", "pay")), {})
    given = [asking(langchain("send", "pay"))]
    other = Runtime(f"sqlite:///{tmp_path}/runs.db", workflows=given, engine=nobody)
    other.decide(run.reviews()[0].id, {"decisions": [REJECT, APPROVE]}, by="ben")
    with pytest.raises(ConflictError, match="already decided: several by 'ben'"):
        other.decide(f"{run.id}.1", {"decisions": [APPROVE, APPROVE]}, by="ana")
    other.close()
    assert (timed.resume(run.id).output or {})["out"] == {"decisions": [REJECT, APPROVE]}


class Amount(BaseModel):
    amount: int


def test_M6_our_own_question_in_their_graph_takes_an_edit_of_a_part(timed: Runtime) -> None:
    def node(_: State) -> State:
        shown = {"amount": 1, "for": "tea"}  # more than may be edited
        return {
            "out": ask_person("pay", args=shown, description="Pay?", fields=Amount).model_dump()
        }

    run = timed.start(graph(node), {})
    done = timed.decide(run.reviews()[0].id, {"type": "edit", "args": {"amount": 2}}, by="ana")
    assert (done.output or {})["out"] == {"type": "edit", "args": {"amount": 2}}


def test_M6_a_person_is_shown_what_is_asked_and_how_to_answer(
    timed: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    for request, shown in (
        ("Your name?", ["Your name?", 'answer --message "your answer"']),
        (langchain("send", "pay"), ["1. send", "2. pay", 'answer --args \'{"decisions": [']),
        (langchain("send"), ["decide", "approve", "edit --args"]),
    ):
        (review,) = timed.start(asking(request), {}).reviews()
        print_review(review)
        print_choices(review)
        text = capsys.readouterr().out
        assert all(each in text for each in shown), text


def test_the_command_line_takes_an_answer(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text(
        "from langgraph.types import interrupt\n"
        "def ask(topic: str) -> str:\n"
        "    return f'{interrupt(topic)} and {interrupt(topic)}'\n"
    )
    (tmp_path / "names.yaml").write_text(
        "workflow_definition: {name: names, version: '1'}\n"
        "inputs: {topic: str}\n"
        "workflow_steps: [{step: asked, function: steps:ask}]\n"
    )

    def told(*words: str) -> Any:
        command = [sys.executable, "-m", "dalsegno", *words, "--json"]
        done = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode in {0, 3}, done.stderr
        return json.loads(done.stdout)

    first = told("run", "names.yaml", "Your name?")["reviews"][0]
    assert first["request"] == {"value": "Your name?"}
    second = told("decide", first["id"], "answer", "--message", "Ana")["reviews"][0]
    assert (
        told("decide", second["id"], "answer", "--args", "[1]")["output"]["asked"] == "Ana and [1]"
    )


def test_an_answer_needs_a_text_or_json() -> None:
    with pytest.raises(DecisionError, match="either --message"):
        chosen("answer", args=None, message=None)
    with pytest.raises(InputError, match="not JSON"):
        chosen("answer", args="{", message=None)


# Deadlines that somebody else wrote.


def test_E6_a_default_decision_is_for_each_action(timed: Runtime, clock: Clock) -> None:
    policy = {"within": 60, "on_deadline": {"do": "reject"}}
    run = timed.start(asking(langchain("send", "pay", **policy)), {})
    clock.now += 60
    done = timed.resume(run.id)
    assert (done.output or {})["out"] == {"decisions": [{"type": "reject"}, {"type": "reject"}]}


@pytest.mark.parametrize(
    "policy",
    [
        {"do": "notify"},
        {"do": "respond"},
        {"edit": {"n": 2}},
        {"escalate": "ben", "deadline": 1, "then": {"do": "nothing"}},
        "approve",
    ],
)
def test_E6_a_policy_that_nobody_understands_stops_no_other_run(
    timed: Runtime, clock: Clock, policy: object, caplog: pytest.LogCaptureFixture
) -> None:
    run = timed.start(asking(langchain("send", "pay", within=60, on_deadline=policy)), {})
    other = timed.start(graph(lambda _: {"out": interrupt("?")}, "other"), {})
    assert "so it expires" in caplog.text
    clock.now += 60
    assert timed.orphans() == ()
    failed = timed.run(run.id)
    assert failed.status == "failed"
    assert failed.error is not None
    assert f"Nobody had decided on review '{run.id}.1'" in str(failed.error["message"])
    assert timed.run(other.id).status == "paused"
    again = timed.resume(run.id)
    assert (again.status, len(again.reviews())) == ("paused", 1)


async def test_E6_a_ticket_of_an_older_kind_is_in_no_workers_way(
    tmp_path: Path, clock: Clock
) -> None:
    async def nobody(_run: str, _here: object) -> None:
        return None

    url = f"sqlite:///{tmp_path}/a.db"
    queueing = Runtime(url, clock=clock, engine=nobody)
    poison, fine = asking(langchain("send", within=60)), graph(lambda _: {"out": 1}, "fine")
    timed = Runtime(url, clock=clock, workflows=[poison, fine])
    run = await timed.astart(poison, {})
    with timed._database.transaction("write") as connection:
        connection.execute("UPDATE dalsegno_review SET on_deadline = ?", ('{"do": "notify"}',))
    queued = await queueing.astart(fine, {})
    clock.now += 60
    await Worker(timed).once()
    assert timed.run(queued.id).status == "completed"
    assert timed.run(run.id).status == "failed"
    queueing.close()
    timed.close()


@pytest.mark.parametrize("within", [float("nan"), float("inf"), True, 1e300, "soon"])
def test_E6_a_time_that_has_no_end_is_none(timed: Runtime, within: object) -> None:
    (ticket,) = timed.start(asking(langchain("send", within=within)), {}).reviews()
    assert ticket.deadline is None


# The same question in every process.


def elsewhere(tmp_path: Path, code: str, seed: int = 1) -> str:
    """What another process prints, whose sets have an order of their own."""
    env = {**os.environ, "PYTHONHASHSEED": str(seed)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_E5_a_request_with_a_set_is_decided_in_another_process(tmp_path: Path) -> None:
    head = f"""
from typing import Any, TypedDict
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from dalsegno import Runtime
class State(TypedDict, total=False):
    out: Any
tags = {{"alpha", "beta", "gamma", "delta", "epsilon"}}
def node(_):
    return {{"out": interrupt({{"tags": tags, "deep": [{{"more": frozenset(tags)}}]}})}}
builder = StateGraph(State).add_node("node", node).add_edge(START, "node")
timed = Runtime("sqlite:///{tmp_path}/a.db", workflows=[builder.compile(name="tagged")])
"""
    begun = 'print(timed.start("tagged", {}).status)\n'
    decided = 'print(timed.decide(timed.reviews()[0].id, "seen", by="ana").status)'
    assert elsewhere(tmp_path, head + begun * 2, 1) == "paused\npaused"
    for seed in (2, 3):
        assert elsewhere(tmp_path, head + decided, seed) == "completed"


def test_E5_a_request_with_keys_of_several_kinds_can_be_asked(timed: Runtime) -> None:
    run = timed.start(asking({"by": {1: "a", "b": 2, None: 3, (1, 2): b"\xff"}}), {})
    assert (run.status, run.error) == ("paused", None)
    (ticket,) = run.reviews()
    assert ticket.request == {"by": {"1": "a", "b": 2, "null": 3, "[1, 2]": "\\xff"}}
    assert timed.decide(ticket.id, "ok", by="ana").status == "completed"


def test_D1_a_key_knows_its_inputs_again_with_a_set_among_them(tmp_path: Path) -> None:
    code = f"""
from typing import Any, TypedDict
from langgraph.graph import START, StateGraph
from dalsegno import Runtime
class State(TypedDict, total=False):
    tags: set
    out: Any
def node(_):
    return {{"out": 1}}
graph = StateGraph(State).add_node("node", node).add_edge(START, "node").compile(name="h")
timed = Runtime("sqlite:///{tmp_path}/a.db")
print(timed.start(graph, {{"tags": set("abcdefgh")}}, key="k").id)
"""
    assert len({elsewhere(tmp_path, code, seed) for seed in range(1, 4)}) == 1


def test_D1_a_key_with_another_set_is_a_conflict(timed: Runtime) -> None:
    given = graph(lambda _: {"out": 1})
    timed.start(given, {"tags": {"a", "b"}}, key="k")
    with pytest.raises(ConflictError, match="other inputs"):
        timed.start(given, {"tags": {"a", "c"}}, key="k")


# A start that is tried again goes on.


def test_D1_a_failed_run_goes_on_when_its_start_is_tried_again(timed: Runtime) -> None:
    broken, done = [True, True], []

    def node(_: State) -> State:
        if broken:
            broken.pop()
            raise ConnectionError("down")
        done.append(1)
        return {"out": 1}

    given = graph(node)
    runs = [timed.start(given, {}, key="order-7") for _ in range(4)]
    assert [run.status for run in runs] == ["failed", "failed", "completed", "completed"]
    assert (len({run.id for run in runs}), done) == (1, [1])


# Told apart.


def one(_: State) -> State:
    return {"out": interrupt("one?")}


def two(_: State) -> State:
    return {"out": interrupt("two?")}


def test_M6_two_graphs_without_a_name_are_not_taken_for_one_another(timed: Runtime) -> None:
    run = timed.start(graph(one, None), {})
    with pytest.raises(InputError, match="without a name") as refused:
        timed.start(graph(two, None), {})
    assert "compile(name=" in str(refused.value)
    assert timed.start(graph(one, None), {}).status == "paused"  # the same, made once more
    assert timed.start(graph(two, "second"), {}).status == "paused"
    assert timed.decide(run.reviews()[0].id, "yes", by="ana").status == "completed"


def test_M6_graphs_of_one_shape_differ_by_their_functions(timed: Runtime, tmp_path: Path) -> None:
    run = timed.start(graph(one), {}, key="k")
    with pytest.raises(ConflictError, match="another workflow"):
        timed.start(graph(two), {}, key="k")
    other = Runtime(f"sqlite:///{tmp_path}/runs.db", workflows=[graph(two)])
    with pytest.raises(ConflictError, match="has changed"):
        other.decide(run.reviews()[0].id, "yes", by="ana")
    other.close()


def test_M6_a_graph_within_a_graph_is_known_by_its_functions_too() -> None:
    outer = [Adopted(given=graph(graph(each, "inner"))).digest for each in (one, one, two)]
    assert outer[0] == outer[1] != outer[2]


def test_M6_a_branch_is_known_by_its_function() -> None:
    def left() -> Callable[[State], str]:
        def path(_: State) -> str:
            return "node"

        return path

    def right() -> Callable[[State], str]:
        def path(_: State) -> str:
            return "node"

        return path

    def branching(path: Callable[[State], str]) -> str:
        builder = StateGraph(State)  # type: ignore[arg-type]  # as above
        builder.add_node("node", one)
        builder.add_conditional_edges(START, path, ["node"])
        return Adopted(given=builder.compile(name="b")).digest

    assert branching(left()) == branching(left())
    assert branching(left()) != branching(right())


SCRIPT = """
import sys
from typing import Annotated, Any, TypedDict
from langgraph.func import entrypoint
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from pydantic import BaseModel
from dalsegno import Runtime

class Order(BaseModel):
    n: int

def join(a, b):
    return [*(a or []), *b]

class State(TypedDict, total=False):
    order: Order
    orders: Annotated[list[Order], join]
    out: Any

def ask(state):
    return {"out": interrupt("ok?")}

graph = StateGraph(State).add_node("ask", ask).add_edge(START, "ask").compile(name="app")

@entrypoint()
def whole(order: dict) -> Any:
    return interrupt("all ok?")

if __name__ == "__main__":
    timed = Runtime(sys.argv[1], workflows=[graph, whole])
    print([timed.start(graph, {"order": Order(n=1)}).status, timed.start(whole, {"n": 1}).status])
"""


@pytest.mark.parametrize("how", ["script", "module"])
def test_M6_a_graph_that_a_script_started_goes_on_where_it_is_imported(
    tmp_path: Path, how: str
) -> None:
    package = tmp_path / "shop"
    package.mkdir()
    (package / "app.py").write_text(SCRIPT)
    url = f"sqlite:///{tmp_path}/a.db"
    words = ["shop/app.py"] if how == "script" else ["-m", "shop.app"]
    begun = subprocess.run(
        [sys.executable, *words, url], check=False, cwd=tmp_path, capture_output=True, text=True
    )
    assert begun.stdout.strip() == "['paused', 'paused']", begun.stderr
    code = f"""
from shop.app import Runtime, graph, whole
timed = Runtime({url!r}, workflows=[graph, whole])
print([timed.decide(each.id, "yes", by="ana").status for each in timed.reviews()])
"""
    assert elsewhere(tmp_path, code) == "['completed', 'completed']"


def test_M6_an_entrypoint_is_known_by_its_function() -> None:
    def made(function: Callable[[dict[str, int]], object]) -> str:
        return Adopted(given=entrypoint()(function)).digest

    def first() -> Callable[[dict[str, int]], object]:
        def whole(given: dict[str, int]) -> int:
            return given["n"]

        return whole

    def second() -> Callable[[dict[str, int]], object]:
        def whole(given: dict[str, int]) -> int:
            return given["n"]

        return whole

    assert made(first()) == made(first())
    assert made(first()) != made(second())


def test_a_run_tells_its_answer_as_json(timed: Runtime) -> None:
    run: Run = timed.start(asking("Your name?"), {})
    timed.decide(run.reviews()[0].id, "Ana", by="ana")
    assert timed.review(f"{run.id}.1").public()["decision"] == {"type": "answer", "value": "Ana"}
