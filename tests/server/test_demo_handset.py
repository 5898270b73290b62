"""The demo's handset: whose SMS it shows, and what it asks of the simulator."""

import pytest

from firmware_bridge.simulator import running_simulator
from server.demo.errors import DemoError
from server.demo.handset import Handset, is_for, read_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0812 3450 0001", "+6281234500001"),
        ("+62 812-3450-0001", "+6281234500001"),
        ("6281234500001", "+6281234500001"),
        ("1708", "1708"),
        ("", None),
        ("Ibu Maria", None),
        ("+", None),
        ("1" * 40, None),
    ],
)
def test_a_number_as_people_type_it(typed, number):
    assert read_number(typed) == number


def test_an_sms_rings_at_its_phone_however_the_number_is_written():
    assert is_for("081234500001", "+6281234500001")
    assert is_for("1708", "1708")
    assert not is_for("+6281234500002", "+6281234500001")
    assert not is_for("1708", "1709")


def test_what_is_typed_reaches_the_simulator_and_only_its_phone_shows_it():
    with running_simulator(latency="none") as sim:
        handset = Handset(":".join(map(str, sim.control_address)))
        handset.send("+6281234500001", "BANTUAN")
        assert [(bubble.text, bubble.is_mine) for bubble in handset.bubbles("+6281234500001")] == [("BANTUAN", True)]
        assert handset.bubbles("+6281234500002") == []
        state = sim.control({"do": "state"})
        assert state["waiting"] + len(state["slots"]) == 1


def test_a_simulator_that_is_gone_is_said_in_words():
    with pytest.raises(DemoError, match="tidak menjawab"):
        Handset("127.0.0.1:1").bubbles("+6281234500001")
