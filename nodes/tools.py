"""Tools: plain functions that a model may ask for, with their arguments checked."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, PydanticUserError, create_model
from pydantic import ValidationError as PydanticError

from ..state.errors import ValidationError
from .blocking import in_thread
from .context import rendered

Outcome = Literal["done", "failed", "refused"]

#: Characters of a result that are recorded, and those that the model is told at most.
RECORDED = 500
TOLD = 40_000


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A function that a model may ask for, with what the model must know to do so."""

    name: str
    description: str
    function: Callable[..., Any]  # Any: an author's function returns what it likes
    parameters: type[BaseModel]

    def wire(self) -> dict[str, object]:
        """The tool as it is offered to a model, in OpenAI's form, which every client takes."""
        function = {
            "name": self.name,
            "description": self.description,
            "parameters": self.parameters.model_json_schema(),
        }
        return {"type": "function", "function": function}


@dataclass(frozen=True, kw_only=True)
class ToolUse:
    """One use of a tool as it is recorded.

    ``arguments`` are JSON data as the model gave them: a text where it was no JSON.
    """

    name: str
    arguments: object
    outcome: Outcome
    result: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of one use of a tool, as the model is told."""

    outcome: Outcome
    text: str


def tool_from(
    function: Callable[..., Any],  # Any: as in Tool
    name: str | None = None,
    description: str | None = None,
) -> Tool:
    """A tool from a function's signature and docstring.

    Raises:
        ValidationError: the function has no name, or takes what no model can give.
    """
    named = str(name or getattr(function, "__name__", ""))
    if not named.isidentifier():
        raise ValidationError(
            f"{named!r} is no tool's name.", fix="Give tool_from a name: letters, digits and _."
        )
    try:
        made = Tool(
            name=named,
            description=description or inspect.getdoc(function) or named.replace("_", " "),
            function=function,
            parameters=_parameters(named, function),
        )
        made.wire()
    except (PydanticUserError, NameError, TypeError) as error:
        raise ValidationError(
            f"The tool {named!r} takes what cannot be written as JSON: {error}",
            fix="Annotate its parameters with plain types or Pydantic models.",
        ) from error
    return made


def _parameters(name: str, function: Callable[..., Any]) -> type[BaseModel]:  # Any: as in Tool
    hints = get_type_hints(_hinted(function), include_extras=True)
    fields: dict[str, Any] = {}  # Any: Pydantic's pairs of an annotation and a default
    for at, (key, each) in enumerate(inspect.signature(function).parameters.items()):
        if each.kind not in {each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY}:
            raise ValidationError(
                f"The tool {name!r} takes {str(each)!r}, which a model cannot name.",
                fix="Let its function take named parameters only.",
            )
        default = ... if each.default is each.empty else each.default
        # A name may be one that Pydantic keeps for itself.
        own = key[0] == "_" or key.startswith("model_") or hasattr(BaseModel, key)
        place = f"field_{at}" if own else key
        fields[place] = (hints.get(key, Any), Field(default, alias=key if own else None))
    return create_model(f"{name}_arguments", __config__=ConfigDict(extra="forbid"), **fields)


def _hinted(function: Callable[..., Any]) -> Callable[..., Any]:  # Any: as in Tool
    """What carries a callable's type hints: a plain function does, an object's class does."""
    plain = inspect.isroutine(function)
    called: Callable[..., Any] = function if plain else type(function).__call__
    return called


async def run_tool(tool: Tool, arguments: Mapping[str, object]) -> Result:
    """Run a tool; whatever goes wrong is its result, so that the model can do better."""
    try:
        given = tool.parameters.model_validate(arguments)
    except PydanticError as error:
        return Result(outcome="failed", text=_wrong(tool, error))
    fields = type(given).model_fields
    named = {info.alias or name: getattr(given, name) for name, info in fields.items()}
    try:
        made = await _called(tool.function, named)
        text = rendered(made)
    except Exception as error:  # an author's code may raise anything
        return Result(outcome="failed", text=f"{tool.name!r} failed: {_said(error)}")
    if len(text) > TOLD:
        text = f"{text[:TOLD]}\n(cut here: {len(text)} characters in all)"
    return Result(outcome="done", text=text)


async def _called(function: Callable[..., Any], named: Mapping[str, object]) -> object:
    if inspect.iscoroutinefunction(function):
        made: object = await function(**named)
        return made
    made = await in_thread(function, **named)
    return await made if inspect.isawaitable(made) else made


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _wrong(tool: Tool, error: PydanticError) -> str:
    told = (
        f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
        for each in error.errors(include_url=False, include_context=False)
    )
    return f"The arguments do not fit {tool.name!r}: {'; '.join(told)}"
