"""From a folder to papers with their text; one that cannot be read says why."""

import hashlib
from pathlib import Path

from langgraph.runtime import Runtime

from ....nodes.blocking import in_thread
from ....nodes.documents.files import files_in, leads_out, read_file, shown
from ....nodes.output import run_directory
from ....nodes.run_context import context_of
from ....state.context import RunContext
from ....state.errors import DocumentError
from ...calling import call
from .schema import Paper
from .storing import known_digests

#: No single paper is longer, and what is may be a whole archive in one file.
_MOST_TEXT = 200_000
#: A line that is longer is no line of a paper; rules for lines would take very long over it.
_LONGEST_LINE = 10_000

Update = dict[str, object]


def place(runtime: Runtime[RunContext], database: str | None, out: str | None) -> Update:
    """Where rows and report go: as asked for, else beside each other in the run's directory."""
    directory = run_directory(context_of(runtime), out).absolute()
    return {"store": database or str(directory / "documents.db"), "directory": str(directory)}


async def look(folder: str, store: str, max_bytes: int) -> list[Paper]:
    """Every file once, by its digest; what the database has already is not read again."""
    found = await call(
        "look", _looked, {"folder": folder, "store": store, "max_bytes": max_bytes}, effect="pure"
    )
    papers: list[Paper] = []
    first: dict[str, str] = {}
    for path, digest, refusal, is_known in found:
        paper = Paper(path=path, digest=digest)
        if refusal:
            paper = paper.settled("refused", refusal)
        elif is_known:
            paper = paper.settled("present", "The database has this very file already.")
        elif digest in first:
            paper = paper.settled("copy", f"It is the same file as {first[digest]!r}.")
        else:
            first[digest] = paper.file
        papers.append(paper)
    return papers


async def _looked(folder: str, store: str, max_bytes: int) -> list[tuple[str, str, str, bool]]:
    return await in_thread(_look, folder, store, max_bytes)


def _look(folder: str, store: str, max_bytes: int) -> list[tuple[str, str, str, bool]]:
    known = known_digests(store)
    found = []
    for path in files_in(Path(folder)):
        if (name := shown(path)) != str(path):
            told = "Its name is in no known encoding. Give it another."
            found.append((name, f"?{name}", told, False))
            continue
        try:
            if leads_out(path, Path(folder)):
                told = "It is a link to a place outside of the folder. Copy the file itself."
                found.append((str(path), f"?{path}", told, False))
                continue
            size = path.stat().st_size if path.is_file() else 0
            data = path.read_bytes() if 0 < size <= max_bytes else b""
        except OSError as error:
            found.append((str(path), "", f"It cannot be read: {error.strerror}.", False))
            continue
        digest = hashlib.sha256(data).hexdigest() if data else ""
        found.append((str(path), digest, "", digest in known))
    # Files without a digest are refused when they are read, each for its own reason.
    return [each if each[1] or each[2] else (each[0], f"?{each[0]}", "", False) for each in found]


async def read(item: Paper, max_bytes: int) -> Paper:
    """The paper's text. One that was exchanged since it was looked at is refused, too."""
    paper = Paper.model_validate(item)
    try:
        file = await in_thread(lambda: read_file(Path(paper.path), max_bytes=max_bytes))
    except DocumentError as error:
        told = error.message.replace(repr(paper.path), repr(paper.file))
        return paper.settled("refused", f"{told} {error.fix or ''}".strip())
    if file.digest != paper.digest:
        return paper.settled("refused", "It was changed while it was being processed. Run again.")
    pages = tuple(page.text for page in file.pages)
    length = sum(map(len, pages))
    if length > _MOST_TEXT:
        told = f"It has {length:,} characters; a paper has at most {_MOST_TEXT:,}. Divide it."
        return paper.settled("refused", told)
    longest = max(len(line) for page in pages for line in page.split("\n"))
    if longest > _LONGEST_LINE:
        told = f"It has a line of {longest:,} characters; at most {_LONGEST_LINE:,} are read."
        return paper.settled("refused", f"{told} Save it with shorter lines.")
    return paper.but(pages=pages, headed=file.kind == "email")
