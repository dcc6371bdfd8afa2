"""Between the batches: the papers as one list again, after what was said of each in its stages."""

from collections.abc import Mapping

from .checking import check, combined, open_fields, opinion
from .schema import Paper

#: A batch's result for one paper: what each stage made of it, by the stage's name.
Stages = Mapping[str, object]


def kinds(classified: list[Stages]) -> list[Paper]:
    """The papers with their kinds."""
    return [opinion(each) for each in classified]


def combine(reread: list[Stages]) -> dict[str, object]:
    """The papers after another reading, checked again; whether there is anything more to ask."""
    papers, asked = [], False
    for each in reread:
        before = Paper.model_validate(each["asked"])
        if not before.ask:
            papers.append(before)
            continue
        after = check(combined(each)).but(ask="")
        papers.append(after)
        asked = asked or bool(open_fields(after))
    return {"papers": papers, "asking": asked}


def doubtful(integrated: list[Paper]) -> list[Paper]:
    """The papers that a person has to look at."""
    return [each for each in integrated if each.standing == "doubtful"]


def take(doubt: Paper) -> Paper:
    """The paper that a review is about."""
    return doubt
