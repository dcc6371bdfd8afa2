"""Every error that Dalsegno raises on purpose, as one tree.

DalsegnoError
├── AgentError                a model or a node did its part wrong
│   ├── MalformedOutputError      structured output that does not fit its schema, after asking again
│   ├── WriteError                a node returned a key or a type that it did not declare
│   ├── GateError                 a blocking gate refused what a step made
│   ├── ToolError                 a tool that was not listed was asked for, or one failed
│   └── UnknownOutcomeError       an effect may have happened, and a person gave it up
├── CommunicationError        a provider or a network did not answer as it should
├── ContextError              what a step needs does not fit, or is not there
├── ResourceError             a database, a file or a disk, or time
│   ├── DeadlineError             a step took longer than its timeout
│   ├── DatabaseError             not a database, read-only, locked, of a newer schema
│   │   └── DamagedError              what is stored is not as it was written
│   ├── LeaseError                somebody else drives the run
│   └── ReportError               a PDF could not be made
└── ValidationError           something given was wrong: it is refused before anything is done
    ├── DefinitionError           a definition is wrong; lists what, where, and what to do
    ├── InputError                an input of a workflow or a command
    │   └── DocumentError             a file that cannot be read as a document with text
    ├── NotFoundError             a workflow, run or review that does not exist
    ├── ModelError                a model name or its key
    ├── DecisionError             a decision that does not fit its review
    └── ConflictError             right once, but somebody was there before

The five branches are the classes that error policies speak of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from .usage import Usage
from .verdicts import Checked


class DalsegnoError(Exception):
    """An error with a remedy.

    ``fix`` says what to do next; ``node`` and ``thread`` say where it happened, when that is
    known; ``done`` says what had already been done and is kept; ``spent`` is what model calls had
    used up to then, and ``verdicts`` what gates had found.
    """

    def __init__(
        self,
        message: str,
        *,
        fix: str | None = None,
        node: str | None = None,
        thread: str | None = None,
        done: Iterable[str] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.node = node
        self.thread = thread
        self.done = tuple(done)
        self.spent: tuple[Usage, ...] = ()
        self.verdicts: tuple[Checked, ...] = ()

    def __str__(self) -> str:
        where = f" (in node {self.node!r})" if self.node else ""
        remedy = f"\n  {self.fix}" if self.fix else ""
        return f"{self.message}{where}{remedy}"

    @property
    def family(self) -> str:
        """The class that an error policy knows this by: agent, communication and so on."""
        for parent in type(self).__mro__:
            if DalsegnoError in parent.__bases__:
                return parent.__name__.removesuffix("Error").lower()
        return "agent"

    def record(self) -> dict[str, object]:
        """The error as plain data, for a run's record and for ``--json``."""
        return {
            "type": type(self).__name__,
            "class": self.family,
            "message": self.message,
            "fix": self.fix,
            "node": self.node,
        }


@contextmanager
def spending(spent: Sequence[Usage]) -> Iterator[None]:
    """An error raised within carries what was ``spent`` before it: failed calls cost, too."""
    try:
        yield
    except DalsegnoError as error:
        error.spent = (*spent, *error.spent)
        raise


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One fault of a definition.

    ``path`` leads to it through keys and list positions; ``at`` says whether the key there is
    wrong or its value, and ``offset`` how many characters into the value. ``line`` and ``column``
    count from 1 and are known where the definition was read from text.
    """

    path: tuple[str | int, ...]
    message: str
    fix: str | None = None
    at: Literal["key", "value"] = "value"
    offset: int = 0
    line: int | None = None
    column: int | None = None

    def line_of_text(self, source: str | None) -> str:
        """``file:line:column: message``, or the path where there are no lines."""
        if self.line is not None:
            return f"{source or '<text>'}:{self.line}:{self.column}: {self.message}"
        place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in self.path).lstrip(".")
        return f"{place}: {self.message}" if place else self.message


class AgentError(DalsegnoError):
    """A model or a node did its part wrong."""


class MalformedOutputError(AgentError):
    """A model's structured output did not fit its schema, even when asked again."""


class WriteError(AgentError):
    """A node returned a key that it did not declare, or a value of another type."""


class GateError(AgentError):
    """A blocking gate refused what a step was given or made."""


class ToolError(AgentError):
    """A model asked for a tool that its agent does not list, or a tool failed."""


class UnknownOutcomeError(AgentError):
    """Nobody could say whether an effect happened, and a person decided not to go on with it."""


class CommunicationError(DalsegnoError):
    """A provider or a network did not answer as it should."""


class ContextError(DalsegnoError):
    """What a step needs does not fit into its context, or is not there."""


class ResourceError(DalsegnoError):
    """A database, a file or a disk refused, or time ran out."""


class DeadlineError(ResourceError):
    """A step took longer than its timeout allows."""


class DatabaseError(ResourceError):
    """The run database cannot be used as it is."""


class DamagedError(DatabaseError):
    """What is stored is not as it was written: a flipped bit, a lost or a swapped row."""


class LeaseError(ResourceError):
    """Somebody else drives this run now, or took it over; nothing was written."""


class ReportError(ResourceError):
    """A PDF could not be made."""


class ValidationError(DalsegnoError):
    """Something given was wrong; it was refused before anything was done."""


class DefinitionError(ValidationError):
    """A workflow's definition is wrong. ``problems`` says what and where, one by one."""

    def __init__(self, problems: Iterable[Problem], *, source: str | None = None) -> None:
        self.problems = tuple(problems)
        self.source = source
        many = len(self.problems) > 1
        lines = [each.line_of_text(source) for each in self.problems]
        head = f"The definition has {len(lines)} faults:\n  " if many else ""
        super().__init__(head + "\n  ".join(lines), fix=None if many else self.problems[0].fix)


class DefinitionWarning(UserWarning):
    """A definition is right, and hard to follow at a place that is named."""


class InputError(ValidationError):
    """An input of a workflow or of a command is wrong."""


class DocumentError(InputError):
    """A file cannot be read as a document with text."""


class NotFoundError(ValidationError):
    """A workflow, run or review of that name does not exist."""


class ModelError(ValidationError):
    """A model's name is unknown, or its key is missing."""


class DecisionError(ValidationError):
    """A decision does not fit the review it answers."""


class ConflictError(ValidationError):
    """Right once, but somebody was there before: nothing was changed."""
