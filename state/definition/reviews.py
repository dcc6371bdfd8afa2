"""A person's decision as a block: a review, and what answers a question about it."""

from __future__ import annotations

import dataclasses

from ..records import Verdict
from .blocks import Targets, nothing, written
from .draft import Draft, field_spec
from .flow import Block, Branch, Case, Leaf, Path, Repeat, ReviewWork, Sequence
from .lapses import check_lapse
from .making import block
from .reaching import leaves
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
    if step is None and not draft.name(name, (*path, "name")):
        return nothing(name, path)
    _check_decisions(draft, review, path)
    draft.reviews[name] = review.fields
    draft.write(
        name, field_spec(Verdict), (*path, "name") if step is None else (*path[:-1], "step")
    )
    node = _node(draft, name, review, path, step)
    if review.on_question is None:
        return node
    answer = block(draft, review.on_question, (*path, "on_question"), name=name, targets=targets)
    if answer is None:
        return node
    assert isinstance(node.work, ReviewWork)
    answers = tuple(written(answer))
    answer = _kept_open(answer)
    node = dataclasses.replace(
        node,
        work=ReviewWork(
            review=node.work.review,
            answers=answers,
            answered_by=frozenset(each.name for each in leaves(answer)),
        ),
        reads=tuple(dict.fromkeys((*(node.reads or ()), name, *answers, "failures"))),
    )
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
        asks=name,
    )


def _kept_open(block: Block) -> Block:
    """The answer, whose failure is noted and leaves the review to be decided."""
    match block:
        case Leaf(handling=handling) if handling.fallback_strategy == "fail":
            skipped = handling.model_copy(update={"fallback_strategy": "skip"})
            return dataclasses.replace(block, handling=skipped)
        case Sequence(steps=steps):
            return Sequence(steps=tuple(_kept_open(each) for each in steps))
        case _:
            return block


def _node(draft: Draft, name: str, review: Review, path: Path, step: Step | None) -> Leaf:
    """The pause itself, and where it is said what it reads."""
    named = step.reads or () if step is not None else ()
    reads = [*named, *review.fields]
    for position, field in enumerate(review.fields):
        draft.said[(name, field)] = (*path, "fields", position)
    for position, field in enumerate(named):
        draft.said[(name, field)] = (*path[:-1], "reads", position)
    describe = None
    if review.describe is not None:
        describe = draft.function(review.describe, (*path, "describe"))
        if describe is not None and (step is None or step.reads is None):
            for field in signature_of(describe).parameters:
                reads.append(field)
                draft.said.setdefault((name, field), (*path, "describe"))
    found = review.model_copy(update={"describe": describe})
    if review.on_question is None and "respond" in review.decisions:
        kept = tuple(each for each in review.decisions if each != "respond")
        found = found.model_copy(update={"decisions": kept})
    return Leaf(
        name=name,
        work=ReviewWork(review=found),
        reads=tuple(dict.fromkeys(reads)),
        writes={name: Verdict},
        path=path,
        metadata={} if step is None else step.metadata,
    )


def _check_decisions(draft: Draft, review: Review, path: Path) -> None:
    """A review can be decided, and can be asked where there are steps to answer."""
    where, allowed = (*path, "decisions"), review.decisions
    if not allowed:
        draft.wrong(where, "'decisions' is empty.", "Name one, such as approve, or leave it out.")
    elif set(allowed) == {"respond"}:
        draft.wrong(
            where,
            "'respond' alone never ends a review: it is only asked again.",
            "Add a decision such as approve.",
        )
    elif review.on_question is not None and "respond" not in allowed:
        draft.wrong(
            (*path, "on_question"),
            "The steps of 'on_question' never run: 'respond' is none of the decisions.",
            "Add respond to 'decisions', or take 'on_question' out.",
            at_key=True,
        )
    check_lapse(draft, review, path)


#: How often a person may ask before the review must be decided; a bound that nobody should meet.
MOST_QUESTIONS = 1000
