"""The leash of the demo's programs: what a program says last comes out, and none is left behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.demo import leash, programs
from server.demo.errors import DemoError

END_S = 10


def under_leash(*command: str, wrapped: str = "") -> "subprocess.Popen[str]":
    start = ["-c", wrapped] if wrapped else [leash.__file__]
    return subprocess.Popen(
        [sys.executable, *start, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_the_reason_and_the_exit_code_of_a_program_come_out() -> None:
    process = under_leash(sys.executable, "-c", "import sys, time; print('port terpakai'); sys.exit(3)")
    assert process.stdout is not None
    said = process.stdout.read()  # Its standard input stays open, as the demo holds it.
    assert (said, process.wait(END_S)) == ("port terpakai\n", 3)
    process.communicate()


def test_the_demo_tells_why_a_program_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "command", lambda name: name)
    held, other = os.pipe()
    try:
        program = programs.Program(
            sys.executable, "-c", "raise SystemExit('port terpakai')", env=os.environ, log=tmp_path / "log", held=held
        )
        with pytest.raises(DemoError) as caught:
            program.wait_until(lambda: False)
        program.stop()
    finally:
        os.close(held)
        os.close(other)
    assert str(caught.value).endswith("):\nport terpakai")


def test_a_leash_whose_other_end_is_closed_ends_its_program() -> None:
    process = under_leash("sleep", "30")
    process.communicate(timeout=END_S)
    assert process.returncode != 0


AT_ONCE = f"""
import os, runpy, signal, subprocess, sys
def told(frame, event, _):
    if event == "return" and frame.f_code is subprocess.Popen.__init__.__code__:
        sys.setprofile(None)
        os.kill(os.getpid(), signal.SIGTERM)
sys.setprofile(told)
runpy.run_path({leash.__file__!r}, run_name="__main__")
"""
"""A leash that is told to end as soon as the program exists."""


def test_a_leash_that_is_told_to_end_while_it_starts_leaves_no_program_behind() -> None:
    process = under_leash("sleep", "20", wrapped=AT_ONCE)
    stdin, process.stdin = process.stdin, None  # It stays open, as the demo holds it.
    try:
        process.communicate(timeout=END_S)  # The program holds the other end of standard output as long as it lives.
    finally:
        assert stdin is not None
        stdin.close()
    assert process.returncode != 0
