"""A PIN that a card refused is known after every restart, and nobody reads card or PIN from the disk."""

from pathlib import Path

from msgspec.structs import replace

from firmware_bridge.pins import may_try
from firmware_bridge.simulator import running_simulator
from kiosk_agent.modems import Modems
from kiosk_agent.sms_desk.pin_tries import StoredPinTries
from tests.faults.kills import wait_until
from tests.kiosk_agent.sms_desk.conftest import Desk

CARD = "98621032547698103254"


def test_tries_are_known_to_the_next_start_and_are_no_plain_text(desk: Desk, data: Path) -> None:
    tries = StoredPinTries(desk.kiosk.store)
    assert tries.get(CARD, "4321") == 0
    assert tries.put(CARD, "4321", 2)
    assert tries.put(CARD, "9999", 1)
    again = StoredPinTries(desk.kiosk.store)
    assert [again.get(CARD, "4321"), again.get(CARD, "9999"), again.get(CARD[:-1] + "5", "4321")] == [2, 1, 0]
    desk.control.close()
    stored = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert CARD.encode() not in stored
    assert b"4321" not in stored


def test_what_a_disk_does_not_take_is_not_noted(desk: Desk) -> None:
    with desk.kiosk.store.disk.writing() as connection:
        connection.execute("drop table fact")
    assert not StoredPinTries(desk.kiosk.store).put(CARD, "4321", 1)


def test_tries_that_have_rotted_may_have_been_made_and_are_not_counted_anew(desk: Desk) -> None:
    tries = StoredPinTries(desk.kiosk.store)
    assert tries.put(CARD, "4321", 1)
    with desk.kiosk.store.disk.writing() as connection:
        connection.execute("update fact set value = :value where name = 'pin_tries'", {"value": b"{}"})
    assert not may_try(tries, CARD, "4321")
    assert not tries.put(CARD, "4321", 0)


def test_a_wrong_pin_is_given_to_a_card_once_however_often_the_kiosk_starts(desk: Desk) -> None:
    desk.kiosk.settings = replace(desk.kiosk.settings, sim_pin="9999")
    with running_simulator(sim="pin", pin="1234") as modem:
        for _ in range(4):
            modems = Modems(desk.control, [modem.url])
            modems.start()
            try:
                wait_until(lambda: desk.kiosk.status().modem == "Kartu SIM minta PIN", "the refusal")
            finally:
                modems.stop()
