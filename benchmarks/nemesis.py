"""The nemesis: runs are killed with -9 at every named point and at any instant, and judged.

    python benchmarks/nemesis.py [--seed 1] [--kills 3000] [--only SHAPE] [--bare]
                                 [--directory PLACE] [--replay SCENARIO]

Workers are forked from this process, which has imported everything, opened nothing and started no
thread. A killed run goes on in another process until it ends. Then it is judged by what the world
outside has seen, and not by what the run says of itself. Each shape runs under our Runtime as a
definition and as a graph by hand, and with ``--bare`` the latter under LangGraph alone, too. The
exit code is 1 when ours has a fault.
"""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict

from nemesis_parts.campaign import Plan, Result, carry_out
from nemesis_parts.doors import PLANTED
from nemesis_parts.scenario import directory_for, play, scenario_from
from nemesis_parts.shapes import SHAPES
from nemesis_parts.sides import SIDES, Side
from nemesis_parts.tables import LEGEND, details, faults, table

#: How many scenarios with a fault are shown of each side.
_MOST: Mapping[Side, int] = {"ours": 20, "hand": 20, "bare": 3}


def main() -> None:
    given = _arguments()
    directory = directory_for(given.directory)
    if given.replay is not None:
        judged = play(scenario_from(given.replay), str(directory), given.plant)
        print(judged.found, *judged.notes, sep="\n")
        sys.exit(int(judged.found.faults > 0))
    sides = tuple(given.side or [each for each in SIDES if given.bare or each != "bare"])
    plan = Plan(
        seed=given.seed,
        kills=given.kills // len(sides),
        sides=sides,
        shapes=tuple(given.only or [each.name for each in SHAPES]),
        directory=str(directory),
        jobs=given.jobs,
        fault=given.plant,
    )
    began = time.monotonic()
    result = carry_out(plan, _progress)
    if given.json:
        print(json.dumps(_plain(result)))
    else:
        _print(result, time.monotonic() - began)
    if given.directory is None and not result.faults:
        shutil.rmtree(directory)
    sys.exit(int(result.of("ours").faults + result.of("hand").faults > 0))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=3_000, help="at least, over all sides")
    parser.add_argument("--only", action="append", choices=[each.name for each in SHAPES])
    parser.add_argument("--bare", action="store_true", help="bare LangGraph, too")
    parser.add_argument("--side", action="append", choices=SIDES, help="only this one")
    parser.add_argument("--directory", help="where the databases are; a temporary folder")
    parser.add_argument("--replay", metavar="SCENARIO", help="only this one, as it was printed")
    parser.add_argument("--plant", choices=PLANTED, help="a fault, that must be found")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _progress(kills: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{kills:,} kills", end="", file=sys.stderr)


def _print(result: Result, seconds: float) -> None:
    print(*table(result), "", LEGEND, *details(result), "", sep="\n")
    print(f"{sum(each.kills for each in result.rows.values()):,} kills in {seconds:.0f} s.")
    for side, most in _MOST.items():
        print(*faults(result, side, most), sep="\n")


def _plain(result: Result) -> dict[str, object]:
    return {
        "rows": [[*key, asdict(found)] for key, found in result.rows.items()],
        "points": [[each.side, each.shape, dict(each.points)] for each in result.censuses],
        "faults": [asdict(each) for each in result.faults],
    }


if __name__ == "__main__":
    main()
