"""What a model is asked to fill, as its provider takes it on the wire."""

import re
from typing import Any

from pydantic import BaseModel

#: Keywords that structured output does not take everywhere: "'default' is not permitted" is a
#: refused request. Nothing is lost by leaving them out: the answer is held against the schema.
_NOT_TAKEN = frozenset({"default", "minLength", "maxLength"})

Form = type[BaseModel] | dict[str, Any]  # Any: JSON


def form_of(model: str, schema: type[BaseModel]) -> Form:
    """``schema`` for LangChain's ``with_structured_output``: itself, or as JSON Schema for OpenAI.

    Given the class, OpenAI's client reads the answer itself, and raises without the answer
    where it does not fit; then it could neither be counted nor shown back to the model.
    """
    if not model.startswith("openai:"):
        return schema
    from openai import pydantic_function_tool

    strict = pydantic_function_tool(schema)["function"]["parameters"]
    return {
        "name": re.sub(r"\W+", "_", schema.__name__)[:64],
        "strict": True,
        "schema": _taken(strict),
    }


def _taken(node: Any) -> Any:  # Any: JSON
    """A schema without the keywords above; properties may well be called like one of them."""
    if isinstance(node, list):
        return [_taken(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: {name: _taken(each) for name, each in value.items()}
        if key in {"properties", "$defs"}
        else _taken(value)
        for key, value in node.items()
        if key not in _NOT_TAKEN
    }
