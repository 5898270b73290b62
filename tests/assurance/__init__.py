"""What the long fault tests share: an outcome, seeds run on all cores, and signs of progress."""

import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context
from typing import Any, TypeVar

from msgspec import Struct, field

T = TypeVar("T")


class Outcome(Struct, kw_only=True):
    """What a tier found."""

    count: int
    """How many cases ran."""
    failures: list[str] = field(default_factory=list)
    """One line each, with what it takes to run that case again."""
    figures: dict[str, Any] = field(default_factory=dict)
    """Whatever else is worth recording."""


def of_seeds(run: Callable[[int], object], count: int, seed: int, name: str) -> Outcome:
    """Run a function for `count` seeds from `seed` on; a failing seed is named, so that it can be run alone."""
    jobs = [partial(_seed_failure, run, one) for one in range(seed, seed + count)]
    return Outcome(count=count, failures=[text for text in in_parallel(jobs, name) if text])


def _seed_failure(run: Callable[[int], object], seed: int) -> str:
    try:
        run(seed)
    except Exception as error:  # noqa: BLE001  whatever a seed brings up is a finding, and the other seeds go on
        return f"SEED={seed} COUNT=1: {type(error).__name__}: {error}"
    return ""


def in_parallel(jobs: Iterable[Callable[[], T]], name: str, start: str | None = None) -> list[T]:
    """Call each job in a process of its own pool, one for each core, and show how far it is.

    `start` is multiprocessing's way to start them: with "spawn" they hold nothing of what this process holds.
    """
    results: list[T] = []
    with ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context(start)) as pool:
        futures = [pool.submit(job) for job in jobs]
        for done in as_completed(futures):
            results.append(done.result())
            progress(name, len(results), len(futures))
    return results


def progress(name: str, done: int, of: int) -> None:
    """Show on a terminal, or now and then in a log, how far a tier is."""
    if sys.stderr.isatty():
        print(f"\r{name}: {done} of {of} ", end="\n" if done == of else "", file=sys.stderr, flush=True)
    elif done % max(1, of // 10) == 0:
        print(f"{name}: {done} of {of}", file=sys.stderr, flush=True)
