"""kill -9 of the kiosk while it drains a modem: a real simulator, a real kiosk, a real centre.

`SmsCity` has 150 messages waiting, 30 of them of three parts, and a network that delivers half of the parts twice. The
kiosk is struck again and again. At the end the centre must hold each message once, letter for letter, and nothing else;
and nobody may have got two replies to one message but where an answer of the modem was lost with the kiosk.
"""

import json
import os
import signal
import socket
import subprocess
import time
from collections import Counter
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from msgspec import Struct

from tests.assurance import Outcome, in_parallel
from tests.faults.agent import BIN
from tests.faults.kills import DEADLINE_S, UNIT, Program, free_port, wait_until
from tests.faults.power import memory_folder

MESSAGES, OF_THREE_PARTS = 150, 30
PARTS = MESSAGES + 2 * OF_THREE_PARTS
_QUICK = {
    "KASIH_POLL_S": "1",
    "KASIH_BACKOFF_S": "0.05",
    "KASIH_BACKOFF_MAX_S": "0.2",
    "KASIH_KIOSK_SMS_SWEEP_S": "1",
    "KASIH_KIOSK_SMS_RESEND_S": "0.2",
    "KASIH_KIOSK_SMS_RETRY_S": "0.2",
    "KASIH_KIOSK_SMS_PER_HOUR": "10000",
    "KASIH_KIOSK_SMS_PER_DAY": "10000",
}


