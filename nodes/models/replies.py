"""Reading a model's reply: the value in it, or why it has none. Half an answer is no answer."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from langchain_core.messages import AIMessage
from pydantic import BaseModel, ValidationError

from ...state.errors import MalformedOutputError

Answered = TypeVar("Answered", bound=BaseModel)

#: How providers say that an answer is not whole, or was withheld.
_CUT_OFF = frozenset({"length", "max_tokens", "max_output_tokens"})
_WITHHELD = frozenset(
    {"content_filter", "refusal", "safety", "recitation", "blocklist", "prohibited_content"}
)
#: Characters of an error that a model is shown; it needs the first mistakes, not all.
_SHOWN = 2000


def value_in(reply: Mapping[str, Any], schema: type[Answered]) -> Answered | str:
    """The object that a reply holds, or, as text for the model, why it holds none.

    ``reply`` is LangChain's raw, parsed and parsing_error.

    Raises:
        MalformedOutputError: the offline extractor's; the same text gives the same again.
    """
    raw: AIMessage = reply["raw"]
    wrong = _incomplete(raw)
    if wrong is not None:
        return wrong
    error = reply["parsing_error"]
    if isinstance(error, MalformedOutputError):
        raise error
    parsed = reply["parsed"]
    if isinstance(parsed, schema):
        return parsed
    if not said_in(raw):
        return "the answer is empty"
    try:
        # LangChain's own parser mends JSON that breaks off; what breaks off is not an answer.
        return schema.model_validate_json(said_in(raw))
    except ValidationError as error:
        return _mistakes(error)


def _incomplete(raw: AIMessage) -> str | None:
    finish = _finish(raw)
    if finish in _CUT_OFF:
        return "the answer was cut off at the token limit; answer more briefly"
    if finish in _WITHHELD:
        return f"the answer was withheld by the provider ({finish})"
    refusal = raw.additional_kwargs.get("refusal") or _refusal_block(raw)
    return f"the model refused: {refusal}" if refusal else None


def _finish(raw: AIMessage) -> str:
    """Why the model stopped; each provider has its own place for that."""
    about = raw.response_metadata
    if about.get("status") == "incomplete":
        reason = (about.get("incomplete_details") or {}).get("reason")
    else:
        reason = about.get("finish_reason") or about.get("stop_reason")
    return str(reason or "").lower()


def _refusal_block(raw: AIMessage) -> str | None:
    if isinstance(raw.content, str):
        return None
    blocks = [block for block in raw.content if isinstance(block, dict)]
    return next((str(block["refusal"]) for block in blocks if block.get("refusal")), None)


def _mistakes(error: ValidationError) -> str:
    lines = []
    for each in error.errors(include_url=False, include_context=False):
        where = ".".join(str(part) for part in each["loc"])
        lines.append(f"{where}: {each['msg']}" if where else each["msg"])
    return "\n".join(lines)[:_SHOWN]


def said_in(raw: AIMessage) -> str:
    """A reply as text: what it says, or the arguments that it calls a tool with."""
    text = str(raw.text).strip()
    calls = [call["args"] for call in raw.tool_calls]
    if text or not calls:
        return text
    return json.dumps(calls[0] if len(calls) == 1 else calls, ensure_ascii=False)


def dumped(reply: Mapping[str, Any]) -> str:  # Any: LangChain's shape of a reply
    """A reply as JSON: the message, and the object that was read from it.

    Raises:
        MalformedOutputError: the offline extractor's; the same text gives the same again.
    """
    error, parsed = reply["parsing_error"], reply["parsed"]
    if isinstance(error, MalformedOutputError):
        raise error
    model = parsed.model_dump(mode="json") if isinstance(parsed, BaseModel) else None
    return json.dumps({"raw": message_text(reply["raw"]), "parsed": model})


def loaded(text: str, schema: type[BaseModel]) -> dict[str, Any]:  # Any: as above
    """The reply from its JSON; what was read from it is left out where it fits no more."""
    found = json.loads(text)
    try:
        parsed = None if found["parsed"] is None else schema.model_validate(found["parsed"])
    except ValidationError:
        parsed = None
    return {"raw": message_of(found["raw"]), "parsed": parsed, "parsing_error": None}


def message_text(message: AIMessage) -> str:
    """A model's message as JSON; what JSON has no form for, as its text."""
    return message.model_dump_json(fallback=str)


def message_of(text: str) -> AIMessage:
    """The message from its JSON."""
    return AIMessage.model_validate_json(text)


def reply_of(error: BaseException) -> dict[str, Any] | None:  # Any: LangChain's shape of a reply
    """The reply that a client raised instead of giving it, in LangChain's shape.

    OpenAI's does so for answers that were cut off or withheld. They were paid for all the same.
    """
    kind = type(error).__name__
    finish = {
        "LengthFinishReasonError": "length",
        "ContentFilterFinishReasonError": "content_filter",
    }.get(kind)
    if finish is None:
        return None
    completion = getattr(error, "completion", None)
    choices = getattr(completion, "choices", None) or []
    content = (choices[0].message.content or "") if choices else ""
    raw = AIMessage(content=content, response_metadata={"finish_reason": finish})
    used = getattr(completion, "usage", None)
    if used is not None:
        raw.usage_metadata = {
            "input_tokens": used.prompt_tokens,
            "output_tokens": used.completion_tokens,
            "total_tokens": used.total_tokens,
        }
    return {"raw": raw, "parsed": None, "parsing_error": None}
