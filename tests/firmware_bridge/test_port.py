"""The shell around a port: reading, waking, and saying what is the matter with one that does not open."""

import os
import socket
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from firmware_bridge.errors import PortError
from firmware_bridge.port import Claims, Port, open_port


def test_a_port_that_cannot_be_selected_is_read_all_the_same() -> None:
    """As Windows' COM ports are."""
    with closing(open_port("loop://")) as port:
        port.write(b"AT\r\r\nOK\r\n")
        assert port.read(1.0) == b"AT\r\r\nOK\r\n"
        assert port.read(0.0) == b""


@pytest.mark.parametrize("name", ["loop://", "socket"])
def test_a_wait_ends_when_somebody_wakes_it(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = name if name != "socket" else f"socket://127.0.0.1:{server.getsockname()[1]}"
        with closing(open_port(url)) as port:
            began = time.monotonic()
            waker = threading.Thread(target=port.wake)
            waker.start()
            assert port.read(10.0) == b""
            waker.join()
            assert time.monotonic() - began < 2


def read_on(port: Port) -> None:
    for _ in range(3):
        port.read(1.0)


def test_a_connection_that_ends_is_a_port_that_is_gone() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        closing(open_port(f"socket://127.0.0.1:{server.getsockname()[1]}")) as port,
    ):
        server.accept()[0].close()
        with pytest.raises(PortError):
            read_on(port)


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_a_terminal_that_is_unplugged_is_a_port_that_is_gone() -> None:
    master, slave = os.openpty()
    with closing(open_port(os.ttyname(slave))) as port:
        os.write(master, b"OK\r\n")
        assert port.read(1.0) == b"OK\r\n"
        os.close(slave)
        os.close(master)
        with pytest.raises(PortError):
            read_on(port)


def test_why_a_port_does_not_open_has_a_code(tmp_path: Path) -> None:
    with pytest.raises(PortError) as caught:
        open_port(str(tmp_path / "ttyUSB9"))
    assert caught.value.code == "port-gone"
    with pytest.raises(PortError):
        open_port("socket://nonsense")
    with pytest.raises(PortError):
        open_port("nonsense://x")


@pytest.mark.skipif(os.name != "posix", reason="Windows opens no file as a port")
def test_what_is_there_and_no_port_is_said_to_be_none(tmp_path: Path) -> None:
    file = tmp_path / "modem.txt"
    file.touch()
    for name in (os.devnull, str(tmp_path), str(file)):
        with pytest.raises(PortError, match="bukan port serial"):
            open_port(name)


def test_a_modem_belongs_to_the_first_port_that_claims_it() -> None:
    claims, one, two = Claims(), object(), object()
    assert claims.claim("35", "", one)
    assert claims.claim("35", "", one)
    assert not claims.claim("35", "", two)
    assert not claims.claim("35", "5101", two)
    assert claims.claim("", "", two)
    claims.release(one)
    assert claims.claim("35", "", two)


def test_two_modems_of_one_imei_are_told_apart_by_their_cards() -> None:
    claims, one, two = Claims(), object(), object()
    assert claims.claim("35", "5101", one)
    assert not claims.claim("35", "", two)
    assert not claims.claim("35", "5101", two)
    assert claims.claim("35", "5102", two)
    assert claims.claim("35", "5101", one)
    assert not claims.claim("35", "5102", one)
