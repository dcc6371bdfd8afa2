"""Inputs as the command line gives them: text, made what the workflow's types ask for."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..state.errors import InputError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from ..graphs.program import Program


def inputs_from(program: "Program", bare: str | None, pairs: Iterable[str]) -> dict[str, object]:
    """The inputs of a run: the one that needs no name, and those given as ``key=value``.

    Raises:
        InputError: not of that form, given twice, or no JSON where only JSON can say it.
    """
    found: dict[str, object] = {}
    if bare is not None:
        if program.primary is None:
            raise InputError(f"{program.name!r} takes no input.", fix="Leave it out.")
        found[program.primary] = _value(program, program.primary, bare)
    for pair in pairs:
        key, equals, text = pair.partition("=")
        key = key.strip()
        if not equals or not key:
            raise InputError(f"--set {pair!r} is not key=value.", fix="Write --set key=value.")
        if key in found:
            raise InputError(f"The input {key!r} is given twice.", fix="Give it once.")
        found[key] = _value(program, key, text)
    return found


def _value(program: "Program", key: str, text: str) -> object:
    """The text where the input's type takes it as it is (numbers too), otherwise what it says as
    JSON, or a list of this one text. What is none of them is refused where every input is checked,
    which says what is allowed, unless only JSON can say it."""
    from pydantic import TypeAdapter

    field = program.inputs.model_fields.get(key)
    if field is None:
        return text
    kind: Any = field.annotation  # Any: a type, made at run time
    adapter = TypeAdapter(kind)
    schema = adapter.json_schema()
    forms = _forms(schema, schema.get("$defs", {}))
    if _takes(adapter, text) and not ({"texts", "array", "object"} & {*forms} and _is_json(text)):
        return text
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        if "texts" in forms and not _SEVERAL.match(text):
            return [text]
        form = next((each for each in forms if each in _EXAMPLES), None)
        if form is None or "string" in forms:
            return text
        raise InputError(
            f"The input {key!r} is given as JSON, and {text!r:.60} is none: {error}.",
            fix=f"Write --set '{key}={_EXAMPLES[form]}'.",
        ) from error
    return said if "string" not in forms or _is_json(text) or _takes(adapter, said) else text


def _is_json(text: str) -> bool:
    """Whether a text is a whole list or mapping, and so meant as one where that may be given."""
    try:
        return isinstance(json.loads(text), list | dict)
    except (ValueError, RecursionError):
        return False


_EXAMPLES = {"texts": '["a", "b"]', "array": "[1, 2]", "object": '{"name": "value"}'}
#: Meant as several: JSON that was begun, or single words with commas between them.
_SEVERAL = re.compile(r"""\s*(?:[\[{"]|[^\s,]+(?:\s*,\s*[^\s,]+)+\s*$)""")


def _takes(adapter: "TypeAdapter[Any]", value: object) -> bool:  # Any: a type, made at run time
    from pydantic import ValidationError

    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def _forms(schema: Mapping[str, Any], named: Mapping[str, Any]) -> list[str]:  # Any: JSON
    """The kinds of JSON that a schema allows, in any of its ways; a list of text is "texts"."""
    if "$ref" in schema:
        return _forms(named[schema["$ref"].rpartition("/")[2]], named)
    ways = [form for each in schema.get("anyOf", ()) for form in _forms(each, named)]
    if schema.get("type") == "array" and "string" in _forms(schema.get("items", {}), named):
        return [*ways, "texts"]
    return [*ways, *([schema["type"]] if "type" in schema else [])]
