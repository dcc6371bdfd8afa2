"""The brief of an article: read from YAML, Markdown or plain text, and refused if it says too
little. People write "Word count: about 800" and "## Keywords"; both are understood."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from ....nodes.documents.files import check_folder, files_in, read_file
from ....nodes.output import absolute_path
from ....state.errors import DalsegnoError, InputError
from ...yaml_text import read_text

#: What an article may have; a longer one does not fit what the reviewer may read.
FEWEST, MOST = 100, 1500
_USUAL = 600
_NAMES: Mapping[str, tuple[str, ...]] = {
    "topic": ("topic", "subject", "title", "about", "theme"),
    "audience": ("audience", "target audience", "readers", "readership", "for"),
    "length": ("length", "words", "word count", "size", "target length"),
    "keywords": ("keywords", "key words", "keyword", "seo keywords", "key phrases", "terms"),
    "headings": ("headings", "outline", "sections", "structure", "parts"),
    "sources": ("sources", "source folder", "sources folder", "source notes", "material"),
    "trusted": ("trusted", "trusted domains", "trusted sources", "allowed domains"),
    "untrusted": ("untrusted", "untrusted domains", "denied domains", "not from"),
    "avoid": ("avoid", "avoid words", "forbidden words", "do not use", "words to avoid"),
}
_BY_NAME = {said: name for name, every in _NAMES.items() for said in every}
_LISTS = frozenset({"keywords", "headings", "trusted", "untrusted", "avoid"})
_LABEL = re.compile(
    r"^\s*(?:[-*•]\s+)?\**(?P<name>[A-Za-z][A-Za-z /_-]{0,30}?)\**\s*:\s*\**\s*(?P<rest>.*)$"
)
_HEAD = re.compile(r"^\s*(?P<marks>#{1,6})\s+(?P<name>.+?)\s*:?\s*#*\s*$")
_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")


class Brief(BaseModel):
    """What the article shall be. ``remarks`` is whatever else the brief says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: str
    audience: str = "general readers"
    words: int = Field(default=_USUAL, description="How long it shall be, give or take 15 %.")
    keywords: list[str] = Field(default_factory=list)
    headings: list[str] = Field(default_factory=list)
    trusted: list[str] = Field(default_factory=list, description="Domains that may be cited.")
    untrusted: list[str] = Field(default_factory=list, description="Domains that may not.")
    avoid: list[str] = Field(default_factory=list, description="Words not to use.")
    remarks: list[str] = Field(default_factory=list)
    sources: str = "sources"


def read_brief(path: Path) -> Brief:
    """The brief in a file.

    Raises:
        DocumentError: the file cannot be read. InputError: it names no topic, a length that
            cannot be, or something that is nearly a name it should have.
    """
    text = read_file(path).text
    if path.suffix.lower() in {".yaml", ".yml"}:
        data = read_text(text, source=path.name).data
        assert isinstance(data, dict)  # anything else was refused with its line
        pairs = [(str(name), each) for name, each in data.items()]
    else:
        pairs = [(name, "\n".join(lines)) for name, lines in _parts(text)]
    return _brief(path, pairs)


def _parts(text: str) -> Iterator[tuple[str, list[str]]]:
    """Labels and what follows them: on the line, below it, or below a heading."""
    name, lines = "", list[str]()
    for line in text.splitlines():
        head, label = _HEAD.match(line), _LABEL.match(line)
        found = head or label
        # The items of a list may have colons, too: there only a name that is known is a label.
        if found is None or (_ITEM.match(line) and _known(found["name"]) is None):
            if _ends_list(lines, line):
                yield name, lines
                name, lines = "", []
            lines.append(line)
            continue
        yield name, lines
        name, lines = found["name"].strip("*"), [label["rest"]] if label and not head else []
    yield name, lines


def _ends_list(lines: list[str], line: str) -> bool:
    """Whether a line stands apart from the list above it, and is none of its items."""
    apart = bool(lines) and not lines[-1].strip() and bool(line.strip())
    return apart and not _ITEM.match(line) and any(map(_ITEM.match, lines))


def _known(said: str) -> str | None:
    return _BY_NAME.get(" ".join(re.split(r"[\s_/-]+", said.strip().lower())))


