"""What a deadline does on its own must be what a person could have done: checked beforehand.

Otherwise a mistake in it would show when the deadline has passed and nobody is looking.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..names import nearest
from ..review import DECISION_TYPES
from .draft import Draft
from .flow import Leaf, Path, ReviewWork
from .parts import Lapse
from .steps import Review


def check_lapse(draft: Draft, review: Review, path: Path) -> None:
    """Its decisions are some that the review takes, and its fields some of the review's."""
    if review.on_deadline is None:
        return
    if review.deadline is None:
        draft.wrong(
            (*path, "on_deadline"),
            "'on_deadline' says what happens after a deadline that is not there.",
            "Add a deadline such as 48h, or take it out.",
            at_key=True,
        )
    for lapse, where in _chain(review.on_deadline, (*path, "on_deadline")):
        made = "edit" if lapse.edit is not None else lapse.do
        if made in DECISION_TYPES and made not in review.decisions:
            draft.wrong(
                where,
                f"A deadline cannot {made!r} here: it is none of the decisions.",
                f"Add it to 'decisions', or take one of: {', '.join(review.decisions)}.",
            )
        for name in lapse.edit or ():
            if name not in review.fields:
                draft.wrong(
                    (*where, "edit", name),
                    f"{name!r} is no field of this review{nearest(str(name), review.fields)}.",
                    f"Its fields are: {', '.join(review.fields)}.",
                    at_key=True,
                )


def check_lapse_types(draft: Draft, leaf: Leaf, types: Mapping[str, object]) -> None:
    """The values that a deadline sets are of their fields' types."""
    if not isinstance(leaf.work, ReviewWork) or leaf.work.review.on_deadline is None:
        return
    for lapse, where in _chain(leaf.work.review.on_deadline, (*leaf.path, "on_deadline")):
        for name, value in (lapse.edit or {}).items():
            if name not in types:
                continue
            try:
                kind: Any = types[name]  # Any: Python's types have no common type
                TypeAdapter(kind).validate_python(value, strict=True)
            except ValidationError as error:
                draft.wrong(
                    (*where, "edit", name),
                    f"The edit of {name!r} does not fit: {error.errors()[0]['msg']}.",
                    "Give it a value of the field's type.",
                )


def _chain(lapse: Lapse | None, where: Path) -> Iterator[tuple[Lapse, Path]]:
    while lapse is not None:
        yield lapse, where
        lapse, where = lapse.then, (*where, "then")
