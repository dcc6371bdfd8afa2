"""The extractor behind LangChain's chat model interface, so that no node knows which it has."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel, ValidationError, create_model

from ...state.errors import MalformedOutputError
from ..packing import approximate_tokens
from .fill import Filled, fill
from .picking import pick, stem
from .source import Source

_DOCUMENT = re.compile(r"<document[^>]*>\n?(.*?)</document>", re.DOTALL)

#: Tokens that it takes; it would read more, but a step that needs more than this should select.
CONTEXT_LIMIT = 24_000


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
        source, question = _read(messages)
        tools = kwargs.get("tools")
        message = _call(tools, source, question) if tools else _quote(source, question)
        return ChatResult(generations=[ChatGeneration(message=_counted(message, messages))])

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,  # noqa: ARG002  # it calls what the text can fill
        **kwargs: Any,  # Any: the interface's own
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools: one is called when its wording fits and the text states its arguments."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        **kwargs: Any,  # Any: the interface's own  # noqa: ARG002
    ) -> Runnable[LanguageModelInput, Any]:
        """A runnable that fills ``schema``; the raw message's metadata has every field's trace.

        Raises, when invoked without ``include_raw``:
            MalformedOutputError: the schema requires what the text does not state.
        """
        if not (isinstance(schema, type) and issubclass(schema, BaseModel)):
            raise TypeError(f"offline:extract fills Pydantic models, not {schema!r}.")
        model: type[BaseModel] = schema

        def answer(given: LanguageModelInput) -> Any:  # Any: the schema's own class
            messages = self._convert_input(given).to_messages()
            raw, parsed, error = _structured(model, messages)
            if include_raw:
                return {"raw": raw, "parsed": parsed, "parsing_error": error}
            if error is not None:
                raise error
            return parsed

        return RunnableLambda(answer, name="offline:extract")


def _read(messages: Sequence[BaseMessage]) -> tuple[Source, str]:
    """The text to read and the question about it."""
    human = [_plain(each) for each in messages if isinstance(each, HumanMessage)]
    last = human[-1] if human else ""
    documents = _DOCUMENT.findall(last)
    if documents:
        return Source("\n".join(documents)), _DOCUMENT.sub(" ", last).strip()
    return Source(last), ""


def _plain(message: BaseMessage) -> str:
    content = message.content
    if isinstance(content, str):
        return content
    return "\n".join(part if isinstance(part, str) else part.get("text", "") for part in content)


def _structured(
    schema: type[BaseModel], messages: Sequence[BaseMessage]
) -> tuple[AIMessage, BaseModel | None, MalformedOutputError | None]:
    source, question = _read(messages)
    filled = fill(schema, source, question=_asked(question))
    parsed: BaseModel | None = None
    error: MalformedOutputError | None = None
    if filled.missing:
        error = _unstated(schema, filled)
    else:
        try:
            parsed = schema.model_validate(filled.data)
        except ValidationError as invalid:
            error = MalformedOutputError(
                f"What the text states does not fit {schema.__name__!r}: {invalid}",
                fix="Allow for less in the schema, or give a text that states more.",
            )
            error.__cause__ = invalid
    traces = {path: vars(trace) for path, trace in filled.traces.items()}
    content = parsed.model_dump_json() if parsed is not None else ""
    raw = AIMessage(content=content, response_metadata={"traces": traces, **_ABOUT})
    return _counted(raw, messages), parsed, error


_ABOUT = {"model_name": "offline:extract", "finish_reason": "stop"}


def _asked(question: str) -> str:
    """The part of the words around the document that a person or a step asks about."""
    asked = re.search(r"(?:^|\n)(?:Question|Reviewer's message|About):\s*(.+)", question, re.DOTALL)
    return asked[1].strip() if asked else ""


def _unstated(schema: type[BaseModel], filled: Filled) -> MalformedOutputError:
    first = filled.missing[0]
    trace = filled.traces.get(first)
    reason = trace.reason if trace and trace.reason else "The text does not state it."
    return MalformedOutputError(
        f"{schema.__name__!r} requires {first!r}, and it cannot be filled: {reason}",
        fix="Allow null for it in the schema, or give a text that states it.",
    )


def _quote(source: Source, question: str) -> AIMessage:
    """The sentences that bear on a question, as they stand."""
    asked = _asked(question) or question
    picked = pick(source.sentences, topic=asked, most=3)
    if not picked:
        text = "The text states nothing on this. (offline:extract quotes; it does not write.)"
    else:
        text = " ".join(each.sentence.text for each in picked)
    return AIMessage(content=text, response_metadata=dict(_ABOUT))


def _call(tools: Sequence[dict[str, Any]], source: Source, question: str) -> AIMessage:
    """A call of the tool whose wording is nearest, if the text states what it requires."""
    asked = {stem(word) for word in re.findall(r"[a-z]{3,}", f"{question} {source.text}".lower())}

    def shared(tool: dict[str, Any]) -> int:
        said = f"{tool['function']['name']} {tool['function'].get('description', '')}"
        words = {stem(word) for word in re.findall(r"[a-z]{3,}", said.lower().replace("_", " "))}
        return len(words & asked)

    best = max(tools, key=shared)
    if shared(best) == 0:
        return _quote(source, question)
    function = best["function"]
    filled = fill(_arguments(function), source)
    if filled.missing:
        return AIMessage(
            content=f"{function['name']!r} needs {filled.missing[0]!r}, which is not stated.",
            response_metadata=dict(_ABOUT),
        )
    arguments = {name: value for name, value in filled.data.items() if value is not None}
    call = {"name": function["name"], "args": arguments, "id": f"call_{function['name']}"}
    return AIMessage(content="", tool_calls=[call], response_metadata=dict(_ABOUT))


_JSON_TYPES: dict[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool}


def _arguments(function: dict[str, Any]) -> type[BaseModel]:
    """A tool's parameters as a model, from their JSON Schema."""
    parameters = function.get("parameters", {})
    required = set(parameters.get("required", ()))
    fields: dict[str, Any] = {}
    for name, schema in parameters.get("properties", {}).items():
        kind = _JSON_TYPES.get(schema.get("type", "string"), str)
        fields[name] = (kind, ...) if name in required else (kind | None, None)
    return create_model(function["name"], **fields)


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
