"""What the offline extractor says where an agent is to write: sentences of what it reads."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, ValidationError

from .offline.guard import guarded
from .offline.picking import Picked, pick
from .offline.source import Sentence, Source

#: Fields that are prose. A number or a name that is not stated must not become a sentence.
_PROSE = re.compile(
    r"(?:\w+_)?(?:answer|reply|response|text|summary|content|message|output|result|report|draft"
    r"|analysis|note|notes|explanation|description|comment|body|letter|reason|finding|findings"
    r"|recommendation|conclusion|opinion|email)"
)
_MARK = re.compile(r"^\s*\[(?:page \d+|field .*)\]\s*$|^\s*$")
_MOST = 3


def quoted(schema: type[BaseModel], document: str, task: str) -> BaseModel | None:
    """``schema`` filled with what ``document`` says to ``task``; None where that is not to be had.

    The schema must have one field, of text, whose name says that it is prose. A question is only
    answered with what bears on it; to do anything else with a text, its best sentences will do.
    """
    fields = list(schema.model_fields.items())
    if len(fields) != 1 or fields[0][1].annotation is not str or not _PROSE.fullmatch(fields[0][0]):
        return None
    text = _quote(document, task)
    if not text:
        return None
    try:
        return schema.model_validate({fields[0][0]: text}, by_name=True, by_alias=False)
    except ValidationError:
        return None


def _quote(document: str, task: str) -> str:
    read = guarded(document, task)
    sentences = Source(read.text).sentences
    lines = _lines(read.text)
    # A message may well have no full stop, and then it has no sentences either.
    picked: Sequence[Picked] = ()
    topics = (task,) if task.rstrip().endswith("?") else (task, "")
    for among, topic in ((among, topic) for topic in topics for among in (sentences, lines)):
        picked = picked or pick(among, topic=topic, most=_MOST)
    taken = [each.sentence for each in picked] or list(lines[:_MOST] if "" in topics else ())
    return " ".join(each.text for each in sorted(taken, key=lambda each: each.order))


def _lines(text: str) -> tuple[Sentence, ...]:
    kept = (line.strip() for line in text.split("\n") if not _MARK.match(line))
    return tuple(Sentence(text=line, page=None, order=at) for at, line in enumerate(kept))
