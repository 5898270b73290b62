"""kill -9: real programs over real HTTP, struck at random moments while complaints come in.

`City` is a centre, a kiosk and a clerk who files without pause. Whoever of them is struck starts again; the clerk
files anew, under the same reference, what was not answered. At the end the centre must hold each answered complaint
once, with its text; what was never answered (the clerk sometimes gives up) once or not at all; and nothing else.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import IO, Any

from msgspec import Struct

from tests.assurance import Outcome, in_parallel
from tests.faults.power import memory_folder

UNIT = "KEL-53.71.01.1001"
DEADLINE_S = 30.0
IN_FLIGHT_S = 0.006
"""About how long a complaint takes from the clerk to the answer."""
_BIN = Path(sys.executable).parent
_QUICK = {"KASIH_POLL_S": "1", "KASIH_BACKOFF_S": "0.05", "KASIH_BACKOFF_MAX_S": "0.2"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_until(
    condition: Callable[[], bool], what: str, *, every_s: float = 0.01, within_s: float = DEADLINE_S
) -> None:
    """Poll until something holds.

    Raises:
        AssertionError: it does not in time.
    """
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s:.0f} s: {what}"
        time.sleep(every_s)


def answers(url: str) -> bool:
    """Whether somebody serves there."""
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


class Program:
    """A long-running program that is struck and started again."""

    def __init__(self, command: Sequence[str], url: str, log: Path, env: dict[str, str]) -> None:
        self._command, self._url, self._log, self._env = command, url, log, env
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def wait(self) -> None:
        """Until it answers."""

        def is_up() -> bool:
            assert self._process is not None
            assert self._process.poll() is None, f"{self._command[1]} ended by itself: {self.said()}"
            return answers(self._url)

        wait_until(is_up, f"{self._command[:2]} answers; it said {self.said()}")

    def kill(self, how: int = signal.SIGKILL) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(DEADLINE_S)
            self._process = None

    def said(self) -> str:
        return self._log.read_text(errors="replace")[-1500:] if self._log.exists() else ""


class Clerk(threading.Thread):
    """Files one complaint after the other through `kasih-kiosk file`, and keeps what was answered."""

    def __init__(self, command: Sequence[str], env: dict[str, str], log: Path, random: Random) -> None:
        super().__init__(name="clerk")
        self.answered: dict[str, dict[str, str]] = {}
        """The answer to each text that was answered."""
        self.abandoned: set[str] = set()
        """Texts that were sent and never answered."""
        self.sent = threading.Event()
        """Set whenever a line was sent."""
        self.trouble: BaseException | None = None
        self._command, self._env, self._log, self._random = command, env, log, random
        self._process: subprocess.Popen[bytes] | None = None
        self._leave = threading.Event()
        self._lock = threading.Lock()

    def run(self) -> None:
        try:
            while not self._leave.is_set():
                self._file_one(f"Keluhan {len(self.answered) + len(self.abandoned)}: {secrets.token_hex(40)}")
            self._end(signal.SIGTERM)
        except BaseException as error:  # noqa: BLE001  reported by who joins
            self.trouble = error

    def strike(self) -> None:
        """Kill the program through which the clerk files."""
        self._end(signal.SIGKILL)

    def leave(self) -> None:
        """Finish the complaint at hand and stop."""
        self._leave.set()
        self.join(2 * DEADLINE_S)
        assert not self.is_alive(), "the clerk never got an answer"
        if self.trouble:
            raise self.trouble

    def _file_one(self, text: str) -> None:
        line = {"text": text, "category": "AIR", "kelurahan": "Namosain", "name": "Ina", "ref": secrets.token_hex(16)}
        deadline = time.monotonic() + DEADLINE_S
        while (answer := self._ask(json.dumps(line).encode() + b"\n")) is None or "number" not in answer:
            assert time.monotonic() < deadline, f"no answer, last {answer}: {self._log.read_text()[-1500:]}"
            if self._random.random() < 0.5:
                self.abandoned.add(text)
                return
            time.sleep(0.02)
        self.answered[text] = answer
        time.sleep(self._random.uniform(0, 0.02))

    def _ask(self, line: bytes) -> dict[str, Any] | None:
        """Send a line; None where the program died before it answered."""
        process = self._filing()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(line)
            process.stdin.flush()
            self.sent.set()
            answer = process.stdout.readline()
        except OSError:
            answer = b""
        if not answer.endswith(b"\n"):
            self._end(signal.SIGKILL)
            return None
        said: dict[str, Any] = json.loads(answer)
        return said

    def _filing(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._process is None:
                with self._log.open("ab") as log:
                    self._process = subprocess.Popen(
                        self._command, env=self._env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
                    )
            return self._process

    def _end(self, how: int) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait(DEADLINE_S)
            for pipe in (process.stdin, process.stdout):
                _close(pipe)


def _close(pipe: IO[bytes] | None) -> None:
    try:
        if pipe is not None:
            pipe.close()
    except OSError:
        pass  # what could not be written went down with the program


class City:
    """A centre, a kiosk and a clerk."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = Random(seed)
        self.kills: Counter[str] = Counter()
        self._centre, self._kiosk = folder / "centre", folder / "kiosk"
        self._env = {**os.environ, **_QUICK, "KASIH_KEY_DIR": str(folder / "keys")}
        self._ports = free_port(), free_port()
        run_centre = self._command("server", "run", self._centre, "--port", str(self._ports[0]))
        run_kiosk = self._command("kiosk", "run", self._kiosk, "--port", str(self._ports[1]))
        self.server = Program(run_centre, f"{self._url(0)}/health", folder / "server.log", self._env)
        self.agent = Program(run_kiosk, f"{self._url(1)}/", folder / "kiosk.log", self._env)
        filing = self._command("kiosk", "file", self._kiosk, "--json", "-")
        self.clerk = Clerk(filing, self._env, folder / "file.log", Random(seed + 1))

    def found(self) -> None:
        """Set up the centre, enrol the kiosk, open both and let the clerk begin."""
        self._tell("server", "init", self._centre)
        self.server.start()
        self.server.wait()
        code = self._tell("server", "enrol", self._centre, "--unit", UNIT).strip()
        self._tell("kiosk", "enrol", self._kiosk, "--server", self._url(0), "--code", code)
        self.agent.start()
        self.agent.wait()
        self.clerk.start()

    def strike(self) -> None:
        """Let things go on for a moment, kill somebody, start them again."""
        victim = self.random.choice(("kiosk", "kiosk", "server", "server", "both", "file", "file"))
        if victim == "file":
            # Without `run`, the clerk's program writes to the disk itself.
            self._kill(self.agent, "kiosk", 0.1)
            self._let_go_on(0.1)
            self.clerk.strike()
            self.kills["file"] += 1
        if victim in ("server", "both"):
            self._kill(self.server, "server", 0.2)
        if victim in ("kiosk", "both"):
            self._kill(self.agent, "kiosk", 0.2 if victim == "kiosk" else 0)
        for program, names in ((self.server, ("server", "both")), (self.agent, ("kiosk", "both", "file"))):
            if victim in names:
                program.start()

    def _kill(self, program: Program, name: str, after_s: float) -> None:
        # Now and then it dies before it has come up.
        if self.random.random() < 0.85:
            program.wait()
        self._let_go_on(after_s)
        program.kill()
        self.kills[name] += 1

    def _let_go_on(self, for_s: float) -> None:
        """Wait for a line to be on its way, and then either a few milliseconds, in which it is filed, or longer."""
        self.clerk.sent.clear()
        assert self.clerk.sent.wait(DEADLINE_S) or self.clerk.trouble, "the clerk sends nothing"
        time.sleep(self.random.uniform(0, self.random.choice((IN_FLIGHT_S, for_s))))

    def settle(self) -> None:
        """Let the clerk finish, and the kiosk send all it has."""
        self.agent.wait()
        self.server.wait()
        self.clerk.leave()
        deadline = time.monotonic() + DEADLINE_S
        while json.loads(self._tell("kiosk", "sync", self._kiosk))["pending"]:
            assert time.monotonic() < deadline, "the kiosk never comes to an end"

    def judge(self) -> None:
        """Compare what the clerk knows with what the centre has.

        Raises:
            AssertionError: something is lost, doubled, altered or invented.
        """
        rows = [json.loads(line) for line in self._tell("server", "export", self._centre, "--with-text").splitlines()]
        held = {row["number"]: row for row in rows}
        assert len(held) == len(rows), "a number stands twice in the export"
        times = Counter(row["text"] for row in rows)
        assert max(times.values()) == 1, "a complaint is there twice"
        for text, answer in self.clerk.answered.items():
            row = held.get(answer["number"])
            assert row is not None, f"{answer['number']} was answered and is lost"
            assert (row["text"], row["entry"]) == (text, answer["entry"]), f"{answer['number']} was altered"
        unknown = times.keys() - self.clerk.answered.keys() - self.clerk.abandoned
        assert not unknown, "complaints that nobody filed"
        self._tell("server", "verify", self._centre)

    def close(self) -> None:
        self.clerk.leave() if self.clerk.is_alive() else None
        self.agent.kill()
        self.server.kill()

    def _url(self, which: int) -> str:
        return f"http://127.0.0.1:{self._ports[which]}"

    @staticmethod
    def _command(program: str, verb: str, data: Path, *rest: str) -> list[str]:
        return [str(_BIN / f"kasih-{program}"), verb, "--data", str(data), *rest]

    def _tell(self, program: str, verb: str, data: Path, *rest: str) -> str:
        command = self._command(program, verb, data, *rest)
        done = subprocess.run(command, env=self._env, capture_output=True, text=True, timeout=2 * DEADLINE_S)
        assert done.returncode == 0, f"{program} {verb} ended with {done.returncode}: {done.stderr[-1500:]}"
        return done.stdout


