"""The desk among the kiosk's other parts: its sync, its health, its settings."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware_bridge.simulator import running_simulator
from firmware_bridge.simulator.running import SimulatorHandle
from kiosk_agent.errors import SettingsError
from kiosk_agent.modems import Modems
from sync_protocol.bodies import Config, Health
from sync_protocol.kinds import Kind
from tests.faults.agent import call
from tests.faults.kills import wait_until
from tests.kiosk_agent.sms_desk.conftest import Desk
from tests.kiosk_agent.sms_desk.letters import deliver
from tests.kiosk_agent.test_status_text import MODEM


@pytest.fixture
def modem() -> Iterator[SimulatorHandle]:
    with running_simulator() as simulator:
        yield simulator


def test_after_a_command_the_kiosk_asks_for_the_answer_soon(desk: Desk) -> None:
    desk.control.make_loop()
    assert desk.control.next_poll_s() == 600
    desk.hear("CEK 7KQM9-XD4TF")
    assert [desk.control.next_poll_s() for _ in range(5)] == [3, 10, 30, 90, 600]
    desk.hear("KOTKUPANG lampu mati")
    assert desk.control.next_poll_s() == 600


def test_the_centre_hears_how_the_modems_are(desk: Desk) -> None:
    desk.kiosk.modems = lambda: [MODEM]
    desk.kiosk.modem_state = lambda: "TELKOMSEL, sinyal kuat"
    desk.take(b"x")
    desk.control._look()
    desk.sync()
    health = desk.peer.open(desk.peer.of(Kind.HEALTH)[-1])
    assert isinstance(health, Health)
    assert (health.modem, health.quarantine) == ("TELKOMSEL, sinyal kuat", 1)
    assert [(one.operator, one.signal, one.used, one.unknown) for one in health.modems] == [("TELKOMSEL", -79, 2, 3)]


def test_a_kiosk_with_a_modem_asks_each_minute_unless_it_was_told_otherwise(desk: Desk) -> None:
    assert desk.kiosk.poll_s == 600
    desk.kiosk.modems = lambda: [MODEM]
    assert desk.control.next_poll_s() == 60
    desk.peer.say(Kind.CONFIG, Config(unit="PKM-ALK", unit_name="Puskesmas Alak", poll_s=7))
    desk.sync()
    assert desk.kiosk.poll_s == 7
    desk.kiosk.settings = replace(desk.kiosk.settings, poll_s=900)
    assert desk.kiosk.poll_s == 900


@pytest.mark.parametrize(("told", "trouble"), [("TELKOMSEL", ""), ("", "sim-missing")])
def test_the_first_health_waits_until_each_modem_has_told_how_it_is(desk: Desk, told: str, trouble: str) -> None:
    modems = [MODEM, replace(MODEM, operator="")]
    desk.kiosk.modems = lambda: modems
    desk.control._look()
    desk.clock.pass_(15)
    desk.control._look()
    desk.sync()
    assert desk.peer.of(Kind.HEALTH) == []
    modems[1] = replace(MODEM, operator=told, trouble=trouble)
    desk.control._look()
    desk.sync()
    (entry,) = desk.peer.of(Kind.HEALTH)
    health = desk.peer.open(entry)
    assert isinstance(health, Health)
    assert [(one.operator, one.trouble) for one in health.modems] == [("TELKOMSEL", ""), (told, trouble)]


def test_a_modem_that_tells_nothing_keeps_health_back_for_ninety_seconds(desk: Desk) -> None:
    desk.kiosk.modems = lambda: [replace(MODEM, operator="")]
    desk.clock.pass_(89)
    desk.control._look()
    desk.sync()
    assert desk.peer.of(Kind.HEALTH) == []
    desk.clock.pass_(1)
    desk.control._look()
    desk.sync()
    assert len(desk.peer.of(Kind.HEALTH)) == 1


def test_a_bridge_drains_a_modem_into_the_desk_and_sends_what_it_queues(desk: Desk, modem: SimulatorHandle) -> None:
    modems = Modems(desk.control, [modem.url])
    modem.control({"do": "receive", "from": "+6281234567890", "text": "KOTKUPANG lampu mati"})
    modems.start()
    try:
        wait_until(lambda: bool(modem.control({"do": "sent"})["messages"]), "the reply")
        assert desk.kiosk.status().modem == "TELKOMSEL, sinyal kuat"
    finally:
        modems.stop()
    assert [one.text for one in desk.complaints()] == ["lampu mati"]
    (message,) = modem.control({"do": "sent"})["messages"]
    assert message["to"] == "+6281234567890"
    assert "Laporan Anda diterima" in message["text"]


def test_an_order_of_the_centre_wakes_the_modem(desk: Desk, modem: SimulatorHandle) -> None:
    modems = Modems(desk.control, [modem.url])
    modems.start()
    try:
        wait_until(lambda: bool(desk.kiosk.status().modem), "the modem")
        desk.order("KASIH: kabar dari pusat")
        wait_until(lambda: bool(modem.control({"do": "sent"})["messages"]), "the news")
    finally:
        modems.stop()


def test_the_same_port_twice_is_a_mistake_that_is_told(desk: Desk) -> None:
    with pytest.raises(SettingsError, match="dua kali"):
        Modems(desk.control, ["COM3", "COM3"])


def test_a_technician_sees_why_sms_were_put_aside_and_their_content_only_on_request(desk: Desk, data: Path) -> None:
    desk.take(b"\x01\x02", *deliver("rahasia sekali", "TELKOMSEL"))
    desk.control.close()
    plain = call("kiosk", "sms", "quarantine", "--data", str(data))
    assert plain.code == 0
    first, second = plain.out.splitlines()
    assert "PDU rusak" in first
    assert second == "22 November 2026 pukul 12.00 WITA: pengirim memakai nama, bukan nomor"
    full = call("kiosk", "sms", "quarantine", "--with-text", "--data", str(data))
    assert full.out.splitlines()[1] == "  0102"
    assert json.loads(call("kiosk", "sms", "quarantine", "--json", "--data", str(data)).out)[0]["pdu"] == ""


def test_a_kiosk_without_sms_says_so(desk: Desk, data: Path) -> None:
    desk.control.close()
    assert call("kiosk", "sms", "quarantine", "--data", str(data)).out == "Tidak ada SMS yang disisihkan.\n"
