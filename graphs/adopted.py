"""A compiled graph from anywhere, as something that the runtime can start, pause and go on with."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from langgraph._internal._serde import build_serde_allowlist
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from ..state.errors import InputError
from ..state.plain import as_json
from .shapes import shape_of

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.pregel import Pregel
    from pydantic import BaseModel

#: The mark on inputs that JSON has no form for: what a serializer made of them.
_PACKED = "dalsegno:packed"
#: What LangGraph calls a graph that was given no name.
_UNNAMED = "LangGraph"


@dataclass(frozen=True, kw_only=True)
class Adopted:
    """A compiled graph by its name, with what ``Program`` offers for a definition.

    The graph itself is not changed: what runs is a copy that has the runtime's checkpointer.
    """

    given: Pregel[Any, Any, Any, Any]  # Any: generic over the graph's own schemas
    source: str | None = None
    version: str = ""

    @property
    def name(self) -> str:
        return self.given.name

    @cached_property
    def digest(self) -> str:
        """The graph's shape as a hash: its nodes with the names of their functions, its edges, its
        channels and their types."""
        plain = json.dumps(shape_of(self.given), sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()

    @cached_property
    def serde(self) -> JsonPlusSerializer:
        """Makes from stored bytes only what the graph's own schemas name."""
        builder = getattr(self.given, "builder", None)
        named = [builder.state_schema, builder.input_schema] if builder is not None else []
        allowed = build_serde_allowlist(schemas=named, channels=self.given.channels)
        return JsonPlusSerializer(allowed_msgpack_modules=sorted(allowed))

    def graph(
        self,
        saver: BaseCheckpointSaver[Any],  # Any: generic over a version's type
    ) -> Pregel[Any, Any, Any, Any]:  # Any: as above
        """The graph with this checkpointer."""
        strict = copy(saver)
        strict.serde = self.serde
        made = copy(self.given)
        made.checkpointer = strict
        return made

    def checked(self, inputs: Mapping[str, object] | BaseModel) -> dict[str, object]:
        """The inputs as they are recorded: plain JSON, or packed where JSON has no form for them.

        Raises:
            InputError: they are no mapping, or cannot be stored.
        """
        if not isinstance(inputs, Mapping):
            raise InputError(
                f"The inputs of {self.name!r} are {type(inputs).__name__}, which is no mapping.",
                fix="Give the inputs by name.",
            )
        plain = dict(inputs)
        try:
            if json.loads(json.dumps(plain)) == plain:
                return plain
        except (TypeError, ValueError):
            pass
        try:
            kind, data = self.serde.dumps_typed(plain)
        except Exception as error:
            raise InputError(
                f"The inputs of {self.name!r} cannot be stored: {error}",
                fix="Give values that the graph's own checkpointer could keep.",
            ) from error
        return {_PACKED: [kind, base64.b64encode(data).decode()]}

    def entry(self, recorded: Mapping[str, object]) -> dict[str, object]:
        """The inputs as they were given, from what was recorded."""
        packed = recorded.get(_PACKED)
        if not isinstance(packed, list):
            return dict(recorded)
        made: dict[str, object] = self.serde.loads_typed((packed[0], base64.b64decode(packed[1])))
        return made

    def output(self, values: object) -> dict[str, object]:
        """What the graph's output schema names of its state, as plain JSON data.

        What an entrypoint of LangGraph's functional API returned is there as it is, or under
        ``output`` where it is no mapping.
        """
        if not isinstance(values, Mapping):
            return {"output": as_json(values)}
        named = self.given.output_channels
        wanted = values if isinstance(named, str) else [each for each in named if each in values]
        return {str(name): as_json(values[name]) for name in wanted}

    def form(self, _review: str, _shown: Collection[str] | None = None) -> None:
        """None: what may be edited is for the graph itself to check."""

    def check_unlike(self, other: Adopted) -> None:
        """Refuse to be known by the name of another graph, where neither was given one.

        Raises:
            InputError: says how a graph gets a name.
        """
        if self.name == _UNNAMED and other.digest != self.digest:
            raise InputError(
                f"Another graph without a name is known here: both are {_UNNAMED!r}, and their "
                "runs could not be told apart.",
                fix="Name them: builder.compile(name='orders').",
            )
