"""What flows through the knowledge graph: inputs, what is read, and the graph itself."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ....nodes.documents.files import check_file, check_folder
from ....nodes.entities import Kind
from ....nodes.schemas import Frozen, absolute, directory, several
from ....state.records import Verdict

Outcome = Literal["built", "built_after_review", "nothing_found", "rejected"]


class Inputs(Frozen):
    """What a run is started with: a folder or a file, or texts, or both."""

    source: str | None = Field(default=None, description="A folder of documents, or one file.")
    texts: list[str] = Field(default=[], description="Texts given as they are.")
    question: str = Field(default="", max_length=1000, description="What to look up in the end.")
    alike: int = Field(default=96, ge=80, le=100, description="Names so alike (%) are one name.")
    doubtful: int = Field(default=82, ge=50, le=100, description="Names so alike are asked about.")
    out: str | None = Field(default=None, description="Directory for the graph's files.")
    max_passages: int = Field(default=500, ge=1, description="The most passages to read.")

    _absolute = field_validator("source")(absolute)
    _several = field_validator("texts", mode="before")(several)
    _usable = field_validator("out")(directory)

    @model_validator(mode="after")
    def _readable(self) -> "Inputs":
        """What cannot be read is refused before a run exists."""
        if self.source is None and not any(each.strip() for each in self.texts):
            raise ValueError("there is nothing to read: give a source (a folder or file) or texts")
        if self.doubtful > self.alike:
            raise ValueError("doubtful must not be above alike: nothing would be asked about")
        if self.source is not None:
            path = Path(self.source)
            (check_folder if path.is_dir() else check_file)(path)
        return self


class Passage(Frozen):
    """A piece of a document as it is read at once; ``orders`` in it to its reader do not count."""

    file: str
    page: int | None = None
    first_line: int = 1
    text: str
    orders: tuple[str, ...] = ()
    english: bool = True


class Mention(Frozen):
    """Somebody or something that the passage names."""

    name: str = Field(min_length=1, description="The name, as the passage writes it.")
    type: Kind = Field(description="What it names; unknown where the passage does not tell.")
    evidence: str = Field(description="The sentence that names it, copied exactly.")


class Link(Frozen):
    """One relation that a sentence of the passage states."""

    subject: str = Field(min_length=1, description="Who or what, as the sentence names it.")
    predicate: str = Field(min_length=1, description="A few words, such as 'acquired'.")
    object: str = Field(min_length=1, description="Whom or what, as the sentence names it.")
    evidence: str = Field(description="The one sentence that states it, copied exactly.")
    when: str | None = Field(default=None, description="The day, as YYYY-MM-DD, if stated.")
    amount: str | None = Field(default=None, description="The amount with currency, if stated.")


class Extraction(Frozen):
    """What a model reads in one passage."""

    entities: list[Mention] = Field(description="Everybody and everything named.")
    relations: list[Link] = Field(description="Only what a sentence states as a fact.")


class Place(Frozen):
    """The sentence that bears something out, and where it stands."""

    sentence: str
    file: str
    page: int | None = None
    line: int | None = None

    @property
    def cited(self) -> str:
        page = f" p. {self.page}" if self.page else ""
        return f"{self.file}{page}{f':{self.line}' if self.line else ''}"


class Seen(Frozen):
    """A name in a passage: where first, and how often."""

    name: str
    type: Kind
    place: Place
    times: int = 1


class Fact(Frozen):
    """A relation with its evidence, under the names of its sentence."""

    subject: str
    predicate: str
    object: str
    place: Place
    when: str | None = None
    amount: str | None = None


class Reading(Frozen):
    """What one passage gives. ``refused`` is what was said and is not borne out."""

    seen: tuple[Seen, ...] = ()
    facts: tuple[Fact, ...] = ()
    aliases: tuple[Fact, ...] = ()
    refused: tuple[str, ...] = ()


class Entity(Frozen):
    """One thing under one name, with the other spellings of it."""

    name: str
    type: Kind
    aliases: tuple[str, ...] = ()
    mentions: int = 1
    first: Place

    def __str__(self) -> str:
        also = f", also {', '.join(self.aliases)}" if self.aliases else ""
        return f"{self.name} ({self.type}){also}"


class Doubt(Frozen):
    """Two names that may be one: set ``same`` to true to merge them into ``name``."""

    name: str
    other: str
    same: bool = False
    score: int = 0
    why: str = ""
    name_stands_in: str = ""
    other_stands_in: str = ""


class Edge(Frozen):
    """A relation between two entities, and every sentence that states it."""

    subject: str
    predicate: str
    object: str
    when: str | None = None
    amount: str | None = None
    evidence: tuple[Place, ...]

    def __str__(self) -> str:
        more = ", ".join(part for part in (self.when, self.amount) if part)
        said = f"{self.subject} - {self.predicate} - {self.object}{f' ({more})' if more else ''}"
        return f"{said}: {self.evidence[0].sentence!r} ({self.evidence[0].cited})"


class Graph(Frozen):
    """The knowledge graph as data."""

    entities: tuple[Entity, ...] = ()
    edges: tuple[Edge, ...] = ()


class Looked(Frozen):
    """What the graph says to a question: edges with their evidence, or why there are none."""

    question: str
    edges: tuple[Edge, ...] = ()
    note: str = ""


class State(BaseModel):
    """What is known, step by step."""

    model_config = ConfigDict(frozen=True)

    source: str | None = None
    texts: list[str] = []
    question: str = ""
    alike: int = 96
    doubtful: int = 82
    out: str | None = None
    max_passages: int = 500

    reader: Literal["rules", "model"] = "rules"
    passages: tuple[Passage, ...] = ()
    known: tuple[str, ...] = ()
    load_notes: tuple[str, ...] = ()
    entities: tuple[Entity, ...] = ()
    facts: tuple[Fact, ...] = ()
    doubts: list[Doubt] = []
    merges: Verdict | None = None
    told: tuple[str, ...] = ()
    graph: Graph | None = None
    names: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    outcome: Outcome | None = None
    notes: tuple[str, ...] = ()
