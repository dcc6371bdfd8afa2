"""One scenario: a run is killed as told, goes on in new processes until it ends, and is judged."""

import shutil
import tempfile
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from . import world
from .doors import Planted
from .killing import Died, Kill, kill_from, work_in_child
from .shapes import SHAPES, Shape
from .sides import BELIEVED, SIDES, Job, Journaled, Report, Side, counted, journaled, total

#: How many workers may follow the last kill before a run counts as stuck.
_MORE = 40


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What is killed, and where each worker dies; the ones after the last kill are left alone."""

    side: Side
    shape: str
    kills: tuple[Kill, ...]
    hop: bool = False

    def __str__(self) -> str:
        kind = f"{self.side} {self.shape}{' hop' if self.hop else ''}"
        return "/".join((kind, *map(str, self.kills)))

    @property
    def form(self) -> Shape:
        return next(each for each in SHAPES if each.name == self.shape)


def scenario_from(text: str) -> Scenario:
    """The scenario that ``str`` made the text of."""
    kind, *kills = text.split("/")
    side, shape, *hop = kind.split()
    found = next((each for each in SIDES if each == side), None)
    if found is None or shape not in {each.name for each in SHAPES}:
        raise ValueError(f"{kind!r} is no side and shape")
    return Scenario(
        side=found,
        shape=shape,
        kills=tuple(map(kill_from, kills)),
        hop=bool(hop),
    )


@dataclass(frozen=True, kw_only=True)
class Found:
    """What came of one scenario, or of many together. All but the first and last three are faults.

    ``lost``: the run failed, or its state is wrong, or a piece of work was not done. ``stuck``: it
    did not end. ``false``: it counted as completed and was not. ``repeated``: completed model calls
    made again. ``doubled``: payments made twice. ``blind``: letters sent twice; ``silent``: letters
    sent of which no intent was recorded, or whose outcome nobody was asked.
    ``unknown``: outcomes that were reported as unknown. ``inflight``: model calls made again since
    the kill came before their results were recorded.
    """

    kills: int = 0
    lost: int = 0
    stuck: int = 0
    false: int = 0
    repeated: int = 0
    doubled: int = 0
    blind: int = 0
    silent: int = 0
    unknown: int = 0
    inflight: int = 0

    def __add__(self, other: "Found") -> "Found":
        mine = {each.name: getattr(self, each.name) for each in fields(self)}
        return Found(**{name: mine[name] + getattr(other, name) for name in mine})

    @property
    def faults(self) -> int:
        none = {"kills", "unknown", "inflight"}
        return sum(getattr(self, each.name) for each in fields(self) if each.name not in none)


@dataclass(kw_only=True)
class _Course:
    """How a scenario went: what each death left, and what the end said."""

    killed: list[Kill] = field(default_factory=list)
    again: list[Kill] = field(default_factory=list)
    left: list[Journaled] = field(default_factory=list)
    inflight: int = 0
    silent: int = 0
    report: Report | None = None
    troubles: list[str] = field(default_factory=list)
    points: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def over(self) -> bool:
        return self.report is not None or bool(self.troubles)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A scenario's end. ``replay`` is the scenario with instants turned into counted points."""

    scenario: Scenario
    replay: Scenario
    found: Found
    killed: tuple[Kill, ...]
    notes: tuple[str, ...]
    seconds: float
    points: dict[str, int]


def play(scenario: Scenario, directory: str, fault: Planted | None = None) -> Judged:
    """Run a scenario in a new folder, which is kept only when something is wrong."""
    place = tempfile.mkdtemp(dir=directory, prefix=f"{scenario.side}-{scenario.shape}-")
    world.open_bank(place)
    job = Job(side=scenario.side, shape=scenario.form, place=place, hop=scenario.hop, fault=fault)
    course = _Course()
    for kill in scenario.kills:
        _until_killed(course, job, kill)
    for _ in range(_MORE):
        if not course.over:
            _live(course, job, None)
    judged = _judged(scenario, course, place)
    if not judged.found.faults:
        shutil.rmtree(place)
        return judged
    return replace(judged, notes=(*judged.notes, f"Its files are in {place}"))


