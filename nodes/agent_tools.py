"""The rounds in which a model asks for tools, until it asks for none."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from ..state.errors import ToolError, spending
from ..state.journal import DIRECT, Door, Form
from ..state.names import nearest
from ..state.usage import Usage
from .context import rendered
from .models.ask import model_deed, reached, used
from .models.connect import connected
from .models.replies import message_of, message_text
from .tools import RECORDED, Result, Tool, ToolUse, run_tool

if TYPE_CHECKING:
    from langchain_core.messages import InvalidToolCall, ToolCall

#: Answers in which a model may ask for tools; after these it must do with what it has.
ROUNDS = 8


@dataclass(frozen=True, kw_only=True)
class Consulted:
    """What the rounds gave: the tools' answers by the call's wording, the model's last words."""

    results: Mapping[str, str]
    said: str
    used: tuple[ToolUse, ...]
    spent: tuple[Usage, ...]


@dataclass(frozen=True, kw_only=True)
class Consulting:
    """Who asks for tools, and which are listed."""

    step: str
    agent: str
    model: str
    tools: tuple[Tool, ...]
    temperature: float | None = None
    max_tokens: int | None = None
    door: Door = DIRECT


async def consult(who: Consulting, messages: Sequence[BaseMessage]) -> Consulted:
    """Let the model use its tools until it has what it wants.

    Raises:
        ToolError: it asked for a tool that is not listed, was told, and asked for one again.
        CommunicationError, ModelError, AgentError, ContextError: as ``ask``.
    """
    asked, spent = list(messages), list[Usage]()
    uses: list[ToolUse] = []
    results: dict[str, str] = {}
    said = ""
    async with connected(who.model, temperature=who.temperature, max_tokens=who.max_tokens) as chat:
        offered = [each.wire() for each in who.tools]
        asking = chat.bind_tools(offered)

        async def answer_to(messages: Sequence[BaseMessage]) -> AIMessage:
            answer: AIMessage = await reached(asking, messages, model=who.model)
            return answer

        settings = {"tools": offered, "temperature": who.temperature, "most": who.max_tokens}
        for _ in range(ROUNDS):
            deed = model_deed(who.model, answer_to, list(asked), _MESSAGE, settings=settings)
            with spending(spent):
                outcome = await who.door.call(deed)
            answer = outcome.value
            spent.append(used(outcome, answer, asked, model=who.model, step=who.step))
            said = str(answer.text).strip()
            calls: list[ToolCall | InvalidToolCall]
            calls = [*answer.tool_calls, *answer.invalid_tool_calls]
            if not calls:
                break
            with spending(spent):
                _refuse_again(who, calls, uses)
            with spending(spent):
                made = await asyncio.gather(*(_result(who, call) for call in calls))
            uses += [_use(call, each) for call, each in zip(calls, made, strict=True)]
            asked += [answer, *map(_told, calls, made)]
            results |= {
                _heading(call): each.text
                for call, each in zip(calls, made, strict=True)
                if each.outcome == "done"
            }
    return Consulted(results=results, said=said, used=tuple(uses), spent=tuple(spent))


_MESSAGE = Form(dump=message_text, load=message_of)


def _refuse_again(
    who: Consulting, calls: Sequence["ToolCall | InvalidToolCall"], used: Sequence[ToolUse]
) -> None:
    wanted = next((call["name"] for call in calls if _listed(who, call) is None), None)
    if wanted is None or all(each.outcome != "refused" for each in used):
        return
    names = [each.name for each in who.tools]
    raise ToolError(
        f"{who.agent!r} asked again for a tool that is not listed: "
        f"{wanted!r}{nearest(str(wanted), names)}.",
        fix=f"It may use {', '.join(map(repr, names))}. List {wanted!r} too, or tell it to do "
        "without.",
        node=who.step,
    )


def _listed(who: Consulting, call: "ToolCall | InvalidToolCall") -> Tool | None:
    return next((each for each in who.tools if each.name == call["name"]), None)


async def _result(who: Consulting, call: "ToolCall | InvalidToolCall") -> Result:
    tool, arguments = _listed(who, call), call["args"]
    if tool is None:
        names = ", ".join(repr(each.name) for each in who.tools)
        text = f"There is no tool {call['name']!r} for you. You may use {names}."
        return Result(outcome="refused", text=text)
    if not isinstance(arguments, Mapping):
        return Result(outcome="failed", text=f"The arguments are no JSON object: {arguments!r}.")
    return await run_tool(tool, arguments, door=who.door)


def _use(call: "ToolCall | InvalidToolCall", made: Result) -> ToolUse:
    return ToolUse(
        name=call["name"] or "",
        arguments=call["args"],
        outcome=made.outcome,
        result=made.text[:RECORDED],
    )


def _told(call: "ToolCall | InvalidToolCall", made: Result) -> ToolMessage:
    status = "success" if made.outcome == "done" else "error"
    return ToolMessage(
        content=made.text, tool_call_id=call["id"] or "", name=call["name"], status=status
    )


def _heading(call: "ToolCall | InvalidToolCall") -> str:
    """The call in one line: ``lookup, with city = Oslo, days = 3``."""
    arguments = call["args"]
    parts = arguments.items() if isinstance(arguments, Mapping) else ()
    given = ", ".join(f"{key} = {' '.join(rendered(value).split())}" for key, value in parts)
    return f"told by {call['name']}" + (f", with {given[:200]}" if given else "")
