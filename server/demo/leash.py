"""Runs one program of the demo, and ends it with the demo, however that ends.

The demo holds the other end of this process's standard input. A demo that is killed cannot tell anybody, but the kernel
closes what it held. Started as a file, with nothing but the standard library: it has to be there at once.
"""

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


def main(command: list[str]) -> int:
    """Run the program to its end; gives its exit code."""
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    signal.signal(signal.SIGTERM, lambda *_: program.terminate())
    Thread(target=_watch, args=(program,), daemon=True).start()
    return program.wait()


def _watch(program: "subprocess.Popen[bytes]") -> None:
    grace_s = STOP_S if sys.stdin.buffer.readline() == STOP else ORPHAN_S
    program.terminate()
    try:
        program.wait(grace_s)
    except subprocess.TimeoutExpired:
        program.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
