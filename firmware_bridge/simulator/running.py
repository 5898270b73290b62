"""The simulator with sockets, a clock and a thread: what the command line and tests start."""

import json
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from firmware_bridge.errors import ScenarioError
from firmware_bridge.simulator.control_port import ControlPort
from firmware_bridge.simulator.pty_port import PtyPort
from firmware_bridge.simulator.scenario import Step, read_steps
from firmware_bridge.simulator.settings import SimulatorSettings, make_settings
from firmware_bridge.simulator.simulator import Simulator
from firmware_bridge.simulator.tcp_port import TcpPort

END_S = 5.0


class Running:
    """One simulator on its ports. `serve` works until somebody says stop."""

    def __init__(
        self,
        settings: SimulatorSettings,
        steps: Sequence[Step] = (),
        *,
        inbox: int = 0,
        tcp: int = 0,
        pty: Path | None = None,
        control: int = 0,
    ) -> None:
        self._simulator = Simulator(settings, steps, inbox=inbox)
        self._unplugged = 0
        self._started = time.monotonic()
        self._stop = threading.Event()
        with ExitStack() as opening:
            self._selector = opening.enter_context(selectors.DefaultSelector())
            self._waker, woken = (opening.enter_context(end) for end in socket.socketpair())
            self._selector.register(woken, selectors.EVENT_READ, lambda _mask: woken.recv(4096))
            control_port = ControlPort(
                self._selector, lambda asked: self._simulator.control(asked, self._now()), control
            )
            opening.callback(control_port.close)
            self._port = PtyPort(self._selector, self, pty) if pty else TcpPort(self._selector, self, tcp)
            opening.callback(self._port.close)
            self._open = opening.pop_all()
        self.modem = self._port.name
        self.control_address = control_port.address

    def _now(self) -> float:
        return time.monotonic() - self._started

    def opened(self) -> None:
        self._simulator.opened()

    def closed(self) -> None:
        self._simulator.closed()

    def received(self, data: bytes) -> None:
        self._simulator.feed(data, self._now())

    def serve(self) -> None:
        """Work until `stop`, or a request to quit; then close all ports."""
        with self._open:
            while not self._stop.is_set() and not self._simulator.stopping:
                self._turn()

    def stop(self) -> None:
        """End `serve`, from any thread."""
        self._stop.set()
        try:
            self._waker.send(b".")
        except OSError:  # It ended by itself.
            pass

    def _turn(self) -> None:
        now = self._now()
        self._simulator.advance(now)
        while data := self._simulator.take_output(now):
            self._port.send(data)
        if self._simulator.unplugged != self._unplugged:
            self._unplugged = self._simulator.unplugged
            self._port.set_present(present=False)
        self._port.set_present(present=self._simulator.port_is_there)
        self._port.tick()
        next_at = self._simulator.next_at()
        wait_s = self._port.patience_s
        if next_at is not None:
            wait_s = min(wait_s, max(0.0, next_at - self._now()))
        for key, mask in self._selector.select(wait_s):
            if self._still_there(key):
                handle: Callable[[int], None] = key.data
                handle(mask)

    def _still_there(self, key: selectors.SelectorKey) -> bool:
        """Whether what is ready was not closed by what was ready before it in this turn."""
        try:
            return self._selector.get_key(key.fileobj) is key
        except (KeyError, ValueError):
            return False


class SimulatorHandle:
    """A simulator that runs in this process."""

    def __init__(self, running: Running, settings: SimulatorSettings) -> None:
        self.url = running.modem
        """What a program opens as its modem's port."""
        self.control_address = running.control_address
        self.settings = settings
        self._lock = threading.Lock()
        self._connection = socket.create_connection(running.control_address, timeout=10)
        self._answers = self._connection.makefile("rb")

    def control(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Ask the running simulator.

        Raises:
            ScenarioError: it refused.
        """
        with self._lock:
            self._connection.sendall(json.dumps(asked).encode() + b"\n")
            line = self._answers.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": "the simulator ended"}
        if "error" in answer:
            raise ScenarioError(answer["error"])
        return answer

    def close(self) -> None:
        self._answers.close()
        self._connection.close()


@contextmanager
def running_simulator(
    *, scenario: Sequence[dict[str, Any]] = (), inbox: int = 0, tcp: int = 0, pty: Path | None = None, **chosen: object
) -> Iterator[SimulatorHandle]:
    """A simulator in a thread of this process; `chosen` are fields of `SimulatorSettings`.

    Raises:
        UsageError: a setting that makes no sense.
        ScenarioError: a scenario that makes none.
        PortError: the port cannot be had.
    """
    settings = make_settings(**chosen)
    running = Running(settings, read_steps(list(scenario)), inbox=inbox, tcp=tcp, pty=pty)
    thread = threading.Thread(target=running.serve, name="modem-simulator", daemon=True)
    thread.start()
    handle = SimulatorHandle(running, settings)
    try:
        yield handle
    finally:
        handle.close()
        running.stop()
        thread.join(END_S)
