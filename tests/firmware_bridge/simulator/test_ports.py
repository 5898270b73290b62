"""The simulator on real ports: TCP, pseudo-terminal, control port, and as a program."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import serial

from firmware_bridge.errors import PortError, ScenarioError
from firmware_bridge.simulator import running_simulator

BUDGET_S = 10.0

posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")


@contextmanager
def opened(url: str) -> Iterator[Any]:
    port = serial.serial_for_url(url, timeout=5)
    try:
        yield port
    finally:
        port.close()


def answer(port: Any, line: bytes) -> bytes:
    port.write(line + b"\r")
    return port.read_until(b"OK\r\n")


def read_for_ever(port: Any) -> None:
    while True:
        port.read(1)


def eventually(condition: Callable[[], bool]) -> bool:
    give_up_at = time.monotonic() + BUDGET_S
    while not condition():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.01)
    return True


def can_open(url: str) -> bool:
    try:
        with opened(url) as port:
            return answer(port, b"AT").endswith(b"OK\r\n")
    except (serial.SerialException, OSError):
        return False


@pytest.fixture(params=["tcp", pytest.param("pty", marks=posix)])
def pty(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    """Both kinds of ports."""
    return tmp_path / "modem" if request.param == "pty" else None


def test_a_port_is_opened_used_and_opened_again(pty: Path | None) -> None:
    with running_simulator(pty=pty, inbox=3) as sim:
        for _ in range(3):
            with opened(sim.url) as port:
                assert answer(port, b"ATE0").endswith(b"\r\nOK\r\n")
                assert answer(port, b"AT+CSQ") == b"\r\n+CSQ: 17,99\r\n\r\nOK\r\n"


def test_a_modem_that_hangs_answers_after_reopening(pty: Path | None) -> None:
    with running_simulator(pty=pty) as sim:
        sim.control({"do": "fault", "command": "CSQ", "kind": "hang"})
        with opened(sim.url) as port:
            port.write(b"AT+CSQ\r")
            assert eventually(lambda: sim.control({"do": "state"})["hung"])
        assert eventually(lambda: not sim.control({"do": "state"})["connected"])
        assert can_open(sim.url)


def test_unplugging_ends_the_connection_and_the_port_comes_back(pty: Path | None) -> None:
    with running_simulator(pty=pty) as sim:
        with opened(sim.url) as port:
            answer(port, b"AT")
            sim.control({"do": "unplug", "seconds": 0.5})
            unplugged_at = time.monotonic()
            with pytest.raises(serial.SerialException):
                read_for_ever(port)
        assert not can_open(sim.url)
        assert eventually(lambda: can_open(sim.url))
        assert time.monotonic() - unplugged_at >= 0.5


def test_even_an_unplugging_of_no_time_ends_the_connection(pty: Path | None) -> None:
    with running_simulator(pty=pty) as sim, opened(sim.url) as port:
        answer(port, b"AT")
        sim.control({"do": "unplug", "seconds": 0})
        with pytest.raises(serial.SerialException):
            read_for_ever(port)


def test_a_tcp_modem_serves_one_at_a_time() -> None:
    with running_simulator() as sim, opened(sim.url) as first:
        answer(first, b"AT")
        assert not can_open(sim.url)
        assert answer(first, b"AT").endswith(b"OK\r\n")
        first.close()
        assert can_open(sim.url)


def test_a_number_that_is_taken_is_named() -> None:
    with running_simulator() as sim:
        number = int(sim.url.rpartition(":")[2])
        with pytest.raises(PortError, match=str(number)), running_simulator(tcp=number):
            pass


@posix
def test_a_pty_link_disappears_and_comes_back_and_goes_with_the_simulator(tmp_path: Path) -> None:
    link = tmp_path / "modem"
    with running_simulator(pty=link) as sim:
        assert link.is_symlink()
        sim.control({"do": "unplug", "seconds": 0.3})
        assert eventually(lambda: not link.is_symlink())
        assert eventually(lambda: can_open(sim.url))
    assert not link.is_symlink()


@posix
def test_a_pty_link_does_not_replace_a_file(tmp_path: Path) -> None:
    (tmp_path / "modem").write_text("mine")
    with pytest.raises(PortError), running_simulator(pty=tmp_path / "modem"):
        pass
    assert (tmp_path / "modem").read_text() == "mine"


def test_the_control_port_answers_line_by_line() -> None:
    with running_simulator() as sim, socket.create_connection(sim.control_address, 5) as control:
        control.sendall(b'{"do":"state"}\n\nno json\n["do"]\n{"do":"balance","rupiah":7}\n{"do":"sta')
        control.sendall(b'te"}\n')
        lines = control.makefile()
        answers = [json.loads(lines.readline()) for _ in range(5)]
    assert answers[0]["balance"] == 25_000
    assert set(answers[1]) == set(answers[2]) == {"error"}
    assert answers[3] == {}
    assert answers[4]["balance"] == 7


def test_the_handle_raises_what_was_refused() -> None:
    with running_simulator() as sim, pytest.raises(ScenarioError):
        sim.control({"do": "nothing"})


def test_thousands_of_commands_a_second() -> None:
    """A floor far below what it does, against a wait that slips in."""
    with running_simulator() as sim, opened(sim.url) as port:
        answer(port, b"ATE0")
        started = time.monotonic()
        for _ in range(1000):
            assert answer(port, b"AT") == b"\r\nOK\r\n"
        assert time.monotonic() - started < 2


@contextmanager
def program(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "firmware_bridge", "simulate", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    assert isinstance(told, dict)
    return told


def test_the_program_says_where_it_is_and_ends_when_asked(tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.json"
    scenario.write_text('[{"do": "balance", "rupiah": 500}]')
    options = ("--inbox", "3", "--scenario", str(scenario), "--imsi", "510019999999999", "--set", "operator=XL")
    with program("--tcp", "0", "--control", "0", *options) as process:
        told = first_line(process)
        with opened(told["modem"]) as port:
            answer(port, b"ATE0")
            assert answer(port, b"AT+CIMI") == b"\r\n510019999999999\r\n\r\nOK\r\n"
            assert b'"XL"' in answer(port, b"AT+COPS?")
        host, _, number = told["control"].rpartition(":")
        with socket.create_connection((host, int(number)), 5) as control:
            control.sendall(b'{"do":"state"}\n{"do":"quit"}\n')
            lines = control.makefile()
            state = json.loads(lines.readline())
            assert json.loads(lines.readline()) == {}
        assert process.wait(5) == 0
    assert (state["balance"], state["slots"]) == (500, [1, 2, 3, 4, 5])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--slots", "900"), "slots"),
        (("--set", "colour=red"), "colour"),
        (("--set", "colour"), "colour"),
        (("--tcp", "0", "--pty", "somewhere"), "--pty"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_1(arguments: tuple[str, ...], says: str) -> None:
    with program(*arguments) as process:
        _, error = process.communicate(timeout=BUDGET_S)
    assert process.returncode == 1
    assert says in error
    assert len(error.splitlines()) == 1


def test_a_broken_scenario_is_named(tmp_path: Path) -> None:
    scenario = tmp_path / "broken.json"
    scenario.write_text("{")
    with program("--scenario", str(scenario)) as process:
        _, error = process.communicate(timeout=BUDGET_S)
    assert (process.returncode, "broken.json" in error) == (1, True)
