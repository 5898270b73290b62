"""The real programs, started and stopped: processes of our own, on loopback, each with free ports."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import psutil

PATIENCE_S: Final = 60
_POLL_S: Final = 0.005
_BIN: Final = Path(sys.executable).parent
_ROOT: Final = Path(__file__).parent.parent


class Program:
    """A process that runs until it is left; what it says goes to a file."""

    def __init__(self, args: list[str], *, log: Path, env: Mapping[str, str] | None = None) -> None:
        self.started_at = time.perf_counter()
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                args, cwd=_ROOT, stdout=output, stderr=output, env={**os.environ, **(env or {})}
            )
        self._log = log
        self._seen = psutil.Process(self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def cpu_s(self) -> float:
        """Processor time so far, of all its threads."""
        times = self._seen.cpu_times()
        return float(times.user + times.system)

    @property
    def resident_mib(self) -> float:
        """Memory that it occupies."""
        return float(self._seen.memory_info().rss) / 2**20

    def wait_for(self, answer: Callable[[], Any]) -> Any:
        """Ask until there is an answer that is not None."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self._process.poll() is None:
            if (found := answer()) is not None:
                return found
            time.sleep(_POLL_S)
        raise RuntimeError(f"the program does not answer; it said: {self._log.read_text('utf-8')[-2000:]}")


class Serving(Program):
    """A program that leaves `run.json` in its data folder and answers at a path."""

    def __init__(self, args: list[str], *, data: Path, path: str, env: Mapping[str, str] | None = None) -> None:
        (data / "run.json").unlink(missing_ok=True)
        super().__init__(args, log=data.with_suffix(".log"), env=env)
        try:
            self.port: int = self.wait_for(lambda: _port_in(data / "run.json"))
            self.wait_for(lambda: _answer(self.port, path))
            self.start_s = time.perf_counter() - self.started_at
            """From its start until it answered."""
        except BaseException:
            self.__exit__(None, None, None)
            raise


def serve_centre(data: Path) -> Serving:
    """Run a centre."""
    args = [str(_BIN / "kasih-server"), "run", "--data", str(data), "--port", "0"]
    return Serving(args, data=data, path="/health")


def serve_kiosk(data: Path, keys: Path, *options: str) -> Serving:
    """Run a kiosk's agent: its page, its sync and, with a modem among its options, its SMS."""
    args = [str(_BIN / "kasih-kiosk"), "run", "--data", str(data), "--port", "0", *options]
    return Serving(args, data=data, path="/", env={"KASIH_KEY_DIR": str(keys)})


def serve_bare(folder: Path) -> Serving:
    """Run the least that could take a POST."""
    data = folder / "bare"
    data.mkdir(exist_ok=True)
    return Serving([sys.executable, "-m", "benchmarks.bare_server", str(data)], data=data, path="/health")


def kiosk_command(keys: Path, *args: str, given: str = "") -> tuple[str, float]:
    """Run a command of the kiosk to its end; give what it printed and how many seconds it took."""
    started = time.perf_counter()
    done = subprocess.run(
        [str(_BIN / "kasih-kiosk"), *args],
        input=given,
        env={**os.environ, "KASIH_KEY_DIR": str(keys)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S * 10,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"kasih-kiosk {args[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout, time.perf_counter() - started


def python(code: str) -> tuple[str, float]:
    """Run a line of Python in a new interpreter; give what it printed and how many seconds it took."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout, time.perf_counter() - started


def _port_in(file: Path) -> int | None:
    with suppress(OSError, ValueError, KeyError):
        return int(json.loads(file.read_text("ascii"))["port"])
    return None


def _answer(port: int, path: str) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status if response.status < http.client.BAD_REQUEST else None
    except OSError:
        return None
    finally:
        connection.close()
