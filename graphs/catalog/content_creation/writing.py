"""The article as text: laid out, checked, delivered; without a writer, its notes in order."""

from collections.abc import Sequence
from typing import Literal

from langgraph.runtime import Runtime

from ....nodes.output import run_directory
from ....nodes.questions import Exchange
from ....nodes.run_context import context_of
from ....state.context import RunContext
from ....state.records import Verdict
from ...leaving import write_files
from .brief import Brief
from .facts import checked, copied
from .reading import sections_of
from .schema import Draft, Edited, Note, Passage, Review, Section

Update = dict[str, object]


def way_on(
    findings: list[Note],
    hand: Literal["quotes", "model"],
    research_validation: Verdict | None = None,
) -> Literal["drop", "nothing", "quotes", "model"]:
    """What comes after the research: its end, or one of the two hands that write."""
    if research_validation is not None and research_validation.type == "reject":
        return "drop"
    return hand if findings else "nothing"


def what_there_is(
    way: Literal["drop", "nothing", "quotes", "model"],
    needs_writer: Verdict | None = None,
    article: str | None = None,
) -> Literal["article", "notes", "dropped", "nothing"]:
    """What can be finished: an article, whoever wrote it, or the notes alone."""
    if way == "nothing":
        return "nothing"
    if way == "drop" or (needs_writer is not None and needs_writer.type == "reject"):
        return "dropped"
    return "article" if article else "notes"


def check_draft(
    draft: Draft, assignment: Brief, findings: list[Note], library: list[Passage]
) -> list[str]:
    """What can be found in a draft without a reader."""
    return checked(draft, assignment, findings, library)


def lay_out(edited: Edited, review: Review) -> Update:
    """The edited article as Markdown; what the reviewer left open is said."""
    left = review.findings if review.verdict == "revise" else []
    return {
        "article": _markdown(edited),
        "notes": [f"Open after the last round: {each.problem}" for each in left],
    }


def _markdown(draft: Draft) -> str:
    parts = [f"# {draft.title}"]
    parts += [f"## {each.heading}\n\n{each.text.strip()}" for each in draft.sections]
    return "\n\n".join(parts) + "\n"


def collect(assignment: Brief, findings: list[Note]) -> Update:
    """Without a writer: the notes under the brief's headings, marked as what they are."""
    left = list(findings)
    parts = [
        f"# Notes for: {assignment.topic}",
        "This is no article: each line is quoted from the sources as it stands there.",
    ]
    for heading in assignment.headings:
        own = [each for each in left if each.heading == heading]
        left = [each for each in left if each not in own]
        body = [_quote(each) for each in own] or ["(The sources give nothing under this heading.)"]
        parts.append("\n\n".join([f"## {heading}", *body]))
    if left:
        title = "Further notes" if assignment.headings else "Notes"
        parts.append("\n\n".join([f"## {title}", *map(_quote, left)]))
    sections = [Section(heading="Note", text=each.text) for each in findings]
    verdict = copied(Draft(title="Notes", sections=sections), [each.quote for each in findings])
    told = [f"As an article it is refused: {verdict.reason}"] if not verdict.passed else []
    return {"dossier": "\n\n".join(parts) + "\n", "notes": told}


def _quote(note: Note) -> str:
    return f"> {note.quote}\n> ({note.source}, {note.place})"


def describe_notes(notes: list[str], exchanges: Sequence[Exchange] = ()) -> str:
    """What the person should know before the notes are taken for right."""
    asked = "Are these notes right, and enough to write from? Edit, add or leave out any of them."
    return "\n".join([asked, *_answered(exchanges), *_noted(notes)])


def describe_article(
    checks: list[str], notes: list[str], exchanges: Sequence[Exchange] = ()
) -> str:
    """What the person should know before the article appears."""
    found = [f"  {each}" for each in checks] or ["  nothing"]
    lines = [
        "May this article appear? What was measured on it found:",
        *found,
        "Numbers, dates, names, quotes and copied wording were held against the notes. Whether a "
        "number stands beside the right thing, and whether it is meant so, was not.",
    ]
    return "\n".join([*lines, *_answered(exchanges), *_noted(notes)])


def _answered(exchanges: Sequence[Exchange]) -> list[str]:
    """What was asked at a review, and answered, the last first."""
    lines = []
    for each in reversed(exchanges):
        lines += [f"You asked: {each.question}", f"Answer: {each.answer}"]
    return lines


def _noted(notes: Sequence[str]) -> list[str]:
    return [f"Note: {each}" for each in dict.fromkeys(notes)]


def describe_need(
    assignment: Brief,
    findings: list[Note],
    notes: list[str],
    exchanges: Sequence[Exchange] = (),
) -> str:
    """What the person should know who is asked to write."""
    lines = [
        f"An article on {assignment.topic!r} needs a writer: no model was named that writes.",
        f"{len(findings)} notes were found. Edit to give the article (Markdown, with the brief's "
        "headings), approve to take the notes as they are, reject to drop it.",
    ]
    return "\n".join([*lines, *_answered(exchanges), *_noted(notes)])


def check_article(
    article: str, assignment: Brief, findings: list[Note], library: list[Passage]
) -> list[str]:
    """What can be found in the article as it shall appear, whoever wrote it."""
    return checked(sections_of(article), assignment, findings, library)


def deliver(  # a step's parameters are the fields that it reads
    *,
    article: str,
    assignment: Brief,
    findings: list[Note],
    library: list[Passage],
    final_approval: Verdict,
    runtime: Runtime[RunContext],
    out: str | None = None,
) -> Update:
    """The article and its sources as files. An editor's own figures are said, not stopped."""
    files = {"article.md": article, "sources.md": _sources(findings)}
    outcome = "edited" if final_approval.type == "edit" else "approved"
    checks = checked(sections_of(article), assignment, findings, library)
    artifacts = write_files(run_directory(context_of(runtime), out), files)
    return {"outcome": outcome, "checks": checks, "artifacts": artifacts}


def deliver_notes(
    dossier: str, findings: list[Note], runtime: Runtime[RunContext], out: str | None = None
) -> Update:
    """The notes as files, for somebody who writes elsewhere."""
    files = {"notes.md": dossier, "sources.md": _sources(findings)}
    folder = run_directory(context_of(runtime), out)
    return {"outcome": "notes", "artifacts": write_files(folder, files)}


def _sources(findings: Sequence[Note]) -> str:
    lines = ["# Sources", ""]
    for each in findings:
        address = f" <{each.url}>" if each.url else ""
        lines.append(f"- {each.source}, {each.place}{address}: “{each.quote}”")
    return "\n".join(lines) + "\n"


def close(
    research_validation: Verdict | None = None,
    needs_writer: Verdict | None = None,
    final_approval: Verdict | None = None,
) -> Update:
    """Nothing is delivered; everything that was made is kept."""
    given = (final_approval, needs_writer, research_validation)
    message = next((each.message for each in given if each is not None and each.message), "")
    return {"outcome": "rejected", "notes": [f"Rejected: {message}" if message else "Rejected."]}


def give_up() -> str:
    """There is nothing to write from."""
    return "nothing_found"
