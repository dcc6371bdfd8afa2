"""Every error that Dalsegno raises on purpose, as one tree.

DalsegnoError
├── AgentError                a model or a node did its part wrong
│   └── MalformedOutputError      structured output that does not fit its schema, after asking again
├── CommunicationError        a provider or a network did not answer as it should
├── ContextError              what a step needs does not fit, or is not there
├── ResourceError             a database, a file or a disk
│   ├── DatabaseError             not a database, read-only, locked, of a newer schema
│   ├── LeaseError                somebody else drives the run
│   └── ReportError               a PDF could not be made
└── ValidationError           something given was wrong: it is refused before anything is done
    ├── InputError                an input of a workflow or a command
    │   └── DocumentError             a file that cannot be read as a document with text
    ├── NotFoundError             a workflow, run or review that does not exist
    ├── ModelError                a model name or its key
    ├── DecisionError             a decision that does not fit its review
    └── ConflictError             right once, but somebody was there before

The five branches are the classes that error policies speak of.
"""

from collections.abc import Iterable


class DalsegnoError(Exception):
    """An error with a remedy.

    ``fix`` says what to do next; ``node`` and ``thread`` say where it happened, when that is
    known; ``done`` says what had already been done and is kept.
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


class AgentError(DalsegnoError):
    """A model or a node did its part wrong."""


class MalformedOutputError(AgentError):
    """A model's structured output did not fit its schema, even when asked again."""


class CommunicationError(DalsegnoError):
    """A provider or a network did not answer as it should."""


class ContextError(DalsegnoError):
    """What a step needs does not fit into its context, or is not there."""


class ResourceError(DalsegnoError):
    """A database, a file or a disk refused."""


class DatabaseError(ResourceError):
    """The run database cannot be used as it is."""


class LeaseError(ResourceError):
    """Somebody else drives this run now, or took it over; nothing was written."""


class ReportError(ResourceError):
    """A PDF could not be made."""


class ValidationError(DalsegnoError):
    """Something given was wrong; it was refused before anything was done."""


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
