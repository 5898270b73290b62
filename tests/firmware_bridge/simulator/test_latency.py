"""How long a modem like a dongle takes, by the simulator's own clock."""

from typing import Any

import pytest

from firmware_bridge.simulator import LATENCIES
from tests.firmware_bridge.simulator.talk import Talk, submits


def test_each_command_takes_the_time_of_the_preset() -> None:
    talk = Talk(latency="dongle", inbox=10, slots=10)
    times = LATENCIES["dongle"].commands_s
    for command, expected in [
        ("AT", 0.01),
        ("AT+CMGD=1", times["CMGD"]),
        ("AT+CPMS?", times["CPMS"]),
        ("AT+CPMS?;+CPMS?", 2 * times["CPMS"]),
    ]:
        _, took = talk.finish(command)
        assert took == pytest.approx(expected, abs=0.005), command


def test_a_listing_takes_longer_the_more_it_lists() -> None:
    talk = Talk(latency="dongle", inbox=8, slots=10)
    count = len(talk.state()["slots"])
    lines, took = talk.finish("AT+CMGL=4")
    assert sum(line.startswith("+CMGL") for line in lines) == count == 10
    # The text itself comes in pieces of 64 octets, half a millisecond apart.
    assert 0.15 + 10 * 0.004 <= took <= 0.15 + 10 * 0.004 + 0.04


def test_sending_takes_seconds_and_the_effect_is_at_their_end() -> None:
    talk = Talk(latency="dongle")
    (pdu,) = submits("Halo")
    talk.finish(f"AT+CMGS={len(pdu) - 1}")
    talk.write(pdu.hex().encode() + b"\x1a")
    assert talk.wait(1.9) == ""
    assert talk.sent() == []
    assert "+CMGS: 0" in talk.wait(1.2)
    assert len(talk.sent()) == 1


def test_what_is_typed_meanwhile_waits() -> None:
    talk = Talk(latency="dongle", inbox=1)
    assert talk.write(b"AT+CMGD=1\rAT+CSQ\r") == ""
    assert talk.wait(0.05) == ""
    assert talk.wait(0.2) == "\r\nOK\r\n\r\n+CSQ: 17,99\r\n\r\nOK\r\n"


@pytest.mark.parametrize(("chosen", "size"), [({"latency": "dongle"}, 64), ({"chunk_octets": 1}, 1)])
def test_answers_come_in_pieces(chosen: dict[str, Any], size: int) -> None:
    talk = Talk(inbox=5, **chosen)
    talk.heard.clear()
    talk.write(b"AT+CMGL=4\r")
    talk.wait(2)
    assert max(len(text) for _, text in talk.heard) == size
    assert len(talk.heard) > 10


def test_without_latency_all_is_at_once() -> None:
    talk = Talk(inbox=30)
    talk.write(b"AT+CMGL=4\r")
    for index in range(1, 31):
        assert talk.at(f"AT+CMGD={index}") == ["OK"]
    assert talk.now == 0.0
