"""What flows through content creation: its inputs, the brief, and what each agent hands on."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from ....nodes.schemas import Frozen, absolute, directory
from .brief import read_brief, sources_of

#: The tokens that each agent may read; the definition says the same to the agents themselves.
LIMITS = {"researcher": 8000, "writer": 6000, "reviewer": 4000, "editor": 5000}


class Inputs(Frozen):
    """What a run is started with."""

    brief: str = Field(description="Path of the article's brief: YAML, Markdown or text.")
    sources: str | None = Field(
        default=None, description="Folder of the source notes; without it, the one in the brief."
    )
    out: str | None = Field(default=None, description="Directory for the finished article.")

    _absolute = field_validator("brief")(absolute)
    _usable = field_validator("out")(directory)

    @model_validator(mode="after")
    def _readable(self) -> "Inputs":
        """A brief that says too little, and a folder without notes, are refused at once."""
        sources_of(read_brief(Path(self.brief)), Path(self.brief), self.sources)
        return self


class Passage(Frozen):
    """A paragraph of a source, and where it stands."""

    number: int
    source: str
    place: str
    url: str | None = None
    text: str


class Found(Frozen):
    """One thing that the sources state."""

    text: str = Field(min_length=1, description="What is stated, in your own words.")
    quote: str = Field(min_length=1, description="The words of the passage, copied exactly.")
    heading: str | None = Field(default=None, description="The brief's heading that it is for.")


class Research(Frozen):
    """What the sources state on the topic."""

    notes: list[Found] = Field(description="The most useful first; at most 20.")


#: The most notes of one article.
MOST = 20
#: The source of a note that somebody added at the review.
ADDED = "added at the review"


class Note(Frozen):
    """A note for the article: what it says, in whose words, and where those stand."""

    text: str
    quote: str
    source: str
    place: str
    url: str | None = None
    heading: str | None = None


class Section(Frozen):
    """A part of an article under its heading."""

    heading: str = Field(min_length=1, description="The heading, from the brief if it gives any.")
    text: str = Field(min_length=1, description="Paragraphs of plain prose.")


class Draft(Frozen):
    """An article: its sections' headings are its outline."""

    title: str = Field(min_length=1, description="The title.")
    sections: list[Section] = Field(min_length=1, description="In the order of reading.")


class Edited(Draft):
    """The article as it shall appear."""


class Finding(Frozen):
    """One thing to mend in a draft."""

    quote: str = Field(min_length=1, description="The words of the draft, copied exactly.")
    problem: str = Field(min_length=1, description="What is wrong with them.")
    fix: str = Field(min_length=1, description="What to do.")


class Review(Frozen):
    """What the reviewer says of a draft."""

    verdict: Literal["accept", "revise"] = Field(description="accept: nothing is left to mend.")
    findings: list[Finding] = Field(description="What to mend; empty for accept.")


class Seen(Frozen):
    """What one agent was given to read at one time, and what was left out for want of room."""

    agent: str
    round: int
    limit: int
    tokens: int
    fields: list[str]
    given: list[str]
    dropped: list[str]
