"""An SMS becomes a case, and the resident gets one reply: real simulator, real kiosk, real centre."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.canaries import search
from tests.faults.kills import wait_until
from tests.faults.power import memory_folder
from tests.faults.sms_kills import SmsCity

PHONE, STRANGER = "+6281273730001", "+6285239990002"
STORY = "Kanarilapor lampu jalan mati"
BAD = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"[:-6]


@pytest.fixture
def folder() -> Iterator[Path]:
    with memory_folder() as folder:
        yield folder


@pytest.fixture(params=["tcp", "pty"])
def city(folder: Path, request: pytest.FixtureRequest) -> Iterator[SmsCity]:
    if request.param == "pty" and sys.platform == "win32":
        pytest.skip("Windows knows no pty")
    way = ("--tcp", "0") if request.param == "tcp" else ("--pty", str(folder / "modem"))
    # Polling seldom: what is answered here at once is not owed to that.
    city = SmsCity(folder / "city", *way, env={"KASIH_POLL_S": "60"})
    try:
        city.found()
        city.agent.start()
        city.agent.wait()
        yield city
    finally:
        city.close()


def sent_to(city: SmsCity, number: str) -> list[str]:
    return [message["text"] for message in city.modem.sent() if message["to"] == number]


def wait_for_replies(city: SmsCity, number: str, count: int) -> list[str]:
    wait_until(lambda: len(sent_to(city, number)) >= count, f"{count} replies", every_s=0.05)
    return sent_to(city, number)


@pytest.mark.slow
@pytest.mark.timeout(120)  # some 10 s on a machine that is not busy otherwise
def test_an_sms_becomes_a_case_with_one_reply_and_can_be_asked_about(city: SmsCity, folder: Path) -> None:
    city.modem.ask("receive", **{"from": PHONE, "text": f"KOTKUPANG {STORY} RT 3 Oepura"})
    (reply,) = wait_for_replies(city, PHONE, 1)
    said = re.search(r"No ([0-9A-Z-]{11}) PIN ([0-9]{6})", reply)
    assert said is not None, reply
    number, pin = said.groups()
    wait_until(lambda: len(city.cases()) == 1, "the case at the centre", every_s=0.2)
    (case,) = city.cases()
    assert (case["number"], case["text"], case["channel"]) == (number, f"{STORY} RT 3 Oepura", "sms")

    city.modem.ask("receive", **{"from": PHONE, "text": f"cek {number.lower()}"})
    assert number in wait_for_replies(city, PHONE, 2)[1]
    city.modem.ask("receive", **{"from": STRANGER, "text": f"CEK {number} {pin}"})
    assert number in wait_for_replies(city, STRANGER, 1)[0]

    city.modem.ask("receive_pdu", pdu=BAD)
    city.modem.ask("receive", **{"from": "TELKOMSEL", "text": f"{STORY} promo"})
    wait_until(lambda: len(aside(city)) == 2, "both are put aside", every_s=0.1)
    wait_until(city.modem.is_drained, "the SIM is empty", every_s=0.1)
    found = json.loads(status(city))
    assert found["quarantine"] == 2
    assert found["modem"] == "TELKOMSEL, sinyal kuat"
    assert found["modems"][0]["imsi"] == ""
    assert len(sent_to(city, PHONE)) == 2
    assert len(sent_to(city, STRANGER)) == 1

    left = [city.kiosk, folder / "city" / "kiosk.log", folder / "city" / "server.log"]
    stems = [STORY, PHONE[1:], STRANGER[1:], f"8{PHONE[4:]}", f"8{STRANGER[4:]}", pin, "510010123456789"]
    assert search(left, stems) == []
    raw = [bytes.fromhex(swap(number[1:])) for number in (PHONE, STRANGER)]
    files = [file for place in left for file in [place, *place.rglob("*")] if file.is_file()]
    assert files
    assert not [file for file in files for number in raw if number in file.read_bytes()], "as a PDU writes them"


@pytest.mark.slow
def test_a_modem_that_hangs_or_is_gone_is_in_nobodys_way(folder: Path) -> None:
    city = SmsCity(folder / "city")
    try:
        city.found()
        city.modem.ask("fault", command="CMGL", kind="hang")
        city.agent.start()
        city.agent.wait()
        line = json.dumps({"text": "Air mati", "category": "AIR", "kelurahan": "Namosain"})
        (folder / "line").write_text(line + "\n")
        answer = json.loads(city.tell("kiosk", "file", "--data", str(city.kiosk), "--json", str(folder / "line")))
        wait_until(lambda: len(city.cases()) == 1, "the case at the centre", every_s=0.2)
        assert city.cases()[0]["number"] == answer["number"]
        city.modem.ask("unplug", seconds=600)
        wait_until(lambda: "modem tercabut" in json.loads(status(city))["modem"], "it is said to be gone", every_s=0.1)
        assert "Modem:" in city.tell("kiosk", "status", "--data", str(city.kiosk))
    finally:
        city.close()


def status(city: SmsCity) -> str:
    return city.tell("kiosk", "status", "--json", "--data", str(city.kiosk))


def aside(city: SmsCity) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(
        city.tell("kiosk", "sms", "quarantine", "--json", "--data", str(city.kiosk))
    )
    return found


def swap(digits: str) -> str:
    padded = digits + "F" * (len(digits) % 2)
    return "".join(padded[at + 1] + padded[at] for at in range(0, len(padded), 2))
