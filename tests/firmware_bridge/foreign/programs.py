"""Running somebody else's program for a while, and finding out whether it is there."""

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.sms_programs import installed
from firmware_bridge.simulator import SimulatorHandle

BUDGET_S = 20.0
"""The most that one of these tests may take; each needs a few seconds."""


def program(name: str, package: str) -> str:
    """Where a program is; the test is skipped where it is not."""
    path = installed(name)
    if path is None:
        pytest.skip(f"{name} is not installed (Debian: apt-get install {package})")
    return path


def drained(sim: SimulatorHandle) -> bool:
    state = sim.control({"do": "state"})
    return not state["slots"] and not state["waiting"]


@contextmanager
def running(command: Sequence[str | Path], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, what: str) -> None:
    """Wait until something holds; a program that ended or takes too long fails the test with the end of its log."""
    give_up_at = time.monotonic() + BUDGET_S
    while not condition():
        ended = process.poll() is not None
        if ended or time.monotonic() > give_up_at:
            tail = log.read_text("utf-8", "replace")[-3000:]
            pytest.fail(f"{what}: {'the program ended' if ended else 'not in time'}\n{tail}")
        time.sleep(0.05)
