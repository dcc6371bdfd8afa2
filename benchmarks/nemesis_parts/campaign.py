"""The whole: what is killed where, drawn from a seed, by as many processes as there are cores."""

import json
import os
import random
import selectors
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count

from . import world
from .doors import Planted
from .killing import Kill, import_what
from .scenario import Found, Scenario, play
from .shapes import SHAPES
from .sides import Job, Side

#: How many scenarios a census is taken of, for each side and shape.
_CENSUS = 2


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is asked for. ``kills`` is how many each side is killed, at least."""

    seed: int
    kills: int
    sides: tuple[Side, ...]
    shapes: tuple[str, ...]
    directory: str
    jobs: int
    fault: Planted | None = None


@dataclass(frozen=True, kw_only=True)
class Census:
    """What an undisturbed run of a side and shape reaches, how often, and how long it takes."""

    side: Side
    shape: str
    points: Mapping[str, int]
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Line:
    """One judged scenario, as a process tells it to the one that counts."""

    side: Side
    shape: str
    where: tuple[str, ...]
    found: Found
    replay: str
    notes: tuple[str, ...]

    def text(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


def line_from(text: bytes) -> Line:
    plain = json.loads(text)
    found = Found(**plain.pop("found"))
    lists = {"where": tuple(plain.pop("where")), "notes": tuple(plain.pop("notes"))}
    return Line(found=found, **lists, **plain)


@dataclass(kw_only=True)
class Result:
    """All of it: what was found by side, shape and place; and each scenario with a fault."""

    rows: dict[tuple[Side, str, str], Found] = field(default_factory=lambda: defaultdict(Found))
    faults: list[Line] = field(default_factory=list)
    censuses: tuple[Census, ...] = ()

    def add(self, line: Line) -> None:
        for where in line.where:
            self.rows[line.side, line.shape, where] += Found(kills=1)
        first = line.where[0] if line.where else "not reached"
        self.rows[line.side, line.shape, first] += Found(**{**asdict(line.found), "kills": 0})
        if line.found.faults:
            self.faults.append(line)

    def of(self, side: Side, shape: str | None = None) -> Found:
        """Everything found of a side, or of one of its shapes."""
        rows = [
            found
            for (its, form, _), found in self.rows.items()
            if its == side and shape in {None, form}
        ]
        return sum(rows, Found())


def warm(plan: Plan) -> None:
    """Import here what workers need."""
    for side in plan.sides:
        place = tempfile.mkdtemp(dir=plan.directory, prefix="warm-")
        world.open_bank(place)
        form = next(each for each in SHAPES if each.name == "gates")
        import_what(Job(side=side, shape=form, place=place, fault=plan.fault))
        shutil.rmtree(place)


def census(plan: Plan) -> tuple[Census, ...]:
    """Each side and shape once undisturbed, and once more for its time.

    Raises:
        RuntimeError: a run that nobody kills goes wrong.
    """
    found = []
    for side in plan.sides:
        for shape in plan.shapes:
            alone = Scenario(side=side, shape=shape, kills=())
            runs = [play(alone, plan.directory, plan.fault) for _ in range(_CENSUS)]
            wrong = next((each for each in runs if each.found.faults), None)
            if wrong is not None and plan.fault is None:
                raise RuntimeError(f"Without a kill, {side} {shape}: {wrong.found} {wrong.notes}")
            seconds = sorted(each.seconds for each in runs)[len(runs) // 2]
            found.append(Census(side=side, shape=shape, points=runs[-1].points, seconds=seconds))
    return tuple(found)


def scenarios(plan: Plan, known: Census) -> Iterator[Scenario]:
    """First each point of a shape once, then drawn ones without end."""
    draw = random.Random(f"{plan.seed} {known.side} {known.shape}")
    points = sorted(known.points)
    draw.shuffle(points)
    for number in count():
        first = number < len(points)
        if first or draw.random() < 0.6:
            point = points[number % len(points)]
            # What waits together shares a commit: the last of them may not come another time.
            times = known.points[point]
            kills = [Kill(point=point, nth=draw.randint(1, (times + 2) // 3 if first else times))]
        else:
            kills = [_anywhere(draw, known)]
        while not first and draw.random() < 0.4 and len(kills) < 5:
            kills.append(_anywhere(draw, known))
        hop = not first and draw.random() < 0.3
        yield Scenario(side=known.side, shape=known.shape, kills=tuple(kills), hop=hop)


def _anywhere(draw: random.Random, known: Census) -> Kill:
    """At any point, or at an instant within what a whole run takes."""
    if draw.random() < 0.5:
        return Kill(seconds=round(draw.uniform(0.0, known.seconds * 1.1), 4))
    return Kill(nth=draw.randint(1, max(1, sum(known.points.values()))))


def carry_out(plan: Plan, tell: Callable[[int], None]) -> Result:
    """Kill until there were enough; ``tell`` hears how many there were."""
    warm(plan)
    result = Result(censuses=census(plan))
    pipes = [_controller(plan, result.censuses, each) for each in range(plan.jobs)]
    kills = 0
    for line in _lines([read for _, read in pipes]):
        result.add(line)
        kills += line.found.kills
        tell(kills)
    for child, _ in pipes:
        _, status = os.waitpid(child, 0)
        if status:
            raise RuntimeError(f"A part of the campaign ended by itself (status {status}).")
    return result


def _controller(plan: Plan, known: Sequence[Census], number: int) -> tuple[int, int]:
    """A process that plays every ``plan.jobs``-th scenario; its id, and where it tells of them."""
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        return child, read
    status = 1
    try:
        os.close(read)
        for each in known:
            _kill_enough(plan, each, number, write)
        status = 0
    finally:
        os._exit(status)


def _kill_enough(plan: Plan, known: Census, number: int, write: int) -> None:
    """This process's part of one side and shape: every point at least once."""
    wanted = plan.kills / len(plan.shapes) / plan.jobs
    kills = 0
    for index, scenario in enumerate(scenarios(plan, known)):
        if index >= len(known.points) and kills >= wanted:
            return
        if index % plan.jobs != number:
            continue
        judged = play(scenario, plan.directory, plan.fault)
        kills += len(judged.killed)
        line = Line(
            side=scenario.side,
            shape=scenario.shape,
            where=tuple(each.where for each in judged.killed),
            found=judged.found,
            replay=str(judged.replay),
            notes=judged.notes,
        )
        os.write(write, line.text())


def _lines(reads: Sequence[int]) -> Iterator[Line]:
    rest = dict.fromkeys(reads, b"")
    with selectors.DefaultSelector() as selector:
        for each in reads:
            selector.register(each, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                part = os.read(key.fd, 65_536)
                if not part:
                    selector.unregister(key.fd)
                    os.close(key.fd)
                    continue
                *whole, rest[key.fd] = (rest[key.fd] + part).split(b"\n")
                yield from map(line_from, whole)
