"""The long tier of power cuts: `make assurance ARGS=power`."""

from functools import partial
from pathlib import Path
from random import Random

from tests.assurance import Outcome, in_parallel
from tests.faults import centre_power, founding_power, keeping_power, kiosk_power
from tests.faults.power import Case, Recording, choose_cuts, memory_folder, run_again, run_driver, try_cuts

SHARES = (
    (kiosk_power.CASE, 0.4),
    (centre_power.CASE, 0.35),
    (founding_power.CASE, 0.15),
    (keeping_power.CASE, 0.1),
)
"""Each store, and its share of the cuts."""
_CHUNK = 20
_SECOND_LIVES = 0.25
"""Of a store's cuts, how many fall into a run that goes on where another one was killed."""


def assure(count: int, seed: int) -> Outcome:
    """Try `count` cuts, shared out among the stores."""
    with memory_folder() as folder:
        jobs = []
        figures: dict[str, int] = {}
        for case, share in SHARES:
            place = folder / case.name
            recording = run_driver(case, place)
            figures[f"{case.name}_moments"] = len(recording.moments)
            mine = round(count * share)
            figures[f"{case.name}_cuts"] = mine
            again = min(mine, _CHUNK * round(mine * _SECOND_LIVES / _CHUNK))
            cuts = choose_cuts(recording.moments, mine - again, seed)
            jobs += [
                partial(try_cuts, case, recording, cuts[at : at + _CHUNK], place) for at in range(0, len(cuts), _CHUNK)
            ]
            kills = Random(seed).choices(recording.syncs, k=again // _CHUNK)
            jobs += [
                partial(second_life, case, recording, kill, place / f"again-{at}", _CHUNK, seed + at)
                for at, kill in enumerate(kills)
            ]
        failures = [line for lines in in_parallel(jobs, "power") for line in lines]
    return Outcome(count=sum(figures[f"{case.name}_cuts"] for case, _ in SHARES), failures=failures, figures=figures)


def second_life(case: Case, recording: Recording, kill: int, folder: Path, count: int, seed: int) -> list[str]:
    """Kill the driver just before a sync, start it again, and cut the power soon after."""
    folder.mkdir(parents=True)
    again = run_again(case, recording, kill, folder)
    # What the second run repeats without a write of its own is at risk only until its next sync.
    soon = [moment for moment in again.moments if moment <= again.syncs[min(3, len(again.syncs) - 1)]]
    failures = try_cuts(case, again, choose_cuts(soon, count, seed), folder)
    return [f"killed at {kill}, then {failure}" for failure in failures]
