"""The extractor behind LangChain's chat model interface, so that no node knows which it has."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, is_typeddict

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel, TypeAdapter

from ...state.errors import MalformedOutputError
from ..packing import approximate_tokens
from .fill import Filled, fill
from .guard import Guarded, guarded
from .labelled import telling_words
from .picking import pick, stem
from .schemas import model_of, of_json
from .source import Source

#: Tokens that it takes; it would read more, but a step that needs more than this should select.
CONTEXT_LIMIT = 24_000
_ABOUT = {"model_name": "offline:extract", "finish_reason": "stop"}


class OfflineExtractor(BaseChatModel):
    """``offline:extract``: fills schemas and answers by quoting. It is no language model.

    The text to read stands between ``<document>`` and ``</document>`` in the last human message,
    with ``[page N]`` lines; what stands around it is the question. Without the tags the whole
    message is both. What a document says is data here: it is never followed as an instruction.
    """

    context_limit: int = CONTEXT_LIMIT

    @property
    def _llm_type(self) -> str:
        return "offline-extract"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002  # the interface's; nothing is generated
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002  # nothing streams
        **kwargs: Any,  # Any: the interface's own
    ) -> ChatResult:
        read = _read(messages)
        tools = kwargs.get("tools")
        if tools and not isinstance(messages[-1], ToolMessage):
            message = _call(tools, read, kwargs.get("tool_choice"))
        else:
            message = _quote(read)
        return ChatResult(generations=[ChatGeneration(message=_counted(message, messages))])

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,  # Any: the interface's own
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools: one is called when its wording fits and the text states its arguments."""
        offered = [convert_to_openai_tool(tool) for tool in tools]
        return self.bind(tools=offered, tool_choice=tool_choice, **kwargs)

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        **kwargs: Any,  # noqa: ARG002  # Any: the interface's own, and nothing here has options
    ) -> Runnable[LanguageModelInput, Any]:
        """A runnable that fills ``schema``; the raw message's metadata has every field's trace.

        Pydantic models and dataclasses come back as objects, TypedDict and JSON Schema as dicts.

        Raises, when invoked without ``include_raw``:
            MalformedOutputError: the schema requires what the text does not state.
        """
        model = of_json(schema) if isinstance(schema, Mapping) else model_of(schema)
        if model is None:
            raise TypeError(
                "offline:extract fills Pydantic models, dataclasses, TypedDict and JSON Schema, "
                f"not {schema!r}."
            )

        def answer(given: LanguageModelInput) -> Any:  # Any: the schema's own class
            messages = self._convert_input(given).to_messages()
            raw, parsed, error = _structured(model, messages)
            made = None if parsed is None else _as_asked(schema, parsed)
            if include_raw:
                return {"raw": raw, "parsed": made, "parsing_error": error}
            if error is not None:
                raise error
            return made

        return RunnableLambda(answer, name="offline:extract")


def _as_asked(schema: Any, parsed: BaseModel) -> Any:  # Any: the caller's own class
    """The filled model in the form of the schema that was given."""
    if isinstance(schema, Mapping):
        # What nobody required and the text does not state is left out, as models do.
        return parsed.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if is_typeddict(schema):
        return parsed.model_dump(exclude_unset=True)
    if issubclass(schema, BaseModel):
        return parsed
    return TypeAdapter(schema).validate_python(parsed.model_dump(exclude_unset=True))


_OPEN = re.compile(r"<document\b[^>]*>\n?")
_SHUT = "</document>"


def _read(messages: Sequence[BaseMessage]) -> Guarded:
    """The text to read, the question about it, and what was left out of it."""
    if messages and isinstance(messages[-1], ToolMessage):
        return guarded(_plain(messages[-1]), "")
    human = [_plain(each) for each in messages if isinstance(each, HumanMessage)]
    last = human[-1] if human else ""
    first, end = _OPEN.search(last), last.rfind(_SHUT)
    if first is None or end < first.end():
        return guarded(last, "")
    # A tag within the first and the last is the document's own doing: all between them is data.
    body = _OPEN.sub("", last[first.end() : end]).replace(_SHUT, "")
    return guarded(body, f"{last[: first.start()]} {last[end + len(_SHUT) :]}".strip())


