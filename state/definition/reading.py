"""Plain data made a workflow; whatever is wrong in them is said once, where it stands.

Pydantic checks the parts of a definition, but it knows places by marks of its own (the tags of
unions, the positions that shorthand is given) and it lets some mistakes pass (``"3"`` for 3). So
the data are first walked beside the declared types: that finds unknown keys, missing ones and
values of the wrong kind, and for each of Pydantic's places the way to it in the data as given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args, get_origin

from pydantic import ValidationError as PydanticError
from pydantic_core import ErrorDetails

from ..errors import DefinitionError, Problem
from .declared import bare_of, chosen, fits, keys_of, same, tag_of
from .faults import (
    BEGIN,
    FLATTER,
    FOLLOWS,
    SEEN,
    TOO_DEEP,
    Listed,
    Path,
    Place,
    mismatch,
    missing,
    problem_of,
    strange,
    text_of_key,
    twice,
    unknown_keys,
)
from .parts import Lapse, Name, Names, Part
from .steps import Block, GateUse, GateUses, Step, Team
from .workflow import Checkpoint, Workflow

_LISTED: Mapping[tuple[type[Part], str], Listed] = {
    (Step, "parallel"): "positions",
    (Step, "writes"): "names or one",
    (Team, "workers"): "names",
    (Workflow, "outputs"): "names or one",
}
#: The key that a text stands for where it is given instead of the part.
_BY_NAME: Mapping[type[Part], str] = {GateUse: "gate", Checkpoint: "name", Lapse: "do"}
#: The keys of gates that are given by when they look.
_WHENS = ("before", "during", "after")


def workflow_from(data: object, *, source: str | None = None) -> Workflow:
    """The workflow that ``data`` define: YAML's, or a Python mapping that may hold functions,
    types and parts of a definition. ``source`` names the data in messages.

    Raises:
        DefinitionError: each fault with its path into ``data``.
    """
    try:
        workflow, problems = _read(data, ())
    except RecursionError:
        workflow, problems = None, [Problem(path=(), message=TOO_DEEP, fix=FLATTER)]
    if problems or workflow is None:
        raise DefinitionError(problems, source=source)
    return workflow


def _read(data: object, path: Path) -> tuple[Workflow | None, list[Problem]]:
    """The workflow, where nothing is wrong; ``path`` leads to it in a workflow around it."""
    survey = _Survey()
    survey.visit(Workflow, data, loc=(), path=path)
    workflow = None
    try:
        workflow = Workflow.model_validate(data)
    except PydanticError as error:
        survey.take(error.errors(include_url=False))
    except TypeError:
        # Where a validator trips over what the walk has refused, it has nothing to add.
        if not survey.problems:
            raise
    problems = survey.in_order()
    for inner, value in survey.nested:
        problems += _read(value, inner)[1]
    return workflow, problems


@dataclass(kw_only=True)
class _Survey:
    """One walk through the data. ``places`` is by Pydantic's own account of where things are."""

    places: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    nested: list[tuple[Path, object]] = field(default_factory=list)

    def visit(
        self,
        hint: object,
        value: object,
        *,
        loc: Path,
        path: Path,
        keyed: bool = False,
        listed: Listed | None = None,
    ) -> None:
        """Take in a value, and what is within."""
        place = Place(path=path, value=value, hint=hint, keyed=keyed, listed=listed)
        self.places[loc] = place
        member = chosen(hint, value)
        if (tag := tag_of(member)) is not None:
            loc = (*loc, tag)
            self.places[loc] = place
        bare = bare_of(member)
        if isinstance(bare, type) and issubclass(bare, Part):
            self._part(bare, place, loc)
        elif get_origin(bare) is tuple:
            self._list(member, place, loc)
        elif get_origin(bare) is Mapping:
            self._mapping(get_args(bare)[1], place, loc)
        elif not fits(member, value):
            self.problems.append(mismatch(place))

    def _part(self, kind: type[Part], place: Place, loc: Path) -> None:
        value, path = place.value, place.path
        if isinstance(value, kind):
            return
        if isinstance(value, str) and kind in _BY_NAME:
            key = _BY_NAME[kind]
            self.visit(keys_of(kind)[key], value, loc=(*loc, key), path=path)
        elif not isinstance(value, Mapping):
            self.problems.append(mismatch(place, BEGIN if kind is Workflow else None))
        else:
            self.problems += missing(kind, value, path)
            self.problems += strange(kind, value, path)
            hints = keys_of(kind)
            for key, each in value.items():
                there = (*path, key)
                if kind is Step and key == "workflow" and isinstance(each, Mapping):
                    self.nested.append((there, each))
                elif key in hints:
                    listed = _LISTED.get((kind, key))
                    self.visit(
                        hints[key], each, loc=(*loc, key), path=there, keyed=True, listed=listed
                    )

    def _list(self, hint: object, place: Place, loc: Path) -> None:
        item = get_args(bare_of(hint))[0]
        entries = _entries(hint, place.value, place.path)
        value = place.value
        if isinstance(value, Mapping) and same(hint, GateUses) and "gate" not in value:
            self.problems += unknown_keys(_WHENS, value, place.path)
        elif entries is None:
            self.problems.append(mismatch(place))
        for position, (path, each) in enumerate(entries or ()):
            self.visit(item, each, loc=(*loc, position), path=path)

    def _mapping(self, item: object, place: Place, loc: Path) -> None:
        value, path, listed = place.value, place.path, place.listed
        if isinstance(value, Mapping):
            self.problems += twice(((*path, key), key) for key in value)
            for key, each in value.items():
                there = (*loc, text_of_key(key))
                self.visit(item, each, loc=there, path=(*path, key), keyed=True)
                # Pydantic writes a key that is no text in one of several ways.
                for known in (key, str(key), repr(key)):
                    self.places[*loc, known] = self.places[there]
        elif listed == "positions" and isinstance(value, list | tuple):
            for position, each in enumerate(value):
                self.visit(item, each, loc=(*loc, str(position)), path=(*path, position))
        elif listed == "names or one" and isinstance(value, str):
            self.visit(Name, value, loc=(*loc, value), path=path)
        elif listed in {"names", "names or one"} and isinstance(value, list | tuple):
            entries = [((*path, position), each) for position, each in enumerate(value)]
            self.problems += twice(each for each in entries if isinstance(each[1], str))
            for there, each in entries:
                known = each if isinstance(each, str | int) else there[-1]
                self.visit(Name, each, loc=(*loc, known), path=there)
        else:
            self.problems.append(mismatch(place))

    def take(self, errors: list[ErrorDetails]) -> None:
        """Add what Pydantic found, said in our words; what is known already is not said again."""
        found = [(error, *self._found(error["loc"])) for error in errors]
        known = {each.path for each in self.problems}
        above = {
            path[:length]
            for path in known | {place.path for _, place, _ in found}
            for length in range(len(path))
        }
        for error, place, at_key in found:
            key = error["loc"][-1:] == ("[key]",) and not at_key
            follows = place.path in above and (key or error["type"] in FOLLOWS)
            if follows or (error["type"] in SEEN and self.problems):
                continue
            problem = problem_of(error, place, at_key)
            if problem.path not in known:
                known.add(problem.path)
                self.problems.append(problem)

    def _found(self, loc: tuple[int | str, ...]) -> tuple[Place, bool]:
        """The place that Pydantic means, and whether it means the key; its labels are no keys."""
        known: Path = ()
        for part in loc:
            if (*known, part) in self.places:
                known = (*known, part)
        place = self.places[known]
        return place, place.keyed and loc[-1:] == ("[key]",) and loc[-2:-1] == known[-1:]

    def in_order(self) -> list[Problem]:
        """What is wrong, from top to bottom."""
        order = {
            path: at
            for at, path in enumerate(dict.fromkeys(each.path for each in self.places.values()))
        }

        def position(problem: Problem) -> int:
            ways = (problem.path[:length] for length in range(len(problem.path), -1, -1))
            return next((order[way] for way in ways if way in order), 0)

        return sorted(self.problems, key=position)


def _entries(hint: object, value: object, path: Path) -> list[tuple[Path, object]] | None:
    """What a list holds and where that stands, also where it is given as shorthand."""
    if isinstance(value, list | tuple):
        return [((*path, position), each) for position, each in enumerate(value)]
    if same(hint, GateUses) and isinstance(value, Mapping):
        if not set(value) <= set(_WHENS):
            return None
        found: list[tuple[Path, object]] = []
        for when, uses in value.items():
            if isinstance(uses, list | tuple):
                found += [((*path, when, position), each) for position, each in enumerate(uses)]
            else:
                found.append(((*path, when), uses))
        return found
    single = isinstance(value, str | Part) or (same(hint, Block) and isinstance(value, Mapping))
    alone = single and any(same(hint, each) for each in (Names, Block, GateUses))
    return [(path, value)] if alone else None
