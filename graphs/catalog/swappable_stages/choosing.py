"""The second stage: which statements of a text matter most. With a model, or by counting words."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from langgraph.runtime import Runtime

from ....nodes.documents.search import STOP_WORDS
from ....nodes.grounding import page_of, stands_in
from ....nodes.offline.notes import offline_note
from ....nodes.offline.picking import stem
from ....nodes.offline.source import Sentence, Source
from ....nodes.run_context import context_of
from ....nodes.statements import keeps_to
from ....state.context import RunContext
from .schema import Digest, Pages, Point

#: Each sentence is held against each other one: of a long text, only so many.
_MOST_SENTENCES = 400
_DAMPING = 0.85
_ROUNDS = 30
#: Sentences that share more of their words than this say the same.
_ALIKE = 0.6
_WORDS = range(5, 61)


def ranking(pages: Pages, points: int) -> Digest:
    """Without any model: the sentences that most others speak of too (TextRank).

    Sentences are the nodes of a graph, shared words its edges, and a random reader's time at each
    node is its weight. It quotes; it understands nothing, and knows the ends of sentences where
    they begin with a capital.
    """
    text = "\n\n".join(f"[page {each.number}]\n{each.text}" for each in pages)
    sentences = [each for each in Source(text).sentences if _is_prose(each.text)]
    bags = [_words(each.text) for each in sentences]
    common = Counter(word for bag in bags for word in bag)
    # Those whose words recur most: of a long text, others could not win.
    order = sorted(range(len(bags)), key=lambda at: -sum(common[word] for word in bags[at]))
    kept = sorted(order[:_MOST_SENTENCES])
    sentences, bags = [sentences[at] for at in kept], [bags[at] for at in kept]
    weights = _visited(bags)
    best = sorted(range(len(sentences)), key=lambda at: (-weights[at], at))
    chosen: list[int] = []
    for at in best:
        if len(chosen) < points and all(_shared(bags[at], bags[one]) < _ALIKE for one in chosen):
            chosen.append(at)
    return Digest(summary=[_point(sentences[at]) for at in sorted(chosen)])


def rank_instead(pages: Pages, points: int) -> dict[str, object]:
    """What a run falls back on when its model does not answer, or not from the document."""
    note = "The agent gave no answer that could be used: its place was taken by ranking."
    return {"digest": ranking(pages, points), "notes": (note,)}


def _point(sentence: Sentence) -> Point:
    said = " ".join(sentence.text.split())
    return Point(text=said, page=sentence.page, evidence=said)


def _is_prose(text: str) -> bool:
    words = text.split()
    return len(words) in _WORDS and text.rstrip().endswith((".", "!", "…", "。", '."', ".”"))


def _words(text: str) -> frozenset[str]:
    found = re.findall(r"[^\W\d_]{3,}", text.lower())
    return frozenset(stem(word) for word in found if word not in STOP_WORDS)


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _visited(bags: Sequence[frozenset[str]]) -> list[float]:
    """How long a random reader stays at each sentence: PageRank over shared words."""
    count = len(bags)
    edges = [[0.0] * count for _ in bags]
    for at, one in enumerate(bags):
        for other_at in range(at):
            other = bags[other_at]
            shared = len(one & other)
            if shared:
                size = math.log(1 + len(one)) + math.log(1 + len(other))
                edges[at][other_at] = edges[other_at][at] = shared / size
    totals = [sum(row) for row in edges]
    weights = [1.0] * count
    for _ in range(_ROUNDS):
        shares = [w / total if total else 0.0 for w, total in zip(weights, totals, strict=True)]
        weights = [
            1 - _DAMPING + _DAMPING * sum(e * share for e, share in zip(row, shares, strict=True))
            for row in edges
        ]
    return weights


def quoted(values: Mapping[str, object], sources: Mapping[str, object]) -> tuple[bool, str]:
    """A gate: every statement rests on a sentence that stands in the document."""
    digest, pages = values["digest"], sources["pages"]
    assert isinstance(digest, Digest)
    texts = "\n".join(each.text for each in pages) if isinstance(pages, list | tuple) else ""
    for each in digest.summary:
        if not stands_in(each.evidence, texts):
            said = each.evidence or each.text
            return False, f"{said!r:.100} does not stand in the document. Copy evidence exactly."
    return True, "All evidence stands in the document."


def mark(digest: Digest, pages: Pages) -> dict[str, object]:
    """What a person wrote at the review: it has no page where the document does not say it."""
    texts = {each.number: each.text for each in pages}
    marked: list[Point] = []
    notes: list[str] = []
    for each in digest.summary:
        page = page_of(each.evidence, texts, each.page)
        if page is not None and keeps_to(each.text, each.evidence):
            marked.append(each.model_copy(update={"page": page}))
            continue
        marked.append(each.model_copy(update={"page": None, "evidence": ""}))
        notes.append(f"In the reviewer's words, and not in the document: {each.text[:120]!r}")
    return {"digest": Digest(summary=marked), "notes": tuple(notes)}


def ground(
    digest: Digest, pages: Pages, points: int, model: str, runtime: Runtime[RunContext]
) -> dict[str, object]:
    """Hold what any model chose against the document: pages put right, the rest left out."""
    texts = {each.number: each.text for each in pages}
    kept: list[Point] = []
    notes: list[str] = []
    for each in digest.summary:
        evidence = each.evidence or each.text
        page = page_of(evidence, texts, each.page)
        if page is None or len(evidence.split()) < _WORDS.start - 2:
            notes.append(f"Left out, for it stands nowhere in the document: {each.text[:120]!r}")
        elif keeps_to(each.text, evidence):
            kept.append(each.model_copy(update={"page": page}))
        else:  # it says something else than its sentence, which is shown in its place
            kept.append(each.model_copy(update={"page": page, "text": evidence}))
            notes.append(f"Its own sentence stands in the place of: {each.text[:120]!r}")
    if not kept:
        notes.append("Nothing was chosen: the text has no whole sentences that stand out.")
    if model == "agent":
        cannot = "chooses sentences, and puts nothing in words of its own"
        notes += offline_note(context_of(runtime).model, cannot)
    return {"digest": Digest(summary=kept[:points]), "notes": tuple(notes)}
