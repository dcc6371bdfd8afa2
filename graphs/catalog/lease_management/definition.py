"""The workflow, written in Python: the same constructs as YAML's, nested as they run."""

from ....nodes.letters import cleared, put_again
from ....state.definition.workflow import Agent
from ...patterns import agent_step, loop, review, sequence, step, when
from ...patterns import workflow as whole
from .gates import borne, sendable
from .schema import Inputs, LeaseReading, State
from .settling import answer, case, close, settle, write
from .steps import by_rule_only, count, load, need, settle_terms

_ASKED = ["contract", "amendments", "decision", "letter_approval"]
_CASE = [
    *("terms", "today", "schedule", "findings", "attention", "action", "notes", "answer"),
    "letter_fault",
]
_LETTER = ["letter", "terms", "schedule", "findings", "action", "we"]
_NEED = ["dates", "findings", "terms", "horizon_days", "unread"]
_LOADED = [
    *("contract", "amendments", "known", "key", "entry", "today", "hosted", "findings", "notes"),
]
_DONE = ["outcome", "artifacts"]

clerk = Agent(
    "clerk",
    "Reads leases.",
    instructions="State what the lease states, as it prints it, and copy the words that say so.",
)

#: A hosted model reads the lease again, and what it read fills what rules missed. What it does not
#: do, or not right in three tries, is left out, and a person is told; a wrong key ends the run.
second_reading = when(
    "second_reading",
    "hosted",
    agent_step(
        "reading",
        clerk,
        task="State the terms of this lease.",
        reads=["contract"],
        writes={"reading": LeaseReading},
        validation_gates=["borne"],
        error_handling={"critical_failures": ["model_error"]},
        fallback=step(by_rule_only, writes=["unread"]),
    ),
)

#: What is due soon, and clauses that do not agree, are decided by a person: renew, give_notice,
#: ask or nothing. The letter that comes of it is approved by itself.
decision = review(
    "decision",
    "action",
    describe=case,
    reads=_CASE,
    assignee="property_manager",
    deadline="72h",
    on_deadline={"escalate": "head_of_property", "deadline": "72h", "then": "expire"},
    on_question=step(answer, name="answer_on_lease", reads=_ASKED, writes=["answer"]),
)
letter_approval = review(
    "letter_approval",
    "to",
    "letter",
    describe=case,
    reads=_CASE,
    on_question=step(answer, name="answer_on_letter", reads=_ASKED, writes=["answer"]),
)
#: What was approved or edited must still say what was decided; if not, the letter is put again with
#: the reason, three times in all.
approving = loop(
    "approving",
    letter_approval,
    when(
        "approved",
        'letter_approval.type != "reject"',
        step(
            cleared,
            name="check_letter",
            reads=_LETTER,
            writes=["letter_fault"],
            validation_gates={"before": ["sendable"]},
            fallback=step(put_again, reads=["verdicts"], writes=["letter_fault"]),
        ),
    ),
    until='letter_approval.type == "reject" or letter_fault is None',
    most=3,
)

workflow = whole(
    "lease_management",
    step(
        load,
        reads=["documents", "portfolio", "out", "as_of"],
        writes=_LOADED,
    ),
    second_reading,
    step(settle_terms, name="settle_terms", writes=["terms", "findings"]),
    step(count, writes=["dates", "schedule"]),
    step(need, reads=_NEED, writes=["attention", "action"]),
    when("due", "attention", decision),
    when(
        "allowed",
        'decision.type == "reject"',
        step(close, name="set_aside", writes=["outcome", "notes"]),
        sequence(
            when(
                "letter_wanted",
                'action != "nothing"',
                sequence(
                    step(write, writes=["letter", "to", "answer", "notes"]),
                    approving,
                ),
            ),
            when(
                "sendable",
                'letter_approval.type == "reject" or letter_fault is not None',
                step(close, name="withhold", writes=["outcome", "notes"]),
                # The portfolio, the rent schedule and the letter: each once.
                step(settle, writes=_DONE),
            ),
        ),
    ),
    owner="dalsegno",
    description="A lease becomes terms, key dates and rent; a person decides what is due in time.",
    inputs=Inputs,
    state=State,
    agents=[clerk],
    gates=[{"name": "borne", "function": borne}, {"name": "sendable", "function": sendable}],
    outputs=[
        *("outcome", "terms", "findings", "dates", "schedule", "attention", "action"),
        *("letter", "artifacts", "notes"),
    ],
)
