"""`kasih-kiosk run` over a folder of its own, and what a technician and a resident see of it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kiosk_agent.access import Remote, read_running
from kiosk_agent.kiosk import Status
from tests.faults.kills import Program, free_port
from tests.kiosk_agent.web.browser import Browser, Page

BIN = Path(sys.executable).parent
QUICK = {
    "KASIH_POLL_S": "600",
    "KASIH_BACKOFF_S": "0.05",
    "KASIH_BACKOFF_MAX_S": "0.2",
    "KASIH_EXCHANGE_TIMEOUT_S": "0.5",
}


class Agent:
    """A running kiosk."""

    def __init__(self, folder: Path, log: Path, env: dict[str, str]) -> None:
        self.folder = folder
        self.port = free_port()
        command = [str(BIN / "kasih-kiosk"), "run", "--data", str(folder), "--port", str(self.port)]
        self.program = Program(command, f"http://127.0.0.1:{self.port}/", log, env)

    def status(self) -> Status:
        """As `kasih-kiosk status` gets it."""
        running = read_running(self.folder)
        assert running is not None
        remote = Remote(running)
        try:
            return remote.status()
        finally:
            remote.close()

    def send_page(self, **answers: str) -> tuple[Browser, Page]:
        """A resident fills in the pages and presses KIRIM; what is shown then."""
        browser = Browser(self.port)
        browser.answer_all(**answers)
        return browser, browser.send_report()


@contextmanager
def running(folder: Path, log: Path, env: dict[str, str]) -> Iterator[Agent]:
    """Run the program until the block ends."""
    agent = Agent(folder, log, {**os.environ, **QUICK, **env})
    agent.program.start()
    try:
        agent.program.wait()
        yield agent
    finally:
        agent.program.kill(signal.SIGTERM)


def tell(program: str, *words: str, env: dict[str, str], given: bytes = b"") -> "subprocess.CompletedProcess[str]":
    """Run a command of the `kiosk` or the `server` to its end."""
    command: Sequence[str] = [str(BIN / f"kasih-{program}"), *words]
    done = subprocess.run(command, env={**os.environ, **env}, input=given, capture_output=True, timeout=60)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())
