"""A document becomes a digest in three stages, and whoever stands in a stage can be exchanged.

Each stage is a mapping from names to steps. A new implementation is one more line of it, here or
in the caller's own code, and no step that is there already changes::

    mine = pipeline(generate={**GENERATE, "html": step(html, writes={"made": Made})})
    runtime.start(mine, {"document": "report.pdf", "generate": "html"})

What a stage must give is in ``schema.py``: ``Pages``, then a ``Digest``, then what is ``Made``.
"""

from collections.abc import Mapping

from ....nodes.documents.files import check_file
from ....nodes.documents.pdf import check_pdf
from ....nodes.questions import Exchange
from ....state.definition.steps import Step
from ....state.definition.workflow import Agent, GateSpec, Workflow
from ...patterns import agent_step, loop, review, route, step, when
from ...patterns import workflow as whole
from . import choosing, extracting, generating, leaving
from .schema import Checks, Digest, Made, Outcome, Pages, inputs_of

Stage = Mapping[str, Step]

editor = Agent("editor", "Finds what a busy reader of a document must know.")

EXTRACT: Stage = {
    "file": step(extracting.anything, name="read_file", writes={"pages": Pages}),
    "layout": step(extracting.layout, name="read_layout", writes={"pages": Pages}),
}
CHECKS: Checks = {"file": check_file, "layout": check_pdf}
MODEL: Stage = {
    "ranking": step(choosing.ranking, writes={"digest": Digest}),
    # By the run's model, whichever that is: --model openai:gpt-5-mini.
    "agent": agent_step(
        "ask_agent",
        editor,
        task="Choose the statements that matter most, at most as many as 'points' says.",
        reads=["points", "pages"],
        writes={"digest": Digest},
        validation_gates=["quoted", "grounding"],
        error_handling={"critical_failures": ["model_error"]},
        fallback=step(choosing.rank_instead, writes=["digest", "notes"]),
    ),
}
GENERATE: Stage = {
    "markdown": step(generating.markdown, writes={"made": Made}),
    "pdf": step(generating.pdf, writes={"made": Made}),
}


def pipeline(
    *,
    extract: Stage = EXTRACT,
    model: Stage = MODEL,
    generate: Stage = GENERATE,
    checks: Checks = CHECKS,
) -> Workflow:
    """The workflow with these in its stages; the first of each is what a run takes by itself.

    An extraction with a check among ``checks`` refuses what it cannot read before a run exists.

    Raises:
        DefinitionError: a stage's step does not fit the others.
    """
    return whole(
        "swappable_stages",
        route("extraction", on="extract", cases=extract),
        step(extracting.guard, writes=["pages", "notes"]),
        route("modelling", on="model", cases=model),
        # Whoever chose: what stands nowhere in the document is left out.
        step(choosing.ground, writes=["digest", "notes"]),
        # What was edited is made anew and shown again: only what somebody saw is delivered.
        loop(
            "looking",
            step(choosing.mark, writes=["digest", "notes"]),
            route("generation", on="generate", cases=generate),
            step(leaving.preview, writes=["artifacts"]),
            review(
                "approval",
                "digest",
                describe=leaving.description,
                reads=["artifacts", "notes", "answers"],
                on_question=step(leaving.answer, writes=["answers"]),
            ),
            until='approval.type != "edit"',
            most=5,
        ),
        when(
            "settle",
            'approval.type == "approve"',
            step(leaving.deliver, writes=["artifacts", "outcome"]),
            step(leaving.close, writes=["artifacts", "outcome", "notes"]),
        ),
        owner="dalsegno",
        description="A document's digest, by stages that are exchanged by name.",
        inputs=inputs_of(checks, extract=extract, model=model, generate=generate),
        state={
            "pages": Pages,
            "digest": Digest,
            "made": Made,
            "artifacts": tuple[str, ...],
            "outcome": Outcome,
            "answers": {"type": tuple[Exchange, ...], "merge": "append"},
            "notes": {"type": tuple[str, ...], "merge": "append"},
        },
        agents=[editor],
        gates=[GateSpec(name="quoted", function=choosing.quoted)],
        outputs=["outcome", "digest", "artifacts", "answers", "notes"],
    )


workflow = pipeline()
