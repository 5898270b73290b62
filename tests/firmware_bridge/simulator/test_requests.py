"""What is asked of a running simulator, what a scenario does, and what both refuse."""

from typing import Any

import pytest

from firmware_bridge.errors import ScenarioError, UsageError
from firmware_bridge.simulator import Simulator, make_settings, read_steps
from firmware_bridge.simulator.samples import sample_messages
from tests.firmware_bridge.simulator.talk import Talk, send, submits


@pytest.mark.parametrize(
    "asked",
    [
        None,
        [],
        "state",
        {},
        {"do": "nothing"},
        {"do": "state", "more": 1},
        {"do": "receive", "from": "+62812"},
        {"do": "receive", "from": "+62812", "text": "x", "times": 0},
        {"do": "receive", "from": "+62812", "text": "x", "times": 10_001},
        {"do": "receive", "from": "+62812", "text": "x", "parts": 2},
        {"do": "receive", "from": "+62812", "text": "x" * 400, "parts": 1},
        {"do": "receive", "from": "+" + "6" * 30, "text": "x"},
        {"do": "receive_pdu", "pdu": "0"},
        {"do": "receive_pdu", "pdu": "00" * 513},
        {"do": "fault", "command": "CMGL", "kind": "explode"},
        {"do": "fault", "command": "CMGL", "kind": "error", "times": 0},
        {"do": "fault", "command": "CMGL", "kind": "error", "after": -1},
        {"do": "balance", "rupiah": "many"},
        {"do": "fault", "command": "CMGL", "kind": "unplug", "seconds": float("nan")},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(asked: Any) -> None:
    talk = Talk()
    before = talk.state()
    assert set(talk.simulator.control(asked, 0.0)) == {"error"}
    assert talk.state() == before


def test_the_waiting_line_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware_bridge.simulator.network.MAX_WAITING", 500)
    talk = Talk()
    talk.receive("x", times=500)
    assert "error" in talk.control(do="receive", from_="1", text="x", times=100)


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ({}, "list"),
        ([1], "step 1"),
        ([{"do": "state"}, {"do": "nothing"}], "step 2"),
        ([{"at": -1, "do": "state"}], "step 1"),
        ([{"at": "soon", "do": "state"}], "step 1"),
        ([{"at": float("nan"), "do": "state"}], "step 1"),
        ([{"when": {"moon": "full"}, "do": "state"}], "step 1"),
        ([{"at": 1, "when": {"sent": 1}, "do": "state"}], "step 1"),
    ],
)
def test_a_scenario_that_makes_no_sense_is_refused(steps: Any, says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        read_steps(steps)


def test_steps_happen_at_their_time() -> None:
    talk = Talk([{"at": 2.5, "do": "receive", "from": "123", "text": "nanti"}, {"do": "balance", "rupiah": 5}])
    assert talk.state()["balance"] == 5
    talk.wait(2.4)
    assert talk.state()["slots"] == []
    talk.wait(0.1)
    assert talk.state()["slots"] == [1]


def test_steps_happen_on_their_occasion() -> None:
    scenario = [
        {"when": {"command": "CMGL", "count": 2}, "do": "fault", "command": "CMGD", "kind": "silence"},
        {"when": {"deleted": 1}, "do": "receive", "from": "123", "text": "satu lagi"},
        {"when": {"sent": 1, "command": "cmgs"}, "do": "unplug", "seconds": 6},
    ]
    talk = Talk(scenario, inbox=2)
    assert talk.at("AT+CMGD=1") == ["OK"]
    assert talk.state()["slots"] == [1, 2]
    talk.at("AT+CMGL=4")
    talk.at("AT+CMGL=4")
    assert talk.at("AT+CMGD=1") == []
    (pdu,) = submits("Halo")
    send(talk, pdu)
    assert not talk.simulator.port_is_there


def test_a_step_that_cannot_be_done_stands_in_the_state() -> None:
    talk = Talk([{"do": "receive", "from": "123", "text": "x", "parts": 9}])
    assert talk.state()["troubles"] == ["parts is 1 to 255, and at most the text's length"]


def test_sample_messages_fill_the_sim_and_the_rest_waits() -> None:
    talk = Talk(inbox=12, slots=5)
    state = talk.state()
    assert (state["slots"], state["waiting"]) == ([1, 2, 3, 4, 5], 11)
    assert len(set(sample_messages(100))) == 100


@pytest.mark.parametrize(
    "chosen",
    [
        {"colour": "red"},
        {"slots": 0},
        {"slots": 256},
        {"slots": "many"},
        {"imei": "123"},
        {"imsi": "abc"},
        {"latency": "eternal"},
        {"profile": "nokia"},
        {"sim": "lost"},
        {"redeliver": 1.5},
        {"smsc": "nobody"},
        {"tariff": -1},
    ],
)
def test_settings_that_make_no_sense_are_refused(chosen: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        make_settings(**chosen)


def test_a_line_said_by_order_comes_out() -> None:
    talk = Talk()
    talk.control(do="say", line="^RSSI:12")
    assert talk.read() == "\r\n^RSSI:12\r\n"


def test_quit_is_seen_by_who_drives_it() -> None:
    simulator = Simulator(make_settings())
    assert not simulator.stopping
    assert simulator.control({"do": "quit"}, 0.0) == {}
    assert simulator.stopping
