"""What the schemas of workflows share: frozen models, pages, and inputs that hold elsewhere, too.

The functions are validators for Pydantic: ``_usable = field_validator("out")(directory)``.
"""

from pydantic import BaseModel, ConfigDict

from .output import absolute_path, checked_directory


class Frozen(BaseModel):
    """Plain data that nobody changes, with no fields but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PageText(Frozen):
    """A page, or a passage of one: its number from 1 and its text."""

    number: int
    text: str


def absolute(path: str | None) -> str | None:
    """The path from the root: a run may go on elsewhere.

    Raises:
        InputError: it is blank, or begins with the home of nobody.
    """
    return None if path is None else str(absolute_path(path))


def directory(name: str | None) -> str | None:
    """The directory's absolute path, made where it is not there yet.

    Raises:
        InputError: it cannot be made.
    """
    return None if name is None else str(checked_directory(name))


def several(given: object) -> object:
    """One text as a list of one, for fields that take several."""
    return [given] if isinstance(given, str) else given
