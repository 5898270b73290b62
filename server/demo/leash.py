"""Runs one program of the demo, and ends it with the demo, however that ends.

The demo holds the other end of this process's standard input. A demo that is killed cannot tell anybody, but the kernel
closes what it held. Started as a file, with nothing but the standard library: it has to be there at once.
"""

import os
import signal
import subprocess
import sys
from threading import Thread
from typing import Final

STOP_S: Final = 8
"""How long a program has to end when the demo is ended in order."""
ORPHAN_S: Final = 1
"""And when the demo was killed: soon somebody starts the next one on the same folder."""
STOP: Final = b"stop\n"
_STDIN: Final = 0


def main(command: list[str]) -> int:
    """Run the program to its end; gives its exit code."""
    program: subprocess.Popen[bytes] | None = None
    is_told = False

    def end(*_: object) -> None:
        nonlocal is_told
        is_told = True
        if program is not None:
            program.terminate()

    signal.signal(signal.SIGTERM, end)  # before there is a program that it could leave behind
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    if is_told:
        program.terminate()
    Thread(target=_watch, args=(program,), daemon=True).start()
    return program.wait()


def _watch(program: "subprocess.Popen[bytes]") -> None:
    # Not through `sys.stdin`: a thread that waits in its buffer makes the interpreter abort when the program has ended.
    grace_s = STOP_S if os.read(_STDIN, 16) == STOP else ORPHAN_S
    program.terminate()
    try:
        program.wait(grace_s)
    except subprocess.TimeoutExpired:
        program.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