class Simulator:
    """`kasih-modem simulate` as a process, and its control port."""

    def __init__(self, *options: str) -> None:
        command = [str(BIN / "kasih-modem"), "simulate", *options, "--control", "0"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        assert self._process.stdout is not None
        names = json.loads(self._process.stdout.readline())
        self.modem: str = names["modem"]
        host, _, port = names["control"].rpartition(":")
        self._connection = socket.create_connection((host, int(port)), timeout=30)
        self._answers = self._connection.makefile("rb")

    def ask(self, what: str, **details: Any) -> dict[str, Any]:
        self._connection.sendall(json.dumps({"do": what, **details}).encode() + b"\n")
        answer: dict[str, Any] = json.loads(self._answers.readline())
        assert "error" not in answer, answer
        return answer

    def sent(self) -> list[dict[str, Any]]:
        """Whole messages that went out, in order."""
        messages: list[dict[str, Any]] = self.ask("sent")["messages"]
        return messages

    def is_drained(self) -> bool:
        state = self.ask("state")
        return not state["slots"] and not state["waiting"]

    def close(self) -> None:
        self._answers.close()
        self._connection.close()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(DEADLINE_S)
        assert self._process.stdout is not None
        self._process.stdout.close()


class SmsCity:
    """A centre, a kiosk with a modem, and the network behind that."""

    def __init__(self, folder: Path, *simulator: str, env: dict[str, str] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._centre, self.kiosk = folder / "centre", folder / "kiosk"
        self.env = {**os.environ, **_QUICK, "KASIH_KEY_DIR": str(folder / "keys"), **(env or {})}
        ports = free_port(), free_port()
        self.url = f"http://127.0.0.1:{ports[0]}"
        self.modem = Simulator(*(simulator or ("--tcp", "0")))
        run_centre = ["server", "run", "--data", str(self._centre), "--port", str(ports[0])]
        run_kiosk = ["kiosk", "run", "--data", str(self.kiosk), "--port", str(ports[1]), "--modem", self.modem.modem]
        self.server = Program(_command(run_centre), f"{self.url}/health", folder / "server.log", self.env)
        self.agent = Program(_command(run_kiosk), f"http://127.0.0.1:{ports[1]}/", folder / "kiosk.log", self.env)

    def found(self) -> None:
        """Set up the centre and enrol the kiosk; the kiosk is not started."""
        self.tell("server", "init", "--data", str(self._centre))
        self.server.start()
        self.server.wait()
        code = self.tell("server", "enrol", "--data", str(self._centre), "--unit", UNIT).strip()
        self.tell("kiosk", "enrol", "--data", str(self.kiosk), "--server", self.url, "--code", code)

    def tell(self, program: str, *words: str) -> str:
        done = subprocess.run(
            _command([program, *words]), env=self.env, capture_output=True, text=True, timeout=2 * DEADLINE_S
        )
        assert done.returncode == 0, f"{program} {words[0]} ended with {done.returncode}: {done.stderr[-1500:]}"
        return done.stdout

    def cases(self) -> list[dict[str, Any]]:
        """What the centre holds, with texts."""
        lines = self.tell("server", "export", "--data", str(self._centre), "--with-text").splitlines()
        return [json.loads(line) for line in lines]

    def settle(self) -> None:
        """Let the kiosk send all it has."""
        deadline = time.monotonic() + DEADLINE_S
        while json.loads(self.tell("kiosk", "sync", "--data", str(self.kiosk)))["pending"]:
            assert time.monotonic() < deadline, "the kiosk never comes to an end"

    def close(self) -> None:
        self.agent.kill(signal.SIGTERM)
        self.server.kill(signal.SIGTERM)
        self.modem.close()


def _command(words: list[str]) -> list[str]:
    return [str(BIN / f"kasih-{words[0]}"), *words[1:]]


def sender(number: int) -> str:
    return f"+62812{number:08}"


def text(number: int) -> str:
    """What message so-and-so says; the first 30 take three parts."""
    words = f"Laporan SMS ke-{number:04}: air ledeng di Oepura tidak jalan."
    return words + f" Sudah {number} hari kami menunggu." * 11 if number < OF_THREE_PARTS else words


class Toll(Struct):
    """What a drain saw."""

    kills: int
    replies: int
    repeated: int
    """Replies that went out twice: their answer was lost with the kiosk."""
    seconds: float
    deleted: int = 0
    """TPDUs that the SIM was freed of: every part, and those that came twice."""


def drain(kills: int, seed: int, folder: Path) -> Toll:
    """Let the kiosk take 150 messages while it is struck, and judge what the centre holds.

    Raises:
        AssertionError: a message is lost, doubled, altered or invented.
    """
    random, started = Random(seed), time.monotonic()
    city = SmsCity(folder, "--tcp", "0", "--latency", "dongle", "--slots", "30")
    try:
        city.found()
        city.modem.ask("redeliver", share=0.5, from_now_on=True)
        for number in random.sample(range(MESSAGES), MESSAGES):
            city.modem.ask("receive", **{"from": sender(number), "text": f"KOTKUPANG {text(number)}"})
        for _ in range(kills):
            city.agent.start()
            if random.random() < 0.9:
                city.agent.wait()
            time.sleep(random.uniform(0, 1.8))
            city.agent.kill()
        city.agent.start()
        city.agent.wait()
        wait_until(city.modem.is_drained, "the SIM is empty", every_s=0.1, within_s=120)
        city.settle()
        judge(city)
        deleted = city.modem.ask("state")["deleted"]
        went = Counter((message["to"], message["text"]) for message in city.modem.sent())
    finally:
        city.close()
    repeated = sum(times - 1 for times in went.values())
    assert max(went.values(), default=0) <= 2, "a reply went out three times"
    assert repeated <= kills, "more replies went out twice than answers can have been lost"
    assert deleted > PARTS, "the network delivered nothing twice"
    return Toll(kills, went.total(), repeated, round(time.monotonic() - started, 1), deleted)


def answer(kills: int, seed: int, folder: Path, messages: int = 40) -> Toll:
    """Let the kiosk answer messages while it is struck; judge who got how many replies.

    Raises:
        AssertionError: somebody got none, or more than a lost answer of the modem explains.
    """
    random, started = Random(seed), time.monotonic()
    city = SmsCity(folder, "--tcp", "0", "--latency", "none", "--slots", "30")
    try:
        city.found()
        asked = Counter(sender(number) for number in range(messages))
        for _ in range(kills):
            for number in list(asked)[: messages // kills]:
                city.modem.ask("receive", **{"from": number, "text": "BANTUAN"})
                del asked[number]
            sent = len(city.modem.sent())
            city.agent.start()
            city.agent.wait()
            wait_until(partial(_has_sent_more, city, sent), "it answers", every_s=0.001)
            time.sleep(random.uniform(0, 0.05))
            city.agent.kill()
        city.agent.start()
        wait_until(lambda: len({one["to"] for one in city.modem.sent()}) == messages - len(asked), "all are answered")
        city.agent.wait()
        wait_until(lambda: not _waiting(city), "nothing waits to go out", every_s=0.2)
        went = Counter(message["to"] for message in city.modem.sent())
    finally:
        city.close()
    repeated = sum(times - 1 for times in went.values())
    assert max(went.values()) <= 2, "a reply went out three times"
    assert repeated <= kills, "more replies went out twice than answers can have been lost"
    return Toll(kills, went.total(), repeated, round(time.monotonic() - started, 1))


def _has_sent_more(city: SmsCity, than: int) -> bool:
    return len(city.modem.sent()) > than


def _waiting(city: SmsCity) -> int:
    status = json.loads(city.tell("kiosk", "status", "--json", "--data", str(city.kiosk)))
    return int(status["sms_waiting"])


def judge(city: SmsCity) -> None:
    """Compare what was sent with what the centre has."""
    held = Counter(row["text"] for row in city.cases())
    wanted = {text(number) for number in range(MESSAGES)}
    lost, invented = wanted - held.keys(), held.keys() - wanted
    doubled = [one for one, times in held.items() if times > 1]
    assert [*lost, *invented, *doubled] == [], f"{len(lost)} lost, {len(doubled)} doubled, {len(invented)} invented"


def assure(count: int, seed: int) -> Outcome:
    """The long tier: drains with 10 kills each."""
    with memory_folder() as folder:
        jobs = [partial(_report, min(10, count - at), seed + at, folder / str(at)) for at in range(0, count, 10)]
        reports = in_parallel(jobs, "sms")
    tolls = [report for report in reports if isinstance(report, Toll)]
    figures = {
        "drains": len(jobs),
        "messages": MESSAGES * len(tolls),
        "kills": sum(toll.kills for toll in tolls),
        "tpdus": sum(toll.deleted for toll in tolls),
    }
    return Outcome(count=count, failures=[report for report in reports if isinstance(report, str)], figures=figures)


def _report(kills: int, seed: int, folder: Path) -> Toll | str:
    try:
        return drain(kills, seed, folder)
    except Exception as error:  # noqa: BLE001  whatever breaks in a drain is a finding
        return f"SEED={seed} COUNT=10: {type(error).__name__}: {error}"
