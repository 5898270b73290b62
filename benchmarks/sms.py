"""SMS that wait on a SIM and at its SMSC: how fast they are taken, by us and by other people's daemons.

The same simulated modem for all, as slow as a USB dongle, as a process of its own. Ours is the kiosk's real program,
which stores, joins, signs, seals and files what it takes before it deletes, and whose centre is out of reach;
gammu-smsd and smstools write files, without any fsync.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import Figure, Limit, Must
from benchmarks.kiosk import Kiosk, new_code
from benchmarks.load import new_centre
from benchmarks.programs import serve_centre
from benchmarks.sizes import Sizes
from benchmarks.sms_programs import FOREIGN, Foreign, installed
from firmware_bridge.simulator import LATENCIES
from tests.firmware_bridge.malformed import MALFORMED

TEXT: Final = "KOTKUPANG lampu jalan mati RT 3 Oepura"
PATIENCE_S: Final = 180.0
_POLL_S: Final = 0.005
_SETTLED_S: Final = 2.0
"""So long after it took something the kiosk has nothing more to do."""


class Modem:
    """A simulator that runs, seen through its control port."""

    def __init__(self, told: dict[str, str]) -> None:
        self.url = told["modem"]
        host, _, port = told["control"].rpartition(":")
        self._connection = socket.create_connection((host, int(port)), PATIENCE_S)
        self._answers = self._connection.makefile("rb")

    def ask(self, **asked: Any) -> dict[str, Any]:
        self._connection.sendall(json.dumps(asked).encode() + b"\n")
        answer: dict[str, Any] = json.loads(self._answers.readline())
        return answer

    def wait_for(self, condition: Callable[[dict[str, Any]], bool]) -> float:
        """When something holds, as `time.perf_counter` says."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if condition(self.ask(do="state")):
                return time.perf_counter()
            time.sleep(_POLL_S)
        raise RuntimeError(f"not in {PATIENCE_S:.0f} s: {self.ask(do='state')}")

    def close(self) -> None:
        self._answers.close()
        self._connection.close()