def _plain(message: BaseMessage) -> str:
    content = message.content
    if isinstance(content, str):
        return content
    return "\n".join(part if isinstance(part, str) else part.get("text", "") for part in content)


def _structured(
    schema: type[BaseModel], messages: Sequence[BaseMessage]
) -> tuple[AIMessage, BaseModel | None, MalformedOutputError | None]:
    read = _read(messages)
    filled = fill(schema, Source(read.text), question=_asked(read.question))
    error = None if filled.parsed is not None else _malformed(schema, filled)
    traces = {path: trace.plain() for path, trace in filled.traces.items()}
    content = "" if filled.parsed is None else filled.parsed.model_dump_json(by_alias=True)
    about = {"traces": traces, "left_out": list(read.left_out), **_ABOUT}
    return (
        _counted(AIMessage(content=content, response_metadata=about), messages),
        (filled.parsed),
        error,
    )


def _asked(question: str) -> str:
    """The part of the words around the document that a person or a step asks about."""
    asked = re.search(r"(?:^|\n)(?:Question|Reviewer's message|About):\s*(.+)", question, re.DOTALL)
    return asked[1].strip() if asked else ""


def _malformed(schema: type[BaseModel], filled: Filled) -> MalformedOutputError:
    if not filled.missing:
        return MalformedOutputError(
            f"What the text states does not fit {schema.__name__!r}: {filled.unfit}",
            fix="Allow for less in the schema, or give a text that states more.",
        )
    told = []
    for path in filled.missing:
        trace = filled.traces.get(path)
        reason = trace.reason if trace and trace.reason else "The text does not state it."
        told.append(f"{path!r}: {reason}")
    return MalformedOutputError(
        f"{schema.__name__!r} requires what cannot be filled. {' '.join(told)}",
        fix="Allow null there in the schema, or give a text that states it.",
    )


def _quote(read: Guarded) -> AIMessage:
    """The sentences that bear on a question, as they stand."""
    asked = _asked(read.question) or read.question
    source = Source(read.text)
    picked = pick(source.sentences, topic=asked, most=3)
    if not picked:
        text = "The text states nothing on this. (offline:extract quotes; it does not write.)"
    else:
        text = " ".join(each.sentence.text for each in picked)
    return AIMessage(content=text, response_metadata=dict(_ABOUT))


def _call(tools: Sequence[dict[str, Any]], read: Guarded, choice: object) -> AIMessage:
    """A call of the tool whose wording is nearest, if the text states what it requires."""
    asked = {stem(word) for word in telling_words(f"{read.question} {read.text}")}

    def shared(tool: dict[str, Any]) -> int:
        said = f"{tool['function']['name']} {tool['function'].get('description', '')}"
        return len({stem(word) for word in telling_words(said) if len(word) > 2} & asked)

    forced = [tool for tool in tools if tool["function"]["name"] == _forced(choice)]
    best = forced[0] if forced else max(tools, key=shared)
    if not forced and (choice == "none" or (shared(best) == 0 and not choice)):
        return _quote(read)
    function = best["function"]
    filled = fill(of_json(function), Source(read.text))
    if filled.parsed is None:
        needed = filled.missing[0] if filled.missing else "an argument that fits"
        return AIMessage(
            content=f"{function['name']!r} needs {needed!r}, which is not stated.",
            response_metadata=dict(_ABOUT),
        )
    arguments = filled.parsed.model_dump(mode="json", by_alias=True, exclude_none=True)
    call = {"name": function["name"], "args": arguments, "id": f"call_{function['name']}"}
    return AIMessage(content="", tool_calls=[call], response_metadata=dict(_ABOUT))


def _forced(choice: object) -> str | None:
    """The tool that must be called, in any of the ways to say so."""
    if isinstance(choice, Mapping):
        return str(choice.get("function", choice).get("name"))
    return choice if isinstance(choice, str) else None


def _counted(message: AIMessage, messages: Sequence[BaseMessage]) -> AIMessage:
    """The message with approximate token counts, so that contexts can be compared."""
    given = sum(approximate_tokens(_plain(each)) for each in messages)
    made = approximate_tokens(str(message.content))
    message.usage_metadata = {
        "input_tokens": given,
        "output_tokens": made,
        "total_tokens": given + made,
    }
    return message