def _brief(path: Path, pairs: list[tuple[str, object]]) -> Brief:
    found: dict[str, object] = {}
    taken: dict[str, bool] = {}
    remarks: list[str] = []
    for said, value in pairs:
        name = _known(said)
        plain = " ".join(str(value).split())
        if name is not None:
            _check_form(path, said, value, several=name in _LISTS)
            own = said.strip().lower() == name
            if name in taken and own == taken[name]:
                raise InputError(f"{path.name!r} says {name!r} twice.", fix="Leave one of them.")
            if name in taken and not own:  # "Title" beside "Topic"
                remarks.append(f"{said.strip()}: {plain}")
                continue
            taken[name] = own
            found[name] = _items(value) if name in _LISTS else plain
        elif close := get_close_matches(said.strip().lower(), _BY_NAME, n=1, cutoff=0.8):
            raise InputError(
                f"{path.name!r} has {said.strip()!r}; the nearest name is {close[0]!r}.",
                fix=f"It may have: {', '.join(_NAMES)}.",
            )
        elif plain.strip("# "):
            remarks.append(f"{said.strip()}: {plain}" if said.strip() else plain.strip("# "))
    if not found.get("topic"):
        raise InputError(
            f"{path.name!r} names no topic.", fix="Add a line such as: topic: How harbours heat."
        )
    length = found.pop("length", None)
    words = _USUAL if length is None else _words(path, str(length))
    return Brief.model_validate({**found, "words": words, "remarks": remarks})


def _items(value: object) -> list[str]:
    if isinstance(value, list | tuple):
        parts = [str(each) for each in value]
    else:
        lines = [line for line in str(value).splitlines() if line.strip()]
        parts = lines if len(lines) > 1 else re.split(r"[,;]", str(value))
    plain = (_ITEM.sub("", each).strip(" \t\"'") for each in parts)
    return list(dict.fromkeys(each for each in plain if each))


def _check_form(path: Path, said: str, value: object, *, several: bool) -> None:
    """Refuse what is neither a text nor, where there may be several, a list of texts."""
    every = value if several and isinstance(value, list | tuple) else [value]
    if any(isinstance(each, Mapping | list | tuple) for each in every):
        raise InputError(
            f"{path.name!r} has {said.strip()!r} in a form that is not understood: {value!r:.80}.",
            fix="Write it as text, or where there are several as a list of texts.",
        )


#: A length and nothing else before it; what follows a comma or stands in brackets is a remark.
_LENGTH = re.compile(
    r"(?:about|around|roughly|approx\w*\.?|ca\.?|at most|up to|max\w*\.?|some)?\s*"
    r"(?P<low>\d{2,5})(?:\s*(?:-|–|to)\s*(?P<high>\d{2,5}))?\s*(?:words?)?\s*(?:[(±,;.+].*)?",
    re.IGNORECASE,
)


def _words(path: Path, said: str) -> int:
    """A number of words; of a range, its middle."""
    found = _LENGTH.fullmatch(re.sub(r"(?<=\d)[,.](?=\d{3})", "", said).strip())
    words = 0
    if found is not None:
        low = int(found["low"])
        words = (low + int(found["high"] or low)) // 2
    if not FEWEST <= words <= MOST:
        raise InputError(
            f"{path.name!r} wants the length {said!r}.",
            fix=f"Ask for {FEWEST} to {MOST} words, such as: length: 600 words.",
        )
    return words


def _beside(path: Path, sources: str) -> str:
    """A brief names its sources from where it lies."""
    return sources if sources.startswith("~") else str(path.parent / sources)


def sources_of(brief: Brief, path: Path, given: str | None) -> tuple[Path, ...]:
    """The files of the sources' folder that can be read; what is wrong with the others is told
    when they are read.

    Raises:
        DocumentError: there is no such folder, or nothing in it. InputError: nothing in it can be
            read.
    """
    folder = absolute_path(given or _beside(path, brief.sources))
    check_folder(folder)
    files = files_in(folder)
    faults = [fault for each in files if (fault := unreadable(each))]
    if len(faults) == len(files):
        raise InputError(
            f"None of the {len(files)} files in {str(folder)!r} can be read: {faults[0]}",
            fix="Put the source notes there as text, Markdown or PDF.",
        )
    return files


def unreadable(path: Path) -> str | None:
    """Why a source cannot be read."""
    try:
        read_file(path)
    except DalsegnoError as error:
        return error.message
    return None
