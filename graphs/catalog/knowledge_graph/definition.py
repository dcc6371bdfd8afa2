"""Texts become a graph of who and what, and how they are related; each edge has its sentence.

texts -> passages -> read each (rules, or a model that is held to the text) -> one name for each
thing -> a person on doubtful names -> graph -> GraphML and JSON
"""

from ....state.definition.workflow import Agent
from ...patterns import (
    agent_step,
    each,
    loop,
    review,
    route,
    sequence,
    step,
    when,
)
from ...patterns import workflow as defined
from .building import build, close, look_up, tell_more, write
from .naming import name_them
from .reading import by_rules, checked, load
from .schema import Extraction, Inputs, Reading, State

extractor = Agent(
    name="extractor",
    specialization="Reads documents and writes down who and what they name, and how it is related.",
    instructions="Take only what one sentence states as a fact. Leave out what is denied, planned, "
    "supposed or asked. Where 'reading' is given, it is your last answer as it was checked: mend "
    "what it lists as refused, or leave it out.",
)

# A model's answer is held against the passage: a relation stays only where its sentence stands
# there and names both ends. Once more with what was refused; what is refused again is left out.
read_by_model = loop(
    "until_borne_out",
    agent_step(
        "extract",
        extractor,
        task="Which people, organisations, places, dates and amounts does the passage name, and "
        "which relations between them does it state?",
        reads=["passage", "reading"],
        writes={"extraction": Extraction},
    ),
    step(checked, writes={"reading": Reading}),
    until="not reading.refused",
    most=2,
)

workflow = defined(
    "knowledge_graph",
    step(load, writes=["reader", "passages", "known", "load_notes"]),
    each(
        "readings",
        "passages",
        route(
            "read",
            on="reader",
            cases={"rules": step(by_rules, writes={"reading": Reading}), "model": read_by_model},
        ),
        item="passage",
        collect="reading",
    ),
    step(name_them, writes=["entities", "facts", "doubts", "told"]),
    when(
        "unsure",
        "doubts",
        review(
            "merges",
            "doubts",
            description="Are these pairs of names one? Set 'same' to true where they are; the pair "
            "then goes by 'name'. Approved as they stand, the others are kept apart.",
            on_question=step(tell_more, writes={"reply": str}),
        ),
    ),
    when(
        "agreed",
        'merges.type != "reject"',
        sequence(
            step(build, writes=["graph", "names", "relations", "notes", "outcome"]),
            when("asked", "question", step(look_up, writes=["answer"])),
            when("found", 'outcome != "nothing_found"', step(write, writes=["artifacts"])),
        ),
        step(close, writes=["outcome", "notes"]),
    ),
    owner="dalsegno",
    description="Documents become a graph of who and what; each relation has its sentence.",
    inputs=Inputs,
    state=State,
    agents=[extractor],
    outputs=["outcome", "answer", "relations", "names", "artifacts", "notes"],
)
