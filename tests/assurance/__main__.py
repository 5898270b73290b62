"""The long fault tests: `make assurance`, with how many and which, such as `COUNT=1000 SEED=7 ARGS="power kill"`.

A tier is one line in `TIERS`: how many cases by default, and where its function is, `(count, seed) -> Outcome`.
One with `seeds=True` is a function of a single seed that raises where something does not hold.
Prints a line for each tier and ends with JSON on the last line; exit 1 if anything failed.
"""

import argparse
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any

from msgspec import Struct

from tests.assurance import Outcome, of_seeds

MAX_SHOWN = 5
"""Failures that are printed for each tier; all are counted."""


class Tier(Struct, frozen=True):
    default: int
    where: str
    """`module:function`; imported when the tier runs, so that one tier's import cannot break another."""
    seeds: bool = False
    """Whether the function takes one seed and raises, instead of (count, seed)."""


TIERS = {
    "simulation": Tier(2_000, "tests.simulation.run:run", seeds=True),
    "bugs": Tier(200, "tests.simulation.run:plant_each"),
    "kill": Tier(300, "tests.faults.kills:assure"),
    "sms": Tier(100, "tests.faults.sms_kills:assure"),
    "power": Tier(1_000, "tests.faults.power_tier:assure"),
    "cuts": Tier(1, "tests.faults.cuts:assure"),
    "disks": Tier(48, "tests.faults.full_disks:assure"),
    "pdu": Tier(500_000, "tests.firmware_bridge.pdu.fuzz:assure"),
    "mutate": Tier(100_000, "tests.faults.mutations_tier:assure"),
}


def main() -> int:
    """Run the tiers that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.assurance", description=__doc__)
    parser.add_argument("tiers", nargs="*", metavar="TIER", help=f"of {', '.join(TIERS)}; all if none is named")
    asked_for = parser.parse_args().tiers or list(TIERS)
    if unknown := set(asked_for) - TIERS.keys():
        parser.error(f"no such tier: {', '.join(sorted(unknown))}")
    seed = int(os.environ.get("SEED", "1"))
    results = {
        name: _run(name, TIERS[name], int(os.environ.get("COUNT", TIERS[name].default)), seed) for name in asked_for
    }
    print(json.dumps({"seed": seed, "tiers": results}))
    return int(any(result["failed"] for result in results.values()))


def _run(name: str, tier: Tier, count: int, seed: int) -> dict[str, Any]:
    started = time.monotonic()
    try:
        outcome = load(tier, name)(count, seed)
    except Exception:  # noqa: BLE001  the other tiers go on, and this one has failed
        outcome = Outcome(count=0, failures=[traceback.format_exc()])
    seconds = round(time.monotonic() - started, 1)
    for failure in outcome.failures[:MAX_SHOWN]:
        print(f"  {name}: {failure}")
    figures = " ".join(f"{key}={value}" for key, value in outcome.figures.items())
    print(f"{name}: {len(outcome.failures)} of {outcome.count} failed, {seconds} s, SEED={seed} {figures}", flush=True)
    return {"count": outcome.count, "failed": len(outcome.failures), "seconds": seconds, **outcome.figures}


def load(tier: Tier, name: str) -> Callable[[int, int], Outcome]:
    """Import a tier's function, as one of (count, seed)."""
    module, _, function = tier.where.partition(":")
    run = getattr(import_module(module), function)
    return (lambda count, seed: of_seeds(run, count, seed, name)) if tier.seeds else run


if __name__ == "__main__":
    sys.exit(main())
