"""What the journal keeps: results as bytes, and an undo by the name under which it is found."""

from __future__ import annotations

import importlib
import json
from typing import Any, Protocol, TypeVar, get_type_hints

from pydantic import BaseModel, TypeAdapter

from ...state.definition.parts import reference_text
from ...state.errors import ValidationError
from ...state.journal import Deed, Form
from .packing import is_scalar, packed, unpacked

T = TypeVar("T")

Bytes = tuple[str, bytes]


class Serde(Protocol):
    """What makes bytes of a graph's values and values of its bytes: LangGraph's serializer."""

    def dumps_typed(self, obj: Any) -> Bytes: ...  # Any: as in LangGraph's own protocol
    def loads_typed(self, data: Bytes) -> Any: ...  # Any: as above


def kept(
    value: object,
    deed: Deed[Any],  # Any: of whatever it gives
    serde: Serde,
) -> Bytes:
    """A result as its kind and bytes.

    Raises:
        ValidationError: it would not come back as what it is.
    """
    form: Form[Any] | None = deed.form  # Any: as above
    if form is not None:
        return "form", form.dump(value).encode()
    try:
        return _kept(value, serde)
    except Exception as error:  # a serializer may raise anything over an object it does not know
        data = _by_hint(value, deed)
        if data is not None:
            return "typed", data
        raise _unkept(deed, error) from error


def kept_args(deed: Deed[Any], serde: Serde) -> Bytes:  # Any: as above
    """What would undo a call is given, as its kind and bytes.

    Raises:
        ValidationError: as for ``kept``.
    """
    try:
        return _kept(dict(deed.args), serde)
    except Exception as error:  # as above
        raise _unkept(deed, error) from error


def _kept(value: object, serde: Serde) -> Bytes:
    if _is_plain(value):
        return "json", json.dumps(value, separators=(",", ":")).encode()

    def dump(each: object) -> Bytes:
        made = serde.dumps_typed(each)
        if not _alike(serde.loads_typed(made), each):
            raise TypeError(f"a {type(each).__name__} would not come back as it is")
        return made

    return "packed", packed(value, dump)


def _by_hint(value: object, deed: Deed[Any]) -> bytes | None:  # Any: as above
    """A result as JSON from which what its function is said to give is made again; None: it is
    not made so."""
    hint = _hint(deed)
    if hint is Any or hint is None:
        return None
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(hint)  # Any: as above
        data = adapter.dump_json(value, warnings="error")
        back = adapter.validate_json(data)
        same: bool = back == value and _alike(back, value)
    except Exception:  # a type that has no form, or a value that is not of the type
        return None
    return data if same else None


def restored(data: Bytes, deed: Deed[T], serde: Serde) -> T:
    """The result that was kept."""
    kind, content = data
    made: Any  # Any: whatever it is
    match kind:
        case "form" if deed.form is not None:
            return deed.form.load(content.decode())
        case "json":
            made = json.loads(content)
        case "packed":
            made = unpacked(content, serde.loads_typed)
        case "typed":
            made = TypeAdapter(_hint(deed)).validate_json(content)
        case _:
            made = serde.loads_typed(data)
    value: T = made
    return value


def _hint(deed: Deed[Any]) -> Any:  # Any: a hint may be anything
    """What the call's function is said to give; Any where it says nothing that can be read."""
    try:
        return get_type_hints(deed.function).get("return", Any)
    except (NameError, TypeError, AttributeError):
        return Any


def as_given(result: object, deed: Deed[T]) -> T:
    """The result that a person says a call had, as what its function would have given.

    Raises:
        pydantic.ValidationError: it is none.
    """
    if deed.form is not None and deed.form.given is not None:
        return deed.form.given(result)
    hint = _hint(deed)
    value: T = TypeAdapter(Any if hint is None else hint).validate_python(result)
    return value


def _unkept(deed: Deed[Any], why: Exception) -> ValidationError:  # Any: as above
    return ValidationError(
        f"What the call {deed.name!r} gave, or is given to undo it, cannot be kept: {why}.",
        fix="Use plain data (texts, numbers, lists, mappings), a class that a field of the state "
        "is declared with, or one that the function is annotated to return.",
    )


def _is_plain(value: object) -> bool:
    """Is it what JSON gives back exactly?"""
    if is_scalar(value):
        return True
    kind = type(value)
    if isinstance(value, list) and kind is list:
        return all(map(_is_plain, value))
    if isinstance(value, dict) and kind is dict:
        return all(type(key) is str for key in value) and all(map(_is_plain, value.values()))
    return False


def _alike(found: object, value: object) -> bool:
    """Is what came back of the same classes, all the way down?"""
    if type(found) is not type(value):
        # A tuple within an object comes back as a list from every checkpoint, too.
        return isinstance(value, tuple) and isinstance(found, list) and _all_alike(found, value)
    if isinstance(value, dict) and isinstance(found, dict):
        return found.keys() == value.keys() and all(
            _alike(found[key], each) for key, each in value.items()
        )
    if isinstance(value, list | tuple) and isinstance(found, list | tuple):
        return _all_alike(found, value)
    if isinstance(value, BaseModel):
        return _alike(found.__dict__, value.__dict__)
    return True


def _all_alike(found: list[Any] | tuple[Any, ...], value: list[Any] | tuple[Any, ...]) -> bool:
    # Any above: items of every type
    return len(found) == len(value) and all(map(_alike, found, value))


def named(undo: object, call: str) -> str | None:
    """An undo as ``module:name``, by which a later process finds it.

    Raises:
        ValidationError: it would not be found.
    """
    if undo is None:
        return None
    text = reference_text(undo)
    module, _, name = text.partition(":")
    found: Any = None  # Any: whatever stands under that name
    if module != "__main__" and "<" not in name:
        try:
            found = importlib.import_module(module)
            for part in name.split("."):
                found = getattr(found, part)
        except (ImportError, AttributeError, ValueError):
            found = None
    if callable(found) and (isinstance(undo, str) or found == undo):
        return text
    raise ValidationError(
        f"The undo of the call {call!r} cannot be found again as {text!r}.",
        fix="Give a function that a module of yours holds under its own name.",
    )