def _until_killed(course: _Course, job: Job, kill: Kill) -> None:
    """Worker after worker, until one is killed there or the run has ended."""
    left, passed = kill, 0
    for _ in range(_MORE):
        if course.over:
            break
        died = _live(course, job, left)
        passed += died.points
        if died.killed:
            # In a second time it can be told to die where it came to, not when.
            again = kill if kill.seconds is None else Kill(nth=max(1, passed))
            course.again.append(again)
            return
        left = left.after(died)
    course.again.append(kill)


def _live(course: _Course, job: Job, kill: Kill | None) -> Died:
    """One worker's life, noted."""
    died = work_in_child(job, kill)
    course.seconds += died.seconds
    if died.killed and kill is not None:
        course.killed.append(kill)
        if job.side != "bare":
            _look(course, job.place)
    elif died.killed or died.said is None:
        course.troubles.append(f"The worker died by itself after {died.last!r}.")
    elif "trouble" in died.said:
        course.troubles.append(str(died.said["trouble"]))
    else:
        course.points = died.said["points"]
        if died.said["over"]:
            course.report = died.said
    return died


def _look(course: _Course, place: str) -> None:
    """What a death left: calls under way, and letters that nobody knows of."""
    known, did = journaled(place), world.tally(place)
    course.left.append(known)
    course.inflight += max(0, len(did.asked) - known.asked)
    course.silent += max(0, len(did.posted) - known.posted)


def _judged(scenario: Scenario, course: _Course, place: str) -> Judged:
    did = world.tally(place)
    units = scenario.form.units
    notes = list(course.troubles)
    lost = 0
    if course.report is not None:
        wrong = _wrong(scenario, course.report)
        undone = [
            f"{each} was {name} {counts.get(each, 0)} times"
            for name, counts in (("asked", did.asked), ("paid", did.paid), ("posted", did.posted))
            for each in units
            if not counts.get(each)
        ]
        notes += [*wrong, *undone]
        lost = int(bool(wrong or undone))
    asked_again = total(did.asked) - len(did.asked)
    repeated = total(did.again)
    unknown = counted(place, "unknown")
    silent = course.silent
    if scenario.side != "bare":
        # Beyond what was under way when it was killed, nothing may be asked a second time.
        repeated = max(repeated, asked_again - course.inflight)
        silent += max(0, len(frozenset().union(*(each.open for each in course.left))) - unknown)
    found = Found(
        kills=len(course.killed),
        lost=lost,
        stuck=int(course.report is None),
        false=counted(place, BELIEVED),
        repeated=repeated,
        doubled=total(did.paid) - len(did.paid),
        blind=total(did.posted) - len(did.posted),
        silent=silent,
        unknown=unknown,
        inflight=asked_again - repeated,
    )
    notes += [f"asked again: {dict(did.again)}"] if did.again else []
    return Judged(
        scenario=scenario,
        replay=replace(scenario, kills=tuple(course.again)),
        found=found,
        killed=tuple(course.killed),
        notes=tuple(notes),
        seconds=course.seconds,
        points=course.points,
    )


def _wrong(scenario: Scenario, report: Report) -> list[str]:
    """What is not as it must be in the end."""
    if "error" in report:
        return [f"It failed: {report['error']}"]
    output = report["output"]
    if scenario.side == "ours":
        return [
            f"{name} is {output.get(name)!r:.300}, not {wanted!r:.300}"
            for name, wanted in scenario.form.output.items()
            if output.get(name) != wanted
        ]
    from .doors import done

    wanted = sorted([each, done(each)] for each in scenario.form.units)
    return [] if output["found"] == wanted else [f"The state holds {output['found']}"]


def directory_for(given: str | None) -> Path:
    """Where the scenarios live: given, or a new temporary folder."""
    if given is None:
        return Path(tempfile.mkdtemp(prefix="nemesis-"))
    Path(given).mkdir(parents=True, exist_ok=True)
    return Path(given).absolute()