@contextmanager
def simulated(*options: str) -> Iterator[Modem]:
    command = [sys.executable, "-m", "firmware_bridge", "simulate", "--latency", "dongle", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            modem = Modem(json.loads(process.stdout.readline()))
            yield modem
            modem.close()
        finally:
            process.terminate()


@contextmanager
def kiosk_at(modem: Modem, kiosk: Kiosk) -> Iterator[Kiosk]:
    """The kiosk's program with this modem."""
    with kiosk.serve("--modem", modem.url):
        yield kiosk


@contextmanager
def daemon_at(modem: Modem, folder: Path, foreign: Foreign, program: str) -> Iterator[None]:
    daemon = foreign.set_up(program, folder, Path(modem.url))
    with subprocess.Popen(daemon.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


def measure(sizes: Sizes, folder: Path) -> list[Figure]:
    """Drain, first deletion, pace and the way back after an unplugging."""
    figures = _figures_of_ours(sizes, _enrolled(folder))
    for foreign in FOREIGN if sizes.foreign else ():
        if program := installed(foreign.program):
            (folder / foreign.name).mkdir()
            figures.append(_figure_of(foreign, program, sizes, folder / foreign.name))
    return figures


def _enrolled(folder: Path) -> Kiosk:
    """A kiosk that has been let in; then its centre ends."""
    with new_centre(folder / "centre") as centre:
        kiosk = Kiosk(folder, new_code(centre))
    with serve_centre(folder / "centre") as server:
        kiosk.enrol(server.port)
    return kiosk


def _drained(modem: Modem, sizes: Sizes, take: Callable[[], Any]) -> tuple[float, float, float]:
    """Opening, first listing and first deletion to the end, each in seconds before the last deletion."""
    for number in range(sizes.sms):
        modem.ask(do="receive", **{"from": f"+62812345{number:05}"}, text=f"{TEXT} no {number}")
    modem.wait_for(lambda state: len(state["slots"]) == min(sizes.sms, sizes.slots))
    with take():
        opened = modem.wait_for(lambda state: state["connected"])
        listed = modem.wait_for(lambda state: "CMGL" in state["commands"] or "CMGR" in state["commands"])
        first = modem.wait_for(lambda state: state["deleted"] > 0)
        last = modem.wait_for(lambda state: state["deleted"] >= sizes.sms)
    return last - opened, last - listed, last - first


def _pace(sizes: Sizes) -> float:
    """What the modem itself allows: a deletion for each message, and its share of a listing of all slots."""
    dongle = LATENCIES["dongle"]
    listed = min(sizes.sms, sizes.slots)
    return 1 / (dongle.of("CMGL", listed) / listed + dongle.of("CMGD"))


def _figures_of_ours(sizes: Sizes, kiosk: Kiosk) -> list[Figure]:
    with simulated("--slots", str(sizes.slots)) as modem:
        whole, listing, deleting = _drained(modem, sizes, lambda: kiosk_at(modem, kiosk))
    return [
        Figure(name=f"{sizes.sms} through {sizes.slots} slots", value=whole, unit="s", must=Must("<=", 10)),
        Figure(
            name="messages, from the first listing on",
            value=sizes.sms / listing,
            unit="/s",
            limit=Limit("1/(CMGL share + CMGD)", _pace(sizes)),
            must=Must(">=", 0.9, of="ratio"),
        ),
        Figure(name="first deletion after opening the port", value=whole - deleting, unit="s", must=Must("<=", 1)),
        *_returns(sizes, kiosk),
        _among_malformed(sizes, kiosk),
    ]


def _returns(sizes: Sizes, kiosk: Kiosk) -> list[Figure]:
    """How long until an SMS that came meanwhile is taken, once the modem is there again."""
    boot_s, away_s = LATENCIES["dongle"].boot_s, LATENCIES["dongle"].reboot_away_s
    with simulated("--slots", "10") as modem, kiosk_at(modem, kiosk):
        modem.wait_for(lambda state: "CMGL" in state["commands"])
        half = _half_messages(modem)
        unplugged = _back(modem, lambda: modem.ask(do="unplug", seconds=sizes.unplugged_s))
        reset = _back(modem, lambda: modem.ask(do="reboot", seconds=min(away_s, sizes.unplugged_s)))
        silent = _after_silence(modem, sizes.silent_s)
        swallowed = _taken_after(modem, lambda: modem.ask(do="fault", command="CMGL", kind="silence"))
        sending = _after_silence(modem, sizes.silent_s, while_sending=True) if sizes.silent_s else silent
    starting = f"from the port's return; the modem itself takes {boot_s:g} s to start"
    return [
        Figure(name="SIM of 10 full of half messages, free after", value=half, unit="s", must=Must("<=", 5)),
        _within(f"intake after {sizes.unplugged_s:g} s unplugged", unplugged, 5, starting),
        _within("intake after a self-reset", reset, 5, starting),
        _within(f"intake after {sizes.silent_s:g} s of silence", silent, 10, "from the end of the silence"),
        _within("the same, which began as a reply was sent", sending, 10, "from the end of the silence"),
        _within("intake when one listing is swallowed", swallowed, 10, "from the message's coming"),
    ]


def _within(name: str, value: float, bound: float, note: str) -> Figure:
    return Figure(name=name, value=value, unit="s", must=Must("<=", bound), note=note)


def _half_messages(modem: Modem) -> float:
    """Five messages of three parts, of each of which one never comes: until all slots are free."""
    started = time.perf_counter()
    for number in range(5):
        modem.ask(do="receive", **{"from": f"+628123450000{number}"}, text=TEXT * 9, parts=3, missing=[2])
    return modem.wait_for(lambda state: state["delivered"] == 10 and not state["slots"]) - started


def _back(modem: Modem, disturb: Callable[[], Any]) -> float:
    modem.wait_for(lambda state: state["registered"])
    deleted = modem.ask(do="state")["deleted"]
    disturb()
    modem.ask(do="receive", **{"from": "+6281234500011"}, text=TEXT)
    back = modem.wait_for(lambda state: state["port"])
    return modem.wait_for(lambda state: state["deleted"] > deleted) - back


def _taken_after(modem: Modem, disturb: Callable[[], Any]) -> float:
    time.sleep(_SETTLED_S)
    deleted = modem.ask(do="state")["deleted"]
    disturb()
    came = time.perf_counter()
    modem.ask(do="receive", **{"from": "+6281234500011"}, text=TEXT)
    return modem.wait_for(lambda state: state["deleted"] > deleted) - came


def _after_silence(modem: Modem, seconds: float, *, while_sending: bool = False) -> float:
    """Until an SMS is taken that came during a silence; which began, where one is sent, just behind its PDU."""
    if while_sending:
        sent = modem.ask(do="state")["commands"].get("CMGS", 0)
        modem.ask(do="fault", command="CMGS", kind="silence")
        modem.ask(do="receive", **{"from": "+6281234500012"}, text=TEXT)
        modem.wait_for(lambda state: state["commands"].get("CMGS", 0) > sent)
    deleted = modem.ask(do="state")["deleted"]
    modem.ask(do="fault", command="*", kind="silence", times=1_000_000)
    modem.ask(do="receive", **{"from": "+6281234500011"}, text=f"{TEXT} {seconds}")
    time.sleep(seconds)
    modem.ask(do="clear_faults")
    back = time.perf_counter()
    return modem.wait_for(lambda state: state["deleted"] > deleted) - back


def _among_malformed(sizes: Sizes, kiosk: Kiosk) -> Figure:
    """Every kind of PDU that is none, each followed by a good one, on one SIM: until all good ones are filed."""
    bad = [kind.pdu for kind in MALFORMED[: sizes.malformed]]
    with simulated("--slots", str(2 * len(bad))) as modem:
        for number, pdu in enumerate(bad):
            modem.ask(do="receive_pdu", pdu=pdu)
            modem.ask(do="receive", **{"from": f"+62812346{number:05}"}, text=f"{TEXT} {number}")
        modem.wait_for(lambda state: not state["waiting"])
        with kiosk_at(modem, kiosk):
            before = kiosk.state()
            opened = modem.wait_for(lambda state: state["connected"])
            took = _wait_until(lambda: kiosk.state().filed == before.filed + len(bad)) - opened
            modem.wait_for(lambda state: "COPS" in state["commands"])
            for pdu in bad:  # Reports come only to those who asked for them; what came already is known again.
                modem.ask(do="receive_pdu", pdu=pdu)
            _wait_until(lambda: kiosk.state().quarantine == before.quarantine + len(bad))
    name = f"{len(bad)} kinds of malformed PDUs: the good ones between them filed"
    return _within(name, took, 5, "from opening the port")


def _wait_until(condition: Callable[[], bool]) -> float:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not in {PATIENCE_S:.0f} s")
        time.sleep(_POLL_S)
    return time.perf_counter()


def _figure_of(foreign: Foreign, program: str, sizes: Sizes, folder: Path) -> Figure:
    with simulated("--slots", str(sizes.slots), "--pty", str(folder / "modem")) as modem:
        whole, _, deleting = _drained(modem, sizes, lambda: daemon_at(modem, folder, foreign, program))
    note = f"first deletion after {whole - deleting:.1f} s"
    return Figure(name=f"{sizes.sms} through {sizes.slots} slots, {foreign.name}", value=whole, unit="s", note=note)
