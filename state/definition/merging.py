"""Which merge rules fit which types."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from types import NoneType
from typing import Literal, get_origin

from .typing_of import alternatives, class_of, shapes

_LISTS = (list, tuple)
#: What two of a kind can be put together to one of the same kind.
_SUMS = (int, float, Decimal, Fraction, timedelta, str, *_LISTS)
_FIT: Mapping[str, tuple[type, ...]] = {
    "append": _LISTS,
    "union": _LISTS,
    "merge": (Mapping,),
    "add": _SUMS,
}
#: What each of them is for, in a sentence.
MEANT: Mapping[str, str] = {
    "append": "lists",
    "union": "lists",
    "merge": "mappings",
    "add": "numbers",
    "max": "what has an order",
    "min": "what has an order",
}


def merges(rule: str, annotation: object) -> bool:
    """Can two values of this type be made one by the rule?"""
    members = [each for each in alternatives(annotation) if each is not NoneType]
    return all(_merges(rule, each) for each in members)


def _merges(rule: str, alternative: object) -> bool:
    if rule in {"max", "min"}:
        return all(each.ordered for each in shapes(alternative))
    if rule not in _FIT:
        return True
    held = class_of(alternative)
    if held is None or get_origin(alternative) is Literal:
        return get_origin(alternative) is not Literal
    return issubclass(held, _FIT[rule]) and not issubclass(held, bool | Enum)
