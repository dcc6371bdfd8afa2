"""What the stages hand to each other: their contract, whoever stands in them."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import (
    AfterValidator,
    Field,
    create_model,
    field_validator,
    model_validator,
)

from ....nodes.documents.pdf import check_regular
from ....nodes.schemas import Frozen, PageText, absolute, directory
from ....state.errors import InputError
from ....state.names import nearest

#: What refuses a document that an extraction cannot read, by the extraction's name.
Checks = Mapping[str, Callable[[Path], None]]
Outcome = Literal["approved", "rejected"]


class DocumentInputs(Frozen):
    """What a run is started with, beside who stands in which stage."""

    checks: ClassVar[Checks] = {}

    document: str = Field(description="Path of the document: a PDF, or a text of any kind.")
    points: int = Field(default=5, ge=1, le=20, description="The most statements to choose.")
    out: str | None = Field(default=None, description="Directory for what is delivered.")

    _absolute = field_validator("document")(absolute)
    _usable = field_validator("out")(directory)

    @model_validator(mode="after")
    def _readable(self) -> "DocumentInputs":
        """A document that its extraction cannot read is refused before a run exists."""
        extract = str(getattr(self, "extract", ""))
        self.checks.get(extract, check_there)(Path(self.document))
        return self


def check_there(path: Path) -> None:
    """What is asked of a document for an extraction that has no check of its own.

    Raises:
        DocumentError: there is no such file.
    """
    check_regular(path, "file")


def inputs_of(checks: Checks, **stages: Collection[str]) -> type[DocumentInputs]:
    """The inputs of a pipeline: one more for each stage, by default the first of its names."""
    fields = {
        stage: (
            Annotated[str, AfterValidator(_one_of(stage, tuple(names)))],
            Field(default=next(iter(names)), description=f"One of: {', '.join(names)}."),
        )
        for stage, names in stages.items()
    }
    made: type[DocumentInputs] = create_model(  # type: ignore[call-overload]  # takes any field
        "Inputs", __base__=DocumentInputs, __module__=__name__, **fields
    )
    made.checks = checks
    return made


def _one_of(stage: str, names: tuple[str, ...]) -> Callable[[str], str]:
    def checked(name: str) -> str:
        if name not in names:
            raise InputError(
                f"The stage {stage!r} has no {name!r}{nearest(name, names)}.",
                fix=f"There are: {', '.join(names)}.",
            )
        return name

    return checked


#: What an extraction gives.
Pages = tuple[PageText, ...]


class Point(Frozen):
    """One statement, and the words of the document that it rests on."""

    text: str = Field(min_length=1, description="The statement, in one sentence.")
    page: int | None = Field(default=None, description="The N of the [page N] line above it.")
    evidence: str = Field(default="", description="The sentence of the document, copied exactly.")


class Digest(Frozen):
    """What a model stage gives: the statements that matter most, in the document's order."""

    summary: list[Point] = Field(description="The statements that matter most.")


class Made(Frozen):
    """What a generation gives: a file, before it is one. The state keeps plain text."""

    suffix: str = Field(pattern=r"^\.[a-z0-9]{1,8}$")
    encoded: str

    @classmethod
    def of(cls, suffix: str, data: bytes) -> "Made":
        return cls(suffix=suffix, encoded=b64encode(data).decode())

    @property
    def data(self) -> bytes:
        return b64decode(self.encoded)