class Toll(Struct):
    """What a city saw."""

    kills: dict[str, int]
    answered: int
    abandoned: int


def live_through(kills: int, seed: int, folder: Path) -> Toll:
    """Found a city, strike it, and judge it at the end.

    Raises:
        AssertionError: a promise was broken.
    """
    folder.mkdir(parents=True, exist_ok=True)
    city = City(folder, seed)
    try:
        city.found()
        while city.kills.total() < kills:
            city.strike()
        city.settle()
        city.judge()
    finally:
        city.close()
    return Toll(dict(city.kills), len(city.clerk.answered), len(city.clerk.abandoned))


def assure(count: int, seed: int) -> Outcome:
    """The long tier: cities with 25 kills each."""
    with memory_folder() as folder:
        jobs = [partial(_report, min(25, count - at), seed + at, folder / str(at)) for at in range(0, count, 25)]
        reports = in_parallel(jobs, "kill")
    tolls = [report for report in reports if isinstance(report, Toll)]
    kills: Counter[str] = Counter()
    for toll in tolls:
        kills.update(toll.kills)
    figures = {
        "cities": len(jobs),
        "kills": dict(kills),
        "answered": sum(toll.answered for toll in tolls),
        "unanswered": sum(toll.abandoned for toll in tolls),
    }
    return Outcome(count=count, failures=[report for report in reports if isinstance(report, str)], figures=figures)


def _report(kills: int, seed: int, folder: Path) -> Toll | str:
    try:
        return live_through(kills, seed, folder)
    except Exception as error:  # noqa: BLE001  whatever breaks in a city is a finding
        return f"city with seed {seed}: {type(error).__name__}: {error}"
