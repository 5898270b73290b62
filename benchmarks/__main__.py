"""Measure what was asked for, print a table, and on the last line the same as JSON.

`make bench`, or with names: `make bench ARGS="ingest wire"`. `--quick` takes next to nothing of everything, to see that
it runs. Exit 0 also where a figure is not as promised: the line says MISSED, and the JSON lists it.
"""

import argparse
import json
import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import Figure, as_facts, missed
from benchmarks.sizes import FULL, QUICK, Sizes

BENCHMARKS: Final = ("ingest", "many", "idle", "wire", "footprint", "sms")
"""Modules of this package with `measure(sizes, folder)`, whose docstring is their title."""


def main(args: list[str] | None = None) -> int:
    """Run the benchmarks that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all if none is named")
    parser.add_argument("--quick", action="store_true", help="next to nothing of everything")
    asked = parser.parse_args(args)
    if unknown := set(asked.names) - set(BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    machine = _machine()
    print(" ".join(f"{name}={value}" for name, value in machine.items()), flush=True)
    figures = {name: _run(name, QUICK if asked.quick else FULL) for name in asked.names or BENCHMARKS}
    facts = {"quick": asked.quick, "machine": machine | {"load_after": _load()}}
    facts["missed"] = [f"{name}: {figure}" for name, found in figures.items() for figure in missed(found)]
    facts["benchmarks"] = {name: as_facts(found) for name, found in figures.items()}
    print(json.dumps(facts))
    return 0


def _run(name: str, sizes: Sizes) -> list[Figure]:
    module = import_module(f"benchmarks.{name}")
    measure: Callable[[Sizes, Path], list[Figure]] = module.measure
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kasih-bench-") as folder:
        figures = measure(sizes, Path(folder))
    print(f"\n{name}: {(module.__doc__ or '').splitlines()[0]} ({time.monotonic() - started:.0f} s, load {_load()})")
    for figure in figures:
        print(figure.line(), flush=True)
    return figures


def _machine() -> dict[str, Any]:
    return {
        "system": f"{platform.system()}-{platform.machine()}",
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "cryptography": version("cryptography"),
        "litestar": version("litestar"),
        "load_before": _load(),
    }


def _load() -> float:
    """How many programs wanted to run in the last minute: above the number of cores, every time here is too long."""
    return round(os.getloadavg()[0], 1)


if __name__ == "__main__":
    sys.exit(main())
