"""`kasih-kiosk run` over a folder of its own, and what a technician and a resident see of it."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner
from msgspec import Struct

import kiosk_agent.cli
import server.cli
from kiosk_agent.access import Remote, read_running
from kiosk_agent.kiosk import Status
from tests.faults.kills import Program, free_port
from tests.kiosk_agent.web.browser import Browser, Page

BIN = Path(sys.executable).parent
_COMMANDS = {"kiosk": kiosk_agent.cli.main, "server": server.cli.main}
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
def centre_running(data: Path, log: Path, env: dict[str, str] | None = None) -> Iterator[int]:
    """Run `kasih-server run` on a free port until the block ends."""
    port = free_port()
    command = [str(BIN / "kasih-server"), "run", "--data", str(data), "--port", str(port)]
    program = Program(command, f"http://127.0.0.1:{port}/health", log, {**os.environ, **(env or {})})
    program.start()
    try:
        program.wait()
        yield port
    finally:
        program.kill(signal.SIGTERM)


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


class Said(Struct, frozen=True):
    """What came of a command."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line on standard error with which a command fails.

        Raises:
            AssertionError: it did something else.
        """
        lines = self.err.splitlines()
        assert self.code == 1, self
        assert len(lines) == 1, self
        assert lines[0].startswith("kasih-"), self
        return lines[0]


def call(program: str, *words: str, env: dict[str, str] | None = None, given: bytes = b"") -> Said:
    """Run a command of the `kiosk` or the `server` in this process, which spares the start of another."""
    handlers = list(logging.root.handlers)
    done = CliRunner().invoke(_COMMANDS[program], words, input=given, env=env or {}, prog_name=f"kasih-{program}")
    logging.root.handlers[:] = handlers  # A `run` that is refused has set up its log by then.
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Said(done.exit_code, done.stdout, done.stderr)


def tell(program: str, *words: str, env: dict[str, str] | None = None, given: bytes = b"") -> Said:
    """Run a command of the `kiosk` or the `server` as a process, to its end."""
    command = [str(BIN / f"kasih-{program}"), *words]
    done = subprocess.run(command, env={**os.environ, **(env or {})}, input=given, capture_output=True, timeout=60)
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())
