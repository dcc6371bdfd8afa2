"""Tools: plain functions that a model may ask for, with their arguments checked."""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, PydanticUserError, create_model
from pydantic import ValidationError as PydanticError

from ..state.errors import ValidationError
from ..state.journal import (
    DIRECT,
    EFFECTS,
    KEY_PARAMETER,
    Deed,
    Done,
    Door,
    Effect,
    Form,
    given,
    is_surely_undone,
    takes_key,
)
from .blocking import in_thread
from .context import rendered

Outcome = Literal["done", "failed", "refused"]

#: Characters of a result that are recorded, and those that the model is told at most.
RECORDED = 500
TOLD = 40_000


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A function that a model may ask for, with what the model must know to do so.

    ``effect`` says whether it may be run again after a crash within it, as in `dalsegno.call`;
    ``reconcile`` finds out what came of it.
    """

    name: str
    description: str
    function: Callable[..., Any]  # Any: an author's function returns what it likes
    parameters: type[BaseModel]
    effect: Effect = "external"
    reconcile: Callable[..., Any] | None = None  # Any: as above

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
    *,
    effect: Effect = "external",
    reconcile: Callable[..., Any] | None = None,  # Any: as in Tool
) -> Tool:
    """A tool from a function's signature and docstring.

    Say ``effect="pure"`` for one that only looks something up: what nobody has said so of is
    never run again by itself after a crash within it. A parameter ``idempotency_key`` is given
    the call's lasting key, and no model sees it.

    Raises:
        ValidationError: the function has no name, or takes what no model can give.
    """
    named = str(name or getattr(function, "__name__", ""))
    if not named.isidentifier():
        raise ValidationError(
            f"{named!r} is no tool's name.", fix="Give tool_from a name: letters, digits and _."
        )
    if effect not in EFFECTS:
        raise ValidationError(
            f"The tool {named!r} has the effect {effect!r}.",
            fix=f"Use one of: {', '.join(EFFECTS)}.",
        )
    try:
        made = Tool(
            name=named,
            description=description or inspect.getdoc(function) or named.replace("_", " "),
            function=function,
            parameters=_parameters(named, function),
            effect=effect,
            reconcile=reconcile,
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
        if key == KEY_PARAMETER:
            continue
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


async def run_tool(tool: Tool, arguments: Mapping[str, object], *, door: Door = DIRECT) -> Result:
    """Run a tool; whatever goes wrong is its result, so that the model can do better.

    It goes through the ``door``: in the same visit of a step it is run once, also when it failed.
    """
    try:
        read = tool.parameters.model_validate(arguments)
    except PydanticError as error:
        return Result(outcome="failed", text=_wrong(tool, error))
    fields = type(read).model_fields
    named = {info.alias or name: getattr(read, name) for name, info in fields.items()}

    async def use(**_: object) -> Result:
        return await _used(tool, named)

    async def use_with_key(*, idempotency_key: str, **_: object) -> Result:
        return await _used(tool, {**named, KEY_PARAMETER: idempotency_key})

    deed: Deed[Result] = Deed(
        name=f"tool {tool.name}",
        function=use_with_key if takes_key(tool.function) else use,
        args=dict(arguments),
        effect=tool.effect,
        reconcile=None if tool.reconcile is None else _reconciling(tool.reconcile, named),
        form=_RESULT,
    )
    return (await door.call(deed)).value


async def _used(tool: Tool, named: Mapping[str, object]) -> Result:
    try:
        return _done(await _called(tool.function, named))
    except Exception as error:  # an author's code may raise anything
        text = f"{tool.name!r} failed: {_said(error)}"
        if tool.effect == "external" and not is_surely_undone(error):
            text += " (It may have taken effect all the same.)"
        return Result(outcome="failed", text=text)


def _done(made: object) -> Result:
    text = rendered(made)
    if len(text) > TOLD:
        text = f"{text[:TOLD]}\n(cut here: {len(text)} characters in all)"
    return Result(outcome="done", text=text)


def _reconciling(
    reconcile: Callable[..., Any],  # Any: as in Tool
    named: Mapping[str, object],
) -> Callable[..., Any]:  # Any: as above
    """The tool's reconcile function, given what the tool was given, answering with a result."""

    async def found_out(*, idempotency_key: str, **_: object) -> object:
        found = await _called(reconcile, given(reconcile, named, idempotency_key))
        return Done(_done(found.value)) if isinstance(found, Done) else found

    return found_out


_RESULT = Form(
    dump=lambda result: json.dumps({"outcome": result.outcome, "text": result.text}),
    load=lambda text: Result(**json.loads(text)),
    given=_done,
)


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
