"""A person's decision as a block: a review, and what answers a question about it."""

from __future__ import annotations

from ..records import Verdict
from ..review import DECISION_TYPES
from .blocks import Targets
from .draft import Draft, field_spec
from .flow import Block, Branch, Case, Leaf, Path, Repeat, ReviewWork, Sequence
from .making import block
from .signatures import signature_of
from .steps import Review, Step


def review(draft: Draft, step: Step, path: Path, targets: Targets) -> Block:
    """The review of a step."""
    assert step.review is not None
    return review_leaf(draft, step.step, step.review, (*path, "review"), step, targets)


def review_leaf(
    draft: Draft,
    name: str,
    review: Review,
    path: Path,
    step: Step | None = None,
    targets: Targets | None = None,
) -> Block:
    """A person's decision; with ``on_question``, steps that answer, and the review again."""
    if step is None:
        draft.name(name, (*path, "name"))
    draft.reviews[name] = review.fields
    draft.write(name, field_spec(Verdict), path)
    writes: dict[str, object] = {name: Verdict}
    reads = (*(step.reads if step is not None and step.reads else ()), *review.fields)
    describe = None
    if review.describe is not None:
        describe = draft.imported(review.describe, (*path, "describe"))
        if describe is not None and (step is None or step.reads is None):
            reads = (*reads, *signature_of(describe).parameters)
    found = review.model_copy(update={"describe": describe})
    if review.on_question is None and "respond" in review.decisions:
        kept = tuple(each for each in review.decisions if each != "respond")
        found = found.model_copy(update={"decisions": kept or DECISION_TYPES[:1]})
    node = Leaf(
        name=name,
        work=ReviewWork(review=found),
        reads=tuple(dict.fromkeys(reads)),
        writes=writes,
        path=path,
        metadata={} if step is None else step.metadata,
    )
    if review.on_question is None:
        return node
    answer = block(draft, review.on_question, (*path, "on_question"), name=name, targets=targets)
    if answer is None:
        return node
    asked = draft.expression(f"{name}.type == 'respond'", path)
    ask_again = Branch(
        name=f"{name}.question",
        on=asked,
        cases=(Case(values=("true",), block=answer),),
        fallback=None,
        path=path,
        logged=False,
    )
    answered = draft.expression(f"{name}.type != 'respond'", path)
    return Repeat(
        name=f"{name}.questions",
        body=Sequence(steps=(node, ask_again)),
        until=answered,
        most=MOST_QUESTIONS,
        path=path,
    )


#: How often a person may ask before the review must be decided; a bound that nobody should meet.
MOST_QUESTIONS = 1000
